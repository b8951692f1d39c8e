"""Many times more messages than can be answered: each is answered, or refused at once with when to come back."""

import asyncio
import time
import uuid
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.crowd import quick_runner, turns_a_second
from tests.faults.stack import Stack
from tests.faults.verdict import percentile

TOLD_WHEN = {429, 503}
PEOPLE_FOR_CAPACITY = 8
CALL_SECONDS = 60
CAPACITY_SECONDS = 3


@dataclass
class Overload:
    """What came of it.

    Attributes:
        statuses: of every answer; 0 is none at all.
        refusal_seconds: how long each refusal took.
        untold: refusals without ``Retry-After``.
    """

    statuses: Counter[int] = field(default_factory=Counter[int])
    refusal_seconds: list[float] = field(default_factory=list[float])
    untold: int = 0

    @property
    def unexpected(self) -> int:
        """How many answers were neither one nor a refusal that says why."""
        return sum(count for status, count in self.statuses.items() if status not in {200, 409, 429, 503})

    @property
    def refusal_p99(self) -> float:
        return percentile(self.refusal_seconds, 99)


def capacity_of(stack: Stack) -> float:
    """Return the turns a second that the product does when nobody is refused."""
    with quick_runner() as runner:
        return runner.run(turns_a_second(stack.gateway.url, stack.issuer, PEOPLE_FOR_CAPACITY, CAPACITY_SECONDS))


def overload_round(stack: Stack, *, seconds: float, rate: float, patience: float = CALL_SECONDS) -> Overload:
    """Offer ``rate`` messages a second, at an even pace that waits for nobody.

    ``patience`` is how many seconds an answer may take.
    """
    with quick_runner() as runner:
        return runner.run(_offer(stack, seconds, rate, patience))


async def _offer(stack: Stack, seconds: float, rate: float, patience: float) -> Overload:
    found = Overload()
    messages = [_message(stack) for _ in range(int(seconds * rate))]
    begun = time.monotonic()
    async with asyncio.TaskGroup() as sending:
        for n, message in enumerate(messages):
            await asyncio.sleep(max(0.0, begun + n / rate - time.monotonic()))
            sending.create_task(_send(stack, message, found, patience))
    return found


def _message(stack: Stack) -> bytes:
    user = f"user-{uuid.uuid4().hex}"
    body = b'{"message": "add milk"}'
    head = (
        f"POST /api/{user}/chat HTTP/1.1\r\nHost: {urlsplit(stack.gateway.url).netloc}\r\nConnection: close\r\n"
        f"Authorization: Bearer {stack.issuer.gateway_token(user)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _send(stack: Stack, message: bytes, found: Overload, patience: float) -> None:
    """Send a message as plain bytes, on a connection of its own: a client's own work would count as slowness."""
    at, begun = urlsplit(stack.gateway.url), time.monotonic()
    answer = b""
    with suppress(OSError, TimeoutError):  # no answer is counted as such
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(at.hostname, at.port)
            with closing(writer):
                writer.write(message)
                answer = await reader.read()
    head = answer.partition(b"\r\n\r\n")[0].lower()
    status = int(head.split()[1]) if head else 0
    found.statuses[status] += 1
    if status in TOLD_WHEN:
        found.refusal_seconds.append(time.monotonic() - begun)
        found.untold += b"\r\nretry-after: " not in head
