"""Deleting more than one task waits for the person's word, and the word holds for what they were asked."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from mcp.server.request_state import AESGCMRequestStateCodec

from gateway.mcp_link import GATEWAY_SCOPES, MODEL_SCOPES
from mcp_server.doors import QUESTION_SECONDS
from shared.contract import Scope
from tests.mcp_server.client import Caller
from tests.mcp_server.conftest import EVERY_SCOPE, As
from tests.services import Service

ITEMS = [{"id": "t1", "expect_title": "milk"}, {"id": "t2", "expect_title": "plants"}]
TASKS = [{"title": "milk"}, {"title": "plants", "due": "2030-01-07 09:00", "repeat": "every monday"}, {"title": "rent"}]
YES = {"action": "accept", "content": {"confirm": True}}


@pytest.fixture
def asking(person: Caller) -> Caller:
    """A person with three tasks, whose app can ask them."""
    person.ok("add_tasks", tasks=TASKS)
    return replace(person, capabilities={"elicitation": {}})


def post(caller: Caller, items: list[dict[str, str]] = ITEMS, **more: Any) -> dict[str, Any]:
    arguments = {**caller.always, "items": items}
    body = caller.post("tools/call", {"name": "delete_tasks", "arguments": arguments, **more}).json()
    return body.get("result") or body["error"]


def asked(result: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the one question's key and what it says."""
    assert result["resultType"] == "input_required", result
    ((key, question),) = result["inputRequests"].items()
    return key, question["params"]


def answer(
    caller: Caller, question: dict[str, Any], items: list[dict[str, str]] = ITEMS, said: dict[str, Any] = YES
) -> dict[str, Any]:
    key, _ = asked(question)
    return post(caller, items, inputResponses={key: said}, requestState=question["requestState"])


def titles(caller: Caller) -> list[str]:
    return sorted(task["title"] for task in caller.ok("find_tasks")["tasks"])


@pytest.mark.requirement("002/FR-040")
def test_the_person_is_asked_with_every_title_and_a_yes_deletes(asking: Caller) -> None:
    question = post(asking)

    told = asked(question)[1]
    lines = told["message"].splitlines()
    assert lines[:3] == ["Delete these tasks?", "• milk", "• plants (due 2030-01-07T09:00, repeats every monday)"]
    assert list(told["requestedSchema"]["properties"]) == ["confirm"]
    assert titles(asking) == ["milk", "plants", "rent"]

    done = answer(asking, question)

    assert [task["title"] for task in done["structuredContent"]["deleted"]] == ["milk", "plants"]
    assert titles(asking) == ["rent"]
    asking.ok("undo")
    assert titles(asking) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
@pytest.mark.parametrize(
    "said",
    [{"action": "decline"}, {"action": "cancel"}, {"action": "accept", "content": {"confirm": False}}],
    ids=["decline", "cancel", "no"],
)
def test_anything_but_a_yes_deletes_nothing(asking: Caller, said: dict[str, Any]) -> None:
    refused = answer(asking, post(asking), said=said)

    assert refused["_meta"]["remit/error"]["code"] == "declined"
    assert titles(asking) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
@pytest.mark.parametrize("content", [{}, {"confirm": "perhaps"}, {"confirm": "true"}, {"confirm": 1}, None])
def test_an_answer_that_is_none_deletes_nothing(asking: Caller, content: Any) -> None:
    refused = answer(asking, post(asking), said={"action": "accept", "content": content})

    assert refused["isError"]
    assert titles(asking) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
def test_a_single_task_is_deleted_without_a_question(person: Caller) -> None:
    person.ok("add_tasks", tasks=TASKS)

    assert person.ok("delete_tasks", items=ITEMS[:1])["deleted"]


