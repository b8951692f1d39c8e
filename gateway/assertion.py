"""Mints the on-behalf-of assertion: proof to the MCP server that the gateway acts for one verified user."""

import base64
import json
import time
import uuid
from collections.abc import Iterable
from typing import cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from shared.contract import ASSERTION_TYPE, GATEWAY_ACTOR, Scope
from shared.identity import UserId

LIFETIME_SECONDS = 60
ALGORITHM = "EdDSA"


class AssertionSigner:
    """Holds the gateway's private key; the MCP server holds only the public half."""

    def __init__(self, private_key: str, key_id: str, issuer: str, audience: str) -> None:
        self._key = cast("Ed25519PrivateKey", load_pem_private_key(private_key.encode(), password=None))
        self._key_id = key_id
        self._issuer = issuer
        self._audience = audience

    def sign(self, user: UserId, scopes: Iterable[Scope]) -> str:
        """Return an assertion for one HTTP request."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": user,
            "act": {"sub": GATEWAY_ACTOR},
            "client_id": GATEWAY_ACTOR,
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode(claims, self._key, ALGORITHM, headers={"typ": ASSERTION_TYPE, "kid": self._key_id})


def new_key() -> str:
    """Make a key pair, as JSON: ``private_key`` (PKCS#8 PEM), ``kid``, and ``public_keys`` (a JWKS)."""
    key = Ed25519PrivateKey.generate()
    key_id = f"{time.strftime('%Y-%m-%d')}-{uuid.uuid4().hex[:8]}"
    point = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    public = {"kty": "OKP", "crv": "Ed25519", "x": point, "kid": key_id, "alg": ALGORITHM, "use": "sig"}
    made = {
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "kid": key_id,
        "public_keys": {"keys": [public]},
    }
    return json.dumps(made)
