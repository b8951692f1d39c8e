"""The change feed: who changed what, newest first."""

from collections.abc import Sequence
from datetime import datetime, time

from mcp_server.db.changes import Snapshot, StoredChange
from mcp_server.db.session import Database
from mcp_server.services.dates import resolve
from mcp_server.services.items import no_such_task, number_in
from mcp_server.services.summaries import summary
from mcp_server.services.views import local_moment
from mcp_server.services.zones import Clock, local_now, utc_now
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import Change, Changes


class ChangeService:
    """One user's change sets."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def page(self, user: UserId, since: str, task_id: str, limit: int, cursor: str) -> Changes:
        """Return one page of change sets; the cursor is the token of the last one told."""
        task, before = number_in(task_id, "t"), number_in(cursor, "c")
        if task_id and task is None:
            raise no_such_task()
        if cursor and before is None:
            raise ProductError(ErrorCode.INVALID, "This is no cursor of list_changes. Leave it out to begin again.")
        async with self._database.transaction(user) as rows:
            now = local_now(rows.people, self._clock)
            found = await rows.changes.page(limit + 1, before=before, since=_moment(since, now), task_id=task)
            page = found[:limit]
            changed = await rows.changes.lines_of([change.id for change in page])
        return Changes(
            changes=[_told(change, changed[change.id], now) for change in page],
            next_cursor=f"c{page[-1].id}" if len(found) > limit else None,
        )


def _told(change: StoredChange, rows: Sequence[Snapshot], now: datetime) -> Change:
    at = local_moment(change.at, now)
    assert at is not None
    return Change(
        undo_token=f"c{change.id}",
        at=at,
        client=change.client,
        tool=change.tool,
        summary=summary(change, rows),
        undone=True if change.undone_by is not None else None,
    )


def _moment(since: str, now: datetime) -> datetime | None:
    """Return the moment that a date or date-time of the person's own clock stands for; None for an empty text."""
    if not since.strip():
        return None
    due = resolve(since, now)
    return datetime.combine(due.on, due.at or time(), now.tzinfo)
