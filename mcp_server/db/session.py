"""A transaction for one user: rows are reached only inside one, and through connections whose role is a safe one."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from asyncpg import Record

from mcp_server.db.admission import TAKE, AdmissionRepository, Pace, cell
from mcp_server.db.changes import ChangeRepository, ReplyRepository
from mcp_server.db.connections import WAIT_SECONDS, Connection, Connections
from mcp_server.db.conversations import ConversationRepository
from mcp_server.db.failures import FAILURES, raise_meaning, unavailable
from mcp_server.db.items import ItemRepository
from mcp_server.db.lookups import LookupRepository
from mcp_server.db.messages import MessageRepository
from mcp_server.db.people import Person, PersonRepository
from mcp_server.db.repository import Transaction
from mcp_server.db.tables import REVISION
from mcp_server.db.tasks import TaskRepository
from mcp_server.db.turns import TurnRepository
from shared.errors import ProductError
from shared.identity import UserId

log = logging.getLogger(__name__)

READY_SECONDS = 3
MOST_A_PERSON = 4
CANARY = "canary:rls"
# What is read of the person is read through the user that is bound, and so never before.
_BIND = """
WITH bound AS MATERIALIZED (SELECT set_config('app.user_id', $1, true) AS user_id)
SELECT (SELECT time_zone FROM people WHERE people.user_id = bound.user_id) AS time_zone FROM bound
"""
# The same, and their row is held.
_BIND_AND_HOLD = """
WITH bound AS MATERIALIZED (SELECT set_config('app.user_id', $1, true) AS user_id)
SELECT held.* FROM bound LEFT JOIN LATERAL (
  SELECT time_zone, zone_chosen, next_task, next_change FROM people
  WHERE people.user_id = bound.user_id FOR NO KEY UPDATE
) AS held ON true
"""
# Also through a role that it could become: Neon's console roles may SET ROLE to one that bypasses.
_CAN_BYPASS = """
SELECT EXISTS (
  SELECT FROM pg_roles WHERE (rolsuper OR rolbypassrls OR rolcreaterole) AND pg_has_role(current_user, oid, 'MEMBER')
) OR EXISTS (
  SELECT FROM pg_class WHERE oid = 'people'::regclass AND pg_has_role(current_user, relowner, 'MEMBER')
)
"""
_SEES_PEOPLE = "SELECT EXISTS (SELECT FROM people)"
_REVISION = "SELECT version_num FROM alembic_version"


class UnsafeRoleError(Exception):
    """The serving role would see every user's rows; the message says what to do."""


@dataclass(frozen=True)
class Rows:
    """One user's rows, for the time of one transaction."""

    people: PersonRepository
    tasks: TaskRepository
    conversations: ConversationRepository
    items: ItemRepository
    turns: TurnRepository
    messages: MessageRepository
    changes: ChangeRepository
    replies: ReplyRepository
    lookups: LookupRepository
    admission: AdmissionRepository


