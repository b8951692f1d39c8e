"""A door opens to its own tokens, and to nothing that only resembles one."""

import json
from itertools import chain
from pathlib import Path

import httpx2
import pytest

from tests.mcp_server.client import Caller
from tests.mcp_server.tokens import Mint, bad_assertions, bad_tokens, gateway_mint, people_mint
from tests.services import (
    GATEWAY_ISSUER,
    Issuer,
    Service,
    SigningKey,
    assertion,
    free_port,
)

FEWEST = 75


@pytest.fixture
def mints(mcp_server: Service, issuer: Issuer, gateway_key: SigningKey, user_id: str) -> dict[str, Mint]:
    people = people_mint(issuer.key.private, issuer.key.kid, mcp_server.url, issuer.url, user_id)
    gateway = gateway_mint(gateway_key.private, gateway_key.kid, mcp_server.url, GATEWAY_ISSUER, user_id)
    return {"mcp": people, "gateway": gateway}


def status(url: str, authorization: str) -> int:
    """Say how the door answers a request that would otherwise be served."""
    return Caller(url, "").post("tools/list", {}, Authorization=authorization).status_code


@pytest.mark.parametrize(
    ("door", "other"),
    [
        pytest.param("mcp", "gateway", marks=pytest.mark.requirement("001/FR-010")),
        pytest.param("gateway", "mcp", marks=pytest.mark.requirement("001/FR-011")),
    ],
)
def test_a_door_refuses_whatever_is_not_its_own_token(
    mcp_server: Service, mints: dict[str, Mint], door: str, other: str
) -> None:
    url, mint = f"{mcp_server.url}/{door}", mints[door]
    tokens = chain(bad_tokens(mint, mints[other]), bad_assertions(mint) if door == "gateway" else ())

    # Each is sent as soon as it is made: one that is not valid yet may be so a while later.
    answers = [(name, status(url, f"Bearer {token}")) for name, token in tokens]

    assert not [(name, answer) for name, answer in answers if answer != 401]
    assert len(answers) >= FEWEST
    assert status(url, f"Bearer {mint.token()}") == 200, "the control: a good token is served"


@pytest.mark.parametrize("door", ["mcp", "gateway"])
@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer", "Token ", "bearer  "])
def test_a_good_token_under_another_scheme_is_refused(
    mcp_server: Service, mints: dict[str, Mint], door: str, scheme: str
) -> None:
    assert status(f"{mcp_server.url}/{door}", scheme + mints[door].token()) == 401


@pytest.mark.parametrize("door", ["mcp", "gateway"])
def test_two_credentials_at_once_are_none(mcp_server: Service, mints: dict[str, Mint], door: str) -> None:
    token = f"Bearer {mints[door].token()}"
    headers = [("Authorization", token), ("Authorization", token), ("Accept", "application/json, text/event-stream")]

    assert httpx2.post(f"{mcp_server.url}/{door}", headers=headers, json={}).status_code == 401


def test_a_token_of_the_people_may_be_for_other_services_too(mcp_server: Service, mints: dict[str, Mint]) -> None:
    """Better Auth makes ``aud`` a list when ``openid`` is among the scopes."""
    mint = mints["mcp"]
    audiences = [mint.claims()["aud"], "https://page.example/userinfo"]

    assert status(f"{mcp_server.url}/mcp", f"Bearer {mint.token(claims={'aud': audiences})}") == 200


def test_every_refusal_says_the_same_to_the_caller(mcp_server: Service, mints: dict[str, Mint]) -> None:
    url = f"{mcp_server.url}/mcp"
    tokens = [token for _, token in bad_tokens(mints["mcp"], mints["gateway"])]

    answers = {Caller(url, "").post("tools/list", {}, Authorization=f"Bearer {token}").text for token in tokens[:20]}

    assert len(answers) == 1


def test_the_log_names_the_cause_and_holds_no_token(mcp_server: Service, mints: dict[str, Mint]) -> None:
    token = mints["gateway"].token(claims={"act": {"sub": "attacker"}})
    status(f"{mcp_server.url}/gateway", f"Bearer {token}")

    log = Path(mcp_server.log).read_text()
    assert '"reason":"actor"' in log
    assert token not in log
    assert token.split(".")[1] not in log


@pytest.mark.requirement("003/FR-010")
def test_two_keys_of_the_gateway_are_accepted_while_one_is_replaced(
    mcp_server: Service, gateway_key: SigningKey, logs: Path, user_id: str
) -> None:
    following, port = SigningKey(), free_port()
    own = {
        "MCP_SERVER_PORT": str(port),
        "MCP_SERVER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MCP_SERVER_ALLOWED_HOSTS": json.dumps([f"127.0.0.1:{port}"]),
        "MCP_SERVER_GATEWAY_PUBLIC_KEYS": json.dumps({"keys": [gateway_key.jwk, following.jwk]}),
    }
    environment = mcp_server.environment | own
    service = Service("mcp_server", port, environment, logs / "rotation.log")
    service.start()
    try:
        url = f"{service.url}/gateway"
        answers = [
            status(url, f"Bearer {assertion(key, url, user_id, 'tasks:read')}")
            for key in (gateway_key, following, SigningKey())
        ]
    finally:
        service.stop()

    assert answers == [200, 200, 401]
