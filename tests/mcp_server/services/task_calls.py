"""The calls that read and change tasks, at both doors, each as it costs the most and as it mostly is."""

import uuid
from functools import partial
from typing import Any

import pytest
from mcp.server.elicitation import AcceptedElicitation

from mcp_server.caller import Door
from mcp_server.origin import Origin
from mcp_server.services.admission import AdmissionService
from mcp_server.tools.deletion import Confirm
from shared.errors import ProductError
from shared.tasks import NewTask, TaskChange
from tests.mcp_server.services.person import TITLE, Call, Case, Person

STATES = ("open", "done", "deleted")
ENDS = {"done": "complete_tasks", "deleted": "delete_tasks"}
EVERYTHING = {"query": "water", "label": "home", "due_from": "2026-01-01", "due_to": "2030-12-31"}
WEEKLY = {"due": "2026-01-05", "repeat": "every monday"}


def asking(statements: int, tool: str, **told: Any) -> Case:
    """Return a call that needs nothing before."""

    async def prepare(person: Person) -> Call:
        return partial(person.call, tool, **told)

    return Case(statements, prepare)


def changing(statements: int, tool: str, *before: str, **fields: Any) -> Case:
    """Return a call that changes one task, with these fields, after other tools did something to it."""

    async def prepare(person: Person) -> Call:
        items = [await person.task(**fields)]
        for other in before:
            await person.call(other, items=items)
        return partial(person.call, tool, items=items)

    return Case(statements, prepare)


def updating(statements: int, **fields: Any) -> Case:
    async def prepare(person: Person) -> Call:
        task = await person.task()
        change = TaskChange(id=task.id, expect_title=task.expect_title, **fields)
        return partial(person.call, "update_tasks", changes=[change])

    return Case(statements, prepare)


def next_page(status: str) -> Case:
    """Return a look at what follows on a first page."""

    async def prepare(person: Person) -> Call:
        for _ in range(2):
            task = await person.task()
            if status in ENDS:
                await person.call(ENDS[status], items=[task])
        first = await person.call("find_tasks", status=status, limit=1)
        return partial(person.call, "find_tasks", status=status, limit=1, cursor=first.next_cursor)

    return Case(3, prepare)


async def add(person: Person) -> Call:
    await person.task()
    return partial(person.call, "add_tasks", tasks=[NewTask(title=TITLE)])


async def add_while_answering(person: Person) -> Call:
    started = await person.begin()
    origin = Origin("web", "add_tasks", uuid.UUID(started.turn_id), uuid.UUID(started.lease))
    return partial(person.call, "add_tasks", origin=origin, tasks=[NewTask(title=TITLE)])


async def add_again(person: Person) -> Call:
    origin = Origin("web", "add_tasks", uuid.uuid4())
    add = partial(person.call, "add_tasks", origin=origin, tasks=[NewTask(title="milk")])
    await add()
    return add


async def move_to_a_zone(person: Person) -> Call:
    await person.task()
    return partial(person.call, "get_context", time_zone="Europe/Berlin")


async def find_more_than_a_page(person: Person) -> Call:
    await person.task()
    await person.task()
    return partial(person.call, "find_tasks", limit=1)


async def add_for_an_app(person: Person) -> Call:
    await person.task()
    return partial(person.call, "add_tasks", Door.PEOPLE, tasks=[NewTask(title="milk")])


async def delete_after_a_question(person: Person) -> Call:
    items = [await person.task(), await person.task()]

    async def delete() -> None:
        targets = await person.deletions.targets(person.user, items)
        answer = AcceptedElicitation(data=Confirm(confirm=True))
        await person.call("delete_tasks", Door.PEOPLE, items=items, targets=targets, answer=answer)

    return delete


async def undo_the_latest(person: Person) -> Call:
    await person.task()
    return partial(person.call, "undo")


async def undo_by_token(person: Person) -> Call:
    await person.task()
    latest = await person.call("list_changes")
    return partial(person.call, "undo", undo_token=latest.changes[0].undo_token)


