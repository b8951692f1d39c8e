"""The whole product as processes of its own, each of which can be killed and comes back."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.postgres import Postgres
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    embedded_postgres,
    free_port,
    gateway_environment,
    mcp_server_environment,
    migrated,
    open_folder,
)

NO_LIMITS = {
    "MCP_SERVER_TOOL_CALLS_PER_SECOND": "100000",
    "MCP_SERVER_TOOL_CALLS_AT_ONCE": "100000",
    "MCP_SERVER_TURNS_PER_MINUTE": "1000000",
    "MCP_SERVER_TURNS_AT_ONCE": "100000",
    "MCP_SERVER_TURNS_RUNNING": "1000",
}
"""What a few people of a test may do stands for what many do."""


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL that may be killed, with a migrated database; ``app_url`` is how the serving role reaches it."""

    postgres: Postgres
    app_url: str


@dataclass(frozen=True)
class Stack:
    """Issuer, PostgreSQL, MCP server and gateway."""

    issuer: Issuer
    postgres: Postgres
    mcp_server: Service
    gateway: Service

    def kill_postgres(self) -> None:
        """End PostgreSQL without a word to anybody, and start it again."""
        self.postgres.process.send_signal(signal.SIGQUIT)  # "immediate": as after a power cut
        self.postgres.stop()
        self.postgres.start()

    def kill(self, service: Service) -> None:
        service.kill()
        service.start()

    def take_over(self, *, gateway: str = "", mcp_server: str = "", **settings: str) -> None:
        """Let other builds serve from now on, as they were told to and with ``settings``.

        ``IN_PLACE_OF`` names to each whose place it takes.
        """
        places = [(self.mcp_server, mcp_server), (self.gateway, gateway)]
        taken = [(service, module) for service, module in places if module]
        for service, module in taken:
            service.stop()
            service.environment |= {"IN_PLACE_OF": service.module, **settings}
            service.module = module
        start_together([service for service, _ in taken])


def start_together(services: Sequence[Service]) -> None:
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(Service.start, services))


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    with embedded_postgres() as postgres:
        yield Cluster(postgres, migrated(postgres))


@contextmanager
def running_stack(
    cluster: Cluster | None = None, *, gateway: dict[str, str] | None = None, mcp_server: dict[str, str] | None = None
) -> Iterator[Stack]:
    """Start everything on free ports, on a cluster of its own unless it is given one.

    ``gateway`` and ``mcp_server`` are further settings.
    """
    with ExitStack() as running:
        folder: Path = running.enter_context(open_folder())
        cluster = cluster or running.enter_context(own_cluster())
        issuer, key = Issuer(), SigningKey()
        running.callback(issuer.close)
        told = mcp_server_environment(cluster.app_url, issuer, key, free_port()) | NO_LIMITS | (mcp_server or {})
        tools = Service("mcp_server", int(told["MCP_SERVER_PORT"]), told, folder / "mcp_server.log")
        told = gateway_environment(f"{tools.url}/gateway", issuer, key, free_port()) | (gateway or {})
        chat = Service("gateway", int(told["GATEWAY_PORT"]), told, folder / "gateway.log")
        for service in (tools, chat):
            running.callback(service.stop)
        start_together((tools, chat))
        yield Stack(issuer, cluster.postgres, tools, chat)
