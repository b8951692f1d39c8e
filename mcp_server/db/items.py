"""The items of conversations: stored in order, an unfinished answer in place of what it was before."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    any_,
    column,
    delete,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mcp_server.db.repository import Repository
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import ConversationRow, ItemRow
from mcp_server.db.turns import PLACE, TURN, HeldTurn
from mcp_server.db.words import holds_all, patterns
from shared.contract import Feedback, Item, ItemPage, ItemState, Order

PERSONS, ASSISTANTS = "user_message", "assistant_message"
"""The kinds of items that are said aloud; every other one is a widget's, or hidden."""

WIDGET, HIDDEN = "widget", "hidden_context_item"


BEFORE_ALL, AFTER_ALL = 0, 2**31 - 1
"""Where a page begins that follows no item."""

_OWN = (ItemRow.user_id == USER, ItemRow.conversation_id == PLACE)
_ITEM, _AFTER, _MOST, _NEXT = value("item"), value("after"), value("most"), value("next")
_ITEMS = select(ItemRow.id, ItemRow.kind, ItemRow.created_at, ItemRow.data, ItemRow.state).where(*_OWN)
_FIND = Statement(_ITEMS.where(ItemRow.id == _ITEM))
_SEQ = Statement(select(ItemRow.seq).where(*_OWN, ItemRow.id == _ITEM))
_PAGES: dict[Order, Statement] = {
    "asc": Statement(_ITEMS.where(ItemRow.seq > _AFTER).order_by(ItemRow.seq.asc()).limit(_MOST)),
    "desc": Statement(_ITEMS.where(ItemRow.seq < _AFTER).order_by(ItemRow.seq.desc()).limit(_MOST)),
}
_PERSONS_AFTER = Statement(
    select(_ITEMS.where(ItemRow.seq > _AFTER, ItemRow.kind == literal_column(f"'{PERSONS}'")).exists())
)
_IS_OPEN = ItemRow.state == literal_column("'open'")  # written out, as ``running`` is in ``turns``
_CLOSING = update(ItemRow).where(*_OWN, _IS_OPEN).values(state=value("end")).returning(ItemRow.id)
_CLOSE_ALL, _CLOSE = Statement(_CLOSING), Statement(_CLOSING.where(ItemRow.id == _ITEM))
_REMOVE_ANSWER = Statement(delete(ItemRow).where(*_OWN, ItemRow.turn_id == TURN, ItemRow.seq > _AFTER))
_REMOVE_AFTER = Statement(
    delete(ItemRow).where(
        *_OWN, ItemRow.seq > _AFTER, not_((ItemRow.turn_id == TURN) & (ItemRow.kind == literal_column(f"'{HIDDEN}'")))
    )
)
_LAST_NUMBER = Statement(
    select(ConversationRow.next_seq - 1).where(ConversationRow.user_id == USER, ConversationRow.id == PLACE)
)
_SET_DATA = Statement(update(ItemRow).where(*_OWN, ItemRow.id == _ITEM).values(data=value("data")))
_MARK = Statement(
    update(ItemRow)
    .where(*_OWN, ItemRow.id == any_(value("items", ARRAY(Text))), ItemRow.kind != HIDDEN)
    .values(feedback=value("feedback"))
    .returning(ItemRow.id)
)
_STORED = {name: ItemRow.__table__.c[name].type for name in ("seq", *Item.model_fields)}
_GIVEN = (
    func.jsonb_to_recordset(value("items", JSONB))
    .table_valued(*(column(name, kind) for name, kind in _STORED.items()), name="given")
    .render_derived(with_types=True)
)
_SET_SEQ = (
    update(ConversationRow)
    .where(ConversationRow.user_id == USER, ConversationRow.id == PLACE)
    .values(updated_at=func.clock_timestamp(), next_seq=_NEXT)
)
_STORE = Statement(
    insert(ItemRow)
    .from_select(
        ["user_id", "conversation_id", "turn_id", *_STORED],
        select(value("user", Text), value("place", Uuid), TURN, *_GIVEN.c),
    )
    .add_cte(_SET_SEQ.cte("moved"))
)


