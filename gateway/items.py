"""Items of a conversation in their two forms: as they are stored, and as ChatKit speaks of them."""

import uuid
from collections.abc import Sequence
from typing import Any

from chatkit.types import AssistantMessageContent, AssistantMessageItem, HiddenContextItem, ThreadItem, ThreadMetadata
from pydantic import TypeAdapter

from gateway.widgets import SourcedWidget, widget_of
from shared.contract import Conversation, Item

ENVELOPE = {"id", "type", "thread_id", "created_at"}
WIDGET = "widget"
WORD = "word"
"""What a hidden item holds that is the person's word on a card: one of the next two."""

YES, NO = "Yes, delete them.", "No, keep them."
CALLS = "calls"
"""What a hidden item holds that notes tool calls."""

STOPPED = "stopped"
"""What a hidden item holds that notes that the person wanted no more of the answer."""

INTERRUPTED = (
    "This answer was interrupted before it was whole. Some of its steps may have happened: look at your list, then ask"
    " for the answer again."
)

_ITEM: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)


def new_id(prefix: str) -> str:
    """Return an id with 128 random bits; the prefix says what it names."""
    return f"{prefix}_{uuid.uuid4().hex}"


def to_thread(conversation: Conversation) -> ThreadMetadata:
    """Return a conversation as ChatKit's thread; it says when the answer at its end is still being written."""
    is_answering = conversation.turn is not None and conversation.turn.status == "running"
    return ThreadMetadata(
        id=conversation.id,
        title=conversation.title or None,
        created_at=conversation.created_at,
        metadata={"answering": True} if is_answering else {},
    )


def to_thread_item(item: Item, thread_id: str) -> ThreadItem:
    """Return a stored item as ChatKit's."""
    if item.kind == WIDGET:
        return widget_of(item, thread_id)
    envelope = {"id": item.id, "type": item.kind, "thread_id": thread_id, "created_at": item.created_at}
    return _ITEM.validate_python({**item.data, **envelope})


def to_item(item: ThreadItem) -> Item:
    """Return ChatKit's item as it is stored."""
    if isinstance(item, SourcedWidget):
        return Item(id=item.id, kind=WIDGET, created_at=item.created_at, data=item.stored(), state=item.state)
    data: dict[str, Any] = item.model_dump(mode="json", exclude=ENVELOPE)
    return Item(id=item.id, kind=item.type, created_at=item.created_at, data=data)


def is_word(item: ThreadItem) -> bool:
    """Tell whether the item is the person's word on a card, which begins a turn as a message does."""
    return isinstance(item, HiddenContextItem) and WORD in item.content


def interruption(conversation: Conversation, last: ThreadItem | None) -> AssistantMessageItem | None:
    """Return what the end of a conversation says when its last answer was cut off, and does not say so itself."""
    turn = conversation.turn
    if turn is None or turn.status != "interrupted":
        return None
    if isinstance(last, AssistantMessageItem) and text_of(last) == INTERRUPTED:
        return None
    return AssistantMessageItem(
        id=f"note_{turn.id}",
        thread_id=conversation.id,
        created_at=conversation.updated_at,
        content=[AssistantMessageContent(text=INTERRUPTED)],
    )


def with_interruption(conversation: Conversation, items: Sequence[ThreadItem]) -> list[ThreadItem]:
    """Return the end of a conversation, oldest first, with what it says when its last answer was cut off."""
    said = interruption(conversation, items[-1] if items else None)
    return [*items, said] if said else [*items]


def text_of(item: AssistantMessageItem) -> str:
    return "".join(part.text for part in item.content)
