"""Tokens that prove nothing: each differs from a good one in one thing."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Claims: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Mint:
    """Makes the good token of one door, and lets anything in it be changed."""

    key: Ed25519PrivateKey
    kid: str
    typ: str
    claims: Callable[[], Claims]

    def token(
        self,
        *,
        claims: Claims | None = None,
        header: Claims | None = None,
        payload: bytes | None = None,
        key: Ed25519PrivateKey | None = None,
    ) -> str:
        """Return a signed token; None as a claim or header member leaves it out."""
        head = _without_none({"alg": "EdDSA", "kid": self.kid, "typ": self.typ, **(header or {})})
        body = json.dumps(_without_none({**self.claims(), **(claims or {})})).encode() if payload is None else payload
        signed = f"{_part(json.dumps(head).encode())}.{_part(body)}"
        return f"{signed}.{_part((key or self.key).sign(signed.encode()))}"


def gateway_mint(key: Ed25519PrivateKey, kid: str, url: str, issuer: str, user_id: str) -> Mint:
    def claims() -> Claims:
        now = int(time.time())
        own = {"act": {"sub": "gateway"}, "client_id": "gateway", "scope": "tasks:read tasks:write"}
        times = {"iat": now, "exp": now + 60, "jti": uuid.uuid4().hex}
        return {"iss": issuer, "aud": f"{url}/gateway", "sub": user_id, **own, **times}

    return Mint(key, kid, "obo+jwt", claims)


def people_mint(key: Ed25519PrivateKey, kid: str, url: str, issuer: str, user_id: str) -> Mint:
    def claims() -> Claims:
        now = int(time.time())
        own = {"client_id": "client-1", "azp": "client-1", "scope": "tasks:read tasks:write"}
        return {"iss": issuer, "aud": f"{url}/mcp", "sub": user_id, **own, "iat": now, "exp": now + 3600}

    return Mint(key, kid, "at+jwt", claims)


def bad_tokens(mint: Mint, other: Mint) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, and the token; ``other`` is the other door's mint."""
    good = mint.token()
    yield "the other door's token", other.token()
    yield "the other door's token under this door's type", other.token(header={"typ": mint.typ})
    yield "signed by a stranger", mint.token(key=Ed25519PrivateKey.generate())
    yield "signed by the other door's key", mint.token(key=other.key)
    yield "signed and named by the other door's key", mint.token(key=other.key, header={"kid": other.kid})
    yield from _bad_shapes(mint, good)
    yield from (("header " + name, mint.token(header=header)) for name, header in _bad_headers(other).items())
    yield from (("claim " + name, mint.token(claims=claims)) for name, claims in _bad_claims(mint).items())
    yield from (("payload " + name, mint.token(payload=raw)) for name, raw in _bad_payloads(mint).items())


def bad_assertions(mint: Mint) -> Iterator[tuple[str, str]]:
    """Yield what only an assertion of the gateway has."""
    life = 61
    claims = mint.claims()
    for name, changes in {
        "act missing": {"act": None},
        "act other": {"act": {"sub": "attacker"}},
        "act with more": {"act": {"sub": "gateway", "act": {"sub": "x"}}},
        "act a text": {"act": "gateway"},
        "client other": {"client_id": "client-1"},
        "client missing": {"client_id": None},
        "id missing": {"jti": None},
        "id short": {"jti": "1"},
        "id long": {"jti": "1" * 65},
        "id a number": {"jti": 1234567890123456},
        "a list of audiences": {"aud": [claims["aud"]]},
        "a second too long": {"iat": claims["iat"], "exp": claims["iat"] + life},
        "expired ten seconds ago": {"iat": claims["iat"] - 60, "exp": claims["iat"] - 10},
        "ten seconds ahead": {"iat": claims["iat"] + 10, "exp": claims["exp"] + 10},
    }.items():
        yield name, mint.token(claims=changes)


def _bad_shapes(mint: Mint, good: str) -> Iterator[tuple[str, str]]:
    head, body, signature = good.split(".")
    none = _part(json.dumps({"alg": "none", "kid": mint.kid, "typ": mint.typ}).encode())
    secret = _part(json.dumps({"alg": "HS256", "kid": mint.kid, "typ": mint.typ}).encode())
    public = mint.key.public_key().public_bytes_raw()
    digest = hmac.new(public, f"{secret}.{body}".encode(), hashlib.sha256).digest()
    yield "a word", "token"
    yield "two parts", f"{head}.{body}"
    yield "four parts", f"{good}.{signature}"
    yield "no signature", f"{head}.{body}."
    yield "another's signature", f"{head}.{body}.{mint.token(claims={'sub': 'another'}).split('.')[2]}"
    yield "cut signature", good[:-2]
    yield "padding", f"{good}=="
    yield "a space within", f"{head}. {body}.{signature}"
    yield "no algorithm", f"{none}.{body}."
    yield "no algorithm, signed", f"{none}.{body}.{signature}"
    yield "HMAC with the public key", f"{secret}.{body}.{_part(digest)}"
    yield "longer than any token", f"{head}.{body}.{signature}{'A' * 9000}"
    yield "header no JSON", f"{_part(b'{')}.{body}.{signature}"
    yield "header a list", f"{_part(b'[]')}.{body}.{signature}"


