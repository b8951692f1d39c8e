"""An answer is stored as it comes, stopped when the person says so, asked for again, and judged."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mcp_server.client import Caller
from tests.mcp_server.conversation import Talk, finish_arguments, item
from tests.mcp_server.database import run

TABS = 6


@pytest.fixture
def talk(gateway_caller: Caller) -> Talk:
    return Talk(gateway_caller)


@pytest.fixture
def let_the_lease_run_out(owner_url: str, user_id: str) -> Callable[[], None]:
    def run_out() -> None:
        past = "UPDATE turns SET lease_until = now() - interval '1 second' WHERE user_id = $1 AND status = 'running'"
        run(owner_url, past, user_id)

    return run_out


def said(text: str, item_id: str = "") -> dict[str, Any]:
    return item(text, "assistant_message", item_id)


def note(text: str) -> dict[str, Any]:
    return item(text, "hidden_context_item")


def card(text: str = "card", **changes: Any) -> dict[str, Any]:
    return {**item(text, "widget"), "state": "open", **changes}


def renew(talk: Talk, started: dict[str, Any], *items: dict[str, Any]) -> dict[str, Any]:
    held = {"turn_id": started["turn_id"], "lease": started["lease"]}
    return talk.caller.ok("renew_turn", **held, items=list(items))


def retry(talk: Talk, message: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments = {"conversation_id": talk.id, "message_id": message["id"], "history": 100, **changes}
    return talk.caller.ok("retry_turn", **arguments)


# What has been said so far


@pytest.mark.requirement("004/FR-003")
def test_what_was_said_so_far_is_readable_while_the_turn_runs(talk: Talk) -> None:
    started = talk.begin(create=True)

    renew(talk, started, said("Loo", "a"))
    assert talk.texts() == ["hello", "Loo"]
    renew(talk, started, note("calls"), said("Looking", "a"))

    assert talk.texts() == ["hello", "calls", "Looking"]
    assert talk.status() == "running"


@pytest.mark.requirement("004/FR-003")
@pytest.mark.requirement("004/FR-004")
def test_a_dead_holder_leaves_what_it_said(talk: Talk, let_the_lease_run_out: Callable[[], None]) -> None:
    renew(talk, talk.begin(create=True), said("half an ans"))

    let_the_lease_run_out()

    assert talk.status() == "interrupted"
    talk.answer("are you there?", "yes")
    assert talk.texts() == ["hello", "half an ans", "are you there?", "yes"]


@pytest.mark.requirement("004/FR-005")
def test_the_whole_answer_takes_the_place_of_its_parts(talk: Talk) -> None:
    started = talk.begin(create=True)
    renew(talk, started, said("one", "a"), said("tw", "b"))

    talk.finish(started, items=[said("one", "a"), said("two", "b"), said("three")])

    assert talk.texts() == ["hello", "one", "two", "three"]
    talk.answer("next", "answer")
    assert talk.texts()[4:] == ["next", "answer"]


@pytest.mark.requirement("004/FR-005")
def test_who_lost_the_lease_changes_no_word(talk: Talk, let_the_lease_run_out: Callable[[], None]) -> None:
    message = item("hello")
    late = talk.begin(create=True, key="k", message=message)
    let_the_lease_run_out()
    second = talk.begin(key="k", message=message)
    renew(talk, second, said("second"))

    held = {"turn_id": late["turn_id"], "lease": late["lease"]}
    assert talk.caller.code("renew_turn", **held, items=[said("late")]) == "lease_lost"
    assert talk.caller.code("finish_turn", **finish_arguments(late)) == "lease_lost"

    assert talk.texts() == ["hello", "second"]


# Stop


@pytest.mark.requirement("004/FR-010")
@pytest.mark.parametrize("by", ["conversation_id", "key"])
def test_stop_is_told_to_the_holder_at_its_next_renewal(talk: Talk, by: str) -> None:
    started = talk.begin(create=True, key="k")
    assert renew(talk, started)["stop"] is False

    stopped = talk.caller.ok("stop_turn", **{by: {"conversation_id": talk.id, "key": "k"}[by]})

    assert stopped == {"turn_id": started["turn_id"]}
    assert renew(talk, started)["stop"] is True
    talk.finish(started, outcome="stopped", items=[said("so far")])
    assert talk.status() == "stopped"


@pytest.mark.requirement("004/FR-010")
def test_there_is_nothing_to_stop_where_nothing_runs(talk: Talk, let_the_lease_run_out: Callable[[], None]) -> None:
    talk.answer(create=True, key="k")
    assert talk.caller.ok("stop_turn", conversation_id=talk.id) == {}
    assert talk.caller.ok("stop_turn", key="no such key") == {}

    running = talk.begin(message=item("next"))
    assert talk.caller.ok("stop_turn", key="k") == {}, "the key of an earlier message stops no later one"
    assert renew(talk, running)["stop"] is False

    let_the_lease_run_out()
    assert talk.caller.ok("stop_turn", conversation_id=talk.id) == {}


@pytest.mark.requirement("004/FR-010")
def test_a_stopped_answer_is_the_answer_of_its_message(talk: Talk) -> None:
    message = item("hello")
    started = talk.begin(create=True, key="k", message=message)
    talk.finish(started, outcome="stopped", items=[said("so far")])

    assert talk.begin(key="k", message=message)["replayed"] is True


# Asking again


@pytest.mark.requirement("004/FR-006")
@pytest.mark.requirement("004/FR-021")
@pytest.mark.parametrize("outcome", ["done", "stopped", "failed", "interrupted"])
def test_a_message_is_answered_anew_in_the_same_turn(talk: Talk, outcome: str) -> None:
    message = item("hello")
    first = talk.begin(create=True, message=message)
    talk.finish(first, outcome=outcome, items=[note("what its tools did"), said("poor"), card()])

    again = retry(talk, message)

    assert again["turn_id"] == first["turn_id"]
    assert again["lease"] != first["lease"]
    assert [one["kind"] for one in again["page"]["items"]] == ["hidden_context_item", "user_message"]
    talk.finish(again, items=[said("better")])
    assert talk.texts() == ["hello", "what its tools did", "better"]


@pytest.mark.requirement("004/FR-006")
def test_a_write_is_not_repeated_by_asking_again(talk: Talk) -> None:
    message = item("add milk")
    for start in (lambda: talk.begin(create=True, message=message), lambda: retry(talk, message)):
        started = start()
        talk.caller.with_meta(turn=started["turn_id"]).ok("add_tasks", tasks=[{"title": "milk"}])
        talk.finish(started)

    assert talk.caller.ok("find_tasks")["total"] == 1


@pytest.mark.requirement("004/FR-021")
def test_a_message_is_not_answered_anew_when_the_person_has_said_more_since(talk: Talk) -> None:
    message = item("first")
    talk.finish(talk.begin(create=True, message=message), items=[said("one")])
    talk.answer("second", "two")

    assert talk.caller.code("retry_turn", conversation_id=talk.id, message_id=message["id"]) == "conflict"

    assert talk.texts() == ["first", "one", "second", "two"]


@pytest.mark.requirement("004/FR-021")
def test_only_a_message_of_the_person_is_answered_anew(talk: Talk) -> None:
    reply = said("hi")
    talk.finish(talk.begin(create=True), items=[reply])
    place = {"conversation_id": talk.id}

    assert talk.caller.code("retry_turn", **place, message_id=reply["id"]) == "invalid"
    assert talk.caller.code("retry_turn", **place, message_id="unknown") == "not_found"

    running = talk.begin(message=item("next"))
    assert talk.caller.code("retry_turn", **place, message_id=running["message_id"]) == "turn_in_progress"
    assert talk.texts() == ["hello", "hi", "next"]


# The person's word


def answer(talk: Talk, asked: dict[str, Any], state: str, **changes: Any) -> dict[str, Any]:
    closes = {"item_id": asked["id"], "state": state}
    return talk.caller.call("begin_turn", **talk.begin_arguments(message=note("word"), closes=closes, **changes))


@pytest.mark.requirement("004/FR-031")
def test_a_word_on_a_card_begins_no_new_conversation(talk: Talk) -> None:
    refused = answer(talk, card(), "confirmed", create=True)

    assert refused["_meta"]["remit/error"]["code"] == "conflict"
    assert talk.caller.code("get_conversation", conversation_id=talk.id) == "not_found"


def state_of(talk: Talk, asked: dict[str, Any]) -> str:
    return talk.caller.ok("get_item", conversation_id=talk.id, item_id=asked["id"])["state"]


@pytest.mark.requirement("004/FR-031")
@pytest.mark.parametrize("state", ["confirmed", "declined"])
def test_an_open_item_takes_one_word(talk: Talk, state: str) -> None:
    asked = card()
    talk.finish(talk.begin(create=True), items=[asked])
    assert state_of(talk, asked) == "open"

    first = answer(talk, asked, state)
    assert not first["isError"]
    assert state_of(talk, asked) == state
    talk.finish(first["structuredContent"])

    second = answer(talk, asked, "confirmed")
    assert second["_meta"]["remit/error"]["code"] == "conflict"
    assert state_of(talk, asked) == state


@pytest.mark.requirement("004/FR-031")
def test_of_many_words_at_once_one_is_taken(talk: Talk) -> None:
    asked = card()
    talk.finish(talk.begin(create=True), items=[asked])

    with ThreadPoolExecutor(TABS) as pool:
        answers = list(pool.map(lambda n: answer(talk, asked, ["confirmed", "declined"][n % 2]), range(TABS)))

    assert [one["isError"] for one in answers].count(False) == 1
    assert talk.texts().count("word") == 1


@pytest.mark.requirement("004/FR-033")
@pytest.mark.parametrize("goes_on", ["message", "retry", "another card"])
def test_an_open_item_lapses_when_the_person_goes_on(talk: Talk, goes_on: str) -> None:
    message, asked, other = item("delete all"), card(), card("other")
    talk.finish(talk.begin(create=True), items=[asked, other])

    if goes_on == "message":
        talk.answer("never mind")
    elif goes_on == "another card":
        assert not answer(talk, other, "confirmed")["isError"]
    else:
        talk.finish(talk.begin(message=message), items=[])
        retry(talk, message)

    assert state_of(talk, asked) == "expired"


@pytest.mark.requirement("004/FR-031")
def test_a_word_on_what_is_not_open_or_not_there_begins_no_turn(talk: Talk) -> None:
    plain = said("hi")
    talk.finish(talk.begin(create=True), items=[plain])

    for unasked in (plain, card()):
        assert answer(talk, unasked, "confirmed")["_meta"]["remit/error"]["code"] == "conflict"

    assert talk.texts() == ["hello", "hi"]


# More than one deletion in one message


@pytest.mark.requirement("004/FR-030")
def test_a_second_task_in_one_turn_needs_the_persons_word(gateway_caller: Caller) -> None:
    gateway_caller.ok("add_tasks", tasks=[{"title": "milk"}, {"title": "bread", "due": "2030-01-07"}])
    in_turn = gateway_caller.with_meta(turn=str(uuid.uuid4()))
    first, second = ([{"id": f"t{n}", "expect_title": title}] for n, title in ((1, "milk"), (2, "bread")))

    assert in_turn.ok("delete_tasks", items=first)["deleted"]
    refused = in_turn.error("delete_tasks", items=second)

    assert refused["code"] == "needs_confirmation"
    assert refused["tasks"] == [{"id": "t2", "title": "bread", "due": "2030-01-07"}]
    assert in_turn.ok("delete_tasks", items=first)["deleted"], "the same call again is the same deletion"
    assert gateway_caller.ok("find_tasks")["total"] == 1
    assert gateway_caller.with_meta(turn=str(uuid.uuid4())).ok("delete_tasks", items=second)["deleted"], (
        "another message may delete one"
    )


# What the person thinks of it, and widgets that change


@pytest.mark.requirement("004/FR-022")
def test_feedback_is_stored_with_each_item_and_the_last_word_counts(talk: Talk, owner_url: str) -> None:
    one, two = said("one"), said("two")
    talk.finish(talk.begin(create=True), items=[one, two])

    for ids, kind in (([one["id"], two["id"]], "positive"), ([two["id"]], "negative")):
        talk.caller.ok("give_feedback", conversation_id=talk.id, item_ids=ids, kind=kind)

    stored = "SELECT id, feedback FROM items WHERE feedback IS NOT NULL AND id = ANY($1)"
    rows = run(owner_url, stored, [one["id"], two["id"]])
    assert {row["id"]: row["feedback"] for row in rows} == {one["id"]: "positive", two["id"]: "negative"}


@pytest.mark.requirement("004/FR-022")
def test_feedback_on_what_is_not_shown_marks_nothing(talk: Talk, owner_url: str) -> None:
    shown, hidden = said("shown"), note("hidden")
    talk.finish(talk.begin(create=True), items=[hidden, shown])

    for other in (hidden["id"], "unknown"):
        ids = [shown["id"], other]
        assert talk.caller.code("give_feedback", conversation_id=talk.id, item_ids=ids, kind="positive") == "not_found"

    assert run(owner_url, "SELECT 1 FROM items WHERE id = $1 AND feedback IS NOT NULL", shown["id"]) == []


@pytest.mark.requirement("004/FR-040")
def test_a_widget_takes_other_data_and_a_message_does_not(talk: Talk) -> None:
    widget, message = card(), said("as it was said")
    talk.finish(talk.begin(create=True), items=[message, widget])
    place = {"conversation_id": talk.id, "data": {"content": [{"text": "changed"}]}}

    talk.caller.ok("update_item", **place, item_id=widget["id"])

    assert talk.caller.code("update_item", **place, item_id=message["id"]) == "invalid"
    assert talk.caller.code("update_item", **place, item_id="unknown") == "not_found"
    assert talk.texts() == ["hello", "as it was said", "changed"]
    assert state_of(talk, widget) == "open"
