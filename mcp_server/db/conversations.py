"""Conversations and their items: rows in, contract models out."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, literal_column, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from mcp_server.db.tables import ConversationRow, ItemRow, TurnRow
from mcp_server.db.turns import status_now
from shared.contract import Conversation, ConversationPage, Item, ItemPage, Order, Turn
from shared.identity import UserId

PERSONS, ASSISTANTS = "user_message", "assistant_message"
"""The kinds of items that are said aloud; every other one is a widget's, or hidden."""


@dataclass(frozen=True)
class Said:
    """A message that a search found."""

    conversation_id: uuid.UUID
    title: str
    created_at: datetime
    by_person: bool
    text: str


class ConversationRepository:
    """One user's conversations."""

    def __init__(self, session: AsyncSession, user: UserId) -> None:
        self._session = session
        self._user = user

    async def create(self, conversation_id: uuid.UUID, title: str) -> bool:
        """Make a conversation; False when the id is in use."""
        values = {"user_id": self._user, "id": conversation_id, "title": title}
        statement = insert(ConversationRow).values(values).on_conflict_do_nothing().returning(ConversationRow.id)
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def lock(self, conversation_id: uuid.UUID) -> bool:
        """Hold the conversation until the transaction ends; whoever locks a turn locks its conversation first."""
        statement = select(ConversationRow.id).where(*self._one(conversation_id)).with_for_update(key_share=True)
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def find(self, conversation_id: uuid.UUID) -> Conversation | None:
        statement = self._with_turn().where(*self._one(conversation_id))
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else _conversation(*row)

    async def page(self, limit: int, order: Order, after: uuid.UUID | None) -> ConversationPage | None:
        """Return conversations by last change; None when ``after`` is not there."""
        key = tuple_(ConversationRow.updated_at, ConversationRow.id)
        statement = self._with_turn().where(ConversationRow.user_id == self._user)
        if after is not None:
            start = select(ConversationRow.updated_at, ConversationRow.id).where(*self._one(after))
            found = (await self._session.execute(start)).one_or_none()
            if found is None:
                return None
            mark = tuple_(*found)
            statement = statement.where(key < mark if order == "desc" else key > mark)
        direction = [column.desc() if order == "desc" else column.asc() for column in key.clauses]
        rows = (await self._session.execute(statement.order_by(*direction).limit(limit + 1))).all()
        return ConversationPage(conversations=[_conversation(*row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def rename(self, conversation_id: uuid.UUID, title: str) -> bool:
        statement = update(ConversationRow).where(*self._one(conversation_id)).values(title=title)
        return bool((await self._session.execute(statement.returning(ConversationRow.id))).scalar_one_or_none())

    async def remove(self, conversation_id: uuid.UUID) -> bool:
        """Delete the conversation with its turns and items."""
        statement = delete(ConversationRow).where(*self._one(conversation_id)).returning(ConversationRow.id)
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def append(self, conversation_id: uuid.UUID, turn_id: uuid.UUID, items: list[Item]) -> int:
        """Store items at the end of a conversation that this transaction has locked; return the first one's number."""
        count = len(items)
        take = update(ConversationRow).where(*self._one(conversation_id))
        values = {"next_seq": ConversationRow.next_seq + count, "updated_at": func.clock_timestamp()}
        end = (await self._session.execute(take.values(values).returning(ConversationRow.next_seq))).scalar_one()
        first = end - count
        if items:
            place = {"user_id": self._user, "conversation_id": conversation_id, "turn_id": turn_id}
            rows = [place | {"seq": first + n} | item.model_dump() for n, item in enumerate(items)]
            await self._session.execute(insert(ItemRow), rows)
        return first

    async def items(
        self, conversation_id: uuid.UUID, limit: int, order: Order, after: str | None = None
    ) -> ItemPage | None:
        """Return items in the order of storing; None when ``after`` is not there."""
        statement = self._items(conversation_id)
        if after is not None:
            start = select(ItemRow.seq).where(*self._item(conversation_id, after))
            seq = (await self._session.execute(start)).scalar_one_or_none()
            if seq is None:
                return None
            statement = statement.where(ItemRow.seq < seq if order == "desc" else ItemRow.seq > seq)
        direction = ItemRow.seq.desc() if order == "desc" else ItemRow.seq.asc()
        rows = (await self._session.execute(statement.order_by(direction).limit(limit + 1))).all()
        return ItemPage(items=[_item(*row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def item(self, conversation_id: uuid.UUID, item_id: str) -> Item | None:
        row = (await self._session.execute(self._items(conversation_id).where(ItemRow.id == item_id))).one_or_none()
        return None if row is None else _item(*row)

    async def search(self, words: Sequence[str], limit: int) -> list[Said]:
        """Return messages that hold all the words, newest first."""
        text = _text()
        same = (ItemRow.user_id == ConversationRow.user_id, ItemRow.conversation_id == ConversationRow.id)
        columns = (ConversationRow.id, ConversationRow.title, ItemRow.created_at, ItemRow.kind == PERSONS, text)
        statement = (
            select(*columns)
            .join(ConversationRow, onclause=same[0] & same[1])
            .where(ItemRow.user_id == self._user, ItemRow.kind.in_([PERSONS, ASSISTANTS]), text != "")
            .where(*(text.icontains(word, autoescape=True) for word in words))
            .order_by(ItemRow.created_at.desc(), ItemRow.conversation_id, ItemRow.seq.desc())
        )
        return [Said(*row) for row in await self._session.execute(statement.limit(limit))]

    def _one(self, conversation_id: uuid.UUID) -> tuple[Any, Any]:
        return (ConversationRow.user_id == self._user, ConversationRow.id == conversation_id)

    def _item(self, conversation_id: uuid.UUID, item_id: str) -> tuple[Any, Any, Any]:
        return (ItemRow.user_id == self._user, ItemRow.conversation_id == conversation_id, ItemRow.id == item_id)

    def _items(self, conversation_id: uuid.UUID) -> Select[str, str, datetime, dict[str, Any]]:
        columns = (ItemRow.id, ItemRow.kind, ItemRow.created_at, ItemRow.data)
        return select(*columns).where(ItemRow.user_id == self._user, ItemRow.conversation_id == conversation_id)

    def _with_turn(self) -> Select[uuid.UUID, str, datetime, datetime, Any, Any, Any]:
        """Select conversations with their latest turn, which one look at ``turns_latest`` finds."""
        latest = (
            select(TurnRow.id, TurnRow.message_id, status_now().label("status"))
            .where(TurnRow.user_id == ConversationRow.user_id, TurnRow.conversation_id == ConversationRow.id)
            .order_by(TurnRow.number.desc())
            .limit(1)
            .lateral("latest")
        )
        own = (ConversationRow.id, ConversationRow.title, ConversationRow.created_at, ConversationRow.updated_at)
        return select(*own, latest.c.id, latest.c.message_id, latest.c.status).outerjoin(latest, onclause=true())


def _text() -> ColumnElement[str]:
    """Return the plain text of a message: its parts, one below the other."""
    part = func.jsonb_path_query(ItemRow.data, literal_column("'$.content[*].text'::jsonpath")).column_valued("part")
    plain = func.string_agg(part.op("#>>")(literal_column("'{}'::text[]")), "\n")
    return select(plain).scalar_subquery()


def _conversation(*columns: Any) -> Conversation:
    conversation_id, title, created_at, updated_at, turn_id, message_id, status = columns
    turn = None if turn_id is None else Turn(id=str(turn_id), message_id=message_id, status=status)
    return Conversation(id=str(conversation_id), title=title, created_at=created_at, updated_at=updated_at, turn=turn)


def _item(*columns: Any) -> Item:
    item_id, kind, created_at, data = columns
    return Item(id=item_id, kind=kind, created_at=created_at, data=data)
