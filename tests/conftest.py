"""Fixtures that every test may use: one database, one issuer and one running product a session; a new user a test."""

import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.postgres import Postgres
from tests.certificates import share_certificates
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    embedded_postgres,
    free_port,
    gateway_environment,
    mcp_server_environment,
    migrate,
)

LONGEST = (
    "prove/test_promises",
    "faults/test_replicas",
    "e2e/test_launcher",
    "e2e/test_replicas",
    "images/test_images",
    "conformance/test_bundle",
    "operations/",
    "e2e/",
    "mcp_server/db/test_migrations",
    "evals/test_table",
    "frontend/test_server",
    "mcp_server/test_health",
    "frontend/test_",
    "conformance/",
    "observability/",
)
"""What takes longest, by its path. A file is one worker's: begun last, it would keep the others waiting."""


share_certificates()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: next((at for at, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def user_id() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with embedded_postgres() as running:
        yield running


@pytest.fixture(scope="session")
def owner_url(postgres: Postgres, app_url: str) -> str:
    """The owner's connection to a migrated database."""
    migrate(postgres.url, app_url)
    return postgres.url


@pytest.fixture(scope="session")
def app_url(postgres: Postgres) -> str:
    """The serving role's connection; usable once ``owner_url`` has migrated the database."""
    address = urlsplit(postgres.url).netloc.rsplit("@", 1)[1]
    return f"postgresql://remit_app:{secrets.token_urlsafe(24)}@{address}/postgres"


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.close()


@pytest.fixture(scope="session")
def gateway_key() -> SigningKey:
    return SigningKey()


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def mcp_server(owner_url: str, app_url: str, issuer: Issuer, gateway_key: SigningKey, logs: Path) -> Iterator[Service]:
    """The MCP server: ``.url + "/mcp"`` for people, ``.url + "/gateway"`` for the gateway."""
    assert owner_url
    port = free_port()
    environment = mcp_server_environment(app_url, issuer, gateway_key, port)
    service = Service("mcp_server", port, environment, logs / "mcp_server.log")
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def gateway(mcp_server: Service, issuer: Issuer, gateway_key: SigningKey, logs: Path) -> Iterator[Service]:
    """The gateway with the offline assistant."""
    port = free_port()
    environment = gateway_environment(f"{mcp_server.url}/gateway", issuer, gateway_key, port)
    service = Service("gateway", port, environment, logs / "gateway.log")
    service.start()
    yield service
    service.stop()