class Database:
    """The serving role's connections. No row is reached before the role has proved to be a safe one.

    ``pooled`` is for a transaction pooler that knows no prepared statements (decision 0006).
    """

    def __init__(self, url: str, *, pooled: bool = False) -> None:
        self._connections = Connections(url, pooled=pooled)
        self._role_is_proved = False
        self._places = WeakValueDictionary[str, asyncio.Semaphore]()

    @asynccontextmanager
    async def transaction(self, user: UserId, *, holds_person: bool = False) -> AsyncGenerator[Rows]:
        """Open one transaction for one user; row-level security is bound to the user in it.

        With ``holds_person`` the person's row is held from the start, if there is one already.

        Raises:
            ProductError: ``unavailable``, when the database is away or gives up on a conflict.
        """
        if not user:
            raise RuntimeError("no user: refusing to open a transaction")

        async def begin(connection: Connection) -> list[Record]:
            await connection.execute("BEGIN")
            return await connection.fetch(_BIND_AND_HOLD if holds_person else _BIND, user)

        async with self._proved(), self._place(user), self._connections.lend(begin) as (connection, [found]):
            held = Person(*found) if holds_person and found["zone_chosen"] is not None else None
            yield _rows(Transaction(connection, user, found["time_zone"]), held)
            if await connection.execute("COMMIT") != "COMMIT":  # PostgreSQL answers ROLLBACK, and calls it no error
                raise RuntimeError("a statement had failed, and was passed over: nothing is stored")

    async def take(self, user: UserId, bucket: str, pace: Pace) -> bool:
        """Take one call out of a user's bucket, in one statement that is a transaction; False when there is none left.

        Raises:
            ProductError: ``unavailable``, when the database is away or gives up on a conflict.
        """
        values = TAKE.placed({"user": user, **cell(bucket, pace)})

        async def count(connection: Connection) -> list[Record]:
            return await connection.fetch(TAKE.text, *values)

        async with self._proved(), self._place(user), self._connections.lend(count) as (_, taken):
            return bool(taken)

    async def check_role(self) -> None:
        """Prove that the policies hold for this role.

        Raises:
            UnsafeRoleError: the role can bypass them, or they are not in force.
            ProductError: ``unavailable``, when the database is away or not migrated.
        """
        try:
            async with self._connections.lend(_begin) as (connection, _):
                await _check_role(connection)
        except FAILURES as error:
            raise unavailable() from error
        self._role_is_proved = True

    async def is_ready(self) -> bool:
        """Tell whether the database answers, its schema is new enough for this code, and the role is a safe one."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._prove_role()
                async with self._connections.lend(_revision) as (_, revision):
                    # A newer schema serves this code too: a migration takes nothing away that the release before needs.
                    return revision is not None and revision >= REVISION
        except (*FAILURES, ProductError, UnsafeRoleError) as error:
            log.warning("not ready: %s", error.__cause__ or error)
            return False

    async def close(self) -> None:
        """Give every connection back."""
        await self._connections.close()

    @asynccontextmanager
    async def _place(self, user: UserId) -> AsyncGenerator[None]:
        """Wait until one person has fewer than so many connections: those that are left are for the others."""
        places = self._places.setdefault(user, asyncio.Semaphore(MOST_A_PERSON))
        async with asyncio.timeout(WAIT_SECONDS):
            await places.acquire()
        try:
            yield
        finally:
            places.release()

    @asynccontextmanager
    async def _proved(self) -> AsyncGenerator[None]:
        """Let nothing run before the role has proved to be safe; say of each failure what it means."""
        try:
            await self._prove_role()
            yield
        except FAILURES as error:
            raise_meaning(error)
        except UnsafeRoleError as error:
            log.critical("nothing is served: %s", error)
            raise unavailable() from error

    async def _prove_role(self) -> None:
        if not self._role_is_proved:
            await self.check_role()


async def _begin(connection: Connection) -> None:
    await connection.execute("BEGIN")


async def _revision(connection: Connection) -> str | None:
    found: str | None = await connection.fetchval(_REVISION)
    return found


async def _check_role(connection: Connection) -> None:
    if await connection.fetchval(_CAN_BYPASS):
        raise UnsafeRoleError("its role can bypass row-level security; use the role that the migration made")
    if await connection.fetchval(_SEES_PEOPLE):
        raise UnsafeRoleError("rows are visible without a user; migrate the database again")
    await connection.fetch(_BIND, CANARY)
    if not await connection.fetchval(_SEES_PEOPLE):
        raise UnsafeRoleError("the canary row is missing; migrate the database again")


def _rows(transaction: Transaction, held: Person | None) -> Rows:
    return Rows(
        PersonRepository(transaction, held),
        TaskRepository(transaction),
        ConversationRepository(transaction),
        ItemRepository(transaction),
        TurnRepository(transaction),
        MessageRepository(transaction),
        ChangeRepository(transaction),
        ReplyRepository(transaction),
        LookupRepository(transaction),
        AdmissionRepository(transaction),
    )