async def undo_an_undo(person: Person) -> Call:
    await person.task()
    undone = await person.call("undo")
    return partial(person.call, "undo", undo_token=undone.undo_token)


async def undo_a_move_to_another_series(person: Person) -> Call:
    task = await person.task(**WEEKLY)
    change = TaskChange(id=task.id, expect_title=task.expect_title, repeat="daily")
    await person.call("update_tasks", changes=[change])
    return partial(person.call, "undo")


async def list_changes_of_a_task(person: Person) -> Call:
    task = await person.task()
    await person.call("complete_tasks", items=[task])
    first = await person.call("list_changes", limit=1)
    told = {"since": "2026-01-01", "task_id": task.id, "cursor": first.next_cursor}
    return partial(person.call, "list_changes", **told)


async def look_up_today(person: Person) -> Call:
    return partial(person.lookups.today, person.user, "home")


async def look_up_a_task(person: Person) -> Call:
    task = await person.task()
    return partial(person.lookups.task, person.user, task.id)


async def complete_a_label(person: Person) -> Call:
    return partial(person.lookups.labels, person.user, "ho")


async def complete_an_id(person: Person) -> Call:
    return partial(person.lookups.task_ids, person.user, "t1")


async def count_a_call(person: Person) -> Call:
    return partial(AdmissionService(person.database, 1e6, 1_000_000).admit, person.user, "web")


async def refuse_a_call(person: Person) -> Call:
    counting = AdmissionService(person.database, 1e-6, 1)
    await counting.admit(person.user, "web")

    async def refused() -> None:
        with pytest.raises(ProductError, match="Too many calls"):
            await counting.admit(person.user, "web")

    return refused


TASK_CALLS = {
    "a call is counted": Case(1, count_a_call),
    "a call is refused": Case(4, refuse_a_call),
    "get_context": asking(2, "get_context"),
    "get_context with a zone": Case(4, move_to_a_zone),
    "find_tasks": asking(2, "find_tasks"),
    "find_tasks, more than a page": Case(3, find_more_than_a_page),
    **{f"find_tasks, {due}": asking(2, "find_tasks", due=due) for due in ("overdue", "today", "next_7_days", "none")},
    **{
        f"find_tasks, {status} by everything": asking(2, "find_tasks", status=status, **EVERYTHING) for status in STATES
    },
    **{f"find_tasks, {status}, the next page": next_page(status) for status in STATES},
    "list_changes": asking(3, "list_changes"),
    "list_changes of a task": Case(3, list_changes_of_a_task),
    "add_tasks": Case(5, add),
    "add_tasks while a message is answered": Case(6, add_while_answering),
    "add_tasks for somebody new": asking(8, "add_tasks", tasks=[NewTask(title="milk")]),
    "add_tasks, sent again": Case(2, add_again),
    "add_tasks for an app": Case(3, add_for_an_app),
    "update_tasks": updating(5, title="milk", priority="high"),
    "update_tasks, a new series": updating(5, **WEEKLY),
    "complete_tasks": changing(5, "complete_tasks"),
    "complete_tasks, one of a series": changing(6, "complete_tasks", **WEEKLY),
    "reopen_tasks": changing(5, "reopen_tasks", "complete_tasks"),
    "reopen_tasks, one of a series": changing(6, "reopen_tasks", "complete_tasks", **WEEKLY),
    "delete_tasks": changing(6, "delete_tasks"),
    "delete_tasks after a question": Case(5, delete_after_a_question),
    "undo": Case(8, undo_the_latest),
    "undo by its token": Case(8, undo_by_token),
    "undo of an undo": Case(8, undo_an_undo),
    "undo of a move to another series": Case(9, undo_a_move_to_another_series),
    "remit://today": Case(6, look_up_today),
    "remit://tasks/{id}": Case(2, look_up_a_task),
    "completion of a label": Case(2, complete_a_label),
    "completion of an id": Case(2, complete_an_id),
}
"""Every call by a name of its own."""
