"""The gateway's own conversation tools (``specs/001-first-light/contracts/conversation-tools.md``), and a search."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from mcp_server.services.conversations import ConversationService, FoundMessages
from mcp_server.services.turns import Message, TurnService
from shared.contract import (
    ConversationPage,
    ConversationRead,
    Done,
    Item,
    ItemId,
    ItemPage,
    LeaseRenewed,
    Order,
    Title,
    TurnKey,
    TurnOutcome,
    TurnStarted,
)
from shared.identity import UserId

MOST_ITEMS = 200

Limit = Annotated[int, Field(ge=1, le=100)]
Id = Annotated[str, Field(max_length=128)]


class PeopleTool(StrEnum):
    """What people's own clients may hold beside the task tools."""

    SEARCH_CONVERSATIONS = "search_conversations"


class ConversationTools:
    """Each tool is a signature and one call."""

    def __init__(self, conversations: ConversationService, turns: TurnService) -> None:
        self._conversations = conversations
        self._turns = turns

    async def begin_turn(
        self,
        user: UserId,
        *,
        conversation_id: Id,
        key: TurnKey,
        message: Item,
        create: bool = False,
        title: Title = "",
        time_zone: Annotated[str, Field(max_length=64)] = "",
        history: Limit = 20,
    ) -> TurnStarted:
        """Store a message and take the right to answer it."""
        told = Message(conversation_id, create, title, key, message, time_zone, history)
        return await self._turns.begin(user, told)

    async def renew_turn(self, user: UserId, turn_id: Id, lease: Id) -> LeaseRenewed:
        """Keep the right to answer."""
        return await self._turns.renew(user, turn_id, lease)

    async def finish_turn(
        self,
        user: UserId,
        *,
        turn_id: Id,
        lease: Id,
        outcome: TurnOutcome,
        items: Annotated[list[Item], Field(max_length=MOST_ITEMS)],
        title: Title = "",
    ) -> Done:
        """Store the answer and end the turn."""
        return await self._turns.finish(user, turn_id, lease, outcome=outcome, items=items, title=title)

    async def list_conversations(
        self, user: UserId, limit: Limit = 20, order: Order = "desc", after: Id = ""
    ) -> ConversationPage:
        """List conversations by last change."""
        return await self._conversations.page(user, limit, order, after)

    async def get_conversation(
        self, user: UserId, conversation_id: Id, limit: Limit = 20, order: Order = "asc"
    ) -> ConversationRead:
        """Read a conversation with its first page of items."""
        return await self._conversations.read(user, conversation_id, limit, order)

    async def list_items(
        self, user: UserId, conversation_id: Id, limit: Limit = 20, order: Order = "asc", after: Id = ""
    ) -> ItemPage:
        """List a conversation's items."""
        return await self._conversations.items(user, conversation_id, limit, order, after)

    async def get_item(self, user: UserId, conversation_id: Id, item_id: ItemId) -> Item:
        """Read one item."""
        return await self._conversations.item(user, conversation_id, item_id)

    async def rename_conversation(self, user: UserId, conversation_id: Id, title: Title) -> Done:
        """Rename a conversation."""
        return await self._conversations.rename(user, conversation_id, title)

    async def delete_conversation(self, user: UserId, conversation_id: Id) -> Done:
        """Delete a conversation with everything in it."""
        return await self._conversations.remove(user, conversation_id)

    async def search_conversations(
        self,
        user: UserId,
        query: Annotated[str, Field(max_length=200)] = "",
        limit: Annotated[int, Field(ge=1, le=20)] = 10,
    ) -> FoundMessages:
        """Search the messages of the person's web chats with this task list, newest first; read-only."""
        return await self._conversations.search(user, query, limit)
