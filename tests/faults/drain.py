"""SIGTERM while many answers stream: nothing that was acknowledged is lost, and the process leaves in time."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

import httpx2

from tests.faults.crowd import events
from tests.faults.stack import Cluster, Stack, running_stack
from tests.gateway.openai_server import OpenAIServer
from tests.mcp_server.database import run
from tests.services import Service

CALL_SECONDS = 60
AGAIN_SECONDS = 0.1
RELEASE_SECONDS = 1
LOST = """
SELECT t.status FROM turns t
WHERE t.user_id = ANY($1)
AND EXISTS (SELECT FROM items i WHERE i.user_id = t.user_id AND i.turn_id = t.id AND i.kind = 'user_message')
AND EXISTS (SELECT FROM items i WHERE i.user_id = t.user_id AND i.turn_id = t.id AND i.kind = 'assistant_message'
            AND i.data #>> '{content,0,text}' LIKE 'Here%')
"""


class End(Enum):
    """How a gateway ends under its streams.

    By SIGTERM, and the model goes on after a second, or never; or by SIGKILL, the negative control: nothing more is
    stored.
    """

    GOING_ON = auto()
    HELD_UP = auto()
    KILLED = auto()


@dataclass(frozen=True)
class Drain:
    """What came of it.

    Attributes:
        acknowledged: messages that the gateway said it has.
        kept: how each was stored, with what was said of its answer.
        endings: the last event of each stream.
        exit_seconds: from the signal to the end of the process.
    """

    acknowledged: int
    kept: Counter[str]
    endings: Counter[str]
    exit_seconds: float

    @property
    def lost(self) -> int:
        return self.acknowledged - self.kept.total()


def drain_rounds(cluster: Cluster, streams: int, ends: Sequence[End]) -> list[Drain]:
    """End the gateway under so many streams, in one way after the other."""
    return asyncio.run(_drains(cluster, streams, ends))


async def _drains(cluster: Cluster, streams: int, ends: Sequence[End]) -> list[Drain]:
    model = OpenAIServer(["Here is a longer answer to that."] * streams * len(ends))
    async with model.open() as url:
        told = {"OPENAI_BASE_URL": url, "GATEWAY_TURNS_AT_ONCE": str(streams)}
        stack_of = running_stack(cluster, gateway=told)
        stack = await asyncio.to_thread(stack_of.__enter__)
        try:
            return [await _drain(stack, model, streams, end) for end in ends]
        finally:
            await asyncio.to_thread(stack_of.__exit__, None, None, None)


async def _drain(stack: Stack, model: OpenAIServer, streams: int, end: End) -> Drain:
    speaking, endings, go_on = asyncio.Semaphore(0), Counter[str](), asyncio.Event()
    model.go_on, users = go_on, [f"user-{uuid.uuid4().hex}" for _ in range(streams)]
    if not stack.gateway.is_running:
        await asyncio.to_thread(stack.gateway.start)
    async with httpx2.AsyncClient(timeout=CALL_SECONDS, limits=httpx2.Limits(max_connections=None)) as http:
        listening: list[asyncio.Task[None]] = []
        for user in users:  # one after the other: a process that is late takes no more
            listening.append(asyncio.create_task(_listen(stack, http, user, speaking, endings)))
            await speaking.acquire()
        begun = time.monotonic()
        leave = Service.kill if end is End.KILLED else Service.stop
        stopping = asyncio.create_task(asyncio.to_thread(leave, stack.gateway))
        if end is End.GOING_ON:
            await asyncio.sleep(RELEASE_SECONDS)
            go_on.set()
        await stopping
        seconds = time.monotonic() - begun
        await asyncio.gather(*listening)
    kept = Counter(row["status"] for row in await asyncio.to_thread(run, stack.postgres.url, LOST, users))
    return Drain(streams, kept, endings, seconds)


async def _listen(
    stack: Stack, http: httpx2.AsyncClient, user: str, speaking: asyncio.Semaphore, endings: Counter[str]
) -> None:
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
