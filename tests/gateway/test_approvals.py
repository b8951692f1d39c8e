"""More than one task is deleted on the person's word alone: asked on a card, claimed once, and told truthfully."""

import asyncio
import json
from typing import Any

import pytest
from agents.testing import ScriptedModel, assistant_message, function_call

from gateway.agent import SHALL_I
from gateway.buttons import ANSWERED, WENT_ON
from gateway.items import NO, YES
from shared.contract import Scope
from tests.gateway.conftest import Meet, Start
from tests.gateway.openai_server import OpenAIServer
from tests.gateway.serving import Person, Wire, chatkit_events, said_in
from tests.gateway.talking import items, messages, of_kind, status
from tests.mcp_server.database import run
from tests.services import Issuer

pytestmark = pytest.mark.anyio

MILK, EGGS, RENT = ("t1", "buy milk"), ("t2", "buy eggs"), ("t3", "pay the rent")


def delete(*tasks: tuple[str, str], call_id: str = "d") -> Any:
    items = [{"id": task, "expect_title": title} for task, title in tasks]
    return function_call("delete_tasks", json.dumps({"items": items}), call_id=call_id)


def say(text: str) -> list[Any]:
    return [assistant_message(text, item_id="m")]


async def with_tasks(person: Person) -> None:
    """Give the person three tasks: t1, t2 and t3."""
    await person.say("add buy milk tomorrow, buy eggs and pay the rent every month")


async def left(person: Person) -> list[str]:
    """The titles on the list, by the offline assistant."""
    text = (await person.say("what is on my list?"))["response"]
    return [title for _, title in (MILK, EGGS, RENT) if title in text]


async def asked(person: Person) -> tuple[str, dict[str, Any]]:
    """Let the model delete, and return the thread and the card that asks."""
    events = await person.chat("tidy up")
    thread_id = events[0]["thread"]["id"]
    return thread_id, of_kind("widget", await items(person, thread_id))[-1]


async def answer(person: Person, thread_id: str, card: dict[str, Any], approved: Any) -> list[dict[str, Any]]:
    response = await press(person, thread_id, card["id"], {"approved": approved})
    assert response.status_code == 200, response.text
    return chatkit_events(response.text)


async def press(person: Person, thread_id: str, item_id: str, payload: Any, form: str = "custom_action") -> Any:
    action = {"type": "deletion.answer", "payload": payload}
    return await person.ask(f"threads.{form}", thread_id=thread_id, item_id=item_id, action=action)


@pytest.mark.requirement("004/FR-030")
async def test_the_run_stops_at_a_card_that_names_each_task(start: Start, meet: Meet) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    model = ScriptedModel([[delete(MILK, EGGS, RENT)]])
    ann = meet(await start(model))

    thread_id, card = await asked(ann)

    assert len(model.calls) == 1
    assert await messages(ann, thread_id) == [("user", "tidy up"), ("assistant", SHALL_I)]
    assert await status(ann, thread_id) == "done"
    drawn = json.dumps(card["widget"])
    for words in ("Delete 3 tasks?", "1. buy milk", "2. buy eggs", "3. pay the rent", "repeats", "Caption"):
        assert words in drawn
    assert card["widget"]["confirm"]["action"]["payload"] == {"approved": True}
    assert card["widget"]["cancel"]["action"]["payload"] == {"approved": False}
    assert len(await left(offline)) == 3
    steps = of_kind("workflow", await items(ann, thread_id))[0]["workflow"]["tasks"]
    assert steps[0]["content"] == "This needs your word first."


@pytest.mark.requirement("004/FR-030")
async def test_several_calls_are_one_card_and_a_second_single_one_asks_too(start: Start, meet: Meet) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    both = [delete(MILK, EGGS, call_id="a"), delete(EGGS, RENT, call_id="b")]
    ann = meet(await start(ScriptedModel([both, [delete(MILK, call_id="c")], [delete(EGGS)]])))

    thread_id, card = await asked(ann)
    assert [drawn for drawn in ("buy milk", "buy eggs", "pay the rent") if drawn in str(card["widget"])]
    assert str(card["widget"]).count("buy eggs") == 1
    events = await ann.chat("one by one then", thread_id)

    second = of_kind("widget", await items(ann, thread_id))[-1]
    assert "Delete this task too?" in str(second["widget"])
    assert said_in(events) == SHALL_I
    assert await left(offline) == ["buy eggs", "pay the rent"]


