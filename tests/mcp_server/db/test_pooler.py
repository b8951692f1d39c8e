"""Through a pooler in transaction mode the whole server works; the promise ``leak`` is about its rows."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mcp_server.db.admission import Pace
from mcp_server.db.session import Database
from shared.errors import ProductError
from shared.identity import UserId
from tests.mcp_server.client import Caller
from tests.mcp_server.conftest import EVERY_SCOPE, As
from tests.mcp_server.conversation import Talk
from tests.pooler import PROGRAM, transaction_pooler
from tests.services import Issuer, Service, SigningKey, assertion, free_port, mcp_server_environment

pytestmark = [
    pytest.mark.requirement("003/FR-021"),
    pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed"),
]
READERS = 8
BURST = 20


@pytest.fixture(scope="module")
def pooled_url(app_url: str, owner_url: str) -> Iterator[str]:
    assert owner_url
    with transaction_pooler(app_url) as url:
        yield url


@pytest.fixture
def people(at_gateway: As, user_id: str) -> list[str]:
    """More people than the pooler has connections, each with a task."""
    names = [f"{user_id}-{n}" for n in range(READERS)]
    for name in names:
        at_gateway(name).ok("add_tasks", tasks=[{"title": name}])
    return names


def test_without_the_setting_it_says_what_to_set(
    pooled_url: str, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ExceptionGroup) as told:
        asyncio.run(interleaved(pooled_url, people))

    assert told.group_contains(ProductError, match="cannot be reached")
    assert "set MCP_SERVER_DATABASE_POOLED=true" in caplog.text


async def interleaved(url: str, people: list[str]) -> None:
    """Read as everyone at once, with statements that are prepared once and used again."""
    database = Database(url)

    async def read(person: str) -> None:
        for _ in range(20):
            async with database.transaction(UserId(person)) as rows:
                await rows.tasks.counts(datetime(2026, 1, 1, tzinfo=UTC))

    try:
        async with asyncio.TaskGroup() as group:
            for one in people:
                group.create_task(read(one))
    finally:
        await database.close()


def test_calls_that_come_at_once_are_counted_one_by_one(pooled_url: str, user_id: str) -> None:
    """A call is counted by one statement without a transaction around it, wherever the pooler sends its parts."""

    async def take() -> list[bool]:
        database = Database(pooled_url, pooled=True)
        try:
            tries = (database.take(UserId(user_id), "bucket", Pace(0.001, BURST)) for _ in range(50))
            return await asyncio.gather(*tries)
        finally:
            await database.close()

    assert asyncio.run(take()).count(True) == BURST


def test_a_parameter_that_the_pooler_refuses_is_named_in_the_log(
    pooled_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def ready(query: str) -> bool:
        database = Database(pooled_url + query, pooled=True)
        try:
            return await database.is_ready()
        finally:
            await database.close()

    assert asyncio.run(ready("?application_name=remit"))
    assert not asyncio.run(ready("?search_path=public"))
    assert "search_path" in caplog.text


@pytest.fixture
def pooled_server(pooled_url: str, issuer: Issuer, gateway_key: SigningKey, tmp_path: Path) -> Iterator[Service]:
    port = free_port()
    environment = mcp_server_environment(pooled_url, issuer, gateway_key, port)
    service = Service("mcp_server", port, environment | {"MCP_SERVER_DATABASE_POOLED": "true"}, tmp_path / "log")
    service.start()
    yield service
    service.stop()


def test_the_whole_server_works_through_it(pooled_server: Service, gateway_key: SigningKey, user_id: str) -> None:
    url = f"{pooled_server.url}/gateway"

    def live(name: str) -> tuple[list[str], str]:
        caller = Caller(url, assertion(gateway_key, url, name, EVERY_SCOPE), {"user_id": name})
        keyed = caller.with_meta(idempotency_key=name)
        for _ in range(2):
            keyed.ok("add_tasks", tasks=[{"title": name, "due": "tomorrow", "labels": ["home"]}])
        [task] = caller.ok("find_tasks", query=name)["tasks"]
        done = caller.ok("complete_tasks", items=[{"id": task["id"], "expect_title": name}])
        caller.ok("undo", undo_token=done["undo_token"])
        Talk(caller).answer(name, create=True)
        return [task["title"] for task in caller.ok("find_tasks")["tasks"]], name

    with ThreadPoolExecutor(READERS) as pool:
        lived = list(pool.map(live, [f"{user_id}-{n}" for n in range(READERS)]))

    assert [titles for titles, _ in lived] == [[name] for _, name in lived]
    assert "Traceback" not in pooled_server.log.read_text()
