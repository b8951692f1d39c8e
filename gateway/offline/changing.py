"""Sentences that change a task: each becomes one edit, and the words that say of which task."""

import re
from collections.abc import Callable
from datetime import date

from gateway.offline.edits import CLEAR, Edit
from gateway.offline.forms import Heard
from gateway.offline.intents import Intent
from gateway.offline.pointing import QUOTES
from gateway.offline.schedules import Schedule, cut_schedule, cut_shift

Said = tuple[Edit, str]

_LEVELS = {"high": "high", "top": "high", "asap": "high", "medium": "medium", "normal": "medium"}
_LOOSE_END = re.compile(
    r"(?:\s+(?:to|until|till|for|on|at|by|from|into|back|due|be|is|repeat|repeating|instead))+$", re.IGNORECASE
)


def edit_in(heard: Heard, today: date) -> Said | None:
    """Return the edit that a sentence asks for; None where it does not say what is to change."""
    return READINGS[heard.intent](heard, today)


def _priority(heard: Heard, _: date) -> Said:
    level = heard.value.lower()
    if level.startswith("not") or level in ("low", "unimportant"):
        return Edit(priority="low"), heard.what
    return Edit(priority=_LEVELS.get(level, "high")), heard.what


def _move(heard: Heard, today: date) -> Said | None:
    """Read such as ``the dentist to friday at 3pm`` or ``it by two days``."""
    text = f"{heard.what} {heard.value}".strip()
    words, schedule = cut_schedule(text, today)
    if schedule != Schedule():
        return Edit(schedule=schedule), _without_old_date(words, today)
    words, count, unit = cut_shift(text)
    return (Edit(shift=(count, unit)), _LOOSE_END.sub("", words)) if count else None


def _change(heard: Heard, today: date) -> Said | None:
    """Read ``change … to …``: a date or repetition where it is one, else the new title."""
    if moved := _move(heard, today):
        return moved
    what, _, title = heard.what.partition(" to ")
    return _rename(Heard(heard.intent, what, title), today) if title else None


def _rename(heard: Heard, _: date) -> Said:
    return Edit(title=heard.value.strip(QUOTES)), heard.what


def _without_old_date(words: str, today: date) -> str:
    """Take ``from monday`` out of ``move it from monday to friday``."""
    words = _LOOSE_END.sub("", words)
    return cut_schedule(words, today)[0] if " from " in words else words


READINGS: dict[Intent, Callable[[Heard, date], Said | None]] = {
    Intent.MOVE: _move,
    Intent.CHANGE: _change,
    Intent.RENAME: _rename,
    Intent.PRIORITY: _priority,
    Intent.NO_PRIORITY: lambda heard, _: (Edit(priority=CLEAR), heard.what),
    Intent.NO_DATE: lambda heard, _: (Edit(schedule=Schedule(day=CLEAR)), heard.what),
    Intent.NO_REPEAT: lambda heard, _: (Edit(schedule=Schedule(repeat=CLEAR)), heard.what),
    Intent.LABEL: lambda heard, _: (Edit(label=heard.value.removeprefix("#")), heard.what),
    Intent.NO_LABEL: lambda heard, _: (Edit(drop_label=heard.value.removeprefix("#") or CLEAR), heard.what),
    Intent.NOTE: lambda heard, _: (Edit(note=heard.value.strip(QUOTES)), heard.what),
    Intent.NO_NOTE: lambda heard, _: (Edit(note=CLEAR), heard.what),
}