@pytest.mark.requirement("004/FR-032")
async def test_yes_deletes_exactly_these_and_the_answer_goes_on_with_the_result(
    start: Start, meet: Meet, wire: Wire
) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    model = ScriptedModel([[delete(MILK, EGGS)], say("Both are gone.")])
    ann = meet(await start(model))
    thread_id, card = await asked(ann)
    wire.asked.clear()

    events = await answer(ann, thread_id, card, approved=True)

    assert [event["type"] for event in events[:2]] == ["stream_options", "thread.item.replaced"]
    assert "You said yes." in str(events[1]["item"]["widget"])
    assert "confirm" not in events[1]["item"]["widget"]
    assert said_in(events) == "Both are gone."
    assert await left(offline) == ["pay the rent"]
    assert wire.tools[:4] == ["get_item", "begin_turn", "delete_tasks", "finish_turn"]
    deletion = next(one for one in wire.asked if one.tool == "delete_tasks")
    assert Scope.TASKS_CONFIRMED in deletion.claims["scope"].split()
    call = model.last_call
    assert call is not None
    heard = [item.get("role", item.get("type")) for item in call.input]
    assert heard == ["user", *["function_call", "function_call_output"], "assistant", "user", *heard[1:3]]
    assert call.input[4]["content"] == YES
    assert "restorable_until" in call.input[-1]["output"]
    assert "Deleted 2 tasks" in str(of_kind("widget", await items(ann, thread_id))[-1]["widget"])


@pytest.mark.requirement("004/FR-032")
async def test_no_deletes_nothing_and_the_answer_goes_on_with_that(start: Start, meet: Meet, wire: Wire) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    model = ScriptedModel([[delete(MILK, EGGS)], say("I left them.")])
    ann = meet(await start(model))
    thread_id, card = await asked(ann)
    wire.asked.clear()

    events = await answer(ann, thread_id, card, approved=False)

    assert "You said no" in str(events[1]["item"]["widget"])
    assert said_in(events) == "I left them."
    assert "delete_tasks" not in wire.tools
    assert len(await left(offline)) == 3
    call = model.last_call
    assert call is not None
    assert call.input[4]["content"] == NO
    assert "declined" in call.input[-1]["output"]


@pytest.mark.requirement("004/FR-031")
@pytest.mark.parametrize("apart", [False, True], ids=["one gateway", "two gateways"])
async def test_a_card_is_claimed_once_whoever_presses_at_once(start: Start, meet: Meet, *, apart: bool) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)], *[say("Done.")] * 8])))
    other = meet(await start(ScriptedModel([say("Done.")] * 8))) if apart else ann
    thread_id, card = await asked(ann)

    said = await asyncio.gather(
        *(answer(person, thread_id, card, approved=n % 2 == 0) for n, person in enumerate([ann, other] * 4))
    )

    notices = [event for events in said for event in events if event["type"] == "notice"]
    assert len(notices) == len(said) - 1
    assert len({event["message"] for event in notices}) == 1  # which answer was first, they all say
    assert notices[0]["message"].startswith(f"{ANSWERED} You said ")
    kinds = [item["type"] for item in await items(ann, thread_id)]
    assert kinds.count("assistant_message") == 2
    assert await left(offline) in (["pay the rent"], ["buy milk", "buy eggs", "pay the rent"])


