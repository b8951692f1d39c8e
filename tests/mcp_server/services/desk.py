"""The task tools of one person, by their services, with a clock that stands where it is put."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mcp_server.db.session import Database
from mcp_server.origin import Origin
from mcp_server.services.adding import add
from mcp_server.services.changes import ChangeService
from mcp_server.services.changing import update
from mcp_server.services.completing import complete, reopen
from mcp_server.services.deletion import DeletionService
from mcp_server.services.tasks import TaskService, Wanted
from mcp_server.services.undoing import undo
from mcp_server.services.writing import Writer
from shared.identity import UserId
from shared.tasks import (
    AddedTasks,
    ChangedTasks,
    Changes,
    CompletedTask,
    CompletedTasks,
    Context,
    DeletedTasks,
    FoundTasks,
    NewTask,
    ReopenedTasks,
    Task,
    TaskChange,
    TaskRef,
    Undone,
)

START = datetime(2026, 11, 25, 10, tzinfo=UTC)


@dataclass
class Desk:
    """Whatever is done here is done at ``now``."""

    database: Database
    user: UserId
    now: datetime = START
    titles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writer = Writer(self.database, self._clock)

    def _clock(self) -> datetime:
        return self.now

    async def move(self, zone: str, local: str, fold: int = 0) -> Context:
        """Put the person into a zone, at a time of its clocks."""
        self.now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
        return await TaskService(self.database, self._clock).context(self.user, zone)

    def ref(self, task_id: str) -> TaskRef:
        return TaskRef(id=task_id, expect_title=self.titles[task_id])

    async def add(self, title: str = "task", **fields: Any) -> Task:
        answer = await self.write(add, [NewTask(title=title, **fields)], AddedTasks)
        assert not answer.failed, answer.failed
        self.titles[answer.added[0].id] = title
        return answer.added[0]

    async def update(self, task_id: str, **fields: Any) -> ChangedTasks:
        title = self.titles[task_id]
        change = TaskChange(id=task_id, expect_title=title, **fields)
        self.titles[task_id] = fields.get("title", title)
        return await self.write(update, [change], ChangedTasks)

    async def complete(self, task_id: str) -> CompletedTask:
        answer = await self.write(complete, [self.ref(task_id)], CompletedTasks)
        done = answer.completed[0]
        if done.next_id:
            self.titles[done.next_id] = self.titles[task_id]
        return done

    async def reopen(self, task_id: str) -> ReopenedTasks:
        return await self.write(reopen, [self.ref(task_id)], ReopenedTasks)

    async def delete(self, task_id: str) -> DeletedTasks:
        deletions = DeletionService(self.database, self.writer)
        return await deletions.delete(self.user, Origin("test", "delete_tasks"), [self.ref(task_id)], ())

    async def undo(self, token: str | None = "") -> Undone:
        return await self.write(undo, token or "", Undone)

    async def find(self, status: str = "open", **fields: Any) -> FoundTasks:
        texts = {"query": "", "due": "", "due_from": "", "due_to": "", "label": "", "cursor": "", **fields}
        wanted = Wanted(status=status, limit=50, **texts)  # type: ignore[arg-type]  # tests give what tools would
        return await TaskService(self.database, self._clock).find(self.user, wanted)

    async def changes(self, since: str = "") -> Changes:
        return await ChangeService(self.database, self._clock).page(self.user, since, "", 50, "")

    async def write(self, rule: Any, arguments: Any, kind: Any, **origin: Any) -> Any:
        names = {add: "add_tasks", update: "update_tasks", complete: "complete_tasks", reopen: "reopen_tasks"}
        tool = names.get(rule, "undo")
        return await self.writer.write(self.user, Origin("test", tool, **origin), rule, arguments, kind)
