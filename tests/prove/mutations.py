"""Whatever is changed in a good token, it is refused, and no exception but the refusal leaves the verifier."""

import asyncio
import base64
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from unittest.mock import patch

from shared import identity
from shared.identity import TokenRefusedError, TokenRules, Verifier
from shared.keys import StaticKeys, load_key_set
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import SigningKey

RULES = TokenRules("EdDSA", "https://issuer.example", "service")
CHARACTERS = [chr(n) for n in (*range(256), 0x200B, 0x2028, 0xFEFF, 0x1F600, 0xD800)]
CONTROL_SHARE = 20
FEWEST_CONTROLS = 1_000
VECTORS = Path(__file__).parent.parent / "vectors"


def good_token(key: SigningKey) -> str:
    now = int(time.time())
    return key.sign({"iss": RULES.issuer, "aud": RULES.audience, "sub": "user-1", "iat": now, "exp": now + 86_000})


def mutations(token: str, chance: random.Random) -> Iterator[str]:
    """Yield without end: changed characters, bits, lengths and parts."""
    while True:
        kind = chance.randrange(5)
        if kind == 0:
            yield _with_other_characters(token, chance)
        elif kind == 1:
            yield _with_other_bits(token, chance)
        elif kind == 2:
            place, length = chance.randrange(len(token)), chance.randrange(1, 40)
            yield token[:place] + token[place + length :]
        elif kind == 3:
            place, length = chance.randrange(len(token)), chance.randrange(1, 40)
            yield token[:place] + token[place : place + length] + token[place:]
        else:
            parts = token.split(".")
            yield ".".join(chance.choices(parts, k=chance.choice((2, 3, 3, 3, 4))))


def _with_other_characters(token: str, chance: random.Random) -> str:
    characters = list(token)
    for _ in range(chance.randrange(1, 5)):
        characters[chance.randrange(len(characters))] = chance.choice(CHARACTERS)
    return "".join(characters)


def _with_other_bits(token: str, chance: random.Random) -> str:
    """Change what a part says instead of how it is written."""
    parts = token.split(".")
    part = chance.randrange(3)
    raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    for _ in range(chance.randrange(1, 4)):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    parts[part] = _encoded(bytes(raw))
    return ".".join(parts)


def odd_json(key: SigningKey) -> Iterator[str]:
    """Yield rightly signed tokens whose header, or payload, is a file of the JSON test suite."""
    header, payload, _ = good_token(key).split(".")
    for file in sorted((VECTORS / "json_test_suite" / "test_parsing").iterdir()):
        part = _encoded(file.read_bytes())
        for signed in (f"{part}.{payload}", f"{header}.{part}"):
            yield f"{signed}.{_encoded(key.private.sign(signed.encode()))}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def _tried(count: int, seed: int) -> Counter[str]:
    key, chance = SigningKey(), random.Random(seed)  # noqa: S311 - repeatable
    token = good_token(key)
    verifier = Verifier(RULES, StaticKeys(load_key_set({"keys": [key.jwk]}, "EdDSA")), remembers=100)
    assert (await verifier.verify(token)).user_id == "user-1"
    seen: Counter[str] = Counter()
    changed = (one for one in mutations(token, chance) if one != token)
    for bad in islice(chain(odd_json(key), changed), count):
        try:
            await verifier.verify(bad)
        except TokenRefusedError:
            seen["refused"] += 1
        except Exception:  # noqa: BLE001 - that none leaves is what is counted
            seen["uncaught"] += 1
        else:
            seen["accepted"] += 1
    return seen


def run(_: Stage, tries: int) -> Outcome:
    seen = asyncio.run(_tried(tries, seed=1))
    control_tries = max(tries // CONTROL_SHARE, FEWEST_CONTROLS)
    with (
        patch.object(identity, "verified_payload", _unverified_payload),
        patch.object(identity, "strict_json", _any_json),
    ):
        without = asyncio.run(_tried(control_tries, seed=2))
    names = ("accepted", "uncaught")
    return Outcome(seen.total(), {n: seen[n] for n in names}, without.total(), {n: without[n] for n in names})


def _unverified_payload(token: str, *_: object) -> bytes:
    return base64.urlsafe_b64decode(token.split(".")[1] + "==")


def _any_json(raw: bytes) -> object:
    return identity.json.loads(raw)


PROMISE = Promise(
    "mutations",
    "A token that was changed, or signs odd JSON, is refused, and nothing but a refusal leaves the verifier.",
    "signature and strict JSON not checked",
    100_000,
    run,
)
