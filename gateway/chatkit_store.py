"""ChatKit's Store over the MCP client: what one request needs is read once, and a turn stores itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NoReturn, cast

from chatkit.store import Store, StoreItemType
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata, ThreadStreamEvent

from gateway.items import interruption, to_thread, to_thread_item
from gateway.mcp_client import McpClient
from shared.contract import Conversation, ConversationRead, ItemPage, Order, TurnStarted
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

LARGEST_PAGE = 100


@dataclass
class ChatKitContext:
    """What belongs to one ChatKit request.

    Attributes:
        started: the turn that the request began; it is stored before ChatKit sees the request.
        events: what that turn shows.
        read: the conversation with its items, until they are asked for.
    """

    user: UserId
    started: TurnStarted | None = None
    events: AsyncIterator[ThreadStreamEvent] | None = None
    read: ConversationRead | None = None


class ConversationStore(Store[ChatKitContext]):
    """Reads and changes one user's conversations; ownership is the MCP server's to check."""

    def __init__(self, client: McpClient, first_page: int) -> None:
        self._client = client
        self._first_page = first_page

    def generate_thread_id(self, context: ChatKitContext) -> str:
        return _turn_of(context).conversation.id

    def generate_item_id(self, item_type: StoreItemType, thread: ThreadMetadata, context: ChatKitContext) -> str:
        """Name the message of the turn; every other item of an answer has its id from the answer itself."""
        return _turn_of(context).message_id

    async def load_thread(self, thread_id: str, context: ChatKitContext) -> ThreadMetadata:
        if context.started is not None:
            return to_thread(context.started.conversation)
        context.read = await self._read(context, thread_id, self._first_page, "asc")
        return to_thread(context.read.conversation)

    async def save_thread(self, thread: ThreadMetadata, context: ChatKitContext) -> None:
        if context.started is None:
            await self._client.rename_conversation(context.user, thread.id, thread.title or "")

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: ChatKitContext
    ) -> Page[ThreadItem]:
        read, context.read = context.read, None
        if read is None and after is None:
            read = await self._read(context, thread_id, _within(limit), cast("Order", order))
        if read is not None:
            return _page(read.page, thread_id, order, read.conversation)
        page = await self._client.list_items(
            context.user, thread_id, limit=_within(limit), order=cast("Order", order), after=after or ""
        )
        is_end = order == "asc" and not page.has_more
        end = await self._read(context, thread_id, 1, "desc") if is_end else None
        return _page(page, thread_id, order, None if end is None else end.conversation)

    async def _read(self, context: ChatKitContext, thread_id: str, limit: int, order: Order) -> ConversationRead:
        return await self._client.get_conversation(context.user, thread_id, limit=limit, order=order)

    async def load_threads(
        self, limit: int, after: str | None, order: str, context: ChatKitContext
    ) -> Page[ThreadMetadata]:
        page = await self._client.list_conversations(
            context.user, limit=_within(limit), order=cast("Order", order), after=after or ""
        )
        threads = [to_thread(conversation) for conversation in page.conversations]
        return Page(data=threads, has_more=page.has_more, after=threads[-1].id if threads and page.has_more else None)

    async def load_item(self, thread_id: str, item_id: str, context: ChatKitContext) -> ThreadItem:
        return to_thread_item(await self._client.get_item(context.user, thread_id, item_id), thread_id)

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: ChatKitContext) -> None:
        """Store nothing: the message was stored by ``begin_turn``, and ``finish_turn`` stores the answer."""
        _turn_of(context)

    async def save_item(self, thread_id: str, item: ThreadItem, context: ChatKitContext) -> None:
        _not_served()

    async def delete_thread(self, thread_id: str, context: ChatKitContext) -> None:
        await self._client.delete_conversation(context.user, thread_id)

    async def delete_thread_item(self, thread_id: str, item_id: str, context: ChatKitContext) -> None:
        _not_served()

    async def save_attachment(self, attachment: Attachment, context: ChatKitContext) -> None:
        _not_served()

    async def load_attachment(self, attachment_id: str, context: ChatKitContext) -> Attachment:
        _not_served()

    async def delete_attachment(self, attachment_id: str, context: ChatKitContext) -> None:
        _not_served()


def _page(page: ItemPage, thread_id: str, order: str, conversation: Conversation | None) -> Page[ThreadItem]:
    """Return a page of items; where it has the end of the conversation, with what that says of a cut-off answer.

    Args:
        page: the items in their order.
        thread_id: their conversation's id.
        order: ``asc`` or ``desc``.
        conversation: None where the page has not the end.
    """
    items = [to_thread_item(item, thread_id) for item in page.items]
    after = items[-1].id if items and page.has_more else None
    if conversation is not None and (order == "desc" or not page.has_more):
        place = 0 if order == "desc" else len(items)
        said = interruption(conversation, items[-1 if place else 0] if items else None)
        items[place:place] = [said] if said else []
    return Page(data=items, has_more=page.has_more, after=after)


def _turn_of(context: ChatKitContext) -> TurnStarted:
    if context.started is None:
        _not_served()
    return context.started


def _within(limit: int) -> int:
    return min(max(limit, 1), LARGEST_PAGE)


def _not_served() -> NoReturn:
    raise ProductError(ErrorCode.INVALID, "This request is not available.")