@pytest.mark.requirement("002/FR-042")
@pytest.mark.parametrize("capabilities", [{}, {"elicitation": {"url": {}}}], ids=["none", "by address alone"])
def test_an_app_that_cannot_ask_is_refused_with_the_reason(person: Caller, capabilities: dict[str, Any]) -> None:
    person.ok("add_tasks", tasks=TASKS)

    refused = replace(person, capabilities=capabilities).error("delete_tasks", items=ITEMS)

    assert refused["code"] == "needs_confirmation"
    assert "cannot ask" in refused["message"]
    assert "one task a call" in refused["message"]
    assert titles(person) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_tasks", {"changes": [{**ITEMS[0], "notes": "the good one"}]}),
        ("update_tasks", {"changes": [{**ITEMS[1], "due": "2030-01-08"}]}),
        ("complete_tasks", {"items": ITEMS[:1]}),
    ],
    ids=["notes", "due", "done"],
)
def test_a_yes_is_not_for_tasks_that_changed_since(asking: Caller, tool: str, arguments: dict[str, Any]) -> None:
    """Even a change that the question does not show: it is asked again."""
    first = post(asking)
    asking.ok(tool, **arguments)

    second = answer(asking, first)

    assert asked(second)[1]["message"] != asked(first)[1]["message"]
    assert asking.ok("find_tasks", status="deleted")["total"] == 0
    assert answer(asking, second)["structuredContent"]["deleted"]


@pytest.mark.requirement("002/FR-040")
def test_a_yes_is_not_for_a_task_under_another_title(asking: Caller) -> None:
    question = post(asking)
    asking.ok("update_tasks", changes=[{**ITEMS[0], "title": "precious"}])

    again = answer(asking, question)

    assert "precious" not in asked(again)[1]["message"]
    done = answer(asking, again)["structuredContent"]
    assert [task["title"] for task in done["deleted"]] == ["plants"]
    assert done["failed"][0]["code"] == "wrong_task"
    assert titles(asking) == ["precious", "rent"]


@pytest.mark.requirement("002/FR-040")
def test_a_yes_holds_once(asking: Caller) -> None:
    """Brought back, the tasks are not the ones of the question any more."""
    question = post(asking)
    assert answer(asking, question)["structuredContent"]["deleted"]
    asking.ok("undo")

    again = answer(asking, question)

    assert asked(again)
    assert titles(asking) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
def test_a_yes_is_not_for_other_items(asking: Caller) -> None:
    question = post(asking)
    rent = {"id": "t3", "expect_title": "rent"}

    for items in ([*ITEMS, rent], [ITEMS[0], rent], ITEMS[::-1]):
        refused = answer(asking, question, items)
        assert refused["data"]["reason"] == "invalid_request_state", items
    assert titles(asking) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
def test_a_yes_is_not_for_another_person(asking: Caller, at_people: As, user_id: str) -> None:
    """Who holds tasks of the same ids and titles."""
    other = replace(at_people(f"{user_id}-other"), capabilities={"elicitation": {}})
    other.ok("add_tasks", tasks=TASKS)

    refused = answer(other, post(asking))

    assert refused["data"]["reason"] == "invalid_request_state"
    assert titles(other) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
@pytest.mark.parametrize("state", [None, "", "v1.AAAA", "changed"])
def test_a_yes_without_its_sealed_question_is_none(asking: Caller, state: str | None) -> None:
    question = post(asking)
    key, _ = asked(question)
    sealed = question["requestState"]
    forged = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB") if state == "changed" else state
    more = {} if forged is None else {"requestState": forged}

    result = post(asking, inputResponses={key: YES}, **more)

    assert result.get("resultType") == "input_required" or result["code"] == -32602
    assert titles(asking) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-040")
@pytest.mark.parametrize("seconds", [1, -1], ids=["in time", "too late"])
def test_a_yes_comes_in_time_or_not_at_all(asking: Caller, mcp_server: Service, seconds: int) -> None:
    """The state is sealed again with the server's own key, and nothing but its end is another."""
    codec = AESGCMRequestStateCodec([mcp_server.environment["MCP_SERVER_REQUEST_STATE_KEY"]])
    question = post(asking)
    claims = json.loads(codec.unseal(question["requestState"]))
    assert claims["exp"] - claims["iat"] == QUESTION_SECONDS
    claims["exp"] = time.time() + 10 * seconds

    result = answer(asking, {**question, "requestState": codec.seal(json.dumps(claims).encode())})

    assert ("structuredContent" in result) is (seconds > 0)
    assert titles(asking) == (["rent"] if seconds > 0 else ["milk", "plants", "rent"])


@pytest.mark.requirement("002/FR-040")
def test_a_yes_that_is_sent_many_times_at_once_deletes_once(asking: Caller) -> None:
    question = post(asking)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: answer(asking, question), range(8)))

    deleted = [one for one in results if one.get("structuredContent", {}).get("deleted")]
    assert len(deleted) == 1
    assert titles(asking) == ["rent"]
    assert len(asking.ok("list_changes")["changes"]) == 2


