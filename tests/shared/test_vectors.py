"""Published hostile tokens, keys and JSON through the real verifier: nothing false is accepted, nothing escapes."""

import base64
import json
import time
from functools import cache
from pathlib import Path
from typing import Any, cast

import jwt
import pytest
from hypothesis import given, settings, strategies as st

from shared.identity import TokenRefusedError, TokenRules, Verifier, read_header, verified_payload
from shared.keys import KeyRefusedError, StaticKeys, load_key, load_key_set
from tests.services import SigningKey

VECTORS = Path(__file__).parent.parent / "vectors"
SAME_AS_A_VALID_ONE = {367, 370}  # byte for byte vector 357, which is valid: the padding that they break is gone
KEY_OF_ANOTHER_ALGORITHM = {346, 347, 350, 351}  # the key says PS256 or ES521, the token PS384 or ES512
CHARACTER_OUTSIDE_BASE64URL = {372, 373}  # a "?" that a lenient decoder would skip
RULES = TokenRules("EdDSA", "https://issuer.example", "service")
pytestmark = [
    pytest.mark.requirement("001/FR-032"),
    pytest.mark.requirement("003/FR-001"),
    pytest.mark.requirement("003/SC-001"),
]


def vectors(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    groups = json.loads((VECTORS / "wycheproof" / name).read_text("utf-8"))["testGroups"]
    return [(group.get("public") or group["private"], test) for group in groups for test in group["tests"]]


def accepts_signature(jwk: dict[str, Any], token: str) -> bool:
    algorithm: Any = jwk.get("alg") or jwt.get_unverified_header(token)["alg"]
    try:
        read_header(token, TokenRules(algorithm, "", ""))
        verified_payload(token, load_key(jwk, algorithm), algorithm)
    except (TokenRefusedError, KeyRefusedError):
        return False
    return True


def test_every_forged_signature_is_refused_and_every_good_one_accepted() -> None:
    wrong = {
        (test["tcId"], test["result"])
        for jwk, test in vectors("json_web_signature_test.json")
        if accepts_signature(jwk, test["jws"]) != (test["result"] == "valid")
    }

    refused = KEY_OF_ANOTHER_ALGORITHM | CHARACTER_OUTSIDE_BASE64URL
    assert wrong == {(n, "invalid") for n in SAME_AS_A_VALID_ONE} | {(n, "valid") for n in refused}
    assert sum(test["result"] == "invalid" for _, test in vectors("json_web_signature_test.json")) == 355


def test_no_dangerous_key_set_gives_a_key() -> None:
    """Also the five sets that are called valid: four hold secrets, one is RSA; neither belongs in this JWKS."""
    given_keys = 0
    for jwks, _ in vectors("json_web_key_test.json"):
        try:
            given_keys += len(load_key_set(jwks, "EdDSA"))
        except KeyRefusedError:
            continue

    assert len(vectors("json_web_key_test.json")) == 26
    assert given_keys == 0


@cache
def signing_key() -> SigningKey:
    return SigningKey()


@cache
def good_token() -> str:
    now = int(time.time())
    claims = {"iss": RULES.issuer, "aud": RULES.audience, "sub": "user-1", "iat": now, "exp": now + 3600}
    return signing_key().sign(claims)


async def user_of(token: str) -> str:
    keys = StaticKeys(load_key_set({"keys": [signing_key().jwk]}, "EdDSA"))
    return (await Verifier(RULES, keys).verify(token)).user_id


def signed(header: bytes, payload: bytes) -> str:
    def encoded(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    body = f"{encoded(header)}.{encoded(payload)}"
    return f"{body}.{encoded(signing_key().private.sign(body.encode()))}"


@pytest.mark.anyio
async def test_the_good_token_is_accepted() -> None:
    """The control of every refusal below."""
    assert await user_of(good_token()) == "user-1"


@pytest.mark.anyio
async def test_no_odd_json_passes_as_header_or_payload_although_rightly_signed() -> None:
    files = sorted((VECTORS / "json_test_suite" / "test_parsing").iterdir())
    header = json.dumps({"alg": "EdDSA", "kid": signing_key().kid}).encode()
    payload = jwt.api_jws.PyJWS().decode_complete(good_token(), options={"verify_signature": False})["payload"]
    assert await user_of(signed(header, cast("bytes", payload))) == "user-1"
    for file in files:
        raw = file.read_bytes()
        for token in (signed(raw, cast("bytes", payload)), signed(header, raw)):
            with pytest.raises(TokenRefusedError):
                await user_of(token)
    assert len(files) == 318


@pytest.mark.anyio
@settings(max_examples=300, deadline=None)
@given(data=st.data())
async def test_no_mutation_of_a_good_token_is_accepted(data: st.DataObject) -> None:
    token = good_token()
    characters = list(token)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(characters) - 1))
        characters[place] = data.draw(st.characters(max_codepoint=0x2FF))
    mutated = "".join(characters)

    if mutated != token:
        with pytest.raises(TokenRefusedError):
            await user_of(mutated)
