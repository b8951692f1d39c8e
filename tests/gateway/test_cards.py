"""Lists and changes as cards: their buttons act without a model, on what is stored, as the signed-in person."""

import asyncio
import json
from typing import Any

import pytest
from agents.testing import ScriptedModel, assistant_message, function_call
from starlette.responses import Response

from gateway.agent_tools import READS
from gateway.answers import LONGEST_KEPT, MOST_KEPT, TOO_LONG
from gateway.progress import STEPS
from gateway.results import CHANGES
from shared.contract import TaskTool
from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Asked, Person, Wire, chatkit_events, chatkit_message, said_in
from tests.gateway.talking import items, of_kind
from tests.services import Issuer

pytestmark = pytest.mark.anyio


def test_no_tool_is_without_words_for_people() -> None:
    """A new tool would run as “Working”, and its change have no card."""
    assert STEPS.keys() == set(TaskTool)
    assert sorted([*READS, *CHANGES]) == sorted(TaskTool)


async def a_list(person: Person) -> tuple[str, dict[str, Any]]:
    """Add two tasks, ask for the list, and return the thread and its card."""
    await person.say("add buy milk tomorrow")
    await person.say("add pay the rent every month")
    thread_id = (await person.chat("what is on my list?"))[0]["thread"]["id"]
    return thread_id, await card_of(person, thread_id)


async def card_of(person: Person, thread_id: str) -> dict[str, Any]:
    return of_kind("widget", await items(person, thread_id))[-1]


async def press(
    person: Person, thread_id: str, item_id: str, kind: str, payload: Any, *, form: str = "custom_action"
) -> Any:
    action = {"type": kind, "payload": payload}
    return await person.ask(f"threads.{form}", thread_id=thread_id, item_id=item_id, action=action)


async def pressed(person: Person, thread_id: str, item_id: str, kind: str, payload: Any) -> list[dict[str, Any]]:
    response = await press(person, thread_id, item_id, kind, payload)
    assert response.status_code == 200, response.text
    return chatkit_events(response.text)


def buttons(card: dict[str, Any]) -> list[tuple[str, Any]]:
    """Each button's label and payload."""
    rows = [row["children"][0]["children"][-1] for row in card["widget"]["children"]]
    return [(row["label"], row["onClickAction"]["payload"]) for row in rows if row["type"] == "Button"]


