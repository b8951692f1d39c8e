"""What each repository is: one user's rows, reached by statements that are built once and only given their values."""

from typing import Any

from sqlalchemy import BindParameter, Executable, Result, bindparam
from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import UserId


def value(name: str) -> BindParameter[Any]:
    """Return the place of a value that is given with each execution."""
    return bindparam(name)


USER = value("user")
"""The user of a statement; building it anew for each call would cost more than its execution."""

STORED: dict[str, Any] = {"dml_strategy": "raw"}
CHANGED: dict[str, Any] = {"synchronize_session": False}
"""Options of statements that store and change rows for which no object of the session stands."""


class Repository:
    """One user's rows, in one transaction."""

    def __init__(self, session: AsyncSession, user: UserId) -> None:
        self._session = session
        self._user = user

    async def _run(self, statement: Executable, **values: Any) -> Result[*tuple[Any, ...]]:
        """Execute a statement for the user."""
        return await self._session.execute(statement, {"user": self._user, **values})
