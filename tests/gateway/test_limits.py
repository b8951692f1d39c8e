"""What one message, one person and one process may cost; beyond it the answer is a refusal before any work."""

import asyncio
import json
from typing import Any

import pytest
from agents import Usage
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call

from gateway import hearing
from gateway.agent_tools import ToolCall
from gateway.hearing import model_input
from shared.contract import Conversation, Item, ItemPage, TurnStarted
from tests.gateway.conftest import Meet, Start
from tests.gateway.models import Paced
from tests.gateway.serving import Wire, chatkit_message, said_in
from tests.gateway.talking import hang_up_after, items, of_kind, status, until_status

pytestmark = pytest.mark.anyio

NOW = "2026-11-25T12:00:00Z"


@pytest.mark.requirement("004/FR-051")
async def test_more_turns_than_a_process_takes_are_refused_before_any_work(
    start: Start, meet: Meet, wire: Wire
) -> None:
    paced = Paced()
    model = paced.model(3)
    ann = meet(await start(model, GATEWAY_TURNS_AT_ONCE="2"))
    threads = [await hang_up_after(ann, "Hello ") for _ in range(2)]
    message = of_kind("user_message", await items(ann, threads[0]))[0]
    wire.asked.clear()

    refused = [
        await ann.post("chatkit", chatkit_message("third")),
        await ann.post("chat", {"message": "third"}),
        await ann.ask("threads.retry_after_item", thread_id=threads[0], item_id=message["id"]),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(503, "unavailable")] * 3
    assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert (wire.tools, len(model.calls)) == ([], 2)
    paced.go_on.set()
    for thread_id in threads:
        await until_status(ann, thread_id, "done")
    assert (await ann.say("fourth"))["response"] == "Hello world."


@pytest.mark.requirement("004/FR-051")
async def test_a_message_that_was_refused_takes_no_place(start: Start, meet: Meet) -> None:
    ann = meet(await start(GATEWAY_TURNS_AT_ONCE="1"))
    for _ in range(3):
        unknown = {"message": "hi", "conversation_id": "7f1d1f0e-0000-4000-8000-000000000000"}
        assert (await ann.post("chat", unknown)).status_code == 404

    assert (await ann.say("help"))["response"]


@pytest.mark.requirement("004/FR-050")
async def test_more_answers_at_once_than_a_person_has_are_429_and_nothing_is_stored(start: Start, meet: Meet) -> None:
    paced = Paced()
    model = paced.model(6)
    ann = meet(await start(model))
    for _ in range(5):
        await hang_up_after(ann, "Hello ")

    refused = [await ann.post("chatkit", chatkit_message("sixth")), await ann.post("chat", {"message": "sixth"})]
    paced.go_on.set()

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(429, "rate_limited")] * 2
    assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert len(model.calls) == 5
    assert len((await ann.get("conversations")).json()["conversations"]) == 5


@pytest.mark.requirement("004/FR-070")
async def test_a_process_that_leaves_takes_no_turn_and_says_so(start: Start, meet: Meet) -> None:
    paced = Paced()
    started = await start(paced.model(2))
    ann = meet(started)
    thread_id = await hang_up_after(ann, "Hello ")

    leaving = asyncio.create_task(started.gateway.turns.drain())
    await asyncio.sleep(0)
    refused = await ann.post("chat", {"message": "hello"})
    ready = await ann.http.get(f"{ann.url}/readyz")
    paced.go_on.set()
    await leaving

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert (ready.status_code, ready.json()["takes_messages"]) == (503, False)
    assert await status(ann, thread_id) == "done"


def spending(tokens: int) -> ModelStep:
    look = function_call("find_tasks", "{}", call_id=f"c{tokens}")
    return ModelStep(output=[look], usage=Usage(requests=1, total_tokens=tokens))


