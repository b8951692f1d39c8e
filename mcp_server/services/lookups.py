"""What an MCP client shows a person by itself, without a model that asks: today, a task, what fits their typing."""

from pydantic import BaseModel

from mcp_server.db.session import Database
from mcp_server.services.items import no_such_task, number_in
from mcp_server.services.tasks import TaskService, Wanted
from mcp_server.services.views import task_view
from mcp_server.services.zones import Clock, local_now, utc_now
from shared.identity import UserId
from shared.tasks import Task

MOST_SHOWN = 50
MOST_COMPLETIONS = 100
"""The protocol allows no more in one answer."""


class Today(BaseModel):
    """What a day begins with.

    Attributes:
        overdue_total: how many are overdue; at most 50 of them are named, and the like for today.
    """

    today: str
    weekday: str
    time_zone: str
    overdue: list[Task]
    overdue_total: int
    due_today: list[Task]
    due_today_total: int


class LookupService:
    """One user's tasks at a glance."""

    def __init__(self, database: Database, tasks: TaskService, clock: Clock = utc_now) -> None:
        self._database = database
        self._tasks = tasks
        self._clock = clock

    async def today(self, user: UserId, label: str = "") -> Today:
        context = await self._tasks.context(user, "")
        overdue = await self._tasks.find(user, Wanted("", "open", "overdue", "", "", label, MOST_SHOWN, ""))
        due_today = await self._tasks.find(user, Wanted("", "open", "today", "", "", label, MOST_SHOWN, ""))
        return Today(
            today=context.today,
            weekday=context.weekday,
            time_zone=context.time_zone,
            overdue=overdue.tasks,
            overdue_total=overdue.total,
            due_today=due_today.tasks,
            due_today_total=due_today.total,
        )

    async def task(self, user: UserId, task_id: str) -> Task:
        """Return a task that is not deleted.

        Raises:
            ProductError: ``not_found``, for another's as for one that is not there.
        """
        async with self._database.transaction(user) as rows:
            now = local_now(rows.people, self._clock)
            row = await rows.lookups.task(number_in(task_id, "t") or 0)
        if row is None:
            raise no_such_task()
        return task_view(row, now)

    async def labels(self, user: UserId, typed: str) -> list[str]:
        async with self._database.transaction(user) as rows:
            return await rows.lookups.labels(typed, MOST_COMPLETIONS)

    async def task_ids(self, user: UserId, typed: str) -> list[str]:
        digits = typed.removeprefix("t")
        if digits and not (digits.isascii() and digits.isdigit()):
            return []
        async with self._database.transaction(user) as rows:
            return [f"t{number}" for number in await rows.lookups.open_numbers(digits, MOST_COMPLETIONS)]
