"""Changing tasks field by field; a new date moves one occurrence, a new repetition begins a new series."""

from collections.abc import Sequence

from mcp_server.db.tasks import HeldTask
from mcp_server.services.dates import resolve
from mcp_server.services.drafts import clean_labels, clean_notes, clean_title, end_series, set_due, start_series
from mcp_server.services.items import failure, matched, numbers_of
from mcp_server.services.recurrence import normalize_repeat
from mcp_server.services.snapshots import Content
from mcp_server.services.views import due_of, task_view
from mcp_server.services.writing import Write
from shared.errors import ErrorCode, ProductError
from shared.tasks import ChangedTask, ChangedTasks, Failure, Task, TaskChange

CLEAR = "none"
SHOWN = ("title", "due", "repeat", "priority", "notes", "labels")


async def update(write: Write, changes: Sequence[TaskChange]) -> ChangedTasks:
    """Set the fields that are given; an item with one bad field changes nothing."""
    changed: list[ChangedTask] = []
    failed: list[Failure] = []
    held = await write.hold(numbers_of(changes))
    for place, change, row in matched(held, changes, failed):
        before, was = Content.of(row), task_view(row, write.now)
        try:
            await _apply(write, row, change)
        except ProductError as error:
            before.put_into(row)
            failed.append(failure(place, error))
            continue
        now = task_view(row, write.now)
        changed.append(ChangedTask(**now.model_dump(), was=_was(was, now)))
    return ChangedTasks(changed=changed, failed=failed or None)


async def _apply(write: Write, row: HeldTask, change: TaskChange) -> None:
    fields = change.model_dump(exclude={"id", "expect_title"})
    if not any(fields.values()):
        raise ProductError(ErrorCode.INVALID, "Nothing is to change. Name a field and its new value.")
    if change.title:
        row.title = clean_title(change.title)
    if change.notes:
        row.notes = "" if _clears(change.notes) else clean_notes(change.notes)
    if change.priority:
        row.priority = None if change.priority == CLEAR else change.priority
    if change.labels:
        row.labels = [] if _clears(*change.labels) else clean_labels(change.labels)
    if due := change.due.strip():
        set_due(row, None if _clears(due) else resolve(due, write.now))
    if repeat := change.repeat.strip():
        await _set_repeat(write, row, repeat, moved=bool(due))


async def _set_repeat(write: Write, row: HeldTask, said: str, *, moved: bool) -> None:
    """Begin a series; the rule that it has already, without a new date, changes nothing."""
    if _clears(said):
        end_series(row)
        return
    repeat = normalize_repeat(said)
    if repeat == row.repeat and not moved:
        return
    # A number of its own: the task's may already stand for the series that it leaves.
    series = (await write.rows.people.take_task_numbers(1))[0]
    start_series(row, repeat, due_of(row), write.now.date())
    row.series = series


def _clears(*said: str) -> bool:
    return [one.strip().lower() for one in said] == [CLEAR]


def _was(before: Task, after: Task) -> dict[str, str | list[str]]:
    return {name: getattr(before, name) or CLEAR for name in SHOWN if getattr(before, name) != getattr(after, name)}
