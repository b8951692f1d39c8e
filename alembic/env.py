"""Runs the migrations as the owner, one runner at a time, and then lets the serving role in."""

import asyncio
import logging
import os
import time
from contextlib import aclosing
from typing import Any
from urllib.parse import unquote, urlsplit

from alembic import context
from alembic.runtime.migration import MigrationInfo
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

import mcp_server.db.change_tables  # noqa: F401 - its tables belong to the metadata
from mcp_server.db.addresses import address_of
from mcp_server.db.tables import Row

log = logging.getLogger("migrations")  # what is below "alembic" is silent
ROLE = "remit_app"
PURGE_ROLE = "remit_purge"
LOCK = 7_364_251  # any number, the same in every runner
OWNER_URL = os.environ.get("DATABASE_URL", "")
APP_URL = os.environ.get("MCP_SERVER_DATABASE_URL", "")

LOCK_TIMEOUT_MS = 500
"""Whoever asks for a table stands in line behind a migration that waits for it: no longer than this. Shorter than
PostgreSQL's ``deadlock_timeout`` of a second, so that in a deadlock it is the migration that gives way."""
ATTEMPTS = 60
PAUSE_SECONDS = 1.0
LOCK_NOT_AVAILABLE = "55P03"

LOST = {
    "0001": "every person, task and conversation",
    "0002": "repetition, the history of changes, what can be undone, and the stored answers to repeated writes",
    "0003": "feedback, cards that wait for an answer, where an unfinished answer begins, which zones were chosen,"
    " and that an answer was stopped",
}
"""What a step down from each revision destroys."""


def migrate(connection: Connection) -> None:
    """Run the steps that are left, each in a transaction of its own, so that no lock outlives its step."""
    take_turn(connection)
    connection.exec_driver_sql(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        compare_server_default=False,
        transaction_per_migration=True,
        on_version_apply=[ask_before_losing],
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()  # of looking how far the schema is
    let_in(connection)
    let_purge(connection)
    connection.commit()


def take_turn(connection: Connection) -> None:
    """Wait until no other runner migrates. Nothing is held while waiting: a concurrent index would wait for it."""
    statement = text("SELECT pg_try_advisory_lock(:lock)")
    while not connection.execute(statement, {"lock": LOCK}).scalar_one():
        connection.commit()
        time.sleep(PAUSE_SECONDS)
    connection.commit()


def ask_before_losing(*, step: MigrationInfo, **_: Any) -> None:
    """Undo a step down, in its own transaction, unless whoever started it accepted what is lost."""
    if not step.is_upgrade and context.get_x_argument(as_dictionary=True).get("lose") != step.up_revision_id:
        revision = str(step.up_revision_id)
        raise SystemExit(
            f"Going down from {revision} destroys {LOST[revision]}. Back the database up, then say"
            f" `alembic -x lose={revision} downgrade -1`."
        )


def let_in(connection: Connection) -> None:
    """Give the serving role its password, where the serving process logs in as that role."""
    login = urlsplit(APP_URL)
    if unquote(login.username or "") != ROLE:
        log.warning("%s got no password: MCP_SERVER_DATABASE_URL is not that role's connection", ROLE)
        return
    exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}).scalar()
    if not exists:  # after a downgrade to nothing
        return
    # A statement of this kind takes no parameters: PostgreSQL itself quotes the password.
    statement = connection.execute(
        text("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))"),
        {"role": ROLE, "password": unquote(login.password or "")},
    ).scalar_one()
    connection.exec_driver_sql(statement)


def let_purge(connection: Connection) -> None:
    """Let the owner purge, where it may not yet: in a cluster that the rows alone were restored into."""
    names = {"role": PURGE_ROLE}
    asked = "SELECT pg_has_role(oid, 'SET') FROM pg_roles WHERE rolname = :role"
    if connection.execute(text(asked), names).scalar() is False:
        connection.exec_driver_sql(f"GRANT {PURGE_ROLE} TO CURRENT_USER")


def is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"postgresql", "postgres"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


async def reach(engine: AsyncEngine) -> AsyncConnection:
    """Connect, or end with one line that names the setting: its address is shown nowhere."""
    try:
        return await engine.connect()
    except (OSError, DBAPIError) as error:
        reason = str(getattr(error, "orig", error)).rpartition(">: ")[2]
        raise SystemExit(
            f"DATABASE_URL: cannot be used ({reason}). Set the owner's connection; check its host, port, name, user and"
            " password."
        ) from None


async def run() -> None:
    address, options = address_of(OWNER_URL)
    url = address.replace("postgresql:", "postgresql+asyncpg:", 1)
    for left in reversed(range(ATTEMPTS)):
        engine = create_async_engine(url, connect_args=options)
        try:
            async with aclosing(await reach(engine)) as connection:
                await connection.run_sync(migrate)
        except DBAPIError as error:
            if left == 0 or getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            log.warning("a table is in use for longer than %s ms; trying again", LOCK_TIMEOUT_MS)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
        finally:
            await engine.dispose()


if not is_address(OWNER_URL):
    fault = "not valid" if OWNER_URL else "missing"
    raise SystemExit(f"DATABASE_URL: {fault}. Set the owner's connection, postgresql://user:password@host:5432/name.")
asyncio.run(run())
