"""The MCP server's absence costs the messages sent meanwhile, and nothing else."""

import asyncio

import pytest
from starlette.responses import Response

from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Asked, Person, Wire, chatkit_message, said_in
from tests.services import Service

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("001/FR-037")]


async def refused(person: Person) -> list[tuple[int, str, bool]]:
    answers = [
        await person.post("chat", {"message": "hello"}),
        await person.post("chatkit", chatkit_message("hello")),
        await person.ask("threads.list"),
        await person.get("conversations"),
    ]
    return [(one.status_code, one.json()["code"], int(one.headers["retry-after"]) >= 1) for one in answers]


async def test_the_gateway_starts_without_it_serves_when_it_comes_and_survives_its_kill(
    mcp_server: Service, start: Start, meet: Meet
) -> None:
    mcp_server.kill()
    ann = meet(await start(GATEWAY_MCP_URL=f"{mcp_server.url}/gateway"))
    down = [(503, "unavailable", True)] * 4

    assert await refused(ann) == down
    ready = await ann.http.get(f"{ann.url}/readyz")
    assert (ready.status_code, ready.json()) == (
        503,
        {"sign_in_keys": True, "mcp_server": False, "takes_messages": True},
    )
    assert (await ann.http.get(f"{ann.url}/healthz")).status_code == 200

    await asyncio.to_thread(mcp_server.start)
    assert (await ann.http.get(f"{ann.url}/readyz")).status_code == 200
    first = await ann.say("add buy milk")

    mcp_server.kill()
    assert await refused(ann) == down

    await asyncio.to_thread(mcp_server.start)
    second = await ann.say("what is on my list?", first["conversation_id"])
    assert "buy milk" in second["response"]
    assert len((await ann.get("conversations")).json()["conversations"]) == 1


@pytest.mark.requirement("001/FR-037")
@pytest.mark.parametrize(
    "wrong",
    [
        {"GATEWAY_MCP_AUDIENCE": "http://elsewhere.example/gateway"},
        {"GATEWAY_ASSERTION_KEY_ID": "unknown"},
        {"GATEWAY_MCP_URL": "{mcp}"},
        {"GATEWAY_MCP_URL": "{mcp}/mcp"},
    ],
    ids=["audience", "key", "no door", "another door"],
)
async def test_a_server_that_takes_no_assertion_of_ours_keeps_the_gateway_from_being_ready(
    mcp_server: Service, start: Start, meet: Meet, wrong: dict[str, str]
) -> None:
    ann = meet(await start(**{name: value.format(mcp=mcp_server.url) for name, value in wrong.items()}))

    ready = await ann.http.get(f"{ann.url}/readyz")

    assert (ready.status_code, ready.json()["mcp_server"]) == (503, False)


async def test_a_tool_that_cannot_be_reached_is_told_truthfully(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    await ann.say("hello")

    async def refuse_tools(one: Asked) -> Response | None:
        return Response(status_code=503) if one.tool == "add_tasks" else None

    wire.before = refuse_tools
    answer = await ann.say("add buy milk")
    wire.before = None

    assert answer["response"].startswith("That did not work: Your tasks cannot be reached at the moment.")
    assert answer["tool_calls"] == [{"name": "add_tasks", "ok": False}]
    assert "buy milk" not in (await ann.say("what is on my list?"))["response"]


async def test_tools_that_cannot_be_listed_fail_that_turn_alone(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())

    async def refuse_listing(one: Asked) -> Response | None:
        return Response(status_code=503) if one.method == "tools/list" else None

    wire.before = refuse_listing
    failed = await ann.chat("add buy milk")
    wire.before = None
    served = await ann.chat("add buy milk", failed[0]["thread"]["id"])

    assert "the task list cannot be reached" in said_in(failed)
    assert said_in(served).startswith("Added “buy milk”.")
