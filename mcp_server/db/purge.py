"""Removes for good what nobody can bring back any more, as a role that can do nothing else."""

import asyncpg

from mcp_server.db.addresses import address_of
from mcp_server.db.failures import FAILURES, raise_meaning
from shared.errors import ErrorCode, ProductError

_ROLE = "SET LOCAL ROLE remit_purge"
_NO_PURGER = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError)
"""It may not be that role, or there is none yet."""
# Which rows may go is the policies' to say: as this role, a statement without a condition deletes only those.
# The history of a task goes with it; a change set of which nothing is left goes after.
_DELETIONS = {table: f"DELETE FROM {table}" for table in ("tasks", "changes", "replies")}  # noqa: S608 - names of ours


async def purge(owner_url: str) -> dict[str, int]:
    """Return how many rows went from each table.

    Raises:
        ProductError: ``unavailable``, when the database is away; ``not_permitted`` for a role that may not purge.
    """
    address, options = address_of(owner_url)
    try:
        connection = await asyncpg.connect(address, **options)
        try:
            async with connection.transaction():
                await _become_purger(connection)
                # Answered by such as "DELETE 3".
                return {table: int((await connection.execute(sql)).split()[-1]) for table, sql in _DELETIONS.items()}
        finally:
            await connection.close()
    except FAILURES as error:
        raise_meaning(error)


async def _become_purger(connection: asyncpg.Connection) -> None:
    try:
        await connection.execute(_ROLE)
    except _NO_PURGER as error:
        sentence = "The role of DATABASE_URL may not purge. Set the owner's connection, and run the migrations with it."
        raise ProductError(ErrorCode.NOT_PERMITTED, sentence) from error
