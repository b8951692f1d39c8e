"""`python alone.py MODEL_URL TURNS`: the Agents SDK with tools of its own process, no product.

Reads what the product's model is given, the prompt, its bound of tokens and the tools as the MCP server lists them, and
gives the model the same. Called, the tools do nothing. Prints the milliseconds until the first word and to the end of
each turn, as JSON.
"""

import asyncio
import json
import sys
import time
from typing import Any

from agents import Agent, FunctionTool, ModelSettings, RunConfig, Runner, Tool
from agents.models.openai_responses import OpenAIResponsesModel
from agents.tool_context import ToolContext
from openai import AsyncOpenAI
from openai.types.responses import ResponseTextDeltaEvent


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


async def main(client: AsyncOpenAI, turns: int, given: dict[str, Any]) -> None:
    model = OpenAIResponsesModel("fake", client)
    tools: list[Tool] = [
        FunctionTool(one["name"], one["description"], one["inputSchema"], _look, strict_json_schema=False)
        for one in given["tools"]
    ]
    settings = ModelSettings(max_tokens=given["max_tokens"])
    agent = Agent[None](
        name="Alone", instructions=given["instructions"], model=model, model_settings=settings, tools=tools
    )
    sys.stdout.write(json.dumps([await _turn(agent) for _ in range(turns)]))


if __name__ == "__main__":
    openai = AsyncOpenAI(api_key="none", base_url=sys.argv[1])
    asyncio.run(main(openai, int(sys.argv[2]), json.load(sys.stdin)))
