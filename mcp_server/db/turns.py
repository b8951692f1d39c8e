"""Turns: who may answer a message, and until when."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    Uuid,
    case,
    delete,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
    union_all,
    update,
)

from mcp_server.db.repository import Repository
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import ConversationRow, TurnRow
from shared.contract import TurnOutcome, TurnStatus

LEASE_SECONDS = 15  # a dead holder is noticed soon, and a live one renews every two seconds


def status_now() -> ColumnElement[Any]:
    """Return a turn's status as readers see it: a lease that ran out is an interruption."""
    ran_out = (TurnRow.status == "running") & (TurnRow.lease_until <= func.now())
    return case((ran_out, "interrupted"), else_=TurnRow.status)


def lease_end() -> ColumnElement[Any]:
    return func.clock_timestamp() + timedelta(seconds=LEASE_SECONDS)


TURN, PLACE, _AFTER, LEASE = value("turn", Uuid), value("place"), value("after"), value("held", Uuid)
_OWN = TurnRow.user_id == USER
# Written out: a plan for any value could not use the indexes that hold the running ones alone.
_RUNNING = TurnRow.status == literal_column("'running'")
_HERE = TurnRow.conversation_id == PLACE
_ANSWER_SEQ = func.coalesce(TurnRow.answer_seq, TurnRow.number)
_FOUND = select(
    TurnRow.id,
    TurnRow.conversation_id,
    TurnRow.number,
    TurnRow.message_id,
    TurnRow.request_hash,
    status_now().label("status_now"),
    _ANSWER_SEQ.label("answer_place"),
    TurnRow.lease,
).where(_OWN)
_BY_ID, _BY_KEY = _FOUND.where(TurnRow.id == TURN), _FOUND.where(TurnRow.message_key == value("key"))
_FIND, _FIND_BY_KEY = Statement(_BY_ID), Statement(_BY_KEY)
_IS_ALIVE = TurnRow.lease_until > func.now()
_LOOK = Statement(
    union_all(  # not one look with OR: that would go through all of the person's turns
        _BY_KEY.add_columns(true().label("has_key"), _IS_ALIVE),
        _FOUND.add_columns(false().label("has_key"), _IS_ALIVE).where(_RUNNING),
    )
)
_FIND_BY_MESSAGE = Statement(_FOUND.where(_HERE, TurnRow.message_id == value("message")))
_FIND_LIVE = Statement(_FOUND.where(_HERE, _RUNNING, TurnRow.lease_until > func.now()))
_FOUND_HELD = (
    _BY_ID.add_columns((ConversationRow.next_seq > _ANSWER_SEQ + 1).label("has_answer"))
    .join(
        ConversationRow,
        onclause=(TurnRow.user_id == ConversationRow.user_id) & (TurnRow.conversation_id == ConversationRow.id),
    )
    .with_for_update(of=ConversationRow, key_share=True)
    .cte("found")
)
_ALL_RUNNING = Statement(select(TurnRow.conversation_id, _IS_ALIVE).where(_OWN, _RUNNING))
_IS_ANSWERED = Statement(select(exists().where(_OWN, TurnRow.id == TURN, TurnRow.lease == LEASE, _RUNNING)))
_LATEST_NUMBER = Statement(select(func.max(TurnRow.number)).where(_OWN, _HERE))
_CHANGE = update(TurnRow).where(_OWN)
_INTERRUPT = Statement(
    _CHANGE.where(_HERE, _RUNNING, TurnRow.lease_until <= func.now()).values(
        status="interrupted", finished_at=func.now()
    )
)
_TAKE_OVER = Statement(
    _CHANGE.where(TurnRow.id == TURN).values(
        status="running",
        stop=False,
        lease=LEASE,
        lease_until=lease_end(),
        answer_seq=_AFTER,
        finished_at=None,
    )
)
_ASK_TO_STOP = Statement(_CHANGE.where(TurnRow.id == TURN).values(stop=True))
_REMOVE_AFTER = Statement(delete(TurnRow).where(_OWN, _HERE, TurnRow.number > _AFTER))
_RENEWED = _CHANGE.where(_RUNNING, TurnRow.lease == LEASE).values(lease_until=lease_end())
_FINISHED = _CHANGE.where(_RUNNING, TurnRow.lease == LEASE).values(status=value("outcome"), finished_at=func.now())
_RENEW = Statement(_RENEWED.where(TurnRow.id == TURN).returning(TurnRow.stop))


def _holding(change: Update) -> Statement:
    """Return one statement that locks a turn's conversation, and then changes the turn."""
    changed = (
        change.where(TurnRow.id == TURN, TurnRow.id == _FOUND_HELD.c.id)
        .returning(TurnRow.id, TurnRow.stop)
        .cte("changed")
    )
    both = _FOUND_HELD.outerjoin(changed, onclause=changed.c.id == _FOUND_HELD.c.id)
    return Statement(select(*_FOUND_HELD.c, changed.c.stop).select_from(both))


_HOLD = _holding(_RENEWED)
_FINISH = _holding(_FINISHED)


