"""The client of a model sends what OpenAI's own would, for less."""

import sys
from typing import Any

import pytest
from openai import AsyncOpenAI

from gateway.openai_client import PlainOpenAI
from tests.gateway.openai_server import OpenAIServer

pytestmark = pytest.mark.anyio

PARAMETERS = {"type": "object", "properties": {"title": {"type": "string"}}, "additionalProperties": False}
TOOLS = [{"type": "function", "name": f"tool_{n}", "parameters": PARAMETERS, "strict": False} for n in range(9)]
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
