"""The Dockerfile and the composition: linted, valid, and every step of them run."""

import dataclasses
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from local.keys import Keys, kept_keys
from local.postgres import Postgres
from tests.images.composition import Composition, read_composition
from tests.images.running import Containers
from tests.images.steps import StepError, build
from tests.services import ROOT, embedded_postgres, free_port, open_folder

BIN = Path(sys.executable).parent
CHECKS = {
    "gateway": ([sys.executable, "-m", "gateway", "check"], ROOT),
    "mcp-server": ([sys.executable, "-m", "mcp_server", "check"], ROOT),
    "frontend": (["node", "server/checkEnv.js"], ROOT / "frontend"),
}
"""How each service looks at its settings, and where."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return kept_keys(tmp_path_factory.mktemp("keys") / "keys.json", Path(sys.executable), ROOT)


@pytest.mark.requirement("006/FR-001")
def test_the_files_are_what_their_schemas_and_linters_ask_for() -> None:
    for command in (
        [BIN / "hadolint", "Dockerfile"],
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
    ):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.requirement("006/FR-001")
def test_no_file_of_the_composition_holds_a_secret_and_each_process_has_its_own_alone(keys: Keys) -> None:
    composition = read_composition(keys, {})
    secrets = [value for value in vars(keys).values() if value != keys.assertion_key_id]
    texts = [(ROOT / name).read_text() for name in ("docker-compose.yml", "Dockerfile", ".dockerignore")]

    assert not [secret for secret in secrets for text in texts if secret in text]
    gateway = json.dumps(composition.environment("gateway"))
    mcp_server = json.dumps(composition.environment("mcp-server"))
    assert keys.app_password not in gateway
    assert keys.database_password not in gateway + mcp_server
    assert json.dumps(keys.assertion_key)[1:-1] not in mcp_server
    for name, service in composition.services.items():
        assert not any("PASSWORD" in one or "SECRET" in one for one in service.get("environment", {})), name


@pytest.mark.requirement("006/FR-001")
def test_everything_restarts_is_limited_and_watched(keys: Keys) -> None:
    composition = read_composition(keys, {})

    for name, service in composition.services.items():
        if name.startswith("migrate"):
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped"
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
        assert name == "balancer" or service["healthcheck"]["test"]
        assert name == "postgres" or (service["read_only"] and service["cap_drop"] == ["ALL"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.requirement("006/FR-045")
def test_the_log_of_the_database_quotes_no_row(keys: Keys) -> None:
    assert "log_error_verbosity=terse" in read_composition(keys, {}).services["postgres"]["command"]


@pytest.mark.requirement("006/FR-001")
@pytest.mark.parametrize("service", CHECKS)
def test_three_addresses_are_enough_for_another_host(keys: Keys, service: str) -> None:
    elsewhere = {f"REMIT_{name}_URL": f"https://{name.lower()}.example" for name in ("PAGE", "GATEWAY", "MCP")}
    composition = read_composition(keys, {}, GATEWAY_ENVIRONMENT="production", **elsewhere)
    told = {"PATH": os.environ["PATH"], **composition.environment(service)}
    command, folder = CHECKS[service]

    done = subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "localhost" not in json.dumps(composition.environment(service))


@pytest.mark.timeout(400)
@pytest.mark.requirement("006/FR-002")
@pytest.mark.requirement("006/FR-003")
def test_every_step_runs_and_what_it_builds_serves_a_person(keys: Keys) -> None:
    with open_folder() as folder, embedded_postgres() as postgres:
        keys = dataclasses.replace(keys, database_password=postgres.password)
        containers = Containers(read_composition(keys, addresses(postgres)), build(folder / "stages"), folder)
        containers.lock()
        try:
            for migration in ("migrate-tasks", "migrate-sign-in"):
                containers.run(migration)
            with containers.running("frontend", "mcp-server", "gateway"):
                assert "milk" in first_conversation(containers.composition)
        finally:
            containers.unlock()


def addresses(postgres: Postgres) -> dict[str, str]:
    """Give each service a free port here; its public address is the same."""
    inside = {"frontend": 3000, "gateway": 8000, "mcp-server": 8001}
    here = {name: str(free_port()) for name in inside}
    return {
        "postgres:5432": urlsplit(postgres.url).netloc.rsplit("@", 1)[1],
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - what a container listens on
        **{str(port): here[name] for name, port in inside.items()},
        **{
            f"{host}:{port}": f"127.0.0.1:{here[name]}" for name, port in inside.items() for host in (name, "localhost")
        },
    }


def first_conversation(composition: Composition) -> str:
    """Sign somebody up, and return what the assistant says."""
    told = composition.environment("frontend")
    page, gateway = told["BETTER_AUTH_URL"], told["GATEWAY_PUBLIC_URL"]
    account = {"name": "Ada", "email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_urlsafe(16)}
    with httpx2.Client(headers={"Origin": page}, timeout=30) as browser:
        user_id = browser.post(f"{page}/api/auth/sign-up/email", json=account).json()["user"]["id"]
        token = browser.get(f"{page}/api/auth/token").json()["token"]
        answer = browser.post(
            f"{gateway}/api/{user_id}/chat", json={"message": "add milk"}, headers={"Authorization": f"Bearer {token}"}
        )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["response"])


@pytest.mark.requirement("006/FR-003")
@pytest.mark.parametrize(
    "steps",
    [
        "COPY shraed shared",
        "COPY tests tests",
        "RUN false",
        "RUN no-such-program",
        "WORKDIR /elsewhere",
        "ADD shared shared",
        "COPY --from=page /app/server server",
    ],
)
def test_a_step_that_cannot_be_right_fails(tmp_path: Path, steps: str) -> None:
    """The negative control."""
    with pytest.raises((StepError, KeyError)):
        build(tmp_path, f"FROM nothing AS stage\nWORKDIR /app\n{steps}\n")
