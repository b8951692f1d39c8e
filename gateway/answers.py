"""How an answer comes about: the events of a run become ChatKit's, in one order, with ids and times of ours.

``chatkit.agents.stream_agent_response`` is not used: it takes over the model's ids, which chat-completions servers
never set, its times have no zone, and its progress queue can overtake the message that it belongs behind.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from agents import StreamEvent
from agents.items import ToolCallItem, ToolCallOutputItem, TResponseStreamEvent
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    HiddenContextItem,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetItem,
    WorkflowItem,
)
from openai.types.responses import (
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseRefusalDeltaEvent,
    ResponseTextDeltaEvent,
)

from gateway.agent_tools import ToolCall, ToolCalls
from gateway.items import CALLS, STOPPED, new_id, text_of
from gateway.progress import Progress
from gateway.widgets import Source, SourcedWidget, draw
from shared.contract import ItemState

LONGEST_KEPT, MOST_KEPT = 16_000, 60_000
"""Characters of one call's arguments or output, and of all calls of an answer: a model hears no more of them."""
TOO_LONG = '{"omitted": "too long to keep"}'


class Answer:
    """One answer as far as it has come.

    Attributes:
        items: what is finished, in order.
        calls: the tool calls that were made.
    """

    def __init__(self, thread_id: str) -> None:
        self.items: list[ThreadItem] = []
        self.calls = ToolCalls()
        self._thread_id = thread_id
        self._message: AssistantMessageItem | None = None
        self._progress = Progress(thread_id)
        # Made once: what is stored under way and at the end must be the same items.
        self._calls_note = self._note()
        self._stop_note = self._note()
        self._is_stopped = False

    @property
    def text(self) -> str:
        """What the assistant said."""
        return "\n\n".join(text_of(item) for item in self.items if isinstance(item, AssistantMessageItem))

    @property
    def has_acted(self) -> bool:
        """Whether any step was begun."""
        return self._progress.item is not None or any(isinstance(item, WorkflowItem) for item in self.items)

    def follow(self, event: StreamEvent) -> Iterator[ThreadStreamEvent]:
        """Take in one event of the run and yield what a client is shown of it."""
        if event.type == "raw_response_event":
            yield from self._hear(event.data)
        elif event.type == "run_item_stream_event" and isinstance(event.item, ToolCallItem):
            yield from self.begin_step(event.item.call_id or "", event.item.tool_name or "")
        elif event.type == "run_item_stream_event" and isinstance(event.item, ToolCallOutputItem):
            yield from self.end_step(event.item.call_id or "")

    def begin_step(self, call_id: str, tool: str) -> Iterator[ThreadStreamEvent]:
        yield from self._progress.begin(call_id, tool)

    def end_step(self, call_id: str) -> Iterator[ThreadStreamEvent]:
        yield from self._progress.end(call_id, self.calls.failure(call_id))

    def say(self, text: str) -> Iterator[ThreadStreamEvent]:
        """Say something that no model said."""
        yield from self.close()
        yield from self._add_text(text)
        yield from self.close()

    def show(self, source: Source) -> Iterator[ThreadStreamEvent]:
        """Add a card; one that asks waits for the person."""
        state: ItemState | None = "open" if source.kind == "deletion" else None
        widget = SourcedWidget(
            id=new_id("card"),
            thread_id=self._thread_id,
            created_at=_now(),
            widget=draw(source, state),
            source=source,
            state=state,
        )
        self.items.append(widget)
        yield ThreadItemDoneEvent(item=widget)

    def close(self) -> Iterator[ThreadStreamEvent]:
        """Finish what is open, as far as it has come."""
        yield from self._end_steps()
        if self._message is not None:
            yield from self._end_message(text_of(self._message))

    def stop(self) -> None:
        """Note for the next answer that the person wanted no more of this one."""
        self._is_stopped = True

    def kept(self) -> list[ThreadItem]:
        """Return the items to store, what is unfinished as it stands.

        The note of tool calls stands before the last thing said, where a model expects it.
        """
        items = [*self.items, *self._unfinished()]
        at = len(items)
        while at and isinstance(items[at - 1], WidgetItem):
            at -= 1
        if at and isinstance(items[at - 1], AssistantMessageItem):
            at -= 1
        noted = self.calls.noted()
        content = {CALLS: [call.model_dump() for call in _shortened(noted)]}
        calls = [self._calls_note.model_copy(update={"content": content})] if noted else []
        stop = [self._stop_note.model_copy(update={"content": {STOPPED: True}})] if self._is_stopped else []
        return [*items[:at], *calls, *items[at:], *stop]

    def _unfinished(self) -> Iterator[ThreadItem]:
        if self._message is not None:
            yield self._message
        if (steps := self._progress.item) is not None:
            yield steps

    def _note(self) -> HiddenContextItem:
        return HiddenContextItem(id=new_id("note"), thread_id=self._thread_id, created_at=_now(), content={})

    def _hear(self, event: TResponseStreamEvent) -> Iterator[ThreadStreamEvent]:
        match event:
            case ResponseTextDeltaEvent() | ResponseRefusalDeltaEvent():
                yield from self._add_text(event.delta)
            case ResponseOutputItemDoneEvent(item=ResponseOutputMessage() as message):
                parts = (part.text if part.type == "output_text" else part.refusal for part in message.content)
                yield from self._end_message("".join(parts))
            case _:
                return

    def _add_text(self, delta: str) -> Iterator[ThreadStreamEvent]:
        if not delta:
            return
        yield from self._end_steps()
        if self._message is None:
            content = AssistantMessageContent(text="")
            self._message = AssistantMessageItem(
                id=new_id("msg"), thread_id=self._thread_id, created_at=_now(), content=[content]
            )
            yield ThreadItemAddedEvent(item=self._message.model_copy(update={"content": []}))
            added = AssistantMessageContentPartAdded(content_index=0, content=content.model_copy())
            yield ThreadItemUpdatedEvent(item_id=self._message.id, update=added)
        self._message.content[0].text += delta
        more = AssistantMessageContentPartTextDelta(content_index=0, delta=delta)
        yield ThreadItemUpdatedEvent(item_id=self._message.id, update=more)

    def _end_message(self, text: str) -> Iterator[ThreadStreamEvent]:
        if self._message is None and text:  # it came whole, without deltas
            yield from self._add_text(text)
        if self._message is None:
            return
        content = AssistantMessageContent(text=text)
        done = self._message.model_copy(update={"content": [content]})
        part = AssistantMessageContentPartDone(content_index=0, content=content)
        yield ThreadItemUpdatedEvent(item_id=done.id, update=part)
        self._message = None
        self.items.append(done)
        yield ThreadItemDoneEvent(item=done)

    def _end_steps(self) -> Iterator[ThreadStreamEvent]:
        for done in self._progress.close():
            self.items.append(done.item)
            yield done


def stored_answer(thread_id: str, items: Iterable[ThreadItem]) -> Answer:
    """Return an answer that was given before."""
    answer = Answer(thread_id)
    for item in items:
        if isinstance(item, HiddenContextItem):
            answer.calls.made += calls_noted(item)
        else:
            answer.items.append(item)
    return answer


def calls_noted(item: HiddenContextItem) -> list[ToolCall]:
    """Return the tool calls that a note keeps."""
    return [ToolCall.model_validate(call) for call in item.content.get(CALLS, ())]


def _shortened(calls: Sequence[ToolCall]) -> list[ToolCall]:
    """Return the calls with what is too long left out, of the first ones before the last."""
    kept: list[ToolCall] = []
    left = MOST_KEPT
    for call in reversed(calls):
        short = call
        for name in ("output", "arguments"):
            length = len(getattr(call, name))
            if length > min(LONGEST_KEPT, left):
                short = short.model_copy(update={name: TOO_LONG})
            else:
                left -= length
        kept.append(short)
    return kept[::-1]


def _now() -> datetime:
    return datetime.now(UTC)
