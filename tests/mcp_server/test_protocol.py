"""Both generations of the protocol, without a session, and only as far as the edge lets them."""

import json
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.mcp_server.client import Caller
from tests.services import ROOT, Issuer, Service, SigningKey, free_port, mcp_server_environment

OLDER_REVISIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")


@asynccontextmanager
async def official_client(caller: Caller, mode: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {caller.token}"}, timeout=30) as http,
        Client(streamable_http_client(caller.url, http_client=http), mode=mode) as client,
    ):
        yield client


def handshake(url: str, token: str, method: str, params: dict[str, Any], revision: str = "") -> httpx2.Response:
    """Send one message as a client before 2026-07-28 does."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    headers |= {"MCP-Protocol-Version": revision} if revision else {}
    return httpx2.post(url, headers=headers, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def body_of(answer: httpx2.Response) -> dict[str, Any]:
    """Read an answer that may come as one server-sent event."""
    if answer.headers["content-type"].startswith("application/json"):
        return answer.json()
    return json.loads(next(line for line in answer.text.splitlines() if line.startswith("data: {"))[6:])


@pytest.mark.anyio
@pytest.mark.requirement("001/FR-012")
@pytest.mark.requirement("002/SC-003")
@pytest.mark.parametrize("mode", ["2026-07-28", "auto", "legacy"])
async def test_the_official_client_works_at_both_doors(anyone: Caller, mode: str) -> None:
    async with official_client(anyone, mode) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        added = await client.call_tool("add_tasks", {**anyone.always, "tasks": [{"title": "buy milk"}]})

    assert "add_tasks" in listed
    assert added.structured_content is not None
    assert added.structured_content["added"] == [{"id": "t1", "title": "buy milk"}]


@pytest.mark.requirement("001/FR-012")
@pytest.mark.parametrize("revision", OLDER_REVISIONS)
def test_every_older_revision_is_served_without_a_session(anyone: Caller, revision: str) -> None:
    hello = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    opened = handshake(anyone.url, anyone.token, "initialize", hello)
    called = handshake(
        anyone.url, anyone.token, "tools/call", {"name": "get_context", "arguments": anyone.always}, revision
    )

    assert body_of(opened)["result"]["protocolVersion"] == revision
    assert "mcp-session-id" not in opened.headers
    assert body_of(called)["result"]["structuredContent"]["overdue"] == 0


@pytest.fixture
def replica(
    mcp_server: Service, app_url: str, issuer: Issuer, gateway_key: SigningKey, tmp_path: Path
) -> Iterator[Service]:
    """A second process of the same server, at another port."""
    port = free_port()
    own = {"MCP_SERVER_PUBLIC_URL": mcp_server.url, "MCP_SERVER_ALLOWED_HOSTS": json.dumps([f"127.0.0.1:{port}"])}
    environment = mcp_server_environment(app_url, issuer, gateway_key, port) | own
    service = Service("mcp_server", port, environment, tmp_path / "log")
    service.start()
    yield service
    service.stop()


@pytest.mark.requirement("001/FR-012")
def test_any_replica_answers_the_next_request(mcp_server: Service, replica: Service, anyone: Caller) -> None:
    elsewhere = anyone.url.replace(mcp_server.url, replica.url)
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    handshake(anyone.url, anyone.token, "initialize", hello)
    call = {"name": "get_context", "arguments": anyone.always}

    assert body_of(handshake(elsewhere, anyone.token, "tools/call", call, "2025-11-25"))["result"]["isError"] is False
    assert Caller(elsewhere, anyone.token, anyone.always).ok("find_tasks")["total"] == 0


def test_the_text_of_an_answer_is_its_structured_content(anyone: Caller) -> None:
    anyone.ok("add_tasks", tasks=[{"title": "Äpfel kaufen", "due": "tomorrow"}])

    result = anyone.call("find_tasks")

    assert [block["type"] for block in result["content"]] == ["text"]
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    assert "null" not in result["content"][0]["text"]
    assert ", " not in result["content"][0]["text"]


def test_the_gateway_reads_plain_json_alone(gateway_caller: Caller) -> None:
    answer = gateway_caller.post("tools/list", {}, Accept="application/json")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


def test_the_server_names_the_projects_version(anyone: Caller) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    meta = anyone.post("tools/list", {}).json()["result"]["_meta"]

    assert meta["io.modelcontextprotocol/serverInfo"]["version"] == project["version"]


def test_the_listing_may_be_kept_by_its_reader_alone(anyone: Caller) -> None:
    result = anyone.post("tools/list", {}).json()["result"]

    assert (result["cacheScope"], result["ttlMs"]) == ("private", 60_000)


@pytest.mark.requirement("001/FR-010")
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_challenge_says_where_to_sign_in_and_for_what(mcp_server: Service, issuer: Issuer, method: str) -> None:
    answer = httpx2.request(method, f"{mcp_server.url}/mcp")

    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert 'scope="tasks:read tasks:write"' in challenge
    where = challenge.split('resource_metadata="')[1].split('"')[0]
    metadata = httpx2.get(where).json()
    assert metadata["resource"] == f"{mcp_server.url}/mcp"
    assert metadata["authorization_servers"] == [issuer.url]
    assert metadata["scopes_supported"] == ["tasks:read", "tasks:write", "conversations:read"]


def test_the_gateways_door_advertises_nothing(mcp_server: Service) -> None:
    answer = httpx2.post(f"{mcp_server.url}/gateway", json={})

    assert answer.status_code == 401
    assert "scope=" not in answer.headers["www-authenticate"]
    assert httpx2.get(f"{mcp_server.url}/.well-known/oauth-protected-resource/gateway").status_code == 404


def test_nobody_can_subscribe(anyone: Caller) -> None:
    """An open stream would keep a stopping server waiting."""
    answer = anyone.post("subscriptions/listen", {"notifications": {}})

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == -32601
