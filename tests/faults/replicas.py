"""Two gateways and two MCP servers behind a balancer that remembers nobody, and one database behind a pooler."""

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from urllib.parse import urlsplit

from tests.faults.stack import NO_LIMITS
from tests.frontend.sign_in import migrate as migrate_sign_in, settings, sign_in
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
global
  stats socket ipv4@127.0.0.1:{admin} level admin
"""
LISTENING = """\
listen {name}
  bind 127.0.0.1:{port}
  option httpchk GET /readyz
  http-response set-header X-Served-By %s
{servers}
"""


@dataclass(frozen=True)
class Replicas:
    """Everything that may die, and the one address of the gateways."""

    issuer: Issuer
    owner_url: str
    gateway_url: str
    services: tuple[Service, ...]
    page_url: str
    admin: int

    def let_rest(self, gateway: str) -> None:
        """Send nothing new to the gateway of this name (``X-Served-By``), which goes on with what it does."""
        self._set(gateway, "drain")

    def let_work(self, gateway: str) -> None:
        self._set(gateway, "ready")

    def _set(self, gateway: str, state: str) -> None:
        with socket.create_connection(("127.0.0.1", self.admin), timeout=5) as balancer:
            balancer.sendall(f"set server gateways/{gateway} state {state}\n".encode())
            assert balancer.recv(1000).strip() == b""


@contextmanager
def running_replicas(*, with_page: bool = False, gateway: Mapping[str, str] | None = None) -> Iterator[Replicas]:
    """Start everything on free ports; ``gateway`` are further settings of the gateways."""
    with ExitStack() as running:
        folder = running.enter_context(open_folder())
        postgres = running.enter_context(embedded_postgres())
        app_url = _as_role(postgres.url, "remit_app")
        migrate(postgres.url, app_url)
        pooled = running.enter_context(transaction_pooler(app_url))
        key, front, inner, admin = SigningKey(), free_port(), free_port(), free_port()
        if with_page:
            issuer, page = running.enter_context(_page(postgres.url, front, inner, folder))
        else:
            issuer, page = Issuer(), ""
            running.callback(issuer.close)
        state_key = secrets.token_urlsafe(48)
        services: list[Service] = []
        for n in (1, 2):
            told = mcp_server_environment(pooled, issuer, key, free_port()) | NO_LIMITS
            services.append(_service("mcp_server", told, folder / f"mcp_server-{n}", _as_replica(inner, state_key)))
        more = dict(gateway or {}) | ({"GATEWAY_CORS_ORIGINS": f'["{page}"]'} if page else {})
        for n in (1, 2):
            told = gateway_environment(f"http://127.0.0.1:{inner}/gateway", issuer, key, free_port())
            services.append(_service("gateway", told, folder / f"gateway-{n}", more))
        for service in services:
            running.callback(service.stop)
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(Service.start, services))
        groups = {"gateways": (front, services[2:]), "mcp": (inner, services[:2])}
        running.enter_context(_balancer(folder, groups, admin))
        yield Replicas(issuer, postgres.url, f"http://127.0.0.1:{front}", tuple(services), page, admin)


def _as_role(owner_url: str, role: str) -> str:
    parts = urlsplit(owner_url)
    return parts._replace(netloc=f"{role}:{secrets.token_urlsafe(24)}@{parts.netloc.rsplit('@', 1)[1]}").geturl()


@contextmanager
def _page(owner_url: str, front: int, inner: int, folder: Path) -> Iterator[tuple[Issuer, str]]:
    """Start the page and the sign-in service, and yield who signs tokens then, and the page's address."""
    auth_url = _as_role(owner_url, "remit_auth")
    told = settings(owner_url, auth_url, free_port(), GATEWAY_PUBLIC_URL=f"http://127.0.0.1:{front}")
    told["MCP_PUBLIC_URL"] = f"http://127.0.0.1:{inner}/mcp"
    done = migrate_sign_in(told)
    assert done.returncode == 0, done.stderr
    with transaction_pooler(auth_url) as pooled:
        told["AUTH_DATABASE_URL"] = pooled
        with sign_in(told, folder / "page.log") as service:
            names = SimpleNamespace(url=f"{service.origin}/api/auth", jwks_url=f"{service.url}/api/auth/jwks")
            yield cast("Issuer", names), service.origin


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
def _balancer(folder: Path, groups: dict[str, tuple[int, list[Service]]], admin: int) -> Iterator[None]:
    assert PROGRAM
    file, log = folder / "haproxy.cfg", folder / "haproxy.log"
    listening = (
        LISTENING.format(
            name=name,
            port=port,
            servers="\n".join(f"  server {n} 127.0.0.1:{one.port}" for n, one in enumerate(servers)),
        )
        for name, (port, servers) in groups.items()
    )
    file.write_text(SETTINGS.format(admin=admin) + "".join(listening))
    with log.open("wb") as out:
        balancer = subprocess.Popen([PROGRAM, "-db", "-f", file], stdout=out, stderr=out)
    try:
        for port, _ in groups.values():
            wait_until_it_listens(balancer, port, log)
        yield
    finally:
        balancer.terminate()
        balancer.wait(10)
