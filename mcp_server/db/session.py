"""Engine and transaction: rows are reached only inside a transaction, and only for one user."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from mcp_server.db.conversations import ConversationRepository
from mcp_server.db.people import PersonRepository
from mcp_server.db.tables import REVISION
from mcp_server.db.tasks import TaskRepository
from mcp_server.db.turns import TurnRepository
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

POOL_SIZE = 12
CONNECT_SECONDS = 3
COMMAND_SECONDS = 5
CANARY = "canary:rls"
_BIND = text("SELECT set_config('app.user_id', :user_id, true)")
_CAN_BYPASS = text("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
_SEES_PEOPLE = text("SELECT EXISTS (SELECT FROM people)")


class UnsafeRoleError(Exception):
    """The serving role would see every user's rows; the message says what to do."""


@dataclass(frozen=True)
class Rows:
    """One user's rows, for the time of one transaction."""

    people: PersonRepository
    tasks: TaskRepository
    conversations: ConversationRepository
    turns: TurnRepository


class Database:
    """The serving role's connections."""

    def __init__(self, url: str) -> None:
        address, options = async_url(url)
        self._engine = create_async_engine(
            address,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            pool_pre_ping=True,
            pool_recycle=300,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS, **options},
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self, user: UserId) -> AsyncGenerator[Rows]:
        """Open one transaction for one user; row-level security is bound to the user in it.

        Raises:
            ProductError: ``unavailable``, when the database is away or gives up on a conflict.
        """
        if not user:
            raise RuntimeError("no user: refusing to open a transaction")
        try:
            async with self._sessions.begin() as session:
                await session.execute(_BIND, {"user_id": user})
                yield _rows(session, user)
        except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
            if isinstance(error, exc.IntegrityError | exc.ProgrammingError | exc.DataError):
                raise
            message = "The task store cannot be reached. Try again in a moment."
            raise ProductError(ErrorCode.UNAVAILABLE, message, retry_after=2) from error

    async def check_role(self) -> None:
        """Prove that the policies hold for this role.

        Raises:
            UnsafeRoleError: the role can bypass them, or they are not in force.
        """
        async with self._engine.begin() as connection:
            if (await connection.execute(_CAN_BYPASS)).scalar_one():
                raise UnsafeRoleError("its role can bypass row-level security; use the role that the migration made")
            if (await connection.execute(_SEES_PEOPLE)).scalar_one():
                raise UnsafeRoleError("rows are visible without a user; migrate the database again")
            await connection.execute(_BIND, {"user_id": CANARY})
            if not (await connection.execute(_SEES_PEOPLE)).scalar_one():
                raise UnsafeRoleError("the canary row is missing; migrate the database again")

    async def is_ready(self) -> bool:
        """Tell whether the database answers and stands at this code's migration."""
        try:
            async with self._engine.connect() as connection:
                revision = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except (exc.SQLAlchemyError, OSError):
            return False
        return revision == REVISION

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()


def _rows(session: AsyncSession, user: UserId) -> Rows:
    return Rows(
        PersonRepository(session, user),
        TaskRepository(session, user),
        ConversationRepository(session, user),
        TurnRepository(session, user),
    )


def async_url(url: str) -> tuple[str, dict[str, Any]]:
    """Return SQLAlchemy's address and asyncpg's arguments for a PostgreSQL address as a provider prints it.

    ``sslmode`` becomes asyncpg's ``ssl``; ``channel_binding`` is libpq's alone and is left out.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query.pop("channel_binding", None)
    ssl_mode = query.pop("sslmode", None)
    options: dict[str, Any] = {} if ssl_mode is None else {"ssl": ssl_mode}
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg", query=urlencode(query))), options
