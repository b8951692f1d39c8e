"""What the MCP server offers: tool names, scopes, and the shape of conversations on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class TaskTool(StrEnum):
    """The tools that a model may hold."""

    GET_CONTEXT = "get_context"
    FIND_TASKS = "find_tasks"
    ADD_TASKS = "add_tasks"
    UPDATE_TASKS = "update_tasks"
    COMPLETE_TASKS = "complete_tasks"
    REOPEN_TASKS = "reopen_tasks"
    DELETE_TASKS = "delete_tasks"
    UNDO = "undo"
    LIST_CHANGES = "list_changes"


class ConversationTool(StrEnum):
    """The gateway's own tools; no model and no OAuth client ever reaches them."""

    BEGIN_TURN = "begin_turn"
    RETRY_TURN = "retry_turn"
    RENEW_TURN = "renew_turn"
    STOP_TURN = "stop_turn"
    FINISH_TURN = "finish_turn"
    LIST_CONVERSATIONS = "list_conversations"
    GET_CONVERSATION = "get_conversation"
    LIST_ITEMS = "list_items"
    GET_ITEM = "get_item"
    UPDATE_ITEM = "update_item"
    GIVE_FEEDBACK = "give_feedback"
    RENAME_CONVERSATION = "rename_conversation"
    DELETE_CONVERSATION = "delete_conversation"


class PersonTool(StrEnum):
    """The gateway's tools for a person as a whole; no model and no OAuth client ever reaches them."""

    CHOOSE_TIME_ZONE = "choose_time_zone"
    DELETE_PERSON = "delete_person"


class Scope(StrEnum):
    """What a token permits.

    ``CONVERSATIONS``, ``PERSON`` and ``TASKS_CONFIRMED`` (the person said yes to this very call) are only ever in the
    gateway's own assertions, and never in one for a model's call.
    """

    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    TASKS_CONFIRMED = "tasks:confirmed"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS = "conversations:manage"
    PERSON = "person:manage"


ASSERTION_TYPE = "obo+jwt"
"""The ``typ`` of the gateway's on-behalf-of assertion."""

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a token type (RFC 9068), no secret
"""The ``typ`` of an OAuth access token."""

GATEWAY_ACTOR = "gateway"
"""``client_id`` and ``act.sub`` of an assertion."""

TURN_META_KEY = "remit/turn"
"""Where a tool call's ``_meta`` names the turn that it belongs to, so that a repeated turn repeats no effect."""

LEASE_META_KEY = "remit/lease"
"""Where it carries the turn's lease, so that nobody acts for a turn that is another's by now, or has ended; at
``begin_turn`` the sender's own."""

IDEMPOTENCY_META_KEY = "remit/idempotency_key"
"""Where a tool call's ``_meta`` carries the caller's own key: the same key is the same write."""

ItemId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
"""The id of an item; the gateway makes it, unique within the conversation."""

TurnKey: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=255)]
"""The sender's own key of a message: the same key is the same message."""

Title: TypeAlias = Annotated[str, StringConstraints(max_length=120)]
Order: TypeAlias = Literal["asc", "desc"]
TurnStatus: TypeAlias = Literal["running", "done", "stopped", "failed", "interrupted"]
TurnOutcome: TypeAlias = Literal["done", "stopped", "failed", "interrupted"]
ItemAnswerState: TypeAlias = Literal["confirmed", "declined"]
ItemState: TypeAlias = Literal["open", ItemAnswerState, "expired"]
Feedback: TypeAlias = Literal["positive", "negative"]


class WireModel(BaseModel):
    """A value on the wire: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(WireModel):
    """One entry of a conversation: a message, a widget, a note for the model.

    Attributes:
        kind: the ChatKit item type, such as ``user_message``.
        data: the ChatKit item without ``id``, ``type``, ``thread_id`` and ``created_at``.
        created_at: when it was made, with an offset.
        state: of an item that waits for the person's word: ``open``, and later what became of it.
    """

    id: ItemId
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    created_at: AwareDatetime
    data: dict[str, Any]
    state: ItemState | None = None


class ItemAnswer(WireModel):
    """The person's word on an open item."""

    item_id: ItemId
    state: ItemAnswerState


class Turn(WireModel):
    """One message and its answer. A lease that ran out shows as ``interrupted``."""

    id: str
    message_id: ItemId
    status: TurnStatus


class Conversation(WireModel):
    """A conversation without its items; ``turn`` is the latest one."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turn: Turn | None = None


class ItemPage(WireModel):
    """Items in the order asked for; ``has_more`` tells whether others follow the last one."""

    items: list[Item]
    has_more: bool


class ConversationPage(WireModel):
    """Conversations in the order asked for, by last change."""

    conversations: list[Conversation]
    has_more: bool


class ConversationRead(WireModel):
    """A conversation with its first page of items."""

    conversation: Conversation
    page: ItemPage


class TurnStarted(WireModel):
    """The answer to ``begin_turn``: the message is stored, and this caller may answer it.

    Attributes:
        lease: proves in ``renew_turn`` and ``finish_turn`` that this caller still holds the turn; absent when
            ``replayed``, because the message was answered before.
        page: the newest items, newest first, and the message itself, which may be older; empty when ``replayed``.
        local_time: the person's own time, ISO 8601 with offset.
    """

    conversation: Conversation
    turn_id: str
    message_id: ItemId
    lease: str = ""
    replayed: bool = False
    page: ItemPage
    time_zone: str
    local_time: str


class Done(WireModel):
    """The answer of a tool that has nothing to tell but that it happened."""

    ok: Literal[True] = True


class LeaseRenewed(WireModel):
    """How long the turn stays this caller's, in seconds; ``stop`` when the person wants no more of the answer."""

    seconds: Annotated[int, Field(gt=0)]
    stop: bool = False


class TurnStopped(WireModel):
    """The turn that was told to stop; None where none was running."""

    turn_id: str | None = None
