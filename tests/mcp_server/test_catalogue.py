"""A tool cannot be offered without deciding who may call it, and cannot run for anyone but the token's user."""

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import MISSING, fields
from typing import Any, cast

import httpx2
import pytest
from pydantic import BaseModel

from mcp_server import caller as caller_module
from mcp_server.caller import Door
from mcp_server.doors import Frame, door_app, door_server, sign_in
from mcp_server.server import DoorServer
from mcp_server.tools import BOTH, READS, Offer
from shared.contract import Scope, TaskTool
from shared.identity import TokenRules, UserId, Verifier
from shared.keys import StaticKeys, load_key
from tests.mcp_server.client import Caller
from tests.services import GATEWAY_ISSUER, SigningKey, assertion

pytestmark = pytest.mark.anyio

ORIGIN = "http://remit.test"
GATEWAY_URL = f"{ORIGIN}/gateway"
SECRET = "4111-secret-1111"


class Told(BaseModel):
    user: str


async def freely(_user: UserId, _client: str) -> None:
    """Let every call go on."""


async def whoami(user: UserId) -> Told:
    """Say for whom the call acts."""
    return Told(user=user)


async def crash(user: UserId) -> Told:
    """Fail in a way that nobody foresaw."""
    raise RuntimeError(f"{SECRET} of {user}")


def offer(run: Any) -> Offer:
    return Offer(TaskTool.GET_CONTEXT, "Test", run, BOTH, Scope.TASKS_READ, READS)


def gateway_server(offers: Iterable[Offer], frame: Frame, verifier: Verifier) -> DoorServer:
    by_assertion = sign_in(Door.GATEWAY, frame, issuer=ORIGIN, verifier=verifier)
    return door_server(Door.GATEWAY, offers, request_state_key="k" * 32, admit=freely, **by_assertion)


@asynccontextmanager
async def served(offers: Iterable[Offer], key: SigningKey) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve tools at a real gateway door, in this process."""
    frame = Frame(ORIGIN, ["remit.test"], [])
    rules = TokenRules("EdDSA", GATEWAY_ISSUER, GATEWAY_URL, frozenset({"obo+jwt"}), single_audience=True)
    verifier = Verifier(rules, StaticKeys({key.kid: load_key(key.jwk, "EdDSA")}))
    server = gateway_server(offers, frame, verifier)
    app = door_app(server, Door.GATEWAY, frame)
    async with server.session_manager.run(), httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as client:
        yield client


async def call(client: httpx2.AsyncClient, key: SigningKey, user_id: str) -> dict[str, Any]:
    one = Caller(GATEWAY_URL, assertion(key, GATEWAY_URL, "alice", "tasks:read"))
    params = {"name": TaskTool.GET_CONTEXT, "arguments": {"user_id": user_id}}
    answer = await client.post(GATEWAY_URL, **one.request("tools/call", params))
    return cast("dict[str, Any]", answer.json()["result"])


@pytest.mark.requirement("001/FR-011")
async def test_a_tool_runs_for_the_tokens_user(gateway_key: SigningKey) -> None:
    async with served([offer(whoami)], gateway_key) as client:
        result = await call(client, gateway_key, "alice")
        refused = await call(client, gateway_key, "bob")

    assert result["structuredContent"] == {"user": "alice"}
    assert refused["_meta"]["remit/error"]["code"] == "not_permitted"


async def test_without_the_check_the_probe_above_would_find_the_leak(
    gateway_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same call against a build that believes the argument."""
    monkeypatch.setattr(caller_module, "acting_user", lambda _door, _scope, named: UserId(named))

    async with served([offer(whoami)], gateway_key) as client:
        assert (await call(client, gateway_key, "bob"))["structuredContent"] == {"user": "bob"}


@pytest.mark.requirement("001/FR-021")
async def test_what_nobody_foresaw_is_told_to_the_log_alone(
    gateway_key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with served([offer(crash)], gateway_key) as client:
            result = await call(client, gateway_key, "alice")

    assert result["_meta"]["remit/error"]["code"] == "internal"
    assert SECRET not in str(result)
    assert SECRET in caplog.text


async def anybodys(user_id: str) -> Told:
    """Believe what was sent."""
    return Told(user=user_id)


async def twofold(user: UserId, user_id: str) -> Told:
    """Ask a second time who the user is."""
    return Told(user=user_id or user)


@pytest.mark.parametrize("run", [anybodys, twofold])
def test_a_tool_that_could_take_a_user_from_its_arguments_is_not_served(run: Any) -> None:
    frame = Frame(ORIGIN, ["remit.test"], [])
    verifier = Verifier(TokenRules("EdDSA", GATEWAY_ISSUER, GATEWAY_URL), StaticKeys({}))

    with pytest.raises(TypeError, match="acting user"):
        gateway_server([offer(run)], frame, verifier)


def test_doors_and_scope_of_a_tool_have_no_default() -> None:
    assert all(field.default is MISSING and field.default_factory is MISSING for field in fields(Offer))
