"""What completion and resources look up of a person's tasks."""

from sqlalchemy import Integer, Text, cast, func, select, true

from mcp_server.db.repository import Repository
from mcp_server.db.searches import SHOWN, FoundTask
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import TaskRow

_PRESENT = (TaskRow.user_id == USER, TaskRow.deleted_at.is_(None))
_BEGINNING, _MOST = value("beginning", Text), value("most", Integer)
_LABEL = func.unnest(TaskRow.labels).table_valued("label", name="label")
_TASK = Statement(select(*SHOWN).where(*_PRESENT, TaskRow.id == value("number")))
_LABELS = Statement(
    select(_LABEL.c.label)
    .select_from(TaskRow)
    .join(_LABEL, true())
    .where(*_PRESENT, func.starts_with(func.lower(_LABEL.c.label), func.lower(_BEGINNING)))
    .distinct()
    .order_by(_LABEL.c.label)
    .limit(_MOST)
)
_OPEN_NUMBERS = Statement(
    select(TaskRow.id)
    .where(*_PRESENT, TaskRow.completed_at.is_(None), func.starts_with(cast(TaskRow.id, Text), _BEGINNING))
    .order_by(TaskRow.id.desc())
    .limit(_MOST)
)


class LookupRepository(Repository):
    """One user's tasks, by what somebody began to type."""

    async def task(self, number: int) -> FoundTask | None:
        """Return a task that is not deleted."""
        row = await self._row(_TASK, number=number)
        return None if row is None else FoundTask(*row)

    async def labels(self, beginning: str, limit: int) -> list[str]:
        """Return the labels in use that begin so, in alphabetical order."""
        return [label for (label,) in await self._rows(_LABELS, beginning=beginning, most=limit)]

    async def open_numbers(self, beginning: str, limit: int) -> list[int]:
        """Return the numbers of open tasks that begin with these digits, the newest first."""
        return [number for (number,) in await self._rows(_OPEN_NUMBERS, beginning=beginning, most=limit)]
