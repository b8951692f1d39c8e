"""Removes for good what nobody can bring back any more, as a role that can do nothing else."""

from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mcp_server.db.addresses import async_url
from mcp_server.db.failures import raise_meaning
from shared.errors import ErrorCode, ProductError

_ROLE = text("SET LOCAL ROLE remit_purge")
_NO_PURGER = {"42501", "22023"}
"""It may not be that role, or there is none yet."""
# Which rows may go is the policies' to say: as this role, a statement without a condition deletes only those.
# The history of a task goes with it; a change set of which nothing is left goes after.
_DELETIONS = {
    "tasks": text("DELETE FROM tasks"),
    "changes": text("DELETE FROM changes"),
    "replies": text("DELETE FROM replies"),
}


async def purge(owner_url: str) -> dict[str, int]:
    """Return how many rows went from each table.

    Raises:
        ProductError: ``unavailable``, when the database is away; ``not_permitted`` for a role that may not purge.
    """
    address, options = async_url(owner_url)
    engine = create_async_engine(address, connect_args=options)
    try:
        async with engine.begin() as connection:
            await _become_purger(connection)
            return {table: (await connection.execute(sql)).rowcount for table, sql in _DELETIONS.items()}
    except (exc.SQLAlchemyError, OSError) as error:
        raise_meaning(error)
    finally:
        await engine.dispose()


async def _become_purger(connection: AsyncConnection) -> None:
    try:
        await connection.execute(_ROLE)
    except exc.DBAPIError as error:
        if getattr(error.driver_exception, "sqlstate", None) not in _NO_PURGER:
            raise
        sentence = "The role of DATABASE_URL may not purge. Set the owner's connection, and run the migrations with it."
        raise ProductError(ErrorCode.NOT_PERMITTED, sentence) from error
