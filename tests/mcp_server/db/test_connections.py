"""A burst waits for a connection, no longer than it should; and nobody finds in one what another left there."""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest
from asyncpg import PostgresError

from mcp_server.db import connections
from mcp_server.db.admission import Pace
from mcp_server.db.session import MOST_A_PERSON, Database
from mcp_server.telemetry import REGISTRY
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

pytestmark = pytest.mark.anyio


def told(name: str) -> float:
    return REGISTRY.get_sample_value(f"remit_database_pool_{name}") or 0


async def hold_all(database: Database, user: UserId) -> AsyncExitStack:
    """Open as many transactions as there are connections."""
    held = AsyncExitStack()
    for n in range(connections.MOST):
        await held.enter_async_context(database.transaction(UserId(f"{user}-{n}")))
    return held


async def test_whoever_comes_when_all_are_in_use_waits_for_the_first_that_is_free(
    database: Database, user_id: str
) -> None:
    waits = told("wait_seconds_count")
    held = await hold_all(database, UserId(user_id))
    assert (told("in_use"), told("wait_seconds_count")) == (connections.MOST, waits)

    async def late() -> str | None:
        async with database.transaction(UserId(user_id)) as rows:
            return rows.people.time_zone

    waiting = asyncio.create_task(late())
    await asyncio.sleep(0)
    assert not waiting.done()
    await held.aclose()

    assert await waiting is None
    assert (told("in_use"), told("wait_seconds_count")) == (0, waits + 1)


async def test_whoever_waits_too_long_is_told_to_try_again(
    database: Database, user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.05)
    async with await hold_all(database, UserId(user_id)):
        with pytest.raises(ProductError) as refused:
            await database.take(UserId(user_id), "bucket", Pace(1, 1))
        assert told("in_use") == connections.MOST

    assert refused.value.code is ErrorCode.UNAVAILABLE
    assert told("in_use") == 0


@pytest.mark.requirement("004/FR-055")
async def test_one_person_leaves_connections_for_the_others(database: Database, user_id: str) -> None:
    """Their row is held by another process, say: all that they send waits for it."""
    one, other = UserId(user_id), UserId(f"{user_id}-other")
    async with database.transaction(one) as rows:
        await rows.people.lock()
        await rows.people.set_time_zone("Europe/Berlin")

    async def hold() -> None:
        async with database.transaction(one, holds_person=True):
            pass

    async with database.transaction(one, holds_person=True):
        waiting = [asyncio.create_task(hold()) for _ in range(3 * connections.MOST)]
        for _ in range(3):
            assert await database.take(other, "bucket", Pace(1, 9))
        assert told("in_use") == MOST_A_PERSON
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_what_was_left_in_the_middle_is_undone_before_the_connection_is_lent_again(
    database: Database, user_id: str, is_cancelled: bool
) -> None:
    left = 0
    with suppress(TimeoutError, ProductError, ZeroDivisionError):
        async with asyncio.timeout(0.2 if is_cancelled else None), database.transaction(UserId(user_id)) as rows:
            await rows.people.lock()
            left = rows.people._connection.get_server_pid()
            await rows.people._connection.execute(f"SELECT pg_sleep({int(is_cancelled)})")
            _ = 1 / 0

    async with database.transaction(UserId(user_id)) as rows:
        assert rows.people._connection.get_server_pid() == left
        assert await rows.people._connection.fetchval("SELECT count(*) FROM people") == 0


async def test_what_was_not_stored_is_never_acknowledged(database: Database, user_id: str) -> None:
    """A failed statement that somebody passes over undoes the others; the COMMIT behind it is no error by itself."""

    async def pass_over_a_failure() -> None:
        async with database.transaction(UserId(user_id)) as rows:
            await rows.people.lock()
            with suppress(PostgresError):
                await rows.people._connection.execute("SELECT 1 / 0")

    with pytest.raises(RuntimeError, match="nothing is stored"):
        await pass_over_a_failure()
    async with database.transaction(UserId(user_id)) as rows:
        assert await rows.people._connection.fetchval("SELECT count(*) FROM people") == 0
