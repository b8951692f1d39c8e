"""What a token permits is all that it shows, and what it lacks is told where a client can ask for more."""

import re

import httpx2
import pytest

from shared.contract import TaskTool
from tests.mcp_server.client import Caller
from tests.mcp_server.conftest import As
from tests.mcp_server.conversation import Talk, item
from tests.mcp_server.test_protocol import handshake
from tests.services import Service

READS = {"get_context", "find_tasks", "list_changes"}
EVERYTHING = "tasks:read tasks:write conversations:read"


def asked_for(answer: httpx2.Response) -> set[str]:
    """Return the scopes that a challenge asks for."""
    assert answer.status_code == 403
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    scopes = re.findall(r' scope="([^"]*)"', challenge)
    assert len(scopes) == 1
    return set(scopes[0].split())


@pytest.mark.requirement("002/FR-051")
def test_the_listing_shrinks_to_the_tokens_scopes(at_people: As, user_id: str) -> None:
    assert at_people(user_id, "tasks:read").tools().keys() == READS
    assert list(at_people(user_id).tools()) == list(TaskTool)
    assert list(at_people(user_id, EVERYTHING).tools()) == [*TaskTool, "search_conversations"]


@pytest.mark.requirement("002/FR-051")
def test_the_gateway_which_calls_for_many_is_told_of_every_tool(at_gateway: As, user_id: str) -> None:
    assert at_gateway(user_id, "tasks:read").tools().keys() == at_gateway(user_id).tools().keys()


@pytest.mark.requirement("002/FR-051")
@pytest.mark.parametrize("tool", sorted({*TaskTool} - READS))
def test_a_write_without_the_scope_is_answered_with_a_challenge(
    at_people: As, user_id: str, mcp_server: Service, tool: str
) -> None:
    reader = at_people(user_id, "tasks:read")
    call = {"name": tool, "arguments": {}}

    for answer in (
        reader.post("tools/call", call),
        handshake(reader.url, reader.token, "tools/call", call, "2025-11-25"),
    ):
        assert asked_for(answer) == {"tasks:read", "tasks:write"}
        assert f"{mcp_server.url}/.well-known/oauth-protected-resource/mcp" in answer.headers["www-authenticate"]
        assert "tasks:write" in answer.json()["error_description"]
    assert reader.ok("find_tasks")["total"] == 0


@pytest.mark.requirement("002/FR-051")
def test_the_challenge_keeps_what_was_granted_and_names_no_foreign_scope(at_people: As, user_id: str) -> None:
    reader = at_people(user_id, "openid tasks:read conversations:read")

    answer = reader.post("tools/call", {"name": "add_tasks", "arguments": {}})

    assert asked_for(answer) == {"tasks:read", "tasks:write", "conversations:read"}


@pytest.mark.requirement("002/FR-051")
def test_where_no_challenge_reaches_the_error_names_the_scope(at_gateway: As, user_id: str) -> None:
    error = at_gateway(user_id, "tasks:read").error("undo")

    assert error["code"] == "not_permitted"
    assert "tasks:write" in error["message"]


@pytest.mark.requirement("002/FR-051")
@pytest.mark.parametrize("body", ["", "[", "[]", "{}", '{"method":"tools/call","params":{"name":7}}', "[" * 100_000])
def test_what_is_no_call_is_left_to_the_protocol(at_people: As, user_id: str, body: str) -> None:
    reader = at_people(user_id, "tasks:read")
    request = reader.request("tools/call", {"name": "add_tasks"})

    answer = httpx2.post(reader.url, headers=request["headers"], content=body)

    assert answer.status_code == 400


def chat(caller: Caller, *pairs: tuple[str, str], title: str = "") -> Talk:
    talk = Talk(caller)
    for n, (said, replied) in enumerate(pairs):
        talk.answer(said, replied, **({"create": True, "title": title} if n == 0 else {}))
    return talk


@pytest.fixture
def searcher(at_people: As, user_id: str) -> Caller:
    return at_people(user_id, EVERYTHING)


