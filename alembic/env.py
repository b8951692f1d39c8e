"""Runs the migrations as the owner, one runner at a time, and then lets the serving role in."""

import asyncio
import os
from urllib.parse import unquote, urlsplit

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from mcp_server.db.session import async_url
from mcp_server.db.tables import Row

ROLE = "remit_app"
LOCK = 7_364_251  # any number, the same in every runner
OWNER_URL = os.environ.get("DATABASE_URL", "")
APP_URL = os.environ.get("MCP_SERVER_DATABASE_URL", "")


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Row.metadata, compare_server_default=False)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()
        let_in(connection)


def let_in(connection: Connection) -> None:
    """Give the serving role its password, where the serving process logs in as that role."""
    login = urlsplit(APP_URL)
    if unquote(login.username or "") != ROLE:
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


async def run() -> None:
    url, options = async_url(OWNER_URL)
    engine = create_async_engine(url, connect_args=options)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


if not OWNER_URL:
    raise SystemExit("DATABASE_URL: missing. Set the owner's connection, postgresql://user:password@host:5432/name.")
asyncio.run(run())
