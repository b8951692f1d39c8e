"""Secrets that must not verify tokens: short, long only by repetition, or on a public list."""

import hashlib
import zlib
from pathlib import Path

SHORTEST_SECRET = 32
DIGEST_LENGTH = 16
_KNOWN = Path(__file__).with_name("known_secrets.txt")


def weakness(secret: str) -> str:
    """Return why a secret is too weak for HS256 (RFC 7518, section 3.2), or an empty text."""
    encoded = secret.encode()
    if len(encoded) < SHORTEST_SECRET:
        return f"it is shorter than {SHORTEST_SECRET} bytes"
    if len(zlib.compress(encoded, 9)) < SHORTEST_SECRET:
        return "it is long only by repeating itself"
    if hashlib.sha256(encoded.strip()).hexdigest()[:DIGEST_LENGTH] in _KNOWN.read_text("ascii").splitlines():
        return "it stands on a public list of secrets"
    return ""
