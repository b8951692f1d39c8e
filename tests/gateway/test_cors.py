"""Every answer, errors included, carries the CORS headers of an allowed origin, and of no other."""

import re
from typing import Any

import httpx2
import pytest
from starlette.middleware.cors import CORSMiddleware

from gateway.app import create_gateway
from gateway.cors import preview_pattern
from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import ORIGIN, Person, chatkit_message, serve, settings_of
from tests.services import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("001/FR-035")]

HOSTILE = (
    "http://localhost:3001",
    "http://localhost:30000",
    "http://localhost",
    "https://localhost:3000",
    "http://localhost:3000.attacker.example",
    "http://localhost:3000@attacker.example",
    "http://attacker.example/http://localhost:3000",
    "http://attacker-localhost:3000",
    "http://LOCALHOST:3000",
    "http://localhost:3000/",
    "http://127.0.0.1:3000",
    "file://",
    "null",
    "*",
    "",
)
UNKNOWN = "7f1d1f0e-0000-4000-8000-000000000000"


def requests(ann: Person) -> dict[str, tuple[int, str, str, dict[str, Any]]]:
    """One request for each way in which the gateway answers: what is expected, method, path, options."""
    mine = f"/api/{ann.user_id}"
    signed: dict[str, Any] = {"headers": ann.headers}
    too_large = b"x" * 70_000
    return {
        "served": (200, "GET", "/api/me", signed),
        "health": (200, "GET", "/healthz", {}),
        "ready": (200, "GET", "/readyz", {}),
        "stream": (200, "POST", f"{mine}/chatkit", signed | {"json": chatkit_message("hello")}),
        "no token": (401, "GET", "/api/me", {}),
        "foreign user": (403, "GET", "/api/user-another/conversations", signed),
        "unknown route": (404, "GET", "/nowhere", {}),
        "unknown conversation": (404, "GET", f"{mine}/conversations/{UNKNOWN}", signed),
        "wrong method": (405, "DELETE", "/healthz", {}),
        "plain OPTIONS": (204, "OPTIONS", "/healthz", {}),
        "too large": (413, "POST", f"{mine}/chatkit", signed | {"content": too_large}),
        "no JSON": (422, "POST", f"{mine}/chatkit", signed | {"content": b"{"}),
        "wrong field": (422, "POST", f"{mine}/chat", signed | {"json": {"massage": "hello"}}),
    }


def assert_allowed(answer: httpx2.Response) -> None:
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-request-id"]


