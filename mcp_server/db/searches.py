"""Searches of tasks: which rows one means, in which order, as a statement that is built once for each shape."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    Time,
    and_,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import TaskRow
from mcp_server.db.words import holds_all, patterns

Status: TypeAlias = Literal["open", "done", "deleted"]
Due: TypeAlias = Literal["", "overdue", "today", "next_7_days", "none"]
Position: TypeAlias = tuple[date, time, int] | tuple[datetime, int]
"""Where a page ended: the values that its order is made of."""

NO_DATE = date.max
NO_TIME = time.max
RESTORABLE = timedelta(days=30)
"""How long a deleted task can be brought back; the purge in ``alembic`` knows the same number."""

MOST_SHAPES = 256
_WEEK = timedelta(days=6)
_TODAY, _CLOCK, _LAST_DAY = value("today", Date), value("clock", Time), value("last", Date)
# One text for all places: a word holds no space, and so none is found across two of them.
_WORDED = TaskRow.title + " " + TaskRow.notes + " " + func.array_to_string(TaskRow.labels, " ")


class Shape(NamedTuple):
    """What of a search makes another statement; the rest are values."""

    status: Status
    due: Due
    has_words: bool
    has_from: bool
    has_to: bool
    has_label: bool


@dataclass(frozen=True)
class Search:
    """What is looked for; ``now`` is the person's own clock, without a zone, and ``at`` the same moment with one."""

    now: datetime
    at: datetime
    status: Status = "open"
    words: tuple[str, ...] = ()
    due: Due = ""
    due_from: date | None = None
    due_to: date | None = None
    label: str = ""

    @property
    def shape(self) -> Shape:
        has_from, has_to = self.due_from is not None, self.due_to is not None
        return Shape(self.status, self.due, bool(self.words), has_from, has_to, bool(self.label))

    @property
    def values(self) -> dict[str, Any]:
        return {
            **clock_values(self.now),
            "words": patterns(self.words),
            "oldest": self.at - RESTORABLE,
            "due_from": self.due_from,
            "due_to": self.due_to,
            "label": [self.label.lower()],
        }


class FoundTask(NamedTuple):
    """A task as a page shows it."""

    id: int
    title: str
    notes: str
    due_on: date | None
    due_at: time | None
    priority: str | None
    labels: list[str]
    repeat: str | None
    completed_at: datetime | None
    deleted_at: datetime | None


SHOWN = [getattr(TaskRow, name) for name in FoundTask._fields]
_AFTER_OPEN = tuple_(value("after_on", Date), value("after_at", Time), value("after_id", Integer))
_AFTER_ENDED = tuple_(value("after_ended", DateTime(timezone=True)), value("after_id", Integer))


def position_values(after: Position | None) -> dict[str, Any]:
    """Return the values of a position, by the names that ``page_statement`` gives them."""
    match after:
        case None:
            return {}
        case (on, at, number):
            return {"after_on": on, "after_at": at, "after_id": number}
        case (ended, number):
            return {"after_ended": ended, "after_id": number}


def clock_values(now: datetime) -> dict[str, Any]:
    """Return the values of the person's own clock, by the names that ``is_due`` gives them."""
    return {"today": now.date(), "clock": now.time(), "last": now.date() + _WEEK}


@lru_cache(MOST_SHAPES)
def page_statement(shape: Shape, *, goes_on: bool) -> Statement:
    """Return at most ``most`` tasks: open ones by due date, done and deleted ones newest first."""
    statement = select(*SHOWN).where(*_found_by(shape)).limit(value("most", Integer))
    if shape.status == "open":
        key = tuple_(func.coalesce(TaskRow.due_on, NO_DATE), func.coalesce(TaskRow.due_at, NO_TIME), TaskRow.id)
        statement = statement.order_by(TaskRow.due_on, TaskRow.due_at, TaskRow.id)
        return Statement(statement.where(key > _AFTER_OPEN) if goes_on else statement)
    ended = TaskRow.completed_at if shape.status == "done" else TaskRow.deleted_at
    statement = statement.order_by(ended.desc(), TaskRow.id.desc())
    return Statement(statement.where(tuple_(ended, TaskRow.id) < _AFTER_ENDED) if goes_on else statement)


@lru_cache(MOST_SHAPES)
def count_statement(shape: Shape) -> Statement:
    """Return how many tasks are found."""
    return Statement(select(func.count()).select_from(TaskRow).where(*_found_by(shape)))


def in_state(status: Status) -> list[ColumnElement[bool]]:
    """Return what a task of the user is in this state by."""
    if status == "deleted":
        return [TaskRow.user_id == USER, TaskRow.deleted_at.is_not(None)]
    done = TaskRow.completed_at.is_not(None) if status == "done" else TaskRow.completed_at.is_(None)
    return [TaskRow.user_id == USER, done, TaskRow.deleted_at.is_(None)]


def is_due(due: Due) -> ColumnElement[bool]:
    """Return what a task is due then by."""
    if due == "overdue":
        return or_(TaskRow.due_on < _TODAY, and_(TaskRow.due_on == _TODAY, TaskRow.due_at < _CLOCK))
    if due == "today":
        return TaskRow.due_on == _TODAY
    if due == "next_7_days":
        return TaskRow.due_on.between(_TODAY, _LAST_DAY)
    return TaskRow.due_on.is_(None)


def _found_by(shape: Shape) -> list[ColumnElement[bool]]:
    conditions = in_state(shape.status)
    if shape.status == "deleted":
        conditions.append(TaskRow.deleted_at > value("oldest", DateTime(timezone=True)))
    if shape.has_words:
        conditions.append(holds_all(_WORDED))
    if shape.due:
        conditions.append(is_due(shape.due))
    if shape.has_from:
        conditions.append(TaskRow.due_on >= value("due_from", Date))
    if shape.has_to:
        conditions.append(TaskRow.due_on <= value("due_to", Date))
    if shape.has_label:
        lower = cast(func.lower(cast(TaskRow.labels, Text)), ARRAY(Text))
        conditions.append(lower.contains(value("label", ARRAY(Text))))
    return conditions
