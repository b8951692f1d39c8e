"""What a turn costs the database: the statements of each call, and the plans by which they find a person's rows."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

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
COSTS = {"begin_turn": 8, "counting a call": 1, "add_tasks": 9, "finish_turn": 5, "find_tasks": 2}
"""Statements of a call in a conversation that stands, without BEGIN and COMMIT; one more is one round trip more."""


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

    def note(self, _: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if self.call:
            self.counts[self.call] += 1
            self.sent[statement] = values[0] if isinstance(values, list) else values


@pytest.fixture
def spy(desk: Desk) -> Spy:
    spy = Spy()
    event.listen(desk.database._engine.sync_engine, "before_cursor_execute", spy.note)
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
    await one_turn(desk, spy, conversation, create=True)
    await one_turn(desk, spy, conversation, create=False)

    assert spy.counts == COSTS


@pytest.mark.requirement("007/FR-004")
async def test_every_statement_of_a_turn_finds_its_rows_by_the_user(
    desk: Desk, spy: Spy, owner_url: str, app_url: str
) -> None:
    conversation = uuid.uuid4()
    await one_turn(desk, spy, conversation, create=True)
    await one_turn(desk, spy, conversation, create=False)

    others = await going_through_others(app_url, desk.user, spy.sent)
    control = await going_through_others(owner_url, desk.user, {"SELECT FROM tasks WHERE title = 'x'": ()})

    assert len(spy.sent) >= 20
    assert others == []
    assert len(control) == 1, "the control: no policy binds the owner, and a statement without the user is seen"
