"""Two of each service behind a balancer that remembers nobody, and one database behind a pooler."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from local.keys import Keys
from local.services import Environments, environments, with_login
from local.settings import PORTS
from tests.faults.stack import start_together
from tests.frontend.sign_in import migrate as migrate_sign_in
from tests.pooler import transaction_pooler, wait_until_it_listens
from tests.services import (
    START_SECONDS,
    Issuer,
    Service,
    SigningKey,
    embedded_postgres,
    free_port,
    migrated,
    open_folder,
)

PROGRAM = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
EACH = 2
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


class Page(Service):
    """The page with its sign-in service, a program of Node's."""

    @property
    def command(self) -> list[str]:
        return ["node", "frontend/server/index.js"]


@dataclass(frozen=True)
class Group:
    """Processes of one kind; a process is told its own port under ``setting``, and is found at the balancer's."""

    name: str
    kind: type[Service]
    module: str
    setting: str
    balanced: str

    def made(self, told: dict[str, str], folder: Path) -> list[Service]:
        ports = [free_port() for _ in range(EACH)]
        return [
            self.kind(self.module, port, told | {self.setting: str(port)}, folder / f"{self.module}-{n}.log")
            for n, port in enumerate(ports)
        ]


PAGES = Group("pages", Page, "page", "PORT", "FRONTEND_PORT")
TOOLS = Group("tools", Service, "mcp_server", "MCP_SERVER_PORT", "MCP_SERVER_PORT")
GATEWAYS = Group("gateways", Service, "gateway", "GATEWAY_PORT", "GATEWAY_PORT")


@dataclass(frozen=True)
class Replicas:
    """Everything that may die, and the balancer's ports, by the names that they have for ``make run``."""

    owner_url: str
    ports: dict[str, int]
    services: tuple[Service, ...]
    admin: int

    @property
    def gateway_url(self) -> str:
        return f"http://localhost:{self.ports['GATEWAY_PORT']}"

    def let_rest(self, gateway: str) -> None:
        """Send nothing new to the gateway of this name (``X-Served-By``), which goes on with what it does."""
        self._set(gateway, "drain")

    def let_work(self, gateway: str) -> None:
        self._set(gateway, "ready")

    def wait_until_all_work(self) -> None:
        """Return once the balancer knows that whoever was dead is back."""
        deadline = time.monotonic() + START_SECONDS
        while "DOWN" in self._asked("show stat"):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _set(self, gateway: str, state: str) -> None:
        assert not self._asked(f"set server {GATEWAYS.name}/{gateway} state {state}").strip()

    def _asked(self, command: str) -> str:
        """Return what the balancer says to a command."""
        with socket.create_connection(("127.0.0.1", self.admin), timeout=5) as balancer, balancer.makefile() as said:
            balancer.sendall(f"{command}\n".encode())
            return said.read()


@contextmanager
def running_replicas(issuer: Issuer | None = None, **settings: str) -> Iterator[Replicas]:
    """Start everything on free ports; ``settings`` are those that ``make run`` takes, too.

    With an issuer there is no page: people are whom it signs for.
    """
    with ExitStack() as running:
        folder = running.enter_context(open_folder())
        owner_url, told, ports = _told(running, issuer, settings)
        pages = [] if issuer else PAGES.made(told.frontend, folder)
        tools, gateways = TOOLS.made(told.mcp_server, folder), GATEWAYS.made(told.gateway, folder)
        groups = {PAGES: pages, TOOLS: tools, GATEWAYS: gateways}
        admin = free_port()
        running.enter_context(_balancer(folder, {kind: made for kind, made in groups.items() if made}, ports, admin))
        services = (*pages, *tools, *gateways)
        for service in services:
            running.callback(service.stop)
        start_together(pages + tools)
        if pages:  # a gateway that finds no keys asks again only after a while
            _wait_until_ready(ports[PAGES.balanced])
        start_together(gateways)
        _wait_until_ready(ports[GATEWAYS.balanced])
        yield Replicas(owner_url, ports, services, admin)


def _told(
    running: ExitStack, issuer: Issuer | None, settings: dict[str, str]
) -> tuple[str, Environments, dict[str, int]]:
    """Make the database, and return its owner's address, what each process is told, and the balancer's ports."""
    postgres = running.enter_context(embedded_postgres())
    keys, ports = _keys(), {name: free_port() for name in PORTS}
    pooled = running.enter_context(transaction_pooler(migrated(postgres)))
    chosen = {**settings, "MCP_SERVER_DATABASE_URL": pooled, "MCP_SERVER_DATABASE_POOLED": "true"}
    if issuer is None:
        chosen["AUTH_DATABASE_URL"] = _sign_in(running, postgres.url, keys, ports)
    else:
        chosen |= {"GATEWAY_JWT_ISSUER": issuer.url, "GATEWAY_JWKS_URL": issuer.jwks_url}
        chosen |= {"MCP_SERVER_AUTH_ISSUER": issuer.url, "MCP_SERVER_AUTH_JWKS_URL": issuer.jwks_url}
    return postgres.url, environments(chosen, keys, ports, postgres.url), ports


def _keys() -> Keys:
    """What `make run` makes once, and needs another process for."""
    passwords, key = [secrets.token_urlsafe(48) for _ in range(5)], SigningKey()
    return Keys(*passwords, assertion_key=key.pem, assertion_key_id=key.kid, assertion_public_keys=key.jwks)


def _sign_in(running: ExitStack, owner_url: str, keys: Keys, ports: dict[str, int]) -> str:
    """Migrate the sign-in service's own schema, and return its pooled address."""
    direct = with_login(owner_url, "remit_auth", keys.auth_password)
    told = environments({"AUTH_DATABASE_URL": direct}, keys, ports, owner_url).frontend
    done = migrate_sign_in(told | {"DATABASE_URL": owner_url})
    assert done.returncode == 0, done.stderr
    return running.enter_context(transaction_pooler(direct))


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code != httpx2.codes.OK:
        assert time.monotonic() < deadline, f"nothing behind port {port} became ready"
        time.sleep(0.05)


@contextmanager
def _balancer(folder: Path, groups: dict[Group, list[Service]], ports: dict[str, int], admin: int) -> Iterator[None]:
    assert PROGRAM, "HAProxy is not installed"
    file, log = folder / "haproxy.cfg", folder / "haproxy.log"
    listening = (
        LISTENING.format(
            name=group.name,
            port=ports[group.balanced],
            servers="\n".join(f"  server {n} 127.0.0.1:{one.port}" for n, one in enumerate(services)),
        )
        for group, services in groups.items()
    )
    file.write_text(SETTINGS.format(admin=admin) + "".join(listening))
    with log.open("wb") as out:
        balancer = subprocess.Popen([PROGRAM, "-db", "-f", file], stdout=out, stderr=out)
    try:
        for group in groups:
            wait_until_it_listens(balancer, ports[group.balanced], log)
        yield
    finally:
        balancer.terminate()
        balancer.wait(10)
