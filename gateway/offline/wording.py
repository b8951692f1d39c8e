"""How a task and a date are written for people."""

import re
from collections.abc import Iterable
from datetime import date

from shared.tasks import Failure, Task

LONGEST_NOTES = 200
_FOR_A_MODEL = re.compile(r"[.;] look with \w+\.$", re.IGNORECASE)


def all_named(tasks: Iterable[Task]) -> str:
    return ", ".join(map(named, tasks))


def named(task: Task) -> str:
    return f"“{task.title}”{details(task)}"


def described(task: Task) -> str:
    return f"{task.title}{details(task)}"


def details(task: Task) -> str:
    told: list[str] = []
    if task.due is not None:
        told.append(f", due {day_of(task.due)}")
    if task.overdue:
        told.append(" (overdue)")
    if task.repeat is not None:
        told.append(f", repeats {task.repeat}")
    if task.priority is not None:
        told.append(f", {task.priority} priority")
    told += [f" #{label}" for label in task.labels or ()]
    if task.notes:
        told.append(f", notes: {_short(task.notes)}")
    return "".join(told)


def _short(notes: str) -> str:
    line = " / ".join(notes.splitlines())
    return line if len(line) <= LONGEST_NOTES else f"{line[:LONGEST_NOTES]}…"


def day_of(due: str) -> str:
    """Return such as ``Friday, 27 November 2026 at 15:00``."""
    day, _, time = due.partition("T")
    on = date.fromisoformat(day)
    return f"{on:%A}, {on.day} {on:%B} {on.year}{f' at {time}' if time else ''}"


def failures(failed: Iterable[Failure] | None, what: str) -> list[str]:
    return [f"Item {one.item} {what}: {_FOR_A_MODEL.sub('.', one.message)}" for one in failed or ()]
