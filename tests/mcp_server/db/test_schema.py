"""The schema as PostgreSQL has it: every table behind the same wall, every migration there and back."""

from collections.abc import Iterator

import pytest

from mcp_server.db.change_tables import ChangeRow
from mcp_server.db.tables import REVISION
from shared.identity import USER_ID_PATTERN
from tests.mcp_server.database import Addresses, alembic, command, own_database, run

OURS = "n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version'"
TABLES = f"SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}"
FAULTS = {
    "no user": (
        f"{TABLES} AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'user_id')"
    ),
    "not forced": f"{TABLES} AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    "policies": (
        f"{TABLES} AND (SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname AND p.cmd = 'ALL'"
        " AND p.permissive = 'PERMISSIVE' AND p.roles = '{remit_app}'"
        " AND p.qual = '(user_id = ( SELECT app_uid() AS app_uid))' AND p.with_check = p.qual) <> 1"
    ),
    "more policies": (
        f"{TABLES} AND (SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname"
        " AND p.roles <> '{remit_purge}') <> 1"
    ),
    "key": (
        f"{TABLES} AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid"
        " AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'user_id')"
    ),
    "unique index": (
        f"{TABLES} AND EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid"
        " AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisunique AND a.attname <> 'user_id')"
    ),
    "foreign key": (
        f"{TABLES} AND EXISTS (SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = c.oid"
        " AND a.attnum = k.conkey[1] WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attname <> 'user_id')"
    ),
    "syntax": (
        f"{TABLES} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'"
        " AND pg_get_constraintdef(k.oid) = $1)"
    ),
    "owner": f"{TABLES} AND pg_get_userbyid(c.relowner) = 'remit_app'",
}
SYNTAX = f"CHECK ((user_id ~ '{USER_ID_PATTERN}'::text))"
LEAKS = {
    "views": "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')",
    "definer's functions": "SELECT 1 FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
    "a way into the purging role": "SELECT 1 WHERE pg_has_role('remit_app', 'remit_purge', 'MEMBER')",
    "powers": "SELECT 1 FROM pg_roles WHERE rolname IN ('remit_app', 'remit_purge')"
    " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit OR rolreplication)",
}


@pytest.fixture
def database(owner_url: str, app_url: str) -> Iterator[Addresses]:
    with own_database(owner_url, app_url) as addresses:
        yield addresses


def faulty_tables(url: str) -> dict[str, list[str]]:
    found = {name: [row["name"] for row in run(url, sql, *_arguments(name))] for name, sql in FAULTS.items()}
    return {name: tables for name, tables in found.items() if tables}


def _arguments(name: str) -> tuple[str, ...]:
    return (SYNTAX,) if name == "syntax" else ()


@pytest.mark.requirement("001/FR-017")
@pytest.mark.requirement("003/FR-020")
def test_every_table_stands_behind_the_same_wall(owner_url: str) -> None:
    assert sorted(row["name"] for row in run(owner_url, TABLES)) == sorted(ChangeRow.metadata.tables)
    assert faulty_tables(owner_url) == {}
    assert [name for name, sql in LEAKS.items() if run(owner_url, sql)] == []


@pytest.mark.parametrize(
    ("harm", "faults"),
    [
        ("CREATE TABLE open (id int PRIMARY KEY)", FAULTS.keys() - {"foreign key", "owner"}),
        ("ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY", {"not forced"}),
        ("DROP POLICY own ON tasks", {"policies", "more policies"}),
        ("CREATE POLICY loose ON tasks USING (true)", {"more policies"}),
        ("ALTER POLICY own ON tasks WITH CHECK (true)", {"policies"}),
        ("ALTER TABLE tasks DROP CONSTRAINT tasks_user_id", {"syntax"}),
        ("ALTER TABLE turns DROP CONSTRAINT turns_pkey, ADD PRIMARY KEY (id, user_id)", {"key", "unique index"}),
        ("CREATE UNIQUE INDEX oracle ON turns (message_key)", {"unique index"}),
        ("ALTER TABLE items OWNER TO remit_app", {"owner"}),
    ],
)
def test_the_walk_finds_what_would_be_missing(database: Addresses, harm: str, faults: set[str]) -> None:
    """The negative control."""
    command(database.owner, harm)

    assert faulty_tables(database.owner).keys() == faults


def test_the_schema_goes_down_and_up_again(database: Addresses) -> None:
    for revision in ("0003", "0002", "0001"):
        alembic(database, "-x", f"lose={revision}", "downgrade", "-1")
    assert run(database.owner, TABLES) == []
    assert run(database.owner, "SELECT 1 FROM pg_proc WHERE proname = 'app_uid'") == []

    alembic(database, "upgrade", "head")

    assert faulty_tables(database.owner) == {}
    assert run(database.owner, "SELECT 1 FROM pg_index WHERE NOT indisvalid") == []
    assert run(database.owner, "SELECT 1 FROM pg_constraint WHERE NOT convalidated") == []
    assert run(database.app, "SELECT 1 FROM people", user_id="canary:rls")


def test_models_and_migrations_say_the_same(database: Addresses) -> None:
    assert "No new upgrade operations detected" in alembic(database, "check")


def test_the_code_knows_its_own_migration(database: Addresses) -> None:
    assert REVISION in alembic(database, "heads")


def test_a_second_migration_changes_nothing_and_renews_the_password(database: Addresses) -> None:
    renewed = Addresses(database.owner, database.app.replace("remit_app:", "remit_app:new-"))
    try:
        alembic(renewed, "upgrade", "head")
        assert run(renewed.app, "SELECT 1 FROM people") == []
    finally:
        alembic(database, "upgrade", "head")
