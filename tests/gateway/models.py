"""Models whose pace a test decides, and the events that a model speaks in."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

from agents.testing import ModelCall, ModelStep, ScriptedModel
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)


class Paced:
    """A model that says one word, waits until it may go on, and then says the rest."""

    def __init__(self, rest: str = "world.") -> None:
        self.go_on = asyncio.Event()
        self._rest = rest

    def model(self, messages: int = 1) -> ScriptedModel:
        return ScriptedModel([ModelStep.stream(self._speak)] * messages)

    async def _speak(self, _: ModelCall) -> AsyncIterator[ResponseStreamEvent]:
        yield word("Hello ")
        await self.go_on.wait()
        yield word(self._rest)
        for event in ending(f"Hello {self._rest}"):
            yield event


def word(text: str) -> ResponseTextDeltaEvent:
    return ResponseTextDeltaEvent(
        type="response.output_text.delta",
        delta=text,
        item_id="item",
        output_index=0,
        content_index=0,
        logprobs=[],
        sequence_number=0,
    )


def ending(text: str) -> Iterator[ResponseStreamEvent]:
    """Yield what follows the last word."""
    content = ResponseOutputText(type="output_text", text=text, annotations=[])
    message = ResponseOutputMessage(
        id=f"msg_{uuid.uuid4().hex}", type="message", role="assistant", status="completed", content=[content]
    )
    yield ResponseOutputItemDoneEvent(type="response.output_item.done", item=message, output_index=0, sequence_number=0)
    response = Response(
        id=f"resp_{uuid.uuid4().hex}",
        created_at=0,
        model="paced",
        object="response",
        output=[message],
        tools=[],
        tool_choice="auto",
        parallel_tool_calls=False,
        status="completed",
    )
    yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=0)
