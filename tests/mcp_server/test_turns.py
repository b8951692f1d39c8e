"""A message is stored before it is acknowledged, answered once, and never blocks the conversation for ever."""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mcp_server.client import Caller
from tests.mcp_server.conversation import Talk, finish_arguments, item
from tests.mcp_server.database import Held, run

EACH_AT_ONCE = 12


@pytest.fixture
def talk(gateway_caller: Caller) -> Talk:
    return Talk(gateway_caller)


def at_once(call: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(EACH_AT_ONCE) as pool:
        return list(pool.map(call, range(EACH_AT_ONCE)))


@pytest.mark.requirement("001/FR-019")
def test_a_message_is_stored_when_its_turn_begins(talk: Talk) -> None:
    message = item("buy milk")

    started = talk.begin(create=True, title="Shopping", message=message)

    assert started["page"] == {"items": [message], "has_more": False}
    assert started["message_id"] == message["id"]
    assert started["replayed"] is False
    assert started["lease"]
    assert started["conversation"]["title"] == "Shopping"
    assert started["conversation"]["turn"] == {
        "id": started["turn_id"],
        "message_id": message["id"],
        "status": "running",
    }
    assert talk.texts() == ["buy milk"]


def test_an_answer_its_outcome_and_the_title_are_stored_together(talk: Talk) -> None:
    started = talk.begin(create=True)

    talk.finish(started, items=[item("one"), item("two")], title="Named later")

    read = talk.caller.ok("get_conversation", conversation_id=talk.id)
    assert read["conversation"]["title"] == "Named later"
    assert read["conversation"]["turn"]["status"] == "done"
    assert talk.texts() == ["hello", "one", "two"]
    assert talk.texts("desc") == ["two", "one", "hello"]


def test_items_keep_the_order_in_which_they_were_stored(talk: Talk) -> None:
    for n in range(4):
        talk.answer(f"question {n}", f"answer {n}", create=n == 0)

    assert talk.texts() == [f"{kind} {n}" for n in range(4) for kind in ("question", "answer")]


@pytest.mark.requirement("001/FR-019")
def test_a_second_message_while_a_turn_runs_is_refused_and_not_stored(talk: Talk) -> None:
    talk.begin(create=True)

    error = talk.caller.error("begin_turn", **talk.begin_arguments(message=item("too soon")))

    assert error["code"] == "turn_in_progress"
    assert error["retry_after"] > 0
    assert talk.texts() == ["hello"]


@pytest.mark.requirement("001/FR-019")
def test_the_same_key_finds_the_answer_that_was_stored(talk: Talk) -> None:
    message = item("buy milk")
    first = talk.begin(create=True, key="k", message=message)
    talk.finish(first, items=[item("done", "assistant_message")])

    again = talk.begin(key="k", message=message)

    assert (again["replayed"], again["lease"], again["turn_id"]) == (True, "", first["turn_id"])
    assert again["page"]["items"] == []  # what was answered is read, not heard
    assert talk.texts() == ["buy milk", "done"]


@pytest.mark.requirement("001/FR-019")
def test_a_new_conversation_that_is_sent_again_is_the_first_one(talk: Talk, gateway_caller: Caller) -> None:
    message = item("buy milk")
    first = talk.begin(create=True, key="k", message=message)
    talk.finish(first)

    other = Talk(gateway_caller)
    again = other.begin(create=True, key="k", message={**message, "id": "made-anew"})

    assert again["conversation"]["id"] == talk.id
    assert again["message_id"] == message["id"]
    assert gateway_caller.code("get_conversation", conversation_id=other.id) == "not_found"


@pytest.mark.parametrize(
    "changes",
    [{"message": item("something else")}, {"conversation_id": str(uuid.uuid4())}],
    ids=["another message", "another conversation"],
)
def test_a_key_means_one_message_in_one_conversation(talk: Talk, changes: dict[str, Any]) -> None:
    first = talk.begin_arguments(create=True)
    talk.caller.ok("begin_turn", **first)

    assert talk.caller.code("begin_turn", **{**first, "create": False, **changes}) == "conflict"


@pytest.mark.requirement("001/FR-019")
def test_the_same_key_sent_many_times_at_once_is_one_turn(talk: Talk) -> None:
    talk.answer(create=True)
    message = item("buy milk")

    def send(_: int) -> dict[str, Any]:
        own = Talk(talk.caller)  # the gateway makes a new id on each try
        return talk.caller.call("begin_turn", **own.begin_arguments(create=True, key="k", message=message))

    results = at_once(send)

    started = [result for result in results if not result["isError"]]
    refused = [result["_meta"]["remit/error"]["code"] for result in results if result["isError"]]
    assert len(started) == 1
    assert refused == ["turn_in_progress"] * (EACH_AT_ONCE - 1)
    assert len(talk.caller.ok("list_conversations")["conversations"]) == 2


@pytest.mark.requirement("001/FR-019")
def test_a_new_conversation_sent_twice_at_the_same_moment_is_one(talk: Talk, owner_url: str, user_id: str) -> None:
    talk.answer(create=True)
    message = item("buy milk")
    sends = [Talk(talk.caller).begin_arguments(create=True, key="k", message=message) for _ in range(2)]

    lock = Held(owner_url, "SELECT 1 FROM people WHERE user_id = $1 FOR UPDATE", user_id)
    with ThreadPoolExecutor(2) as pool:
        sending = [pool.submit(talk.caller.call, "begin_turn", **send) for send in sends]
        lock.wait_for(2)
        lock.release()

    results = sorted((one.result() for one in sending), key=lambda result: result["isError"])
    assert [result["isError"] for result in results] == [False, True]
    assert results[1]["_meta"]["remit/error"]["code"] == "turn_in_progress"


@pytest.mark.requirement("001/FR-019")
def test_of_many_messages_at_once_exactly_one_is_admitted(talk: Talk) -> None:
    talk.answer(create=True)

    results = at_once(lambda n: talk.caller.call("begin_turn", **talk.begin_arguments(message=item(f"m{n}"))))

    assert sorted(result["isError"] for result in results) == [False] + [True] * (EACH_AT_ONCE - 1)
    assert len(talk.texts()) == 3


def test_beginnings_endings_and_deletions_at_once_never_wait_for_each_other_in_a_circle(talk: Talk) -> None:
    running = talk.begin(create=True)

    def anything(n: int) -> dict[str, Any]:
        if n % 3 == 0:
            return talk.finish(running)
        if n % 3 == 1:
            return talk.caller.call("begin_turn", **talk.begin_arguments())
        return talk.caller.call("renew_turn", turn_id=running["turn_id"], lease=running["lease"])

    codes = {result["_meta"]["remit/error"]["code"] for result in at_once(anything) if result["isError"]}

    assert codes <= {"turn_in_progress", "lease_lost"}


def test_a_lease_is_renewed_while_it_is_held(talk: Talk) -> None:
    started = talk.begin(create=True)

    renewed = talk.caller.ok("renew_turn", turn_id=started["turn_id"], lease=started["lease"])

    assert renewed == {"seconds": 15, "stop": False}


@pytest.mark.parametrize("lease", [str(uuid.UUID(int=7)), "no lease"])
def test_a_lease_that_is_not_held_renews_and_stores_nothing(talk: Talk, lease: str) -> None:
    started = talk.begin(create=True)

    assert talk.caller.code("renew_turn", turn_id=started["turn_id"], lease=lease) == "lease_lost"
    assert talk.caller.code("finish_turn", **finish_arguments(started, lease=lease, title="No")) == "lease_lost"

    assert talk.texts() == ["hello"]
    assert talk.status() == "running"


def test_a_turn_ends_once(talk: Talk) -> None:
    started = talk.answer(create=True)

    talk.caller.ok("finish_turn", **finish_arguments(started, items=[item("again")]))
    assert talk.caller.code("finish_turn", **finish_arguments(started, outcome="failed")) == "lease_lost"
    assert talk.texts() == ["hello", "hi"]


@pytest.mark.parametrize("outcome", ["failed", "interrupted"])
def test_a_turn_that_failed_is_answered_when_its_message_is_sent_again(talk: Talk, outcome: str) -> None:
    message = item("buy milk")
    first = talk.begin(create=True, key="k", message=message)
    talk.finish(first, outcome=outcome, items=[])

    again = talk.begin(key="k", message=message)
    talk.finish(again, items=[item("done")])

    assert again["turn_id"] == first["turn_id"]
    assert again["lease"] != first["lease"]
    assert talk.texts() == ["buy milk", "done"]
    assert talk.status() == "done"


@pytest.mark.requirement("004/FR-015")
def test_a_message_is_heard_however_many_notes_its_answers_left(talk: Talk) -> None:
    message = item("buy milk")
    started = talk.begin(create=True, key="k", message=message)
    notes = [item(f"note {n}", "hidden_context_item") for n in range(4)]
    talk.finish(started, outcome="failed", items=notes)

    again = talk.begin(key="k", message=message, history=3)

    heard = [one["data"]["content"][0]["text"] for one in again["page"]["items"]]
    assert heard == ["note 3", "note 2", "note 1", "buy milk"]
    assert again["page"]["has_more"]


@pytest.mark.requirement("004/FR-014")
@pytest.mark.parametrize("end", ["finished", "stopped", "taken over"])
def test_a_write_for_a_turn_that_is_over_changes_nothing(
    talk: Talk, let_the_lease_run_out: Callable[[], None], end: str
) -> None:
    message = item("buy milk")
    started = talk.begin(create=True, key="k", message=message)
    holder = talk.caller.with_meta(turn=started["turn_id"], lease=started["lease"])
    holder.ok("add_tasks", tasks=[{"title": "milk"}])
    let_the_lease_run_out()
    holder.ok("add_tasks", tasks=[{"title": "eggs"}])  # nobody else answers: late is not too late

    if end == "taken over":
        talk.begin(key="k", message=message)
    else:
        talk.finish(started, outcome="done" if end == "finished" else end)

    assert holder.code("add_tasks", tasks=[{"title": "tea"}]) == "lease_lost"
    assert holder.code("add_tasks", tasks=[{"title": "milk"}]) == "lease_lost"
    assert talk.caller.ok("find_tasks")["total"] == 2


def test_a_failed_message_is_not_answered_once_the_conversation_went_on(talk: Talk) -> None:
    message = item("buy milk")
    talk.finish(talk.begin(create=True, key="k", message=message), outcome="failed", items=[])
    talk.answer("never mind")

    assert talk.caller.code("begin_turn", **talk.begin_arguments(key="k", message=message)) == "conflict"


@pytest.fixture
def let_the_lease_run_out(owner_url: str, user_id: str) -> Callable[[], None]:
    """Do what fifteen seconds would do."""

    def run_out() -> None:
        past = "UPDATE turns SET lease_until = now() - interval '1 second' WHERE user_id = $1 AND status = 'running'"
        run(owner_url, past, user_id)

    return run_out


@pytest.mark.requirement("001/FR-020")
def test_a_turn_whose_lease_ran_out_shows_as_interrupted(talk: Talk, let_the_lease_run_out: Callable[[], None]) -> None:
    talk.begin(create=True)

    let_the_lease_run_out()

    assert talk.status() == "interrupted"
    listed = talk.caller.ok("list_conversations")["conversations"]
    assert [one["turn"]["status"] for one in listed] == ["interrupted"]


@pytest.mark.requirement("001/FR-020")
def test_a_turn_whose_lease_ran_out_does_not_block_the_conversation(
    talk: Talk, let_the_lease_run_out: Callable[[], None]
) -> None:
    lost = talk.begin(create=True)
    let_the_lease_run_out()

    talk.answer("still there?", "yes")

    assert talk.texts() == ["hello", "still there?", "yes"]
    assert talk.caller.code("finish_turn", **finish_arguments(lost)) == "lease_lost"


@pytest.mark.requirement("001/FR-020")
def test_a_turn_whose_lease_ran_out_is_taken_over_by_the_same_message(
    talk: Talk, let_the_lease_run_out: Callable[[], None]
) -> None:
    message = item("buy milk")
    lost = talk.begin(create=True, key="k", message=message)
    let_the_lease_run_out()

    taken = talk.begin(key="k", message=message)

    assert taken["turn_id"] == lost["turn_id"]
    assert taken["lease"] not in ("", lost["lease"])
    assert talk.caller.code("renew_turn", turn_id=lost["turn_id"], lease=lost["lease"]) == "lease_lost"
    assert talk.caller.code("finish_turn", **finish_arguments(lost)) == "lease_lost"
    assert talk.texts() == ["buy milk"]


@pytest.mark.requirement("001/FR-020")
def test_a_lease_that_ran_out_is_taken_over_by_one_of_many(
    talk: Talk, let_the_lease_run_out: Callable[[], None]
) -> None:
    message = item("buy milk")
    talk.begin(create=True, key="k", message=message)
    let_the_lease_run_out()

    results = at_once(lambda _: talk.caller.call("begin_turn", **talk.begin_arguments(key="k", message=message)))

    assert [result["isError"] for result in results].count(False) == 1


@pytest.mark.requirement("001/FR-020")
def test_a_late_answer_and_a_second_try_at_once_are_one_answer(
    talk: Talk, owner_url: str, let_the_lease_run_out: Callable[[], None]
) -> None:
    message = item("buy milk")
    late = talk.begin(create=True, key="k", message=message)
    let_the_lease_run_out()
    second = talk.begin_arguments(key="k", message=message)

    lock = Held(owner_url, "SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE", uuid.UUID(talk.id))
    with ThreadPoolExecutor(2) as pool:
        finishing = pool.submit(talk.finish, late)
        lock.wait_for(1)
        beginning = pool.submit(talk.caller.call, "begin_turn", **second)
        lock.wait_for(2)
        lock.release()

    assert not finishing.result()["isError"]
    assert beginning.result()["structuredContent"]["replayed"] is True
    assert talk.texts() == ["buy milk", "hi"]


def test_a_late_answer_is_stored_while_nobody_else_took_the_turn(
    talk: Talk, let_the_lease_run_out: Callable[[], None]
) -> None:
    slow = talk.begin(create=True)
    let_the_lease_run_out()

    assert not talk.finish(slow)["isError"]

    assert talk.texts() == ["hello", "hi"]
    assert talk.status() == "done"


def test_the_time_zone_of_a_message_is_the_persons_from_then_on(talk: Talk) -> None:
    told = talk.begin(create=True, time_zone="Asia/Kathmandu")
    talk.finish(told)

    assert told["time_zone"] == "Asia/Kathmandu"
    assert told["local_time"].endswith("+05:45")
    assert talk.caller.ok("get_context")["time_zone"] == "Asia/Kathmandu"


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "../../etc/passwd", "europe/berlin", "+02:00"])
def test_a_time_zone_that_does_not_exist_leaves_the_persons_own(talk: Talk, name: str) -> None:
    talk.answer(create=True, time_zone="Europe/Berlin")

    assert talk.begin(time_zone=name)["time_zone"] == "Europe/Berlin"


