"""What calls cost the database: the statements of each, and the plans by which they find a person's rows."""

import asyncio
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import mcp_server.db
from benchmarks.seeding import seed_others
from mcp_server.db.session import Database
from mcp_server.db.statements import Statement
from mcp_server.db.tables import Row
from shared.identity import UserId
from tests.mcp_server.database import Addresses, going_through_others, own_database, run
from tests.mcp_server.services.conversation_calls import CONVERSATION_CALLS
from tests.mcp_server.services.person import Person
from tests.mcp_server.services.spy import Spy
from tests.mcp_server.services.task_calls import TASK_CALLS

pytestmark = pytest.mark.anyio

CALLS = TASK_CALLS | CONVERSATION_CALLS
OTHERS = 100


@pytest.fixture
def person(database: Database, user_id: str) -> Person:
    return Person(database, UserId(user_id))


@pytest.fixture
async def spy(database: Database, user_id: str) -> Spy:
    return await Spy.on(database, UserId(user_id))


@pytest.fixture
def crowded(owner_url: str, app_url: str) -> Iterator[Addresses]:
    """A database full of other people, with rows of them in every table."""
    with own_database(owner_url, app_url) as addresses:
        asyncio.run(seed_others(addresses.owner, OTHERS))
        theirs = (f"SELECT '{table}' AS name FROM {table} WHERE user_id = 'person-1'" for table in Row.metadata.tables)
        assert {row["name"] for row in run(addresses.owner, " UNION ".join(theirs))} == Row.metadata.tables.keys()
        yield addresses


@pytest.mark.requirement("007/FR-003")
@pytest.mark.parametrize("name", CALLS)
async def test_a_call_sends_no_more_statements_than_it_needs(person: Person, spy: Spy, name: str) -> None:
    case = CALLS[name]
    call = await case.prepare(person)

    with spy.counting() as sent:
        await call()

    assert len(sent) == case.statements, "\n".join(sent)


@pytest.mark.requirement("007/FR-003")
async def test_no_tool_is_forgotten(person: Person) -> None:
    assert person.tools - CALLS.keys() == set()


@pytest.mark.requirement("007/FR-004")
async def test_every_statement_finds_its_rows_by_the_user(crowded: Addresses, user_id: str) -> None:
    spy = await every_call(crowded.app, UserId(user_id))

    others = await going_through_others(crowded.app, user_id, spy.sent)
    control = await going_through_others(crowded.owner, user_id, {"SELECT FROM tasks WHERE title = 'x'": ()})

    assert {name for text, name in declared().items() if text not in spy.sent} == set(), "no call sends these"
    assert others == []
    assert len(control) == 1, "the control: no policy binds the owner, and a statement without the user is seen"


async def every_call(app_url: str, user: UserId) -> Spy:
    database = Database(app_url)
    spy, person = await Spy.on(database, user), Person(database, user)
    for case in CALLS.values():
        call = await case.prepare(person)
        await call()
    await database.close()
    return spy


def declared() -> dict[str, str]:
    """Map every statement that is declared where SQL is spoken to its name."""
    modules = [
        importlib.import_module(f"mcp_server.db.{one.name}") for one in pkgutil.iter_modules(mcp_server.db.__path__)
    ]
    values = [(f"{module.__name__}.{name}", value) for module in modules for name, value in vars(module).items()]
    each = [(name, one) for name, value in values for one in (value.values() if isinstance(value, dict) else [value])]
    return {one.text: name for name, one in each if isinstance(one, Statement)}


@pytest.mark.requirement("007/FR-004")
async def test_what_runs_and_what_waits_is_found_without_a_look_at_what_does_not(person: Person, spy: Spy) -> None:
    """A server goes over to plans for any values; with the state as a value they would look at each row."""
    say_more = await CALLS["begin_turn"].prepare(person)
    with spy.counting() as sent:
        await say_more()
    waiting = next(one for one in sent if one.startswith("UPDATE items"))
    running = next(one for one in sent if "UNION ALL" in one)

    assert "items_open" in await plan_for_any_values(person, waiting)
    plan = await plan_for_any_values(person, running)
    assert "turns_live" in plan or "turns_one_live" in plan  # each holds the running ones alone, at the same cost
    assert "items_open" not in await plan_for_any_values(person, waiting.replace("'open'", "$4")), "the control"


async def plan_for_any_values(person: Person, statement: str) -> str:
    async with person.database.transaction(person.user) as rows:
        connection = rows.people._connection
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE asked AS {statement}")
        values = await connection.fetchval("SELECT parameter_types FROM pg_prepared_statements WHERE name = 'asked'")
        plan = await connection.fetch(f"EXPLAIN EXECUTE asked({', '.join('NULL' for _ in values)})")
        await connection.execute("DEALLOCATE asked")
    return "\n".join(line for (line,) in plan)
