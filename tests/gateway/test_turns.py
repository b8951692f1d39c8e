"""A turn's life: stored before it is acknowledged, finished without a listener, finished once, told truthfully."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest
from agents.testing import ModelCall, ModelStep, ScriptedModel, assistant_message, function_call
from starlette.responses import Response

from gateway import running
from gateway.offline.model import OfflineModel
from gateway.streams import event_stream
from tests.gateway.conftest import Meet, Start
from tests.gateway.models import Paced, word
from tests.gateway.serving import Asked, Person, Wire, chatkit_message, said_in
from tests.gateway.talking import hang_up_after, messages, status, until, until_status
from tests.mcp_server.database import run
from tests.services import Issuer

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("004/FR-002")
@pytest.mark.requirement("001/FR-039")
async def test_an_answer_is_finished_and_stored_when_the_page_goes_away(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))

    thread_id = await hang_up_after(ann, "Hello ")
    assert await status(ann, thread_id) == "running"
    paced.go_on.set()

    await until_status(ann, thread_id, "done")
    assert await messages(ann, thread_id) == [("user", "hello"), ("assistant", "Hello world.")]


@pytest.mark.requirement("001/FR-039")
async def test_tools_run_to_the_end_although_nobody_listens(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start(OfflineModel()))
    left = asyncio.Event()

    async def wait_until_left(one: Asked) -> None:
        if one.tool == "add_tasks":
            await left.wait()

    wire.before = wait_until_left
    address = f"{ann.url}/api/{ann.user_id}/chatkit"
    async with ann.http.stream("POST", address, json=chatkit_message("add buy milk"), headers=ann.headers) as answer:
        async for chunk in answer.aiter_text():
            if "Adding tasks" in chunk:
                break
    left.set()

    await until(lambda: "finish_turn" in wire.tools)
    assert "buy milk" in (await ann.say("what is on my list?"))["response"]


@pytest.mark.requirement("004/FR-002")
async def test_without_a_task_of_its_own_the_answer_would_be_lost(start: Start, meet: Meet) -> None:
    """The negative control: inside the response, as ChatKit's server does it by itself, hanging up ends the answer."""
    paced = Paced()
    started = await start(paced.model())
    ann = meet(started)
    begun = asyncio.Event()
    ended: list[str] = []

    @started.gateway.app.get("/inside")
    async def inside() -> Response:
        async def produce() -> AsyncIterator[bytes]:
            try:
                begun.set()
                yield b"data: Hello \n\n"
                await paced.go_on.wait()
                ended.append("finished")
            finally:
                ended.append("over")

        return event_stream(produce(), b"")

    async with ann.http.stream("GET", f"{ann.url}/inside") as answer:
        async for _ in answer.aiter_text():
            break
    await until(lambda: ended)
    assert ended == ["over"]


@pytest.mark.requirement("004/FR-001")
@pytest.mark.requirement("001/FR-019")
async def test_the_message_is_stored_before_the_first_event(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))

    thread_id = await hang_up_after(ann, '"thread.created"')

    assert await messages(ann, thread_id) == [("user", "hello")]
    paced.go_on.set()


async def test_a_second_message_in_the_same_conversation_is_refused_at_once(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model(2)))
    thread_id = await hang_up_after(ann, "Hello ")

    refused = [
        await ann.post("chatkit", chatkit_message("second", thread_id)),
        await ann.post("chat", {"message": "second", "conversation_id": thread_id}),
    ]
    elsewhere = asyncio.create_task(ann.say("elsewhere"))
    paced.go_on.set()

    assert [one.status_code for one in refused] == [409, 409]
    assert {one.json()["code"] for one in refused} == {"turn_in_progress"}
    assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert (await elsewhere)["response"] == "Hello world."
    assert ("user", "second") not in await messages(ann, thread_id)


@pytest.mark.requirement("004/FR-024")
@pytest.mark.parametrize("thread_id", ["7f1d1f0e-0000-4000-8000-000000000000", "thr_1234abcd", "../x", "'"])
async def test_an_unknown_conversation_is_404_before_any_event(start: Start, meet: Meet, thread_id: str) -> None:
    model = ScriptedModel()
    ann = meet(await start(model))

    answers = [
        await ann.post("chatkit", chatkit_message("hi", thread_id)),
        await ann.post("chat", {"message": "hi", "conversation_id": thread_id}),
        await ann.ask("threads.get_by_id", thread_id=thread_id),
        await ann.ask("items.list", thread_id=thread_id),
        await ann.ask("threads.update", thread_id=thread_id, title="x"),
        await ann.ask("threads.delete", thread_id=thread_id),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "not_found")] * len(answers)
    assert model.calls == ()


