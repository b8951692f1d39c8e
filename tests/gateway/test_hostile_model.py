"""A model that is an attacker: whatever it passes, it acts for the person who sent the message, or not at all."""

import json
import uuid
from typing import Any

import pytest
from agents import Tool
from agents.testing import ModelCall, ModelStep, ScriptedModel, assistant_message, function_call
from mcp.types import Tool as ListedTool

from gateway.agent_tools import is_offered, without_user_id
from shared.contract import ConversationTool, TaskTool
from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Person, Wire
from tests.services import Issuer

pytestmark = pytest.mark.anyio


def shapes(victim: str) -> list[dict[str, Any]]:
    """Return arguments that try to name another user."""
    names = ("user_id", "userId", "User_Id", "user-id", " user_id", "user_id\u200b", "usеr_id", "sub", "id", "owner")
    values = (
        victim,
        [victim],
        {"id": victim},
        {"user_id": victim},
        f" {victim}",
        None,
        0,
        True,
        "",
        "*",
        "' OR 1=1 --",
    )
    as_user = [{name: victim} for name in names]
    as_value = [{"user_id": value} for value in values]
    nested: list[dict[str, Any]] = [
        {"arguments": {"user_id": victim}},
        {"_meta": {"user_id": victim}, "user_id": victim},
        {"__proto__": {"user_id": victim}},
        {"user_id": {"$ne": ""}},
    ]
    return [*as_user, *as_value, *nested]


def raw_arguments(victim: str) -> list[str]:
    """Return what no JSON encoder would write."""
    return [
        f'{{"user_id": "mine", "user_id": "{victim}"}}',
        f'{{"user_id": "{victim}", "user_id": "{victim}"}}',
        f'["{victim}"]',
        f'"{victim}"',
        "",
        "{",
        "null",
        '{"query": NaN}',
        '{"query": "\\ud800"}',
        '{"limit": 1e999}',
        "[" * 100_000,
        '{"query":' * 300 + '""' + "}" * 300,
        json.dumps({"query": "x" * 500_000}),
    ]


class Attacker:
    """Makes the calls it is given, notes what it is answered, and then says something."""

    def __init__(self) -> None:
        self.model = ScriptedModel()
        self.calls: list[tuple[str, str]] = []
        self.answered: list[str] = []

    def step(self, call: ModelCall) -> list[Any]:
        outputs = [item["output"] for item in call.input if item.get("type") == "function_call_output"]
        self.answered += outputs
        if outputs:
            return [assistant_message("Done.")]
        return [function_call(name, raw, call_id=f"call-{uuid.uuid4().hex}") for name, raw in self.calls]

    async def attack(self, person: Person, calls: list[tuple[str, str]], *, at_once: int = 8) -> list[str]:
        """Let the model make the calls, each few in a conversation of their own, and return what it was answered."""
        self.answered = []
        for at in range(0, len(calls), at_once):
            self.calls = calls[at : at + at_once]
            self.model.extend([ModelStep.respond(self.step)] * 2)
            await person.chat("go on")
        return self.answered


@pytest.mark.requirement("001/SC-003")
@pytest.mark.requirement("001/FR-034")
async def test_whatever_user_the_model_names_nothing_of_theirs_is_touched(
    start: Start, meet: Meet, wire: Wire, issuer: Issuer
) -> None:
    victim = f"user-{uuid.uuid4().hex}"
    offline = meet(await start())
    bob = Person(offline.url, victim, issuer.gateway_token(victim), offline.http)
    await bob.say("add the secret of bob")
    before = (await bob.say("what is on my list?"))["response"]
    conversations = (await bob.get("conversations")).json()
    attacker = Attacker()
    mallory = meet(await start(attacker.model))
    wire.asked.clear()

    calls = [("find_tasks", json.dumps(shape)) for shape in shapes(victim)]
    calls += [("add_tasks", json.dumps({"tasks": [{"title": "planted"}]} | shape)) for shape in shapes(victim)]
    item = {"id": "t1", "expect_title": "anything"}
    calls += [("complete_tasks", json.dumps({"items": [item]} | shape)) for shape in shapes(victim)]
    answered = await attacker.attack(mallory, calls)
    raw = [(tool, text) for tool in TaskTool for text in raw_arguments(victim)]
    answered += await attacker.attack(mallory, raw, at_once=1)

    assert len(answered) > len(calls) == 75
    assert not any("secret of bob" in one for one in answered)
    assert {one.arguments["user_id"] for one in wire.asked if one.method == "tools/call"} == {mallory.user_id}
    assert {one.claims["sub"] for one in wire.asked} == {mallory.user_id}
    assert (await bob.get("conversations")).json() == conversations
    after = (await bob.say("what is on my list?"))["response"]
    assert after == before


@pytest.mark.requirement("001/FR-034")
async def test_no_argument_of_a_model_ends_the_client_that_everybody_shares(start: Start, meet: Meet) -> None:
    """Some of these the agent library refuses itself, and the turn fails; the rest get an answer."""
    attacker = Attacker()
    ann = meet(await start(attacker.model))

    for raw in raw_arguments("user-another"):
        await attacker.attack(ann, [("find_tasks", raw)])
        answered = await attacker.attack(ann, [("find_tasks", "{}")])
        assert json.loads(answered[0])["total"] == 0, raw[:80]


@pytest.mark.requirement("001/FR-034")
async def test_the_model_sees_task_tools_alone_and_no_user_id(start: Start, meet: Meet, user_id: str) -> None:
    model = ScriptedModel([[assistant_message("Hello.")]])
    ann = meet(await start(model))

    await ann.chat("hello")

    call = model.first_call
    assert call is not None
    assert {tool.name for tool in call.tools} == set(TaskTool)
    assert "user_id" not in json.dumps([schema_of(tool) for tool in call.tools])
    assert user_id not in f"{call.system_instructions}{call.input}"


@pytest.mark.parametrize("tool", [*ConversationTool, "drop_database", ""])
async def test_a_tool_that_was_not_offered_is_not_called(start: Start, meet: Meet, wire: Wire, tool: str) -> None:
    model = ScriptedModel([[function_call(tool, json.dumps({"user_id": "user-another"}), call_id="call-1")]])
    ann = meet(await start(model))

    answer = await ann.post("chat", {"message": "hello"})

    assert answer.status_code == 503
    assert wire.tools == ["begin_turn", "finish_turn"]


def schema_of(tool: Tool) -> dict[str, Any]:
    return dict(tool.params_json_schema)


@pytest.mark.requirement("001/FR-034")
def test_a_tool_without_a_user_or_without_a_name_in_the_list_is_not_offered() -> None:
    user = {"user_id": {"type": "string"}}

    def listed(name: str, properties: dict[str, Any]) -> ListedTool:
        return ListedTool(name=name, input_schema={"type": "object", "properties": properties})

    assert is_offered(listed("find_tasks", user))
    assert not is_offered(listed("find_tasks", {}))
    assert not is_offered(listed("find_tasks", {"query": {"type": "string"}}))
    assert not is_offered(listed("begin_turn", user))
    assert not is_offered(listed("delete_everything", user))


def test_the_shown_schema_differs_by_the_user_alone() -> None:
    schema = {
        "type": "object",
        "properties": {"user_id": {"type": "string"}, "query": {"type": "string"}},
        "required": ["user_id", "query"],
        "additionalProperties": False,
    }

    shown = without_user_id(schema)

    assert shown == {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    }
    assert "user_id" in schema["properties"]
