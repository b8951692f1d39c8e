"""Stop is a request: it ends the answer in whatever process runs it, and keeps what was said; a drop is none."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from agents.testing import ModelCall, ModelStep, ScriptedModel, assistant_message, function_call

from tests.gateway.conftest import Meet, Start
from tests.gateway.models import Paced, word
from tests.gateway.serving import Asked, Person, Wire
from tests.gateway.talking import hang_up_after, messages, status, until, until_status
from tests.services import Issuer

pytestmark = pytest.mark.anyio

UNKNOWN = "7f1d1f0e-0000-4000-8000-000000000000"


def add(title: str = "buy milk") -> Any:
    return function_call("add_tasks", json.dumps({"tasks": [{"title": title}]}), call_id="c")


@pytest.mark.requirement("004/FR-010")
async def test_stop_ends_the_answer_at_once_and_keeps_what_was_said(start: Start, meet: Meet) -> None:
    ann = meet(await start(Paced().model()))
    thread_id = await hang_up_after(ann, "Hello ")

    began = time.monotonic()
    answer = await ann.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")

    assert (answer.status_code, answer.json()) == (202, {"stopped": True})
    assert time.monotonic() - began < 1
    assert await messages(ann, thread_id) == [("user", "hello"), ("assistant", "Hello ")]


@pytest.mark.requirement("004/FR-010")
async def test_who_follows_a_stopped_answer_sees_its_end_and_no_error(start: Start, meet: Meet) -> None:
    ann = meet(await start(Paced().model()))
    answering = asyncio.create_task(ann.chat("hello", **{"Idempotency-Key": "k1"}))
    async with asyncio.timeout(10):
        while not (await ann.post("stop", {"idempotency_key": "k1"})).json()["stopped"]:  # noqa: ASYNC110 - as the page asks
            await asyncio.sleep(0.02)

    events = await answering

    assert events[-1]["type"] in {"thread.item.done", "thread.updated", "stream_options"}
    assert "error" not in {event["type"] for event in events}


@pytest.mark.requirement("004/FR-010")
async def test_an_answer_is_stopped_from_another_process_within_three_seconds(
    start: Start, meet: Meet, wire: Wire
) -> None:
    ann = meet(await start(Paced().model()))
    elsewhere = meet(await start())
    thread_id = await hang_up_after(ann, "Hello ")

    began = time.monotonic()
    answer = await elsewhere.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")

    assert answer.json() == {"stopped": True}
    assert time.monotonic() - began < 3
    assert await messages(ann, thread_id) == [("user", "hello"), ("assistant", "Hello ")]
    assert "renew_turn" in wire.tools


@pytest.mark.requirement("004/FR-010")
async def test_nothing_runs_and_so_nothing_is_stopped(start: Start, meet: Meet, issuer: Issuer) -> None:
    started = await start(Paced().model())
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    thread_id = await hang_up_after(ann, "Hello ", **{"Idempotency-Key": "k1"})

    answers = [
        await ann.post("stop", {"conversation_id": UNKNOWN}),
        await bob.post("stop", {"conversation_id": thread_id}),
        await bob.post("stop", {"idempotency_key": "k1"}),
        await ann.post("stop", {"idempotency_key": "another"}),
    ]

    assert [one.status_code for one in answers] == [404, 404, 202, 202]
    assert answers[0].text == answers[1].text
    assert [one.json() for one in answers[2:]] == [{"stopped": False}] * 2
    assert await status(ann, thread_id) == "running"
    await ann.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")
    assert (await ann.post("stop", {"conversation_id": thread_id})).json() == {"stopped": False}


@pytest.mark.parametrize(
    "body", [{}, {"conversation_id": UNKNOWN, "idempotency_key": "k"}, {"conversation_id": 7}, {"other": "x"}, [], None]
)
async def test_a_stop_that_names_nothing_or_two_things_is_422(start: Start, meet: Meet, wire: Wire, body: Any) -> None:
    answer = await meet(await start()).post("stop", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert wire.tools == []


@pytest.mark.requirement("004/FR-011")
async def test_after_a_stop_no_call_begins(start: Start, meet: Meet, wire: Wire) -> None:
    held = asyncio.Event()
    model = ScriptedModel([[function_call("find_tasks", "{}", call_id="f")], [add()], [assistant_message("Added.")]])
    ann = meet(await start(model))

    async def hold(one: Asked) -> None:
        if one.tool == "find_tasks":
            await held.wait()

    wire.before = hold
    thread_id = await hang_up_after(ann, "Looking at your tasks")
    await until(lambda: "find_tasks" in wire.tools)
    await ann.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")
    held.set()
    await asyncio.sleep(0.2)

    assert len(model.calls) == 1
    assert "add_tasks" not in wire.tools


@pytest.mark.requirement("004/FR-011")
async def test_without_a_stop_the_same_answer_goes_on(start: Start, meet: Meet, wire: Wire) -> None:
    """The negative control."""
    model = ScriptedModel([[function_call("find_tasks", "{}", call_id="f")], [add()], [assistant_message("Added.")]])
    ann = meet(await start(model))

    thread_id = await hang_up_after(ann, "Looking at your tasks")
    await until_status(ann, thread_id, "done")

    assert len(model.calls) == 3
    assert "add_tasks" in wire.tools


@pytest.mark.requirement("004/FR-012")
async def test_the_next_answer_knows_that_it_was_stopped_and_what_may_have_happened(start: Start, meet: Meet) -> None:
    async def speak_and_wait(_: ModelCall) -> AsyncIterator[Any]:
        yield word("I have looked")
        await asyncio.Event().wait()

    model = ScriptedModel([[add()], ModelStep.stream(speak_and_wait), [assistant_message("Yes.", item_id="m")]])
    ann = meet(await start(model))
    thread_id = await hang_up_after(ann, "I have looked")
    await ann.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")

    await ann.chat("go on", thread_id)

    call = model.last_call
    assert call is not None
    heard = [item.get("role", item.get("type")) for item in call.input]
    assert heard == ["user", "function_call", "function_call_output", "assistant", "user"]
    assert "buy milk" in call.input[2]["output"]
    assert call.input[3]["content"] == "I have looked\n\n(The person stopped this answer here.)"


@pytest.mark.requirement("004/FR-012")
async def test_a_call_that_a_stop_cut_off_is_told_as_one_that_may_have_happened(
    start: Start, meet: Meet, wire: Wire
) -> None:
    held = asyncio.Event()
    model = ScriptedModel([[add()], [assistant_message("Let me look.", item_id="m")]])
    ann = meet(await start(model))

    async def hold(one: Asked) -> None:
        if one.tool == "add_tasks":
            await held.wait()

    wire.before = hold
    thread_id = await hang_up_after(ann, "Adding tasks")
    await until(lambda: "add_tasks" in wire.tools)
    await ann.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")
    held.set()
    await ann.chat("go on", thread_id)

    call = model.last_call
    assert call is not None
    output = next(item["output"] for item in call.input if item.get("type") == "function_call_output")
    assert "it may have happened" in output


@pytest.mark.requirement("004/FR-003")
async def test_what_is_said_and_done_is_stored_while_it_goes_on(
    start: Start, meet: Meet, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.running.RENEW_SECONDS", 0.1)
    paced = Paced()
    model = ScriptedModel([[add()]])
    model.extend([ModelStep.stream(paced._speak)])
    ann = meet(await start(model))

    thread_id = await hang_up_after(ann, "Hello ")
    async with asyncio.timeout(5):
        while len(await messages(ann, thread_id)) < 2:  # noqa: ASYNC110 - another task's work, seen from outside
            await asyncio.sleep(0.02)
    stored = next(one.arguments["items"] for one in wire.asked[::-1] if one.arguments.get("items"))
    await until(lambda: wire.asked[-1].tool == "renew_turn" and wire.asked[-1].arguments["items"] is None)
    paced.go_on.set()
    await until_status(ann, thread_id, "done")

    assert [item["kind"] for item in stored] == ["workflow", "hidden_context_item", "assistant_message"]
    finished = next(one.arguments["items"] for one in wire.asked if one.tool == "finish_turn")
    assert [item["id"] for item in finished[:3]] == [item["id"] for item in stored]
    assert (await messages(ann, thread_id))[1] == ("assistant", "Hello world.")


@pytest.mark.requirement("004/FR-002")
async def test_hanging_up_at_any_event_changes_neither_the_answer_nor_that_it_is_stored(
    start: Start, meet: Meet
) -> None:
    script = [[add()], [assistant_message("Added buy milk.", item_id="m")]]
    whole = await meet(await start(ScriptedModel(script))).chat("hello")
    kinds = list(dict.fromkeys(event["type"] for event in whole))
    ann = meet(await start(ScriptedModel(script * len(kinds))))

    for kind in kinds:
        thread_id = await hang_up_after(ann, f'"type":"{kind}"')
        await until_status(ann, thread_id, "done")
        assert (await messages(ann, thread_id))[1:] == [("assistant", "Added buy milk.")], kind
