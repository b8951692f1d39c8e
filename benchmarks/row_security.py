"""What row-level security costs: one query, one transaction, the policies on and off in turn."""

import asyncio
import time
from datetime import UTC, datetime
from statistics import median

from benchmarks.measure import Bound, Measurement, Result, spread
from mcp_server.db.searches import Search
from mcp_server.db.session import Database
from mcp_server.origin import Origin
from mcp_server.services.adding import add
from mcp_server.services.writing import Writer
from shared.identity import UserId, user_id
from shared.tasks import AddedTasks, NewTask
from tests.mcp_server.database import command
from tests.services import embedded_postgres, migrated

TASKS, LISTED = 50, 21
USER = user_id("user-of-the-benchmark")


def run(quick: bool) -> Result:
    rounds, queries = (4, 100) if quick else (20, 300)
    times: dict[bool, list[float]] = {True: [], False: []}
    with embedded_postgres() as postgres:
        owner, app = postgres.url, migrated(postgres)
        asyncio.run(_fill(app))
        for n in range(rounds * 2):
            is_on = n % 2 == 0
            command(owner, f"ALTER TABLE tasks {'ENABLE' if is_on else 'DISABLE'} ROW LEVEL SECURITY")
            times[is_on].append(asyncio.run(_p50(app, queries)))
    ratios = [on / off for on, off in zip(times[True], times[False], strict=True)]
    figures = {
        "a page of tasks, policy on, p50 ms": median(times[True]),
        "a page of tasks, policy off, p50 ms": median(times[False]),
        **spread("policy on / off", ratios),
    }
    prose = (
        f"The first {LISTED} of {TASKS} open tasks, {queries} times in one transaction on one connection, the policy of"
        f" the table on and off in turn, {rounds} rounds each, medians."
    )
    return Result(prose, figures, (Bound("row-level security costs at most 1.15 times", median(ratios), at_most=1.15),))


async def _fill(url: str) -> None:
    database = Database(url)
    tasks = [NewTask(title=f"task number {n}") for n in range(TASKS)]
    await Writer(database).write(USER, Origin("web", "add_tasks"), add, tasks, AddedTasks)
    await database.close()


async def _p50(url: str, queries: int) -> float:
    """Return the median of a query in milliseconds; the role's proof and the first queries are not counted."""
    database = Database(url)
    now = datetime.now(UTC)
    search = Search(now.replace(tzinfo=None), now)
    times: list[float] = []
    try:
        async with database.transaction(UserId(USER)) as rows:
            for _ in range(queries):
                begun = time.perf_counter()
                await rows.tasks.page(search, LISTED, None)
                times.append((time.perf_counter() - begun) * 1000)
    finally:
        await database.close()
    return median(times[10:])


MEASUREMENT = Measurement("row-level security", run)
