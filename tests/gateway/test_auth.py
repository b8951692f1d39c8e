"""Nothing runs without a verified user: every route, every class of bad token."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import jwt
import pytest
from agents.testing import ScriptedModel
from fastapi.routing import iter_route_contexts

from gateway.app import create_gateway
from gateway.auth import VerifiedRoute
from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import ORIGIN, Person, Started, Wire, chatkit_message, settings_of
from tests.mcp_server.tokens import Mint, bad_tokens, people_mint
from tests.services import GATEWAY_AUDIENCE, ROOT, Issuer, SigningKey, free_port

pytestmark = pytest.mark.anyio

GOOD_HERE = {
    "header type missing",
    "header type JWT",
    "claim audience the origin",
    "claim audience of the gateway's own users",
}
"""What is wrong with a token for the MCP server, and right with one for the gateway."""

ROUTES = (
    ("GET", "/api/me", None),
    ("POST", "/api/{user_id}/chat", {"message": "add buy milk"}),
    ("POST", "/api/{user_id}/chatkit", chatkit_message("add buy milk")),
    ("POST", "/api/{user_id}/stop", {"idempotency_key": "k"}),
    ("GET", "/api/{user_id}/conversations", None),
    ("GET", "/api/{user_id}/conversations/{conversation_id}", None),
    ("GET", "/api/{user_id}/tasks", None),
    ("POST", "/api/{user_id}/tasks/actions", {"action": "undo", "undo_token": "c1"}),
    ("GET", "/api/{user_id}/settings", None),
    ("PATCH", "/api/{user_id}/settings", {"time_zone": "UTC"}),
    ("GET", "/api/{user_id}/export", None),
    ("DELETE", "/api/{user_id}/data", None),
)
CONVERSATION = "7f1d1f0e-0000-4000-8000-000000000000"


def page_mint(issuer: Issuer, user_id: str) -> Mint:
    def claims() -> dict[str, Any]:
        now = int(time.time())
        own = {"iss": issuer.url, "aud": GATEWAY_AUDIENCE, "client_id": "page", "scope": ""}
        return {**own, "sub": user_id, "iat": now, "exp": now + 900}

    return Mint(issuer.key.private, issuer.key.kid, "JWT", claims)


def bad_headers(issuer: Issuer, user_id: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield what is wrong, and the headers of the request."""
    mint = page_mint(issuer, user_id)
    good = mint.token()
    yield "no header", []
    yield "an empty header", [("Authorization", "")]
    yield "no scheme", [("Authorization", good)]
    yield "another scheme", [("Authorization", f"Basic {good}")]
    yield "a scheme alone", [("Authorization", "Bearer")]
    yield "two headers", [("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")]
    yield "two tokens", [("Authorization", f"Bearer {good} {good}")]
    yield "in a cookie", [("Cookie", f"token={good}")]
    access_token = issuer.access_token(user_id, "http://localhost:8001/mcp")
    yield "an access token of the same issuer", [("Authorization", f"Bearer {access_token}")]
    yield (
        "an identity token for an OAuth client",
        [("Authorization", f"Bearer {mint.token(claims={'aud': 'client-1'})}")],
    )
    for name, token in bad_tokens(mint, stranger_mint(user_id)):
        if name not in GOOD_HERE:
            yield name, [("Authorization", f"Bearer {token}")]


def stranger_mint(user_id: str) -> Mint:
    key = SigningKey()
    return people_mint(key.private, key.kid, "http://localhost:8001", "http://localhost:3000/api/auth", user_id)


async def send(http: httpx2.AsyncClient, started: Started, route: Any, user_id: str, headers: Any) -> httpx2.Response:
    method, path, body = route
    address = started.url + path.format(user_id=user_id, conversation_id=CONVERSATION)
    return await http.request(method, address, json=body, headers=[*headers, ("Origin", ORIGIN)])


