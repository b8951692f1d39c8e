"""The task tools, as a model sees them."""

from typing import Annotated, Literal

from pydantic import Field

from mcp_server.services.tasks import TaskService, Wanted
from shared.identity import UserId
from shared.tasks import AddedTasks, CompletedTasks, Context, FoundTasks, NewTask, TaskRef

MOST_ITEMS = 25
MOST_FOUND = 50


class TaskTools:
    """Each tool is a signature, a description and one call."""

    def __init__(self, tasks: TaskService) -> None:
        self._tasks = tasks

    async def get_context(self, user: UserId) -> Context:
        """Tell the person's date, weekday, time and zone, and how many open tasks are overdue, due today, due within
        7 days, or undated. Call it before you reason about dates."""
        return await self._tasks.context(user)

    async def find_tasks(
        self,
        user: UserId,
        *,
        query: Annotated[str, Field(description="Words to look for in title, notes and labels.")] = "",
        status: Literal["open", "done"] = "open",
        due: Literal["", "overdue", "today", "next_7_days", "none"] = "",
        label: str = "",
        limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = 20,
        cursor: Annotated[str, Field(description="next_cursor of the page before.")] = "",
    ) -> FoundTasks:
        """Find tasks; without arguments all open ones, by due date. People know tasks by n and title, tools by id."""
        return await self._tasks.find(user, Wanted(query, status, due, label, limit, cursor))

    async def add_tasks(
        self, user: UserId, tasks: Annotated[list[NewTask], Field(min_length=1, max_length=MOST_ITEMS)]
    ) -> AddedTasks:
        """Add tasks. The answer names the weekday of each due date, similar open tasks, and what failed and why."""
        return await self._tasks.add(user, tasks)

    async def complete_tasks(
        self, user: UserId, items: Annotated[list[TaskRef], Field(min_length=1, max_length=MOST_ITEMS)]
    ) -> CompletedTasks:
        """Mark tasks as done. When two tasks could be meant, ask the person first."""
        return await self._tasks.complete(user, items)
