"""Callers of the running server, and its database without it; each test is a new user."""

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import pytest

from mcp_server.db.session import Database
from shared.contract import Scope
from tests.mcp_server.client import Caller
from tests.services import Issuer, Service, SigningKey, assertion

As: TypeAlias = Callable[..., Caller]
EVERY_SCOPE = " ".join(scope for scope in Scope if scope is not Scope.TASKS_CONFIRMED)


@pytest.fixture
async def database(owner_url: str, app_url: str) -> AsyncIterator[Database]:
    """Open the serving role's connections in this process."""
    assert owner_url
    opened = Database(app_url)
    yield opened
    await opened.close()


@pytest.fixture
def at_gateway(mcp_server: Service, gateway_key: SigningKey) -> As:
    """Make a caller at the gateway's door."""

    def caller(user_id: str, scope: str = EVERY_SCOPE) -> Caller:
        url = f"{mcp_server.url}/gateway"
        return Caller(url, assertion(gateway_key, url, user_id, scope), {"user_id": user_id})

    return caller


@pytest.fixture
def at_people(mcp_server: Service, issuer: Issuer) -> As:
    """Make a caller at the people's door."""

    def caller(user_id: str, scope: str = "tasks:read tasks:write") -> Caller:
        url = f"{mcp_server.url}/mcp"
        return Caller(url, issuer.access_token(user_id, url, scope))

    return caller


@pytest.fixture
def gateway_caller(at_gateway: As, user_id: str) -> Caller:
    return at_gateway(user_id)


@pytest.fixture
def person(at_people: As, user_id: str) -> Caller:
    return at_people(user_id)


@pytest.fixture(params=["people", "gateway"])
def anyone(request: pytest.FixtureRequest, at_people: As, at_gateway: As, user_id: str) -> Caller:
    """The same user, once at each door."""
    return at_people(user_id) if request.param == "people" else at_gateway(user_id)
