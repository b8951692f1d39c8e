"""Which part of the list a sentence means: how the tool is asked for it, and how it is called."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from gateway.offline.dates import ANY_NUMBER, MONTHS, WEEKDAYS, cut_day, month_of, number, weekend_of
from gateway.offline.forms import words_of
from gateway.offline.schedules import shifted

MOST_LISTED = 50

Days: TypeAlias = tuple[date | None, date]
"""The first day and the last; without a first one, all up to the last."""


@dataclass(frozen=True)
class Part:
    """A part of the list: the words that ask for it, how the tool is asked, and what is said."""

    words: frozenset[str]
    arguments: dict[str, Any]
    heading: str
    none: str


ALL_OPEN = Part(frozenset(), {}, "Your open tasks:", "Your list is empty.")
_DELETED = {"delete", "deleted", "remove", "removed", "trash", "bin"}
_PARTS = (
    Part(frozenset(_DELETED), {"status": "deleted"}, "Deleted:", "Nothing was deleted in the last 30 days."),
    Part(
        frozenset({"done", "completed", "finished", "did"}),
        {"status": "done"},
        "Completed:",
        "Nothing was completed yet.",
    ),
    Part(frozenset({"overdue", "late"}), {"due": "overdue"}, "Overdue:", "Nothing is overdue."),
    Part(frozenset({"undated", "without"}), {"due": "none"}, "Without a date:", "Every open task has a date."),
)
_TODAY = Part(frozenset({"today", "tonight"}), {"due": "today"}, "Due today:", "Nothing is due today.")
_WEEK = Part(frozenset({"week", "days"}), {"due": "next_7_days"}, "Due within 7 days:", "Nothing is due within 7 days.")
_LABEL = re.compile(r"(?:#|(?:labell?ed|tagged|label|tag)(?: as| with)? #?)(?P<label>[\w-]+)", re.IGNORECASE)
_MONTH = re.compile(rf"\b(?P<month>{'|'.join(MONTHS)})[a-z]*$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:by|until|till|before)\b", re.IGNORECASE)
_NEXT = re.compile(rf"\bnext (?P<count>{ANY_NUMBER}) (?P<unit>day|week|month)s$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from) (?P<first>.+?) (?:and|to|until|till) (?P<last>.+)$", re.IGNORECASE)
_IN = re.compile(r"in (?P<count>[0-9]+) (?P<unit>day|week|month)s")
_ALL = re.compile(
    r"(?:absolutely )?(?:everything|every (?:task|item)|all(?: of)?(?: (?:my|the|our))?(?P<kind> [a-z]+)?"
    r" (?:tasks?|to-?dos?|items?|things?|ones|stuff)"
    r"|(?:(?:my|the) )?(?P<some>overdue|late|done|completed|finished|deleted|undated|open) (?:tasks|ones|items|things)"
    r"|all(?: of)? (?:my|the) (?P<those>overdue|done|completed|finished|deleted|undated|open)"
    r"|(?:my|the) (?:(?:whole|entire|full|to-?do|task) )*list)"
    r"(?: (?:(?:that|which)(?: is| are)?|that's|i have|on my list|on the list|(?:with(?: the)? )?(?=#|label|tag)))*"
    r"(?P<rest> .+)?",
    re.IGNORECASE,
)


def part_meant(text: str, today: date) -> Part:
    """Return the part that the words ask for; all that is open where they name none."""
    words = words_of(text)
    if said := _LABEL.search(text):
        label = said["label"]
        return Part(frozenset(), {"label": label}, f"Labelled #{label}:", f"No open task is labelled #{label}.")
    part = next((part for part in _PARTS if part.words & words), None)
    return part or _range(text, words, today) or next((one for one in (_TODAY, _WEEK) if one.words & words), ALL_OPEN)


def all_meant(text: str, today: date) -> Part | None:
    """Return the part of which ``text`` means every task, such as ``all overdue tasks``; None where it means none."""
    said = _ALL.fullmatch(text)
    if said is None:
        return None
    which = " ".join(said[name] or "" for name in ("kind", "some", "those", "rest")).strip()
    part = part_meant(which, today)
    is_plain = which.lower() in ("", "open", "of it")
    return part if is_plain or part is not ALL_OPEN else None


def _range(text: str, words: set[str], today: date) -> Part | None:
    """Return the days that the text names: a span of days, one day, or all up to one."""
    days = _span(text, words, today) or _one_day(text, today)
    return _due(*days) if days else None


def _span(text: str, words: set[str], today: date) -> Days | None:
    if "weekend" in words:
        saturday = weekend_of(today) + timedelta(weeks="next" in words)
        return max(saturday, today), saturday + timedelta(days=1)
    if said := _NEXT.search(text):
        return today, _date(f"in {number(said['count'])} {said['unit'].lower()}s", today)
    if "month" in words:
        return month_of(today, 1 if "next" in words else 0)
    if said := _BETWEEN.search(text):
        first, last = _named_day(said["first"], today), _named_day(said["last"], today)
        return (first, last) if first and last else None
    return None


def _one_day(text: str, today: date) -> Days | None:
    rest, day = cut_day(f"x {text}", today)
    if day == "next week":
        monday = today + timedelta(days=7 - today.weekday())
        return monday, monday + timedelta(days=6)
    if day and day != "today":
        on = _date(day, today)
        return None if _UNTIL.search(text) else on, on
    if said := _MONTH.search(rest):
        return month_of(today, (MONTHS.index(said["month"].lower()) + 1 - today.month) % 12)
    return None


def _named_day(text: str, today: date) -> date | None:
    rest, day = cut_day(f"x {text}", today)
    return _date(day, today) if day and rest == "x" else None


def _date(day: str, today: date) -> date:
    """Return the date that one of the tools' words means."""
    if day == "today":
        return today
    if day == "tomorrow":
        return today + timedelta(days=1)
    if later := _IN.fullmatch(day):
        return date.fromisoformat(shifted(today.isoformat(), int(later["count"]), later["unit"]))
    if day.removeprefix("next ") in WEEKDAYS:
        at = WEEKDAYS.index(day.removeprefix("next "))
        ahead = 7 - today.weekday() + at if day.startswith("next ") else (at - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)
    return date.fromisoformat(day)


def _due(first: date | None, last: date) -> Part:
    arguments = {"due_from": first.isoformat() if first else "", "due_to": last.isoformat()}
    if first is None:
        name = f"until {_named(last)}"
    elif first == last:
        name = f"on {_named(last)}"
    else:
        name = f"from {_named(first)} to {_named(last)}"
    given = {key: value for key, value in arguments.items() if value}
    return Part(frozenset(), given, f"Due {name}:", f"Nothing is due {name}.")


def _named(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"
