"""Impatient people: they send, hang up, send twice, send again, and write down what they were told."""

import asyncio
import json
import random
import string
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import uvloop

from tests.services import Issuer

CONVERSATION_LENGTH = 20
PATIENCE_SECONDS = 2
PAUSE_SECONDS = 0.2
LATER_SECONDS = 2
"""Who went on elsewhere looks again so seldom: else those who wait for a dead gateway's lease are the load."""
IMPATIENCE = (0.1, 0.5)
"""People come back long before they were told to."""
ANSWER_SECONDS = 30
LAST_SECONDS = 60
DAY = 86_400
HANGS_UP, SENDS_TWICE, SENDS_FIRST_TWICE = 0.1, 0.1, 0.4
"""How often; the first message of a conversation more often twice: there is no running turn that refuses the other."""


@dataclass
class Sent:
    """One message, and what its sender was told of it.

    Attributes:
        word: stands in no other message; the task that it asks for bears it as title.
        acknowledged: the server said that it has it; ``done`` that it is answered; ``added`` that the task was added.
        good: (sent, answered) of the attempt that brought the answer, on the clock of this process.
        wait: how many seconds the last refusal asked for.
        fate: what became of the last attempt: its answer's status and code, or how the connection ended.
    """

    user: str
    key: str
    word: str
    conversation_id: str = ""
    acknowledged: bool = False
    done: bool = False
    added: bool = False
    good: tuple[float, float] | None = None
    wait: float = 0
    fate: str = ""


class People:
    """Some people at once, until they are told to stop; ``done`` is how many of their messages were answered."""

    def __init__(self) -> None:
        self.done = 0
        self._stopped = asyncio.Event()

    async def until(self, turns: int) -> None:
        """Return once so many messages are answered."""
        while self.done < turns:  # noqa: ASYNC110 - it is counted in many places
            await asyncio.sleep(0.2)

    def stop(self) -> None:
        self._stopped.set()


