"""A real model library against a compatible server: both APIs, two turns, and no request to anybody else."""

import json
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from agents import set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.models.openai_responses import OpenAIResponsesModel
from agents.tracing import get_trace_provider

from gateway import agent
from gateway.agent import choose_model
from gateway.offline.model import OfflineModel
from tests.gateway.conftest import Meet, Start
from tests.gateway.openai_server import OpenAIServer
from tests.gateway.serving import Wire, said_in

pytestmark = pytest.mark.anyio

APIS = ("responses", "chat_completions")
KEY = f"sk-{secrets.token_hex(16)}"
ADD = [("add_tasks", json.dumps({"tasks": [{"title": "buy milk"}], "user_id": "user-mallory"}))]
LOOK = [("find_tasks", "{}"), ("get_context", "{}")]


def environment(url: str, api: str, key: str = KEY) -> dict[str, str]:
    told = {"OPENAI_BASE_URL": url, "OPENAI_API": api, "OPENAI_MODEL": "fake-model"}
    return told | ({"OPENAI_API_KEY": key} if key else {})


_heard: list[tuple[str, Any]] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _heard is not None and event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        _heard.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_listen)


@contextmanager
def connections() -> Iterator[list[str]]:
    """Note every host that this process looks up or connects to."""
    global _heard  # noqa: PLW0603 - an audit hook cannot be taken back
    hosts: list[str] = []
    _heard = []
    try:
        yield hosts
    finally:
        hosts += [str(at[0] if isinstance(at, tuple) else at) for _, at in _heard]
        _heard = None


def foreign(hosts: list[str]) -> set[str]:
    return {host for host in hosts if host not in {"127.0.0.1", "localhost", "::1", "None"}}


@pytest.mark.requirement("004/FR-060")
@pytest.mark.parametrize("api", APIS)
async def test_two_turns_with_tools_over_the_wire(start: Start, meet: Meet, wire: Wire, api: str) -> None:
    server = OpenAIServer([ADD, "I added buy milk.", LOOK, "There is buy milk."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, api)))
        first = await ann.chat("add buy milk")
        thread_id = first[0]["thread"]["id"]
        second = await ann.chat("what is on my list?", thread_id)

    assert [said_in(one).strip() for one in (first, second)] == ["I added buy milk.", "There is buy milk."]
    assert wire.tools == [
        "begin_turn",
        "add_tasks",
        "finish_turn",
        "begin_turn",
        *[one for one, _ in LOOK],
        "finish_turn",
    ]
    assert {one.arguments["user_id"] for one in wire.asked if one.tool} == {ann.user_id}
    items = (await ann.ask("items.list", thread_id=thread_id)).json()["data"]
    assert [item["type"] for item in reversed(items)] == ["user_message", "workflow", "assistant_message", "widget"] * 2
    assert len({item["id"] for item in items}) == 8


@pytest.mark.requirement("004/FR-060")
@pytest.mark.parametrize("api", APIS)
async def test_the_second_turn_hears_the_first_with_what_its_tools_reported(start: Start, meet: Meet, api: str) -> None:
    server = OpenAIServer([ADD, "I added buy milk.", LOOK, "There is buy milk.", "Yes."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, api)))
        thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]
        await ann.chat("what is on my list?", thread_id)
        await ann.chat("sure?", thread_id)

    last = server.asked[-1]
    heard = json.dumps(last["input" if api == "responses" else "messages"])
    for words in ("add buy milk", "I added buy milk.", "what is on my list?", "There is buy milk.", "sure?"):
        assert words in heard
    calls = call_ids(last, api)
    assert len(calls) == len(set(calls)) == 3
    assert calls == answered_ids(last, api)


def call_ids(body: dict[str, Any], api: str) -> list[str]:
    if api == "responses":
        return [item["call_id"] for item in body["input"] if item.get("type") == "function_call"]
    return [call["id"] for one in body["messages"] for call in one.get("tool_calls") or ()]


def answered_ids(body: dict[str, Any], api: str) -> list[str]:
    if api == "responses":
        return [item["call_id"] for item in body["input"] if item.get("type") == "function_call_output"]
    return [one["tool_call_id"] for one in body["messages"] if one["role"] == "tool"]


