"""The tools that read tasks, as a model sees them."""

from typing import Annotated, Literal

from pydantic import Field

from mcp_server.services.tasks import TaskService, Wanted
from shared.identity import UserId
from shared.tasks import Context, FoundTasks

MOST_FOUND = 50

Limit = Annotated[int, Field(ge=1, le=MOST_FOUND)]


class TaskTools:
    """Each tool is a signature, a description and one call."""

    def __init__(self, tasks: TaskService) -> None:
        self._tasks = tasks

    async def get_context(self, user: UserId, time_zone: str = "") -> Context:
        """Tell the person's date, time and zone, and count what is overdue, due or undated. Call it before you
        reason about dates; time_zone (IANA) sets their zone."""
        return await self._tasks.context(user, time_zone)

    async def find_tasks(
        self,
        user: UserId,
        *,
        query: str = "",
        status: Literal["open", "done", "deleted"] = "open",
        due: Literal["", "overdue", "today", "next_7_days", "none"] = "",
        due_from: str = "",
        due_to: str = "",
        label: str = "",
        limit: Limit = 20,
        cursor: str = "",
    ) -> FoundTasks:
        """Find tasks, by default all open ones by due date. People know them by n and title, tools by id. query: words
        in title, notes or labels. cursor: next_cursor of the page before."""
        return await self._tasks.find(user, Wanted(query, status, due, due_from, due_to, label, limit, cursor))
