"""The whole product on one database, with the real sign-in service; it can be started again on another database."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2

from tests.frontend.sign_in import Account, SignIn, migrate as migrate_sign_in, settings, sign_in
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    free_port,
    gateway_environment,
    mcp_server_environment,
    migrate,
)


@dataclass(frozen=True)
class Installation:
    """What stays when the database is another: addresses, keys and passwords."""

    page_port: int = field(default_factory=free_port)
    mcp_port: int = field(default_factory=free_port)
    gateway_port: int = field(default_factory=free_port)
    key: SigningKey = field(default_factory=SigningKey)
    app_password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    auth_password: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    def app_url(self, owner_url: str) -> str:
        return _as_role(owner_url, "remit_app", self.app_password)

    def migrate(self, owner_url: str) -> None:
        migrate(owner_url, self.app_url(owner_url))
        done = migrate_sign_in(self._page(owner_url))
        assert done.returncode == 0, done.stderr

    @contextmanager
    def running(self, owner_url: str, folder: Path) -> Iterator[SignIn]:
        """Start the three services on a migrated database."""
        page = f"http://localhost:{self.page_port}/api/auth"
        issuer = cast("Issuer", SimpleNamespace(url=page, jwks_url=f"http://127.0.0.1:{self.page_port}/api/auth/jwks"))
        tools = mcp_server_environment(self.app_url(owner_url), issuer, self.key, self.mcp_port)
        chat = gateway_environment(f"http://127.0.0.1:{self.mcp_port}/gateway", issuer, self.key, self.gateway_port)
        with ExitStack() as running:
            service = running.enter_context(sign_in(self._page(owner_url), folder / "page.log"))
            processes = (
                Service("mcp_server", self.mcp_port, tools, folder / "mcp_server.log"),
                Service("gateway", self.gateway_port, chat, folder / "gateway.log"),
            )
            for process in processes:
                running.callback(process.stop)
            with ThreadPoolExecutor() as at_once:
                list(at_once.map(Service.start, processes))
            yield service

    def say(self, account: Account, message: str, conversation_id: str = "") -> dict[str, Any]:
        """Say something as a person who is signed in."""
        told = {"conversation_id": conversation_id} if conversation_id else {}
        answer = httpx2.post(
            f"{self.gateway}/api/{account.user_id}/chat",
            json={"message": message, **told},
            headers={"Authorization": f"Bearer {account.token()}"},
            timeout=60,
        )
        assert answer.status_code == httpx2.codes.OK, answer.text
        return cast("dict[str, Any]", answer.json())

    def _page(self, owner_url: str) -> dict[str, str]:
        return settings(owner_url, _as_role(owner_url, "remit_auth", self.auth_password), self.page_port)


def _as_role(owner_url: str, role: str, password: str) -> str:
    parts = urlsplit(owner_url)
    return parts._replace(netloc=f"{role}:{password}@{parts.netloc.rsplit('@', 1)[1]}").geturl()