@pytest.mark.requirement("004/FR-031")
async def test_a_second_answer_gets_a_notice_and_the_card_as_it_is(start: Start, meet: Meet) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)], say("Kept.")])))
    thread_id, card = await asked(ann)
    await answer(ann, thread_id, card, approved=False)

    events = await answer(ann, thread_id, card, approved=True)
    whole = await press(ann, thread_id, card["id"], {"approved": True}, "sync_custom_action")

    assert [event["type"] for event in events] == ["stream_options", "notice", "thread.item.replaced"]
    assert events[1]["message"] == f"{ANSWERED} You said no: nothing was deleted."
    assert "You said no" in str(events[-1]["item"]["widget"])
    assert (whole.status_code, whole.json()) == (409, {"code": "conflict", "message": events[1]["message"]})
    assert len(await left(offline)) == 3


@pytest.mark.requirement("004/FR-033")
@pytest.mark.parametrize("by", ["message", "retry"])
async def test_a_card_lapses_when_the_person_goes_on(start: Start, meet: Meet, by: str) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)], say("Fine.")])))
    thread_id, card = await asked(ann)
    if by == "message":
        await ann.chat("never mind", thread_id)
        events = await answer(ann, thread_id, card, approved=True)
        assert [event["type"] for event in events] == ["stream_options", "notice", "thread.item.replaced"]
        assert events[1]["message"] == f"{WENT_ON} This was not answered, so nothing was deleted."
        assert "not answered" in str(events[-1]["item"]["widget"])
    else:
        message = of_kind("user_message", await items(ann, thread_id))[0]
        await ann.ask("threads.retry_after_item", thread_id=thread_id, item_id=message["id"])
        assert (await press(ann, thread_id, card["id"], {"approved": True})).status_code == 404

    assert len(await left(offline)) == 3


@pytest.mark.requirement("004/FR-033")
async def test_a_card_is_answered_at_a_gateway_that_never_saw_it(start: Start, meet: Meet) -> None:
    """Nothing of a card is in a process: the one that asked has ended."""
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)]])))
    thread_id, card = await asked(ann)
    later = meet(await start())

    events = await answer(later, thread_id, card, approved=True)

    assert said_in(events).startswith("Deleted: “buy milk”")
    assert await left(offline) == ["pay the rent"]


@pytest.mark.requirement("004/FR-032")
async def test_a_task_that_was_renamed_since_stays(start: Start, meet: Meet) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    model = ScriptedModel([[delete(MILK, EGGS)], say("Only the eggs are gone.")])
    ann = meet(await start(model))
    thread_id, card = await asked(ann)
    await offline.say("rename buy milk to buy milk for the cat")

    await answer(ann, thread_id, card, approved=True)

    assert await left(offline) == ["buy milk", "pay the rent"]
    call = model.last_call
    assert call is not None
    output = json.loads(call.input[-1]["output"])
    assert [one["title"] for one in output["deleted"]] == ["buy eggs"]
    assert output["failed"][0]["code"] == "wrong_task"


@pytest.mark.requirement("004/FR-034")
@pytest.mark.requirement("004/FR-041")
@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"approved": "true"},
        {"approved": 1},
        {"approved": True, "calls": [[{"id": "t3", "title": "pay the rent"}]]},
        {"approved": True, "tasks": ["t3"]},
        {"approved": True, "user_id": "user-bob"},
        [True],
    ],
)
async def test_what_a_card_stands_for_never_comes_from_the_client(start: Start, meet: Meet, payload: Any) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)]])))
    thread_id, card = await asked(ann)

    for form in ("custom_action", "sync_custom_action"):
        response = await press(ann, thread_id, card["id"], payload, form)
        assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert len(await left(offline)) == 3


@pytest.mark.requirement("004/FR-034")
async def test_another_person_and_another_item_answer_nothing(start: Start, meet: Meet, issuer: Issuer) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    started = await start(ScriptedModel([[delete(MILK, EGGS)]]))
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    thread_id, card = await asked(ann)
    message = of_kind("user_message", await items(ann, thread_id))[0]

    yes = {"approved": True}
    assert (await press(bob, thread_id, card["id"], yes)).status_code == 404
    assert (await press(ann, thread_id, "card_unknown", yes)).status_code == 404
    assert (await press(ann, thread_id, message["id"], yes)).status_code == 422
    assert (await press(ann, thread_id, "", yes)).status_code == 422
    assert len(await left(offline)) == 3