# The plain text of a message: its parts, one below the other.
_PART = func.jsonb_path_query(ItemRow.data, literal_column("'$.content[*].text'::jsonpath")).column_valued("part")
_TEXT: ColumnElement[str] = select(
    func.string_agg(_PART.op("#>>")(literal_column("'{}'::text[]")), literal_column("E'\\n'"))
).scalar_subquery()
_SEARCH = Statement(
    select(ConversationRow.id, ConversationRow.title, ItemRow.created_at, ItemRow.kind == PERSONS, _TEXT)
    .join(
        ConversationRow,
        onclause=(ItemRow.user_id == ConversationRow.user_id) & (ItemRow.conversation_id == ConversationRow.id),
    )
    .where(ItemRow.user_id == USER, or_(ItemRow.kind == PERSONS, ItemRow.kind == ASSISTANTS), _TEXT != "")
    .where(holds_all(_TEXT))
    .order_by(ItemRow.created_at.desc(), ItemRow.conversation_id, ItemRow.seq.desc())
    .limit(_MOST)
)


@dataclass(frozen=True)
class Said:
    """A message that a search found."""

    conversation_id: uuid.UUID
    title: str
    created_at: datetime
    by_person: bool
    text: str


class ItemRepository(Repository):
    """One user's items. Whoever stores or removes some has locked their conversation before."""

    async def store_answer(self, held: HeldTurn, items: Sequence[Item]) -> None:
        """Store the answer of the running turn, which is all that stands after a place, in place of what it was."""
        turn = held.turn
        place, first = turn.conversation_id, turn.answer_seq + 1
        if held.has_answer:
            await self._rows(_REMOVE_ANSWER, place=place, turn=turn.id, after=turn.answer_seq)
        rows = [{"seq": first + n, **item.model_dump(mode="json")} for n, item in enumerate(items)]
        await self._rows(_STORE, place=place, turn=turn.id, next=first + len(items), items=rows)

    async def remove_after(self, conversation_id: uuid.UUID, number: int, turn_id: uuid.UUID) -> None:
        """Remove what stands after a message, but for the notes of what its own turn did."""
        await self._rows(_REMOVE_AFTER, place=conversation_id, after=number, turn=turn_id)

    async def last_number(self, conversation_id: uuid.UUID) -> int:
        """Return the number after which the next item is stored."""
        number: int = await self._first(_LAST_NUMBER, place=conversation_id)
        return number

    async def page(
        self, conversation_id: uuid.UUID, limit: int, order: Order, after: str | None = None
    ) -> ItemPage | None:
        """Return items in the order of storing; None when ``after`` is not there."""
        seq: int | None = BEFORE_ALL if order == "asc" else AFTER_ALL
        if after is not None:
            seq = await self._first(_SEQ, place=conversation_id, item=after)
            if seq is None:
                return None
        rows = await self._rows(_PAGES[order], place=conversation_id, after=seq, most=limit + 1)
        return ItemPage(items=[_item(*row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def find(self, conversation_id: uuid.UUID, item_id: str) -> Item | None:
        row = await self._row(_FIND, place=conversation_id, item=item_id)
        return None if row is None else _item(*row)

    async def has_message_after(self, conversation_id: uuid.UUID, number: int) -> bool:
        """Tell whether the person said more after a message."""
        more: bool = await self._first(_PERSONS_AFTER, place=conversation_id, after=number)
        return more

    async def set_data(self, conversation_id: uuid.UUID, item_id: str, data: dict[str, Any]) -> None:
        await self._rows(_SET_DATA, place=conversation_id, item=item_id, data=data)

    async def close(self, conversation_id: uuid.UUID, item_id: str | None, state: ItemState) -> bool:
        """Give an open item, or every one, its end; False when none was open."""
        statement = _CLOSE_ALL if item_id is None else _CLOSE
        return bool(await self._rows(statement, place=conversation_id, end=state, item=item_id))

    async def mark(self, conversation_id: uuid.UUID, item_ids: Collection[str], feedback: Feedback) -> int:
        """Store what the person thinks of shown items; return how many there were."""
        return len(await self._rows(_MARK, place=conversation_id, items=list(item_ids), feedback=feedback))

    async def search(self, words: Iterable[str], limit: int) -> list[Said]:
        """Return messages that hold all the words, newest first."""
        return [Said(*row) for row in await self._rows(_SEARCH, words=patterns(words), most=limit)]


def _item(*columns: Any) -> Item:
    item_id, kind, created_at, data, state = columns
    return Item(id=item_id, kind=kind, created_at=created_at, data=data, state=state)
