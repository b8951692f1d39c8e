"""A task as its person sees it: on their calendar, by their clock."""

from datetime import datetime

from mcp_server.db.searches import FoundTask
from mcp_server.db.tasks import HeldTask
from mcp_server.services.dates import Due
from mcp_server.services.zones import wall_clock
from shared.tasks import Task


def due_of(row: HeldTask | FoundTask) -> Due | None:
    return None if row.due_on is None else Due(row.due_on, row.due_at)


def task_view(row: HeldTask | FoundTask, now: datetime, n: int | None = None) -> Task:
    due = due_of(row)
    is_open = row.completed_at is None and row.deleted_at is None
    return Task(
        n=n,
        id=f"t{row.id}",
        title=row.title,
        due=str(due) if due else None,
        weekday=due.weekday if due else None,
        overdue=True if is_open and due and due.is_before(wall_clock(now)) else None,
        repeat=row.repeat,
        priority=row.priority,
        notes=row.notes or None,
        labels=row.labels or None,
        completed_at=local_moment(row.completed_at, now),
        deleted_at=local_moment(row.deleted_at, now),
    )


def local_moment(moment: datetime | None, now: datetime) -> str | None:
    """Return a moment on the person's own clock, with its offset."""
    return moment.astimezone(now.tzinfo).isoformat(timespec="minutes") if moment else None
