"""Reading, searching, naming and deleting conversations."""

import uuid
from typing import Any, Literal, NoReturn

from pydantic import BaseModel

from mcp_server.db.items import WIDGET
from mcp_server.db.session import Database
from mcp_server.services.texts import clean_line, clean_text, storable
from mcp_server.services.views import local_moment
from mcp_server.services.zones import Clock, local_now, utc_now
from shared.contract import ConversationPage, ConversationRead, Done, Feedback, Item, ItemPage, Order
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

TITLE_LENGTH = 120
MOST_WORDS = 10
SHOWN_TEXT = 500


class FoundMessage(BaseModel):
    """A message that was found; ``text`` is the part around the first word that was looked for."""

    conversation: str
    title: str | None
    at: str | None
    who: Literal["person", "assistant"]
    text: str


class FoundMessages(BaseModel):
    """What ``search_conversations`` found, newest first."""

    messages: list[FoundMessage]
    hint: str | None = None


class ConversationService:
    """One user's conversations, one transaction a call."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def page(self, user: UserId, limit: int, order: Order, after: str) -> ConversationPage:
        async with self._database.transaction(user) as rows:
            found = await rows.conversations.page(limit, order, conversation_uuid(after) if after else None)
        return found or conversation_not_found()

    async def read(self, user: UserId, conversation_id: str, limit: int, order: Order) -> ConversationRead:
        async with self._database.transaction(user) as rows:
            conversation = await rows.conversations.find(conversation_uuid(conversation_id))
            page = await rows.items.page(conversation_uuid(conversation_id), limit, order)
        if conversation is None or page is None:
            conversation_not_found()
        return ConversationRead(conversation=conversation, page=page)

    async def items(self, user: UserId, conversation_id: str, limit: int, order: Order, after: str) -> ItemPage:
        async with self._database.transaction(user) as rows:
            if await rows.conversations.find(conversation_uuid(conversation_id)) is None:
                conversation_not_found()
            page = await rows.items.page(conversation_uuid(conversation_id), limit, order, after or None)
        return page or item_not_found()

    async def item(self, user: UserId, conversation_id: str, item_id: str) -> Item:
        async with self._database.transaction(user) as rows:
            item = await rows.items.find(conversation_uuid(conversation_id), item_id)
        return item or item_not_found()

    async def update_item(self, user: UserId, conversation_id: str, item_id: str, data: dict[str, Any]) -> Done:
        """Give a widget other data; what was said is never changed."""
        place = conversation_uuid(conversation_id)
        async with self._database.transaction(user) as rows:
            item = await rows.items.find(place, item_id) if await rows.conversations.lock(place) else None
            if item is None:
                item_not_found()
            if item.kind != WIDGET:
                raise ProductError(ErrorCode.INVALID, "Only a widget's data can change.")
            await rows.items.set_data(place, item_id, storable(data))
        return Done()

    async def mark(self, user: UserId, conversation_id: str, item_ids: list[str], feedback: Feedback) -> Done:
        """Store what the person thinks of some items, of all or of none."""
        wanted = set(item_ids)
        async with self._database.transaction(user) as rows:
            if await rows.items.mark(conversation_uuid(conversation_id), wanted, feedback) != len(wanted):
                item_not_found()
        return Done()

    async def search(self, user: UserId, query: str, limit: int) -> FoundMessages:
        """Find what the person or the assistant said, with all the words in it; without words the newest."""
        words = clean_line(query).split()[:MOST_WORDS]
        async with self._database.transaction(user) as rows:
            now = local_now(rows.people, self._clock)
            found = await rows.items.search(words, limit)
        messages = [
            FoundMessage(
                conversation=str(row.conversation_id),
                title=row.title or None,
                at=local_moment(row.created_at, now),
                who="person" if row.by_person else "assistant",
                text=_around(clean_text(row.text), words),
            )
            for row in found
        ]
        return FoundMessages(messages=messages, hint=None if messages else "Nothing was found. Try fewer words.")

    async def rename(self, user: UserId, conversation_id: str, title: str) -> Done:
        async with self._database.transaction(user) as rows:
            renamed = await rows.conversations.rename(conversation_uuid(conversation_id), clean_title(title))
        return Done() if renamed else conversation_not_found()

    async def remove(self, user: UserId, conversation_id: str) -> Done:
        async with self._database.transaction(user) as rows:
            removed = await rows.conversations.remove(conversation_uuid(conversation_id))
        return Done() if removed else conversation_not_found()


def conversation_uuid(text: str) -> uuid.UUID:
    """Return the id; what cannot be an id gets the answer of an unknown one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        conversation_not_found()


def clean_title(text: str) -> str:
    return clean_line(text)[:TITLE_LENGTH]


def _around(text: str, words: list[str]) -> str:
    """Return as much of a text as is shown: from a little before the first word that stands in it."""
    if len(text) <= SHOWN_TEXT:
        return text
    folded = text.casefold()
    places = [place for word in words if (place := folded.find(word.casefold())) >= 0]
    start = max(0, min(places, default=0) - SHOWN_TEXT // 4)
    end = start + SHOWN_TEXT
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"


def conversation_not_found() -> NoReturn:
    raise ProductError(ErrorCode.NOT_FOUND, "There is no such conversation.")


def item_not_found() -> NoReturn:
    raise ProductError(ErrorCode.NOT_FOUND, "There is no such item.")
