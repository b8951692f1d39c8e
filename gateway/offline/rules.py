"""The offline assistant's rules: what a conversation comes to, the next tool calls or what is said."""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from pydantic import ValidationError

from gateway.items import NO, YES
from gateway.offline import replies
from gateway.offline.answers import answered
from gateway.offline.changing import READINGS, edit_in
from gateway.offline.deeds import COMPLETE, DELETE, MOST_AT_ONCE, REOPEN, act, change
from gateway.offline.forms import LONGEST_READ, Heard, clauses
from gateway.offline.intents import Intent
from gateway.offline.lists import look_up, show_changes, show_list, show_overview
from gateway.offline.memory import Memory, named_in
from gateway.offline.steps import Call, OtherCallsError, RefusedError, Reply, Report, Request, call, run
from gateway.offline.tasks import tasks_in
from gateway.offline.undoing import redo, restore, undo
from shared.contract import TaskTool
from shared.errors import ErrorCode
from shared.tasks import AddedTasks, DeletedTasks

_TO_MY_LIST = re.compile(r" (?:to|on|onto|in|into) (?:my|the|our) (?:[\w-]+ )?(?:list|tasks|to-?dos)\b", re.IGNORECASE)
_NOTHING = re.compile(
    r"(?:(?:a|an|the|some|new|another)\s+)*(?:tasks?|to-?dos?|items?|reminders?|something)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Said:
    """One message of a person's, and what the tools reported since."""

    text: str
    reports: Sequence[Report] = ()


def decide(conversation: Sequence[Said], today: date, clock: str = "") -> Reply | list[Call]:
    """Return the next tool calls, or what is said to the last message; ``clock`` is the time of day, as ``09:30``."""
    memory = Memory()
    for said in conversation[:-1]:
        memory = _recall(memory, said, today)
    memory.clock = clock
    now = conversation[-1]
    if now.text in {YES, NO} and now.reports:
        return Reply("\n".join(map(_settled, now.reports)))
    try:
        return run(_request(memory, today, now.text), now.reports)
    except (OtherCallsError, ValidationError):  # a first attempt by another model, or one that was too long to keep
        return Reply(replies.ATTEMPTED)


def _settled(report: Report) -> str:
    """Say what came of the person's word on a card."""
    if "error" not in report.output:
        return replies.deleted(DeletedTasks.model_validate(report.output))
    if report.output["error"]["code"] == ErrorCode.DECLINED:
        return replies.LEFT_ALONE
    return f"That did not work: {report.output['error']['message']}"


def _recall(memory: Memory, said: Said, today: date) -> Memory:
    """Return the memory after an earlier message: what was answered then follows from the same rules."""
    memory = copy.copy(memory)
    if len(said.text) <= LONGEST_READ:
        trial = copy.copy(memory)
        try:
            reply = run(_request(trial, today, said.text), said.reports)
        except (OtherCallsError, ValidationError):
            reply = []
        if isinstance(reply, Reply):
            trial.hear(reply)
            return trial
    # Another model answered, or the answer was cut short: only what the tools reported is sure.
    memory.question = None
    for report in said.reports:
        memory.learn(report.tool, report.output)
    if said.reports and said.reports[-1].tool == TaskTool.FIND_TASKS:
        memory.show(named_in(said.reports[-1].output, ("tasks",)) or memory.shown)
    return memory


def _request(memory: Memory, today: date, text: str) -> Request:
    question, memory.question = memory.question, None
    answer = answered(memory, question, text) if question else None
    if answer is not None:
        return (yield from _safely(answer))
    said: list[Reply] = []
    heard = clauses(text)
    for one in heard:
        reply = yield from _safely(RULES[one.intent](memory, today, one))
        memory.hear(reply)
        said.append(reply)
        if reply.question:
            break
    texts = [reply.text for reply in said] + ([replies.THE_REST] if len(said) < len(heard) else [])
    return Reply("\n".join(texts), said[-1].shown, said[-1].question, said[0].brief if len(texts) == 1 else None)


def _safely(request: Request | Reply) -> Request:
    """Say what a tool refused, where the request itself has nothing to say to it."""
    if isinstance(request, Reply):
        return request
    try:
        return (yield from request)
    except RefusedError as refused:
        return Reply(f"That did not work: {refused}")


def _add(memory: Memory, today: date, heard: Heard) -> Request:
    named = _TO_MY_LIST.sub("", heard.what, count=1).strip()
    tasks = [] if _NOTHING.fullmatch(named) else tasks_in(named, today)
    if not tasks:
        return Reply(replies.NOTHING_NAMED)
    if len(tasks) > MOST_AT_ONCE:
        return Reply(replies.TOO_MANY)
    found = yield from call(TaskTool.ADD_TASKS, tasks=[_from_now(task, memory.clock) for task in tasks])
    memory.learn(TaskTool.ADD_TASKS, found)
    result = AddedTasks.model_validate(found)
    return Reply(replies.added(result), shown=result.added if len(result.added) > 1 else None)


def _from_now(task: dict[str, Any], clock: str) -> dict[str, Any]:
    """Let a series begin with its next date, where its hour is over today: it would be overdue as it is added."""
    day, _, hour = str(task.get("due", "")).partition(" ")
    is_over = "repeat" in task and day == "today" and hour.zfill(len("00:00")) < clock
    return {**task, "due": f"tomorrow {hour}"} if is_over else task


def _change(memory: Memory, today: date, heard: Heard) -> Request | Reply:
    said = edit_in(heard, today)
    if said is None:
        return Reply(replies.WHEN if heard.intent is Intent.MOVE else replies.TO_WHAT)
    edit, words = said
    return act(memory, today, change(edit, today), words)


Rule: TypeAlias = Callable[[Memory, date, Heard], Request | Reply]


def _says(text: str) -> Rule:
    return lambda memory, today, heard: Reply(text)  # noqa: ARG005 - the same, whatever was said


RULES: dict[Intent, Rule] = {
    Intent.HELP: _says(replies.HELP),
    Intent.THANKS: _says(replies.WELCOME),
    Intent.YES: _says(replies.NOTHING_ASKED),
    Intent.UNKNOWN: _says(replies.NOT_UNDERSTOOD),
    Intent.OVERVIEW: lambda _, __, heard: show_overview(heard.value),
    Intent.LIST: lambda _, today, heard: show_list(today, heard.what),
    Intent.FIND: lambda memory, _, heard: look_up(memory, heard.what, heard.value),
    Intent.CHANGES: lambda _, today, heard: show_changes(today, heard.what),
    Intent.ADD: _add,
    **dict.fromkeys(READINGS, _change),
    Intent.COMPLETE: lambda memory, today, heard: act(memory, today, COMPLETE, heard.what),
    Intent.REOPEN: lambda memory, today, heard: act(memory, today, REOPEN, heard.what or "it"),
    Intent.DELETE: lambda memory, today, heard: act(memory, today, DELETE, heard.what),
    Intent.UNDO: lambda memory, _, heard: undo(memory, heard.value),
    Intent.REDO: lambda memory, _, __: redo(memory),
    Intent.RESTORE: lambda memory, _, heard: restore(memory, heard.what),
}