@pytest.mark.requirement("002/FR-052")
def test_ones_own_conversations_are_searched_newest_first(searcher: Caller, gateway_caller: Caller) -> None:
    talk = chat(gateway_caller, ("where are the Ferns?", "the ferns are upstairs"), title="Plants")
    chat(gateway_caller, ("buy milk", "done"))

    found = searcher.ok("search_conversations", query="FERNS")["messages"]

    assert sorted((one["who"], one["text"]) for one in found) == [
        ("assistant", "the ferns are upstairs"),
        ("person", "where are the Ferns?"),
    ]
    assert {(one["conversation"], one["title"]) for one in found} == {(talk.id, "Plants")}
    assert searcher.ok("search_conversations", query="ferns upstairs")["messages"][0]["who"] == "assistant"
    assert searcher.ok("search_conversations", query="ferns milk") == {
        "messages": [],
        "hint": "Nothing was found. Try fewer words.",
    }


@pytest.mark.requirement("002/FR-052")
def test_the_newest_come_first_and_no_more_than_asked_for(searcher: Caller, gateway_caller: Caller) -> None:
    talk = Talk(gateway_caller)
    for hour in (10, 12, 11):
        message = {**item(f"fern {hour}"), "created_at": f"2026-11-25T{hour}:00:00Z"}
        started = talk.begin(message=message, create=hour == 10)
        talk.finish(started, items=[])

    found = searcher.ok("search_conversations", query="fern", limit=2)["messages"]

    assert [one["text"] for one in found] == ["fern 12", "fern 11"]
    assert searcher.code("search_conversations", limit=21) == "invalid"


@pytest.mark.requirement("002/FR-052")
def test_what_is_hidden_or_no_message_is_never_found(searcher: Caller, gateway_caller: Caller) -> None:
    talk = Talk(gateway_caller)
    started = talk.begin(message=item("hello"), create=True)
    hidden = [item("secret fern", kind) for kind in ("hidden_context_item", "widget", "client_tool_call", "workflow")]
    talk.finish(started, items=hidden)

    assert searcher.ok("search_conversations", query="fern")["messages"] == []


@pytest.mark.requirement("002/FR-052")
def test_another_persons_conversations_are_never_found(searcher: Caller, at_gateway: As, user_id: str) -> None:
    chat(at_gateway(f"{user_id}-other"), ("my fern", "your fern"))

    assert searcher.ok("search_conversations", query="fern")["messages"] == []
    assert searcher.ok("search_conversations")["messages"] == []


@pytest.mark.requirement("002/FR-052")
def test_a_long_message_is_shown_around_the_word(searcher: Caller, gateway_caller: Caller) -> None:
    chat(gateway_caller, (f"{'a ' * 2000}fern{' b' * 2000}", "ok"))

    text = searcher.ok("search_conversations", query="fern")["messages"][0]["text"]

    assert "fern" in text
    assert len(text) <= 502
    assert text.startswith("…")
    assert text.endswith("…")


@pytest.mark.requirement("002/FR-052")
@pytest.mark.parametrize("query", ["%", "_", "\\", "'", '"', "]", '":'])
def test_signs_of_the_database_are_plain_words(searcher: Caller, gateway_caller: Caller, query: str) -> None:
    chat(gateway_caller, ("buy milk", "done"))

    assert searcher.ok("search_conversations", query=query)["messages"] == []


@pytest.mark.requirement("002/FR-052")
def test_without_its_scope_the_search_is_invisible_and_asks_for_it(
    person: Caller, gateway_caller: Caller, mcp_server: Service
) -> None:
    answer = person.post("tools/call", {"name": "search_conversations", "arguments": {}})

    assert "search_conversations" not in person.tools()
    assert "search_conversations" not in gateway_caller.tools()
    assert gateway_caller.code("search_conversations") == "invalid"
    assert asked_for(answer) == {"tasks:read", "tasks:write", "conversations:read"}
    metadata = httpx2.get(f"{mcp_server.url}/.well-known/oauth-protected-resource/mcp").json()
    assert metadata["scopes_supported"] == ["tasks:read", "tasks:write", "conversations:read"]
