"""What each repository is: one user's rows, reached by statements that are built once and only given their values."""

from typing import Any

from sqlalchemy import BindParameter, Executable, Result, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import TypeEngine

from shared.identity import UserId


def value(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] | None = None) -> BindParameter[Any]:
    """Return the place of a value that is given with each execution; its type is that of what it meets."""
    return bindparam(name, type_=kind)


USER = value("user")
"""The user of a statement; building it anew for each call would cost more than its execution."""


class Transaction:
    """One transaction for one user.

    Attributes:
        connection: what executes statements; the session would add half as much again to the cost of each.
        time_zone: the person's, as the transaction found it.
    """

    def __init__(self, connection: AsyncConnection, user: UserId, time_zone: str | None) -> None:
        self.connection = connection
        self.user = user
        self.time_zone = time_zone
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """What holds the objects that change, and nothing else; made for the transactions that have some."""
        if self._session is None:
            self._session = AsyncSession(self.connection, expire_on_commit=False)
        return self._session

    async def flush(self) -> None:
        """Send what changed."""
        if self._session is not None:
            await self._session.flush()

    async def close(self) -> None:
        """Let the objects go."""
        if self._session is not None:
            await self._session.close()


class Repository:
    """One user's rows, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._user = transaction.user

    @property
    def _session(self) -> AsyncSession:
        return self._transaction.session

    async def _run(self, statement: Executable, **values: Any) -> Result[*tuple[Any, ...]]:
        """Execute a statement for the user."""
        return await self._connection.execute(statement, {"user": self._user, **values})
