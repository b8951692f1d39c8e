"""`python -m benchmarks.peers.alone MODEL_URL TURNS`: the Agents SDK with a tool in the same process, and no product.

Prints the milliseconds until the first word and to the end of each turn, as JSON.
"""

import asyncio
import json
import sys
import time

from agents import Agent, FunctionTool, RunConfig, Runner
from agents.models.openai_responses import OpenAIResponsesModel
from agents.tool_context import ToolContext
from openai import AsyncOpenAI
from openai.types.responses import ResponseTextDeltaEvent

SCHEMA = {"type": "object", "properties": {}}


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


async def main(url: str, turns: int) -> None:
    model = OpenAIResponsesModel("fake", AsyncOpenAI(api_key="none", base_url=url))
    tool = FunctionTool("find_tasks", "Find tasks.", SCHEMA, _look, strict_json_schema=False)
    agent = Agent[None](name="Alone", instructions="Look, then answer.", model=model, tools=[tool])
    sys.stdout.write(json.dumps([await _turn(agent) for _ in range(turns)]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