@pytest.mark.requirement("004/FR-052")
async def test_an_answer_that_spends_too_many_tokens_ends_and_can_be_tried_again(
    start: Start, meet: Meet, wire: Wire
) -> None:
    end = [assistant_message("There.", item_id="m")]
    model = ScriptedModel([spending(59_000), spending(2_000), end])
    ann = meet(await start(model))

    too_much = await ann.chat("hello")
    thread_id = too_much[0]["thread"]["id"]

    assert "may spend on one message" in said_in(too_much)
    assert await status(ann, thread_id) == "failed"
    assert len(model.calls) == 2
    assert wire.tools.count("find_tasks") == 1


@pytest.mark.requirement("004/FR-052")
async def test_an_answer_within_its_tokens_goes_on(start: Start, meet: Meet) -> None:
    """The negative control."""
    model = ScriptedModel([spending(30_000), spending(29_000), [assistant_message("There.", item_id="m")]])

    assert said_in(await meet(await start(model)).chat("hello")) == "There."


def turn(*said: tuple[str, dict[str, Any]], message: int) -> TurnStarted:
    """A turn whose page holds these items, oldest first."""
    stored = [
        Item.model_validate({"id": f"i{n}", "kind": k, "created_at": NOW, "data": d}) for n, (k, d) in enumerate(said)
    ]
    conversation = Conversation.model_validate({"id": "c", "title": "", "created_at": NOW, "updated_at": NOW})
    page = ItemPage(items=stored[::-1], has_more=False)
    return TurnStarted(
        conversation=conversation,
        turn_id="t",
        message_id=f"i{message}",
        page=page,
        time_zone="UTC",
        local_time=NOW,
    )


def person(text: str) -> tuple[str, dict[str, Any]]:
    return "user_message", {"content": [{"type": "input_text", "text": text}], "inference_options": {}}


def assistant(text: str) -> tuple[str, dict[str, Any]]:
    return "assistant_message", {"content": [{"type": "output_text", "text": text, "annotations": []}]}


def note(*outputs: str) -> tuple[str, dict[str, Any]]:
    calls = [{"call_id": "c", "name": "find_tasks", "arguments": "{}", "output": one, "ok": True} for one in outputs]
    return "hidden_context_item", {"content": {"calls": calls}}


@pytest.mark.requirement("004/FR-025")
@pytest.mark.parametrize("length", [100, 2_000, 20_000, 70_000])
def test_the_history_has_whole_items_within_its_bound_and_begins_with_the_person(length: int) -> None:
    said = [one for n in range(12) for one in (person(f"q{n}"), note("x" * length), assistant(f"a{n}"))]

    heard = model_input(turn(*said, person("now"), message=36), [])

    assert len(json.dumps(heard, ensure_ascii=False)) <= hearing.MOST_CHARACTERS + 200
    assert heard[0]["role"] == "user"
    assert heard[-1] == {"role": "user", "content": "now"}
    assert {len(one["output"]) for one in heard if one.get("type") == "function_call_output"} <= {length}
    questions = [one["content"] for one in heard if one.get("role") == "user"]
    assert questions[:-1] == [f"q{n}" for n in range(12)][len(questions) * -1 + 13 :]


@pytest.mark.requirement("004/FR-025")
def test_a_message_is_heard_however_much_its_first_attempt_did() -> None:
    calls = [ToolCall(call_id="c", name="add_tasks", arguments="{}", output=text * 50_000, ok=True) for text in "xy"]

    heard = model_input(turn(person("q"), message=0), calls)

    assert [one.get("role", one.get("type")) for one in heard] == ["user", "function_call", "function_call_output"]
    assert str(heard[-1]["output"]).startswith("y")


@pytest.mark.requirement("004/FR-025")
async def test_no_more_than_forty_items_are_asked_for(start: Start, meet: Meet, wire: Wire) -> None:
    await meet(await start()).chat("hello")

    assert next(one for one in wire.asked if one.tool == "begin_turn").arguments["history"] == 40
