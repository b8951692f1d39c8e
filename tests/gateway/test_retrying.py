"""A message is answered anew: its effects happen once, what followed is gone; and answers are judged."""

import asyncio
import json
from typing import Any

import httpx2
import openai
import pytest
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call

from tests.gateway.conftest import Meet, Start
from tests.gateway.models import Paced
from tests.gateway.serving import Person, Wire, chatkit_events, said_in
from tests.gateway.talking import follow, hang_up_after, items, messages, of_kind, status, until_status
from tests.mcp_server.database import run
from tests.services import Issuer

pytestmark = pytest.mark.anyio

UNKNOWN = "7f1d1f0e-0000-4000-8000-000000000000"


def add() -> Any:
    return function_call("add_tasks", json.dumps({"tasks": [{"title": "buy milk"}]}), call_id="c")


def failure() -> ModelStep:
    return ModelStep.raise_error(openai.APIConnectionError(request=httpx2.Request("POST", "http://x")))


async def retry(person: Person, thread_id: str, item_id: str) -> list[dict[str, Any]]:
    answer = await person.ask("threads.retry_after_item", thread_id=thread_id, item_id=item_id)
    assert answer.status_code == 200, answer.text
    return chatkit_events(answer.text)


async def judge(person: Person, thread_id: str, item_ids: list[str], kind: str) -> httpx2.Response:
    params = {"thread_id": thread_id, "item_ids": item_ids, "kind": kind}
    return await person.post("chatkit", {"type": "items.feedback", "params": params})


@pytest.mark.requirement("004/FR-021")
@pytest.mark.requirement("004/FR-006")
async def test_a_failed_answer_is_given_anew_and_its_write_happens_once(start: Start, meet: Meet, wire: Wire) -> None:
    model = ScriptedModel([[add()], failure(), [add()], [assistant_message("It is on your list.", item_id="m")]])
    ann = meet(await start(model))
    failed = await ann.chat("add buy milk")
    thread_id = failed[0]["thread"]["id"]
    message = of_kind("user_message", await items(ann, thread_id))[0]

    events = await retry(ann, thread_id, message["id"])

    assert said_in(events) == "It is on your list."
    assert events[0]["type"] == "stream_options"
    assert await messages(ann, thread_id) == [("user", "add buy milk"), ("assistant", "It is on your list.")]
    assert await status(ann, thread_id) == "done"
    assert wire.tools.count("add_tasks") == 2
    outputs = [item["output"] for item in model.calls[2].input if item.get("type") == "function_call_output"]
    assert "buy milk" in outputs[0]
    assert (await meet(await start()).say("what is on my list?"))["response"].count("buy milk") == 1


@pytest.mark.requirement("004/FR-021")
async def test_the_last_message_is_answered_anew_and_an_earlier_one_takes_nothing_away(
    start: Start, meet: Meet
) -> None:
    model = ScriptedModel([[assistant_message(text, item_id="m")] for text in ("one", "two", "two again")])
    ann = meet(await start(model))
    thread_id = (await ann.chat("first"))[0]["thread"]["id"]
    await ann.chat("second", thread_id)
    before = await items(ann, thread_id)
    first, second = of_kind("user_message", before)

    refused = await ann.ask("threads.retry_after_item", thread_id=thread_id, item_id=first["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert await items(ann, thread_id) == before
    await retry(ann, thread_id, second["id"])

    assert [text for _, text in await messages(ann, thread_id)] == ["first", "one", "second", "two again"]
    call = model.last_call
    assert call is not None
    assert [item["content"] for item in call.input] == ["first", "one", "second"]


@pytest.mark.requirement("004/FR-021")
async def test_a_stopped_and_an_interrupted_answer_can_be_asked_for_again(
    start: Start, meet: Meet, owner_url: str
) -> None:
    paced = Paced()
    ann = meet(await start(paced.model(3)))
    thread_id = await hang_up_after(ann, "Hello ")
    await ann.post("stop", {"conversation_id": thread_id})
    await until_status(ann, thread_id, "stopped")
    message = of_kind("user_message", await items(ann, thread_id))[0]
    paced.go_on.set()

    assert said_in(await retry(ann, thread_id, message["id"])) == "Hello world."
    await asyncio.to_thread(run, owner_url, "UPDATE turns SET status = 'interrupted' WHERE user_id = $1", ann.user_id)
    assert said_in(await retry(ann, thread_id, message["id"])) == "Hello world."
    assert await messages(ann, thread_id) == [("user", "hello"), ("assistant", "Hello world.")]


@pytest.mark.requirement("004/FR-021")
async def test_what_is_no_message_of_the_persons_is_not_answered_anew_and_nothing_goes(
    start: Start, meet: Meet, issuer: Issuer
) -> None:
    started = await start()
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]
    before = await items(ann, thread_id)
    message, answer = (of_kind(kind, before)[0]["id"] for kind in ("user_message", "assistant_message"))

    async def refused(person: Person, thread: str, item: str) -> tuple[int, str]:
        response = await person.ask("threads.retry_after_item", thread_id=thread, item_id=item)
        return response.status_code, response.json()["code"]

    assert await refused(ann, thread_id, "msg_unknown") == (404, "not_found")
    assert await refused(ann, UNKNOWN, message) == (404, "not_found")
    assert await refused(bob, thread_id, message) == (404, "not_found")
    assert await refused(ann, thread_id, answer) == (422, "invalid")
    assert await items(ann, thread_id) == before


@pytest.mark.requirement("004/FR-021")
async def test_beside_a_running_answer_nothing_is_answered_anew(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))
    thread_id = await hang_up_after(ann, "Hello ")
    message = of_kind("user_message", await items(ann, thread_id))[0]

    answer = await ann.ask("threads.retry_after_item", thread_id=thread_id, item_id=message["id"])
    paced.go_on.set()

    assert (answer.status_code, answer.json()["code"]) == (409, "turn_in_progress")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.requirement("004/FR-021")
