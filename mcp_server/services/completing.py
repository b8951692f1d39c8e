"""Completing tasks and opening them again; a repeating one goes on with its next occurrence."""

from collections.abc import Sequence

from mcp_server.db.tasks import HeldTask
from mcp_server.services.items import matched, numbers_of
from mcp_server.services.recurrence import next_date
from mcp_server.services.snapshots import Content
from mcp_server.services.views import due_of, task_view
from mcp_server.services.writing import Write
from shared.tasks import CompletedTask, CompletedTasks, Failure, ReopenedTasks, Task, TaskRef


async def complete(write: Write, items: Sequence[TaskRef]) -> CompletedTasks:
    """Complete tasks, each once; a title that is not the task's changes nothing, and both are named."""
    completed: list[CompletedTask] = []
    already: list[Task] = []
    failed: list[Failure] = []
    held = await write.hold(numbers_of(items))
    for _, _, row in matched(held, items, failed):
        if row.completed_at is not None:
            already.append(task_view(row, write.now))
            continue
        row.completed_at = write.at
        completed.append(await _with_next(write, row))
    return CompletedTasks(completed=completed, already_done=already or None, failed=failed or None)


async def reopen(write: Write, items: Sequence[TaskRef]) -> ReopenedTasks:
    """Open tasks again; the occurrence that followed is taken back where nobody touched it."""
    reopened: list[Task] = []
    already: list[Task] = []
    failed: list[Failure] = []
    held = await write.hold(numbers_of(items))
    for _, _, row in matched(held, items, failed):
        if row.completed_at is None:
            already.append(task_view(row, write.now))
            continue
        await _take_next_back(write, row)
        row.completed_at = None
        reopened.append(task_view(row, write.now))
    return ReopenedTasks(reopened=reopened, already_open=already or None, failed=failed or None)


async def _with_next(write: Write, row: HeldTask) -> CompletedTask:
    shown = task_view(row, write.now).model_dump()
    if row.repeat is None:
        return CompletedTask(**shown)
    following = _following(row)
    if following is None:
        return CompletedTask(**shown, last=True)
    standing = await _standing(write, following)
    if standing is None:
        await write.add([following])
    elif standing.deleted_at is not None:  # it was taken back before, by an undo or a reopening
        Content.of(following).put_into(standing)
    current = standing or following
    if current.completed_at is not None:
        return CompletedTask(**shown)
    due = due_of(current)
    return CompletedTask(**shown, next_due=str(due) if due else None, next_id=f"t{current.id}")


async def _take_next_back(write: Write, row: HeldTask) -> None:
    following = _following(row) if row.repeat is not None else None
    if following is None:
        return
    standing = await _standing(write, following)
    if standing is not None and Content.of(standing) == Content.of(following):
        standing.deleted_at = write.at


async def _standing(write: Write, following: HeldTask) -> HeldTask | None:
    """Return the task that stands for an occurrence already."""
    assert following.series is not None
    assert following.occurrence_on is not None
    return await write.hold_occurrence(following.series, following.occurrence_on)


def _following(row: HeldTask) -> HeldTask | None:
    """Return the next occurrence as completing this one makes it, by the rule alone; None when the series is over."""
    assert row.repeat is not None
    assert row.repeat_from is not None
    assert row.occurrence_on is not None
    on = next_date(row.repeat, row.repeat_from, row.occurrence_on)
    if on is None:
        return None
    return HeldTask(
        title=row.title,
        notes=row.notes,
        priority=row.priority,
        labels=list(row.labels),
        due_on=on,
        due_at=row.occurrence_at,
        repeat=row.repeat,
        repeat_from=row.repeat_from,
        occurrence_on=on,
        occurrence_at=row.occurrence_at,
        series=row.series,
    )
