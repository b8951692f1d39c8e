"""What completion and resources look up of a person's tasks."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, cast, func, select, true

from mcp_server.db.repository import Repository
from mcp_server.db.tables import TaskRow


class LookupRepository(Repository):
    """One user's tasks, by what somebody began to type."""

    async def task(self, number: int) -> TaskRow | None:
        """Return a task that is not deleted."""
        statement = select(TaskRow).where(*self._present(), TaskRow.id == number)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def labels(self, beginning: str, limit: int) -> Sequence[str]:
        """Return the labels in use that begin so, in alphabetical order."""
        labels = func.unnest(TaskRow.labels).table_valued("label", name="label")
        begins = func.lower(labels.c.label).startswith(beginning.lower(), autoescape=True)
        statement = select(labels.c.label).select_from(TaskRow).join(labels, true()).where(*self._present(), begins)
        return (await self._connection.scalars(statement.distinct().order_by(labels.c.label).limit(limit))).all()

    async def open_numbers(self, beginning: str, limit: int) -> Sequence[int]:
        """Return the numbers of open tasks that begin with these digits, the newest first."""
        fits = cast(TaskRow.id, Text).startswith(beginning, autoescape=True)
        statement = select(TaskRow.id).where(*self._present(), TaskRow.completed_at.is_(None), fits)
        return (await self._connection.scalars(statement.order_by(TaskRow.id.desc()).limit(limit))).all()

    def _present(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return (TaskRow.user_id == self._user, TaskRow.deleted_at.is_(None))
