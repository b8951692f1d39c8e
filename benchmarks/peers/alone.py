"""`python -m benchmarks.peers.alone MODEL_URL TURNS CLIENT`: the Agents SDK with tools of its own process, no product.

Reads the product's tools as its MCP server lists them, and gives the model what the product's model is given: the same
prompt, the same tools. Called, they do nothing. It asks through OpenAI's own client, or, where CLIENT is ``ours``,
through the gateway's. Prints the milliseconds until the first word and to the end of each turn, as JSON.
"""

import asyncio
import json
import sys
import time
from typing import Any

from agents import Agent, FunctionTool, ModelSettings, RunConfig, Runner, Tool
from agents.models.openai_responses import OpenAIResponsesModel
from agents.tool_context import ToolContext
from openai import AsyncOpenAI, DefaultAioHttpClient
from openai.types.responses import ResponseTextDeltaEvent

from gateway.agent import INSTRUCTIONS, MAX_TOKENS
from gateway.openai_client import PlainOpenAI


async def _look(_: ToolContext[None], __: str) -> str:
    return '{"tasks": [], "total": 0}'


async def _turn(agent: Agent[None]) -> tuple[float, float]:
    begun, first = time.perf_counter(), 0.0
    run = Runner.run_streamed(agent, "what is open?", run_config=RunConfig(tracing_disabled=True))
    async for event in run.stream_events():
        is_word = event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent)
        if is_word and not first:
            first = time.perf_counter()
    return (first - begun) * 1000, (time.perf_counter() - begun) * 1000


def _client(url: str, name: str) -> AsyncOpenAI:
    if name == "ours":  # as ``gateway/app.py`` makes it
        return PlainOpenAI(api_key="none", base_url=url, http_client=DefaultAioHttpClient())
    return AsyncOpenAI(api_key="none", base_url=url)


async def main(url: str, turns: int, client: str, listed: list[dict[str, Any]]) -> None:
    model = OpenAIResponsesModel("fake", _client(url, client))
    tools: list[Tool] = [
        FunctionTool(one["name"], one["description"], one["inputSchema"], _look, strict_json_schema=False)
        for one in listed
    ]
    settings = ModelSettings(max_tokens=MAX_TOKENS)
    agent = Agent[None](name="Alone", instructions=INSTRUCTIONS, model=model, model_settings=settings, tools=tools)
    sys.stdout.write(json.dumps([await _turn(agent) for _ in range(turns)]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], json.load(sys.stdin)))