async def test_every_status_carries_the_headers(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    for name, (status, method, path, options) in requests(ann).items():
        headers = options.get("headers", {}) | {"Origin": ORIGIN}
        answer = await ann.http.request(method, ann.url + path, **options | {"headers": headers})
        assert answer.status_code == status, name
        assert_allowed(answer)
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {"retry-after", "x-request-id"} <= set(exposed.split(", "))


@pytest.mark.requirement("003/FR-033")
async def test_no_answer_is_kept_or_taken_for_anything_else(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    for name, (_, method, path, options) in requests(ann).items():
        answer = await ann.http.request(method, ann.url + path, **options)
        assert answer.headers.get_list("cache-control") == ["no-store"], name
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"], name


@pytest.mark.requirement("003/FR-033")
async def test_an_address_that_is_none_leads_nowhere_else(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    for path in ("/api/me/", f"/api/{ann.user_id}/tasks/"):
        answer = await ann.http.get(ann.url + path, headers=ann.headers | {"Host": "attacker.example"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "location" not in answer.headers


async def test_no_hostile_origin_gets_them(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    tried = 0

    for _, method, path, options in requests(ann).values():
        for origin in (*HOSTILE, None):
            headers = options.get("headers", {}) | {"Origin": origin}
            sent = {name: value for name, value in headers.items() if value is not None}
            answer = await ann.http.request(method, ann.url + path, **options | {"headers": sent})
            assert "access-control-allow-origin" not in answer.headers
            assert "Origin" in answer.headers["vary"]
            tried += 1

    assert tried >= 200


async def test_the_mcp_servers_absence_carries_them_too(start: Start, meet: Meet) -> None:
    ann = meet(await start(GATEWAY_MCP_URL=f"http://127.0.0.1:{free_port()}/gateway"))

    for answer in (await ann.post("chat", {"message": "hello"}), await ann.ask("threads.list")):
        assert answer.status_code == 503
        assert_allowed(answer)


async def test_an_unexpected_error_carries_them_and_reveals_nothing(environment: dict[str, str]) -> None:
    gateway = create_gateway(settings_of(environment))

    @gateway.app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("the password is hunter2")

    async with serve(gateway.asgi) as url, httpx2.AsyncClient() as http:
        answer = await http.get(f"{url}/boom", headers={"Origin": ORIGIN})

    assert answer.status_code == 500
    assert answer.json() == {"code": "internal", "message": "Something went wrong on our side. Try again."}
    assert_allowed(answer)


async def test_without_the_wrapper_an_unexpected_error_would_be_bare(environment: dict[str, str]) -> None:
    """The negative control: the same middleware inside the application misses exactly this answer."""
    app = create_gateway(settings_of(environment)).app

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError

    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])
    async with serve(app) as url, httpx2.AsyncClient() as http:
        answer = await http.get(f"{url}/boom", headers={"Origin": ORIGIN})

    assert answer.status_code == 500
    assert "access-control-allow-origin" not in answer.headers


PREVIEWS = ("https://remit-git-main-team.vercel.app", "https://remit-a1b2c3d4e-team.vercel.app")
NO_PREVIEWS = (
    "http://remit-git-main-team.vercel.app",
    "https://remit-git-main-team.vercel.app:8443",
    "https://remit-git-main-team.vercel.app.attacker.example",
    "https://remit-git-main-team.vercel.app\n.attacker.example",
    "https://attacker.example/remit-git-main-team.vercel.app",
    "https://remit-a1b2c3d4e-other.vercel.app",
    "https://other-a1b2c3d4e-team.vercel.app",
    "https://remit-a1b2c3d4-team.vercel.app",
    "https://REMIT-git-main-team.vercel.app",
    "https://remit-team.vercel.app",
    "https://x.remit-git-main-team.vercel.app",
    "https://remit-git-main-teamXvercel.app",
)


@pytest.mark.requirement("003/FR-031")
async def test_previews_of_the_one_project_are_admitted_and_only_where_they_are_configured(start: Start) -> None:
    with_previews, without = await start(GATEWAY_CORS_PREVIEW="remit/team"), await start()

    async def admitted(url: str, origin: str) -> bool:
        async with httpx2.AsyncClient() as http:
            answer = await http.options(f"{url}/api/me", headers=preflight(origin, "GET", "authorization"))
        return answer.headers.get("access-control-allow-origin") == origin

    assert all([await admitted(with_previews.url, origin) for origin in (*PREVIEWS, ORIGIN)])
    sendable = [origin for origin in NO_PREVIEWS if "\n" not in origin]  # no client can send the other one
    assert not any([await admitted(with_previews.url, origin) for origin in (*sendable, *HOSTILE)])
    assert not any([await admitted(without.url, origin) for origin in PREVIEWS])
    assert not any(re.fullmatch(preview_pattern("remit/team"), origin) for origin in NO_PREVIEWS)


@pytest.mark.requirement("003/FR-032")
async def test_credentials_are_off_unless_configured(start: Start) -> None:
    async with httpx2.AsyncClient() as http:
        asked = preflight(ORIGIN, "GET", "authorization")
        off = await http.options((await start()).url + "/api/me", headers=asked)
        on = await http.options((await start(GATEWAY_CORS_CREDENTIALS="true")).url + "/api/me", headers=asked)

    assert "access-control-allow-credentials" not in off.headers
    assert on.headers["access-control-allow-credentials"] == "true"
    assert on.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.requirement("003/FR-030")
async def test_every_route_answers_a_bare_options(start: Start) -> None:
    started = await start()
    async with httpx2.AsyncClient() as http:
        for path in ("/healthz", "/api/me", "/api/x/chat", "/api/x/chatkit", "/api/x/conversations", "/nowhere"):
            answer = await http.options(started.url + path)
            assert answer.status_code == 204
            assert "allow" not in answer.headers  # one list for every address would be wrong


def preflight(origin: str, method: str, headers: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }


@pytest.mark.parametrize("path", ["/api/me", "/api/x/chat", "/api/x/chatkit", "/api/x/conversations", "/nowhere"])
async def test_the_preflight_lets_the_page_in_without_a_token(start: Start, path: str) -> None:
    started = await start()
    asked = preflight(
        ORIGIN, "POST", "authorization, content-type, idempotency-key, x-time-zone, x-request-id, traceparent"
    )

    async with httpx2.AsyncClient() as http:
        answer = await http.options(started.url + path, headers=asked)
        hostile = [await http.options(started.url + path, headers=preflight(one, "POST", "")) for one in HOSTILE]
        unknown = await http.options(started.url + path, headers=preflight(ORIGIN, "POST", "x-internal"))

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == {"GET", "POST", "PATCH", "DELETE"}
    assert {one.status_code for one in [*hostile, unknown]} == {400}
    assert not any("access-control-allow-origin" in one.headers for one in hostile)
