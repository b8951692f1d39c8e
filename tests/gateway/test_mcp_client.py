"""The one client that everybody shares: a fault costs its own call, and users are never mixed up."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway import mcp_http, mcp_link
from gateway.assertion import AssertionSigner
from gateway.mcp_client import McpClient
from shared.contract import Item
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from tests.gateway.serving import Asked, Wire, serve
from tests.services import GATEWAY_ISSUER, Service, SigningKey

pytestmark = pytest.mark.anyio

TURN = {"turn_id": "turn", "lease": "lease"}
"""Of no turn: reading needs none."""

MESSAGE = Item.model_validate(
    {"id": "m", "kind": "user_message", "created_at": "2026-11-25T10:00:00Z", "data": {"content": []}}
)


@asynccontextmanager
async def client_of(url: str, key: SigningKey, audience: str) -> AsyncIterator[McpClient]:
    client = McpClient(url, AssertionSigner(key.pem, key.kid, GATEWAY_ISSUER, audience))
    async with client.open():
        yield client


@pytest.fixture
async def client(mcp_server: Service, gateway_key: SigningKey, wire: Wire) -> AsyncIterator[McpClient]:
    async with wire.open() as url, client_of(url, gateway_key, f"{mcp_server.url}/gateway") as opened:
        yield opened


def somebody() -> UserId:
    return UserId(f"user-{uuid.uuid4().hex}")


async def total(client: McpClient, user: UserId) -> int:
    return int((await client.call_task_tool(user, "find_tasks", {}, **TURN))["total"])


async def code_of(client: McpClient, arguments: dict[str, Any]) -> ErrorCode:
    with pytest.raises(ProductError) as caught:
        await client.call_task_tool(somebody(), "find_tasks", arguments, **TURN)
    return caught.value.code


@pytest.mark.requirement("001/FR-033")
@pytest.mark.requirement("003/FR-010")
async def test_two_hundred_calls_at_once_reach_the_right_user(client: McpClient) -> None:
    users = [somebody() for _ in range(20)]

    async def begin(user: UserId) -> dict[str, str]:
        new = {"conversation_id": str(uuid.uuid4()), "create": True, "title": "", "key": "k", "message": MESSAGE}
        started = await client.begin_turn(user, **new, time_zone="", history=1)
        return {"turn_id": started.turn_id, "lease": started.lease}

    async def add(user: UserId, turn: dict[str, str], n: int) -> None:
        await client.call_task_tool(user, "add_tasks", {"tasks": [{"title": f"{user} {n}"}]}, **turn)

    turns = await asyncio.gather(*(begin(user) for user in users))
    await asyncio.gather(*(add(user, turn, n) for n in range(10) for user, turn in zip(users, turns, strict=True)))

    for user in users:
        found = await client.call_task_tool(user, "find_tasks", {"limit": 50}, **TURN)
        assert found["total"] == 10
        assert {task["title"].split()[0] for task in found["tasks"]} == {user}


@pytest.mark.requirement("001/FR-033")
async def test_outside_of_a_call_there_is_no_assertion_to_send(client: McpClient, wire: Wire) -> None:
    await total(client, somebody())

    with pytest.raises(LookupError):
        await client._session.list_tools()
    assert wire.tools == ["find_tasks"]
    assert len(wire.asked) == 1


@pytest.mark.parametrize("value", ["\ud800", float("nan"), float("inf"), {"\ud800": 1}], ids=repr)
async def test_what_no_json_can_carry_is_refused_before_it_is_sent(client: McpClient, wire: Wire, value: Any) -> None:
    assert await code_of(client, {"query": value}) is ErrorCode.INVALID

    assert wire.asked == []
    assert await total(client, somebody()) == 0


async def test_nesting_without_end_is_refused_before_it_is_sent(client: McpClient, wire: Wire) -> None:
    deep: dict[str, Any] = {}
    for _ in range(1000):
        deep = {"a": deep}

    assert await code_of(client, deep) is ErrorCode.INVALID
    assert wire.asked == []


async def test_sent_as_it_is_such_a_text_fails_without_a_meaning_and_alone(
    client: McpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what the check above is for."""
    monkeypatch.setattr(mcp_link, "_sendable", lambda arguments: arguments)

    with pytest.raises(ValueError, match="surrogates"):
        await client.call_task_tool(somebody(), "find_tasks", {"query": "\ud800"}, **TURN)
    assert await total(client, somebody()) == 0


FOUND = {"content": [], "structuredContent": {"total": 7}, "isError": False, "resultType": "complete"}
ODD_ANSWERS: dict[str, tuple[Response, ErrorCode]] = {
    "500": (Response(status_code=500), ErrorCode.UNAVAILABLE),
    "502 in HTML": (Response("<html>", 502, media_type="text/html"), ErrorCode.UNAVAILABLE),
    "503 in JSON": (JSONResponse({"error": "down"}, 503), ErrorCode.UNAVAILABLE),
    "401": (Response(status_code=401), ErrorCode.INTERNAL),
    "403": (Response(status_code=403), ErrorCode.INTERNAL),
    "404": (Response(status_code=404), ErrorCode.INTERNAL),
    "a redirect": (Response(status_code=307, headers={"Location": "http://127.0.0.1:9/"}), ErrorCode.INTERNAL),
    "no JSON": (Response("{", media_type="application/json"), ErrorCode.INTERNAL),
    "no JSON-RPC": (JSONResponse({"hello": "world"}), ErrorCode.INTERNAL),
    "another's answer": (JSONResponse({"jsonrpc": "2.0", "id": "another", "result": FOUND}), ErrorCode.INTERNAL),
    "bytes that are not what they say": (Response(b"{}", headers={"Content-Encoding": "gzip"}), ErrorCode.UNAVAILABLE),
    "an error": (
        JSONResponse({"jsonrpc": "2.0", "id": None, "error": {"code": -32602, "message": "secret"}}, 400),
        ErrorCode.INTERNAL,
    ),
    "nothing": (Response(status_code=202), ErrorCode.INTERNAL),
}


