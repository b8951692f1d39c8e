"""Turns: who may answer a message, and until when."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mcp_server.db.tables import ConversationRow, TurnRow
from shared.contract import TurnOutcome, TurnStatus
from shared.identity import UserId

LEASE_SECONDS = 15  # a dead holder is noticed soon, and a live one renews every two seconds


def status_now() -> ColumnElement[Any]:
    """Return a turn's status as readers see it: a lease that ran out is an interruption."""
    ran_out = (TurnRow.status == "running") & (TurnRow.lease_until <= func.now())
    return case((ran_out, "interrupted"), else_=TurnRow.status)


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


class TurnRepository:
    """One user's turns. Whoever changes a turn has locked its conversation before."""

    def __init__(self, session: AsyncSession, user: UserId) -> None:
        self._session = session
        self._user = user

    async def find(self, turn_id: uuid.UUID) -> StoredTurn | None:
        return await self._stored(TurnRow.id == turn_id)

    async def hold(self, turn_id: uuid.UUID) -> StoredTurn | None:
        """Return a turn with its conversation locked; as it was before the wait for the lock, if there was one."""
        place = (TurnRow.user_id == ConversationRow.user_id, TurnRow.conversation_id == ConversationRow.id)
        found = self._found(TurnRow.id == turn_id).join(ConversationRow, onclause=place[0] & place[1])
        return await self._one(found.with_for_update(of=ConversationRow, key_share=True))

    async def find_by_key(self, key: str) -> StoredTurn | None:
        return await self._stored(TurnRow.message_key == key)

    async def find_by_message(self, conversation_id: uuid.UUID, message_id: str) -> StoredTurn | None:
        return await self._stored((TurnRow.conversation_id == conversation_id) & (TurnRow.message_id == message_id))

    async def find_live(self, conversation_id: uuid.UUID) -> StoredTurn | None:
        """Return the turn that is being answered, if its holder is alive."""
        return await self._stored((TurnRow.conversation_id == conversation_id) & (status_now() == "running"))

    async def running(self) -> list[RunningTurn]:
        """Return the person's turns that have not ended, those that nobody answers any more among them."""
        alive = TurnRow.lease_until > func.now()
        statement = select(TurnRow.conversation_id, alive).where(
            TurnRow.user_id == self._user, TurnRow.status == "running"
        )
        return [RunningTurn(*row) for row in await self._session.execute(statement)]

    async def latest_number(self, conversation_id: uuid.UUID) -> int:
        """Return the number of the conversation's latest turn."""
        statement = select(func.max(TurnRow.number)).where(*self._of(conversation_id))
        return (await self._session.execute(statement)).scalar_one()

    async def interrupt_expired(self, conversation_id: uuid.UUID) -> None:
        """End what nobody answers any more, so that it does not block the conversation."""
        expired = (TurnRow.status == "running", TurnRow.lease_until <= func.now())
        statement = update(TurnRow).where(*self._of(conversation_id), *expired)
        await self._session.execute(statement.values(status="interrupted", finished_at=func.now()))

    async def start(self, turn: StoredTurn, key: str) -> None:
        """Store a running turn."""
        values = {
            "user_id": self._user,
            "id": turn.id,
            "conversation_id": turn.conversation_id,
            "number": turn.number,
            "answer_seq": turn.answer_seq,
            "message_key": key,
            "message_id": turn.message_id,
            "request_hash": turn.request_hash,
            "lease": turn.lease,
            "lease_until": _lease_end(),
        }
        await self._session.execute(insert(TurnRow).values(values))

    async def take_over(self, turn_id: uuid.UUID, answer_seq: int) -> uuid.UUID:
        """Give an ended turn a new lease and its answer a new place; the old lease stores nothing any more."""
        lease = uuid.uuid4()
        statement = update(TurnRow).where(TurnRow.user_id == self._user, TurnRow.id == turn_id)
        values = {
            "status": "running",
            "stop": False,
            "lease": lease,
            "lease_until": _lease_end(),
            "answer_seq": answer_seq,
            "finished_at": None,
        }
        await self._session.execute(statement.values(values))
        return lease

    async def remove_after(self, conversation_id: uuid.UUID, number: int) -> None:
        """Forget the turns that came after one."""
        await self._session.execute(delete(TurnRow).where(*self._of(conversation_id), TurnRow.number > number))

    async def ask_to_stop(self, turn_id: uuid.UUID) -> None:
        statement = update(TurnRow).where(TurnRow.user_id == self._user, TurnRow.id == turn_id)
        await self._session.execute(statement.values(stop=True))

    async def renew(self, turn_id: uuid.UUID, lease: uuid.UUID) -> bool | None:
        """Extend the lease and tell whether the person wants it to stop; None when it is another's or has ended."""
        return await self._change(turn_id, lease, {"lease_until": _lease_end()})

    async def finish(self, turn_id: uuid.UUID, lease: uuid.UUID, outcome: TurnOutcome) -> bool:
        """End the turn; False when the lease is another's or the turn has ended."""
        return await self._change(turn_id, lease, {"status": outcome, "finished_at": func.now()}) is not None

    async def _change(self, turn_id: uuid.UUID, lease: uuid.UUID, values: dict[str, Any]) -> bool | None:
        """Change a held turn and return its ``stop``; None when it is not held."""
        held = (TurnRow.id == turn_id, TurnRow.status == "running", TurnRow.lease == lease)
        statement = update(TurnRow).where(TurnRow.user_id == self._user, *held).values(values).returning(TurnRow.stop)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def _stored(self, condition: ColumnElement[bool]) -> StoredTurn | None:
        return await self._one(self._found(condition))

    async def _one(self, statement: Select[Any]) -> StoredTurn | None:
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else StoredTurn(*row)

    def _found(self, condition: ColumnElement[bool]) -> Select[Any]:
        columns = (
            TurnRow.id,
            TurnRow.conversation_id,
            TurnRow.number,
            TurnRow.message_id,
            TurnRow.request_hash,
            status_now(),
            func.coalesce(TurnRow.answer_seq, TurnRow.number),
            TurnRow.lease,
        )
        return select(*columns).where(TurnRow.user_id == self._user, condition)

    def _of(self, conversation_id: uuid.UUID) -> tuple[Any, Any]:
        return (TurnRow.user_id == self._user, TurnRow.conversation_id == conversation_id)


def _lease_end() -> ColumnElement[Any]:
    return func.clock_timestamp() + timedelta(seconds=LEASE_SECONDS)