@pytest.mark.requirement("004/FR-032")
async def test_the_one_answer_form_goes_on_too(start: Start, meet: Meet) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)], say("Both are gone.")])))
    thread_id, card = await asked(ann)

    response = await press(ann, thread_id, card["id"], {"approved": True}, "sync_custom_action")
    await ann.ask("threads.follow", thread_id=thread_id)

    assert "You said yes." in str(response.json()["updated_item"]["widget"])
    assert (await messages(ann, thread_id))[-1] == ("assistant", "Both are gone.")


@pytest.mark.requirement("004/FR-030")
async def test_the_offline_assistant_asks_goes_on_and_remembers(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    await with_tasks(ann)
    thread_id = (await ann.chat("clear my list"))[0]["thread"]["id"]
    card = of_kind("widget", await items(ann, thread_id))[-1]

    declined = said_in(await answer(ann, thread_id, card, approved=False))
    await ann.chat("clear my list", thread_id)
    second = of_kind("widget", await items(ann, thread_id))[-1]
    confirmed = said_in(await answer(ann, thread_id, second, approved=True))
    undone = said_in(await ann.chat("undo that", thread_id))

    assert declined.startswith("All right, nothing was changed.")
    assert confirmed.startswith("Deleted: ")
    assert "Restored" in undone or "Taken back" in undone
    assert len(await left(ann)) == 3


@pytest.mark.requirement("004/FR-030")
async def test_a_client_without_cards_is_told_why_and_nothing_goes(start: Start, meet: Meet) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    model = ScriptedModel([[delete(MILK, EGGS)], say("I may not do that here.")])
    ann = meet(await start(model))

    response = await ann.say("tidy up")

    assert response["response"] == "I may not do that here."
    call = model.first_call
    assert call is not None
    assert "this client cannot ask for the person's word" in str(call.system_instructions)
    assert len(await left(offline)) == 3


@pytest.mark.requirement("004/FR-060")
@pytest.mark.requirement("004/FR-032")
@pytest.mark.parametrize("api", ["responses", "chat_completions"])
async def test_a_compatible_server_goes_on_after_the_persons_word(start: Start, meet: Meet, api: str) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    tasks = [{"id": task, "expect_title": title} for task, title in (MILK, EGGS)]
    server = OpenAIServer([[("delete_tasks", json.dumps({"items": tasks}))], "Both are gone.", "You are welcome."])
    async with server.open() as url:
        ann = meet(await start(OPENAI_BASE_URL=url, OPENAI_API=api, OPENAI_MODEL="fake-model"))
        thread_id, card = await asked(ann)
        events = await answer(ann, thread_id, card, approved=True)
        await ann.chat("thanks", thread_id)

    assert said_in(events).strip() == "Both are gone."
    assert await left(offline) == ["pay the rent"]
    last = server.asked[-1]
    heard = json.dumps(last["input" if api == "responses" else "messages"])
    for words in ("needs_confirmation", YES, "restorable_until", "Both are gone."):
        assert words in heard


@pytest.mark.requirement("004/FR-031")
async def test_a_card_whose_answer_is_not_whole_yet_is_not_said_to_have_lapsed(
    start: Start, meet: Meet, owner_url: str
) -> None:
    offline = meet(await start())
    await with_tasks(offline)
    ann = meet(await start(ScriptedModel([[delete(MILK, EGGS)], say("Gone.")])))
    thread_id, card = await asked(ann)
    own = "UPDATE turns SET status = $2, lease_until = now() + interval '30 seconds' WHERE user_id = $1"

    await asyncio.to_thread(run, owner_url, own, ann.user_id, "running")
    response = await press(ann, thread_id, card["id"], {"approved": True})
    await asyncio.to_thread(run, owner_url, own, ann.user_id, "done")

    assert (response.status_code, response.json()["code"]) == (409, "turn_in_progress")
    assert said_in(await answer(ann, thread_id, card, approved=True)) == "Gone."
