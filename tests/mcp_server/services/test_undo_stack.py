"""Whatever was done, in whatever order: undoing it step by step leads back through every state, and redoing forth."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from mcp_server.services.adding import add
from mcp_server.services.changing import update
from mcp_server.services.completing import complete, reopen
from shared.identity import UserId
from shared.tasks import AddedTasks, ChangedTasks, CompletedTasks, NewTask, ReopenedTasks, TaskChange, TaskRef
from tests.mcp_server.services.desk import Desk

pytestmark = pytest.mark.anyio

REPEATS = ["", "daily", "every monday", "FREQ=MONTHLY;COUNT=2"]
fields = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["milk", "plants", "rent"]),
        "due": st.sampled_from(["none", "today", "tomorrow 9:00", "2030-01-31"]),
        "repeat": st.sampled_from(["none", *REPEATS[1:]]),
        "priority": st.sampled_from(["none", "low", "high"]),
        "labels": st.sampled_from([["none"], ["home"], ["home", "shop"]]),
    },
).filter(bool)
steps = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(["milk", "plants"]), st.sampled_from(REPEATS)),
    st.tuples(st.just("update"), st.integers(0, 20), fields),
    st.tuples(st.sampled_from(["complete", "reopen", "delete"]), st.integers(0, 20)),
)
State = dict[str, dict[str, Any]]


async def state(desk: Desk) -> State:
    """Return every task by its id, whatever state it is in, without what only says when."""
    found: State = {}
    for status in ("open", "done", "deleted"):
        for task in (await desk.find(status)).tasks:
            kept = task.model_dump(exclude={"n", "completed_at", "deleted_at", "overdue"})
            found[task.id] = {**kept, "status": status}
    return found


def without(made: set[str], seen: State) -> State:
    """Return the state without tasks that were made later: they are not erased, but deleted."""
    return {task_id: task for task_id, task in seen.items() if task_id not in made or task["status"] != "deleted"}


async def do(desk: Desk, step: tuple[Any, ...]) -> str | None:
    """Take one step, at a task that is there, and return what takes it back; None when it changed nothing."""
    kind, *rest = step
    if kind == "add":
        answer = await desk.write(add, [NewTask(title=rest[0], repeat=rest[1])], AddedTasks)
        return str(answer.undo_token)
    standing = [task for status in ("open", "done") for task in (await desk.find(status)).tasks]
    if not standing:
        return None
    task = standing[rest[0] % len(standing)]
    ref = TaskRef(id=task.id, expect_title=task.title)
    desk.titles[task.id] = task.title
    if kind == "update":
        change = TaskChange(id=task.id, expect_title=task.title, **rest[1])
        return (await desk.write(update, [change], ChangedTasks)).undo_token  # type: ignore[no-any-return]  # by kind
    if kind == "delete":
        return (await desk.delete(task.id)).undo_token
    rule, answer_of = (complete, CompletedTasks) if kind == "complete" else (reopen, ReopenedTasks)
    return (await desk.write(rule, [ref], answer_of)).undo_token  # type: ignore[no-any-return]  # by kind


@pytest.mark.requirement("002/FR-021")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, min_size=1, max_size=8))
async def test_undoing_leads_back_through_every_state_and_redoing_forth(
    desk: Desk, plan: list[tuple[Any, ...]]
) -> None:
    own = Desk(desk.database, UserId(f"user-{uuid.uuid4().hex}"))
    states = [await state(own)]
    for step in [("add", "milk", "daily"), *plan]:
        if await do(own, step) is None:
            continue
        states.append(await state(own))

    redo: list[str] = []
    for earlier in states[-2::-1]:
        undone = await own.undo()
        assert not undone.skipped
        assert undone.undo_token
        redo.append(undone.undo_token)
        now = await state(own)
        assert without(now.keys() - earlier.keys(), now) == earlier
    for later in states[1:]:
        redone = await own.undo(redo.pop())
        assert not redone.skipped
        now = await state(own)
        assert without(now.keys() - later.keys(), now) == later
