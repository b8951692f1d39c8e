"""A model on this machine that says one word, and the rest of its answer when the test lets it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.gateway.openai_server import responses_events
from tests.gateway.serving import serve

ANSWER = "Once upon a time there was a list that nobody had written down."
FIRST_WORD = 4
"""How many events come before the answer is held: the last of them is its first word."""


@dataclass
class SlowModel:
    """Speaks the Responses API; ``hold`` keeps every answer after its first word until ``let_go``."""

    url: str = ""
    ended: int = 0
    """How many answers were cut off by whoever asked."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _free: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def settings(self) -> dict[str, str]:
        """What a product must be told to ask this model."""
        return {"OPENAI_API_KEY": "sk-not-a-key", "OPENAI_BASE_URL": self.url, "OPENAI_API": "responses"}

    def hold(self) -> None:
        self._loop.call_soon_threadsafe(self._free.clear)

    def let_go(self) -> None:
        self._loop.call_soon_threadsafe(self._free.set)

    @contextmanager
    def running(self) -> Iterator["SlowModel"]:
        started, over = threading.Event(), asyncio.Event()
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(started, over),))
        thread.start()
        assert started.wait(10)
        try:
            yield self
        finally:
            self.let_go()
            self._loop.call_soon_threadsafe(over.set)
            thread.join(20)
            self._loop.close()

    async def _serve(self, started: threading.Event, over: asyncio.Event) -> None:
        self._free.set()
        async with serve(Starlette(routes=[Route("/v1/responses", self._answer, methods=["POST"])])) as url:
            self.url = f"{url}/v1"
            started.set()
            await over.wait()

    async def _answer(self, _request: Request) -> Response:
        return StreamingResponse(self._words(), media_type="text/event-stream")

    async def _words(self) -> AsyncIterator[str]:
        try:
            for n, frame in enumerate(responses_events(ANSWER)):
                if n == FIRST_WORD:
                    await self._free.wait()
                yield frame
        except asyncio.CancelledError:
            self.ended += 1
            raise
