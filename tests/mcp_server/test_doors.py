"""For whom a call acts: the token says it, and nothing that is sent with a call can say otherwise."""

import base64
import json
import uuid
from typing import Any

import pytest

from shared.contract import ConversationTool, PersonTool, TaskTool
from tests.mcp_server.client import Caller
from tests.mcp_server.conftest import As
from tests.mcp_server.conversation import Talk, item

NOWHERE = str(uuid.uuid4())
ARGUMENTS: dict[str, dict[str, Any]] = {
    "get_context": {},
    "find_tasks": {},
    "add_tasks": {"tasks": [{"title": "buy milk"}]},
    "update_tasks": {"changes": [{"id": "t1", "expect_title": "buy milk", "priority": "high"}]},
    "complete_tasks": {"items": [{"id": "t1", "expect_title": "buy milk"}]},
    "reopen_tasks": {"items": [{"id": "t1", "expect_title": "buy milk"}]},
    "delete_tasks": {"items": [{"id": "t1", "expect_title": "buy milk"}]},
    "undo": {"undo_token": "c1"},
    "list_changes": {},
    "begin_turn": {"conversation_id": NOWHERE, "key": "k", "message": item()},
    "retry_turn": {"conversation_id": NOWHERE, "message_id": "item"},
    "renew_turn": {"turn_id": NOWHERE, "lease": NOWHERE, "items": []},
    "stop_turn": {"conversation_id": NOWHERE},
    "finish_turn": {"turn_id": NOWHERE, "lease": NOWHERE, "outcome": "done", "items": []},
    "list_conversations": {},
    "get_conversation": {"conversation_id": NOWHERE},
    "list_items": {"conversation_id": NOWHERE},
    "get_item": {"conversation_id": NOWHERE, "item_id": "item"},
    "update_item": {"conversation_id": NOWHERE, "item_id": "item", "data": {}},
    "give_feedback": {"conversation_id": NOWHERE, "item_ids": ["item"], "kind": "positive"},
    "rename_conversation": {"conversation_id": NOWHERE, "title": "title"},
    "delete_conversation": {"conversation_id": NOWHERE},
    "choose_time_zone": {"time_zone": "UTC"},
    "delete_person": {},
}
"""Good arguments of every tool: with them only the user can be wrong."""
TASK_TOOLS = sorted(TaskTool)
READING = {TaskTool.GET_CONTEXT, TaskTool.FIND_TASKS, TaskTool.LIST_CHANGES}
GATEWAYS_OWN = [*sorted(ConversationTool), *PersonTool]


@pytest.mark.requirement("001/FR-014")
def test_every_task_tool_stands_at_both_doors(gateway_caller: Caller, person: Caller) -> None:
    assert list(person.tools()) == list(TaskTool)
    assert list(gateway_caller.tools()) == [*TaskTool, *ConversationTool, *PersonTool]


@pytest.mark.requirement("001/FR-011")
@pytest.mark.requirement("003/FR-011")
def test_the_probes_below_cover_every_tool(gateway_caller: Caller) -> None:
    assert ARGUMENTS.keys() == gateway_caller.tools().keys()


@pytest.mark.requirement("001/FR-011")
@pytest.mark.requirement("003/FR-011")
@pytest.mark.parametrize("tool", ARGUMENTS)
def test_a_call_at_the_gateways_door_names_the_user_of_its_token(gateway_caller: Caller, tool: str) -> None:
    schema = gateway_caller.tools()[tool]["inputSchema"]
    assert "user_id" in schema["required"]

    for other in ("somebody-else", f"{gateway_caller.always['user_id']} ", ""):
        assert gateway_caller.code(tool, **{**ARGUMENTS[tool], "user_id": other}) == "not_permitted"
    unnamed = Caller(gateway_caller.url, gateway_caller.token)
    assert unnamed.error(tool, **ARGUMENTS[tool]) == {"code": "invalid", "message": "user_id is missing."}


@pytest.mark.requirement("001/FR-010")
@pytest.mark.parametrize("tool", TASK_TOOLS)
def test_no_call_at_the_peoples_door_names_a_user(person: Caller, user_id: str, tool: str) -> None:
    schema = person.tools()[tool]["inputSchema"]
    assert "user_id" not in str(schema)

    refused = person.error(tool, **ARGUMENTS[tool], user_id=user_id)
    assert refused == {"code": "invalid", "message": "user_id is unknown."}


