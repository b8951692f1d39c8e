"""ChatKit's protocol for the page: a message becomes a turn, the rest is read and changed through the Store."""

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC

from chatkit.server import DEFAULT_PAGE_SIZE, ChatKitServer
from chatkit.types import (
    ChatKitReq,
    FeedbackKind,
    StreamOptions,
    StreamOptionsEvent,
    Thread,
    ThreadItem,
    ThreadMetadata,
    ThreadsAddUserMessageReq,
    ThreadsCustomActionReq,
    ThreadsRetryAfterItemReq,
    ThreadsSyncCustomActionReq,
    ThreadStreamEvent,
    UserMessageItem,
    is_streaming_req,
)
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from gateway.admission import Places
from gateway.auth import SignedIn, verified_router
from gateway.buttons import Buttons
from gateway.chat_bodies import LONGEST_MESSAGE
from gateway.chatkit_requests import BODY, Message, ThreadsFollowReq, read_request
from gateway.chatkit_store import ChatKitContext, ConversationStore
from gateway.mcp_client import McpClient
from gateway.streams import STREAMS, event_stream
from gateway.turn import Turn
from gateway.turns import Turns
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

LAST_WORDS = b'data: {"type":"error","code":"stream.error","allow_retry":true}\n\n'
STREAM_OPTIONS = StreamOptions(allow_cancel=True)
MOST_JUDGED = 100
FOLLOWED_AT_ONCE = 20


class PageServer(ChatKitServer[ChatKitContext]):
    """Speaks the protocol. Nothing runs in it: the answer is produced by the turn, and only followed here."""

    def __init__(self, client: McpClient) -> None:
        super().__init__(ConversationStore(client, DEFAULT_PAGE_SIZE))
        self._client = client

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: ChatKitContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        assert context.started is not None
        assert context.events is not None
        thread.title = context.started.conversation.title
        async for event in context.events:
            yield event

    async def add_feedback(
        self, thread_id: str, item_ids: list[str], feedback: FeedbackKind, context: ChatKitContext
    ) -> None:
        if not 0 < len(item_ids) <= MOST_JUDGED:
            raise ProductError(ErrorCode.INVALID, f"params.item_ids: Name 1 to {MOST_JUDGED} items.")
        await self._client.give_feedback(context.user, thread_id, item_ids, feedback)

    def get_stream_options(self, thread: ThreadMetadata, context: ChatKitContext) -> StreamOptions:
        return STREAM_OPTIONS

    async def handle_stream_cancelled(
        self, thread: ThreadMetadata, pending_items: list[ThreadItem], context: ChatKitContext
    ) -> None:
        """Do nothing: who hangs up did not ask the answer to stop."""

    async def frames(self, events: AsyncIterator[ThreadStreamEvent] | None) -> AsyncGenerator[bytes]:
        """Yield events of an answer that no message of this request began, as they are sent; none where nothing runs.

        ChatKit's own way to these goes through its Store, item by item, and has nothing to add.
        """
        if events is None:
            return
        yield self._frame(StreamOptionsEvent(stream_options=STREAM_OPTIONS))
        async for event in events:
            yield self._frame(event)

    async def answer(self, asked: ChatKitReq, context: ChatKitContext) -> Response:
        """Answer a request that was read already; ``process`` would build its reader anew for each one, for 2 ms."""
        if is_streaming_req(asked):
            return event_stream(self._process_streaming(asked, context), LAST_WORDS)
        return Response(await self._process_non_streaming(asked, context), media_type="application/json")

    def _to_thread_response(self, thread: ThreadMetadata | Thread) -> Thread:
        """Keep what we say of a thread ourselves; ChatKit takes it for private."""
        shown = super()._to_thread_response(thread)
        shown.metadata = thread.metadata
        return shown

    def json(self, answer: BaseModel) -> bytes:
        return self._serialize(answer)

    def _frame(self, event: ThreadStreamEvent) -> bytes:
        return b"data: " + self._serialize(event) + b"\n\n"

    def _serialize(self, obj: BaseModel) -> bytes:
        """Give ChatKit's own times, which are local and name no zone, their offset."""
        for part in (getattr(obj, "thread", None), getattr(obj, "item", None)):
            if part is not None:
                part.created_at = part.created_at.astimezone(UTC)
        return super()._serialize(obj)


def chatkit_routes(client: McpClient, turns: Turns) -> APIRouter:
    """Return the one route of the protocol."""
    router = verified_router()
    server = PageServer(client)
    buttons = Buttons(client, turns)
    follows = Places(FOLLOWED_AT_ONCE, "Too many windows follow an answer already. Close one of them.")

    @router.post("/{user_id}/chatkit", responses=STREAMS, openapi_extra={"requestBody": BODY})
    async def chatkit(request: Request, user: SignedIn) -> Response:
        asked = read_request(await request.body())
        zone = request.headers.get("x-time-zone", "")
        # Whatever can be refused is refused here, before the first event: each refusal is a true HTTP status.
        match asked:
            case ThreadsRetryAfterItemReq():
                turn = await turns.retry(user, asked.params.thread_id, asked.params.item_id, time_zone=zone)
                return event_stream(server.frames(turn.follow()), LAST_WORDS)
            case ThreadsFollowReq():
                place = follows.take(user)
                followed = await turns.follow(user, asked.params.thread_id)
                return event_stream(server.frames(followed and place.during(followed)), LAST_WORDS)
            case ThreadsCustomActionReq():
                return event_stream(server.frames(await buttons.streamed(user, asked.params, zone)), LAST_WORDS)
            case ThreadsSyncCustomActionReq():
                answer = server.json(await buttons.whole(user, asked.params, zone))
                return Response(answer, media_type="application/json")
            case _:
                context = ChatKitContext(user)
        if isinstance(asked, Message):
            turn = await _begin(turns, user, asked, request)
            context.started, context.events = turn.started, turn.follow()
        return await server.answer(asked, context)

    return router


async def _begin(turns: Turns, user: UserId, asked: Message, request: Request) -> Turn:
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
        shows_cards=True,
    )
