"""Tasks: a person's rows as they are looked for and held."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from sqlalchemy import Integer, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from mcp_server.db.repository import Repository
from mcp_server.db.searches import (
    SHOWN,
    FoundTask,
    Position,
    Search,
    clock_values,
    count_statement,
    in_state,
    is_due,
    page_statement,
    position_values,
)
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import TaskRow
from mcp_server.db.words import holds_any, patterns


@dataclass(frozen=True)
class Counts:
    """How many open tasks there are, by due date."""

    overdue: int
    today: int
    next_7_days: int
    no_date: int


@dataclass
class HeldTask:
    """A task that nobody else changes until the transaction ends, or a new one without a number.

    What is changed in it is stored with its change set.
    """

    title: str
    notes: str
    priority: str | None
    labels: list[str]
    due_on: date | None = None
    due_at: time | None = None
    repeat: str | None = None
    repeat_from: date | None = None
    occurrence_on: date | None = None
    occurrence_at: time | None = None
    series: int | None = None
    completed_at: datetime | None = None
    deleted_at: datetime | None = None
    id: int = 0
    updated_at: datetime | None = None


_COUNTS = Statement(
    select(*(func.count().filter(is_due(due)) for due in ("overdue", "today", "next_7_days", "none"))).where(
        *in_state("open")
    )
)
_WITH_WORDS = Statement(
    select(*SHOWN).where(*in_state("open"), holds_any(TaskRow.title)).order_by(TaskRow.id).limit(value("most", Integer))
)
_HELD = select(*(getattr(TaskRow, one.name) for one in fields(HeldTask))).where(TaskRow.user_id == USER)
_LOCK = Statement(
    _HELD.where(TaskRow.id == any_(value("numbers", ARRAY(Integer))))
    .order_by(TaskRow.id)  # always in the same order, so that none deadlock
    .with_for_update(key_share=True)
)
_LOCK_OCCURRENCE = Statement(
    _HELD.where(TaskRow.series == value("series"), TaskRow.occurrence_on == value("on")).with_for_update(key_share=True)
)


class TaskRepository(Repository):
    """One user's tasks."""

    async def page(self, search: Search, limit: int, after: Position | None) -> list[FoundTask]:
        """Return at most ``limit`` tasks, those behind a position where one is given."""
        statement = page_statement(search.shape, goes_on=after is not None)
        rows = await self._rows(statement, most=limit, **search.values, **position_values(after))
        return [FoundTask(*row) for row in rows]

    async def count(self, search: Search) -> int:
        found: int = await self._first(count_statement(search.shape), **search.values)
        return found

    async def counts(self, now: datetime) -> Counts:
        [row] = await self._rows(_COUNTS, **clock_values(now))
        return Counts(*row)

    async def open_with_words(self, words: Iterable[str], limit: int) -> list[FoundTask]:
        """Return open tasks whose title holds any of the words."""
        return [FoundTask(*row) for row in await self._rows(_WITH_WORDS, words=patterns(words), most=limit)]

    async def lock(self, numbers: Iterable[int]) -> list[HeldTask]:
        """Return tasks by their numbers, deleted ones too, held until the transaction ends."""
        return [HeldTask(*row) for row in await self._rows(_LOCK, numbers=list(numbers))]

    async def lock_occurrence(self, series: int, on: date) -> HeldTask | None:
        """Return the task that stands for a date of a series, deleted or not."""
        row = await self._row(_LOCK_OCCURRENCE, series=series, on=on)
        return None if row is None else HeldTask(*row)