@pytest.mark.requirement("001/FR-016")
@pytest.mark.parametrize("tool", GATEWAYS_OWN)
def test_conversations_are_out_of_reach_of_people_and_models(
    person: Caller, at_gateway: As, at_people: As, user_id: str, tool: str
) -> None:
    model = at_gateway(user_id, "tasks:read tasks:write")
    schemer = at_people(user_id, "tasks:read tasks:write conversations:manage person:manage")

    assert model.code(tool, **ARGUMENTS[tool]) == "not_permitted"
    for own_client in (person, schemer):
        assert tool not in own_client.tools()
        assert own_client.code(tool, **ARGUMENTS[tool]) == "invalid"


@pytest.mark.parametrize("tool", [name for name in TASK_TOOLS if name not in READING])
def test_a_token_that_may_only_read_changes_nothing(at_people: As, at_gateway: As, user_id: str, tool: str) -> None:
    app, model = at_people(user_id, "tasks:read"), at_gateway(user_id, "tasks:read")

    assert app.post("tools/call", {"name": tool, "arguments": ARGUMENTS[tool]}).status_code == 403
    assert model.code(tool, **ARGUMENTS[tool]) == "not_permitted"
    assert app.ok("find_tasks")["total"] == 0


@pytest.mark.parametrize("tool", TASK_TOOLS)
def test_the_gateways_own_scope_opens_no_task(at_gateway: As, user_id: str, tool: str) -> None:
    assert at_gateway(user_id, "conversations:manage").code(tool, **ARGUMENTS[tool]) == "not_permitted"


@pytest.mark.requirement("001/FR-010")
def test_the_people_read_scope_is_asked_for_with_403(at_people: As, user_id: str) -> None:
    answer = at_people(user_id, "openid").post("tools/list", {})

    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert 'scope="tasks:read tasks:write"' in answer.headers["www-authenticate"]


def error(result: dict[str, Any]) -> str:
    """Return the code of a call or of its first item."""
    if result["isError"]:
        return result["_meta"]["remit/error"]["code"]
    return result["structuredContent"]["failed"][0]["code"]


