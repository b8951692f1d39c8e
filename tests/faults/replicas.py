"""Two gateways and two MCP servers behind a balancer that remembers nobody, and one database behind a pooler."""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.stack import NO_LIMITS
from tests.pooler import transaction_pooler, wait_until_it_listens
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    embedded_postgres,
    free_port,
    gateway_environment,
    mcp_server_environment,
    migrate,
    open_folder,
)

PROGRAM = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin")
SETTINGS = """\
defaults
  mode http
  timeout connect 2s
  timeout client 90s
  timeout server 90s
  option redispatch
  retries 2
  default-server check inter 200ms fall 2 rise 1
"""
LISTENING = """\
listen {name}
  bind 127.0.0.1:{port}
  option httpchk GET /readyz
{servers}
"""


@dataclass(frozen=True)
class Replicas:
    """Everything that may die, and the one address of the gateways."""

    issuer: Issuer
    owner_url: str
    gateway_url: str
    services: tuple[Service, ...]


@contextmanager
def running_replicas() -> Iterator[Replicas]:
    """Start everything on free ports."""
    with ExitStack() as running:
        folder = running.enter_context(open_folder())
        postgres = running.enter_context(embedded_postgres())
        address = urlsplit(postgres.url).netloc.rsplit("@", 1)[1]
        app_url = f"postgresql://remit_app:{secrets.token_urlsafe(24)}@{address}/postgres"
        migrate(postgres.url, app_url)
        pooled = running.enter_context(transaction_pooler(app_url))
        issuer, key = Issuer(), SigningKey()
        running.callback(issuer.close)
        front, inner = free_port(), free_port()
        state_key = secrets.token_urlsafe(48)
        services: list[Service] = []
        for n in (1, 2):
            told = mcp_server_environment(pooled, issuer, key, free_port()) | NO_LIMITS
            services.append(_service("mcp_server", told, folder / f"mcp_server-{n}", _as_replica(inner, state_key)))
        for n in (1, 2):
            told = gateway_environment(f"http://127.0.0.1:{inner}/gateway", issuer, key, free_port())
            services.append(_service("gateway", told, folder / f"gateway-{n}", {}))
        for service in services:
            service.start()
            running.callback(service.stop)
        running.enter_context(_balancer(folder, {"gateways": (front, services[2:]), "mcp": (inner, services[:2])}))
        yield Replicas(issuer, postgres.url, f"http://127.0.0.1:{front}", tuple(services))


def _as_replica(port: int, state_key: str) -> dict[str, str]:
    """What is the same for every MCP server behind one address."""
    return {
        "MCP_SERVER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MCP_SERVER_ALLOWED_HOSTS": f'["127.0.0.1:{port}"]',
        "MCP_SERVER_REQUEST_STATE_KEY": state_key,
        "MCP_SERVER_DATABASE_POOLED": "true",
    }


def _service(module: str, told: dict[str, str], log: Path, more: dict[str, str]) -> Service:
    return Service(module, int(told[f"{module.upper()}_PORT"]), told | more, log)


@contextmanager
def _balancer(folder: Path, groups: dict[str, tuple[int, list[Service]]]) -> Iterator[None]:
    assert PROGRAM
    settings, log = folder / "haproxy.cfg", folder / "haproxy.log"
    listening = (
        LISTENING.format(
            name=name,
            port=port,
            servers="\n".join(f"  server {n} 127.0.0.1:{one.port}" for n, one in enumerate(servers)),
        )
        for name, (port, servers) in groups.items()
    )
    settings.write_text(SETTINGS + "".join(listening))
    with log.open("wb") as out:
        balancer = subprocess.Popen([PROGRAM, "-db", "-f", settings], stdout=out, stderr=out)
    try:
        for port, _ in groups.values():
            wait_until_it_listens(balancer, port, log)
        yield
    finally:
        balancer.terminate()
        balancer.wait(10)
