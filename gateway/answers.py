"""How an answer comes about: the events of a run become ChatKit's, in one order, with ids and times of ours.

``chatkit.agents.stream_agent_response`` is not used: it takes over the model's ids, which chat-completions servers
never set, its times have no zone, and its progress queue can overtake the message that it belongs behind.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from agents import StreamEvent
from agents.items import ToolCallItem, ToolCallOutputItem, TResponseStreamEvent
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomSummary,
    CustomTask,
    HiddenContextItem,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from openai.types.responses import (
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseRefusalDeltaEvent,
    ResponseTextDeltaEvent,
)

from gateway.agent_tools import ToolCall
from shared.contract import TaskTool

STEPS: dict[str, str] = {
    TaskTool.GET_CONTEXT: "Checking the date and your list",
    TaskTool.FIND_TASKS: "Looking at your tasks",
    TaskTool.ADD_TASKS: "Adding tasks",
    TaskTool.UPDATE_TASKS: "Changing tasks",
    TaskTool.COMPLETE_TASKS: "Completing tasks",
    TaskTool.REOPEN_TASKS: "Reopening tasks",
    TaskTool.DELETE_TASKS: "Deleting tasks",
    TaskTool.UNDO: "Taking it back",
    TaskTool.LIST_CHANGES: "Looking at what was changed",
}
"""What a person reads while a tool runs."""

LONGEST_KEPT = 16_000
TOO_LONG = '{"omitted": "too long to keep"}'


class Answer:
    """One answer as far as it has come.

    Attributes:
        items: what is finished, in order.
        calls: the tool calls that were made, in the order in which they were answered.
    """

    def __init__(self, thread_id: str) -> None:
        self.items: list[ThreadItem] = []
        self.calls: list[ToolCall] = []
        self._thread_id = thread_id
        self._message: AssistantMessageItem | None = None
        self._workflow: WorkflowItem | None = None
        self._steps: dict[str, int] = {}

    @property
    def text(self) -> str:
        """What the assistant said."""
        said = [item for item in self.items if isinstance(item, AssistantMessageItem)]
        return "\n\n".join(part.text for item in said for part in item.content)

    def follow(self, event: StreamEvent) -> Iterator[ThreadStreamEvent]:
        """Take in one event of the run and yield what a client is shown of it."""
        if event.type == "raw_response_event":
            yield from self._hear(event.data)
        elif event.type == "run_item_stream_event" and isinstance(event.item, ToolCallItem):
            yield from self._begin_step(event.item)
        elif event.type == "run_item_stream_event" and isinstance(event.item, ToolCallOutputItem):
            yield from self._end_step(event.item.call_id or "")

    def say(self, text: str) -> Iterator[ThreadStreamEvent]:
        """Say something that no model said."""
        yield from self.close()
        yield from self._add_text(text)
        yield from self.close()

    def close(self) -> Iterator[ThreadStreamEvent]:
        """Finish what is open, as far as it has come."""
        yield from self._end_workflow()
        if self._message is not None:
            yield from self._end_message(self._message.content[0].text)

    def kept(self) -> list[ThreadItem]:
        """Return the items to store: with the note of tool calls before the last message, where a model expects it."""
        if not self.calls:
            return self.items
        ends_with_message = bool(self.items) and isinstance(self.items[-1], AssistantMessageItem)
        at = len(self.items) - 1 if ends_with_message else len(self.items)
        content = {"calls": [_shortened(call).model_dump() for call in self.calls]}
        note = HiddenContextItem(id=new_id("note"), thread_id=self._thread_id, created_at=_now(), content=content)
        return [*self.items[:at], note, *self.items[at:]]

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
        yield from self._end_workflow()
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

    def _begin_step(self, call: ToolCallItem) -> Iterator[ThreadStreamEvent]:
        task = CustomTask(title=STEPS.get(call.tool_name or "", "Working"), status_indicator="loading")
        if self._workflow is None:
            self._steps.clear()
            self._workflow = WorkflowItem(
                id=new_id("wf"),
                thread_id=self._thread_id,
                created_at=_now(),
                workflow=Workflow(type="custom", tasks=[task]),
            )
            yield ThreadItemAddedEvent(item=self._workflow.model_copy(deep=True))
        else:
            self._workflow.workflow.tasks.append(task)
            added = WorkflowTaskAdded(task=task, task_index=len(self._workflow.workflow.tasks) - 1)
            yield ThreadItemUpdatedEvent(item_id=self._workflow.id, update=added)
        self._steps[call.call_id or ""] = len(self._workflow.workflow.tasks) - 1

    def _end_step(self, call_id: str) -> Iterator[ThreadStreamEvent]:
        if self._workflow is None or call_id not in self._steps:
            return
        at = self._steps[call_id]
        task = self._workflow.workflow.tasks[at].model_copy(update={"status_indicator": "complete"})
        if not any(call.ok for call in self.calls if call.call_id == call_id):
            task = task.model_copy(update={"content": "This step failed."})
        self._workflow.workflow.tasks[at] = task
        updated = WorkflowTaskUpdated(task=task, task_index=at)
        yield ThreadItemUpdatedEvent(item_id=self._workflow.id, update=updated)

    def _end_workflow(self) -> Iterator[ThreadStreamEvent]:
        if self._workflow is None:
            return
        done, self._workflow = self._workflow, None
        for task in done.workflow.tasks:
            if isinstance(task, CustomTask) and task.status_indicator == "loading":
                task.status_indicator, task.content = "none", "This step did not come to its end."
        titles = dict.fromkeys(
            task.title for task in done.workflow.tasks if isinstance(task, CustomTask) and task.title
        )
        done.workflow.summary = CustomSummary(title=", ".join(titles))
        self.items.append(done)
        yield ThreadItemDoneEvent(item=done)


def stored_answer(thread_id: str, items: Iterable[ThreadItem]) -> Answer:
    """Return an answer that was given before."""
    answer = Answer(thread_id)
    for item in items:
        if isinstance(item, HiddenContextItem):
            answer.calls += calls_noted(item)
        else:
            answer.items.append(item)
    return answer


def calls_noted(item: HiddenContextItem) -> list[ToolCall]:
    """Return the tool calls that a note keeps."""
    return [ToolCall.model_validate(call) for call in item.content.get("calls", ())]


def new_id(prefix: str) -> str:
    """Return an id with 128 random bits; the prefix says what it names."""
    return f"{prefix}_{uuid.uuid4().hex}"


def _shortened(call: ToolCall) -> ToolCall:
    long = {name: TOO_LONG for name in ("arguments", "output") if len(getattr(call, name)) > LONGEST_KEPT}
    return call.model_copy(update=long)


def _now() -> datetime:
    return datetime.now(UTC)