@pytest.mark.requirement("001/FR-034")
@pytest.mark.parametrize("api", APIS)
async def test_what_goes_over_the_wire_names_no_user(start: Start, meet: Meet, api: str) -> None:
    server = OpenAIServer([ADD, "I added buy milk."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, api)))
        await ann.chat("add buy milk")

    tools = json.dumps([one["tools"] for one in server.asked])
    assert "find_tasks" in tools
    assert "user_id" not in tools
    assert ann.user_id not in json.dumps(server.asked)
    assert ann.token not in json.dumps(server.headers)


async def test_the_request_has_the_chosen_model_its_limits_and_the_persons_time(start: Start, meet: Meet) -> None:
    server = OpenAIServer(["Hello."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, "responses")))
        await ann.chat("hello", **{"X-Time-Zone": "Europe/Berlin"})

    asked = server.asked[0]
    assert asked["model"] == "fake-model"
    assert asked["max_output_tokens"] == agent.MAX_TOKENS
    assert "(Europe/Berlin)" in asked["instructions"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.requirement("004/FR-062")
@pytest.mark.requirement("001/FR-042")
@pytest.mark.parametrize("api", APIS)
async def test_with_a_key_no_request_goes_to_any_other_host(
    start: Start, meet: Meet, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)  # where the tracing of the agent library looks
    server = OpenAIServer([ADD, "I added buy milk."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, api)))
        with connections() as hosts:
            await ann.chat("add buy milk")
            flush_traces()

    assert hosts
    assert foreign(hosts) == set()


@pytest.mark.requirement("004/FR-062")
@pytest.mark.requirement("001/FR-042")
async def test_with_tracing_left_on_another_host_would_be_asked(
    start: Start, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the agent library's own default sends every message to its maker."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(agent, "RunConfig", lambda **_: None)
    monkeypatch.setattr(socket, "getaddrinfo", refuse_foreign(socket.getaddrinfo))
    set_tracing_disabled(False)
    server = OpenAIServer(["Hello."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, "responses")))
        with connections() as hosts:
            await ann.chat("hello")
            flush_traces()

    assert foreign(hosts) == {"api.openai.com"}


def flush_traces() -> None:
    get_trace_provider().force_flush()


def refuse_foreign(look_up: Any) -> Any:
    """Let the look-up of another machine fail as it does without a network, and note that it was tried."""

    def guarded(host: Any, *arguments: Any, **named: Any) -> Any:
        if host in {"127.0.0.1", "localhost", None}:
            return look_up(host, *arguments, **named)
        _listen("socket.getaddrinfo", (host,))
        raise socket.gaierror(socket.EAI_NONAME, "no network")

    return guarded


@pytest.mark.requirement("004/FR-061")
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "did not accept the request"),
        (401, "(OPENAI_API_KEY)"),
        (404, "(OPENAI_MODEL, OPENAI_BASE_URL)"),
        (429, "asked too often"),
        (500, "the model cannot be reached"),
    ],
)
async def test_a_server_that_refuses_is_told_truthfully(start: Start, meet: Meet, status: int, reason: str) -> None:
    server = OpenAIServer([], status=status)
    async with server.open() as url:
        ann = meet(await start(**environment(url, "responses")))
        answer = await ann.post("chat", {"message": "hello"})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert reason in answer.json()["message"]
    assert answer.json()["message"].endswith(" Nothing was changed. Send your message again.")
    assert KEY not in answer.text


async def test_a_local_server_needs_no_key(start: Start, meet: Meet) -> None:
    server = OpenAIServer(["Hello."])
    async with server.open() as url:
        ann = meet(await start(**environment(url, "chat_completions", key="")))
        answer = await ann.say("hello")

    assert answer["response"].strip() == "Hello."


def test_key_and_address_choose_the_model() -> None:
    http = httpx2.AsyncClient()

    def chosen(**told: Any) -> Any:
        given = {"http": http, "key": None, "base_url": None, "name": None, "api": "responses"}
        return choose_model(**given | told)

    assert isinstance(chosen(), OfflineModel)
    assert isinstance(chosen(key=KEY), OpenAIResponsesModel)
    assert isinstance(chosen(base_url="http://127.0.0.1:9/v1", api="chat_completions"), OpenAIChatCompletionsModel)
