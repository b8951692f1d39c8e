"""Change sets and stored replies: what was done to which tasks, by whom, and what was answered."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Text,
    any_,
    case,
    column,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import InstrumentedAttribute

from mcp_server.db.change_tables import ChangedTaskRow, ChangeRow, ReplyRow
from mcp_server.db.people import Person
from mcp_server.db.repository import Repository
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import PersonRow, TaskRow
from mcp_server.origin import Origin
from shared.contract import TaskTool

_NUMBER, _AT = value("number", Integer), value("at", DateTime(timezone=True))
_KEPT = {"user_id", "id", "created_at", "updated_at"}
_CONTENT = {column.name: column.type for column in TaskRow.__table__.c if column.name not in _KEPT}
_GIVEN = (
    func.jsonb_to_recordset(value("tasks", JSONB))
    .table_valued(column("task_id", Integer), column("before", JSONB), column("after", JSONB), name="given")
    .render_derived(with_types=True)
)
_AFTER = (
    func.jsonb_to_record(_GIVEN.c.after)
    .table_valued(*(column(name, kind) for name, kind in _CONTENT.items()), name="content")
    .render_derived(with_types=True)
)
_STORED = insert(TaskRow).from_select(
    ["user_id", "id", "updated_at", *_CONTENT],
    select(value("user", Text), _GIVEN.c.task_id, _AT, *_AFTER.c).join_from(_GIVEN, _AFTER, true()),
)
_DONE = insert(ChangeRow).values(
    user_id=USER,
    id=_NUMBER,
    at=_AT,
    client=value("client"),
    tool=value("tool"),
    turn_id=value("turn_id"),
    undoes=value("undoes"),
)
_COUNTED = (
    update(PersonRow)
    .where(PersonRow.user_id == USER)
    .values(next_task=value("next_task"), next_change=value("next_change"))
)
_ADD = Statement(
    insert(ChangedTaskRow)
    .from_select(
        ["user_id", "change_id", "task_id", "before", "after"], select(value("user", Text), _NUMBER, *_GIVEN.c)
    )
    .add_cte(
        _STORED.on_conflict_do_update(
            index_elements=[TaskRow.user_id, TaskRow.id],
            set_={name: _STORED.excluded[name] for name in ("updated_at", *_CONTENT)},
        ).cte("stored"),
        _DONE.cte("done"),
        _COUNTED.cte("counted"),
    )
)
_FOUND = select(
    ChangeRow.id, ChangeRow.at, ChangeRow.client, ChangeRow.tool, ChangeRow.undoes, ChangeRow.undone_by
).where(ChangeRow.user_id == USER)
_FIND = Statement(_FOUND.where(ChangeRow.id == _NUMBER))
_LATEST = Statement(
    _FOUND.where(ChangeRow.undone_by.is_(None), ChangeRow.tool != TaskTool.UNDO.value)
    .order_by(ChangeRow.id.desc())
    .limit(1)
)
_HAS_IN_TURN = Statement(
    select(
        exists().where(ChangeRow.user_id == USER, ChangeRow.turn_id == value("turn"), ChangeRow.tool == value("tool"))
    )
)
_UNDONE = (
    select(ChangeRow.id, ChangeRow.undoes, value("by", Integer).label("done_by"))
    .where(ChangeRow.user_id == USER, ChangeRow.id == _NUMBER)
    .cte("chain", recursive=True)
)
_CHAIN = _UNDONE.union_all(
    select(ChangeRow.id, ChangeRow.undoes, case((_UNDONE.c.done_by.is_(None), _UNDONE.c.id))).where(
        ChangeRow.user_id == USER, ChangeRow.id == _UNDONE.c.undoes
    )
)
_TURN_OVER = Statement(
    update(ChangeRow).where(ChangeRow.user_id == USER, ChangeRow.id == _CHAIN.c.id).values(undone_by=_CHAIN.c.done_by)
)


def _rows_of(*columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Statement:
    return Statement(
        select(ChangedTaskRow.change_id, ChangedTaskRow.task_id, *columns)
        .where(ChangedTaskRow.user_id == USER, ChangedTaskRow.change_id == any_(value("numbers", ARRAY(Integer))))
        .order_by(ChangedTaskRow.change_id, ChangedTaskRow.task_id)
    )


_ROWS_OF = _rows_of(ChangedTaskRow.before, ChangedTaskRow.after)
# Notes may be long: they are left out, and the later ones say whether they were others before.
_OTHER_NOTES = func.nullif(ChangedTaskRow.before["notes"].is_distinct_from(ChangedTaskRow.after["notes"]), false())
_LINES_OF = _rows_of(
    ChangedTaskRow.before.op("-")(literal_column("'notes'")),
    ChangedTaskRow.after.op("||")(func.jsonb_build_object(literal_column("'notes'"), _OTHER_NOTES)),
)
_FIND_REPLY = Statement(
    select(ReplyRow.request_hash, ReplyRow.result).where(ReplyRow.user_id == USER, ReplyRow.key == value("sent"))
)
_ADD_REPLY = Statement(
    insert(ReplyRow).values(user_id=USER, key=value("sent"), request_hash=value("digest"), result=value("result"))
)


@lru_cache
def _page(*, goes_on: bool, has_since: bool, of_task: bool) -> Statement:
    statement = _FOUND
    if goes_on:
        statement = statement.where(ChangeRow.id < value("before"))
    if has_since:
        statement = statement.where(ChangeRow.at >= value("since"))
    if of_task:
        own = (ChangedTaskRow.user_id == USER, ChangedTaskRow.task_id == value("task"))
        statement = statement.where(ChangeRow.id.in_(select(ChangedTaskRow.change_id).where(*own)))
    return Statement(statement.order_by(ChangeRow.id.desc()).limit(value("most", Integer)))


@dataclass(frozen=True)
class Snapshot:
    """A task before and after a change set; ``before`` is None for one that the set made."""

    task_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass(frozen=True)
class StoredChange:
    """A change set; ``undoes`` and ``undone_by`` are the numbers of others."""

    id: int
    at: datetime
    client: str
    tool: str
    undoes: int | None
    undone_by: int | None


@dataclass(frozen=True)
class StoredReply:
    request_hash: str
    result: dict[str, Any]


class ChangeRepository(Repository):
    """One user's change sets. Whoever adds one has locked the person before, and the tasks in it."""

    async def add(
        self, person: Person, at: datetime, origin: Origin, snapshots: Sequence[Snapshot], undoes: int | None
    ) -> int:
        """Store a change set, each task in it as it is after, and which numbers the person has used; return its own."""
        number = person.next_change
        person.next_change = number + 1
        said = {"client": origin.client, "tool": origin.tool, "turn_id": origin.turn_id, "undoes": undoes}
        used = {"next_task": person.next_task, "next_change": person.next_change}
        tasks = [{"task_id": one.task_id, "before": one.before, "after": one.after} for one in snapshots]
        await self._rows(_ADD, number=number, at=at, tasks=tasks, **said, **used)
        return number

    async def find(self, number: int) -> StoredChange | None:
        return _change(await self._row(_FIND, number=number))

    async def latest(self) -> StoredChange | None:
        """Return the latest change set that is neither undone nor itself an undo."""
        return _change(await self._row(_LATEST))

    async def has_in_turn(self, turn_id: uuid.UUID, tool: str) -> bool:
        """Tell whether a turn has changed something by a tool."""
        found: bool = await self._first(_HAS_IN_TURN, turn=turn_id, tool=tool)
        return found

    async def turn_over(self, number: int, by: int) -> None:
        """Note that a change set is undone; what it had undone itself stands again, and so on down the chain."""
        await self._rows(_TURN_OVER, number=number, by=by)

    async def rows_of(self, number: int) -> list[Snapshot]:
        """Return what a change set did to which tasks, in their order."""
        return [Snapshot(*snapshot) for _, *snapshot in await self._rows(_ROWS_OF, numbers=[number])]

    async def lines_of(self, numbers: Sequence[int]) -> dict[int, list[Snapshot]]:
        """Return the same of many, but for notes: true in the later ones where they were others before."""
        found: dict[int, list[Snapshot]] = {number: [] for number in numbers}
        for number, *snapshot in await self._rows(_LINES_OF, numbers=numbers):
            found[number].append(Snapshot(*snapshot))
        return found

    async def page(
        self, limit: int, *, before: int | None, since: datetime | None, task_id: int | None
    ) -> list[StoredChange]:
        """Return at most ``limit`` change sets, newest first; ``before`` is the number where the last page ended."""
        statement = _page(goes_on=before is not None, has_since=since is not None, of_task=task_id is not None)
        rows = await self._rows(statement, before=before, since=since, task=task_id, most=limit)
        return [StoredChange(*row) for row in rows]


class ReplyRepository(Repository):
    """One user's stored replies. Whoever adds one has locked the person before."""

    async def find(self, key: str) -> StoredReply | None:
        row = await self._row(_FIND_REPLY, sent=key)
        return None if row is None else StoredReply(*row)

    async def add(self, key: str, reply: StoredReply) -> None:
        await self._rows(_ADD_REPLY, sent=key, digest=reply.request_hash, result=reply.result)


def _change(row: Record | None) -> StoredChange | None:
    return None if row is None else StoredChange(*row)
