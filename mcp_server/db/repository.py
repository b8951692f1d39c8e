"""What each repository is: one user's rows, in one transaction."""

from dataclasses import dataclass
from typing import Any

from asyncpg import Record

from mcp_server.db.connections import Connection
from mcp_server.db.statements import Statement
from shared.identity import UserId


@dataclass(frozen=True)
class Transaction:
    """One transaction for one user; ``time_zone`` is the person's, as it found it."""

    connection: Connection
    user: UserId
    time_zone: str | None


class Repository:
    """One user's rows, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._user = transaction.user

    async def _rows(self, statement: Statement, **values: Any) -> list[Record]:
        """Execute a statement for the user."""
        values["user"] = self._user
        return await self._connection.fetch(statement.text, *statement.placed(values))

    async def _row(self, statement: Statement, **values: Any) -> Record | None:
        """Return the first row of what a statement returns, if it returns one."""
        rows = await self._rows(statement, **values)
        return rows[0] if rows else None

    async def _first(self, statement: Statement, **values: Any) -> Any:
        """Return the first value of the first row, or None where there is no row."""
        rows = await self._rows(statement, **values)
        return rows[0][0] if rows else None
