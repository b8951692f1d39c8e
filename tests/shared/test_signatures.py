"""A token whose signature was verified is not believed for longer, by another key, or for another person."""

import time
from collections.abc import Callable
from unittest.mock import patch

import pytest

from shared import identity
from shared.identity import Identity, TokenRefusedError, TokenRules, Verifier
from shared.keys import KeysUnavailableError, PublishedKeys, StaticKeys, load_key, load_key_set
from shared.refusals import Refusal
from tests.services import SigningKey
from tests.shared.published import KeyEndpoint

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("001/FR-032"), pytest.mark.requirement("003/FR-002")]

RULES = TokenRules("EdDSA", "https://issuer", "audience", leeway=0)
MOST = 3


def token(key: SigningKey, user: str = "user-1", life: int = 900, **claims: object) -> str:
    now = int(time.time())
    said = {"iss": RULES.issuer, "aud": RULES.audience, "sub": user, "iat": now, "exp": now + life, **claims}
    return key.sign(said)


def verifier(*keys: SigningKey, remembers: int = MOST) -> Verifier:
    return Verifier(RULES, StaticKeys(load_key_set({"keys": [key.jwk for key in keys]}, "EdDSA")), remembers=remembers)


async def refusal(verifier: Verifier, token: str) -> Refusal:
    with pytest.raises(TokenRefusedError) as refused:
        await verifier.verify(token)
    return refused.value.reason


class Verifications:
    """Counts how often a signature was verified."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, *arguments: object) -> bytes:
        self.count += 1
        return VERIFIED(*arguments)


VERIFIED: Callable[..., bytes] = identity.verified_payload


@pytest.fixture
def verified() -> object:
    counted = Verifications()
    with patch.object(identity, "verified_payload", counted):
        yield counted


async def test_the_signature_of_a_token_that_comes_again_is_verified_once(verified: Verifications) -> None:
    key = SigningKey()
    whole, good = verifier(key), token(key, scope="a b", client_id="app")

    first, again = await whole.verify(good), await whole.verify(good)

    assert (first, verified.count) == (again, 1)
    assert again == Identity(first.user_id, "app", frozenset({"a", "b"}), first.expires_at, first.claims)


async def test_where_each_token_comes_once_none_is_remembered(verified: Verifications) -> None:
    key = SigningKey()
    whole, good = verifier(key, remembers=0), token(key)
    for _ in range(2):
        await whole.verify(good)

    assert (verified.count, len(whole._good)) == (2, 0)


async def test_a_token_that_expires_while_it_is_remembered_is_refused() -> None:
    key = SigningKey()
    whole, short = verifier(key), token(key, life=60)
    await whole.verify(short)
    with patch("shared.identity.time.time", return_value=time.time() + 61):
        assert await refusal(whole, short) is Refusal.EXPIRED


async def test_a_token_whose_key_is_rotated_away_is_refused_at_once() -> None:
    """The control: until the new keys are loaded it is good, and it is remembered."""
    old, new = SigningKey(), SigningKey()
    now = 1000.0
    async with KeyEndpoint().open() as endpoint:
        endpoint.publish(old)
        keys = PublishedKeys(endpoint.url, clock=lambda: now)
        async with keys.running():
            whole = Verifier(RULES, keys, remembers=MOST)
            good = token(old)
            assert (await whole.verify(good)) == (await whole.verify(good))
            endpoint.publish(new)
            now += 60
            assert (await whole.verify(token(new))).user_id == "user-1"

            assert await refusal(whole, good) is Refusal.KID_UNKNOWN


async def test_another_key_under_the_same_name_makes_the_signature_be_verified_anew() -> None:
    key, other = SigningKey(), SigningKey(kid="the-same")
    key.kid = other.kid
    held = {key.kid: load_key(key.jwk, "EdDSA")}
    keys = StaticKeys(held)
    whole, good = Verifier(RULES, keys, remembers=MOST), token(key)
    await whole.verify(good)
    keys._keys[key.kid] = load_key(other.jwk, "EdDSA")

    assert await refusal(whole, good) is Refusal.SIGNATURE


async def test_keys_that_are_too_old_to_trust_are_not_trusted_for_a_remembered_token() -> None:
    key, now = SigningKey(), 1000.0
    async with KeyEndpoint().open() as endpoint:
        endpoint.publish(key)
        keys = PublishedKeys(endpoint.url, clock=lambda: now)
        async with keys.running():
            whole, good = Verifier(RULES, keys, remembers=MOST), token(key)
            await whole.verify(good)
            endpoint.reply = (500, b"")
            now += 3600
            with pytest.raises(KeysUnavailableError):
                await whole.verify(good)


async def test_tokens_of_two_people_are_never_mixed() -> None:
    key = SigningKey()
    whole, people = verifier(key), [f"user-{n}" for n in range(MOST)]
    tokens = {person: token(key, person) for person in people}
    for _ in range(2):
        for person, own in tokens.items():
            assert (await whole.verify(own)).user_id == person


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_token_that_is_changed_gains_nothing_from_the_one_that_is_remembered(part: int) -> None:
    key = SigningKey()
    whole = verifier(key)
    good, other = token(key), token(key, "user-2")
    assert await whole.verify(good)
    parts = good.split(".")
    parts[part] = other.split(".")[part] if part else parts[0] + "A"

    with pytest.raises(TokenRefusedError):
        await whole.verify(".".join(parts))


async def test_no_more_than_so_many_are_remembered_and_a_refused_one_never(verified: Verifications) -> None:
    key, stranger = SigningKey(), SigningKey()
    whole = verifier(key)
    stranger.kid = key.kid
    for forged in (token(stranger), token(key, aud="another"), token(key, life=-1), "x.y.z", "ä"):
        await refusal(whole, forged)
    assert len(whole._good) == 0

    first, *others = [token(key, f"user-{n}") for n in range(MOST + 1)]
    for one in (first, *others):
        await whole.verify(one)
    assert len(whole._good) == MOST
    before = verified.count
    await whole.verify(others[-1])
    assert verified.count == before
    await whole.verify(first)
    assert verified.count == before + 1, "the oldest was forgotten, and is verified again"
