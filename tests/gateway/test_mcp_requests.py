"""What goes to the MCP server: how many requests, for whom, with which scopes, and never the user's own token."""

import time

import pytest
from agents.testing import ScriptedModel, assistant_message, function_call

from shared.contract import TURN_META_KEY, ConversationTool, TaskTool
from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Wire, said_in

pytestmark = pytest.mark.anyio


def model_with_calls(calls: int) -> ScriptedModel:
    steps = [[function_call("find_tasks", "{}", call_id=f"call-{n}")] for n in range(calls)]
    return ScriptedModel([*steps, [assistant_message("There.")]])


@pytest.mark.requirement("001/FR-036")
@pytest.mark.parametrize("calls", [0, 1, 3])
async def test_a_message_costs_two_requests_and_one_for_each_tool_call(
    start: Start, meet: Meet, wire: Wire, calls: int
) -> None:
    model = model_with_calls(calls)
    ann = meet(await start(model))
    first = await ann.chat("hello")
    thread_id = first[0]["thread"]["id"]
    at_first = [(one.method, one.tool) for one in wire.asked]

    wire.asked.clear()
    model.extend([[function_call("find_tasks", "{}", call_id=f"again-{n}")] for n in range(calls)])
    model.enqueue([assistant_message("There again.")])
    second = await ann.chat("hello again", thread_id)

    assert said_in(second) == "There again."
    expected = ["begin_turn", *["find_tasks"] * calls, "finish_turn"]
    assert [(one.method, one.tool) for one in wire.asked] == [("tools/call", tool) for tool in expected]
    # The first message of a process also lists the tools, once.
    assert at_first == [
        ("tools/call", "begin_turn"),
        ("tools/list", ""),
        *[("tools/call", one) for one in expected[1:]],
    ]


@pytest.mark.requirement("001/FR-036")
async def test_the_plain_api_costs_the_same(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    first = await ann.say("add buy milk")

    wire.asked.clear()
    await ann.say("what is on my list?", first["conversation_id"])

    assert wire.tools == ["begin_turn", "find_tasks", "finish_turn"]
    assert len(wire.asked) == 3


async def test_reads_of_the_page_cost_one_request_each(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]

    for kind, params, tools in (
        ("threads.list", {}, ["list_conversations"]),
        ("threads.get_by_id", {"thread_id": thread_id}, ["get_conversation"]),
        ("items.list", {"thread_id": thread_id}, ["get_conversation"]),
        ("threads.delete", {"thread_id": thread_id}, ["delete_conversation"]),
    ):
        wire.asked.clear()
        assert (await ann.ask(kind, **params)).status_code == 200
        assert wire.tools == tools


@pytest.mark.requirement("001/FR-033")
async def test_each_request_carries_an_assertion_of_its_own(
    start: Start, meet: Meet, wire: Wire, environment: dict[str, str]
) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]
    await ann.chat("what is on my list?", thread_id)
    await ann.ask("threads.list")

    now = time.time()
    assert len(wire.asked) == 8
    assert len({one.claims["jti"] for one in wire.asked}) == len(wire.asked)
    for one in wire.asked:
        assert one.claims["sub"] == ann.user_id
        assert one.claims["aud"] == environment["GATEWAY_MCP_AUDIENCE"]
        assert one.claims["act"] == {"sub": "gateway"}
        assert 0 < one.claims["exp"] - one.claims["iat"] <= 60
        assert abs(one.claims["iat"] - now) < 30
        assert ann.token not in one.token


@pytest.mark.requirement("001/FR-033")
async def test_the_users_token_is_never_passed_on(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())

    await ann.chat("add buy milk")

    signature = ann.token.rsplit(".", 1)[1]
    assert signature not in str(wire.asked)


async def test_only_the_gateways_own_calls_may_touch_conversations(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())

    await ann.chat("add buy milk")

    scopes = {one.tool: one.claims["scope"].split() for one in wire.asked}
    task_scopes = ["tasks:read", "tasks:write"]
    assert scopes[TaskTool.ADD_TASKS] == scopes[""] == task_scopes
    assert scopes[ConversationTool.BEGIN_TURN] == [*task_scopes, "conversations:manage"]
    assert scopes[ConversationTool.FINISH_TURN] == [*task_scopes, "conversations:manage"]


async def test_a_tool_call_names_its_turn(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())

    await ann.chat("add buy milk")

    finished = next(one for one in wire.asked if one.tool == ConversationTool.FINISH_TURN)
    added = next(one for one in wire.asked if one.tool == TaskTool.ADD_TASKS)
    assert added.meta[TURN_META_KEY] == finished.arguments["turn_id"]


async def test_the_time_zone_of_the_page_reaches_the_turn(start: Start, meet: Meet) -> None:
    model = ScriptedModel([[assistant_message("one")], [assistant_message("two")]])
    ann = meet(await start(model))

    await ann.chat("hello", **{"X-Time-Zone": "Asia/Tokyo"})
    await ann.say("hello")

    told = [call.system_instructions or "" for call in model.calls]
    assert all("(Asia/Tokyo)" in one for one in told)
