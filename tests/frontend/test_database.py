"""The sign-in service's tables are its own: another schema, another role, and no way across."""

import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

import anyio
import asyncpg
import pytest

from tests.frontend.sign_in import Account, migrate, settings, sign_in
from tests.services import embedded_postgres, free_port

pytestmark = pytest.mark.anyio

MIGRATION_LOCK = 5_614_001
HURRY = "data:text/javascript," + quote(
    "const wait = setTimeout;"
    "globalThis.setTimeout = (call, ms, ...rest) => wait(call, ms === 10_000 ? 100 : ms, ...rest)"
)
"""The ten seconds after which the service gives a statement up are over at once."""


async def read(url: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


@pytest.mark.requirement("001/FR-055")
async def test_neither_role_reads_the_others_tables(
    told: dict[str, str], app_url: str, auth_url: str, account: Account
) -> None:
    assert told
    assert await read(auth_url, f"SELECT 1 FROM auth.\"user\" WHERE id = '{account.user_id}'")
    assert await read(app_url, "SELECT count(*) FROM tasks")

    for url, table in (
        (auth_url, "tasks"),
        (auth_url, "conversations"),
        (app_url, 'auth."user"'),
        (app_url, "auth.jwks"),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await read(url, f"SELECT * FROM {table}")


@pytest.mark.requirement("001/FR-055")
async def test_the_role_can_sign_people_in_and_nothing_else(told: dict[str, str], auth_url: str) -> None:
    assert told
    (role,) = await read(
        auth_url,
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = current_user",
    )
    assert not any(role.values())

    for statement in (
        "CREATE SCHEMA mine",
        "CREATE TABLE mine (x int)",
        "CREATE TABLE auth.mine (x int)",
        "DROP TABLE auth.jwks",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await read(auth_url, statement)


@pytest.mark.requirement("001/FR-055")
async def test_every_table_of_the_service_is_in_its_schema(told: dict[str, str], owner_url: str) -> None:
    assert told
    rows = await read(
        owner_url, "SELECT table_schema FROM information_schema.tables WHERE table_name IN ('user', 'jwks')"
    )

    assert {row["table_schema"] for row in rows} == {"auth"}


@pytest.mark.requirement("001/FR-055")
async def test_a_migration_waits_for_the_one_that_runs_however_long_that_takes(
    told: dict[str, str], owner_url: str
) -> None:
    until_somebody_waits = """
    DO $$ BEGIN
      WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) LOOP
        PERFORM pg_sleep(0.05);
      END LOOP;
      PERFORM pg_sleep(0.5);
    END $$
    """
    done: list[subprocess.CompletedProcess[str]] = []

    async def wait() -> None:
        done.append(await anyio.to_thread.run_sync(migrate, told | {"NODE_OPTIONS": f"--import={HURRY}"}))

    owner = await asyncpg.connect(owner_url)
    async with anyio.create_task_group() as tasks, owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        tasks.start_soon(wait)
        await owner.execute(until_somebody_waits, timeout=10)
        assert done == []
    await owner.close()

    assert done[0].returncode == 0, done[0].stderr
    assert "0 tables created" in done[0].stdout


@pytest.mark.requirement("001/FR-055")
async def test_a_role_that_can_do_more_is_refused(told: dict[str, str], owner_url: str) -> None:
    parts = urlsplit(owner_url)
    strong = parts._replace(netloc=f"strong:secret@{parts.netloc.rsplit('@', 1)[1]}").geturl()
    await read(owner_url, "CREATE ROLE strong LOGIN BYPASSRLS PASSWORD 'secret'")

    done = migrate(told | {"AUTH_DATABASE_URL": strong})

    assert done.returncode == 1
    assert "AUTH_DATABASE_URL can do more than sign people in" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.requirement("001/FR-055")
async def test_the_service_is_not_ready_before_it_is_migrated(tmp_path: Path) -> None:
    with embedded_postgres() as postgres:
        address = urlsplit(postgres.url).netloc.rsplit("@", 1)[1]
        told = settings(postgres.url, f"postgresql://remit_auth:secret@{address}/postgres", free_port())
        with sign_in(told, tmp_path / "log") as service:
            assert service.get("/readyz").status_code == 503  # no role, no table
            assert migrate(told).returncode == 0
            await read(postgres.url, 'DROP TABLE auth."oauthConsent"')
            assert service.get("/readyz").status_code == 503  # as an older schema looks
            assert migrate(told).returncode == 0
            assert service.get("/readyz").status_code == 200


async def test_the_service_outlives_an_absence_of_its_database(tmp_path: Path) -> None:
    with embedded_postgres() as postgres:
        address = urlsplit(postgres.url).netloc.rsplit("@", 1)[1]
        told = settings(postgres.url, f"postgresql://remit_auth:secret@{address}/postgres", free_port())
        assert migrate(told).returncode == 0
        with sign_in(told, tmp_path / "log") as service, Account(service) as account:
            postgres.stop()
            for path in ("/readyz", "/api/auth/token"):
                answer = account.client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                assert int(answer.headers["retry-after"]) > 0
            assert service.get("/healthz").status_code == 200

            postgres.start()
            assert service.get("/readyz").status_code == 200
            assert account.token()


async def test_a_service_that_starts_before_its_database_needs_no_restart(tmp_path: Path) -> None:
    with embedded_postgres() as postgres:
        address = urlsplit(postgres.url).netloc.rsplit("@", 1)[1]
        told = settings(postgres.url, f"postgresql://remit_auth:secret@{address}/postgres", free_port())
        assert migrate(told).returncode == 0
        postgres.stop()
        with sign_in(told, tmp_path / "log") as service:
            assert service.get("/api/auth/get-session").status_code == 503
            postgres.start()
            assert service.get("/api/auth/get-session").status_code == 200
