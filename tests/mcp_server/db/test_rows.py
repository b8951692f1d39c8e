"""The second wall: a query that forgot the user reaches no one else's rows."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress

import asyncpg
import pytest

from mcp_server.db.addresses import address_of
from mcp_server.db.connections import Connection
from mcp_server.db.session import Database
from mcp_server.db.tables import Row
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from tests.mcp_server.conftest import As
from tests.mcp_server.conversation import Talk
from tests.mcp_server.database import Addresses, command, own_database, run

TABLES = sorted(Row.metadata.tables)
READERS, READS = 8, 100
FORGETFUL = "SELECT user_id FROM tasks"


@pytest.fixture
def two_people(at_gateway: As, user_id: str) -> tuple[str, str]:
    """Two people with a row in every table."""
    people = (user_id, f"{user_id}-other")
    for person in people:
        caller = at_gateway(person).with_meta(idempotency_key="k")
        caller.ok("add_tasks", tasks=[{"title": person}])
        Talk(caller).answer(person, create=True)
    return people


@pytest.mark.requirement("001/FR-017")
@pytest.mark.parametrize("table", TABLES)
def test_a_query_without_a_condition_returns_ones_own_rows(
    app_url: str, owner_url: str, two_people: tuple[str, str], table: str
) -> None:
    for person in two_people:
        rows = run(app_url, f"SELECT user_id FROM {table}", user_id=person)
        assert {row["user_id"] for row in rows} == {person}

    # The control: the same query by a role that bypasses the policies does return the others'.
    everyones = run(owner_url, f"SELECT user_id FROM {table}")
    assert {row["user_id"] for row in everyones} >= set(two_people)


@pytest.mark.requirement("001/FR-017")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("user_id", [None, ""])
def test_a_query_without_a_user_returns_nothing(app_url: str, owner_url: str, table: str, user_id: str | None) -> None:
    assert owner_url
    assert run(app_url, f"SELECT 1 FROM {table}", user_id=user_id) == []


def probes(mine: str, theirs: str) -> dict[str, str]:
    """Statements that a mistake could make of ours; each would return a row if it reached another's."""
    return {
        "read": f"SELECT 1 FROM tasks WHERE user_id = '{theirs}'",
        "read by number": f"SELECT 1 FROM tasks WHERE id = 1 AND user_id <> '{mine}'",
        "join": f"SELECT 1 FROM tasks a JOIN conversations b ON true WHERE b.user_id = '{theirs}'",
        "any": f"SELECT 1 FROM people WHERE user_id = ANY (ARRAY['{theirs}'])",
        "change": f"UPDATE tasks SET title = 'mine' WHERE user_id = '{theirs}' RETURNING 1",
        "change all but mine": f"UPDATE turns SET status = 'failed' WHERE user_id <> '{mine}' RETURNING 1",
        "delete": f"DELETE FROM items WHERE user_id = '{theirs}' RETURNING 1",
        "lock": f"SELECT 1 FROM people WHERE user_id = '{theirs}' FOR UPDATE",
    }


@pytest.mark.requirement("001/FR-017")
def test_a_statement_for_anothers_rows_finds_none(app_url: str, two_people: tuple[str, str]) -> None:
    mine, theirs = two_people

    found = [name for name, statement in probes(mine, theirs).items() if run(app_url, statement, user_id=mine)]

    assert found == []


@pytest.mark.requirement("001/FR-017")
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people (user_id) VALUES ('{other}-new')",
        "INSERT INTO tasks (user_id, id, title) VALUES ('{other}', 99, 'planted')",
        "UPDATE tasks SET user_id = '{other}'",
        "INSERT INTO people (user_id) VALUES ('{other}') ON CONFLICT (user_id) DO UPDATE SET time_zone = 'UTC'",
        "INSERT INTO conversations (user_id, id) SELECT '{other}', id FROM conversations",
        "TRUNCATE tasks CASCADE",
        "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own ON tasks",
        "SET ROLE postgres",
        "CREATE TABLE mine (x int)",
    ],
)
def test_a_statement_that_would_write_for_another_is_refused(
    app_url: str, two_people: tuple[str, str], statement: str
) -> None:
    mine, theirs = two_people

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(app_url, statement.format(other=theirs), user_id=mine)


def test_a_row_cannot_belong_to_anothers_parent(owner_url: str, two_people: tuple[str, str]) -> None:
    """Even past the policies: foreign keys carry the user."""
    mine, theirs = two_people
    planted = (
        "INSERT INTO items (user_id, conversation_id, seq, id, kind, data, created_at)"
        " SELECT $1, id, 99, 'planted', 'note', '{}', now() FROM conversations WHERE user_id = $2"
    )

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        run(owner_url, planted, mine, theirs)


