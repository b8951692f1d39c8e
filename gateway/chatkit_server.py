"""ChatKit's protocol for the page: a message becomes a turn, the rest is read and changed through the Store."""

from collections.abc import AsyncIterator
from datetime import UTC
from typing import TypeAlias

from chatkit.server import DEFAULT_PAGE_SIZE, ChatKitServer, StreamingResult
from chatkit.types import (
    ChatKitReq,
    ItemsListReq,
    StreamOptions,
    ThreadItem,
    ThreadMetadata,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsDeleteReq,
    ThreadsGetByIdReq,
    ThreadsListReq,
    ThreadStreamEvent,
    ThreadsUpdateReq,
    UserMessageItem,
)
from fastapi import APIRouter, Request
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response

from gateway.auth import SignedIn, verified_router
from gateway.chatkit_store import ChatKitContext, ConversationStore
from gateway.errors import invalid_fields
from gateway.mcp_client import McpClient
from gateway.streams import event_stream
from gateway.turns import LONGEST_MESSAGE, Turn, Turns
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

Message: TypeAlias = ThreadsCreateReq | ThreadsAddUserMessageReq
Served: TypeAlias = Message | ThreadsListReq | ThreadsGetByIdReq | ThreadsUpdateReq | ThreadsDeleteReq | ItemsListReq

LAST_WORDS = b'data: {"type":"error","code":"stream.error","allow_retry":true}\n\n'
_REQUEST: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)


class PageServer(ChatKitServer[ChatKitContext]):
    """Speaks the protocol. Nothing runs in it: the answer is produced by the turn, and only followed here."""

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: ChatKitContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        assert context.started is not None
        assert context.events is not None
        thread.title = context.started.conversation.title
        async for event in context.events:
            yield event

    def get_stream_options(self, thread: ThreadMetadata, context: ChatKitContext) -> StreamOptions:
        return StreamOptions(allow_cancel=False)

    async def handle_stream_cancelled(
        self, thread: ThreadMetadata, pending_items: list[ThreadItem], context: ChatKitContext
    ) -> None:
        """Do nothing: who hangs up did not ask the answer to stop."""

    def _serialize(self, obj: BaseModel) -> bytes:
        """Give ChatKit's own times, which are local and name no zone, their offset."""
        for part in (getattr(obj, "thread", None), getattr(obj, "item", None)):
            if part is not None:
                part.created_at = part.created_at.astimezone(UTC)
        return super()._serialize(obj)


def chatkit_routes(client: McpClient, turns: Turns) -> APIRouter:
    """Return the one route of the protocol."""
    router = verified_router()
    server = PageServer(ConversationStore(client, DEFAULT_PAGE_SIZE))

    @router.post("/{user_id}/chatkit")
    async def chatkit(request: Request, user: SignedIn) -> Response:
        body = await request.body()
        asked = _asked(body)
        context = ChatKitContext(user)
        if isinstance(asked, Message):
            turn = await _begin(turns, user, asked, request)
            context.started, context.events = turn.started, turn.follow()
        result = await server.process(body, context)
        if isinstance(result, StreamingResult):
            return event_stream(result.json_events, LAST_WORDS)
        return Response(result.json, media_type="application/json")

    return router


async def _begin(turns: Turns, user: UserId, asked: Message, request: Request) -> Turn:
    """Store the message before ChatKit says anything, so that every refusal is a true HTTP status."""
    given = asked.params.input
    if given.attachments:
        raise ProductError(ErrorCode.INVALID, "params.input.attachments: Attachments are not supported.")
    length = sum(len(part.text) for part in given.content) + len(given.quoted_text or "")
    if not any(part.text.strip() for part in given.content) or length > LONGEST_MESSAGE:
        raise ProductError(ErrorCode.INVALID, f"params.input.content: Write 1 to {LONGEST_MESSAGE} characters.")
    return await turns.begin(
        user,
        given.content,
        conversation_id=asked.params.thread_id if isinstance(asked, ThreadsAddUserMessageReq) else None,
        quoted_text=given.quoted_text,
        key=request.headers.get("idempotency-key"),
        time_zone=request.headers.get("x-time-zone", ""),
    )


def _asked(body: bytes) -> Served:
    """Read a request of the protocol.

    Raises:
        ProductError: it cannot be read, or is of a kind that is not served.
    """
    try:
        asked = _REQUEST.validate_json(body)
    except ValidationError as error:
        raise invalid_fields(error) from None
    if not isinstance(asked, Served):
        raise ProductError(ErrorCode.INVALID, f"type: {asked.type} is not available.")
    return asked
