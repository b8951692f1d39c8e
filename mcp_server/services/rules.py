"""Which RFC 5545 rules a task may have: every one of them comes to a date, so that no search runs for ever.

dateutil looks for the 30th of February until the year 9999; what could never come is refused here by its parts.
"""

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from shared.errors import ErrorCode, ProductError

WEEKDAYS: Final = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
MOST_DATES: Final = 1000
MOST_BETWEEN: Final = {"DAILY": 3660, "WEEKLY": 520, "MONTHLY": 120, "YEARLY": 10}
"""The largest INTERVAL of each frequency: ten years."""

_PARTS: Final = {
    "DAILY": {"BYDAY", "BYMONTH"},
    "WEEKLY": {"BYDAY", "BYMONTH"},
    "MONTHLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
}
_ALWAYS: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_BY_DAY = re.compile(rf"([+-]?[1-9][0-9]?)?({'|'.join(WEEKDAYS.values())})\Z")
_NUMBER = re.compile(r"[+-]?[1-9][0-9]{0,3}\Z")
_LEAP_YEAR = 2000
_WEEKS_IN_A_MONTH = 5
_SURE_POSITIONS = 4


def normalize_rule(text: str) -> str:
    """Return a rule in capitals, checked part by part.

    Raises:
        ProductError: ``invalid``: not RFC 5545, not about days, or never coming to a date.
    """
    parts = split_rule(text.upper().removeprefix("RRULE:"))
    frequency = parts.get("FREQ", "")
    if frequency not in _PARTS:
        raise _invalid("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
    if refused := parts.keys() - _ALWAYS - _PARTS[frequency]:
        raise _invalid(f"A {frequency} rule cannot use {', '.join(sorted(refused))}.")
    _check_ends(parts)
    _number(parts, "INTERVAL", MOST_BETWEEN[frequency])
    if parts.get("WKST", "MO") not in WEEKDAYS.values():
        raise _invalid("WKST must be a weekday such as MO.")
    _check_days(parts, frequency)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def split_rule(text: str) -> dict[str, str]:
    """Return the parts of a rule by name.

    Raises:
        ProductError: ``invalid``: not pairs of name and value, or a name stands twice.
    """
    pairs = [part.partition("=") for part in text.strip("; ").split(";")]
    parts = {name.strip(): value.strip() for name, _, value in pairs}
    if len(parts) < len(pairs) or not all(name and value for name, value in parts.items()):
        raise _invalid("A rule is NAME=value pairs with semicolons between them, each name once.")
    return parts


def longest_of(months: Iterable[int]) -> int:
    """Return how many days the longest of the months has, in a leap year."""
    return max(calendar.monthrange(_LEAP_YEAR, month)[1] for month in months)


def _check_ends(parts: dict[str, str]) -> None:
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise _invalid("A rule ends by COUNT or by UNTIL, not by both.")
    _number(parts, "COUNT", MOST_DATES)
    if "UNTIL" in parts:
        parts["UNTIL"] = parts["UNTIL"].partition("T")[0]
        try:
            datetime.strptime(parts["UNTIL"], "%Y%m%d").replace(tzinfo=UTC)
        except ValueError as error:
            raise _invalid("UNTIL must be a date such as 20271231.") from error


def _check_days(parts: dict[str, str], frequency: str) -> None:
    months = _numbers(parts, "BYMONTH", 12, lowest=1)
    days = _numbers(parts, "BYMONTHDAY", 31, lowest=-31)
    with_ordinal = _check_weekdays(parts, frequency)
    if with_ordinal and (days or "BYSETPOS" in parts):
        raise _invalid("A numbered weekday such as 2MO goes with neither BYMONTHDAY nor BYSETPOS.")
    if days and min(abs(day) for day in days) > longest_of(months or range(1, 13)):
        raise _invalid("This rule never comes to a date.")
    positions = _numbers(parts, "BYSETPOS", 1 if days else _SURE_POSITIONS, lowest=-1 if days else -_SURE_POSITIONS)
    if positions and not days and "BYDAY" not in parts:
        raise _invalid("BYSETPOS needs BYDAY or BYMONTHDAY.")


def _check_weekdays(parts: dict[str, str], frequency: str) -> bool:
    """Check BYDAY and tell whether a weekday in it is numbered."""
    found = [_BY_DAY.match(day) for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    ordinals = [one[1] for one in found if one is not None and one[1] is not None]
    most = _WEEKS_IN_A_MONTH if frequency == "MONTHLY" or "BYMONTH" in parts else 53
    if None in found or any(abs(int(ordinal)) > most for ordinal in ordinals):
        raise _invalid("BYDAY must be weekdays such as MO,TH or numbered ones such as -1FR.")
    if ordinals and frequency in ("DAILY", "WEEKLY"):
        raise _invalid(f"A {frequency} rule cannot number its weekdays.")
    return bool(ordinals)


def _number(parts: dict[str, str], name: str, most: int) -> None:
    value = parts.get(name, "1")
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= most):
        raise _invalid(f"{name} must be a number from 1 to {most}.")


def _numbers(parts: dict[str, str], name: str, most: int, *, lowest: int) -> list[int]:
    values = parts[name].split(",") if name in parts else []
    if not all(_NUMBER.match(value) and lowest <= int(value) <= most for value in values):
        raise _invalid(f"{name} must be numbers from {lowest} to {most}.")
    return [int(value) for value in values]


def _invalid(message: str) -> ProductError:
    return ProductError(ErrorCode.INVALID, message)
