"""A write that is sent twice happens once, and is answered the same."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mcp_server.client import Caller
from tests.mcp_server.conftest import As
from tests.mcp_server.database import run

MILK = {"id": "t1", "expect_title": "milk"}
WRITES: dict[str, dict[str, Any]] = {
    "add_tasks": {"tasks": [{"title": "milk"}, {"title": "eggs"}]},
    "update_tasks": {"changes": [{**MILK, "notes": "two"}]},
    "complete_tasks": {"items": [MILK]},
    "reopen_tasks": {"items": [{"id": "t2", "expect_title": "done"}]},
    "delete_tasks": {"items": [MILK]},
    "undo": {},
}


@pytest.fixture
def somebody(anyone: Caller) -> Caller:
    """A person with an open and a done task, and two changes to undo."""
    anyone.ok("add_tasks", tasks=[{"title": "milk"}, {"title": "done"}])
    anyone.ok("complete_tasks", items=[{"id": "t2", "expect_title": "done"}])
    return anyone


def changes(caller: Caller) -> int:
    return len(caller.ok("list_changes", limit=50)["changes"])


@pytest.mark.requirement("002/FR-030")
@pytest.mark.parametrize("tool", WRITES)
def test_the_same_write_under_one_key_happens_once(somebody: Caller, tool: str) -> None:
    sender = somebody.with_meta(idempotency_key=f"key of {tool}")

    first = sender.call(tool, **WRITES[tool])
    again = sender.call(tool, **WRITES[tool])

    assert not first["isError"]
    assert again == first
    assert changes(somebody) == 3


@pytest.mark.parametrize("tool", WRITES)
def test_without_a_key_every_call_is_its_own(somebody: Caller, tool: str) -> None:
    """The negative control."""
    first, again = (somebody.call(tool, **WRITES[tool])["structuredContent"] for _ in range(2))

    assert first.get("undo_token") != again.get("undo_token")


@pytest.mark.requirement("002/FR-030")
@pytest.mark.parametrize("tool", WRITES)
def test_the_same_write_in_one_turn_happens_once(gateway_caller: Caller, tool: str) -> None:
    gateway_caller.ok("add_tasks", tasks=[{"title": "milk"}, {"title": "done"}])
    gateway_caller.ok("complete_tasks", items=[{"id": "t2", "expect_title": "done"}])
    turn, other = (gateway_caller.with_meta(turn=str(uuid.uuid4())) for _ in range(2))

    first = turn.call(tool, **WRITES[tool])

    assert turn.call(tool, **WRITES[tool]) == first
    assert changes(gateway_caller) == 3
    assert other.call(tool, **WRITES[tool]) != first


def test_a_turn_does_different_things(gateway_caller: Caller) -> None:
    turn = gateway_caller.with_meta(turn=str(uuid.uuid4()))

    turn.ok("add_tasks", tasks=[{"title": "milk"}])
    turn.ok("add_tasks", tasks=[{"title": "eggs"}])

    assert gateway_caller.ok("find_tasks")["total"] == 2


def test_no_app_can_name_a_turn(person: Caller) -> None:
    sender = person.with_meta(turn=str(uuid.uuid4()))

    first, second = (sender.ok("add_tasks", tasks=[{"title": "milk"}]) for _ in range(2))

    assert first["undo_token"] != second["undo_token"]


@pytest.mark.requirement("002/FR-032")
def test_a_key_stands_for_one_write_alone(somebody: Caller) -> None:
    sender = somebody.with_meta(idempotency_key="k")
    sender.ok("complete_tasks", items=[MILK])

    assert sender.code("complete_tasks", items=[{**MILK, "expect_title": "other"}]) == "conflict"
    assert sender.code("reopen_tasks", items=[MILK]) == "conflict"
    assert sender.code("delete_tasks", items=[MILK]) == "conflict"
    assert changes(somebody) == 3


@pytest.mark.requirement("002/FR-030")
def test_an_absent_argument_is_the_same_as_an_empty_one(somebody: Caller) -> None:
    sender = somebody.with_meta(idempotency_key="k")

    short = sender.ok("add_tasks", tasks=[{"title": "milk"}])
    long = sender.ok("add_tasks", tasks=[{"title": "milk", "due": "", "repeat": "", "notes": "", "labels": []}])

    assert long == short


@pytest.mark.requirement("002/FR-031")
@pytest.mark.parametrize("tool", ["add_tasks", "complete_tasks", "undo"])
def test_duplicates_at_once_have_one_effect_and_one_answer(somebody: Caller, tool: str) -> None:
    sender = somebody.with_meta(idempotency_key="k")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sender.call(tool, **WRITES[tool]), range(16)))

    assert all(answer == answers[0] for answer in answers)
    assert not answers[0]["isError"]
    assert changes(somebody) == 3


@pytest.mark.requirement("002/FR-030")
def test_keys_are_each_persons_own(at_gateway: As, user_id: str) -> None:
    for person in (at_gateway(user_id), at_gateway(f"{user_id}-other")):
        added = person.with_meta(idempotency_key="k").ok("add_tasks", tasks=[{"title": user_id}])
        assert added["added"][0]["id"] == "t1"


@pytest.mark.parametrize("key", ["", "x" * 256, 7, None, ["k"], "a\0", "a\n", "\ud800", "ключ"])
def test_what_cannot_be_a_key_is_refused(somebody: Caller, key: Any) -> None:
    assert somebody.with_meta(idempotency_key=key).code("complete_tasks", items=[MILK]) == "invalid"
    assert changes(somebody) == 2


@pytest.mark.parametrize("turn", ["", "x", 7, ["t"]])
def test_what_cannot_be_a_turn_is_refused(gateway_caller: Caller, turn: Any) -> None:
    assert gateway_caller.with_meta(turn=turn).code("add_tasks", tasks=[{"title": "milk"}]) == "invalid"


@pytest.mark.requirement("002/FR-030")
def test_a_refused_call_keeps_no_answer(somebody: Caller, owner_url: str, user_id: str) -> None:
    """The tool may be sent again under the same key once the reason is gone."""
    sender = somebody.with_meta(idempotency_key="k")
    assert sender.code("undo", undo_token="c99") == "not_found"

    assert run(owner_url, "SELECT count(*) AS kept FROM replies WHERE user_id = $1", user_id) == [{"kept": 0}]
    assert not sender.call("undo")["isError"]
