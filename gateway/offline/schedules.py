"""Day, time and repetition of a task, as a sentence says them; and by how much a date is to move."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.offline.dates import (
    ANY_DAY,
    ANY_NUMBER,
    SHORT_DAY,
    both_ends,
    cut,
    cut_day,
    cut_time,
    month_of,
    number,
    whole_day,
)

_NTH = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "-1"}
_UNITS = "day|week|month|year"
_EACH = r"(?:every|each)"
_SOME_DAY = rf"(?:{ANY_DAY}|{SHORT_DAY})s?"
_DAY_LIST = rf"{_SOME_DAY}(?:(?:, and |, | and | & ){_SOME_DAY})*"
_PLURAL_DAYS = rf"(?:{ANY_DAY})s(?:(?:, and |, | and | & )(?:{ANY_DAY})s)*"


def _every_n(said: re.Match[str], _: date) -> str:
    return f"every {number(said['count'])} {said['unit'].lower()}s"


def _on_days(said: re.Match[str], _: date) -> str:
    days = dict.fromkeys(whole_day(word) for word in re.findall(r"[a-z]+", said["days"].lower()) if word != "and")
    return f"every {', '.join(days)}"


def _nth_day(said: re.Match[str], _: date) -> str:
    return f"FREQ=MONTHLY;BYDAY={_NTH[said['nth'].lower()]}{said['day'][:2].upper()}"


_NTH_DAY = rf"(?P<nth>{'|'.join(_NTH)}) (?P<day>{ANY_DAY})"
_FORMS = both_ends(
    r"(?:repeating |repeats? |on |again )?",
    [
        (rf"{_EACH} {_NTH_DAY}(?: of the month)?", _nth_day),
        (rf"(?:the )?{_NTH_DAY} of (?:every|each|the) month", _nth_day),
        (r"(?:the )?last day of (?:every|each) month", lambda _, __: "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (rf"(?:{_EACH} (?:day|morning|afternoon|evening|night)|daily)", lambda _, __: "daily"),
        (rf"(?:{_EACH} (?:weekday|work(?:ing)? ?day)|weekdays)", lambda _, __: "weekdays"),
        (rf"(?:{_EACH} week|weekly)", lambda _, __: "weekly"),
        (rf"(?:{_EACH} month|monthly)", lambda _, __: "monthly"),
        (rf"(?:{_EACH} year|yearly|annually)", lambda _, __: "yearly"),
        (r"(?:every fortnight|fortnightly|biweekly)", lambda _, __: "every 2 weeks"),
        (rf"every (?:other|second) (?P<unit>{_UNITS})", lambda said, _: f"every 2 {said['unit'].lower()}s"),
        (rf"every (?P<count>{ANY_NUMBER}) (?P<unit>{_UNITS})s", _every_n),
        (rf"{_EACH} (?P<days>{_DAY_LIST})", _on_days),
        (rf"(?P<days>{_PLURAL_DAYS})", _on_days),
    ],
)
_ON_DAY = r"(?P<{}>first|[0-9]{{1,2}}(?:st|nd|rd|th))(?: day)?"
_EACH_MONTH = re.compile(
    rf"\b(?:on )?(?:(?:the )?{_ON_DAY.format('a')} of {_EACH} month|{_EACH} {_ON_DAY.format('b')} of the month)"
    r"(?=[ ,]|$)",
    re.IGNORECASE,
)
_SHIFT = re.compile(
    rf"(?:^|\s)(?:(?:by |back |forward )*(?P<count>{ANY_NUMBER}) (?:more )?(?P<unit>day|week|month)s?"
    r"(?: (?P<way>later|earlier|back|forward|sooner))?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Schedule:
    """When a task is due and how it repeats; each part is empty where the sentence does not say it."""

    day: str = ""
    time: str = ""
    repeat: str = ""

    @property
    def due(self) -> str:
        """Day and time as the tools take them; a time alone is today's."""
        return f"{self.day or 'today'} {self.time}" if self.time else self.day


def cut_schedule(text: str, today: date) -> tuple[str, Schedule]:
    """Return the text without what it says about day, time and repetition, in whatever order they stand."""
    found = {"time": "", "repeat": "", "day": ""}
    before = ""
    while text != before:
        before = text
        for name, cut_one in (("time", cut_time), ("repeat", _cut_repeat), ("day", cut_day)):
            if not found[name]:
                text, found[name] = cut_one(text, today)
    return text, Schedule(**found)


def cut_shift(text: str) -> tuple[str, int, str]:
    """Return the text without ``by two weeks``, and the number and unit; 0 where nothing is said."""
    said = _SHIFT.search(text)
    if said is None:
        return text, 0, ""
    backwards = (said["way"] or "").lower() in ("earlier", "sooner")
    count = number(said["count"])
    return text[: said.start()].strip(" ,"), -count if backwards else count, said["unit"].lower()


def shifted(due: str, count: int, unit: str) -> str:
    """Return a due date so much later, with the time that it has; a month keeps the day, or takes its last one."""
    day, time = due[:10], due[10:]
    on = date.fromisoformat(day)
    if unit == "month":
        first, last = month_of(on, count)
        return first.replace(day=min(on.day, last.day)).isoformat() + time
    return (on + timedelta(**{f"{unit}s": count})).isoformat() + time


def _cut_repeat(text: str, today: date) -> tuple[str, str]:
    rest, repeat = cut(_EACH_MONTH.sub(_monthly_on, text), _FORMS, today)
    return (rest, repeat) if repeat else (text, "")


def _monthly_on(said: re.Match[str]) -> str:
    """Say a day of every month as a day and a repetition, each of which has a form."""
    day = (said["a"] or said["b"]).lower()
    return f"on the {'1st' if day == 'first' else day} monthly"
