"""The real parts that tests talk to: a database, an issuer of tokens, and the product's own processes."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local.install import postgres_binaries
from local.postgres import Postgres

ROOT = Path(__file__).parent.parent
START_SECONDS = 30
PATIENCE_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition that another process brings about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that the account of the embedded PostgreSQL may enter."""
    folder = Path(tempfile.mkdtemp(prefix="remit-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def embedded_postgres() -> Iterator[Postgres]:
    with open_folder() as folder:
        postgres = Postgres(folder / "data", free_port(), secrets.token_urlsafe(24), postgres_binaries(sys.prefix))
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()


def migrated(postgres: Postgres) -> str:
    """Bring a database to the newest schema, and return its address as the serving role reaches it."""
    address = urlsplit(postgres.url).netloc.rsplit("@", 1)[1]
    app_url = f"postgresql://remit_app:{secrets.token_urlsafe(24)}@{address}/postgres"
    migrate(postgres.url, app_url)
    return app_url


@dataclass
class SigningKey:
    """An Ed25519 key pair with its ``kid``."""

    kid: str = field(default_factory=lambda: uuid.uuid4().hex)
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def pem(self) -> str:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def jwk(self) -> dict[str, Any]:
        public = jwt.algorithms.OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.kid, "alg": "EdDSA"}

    @property
    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk]})

    def sign(self, claims: dict[str, Any], *, typ: str | None = None, **header: Any) -> str:
        headers = {"kid": self.kid, "typ": typ, **header}
        return jwt.encode(claims, self.private, "EdDSA", headers=headers)


class Issuer:
    """Signs tokens as the sign-in service does, and publishes its key over HTTP."""

    def __init__(self) -> None:
        self.key = SigningKey()
        self.requests = 0
        issuer = self

        class Jwks(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests += 1
                body = issuer.key.jwks.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Jwks)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/auth"
        self.jwks_url = f"{self.url}/jwks"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def gateway_token(self, user_id: str, **claims: Any) -> str:
        """The page's token for the gateway; a claim given as None is left out."""
        return self.key.sign(self._claims(user_id, GATEWAY_AUDIENCE, 900, claims))

    def access_token(self, user_id: str, audience: str, scope: str = "tasks:read tasks:write", **claims: Any) -> str:
        """An OAuth access token for an MCP client."""
        own = {"client_id": "client-1", "azp": "client-1", "scope": scope, "jti": uuid.uuid4().hex}
        return self.key.sign(self._claims(user_id, audience, 3600, own | claims), typ="at+jwt")

    def _claims(self, user_id: str, audience: str, life: int, more: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.url, "aud": audience, "sub": user_id, "iat": now, "exp": now + life, **more}
        return {name: value for name, value in claims.items() if value is not None}


GATEWAY_AUDIENCE = "remit-gateway"
GATEWAY_ISSUER = "remit-gateway"


@dataclass
class Service:
    """One of the product's processes, as ``python -m module`` runs it."""

    module: str
    port: int
    environment: dict[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", self.module]

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=kept | self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"{self.module} did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> int:
        """End it with SIGTERM and return its exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        status = self._process.wait(40)
        self._process = None
        return status

    def kill(self) -> None:
        """End it with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def _answers(self) -> bool:
        """Ask without httpx2, which would load every certificate of this machine each time."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        with closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == HTTPStatus.OK
            except (OSError, HTTPException):
                return False


def migrate(owner_url: str, app_url: str, revision: str = "head") -> None:
    """Bring the product's schema to a revision, as ``make run`` does."""
    environment = {**os.environ, "DATABASE_URL": owner_url, "MCP_SERVER_DATABASE_URL": app_url}
    command = [sys.executable, "-m", "alembic", "upgrade", revision]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def mcp_server_environment(app_url: str, issuer: Issuer, gateway_key: SigningKey, port: int) -> dict[str, str]:
    return {
        "MCP_SERVER_HOST": "127.0.0.1",
        "MCP_SERVER_PORT": str(port),
        "MCP_SERVER_DATABASE_URL": app_url,
        "MCP_SERVER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MCP_SERVER_AUTH_ISSUER": issuer.url,
        "MCP_SERVER_AUTH_JWKS_URL": issuer.jwks_url,
        "MCP_SERVER_GATEWAY_ISSUER": GATEWAY_ISSUER,
        "MCP_SERVER_GATEWAY_PUBLIC_KEYS": gateway_key.jwks,
        "MCP_SERVER_ALLOWED_HOSTS": json.dumps([f"localhost:{port}"]),
        "MCP_SERVER_ALLOWED_ORIGINS": "[]",
        "MCP_SERVER_REQUEST_STATE_KEY": secrets.token_urlsafe(48),
        "MCP_SERVER_TURNS_AT_ONCE": "1000",  # a test says more in a second than a person does in an hour
    }


def gateway_environment(mcp_url: str, issuer: Issuer, gateway_key: SigningKey, port: int) -> dict[str, str]:
    return {
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "GATEWAY_AUTH_MODE": "jwks",
        "GATEWAY_JWT_ISSUER": issuer.url,
        "GATEWAY_JWT_AUDIENCE": GATEWAY_AUDIENCE,
        "GATEWAY_JWKS_URL": issuer.jwks_url,
        "GATEWAY_CORS_ORIGINS": json.dumps(["http://localhost:3000"]),
        "GATEWAY_MCP_URL": mcp_url,
        "GATEWAY_MCP_AUDIENCE": mcp_url,
        "GATEWAY_ASSERTION_ISSUER": GATEWAY_ISSUER,
        "GATEWAY_ASSERTION_KEY": gateway_key.pem,
        "GATEWAY_ASSERTION_KEY_ID": gateway_key.kid,
        "GATEWAY_REQUESTS_AT_ONCE": "100000",  # as above
    }


def assertion(gateway_key: SigningKey, audience: str, user_id: str, scope: str, **claims: Any) -> str:
    """An on-behalf-of assertion as the gateway mints it; a claim given as None is left out."""
    now = int(time.time())
    body = {
        "iss": GATEWAY_ISSUER,
        "aud": audience,
        "sub": user_id,
        "act": {"sub": "gateway"},
        "client_id": "gateway",
        "scope": scope,
        "iat": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
        **claims,
    }
    return gateway_key.sign({name: value for name, value in body.items() if value is not None}, typ="obo+jwt")
