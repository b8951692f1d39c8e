"""Taking a change set back as one, and leaving alone what changed since."""

from mcp_server.db.changes import Snapshot, StoredChange
from mcp_server.db.searches import RESTORABLE
from mcp_server.db.tasks import HeldTask
from mcp_server.services.items import number_in
from mcp_server.services.snapshots import Content
from mcp_server.services.views import task_view
from mcp_server.services.writing import Write
from shared.errors import ErrorCode, ProductError
from shared.tasks import SkippedTask, Task, Undone

MADE_AGAIN = "Another task stands for the same occurrence now."
TOO_LATE = "It was deleted more than 30 days ago."


async def undo(write: Write, token: str) -> Undone:
    """Take back the change set of ``token``, or the latest one that stands.

    Raises:
        ProductError: ``not_found``, when there is no such change set.
    """
    change = await _meant(write, token)
    reverted: list[Task] = []
    skipped: list[SkippedTask] = []
    rows = await write.rows.changes.rows_of(change.id)
    held = await write.hold(row.task_id for row in rows)
    for changed in rows:
        task = held[changed.task_id]
        reason = await _revert(write, task, changed)
        if reason:
            skipped.append(SkippedTask(id=f"t{task.id}", title=task.title, reason=reason))
        else:
            reverted.append(task_view(task, write.now))
    write.undoes = change.id
    return Undone(reverted=reverted, skipped=skipped or None)


async def _meant(write: Write, token: str) -> StoredChange:
    if not token:
        change = await write.rows.changes.latest()
        sentence = "There is nothing to undo."
    else:
        number = number_in(token, "c")
        change = None if number is None else await write.rows.changes.find(number)
        sentence = "There is no such change. Look with list_changes."
    if change is None:
        raise ProductError(ErrorCode.NOT_FOUND, sentence)
    return change


async def _revert(write: Write, task: HeldTask, changed: Snapshot) -> str:
    """Bring a task back to what it was before, or return why not."""
    left, now = Content.from_json(changed.after), Content.of(task)
    before = _before(write, changed, left)
    if now != left:
        return _why(now, left, before)
    if now.deleted_at is not None and before.deleted_at is None and now.deleted_at <= write.at - RESTORABLE:
        return TOO_LATE
    if before.series is not None and (before.series, before.occurrence_on) != (now.series, now.occurrence_on):
        assert before.occurrence_on is not None
        if await write.hold_occurrence(before.series, before.occurrence_on) is not None:
            return MADE_AGAIN
    before.put_into(task)
    return ""


def _before(write: Write, changed: Snapshot, left: Content) -> Content:
    """Return what the task was; one that the set made is taken back by deleting it."""
    if changed.before is None:
        return left.model_copy(update={"deleted_at": write.at})
    return Content.from_json(changed.before)


def _why(now: Content, left: Content, before: Content) -> str:
    if now == before or (now.deleted_at is not None and before.deleted_at is not None):
        return "It is already as it was before."
    if now.deleted_at is not None and left.deleted_at is None:
        return "It was deleted since."
    names = {"due_on": "due", "due_at": "due", "completed_at": "done or open", "deleted_at": "restored"}
    rule = ("repeat_from", "occurrence_on", "occurrence_at", "series")
    fields = dict.fromkeys("repeat" if name in rule else names.get(name, name) for name in now.differing(left))
    return f"It was changed since: {', '.join(fields)}."
