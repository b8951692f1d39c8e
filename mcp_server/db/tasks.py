"""Tasks: which rows a search means, in which order, and how they change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from mcp_server.db.repository import Repository
from mcp_server.db.tables import TaskRow

Status: TypeAlias = Literal["open", "done", "deleted"]
Due: TypeAlias = Literal["", "overdue", "today", "next_7_days", "none"]
Position: TypeAlias = tuple[date, time, int] | tuple[datetime, int]
"""Where a page ended: the values that its order is made of."""

NO_DATE = date.max
NO_TIME = time.max
RESTORABLE = timedelta(days=30)
"""How long a deleted task can be brought back; the purge in ``alembic`` knows the same number."""


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


@dataclass(frozen=True)
class Counts:
    """How many open tasks there are, by due date."""

    overdue: int
    today: int
    next_7_days: int
    no_date: int


class TaskRepository(Repository):
    """One user's tasks."""

    async def page(self, search: Search, limit: int, after: Position | None) -> Sequence[TaskRow]:
        """Return at most ``limit`` rows: open ones by due date, done and deleted ones newest first."""
        statement = select(TaskRow).where(*self._found_by(search))
        if search.status == "open":
            key = tuple_(func.coalesce(TaskRow.due_on, NO_DATE), func.coalesce(TaskRow.due_at, NO_TIME), TaskRow.id)
            statement = statement.order_by(TaskRow.due_on, TaskRow.due_at, TaskRow.id)
        else:
            ended = TaskRow.completed_at if search.status == "done" else TaskRow.deleted_at
            key = tuple_(ended, TaskRow.id)
            statement = statement.order_by(ended.desc(), TaskRow.id.desc())
        if after is not None:
            statement = statement.where(key > after if search.status == "open" else key < after)
        return (await self._session.scalars(statement.limit(limit))).all()

    async def count(self, search: Search) -> int:
        statement = select(func.count()).select_from(TaskRow).where(*self._found_by(search))
        return (await self._session.execute(statement)).scalar_one()

    async def counts(self, now: datetime) -> Counts:
        statement = select(
            func.count().filter(_is_due("overdue", now)),
            func.count().filter(_is_due("today", now)),
            func.count().filter(_is_due("next_7_days", now)),
            func.count().filter(_is_due("none", now)),
        ).where(*self._in_state("open"))
        return Counts(*(await self._session.execute(statement)).one())

    async def open_with_words(self, words: Iterable[str], limit: int) -> Sequence[TaskRow]:
        """Return open tasks whose title holds any of the words."""
        held = [TaskRow.title.icontains(word, autoescape=True) for word in words]
        statement = select(TaskRow).where(*self._in_state("open"), or_(False, *held))
        return (await self._session.scalars(statement.order_by(TaskRow.id).limit(limit))).all()

    def add(self, rows: Sequence[TaskRow], numbers: Iterable[int]) -> None:
        """Make new tasks under numbers that were taken for them; they are stored with the next flush."""
        for row, number in zip(rows, numbers, strict=True):
            row.user_id, row.id = self._user, number
        self._session.add_all(rows)

    async def lock(self, numbers: Iterable[int]) -> dict[int, TaskRow]:
        """Return tasks by number, deleted ones too, held until the transaction ends.

        They are taken always in the same order, so that none deadlock.
        """
        wanted = (TaskRow.user_id == self._user, TaskRow.id.in_(list(numbers)))
        statement = select(TaskRow).where(*wanted).order_by(TaskRow.id).with_for_update(key_share=True)
        return {row.id: row for row in await self._session.scalars(statement)}

    async def lock_occurrence(self, series: int, on: date) -> TaskRow | None:
        """Return the task that stands for a date of a series, deleted or not."""
        wanted = (TaskRow.user_id == self._user, TaskRow.series == series, TaskRow.occurrence_on == on)
        statement = select(TaskRow).where(*wanted).with_for_update(key_share=True)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def flush(self) -> None:
        """Send what changed to the database, within the transaction."""
        await self._session.flush()

    def _found_by(self, search: Search) -> list[ColumnElement[bool]]:
        conditions = self._in_state(search.status)
        if search.status == "deleted":
            conditions.append(TaskRow.deleted_at > search.at - RESTORABLE)
        conditions += [_holds(word) for word in search.words]
        if search.due:
            conditions.append(_is_due(search.due, search.now))
        if search.due_from is not None:
            conditions.append(TaskRow.due_on >= search.due_from)
        if search.due_to is not None:
            conditions.append(TaskRow.due_on <= search.due_to)
        if search.label:
            lower = cast(func.lower(cast(TaskRow.labels, Text)), ARRAY(Text))
            conditions.append(lower.contains([search.label.lower()]))
        return conditions

    def _in_state(self, status: Status) -> list[ColumnElement[bool]]:
        if status == "deleted":
            return [TaskRow.user_id == self._user, TaskRow.deleted_at.is_not(None)]
        done = TaskRow.completed_at.is_not(None) if status == "done" else TaskRow.completed_at.is_(None)
        return [TaskRow.user_id == self._user, done, TaskRow.deleted_at.is_(None)]


def _holds(word: str) -> ColumnElement[bool]:
    places = (TaskRow.title, TaskRow.notes, func.array_to_string(TaskRow.labels, " "))
    return or_(*(place.icontains(word, autoescape=True) for place in places))


def _is_due(due: Due, now: datetime) -> ColumnElement[bool]:
    today = now.date()
    if due == "overdue":
        earlier_today = and_(TaskRow.due_on == today, TaskRow.due_at < now.time())
        return or_(TaskRow.due_on < today, earlier_today)
    if due == "today":
        return TaskRow.due_on == today
    if due == "next_7_days":
        return TaskRow.due_on.between(today, today + timedelta(days=6))
    return TaskRow.due_on.is_(None)
