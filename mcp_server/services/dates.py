"""Words for dates: a closed set, resolved on the person's own calendar; and dates as the answers write them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NoReturn

from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta

from shared.errors import ErrorCode, ProductError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_YEAR, LAST_YEAR = 1970, 2199

_ON_WEEKDAY = dict(zip((day.lower() for day in WEEKDAYS), (MO, TU, WE, TH, FR, SA, SU), strict=True))
_WRITTEN = re.compile(
    r"(?P<day>.+?)(?:(?:t| at | )(?P<hour>[0-9]{1,2})"
    r"(?::(?P<minute>[0-9]{2})(?::00)?(?: ?(?P<half>[ap]m))?| ?(?P<bare_half>[ap]m)))?"
)
_HOURS_OF_A_HALF = 12
_UNITS = {"day": relativedelta(days=1), "week": relativedelta(weeks=1), "month": relativedelta(months=1)}
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSET = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9.]+)?\s?(?:z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?)")
_IN_SOME_TIME = re.compile(r"in (?P<count>an?|[0-9]{1,3}) (?P<unit>day|week|month)s?")


@dataclass(frozen=True)
class Due:
    """A day of the person's calendar, and where it was said a time of their clock."""

    on: date
    at: time | None = None

    def __str__(self) -> str:
        return self.on.isoformat() if self.at is None else f"{self.on.isoformat()}T{self.at:%H:%M}"

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.on.weekday()]

    def is_before(self, now: datetime) -> bool:
        """Tell whether it has passed: a day without a time lasts until midnight."""
        return self.on < now.date() or (self.on == now.date() and self.at is not None and self.at < now.time())


def resolve(text: str, now: datetime) -> Due:
    """Return what ``text`` means at ``now``, the person's own time.

    Raises:
        ProductError: ``invalid``, with how to write it.
    """
    said = " ".join(text.lower().split())
    if _OFFSET.search(said):
        _refuse("Leave the offset out: due times are in the person's own time zone.")
    written = _WRITTEN.fullmatch(said)
    day = None if written is None else _day(written["day"], now.date())
    if written is None or day is None:
        _refuse("Write a due date as 2026-11-30, 2026-11-30T15:00, tomorrow 9:00, friday, next week or in 3 days.")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        _refuse(f"A due date lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return Due(day) if written["hour"] is None else Due(day, _time(written))


def week_of(today: date) -> tuple[date, date]:
    """Return Monday and Sunday of the week."""
    monday = today + relativedelta(weekday=MO(-1))
    return monday, monday + relativedelta(weekday=SU(+1))


def _time(written: re.Match[str]) -> time:
    hour, half = int(written["hour"]), written["half"] or written["bare_half"]
    if half is not None:
        if not 1 <= hour <= _HOURS_OF_A_HALF:
            _refuse("With am and pm an hour lies between 1 and 12.")
        hour = hour % _HOURS_OF_A_HALF + (_HOURS_OF_A_HALF if half == "pm" else 0)
    try:
        return time(hour, int(written["minute"] or 0))
    except ValueError:
        _refuse("A time of day lies between 00:00 and 23:59.")


def _day(said: str, today: date) -> date | None:
    next_monday = today + relativedelta(days=+1, weekday=MO(+1))
    fixed = {
        "today": today,
        "tomorrow": today + relativedelta(days=+1),
        "next week": next_monday,
        "next month": today + relativedelta(months=+1, day=1),
        "weekend": today + relativedelta(weekday=SA(+1)),
    }
    if found := fixed.get(said.removeprefix("this ").removeprefix("the ")):
        return found
    if said in _ON_WEEKDAY:  # the coming one, never today
        return today + relativedelta(days=+1, weekday=_ON_WEEKDAY[said](+1))
    if said.removeprefix("next ") in _ON_WEEKDAY:
        return next_monday + relativedelta(weekday=_ON_WEEKDAY[said.removeprefix("next ")](+1))
    if later := _IN_SOME_TIME.fullmatch(said):
        count = int(later["count"]) if later["count"].isdigit() else 1
        return today + count * _UNITS[later["unit"]]
    return _iso_day(said)


def _iso_day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if _ISO_DAY.fullmatch(said) else None
    except ValueError:
        return None


def _refuse(sentence: str) -> NoReturn:
    raise ProductError(ErrorCode.INVALID, sentence)
