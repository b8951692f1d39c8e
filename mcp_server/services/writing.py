"""The one way on which tasks change: one transaction that does the write, records it, and keeps its answer."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from pydantic_core import to_jsonable_python

from mcp_server.db.changes import Snapshot, StoredReply
from mcp_server.db.session import Database, Rows
from mcp_server.db.tasks import HeldTask
from mcp_server.origin import Origin
from mcp_server.services.snapshots import Content
from mcp_server.services.turns import lease_lost
from mcp_server.services.zones import Clock, utc_now, zone_of
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import WriteAnswer

Arguments = TypeVar("Arguments")
Answer = TypeVar("Answer", bound=WriteAnswer)


@dataclass
class Write:
    """One write on its way; every task that it touches is held by it, with what it was before.

    Attributes:
        now: the person's own time; ``at`` is the same moment in UTC, as it is stored.
        undoes: the number of the change set that this write takes back.
    """

    rows: Rows
    now: datetime
    undoes: int | None = None
    _touched: dict[int, tuple[HeldTask, Content | None]] = field(
        default_factory=dict[int, tuple[HeldTask, Content | None]]
    )

    @property
    def at(self) -> datetime:
        return self.now.astimezone(UTC)

    async def hold(self, numbers: Iterable[int]) -> dict[int, HeldTask]:
        """Return tasks by number, deleted ones too; nobody else changes them before this write ends."""
        return {task.id: self._touch(task) for task in await self.rows.tasks.lock(numbers)}

    async def hold_occurrence(self, series: int, on: date) -> HeldTask | None:
        """Return the task that stands for a date of a series, deleted or not."""
        found = await self.rows.tasks.lock_occurrence(series, on)
        return None if found is None else self._touch(found)

    async def add(self, drafts: Sequence[HeldTask]) -> None:
        """Give new tasks their numbers; one that repeats begins a series of its own, unless it continues another."""
        numbers = await self.rows.people.take_task_numbers(len(drafts))
        for task, number in zip(drafts, numbers, strict=True):
            task.id = number
            if task.repeat is not None and task.series is None:
                task.series = number
            self._touched[number] = (task, None)

    async def record(self, origin: Origin) -> str | None:
        """Store what changed, as one change set, and return the token that takes it back."""
        snapshots = [
            Snapshot(number, before.to_json() if before else None, after.to_json())
            for number, (task, before) in sorted(self._touched.items())
            if (after := Content.of(task)) != before
        ]
        if not snapshots:
            return None
        person = await self.rows.people.lock()
        number = await self.rows.changes.add(person, self.at, origin, snapshots, self.undoes)
        return f"c{number}"

    def _touch(self, task: HeldTask) -> HeldTask:
        """Keep what a task was; one that is held already is returned as this write has changed it."""
        return self._touched.setdefault(task.id, (task, Content.of(task)))[0]


class Writer:
    """Does one person's writes, one after the other."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def write(
        self,
        user: UserId,
        origin: Origin,
        rule: Callable[[Write, Arguments], Awaitable[Answer]],
        arguments: Arguments,
        kind: type[Answer],
    ) -> Answer:
        """Do what ``rule`` says, or give the answer that the same write was given before.

        Raises:
            ProductError: ``conflict``, when the key was used for another write, ``lease_lost``, when the turn that it
                belongs to is another's by now or has ended; and whatever the rule refuses.
        """
        key, digest = _identity(origin, arguments)
        async with self._database.transaction(user, holds_person=True) as rows:
            person = await rows.people.lock()  # a duplicate waits here, and then finds the first one's answer
            if origin.turn_id and origin.lease and not await rows.turns.is_answered(origin.turn_id, origin.lease):
                lease_lost()
            stored = await rows.replies.find(key) if key else None
            if stored is not None:
                return kind.model_validate(_same(stored, digest).result)
            write = Write(rows, self._clock().astimezone(zone_of(person.time_zone)))
            answer = await rule(write, arguments)
            token = await write.record(origin)
            answer = answer.model_copy(update={"undo_token": token})
            if write.undoes is not None and token is not None:
                await rows.changes.turn_over(write.undoes, int(token[1:]))
            if key:
                kept = answer.model_dump(mode="json", exclude_none=True)
                await rows.replies.add(key, StoredReply(digest, kept))
        return answer


def _identity(origin: Origin, arguments: object) -> tuple[str, str]:
    """Return the key under which the answer is kept, empty where nobody gave one, and the write's digest."""
    written = json.dumps(to_jsonable_python([origin.tool, arguments]), separators=(",", ":"))
    digest = hashlib.sha256(written.encode()).hexdigest()
    if origin.key:
        return f"key:{origin.key}", digest
    return (f"turn:{origin.turn_id}:{digest}" if origin.turn_id else ""), digest


def _same(stored: StoredReply, digest: str) -> StoredReply:
    if stored.request_hash != digest:
        sentence = "This idempotency key was used for another write. Send it under a new key."
        raise ProductError(ErrorCode.CONFLICT, sentence)
    return stored
