"""Doing something with tasks: which are meant is found out first, asked where two fit, and only then is it done."""

from collections.abc import Generator, Sequence
from datetime import date
from typing import Any

from gateway.offline import replies
from gateway.offline.edits import Edit
from gateway.offline.filters import MOST_LISTED, all_meant
from gateway.offline.memory import Memory
from gateway.offline.pointing import alike, best, parts_of, places, plain, pointed_at, points
from gateway.offline.steps import (
    Call,
    Deed,
    Question,
    RefusedError,
    Reply,
    Report,
    Request,
    answer_of,
    call,
    find,
)
from shared.contract import TaskTool
from shared.errors import ErrorCode
from shared.tasks import ChangedTasks, CompletedTasks, DeletedTasks, FoundTasks, ReopenedTasks, Task

MOST_AT_ONCE = 25
MOST_NAMES = 12  # each is looked for by a call of its own

Meant = Generator[list[Call], list[Report], list[Task] | Reply]


def _item(task: Task) -> dict[str, Any]:
    return {"id": task.id, "expect_title": task.title}


COMPLETE = Deed(
    TaskTool.COMPLETE_TASKS, "open", _item, lambda found: replies.completed(CompletedTasks.model_validate(found))
)
REOPEN = Deed(TaskTool.REOPEN_TASKS, "done", _item, lambda found: replies.reopened(ReopenedTasks.model_validate(found)))
DELETE = Deed(TaskTool.DELETE_TASKS, "open", _item, lambda found: replies.deleted(DeletedTasks.model_validate(found)))


def change(edit: Edit, today: date) -> Deed:
    """Return the deed that makes this edit."""
    return Deed(
        TaskTool.UPDATE_TASKS,
        "open",
        lambda task: edit.fields(task, today),
        lambda found: replies.changed(ChangedTasks.model_validate(found)),
    )


def act(memory: Memory, today: date, deed: Deed, words: str) -> Request:
    """Do it with the tasks that the words mean."""
    meant = yield from _meant(memory, today, deed, words)
    if isinstance(meant, Reply):
        return meant
    return (yield from carry_out(memory, deed, meant))


def carry_out(memory: Memory, deed: Deed, tasks: Sequence[Task]) -> Request:
    """Do it with exactly these tasks."""
    items = [item for task in tasks if (item := deed.item(task)) is not None]
    if not items:
        return Reply(replies.nothing_to_change(tasks))
    if len(items) > MOST_AT_ONCE:
        return Reply(replies.TOO_MANY_AT_ONCE)
    name = "changes" if deed.tool == TaskTool.UPDATE_TASKS else "items"
    try:
        found = yield from call(deed.tool, **{name: items})
    except RefusedError as refused:
        if refused.error["code"] != ErrorCode.NEEDS_CONFIRMATION:
            raise
        asked = {one["id"] for one in refused.error.get("tasks", ())}
        kept = [task for task in tasks if task.id in asked]
        return Reply(replies.needs_confirmation(kept), kept, Question(kept, deed, is_for_all=True))
    memory.learn(deed.tool, found)
    return Reply(deed.reply(found))


def _meant(memory: Memory, today: date, deed: Deed, words: str) -> Meant:
    """Find out which tasks are meant, or return what to ask or say instead."""
    if part := all_meant(words, today):
        found = yield from find(**{**_where(deed), "limit": MOST_LISTED, **part.arguments})
        return found.tasks or Reply(part.none)
    count = len(memory.shown)
    if unknown := [place for place in places(words, count) if count and not 0 < place <= count]:
        return Reply(replies.no_such_number(unknown))
    if tasks := pointed_at(words, memory):
        return tasks
    if points(words):
        return (yield from _unclear(memory, deed))
    return (yield from _named(deed, plain(words)))


def _where(deed: Deed) -> dict[str, str]:
    return {} if deed.status == "open" else {"status": deed.status}


def _unclear(memory: Memory, deed: Deed) -> Meant:
    """Show what there is: the words point at nothing that was said."""
    tasks = memory.named
    if len(tasks) <= 1:
        tasks = (yield from find(**_where(deed), limit=MOST_LISTED)).tasks
    if not tasks:
        return Reply(replies.NOTHING_THERE[deed.status])
    return _ask(tasks, deed, len(tasks))


def _named(deed: Deed, words: str) -> Meant:
    """Look for the title as a whole and, where the words may name several, for each of them."""
    names = parts_of(words)
    if len(names) > MOST_NAMES:
        return Reply(replies.TOO_MANY_NAMES)
    reports = yield [Call(TaskTool.FIND_TASKS, {"query": name, **_where(deed)}) for name in [words, *names]]
    found = [FoundTasks.model_validate(answer_of(report)) for report in reports]
    if found[0].tasks:
        tasks = best(words, found[0].tasks)
        return (
            tasks if len(tasks) == 1 else _ask(tasks, deed, found[0].total if tasks == found[0].tasks else len(tasks))
        )
    if names and any(one.tasks for one in found[1:]):
        return _several(deed, names, found[1:])
    return (yield from _nearly(deed, words))


def _several(deed: Deed, names: list[str], found: list[FoundTasks]) -> list[Task] | Reply:
    sure: dict[str, Task] = {}
    unsure: list[Task] = []
    for name, one in zip(names, found, strict=True):
        tasks = best(name, one.tasks)
        if not tasks:
            return Reply(replies.not_found(name, deed.status) + " " + replies.UNCHANGED)
        if len(tasks) == 1:
            sure[tasks[0].id] = tasks[0]
        else:
            unsure = unsure or tasks
    return _ask(unsure, deed, len(unsure), list(sure.values())) if unsure else list(sure.values())


def _nearly(deed: Deed, words: str) -> Meant:
    """Ask whether a title is meant that is nearly what was said."""
    found = yield from find(**_where(deed), limit=MOST_LISTED)
    tasks = alike(words, found.tasks)
    if not tasks:
        return Reply(replies.not_found(words, deed.status))
    return _ask(tasks, deed, len(tasks), nearly=True)


def _ask(tasks: Sequence[Task], deed: Deed, total: int, sure: Sequence[Task] = (), *, nearly: bool = False) -> Reply:
    numbered = [task.model_copy(update={"n": n}) for n, task in enumerate(tasks, 1)]
    text = replies.did_you_mean(numbered[0]) if nearly and len(numbered) == 1 else replies.which(numbered, total)
    return Reply(text, shown=numbered, question=Question(numbered, deed, list(sure)))
