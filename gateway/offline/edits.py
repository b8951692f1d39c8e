"""What is to become of a task: the fields of one change, made for each task that it is meant for."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.offline.schedules import Schedule, shifted
from shared.tasks import Task

CLEAR = "none"


@dataclass(frozen=True)
class Edit:
    """One change, as it was said; ``none`` clears a field."""

    title: str = ""
    priority: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    shift: tuple[int, str] = (0, "")
    label: str = ""
    drop_label: str = ""
    note: str = ""

    def fields(self, task: Task, today: date) -> dict[str, Any] | None:
        """Return what ``update_tasks`` is told of this task; None where nothing would change."""
        said: dict[str, Any] = {
            "title": self.title,
            "due": self._due(task, today),
            "repeat": self.schedule.repeat,
            "priority": self.priority,
            "notes": self._notes(task),
            "labels": self._labels(task),
        }
        given = {name: value for name, value in said.items() if value}
        return {"id": task.id, "expect_title": task.title, **given} if given else None

    def _due(self, task: Task, today: date) -> str:
        """Return the new date: the time stays where only the day is said, and the day where only the time is."""
        day, time = self.schedule.day, self.schedule.time
        on, _, at = (task.due or "").partition("T")
        if self.shift[0]:
            return shifted(task.due or today.isoformat(), *self.shift)
        if day == CLEAR or not (day or time):
            return day
        return f"{day or on or 'today'} {time or at}".strip()

    def _notes(self, task: Task) -> str:
        if self.note in ("", CLEAR):
            return self.note
        return f"{task.notes}\n{self.note}" if task.notes else self.note

    def _labels(self, task: Task) -> list[str]:
        """Return all the labels that the task is to have."""
        held = task.labels or []
        if self.drop_label == CLEAR:
            return [CLEAR] if held else []
        if self.drop_label:
            left = [label for label in held if label.casefold() != self.drop_label.casefold()]
            return [] if left == held else left or [CLEAR]
        return [*held, self.label] if self.label and self.label not in held else []
