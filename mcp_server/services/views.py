"""A task as its person sees it: on their calendar, by their clock."""

from datetime import datetime

from mcp_server.db.tables import TaskRow
from mcp_server.services.dates import Due
from mcp_server.services.zones import wall_clock
from shared.tasks import Task


def task_view(row: TaskRow, now: datetime, n: int | None = None) -> Task:
    due = None if row.due_on is None else Due(row.due_on, row.due_at)
    done_at = row.completed_at
    return Task(
        n=n,
        id=f"t{row.id}",
        title=row.title,
        due=str(due) if due else None,
        weekday=due.weekday if due else None,
        overdue=True if done_at is None and due and due.is_before(wall_clock(now)) else None,
        priority=row.priority,
        notes=row.notes or None,
        labels=row.labels or None,
        completed_at=done_at.astimezone(now.tzinfo).isoformat(timespec="minutes") if done_at else None,
    )
