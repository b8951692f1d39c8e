"""Tasks: a person's rows as they are looked for, held and changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from mcp_server.db.repository import Repository
from mcp_server.db.searches import (
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
from mcp_server.db.tables import TaskRow

_COUNTS = select(*(func.count().filter(is_due(due)) for due in ("overdue", "today", "next_7_days", "none"))).where(
    *in_state("open")
)


@dataclass(frozen=True)
class Counts:
    """How many open tasks there are, by due date."""

    overdue: int
    today: int
    next_7_days: int
    no_date: int


class TaskRepository(Repository):
    """One user's tasks."""

    async def page(self, search: Search, limit: int, after: Position | None) -> list[FoundTask]:
        """Return at most ``limit`` tasks, those behind a position where one is given."""
        statement = page_statement(search.shape, goes_on=after is not None)
        rows = await self._run(statement, most=limit, **search.values, **position_values(after))
        return [FoundTask(*row) for row in rows]

    async def count(self, search: Search) -> int:
        found: int = (await self._run(count_statement(search.shape), **search.values)).scalar_one()
        return found

    async def counts(self, now: datetime) -> Counts:
        return Counts(*(await self._run(_COUNTS, **clock_values(now))).one())

    async def open_with_words(self, words: Iterable[str], limit: int) -> Sequence[TaskRow]:
        """Return open tasks whose title holds any of the words."""
        held = [TaskRow.title.icontains(word, autoescape=True) for word in words]
        statement = select(TaskRow).where(*in_state("open"), or_(False, *held)).order_by(TaskRow.id).limit(limit)
        return (await self._session.scalars(statement, {"user": self._user})).all()

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
