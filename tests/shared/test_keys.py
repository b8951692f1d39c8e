"""An outage of the key endpoint is no outage of sign-in, and unknown keys do not flood it."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from shared.keys import COOLDOWN_SECONDS, FRESH_SECONDS, STALE_SECONDS, KeysUnavailableError, PublishedKeys
from tests.services import SigningKey
from tests.shared.published import KeyEndpoint

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.requirement("001/FR-032"),
    pytest.mark.requirement("003/FR-002"),
]


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def key() -> SigningKey:
    return SigningKey()


@pytest.fixture
async def endpoint(key: SigningKey) -> AsyncIterator[KeyEndpoint]:
    async with KeyEndpoint().open() as running:
        running.publish(key)
        yield running


@pytest.fixture
async def keys(endpoint: KeyEndpoint, clock: Clock) -> AsyncIterator[PublishedKeys]:
    """Keys that are loaded already."""
    published = PublishedKeys(endpoint.url, clock=clock)
    async with published.running():
        await published.get(None)
        assert endpoint.asked == 1
        yield published


def broken(*, status: int = 200, body: bytes = b"") -> tuple[int, bytes]:
    return status, body


SECRET = {"kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256"}
FAULTS = {
    "500": broken(status=500),
    "redirect": broken(status=307),
    "empty": broken(),
    "garbage": broken(body=b"<html>"),
    "no keys": broken(body=b'{"keys":[]}'),
    "a secret": broken(body=json.dumps({"keys": [SECRET]}).encode()),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_known_key_is_served_over_any_fault_of_the_endpoint(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock, key: SigningKey, fault: str
) -> None:
    endpoint.reply = FAULTS[fault]
    clock.now += FRESH_SECONDS + 1

    served = [await keys.get(key.kid) for _ in range(50)]
    await asyncio.sleep(0.1)  # the refresh goes on in the background

    assert all(served)
    assert endpoint.asked == 2
    assert keys.is_ready


@pytest.mark.parametrize("fault", FAULTS)
async def test_keys_that_are_too_old_are_unavailable_and_not_unknown(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock, key: SigningKey, fault: str
) -> None:
    endpoint.reply = FAULTS[fault]
    clock.now += STALE_SECONDS + 1

    with pytest.raises(KeysUnavailableError):
        await keys.get(key.kid)


async def test_a_flood_of_unknown_keys_costs_one_request_in_ten_seconds(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock
) -> None:
    clock.now += COOLDOWN_SECONDS
    assert [await keys.get(f"unknown-{n}") for n in range(200)] == [None] * 200
    assert endpoint.asked == 2

    endpoint.reply = FAULTS["500"]
    clock.now += COOLDOWN_SECONDS
    assert [await keys.get(f"unknown-{n}") for n in range(200)] == [None] * 200
    assert endpoint.asked == 3


async def test_a_rotated_key_is_accepted_at_first_sight_by_one_request_for_all(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock, key: SigningKey
) -> None:
    fresh = SigningKey()
    endpoint.publish(key, fresh)
    clock.now += COOLDOWN_SECONDS

    served = await asyncio.gather(*(keys.get(fresh.kid) for _ in range(100)))

    assert all(served)
    assert endpoint.asked == 2


@pytest.mark.parametrize("fault", ["too large", "with a secret", "one kid twice"])
async def test_a_dangerous_set_is_refused_whole_and_the_good_one_stays(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock, key: SigningKey, fault: str
) -> None:
    fresh = SigningKey()
    more = {"too large": {}, "with a secret": SECRET, "one kid twice": key.jwk}[fault]
    listed = [key.jwk, fresh.jwk, more] if more else [key.jwk, fresh.jwk]
    endpoint.reply = (200, json.dumps({"keys": listed}).encode() + b" " * (70_000 if not more else 0))
    clock.now += COOLDOWN_SECONDS

    assert await keys.get(fresh.kid) is None
    assert await keys.get(key.kid) is not None


async def test_a_hanging_endpoint_holds_up_nobody_with_a_known_key(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock, key: SigningKey
) -> None:
    endpoint.hangs = True
    endpoint.was_asked.clear()
    clock.now += COOLDOWN_SECONDS
    waiting = asyncio.create_task(keys.get("unknown"))
    await endpoint.was_asked.wait()

    assert await asyncio.wait_for(keys.get(key.kid), 0.5) is not None
    assert not waiting.done()
    assert await waiting is None  # after the three seconds that an exchange may last


async def test_who_gives_up_waiting_does_not_end_the_request_of_the_others(
    keys: PublishedKeys, endpoint: KeyEndpoint, clock: Clock, key: SigningKey
) -> None:
    fresh = SigningKey()
    endpoint.publish(key, fresh)
    clock.now += COOLDOWN_SECONDS
    impatient = asyncio.create_task(keys.get(fresh.kid))
    patient = asyncio.create_task(keys.get(fresh.kid))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient is not None
    assert endpoint.asked == 2


async def test_keys_that_never_loaded_are_unavailable(endpoint: KeyEndpoint, key: SigningKey) -> None:
    endpoint.reply = FAULTS["500"]

    with pytest.raises(KeysUnavailableError):
        await PublishedKeys(endpoint.url).get(key.kid)
