"""Each secret can be replaced while people work, and the old one is worth nothing afterwards."""

import json
import secrets
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt
import pytest

from gateway.app import create_gateway
from mcp_server.app import compose
from mcp_server.settings import Settings
from tests.frontend.sign_in import Account, SignIn, migrate, settings, sign_in
from tests.gateway.serving import serve, settings_of
from tests.mcp_server.database import command, own_database
from tests.services import (
    GATEWAY_AUDIENCE,
    Issuer,
    Service,
    SigningKey,
    free_port,
    gateway_environment,
    mcp_server_environment,
)

pytestmark = pytest.mark.anyio


def signed_in_again(account: Account, service: SignIn) -> httpx2.Response:
    """Sign in and ask for the page's token."""
    body = {"email": account.email, "password": account.password}
    with httpx2.Client(base_url=service.url, headers={"Origin": service.origin}) as client:
        assert client.post("/api/auth/sign-in/email", json=body).status_code == 200
        return client.get("/api/auth/token")


def key_of(answer: httpx2.Response) -> str:
    return str(jwt.get_unverified_header(answer.json()["token"])["kid"])


@pytest.mark.requirement("006/FR-041")
def test_the_sign_in_secret_is_replaced_and_every_token_still_verifies(
    owner_url: str, app_url: str, tmp_path: Path
) -> None:
    old, new, log = secrets.token_urlsafe(48), secrets.token_urlsafe(48), tmp_path / "log"
    with own_database(owner_url, app_url) as database:
        parts = urlsplit(database.owner)
        role = f"rotating:{secrets.token_urlsafe(24)}@{parts.netloc.rsplit('@', 1)[1]}"
        told = settings(database.owner, parts._replace(netloc=role).geturl(), free_port(), BETTER_AUTH_SECRET=old)
        assert migrate(told).returncode == 0
        with sign_in(told, log) as service:
            account = Account(service)
            first = key_of(signed_in_again(account, service))
        with sign_in(told | {"BETTER_AUTH_SECRET": new}, log) as service:  # the control: without the second one
            assert signed_in_again(account, service).status_code == 500

        both = told | {"BETTER_AUTH_SECRETS": f"2:{new},1:{old}"}
        with sign_in(both, log) as service, account:
            assert account.client.get("/api/auth/token").status_code == 401  # whoever was signed in signs in again
            assert key_of(signed_in_again(account, service)) == first
            command(database.owner, 'UPDATE auth.jwks SET "expiresAt" = now()')
            second = key_of(signed_in_again(account, service))
            published = {key["kid"] for key in service.get("/api/auth/jwks").json()["keys"]}
        assert second != first
        assert published == {first, second}

        alone = told | {"BETTER_AUTH_SECRET": new, "BETTER_AUTH_SECRETS": f"2:{new}"}
        with sign_in(alone, log) as service:
            assert key_of(signed_in_again(account, service)) == second


@pytest.mark.requirement("006/FR-041")
async def test_the_gateways_key_is_replaced_without_an_answer_lost(
    owner_url: str, app_url: str, issuer: Issuer, user_id: str
) -> None:
    assert owner_url
    old, new = SigningKey(), SigningKey()
    with_old, with_both, with_new = ([key.jwk for key in keys] for keys in ((old,), (old, new), (new,)))

    assert await said(app_url, issuer, user_id, with_old, old) == 200
    assert await said(app_url, issuer, user_id, with_both, old) == 200
    assert await said(app_url, issuer, user_id, with_both, new) == 200
    assert await said(app_url, issuer, user_id, with_new, new) == 200
    assert await said(app_url, issuer, user_id, with_new, old) == 500
    assert await said(app_url, issuer, user_id, with_old, new) == 500  # the control: the other order


async def said(app_url: str, issuer: Issuer, user_id: str, public: list[dict[str, Any]], key: SigningKey) -> int:
    """Say something through a gateway with this key to an MCP server that knows those, and return the status."""
    told = mcp_server_environment(app_url, issuer, key, free_port()) | {
        "MCP_SERVER_GATEWAY_PUBLIC_KEYS": json.dumps({"keys": public})
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        product = compose(Settings.model_validate({}))
    async with AsyncExitStack() as running:
        running.push_async_callback(product.database.close)
        inner = await running.enter_async_context(serve(_any_host(product.asgi, told["MCP_SERVER_PORT"])))
        chat = gateway_environment(f"{inner}/gateway", issuer, key, free_port()) | {
            "GATEWAY_MCP_AUDIENCE": f"{told['MCP_SERVER_PUBLIC_URL']}/gateway"
        }
        outer = await running.enter_async_context(serve(create_gateway(settings_of(chat)).asgi))
        http = await running.enter_async_context(httpx2.AsyncClient(timeout=30))
        headers = {"Authorization": f"Bearer {issuer.gateway_token(user_id)}"}
        answer = await http.post(f"{outer}/api/{user_id}/chat", json={"message": "hello"}, headers=headers)
    return answer.status_code


def _any_host(asgi: Any, port: str) -> Any:
    """The port is known only when it is served: let the server believe that it is the one it was told."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = {**scope, "headers": [*kept, (b"host", f"127.0.0.1:{port}".encode())]}
        await asgi(scope, receive, send)

    return served


@pytest.mark.requirement("006/FR-041")
async def test_the_shared_secret_is_replaced_while_tokens_of_both_are_served(
    mcp_server: Service, issuer: Issuer, gateway_key: SigningKey, user_id: str
) -> None:
    old, new = secrets.token_urlsafe(48), secrets.token_urlsafe(48)

    async def served(**chosen: str) -> list[int]:
        mode = {"GATEWAY_AUTH_MODE": "hs256", "GATEWAY_JWKS_URL": "", **chosen}
        told = gateway_environment(f"{mcp_server.url}/gateway", issuer, gateway_key, free_port()) | mode
        async with serve(create_gateway(settings_of(told)).asgi) as url, httpx2.AsyncClient() as http:
            tokens = (_shared(issuer, user_id, secret) for secret in (old, new, secrets.token_urlsafe(48)))
            answers = [await http.get(f"{url}/api/me", headers={"Authorization": f"Bearer {one}"}) for one in tokens]
        return [answer.status_code for answer in answers]

    assert await served(GATEWAY_HS256_SECRET=old) == [200, 401, 401]
    assert await served(GATEWAY_HS256_SECRET=new, GATEWAY_HS256_PREVIOUS_SECRET=old) == [200, 200, 401]
    assert await served(GATEWAY_HS256_SECRET=new) == [401, 200, 401]


def _shared(issuer: Issuer, user_id: str, secret: str) -> str:
    now = int(time.time())
    claims = {"iss": issuer.url, "aud": GATEWAY_AUDIENCE, "sub": user_id, "iat": now, "exp": now + 60}
    return jwt.encode(claims, secret, "HS256")
