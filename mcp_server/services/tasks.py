"""Reading tasks: what lies before the person, and what fits a search."""

from dataclasses import dataclass
from datetime import date, datetime

from mcp_server.db import searches as db
from mcp_server.db.session import Database
from mcp_server.services import cursors
from mcp_server.services.dates import Due, resolve, week_of
from mcp_server.services.texts import clean_line
from mcp_server.services.views import task_view
from mcp_server.services.zones import NO_ZONE, Clock, is_zone, local_now, utc_now, wall_clock
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import Context, FoundTasks

MOST_WORDS = 10
EMPTY = {
    "open": "There is no open task.",
    "done": "Nothing was completed yet.",
    "deleted": "Nothing was deleted in the last 30 days.",
}


@dataclass(frozen=True)
class Wanted:
    """What ``find_tasks`` is asked for."""

    query: str
    status: db.Status
    due: db.Due
    due_from: str
    due_to: str
    label: str
    limit: int
    cursor: str


class TaskService:
    """One user's tasks, one transaction a call."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def context(self, user: UserId, time_zone: str) -> Context:
        """Tell the person's date and time, and what lies before them; a zone that is given becomes theirs."""
        zone = time_zone.strip()
        if zone and not is_zone(zone):
            raise ProductError(ErrorCode.INVALID, NO_ZONE)
        async with self._database.transaction(user) as rows:
            if zone:
                await rows.people.lock()
                await rows.people.set_time_zone(zone)
            now = local_now(rows.people, self._clock)
            counts = await rows.tasks.counts(wall_clock(now))
        monday, sunday = week_of(now.date())
        return Context(
            today=str(Due(now.date())),
            weekday=Due(now.date()).weekday,
            local_time=f"{now:%H:%M}",
            time_zone=str(now.tzinfo),
            week=f"{monday} to {sunday}",
            overdue=counts.overdue,
            due_today=counts.today,
            next_7_days=counts.next_7_days,
            no_date=counts.no_date,
        )

    async def find(self, user: UserId, wanted: Wanted) -> FoundTasks:
        """Return one page of tasks, and how to get the next one."""
        start = cursors.read(wanted.cursor, wanted.status)
        async with self._database.transaction(user) as rows:
            now = local_now(rows.people, self._clock)
            search = _search(wanted, now)
            found = await rows.tasks.page(search, wanted.limit + 1, start.after)
            page, has_more = found[: wanted.limit], len(found) > wanted.limit
            is_whole = start.after is None and not has_more
            total = len(page) if is_whole else await rows.tasks.count(search)
        tasks = [task_view(row, now, n) for n, row in enumerate(page, start.shown + 1)]
        return FoundTasks(
            tasks=tasks,
            total=total,
            as_of=now.isoformat(timespec="minutes"),
            next_cursor=cursors.write(wanted.status, start.shown + len(page), page[-1]) if has_more else None,
            hint=None if total else _hint(wanted),
        )


def _search(wanted: Wanted, now: datetime) -> db.Search:
    return db.Search(
        now=wall_clock(now),
        at=now,
        status=wanted.status,
        words=tuple(clean_line(wanted.query).split()[:MOST_WORDS]),
        due=wanted.due,
        due_from=_day(wanted.due_from, now),
        due_to=_day(wanted.due_to, now),
        label=clean_line(wanted.label).removeprefix("#"),
    )


def _day(said: str, now: datetime) -> date | None:
    return resolve(said, now).on if said.strip() else None


def _hint(wanted: Wanted) -> str:
    if wanted.query or wanted.label or wanted.due or wanted.due_from or wanted.due_to:
        return f"No {wanted.status} task matches all of it. Try fewer words, or leave due and label out."
    return EMPTY[wanted.status]