def test_every_route_but_health_verifies_its_user_and_is_in_this_test(environment: dict[str, str]) -> None:
    routes = list(iter_route_contexts(create_gateway(settings_of(environment)).app.routes))
    verified = [one for one in routes if isinstance(one.original_route, VerifiedRoute)]

    assert {one.path for one in routes if one not in verified} == {"/healthz", "/readyz"}
    walked = {(method, one.path) for one in verified for method in one.methods or ()}
    assert walked == {(method, path) for method, path, _ in ROUTES}


def test_every_route_is_in_the_contract() -> None:
    contract = (ROOT / "specs" / "001-first-light" / "contracts" / "gateway-http.md").read_text("utf-8")

    assert [f"{method} {path}" for method, path, _ in ROUTES if f"`{method} {path}`" not in contract] == []


@pytest.mark.requirement("001/FR-030")
@pytest.mark.requirement("003/SC-002")
@pytest.mark.requirement("001/FR-032")
async def test_no_bad_token_reaches_a_model_or_a_tool(start: Start, wire: Wire, issuer: Issuer, user_id: str) -> None:
    model = ScriptedModel()
    started = await start(model)
    answers: set[tuple[int, str, str]] = set()
    tried = 0

    async with httpx2.AsyncClient() as http:
        for route in ROUTES:
            for name, headers in bad_headers(issuer, user_id):
                answer = await send(http, started, route, user_id, headers)
                assert answer.status_code == 401, (name, route[1], answer.status_code)
                answers.add((answer.status_code, answer.text, answer.headers["www-authenticate"]))
                tried += 1

    assert tried > 400
    assert answers == {(401, '{"code":"unauthenticated","message":"Sign in first."}', 'Bearer error="invalid_token"')}
    assert (model.calls, wire.asked) == ((), [])


@pytest.mark.requirement("001/FR-032")
async def test_the_good_token_beside_the_bad_ones_is_served(start: Start, issuer: Issuer, user_id: str) -> None:
    """The negative control: what the classes above are made from passes, and so do the classes that are good here."""
    started = await start()
    mint = page_mint(issuer, user_id)
    good = [mint.token(), issuer.gateway_token(user_id)]
    good += [token for name, token in bad_tokens(mint, stranger_mint(user_id)) if name in GOOD_HERE]

    async with httpx2.AsyncClient() as http:
        for token in good:
            answer = await http.get(f"{started.url}/api/me", headers={"Authorization": f"bearer {token}"})
            assert (answer.status_code, answer.json()["user_id"]) == (200, user_id)


@pytest.mark.requirement("001/FR-030")
@pytest.mark.requirement("003/SC-002")
async def test_the_token_is_checked_before_the_body_is_read(start: Start, user_id: str) -> None:
    started = await start()
    async with httpx2.AsyncClient() as http:
        for body in (b"{", b"x" * 100_000):
            address = f"{started.url}/api/{user_id}/chat"
            answer = await http.post(address, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 401


@pytest.mark.requirement("001/FR-031")
@pytest.mark.parametrize("other", ["user-another", "USER", "%00", "..", "*", "undefined"])
async def test_another_users_address_is_forbidden(
    start: Start, wire: Wire, issuer: Issuer, user_id: str, other: str
) -> None:
    model = ScriptedModel()
    started = await start(model)
    headers = [("Authorization", f"Bearer {issuer.gateway_token(user_id)}")]

    async with httpx2.AsyncClient() as http:
        answers = [await send(http, started, route, other, headers) for route in ROUTES if "{user_id}" in route[1]]

    expected = 404 if other == ".." else 403  # a client resolves the dots itself: no such address
    assert {answer.status_code for answer in answers} == {expected}
    assert (model.calls, wire.asked) == ((), [])


@pytest.mark.requirement("001/FR-032")
async def test_keys_that_never_loaded_are_503_and_never_401(start: Start, meet: Meet) -> None:
    ann = meet(await start(GATEWAY_JWKS_URL=f"http://127.0.0.1:{free_port()}/jwks"))

    answer = await ann.post("chat", {"message": "hello"})

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) >= 1
    ready = await ann.http.get(f"{ann.url}/readyz")
    assert (ready.status_code, ready.json()["sign_in_keys"]) == (503, False)
    assert (await ann.http.get(f"{ann.url}/healthz")).status_code == 200


