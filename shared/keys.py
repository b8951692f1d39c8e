"""Verification keys: loading them strictly, and keeping an issuer's published keys fresh without blocking anyone."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Protocol, cast

import httpx2
import jwt
from jwt import PyJWK
from jwt.utils import base64url_encode

log = logging.getLogger(__name__)

MAX_KEYS = 20
MAX_BYTES = 65_536
FRESH_SECONDS = 300.0
STALE_SECONDS = 3_600.0
COOLDOWN_SECONDS = 10.0
FETCH_SECONDS = 3.0
FIRST_PAUSES = (0, 0.5, 1, 2, 4)
"""Seconds before each first attempt: the issuer may have been started at the same moment."""


class KeyRefusedError(Exception):
    """A key or a key set that must not be used; the argument is the reason, for the log."""


class KeysUnavailableError(Exception):
    """No usable key set at the moment: the caller answers 503, never 401."""


class KeySource(Protocol):
    """Where a verifier finds its keys."""

    async def get(self, kid: str | None) -> PyJWK | None:
        """Return the key, or None for one that does not exist.

        Raises:
            KeysUnavailableError: no key set could be loaded, or it is too old to trust.
        """
        ...


class StaticKeys:
    """Public keys that are configured, by ``kid``."""

    def __init__(self, keys: Mapping[str, PyJWK]) -> None:
        self._keys = dict(keys)

    async def get(self, kid: str | None) -> PyJWK | None:
        return None if kid is None else self._keys.get(kid)


class SecretKey:
    """One shared HS256 secret, whatever the ``kid``."""

    def __init__(self, secret: bytes) -> None:
        encoded = base64url_encode(secret).decode()
        self._key = load_key({"kty": "oct", "k": encoded, "alg": "HS256"}, "HS256")

    async def get(self, kid: str | None) -> PyJWK | None:  # noqa: ARG002 - one secret serves every kid
        return self._key


def load_key(jwk: Mapping[str, Any], algorithm: str) -> PyJWK:
    """Load one key, bound to its algorithm (RFC 7517, RFC 8725 sections 3.1 and 3.5).

    Raises:
        KeyRefusedError: the key is for another use or algorithm, too short, or malformed.
    """
    operations = jwk.get("key_ops")
    if jwk.get("use", "sig") != "sig":
        raise KeyRefusedError("key_use")
    if operations is not None and (not isinstance(operations, list) or "verify" not in operations):
        raise KeyRefusedError("key_ops")
    try:
        key = PyJWK(dict(jwk))
    except jwt.PyJWTError as error:
        raise KeyRefusedError("key_malformed") from error
    if key.algorithm_name != algorithm or key.Algorithm.check_key_length(key.key):
        raise KeyRefusedError("key_algorithm_or_length")
    return key


def load_key_set(body: object, algorithm: str) -> dict[str, PyJWK]:
    """Load a JWKS. A malformed or dangerous set is refused whole; a key of another kind is only skipped.

    Raises:
        KeyRefusedError: the set's shape is wrong, a ``kid`` is missing or repeated, or it carries secrets.
    """
    listed: object = cast("dict[str, object]", body).get("keys") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise KeyRefusedError("jwks_shape")
    entries = cast("list[object]", listed)
    if len(entries) > MAX_KEYS:
        raise KeyRefusedError("jwks_size")
    loaded: dict[str, PyJWK | None] = {}
    for entry in entries:
        jwk = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
        kid = jwk.get("kid")
        if not isinstance(kid, str) or not kid or kid in loaded:
            raise KeyRefusedError("jwks_kid")
        if jwk.get("kty") == "oct" or "d" in jwk or "k" in jwk:
            raise KeyRefusedError("jwks_secret_material")
        try:
            loaded[kid] = load_key(jwk, algorithm)
        except KeyRefusedError:
            loaded[kid] = None
    return {kid: key for kid, key in loaded.items() if key is not None}


class PublishedKeys:
    """An issuer's JWKS: fresh for five minutes, served stale up to an hour, fetched by one request at a time.

    A fetch, good or failed, is followed by a cool-down, so that unknown ``kid`` values cannot flood the issuer.
    """

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._http = httpx2.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False)
        self._keys: dict[str, PyJWK] = {}
        self._loaded_at: float | None = None
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Load the first keys in the background, and close the HTTP client at the end."""
        loading = asyncio.create_task(self._load_first())
        try:
            yield
        finally:
            loading.cancel()
            await self._http.aclose()

    @property
    def is_ready(self) -> bool:
        """Tell whether keys are at hand that may still be used."""
        return self._age() < STALE_SECONDS

    async def get(self, kid: str | None) -> PyJWK | None:
        if self.is_ready and kid in self._keys:
            if self._age() >= FRESH_SECONDS and self._may_fetch():
                self._refresh()  # in the background: nobody waits
            return self._keys[kid]
        if self._fetching is not None and not self._fetching.done():
            await asyncio.shield(self._fetching)
        elif self._may_fetch():
            await asyncio.shield(self._refresh())
        if not self.is_ready:
            raise KeysUnavailableError
        return None if kid is None else self._keys.get(kid)

    async def _load_first(self) -> None:
        for pause in FIRST_PAUSES:
            await asyncio.sleep(pause)
            await self._refresh()
            if self.is_ready:
                return

    def _age(self) -> float:
        return float("inf") if self._loaded_at is None else self._clock() - self._loaded_at

    def _may_fetch(self) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= COOLDOWN_SECONDS

    def _refresh(self) -> asyncio.Task[None]:
        if self._fetching is None or self._fetching.done():
            self._tried_at = self._clock()  # before the fetch: failures cool down too
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            keys = load_key_set(json.loads(await self._download()), "EdDSA")
        except (KeyRefusedError, TimeoutError, ValueError, httpx2.HTTPError) as error:
            log.warning("signing keys not refreshed: %s %s", type(error).__name__, error)
            return
        if keys:
            self._keys, self._loaded_at = keys, self._clock()
        else:
            log.warning("signing keys not refreshed: the set has no usable key")

    async def _download(self) -> bytes:
        body = b""
        # The whole exchange is bounded: the client's own timeout counts per read.
        async with asyncio.timeout(FETCH_SECONDS):
            async with self._http.stream("GET", self._url, headers={"accept-encoding": "identity"}) as response:
                if response.status_code != HTTPStatus.OK:
                    raise ValueError(f"HTTP {response.status_code}")
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise ValueError("too large")
        return body