async def test_a_new_answer_is_followed_as_the_first_one_was(start: Start, meet: Meet) -> None:
    ann = meet(await start(ScriptedModel([failure(), [assistant_message("Better.", item_id="m")]])))
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]
    message = of_kind("user_message", await items(ann, thread_id))[0]

    await retry(ann, thread_id, message["id"])

    assert await follow(ann, thread_id) == []


@pytest.mark.requirement("004/FR-022")
async def test_what_a_person_thinks_of_an_answer_is_stored_the_last_word_counting(
    start: Start, meet: Meet, owner_url: str
) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]
    named = [item["id"] for item in await items(ann, thread_id)]

    for kind in ("positive", "negative"):
        answer = await judge(ann, thread_id, named, kind)
        assert (answer.status_code, answer.json()) == (200, {})

    stored = await asyncio.to_thread(run, owner_url, "SELECT feedback FROM items WHERE user_id = $1", ann.user_id)
    assert [row["feedback"] for row in stored] == ["negative"] * len(named)


@pytest.mark.requirement("004/FR-022")
async def test_of_unknown_and_foreign_items_nothing_is_stored(
    start: Start, meet: Meet, issuer: Issuer, owner_url: str
) -> None:
    started = await start()
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]
    named = [item["id"] for item in await items(ann, thread_id)]

    async def judged(person: Person, thread: str, item_ids: list[str]) -> int:
        return (await judge(person, thread, item_ids, "positive")).status_code

    assert await judged(ann, thread_id, [*named, "msg_unknown"]) == 404
    assert await judged(ann, UNKNOWN, named) == 404
    assert await judged(bob, thread_id, named) == 404
    assert await judged(ann, thread_id, []) == 422
    assert await judged(ann, thread_id, ["x"] * 101) == 422
    stored = await asyncio.to_thread(run, owner_url, "SELECT feedback FROM items WHERE user_id = $1", ann.user_id)
    assert {row["feedback"] for row in stored} == {None}


@pytest.mark.requirement("004/FR-006")
async def test_a_retried_look_and_a_retried_question_show_their_cards_again(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    await ann.say("add buy milk and buy eggs")

    for said, shown in (("what is on my list?", "buy eggs"), ("clear my list", "Delete 2 tasks?")):
        thread_id = (await ann.chat(said))[0]["thread"]["id"]
        before = await items(ann, thread_id)
        await retry(ann, thread_id, of_kind("user_message", before)[0]["id"])

        again = await items(ann, thread_id)
        assert [item["type"] for item in again] == [item["type"] for item in before]
        (card,) = of_kind("widget", again)
        assert shown in str(card)


@pytest.mark.requirement("004/FR-006")
async def test_what_a_first_attempt_changed_can_be_taken_back_below_the_second(start: Start, meet: Meet) -> None:
    model = ScriptedModel([[add()], failure(), [add()], [assistant_message("It is there.", item_id="m")]])
    ann = meet(await start(model))
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]
    message = of_kind("user_message", await items(ann, thread_id))[0]

    await retry(ann, thread_id, message["id"])

    cards = of_kind("widget", await items(ann, thread_id))
    assert [card["widget"]["children"][0]["value"] for card in cards] == ["Added “buy milk”"]


@pytest.mark.requirement("004/FR-006")
async def test_what_was_too_long_to_keep_of_a_first_attempt_stops_no_second_one(
    start: Start, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.answers.LONGEST_KEPT", 40)
    look = function_call("find_tasks", "{}", call_id="look")
    model = ScriptedModel([[add()], [look], failure(), [assistant_message("It is there.", item_id="m")]])
    ann = meet(await start(model))
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]
    message = of_kind("user_message", await items(ann, thread_id))[0]

    assert said_in(await retry(ann, thread_id, message["id"])) == "It is there."
    assert await status(ann, thread_id) == "done"
