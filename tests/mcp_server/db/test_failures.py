"""What a failure of the database is told as: a passing one is worth another try, a mistake of ours is not."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from mcp_server.db.admission import Pace
from mcp_server.db.failures import Failure, raise_meaning
from mcp_server.db.session import Database, Rows
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from tests.mcp_server.database import run

pytestmark = pytest.mark.requirement("002/FR-055")

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("the server expects 1 argument for this query, 2 were passed"),
        asyncpg.UndefinedColumnError("column does not exist"),
    ],
)
def test_a_mistake_of_ours_stays_what_it_is(error: Failure) -> None:
    with pytest.raises(type(error)):
        raise_meaning(error)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.IdleInTransactionSessionTimeoutError("terminating connection due to idle-in-transaction timeout"),
    ],
)
def test_an_unreachable_database_is_worth_another_try(error: Failure) -> None:
    with pytest.raises(ProductError) as told:
        raise_meaning(error)

    assert told.value.code is ErrorCode.UNAVAILABLE
    assert told.value.retry_after


def lost(url: str, user_id: str, losing: Callable[[Rows], Awaitable[None]]) -> ProductError:
    """Lose the connection of a transaction, and return what is told of it."""

    async def lose() -> None:
        database = Database(url)
        try:
            async with database.transaction(UserId(user_id)) as rows:
                await losing(rows)
        finally:
            await database.close()

    with pytest.raises(ProductError) as told:
        asyncio.run(lose())
    return told.value


def test_a_connection_that_is_lost_in_the_middle_is_worth_another_try(
    app_url: str, owner_url: str, user_id: str
) -> None:
    assert owner_url

    async def before_it_is_asked(rows: Rows) -> None:
        rows.people._connection.terminate()
        await rows.people.lock()

    told = lost(app_url, user_id, before_it_is_asked)

    assert told.code is ErrorCode.UNAVAILABLE
    assert isinstance(told.__cause__, asyncpg.InterfaceError)


def test_a_connection_that_is_lost_right_after_an_answer_is_worth_another_try(
    app_url: str, owner_url: str, user_id: str
) -> None:
    """As after a process was stopped in a transaction for so long that the database gave it up."""

    async def with_the_answer(rows: Rows) -> None:
        asked = asyncio.create_task(rows.people.lock())
        await asyncio.sleep(0)
        with ThreadPoolExecutor() as other:
            other.submit(run, owner_url, END, user_id).result()  # this loop hears of both at once
        await asked

    told = lost(f"{app_url}?application_name={user_id}", user_id, with_the_answer)

    assert told.code is ErrorCode.UNAVAILABLE
    assert isinstance(told.__cause__, asyncpg.InternalClientError)


@pytest.mark.parametrize("is_transaction", [True, False])
def test_a_connection_whose_end_was_not_heard_yet_is_replaced(
    app_url: str, owner_url: str, user_id: str, is_transaction: bool
) -> None:
    """What died while idle is mostly found closed; here the first statement is what finds it."""

    async def use(database: Database) -> bool:
        if not is_transaction:
            return await database.take(UserId(user_id), "bucket", Pace(1, 9))
        async with database.transaction(UserId(user_id)) as rows:
            return rows.people.time_zone is None

    async def twice() -> list[bool]:
        database = Database(f"{app_url}?application_name={user_id}")
        used = await use(database)
        with ThreadPoolExecutor() as other:
            other.submit(run, owner_url, END, user_id).result()  # this loop hears of nothing while it waits
        try:
            return [used, await use(database)]
        finally:
            await database.close()

    assert asyncio.run(twice()) == [True, True]
