"""Reading, naming and deleting conversations."""

import uuid
from typing import NoReturn

from mcp_server.db.session import Database
from mcp_server.services.texts import clean_line
from shared.contract import ConversationPage, ConversationRead, Done, Item, ItemPage, Order
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

TITLE_LENGTH = 120


class ConversationService:
    """One user's conversations, one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, user: UserId, limit: int, order: Order, after: str) -> ConversationPage:
        async with self._database.transaction(user) as rows:
            found = await rows.conversations.page(limit, order, conversation_uuid(after) if after else None)
        return found or conversation_not_found()

    async def read(self, user: UserId, conversation_id: str, limit: int, order: Order) -> ConversationRead:
        async with self._database.transaction(user) as rows:
            conversation = await rows.conversations.find(conversation_uuid(conversation_id))
            page = await rows.conversations.items(conversation_uuid(conversation_id), limit, order)
        if conversation is None or page is None:
            conversation_not_found()
        return ConversationRead(conversation=conversation, page=page)

    async def items(self, user: UserId, conversation_id: str, limit: int, order: Order, after: str) -> ItemPage:
        async with self._database.transaction(user) as rows:
            if await rows.conversations.find(conversation_uuid(conversation_id)) is None:
                conversation_not_found()
            page = await rows.conversations.items(conversation_uuid(conversation_id), limit, order, after or None)
        return page or _item_not_found()

    async def item(self, user: UserId, conversation_id: str, item_id: str) -> Item:
        async with self._database.transaction(user) as rows:
            item = await rows.conversations.item(conversation_uuid(conversation_id), item_id)
        return item or _item_not_found()

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


def conversation_not_found() -> NoReturn:
    raise ProductError(ErrorCode.NOT_FOUND, "There is no such conversation.")


def _item_not_found() -> NoReturn:
    raise ProductError(ErrorCode.NOT_FOUND, "There is no such item.")
