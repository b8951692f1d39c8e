"""When something is due, as a sentence says it: cut out of the sentence, and put into the words that the tools take."""

import re
from collections.abc import Callable
from datetime import date

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
NUMBERS = ["an", "a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NOON = 12


def _whole_day(short: str) -> str:
    return next(day for day in WEEKDAYS if day.startswith(short.lower()))


def _number(word: str) -> int:
    return int(word) if word.isdigit() else max(NUMBERS.index(word.lower()) - 1, 1)


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


def _clock(said: re.Match[str], half: int) -> str:
    return f"{int(said['hour']) % NOON + half:02}:{said['minute'] or '00'}"


_DAYS = "|".join(WEEKDAYS)
_SHORT_DAYS = "|".join(day[:3] for day in WEEKDAYS)
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_PART = r"(?: (?:morning|afternoon|evening|night))?"
_BEFORE_A_DAY = r"(?:due |by |on |for |until |before |this |coming ){0,3}"
_BEFORE_A_TIME = r"(?:at |@ ?|by |from )?"

Reading = Callable[[re.Match[str], date], str | None]


def _forms(before: str, rows: list[tuple[str, Reading]]) -> list[tuple[re.Pattern[str], Reading]]:
    """Compile each form twice: as the end of a sentence, and as its beginning."""
    return [
        (re.compile(form, re.IGNORECASE), read)
        for pattern, read in rows
        for form in (rf"(?:^|[\s,(]){before}{pattern}\)?$", rf"^{before}{pattern}(?:[,:]| to| that)?\s+")
    ]


_DAY_FORMS = _forms(
    _BEFORE_A_DAY,
    [
        (r"(?:today|tonight|this (?:morning|afternoon|evening))", lambda _, __: "today"),
        (rf"tomorrow{_PART}", lambda _, __: "tomorrow"),
        (r"next week", lambda _, __: "next week"),
        (rf"(?P<day>(?:next )?(?:{_DAYS})){_PART}", lambda said, _: said["day"].lower()),
        (rf"(?<=(?:on |by ))(?P<day>{_SHORT_DAYS})", lambda said, _: _whole_day(said["day"])),
        (
            rf"in (?P<count>[0-9]{{1,3}}|{'|'.join(NUMBERS)}) (?P<unit>day|week|month)s?",
            lambda said, _: f"in {_number(said['count'])} {said['unit'].lower()}s",
        ),
        (r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})", lambda said, _: said["day"]),
        (rf"(?:the )?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}", _coming),
        (rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?", _coming),
    ],
)
_TIME_FORMS = _forms(
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


def cut_due(text: str, today: date) -> tuple[str, str]:
    """Return the text without its date and time, and both as ``add_tasks`` takes them; empty where there is none."""
    rest, clock = _cut(text, _TIME_FORMS, today)
    rest, day = _cut(rest, _DAY_FORMS, today)
    if not clock:
        rest, clock = _cut(rest, _TIME_FORMS, today)
    return rest, f"{day or 'today'} {clock}" if clock else day


def _cut(text: str, forms: list[tuple[re.Pattern[str], Reading]], today: date) -> tuple[str, str]:
    for form, read in forms:
        said = form.search(text)
        rest = "" if said is None else (text[: said.start()] + text[said.end() :]).strip(" ,")
        if said is not None and rest and (meant := read(said, today)) is not None:
            return rest, meant
    return text, ""
