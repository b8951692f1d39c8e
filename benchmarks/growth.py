"""The same calls on a nearly empty database, and beside a million tasks of a hundred thousand other people."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

import asyncpg

from benchmarks.measure import Bound, Measurement, Result, spread
from benchmarks.seeding import TASKS_EACH, seed_others
from mcp_server.db.session import Database
from mcp_server.services.conversations import ConversationService
from mcp_server.services.starting import Message, StartService
from mcp_server.services.tasks import TaskService, Wanted
from mcp_server.services.turns import TurnService
from shared.contract import Item
from shared.identity import user_id
from tests.mcp_server.database import command, going_through_others, own_database
from tests.mcp_server.services.conversation_calls import CONVERSATION_CALLS
from tests.mcp_server.services.person import NO_LIMIT, Person
from tests.mcp_server.services.spy import Spy
from tests.mcp_server.services.task_calls import TASK_CALLS
from tests.services import embedded_postgres, migrated

PEOPLE, ITEMS = 100_000, 10_000
QUICK_PEOPLE, QUICK_ITEMS = 2_000, 500
OWN_TASKS, OWN_CONVERSATIONS, FEW_ITEMS = 20, 20, 10
USER = user_id("user-of-the-benchmark")
HISTORY = 40
EVERY = Wanted(query="", status="open", due="", due_from="", due_to="", label="", limit=20, cursor="")
CONVERSATION = uuid.UUID(int=1)

# As the owner, whom row-level security does not bind.
OWN_ROW = "INSERT INTO people (user_id, next_task) VALUES ($1, $2::int + 1)"
OWN_TASK_ROWS = """
INSERT INTO tasks (user_id, id, title) SELECT $1, t, 'task number ' || t FROM generate_series(1, $2::int) t
"""
CONVERSATION_ROWS = """
INSERT INTO conversations (user_id, id, title, next_seq)
SELECT $1, lpad(to_hex(c), 32, '0')::uuid, 'talk', CASE c WHEN 1 THEN $3::int + 1 ELSE 1 END
FROM generate_series(1, $2::int) c
"""
ITEM_ROWS = """
INSERT INTO items (user_id, conversation_id, seq, id, kind, data, created_at)
SELECT $1, $2::uuid, n, 'item_' || n, 'user_message', '{"content": []}', now() FROM generate_series(1, $3::int) n
"""


def run(quick: bool) -> Result:
    people, items = (QUICK_PEOPLE, QUICK_ITEMS) if quick else (PEOPLE, ITEMS)
    rounds, calls = (3, 30) if quick else (9, 100)
    with embedded_postgres() as postgres:
        app = migrated(postgres)
        with own_database(postgres.url, app) as small:
            asyncio.run(_seed(small.owner, 0, FEW_ITEMS))
            seconds = asyncio.run(_seed(postgres.url, people, items))
            for owner_url in (small.owner, postgres.url):
                command(owner_url, "VACUUM")
            command(postgres.url, "CHECKPOINT")  # or what is still to be written would slow what is measured
            times = asyncio.run(_measure(app, small.app, rounds, calls))
            sent, scanning = asyncio.run(_plans(app))
    figures = {
        f"seeding {people * TASKS_EACH:,} tasks and what belongs to them, s": seconds,
        "statements of every call of both doors": sent,
    }
    return _result(times, figures, len(scanning), people, items)


async def _seed(owner_url: str, people: int, items: int) -> float:
    """Give one person their rows, and return the seconds that it took to add the others."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(OWN_ROW, USER, OWN_TASKS)
        await connection.execute(OWN_TASK_ROWS, USER, OWN_TASKS)
        await connection.execute(CONVERSATION_ROWS, USER, OWN_CONVERSATIONS, items)
        await connection.execute(ITEM_ROWS, USER, CONVERSATION, items)
    finally:
        await connection.close()
    begun = time.perf_counter()
    await seed_others(owner_url, people)
    return time.perf_counter() - begun


def _calls(database: Database) -> dict[str, Callable[[], Awaitable[Any]]]:
    tasks, conversations = TaskService(database), ConversationService(database)
    starts, turns = StartService(database, NO_LIMIT), TurnService(database)

    async def begin() -> None:
        item = Item(
            id=f"msg_{uuid.uuid4().hex}", kind="user_message", created_at=datetime.now(UTC), data={"content": []}
        )
        told = Message(str(CONVERSATION), False, "", uuid.uuid4().hex, item, "", HISTORY)
        started = await starts.begin(USER, told)
        begun.append((started.turn_id, started.lease))

    async def finish() -> None:
        turn_id, lease = begun.pop()
        await turns.finish(USER, turn_id, lease, outcome="done", items=[], title="")

    begun: list[tuple[str, str]] = []
    return {
        "find_tasks": lambda: tasks.find(USER, EVERY),
        "begin_turn": begin,
        "finish_turn": finish,
        "thread list": lambda: conversations.page(USER, 20, "desc", ""),
        "thread items": lambda: conversations.items(USER, str(CONVERSATION), 20, "desc", ""),
    }


async def _measure(big_url: str, small_url: str, rounds: int, calls: int) -> dict[str, tuple[list[float], list[float]]]:
    """Return of each call the medians in milliseconds of all rounds, on the big database and on the small one."""
    databases = Database(big_url), Database(small_url)
    of_each = [_calls(database) for database in databases]
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in of_each[0]}
    for n in range(rounds + 1):
        for side in (0, 1) if n % 2 else (1, 0):
            taken: dict[str, list[float]] = {name: [] for name in times}
            for _ in range(calls):
                for name, call in of_each[side].items():
                    begun = time.perf_counter()
                    await call()
                    taken[name].append((time.perf_counter() - begun) * 1000)
            if n:  # the first round warms up
                for name, some in taken.items():
                    times[name][side].append(median(some))
    for database in databases:
        await database.close()
    return times


async def _plans(url: str) -> tuple[int, list[str]]:
    """Make every call of both doors; return how many statements that came to, and which go through others' rows."""
    database = Database(url)
    spy, person = await Spy.on(database, USER), Person(database, USER)
    for case in (TASK_CALLS | CONVERSATION_CALLS).values():
        call = await case.prepare(person)
        await call()
    await database.close()
    return len(spy.sent), await going_through_others(url, USER, spy.sent, may_scan=True)


def _result(
    times: dict[str, tuple[list[float], list[float]]], figures: dict[str, float], scanning: int, people: int, items: int
) -> Result:
    bounds = [Bound("every statement of both doors uses an index under the policy", scanning, at_most=0)]
    for name, (big, small) in times.items():
        ratios = [a / b for a, b in zip(big, small, strict=True)]
        figures |= {f"{name}: big, p50 ms": median(big), f"{name}: small, p50 ms": median(small)}
        figures |= spread(f"{name}: big / small", ratios)
        bounds.append(Bound(f"{name} is flat", median(ratios), at_most=1.2))
    prose = (
        "Services on PostgreSQL in one process, p50 of a call, both databases in turn, medians of the rounds and of"
        f" their ratios. Big: {people:,} people with {people * TASKS_EACH:,} tasks, and {items:,} items in the"
        " conversation."
        f" Small: one person, {FEW_ITEMS} items. The plans are those that the big database chooses."
    )
    return Result(prose, figures, tuple(bounds))


MEASUREMENT = Measurement("growth", run)
