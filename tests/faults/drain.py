"""SIGTERM while many answers stream: nothing that was acknowledged is lost, and the process leaves in time."""

import asyncio
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import httpx2

from tests.faults.crowd import events
from tests.faults.stack import Stack, running_stack
from tests.gateway.openai_server import OpenAIServer
from tests.mcp_server.database import run
from tests.services import Service

CALL_SECONDS = 60
AGAIN_SECONDS = 0.1
RELEASE_SECONDS = 1
LOST = """
SELECT t.status FROM turns t
WHERE EXISTS (SELECT FROM items i WHERE i.user_id = t.user_id AND i.turn_id = t.id AND i.kind = 'user_message')
AND EXISTS (SELECT FROM items i WHERE i.user_id = t.user_id AND i.turn_id = t.id AND i.kind = 'assistant_message'
            AND i.data #>> '{content,0,text}' LIKE 'Here%')
"""


@dataclass(frozen=True)
class Drain:
    """What came of it.

    Attributes:
        acknowledged: messages that the gateway said it has.
        kept: how each was stored, with what was said of its answer.
        endings: the last event of each stream.
        exit_seconds: from SIGTERM to the end of the process; ``status`` is its exit status.
    """

    acknowledged: int
    kept: Counter[str]
    endings: Counter[str]
    exit_seconds: float
    status: int

    @property
    def lost(self) -> int:
        return self.acknowledged - self.kept.total()


def drain_round(*, streams: int, released: bool, killed: bool = False) -> Drain:
    """Stop the gateway under so many streams; the model goes on after a second, or never.

    ``killed`` ends it without a chance to store anything: the negative control.
    """
    return asyncio.run(_drain(streams, released, killed))


async def _drain(streams: int, released: bool, killed: bool) -> Drain:
    model = OpenAIServer(["Here is a longer answer to that."] * streams, go_on=asyncio.Event())
    async with model.open() as url:
        told = {"OPENAI_BASE_URL": url, "GATEWAY_TURNS_AT_ONCE": str(streams)}
        stack_of = running_stack(gateway=told)
        stack = await asyncio.to_thread(stack_of.__enter__)
        try:
            return await _stop_under_load(stack, model, streams, released, killed)
        finally:
            await asyncio.to_thread(stack_of.__exit__, None, None, None)


async def _stop_under_load(stack: Stack, model: OpenAIServer, streams: int, released: bool, killed: bool) -> Drain:
    speaking, endings = asyncio.Semaphore(0), Counter[str]()
    async with httpx2.AsyncClient(timeout=CALL_SECONDS, limits=httpx2.Limits(max_connections=None)) as http:
        listening: list[asyncio.Task[None]] = []
        for _ in range(streams):  # one after the other: a process that is late takes no more
            listening.append(asyncio.create_task(_listen(stack, http, speaking, endings)))
            await speaking.acquire()
        begun = time.monotonic()
        stopping = asyncio.create_task(asyncio.to_thread(_kill if killed else Service.stop, stack.gateway))
        if released:
            await asyncio.sleep(RELEASE_SECONDS)
            assert model.go_on is not None
            model.go_on.set()
        status = await stopping
        seconds = time.monotonic() - begun
        await asyncio.gather(*listening)
    kept = Counter(row["status"] for row in await asyncio.to_thread(run, stack.postgres.url, LOST))
    return Drain(streams, kept, endings, seconds, status)


def _kill(gateway: Service) -> int:
    gateway.kill()
    return -9


async def _listen(stack: Stack, http: httpx2.AsyncClient, speaking: asyncio.Semaphore, endings: Counter[str]) -> None:
    user = f"user-{uuid.uuid4().hex}"
    headers = {"Authorization": f"Bearer {stack.issuer.gateway_token(user)}", "Accept": "text/event-stream"}
    url, is_speaking = f"{stack.gateway.url}/api/{user}/chat", False
    while True:
        async with http.stream("POST", url, json={"message": "hello"}, headers=headers) as answer:
            if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE:  # the room for answers grows with them
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            assert answer.status_code == httpx2.codes.OK
            name = "cut"
            with suppress(httpx2.TransportError):  # how a killed one ends
                async for name, _ in events(answer):
                    if name == "delta" and not is_speaking:
                        is_speaking = True
                        speaking.release()
            endings[name] += 1
            return
