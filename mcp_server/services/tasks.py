"""Finding, adding and completing tasks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mcp_server.db import tasks as db
from mcp_server.db.session import Database, Rows
from mcp_server.db.tables import TaskRow
from mcp_server.services import cursors
from mcp_server.services.dates import Due, week_of
from mcp_server.services.drafts import TITLE_LENGTH, draft
from mcp_server.services.similarity import are_alike, telling_words
from mcp_server.services.texts import clean_line, folded
from mcp_server.services.views import task_view
from mcp_server.services.zones import Clock, local_now, utc_now, wall_clock
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import AddedTasks, CompletedTasks, Context, Failure, FoundTasks, NewTask, TaskRef

MOST_WORDS = 10
SIMILAR_CANDIDATES = 200
SIMILAR_SHOWN = 5
LARGEST_NUMBER = 2**31 - 1
_TASK_ID = re.compile(r"t([1-9][0-9]{0,9})")


@dataclass(frozen=True)
class Wanted:
    """What ``find_tasks`` is asked for."""

    query: str
    status: db.Status
    due: db.Due
    label: str
    limit: int
    cursor: str


class TaskService:
    """One user's tasks, one transaction a call."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def context(self, user: UserId) -> Context:
        """Tell the person's date and time, and what lies before them."""
        async with self._database.transaction(user) as rows:
            now = await local_now(rows.people, self._clock)
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
        words = tuple(clean_line(wanted.query).split()[:MOST_WORDS])
        async with self._database.transaction(user) as rows:
            now = await local_now(rows.people, self._clock)
            search = db.Search(wall_clock(now), wanted.status, words, wanted.due, clean_line(wanted.label))
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

    async def add(self, user: UserId, wanted: Sequence[NewTask]) -> AddedTasks:
        """Add tasks; one that cannot be added is told, and does not keep the others out."""
        async with self._database.transaction(user) as rows:
            now = await local_now(rows.people, self._clock)
            drafts, failed = _drafts(wanted, now)
            similar = await self._similar(rows, drafts)
            if drafts:
                await rows.tasks.add(drafts, await rows.people.take_task_numbers(len(drafts)))
        return AddedTasks(
            added=[task_view(row, now) for row in drafts],
            similar=[task_view(row, now) for row in similar] or None,
            failed=failed or None,
        )

    async def complete(self, user: UserId, items: Sequence[TaskRef]) -> CompletedTasks:
        """Complete tasks; a title that is not the task's changes nothing, and both are named."""
        completed: dict[int, TaskRow] = {}
        already: list[TaskRow] = []
        failed: list[Failure] = []
        async with self._database.transaction(user) as rows:
            now = await local_now(rows.people, self._clock)
            held = await rows.tasks.lock(number for item in items if (number := _number(item)) is not None)
            for place, item in enumerate(items, 1):
                row = held.get(_number(item) or 0)
                if row is None:
                    failed.append(_failure(place, ErrorCode.NOT_FOUND, "There is no such task. Look with find_tasks."))
                elif folded(row.title) != folded(item.expect_title):
                    failed.append(_failure(place, ErrorCode.WRONG_TASK, _wrong_task(row, item)))
                elif row.completed_at is not None or row.id in completed:
                    already.append(row)
                else:
                    completed[row.id] = row
            for row in completed.values():
                row.completed_at = row.updated_at = now
        return CompletedTasks(
            completed=[task_view(row, now) for row in completed.values()],
            already_done=[task_view(row, now) for row in already] or None,
            failed=failed or None,
        )

    async def _similar(self, rows: Rows, drafts: Sequence[TaskRow]) -> list[TaskRow]:
        words = {word for row in drafts for word in telling_words(row.title)}
        if not words:
            return []
        most_telling = sorted(words, key=lambda word: (-len(word), word))[:MOST_WORDS]
        candidates = await rows.tasks.open_with_words(most_telling, SIMILAR_CANDIDATES)
        alike = [one for one in candidates if any(are_alike(one.title, row.title) for row in drafts)]
        return alike[:SIMILAR_SHOWN]


def _drafts(wanted: Sequence[NewTask], now: datetime) -> tuple[list[TaskRow], list[Failure]]:
    drafts: list[TaskRow] = []
    failed: list[Failure] = []
    for place, task in enumerate(wanted, 1):
        try:
            drafts.append(draft(task, now))
        except ProductError as error:
            failed.append(_failure(place, error.code, error.message))
    return drafts, failed


def _number(item: TaskRef) -> int | None:
    """Return the task's number, or None for what cannot be one."""
    written = _TASK_ID.fullmatch(item.id)
    number = int(written[1]) if written else 0
    return number if 0 < number <= LARGEST_NUMBER else None


def _failure(place: int, code: ErrorCode, message: str) -> Failure:
    return Failure(item=place, code=code.value, message=message)


def _wrong_task(row: TaskRow, item: TaskRef) -> str:
    expected = clean_line(item.expect_title)[:TITLE_LENGTH]
    return f"t{row.id} is “{row.title}”, not “{expected}”. Nothing was changed; look with find_tasks."


def _hint(wanted: Wanted) -> str:
    if wanted.query or wanted.label or wanted.due:
        return f"No {wanted.status} task matches all of it. Try fewer words, or leave due and label out."
    return "There is no open task." if wanted.status == "open" else "Nothing was completed yet."
