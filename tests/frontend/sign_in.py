"""Starts the sign-in service on a database, and people who have an account there."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.services import GATEWAY_AUDIENCE, ROOT

FRONTEND = ROOT / "frontend"
START_SECONDS = 20
SECRET = secrets.token_urlsafe(48)
"""One for all of a session's tests: the signing keys in the database are encrypted with it."""


def settings(owner_url: str, auth_url: str, port: int, **changed: str | None) -> dict[str, str]:
    """What the service is told; a setting given as None is left out."""
    told: dict[str, str | None] = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "BETTER_AUTH_URL": f"http://localhost:{port}",
        "BETTER_AUTH_SECRET": SECRET,
        "AUTH_DATABASE_URL": auth_url,
        "DATABASE_URL": owner_url,
        "GATEWAY_PUBLIC_URL": "http://localhost:8000",
        "GATEWAY_JWT_AUDIENCE": GATEWAY_AUDIENCE,
        "MCP_PUBLIC_URL": "http://localhost:8001/mcp",
        **changed,
    }
    return {name: value for name, value in told.items() if value is not None}


def migrate(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run("server/migrate.js", environment)


def run(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one of the service's programs to its end."""
    return subprocess.run(
        ["node", script],
        cwd=FRONTEND,
        env=_system() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _system() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


@dataclass
class SignIn:
    """The running service."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def origin(self) -> str:
        return self.environment["BETTER_AUTH_URL"]

    def get(self, path: str, **request: Any) -> httpx2.Response:
        return httpx2.get(f"{self.url}{path}", **request)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
        return httpx2.post(f"{self.url}{path}", json=body, headers={"Origin": self.origin, **headers})


@contextmanager
def sign_in(environment: dict[str, str], log: Path, script: str | Path = "server/index.js") -> Iterator[SignIn]:
    """Start the service, or a program that serves it, until it answers: with wrong settings it is never ready."""
    with log.open("wb") as out:
        process = subprocess.Popen(["node", script], cwd=FRONTEND, env=_system() | environment, stdout=out, stderr=out)
    service = SignIn(environment, log, process)
    try:
        _wait(service)
        yield service
    finally:
        process.terminate()
        process.wait(10)


def _wait(service: SignIn) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            service.get("/healthz")
        except httpx2.TransportError:
            assert service.process.poll() is None, service.log.read_text()
            assert time.monotonic() < deadline, service.log.read_text()
            time.sleep(0.05)
        else:
            return


@dataclass
class Account:
    """Somebody who signed up, with the cookies of the session."""

    service: SignIn
    email: str = field(default_factory=lambda: f"{secrets.token_hex(8)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    client: httpx2.Client = field(init=False)
    user_id: str = field(init=False)

    def __post_init__(self) -> None:
        # The cookies belong to the page's own name; whoever asks by address sends them along anyway.
        self.client = httpx2.Client(base_url=self.service.url, headers={"Origin": self.service.origin})
        body = {"name": "Ada", "email": self.email, "password": self.password}
        answer = self.client.post("/api/auth/sign-up/email", json=body)
        assert answer.status_code == 200, answer.text
        self.user_id = answer.json()["user"]["id"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def token(self) -> str:
        return str(self.client.get("/api/auth/token").json()["token"])
