"""The tools that change tasks, undo, and tell what was changed, as a model sees them."""

from typing import Annotated, TypeAlias

from pydantic import Field

from mcp_server.origin import Origin
from mcp_server.services.adding import add
from mcp_server.services.changes import ChangeService
from mcp_server.services.changing import update
from mcp_server.services.completing import complete, reopen
from mcp_server.services.undoing import undo
from mcp_server.services.writing import Writer
from mcp_server.tools.tasks import Limit
from shared.identity import UserId
from shared.tasks import (
    AddedTasks,
    ChangedTasks,
    Changes,
    CompletedTasks,
    NewTask,
    ReopenedTasks,
    TaskChange,
    TaskRef,
    Undone,
)

MOST_ITEMS = 25

Items: TypeAlias = Annotated[list[TaskRef], Field(min_length=1, max_length=MOST_ITEMS)]


class ChangeTools:
    """Each tool is a signature, a description and one call."""

    def __init__(self, writer: Writer, changes: ChangeService) -> None:
        self._writer = writer
        self._changes = changes

    async def add_tasks(
        self,
        user: UserId,
        origin: Origin,
        tasks: Annotated[list[NewTask], Field(min_length=1, max_length=MOST_ITEMS)],
    ) -> AddedTasks:
        """Add tasks. The answer names weekdays, similar open tasks, and what failed and why."""
        return await self._writer.write(user, origin, add, tasks, AddedTasks)

    async def update_tasks(
        self,
        user: UserId,
        origin: Origin,
        changes: Annotated[list[TaskChange], Field(min_length=1, max_length=MOST_ITEMS)],
    ) -> ChangedTasks:
        """Change the fields given; none clears one. due moves one occurrence of a repeating task; repeat with due
        changes the series."""
        return await self._writer.write(user, origin, update, changes, ChangedTasks)

    async def complete_tasks(self, user: UserId, origin: Origin, items: Items) -> CompletedTasks:
        """Mark tasks as done; a repeating one goes on at next_due. If two tasks could be meant, ask first."""
        return await self._writer.write(user, origin, complete, items, CompletedTasks)

    async def reopen_tasks(self, user: UserId, origin: Origin, items: Items) -> ReopenedTasks:
        """Mark done tasks as open again."""
        return await self._writer.write(user, origin, reopen, items, ReopenedTasks)

    async def undo(self, user: UserId, origin: Origin, undo_token: str = "") -> Undone:
        """Take back a whole change by its undo_token, else the latest one by any app. Undoing an undo redoes."""
        return await self._writer.write(user, origin, undo, undo_token, Undone)

    async def list_changes(
        self, user: UserId, *, since: str = "", task_id: str = "", limit: Limit = 20, cursor: str = ""
    ) -> Changes:
        """List who changed what, newest first, each with its undo_token."""
        return await self._changes.page(user, since, task_id, limit, cursor)