def _bad_headers(other: Mint) -> dict[str, Claims]:
    return {
        "type missing": {"typ": None},
        "type JWT": {"typ": "JWT"},
        "type of the other door": {"typ": other.typ},
        "type a list": {"typ": [other.typ]},
        "kid missing": {"kid": None},
        "kid empty": {"kid": ""},
        "kid unknown": {"kid": "unknown"},
        "kid a path": {"kid": "../../dev/null"},
        "kid a number": {"kid": 1},
        "algorithm spelt otherwise": {"alg": "Ed25519"},
        "algorithm missing": {"alg": None},
        "key set from outside": {"jku": "http://127.0.0.1:9/jwks"},
        "key from outside": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        "certificate from outside": {"x5u": "http://127.0.0.1:9/cert"},
        "critical extension": {"crit": ["exp"]},
        "payload not encoded": {"b64": False},
        "compressed": {"zip": "DEF"},
        "nested": {"cty": "JWT"},
    }


def _bad_claims(mint: Mint) -> dict[str, Claims]:
    claims = mint.claims()
    now, audience, issuer = claims["iat"], claims["aud"], claims["iss"]
    return {
        "expired": {"iat": now - 7200, "exp": now - 3600},
        "expiry missing": {"exp": None},
        "expiry a text": {"exp": str(now + 30)},
        "expiry a boolean": {"exp": True},
        "expiry beyond all time": {"exp": 2**53},
        "issue time missing": {"iat": None},
        "issued in an hour": {"iat": now + 3600, "exp": now + 3630},
        "valid in an hour": {"nbf": now + 3600},
        "valid for ten years": {"exp": now + 315_360_000},
        "expires before it was issued": {"iat": now + 20, "exp": now + 10},
        "issuer missing": {"iss": None},
        "issuer other": {"iss": "https://attacker.example"},
        "issuer with a slash": {"iss": f"{issuer}/"},
        "issuer a list": {"iss": [issuer]},
        "audience missing": {"aud": None},
        "audience other": {"aud": "https://attacker.example/mcp"},
        "audience with a slash": {"aud": f"{audience}/"},
        "audience the origin": {"aud": audience.rsplit("/", 1)[0]},
        "audience of the gateway's own users": {"aud": "remit-gateway"},
        "audience an empty list": {"aud": []},
        "audience with a number": {"aud": [audience, 1]},
        "subject missing": {"sub": None},
        "subject empty": {"sub": ""},
        "subject a number": {"sub": 7},
        "subject a list": {"sub": [claims["sub"]]},
        "subject with a space": {"sub": f"{claims['sub']} "},
        "subject with a line feed": {"sub": f"{claims['sub']}\n"},
        "subject too long": {"sub": "u" * 129},
        "subject beyond ASCII": {"sub": "usеr"},
        "subject the client": {"sub": claims["client_id"]},
        "subject the authorized party": {"azp": claims["sub"]},
        "another user_id": {"user_id": "somebody-else"},
        "another userId": {"userId": "somebody-else"},
        "another id": {"id": "somebody-else"},
        "scope a list": {"scope": ["tasks:read", "tasks:write"]},
        "client a number": {"client_id": 1},
    }


def _bad_payloads(mint: Mint) -> dict[str, bytes]:
    text = json.dumps(mint.claims())
    return {
        "empty": b"",
        "no JSON": b"{",
        "a list": b"[]",
        "a text": b'"sub"',
        "a subject twice": f'{text[:-1]}, "sub": "somebody-else"}}'.encode(),
        "not a number": text.replace('"iat"', '"x": NaN, "iat"').encode(),
        "UTF-16": text.encode("utf-16"),
        "a byte-order mark": b"\xef\xbb\xbf" + text.encode(),
        "broken UTF-8": text.encode().replace(b"iss", b"is\xff", 1),
    }


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _without_none(members: Claims) -> Claims:
    return {name: value for name, value in members.items() if value is not None}
