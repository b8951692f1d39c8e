"""Deleting tasks: softly, and more than one only when the person was asked about exactly these."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self

from mcp_server.db.session import Database
from mcp_server.db.tables import TaskRow
from mcp_server.db.tasks import RESTORABLE
from mcp_server.origin import Origin
from mcp_server.services.items import matched, numbers_of
from mcp_server.services.views import due_of, task_view
from mcp_server.services.writing import Write, Writer
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import DeletedTasks, Failure, TaskRef

UNCONFIRMED = "The person must agree before more than one task is deleted. Nothing was deleted; ask for their word."


@dataclass(frozen=True)
class Target:
    """A task as the person is asked about it; ``changed_at`` makes a yes hold for this state of it alone."""

    id: str
    title: str
    due: str
    repeat: str
    changed_at: datetime

    @classmethod
    def of(cls, row: TaskRow) -> Self:
        return cls(f"t{row.id}", row.title, str(due_of(row) or ""), row.repeat or "", row.updated_at)


class DeletionService:
    """One user's deletions."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def targets(self, user: UserId, items: Sequence[TaskRef]) -> list[Target]:
        """Return the tasks that a deletion would hit now."""
        async with self._database.transaction(user) as rows:
            held = await rows.tasks.lock(numbers_of(items))
            found = {row.id: Target.of(row) for _, _, row in matched(held, items, [])}
        return list(found.values())

    async def delete(
        self, user: UserId, origin: Origin, items: Sequence[TaskRef], agreed: Collection[Target]
    ) -> DeletedTasks:
        """Delete tasks; ``agreed`` is what the person said yes to, and of one task nobody has to be asked."""
        rule = partial(_delete, agreed=None if len(items) == 1 or origin.confirmed else frozenset(agreed))
        return await self._writer.write(user, origin, rule, items, DeletedTasks)


def needs_confirmation(hit: Sequence[Target], sentence: str) -> ProductError:
    asked = [{"id": target.id, "title": target.title} for target in hit]
    return ProductError(ErrorCode.NEEDS_CONFIRMATION, sentence, tasks=asked)


async def _delete(write: Write, items: Sequence[TaskRef], agreed: frozenset[Target] | None) -> DeletedTasks:
    """Delete what the items mean; ``agreed`` is None where no question is needed any more.

    Raises:
        ProductError: ``needs_confirmation``, with the tasks, when it would delete one that nobody agreed to.
    """
    failed: list[Failure] = []
    held = await write.hold(numbers_of(items))
    deleted: list[TaskRow] = []
    hit: list[Target] = []
    for _, _, row in matched(held, items, failed):
        hit.append(Target.of(row))
        row.deleted_at = write.at
        deleted.append(row)
    if agreed is not None and not agreed.issuperset(hit):
        raise needs_confirmation(hit, UNCONFIRMED)
    until = (write.now + RESTORABLE).date().isoformat()
    return DeletedTasks(
        deleted=[task_view(row, write.now) for row in deleted],
        restorable_until=until if deleted else None,
        failed=failed or None,
    )
