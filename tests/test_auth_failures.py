"""Each service counts the identities that it refused, by reason, and says so in few lines that hold no token."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest

from shared.refusals import Refusal
from tests.mcp_server.client import Caller
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    assertion,
    free_port,
    gateway_environment,
    mcp_server_environment,
)

pytestmark = pytest.mark.requirement("003/FR-060")
TIMES = 3
Watched: TypeAlias = tuple[Service, int]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Start a service that serves its metrics, too."""
    started: list[Service] = []

    def run(module: str, environment: dict[str, str], port: int) -> Watched:
        metrics = free_port()
        environment = environment | {f"{module.upper()}_METRICS_PORT": str(metrics)}
        service = Service(module, port, environment, tmp_path / "log")
        service.start()
        started.append(service)
        return service, metrics

    yield run
    for service in started:
        service.stop()


@pytest.fixture
def served_url(app_url: str, owner_url: str) -> str:
    """The serving role's connection to the migrated database."""
    assert owner_url
    return app_url


def counted(metrics: int) -> Counter[str]:
    text = httpx2.get(f"http://127.0.0.1:{metrics}/metrics").text
    found = re.findall(r'^remit_auth_failures_total\{reason="(\w+)"\} ([0-9.]+)$', text, re.MULTILINE)
    assert {reason for reason, _ in found} == set(Refusal)
    return Counter({reason: int(float(count)) for reason, count in found if float(count)})


def logged(service: Service) -> dict[str, list[int]]:
    """Return the numbers of left-out lines, by reason."""
    found: dict[str, list[int]] = {}
    for line in service.log.read_text().splitlines():
        body: dict[str, Any] = json.loads(line)
        if body["event"] == "auth_failure":
            found.setdefault(body["reason"], []).append(body["suppressed"])
    return found


def assert_all_told(watched: Watched, tokens: dict[str, str], *more: str) -> None:
    """Every reason was counted as often as it happened, and logged once, without anything of a token."""
    service, metrics = watched
    reasons = [*tokens, *more]
    assert counted(metrics) == Counter(dict.fromkeys(reasons, TIMES))
    assert logged(service) == {reason: [0] for reason in reasons}
    text = service.log.read_text()
    assert not [part for token in tokens.values() for part in token.split(".") if len(part) > 8 and part in text]


def test_the_gateway_counts_and_logs_them(
    run: Callable[..., Watched], issuer: Issuer, gateway_key: SigningKey, user_id: str
) -> None:
    port, now = free_port(), int(time.time())
    watched = run("gateway", gateway_environment("http://127.0.0.1:9/gateway", issuer, gateway_key, port), port)
    good = issuer.gateway_token(user_id)
    tokens = {
        "shape": "not-a-token",
        "expired": issuer.gateway_token(user_id, iat=now - 900, exp=now - 60),
        "audience": issuer.gateway_token(user_id, aud="another"),
        "signature": good[:-8] + "AAAAAAAA",
        "kid_unknown": SigningKey().sign({"sub": user_id}),
        "identity_conflict": issuer.gateway_token(user_id, userId="another"),
    }

    for _ in range(TIMES):
        for token in tokens.values():
            assert ask(watched[0], "/api/me", token) == 401
        assert httpx2.get(f"{watched[0].url}/api/me").status_code == 401
        assert ask(watched[0], "/api/user-another/conversations", good) == 403
        assert ask(watched[0], "/api/me", good) == 200

    assert_all_told(watched, tokens, "no_single_bearer", "another_user")


def ask(service: Service, path: str, token: str) -> int:
    return httpx2.get(service.url + path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_the_mcp_server_counts_and_logs_them(
    run: Callable[..., Watched], served_url: str, issuer: Issuer, gateway_key: SigningKey, user_id: str
) -> None:
    port = free_port()
    watched = run("mcp_server", mcp_server_environment(served_url, issuer, gateway_key, port), port)
    people, gateway = (f"{watched[0].url}/{door}" for door in ("mcp", "gateway"))
    now = int(time.time())
    at_people = {
        "expired": issuer.access_token(user_id, people, iat=now - 3600, exp=now - 5),  # within the leeway
        "typ": issuer.gateway_token(user_id, aud=people),
        "machine_token": issuer.access_token("client-1", people),
        "claim_type": issuer.access_token(user_id, people, scope=7),  # type: ignore[arg-type]
    }
    at_gateway = {
        "actor": assertion(gateway_key, gateway, user_id, "tasks:read", act=None),
        "lifetime": assertion(gateway_key, gateway, user_id, "tasks:read", exp=now + 900),
    }
    good = assertion(gateway_key, gateway, user_id, "tasks:read")

    for _ in range(TIMES):
        for url, tokens in ((people, at_people), (gateway, at_gateway)):
            for token in tokens.values():
                assert Caller(url, token).post("tools/list", {}).status_code == 401
        assert Caller(people, "").post("tools/list", {}, Authorization="Basic eA==").status_code == 401
        assert Caller(gateway, good, {"user_id": "user-another"}).code("find_tasks") == "not_permitted"
        assert Caller(gateway, good, {"user_id": user_id}).ok("find_tasks")["tasks"] == []

    assert_all_told(watched, at_people | at_gateway, "no_single_bearer", "another_user")


def test_a_port_that_is_taken_is_named(
    issuer: Issuer, gateway_key: SigningKey, gateway: Service, tmp_path: Path
) -> None:
    environment = gateway_environment("http://127.0.0.1:9/gateway", issuer, gateway_key, free_port())
    told = environment | {"GATEWAY_METRICS_PORT": str(gateway.port)}

    with pytest.raises(AssertionError, match=f"GATEWAY_METRICS_PORT: 127.0.0.1:{gateway.port} cannot be listened on"):
        Service("gateway", int(environment["GATEWAY_PORT"]), told, tmp_path / "log").start()


def test_metrics_are_not_served_unless_they_are_asked_for(gateway: Service) -> None:
    assert httpx2.get(f"{gateway.url}/metrics").status_code == 404
