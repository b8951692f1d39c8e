"""When something is due, as a sentence says it: cut out of the sentence, and put into the words that the tools take."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
NUMBERS = ["an", "a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NOON = 12
SATURDAY = 5

ANY_NUMBER = rf"[0-9]{{1,3}}|{'|'.join(NUMBERS)}"
ANY_DAY = "|".join(WEEKDAYS)
SHORT_DAY = "mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun"


def whole_day(short: str) -> str:
    """Return ``tuesday`` for ``Tues`` or ``tuesdays``."""
    return next(day for day in WEEKDAYS if day.startswith(short.lower()[:3]))


def number(word: str) -> int:
    return int(word) if word.isdigit() else max(NUMBERS.index(word.lower()) - 1, 1)


def month_of(today: date, ahead: int) -> tuple[date, date]:
    """Return the first and the last day of a month, ``ahead`` months from today's."""
    years, month = divmod(today.month - 1 + ahead, 12)
    year = today.year + years
    return date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def weekend_of(today: date) -> date:
    """Return the Saturday of this week's end; on a Sunday it is yesterday's."""
    return today + timedelta(days=SATURDAY - today.weekday())


def _coming(said: re.Match[str], today: date) -> str | None:
    """Return the next such day of a year that has one."""
    month, day = MONTHS.index(said["month"].lower()) + 1, int(said["day"])
    for year in range(today.year, today.year + 8):
        try:
            found = date(year, month, day)
        except ValueError:  # 29 February, or no day at all
            continue
        if found >= today:
            return found.isoformat()
    return None


def _coming_in_month(said: re.Match[str], today: date) -> str | None:
    """Return the next such day of a month that has one."""
    day = int(said["day"])
    for ahead in range(3):
        first, last = month_of(today, ahead)
        if 1 <= day <= last.day and first.replace(day=day) >= today:
            return first.replace(day=day).isoformat()
    return None


def _weekend(said: re.Match[str], today: date) -> str:
    later = timedelta(weeks=1 if said["next"] else 0)
    return (max(weekend_of(today), today) + later).isoformat()


def _clock(said: re.Match[str], half: int) -> str:
    return f"{int(said['hour']) % NOON + half:02}:{said['minute'] or '00'}"


_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_PART = r"(?: (?:morning|afternoon|evening|night))?"
_BEFORE_A_DAY = r"(?:due |by |on |for |until |till |before |this |coming |starting |from |beginning ){0,3}"
_BEFORE_A_TIME = r"(?:at |@ ?|by |from )?"

Reading = Callable[[re.Match[str], date], str | None]
Forms = list[tuple[re.Pattern[str], Reading]]


def both_ends(before: str, rows: list[tuple[str, Reading]]) -> Forms:
    """Compile each form twice: as the end of a sentence, and as its beginning."""
    return [
        (re.compile(form, re.IGNORECASE), read)
        for pattern, read in rows
        for form in (rf"(?:^|[\s,(]){before}{pattern}\)?$", rf"^{before}{pattern}(?:[,:]| to| that)?\s+")
    ]


_DAY_FORMS = both_ends(
    _BEFORE_A_DAY,
    [
        (r"(?:today|tonight|this (?:morning|afternoon|evening))", lambda _, __: "today"),
        (r"the day after tomorrow", lambda _, __: "in 2 days"),
        (rf"(?:tom+or+ow|tmrw){_PART}", lambda _, __: "tomorrow"),
        (r"next week", lambda _, __: "next week"),
        (r"next month", lambda _, today: month_of(today, 1)[0].isoformat()),
        (r"(?:at )?(?:the )?end of (?:the |this )?month", lambda _, today: month_of(today, 0)[1].isoformat()),
        (r"(?:the )?(?P<next>next )?weekend", _weekend),
        (rf"(?P<day>(?:next )?(?:{ANY_DAY})){_PART}", lambda said, _: said["day"].lower()),
        (rf"(?<=(?:on |by |to ))(?P<day>{SHORT_DAY})", lambda said, _: whole_day(said["day"])),
        (
            rf"in (?P<count>{ANY_NUMBER}) (?P<unit>day|week|month)s?",
            lambda said, _: f"in {number(said['count'])} {said['unit'].lower()}s",
        ),
        (r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})", lambda said, _: said["day"]),
        (rf"(?:the )?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}", _coming),
        (rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?", _coming),
        (r"(?<=(?:on |by |to ))the (?P<day>[0-9]{1,2})(?:st|nd|rd|th)(?: of the month)?", _coming_in_month),
    ],
)
_TIME_FORMS = both_ends(
    _BEFORE_A_TIME,
    [
        (r"(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5][0-9]))? ?am", lambda said, _: _clock(said, 0)),
        (r"(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5][0-9]))? ?pm", lambda said, _: _clock(said, NOON)),
        (r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])", lambda said, _: said["hour"] + ":" + said["minute"]),
        (r"(?:noon|midday)", lambda _, __: "12:00"),
        (r"(?<=at )(?P<hour>[1-7])(?: o.?clock)?", lambda said, _: f"{int(said['hour']) + NOON}:00"),  # afternoon
        (r"(?<=at )(?P<hour>[89]|1[0-2])(?: o.?clock)?", lambda said, _: said["hour"] + ":00"),
    ],
)


def cut_day(text: str, today: date) -> tuple[str, str]:
    """Return the text without its day, and the day as the tools take it; empty where there is none."""
    return cut(text, _DAY_FORMS, today)


def cut_time(text: str, today: date) -> tuple[str, str]:
    """Return the text without its time of day, and that as ``15:00``; empty where there is none."""
    return cut(text, _TIME_FORMS, today)


def cut(text: str, forms: Forms, today: date) -> tuple[str, str]:
    """Cut out what the first fitting form says; a sentence that is nothing else stays whole."""
    for form, read in forms:
        said = form.search(text)
        rest = "" if said is None else (text[: said.start()] + text[said.end() :]).strip(" ,")
        if said is not None and rest and (meant := read(said, today)) is not None:
            return rest, meant
    return text, ""
