"""What was said before, as far as a sentence may lean on it: the last list, the last tasks named, the last changes."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gateway.offline.steps import Question, Reply
from shared.contract import TaskTool
from shared.tasks import Task

NAMED_IN = {
    TaskTool.ADD_TASKS: ("added",),
    TaskTool.UPDATE_TASKS: ("changed",),
    TaskTool.COMPLETE_TASKS: ("completed", "already_done"),
    TaskTool.REOPEN_TASKS: ("reopened", "already_open"),
    TaskTool.DELETE_TASKS: ("deleted",),
    TaskTool.UNDO: ("reverted",),
}
"""Where each tool that writes names the tasks that it wrote."""

_TASKS = TypeAdapter(list[Task])


class Memory:
    """One conversation so far.

    Attributes:
        shown: the last list that the person saw, numbered from 1.
        named: the tasks that were spoken of last.
        tokens: undo tokens of the changes made here that still stand, the latest last.
        redo: the token that takes the last undo back.
        question: what the assistant asked last, until something else is said.
        clock: the time of day at the last message; of earlier ones it is not known.
    """

    def __init__(self) -> None:
        self.shown: list[Task] = []
        self.named: list[Task] = []
        self.tokens: list[str] = []
        self.redo = ""
        self.question: Question | None = None
        self.clock = ""

    def learn(self, tool: str, output: dict[str, Any]) -> None:
        """Take in what a tool answered that writes."""
        if tool not in NAMED_IN or "error" in output:
            return
        named = named_in(output, NAMED_IN[TaskTool(tool)])
        if named:
            self.named = named
            self._show_anew(named)
        token = str(output.get("undo_token") or "")
        if tool == TaskTool.UNDO:
            self.redo = token
        elif token:
            self.tokens = [*self.tokens, token]

    def forget(self, token: str) -> None:
        """Note that a change was taken back."""
        self.tokens = [one for one in self.tokens if one != token]

    def hear(self, reply: Reply) -> None:
        """Take in what the assistant said."""
        self.question = reply.question
        if reply.shown is not None:
            self.show(reply.shown)

    def show(self, tasks: Iterable[Task]) -> None:
        self.shown = [task.model_copy(update={"n": n}) for n, task in enumerate(tasks, 1)]
        self.named = self.shown

    def _show_anew(self, tasks: list[Task]) -> None:
        """Keep the last list, with its tasks as they are now: a new title is what the tools expect next."""
        now = {task.id: task for task in tasks}
        self.shown = [now[task.id].model_copy(update={"n": task.n}) if task.id in now else task for task in self.shown]


def named_in(output: dict[str, Any], names: Iterable[str]) -> list[Task]:
    try:
        return [task for name in names for task in _TASKS.validate_python(output.get(name) or [])]
    except ValidationError:  # of another version
        return []
