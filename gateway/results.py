"""What the tool calls of an answer came to, as the cards below it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gateway.agent_tools import READS, ToolCall
from gateway.answers import TOO_LONG
from gateway.widgets import ChangeCard, DeletionCard, Doomed, Source, TaskList
from shared.contract import TaskTool
from shared.tasks import FoundTasks, Task

CHANGES: dict[str, tuple[str, str]] = {
    TaskTool.ADD_TASKS: ("Added", "added"),
    TaskTool.UPDATE_TASKS: ("Changed", "changed"),
    TaskTool.COMPLETE_TASKS: ("Completed", "completed"),
    TaskTool.REOPEN_TASKS: ("Reopened", "reopened"),
    TaskTool.DELETE_TASKS: ("Deleted", "deleted"),
    TaskTool.UNDO: ("Took back the change of", "reverted"),
}
"""What is said of a change, and where its result names the tasks."""


def cards_of(calls: Sequence[ToolCall], unconfirmed: Sequence[Sequence[dict[str, str]]]) -> Iterator[Source]:
    """Yield the list that was found last, each change that can be taken back, and what the person is asked."""
    worked = [call for call in calls if call.ok and call.output != TOO_LONG]
    changes: dict[str, ChangeCard] = {}
    if not unconfirmed and (found := _found(worked)):
        yield TaskList(tasks=found)
    for call in worked:
        output = json.loads(call.output)
        if call.name in CHANGES and (token := output.get("undo_token")):
            changes[token] = ChangeCard(undo_token=token, summary=_summary(call.name, output))
    yield from changes.values()  # a call that was repeated has the first one's token
    if doomed := _doomed(unconfirmed):
        yield DeletionCard(calls=doomed)


def _found(calls: Sequence[ToolCall]) -> list[Task]:
    """Return the tasks of the last look as a card shows them, unless something was changed after it."""
    for call in reversed(calls):
        if call.name not in READS:
            return []
        if call.name == TaskTool.FIND_TASKS:
            found = FoundTasks.model_validate_json(call.output).tasks
            return [task.model_copy(update={"notes": None}) for task in found]
    return []


def _summary(tool: str, output: dict[str, Any]) -> str:
    verb, where = CHANGES[tool]
    titles = [str(task["title"]) for task in output.get(where, ())]
    return f"{verb} “{titles[0]}”" if len(titles) == 1 else f"{verb} {len(titles)} tasks"


def _doomed(unconfirmed: Sequence[Sequence[dict[str, str]]]) -> list[list[Doomed]]:
    """Return the tasks of each call, each task once."""
    named: set[str] = set()
    calls: list[list[Doomed]] = []
    for tasks in unconfirmed:
        new = [Doomed.model_validate(task) for task in tasks if task["id"] not in named]
        named.update(task.id for task in new)
        if new:
            calls.append(new)
    return calls
