"""What leaves the edge of a door: the right status, words of ours, a name for the request, and nothing from inside."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel
from starlette.types import Receive, Scope as HttpScope, Send

from mcp_server.caller import Door
from mcp_server.doors import Frame, door_app, door_server, sign_in
from mcp_server.edge import Edge
from mcp_server.telemetry import REQUESTS
from mcp_server.tools import BOTH, READS, Offer
from shared.contract import Scope, TaskTool
from shared.identity import TokenRules, UserId, Verifier
from shared.keys import StaticKeys, load_key
from shared.logs import Lines
from shared.observing import Observed
from tests.mcp_server.client import Caller
from tests.mcp_server.test_protocol import body_of
from tests.services import Issuer, Service, until

ORIGIN = "http://remit.test"
URL = f"{ORIGIN}/mcp"
SECRET = "4111-secret-1111"
NAME = re.compile(r"[0-9a-f]{32}")


@pytest.mark.requirement("002/FR-054")
@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("Host", "attacker.example", 421, "not_permitted"),
        ("Host", "127.0.0.1", 421, "not_permitted"),
        ("Host", "attacker.example@127.0.0.1", 421, "not_permitted"),
        ("Origin", "https://attacker.example", 403, "not_permitted"),
        ("Origin", "null", 403, "not_permitted"),
        ("Content-Type", "text/plain", 400, "invalid"),
    ],
)
def test_a_request_from_elsewhere_is_refused_in_words(
    anyone: Caller, header: str, value: str, status: int, code: str
) -> None:
    answer = anyone.post("tools/list", {}, **{header: value})

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["message"].endswith(".")
    assert "www-authenticate" not in answer.headers


@pytest.mark.requirement("002/FR-054")
def test_a_body_over_a_megabyte_is_refused_in_words(anyone: Caller) -> None:
    call = {"name": "find_tasks", "arguments": {**anyone.always, "query": "x" * 1_048_576}}

    answer = anyone.post("tools/call", call)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.requirement("002/FR-054")
def test_a_body_over_a_megabyte_is_refused_whatever_length_it_claims(anyone: Caller) -> None:
    request = anyone.request("tools/call", {"name": "find_tasks", "arguments": anyone.always})

    answer = httpx2.post(anyone.url, headers=request["headers"], content=iter([b" " * 65_536] * 17))

    assert answer.status_code == 413


@pytest.mark.requirement("002/FR-054")
@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"])
def test_what_a_server_without_sessions_has_not_is_refused_at_once(anyone: Caller, method: str) -> None:
    headers = {"Authorization": f"Bearer {anyone.token}", "Accept": "text/event-stream"}
    answer = httpx2.request(method, anyone.url, headers=headers, timeout=5)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    if method != "HEAD":
        assert answer.json()["code"] == "invalid"


@pytest.mark.requirement("003/FR-033")
@pytest.mark.parametrize("path", ["/mcp/", "/gateway/", "/healthz/"])
def test_an_address_that_is_none_leads_nowhere_else(mcp_server: Service, path: str) -> None:
    answer = httpx2.post(mcp_server.url + path, json={}, headers={"Host": "attacker.example"})

    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.requirement("002/FR-055")
def test_every_answer_names_its_request(anyone: Caller) -> None:
    answers = [
        anyone.post("tools/list", {}),
        anyone.post("tools/list", {}, **{"X-Request-Id": "chosen"}),
        anyone.post("no/such", {}),
        anyone.post("tools/list", {}, Host="attacker.example"),
        Caller(anyone.url, "nonsense").post("tools/list", {}),
        httpx2.get(anyone.url, headers={"Authorization": f"Bearer {anyone.token}"}),
    ]

    names = [answer.headers["x-request-id"] for answer in answers]

    assert all(NAME.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)


class Told(BaseModel):
    user: str


async def crash(user: UserId) -> Told:
    """Fail in a way that nobody foresaw."""
    raise RuntimeError(f"{SECRET} of {user}")


async def fail() -> Any:
    raise RuntimeError(SECRET)


async def fail_template(id: str) -> str:  # noqa: A002 - as the template names it
    raise RuntimeError(SECRET + id)


async def fail_completion(*_: object) -> list[str]:
    raise RuntimeError(SECRET)


async def freely(_user: UserId, _client: str) -> None:
    """Let every call go on."""


@asynccontextmanager
async def failing(issuer: Issuer) -> AsyncIterator[tuple[httpx2.AsyncClient, Caller]]:
    """Serve a people's door in this process, in which everything fails."""
    rules = TokenRules("EdDSA", issuer.url, URL, frozenset({"at+jwt"}))
    verifier = Verifier(rules, StaticKeys({issuer.key.kid: load_key(issuer.key.jwk, "EdDSA")}))
    frame = Frame(ORIGIN, ["remit.test"], [])
    offers = [Offer(TaskTool.GET_CONTEXT, "Test", crash, BOTH, Scope.TASKS_READ, READS)]
    by_token = sign_in(Door.PEOPLE, frame, issuer=issuer.url, verifier=verifier)
    server = door_server(Door.PEOPLE, offers, request_state_key="k" * 32, admit=freely, **by_token)
    server.resource("test://fails")(fail)
    server.resource("test://fails/{id}")(fail_template)
    server.prompt(name="fails")(fail)
    server.complete_with(fail_completion)
    app = Observed(door_app(server, Door.PEOPLE, frame), REQUESTS)
    async with server.session_manager.run(), httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        yield http, Caller(URL, issuer.access_token("alice", URL))


