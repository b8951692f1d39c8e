"""Alive is one thing, ready another; and a server that could see everyone's rows is neither."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx2
import pytest

from local.postgres import Postgres
from mcp_server.db.change_tables import ChangeRow
from mcp_server.db.session import Database, UnsafeRoleError
from tests.mcp_server.client import Caller
from tests.mcp_server.database import Addresses, at_port, command, own_database, run
from tests.mcp_server.tunnel import Tunnel
from tests.services import ROOT, Issuer, Service, SigningKey, assertion, free_port, mcp_server_environment, until

Start: TypeAlias = Callable[..., Service]
PATIENCE = 15


@pytest.fixture
def start(issuer: Issuer, gateway_key: SigningKey, tmp_path: Path) -> Iterator[Start]:
    """Start a server of the test's own."""
    started: list[Service] = []

    def server(app_url: str, **settings: str) -> Service:
        port = free_port()
        environment = mcp_server_environment(app_url, issuer, gateway_key, port) | settings
        service = Service("mcp_server", port, environment, tmp_path / f"{port}.log")
        service.start()
        started.append(service)
        return service

    yield server
    for service in started:
        service.stop()


@pytest.fixture
def served_url(app_url: str, owner_url: str) -> str:
    """The serving role's connection to the migrated database."""
    assert owner_url
    return app_url


@pytest.fixture
def database(owner_url: str, app_url: str) -> Iterator[Addresses]:
    with own_database(owner_url, app_url) as addresses:
        yield addresses


@pytest.fixture
def tunnel(postgres: Postgres) -> Iterator[Tunnel]:
    tunnel = Tunnel(postgres.port)
    yield tunnel
    tunnel.cut()


def readiness(service: Service) -> tuple[int, dict[str, Any]]:
    answer = httpx2.get(f"{service.url}/readyz", timeout=PATIENCE)
    return answer.status_code, answer.json()


def caller_of(service: Service, key: SigningKey, user_id: str) -> Caller:
    url = f"{service.url}/gateway"
    return Caller(url, assertion(key, url, user_id, "tasks:read tasks:write"), {"user_id": user_id})


