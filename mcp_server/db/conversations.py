"""Conversations: rows in, contract models out; what is said in them stands in ``items``."""

import uuid
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Integer, Uuid, delete, select, true, tuple_, update

from mcp_server.db.repository import Repository
from mcp_server.db.statements import USER, Statement, value
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
_ONE = (ConversationRow.user_id == USER, ConversationRow.id == PLACE)
_FIND = Statement(_WITH_TURN.where(ConversationRow.id == PLACE))
_LOCK = Statement(select(ConversationRow.id).where(*_ONE).with_for_update(key_share=True))
_UPDATED = Statement(select(ConversationRow.updated_at).where(*_ONE))
_RENAME = Statement(update(ConversationRow).where(*_ONE).values(title=value("title")).returning(ConversationRow.id))
_REMOVE = Statement(delete(ConversationRow).where(*_ONE).returning(ConversationRow.id))


@lru_cache
def _page(order: Order, *, goes_on: bool) -> Statement:
    key = tuple_(ConversationRow.updated_at, ConversationRow.id)
    start = tuple_(value("updated", DateTime(timezone=True)), value("place", Uuid))
    statement = _WITH_TURN
    if goes_on:
        statement = statement.where(key < start if order == "desc" else key > start)
    direction = [column.desc() if order == "desc" else column.asc() for column in key.clauses]
    return Statement(statement.order_by(*direction).limit(value("most", Integer)))


class ConversationRepository(Repository):
    """One user's conversations."""

    async def lock(self, conversation_id: uuid.UUID) -> bool:
        """Hold the conversation until the transaction ends; whoever locks a turn locks its conversation first."""
        return bool(await self._rows(_LOCK, place=conversation_id))

    async def find(self, conversation_id: uuid.UUID) -> Conversation | None:
        row = await self._row(_FIND, place=conversation_id)
        return None if row is None else _conversation(*row)

    async def page(self, limit: int, order: Order, after: uuid.UUID | None) -> ConversationPage | None:
        """Return conversations by last change; None when ``after`` is not there."""
        updated = None if after is None else await self._first(_UPDATED, place=after)
        if after is not None and updated is None:
            return None
        statement = _page(order, goes_on=after is not None)
        rows = await self._rows(statement, updated=updated, place=after, most=limit + 1)
        return ConversationPage(conversations=[_conversation(*row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def rename(self, conversation_id: uuid.UUID, title: str) -> bool:
        return bool(await self._rows(_RENAME, place=conversation_id, title=title))

    async def remove(self, conversation_id: uuid.UUID) -> bool:
        """Delete the conversation with its turns and items."""
        return bool(await self._rows(_REMOVE, place=conversation_id))


def _conversation(*columns: Any) -> Conversation:
    conversation_id, title, created_at, updated_at, turn_id, message_id, status = columns
    turn = None if turn_id is None else Turn(id=str(turn_id), message_id=message_id, status=status)
    return Conversation(id=str(conversation_id), title=title, created_at=created_at, updated_at=updated_at, turn=turn)
