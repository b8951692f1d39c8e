"""Conversations: rows in, contract models out; what is said in them stands in ``items``."""

import uuid
from typing import Any

from sqlalchemy import delete, select, true, tuple_, update

from mcp_server.db.repository import USER, Repository
from mcp_server.db.tables import ConversationRow, TurnRow
from mcp_server.db.turns import PLACE, status_now
from shared.contract import Conversation, ConversationPage, Order, Turn

_LATEST = (
    select(TurnRow.id, TurnRow.message_id, status_now().label("status"))
    .where(TurnRow.user_id == ConversationRow.user_id, TurnRow.conversation_id == ConversationRow.id)
    .order_by(TurnRow.number.desc())
    .limit(1)
    .lateral("latest")
)
"""The latest turn of a conversation, which one look at ``turns_latest`` finds."""

_WITH_TURN = (
    select(
        ConversationRow.id,
        ConversationRow.title,
        ConversationRow.created_at,
        ConversationRow.updated_at,
        _LATEST.c.id,
        _LATEST.c.message_id,
        _LATEST.c.status,
    )
    .outerjoin(_LATEST, onclause=true())
    .where(ConversationRow.user_id == USER)
)
_FIND = _WITH_TURN.where(ConversationRow.id == PLACE)
_LOCK = (
    select(ConversationRow.id)
    .where(ConversationRow.user_id == USER, ConversationRow.id == PLACE)
    .with_for_update(key_share=True)
)


class ConversationRepository(Repository):
    """One user's conversations."""

    async def lock(self, conversation_id: uuid.UUID) -> bool:
        """Hold the conversation until the transaction ends; whoever locks a turn locks its conversation first."""
        return (await self._run(_LOCK, place=conversation_id)).scalar_one_or_none() is not None

    async def find(self, conversation_id: uuid.UUID) -> Conversation | None:
        row = (await self._run(_FIND, place=conversation_id)).one_or_none()
        return None if row is None else _conversation(*row)

    async def page(self, limit: int, order: Order, after: uuid.UUID | None) -> ConversationPage | None:
        """Return conversations by last change; None when ``after`` is not there."""
        key = tuple_(ConversationRow.updated_at, ConversationRow.id)
        statement = _WITH_TURN
        if after is not None:
            start = select(ConversationRow.updated_at, ConversationRow.id).where(*self._one(after))
            found = (await self._connection.execute(start)).one_or_none()
            if found is None:
                return None
            mark = tuple_(*found)
            statement = statement.where(key < mark if order == "desc" else key > mark)
        direction = [column.desc() if order == "desc" else column.asc() for column in key.clauses]
        rows = (await self._run(statement.order_by(*direction).limit(limit + 1))).all()
        return ConversationPage(conversations=[_conversation(*row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def rename(self, conversation_id: uuid.UUID, title: str) -> bool:
        statement = update(ConversationRow).where(*self._one(conversation_id)).values(title=title)
        return bool((await self._connection.execute(statement.returning(ConversationRow.id))).scalar_one_or_none())

    async def remove(self, conversation_id: uuid.UUID) -> bool:
        """Delete the conversation with its turns and items."""
        statement = delete(ConversationRow).where(*self._one(conversation_id)).returning(ConversationRow.id)
        return (await self._connection.execute(statement)).scalar_one_or_none() is not None

    def _one(self, conversation_id: uuid.UUID) -> tuple[Any, Any]:
        return (ConversationRow.user_id == self._user, ConversationRow.id == conversation_id)


def _conversation(*columns: Any) -> Conversation:
    conversation_id, title, created_at, updated_at, turn_id, message_id, status = columns
    turn = None if turn_id is None else Turn(id=str(turn_id), message_id=message_id, status=status)
    return Conversation(id=str(conversation_id), title=title, created_at=created_at, updated_at=updated_at, turn=turn)