def last_words(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Start a server that refuses, and return its exit status and what it said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command_line = [sys.executable, "-m", "mcp_server", *arguments]
    done = subprocess.run(
        command_line, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False, timeout=30
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.requirement("001/FR-013")
def test_a_server_with_its_database_is_alive_and_ready(mcp_server: Service) -> None:
    assert httpx2.get(f"{mcp_server.url}/healthz").status_code == 200
    assert readiness(mcp_server) == (200, {"database": True, "sign_in_keys": True})


@pytest.mark.requirement("001/FR-013")
def test_a_database_that_is_away_makes_it_red_and_its_return_green(
    start: Start, served_url: str, tunnel: Tunnel, gateway_key: SigningKey, user_id: str
) -> None:
    service = start(at_port(served_url, tunnel.port))
    caller = caller_of(service, gateway_key, user_id)

    for _ in range(2):  # away at the start, and later in the middle of use
        assert httpx2.get(f"{service.url}/healthz").status_code == 200
        assert readiness(service)[0] == 503
        error = caller.error("find_tasks")
        assert (error["code"], error["retry_after"]) == ("unavailable", 2)

        tunnel.open()
        until(lambda: readiness(service)[0] == 200)
        assert caller.ok("find_tasks")["total"] == 0
        tunnel.cut()


@pytest.mark.requirement("001/FR-013")
def test_another_migration_than_the_codes_makes_it_red(start: Start, database: Addresses) -> None:
    service = start(database.app)
    assert readiness(service)[0] == 200

    run(database.owner, "UPDATE alembic_version SET version_num = '0000'")

    assert readiness(service)[0] == 503


def test_a_database_without_tables_makes_it_red_and_serves_nothing(
    start: Start, database: Addresses, gateway_key: SigningKey, user_id: str
) -> None:
    tables = ", ".join(ChangeRow.metadata.tables)
    command(database.owner, f"DROP TABLE {tables}, alembic_version")
    service = start(database.app)

    assert readiness(service)[0] == 503
    assert caller_of(service, gateway_key, user_id).code("find_tasks") == "unavailable"


def test_a_connection_that_died_while_idle_costs_nothing(
    start: Start, app_url: str, owner_url: str, gateway_key: SigningKey, user_id: str
) -> None:
    service = start(f"{app_url}?application_name={user_id}")
    caller = caller_of(service, gateway_key, user_id)
    caller.ok("add_tasks", tasks=[{"title": "before"}])

    run(owner_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", user_id)

    assert caller.ok("find_tasks")["total"] == 1


@pytest.mark.requirement("001/FR-010")
def test_keys_that_never_loaded_are_503_at_the_peoples_door_alone(
    start: Start, served_url: str, issuer: Issuer, gateway_key: SigningKey, user_id: str
) -> None:
    service = start(served_url, MCP_SERVER_AUTH_JWKS_URL=f"http://127.0.0.1:{free_port()}/jwks")
    url = f"{service.url}/mcp"

    answer = Caller(url, issuer.access_token(user_id, url)).post("tools/list", {})

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert httpx2.post(url, json={}).status_code == 401
    assert readiness(service) == (200, {"database": True, "sign_in_keys": False})
    assert caller_of(service, gateway_key, user_id).ok("find_tasks")["total"] == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_quickly_and_in_good_order(start: Start, served_url: str, name: int) -> None:
    service = start(served_url)
    with httpx2.Client() as kept_open:
        kept_open.get(f"{service.url}/readyz")
        begun = time.monotonic()
        os.kill(service.pid, name)
        assert service.stop() == 0
        assert time.monotonic() - begun < 3
    assert "Traceback" not in service.log.read_text()


HARMS = [
    "ALTER ROLE {role} BYPASSRLS",
    "ALTER ROLE {role} CREATEROLE",
    "ALTER ROLE {role} SUPERUSER",
    "CREATE ROLE {role}_mighty BYPASSRLS NOLOGIN; GRANT {role}_mighty TO {role}",
    "ALTER TABLE people OWNER TO {role}",
    "ALTER TABLE people DISABLE ROW LEVEL SECURITY",
    "CREATE POLICY loose ON people USING (true)",
    "DELETE FROM people WHERE user_id = 'canary:rls'",
]


@pytest.fixture
def role(database: Addresses, user_id: str) -> Iterator[str]:
    """A role of this test's own, which may do what the serving role may."""
    name = user_id.replace("-", "_")
    command(database.owner, f"CREATE ROLE {name} LOGIN PASSWORD 'pw' IN ROLE remit_app")
    yield name
    command(database.owner, "ALTER TABLE people OWNER TO postgres")
    command(database.owner, f"DROP ROLE {name}; DROP ROLE IF EXISTS {name}_mighty")


@pytest.mark.anyio
@pytest.mark.requirement("001/FR-017")
@pytest.mark.requirement("003/FR-020")
@pytest.mark.parametrize("harm", HARMS)
async def test_a_role_that_could_see_everyones_rows_is_found(database: Addresses, role: str, harm: str) -> None:
    await asyncio.to_thread(command, database.owner, harm.format(role=role))
    served = Database(as_role(database.owner, role))
    try:
        with pytest.raises(UnsafeRoleError):
            await served.check_role()
    finally:
        await served.close()


@pytest.mark.requirement("001/FR-017")
@pytest.mark.requirement("003/FR-020")
def test_with_such_a_role_the_server_does_not_start_and_says_why(
    database: Addresses, role: str, issuer: Issuer, gateway_key: SigningKey
) -> None:
    environment = mcp_server_environment(as_role(database.owner, role), issuer, gateway_key, free_port())
    command(database.owner, HARMS[0].format(role=role))

    status, said = last_words(environment)

    assert status == 1
    assert said.splitlines()[-1].startswith("MCP_SERVER_DATABASE_URL: ")
    assert "Traceback" not in said
    assert "pw" not in said


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:pw@{parts.netloc.rpartition('@')[2]}").geturl()


@pytest.mark.requirement("001/FR-017")
@pytest.mark.requirement("003/FR-020")
def test_a_safe_role_is_served(database: Addresses, role: str, start: Start) -> None:
    """The control of the tests above: the same role without the harm."""
    service = start(as_role(database.owner, role))

    assert readiness(service)[0] == 200
    service.stop()


@pytest.mark.requirement("001/FR-017")
@pytest.mark.requirement("003/FR-020")
def test_an_unsafe_role_is_not_served_either_when_the_database_comes_back_later(
    start: Start, owner_url: str, tunnel: Tunnel, gateway_key: SigningKey, user_id: str
) -> None:
    service = start(at_port(owner_url, tunnel.port))
    tunnel.open()

    assert caller_of(service, gateway_key, user_id).code("find_tasks") == "unavailable"
    assert readiness(service)[0] == 503
    assert "can bypass row-level security" in service.log.read_text()


@pytest.mark.requirement("003/FR-050")
def test_every_wrong_setting_is_named_at_once_and_no_value_is_shown(
    app_url: str, issuer: Issuer, gateway_key: SigningKey
) -> None:
    good = mcp_server_environment(app_url, issuer, gateway_key, free_port())
    private = {**gateway_key.jwk, "d": "c2VjcmV0LXNlY3JldA"}
    wrong = {
        "MCP_SERVER_PORT": "99999",
        "MCP_SERVER_DATABASE_URL": "mysql://who:hunter22@db/x",
        "MCP_SERVER_PUBLIC_URL": "http://localhost:8001/",
        "MCP_SERVER_AUTH_ISSUER": "",
        "MCP_SERVER_AUTH_JWKS_URL": "localhost/jwks",
        "MCP_SERVER_GATEWAY_PUBLIC_KEYS": json.dumps({"keys": [private]}),
        "MCP_SERVER_ALLOWED_HOSTS": "localhost",
        "MCP_SERVER_ALLOWED_ORIGINS": "*",
        "MCP_SERVER_REQUEST_STATE_KEY": "short-hunter22",
    }

    status, said = last_words(good | wrong)

    assert status == 1
    assert {line.split()[0] for line in said.splitlines()} == set(wrong)
    assert "hunter22" not in said
    assert private["d"] not in said


@pytest.mark.requirement("003/FR-051")
def test_a_check_says_the_same_without_serving(app_url: str, issuer: Issuer, gateway_key: SigningKey) -> None:
    good = mcp_server_environment(app_url, issuer, gateway_key, free_port())
    wrong = good | {"MCP_SERVER_PORT": "x", "MCP_SERVER_GATEWAY_PUBLIC_KEYS": "{}"}

    assert last_words(good, "check") == (0, "Every setting of the MCP server can be used.\n")
    checked = last_words(wrong, "check")
    assert checked == last_words(wrong)
    assert checked[0] == 1
