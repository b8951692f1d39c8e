"""Someone at both doors without a wire: each tool as the catalogue offers it, and what a call needs made before."""

import inspect
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from mcp_server.caller import Door
from mcp_server.db.session import Database
from mcp_server.origin import Origin
from mcp_server.services.admission import TurnLimits
from mcp_server.services.changes import ChangeService
from mcp_server.services.conversations import ConversationService
from mcp_server.services.deletion import DeletionService
from mcp_server.services.lookups import LookupService
from mcp_server.services.people import PersonService
from mcp_server.services.starting import StartService
from mcp_server.services.tasks import TaskService
from mcp_server.services.turns import TurnService
from mcp_server.services.writing import Writer
from mcp_server.tools import Services, catalogue
from shared.contract import Item, TurnStarted
from shared.identity import UserId
from shared.tasks import NewTask, TaskRef

NO_LIMIT = TurnLimits(per_minute=6e6, at_once=1_000_000, running=1_000)
TITLE = "water the plants"

Call: TypeAlias = Callable[[], Awaitable[Any]]


class Case(NamedTuple):
    """A call as somebody makes it: how many statements it sends, BEGIN and COMMIT not among them.

    Attributes:
        prepare: makes what the call needs, and returns it.
    """

    statements: int
    prepare: Callable[["Person"], Awaitable[Call]]


class Person:
    """One person, who has tasks and conversations as soon as they are asked for."""

    def __init__(self, database: Database, user: UserId) -> None:
        tasks, writer = TaskService(database), Writer(database)
        self.database, self.user = database, user
        self.lookups, self.deletions = LookupService(database, tasks), DeletionService(database, writer)
        services = Services(
            tasks,
            writer,
            self.deletions,
            ChangeService(database),
            ConversationService(database),
            StartService(database, NO_LIMIT),
            TurnService(database),
            PersonService(database),
        )
        self._offers = {(door, str(offer.name)): offer for offer in catalogue(services) for door in offer.doors}

    @property
    def tools(self) -> set[str]:
        """Every tool of both doors."""
        return {name for _, name in self._offers}

    async def call(self, tool: str, door: Door = Door.GATEWAY, origin: Origin | None = None, **told: Any) -> Any:
        """Call a tool; where nothing else is said, a write at the gateway's door belongs to a turn of its own."""
        run = self._offers[door, tool].run
        if "origin" in inspect.signature(run).parameters:
            told["origin"] = origin or Origin("web", tool, uuid.uuid4() if door is Door.GATEWAY else None)
        return await run(self.user, **told)

    async def task(self, **fields: Any) -> TaskRef:
        """Add a task."""
        added = await self.call("add_tasks", tasks=[NewTask(title=TITLE, **fields)])
        return TaskRef(id=added.added[0].id, expect_title=TITLE)

    async def begin(self, place: str = "", **told: Any) -> TurnStarted:
        """Say something: in a conversation that stands, or in a new one."""
        given = {
            "conversation_id": place or str(uuid.uuid4()),
            "create": not place,
            "key": uuid.uuid4().hex,
            "message": said("user_message"),
            "title": "talk",
            "history": 40,
        }
        started: TurnStarted = await self.call("begin_turn", **given | told)
        return started

    async def finish(self, started: TurnStarted, **told: Any) -> None:
        """End a turn with an answer."""
        given = {**held(started), "outcome": "done", "items": [said("assistant_message")]}
        await self.call("finish_turn", **given | told)

    async def talk(self) -> TurnStarted:
        """Do a whole turn, the first of a conversation."""
        started = await self.begin()
        await self.finish(started)
        return started

    async def let_lapse(self, started: TurnStarted) -> None:
        """Let the lease of a turn run out, as a killed gateway would."""
        async with self.database.transaction(self.user) as rows:
            lapse = "UPDATE turns SET lease_until = now() WHERE user_id = $1 AND id = $2"
            await rows.people._connection.execute(lapse, self.user, uuid.UUID(started.turn_id))


def held(started: TurnStarted) -> dict[str, str]:
    """Return what proves that a turn is one's own."""
    return {"turn_id": started.turn_id, "lease": started.lease}


def said(kind: str, state: str | None = None) -> Item:
    data = {"content": [{"type": "text", "text": TITLE}]}
    item = {"id": f"item_{uuid.uuid4().hex}", "kind": kind, "created_at": datetime.now(UTC), "data": data}
    return Item.model_validate(item | {"state": state})
