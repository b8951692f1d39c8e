"""`python -m benchmarks.model PORT`: a model that answers at once: a look at the tasks, then a sentence."""

import sys
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.gateway.openai_server import responses_events

SENTENCE = "These are your open tasks, the ones that are due first at the top."


async def _events(frames: Iterator[str]) -> AsyncIterator[str]:
    for frame in frames:
        yield frame


async def _answer(request: Request) -> StreamingResponse:
    heard = (await request.json())["input"]
    has_looked = isinstance(heard, list) and heard[-1].get("type") == "function_call_output"
    frames = responses_events(SENTENCE if has_looked else [("find_tasks", "{}")])
    return StreamingResponse(_events(frames), media_type="text/event-stream")


if __name__ == "__main__":
    app = Starlette(routes=[Route("/v1/responses", _answer, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
