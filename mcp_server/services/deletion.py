"""Deleting tasks: softly, and more than one only when the person was asked about exactly these."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self

from mcp_server.db.searches import RESTORABLE
from mcp_server.db.session import Database
from mcp_server.db.tasks import HeldTask
from mcp_server.origin import Origin
from mcp_server.services.items import matched, numbers_of
from mcp_server.services.views import due_of, task_view
from mcp_server.services.writing import Write, Writer
from shared.contract import TaskTool
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
    def of(cls, row: HeldTask) -> Self:
        assert row.updated_at is not None
        return cls(f"t{row.id}", row.title, str(due_of(row) or ""), row.repeat or "", row.updated_at)


class DeletionService:
    """One user's deletions."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def targets(self, user: UserId, items: Sequence[TaskRef]) -> list[Target]:
        """Return the tasks that a deletion would hit now."""
        async with self._database.transaction(user) as rows:
            held = {task.id: task for task in await rows.tasks.lock(numbers_of(items))}
            found = {row.id: Target.of(row) for _, _, row in matched(held, items, [])}
        return list(found.values())

    async def delete(
        self, user: UserId, origin: Origin, items: Sequence[TaskRef], agreed: Collection[Target]
    ) -> DeletedTasks:
        """Delete tasks; ``agreed`` is what the person said yes to.

        Of one task nobody has to be asked, unless the same message of the web chat has deleted another.
        """
        rule = partial(_delete, origin=origin, agreed=frozenset(agreed))
        return await self._writer.write(user, origin, rule, items, DeletedTasks)


def needs_confirmation(hit: Sequence[Target], sentence: str) -> ProductError:
    return ProductError(ErrorCode.NEEDS_CONFIRMATION, sentence, tasks=[_asked(target) for target in hit])


def _asked(target: Target) -> dict[str, str]:
    told = {"id": target.id, "title": target.title, "due": target.due, "repeat": target.repeat}
    return {name: text for name, text in told.items() if text}


async def _delete(write: Write, items: Sequence[TaskRef], *, origin: Origin, agreed: frozenset[Target]) -> DeletedTasks:
    """Delete what the items mean.

    Raises:
        ProductError: ``needs_confirmation``, with the tasks, when it would delete one that nobody agreed to.
    """
    failed: list[Failure] = []
    held = await write.hold(numbers_of(items))
    deleted: list[HeldTask] = []
    hit: list[Target] = []
    for _, _, row in matched(held, items, failed):
        hit.append(Target.of(row))
        row.deleted_at = write.at
        deleted.append(row)
    if not agreed.issuperset(hit) and await _must_ask(write, items, origin):
        raise needs_confirmation(hit, UNCONFIRMED)
    until = (write.now + RESTORABLE).date().isoformat()
    return DeletedTasks(
        deleted=[task_view(row, write.now) for row in deleted],
        restorable_until=until if deleted else None,
        failed=failed or None,
    )


async def _must_ask(write: Write, items: Sequence[TaskRef], origin: Origin) -> bool:
    if origin.confirmed:
        return False
    if len(items) > 1:
        return True
    return origin.turn_id is not None and await write.rows.changes.has_in_turn(origin.turn_id, TaskTool.DELETE_TASKS)
