"""What verifying a token costs, in calls of functions: as many on any machine, and never more than today."""

import sys
import time
from types import FrameType

import pytest

from shared.identity import TokenRules, Verifier
from shared.keys import StaticKeys, load_key_set
from tests.services import SigningKey

pytestmark = pytest.mark.anyio

RULES = TokenRules("EdDSA", "https://issuer", "audience")
MOST_FOR_A_NEW_TOKEN, MOST_FOR_A_KNOWN_ONE = 550, 60


async def calls(verifier: Verifier, token: str) -> int:
    """Count what is called, C's functions too, while a token is verified."""
    seen: list[str] = []

    def note(_: FrameType, event: str, __: object) -> None:
        if event in {"call", "c_call"}:
            seen.append(event)

    sys.setprofile(note)
    try:
        await verifier.verify(token)
    finally:
        sys.setprofile(None)
    return len(seen)


@pytest.mark.requirement("007/FR-006")
async def test_no_token_takes_more_calls_than_it_did() -> None:
    key, now = SigningKey(), int(time.time())
    verifier = Verifier(RULES, StaticKeys(load_key_set({"keys": [key.jwk]}, "EdDSA")), remembers=9)
    claims = {"iss": RULES.issuer, "aud": RULES.audience, "iat": now, "exp": now + 900}
    first, second = (key.sign({**claims, "sub": name}) for name in ("user-1", "user-2"))
    await calls(verifier, first)  # whatever a process does once

    new, known = await calls(verifier, second), await calls(verifier, second)

    assert (new <= MOST_FOR_A_NEW_TOKEN, known <= MOST_FOR_A_KNOWN_ONE) == (True, True), (new, known)
    assert new > MOST_FOR_A_KNOWN_ONE, "the control: a signature more is seen"
