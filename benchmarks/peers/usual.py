"""`python usual.py PORT MODEL_URL MCP_URL`: a gateway that connects anew for each request.

The token stands in `USUAL_TOKEN`; `USUAL_GIVEN` is JSON, the prompt and the bound of tokens that the product's model is
given. It stores nothing, and checks no token: what it is compared with does both.
"""

import json
import os
import sys
from collections.abc import AsyncIterator

import uvicorn
from agents import Agent, ModelSettings, RunConfig, Runner
from agents.mcp import MCPServerStreamableHttp
from agents.models.openai_responses import OpenAIResponsesModel
from fastapi import FastAPI
from openai import AsyncOpenAI
from openai.types.responses import ResponseTextDeltaEvent
from starlette.responses import StreamingResponse

app = FastAPI()


@app.get("/healthz")
async def healthz() -> bool:
    return True


@app.post("/chat")
async def chat() -> StreamingResponse:
    return StreamingResponse(_words(), media_type="text/event-stream")


async def _words() -> AsyncIterator[str]:
    _, _, model_url, mcp_url = sys.argv
    given = json.loads(os.environ["USUAL_GIVEN"])
    model = OpenAIResponsesModel("fake", AsyncOpenAI(api_key="none", base_url=model_url))
    headers = {"Authorization": f"Bearer {os.environ['USUAL_TOKEN']}"}
    async with MCPServerStreamableHttp({"url": mcp_url, "headers": headers}) as tools:
        agent = Agent[None](
            name="Usual",
            instructions=given["instructions"],
            model=model,
            model_settings=ModelSettings(max_tokens=given["max_tokens"]),
            mcp_servers=[tools],
        )
        run = Runner.run_streamed(agent, "what is open?", run_config=RunConfig(tracing_disabled=True))
        async for event in run.stream_events():
            if event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent):
                yield f"data: {event.data.delta}\n\n"


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