async def test_keys_are_fetched_at_the_start_and_not_for_each_request(start: Start, meet: Meet, issuer: Issuer) -> None:
    before = issuer.requests
    ann = meet(await start())

    for _ in range(20):
        assert (await ann.http.get(f"{ann.url}/api/me", headers=ann.headers)).status_code == 200

    assert issuer.requests == before + 1


async def test_a_sign_in_service_that_starts_later_is_found(start: Start, meet: Meet, issuer: Issuer) -> None:
    late = Late(issuer)
    ann = meet(await start(GATEWAY_JWKS_URL=late.url))
    assert (await ann.http.get(f"{ann.url}/api/me", headers=ann.headers)).status_code == 503

    async with late.open(), asyncio.timeout(10):
        while (await ann.http.get(f"{ann.url}/readyz")).status_code != 200:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.1)
        assert (await ann.http.get(f"{ann.url}/api/me", headers=ann.headers)).status_code == 200


class Late:
    """The issuer's keys, at an address where nothing listens yet."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}/jwks"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = self._issuer.key.jwks.encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", self._port):
            yield


SECRET = "a-secret-for-this-test-only-7Hq2xVbZpK9wLmN4"
HS256 = {
    "GATEWAY_AUTH_MODE": "hs256",
    "GATEWAY_JWKS_URL": "",
    "GATEWAY_HS256_SECRET": SECRET,
    "GATEWAY_USER_ID_CLAIMS": '["sub", "user_id"]',
}


def hs256(issuer: Issuer, *, secret: str = SECRET, **claims: Any) -> str:
    now = int(time.time())
    body = {"iss": issuer.url, "aud": GATEWAY_AUDIENCE, "iat": now, "exp": now + 900, **claims}
    return jwt.encode(body, secret, "HS256")


@pytest.mark.requirement("001/FR-032")
async def test_hs256_mode_takes_the_listed_claims_while_they_agree(
    start: Start, meet: Meet, issuer: Issuer, user_id: str
) -> None:
    ann = meet(await start(**HS256))
    served = [hs256(issuer, sub=user_id), hs256(issuer, user_id=user_id), hs256(issuer, sub=user_id, user_id=user_id)]
    refused = [
        hs256(issuer, sub=user_id, user_id="another"),
        hs256(issuer, sub=user_id, userId="another"),
        hs256(issuer, userId=user_id),
        hs256(issuer, user_id=7),
        hs256(issuer, sub=user_id, secret=SECRET[:-1] + "5"),
        issuer.gateway_token(user_id),
    ]

    assert [await who(ann, token) for token in served] == [(200, user_id)] * len(served)
    assert [await who(ann, token) for token in refused] == [(401, None)] * len(refused)


@pytest.mark.requirement("001/FR-032")
async def test_jwks_mode_takes_no_hmac_made_with_the_public_key(
    start: Start, meet: Meet, issuer: Issuer, user_id: str
) -> None:
    ann = meet(await start())
    key = issuer.key
    public = key.private.public_key().public_bytes_raw()

    for secret in (public, key.jwk["x"].encode(), json.dumps(key.jwk).encode()):
        assert await who(ann, hmac_token(issuer, key, user_id, secret)) == (401, None)


def hmac_token(issuer: Issuer, key: SigningKey, user_id: str, secret: bytes) -> str:
    now = int(time.time())
    claims = {"iss": issuer.url, "aud": GATEWAY_AUDIENCE, "sub": user_id, "iat": now, "exp": now + 900}
    parts = ({"alg": "HS256", "kid": key.kid}, claims)
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


async def who(person: Person, token: str) -> tuple[int, str | None]:
    answer = await person.http.get(f"{person.url}/api/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("user_id")
