"""What a turn costs the database: the statements of each call, and the plans by which they find a person's rows."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncpg.connection import LoggedQuery

from mcp_server.db.session import Database
from mcp_server.origin import Origin
from mcp_server.services.adding import add
from mcp_server.services.admission import AdmissionService, TurnLimits
from mcp_server.services.starting import Message, StartService
from mcp_server.services.tasks import TaskService, Wanted
from mcp_server.services.turns import TurnService
from mcp_server.services.writing import Writer
from shared.contract import Item, TurnStarted
from shared.tasks import AddedTasks, NewTask
from tests.mcp_server.database import going_through_others
from tests.mcp_server.services.desk import Desk

pytestmark = pytest.mark.anyio

LIMITS = TurnLimits(per_minute=6e6, at_once=1_000_000, running=1_000)
OPEN = Wanted(query="", status="open", due="", due_from="", due_to="", label="", limit=20, cursor="")
COSTS = {"begin_turn": 7, "counting a call": 1, "add_tasks": 5, "finish_turn": 3, "find_tasks": 2}
"""Statements of a call in a conversation that stands, without BEGIN and COMMIT; one more is one round trip more."""

FIRST = COSTS | {"begin_turn": 4}
"""The same for a message that begins a conversation, which needs no look at what was said before."""


@dataclass
class Spy:
    """Notes the statements of each call, and of each statement its values."""

    counts: dict[str, int] = field(default_factory=dict[str, int])
    sent: dict[str, Any] = field(default_factory=dict[str, Any])
    call: str = ""

    @contextmanager
    def during(self, call: str) -> Iterator[None]:
        self.call = call
        self.counts[call] = 0
        yield
        self.call = ""

    def note(self, sent: LoggedQuery) -> None:
        if self.call and sent.query not in {"BEGIN", "COMMIT"}:
            self.counts[self.call] += 1
            self.sent[sent.query] = sent.args


@pytest.fixture
async def spy(desk: Desk) -> Spy:
    spy = Spy()
    async with desk.database.transaction(desk.user) as rows:  # the connection that every call of the test is lent
        rows.people._connection.add_query_logger(spy.note)
    return spy


async def one_turn(desk: Desk, spy: Spy, conversation: uuid.UUID, *, create: bool) -> None:
    """Do what a message that adds a task does, and look at the tasks."""
    user, database = desk.user, desk.database
    with spy.during("begin_turn"):
        started = await begin(database, desk, conversation, create=create)
    with spy.during("counting a call"):
        await AdmissionService(database, 1e6, 1_000_000).admit(user, "web")
    with spy.during("add_tasks"):
        origin = Origin("web", "add_tasks", uuid.UUID(started.turn_id))
        await Writer(database).write(user, origin, add, [NewTask(title=f"task {uuid.uuid4().hex}")], AddedTasks)
    with spy.during("finish_turn"):
        told = {"outcome": "done", "items": [said("assistant_message")], "title": ""}
        await TurnService(database).finish(user, started.turn_id, started.lease, **told)  # type: ignore[arg-type]
    with spy.during("find_tasks"):
        await TaskService(database).find(user, OPEN)


async def begin(database: Database, desk: Desk, conversation: uuid.UUID, *, create: bool) -> TurnStarted:
    message = Message(str(conversation), create, "talk", uuid.uuid4().hex, said("user_message"), "", 40)
    return await StartService(database, LIMITS).begin(desk.user, message)


def said(kind: str) -> Item:
    return Item(id=f"item_{uuid.uuid4().hex}", kind=kind, created_at=datetime.now(UTC), data={"content": []})


@pytest.mark.requirement("007/FR-003")
async def test_no_call_of_a_turn_sends_more_statements_than_it_needs(desk: Desk, spy: Spy) -> None:
    conversation = uuid.uuid4()
    await one_turn(desk, spy, uuid.uuid4(), create=True)  # the person is made
    await one_turn(desk, spy, conversation, create=True)
    first = dict(spy.counts)
    await one_turn(desk, spy, conversation, create=False)

    assert (first, spy.counts) == (FIRST, COSTS)


@pytest.mark.requirement("007/FR-004")
async def test_every_statement_of_a_turn_finds_its_rows_by_the_user(
    desk: Desk, spy: Spy, owner_url: str, app_url: str
) -> None:
    conversation = uuid.uuid4()
    await one_turn(desk, spy, conversation, create=True)
    await one_turn(desk, spy, conversation, create=False)

    others = await going_through_others(app_url, desk.user, spy.sent)
    control = await going_through_others(owner_url, desk.user, {"SELECT FROM tasks WHERE title = 'x'": ()})

    assert len(spy.sent) >= 18
    assert others == []
    assert len(control) == 1, "the control: no policy binds the owner, and a statement without the user is seen"


@pytest.mark.requirement("007/FR-004")
async def test_what_runs_and_what_waits_is_found_without_a_look_at_what_does_not(desk: Desk, spy: Spy) -> None:
    """A server goes over to plans for any values; with the state as a value they would look at each row."""
    await one_turn(desk, spy, uuid.uuid4(), create=True)
    conversation = uuid.uuid4()
    await one_turn(desk, spy, conversation, create=True)
    await one_turn(desk, spy, conversation, create=False)
    waiting = next(one for one in spy.sent if one.startswith("UPDATE items"))
    running = next(one for one in spy.sent if "UNION ALL" in one)

    assert "items_open" in await plan_for_any_values(desk, waiting)
    assert "turns_live" in await plan_for_any_values(desk, running)
    assert "items_open" not in await plan_for_any_values(desk, waiting.replace("'open'", "$4")), "the control"


async def plan_for_any_values(desk: Desk, statement: str) -> str:
    async with desk.database.transaction(desk.user) as rows:
        connection = rows.people._connection
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE asked AS {statement}")
        values = await connection.fetchval("SELECT parameter_types FROM pg_prepared_statements WHERE name = 'asked'")
        plan = await connection.fetch(f"EXPLAIN EXECUTE asked({', '.join('NULL' for _ in values)})")
        await connection.execute("DEALLOCATE asked")
    return "\n".join(line for (line,) in plan)