def test_an_item_id_stands_once_in_a_conversation(talk: Talk) -> None:
    started = talk.begin(create=True, message=item(item_id="same"))

    assert talk.caller.code("finish_turn", **finish_arguments(started, items=[item(item_id="same")])) == "conflict"
    assert talk.status() == "running"
    assert talk.texts() == ["hello"]


def test_a_new_conversation_does_not_take_the_place_of_another(talk: Talk) -> None:
    talk.answer(create=True)

    assert talk.caller.code("begin_turn", **talk.begin_arguments(create=True)) == "conflict"


def test_an_unknown_conversation_is_not_made_by_a_message(talk: Talk) -> None:
    assert talk.caller.code("begin_turn", **talk.begin_arguments()) == "not_found"
    assert talk.caller.ok("list_conversations")["conversations"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"key": "a\0b"},
        {"message": {**item(), "data": {"n": float("nan")}}},
        {"message": {**item(), "data": json.loads('{"a":' * 100 + "1" + "}" * 100)}},
        {"message": {**item(), "created_at": "2026-11-25T10:00:00"}},
    ],
    ids=["null character", "not a number", "deep", "no offset"],
)
def test_what_cannot_be_stored_is_invalid(talk: Talk, change: dict[str, Any]) -> None:
    assert talk.caller.code("begin_turn", **talk.begin_arguments(create=True, **change)) == "invalid"
    assert talk.caller.ok("list_conversations")["conversations"] == []


def test_text_that_postgresql_cannot_hold_is_stored_without_it(talk: Talk) -> None:
    talk.begin(create=True, message=item("nul \0 and half a pair \ud800"))

    assert talk.texts() == ["nul  and half a pair ?"]
