"""The whole product as processes of its own, each of which can be killed and comes back."""

import signal
from collections.abc import Iterator
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


@contextmanager
def running_stack(
    gateway_module: str = "gateway",
    *,
    mcp_server_module: str = "mcp_server",
    gateway: dict[str, str] | None = None,
    mcp_server: dict[str, str] | None = None,
) -> Iterator[Stack]:
    """Start everything on free ports; ``gateway`` and ``mcp_server`` are further settings."""
    with ExitStack() as running:
        folder: Path = running.enter_context(open_folder())
        postgres = running.enter_context(embedded_postgres())
        app_url = migrated(postgres)
        issuer, key = Issuer(), SigningKey()
        running.callback(issuer.close)
        told = mcp_server_environment(app_url, issuer, key, free_port()) | NO_LIMITS | (mcp_server or {})
        tools = Service(mcp_server_module, int(told["MCP_SERVER_PORT"]), told, folder / "mcp_server.log")
        told = gateway_environment(f"{tools.url}/gateway", issuer, key, free_port()) | (gateway or {})
        chat = Service(gateway_module, int(told["GATEWAY_PORT"]), told, folder / "gateway.log")
        for service in (tools, chat):
            service.start()
            running.callback(service.stop)
        yield Stack(issuer, postgres, tools, chat)
