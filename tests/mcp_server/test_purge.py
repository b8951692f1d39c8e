"""The purge: what is past restoring goes for good, with its history, by a role that can do nothing else."""

import asyncio
import os
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.mcp_server.database import Addresses, alembic, command, own_database, run
from tests.services import ROOT

ALICE = "alice"
FORBIDDEN = [
    "SELECT title FROM tasks",
    "SELECT before FROM change_rows",
    "SELECT result FROM replies",
    "SELECT client FROM changes",
    "SELECT user_id FROM people",
    "SELECT data FROM items",
    "UPDATE tasks SET deleted_at = now() - interval '40 days'",
    "DELETE FROM people",
    "DELETE FROM change_rows",
    "INSERT INTO replies (user_id, key, request_hash, result) VALUES ('alice', 'k', 'h', '{}')",
    "DELETE FROM tasks WHERE id = 3",
]


@pytest.fixture
def database(owner_url: str, app_url: str) -> Iterator[Addresses]:
    with own_database(owner_url, app_url) as addresses:
        command(
            addresses.owner,
            f"""
            INSERT INTO people (user_id) VALUES ('{ALICE}');
            INSERT INTO tasks (user_id, id, title, deleted_at) VALUES
              ('{ALICE}', 1, 'gone long ago', now() - interval '31 days'),
              ('{ALICE}', 2, 'gone lately', now() - interval '29 days'),
              ('{ALICE}', 3, 'there', NULL);
            INSERT INTO changes (user_id, id, client, tool) VALUES
              ('{ALICE}', 1, 'web', 'delete_tasks'), ('{ALICE}', 2, 'web', 'delete_tasks');
            INSERT INTO change_rows (user_id, change_id, task_id, after) VALUES
              ('{ALICE}', 1, 1, '{{}}'), ('{ALICE}', 2, 1, '{{}}'), ('{ALICE}', 2, 2, '{{}}');
            INSERT INTO replies (user_id, key, request_hash, result, at) VALUES
              ('{ALICE}', 'old', 'h', '{{}}', now() - interval '25 hours'), ('{ALICE}', 'new', 'h', '{{}}', now());
            """,
        )
        yield addresses


def purge(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    line = [sys.executable, "-m", "mcp_server", "purge"]
    return subprocess.run(line, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False)


def as_purger(url: str, statement: str) -> list[asyncpg.Record]:
    async def once() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SET ROLE remit_purge")
            return await connection.fetch(statement)
        finally:
            await connection.close()

    return asyncio.run(once())


@pytest.mark.requirement("002/FR-023")
def test_what_is_past_restoring_goes_with_its_history(database: Addresses) -> None:
    done = purge(DATABASE_URL=database.owner)

    assert (done.returncode, done.stdout) == (0, "removed tasks: 1, changes: 1, replies: 1\n"), done.stderr
    assert [row["id"] for row in run(database.owner, "SELECT id FROM tasks ORDER BY id")] == [2, 3]
    assert run(database.owner, "SELECT change_id, task_id FROM change_rows") == [{"change_id": 2, "task_id": 2}]
    assert [row["id"] for row in run(database.owner, "SELECT id FROM changes")] == [2]
    assert [row["key"] for row in run(database.owner, "SELECT key FROM replies")] == ["new"]
    assert purge(DATABASE_URL=database.owner).stdout == "removed tasks: 0, changes: 0, replies: 0\n"


@pytest.mark.requirement("002/FR-023")
def test_the_purging_role_can_do_nothing_else(database: Addresses) -> None:
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            as_purger(database.owner, statement)


def test_the_purging_role_gains_nothing_by_naming_a_user(database: Addresses) -> None:
    as_purger(database.owner, f"SELECT set_config('app.user_id', '{ALICE}', false)")
    as_purger(database.owner, f"WITH me AS (SELECT set_config('app.user_id', '{ALICE}', false)) DELETE FROM tasks")

    assert [row["id"] for row in run(database.owner, "SELECT id FROM tasks ORDER BY id")] == [2, 3]


def test_without_its_policy_the_purge_would_delete_everything(database: Addresses) -> None:
    """The negative control: the statement itself has no condition."""
    command(database.owner, "ALTER POLICY purge ON tasks USING (true)")

    assert purge(DATABASE_URL=database.owner).stdout.startswith("removed tasks: 3,")


def test_a_purge_that_cannot_run_says_why() -> None:
    unset = purge()
    wrong = purge(DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")

    assert unset.returncode == wrong.returncode == 1
    assert unset.stderr == "DATABASE_URL is missing. Set the owner's connection, as for the migrations.\n"
    assert "cannot be reached" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_an_owner_who_may_not_purge_is_told_and_let_by_the_migrations(database: Addresses) -> None:
    """So it is where the rows alone were restored: the membership was in the other cluster."""
    name, password = f"boss_{uuid.uuid4().hex}", secrets.token_urlsafe(12)
    parts = urlsplit(database.owner)
    boss = parts._replace(netloc=f"{name}:{password}@{parts.netloc.rsplit('@', 1)[1]}").geturl()
    command(database.owner, f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    made_it = "WITH ADMIN TRUE, SET FALSE, INHERIT FALSE"  # whoever made a role may let others be it, and is not it
    command(database.owner, f"GRANT remit_purge TO {name} {made_it}")
    command(database.owner, f"GRANT SELECT ON alembic_version TO {name}")
    try:
        refused = purge(DATABASE_URL=boss)
        said = alembic(Addresses(boss, database.owner), "upgrade", "head")
        done = purge(DATABASE_URL=boss)
    finally:
        command(database.owner, f"DROP OWNED BY {name} CASCADE")
        command(database.owner, f"DROP ROLE {name}")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The role of DATABASE_URL may not purge.")
    assert "remit_app got no password" in said
    assert done.stdout == "removed tasks: 1, changes: 1, replies: 1\n", done.stderr
