"""Engine and transaction: rows are reached only inside a transaction, and only for one user."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Result, exc, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mcp_server.db.addresses import async_url
from mcp_server.db.admission import TAKE, AdmissionRepository, Pace, cell
from mcp_server.db.changes import ChangeRepository, ReplyRepository
from mcp_server.db.conversations import ConversationRepository
from mcp_server.db.failures import raise_meaning, unavailable
from mcp_server.db.items import ItemRepository
from mcp_server.db.lookups import LookupRepository
from mcp_server.db.messages import MessageRepository
from mcp_server.db.people import Person, PersonRepository
from mcp_server.db.pool import WatchedPool
from mcp_server.db.repository import Transaction
from mcp_server.db.statements import trace_statements
from mcp_server.db.tables import REVISION
from mcp_server.db.tasks import TaskRepository
from mcp_server.db.turns import TurnRepository
from shared.errors import ProductError
from shared.identity import UserId
from shared.spans import is_tracing

log = logging.getLogger(__name__)

POOL_SIZE = 12
POOL_SECONDS = 10  # a burst waits its turn, less long than its callers do
CONNECT_SECONDS = 3
COMMAND_SECONDS = 5
READY_SECONDS = 3
CANARY = "canary:rls"
# Each statement unnamed and sent anew: a pooler in transaction mode gives the next one another server connection.
_POOLED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}
# What is read of the person is read through the user that is bound, and so never before.
_BIND = text(
    "WITH bound AS MATERIALIZED (SELECT set_config('app.user_id', :user_id, true) AS user_id)"
    " SELECT (SELECT time_zone FROM people WHERE people.user_id = bound.user_id) AS time_zone FROM bound"
)
# The same, and their row is held.
_BIND_AND_HOLD = text(
    "WITH bound AS MATERIALIZED (SELECT set_config('app.user_id', :user_id, true) AS user_id)"
    " SELECT held.* FROM bound LEFT JOIN LATERAL (SELECT time_zone, zone_chosen, next_task, next_change FROM people"
    " WHERE people.user_id = bound.user_id FOR NO KEY UPDATE) AS held ON true"
)
# Also through a role that it could become: Neon's console roles may SET ROLE to one that bypasses.
_CAN_BYPASS = text(
    "SELECT EXISTS (SELECT FROM pg_roles"
    " WHERE (rolsuper OR rolbypassrls OR rolcreaterole) AND pg_has_role(current_user, oid, 'MEMBER'))"
    " OR EXISTS (SELECT FROM pg_class WHERE oid = 'people'::regclass AND pg_has_role(current_user, relowner, 'MEMBER'))"
)
_SEES_PEOPLE = text("SELECT EXISTS (SELECT FROM people)")
_REVISION = text("SELECT version_num FROM alembic_version")


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
        address, options = async_url(url)
        self._engine = create_async_engine(
            address,
            poolclass=WatchedPool,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_recycle=300,
            hide_parameters=True,  # they are people's texts, and an error may reach the log
            connect_args={
                "timeout": CONNECT_SECONDS,
                "command_timeout": COMMAND_SECONDS,
                **(_POOLED if pooled else {}),
                **options,
            },
        )
        if is_tracing():
            trace_statements(self._engine.sync_engine)
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._role_is_proved = False

    @asynccontextmanager
    async def transaction(self, user: UserId, *, holds_person: bool = False) -> AsyncGenerator[Rows]:
        """Open one transaction for one user; row-level security is bound to the user in it.

        With ``holds_person`` the person's row is held from the start, if there is one already.

        Raises:
            ProductError: ``unavailable``, when the database is away or gives up on a conflict.
        """
        if not user:
            raise RuntimeError("no user: refusing to open a transaction")
        async with self._proved(), self._engine.connect() as connection:
            found = (await _first(connection, _BIND_AND_HOLD if holds_person else _BIND, {"user_id": user})).one()
            held = Person(*found) if holds_person and found.zone_chosen is not None else None
            transaction = Transaction(connection, user, found.time_zone)
            try:
                yield _rows(transaction, held)
                await transaction.flush()
            finally:
                await transaction.close()
            await connection.commit()

    async def take(self, user: UserId, bucket: str, pace: Pace) -> bool:
        """Take one call out of a user's bucket, in one statement that is a transaction; False when there is none left.

        Raises:
            ProductError: ``unavailable``, when the database is away or gives up on a conflict.
        """
        async with self._proved(), self._single.connect() as connection:
            taken = await _first(connection, TAKE, cell(user, bucket, pace))
            return taken.scalar_one_or_none() is not None

    async def check_role(self) -> None:
        """Prove that the policies hold for this role.

        Raises:
            UnsafeRoleError: the role can bypass them, or they are not in force.
            ProductError: ``unavailable``, when the database is away or not migrated.
        """
        try:
            async with self._engine.begin() as connection:
                await _check_role(connection)
        except (exc.SQLAlchemyError, OSError) as error:
            raise unavailable() from error
        self._role_is_proved = True

    async def is_ready(self) -> bool:
        """Tell whether the database answers, its schema is new enough for this code, and the role is a safe one."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._prove_role()
                async with self._engine.connect() as connection:
                    revision = (await connection.execute(_REVISION)).scalar()
        except (exc.SQLAlchemyError, OSError, ProductError, UnsafeRoleError) as error:
            log.warning("not ready: %s", error.__cause__ or error)
            return False
        # A newer schema serves this code too: a migration takes nothing away that the release before it needs.
        return revision is not None and str(revision) >= REVISION

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _proved(self) -> AsyncGenerator[None]:
        """Let nothing run before the role has proved to be safe; say of each failure what it means."""
        try:
            await self._prove_role()
            yield
        except (exc.SQLAlchemyError, OSError) as error:
            raise_meaning(error)
        except UnsafeRoleError as error:
            log.critical("nothing is served: %s", error)
            raise unavailable() from error

    async def _prove_role(self) -> None:
        if not self._role_is_proved:
            await self.check_role()


async def _check_role(connection: AsyncConnection) -> None:
    if (await connection.execute(_CAN_BYPASS)).scalar_one():
        raise UnsafeRoleError("its role can bypass row-level security; use the role that the migration made")
    if (await connection.execute(_SEES_PEOPLE)).scalar_one():
        raise UnsafeRoleError("rows are visible without a user; migrate the database again")
    await connection.execute(_BIND, {"user_id": CANARY})
    if not (await connection.execute(_SEES_PEOPLE)).scalar_one():
        raise UnsafeRoleError("the canary row is missing; migrate the database again")


async def _first(
    connection: AsyncConnection, statement: Executable, values: dict[str, Any]
) -> Result[*tuple[Any, ...]]:
    """Execute the first statement of a transaction; a connection that died while idle is replaced, once."""
    try:
        return await connection.execute(statement, values)
    except exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await connection.rollback()
        return await connection.execute(statement, values)


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
