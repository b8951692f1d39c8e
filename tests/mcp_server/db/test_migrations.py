"""Migrations of a database that is in use: what is in it stays, and nobody who uses it is held up."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from mcp_server.db.session import Database
from mcp_server.services.conversations import ConversationService
from shared.identity import UserId
from tests.mcp_server.database import Addresses, alembic, command, own_database, run, try_alembic
from tests.mcp_server.services.desk import Desk
from tests.services import ROOT

pytestmark = pytest.mark.anyio

ADA = UserId("user-ada")
TALK = "00000000-0000-0000-0000-000000000007"
HELD_SECONDS = 2.0

DATA = """
INSERT INTO people (user_id, time_zone, next_task) VALUES ('user-ada', 'Europe/Berlin', 4);
INSERT INTO tasks (user_id, id, title, notes, due_on, due_at, priority, labels, completed_at, deleted_at) VALUES
  ('user-ada', 1, 'buy milk', 'the blue one', '2026-12-24', '15:00', 'high', '{home,shop}', NULL, NULL),
  ('user-ada', 2, 'water the ferns', '', NULL, NULL, NULL, '{}', '2026-11-20T10:00Z', NULL),
  ('user-ada', 3, 'sell the car', '', NULL, NULL, NULL, '{}', NULL, '2026-11-20T10:00Z');
INSERT INTO conversations (user_id, id, title, next_seq) VALUES
  ('user-ada', '00000000-0000-0000-0000-000000000007', 'Milk', 3);
INSERT INTO turns (user_id, id, conversation_id, number, message_key, message_id, request_hash, status, lease,
                   lease_until, finished_at) VALUES
  ('user-ada', '00000000-0000-0000-0000-000000000008', '00000000-0000-0000-0000-000000000007', 1, 'k1', 'm1', 'h1',
   'done', '00000000-0000-0000-0000-000000000009', now(), now()),
  ('user-ada', '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000007', 3, 'k2', 'm3', 'h2',
   'running', '00000000-0000-0000-0000-00000000000b', now() - interval '1 hour', NULL);
INSERT INTO items (user_id, conversation_id, seq, id, turn_id, kind, data, created_at) VALUES
  ('user-ada', '00000000-0000-0000-0000-000000000007', 1, 'm1', '00000000-0000-0000-0000-000000000008',
   'user_message', '{"content": [{"type": "input_text", "text": "add milk"}]}', now()),
  ('user-ada', '00000000-0000-0000-0000-000000000007', 2, 'm2', '00000000-0000-0000-0000-000000000008',
   'assistant_message', '{"content": [{"type": "output_text", "text": "Added."}]}', now());
"""
SINCE_0002 = """
INSERT INTO changes (user_id, id, client, tool) VALUES ('user-ada', 1, 'web', 'add_tasks');
INSERT INTO change_rows (user_id, change_id, task_id, after) VALUES ('user-ada', 1, 1, '{}');
INSERT INTO replies (user_id, key, request_hash, result) VALUES ('user-ada', 'r1', 'h', '{}');
UPDATE people SET next_change = 2 WHERE user_id = 'user-ada';
UPDATE tasks SET repeat = 'FREQ=DAILY', repeat_from = '2026-12-24', occurrence_on = '2026-12-24',
                 occurrence_at = '15:00', series = 1 WHERE user_id = 'user-ada' AND id = 1;
"""
FILLED = {"0001": DATA, "0002": DATA + SINCE_0002}
KEPT = {
    "0001": ("people", "tasks", "conversations", "turns", "items"),
    "0002": ("people", "tasks", "conversations", "turns", "items", "changes", "change_rows", "replies"),
}


@pytest.fixture(params=sorted(FILLED))
def filled(request: pytest.FixtureRequest, owner_url: str, app_url: str) -> Iterator[tuple[str, Addresses]]:
    """A database at an earlier revision, with everything in it that there was at the time."""
    with own_database(owner_url, app_url, request.param) as addresses:
        command(addresses.owner, FILLED[request.param])
        yield request.param, addresses


@pytest.fixture
def database(owner_url: str, app_url: str) -> Iterator[Addresses]:
    with own_database(owner_url, app_url, "0001") as addresses:
        command(addresses.owner, DATA)
        yield addresses


def rows_of(addresses: Addresses, revision: str, columns: dict[str, str]) -> dict[str, list[dict[str, object]]]:
    return {
        table: run(
            addresses.owner,
            f"SELECT {columns[table]} FROM {table} WHERE user_id = 'user-ada' ORDER BY {columns[table]}",
        )
        for table in KEPT[revision]
    }


def columns_of(addresses: Addresses, revision: str) -> dict[str, str]:
    listed = "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute"
    where = "WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"
    return {table: run(addresses.owner, f"{listed} {where}", table)[0]["names"] for table in KEPT[revision]}


@pytest.mark.requirement("006/FR-050")
async def test_what_is_there_is_kept_by_a_step_up_and_down_and_served_at_the_top(
    filled: tuple[str, Addresses],
) -> None:
    revision, addresses = filled
    columns = await asyncio.to_thread(columns_of, addresses, revision)
    before = await asyncio.to_thread(rows_of, addresses, revision, columns)
    above = f"{int(revision) + 1:04}"
    await asyncio.to_thread(alembic, addresses, "upgrade", above)

    await asyncio.to_thread(alembic, addresses, "-x", f"lose={above}", "downgrade", "-1")

    assert await asyncio.to_thread(columns_of, addresses, revision) == columns
    assert await asyncio.to_thread(rows_of, addresses, revision, columns) == before
    await asyncio.to_thread(alembic, addresses, "upgrade", "head")
    assert await asyncio.to_thread(rows_of, addresses, revision, columns) == before
    await _is_served(addresses)


async def _is_served(addresses: Addresses) -> None:
    """Read and change everything by today's services, as the serving role."""
    database = Database(addresses.app)
    try:
        assert await database.is_ready()
        desk = Desk(database, ADA, titles={"t1": "buy milk"})
        assert [task.title for task in (await desk.find()).tasks] == ["buy milk"]
        read = await ConversationService(database).read(ADA, TALK, 10, "asc")
        assert [item.id for item in read.page.items] == ["m1", "m2"]
        assert read.conversation.turn is not None
        assert read.conversation.turn.status == "interrupted"
        assert (await desk.complete("t1")).title == "buy milk"
        assert (await desk.add("a new one")).id
    finally:
        await database.close()


