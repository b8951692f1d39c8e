"""The gateway's own conversation tools (``specs/001-first-light/contracts/conversation-tools.md``), and a search."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from mcp_server.origin import Origin
from mcp_server.services.conversations import ConversationService, FoundMessages
from mcp_server.services.starting import Message, StartService
from mcp_server.services.turns import TurnService
from shared.contract import (
    ConversationPage,
    ConversationRead,
    Done,
    Feedback,
    Item,
    ItemAnswer,
    ItemId,
    ItemPage,
    LeaseRenewed,
    Order,
    Title,
    TurnKey,
    TurnOutcome,
    TurnStarted,
    TurnStopped,
)
from shared.identity import UserId

MOST_ITEMS = 200

Limit = Annotated[int, Field(ge=1, le=100)]
Id = Annotated[str, Field(max_length=128)]
Items = Annotated[list[Item], Field(max_length=MOST_ITEMS)]


class PeopleTool(StrEnum):
    """What people's own clients may hold beside the task tools."""

    SEARCH_CONVERSATIONS = "search_conversations"


class ConversationTools:
    """Each tool is a signature and one call."""

    def __init__(self, conversations: ConversationService, starts: StartService, turns: TurnService) -> None:
        self._conversations = conversations
        self._starts = starts
        self._turns = turns

    async def begin_turn(
        self,
        user: UserId,
        origin: Origin,
        *,
        conversation_id: Id,
        key: TurnKey,
        message: Item,
        create: bool = False,
        title: Title = "",
        time_zone: Annotated[str, Field(max_length=64)] = "",
        history: Limit = 20,
        closes: ItemAnswer | None = None,
    ) -> TurnStarted:
        """Store a message and take the right to answer it; it may be the person's word on an open item."""
        told = Message(conversation_id, create, title, key, message, time_zone, history, closes, origin.lease)
        return await self._starts.begin(user, told)

    async def retry_turn(
        self,
        user: UserId,
        *,
        conversation_id: Id,
        message_id: ItemId,
        time_zone: Annotated[str, Field(max_length=64)] = "",
        history: Limit = 20,
    ) -> TurnStarted:
        """Take the right to answer a message anew; what followed it is removed."""
        return await self._starts.retry(user, conversation_id, message_id, time_zone=time_zone, history=history)

    async def renew_turn(self, user: UserId, turn_id: Id, lease: Id, items: Items | None = None) -> LeaseRenewed:
        """Keep the right to answer, and store the answer as far as it has come."""
        return await self._turns.renew(user, turn_id, lease, items)

    async def stop_turn(
        self, user: UserId, conversation_id: Id = "", key: Annotated[str, Field(max_length=255)] = ""
    ) -> TurnStopped:
        """Ask whoever answers to say no more."""
        return await self._turns.stop(user, conversation_id, key)

    async def finish_turn(
        self,
        user: UserId,
        *,
        turn_id: Id,
        lease: Id,
        outcome: TurnOutcome,
        items: Items,
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

    async def update_item(self, user: UserId, conversation_id: Id, item_id: ItemId, data: dict[str, Any]) -> Done:
        """Give a widget other data."""
        return await self._conversations.update_item(user, conversation_id, item_id, data)

    async def give_feedback(
        self,
        user: UserId,
        conversation_id: Id,
        item_ids: Annotated[list[ItemId], Field(min_length=1, max_length=MOST_ITEMS)],
        kind: Feedback,
    ) -> Done:
        """Store what the person thinks of items."""
        return await self._conversations.mark(user, conversation_id, item_ids, kind)

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