@pytest.mark.requirement("004/FR-040")
async def test_a_list_shows_number_title_date_and_a_button_on_each_row(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    thread_id, card = await a_list(ann)
    events = await ann.chat("what is on my list?", thread_id)

    assert card["widget"]["type"] == "ListView"
    assert buttons(card) == [("Done", {"task": "t2"}), ("Done", {"task": "t1"})]
    drawn = json.dumps(card["widget"])
    assert "2. buy milk" in drawn
    assert "repeats" in drawn
    assert "buy milk" not in said_in(events), "the person sees the list itself"


@pytest.mark.requirement("004/FR-016")
async def test_a_list_is_stored_without_notes_and_calls_no_longer_than_a_model_hears(
    start: Start, meet: Meet, wire: Wire
) -> None:
    tasks = [{"title": f"task {n}", "notes": f"long{n}" * 500} for n in range(6)]
    adding = function_call("add_tasks", json.dumps({"tasks": tasks}), call_id="add")
    looks = [[function_call("find_tasks", "{}", call_id=f"look{n}")] for n in range(6)]
    ann = meet(await start(ScriptedModel([[adding], *looks, [assistant_message("There.", item_id="m")]])))
    await ann.chat("hello")

    stored = wire.asked[-1].arguments["items"]
    notes, card = (
        next(one["data"] for one in stored if one["kind"] == kind) for kind in ("hidden_context_item", "widget")
    )
    assert "long1" not in json.dumps(card)
    outputs = [call["output"] for call in notes["content"]["calls"]]
    assert [len(output) > LONGEST_KEPT for output in outputs] == [False] * 7
    assert sum(len(call["output"]) + len(call["arguments"]) for call in notes["content"]["calls"]) < MOST_KEPT + 500
    assert "long1" in outputs[-1], "the control: the last look is kept"
    assert TOO_LONG in outputs[1:3], "what does not fit is left out from the first on"


@pytest.mark.requirement("004/FR-040")
async def test_the_model_is_told_of_the_list_where_it_is_shown_alone(start: Start, meet: Meet) -> None:
    model = ScriptedModel([[assistant_message("a", item_id="m")], [assistant_message("b", item_id="m")]])
    ann = meet(await start(model))

    await ann.chat("hello")
    await ann.say("hello")

    told = [str(call.system_instructions) for call in model.calls]
    assert ["do not repeat the list" in one for one in told] == [True, False]


@pytest.mark.requirement("004/FR-040")
async def test_done_and_undo_act_without_a_model_and_update_in_place(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    thread_id, card = await a_list(ann)
    nobody = meet(await start(ScriptedModel()))
    wire.asked.clear()

    done = await pressed(nobody, thread_id, card["id"], "task.complete", {"task": "t1"})
    assert wire.tools == ["get_item", "complete_tasks", "update_item"]
    undone = await press(nobody, thread_id, card["id"], "task.reopen", {"task": "t1"}, form="sync_custom_action")

    assert [event["type"] for event in done] == ["stream_options", "thread.item.replaced"]
    assert buttons(done[1]["item"])[1] == ("Undo", {"task": "t1"})
    assert done[1]["item"]["id"] == card["id"]
    assert buttons(undone.json()["updated_item"]) == buttons(card)
    again = await pressed(nobody, thread_id, card["id"], "task.complete", {"task": "t1"})
    assert buttons(await card_of(ann, thread_id)) == buttons(again[1]["item"])
    assert "buy milk" not in (await ann.say("what is on my list?"))["response"]


@pytest.mark.requirement("004/FR-041")
async def test_a_double_click_in_two_processes_is_one_press(start: Start, meet: Meet, wire: Wire) -> None:
    one, other = meet(await start()), meet(await start())
    thread_id, card = await a_list(one)
    wire.asked.clear()

    await asyncio.gather(
        *(pressed(person, thread_id, card["id"], "task.complete", {"task": "t2"}) for person in (one, other, one))
    )

    keys = {one.meta["remit/idempotency_key"] for one in wire.asked if one.tool == "complete_tasks"}
    assert len(keys) == 1
    changes = (await one.say("what did I change today?"))["response"]
    assert changes.count("Completed") <= 1
    assert (await one.say("what is on my list?"))["response"].count("pay the rent") == 1


@pytest.mark.requirement("004/FR-041")
async def test_two_rows_pressed_at_once_are_both_marked(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    thread_id, card = await a_list(ann)

    await asyncio.gather(
        *(pressed(ann, thread_id, card["id"], "task.complete", {"task": task}) for task in ("t1", "t2"))
    )

    assert [label for label, _ in buttons(await card_of(ann, thread_id))] == ["Undo", "Undo"]


@pytest.mark.requirement("004/FR-041")
@pytest.mark.parametrize("change", ["rename buy milk to buy oat milk", "delete buy milk"])
async def test_a_task_that_is_another_now_is_left_alone_with_a_notice(start: Start, meet: Meet, change: str) -> None:
    ann = meet(await start())
    thread_id, card = await a_list(ann)
    await ann.say(change)

    events = await pressed(ann, thread_id, card["id"], "task.complete", {"task": "t1"})
    whole = await press(ann, thread_id, card["id"], "task.complete", {"task": "t1"}, form="sync_custom_action")

    assert [event["type"] for event in events[1:]] == ["notice", "thread.item.replaced"]
    assert "“buy milk” was left as it is" in events[1]["message"]
    assert buttons(events[2]["item"]) == buttons(card)
    assert (whole.status_code, whole.json()["code"]) == (409, "conflict")


FORGED: tuple[tuple[str, Any], ...] = (
    ("task.complete", {"task": "t3"}),
    ("task.complete", {"task": "t1", "expect_title": "pay the rent"}),
    ("task.complete", {"task": "t1", "user_id": "user-bob"}),
    ("task.complete", {"task": ["t1"]}),
    ("task.complete", {"task": "1"}),
    ("task.complete", {}),
    ("task.complete", None),
    ("task.delete", {"task": "t1"}),
    ("change.undo", {}),
    ("change.undo", {"undo_token": "c1"}),
    ("deletion.answer", {"approved": True}),
    ("begin_turn", {}),
    ("", None),
)


@pytest.mark.requirement("004/FR-041")
async def test_what_no_button_of_the_card_sends_is_refused(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    thread_id, card = await a_list(ann)
    wire.asked.clear()

    for kind, payload in FORGED:
        for form in ("custom_action", "sync_custom_action"):
            response = await press(ann, thread_id, card["id"], kind, payload, form=form)
            assert (response.status_code, response.json()["code"]) == (422, "invalid"), (kind, payload)
    assert set(wire.tools) <= {"get_item"}


@pytest.mark.requirement("004/FR-041")
async def test_another_persons_card_is_not_there(start: Start, meet: Meet, issuer: Issuer) -> None:
    started = await start()
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    thread_id, card = await a_list(ann)

    for form in ("custom_action", "sync_custom_action"):
        response = await press(bob, thread_id, card["id"], "task.complete", {"task": "t1"}, form=form)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.requirement("004/FR-040")
async def test_a_change_is_taken_back_by_its_card_once(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("add buy milk and buy eggs"))[0]["thread"]["id"]
    card = await card_of(ann, thread_id)
    assert "Added 2 tasks" in str(card["widget"])
    wire.asked.clear()

    events = await pressed(ann, thread_id, card["id"], "change.undo", {})
    await pressed(ann, thread_id, card["id"], "change.undo", {})

    assert wire.tools.count("undo") == 1
    assert "Taken back." in str(events[1]["item"]["widget"])
    assert "Button" not in str((await card_of(ann, thread_id))["widget"])
    assert "empty" in (await ann.say("what is on my list?"))["response"]


@pytest.mark.requirement("004/FR-040")
async def test_what_was_changed_since_is_not_taken_back_and_said(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]
    card = await card_of(ann, thread_id)
    await ann.say("rename buy milk to buy oat milk")

    events = await pressed(ann, thread_id, card["id"], "change.undo", {})

    assert [event["type"] for event in events[1:]] == ["notice", "thread.item.replaced"]
    assert "was left as it is" in events[1]["message"]


@pytest.mark.requirement("004/FR-040")
async def test_each_change_has_a_card_and_a_list_that_changed_after_it_was_found_has_none(
    start: Start, meet: Meet
) -> None:
    def add(title: str) -> Any:
        return function_call("add_tasks", json.dumps({"tasks": [{"title": title}]}), call_id=title)

    look = function_call("find_tasks", "{}", call_id="look")
    model = ScriptedModel(
        [[add("buy milk")], [look], [add("buy eggs")], [assistant_message("Added both.", item_id="m")]]
    )
    ann = meet(await start(model))

    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]

    widgets = [item["widget"] for item in of_kind("widget", await items(ann, thread_id))]
    assert [one["children"][0]["value"] for one in widgets] == ["Added “buy milk”", "Added “buy eggs”"]


@pytest.mark.requirement("004/FR-041")
async def test_a_press_while_the_server_is_away_is_503(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    thread_id, card = await a_list(ann)

    async def away(_: Asked) -> Response:
        return Response(status_code=503)

    wire.before = away
    response = await press(ann, thread_id, card["id"], "task.complete", {"task": "t1"})

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


@pytest.mark.requirement("004/FR-023")
async def test_what_a_card_stands_for_is_never_on_the_wire(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    heard: list[str] = []
    thread_id, listed = await a_list(ann)
    heard.append((await ann.post("chatkit", chatkit_message("add call mum", thread_id))).text)
    heard.append((await ann.post("chatkit", chatkit_message("clear my list", thread_id))).text)
    change, deletion = of_kind("widget", await items(ann, thread_id))[-2:]
    message = of_kind("user_message", await items(ann, thread_id))[0]
    for kind, card, payload in (
        ("task.complete", listed, {"task": "t1"}),
        ("change.undo", change, {}),
        ("deletion.answer", deletion, {"approved": False}),
        ("deletion.answer", deletion, {"approved": True}),
    ):
        heard.append((await press(ann, thread_id, card["id"], kind, payload)).text)
        heard.append((await press(ann, thread_id, card["id"], kind, payload, form="sync_custom_action")).text)
    for kind, params in (
        ("threads.get_by_id", {}),
        ("items.list", {}),
        ("threads.list", None),
        ("threads.follow", {}),
        ("threads.update", {"title": "x"}),
        ("threads.retry_after_item", {"item_id": message["id"]}),
        ("items.list", {"order": "asc"}),
    ):
        named = {} if params is None else {"thread_id": thread_id, **params}
        heard.append((await ann.ask(kind, **named)).text)
    heard.append((await ann.get(f"conversations/{thread_id}")).text)

    stored = json.dumps([item for one in wire.asked for item in one.arguments.get("items") or ()])
    for secret in ('"source"', "undo_token", '"presses"', "hidden_context_item", '"calls"'):
        assert secret in stored, "the negative control: it is stored"
        assert not any(secret in text for text in heard), secret
