"""Change sets and stored replies: what was done, by whom, and what was answered."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, Text, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from mcp_server.db.change_tables import ChangedTaskRow, ChangeRow, ReplyRow
from mcp_server.db.repository import USER, Repository, value
from mcp_server.origin import Origin
from shared.contract import TaskTool

_NUMBER, _AT = value("number", Integer), value("at", DateTime(timezone=True))
_GIVEN = (
    func.jsonb_to_recordset(value("tasks", JSONB))
    .table_valued(column("task_id", Integer), column("before", JSONB), column("after", JSONB), name="given")
    .render_derived(with_types=True)
)
_ADD = (
    insert(ChangedTaskRow)
    .from_select(
        ["user_id", "change_id", "task_id", "before", "after"], select(value("user", Text), _NUMBER, *_GIVEN.c)
    )
    .add_cte(
        insert(ChangeRow)
        .values(
            user_id=USER,
            id=_NUMBER,
            at=_AT,
            client=value("client"),
            tool=value("tool"),
            turn_id=value("turn_id"),
            undoes=value("undoes"),
        )
        .cte("done")
    )
)
_FIND_REPLY = select(ReplyRow.request_hash, ReplyRow.result).where(
    ReplyRow.user_id == USER, ReplyRow.key == value("sent")
)
_ADD_REPLY = insert(ReplyRow)


@dataclass(frozen=True)
class Snapshot:
    """A task before and after a change set; ``before`` is None for one that the set made."""

    task_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass(frozen=True)
class StoredReply:
    request_hash: str
    result: dict[str, Any]


class ChangeRepository(Repository):
    """One user's change sets. Whoever adds one has locked the person before."""

    async def add(
        self, number: int, at: datetime, origin: Origin, snapshots: Sequence[Snapshot], undoes: int | None
    ) -> None:
        """Store a change set; the tasks in it are stored already."""
        said = {"client": origin.client, "tool": origin.tool, "turn_id": origin.turn_id, "undoes": undoes}
        tasks = [{"task_id": one.task_id, "before": one.before, "after": one.after} for one in snapshots]
        await self._run(_ADD, number=number, at=at, tasks=tasks, **said)

    async def find(self, number: int) -> ChangeRow | None:
        statement = select(ChangeRow).where(ChangeRow.user_id == self._user, ChangeRow.id == number)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def latest(self) -> ChangeRow | None:
        """Return the latest change set that is neither undone nor itself an undo."""
        standing = (ChangeRow.undone_by.is_(None), ChangeRow.tool != TaskTool.UNDO)
        statement = select(ChangeRow).where(ChangeRow.user_id == self._user, *standing)
        return (await self._session.scalars(statement.order_by(ChangeRow.id.desc()).limit(1))).one_or_none()

    async def has_in_turn(self, turn_id: uuid.UUID, tool: str) -> bool:
        """Tell whether a turn has changed something by a tool."""
        statement = select(ChangeRow.id).where(ChangeRow.user_id == self._user, ChangeRow.turn_id == turn_id)
        return (
            await self._connection.scalars(statement.where(ChangeRow.tool == tool).limit(1))
        ).one_or_none() is not None

    async def set_undone_by(self, number: int, by: int | None) -> None:
        statement = update(ChangeRow).where(ChangeRow.user_id == self._user, ChangeRow.id == number)
        await self._session.execute(statement.values(undone_by=by))

    async def rows_of(self, numbers: Sequence[int]) -> Sequence[ChangedTaskRow]:
        """Return what the change sets did to each task, set by set, tasks in order."""
        wanted = (ChangedTaskRow.user_id == self._user, ChangedTaskRow.change_id.in_(numbers))
        order = (ChangedTaskRow.change_id, ChangedTaskRow.task_id)
        return (await self._session.scalars(select(ChangedTaskRow).where(*wanted).order_by(*order))).all()

    async def page(
        self, limit: int, *, before: int | None, since: datetime | None, task_id: int | None
    ) -> Sequence[ChangeRow]:
        """Return at most ``limit`` change sets, newest first; ``before`` is the number where the last page ended."""
        statement = select(ChangeRow).where(ChangeRow.user_id == self._user)
        if before is not None:
            statement = statement.where(ChangeRow.id < before)
        if since is not None:
            statement = statement.where(ChangeRow.at >= since)
        if task_id is not None:
            touched = select(ChangedTaskRow.change_id).where(
                ChangedTaskRow.user_id == self._user, ChangedTaskRow.task_id == task_id
            )
            statement = statement.where(ChangeRow.id.in_(touched))
        return (await self._session.scalars(statement.order_by(ChangeRow.id.desc()).limit(limit))).all()


class ReplyRepository(Repository):
    """One user's stored replies. Whoever adds one has locked the person before."""

    async def find(self, key: str) -> StoredReply | None:
        row = (await self._run(_FIND_REPLY, sent=key)).one_or_none()
        return None if row is None else StoredReply(*row)

    async def add(self, key: str, reply: StoredReply) -> None:
        values = {"user_id": self._user, "key": key, "request_hash": reply.request_hash, "result": reply.result}
        await self._connection.execute(_ADD_REPLY, values)
