"""A network path to the MCP server gives no identity: forged, expired, foreign and swapped credentials, both doors."""

import asyncio
import os
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from unittest.mock import patch

import httpx2
from mcp.server.auth.middleware.auth_context import get_access_token
from starlette.applications import Starlette

from mcp_server import caller
from mcp_server.app import compose
from mcp_server.settings import Settings
from shared import identity
from shared.identity import UserId
from tests.mcp_server.client import Caller
from tests.mcp_server.tokens import bad_assertions, bad_tokens, gateway_mint, people_mint
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import GATEWAY_ISSUER

AT_ONCE = 12
CONTROL_SHARE = 20
FEWEST_CONTROLS = 200
REFUSALS = ('"code":"not_permitted"', '"code":"invalid"')


@dataclass(frozen=True)
class Pair:
    """A credential, and the user that the call names."""

    kind: str
    door: str
    token: str
    named: str


def pairs(stage: Stage, url: str, chance: random.Random) -> Iterator[Pair]:
    """Yield every kind of bad credential, and good ones that name somebody else, for ever new users."""
    while True:
        user, other = (f"user-{uuid.UUID(int=chance.getrandbits(128)).hex}" for _ in range(2))
        people = people_mint(stage.issuer.key.private, stage.issuer.key.kid, url, stage.issuer.url, user)
        gateway = gateway_mint(stage.gateway_key.private, stage.gateway_key.kid, url, GATEWAY_ISSUER, user)
        of_gateway = [*bad_tokens(gateway, people), *bad_assertions(gateway)]
        of_people = list(bad_tokens(people, gateway))
        chance.shuffle(of_gateway)
        chance.shuffle(of_people)
        for (name, assertion), (other_name, access_token) in zip(of_gateway, of_people, strict=False):
            yield Pair(name, "gateway", assertion, chance.choice((user, other)))
            yield Pair("a good assertion, another user_id", "gateway", gateway.token(), other)
            yield Pair(other_name, "mcp", access_token, user)
        yield Pair("a good access token, another user_id", "mcp", people.token(), other)


async def _served(stage: Stage, url: str, tries: int, app: Starlette | None = None) -> Counter[str]:
    """Return how many were served, by kind; without ``app`` by the running server."""
    given = islice(pairs(stage, url, random.Random(tries)), tries)  # noqa: S311 - repeatable
    served: Counter[str] = Counter()

    async def work(http: httpx2.AsyncClient) -> None:
        for pair in given:
            called = Caller(f"{url}/{pair.door}", pair.token)
            request = called.request("tools/call", {"name": "find_tasks", "arguments": {"user_id": pair.named}})
            answer = await http.post(called.url, **request)
            told = answer.text.replace(" ", "")
            if answer.status_code != httpx2.codes.UNAUTHORIZED and not any(one in told for one in REFUSALS):
                served[pair.kind] += 1

    transport = None if app is None else httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(timeout=60, trust_env=False, transport=transport) as http:
        await asyncio.gather(*(work(http) for _ in range(AT_ONCE)))
    return served


async def _served_without_checks(stage: Stage, tries: int) -> Counter[str]:
    """Ask a server in this process whose checks are taken out: of signature, claims, and the named user."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(identity, "verified_payload", _unverified_payload))
        stack.enter_context(patch.object(identity, "check_claims", lambda *_: None))
        stack.enter_context(patch.object(caller, "acting_user", _whoever))
        stack.enter_context(patch.dict(os.environ, stage.mcp_server.environment))
        settings = Settings.model_validate({})
        app = compose(settings).app
        async with app.router.lifespan_context(app):
            return await _served(stage, settings.public_url, tries, app)


def _unverified_payload(token: str, *_: object) -> bytes:
    return identity.base64.urlsafe_b64decode(token.split(".")[1] + "==")


def _whoever(*_: object) -> UserId:
    token = get_access_token()
    assert token is not None
    return UserId(token.subject or "")


def run(stage: Stage, tries: int) -> Outcome:
    served = asyncio.run(_served(stage, stage.mcp_server.url, tries))
    control_tries = max(tries // CONTROL_SHARE, FEWEST_CONTROLS)
    without = asyncio.run(_served_without_checks(stage, control_tries))
    return Outcome(tries, {"served": served.total()}, control_tries, {"served": without.total()})


PROMISE = Promise(
    "forged-pairs",
    "Forged, expired, foreign and swapped assertions and access tokens are served at neither door.",
    "signature, claims and the named user not checked",
    10_000,
    run,
)
