"""Many times more messages than can be answered: each is answered, or refused at once with when to come back."""

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import httpx2

from tests.faults.crowd import Crowd
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
        capacity: turns a second that the product does when nobody is refused; ``offered`` messages a second.
        statuses: of every answer; 0 is none at all.
        refusal_seconds: how long each refusal took.
        untold: refusals without ``Retry-After``.
    """

    capacity: float
    offered: float
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


def overload_round(stack: Stack, *, seconds: float, factor: float, patience: float = CALL_SECONDS) -> Overload:
    """Offer ``factor`` times the capacity, at an even pace that waits for nobody.

    ``patience`` is how many seconds an answer may take.
    """
    return asyncio.run(_offer(stack, seconds, factor, patience))


async def _offer(stack: Stack, seconds: float, factor: float, patience: float) -> Overload:
    capacity = await _capacity(stack)
    found = Overload(capacity, capacity * factor)
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=200)
    async with (
        httpx2.AsyncClient(timeout=patience, limits=limits, trust_env=False) as http,
        asyncio.TaskGroup() as sending,
    ):
        begun = time.monotonic()
        for n in range(int(seconds * found.offered)):
            await asyncio.sleep(max(0.0, begun + n / found.offered - time.monotonic()))
            sending.create_task(_send(stack, http, found))
    return found


async def _capacity(stack: Stack) -> float:
    crowd = Crowd(stack.gateway.url, stack.issuer, PEOPLE_FOR_CAPACITY, seed=0)
    talking = asyncio.create_task(crowd.run())
    await asyncio.sleep(1)
    before, begun = crowd.done, time.monotonic()
    await asyncio.sleep(CAPACITY_SECONDS)
    rate = (crowd.done - before) / (time.monotonic() - begun)
    crowd.stop()
    await talking
    return rate


async def _send(stack: Stack, http: httpx2.AsyncClient, found: Overload) -> None:
    user = f"user-{uuid.uuid4().hex}"
    headers = {"Authorization": f"Bearer {stack.issuer.gateway_token(user)}"}
    begun = time.monotonic()
    try:
        answer = await http.post(f"{stack.gateway.url}/api/{user}/chat", json={"message": "add milk"}, headers=headers)
    except httpx2.TransportError:
        found.statuses[0] += 1
        return
    found.statuses[answer.status_code] += 1
    if answer.status_code in TOLD_WHEN:
        found.refusal_seconds.append(time.monotonic() - begun)
        found.untold += "retry-after" not in answer.headers
