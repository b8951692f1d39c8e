"""An outage of the key endpoint is no outage of sign-in: known keys are served, and the endpoint is left in peace."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import httpx2
from jwt import PyJWK

from shared.identity import TokenRefusedError, TokenRules, Verifier
from shared.keys import COOLDOWN_SECONDS, KeySource, KeysUnavailableError, PublishedKeys, load_key_set
from tests.prove.promise import Counts, Outcome, Promise, Stage
from tests.services import SigningKey
from tests.shared.published import KeyEndpoint, Reply

RULES = TokenRules("EdDSA", "https://issuer.example", "service")
STALL_SECONDS = 0.05
BEAT_SECONDS = 0.005
IDLE_SECONDS = 15
MANY = 1_000
ROUND = 20
"""So many tokens are tried at one moment, half of them by a stranger's key."""
STEP_SECONDS = 2.0
"""How far the clock of the keys goes on between two rounds of tokens."""
SECRET = {"kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256"}
FAULTS: dict[str, Reply] = {
    "500": (500, b""),
    "redirect": (307, b""),
    "empty": (200, b""),
    "garbage": (200, b"<html>"),
    "no keys": (200, b'{"keys":[]}'),
    "a secret": (200, json.dumps({"keys": [SECRET]}).encode()),
    "too large": (200, b" " * 70_000),
}


class Clock:
    """Goes on when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class ForgetfulKeys:
    """A negative control: keys are asked for whenever they are old or unknown, and an outage is an outage."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url, self._clock = url, clock
        self._http = httpx2.AsyncClient(timeout=0.05)
        self._keys: dict[str, PyJWK] = {}
        self._loaded_at = float("-inf")

    async def get(self, kid: str | None) -> PyJWK | None:
        if self._clock() - self._loaded_at > STEP_SECONDS or kid not in self._keys:
            try:
                self._keys = load_key_set((await self._http.get(self._url)).json(), "EdDSA")
            except Exception as error:
                raise KeysUnavailableError from error
            self._loaded_at = self._clock()
        return self._keys.get(kid or "")


class BlockingKeys:
    """The other: the keys of the beginning for ever; whoever names another one waits, and everybody else with them."""

    def __init__(self, endpoint: KeyEndpoint) -> None:
        self._asked_for = set[str | None]()
        self._keys = load_key_set(json.loads(endpoint.reply[1]), "EdDSA")

    async def get(self, kid: str | None) -> PyJWK | None:
        if kid not in self._keys and kid not in self._asked_for:
            self._asked_for.add(kid)
            time.sleep(1.5 * STALL_SECONDS)  # noqa: ASYNC251 - as a client that is not asynchronous does
        return self._keys.get(kid or "")


Make: TypeAlias = Callable[[KeyEndpoint, Clock], KeySource]


class Heart:
    """Beats while the event loop is free; ``longest`` is the longest pause."""

    longest = 0.0

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            task.cancel()

    async def _beat(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(BEAT_SECONDS)
            self.longest = max(self.longest, time.perf_counter() - before - BEAT_SECONDS)


async def _tried(make: Make, tokens: int) -> tuple[Counter[str], float]:
    """Return what happened over every fault, and the longest pause of the event loop in seconds."""
    heart, seen = Heart(), Counter[str]()
    for reply in FAULTS.values():
        seen += await _tried_fault(make, reply, tokens // len(FAULTS), heart)
    if tokens >= MANY:  # each hanging request lasts its three seconds
        seen += await _tried_fault(make, None, MANY // 10, heart)
    return seen, heart.longest


async def _tried_fault(make: Make, reply: Reply | None, tokens: int, heart: Heart) -> Counter[str]:
    known, stranger, fresh, clock, seen = SigningKey(), SigningKey(), SigningKey(), Clock(), Counter[str]()
    async with KeyEndpoint().open() as endpoint:
        endpoint.publish(known)
        verifier = Verifier(RULES, make(endpoint, clock))
        await verifier.verify(_token(known))
        endpoint.asked, began = 0, clock.now
        endpoint.hangs, endpoint.reply = reply is None, reply or (200, b"")
        clock.now += 301  # the keys are no longer fresh
        async with heart.beating():
            for _ in range(tokens // ROUND):
                unknown = asyncio.gather(*(_outcome(verifier, stranger) for _ in range(ROUND // 2)))
                for _ in range(ROUND // 2):
                    seen["known keys refused"] += not await _outcome(verifier, known)
                    await asyncio.sleep(0)
                assert not any(await unknown)
                seen["tokens"] += ROUND
                clock.now += STEP_SECONDS
        seen["too many fetches"] += max(0, endpoint.asked - 1 - int((clock.now - began) // COOLDOWN_SECONDS))
        endpoint.hangs, clock.now = False, clock.now + COOLDOWN_SECONDS
        endpoint.publish(known, fresh)
        accepted = await asyncio.gather(*(_outcome(verifier, fresh) for _ in range(ROUND)))
        seen["rotated key refused"] += accepted.count(False)
        seen["tokens"] += len(accepted)
    return seen


async def _idle(seconds: float) -> float:
    """Return the longest pause that the machine alone causes."""
    heart = Heart()
    async with heart.beating():
        await asyncio.sleep(seconds)
    return heart.longest


def _token(key: SigningKey) -> str:
    now = int(time.time())
    return key.sign({"iss": RULES.issuer, "aud": RULES.audience, "sub": "user-1", "iat": now, "exp": now + 900})


async def _outcome(verifier: Verifier, key: SigningKey) -> bool:
    """Tell whether a token of that key is accepted."""
    try:
        await verifier.verify(_token(key))
    except (TokenRefusedError, KeysUnavailableError):
        return False
    return True


def run(_: Stage, tries: int) -> Outcome:
    idle = asyncio.run(_idle(IDLE_SECONDS if tries >= MANY else 0))
    seen, longest = asyncio.run(_tried(lambda at, clock: PublishedKeys(at.url, clock=clock), tries))
    control = asyncio.run(_control(min(tries, MANY)))
    figures = {
        "longest pause of the event loop, ms": round(longest * 1000, 1),
        "… of an idle one just before, ms": round(idle * 1000, 1),
    }
    return Outcome(seen["tokens"], _counts(seen, longest), *control, figures)


async def _control(tokens: int) -> tuple[int, Counts]:
    """Try both controls; the one that blocks with one fault, and so often that it is seen."""
    forgetful, longest = await _tried(lambda at, clock: ForgetfulKeys(at.url, clock), tokens)
    heart = Heart()
    blocking = await _tried_fault(lambda at, _: BlockingKeys(at), FAULTS["500"], ROUND, heart)
    both = forgetful + blocking
    return both["tokens"], _counts(both, max(longest, heart.longest))


def _counts(seen: Counter[str], longest: float) -> Counts:
    names = ("known keys refused", "too many fetches", "rotated key refused")
    return {name: seen[name] for name in names} | {"event loop held up 50 ms": int(longest > STALL_SECONDS)}


PROMISE = Promise(
    "key-faults",
    "Eight faults of the key endpoint, over simulated minutes: known keys are served, the endpoint is asked once in ten"
    " seconds, a rotated key is accepted at first sight.",
    "keys asked for whenever they are old or unknown; keys never asked for again, and a wait that blocks",
    20_000,
    run,
)
