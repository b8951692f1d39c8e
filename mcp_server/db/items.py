"""The items of conversations: stored in order, an unfinished answer in place of what it was before."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal_column, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mcp_server.db.tables import ConversationRow, ItemRow
from shared.contract import Feedback, Item, ItemPage, ItemState, Order
from shared.identity import UserId

PERSONS, ASSISTANTS = "user_message", "assistant_message"
"""The kinds of items that are said aloud; every other one is a widget's, or hidden."""

WIDGET, HIDDEN = "widget", "hidden_context_item"


@dataclass(frozen=True)
class Said:
    """A message that a search found."""

    conversation_id: uuid.UUID
    title: str
    created_at: datetime
    by_person: bool
    text: str


class ItemRepository:
    """One user's items. Whoever stores or removes some has locked their conversation before."""

    def __init__(self, session: AsyncSession, user: UserId) -> None:
        self._session = session
        self._user = user

    async def append(self, conversation_id: uuid.UUID, turn_id: uuid.UUID, items: Sequence[Item]) -> int:
        """Store items at the end of the conversation; return the first one's number."""
        return await self._store(conversation_id, turn_id, items, ConversationRow.next_seq + len(items))

    async def replace_answer(
        self, conversation_id: uuid.UUID, turn_id: uuid.UUID, after: int, items: Sequence[Item]
    ) -> None:
        """Store the answer of the running turn, which is all that stands after a place, in place of what it was."""
        old = delete(ItemRow).where(*self._of(conversation_id), ItemRow.turn_id == turn_id, ItemRow.seq > after)
        await self._session.execute(old)
        await self._store(conversation_id, turn_id, items, after + 1 + len(items))

    async def remove_after(self, conversation_id: uuid.UUID, number: int, turn_id: uuid.UUID) -> None:
        """Remove what stands after a message, but for the notes of what its own turn did."""
        is_note = (ItemRow.turn_id == turn_id) & (ItemRow.kind == HIDDEN)
        await self._session.execute(
            delete(ItemRow).where(*self._of(conversation_id), ItemRow.seq > number, not_(is_note))
        )

    async def last_number(self, conversation_id: uuid.UUID) -> int:
        """Return the number after which the next item is stored."""
        own = (ConversationRow.user_id == self._user, ConversationRow.id == conversation_id)
        return (await self._session.execute(select(ConversationRow.next_seq - 1).where(*own))).scalar_one()

    async def page(
        self, conversation_id: uuid.UUID, limit: int, order: Order, after: str | None = None
    ) -> ItemPage | None:
        """Return items in the order of storing; None when ``after`` is not there."""
        statement = self._items(conversation_id)
        if after is not None:
            start = select(ItemRow.seq).where(*self._of(conversation_id), ItemRow.id == after)
            seq = (await self._session.execute(start)).scalar_one_or_none()
            if seq is None:
                return None
            statement = statement.where(ItemRow.seq < seq if order == "desc" else ItemRow.seq > seq)
        direction = ItemRow.seq.desc() if order == "desc" else ItemRow.seq.asc()
        rows = (await self._session.execute(statement.order_by(direction).limit(limit + 1))).all()
        return ItemPage(items=[_item(*row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def find(self, conversation_id: uuid.UUID, item_id: str) -> Item | None:
        row = (await self._session.execute(self._items(conversation_id).where(ItemRow.id == item_id))).one_or_none()
        return None if row is None else _item(*row)

    async def set_data(self, conversation_id: uuid.UUID, item_id: str, data: dict[str, Any]) -> None:
        statement = update(ItemRow).where(*self._of(conversation_id), ItemRow.id == item_id)
        await self._session.execute(statement.values(data=data))

    async def close(self, conversation_id: uuid.UUID, item_id: str | None, state: ItemState) -> bool:
        """Give an open item, or every one, its end; False when none was open."""
        statement = update(ItemRow).where(*self._of(conversation_id), ItemRow.state == "open")
        if item_id is not None:
            statement = statement.where(ItemRow.id == item_id)
        closed = await self._session.scalars(statement.values(state=state).returning(ItemRow.id))
        return closed.first() is not None

    async def mark(self, conversation_id: uuid.UUID, item_ids: Collection[str], feedback: Feedback) -> int:
        """Store what the person thinks of shown items; return how many there were."""
        wanted = (ItemRow.id.in_(item_ids), ItemRow.kind != HIDDEN)
        statement = update(ItemRow).where(*self._of(conversation_id), *wanted).values(feedback=feedback)
        return len((await self._session.scalars(statement.returning(ItemRow.id))).all())

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

    async def _store(
        self, conversation_id: uuid.UUID, turn_id: uuid.UUID, items: Sequence[Item], next_seq: int | ColumnElement[int]
    ) -> int:
        own = (ConversationRow.user_id == self._user, ConversationRow.id == conversation_id)
        values = {"next_seq": next_seq, "updated_at": func.clock_timestamp()}
        take = update(ConversationRow).where(*own).values(values).returning(ConversationRow.next_seq)
        first: int = (await self._session.execute(take)).scalar_one() - len(items)
        if items:
            place = {"user_id": self._user, "conversation_id": conversation_id, "turn_id": turn_id}
            rows = [place | {"seq": first + n} | item.model_dump() for n, item in enumerate(items)]
            await self._session.execute(insert(ItemRow), rows)
        return first

    def _of(self, conversation_id: uuid.UUID) -> tuple[Any, Any]:
        return (ItemRow.user_id == self._user, ItemRow.conversation_id == conversation_id)

    def _items(self, conversation_id: uuid.UUID) -> Select[str, str, datetime, dict[str, Any], str | None]:
        columns = (ItemRow.id, ItemRow.kind, ItemRow.created_at, ItemRow.data, ItemRow.state)
        return select(*columns).where(*self._of(conversation_id))


def _text() -> ColumnElement[str]:
    """Return the plain text of a message: its parts, one below the other."""
    part = func.jsonb_path_query(ItemRow.data, literal_column("'$.content[*].text'::jsonpath")).column_valued("part")
    plain = func.string_agg(part.op("#>>")(literal_column("'{}'::text[]")), "\n")
    return select(plain).scalar_subquery()


def _item(*columns: Any) -> Item:
    item_id, kind, created_at, data, state = columns
    return Item(id=item_id, kind=kind, created_at=created_at, data=data, state=state)
