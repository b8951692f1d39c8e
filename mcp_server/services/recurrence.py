"""Repeating: what a person or an RFC 5545 rule says becomes the dates of a series. dateutil does the calendar.

A series is the pair of its `repeat` text and its first date. Dates are the person's own; clocks play no part.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Final

from dateutil.rrule import rrulestr

from mcp_server.services.rules import WEEKDAYS, longest_of, normalize_rule, split_rule
from shared.errors import ErrorCode, ProductError

MOST_BETWEEN: Final = {"day": 3660, "week": 520, "month": 120, "year": 10}
"""The largest distance in words: ten years."""

_FREQUENCY: Final = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_WORD: Final = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
_UNIT: Final = {word: unit for unit, word in _WORD.items()}
_DAY: Final = rf"(?:{'|'.join(WEEKDAYS)})s?"
_EVERY_N = re.compile(r"every (?:([1-9][0-9]{0,3}) |(other) )?(day|week|month|year)s?\Z")
_EVERY_WEEKDAY = re.compile(rf"every ({_DAY}(?:(?:, and |, | and ){_DAY})*)\Z")
_SHORTEST_MONTH = 28
_UNDERSTOOD = (
    "Write daily, weekdays, weekly, monthly, yearly, every 2 weeks, every monday, thursday, "
    "or an RFC 5545 rule such as FREQ=MONTHLY;BYDAY=-1FR."
)


def normalize_repeat(text: str) -> str:
    """Return the one spelling of a repetition: words, or a rule in capitals.

    Raises:
        ProductError: ``invalid``, when it is neither.
    """
    folded = " ".join(text.split())
    if "=" in folded:
        return normalize_rule(folded)
    words = folded.lower()
    if words in _UNIT or words == "weekdays":
        return words
    if words == "every weekday":
        return "weekdays"
    if found := _EVERY_N.match(words):
        return _every(2 if found[2] else int(found[1] or 1), found[3])
    if found := _EVERY_WEEKDAY.match(words):
        return f"every {', '.join(day for day in WEEKDAYS if day in found[1])}"
    raise ProductError(ErrorCode.INVALID, f"“{folded[:60]}” is no repetition that is understood. {_UNDERSTOOD}")


def first_date(repeat: str, on_or_after: date) -> date | None:
    """Return the first date of a series that starts on a day or later; intervals count from that first date."""
    parts = _parts(repeat, on_or_after)
    parts.pop("INTERVAL", None)
    return next(_dates(parts, on_or_after), None)


def next_date(repeat: str, starts: date, after: date) -> date | None:
    """Return the series' date that follows ``after``, or None when the series is over."""
    return next((day for day in _dates(_parts(repeat, starts), starts) if day > after), None)


def _every(number: int, unit: str) -> str:
    if number > MOST_BETWEEN[unit]:
        raise ProductError(ErrorCode.INVALID, f"Every {number} {unit}s is too rare; {MOST_BETWEEN[unit]} is the most.")
    return _WORD[unit] if number == 1 else f"every {number} {unit}s"


def _dates(parts: dict[str, str], starts: date) -> Iterator[date]:
    rule = rrulestr(
        ";".join(f"{name}={value}" for name, value in parts.items()), dtstart=datetime.combine(starts, time())
    )
    return (moment.date() for moment in rule)


def _parts(repeat: str, starts: date) -> dict[str, str]:
    """Return the rule of a normalized repetition; some words lean on the first date."""
    if "=" in repeat:
        return _coming(split_rule(repeat), starts)
    if repeat == "weekdays":
        return {"FREQ": "WEEKLY", "BYDAY": ",".join(islice(WEEKDAYS.values(), 5))}
    if found := _EVERY_WEEKDAY.match(repeat):
        return {"FREQ": "WEEKLY", "BYDAY": ",".join(WEEKDAYS[day] for day in found[1].split(", "))}
    found = _EVERY_N.match(repeat)
    unit, number = (found[3], found[1]) if found else (_UNIT[repeat], "1")
    return {"FREQ": _FREQUENCY[unit], "INTERVAL": number, **_leaning(unit, starts)}


def _coming(parts: dict[str, str], starts: date) -> dict[str, str]:
    """Let a rule that leans on a day which none of its months has take their last one: else it would never come."""
    leans = parts["FREQ"] in ("MONTHLY", "YEARLY") and not {"BYDAY", "BYMONTHDAY"} & parts.keys()
    if leans and "BYMONTH" in parts and starts.day > longest_of(map(int, parts["BYMONTH"].split(","))):
        return {**parts, "BYMONTHDAY": "-1"}
    return parts


def _leaning(unit: str, starts: date) -> dict[str, str]:
    """Keep the day of the month, or the last one where a month is too short: RFC 5545 alone would skip that month."""
    if unit not in ("month", "year"):
        return {}
    month = {"BYMONTH": str(starts.month)} if unit == "year" else {}
    if starts.day <= _SHORTEST_MONTH:
        return {**month, "BYMONTHDAY": str(starts.day)}
    days = ",".join(str(day) for day in range(_SHORTEST_MONTH, starts.day + 1))
    return {**month, "BYMONTHDAY": days, "BYSETPOS": "-1"}