def probes(mine: Caller, ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Call every tool that takes an id with the ids given."""
    conversation = {"conversation_id": ids["conversation"]}
    turn = {"turn_id": ids["turn"], "lease": ids["lease"]}
    task = {"id": ids["task"], "expect_title": "secret"}
    asked: dict[str, dict[str, Any]] = {
        "update_tasks": {"changes": [{**task, "title": "mine now"}]},
        "complete_tasks": {"items": [task]},
        "reopen_tasks": {"items": [task]},
        "delete_tasks": {"items": [task]},
        "undo": {"undo_token": ids["change"]},
        "begin_turn": {**conversation, "key": "k", "message": item(item_id="mine")},
        "retry_turn": {**conversation, "message_id": ids["item"]},
        "renew_turn": {**turn, "items": [item(item_id="mine")]},
        "stop_turn": conversation,
        "finish_turn": {**turn, "outcome": "done", "items": [item(item_id="mine")]},
        "list_conversations": {"after": ids["conversation"]},
        "get_conversation": conversation,
        "list_items": conversation,
        "get_item": {**conversation, "item_id": ids["item"]},
        "update_item": {**conversation, "item_id": ids["item"], "data": {}},
        "give_feedback": {**conversation, "item_ids": [ids["item"]], "kind": "negative"},
        "rename_conversation": {**conversation, "title": "mine now"},
        "delete_conversation": conversation,
    }
    assert set(asked) == set(ARGUMENTS) - {"get_context", "find_tasks", "add_tasks", "list_changes", *PersonTool}
    return {tool: mine.call(tool, **arguments) for tool, arguments in asked.items()}


@pytest.mark.requirement("001/FR-018")
def test_what_is_anothers_gets_the_answer_of_what_is_not_there(at_gateway: As, user_id: str) -> None:
    theirs = at_gateway(f"{user_id}-other")
    theirs.ok("add_tasks", tasks=[{"title": "secret"}])
    talk = Talk(theirs)
    running = talk.begin(create=True, message=item("secret", item_id="item"), key="k")
    mine = at_gateway(user_id)
    held = {"conversation": talk.id, "turn": running["turn_id"], "lease": running["lease"]}

    anothers = probes(mine, {**held, "task": "t1", "change": "c1", "item": "item"})
    unknown = dict.fromkeys(held, NOWHERE)
    nobodys = probes(mine, {**unknown, "task": "t99", "change": "c99", "item": "no-item"})
    nonsense = probes(mine, {**dict.fromkeys(held, "x"), "task": "x", "change": "x", "item": "no-item"})

    assert anothers == nobodys
    assert [error(one) for one in nonsense.values()] == [error(one) for one in nobodys.values()]
    assert mine.ok("find_tasks")["total"] == 0
    assert mine.ok("list_changes") == mine.ok("list_changes", task_id="t1") == {"changes": []}
    assert talk.texts() == ["secret"]
    renewed = theirs.ok("renew_turn", turn_id=running["turn_id"], lease=running["lease"])
    assert renewed["stop"] is False  # neither ended nor stopped, however long the probes took
    assert theirs.ok("find_tasks")["tasks"][0]["title"] == "secret"
    assert len(theirs.ok("list_changes")["changes"]) == 1


@pytest.mark.requirement("002/FR-005")
@pytest.mark.requirement("002/FR-022")
def test_a_cursor_from_elsewhere_leads_to_ones_own_rows_alone(at_gateway: As, user_id: str) -> None:
    theirs, mine = at_gateway(f"{user_id}-other"), at_gateway(user_id)
    theirs.ok("add_tasks", tasks=[{"title": f"secret {n}"} for n in range(5)])
    for n in range(3):
        mine.ok("add_tasks", tasks=[{"title": f"mine {n}"}])
        theirs.ok("add_tasks", tasks=[{"title": f"secret {n + 5}"}])

    tasks = mine.ok("find_tasks", cursor=theirs.ok("find_tasks", limit=1)["next_cursor"])["tasks"]
    changes = mine.ok("list_changes", cursor=theirs.ok("list_changes", limit=1)["next_cursor"])["changes"]

    assert [task["title"] for task in tasks] == ["mine 1", "mine 2"]
    assert [change["summary"] for change in changes] == ["added “mine 2”", "added “mine 1”", "added “mine 0”"]


@pytest.mark.requirement("002/FR-005")
@pytest.mark.parametrize("status", ["open", "done", "deleted"])
@pytest.mark.parametrize(
    "body",
    [
        ["{status}", 0, "2026-11-25T10:00:00", 1],
        ["{status}", 0, "2026-11-25T10:00:00+00:00", 2**31],
        ["{status}", 0, "2026-11-25T10:00:00+00:00", -(2**70)],
        ["{status}", 2**70, "0001-01-01T00:00:00+14:00", 1],
        ["{status}", True, "9999-12-31T23:59:59-14:00", True],
        ["open", 0, "2026-11-25", "10:00:00+01:00", 1],
        ["open", -5, "2026-11-25", "10:00", 2**31],
        ["open", 0, "2026-11-25", "25:00", 1],
        [["{status}"], 0, "2026-11-25T10:00:00+00:00", 1],
        {"status": "open"},
        None,
    ],
    ids=str,
)
def test_a_forged_cursor_is_refused_or_leads_nowhere(gateway_caller: Caller, status: str, body: Any) -> None:
    forged = json.dumps(body).replace("{status}", status)
    cursor = base64.urlsafe_b64encode(forged.encode()).decode()

    result = gateway_caller.call("find_tasks", status=status, cursor=cursor)

    assert not result["isError"] or error(result) == "invalid"
    assert result.get("structuredContent", {}).get("tasks", []) == []


@pytest.mark.requirement("001/FR-018")
def test_ids_of_two_people_may_be_the_same(at_gateway: As, user_id: str) -> None:
    mine, theirs = Talk(at_gateway(user_id)), Talk(at_gateway(f"{user_id}-other"))
    same = Talk(theirs.caller, mine.id)

    mine.answer("mine", create=True, key="k")
    same.answer("theirs", create=True, key="k")

    assert mine.texts() == ["mine", "hi"]
    assert same.texts() == ["theirs", "hi"]
