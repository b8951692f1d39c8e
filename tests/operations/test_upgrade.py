"""Migrations first, then the MCP server, the gateway, the page; back in the other order, and the schema stays."""

from collections.abc import Iterator

import pytest

from mcp_server.db.session import Database
from shared.identity import UserId
from tests.mcp_server.database import command, own_database
from tests.mcp_server.services.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("006/FR-041")
async def test_a_release_serves_on_the_schema_of_the_next_one(older_and_newer: tuple[str, str]) -> None:
    """So the processes that run are not red between the migration and their replacement, nor after a rollback."""
    _, newer = older_and_newer
    database = Database(newer)
    try:
        assert await database.is_ready()
        assert (await Desk(database, UserId("user-ada")).add("buy milk")).title == "buy milk"
    finally:
        await database.close()


@pytest.mark.requirement("006/FR-041")
async def test_a_release_is_red_on_the_schema_of_the_one_before(older_and_newer: tuple[str, str]) -> None:
    """So a process that came before its migration gets no traffic."""
    older, _ = older_and_newer
    database = Database(older)
    try:
        assert not await database.is_ready()
    finally:
        await database.close()


@pytest.fixture(scope="module")
def older_and_newer(owner_url: str, app_url: str) -> Iterator[tuple[str, str]]:
    """A database one migration behind, and one a migration ahead, which adds a column, a table and an index."""
    with own_database(owner_url, app_url, "0002") as older, own_database(owner_url, app_url) as newer:
        for statement in (
            "ALTER TABLE tasks ADD COLUMN colour text DEFAULT 'blue' NOT NULL",
            "CREATE TABLE teams (user_id text PRIMARY KEY)",
            "CREATE INDEX tasks_colour ON tasks (user_id, colour)",
            "UPDATE alembic_version SET version_num = '0004'",
        ):
            command(newer.owner, statement)
        yield older.app, newer.app
