"""A backup, restored into an empty cluster, is the same product: people, sign-ins, conversations, undo and walls."""

import subprocess
from pathlib import Path

import pytest

from local.postgres import Postgres
from tests.frontend.sign_in import Account
from tests.mcp_server.database import run
from tests.mcp_server.db.test_schema import faulty_tables
from tests.operations.whole import Installation
from tests.services import embedded_postgres

ROLES = ("remit_app", "remit_auth", "remit_purge")
POWERS = (
    "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolinherit, rolconfig FROM pg_roles WHERE rolname = ANY($1)"
)


def program(postgres: Postgres, name: str, *arguments: str | Path, url: str = "") -> str:
    """Run one of PostgreSQL's programs on a database."""
    line = [postgres.binaries / name, f"--dbname={url or postgres.url}", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def counts(postgres: Postgres) -> dict[str, int]:
    names = (
        "SELECT schemaname || '.\"' || tablename || '\"' AS name FROM pg_tables WHERE schemaname IN ('public', 'auth')"
    )
    tables = [row["name"] for row in run(postgres.url, names)]
    return {name: run(postgres.url, f"SELECT count(*) FROM {name}")[0]["count"] for name in tables}


@pytest.mark.requirement("006/FR-041")
def test_a_backup_restored_into_an_empty_cluster_goes_on_where_it_was(tmp_path: Path) -> None:
    here, roles, backup = Installation(), tmp_path / "roles.sql", tmp_path / "backup"
    with embedded_postgres() as old:
        here.migrate(old.url)
        with here.running(old.url, tmp_path) as service:
            account = Account(service)
            first = here.say(account, "add prune the roses")
            here.say(account, "delete prune the roses", first["conversation_id"])
        roles.write_text(program(old, "pg_dumpall", "--roles-only", "--no-role-passwords"))
        program(old, "pg_dump", "--format=custom", f"--file={backup}")
        before = counts(old)

    with embedded_postgres() as new:
        program(new, "psql", "--quiet", f"--file={roles}")  # the owner's own role is there already, and only named
        program(new, "pg_restore", "--exit-on-error", "--single-transaction", backup)
        here.migrate(new.url)  # gives the roles their passwords

        assert counts(new) == before
        assert faulty_tables(new.url) == {}
        assert not any(row["rolsuper"] or row["rolbypassrls"] for row in run(new.url, POWERS, list(ROLES)))
        assert all(row["rolconfig"] for row in run(new.url, POWERS, ["remit_app", "remit_auth"]))
        with here.running(new.url, tmp_path), account:
            undone = here.say(account, "undo", first["conversation_id"])
            assert [call["name"] for call in undone["tool_calls"]] == ["undo"]
            assert "prune the roses" in here.say(account, "what is on my list?")["response"]


@pytest.mark.requirement("006/FR-041")
def test_a_role_that_does_not_see_every_row_makes_no_backup_at_all(
    postgres: Postgres, owner_url: str, app_url: str
) -> None:
    """Else a backup of nothing would look like one."""
    assert owner_url
    line = [postgres.binaries / "pg_dump", f"--dbname={app_url}", "--table=tasks"]

    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "row-level security" in done.stderr
