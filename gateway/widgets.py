"""The cards of an answer: what they stand for is stored, and how they look follows from that at every read."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from chatkit.types import WidgetItem
from chatkit.widgets import DynamicWidgetRoot
from pydantic import BaseModel, Field

from shared.contract import Item, ItemState
from shared.tasks import Task, TaskId

Drawing: TypeAlias = dict[str, Any]

ANSWER_DELETION, COMPLETE, REOPEN, UNDO = "deletion.answer", "task.complete", "task.reopen", "change.undo"
"""The actions of the buttons."""

ASKED_ON_A_CARD = (
    "When delete_tasks answers needs_confirmation, the person is shown a card that names the tasks, and you go on once"
    " they have answered it: put all tasks into one call, and never ask for their word yourself."
)
LISTED_ON_A_CARD = (
    "When find_tasks was your last step, the person sees its tasks as a list below your answer: do not repeat the list."
)


class TaskList(BaseModel):
    """The tasks that an answer found.

    Attributes:
        done: those that were completed here since.
        presses: how many buttons took effect, so that each next press is a new one.
    """

    kind: Literal["tasks"] = "tasks"
    tasks: list[Task]
    done: list[TaskId] = []
    presses: int = 0

    def find(self, task_id: TaskId) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)


class ChangeCard(BaseModel):
    """A change that can be taken back; ``outcome`` tells what came of that."""

    kind: Literal["change"] = "change"
    undo_token: str
    summary: str
    outcome: str = ""


class Doomed(BaseModel):
    """A task that would go."""

    id: TaskId
    title: str
    due: str | None = None
    repeat: str | None = None


class DeletionCard(BaseModel):
    """The question whether tasks shall be deleted: the tasks of each call that the model made."""

    kind: Literal["deletion"] = "deletion"
    calls: list[list[Doomed]]

    @property
    def tasks(self) -> list[Doomed]:
        return [task for call in self.calls for task in call]


Source: TypeAlias = Annotated[TaskList | ChangeCard | DeletionCard, Field(discriminator="kind")]


class SourcedWidget(WidgetItem):
    """A widget with what it stands for, which is stored and never sent."""

    source: Source = Field(exclude=True)
    state: ItemState | None = Field(default=None, exclude=True)

    def stored(self) -> dict[str, Any]:
        return {"source": self.source.model_dump(mode="json", exclude_none=True)}


def widget_of(item: Item, thread_id: str) -> SourcedWidget:
    """Return a stored widget, drawn as its state is now."""
    envelope = {"id": item.id, "thread_id": thread_id, "created_at": item.created_at, "state": item.state}
    widget = SourcedWidget.model_validate({**item.data, **envelope, "widget": {"type": "Card", "children": []}})
    return drawn(widget, widget.source, item.state)


def drawn(widget: SourcedWidget, source: Source, state: ItemState | None) -> SourcedWidget:
    """Return the widget as it looks with this source and state."""
    return widget.model_copy(update={"source": source, "state": state, "widget": draw(source, state)})


def draw(source: Source, state: ItemState | None) -> DynamicWidgetRoot:
    match source:
        case TaskList():
            rows = [_row(task, is_done=task.id in source.done) for task in source.tasks]
            drawing: Drawing = {"type": "ListView", "children": rows}
        case ChangeCard():
            drawing = _card([*_change(source)])
        case DeletionCard():
            drawing = _deletion(source, state)
    return DynamicWidgetRoot.model_validate(drawing)


def _row(task: Task, *, is_done: bool) -> Drawing:
    title = task.title if task.n is None else f"{task.n}. {task.title}"
    facts = [_caption(", ".join(_facts(task.due, task.repeat)))] if task.due or task.repeat else []
    labels = [{"type": "Badge", "label": text} for text in (task.priority, *(task.labels or ())) if text]
    label, action = ("Undo", REOPEN) if is_done else ("Done", COMPLETE)
    button = _button(label, action, {"task": task.id})
    shown = [{"type": "Text", "value": title, "lineThrough": is_done or None}, *facts, *labels]
    row = {"type": "Row", "gap": 2, "children": [*shown, {"type": "Spacer"}, *([] if _is_gone(task) else [button])]}
    return {"type": "ListViewItem", "key": task.id, "children": [row]}


def _is_gone(task: Task) -> bool:
    """Tell whether a task was no open one when it was found: its row is only read."""
    return bool(task.completed_at or task.deleted_at)


def _change(card: ChangeCard) -> Iterator[Drawing]:
    yield {"type": "Text", "value": card.summary}
    yield _caption(card.outcome) if card.outcome else _button("Undo", UNDO, {})


def _deletion(card: DeletionCard, state: ItemState | None) -> Drawing:
    count = len(card.tasks)
    title = f"Delete {count} tasks?" if count > 1 else "Delete this task too?"
    children: list[Drawing] = [{"type": "Title", "value": title, "size": "sm"}]
    for n, task in enumerate(card.tasks, 1):
        facts = [_caption(", ".join(_facts(task.due, task.repeat)))] if task.due or task.repeat else []
        children.append({"type": "Row", "children": [{"type": "Text", "value": f"{n}. {task.title}"}, *facts]})
    if state != "open":
        return _card([*children, _caption(end_of(state))])
    yes = {"label": "Delete", "action": _action(ANSWER_DELETION, {"approved": True})}
    no = {"label": "Keep", "action": _action(ANSWER_DELETION, {"approved": False})}
    return {**_card(children), "confirm": yes, "cancel": no}


ENDS = {
    "confirmed": "You said yes.",
    "declined": "You said no: nothing was deleted.",
    "expired": "This was not answered, so nothing was deleted.",
}


def end_of(state: ItemState | None) -> str:
    """Say what became of a question that is no longer open."""
    return ENDS.get(state or "expired", ENDS["expired"])


def _facts(due: str | None, repeat: str | None) -> Iterator[str]:
    if due:
        day, _, time = due.partition("T")
        on = date.fromisoformat(day)
        year = "" if on.year == datetime.now(UTC).year else f" {on.year}"
        yield f"{on:%a} {on.day} {on:%b}{year}{f' {time}' if time else ''}"
    if repeat:
        yield f"repeats {repeat}"


def _card(children: list[Drawing]) -> Drawing:
    return {"type": "Card", "size": "sm", "children": children}


def _caption(text: str) -> Drawing:
    return {"type": "Caption", "value": text}


def _button(label: str, action: str, payload: Drawing) -> Drawing:
    return {"type": "Button", "label": label, "size": "sm", "onClickAction": _action(action, payload)}


def _action(kind: str, payload: Drawing) -> Drawing:
    return {"type": kind, "payload": payload, "handler": "server", "loadingBehavior": "self"}
