"""An OpenAI-compatible server on this machine: both of its streaming APIs, with answers that a test writes."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.gateway.serving import serve

Reply: TypeAlias = str | list[tuple[str, str]]
"""What the model says, or the tools that it calls, with their arguments."""


@dataclass
class OpenAIServer:
    """Answers the requests in turn with ``replies``; ``go_on`` holds each answer after its first word."""

    replies: list[Reply]
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    go_on: asyncio.Event | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        routes = [
            Route("/v1/responses", self._responses, methods=["POST"]),
            Route("/v1/chat/completions", self._chat_completions, methods=["POST"]),
        ]
        async with serve(Starlette(routes=routes)) as url:
            yield f"{url}/v1"

    async def _responses(self, request: Request) -> Response:
        return await self._answer(request, responses_events)

    async def _chat_completions(self, request: Request) -> Response:
        return await self._answer(request, chat_completions_events)

    async def _answer(self, request: Request, speak: Any) -> Response:
        self.asked.append(await request.json())
        self.headers.append(dict(request.headers))
        if self.status != 200:
            return JSONResponse({"error": {"message": "no", "type": "x", "code": "x"}}, self.status)
        return StreamingResponse(self._paced(speak(self.replies.pop(0))), media_type="text/event-stream")

    async def _paced(self, frames: Iterator[str]) -> AsyncIterator[str]:
        for n, frame in enumerate(frames):
            if n == 4 and self.go_on is not None:
                await self.go_on.wait()
            yield frame


def responses_events(reply: Reply) -> Iterator[str]:
    """Yield the events of the Responses API."""
    response = {"id": f"resp_{uuid.uuid4().hex}", "object": "response", "created_at": 0, "model": "fake", "output": []}
    response |= {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True, "status": "in_progress"}
    yield event("response.created", response=response)
    items = [message(reply)] if isinstance(reply, str) else [tool_call(*call) for call in reply]
    for at, item in enumerate(items):
        started = {**item, "status": "in_progress"} | ({"content": []} if "content" in item else {"arguments": ""})
        yield event("response.output_item.added", output_index=at, item=started)
        place = {"item_id": item["id"], "output_index": at}
        if "content" in item:
            part = item["content"][0]
            yield event("response.content_part.added", **place, content_index=0, part={**part, "text": ""})
            for word in part["text"].split(" "):
                yield event("response.output_text.delta", **place, content_index=0, delta=f"{word} ", logprobs=[])
            yield event("response.output_text.done", **place, content_index=0, text=part["text"], logprobs=[])
        yield event("response.output_item.done", output_index=at, item=item)
    tokens = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    details = {
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    done = {**response, "status": "completed", "output": items, "usage": tokens | details}
    yield event("response.completed", response=done)


def message(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"id": f"msg_{uuid.uuid4().hex}", "type": "message", "role": "assistant", "status": "completed"} | {
        "content": content
    }


def tool_call(name: str, arguments: str) -> dict[str, Any]:
    ids = {"id": f"fc_{uuid.uuid4().hex}", "call_id": f"call_{uuid.uuid4().hex}"}
    return {**ids, "type": "function_call", "name": name, "arguments": arguments, "status": "completed"}


def event(kind: str, **members: Any) -> str:
    data = {"type": kind, "sequence_number": 0, **members}
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"


def chat_completions_events(reply: Reply) -> Iterator[str]:
    """Yield the chunks of the Chat Completions API; as some servers do, calls of one answer are numbered anew."""
    yield chunk({"role": "assistant", "content": ""})
    if isinstance(reply, str):
        for word in reply.split(" "):
            yield chunk({"content": f"{word} "})
        yield chunk({}, "stop")
    else:
        for at, (name, arguments) in enumerate(reply):
            call = {"index": at, "id": f"call_{at}", "type": "function"}
            yield chunk({"tool_calls": [{**call, "function": {"name": name, "arguments": arguments}}]})
        yield chunk({}, "tool_calls")
    yield "data: [DONE]\n\n"


def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    data = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "fake", "choices": [choice]}
    return f"data: {json.dumps(data)}\n\n"