@pytest.mark.requirement("006/FR-051")
def test_a_step_down_that_nobody_accepted_says_what_it_would_destroy(owner_url: str, app_url: str) -> None:
    with own_database(owner_url, app_url) as addresses:
        done = try_alembic(addresses, "-x", "lose=0002", "downgrade", "-1")

        assert done.returncode == 1
        assert "0003 destroys feedback, cards that wait" in done.stderr
        assert run(addresses.owner, "SELECT version_num FROM alembic_version")[0]["version_num"] == "0003"
        assert run(addresses.owner, "SELECT state FROM items") == []  # the column is still there


@dataclass
class Traffic:
    """What ordinary calls do, again and again, and how long the slowest had to wait."""

    url: str
    done: int = 0
    slowest: float = 0.0

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        calling = asyncio.create_task(self._call())
        try:
            yield
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)

    async def _call(self) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            while True:
                began = time.monotonic()
                async with connection.transaction():
                    await connection.execute("SELECT set_config('app.user_id', 'user-ada', true)")
                    await connection.execute("UPDATE people SET time_zone = time_zone")
                    await connection.fetch("SELECT id, title FROM tasks")
                    await connection.fetch("SELECT id, status FROM turns")
                    await connection.fetch("SELECT id, kind FROM items")
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.done += 1
                await asyncio.sleep(0.1)
        finally:
            await connection.close()


@asynccontextmanager
async def somebody_at_work(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that has read and written in each table, and takes its time."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            await connection.execute("SELECT set_config('app.user_id', 'user-ada', true)")
            for table in KEPT["0001"]:
                await connection.execute(f"SELECT 1 FROM {table}")
            await connection.execute("UPDATE tasks SET title = title")
            yield connection
    finally:
        await connection.close()


@pytest.mark.requirement("006/FR-050")
async def test_an_upgrade_lets_those_pass_who_use_the_tables(filled: tuple[str, Addresses]) -> None:
    _, addresses = filled
    traffic = Traffic(addresses.app)
    async with traffic.going_on():
        began = time.monotonic()
        async with somebody_at_work(addresses.app):
            line = [sys.executable, "-m", "alembic", "upgrade", "head"]
            told = {**os.environ, "DATABASE_URL": addresses.owner, "MCP_SERVER_DATABASE_URL": addresses.app}
            upgrade = await asyncio.create_subprocess_exec(*line, cwd=ROOT, env=told, stderr=asyncio.subprocess.PIPE)
            assert upgrade.stderr is not None
            for _ in range(2):
                assert b"trying again" in await upgrade.stderr.readline()
        held = time.monotonic() - began
        await upgrade.communicate()

    assert upgrade.returncode == 0
    assert held > 1.5
    assert traffic.done > 10
    assert traffic.slowest < held / 2
    assert "(head)" in await asyncio.to_thread(alembic, addresses, "current")


@pytest.mark.requirement("006/FR-050")
async def test_without_the_bound_everybody_would_wait(database: Addresses) -> None:
    """The negative control."""
    traffic, owner = Traffic(database.app), await asyncpg.connect(database.owner)
    async with traffic.going_on():
        async with somebody_at_work(database.app):
            altering = asyncio.create_task(owner.execute("ALTER TABLE turns ADD COLUMN another integer"))
            await asyncio.sleep(HELD_SECONDS)
        await altering
        done = traffic.done
        while traffic.done == done:  # noqa: ASYNC110 - the traffic tells no other way
            await asyncio.sleep(0.05)
    await owner.close()

    assert traffic.slowest > HELD_SECONDS / 2


@pytest.mark.requirement("006/FR-050")
def test_an_upgrade_that_ended_half_way_is_finished_by_the_next(owner_url: str, app_url: str) -> None:
    with own_database(owner_url, app_url, "0002") as addresses:
        command(addresses.owner, DATA)
        command(addresses.owner, "ALTER TABLE items ADD COLUMN state text")
        command(addresses.owner, "CREATE INDEX items_open ON items (user_id)")
        command(addresses.owner, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'items_open'::regclass")

        alembic(addresses, "upgrade", "head")

        assert run(addresses.owner, "SELECT 1 FROM pg_index WHERE NOT indisvalid") == []
        assert "No new upgrade operations detected" in alembic(addresses, "check")


@pytest.mark.requirement("006/FR-050")
async def test_two_runners_at_once_bring_one_schema(database: Addresses) -> None:
    await asyncio.gather(*(asyncio.to_thread(alembic, database, "upgrade", "head") for _ in range(2)))

    assert "(head)" in await asyncio.to_thread(alembic, database, "current")
