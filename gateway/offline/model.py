"""The assistant without a key: a model of rules, with the real agent loop, real tool calls and real streaming."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
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
from pydantic import ValidationError

from gateway.offline.replies import INTRODUCTION, WHICH
from gateway.offline.rules import Call, Talk, decide
from shared.contract import TaskTool
from shared.tasks import FoundTasks, Task

Input: TypeAlias = str | list[TResponseInputItem]
Output: TypeAlias = ResponseFunctionToolCall | ResponseOutputMessage

NAME = "offline"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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
        return ModelResponse(output=[_next(system_instructions, input)], usage=Usage(requests=1), response_id=None)

    async def stream_response(
        self,
        system_instructions: str | None,
        input: Input,  # noqa: A002 - the SDK's name
        *_: Any,
        **__: Any,
    ) -> AsyncIterator[ResponseStreamEvent]:
        for event in _events(_next(system_instructions, input)):
            yield event


def _next(told: str | None, given: Input) -> Output:
    """Return the next tool call, or the answer."""
    items = cast("list[dict[str, Any]]", [{"role": "user", "content": given}] if isinstance(given, str) else given)
    action = decide(_talk(told or "", items))
    if isinstance(action, Call):
        return ResponseFunctionToolCall(
            type="function_call", call_id=_id("call"), name=action.name, arguments=json.dumps(action.arguments)
        )
    is_first = not any(item.get("role") == "assistant" for item in items)
    text = f"{action}\n\n{INTRODUCTION}" if is_first and "offline assistant" not in action else action
    content = ResponseOutputText(type="output_text", text=text, annotations=[])
    return ResponseOutputMessage(id=_id("msg"), type="message", role="assistant", status="completed", content=[content])


def _talk(told: str, items: Sequence[dict[str, Any]]) -> Talk:
    latest = next((at for at in reversed(range(len(items))) if items[at].get("role") == "user"), -1)
    before, since = items[: max(latest, 0)], items[latest + 1 :]
    results = list(_results(since))
    last_words = next((item["content"] for item in reversed(before) if item.get("role") == "assistant"), "")
    today = _DATE.search(told)
    return Talk(
        text=_text(items[latest]) if items else "",
        today=date.fromisoformat(today[0]) if today else datetime.now(UTC).date(),
        result=results[-1] if results else None,
        shown=_shown(before),
        asked_which=WHICH in last_words,
    )


def _results(items: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what each tool reported, with the tool's name."""
    names: dict[str, str] = {}
    for item in items:
        if item.get("type") == "function_call":
            names[item["call_id"]] = item["name"]
        elif item.get("type") == "function_call_output":
            yield names.get(item["call_id"], ""), json.loads(item["output"])


def _shown(items: Sequence[dict[str, Any]]) -> list[Task]:
    """Return the tasks of the last list in the conversation."""
    lists = [output for name, output in _results(items) if name == TaskTool.FIND_TASKS]
    try:
        return FoundTasks.model_validate(lists[-1]).tasks if lists else []
    except ValidationError:  # it failed, was too long to keep, or is of another version
        return []


def _text(item: dict[str, Any]) -> str:
    content = item["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _events(output: Output) -> Iterator[ResponseStreamEvent]:
    number = count()
    if isinstance(output, ResponseOutputMessage):
        for part in output.content:
            for word in _WORD.findall(part.text if isinstance(part, ResponseOutputText) else ""):
                yield ResponseTextDeltaEvent(
                    type="response.output_text.delta",
                    delta=word,
                    item_id=output.id,
                    output_index=0,
                    content_index=0,
                    logprobs=[],
                    sequence_number=next(number),
                )
    yield ResponseOutputItemDoneEvent(
        type="response.output_item.done", item=output, output_index=0, sequence_number=next(number)
    )
    response = Response(
        id=_id("resp"),
        created_at=0,
        model=NAME,
        object="response",
        output=[output],
        tools=[],
        tool_choice="auto",
        parallel_tool_calls=False,
        status="completed",
    )
    yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=next(number))


def _id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex}"
