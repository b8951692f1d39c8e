"""Reads that forgot whose they are: how many rows of others they return, on any way to the database."""

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice

import asyncpg

from mcp_server.db.session import Database
from mcp_server.db.tables import Row
from shared.errors import ProductError
from shared.identity import UserId

FORGETFUL = (
    "SELECT user_id FROM tasks ORDER BY random() LIMIT 50",
    *(f"SELECT user_id FROM {table} LIMIT 50" for table in sorted(Row.metadata.tables)),
    "SELECT b.user_id FROM people a CROSS JOIN tasks b LIMIT 50",
    "SELECT user_id FROM tasks WHERE id = 1 OR true LIMIT 50",
    "SELECT max(user_id) FROM tasks GROUP BY user_id LIMIT 50",
    "SELECT user_id FROM tasks WHERE user_id <> (SELECT app_uid()) LIMIT 50",
)
"""Statements without a condition on the user, or with a wrong one; each returns whose rows it saw."""
HASTY, HASTE = 0.1, 0.004
"""How many reads are cut short, and after how many seconds."""


@dataclass
class Tally:
    """What readers saw: completed reads, rows of others in them, and reads given up or failed on the way."""

    reads: int = 0
    rows: int = 0
    foreign: int = 0
    given_up: int = 0

    def see(self, whose: Iterable[str], mine: str) -> None:
        seen = list(whose)
        self.rows += len(seen)
        self.foreign += sum(one != mine for one in seen)


async def forgetful_reads(url: str, people: Iterable[str], reads: int, *, pooled: bool) -> Tally:
    """Read as every person at once through the product's own transactions; some give up in the middle and try again."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # what a cancelled connection still says
    database, tally = Database(url, pooled=pooled), Tally()
    persons = [UserId(one) for one in people]
    try:
        await asyncio.gather(*(_reads_of(database, one, reads // len(persons), tally) for one in persons))
    finally:
        await database.close()
    return tally


async def _reads_of(database: Database, person: UserId, reads: int, tally: Tally) -> None:
    chance = random.Random(person)  # noqa: S311 - the same run for the same person
    for statement in islice(cycle(FORGETFUL), reads):
        while not await _has_read(database, person, statement, chance, tally):
            tally.given_up += 1
        tally.reads += 1


async def _has_read(database: Database, person: UserId, statement: str, chance: random.Random, tally: Tally) -> bool:
    with suppress(TimeoutError, ProductError):
        limit = HASTE if chance.random() < HASTY else None
        async with asyncio.timeout(limit), database.transaction(person) as rows:
            tally.see([whose for (whose,) in await rows.tasks._connection.fetch(statement)], person)
        return True
    return False


async def reads_with_a_session_setting(url: str, people: Iterable[str], reads: int) -> Tally:
    """Read as a program does that sets the user for the session: the negative control behind a pooler."""
    tally, persons = Tally(), list(people)

    async def read(person: str) -> None:
        connection = await asyncpg.connect(url, statement_cache_size=0)
        try:
            for _ in range(reads // len(persons)):
                async with connection.transaction():
                    await connection.execute(f"SET app.user_id = '{person}'")
                async with connection.transaction():
                    tally.see([row["user_id"] for row in await connection.fetch(FORGETFUL[0])], person)
                tally.reads += 1
        finally:
            await connection.close()

    await asyncio.gather(*(read(one) for one in persons))
    return tally
