"""Signatures that were found good: the same token comes with every call for an hour, and is verified once."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from jwt import PyJWK

REMEMBERED_TOKENS: Final = 2_000
"""As many as a service remembers of those that come again; a few megabytes."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a token says, and the key that it was found to be signed by."""

    kid: str | None
    key: PyJWK
    claims: dict[str, Any]


class GoodSignatures:
    """Tokens that were accepted, the latest ``most`` of them, by their digest: none is kept itself.

    Nothing is decided here: whether the key still stands, and whether the claims still hold, is asked each time. One
    that expired is refused like any other, and goes when enough newer ones have come.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[bytes, Signed] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, token: str) -> Signed | None:
        return self._known.get(_digest(token)) if self._known else None

    def keep(self, token: str, signed: Signed) -> None:
        """Keep one, and forget the oldest where there are too many."""
        if not self._most:
            return
        digest = _digest(token)
        self._known.pop(digest, None)
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[digest] = signed


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
