"""Fixtures of the gateway's tests: gateways in the test process, and the people who use them."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import httpx2
import pytest
from agents import Model

from gateway import room
from tests.gateway.serving import Person, Started, Wire, gateway_of
from tests.services import Issuer, Service, SigningKey, gateway_environment

Start: TypeAlias = Callable[..., Awaitable[Started]]
Meet: TypeAlias = Callable[[Started], Person]


@pytest.fixture
def environment(mcp_server: Service, issuer: Issuer, gateway_key: SigningKey) -> dict[str, str]:
    return gateway_environment(f"{mcp_server.url}/gateway", issuer, gateway_key, 1)


@pytest.fixture
def wire(mcp_server: Service) -> Wire:
    """What the gateways of this test send to the MCP server."""
    return Wire(f"{mcp_server.url}/gateway")


@pytest.fixture
async def start(environment: dict[str, str], wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Start a gateway: with a model, without one the offline assistant, and with any setting changed."""
    monkeypatch.setattr(room, "LATE_SECONDS", math.inf)  # a test's own work, in the same loop, makes it late
    async with AsyncExitStack() as stack:
        told = environment | {"GATEWAY_MCP_URL": await stack.enter_async_context(wire.open())}

        async def start(model: Model | None = None, **changed: str) -> Started:
            return await stack.enter_async_context(gateway_of(told | changed, model))

        yield start


@pytest.fixture
async def meet(issuer: Issuer, user_id: str) -> AsyncIterator[Meet]:
    """Return the person of this test, at a gateway."""
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        yield lambda started: Person(started.url, user_id, issuer.gateway_token(user_id), http)