@dataclass(frozen=True)
class StoredTurn:
    """A turn that was found; ``status`` is the one of this moment, ``answer_seq`` what its answer stands behind."""

    id: uuid.UUID
    conversation_id: uuid.UUID
    number: int
    message_id: str
    request_hash: str
    status: TurnStatus
    answer_seq: int
    lease: uuid.UUID


@dataclass(frozen=True)
class RunningTurn:
    """A turn without an end; ``is_alive`` while its holder renews the lease."""

    conversation_id: uuid.UUID
    is_alive: bool


@dataclass(frozen=True)
class HeldTurn:
    """A turn whose conversation is locked; as it was before the wait for the lock, if there was one.

    Attributes:
        has_answer: whether some of its answer is stored already.
        stop: whether the person wants it to stop; None when the lease is another's, or the turn has ended.
    """

    turn: StoredTurn
    has_answer: bool
    stop: bool | None


class TurnRepository(Repository):
    """One user's turns. Whoever changes a turn has locked its conversation before."""

    async def find(self, turn_id: uuid.UUID) -> StoredTurn | None:
        return await self._one(_FIND, turn=turn_id)

    async def find_by_key(self, key: str) -> StoredTurn | None:
        return await self._one(_FIND_BY_KEY, key=key)

    async def look(self, key: str) -> tuple[StoredTurn | None, list[RunningTurn]]:
        """Return the turn of a key, and the person's turns that have not ended, as ``running`` does."""
        known, running = None, list[RunningTurn]()
        for *columns, has_key, is_alive in await self._rows(_LOOK, key=key):
            turn = StoredTurn(*columns)
            if has_key:
                known = turn
            else:
                running.append(RunningTurn(turn.conversation_id, is_alive))
        return known, running

    async def find_by_message(self, conversation_id: uuid.UUID, message_id: str) -> StoredTurn | None:
        return await self._one(_FIND_BY_MESSAGE, place=conversation_id, message=message_id)

    async def find_live(self, conversation_id: uuid.UUID) -> StoredTurn | None:
        """Return the turn that is being answered, if its holder is alive."""
        return await self._one(_FIND_LIVE, place=conversation_id)

    async def running(self) -> list[RunningTurn]:
        """Return the person's turns that have not ended, those that nobody answers any more among them."""
        return [RunningTurn(*row) for row in await self._rows(_ALL_RUNNING)]

    async def is_answered(self, turn_id: uuid.UUID, lease: uuid.UUID) -> bool:
        """Tell whether the holder of this lease still answers; nobody takes over while the person's row is held."""
        answered: bool = await self._first(_IS_ANSWERED, turn=turn_id, held=lease)
        return answered

    async def latest_number(self, conversation_id: uuid.UUID) -> int:
        """Return the number of the conversation's latest turn."""
        number: int = await self._first(_LATEST_NUMBER, place=conversation_id)
        return number

    async def interrupt_expired(self, conversation_id: uuid.UUID) -> None:
        """End what nobody answers any more, so that it does not block the conversation."""
        await self._rows(_INTERRUPT, place=conversation_id)

    async def take_over(self, turn_id: uuid.UUID, answer_seq: int) -> uuid.UUID:
        """Give an ended turn a new lease and its answer a new place; the old lease stores nothing any more."""
        lease = uuid.uuid4()
        await self._rows(_TAKE_OVER, turn=turn_id, held=lease, after=answer_seq)
        return lease

    async def remove_after(self, conversation_id: uuid.UUID, number: int) -> None:
        """Forget the turns that came after one."""
        await self._rows(_REMOVE_AFTER, place=conversation_id, after=number)

    async def ask_to_stop(self, turn_id: uuid.UUID) -> None:
        await self._rows(_ASK_TO_STOP, turn=turn_id)

    async def renew(self, turn_id: uuid.UUID, lease: uuid.UUID) -> bool | None:
        """Extend the lease and tell whether the person wants it to stop; None when it is another's or has ended."""
        stop: bool | None = await self._first(_RENEW, turn=turn_id, held=lease)
        return stop

    async def hold(self, turn_id: uuid.UUID, lease: uuid.UUID) -> HeldTurn | None:
        """Lock the turn's conversation, and extend the lease if it is held; None when there is no such turn."""
        return await self._held(_HOLD, turn=turn_id, held=lease)

    async def finish(self, turn_id: uuid.UUID, lease: uuid.UUID, outcome: TurnOutcome) -> HeldTurn | None:
        """Lock the turn's conversation, and end the turn if its lease is held; None when there is no such turn."""
        return await self._held(_FINISH, turn=turn_id, held=lease, outcome=outcome)

    async def _held(self, statement: Statement, **values: Any) -> HeldTurn | None:
        row = await self._row(statement, **values)
        return None if row is None else HeldTurn(StoredTurn(*row[:-2]), *row[-2:])

    async def _one(self, statement: Statement, **values: Any) -> StoredTurn | None:
        row = await self._row(statement, **values)
        return None if row is None else StoredTurn(*row)