class Crowd(People):
    """Each is in a conversation of their own."""

    def __init__(
        self,
        gateway_url: str,
        issuer: Issuer,
        size: int,
        seed: int,
        *,
        remembers: bool = True,
        last_seconds: float = LAST_SECONDS,
        later_seconds: float = LATER_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        other_urls: Sequence[str] = (),
    ) -> None:
        """``other_urls`` are gateways that may be asked as well: each attempt goes to any of them."""
        super().__init__()
        self.history: list[Sent] = []
        self.fates = Counter[str]()
        self._remembers = remembers
        self._last_seconds = last_seconds
        self._later_seconds = later_seconds
        self._answer_seconds = answer_seconds
        self._urls = [gateway_url, *other_urls]
        self._issuer = issuer
        self._size = size
        self._dice = random.Random(seed)  # noqa: S311 - the same run again, no secret
        self._patient: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Talk until stopped, when the faults are over too; then insist once more on what is still unanswered."""
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=self._size)
        async with httpx2.AsyncClient(timeout=self._answer_seconds, limits=limits, trust_env=False) as self._http:
            await asyncio.gather(*(self._talk(f"user-{uuid.uuid4().hex}") for _ in range(self._size)))
            await asyncio.gather(*self._patient)
            left = [sent for sent in self.history if not sent.done]
            await asyncio.gather(
                *(
                    self._insist(sent, self._headers(sent.user), self._last_seconds, self._later_seconds)
                    for sent in left
                )
            )

    @property
    def unanswered(self) -> dict[str, Counter[str]]:
        """How the last attempts for unanswered messages ended, and how all attempts did; empty if all are answered."""
        left = Counter(sent.fate for sent in self.history if not sent.done)
        return {"unanswered, by their last attempt": left, "every attempt": self.fates} if left else {}

    async def _talk(self, user: str) -> None:
        headers = self._headers(user)
        conversation_id, length = "", 0
        while not self._stopped.is_set():
            sent = Sent(user, uuid.uuid4().hex, self._word(), conversation_id)
            if self._remembers:
                self.history.append(sent)
            await self._insist(sent, headers, PATIENCE_SECONDS)
            if sent.done and length < CONVERSATION_LENGTH:
                conversation_id, length = sent.conversation_id, length + 1
                continue
            conversation_id, length = "", 0
            if not sent.done:  # a dead gateway's lease has to run out first: go on elsewhere, and come back to it
                task = asyncio.create_task(self._insist(sent, headers, self._last_seconds, self._later_seconds))
                self._patient.add(task)

    def _headers(self, user: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.gateway_token(user, exp=int(time.time()) + DAY)}"}

    async def _insist(self, sent: Sent, headers: dict[str, str], seconds: float, pause: float = PAUSE_SECONDS) -> None:
        """Send the message again and again under its key, until it is answered or patience ends."""
        deadline = time.monotonic() + seconds
        while not sent.done and time.monotonic() < deadline:
            fate, twice = self._dice.random(), SENDS_TWICE if sent.conversation_id else SENDS_FIRST_TWICE
            if fate < HANGS_UP and not sent.acknowledged:
                await self._attempt(sent, headers, hang_up=True)
            elif fate < HANGS_UP + twice:
                await asyncio.gather(self._attempt(sent, headers), self._attempt(sent, headers))
            else:
                await self._attempt(sent, headers)
            if not sent.done:
                await asyncio.sleep(max(pause, sent.wait * self._dice.uniform(*IMPATIENCE)))
        self.done += sent.done

    async def _attempt(self, sent: Sent, headers: dict[str, str], *, hang_up: bool = False) -> None:
        url = f"{self._dice.choice(self._urls)}/api/{sent.user}/chat"
        body = {"message": f"add {sent.word}", "idempotency_key": sent.key}
        if sent.conversation_id:
            body["conversation_id"] = sent.conversation_id
        begun, sent.wait = time.monotonic(), 0
        try:
            async with self._http.stream(
                "POST", url, json=body, headers={**headers, "Accept": "text/event-stream"}
            ) as answer:
                sent.fate = await hear(sent, answer, begun, hang_up=hang_up)
        except httpx2.TransportError as error:
            sent.fate = type(error).__name__
        self.fates[sent.fate] += 1

    def _word(self) -> str:
        return "".join(self._dice.choices(string.ascii_lowercase, k=16))


async def hear(sent: Sent, answer: httpx2.Response, begun: float, *, hang_up: bool) -> str:
    """Write down what one attempt is told, and return what became of it."""
    if answer.status_code != httpx2.codes.OK:
        sent.wait = float(answer.headers.get("retry-after", PAUSE_SECONDS))
        is_ours = answer.headers.get("content-type") == "application/json"  # and not a balancer's
        code = json.loads(await answer.aread())["code"] if is_ours else "without a code"
        return f"{answer.status_code} {code}"
    fate = "cut short"
    async for name, data in events(answer):
        if name == "started":
            sent.acknowledged, sent.conversation_id = True, data["conversation_id"]
            if hang_up:
                return "hung up"
        elif name == "done":
            sent.done, sent.good, fate = True, sent.good or (begun, time.monotonic()), "done"
            sent.added = any(call["ok"] for call in data["tool_calls"] if call["name"] == "add_tasks")
        elif name == "error":
            fate = f"error {data['code']}"
    return fate


def quick_runner() -> asyncio.Runner:
    """Run people on a quick event loop: what they take of the machine, the services lack."""
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def turns_a_second(gateway_url: str, issuer: Issuer, people: int, seconds: float) -> float:
    """Let people talk for so long, after a second in which they warm up, and return how many turns that came to."""
    crowd = Crowd(gateway_url, issuer, people, seed=0, remembers=False)
    talking = asyncio.create_task(crowd.run())
    await asyncio.sleep(1)
    before, begun = crowd.done, time.monotonic()
    await asyncio.sleep(seconds)
    rate = (crowd.done - before) / (time.monotonic() - begun)
    crowd.stop()
    await talking
    return rate


async def events(answer: httpx2.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Read server-sent events."""
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
