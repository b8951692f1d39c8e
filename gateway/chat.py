"""The plain chat API, for scripts: one message, one answer; and what was said before."""

import json
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Annotated, Literal

from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomTask,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    UserMessageItem,
    UserMessageTextContent,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from gateway.auth import SignedIn, verified_router
from gateway.chat_bodies import (
    STORABLE,
    AssistantKind,
    ChatAnswer,
    ChatRequest,
    ConversationDetail,
    Conversations,
    ConversationSummary,
    Me,
    Message,
    Stopped,
    StopRequest,
    ToolUse,
)
from gateway.errors import UNEXPECTED, error_body
from gateway.items import to_thread_item, with_interruption
from gateway.mcp_client import McpClient
from gateway.streams import EVENT_STREAM, STREAMS, event_stream
from gateway.turn import Turn
from gateway.turns import Turns
from shared.contract import Conversation
from shared.identity import UserId

MOST_LISTED = 100

Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]
After = Annotated[str, Query(max_length=128, pattern=STORABLE)]


def chat_routes(client: McpClient, turns: Turns, assistant: AssistantKind) -> APIRouter:
    """Return the routes of the plain API."""
    router = verified_router()

    @router.get("/me")
    async def me(user: SignedIn) -> Me:
        return Me(user_id=user, assistant=assistant)

    @router.post("/{user_id}/stop", status_code=HTTPStatus.ACCEPTED)
    async def stop(user: SignedIn, asked: StopRequest) -> Stopped:
        stopped = await turns.stop(user, conversation_id=asked.conversation_id or "", key=asked.idempotency_key or "")
        return Stopped(stopped=stopped)

    @router.post("/{user_id}/chat", response_model=ChatAnswer, responses=STREAMS)
    async def chat(
        user: SignedIn,
        asked: ChatRequest,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
        x_time_zone: Annotated[str, Header()] = "",
    ) -> Response | ChatAnswer:
        turn = await _begin(turns, user, asked, x_time_zone)
        if EVENT_STREAM in accept:
            return event_stream(_frames(turn), _frame("error", error_body(UNEXPECTED)))
        return await _whole(turn)

    @router.get("/{user_id}/conversations")
    async def conversations(user: SignedIn, limit: Limit = 20, after: After = "") -> Conversations:
        page = await client.list_conversations(user, limit=limit, order="desc", after=after)
        return Conversations(conversations=[_summary(one) for one in page.conversations], has_more=page.has_more)

    @router.get("/{user_id}/conversations/{conversation_id}")
    async def conversation(user: SignedIn, conversation_id: str) -> ConversationDetail:
        read = await client.get_conversation(user, conversation_id, limit=MOST_LISTED, order="desc")
        stored = [to_thread_item(item, conversation_id) for item in reversed(read.page.items)]
        items = with_interruption(read.conversation, stored)
        messages = [message for item in items if (message := _message(item)) is not None]
        summary = _summary(read.conversation).model_dump()
        return ConversationDetail(**summary, messages=messages, has_more=read.page.has_more)

    return router


async def _begin(turns: Turns, user: UserId, asked: ChatRequest, time_zone: str) -> Turn:
    return await turns.begin(
        user,
        [UserMessageTextContent(text=asked.message)],
        conversation_id=asked.conversation_id,
        key=asked.idempotency_key,
        time_zone=time_zone,
    )


async def _whole(turn: Turn) -> ChatAnswer:
    """Return the answer when it is stored.

    Raises:
        ProductError: there is none, or it could not be stored.
    """
    async for _ in turn.follow():
        pass
    if turn.failure is not None:
        raise turn.failure
    return _answer(turn)


async def _frames(turn: Turn) -> AsyncGenerator[bytes]:
    yield _frame("started", {"conversation_id": turn.started.conversation.id})
    async for event in turn.follow():
        if frame := _progress(event):
            yield frame
    if turn.failure is not None:
        yield _frame("error", error_body(turn.failure))
    else:
        yield _frame("done", _answer(turn).model_dump())


def _progress(event: ThreadStreamEvent) -> bytes | None:
    """Return what is said as it is said, and each step as it begins and ends."""
    match event:
        case ThreadItemUpdatedEvent(update=AssistantMessageContentPartTextDelta(delta=text)):
            return _frame("delta", {"text": text})
        case ThreadItemAddedEvent(item=WorkflowItem() as item):
            return _step(item.workflow.tasks[0])
        case ThreadItemUpdatedEvent(update=WorkflowTaskAdded(task=task) | WorkflowTaskUpdated(task=task)):
            return _step(task)
        case _:
            return None


def _step(task: object) -> bytes | None:
    if not isinstance(task, CustomTask):
        return None
    return _frame("step", {"title": task.title, "status": task.status_indicator})


def _frame(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _answer(turn: Turn) -> ChatAnswer:
    return ChatAnswer(
        conversation_id=turn.started.conversation.id,
        response=turn.answer.text,
        tool_calls=[ToolUse(name=call.name, ok=call.ok) for call in turn.answer.calls.made],
    )


def _summary(conversation: Conversation) -> ConversationSummary:
    return ConversationSummary(
        id=conversation.id,
        title=conversation.title,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        status=None if conversation.turn is None else conversation.turn.status,
    )


def _message(item: ThreadItem) -> Message | None:
    match item:
        case UserMessageItem():
            role: Literal["user", "assistant"] = "user"
        case AssistantMessageItem():
            role = "assistant"
        case _:
            return None
    text = "".join(part.text for part in item.content)
    return Message(id=item.id, role=role, text=text, created_at=item.created_at)
