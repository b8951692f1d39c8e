"""The whole product with traces, metrics and logs on, once for each process of tests."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.observability.collector import Collector
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    free_port,
    gateway_environment,
    mcp_server_environment,
    open_folder,
)


@dataclass(frozen=True)
class Watched:
    """The services, and what is told about them."""

    mcp_server: Service
    gateway: Service
    collector: Collector
    metrics_ports: dict[str, int]

    def metrics(self, service: str) -> str:
        return httpx2.get(f"http://127.0.0.1:{self.metrics_ports[service]}/metrics").text


@pytest.fixture(scope="session")
def watched(owner_url: str, app_url: str, issuer: Issuer, gateway_key: SigningKey) -> Iterator[Watched]:
    assert owner_url
    collector, ports = Collector(), {"mcp_server": free_port(), "gateway": free_port()}
    with open_folder() as folder:
        told = mcp_server_environment(app_url, issuer, gateway_key, free_port()) | collector.environment
        told |= {"MCP_SERVER_METRICS_PORT": str(ports["mcp_server"])}
        tools = Service("mcp_server", int(told["MCP_SERVER_PORT"]), told, folder / "mcp_server.log")
        told = gateway_environment(f"{tools.url}/gateway", issuer, gateway_key, free_port()) | collector.environment
        told |= {"GATEWAY_METRICS_PORT": str(ports["gateway"])}
        chat = Service("gateway", int(told["GATEWAY_PORT"]), told, folder / "gateway.log")
        tools.start()
        chat.start()
        yield Watched(tools, chat, collector, ports)
        chat.stop()
        tools.stop()
    collector.close()


@pytest.fixture
def person(watched: Watched, issuer: Issuer, user_id: str) -> Iterator[httpx2.Client]:
    """A signed-in person's client of the gateway."""
    headers = {"Authorization": f"Bearer {issuer.gateway_token(user_id)}"}
    with httpx2.Client(base_url=watched.gateway.url, headers=headers, trust_env=False, timeout=30) as client:
        yield client