async def test_another_persons_conversation_gets_the_very_same_answer(start: Start, meet: Meet, issuer: Issuer) -> None:
    started = await start()
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    hers = (await ann.say("add buy milk"))["conversation_id"]
    nobodys = "7f1d1f0e-0000-4000-8000-000000000000"

    for ask in (
        lambda thread: bob.post("chatkit", chatkit_message("hi", thread)),
        lambda thread: bob.post("chat", {"message": "hi", "conversation_id": thread}),
        lambda thread: bob.get(f"conversations/{thread}"),
        lambda thread: bob.ask("threads.get_by_id", thread_id=thread),
        lambda thread: bob.ask("items.list", thread_id=thread),
        lambda thread: bob.ask("threads.update", thread_id=thread, title="x"),
        lambda thread: bob.ask("threads.delete", thread_id=thread),
    ):
        foreign, unknown = await ask(hers), await ask(nobodys)
        assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text) == (404, unknown.text)
    assert len(await messages(ann, hers)) == 2


async def test_the_same_key_gives_the_stored_answer_and_runs_nothing(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    first = await ann.say("add buy milk", idempotency_key="k1")
    await ann.say("hello", first["conversation_id"])

    wire.asked.clear()
    again = await ann.say("add buy milk", idempotency_key="k1")
    streamed = await ann.post("chat", {"message": "add buy milk", "idempotency_key": "k1"}, accept="text/event-stream")
    paged = await ann.chat("add buy milk", **{"Idempotency-Key": "k1"})

    assert again == first
    assert json.loads(streamed.text.split("event: done\ndata: ")[1]) == first
    assert (paged[0]["thread"]["id"], said_in(paged)) == (first["conversation_id"], first["response"])
    assert "add_tasks" not in wire.tools
    assert (await ann.say("what is on my list?"))["response"].count("buy milk") == 1


async def test_the_same_key_with_another_message_is_a_conflict(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    await ann.say("add buy milk", idempotency_key="k1")

    answer = await ann.post("chat", {"message": "add buy eggs", "idempotency_key": "k1"})

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.requirement("004/FR-001")
async def test_ten_sends_of_one_key_at_once_are_one_message(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    sends = [ann.post("chat", {"message": "add buy milk", "idempotency_key": "k1"}) for _ in range(10)]
    answers = await asyncio.gather(*sends)

    assert {one.status_code for one in answers} <= {200, 409}
    served = {one.json()["conversation_id"] for one in answers if one.status_code == 200}
    assert len(served) == 1
    assert (await ann.say("what is on my list?"))["response"].count("buy milk") == 1


FAILURES: dict[str, list[Any]] = {
    "unreachable": [ModelStep.raise_error(openai.APIConnectionError(request=httpx2.Request("POST", "http://x")))],
    "a bug": [ModelStep.raise_error(RuntimeError("the password is hunter2"))],
    "silent": [[]],
    "blank": [[assistant_message("", item_id="m")]],
    "an unknown tool": [[function_call("nothing_such", "{}", call_id="c")]],
}


@pytest.mark.requirement("004/FR-061")
@pytest.mark.parametrize("failure", FAILURES)
async def test_a_model_that_fails_is_told_truthfully_and_the_turn_can_be_tried_again(
    start: Start, meet: Meet, failure: str
) -> None:
    model = ScriptedModel([*FAILURES[failure], *FAILURES[failure], [assistant_message("Better now.")]])
    ann = meet(await start(model))

    events = await ann.chat("hello")
    thread_id = events[0]["thread"]["id"]
    plain = await ann.post("chat", {"message": "hello", "idempotency_key": "k1"})
    again = await ann.post("chat", {"message": "hello", "idempotency_key": "k1"})

    assert said_in(events).startswith("I could not finish this answer: ")
    assert "Nothing was changed." in said_in(events)
    assert await status(ann, thread_id) == "failed"
    assert (await messages(ann, thread_id))[1] == ("assistant", said_in(events))
    assert (plain.status_code, plain.json()["code"]) == (503, "unavailable")
    assert plain.json()["message"] == said_in(events)
    assert "hunter2" not in plain.text + said_in(events)
    assert (again.status_code, again.json()["response"]) == (200, "Better now.")


async def test_what_was_said_and_done_before_a_failure_is_kept(start: Start, meet: Meet) -> None:
    async def speak_and_fail(_: ModelCall) -> AsyncIterator[Any]:
        yield word("I have added ")
        raise openai.APIConnectionError(request=httpx2.Request("POST", "http://x"))

    add = function_call("add_tasks", json.dumps({"tasks": [{"title": "buy milk"}]}), call_id="c")
    model = ScriptedModel([[add], ModelStep.stream(speak_and_fail)])
    ann = meet(await start(model))

    events = await ann.chat("hello")

    said = [text for role, text in await messages(ann, events[0]["thread"]["id"]) if role == "assistant"]
    assert said[0] == "I have added "
    assert "Some of the steps above may have happened" in said[1]


@pytest.mark.requirement("004/FR-006")
async def test_a_second_attempt_hears_what_the_first_one_did_and_not_what_it_said(start: Start, meet: Meet) -> None:
    add = function_call("add_tasks", json.dumps({"tasks": [{"title": "buy milk"}]}), call_id="c")
    failure = ModelStep.raise_error(RuntimeError())
    model = ScriptedModel([[add], failure, [assistant_message("It is on your list.", item_id="m")]])
    ann = meet(await start(model))
    body = {"message": "add buy milk", "idempotency_key": "k1"}

    first = await ann.post("chat", body)
    second = await ann.post("chat", body)

    assert (first.status_code, second.json()["response"]) == (503, "It is on your list.")
    last = model.last_call
    assert last is not None
    assert [item.get("role", item.get("type")) for item in last.input] == [
        "user",
        "function_call",
        "function_call_output",
    ]
    assert "buy milk" in last.input[-1]["output"]


@pytest.mark.requirement("004/FR-052")
@pytest.mark.requirement("004/FR-061")
async def test_a_model_that_never_stops_calling_tools_is_stopped(start: Start, meet: Meet, wire: Wire) -> None:
    steps = [[function_call("get_context", "{}", call_id=f"{n}-{m}") for m in range(4)] for n in range(20)]
    model = ScriptedModel(steps)
    ann = meet(await start(model))

    answer = await ann.post("chat", {"message": "hello"})

    assert answer.status_code == 503
    assert "more steps" in answer.json()["message"]
    assert len(model.calls) == 8
    assert wire.tools.count("get_context") == 16


@pytest.mark.requirement("004/FR-052")
@pytest.mark.requirement("004/FR-061")
async def test_no_more_calls_are_made_at_once_than_fit_into_a_message(start: Start, meet: Meet, wire: Wire) -> None:
    calls = [function_call("get_context", "{}", call_id=f"c{n}") for n in range(40)]
    ann = meet(await start(ScriptedModel([calls, [assistant_message("Enough.", item_id="m")]])))

    assert (await ann.say("hello"))["response"] == "Enough."
    assert wire.tools.count("get_context") == 16


@pytest.mark.requirement("004/FR-052")
@pytest.mark.requirement("004/FR-061")
async def test_a_model_that_never_answers_is_given_up(
    start: Start, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ANSWER_SECONDS", 0.3)
    ann = meet(await start(Paced().model()))

    answer = await ann.post("chat", {"message": "hello"})

    assert answer.status_code == 503
    assert "took too long" in answer.json()["message"]


@pytest.mark.requirement("004/FR-024")
@pytest.mark.requirement("001/FR-037")
async def test_an_answer_that_cannot_be_stored_ends_with_an_error_that_allows_a_retry(
    start: Start, meet: Meet, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STORE_SECONDS", 0.5)
    ann = meet(await start())

    async def refuse(one: Asked) -> Response | None:
        return Response(status_code=503) if one.tool == "finish_turn" else None

    wire.before = refuse
    events = await ann.chat("hello")
    plain = await ann.post("chat", {"message": "hello"})

    assert said_in(events).startswith("I am Remit's offline assistant")
    assert events[-1]["type"] == "error"
    assert events[-1]["allow_retry"] is True
    assert "could not be stored" in events[-1]["message"]
    assert (plain.status_code, plain.json()["code"]) == (503, "unavailable")


@pytest.mark.requirement("004/FR-015")
async def test_an_answer_whose_storing_hangs_is_stored_by_another_try(
    start: Start, meet: Meet, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STORE_TRY_SECONDS", 0.3)
    ann = meet(await start())
    is_over = asyncio.Event()

    async def hang_once(one: Asked) -> Response | None:
        if one.tool == "finish_turn" and wire.tools.count("finish_turn") == 1:
            await is_over.wait()
            return Response(status_code=503)
        return None

    wire.before = hang_once
    events = await ann.chat("hello")
    is_over.set()

    assert said_in(events).startswith("I am Remit's offline assistant")
    assert events[-1]["type"] != "error"
    assert await status(ann, events[0]["thread"]["id"]) == "done"


@pytest.mark.requirement("004/FR-017")
async def test_who_sends_again_because_the_beginning_was_not_heard_is_answered_at_once(
    start: Start, meet: Meet, wire: Wire
) -> None:
    ann = meet(await start())
    elsewhere = meet(await start())
    message = {"message": "add buy milk", "idempotency_key": "k1"}
    wire.loses = "begin_turn"
    lost = await ann.post("chat", message)
    wire.loses = ""

    other = await elsewhere.post("chat", message)
    again = await ann.say(**message)

    assert (lost.status_code, other.status_code) == (503, 409), "the control: another process has to wait"
    assert again["response"].startswith("Added “buy milk”.")
    thread_id = again["conversation_id"]
    assert [role for role, _ in await messages(ann, thread_id)] == ["user", "assistant"]


@pytest.mark.requirement("004/FR-024")
async def test_a_stored_answer_that_cannot_be_shown_again_is_told_as_a_failure(
    start: Start, meet: Meet, owner_url: str
) -> None:
    ann = meet(await start())
    message = {"message": "hello", "idempotency_key": "k1"}
    assert (await ann.post("chat", message)).status_code == 200
    odd = "UPDATE items SET data = '{\"content\": 5}' WHERE user_id = $1 AND kind = 'assistant_message'"
    await asyncio.to_thread(run, owner_url, odd, ann.user_id)

    again = await ann.post("chat", message)
    streamed = await ann.post("chat", message, accept="text/event-stream")

    assert (again.status_code, again.json()["code"]) == (500, "internal")
    assert "event: error" in streamed.text


@pytest.mark.requirement("004/FR-024")
async def test_what_nobody_foresaw_at_the_end_is_told_too(
    start: Start, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a mistake of ours")

    ann = meet(await start())
    monkeypatch.setattr(running, "to_item", fail)
    events = await ann.chat("hello")

    assert events[-1]["type"] == "error"
    assert "could not be stored" in events[-1]["message"]


@pytest.mark.requirement("001/FR-037")
async def test_a_short_absence_at_the_end_costs_nothing(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    refused: list[str] = []

    async def refuse_twice(one: Asked) -> Response | None:
        if one.tool != "finish_turn" or len(refused) == 2:
            return None
        refused.append(one.tool)
        return Response(status_code=503)

    wire.before = refuse_twice
    events = await ann.chat("hello")

    assert len(refused) == 2
    assert events[-1]["type"] == "thread.item.done"
    assert await status(ann, events[0]["thread"]["id"]) == "done"


async def test_the_lease_is_renewed_while_the_answer_takes_its_time(
    start: Start, meet: Meet, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RENEW_SECONDS", 0.05)
    paced = Paced()
    ann = meet(await start(paced.model()))

    answering = asyncio.create_task(ann.say("hello"))
    await until(lambda: wire.tools.count("renew_turn") >= 3)
    paced.go_on.set()

    assert (await answering)["response"] == "Hello world."


@pytest.mark.requirement("004/FR-005")
async def test_a_run_whose_lease_is_anothers_stops_and_stores_nothing(
    start: Start, meet: Meet, wire: Wire, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RENEW_SECONDS", 0.1)
    ann = meet(await start(Paced().model()))
    take_away = "UPDATE turns SET lease = gen_random_uuid() WHERE user_id = $1 RETURNING id"

    async def take_it_away(one: Asked) -> None:
        if one.tool == "renew_turn":
            assert await asyncio.to_thread(run, owner_url, take_away, ann.user_id, user_id=ann.user_id)

    wire.before = take_it_away
    events = await ann.chat("hello")

    assert events[-1]["type"] == "error"
    assert wire.tools == ["begin_turn", "renew_turn"]
    assert await messages(ann, events[0]["thread"]["id"]) == [("user", "hello")]
