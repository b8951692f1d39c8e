"""What each repository is: one user's rows, reached by statements that are built once and only given their values."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Transaction:
    """One transaction for one user.

    Attributes:
        connection: what executes statements; the session would add half as much again to the cost of each.
        session: holds the objects that change, and nothing else.
        time_zone: the person's, as the transaction found it.
    """

    connection: AsyncConnection
    session: AsyncSession
    user: UserId
    time_zone: str | None


class Repository:
    """One user's rows, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._session = transaction.session
        self._user = transaction.user

    async def _run(self, statement: Executable, **values: Any) -> Result[*tuple[Any, ...]]:
        """Execute a statement for the user."""
        return await self._connection.execute(statement, {"user": self._user, **values})
