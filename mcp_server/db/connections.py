"""The connections to the database: asyncpg's own pool, measured, with a limit to how long one waits for it."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import Pool, PoolConnectionProxy

from mcp_server.db.addresses import address_of
from mcp_server.db.failures import FAILURES, is_lost
from mcp_server.db.tracing import trace_statement
from mcp_server.telemetry import POOL_IN_USE, POOL_SIZE, POOL_WAITED
from shared.spans import is_tracing

MOST = 12
WAIT_SECONDS = 10  # a burst waits its turn, less long than its callers do
CONNECT_SECONDS = 3
COMMAND_SECONDS = 5
IDLE_SECONDS = 300
CLOSE_SECONDS = 5

Connection: TypeAlias = PoolConnectionProxy
"""A connection as it is lent."""

Found = TypeVar("Found")


class _Connection(asyncpg.Connection):
    """A connection that is lent for one transaction after the other."""

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the interface is asyncpg's
        """End the transaction that whoever had it left in the middle.

        Nothing else can be left: no statement sets anything for the session, locks for it or listens. asyncpg's own
        reset would ask the server to forget all that after each transaction, which is one more round trip.
        """
        if self.is_in_transaction():
            await self.execute("ROLLBACK", timeout=timeout)


class Connections:
    """At most so many connections, made as they are needed and closed when they were idle for long.

    ``pooled`` is for a transaction pooler that knows no prepared statements (decision 0006).
    """

    def __init__(self, url: str, *, pooled: bool) -> None:
        address, options = address_of(url)
        if pooled:  # each statement unnamed and sent anew: the next one is given another server connection
            options["statement_cache_size"] = 0
        self._open = partial(
            asyncpg.create_pool,
            address,
            min_size=0,
            max_size=MOST,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            connection_class=_Connection,
            init=_prepare,
            **options,
        )
        self._pool: Pool | None = None
        self._asked = 0
        POOL_SIZE.set(MOST)
        POOL_IN_USE.set_function(lambda: min(self._asked, MOST))

    @asynccontextmanager
    async def lend(self, first: Callable[[Connection], Awaitable[Found]]) -> AsyncGenerator[tuple[Connection, Found]]:
        """Lend a connection on which the first work is done; one that died while idle is replaced, once."""
        pool = await self._opened()
        connection = await self._acquire(pool)
        try:
            try:
                found = await first(connection)
            except FAILURES as error:
                if not is_lost(error):
                    raise
                await pool.expire_connections()  # the others died with it
                await pool.release(connection)
                connection = await pool.acquire()
                found = await first(connection)
            yield connection, found
        finally:
            try:
                await pool.release(connection)
            finally:
                self._asked -= 1

    async def close(self) -> None:
        """Close every connection, once it is given back; the next loop that asks for one opens others."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with suppress(TimeoutError):  # whatever is still out is cut off
                async with asyncio.timeout(CLOSE_SECONDS):
                    await pool.close()

    async def _opened(self) -> Pool:
        if self._pool is None:
            self._pool = self._open()
            await self._pool  # it connects nothing yet, and so nobody comes in between
        return self._pool

    async def _acquire(self, pool: Pool) -> Connection:
        must_wait, begun = self._asked >= MOST, time.perf_counter()
        self._asked += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS if must_wait else None):
                return await pool.acquire()
        except BaseException:
            self._asked -= 1
            raise
        finally:
            if must_wait:
                POOL_WAITED.observe(time.perf_counter() - begun)


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    if is_tracing():
        connection.add_query_logger(trace_statement)
