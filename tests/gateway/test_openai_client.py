"""The client of a model sends and reads what OpenAI's own would, for less."""

import re
import sys
from typing import Any, get_args
from unittest.mock import patch

import pytest
from openai import AsyncOpenAI, _models

from gateway.openai_client import PlainOpenAI
from tests.gateway.openai_server import OpenAIServer

pytestmark = pytest.mark.anyio

PARAMETERS = {"type": "object", "properties": {"title": {"type": "string"}}, "additionalProperties": False}
TOOLS = [{"type": "function", "name": f"tool_{n}", "parameters": PARAMETERS, "strict": False} for n in range(9)]
MANY = 50
"""More kinds than anything but an event can be of."""

SAID = [
    {"role": "user", "content": "what is open?"},
    {"type": "function_call", "call_id": "call_1", "name": "tool_1", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": '{"tasks": []}'},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Nothing."}]},
]


async def asking(kind: type[AsyncOpenAI], url: str) -> int:
    """Ask as the agent does, and return how many functions were called for it."""
    called = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal called
        called += event == "call"

    asked: Any = {"model": "fake", "stream": True, "input": SAID * 10, "tools": TOOLS, "extra_body": {"seed": 1}}
    async with kind(api_key="none", base_url=url) as client:
        sys.setprofile(count)
        try:
            async with client.responses.with_streaming_response.create(**asked) as answer:
                sys.setprofile(None)
                await answer.read()
        finally:
            sys.setprofile(None)
    return called


async def test_a_request_says_what_the_librarys_own_client_says_for_a_third_of_the_work() -> None:
    server = OpenAIServer(["Nothing."] * 4)
    async with server.open() as url:
        for kind in (PlainOpenAI, AsyncOpenAI):
            await asking(kind, url)
        work = [await asking(kind, url) for kind in (PlainOpenAI, AsyncOpenAI)]

    assert server.asked[0] == server.asked[1]
    assert work[0] < work[1] / 3, work


async def test_a_stream_is_read_as_the_librarys_own_client_reads_it_without_a_try_of_every_kind() -> None:
    """The last event of this server leaves a required member out, as compatible servers do."""
    server = OpenAIServer(["Nothing is open.", [("find_tasks", "{}")]] * 2)
    read: dict[type, list[Any]] = {PlainOpenAI: [], AsyncOpenAI: []}
    tries: list[int] = []
    async with server.open() as url:
        for kind, events in read.items():
            with patch.object(_models, "validate_type", side_effect=_models.validate_type) as tried:
                async with kind(api_key="none", base_url=url) as client:
                    for _ in range(2):
                        asked: Any = {"model": "fake", "stream": True, "input": SAID}
                        events += [event async for event in await client.responses.create(**asked)]
                tries.append(sum(len(get_args(call.kwargs["type_"])) > MANY for call in tried.call_args_list))

    ours, theirs = ([(type(one), _without_ids(one)) for one in events] for events in read.values())
    assert ours == theirs
    assert len(ours) > 10
    assert tries[0] == 0 < tries[1]


def _without_ids(event: Any) -> str:
    """Return an event without what the server draws by lot."""
    return re.sub(r"[0-9a-f]{32}|\d{10}", "", repr(event))
