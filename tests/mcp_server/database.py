"""SQL as another role would run it, past the server."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.services import ROOT, migrate


def run(url: str, statement: str, *arguments: Any, user_id: str | None = None) -> list[dict[str, Any]]:
    """Run one statement in a transaction of its own, for ``user_id`` where row-level security asks for one."""

    async def once() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                if user_id is not None:
                    await connection.execute("SELECT set_config('app.user_id', $1, true)", user_id)
                return [dict(row) for row in await connection.fetch(statement, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(once())


class Held:
    """A transaction of somebody else, which holds a lock until it is released."""

    def __init__(self, url: str, statement: str, *arguments: Any) -> None:
        self._url = url
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(asyncpg.connect(url))
        self._runner.run(self._begin(statement, arguments))

    def wait_for(self, count: int) -> None:
        """Return once that many of the server's transactions wait for a lock."""
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'remit_app'"
        while run(self._url, waiting)[0]["count"] < count:
            time.sleep(0.02)

    def release(self) -> None:
        self._runner.run(self._connection.execute("COMMIT"))
        self._runner.run(self._connection.close())
        self._runner.close()

    async def _begin(self, statement: str, arguments: tuple[Any, ...]) -> None:
        await self._connection.execute("BEGIN")
        await self._connection.execute(statement, *arguments)


@dataclass(frozen=True)
class Addresses:
    """A database of its own, as its owner and as the serving role reach it."""

    owner: str
    app: str


@contextmanager
def own_database(owner_url: str, app_url: str, revision: str = "head") -> Iterator[Addresses]:
    """Make a migrated database in the same cluster, which a test may damage."""
    name, migrated = f"test_{uuid.uuid4().hex}", f"migrated_{revision}"
    if not run(owner_url, "SELECT 1 FROM pg_database WHERE datname = $1", migrated):
        command(owner_url, f"CREATE DATABASE {migrated}")
        migrate(_renamed(owner_url, migrated), _renamed(app_url, migrated), revision)
    command(owner_url, f"CREATE DATABASE {name} TEMPLATE {migrated}")
    try:
        yield Addresses(_renamed(owner_url, name), _renamed(app_url, name))
    finally:
        command(owner_url, f"DROP DATABASE {name} WITH (FORCE)")


def alembic(addresses: Addresses, *arguments: str) -> str:
    """Run alembic as the owner and return what it said."""
    done = try_alembic(addresses, *arguments)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


def try_alembic(addresses: Addresses, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": addresses.owner, "MCP_SERVER_DATABASE_URL": addresses.app}
    line = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def command(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""

    async def once() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(once())


def at_port(url: str, port: int) -> str:
    """Return the same address at another loopback port."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}"))


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def going_through_others(
    url: str, user_id: str, sent: Mapping[str, Sequence[Any]], *, may_scan: bool = False
) -> list[str]:
    """Return the statements, each with its values, whose plan goes through rows of other users.

    Those read a whole table, or an index without looking for the user in it. Small tables are read whole because that
    is cheapest: unless the database ``may_scan``, it is a choice of last resort.
    """
    setting = "SELECT set_config('app.user_id', $1, true), set_config('enable_seqscan', $2, true)"
    connection, found = await asyncpg.connect(url), list[str]()
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    for statement, values in sent.items():
        async with connection.transaction():
            await connection.execute(setting, user_id, str(may_scan))
            plan = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values))
        if any(_goes_through_others(node) for node in _nodes(plan[0]["Plan"])):
            found.append(statement)
    await connection.close()
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _goes_through_others(node: dict[str, Any]) -> bool:
    if node.get("Relation Name", "").startswith("pg_"):
        return False  # the catalog: how the role proves that it is a safe one
    return node["Node Type"] == "Seq Scan" or ("Index Name" in node and "user_id" not in node.get("Index Cond", ""))