FAILURES: dict[str, dict[str, Any]] = {
    "tools/call": {"name": "get_context", "arguments": {}},
    "resources/read": {"uri": "test://fails"},
    "resources/read ": {"uri": "test://fails/7"},
    "prompts/get": {"name": "fails"},
    "completion/complete": {
        "ref": {"type": "ref/prompt", "name": "plan_my_day"},
        "argument": {"name": "label", "value": ""},
    },
}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log as the process writes it."""
    usual = caplog.handler.formatter
    caplog.handler.setFormatter(Lines("text", []))
    yield caplog
    caplog.handler.setFormatter(usual)


@pytest.mark.anyio
@pytest.mark.requirement("002/FR-055")
@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("method", FAILURES)
async def test_what_nobody_foresaw_is_masked_and_found_in_the_log_by_its_request(
    issuer: Issuer, log: pytest.LogCaptureFixture, method: str, revision: str
) -> None:
    params = FAILURES[method]
    async with failing(issuer) as (http, caller):
        request = caller.request(method.strip(), params, **({"MCP-Name": params["uri"]} if "uri" in params else {}))
        if revision == "2025-11-25":
            request["headers"]["MCP-Protocol-Version"] = revision
        answer = await http.post(URL, **request)

    name = answer.headers["x-request-id"]
    body = body_of(answer)
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    if method == "tools/call":
        told = body["result"]["_meta"]["remit/error"]
    else:
        assert body["error"]["code"] == -32603
        told = body["error"]["data"]
    assert told["code"] == "internal"
    assert name in told["message"]
    assert f"ERROR {name}" in log.text
    assert "builtins.RuntimeError" in log.text
    assert SECRET not in log.text


async def broken(_scope: HttpScope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError(SECRET)


async def broken_later(_scope: HttpScope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError(SECRET)


@pytest.mark.anyio
@pytest.mark.requirement("002/FR-055")
async def test_a_failure_outside_every_tool_is_masked_too(log: pytest.LogCaptureFixture) -> None:
    transport = httpx2.ASGITransport(Observed(Edge(broken, path="/mcp", scopes=()), REQUESTS))
    async with httpx2.AsyncClient(transport=transport) as http:
        answer = await http.post(URL)

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert answer.headers["x-request-id"] in answer.json()["message"]
    assert f"ERROR {answer.headers['x-request-id']}" in log.text
    assert SECRET not in answer.text


@pytest.mark.anyio
async def test_an_answer_that_breaks_off_is_not_finished_by_another(log: pytest.LogCaptureFixture) -> None:
    transport = httpx2.ASGITransport(Observed(Edge(broken_later, path="/mcp", scopes=()), REQUESTS))
    async with httpx2.AsyncClient(transport=transport) as http:
        with pytest.raises(RuntimeError):
            await http.post(URL)

    assert "the request failed" in log.text


@pytest.mark.requirement("002/FR-055")
def test_the_log_of_the_process_knows_the_request(mcp_server: Service, anyone: Caller) -> None:
    answer = anyone.post("tools/call", {"name": "nonsense", "arguments": anyone.always})

    def lines() -> list[str]:
        return [line for line in mcp_server.log.read_text().splitlines() if answer.headers["x-request-id"] in line]

    until(lines)  # the line is written behind the answer
    assert len(lines()) == 1
    assert (json.loads(lines()[0])["tool"], json.loads(lines()[0])["outcome"]) == ("unknown", "invalid")