@pytest.mark.requirement("002/FR-030")
def test_a_confirmed_deletion_that_is_sent_again_gives_the_first_result(asking: Caller) -> None:
    sender = asking.with_meta(idempotency_key="k")
    question = post(sender)
    first = answer(sender, question)

    assert answer(sender, question) == first
    assert len(first["structuredContent"]["deleted"]) == 2


@pytest.mark.requirement("002/FR-041")
def test_the_gateway_is_told_whom_to_ask_about_what(gateway_caller: Caller) -> None:
    gateway_caller.ok("add_tasks", tasks=TASKS)

    refused = gateway_caller.error("delete_tasks", items=ITEMS)

    assert refused.pop("message").startswith("The person must agree")
    plants = {"id": "t2", "title": "plants", "due": "2030-01-07T09:00", "repeat": "every monday"}
    asked_for = [{"id": "t1", "title": "milk"}, plants]
    assert refused == {"code": "needs_confirmation", "tasks": asked_for}
    assert titles(gateway_caller) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-041")
def test_under_the_scope_of_a_yes_the_same_call_deletes(at_gateway: As, user_id: str) -> None:
    turn = str(uuid.uuid4())
    model = at_gateway(user_id).with_meta(turn=turn)
    confirmed = at_gateway(user_id, f"{EVERY_SCOPE} tasks:confirmed").with_meta(turn=turn)
    model.ok("add_tasks", tasks=TASKS)
    assert model.code("delete_tasks", items=ITEMS) == "needs_confirmation"

    done = confirmed.ok("delete_tasks", items=ITEMS)

    assert [task["id"] for task in done["deleted"]] == ["t1", "t2"]
    assert titles(model) == ["rent"]


@pytest.mark.requirement("002/FR-041")
def test_a_yes_at_the_gateway_is_not_for_a_task_under_another_title(at_gateway: As, user_id: str) -> None:
    confirmed = at_gateway(user_id, f"{EVERY_SCOPE} tasks:confirmed")
    confirmed.ok("add_tasks", tasks=TASKS)
    confirmed.ok("update_tasks", changes=[{**ITEMS[0], "title": "precious"}])

    done = confirmed.ok("delete_tasks", items=ITEMS)

    assert done["failed"][0]["code"] == "wrong_task"
    assert titles(confirmed) == ["precious", "rent"]


@pytest.mark.requirement("002/FR-041")
def test_the_scope_of_a_yes_alone_writes_nothing_and_is_worth_nothing_to_apps(
    at_gateway: As, at_people: As, user_id: str
) -> None:
    app = at_people(user_id, "tasks:read tasks:write tasks:confirmed")
    app.ok("add_tasks", tasks=TASKS)

    assert app.code("delete_tasks", items=ITEMS) == "needs_confirmation"
    bare = at_gateway(user_id, "tasks:read tasks:confirmed")
    assert bare.code("delete_tasks", items=ITEMS) == "not_permitted"
    assert titles(app) == ["milk", "plants", "rent"]


@pytest.mark.requirement("002/FR-041")
def test_no_call_of_a_model_carries_the_scope_of_a_yes() -> None:
    assert Scope.TASKS_CONFIRMED not in {*MODEL_SCOPES, *GATEWAY_SCOPES}


def test_items_that_mean_no_task_are_told_without_a_question(asking: Caller, gateway_caller: Caller) -> None:
    items = [{"id": "t1", "expect_title": "other"}, {"id": "t99", "expect_title": "milk"}]

    for caller in (asking, gateway_caller):
        failed = caller.ok("delete_tasks", items=items)["failed"]
        assert [one["code"] for one in failed] == ["wrong_task", "not_found"]


def test_one_task_named_twice_is_asked_about_once(asking: Caller) -> None:
    question = post(asking, [ITEMS[0], ITEMS[0]])

    assert asked(question)[1]["message"].startswith("Delete this task?\n• milk\n")
    done = answer(asking, question, [ITEMS[0], ITEMS[0]])["structuredContent"]
    assert [task["id"] for task in done["deleted"]] == ["t1"]
    assert done["failed"][0]["code"] == "not_found"