@pytest.mark.requirement("001/FR-037")
@pytest.mark.parametrize("answer", ODD_ANSWERS)
async def test_an_odd_answer_costs_one_call_and_says_nothing_of_itself(
    client: McpClient, wire: Wire, answer: str
) -> None:
    response, code = ODD_ANSWERS[answer]

    async def odd(_: Asked) -> Response:
        return response

    wire.before = odd
    with pytest.raises(ProductError) as caught:
        await total(client, somebody())
    wire.before = None

    assert caught.value.code is code
    assert (caught.value.retry_after is not None) == (code is ErrorCode.UNAVAILABLE)
    assert "secret" not in caught.value.message
    assert await total(client, somebody()) == 0


@pytest.mark.requirement("004/FR-016")
async def test_an_answer_is_read_no_further_than_it_may_be_long(
    client: McpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(mcp_http, "MOST_BYTES", 50)
        with pytest.raises(ProductError) as caught:
            await total(client, somebody())

    assert caught.value.code is ErrorCode.INTERNAL
    assert await total(client, somebody()) == 0


@pytest.mark.requirement("001/FR-037")
async def test_a_call_that_hangs_ends_alone(client: McpClient, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, bystander = somebody(), somebody()
    monkeypatch.setattr(client._session, "_session_read_timeout_seconds", 0.5)

    async def hang(one: Asked) -> None:
        if one.claims["sub"] == slow:
            await asyncio.sleep(2)

    wire.before = hang
    hanging = asyncio.create_task(total(client, slow))
    others = [await total(client, bystander) for _ in range(5)]

    with pytest.raises(ProductError) as caught:
        await hanging
    assert caught.value.code is ErrorCode.UNAVAILABLE
    assert others == [0] * 5


@pytest.mark.requirement("001/FR-037")
async def test_a_kill_in_mid_call_costs_the_calls_in_flight_and_nothing_after(
    client: McpClient, wire: Wire, mcp_server: Service
) -> None:
    in_flight = asyncio.Event()
    killed = asyncio.Event()

    async def wait_for_the_kill(_: Asked) -> None:
        in_flight.set()
        await killed.wait()

    wire.before = wait_for_the_kill
    calls = [asyncio.create_task(total(client, somebody())) for _ in range(5)]
    await in_flight.wait()
    mcp_server.kill()
    killed.set()
    codes = [error.code for error in await asyncio.gather(*calls, return_exceptions=True)]
    wire.before = None

    assert codes == [ErrorCode.UNAVAILABLE] * 5
    assert await code_of(client, {}) is ErrorCode.UNAVAILABLE
    assert not await client.is_reachable()
    await asyncio.to_thread(mcp_server.start)
    assert await client.is_reachable()
    assert await total(client, somebody()) == 0


async def test_a_cut_answer_costs_one_call(gateway_key: SigningKey) -> None:
    """The connection ends in the middle of a body: the fault that no status tells."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"jsonrpc"')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/gateway"
    async with server, client_of(url, gateway_key, url) as client:
        assert [await code_of(client, {}) for _ in range(3)] == [ErrorCode.UNAVAILABLE] * 3


@pytest.mark.requirement("001/FR-037")
async def test_a_call_whose_connection_ends_unanswered_is_not_made_again(gateway_key: SigningKey) -> None:
    """It may have happened: only its caller knows whether to look first. The second of each two is left unanswered."""
    asked: list[int] = []

    async def answer_every_other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            asked.append(json.loads(await reader.readexactly(length))["id"])
            if len(asked) % 2:
                said = json.dumps({"jsonrpc": "2.0", "id": asked[-1], "result": FOUND}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(said), said))
        writer.close()

    server = await asyncio.start_server(answer_every_other, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/gateway"
    async with server, client_of(url, gateway_key, url) as client:
        for _ in range(2):
            assert await total(client, somebody()) == 7
            assert await code_of(client, {}) is ErrorCode.UNAVAILABLE

    assert asked == [1, 2, 3, 4]


@pytest.mark.requirement("001/FR-037")
async def test_a_connection_is_left_before_the_server_leaves_it() -> None:
    """Else a call may meet one that is being closed, and fails though nothing is wrong."""
    assert uvicorn.Config("").timeout_keep_alive > mcp_http.KEEP_ALIVE_SECONDS


async def test_no_proxy_of_the_environment_gets_an_assertion(
    mcp_server: Service, gateway_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxied: list[str] = []

    async def note(request: Request) -> Response:
        proxied.append(str(request.url))
        return Response(status_code=502)

    door = f"{mcp_server.url}/gateway"
    async with serve(Starlette(routes=[Route("/{rest:path}", note, methods=["GET", "POST"])])) as proxy:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        async with client_of(door, gateway_key, door) as client:
            assert await total(client, somebody()) == 0

    assert proxied == []


async def test_a_cookie_of_one_call_goes_with_no_other(gateway_key: SigningKey) -> None:
    cookies: list[str | None] = []

    async def note(request: Request) -> Response:
        cookies.append(request.headers.get("cookie"))
        return Response(status_code=503, headers={"Set-Cookie": "whose=ann"})

    async with serve(Starlette(routes=[Route("/gateway", note, methods=["POST"])])) as url:
        door = f"{url.replace('127.0.0.1', 'localhost')}/gateway"
        async with client_of(door, gateway_key, door) as client:
            assert [await code_of(client, {}) for _ in range(2)] == [ErrorCode.UNAVAILABLE] * 2

    assert cookies == [None, None]
