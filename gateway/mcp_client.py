"""The only door to the MCP server: a typed method per tool."""

from collections.abc import Mapping
from typing import Any

from gateway.mcp_link import CONFIRMED_SCOPES, MODEL_SCOPES, PERSON_SCOPES, McpLink
from shared.contract import (
    IDEMPOTENCY_META_KEY,
    LEASE_META_KEY,
    TURN_META_KEY,
    ConversationPage,
    ConversationRead,
    ConversationTool,
    Done,
    Feedback,
    Item,
    ItemAnswer,
    ItemPage,
    LeaseRenewed,
    Order,
    PersonTool,
    TaskTool,
    TurnOutcome,
    TurnStarted,
    TurnStopped,
)
from shared.identity import UserId


class McpClient(McpLink):
    """The tools of the gateway's door, each for the verified user of a request."""

    async def begin_turn(
        self,
        user: UserId,
        *,
        conversation_id: str,
        create: bool,
        title: str,
        key: str,
        message: Item,
        time_zone: str,
        history: int,
        closes: ItemAnswer | None = None,
        lease: str | None = None,
    ) -> TurnStarted:
        """Store a message, and take the right to answer it; under the same ``lease`` it may be asked for again."""
        return await self.ask(
            user,
            ConversationTool.BEGIN_TURN,
            TurnStarted,
            conversation_id=conversation_id,
            create=create,
            title=title,
            key=key,
            message=message.model_dump(mode="json"),
            time_zone=time_zone,
            history=history,
            closes=None if closes is None else closes.model_dump(mode="json"),
            meta=None if lease is None else {LEASE_META_KEY: lease},  # which a server of the last release passes over
        )

    async def retry_turn(
        self, user: UserId, conversation_id: str, message_id: str, *, time_zone: str, history: int
    ) -> TurnStarted:
        return await self.ask(
            user,
            ConversationTool.RETRY_TURN,
            TurnStarted,
            conversation_id=conversation_id,
            message_id=message_id,
            time_zone=time_zone,
            history=history,
        )

    async def renew_turn(self, user: UserId, turn_id: str, lease: str, items: list[Item] | None) -> LeaseRenewed:
        """Keep a turn; ``items`` is the answer so far, None where it is what was stored last."""
        stored = None if items is None else [item.model_dump(mode="json") for item in items]
        tool = ConversationTool.RENEW_TURN
        return await self.ask(user, tool, LeaseRenewed, turn_id=turn_id, lease=lease, items=stored)

    async def stop_turn(self, user: UserId, *, conversation_id: str, key: str) -> TurnStopped:
        """Ask for a stop by conversation or by key; the other one is empty."""
        tool = ConversationTool.STOP_TURN
        return await self.ask(user, tool, TurnStopped, conversation_id=conversation_id, key=key)

    async def finish_turn(
        self, user: UserId, turn_id: str, lease: str, *, outcome: TurnOutcome, items: list[Item], title: str = ""
    ) -> Done:
        stored = [item.model_dump(mode="json") for item in items]
        return await self.ask(
            user,
            ConversationTool.FINISH_TURN,
            Done,
            turn_id=turn_id,
            lease=lease,
            outcome=outcome,
            items=stored,
            title=title,
        )

    async def list_conversations(self, user: UserId, *, limit: int, order: Order, after: str) -> ConversationPage:
        tool = ConversationTool.LIST_CONVERSATIONS
        return await self.ask(user, tool, ConversationPage, limit=limit, order=order, after=after)

    async def get_conversation(
        self, user: UserId, conversation_id: str, *, limit: int, order: Order
    ) -> ConversationRead:
        tool = ConversationTool.GET_CONVERSATION
        return await self.ask(user, tool, ConversationRead, conversation_id=conversation_id, limit=limit, order=order)

    async def list_items(self, user: UserId, conversation_id: str, *, limit: int, order: Order, after: str) -> ItemPage:
        tool = ConversationTool.LIST_ITEMS
        return await self.ask(
            user, tool, ItemPage, conversation_id=conversation_id, limit=limit, order=order, after=after
        )

    async def get_item(self, user: UserId, conversation_id: str, item_id: str) -> Item:
        return await self.ask(user, ConversationTool.GET_ITEM, Item, conversation_id=conversation_id, item_id=item_id)

    async def update_item(self, user: UserId, conversation_id: str, item_id: str, data: dict[str, Any]) -> Done:
        tool = ConversationTool.UPDATE_ITEM
        return await self.ask(user, tool, Done, conversation_id=conversation_id, item_id=item_id, data=data)

    async def give_feedback(self, user: UserId, conversation_id: str, item_ids: list[str], kind: Feedback) -> Done:
        tool = ConversationTool.GIVE_FEEDBACK
        return await self.ask(user, tool, Done, conversation_id=conversation_id, item_ids=item_ids, kind=kind)

    async def rename_conversation(self, user: UserId, conversation_id: str, title: str) -> Done:
        tool = ConversationTool.RENAME_CONVERSATION
        return await self.ask(user, tool, Done, conversation_id=conversation_id, title=title)

    async def delete_conversation(self, user: UserId, conversation_id: str) -> Done:
        return await self.ask(user, ConversationTool.DELETE_CONVERSATION, Done, conversation_id=conversation_id)

    async def call_task_tool(
        self, user: UserId, name: str, arguments: Mapping[str, Any], *, turn_id: str, lease: str
    ) -> dict[str, Any]:
        """Call a tool for the model. ``user_id`` is the verified one, whatever the arguments say.

        A turn that is another's by now, or has ended, changes nothing: ``lease_lost``.

        Raises:
            ProductError: what the tool reported, or that it could not be reached.
        """
        return await self.call(user, name, arguments, MODEL_SCOPES, _held(turn_id, lease))

    async def call_for_person(
        self, user: UserId, tool: TaskTool, arguments: Mapping[str, Any], *, key: str
    ) -> dict[str, Any]:
        """Call a tool because the person pressed a button: the same key is the same press."""
        return await self.call(user, tool, arguments, MODEL_SCOPES, {IDEMPOTENCY_META_KEY: key})

    async def read_for_person(self, user: UserId, tool: TaskTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Call a tool that only reads, for a page that the person looks at."""
        return await self.call(user, tool, arguments, MODEL_SCOPES)

    async def choose_time_zone(self, user: UserId, name: str) -> None:
        """Keep a zone from whatever device the person writes."""
        await self.call(user, PersonTool.CHOOSE_TIME_ZONE, {"time_zone": name}, PERSON_SCOPES)

    async def delete_person(self, user: UserId) -> None:
        """Delete everything of the person's."""
        await self.call(user, PersonTool.DELETE_PERSON, {}, PERSON_SCOPES)

    async def delete_confirmed(
        self, user: UserId, arguments: Mapping[str, Any], *, turn_id: str, lease: str
    ) -> dict[str, Any]:
        """Delete tasks that the person said yes to, on the card that named them."""
        return await self.call(user, TaskTool.DELETE_TASKS, arguments, CONFIRMED_SCOPES, _held(turn_id, lease))


def _held(turn_id: str, lease: str) -> dict[str, str]:
    return {TURN_META_KEY: turn_id, LEASE_META_KEY: lease}
