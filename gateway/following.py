"""Following an answer that another process produces: what it stored is looked at again and again, to the end."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from itertools import takewhile

from chatkit.types import (
    ErrorEvent,
    HiddenContextItem,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
)

from gateway.items import to_thread_item, with_interruption
from gateway.mcp_client import McpClient
from shared.contract import ConversationRead, Turn
from shared.errors import ProductError
from shared.identity import UserId

LOOK_SECONDS = 1
LOOKED_AT = 100


async def follow_elsewhere(
    client: McpClient, user: UserId, read: ConversationRead, is_leaving: Callable[[], bool]
) -> AsyncGenerator[ThreadStreamEvent]:
    """Yield what the running turn of this conversation shows, from its beginning.

    Args:
        client: where the answer is stored.
        user: whose conversation it is.
        read: the conversation as it is now, its newest items first.
        is_leaving: whether this process is about to end.
    """
    turn = read.conversation.turn
    shown: dict[str, ThreadItem] = {}
    while turn is not None and not is_leaving():
        now = read.conversation.turn
        if now is None or now.id != turn.id or now.status != "running":
            for item in _answer(read, turn, is_over=True):
                yield ThreadItemDoneEvent(item=item)
            return
        for item in _answer(read, turn, is_over=False):
            if item.id not in shown:
                yield ThreadItemAddedEvent(item=item)
            elif item != shown[item.id]:
                yield ThreadItemReplacedEvent(item=item)
            shown[item.id] = item
        await asyncio.sleep(LOOK_SECONDS)
        try:
            read = await client.get_conversation(user, read.conversation.id, limit=LOOKED_AT, order="desc")
        except ProductError as error:
            yield ErrorEvent(code="custom", message=error.message, allow_retry=False)
            return


def _answer(read: ConversationRead, turn: Turn, *, is_over: bool) -> list[ThreadItem]:
    """Return what is shown of a turn's answer, in order."""
    newest = takewhile(lambda item: item.id != turn.message_id, read.page.items)
    items = [to_thread_item(item, read.conversation.id) for item in newest][::-1]
    shown: list[ThreadItem] = [item for item in items if not isinstance(item, HiddenContextItem)]
    return with_interruption(read.conversation, shown) if is_over else shown