@pytest.mark.requirement("001/FR-017")
def test_many_readers_on_few_connections_see_only_their_own(app_url: str, at_gateway: As, user_id: str) -> None:
    """A query without a condition, through the real pool, with failures and cancellations in between."""
    people = [UserId(f"{user_id}-{n}") for n in range(READERS)]
    for person in people:
        at_gateway(person).ok("add_tasks", tasks=[{"title": person}])

    async def read(database: Database, person: UserId, chance: random.Random) -> set[str]:
        seen: set[str] = set()
        for _ in range(READS):
            with suppress(TimeoutError, ProductError, ZeroDivisionError):
                async with asyncio.timeout(chance.choice([0.002, 5])), database.transaction(person) as rows:
                    seen |= {row["user_id"] for row in await rows.tasks._connection.fetch(FORGETFUL)}
                    _ = 1 / chance.choice([0, 1])
        return seen

    async def everyone() -> list[set[str]]:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # what a cancelled connection still says
        database = Database(app_url)
        try:
            return await asyncio.gather(*(read(database, one, random.Random(one)) for one in people))  # noqa: S311
        finally:
            await database.close()

    assert asyncio.run(everyone()) == [{person} for person in people]


@pytest.mark.requirement("001/FR-017")
def test_a_connection_forgets_its_user_with_the_transaction(app_url: str, two_people: tuple[str, str]) -> None:
    async def whose(connection: Connection) -> list[object]:
        return list(await connection.fetch(FORGETFUL))

    async def rows_after() -> list[object]:
        database = Database(app_url)
        try:
            async with database.transaction(UserId(two_people[0])) as rows:
                assert rows.people.time_zone is None
                backend = rows.people._connection.get_server_pid()
            async with database._connections.lend(whose) as (connection, seen):
                assert connection.get_server_pid() == backend, "another connection proves nothing"
                return list(seen)
        finally:
            await database.close()

    assert asyncio.run(rows_after()) == []


def test_a_transaction_without_a_user_is_refused(app_url: str) -> None:
    async def nobody() -> None:
        database = Database(app_url)
        async with database.transaction(UserId("")):
            raise AssertionError("a transaction was opened")

    with pytest.raises(RuntimeError, match="no user"):
        asyncio.run(nobody())


def test_an_error_of_the_database_repeats_no_text(app_url: str, owner_url: str, user_id: str) -> None:
    assert owner_url
    secret = "4111-secret-1111"

    async def fail() -> None:
        database = Database(app_url)
        try:
            async with database.transaction(UserId(user_id)) as rows:
                await rows.tasks._connection.fetch("SELECT length($1) / 0", secret)
        finally:
            await database.close()

    with pytest.raises(ProductError) as told:
        asyncio.run(fail())

    assert told.value.code is ErrorCode.INVALID
    assert secret not in str(told.value.__cause__)


@pytest.fixture
def unguarded(owner_url: str, app_url: str) -> Iterator[Addresses]:
    """The same schema with the policies taken out."""
    with own_database(owner_url, app_url) as addresses:
        for table in TABLES:
            command(addresses.owner, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        yield addresses


def test_without_the_policies_the_probes_above_would_find_the_leak(unguarded: Addresses) -> None:
    """The negative control."""
    for person in ("alice", "bob"):
        command(
            unguarded.owner,
            f"INSERT INTO people (user_id) VALUES ('{person}');"
            f"INSERT INTO tasks (user_id, id, title) VALUES ('{person}', 1, 'x');"
            f"INSERT INTO conversations (user_id, id) VALUES ('{person}', gen_random_uuid());"
            "INSERT INTO turns (user_id, id, conversation_id, number, message_key, message_id, request_hash, lease,"
            f" lease_until) SELECT user_id, id, id, 1, 'k', 'm', 'h', id, now() FROM conversations"
            f" WHERE user_id = '{person}';"
            "INSERT INTO items (user_id, conversation_id, seq, id, kind, data, created_at)"
            f" SELECT user_id, id, 1, 'i', 'note', '{{}}', now() FROM conversations WHERE user_id = '{person}'",
        )

    missed = [
        name for name, statement in probes("alice", "bob").items() if not run(unguarded.app, statement, user_id="alice")
    ]

    assert missed == []


@pytest.mark.parametrize(
    ("url", "address", "options"),
    [
        ("postgres://a:b@h/d", "postgresql://a:b@h/d", {"server_settings": {}}),
        (
            "postgresql://a:b@h:6432/d?sslmode=require&channel_binding=require",
            "postgresql://a:b@h:6432/d",
            {"server_settings": {}, "ssl": "require"},
        ),
        (
            "postgresql://a:b%40c@h/d?application_name=remit&sslmode=disable",
            "postgresql://a:b%40c@h/d",
            {"server_settings": {"application_name": "remit"}, "ssl": "disable"},
        ),
        (
            "postgresql://a:b@ep-x-pooler.h/d?connect_timeout=9&options=endpoint%3Dep-x&sslnegotiation=direct",
            "postgresql://a:b@ep-x-pooler.h/d",
            {"server_settings": {"options": "endpoint=ep-x"}},
        ),
    ],
)
def test_an_address_is_taken_as_a_provider_prints_it(url: str, address: str, options: dict[str, object]) -> None:
    assert address_of(url) == (address, options)


def test_an_address_with_ssl_options_connects(app_url: str, owner_url: str, user_id: str) -> None:
    assert owner_url

    async def ready() -> bool:
        database = Database(f"{app_url}?sslmode=prefer&channel_binding=prefer&application_name={user_id}")
        try:
            return await database.is_ready()
        finally:
            await database.close()

    assert asyncio.run(ready())
