"""The assistant without a key: a model of rules, with the real agent loop, real tool calls and real streaming."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeAlias, cast

from agents import Model, ModelResponse, TResponseInputItem, Usage
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)

from gateway.offline.conversation import messages_in
from gateway.offline.replies import INTRODUCTION
from gateway.offline.rules import decide
from gateway.offline.steps import Reply
from gateway.widgets import LISTED_ON_A_CARD

Input: TypeAlias = str | list[TResponseInputItem]
Output: TypeAlias = ResponseFunctionToolCall | ResponseOutputMessage

NAME = "offline"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?<=[ T])[0-9]{2}:[0-9]{2}")
_WORD = re.compile(r"\S+\s*|\s+")


class OfflineModel(Model):
    """Decides by rules, and speaks word by word."""

    async def get_response(
        self,
        system_instructions: str | None,
        input: Input,  # noqa: A002 - the SDK's name
        *_: Any,
        **__: Any,
    ) -> ModelResponse:
        return ModelResponse(output=[*_next(system_instructions, input)], usage=Usage(requests=1), response_id=None)

    async def stream_response(
        self,
        system_instructions: str | None,
        input: Input,  # noqa: A002 - the SDK's name
        *_: Any,
        **__: Any,
    ) -> AsyncIterator[ResponseStreamEvent]:
        for event in _events(_next(system_instructions, input)):
            yield event


def _next(told: str | None, given: Input) -> list[Output]:
    """Return the next tool calls, or the answer."""
    items = cast("list[dict[str, Any]]", [{"role": "user", "content": given}] if isinstance(given, str) else given)
    day = _DATE.search(told or "")
    today = date.fromisoformat(day[0]) if day else datetime.now(UTC).date()
    clock = _CLOCK.search(told or "")
    action = decide(messages_in(items), today, clock[0] if clock else "")
    if not isinstance(action, Reply):
        return [
            ResponseFunctionToolCall(
                type="function_call", call_id=_id("call"), name=call.name, arguments=json.dumps(call.arguments)
            )
            for call in action
        ]
    is_first = not any(item.get("role") == "assistant" for item in items)
    text = action.brief if action.brief and LISTED_ON_A_CARD in (told or "") else action.text
    if is_first and "offline assistant" not in text:
        text = f"{text}\n\n{INTRODUCTION}"
    content = ResponseOutputText(type="output_text", text=text, annotations=[])
    message = ResponseOutputMessage(
        id=_id("msg"), type="message", role="assistant", status="completed", content=[content]
    )
    return [message]


def _events(outputs: list[Output]) -> Iterator[ResponseStreamEvent]:
    number = count()
    for at, output in enumerate(outputs):
        for word in _WORD.findall(_said(output)):
            yield ResponseTextDeltaEvent(
                type="response.output_text.delta",
                delta=word,
                item_id=output.id or "",
                output_index=at,
                content_index=0,
                logprobs=[],
                sequence_number=next(number),
            )
        yield ResponseOutputItemDoneEvent(
            type="response.output_item.done", item=output, output_index=at, sequence_number=next(number)
        )
    response = Response(
        id=_id("resp"),
        created_at=0,
        model=NAME,
        object="response",
        output=[*outputs],
        tools=[],
        tool_choice="auto",
        parallel_tool_calls=True,
        status="completed",
    )
    yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=next(number))


def _said(output: Output) -> str:
    parts = output.content if isinstance(output, ResponseOutputMessage) else []
    return "".join(part.text for part in parts if isinstance(part, ResponseOutputText))


def _id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex}"
