"""Who a user is: the rules that a token must pass, and the one identity that is read from its claims.

The rules follow RFC 7515, RFC 7519 and RFC 8725, and are stricter than PyJWT in what they leave open.
"""

import base64
import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, NewType, NoReturn, cast

import jwt
from jwt import PyJWK
from jwt.api_jws import PyJWS

from shared.keys import KeySource
from shared.refusals import Refusal
from shared.signatures import GoodSignatures, Signed

UserId = NewType("UserId", str)
"""A verified user id. Only this module makes one from a token."""

USER_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$"
"""The syntax of a user id; the database carries the same rule as a CHECK."""

MAX_TOKEN_LENGTH: Final = 8192
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\Z")
_USER_ID = re.compile(USER_ID_PATTERN[:-1] + r"\Z")  # `$` would let a final line feed pass
_HEADERS_FROM_OUTSIDE = {"jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "b64", "crit", "zip", "cty"}
_ID_CLAIMS = ("sub", "user_id", "userId", "id")
_LATEST_TIME = 2**40
_JWS = PyJWS()


class TokenRefusedError(Exception):
    """A token that proves nothing; the reason is for metrics and the log, and never for the client."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What one endpoint accepts. Times are in seconds.

    Attributes:
        types: the ``typ`` values, in lower case; None stands for a header without one.
        id_claims: the claims that may name the user, in order; more than ``sub`` only for HS256.
        single_audience: whether ``aud`` must be one string instead of a list that contains the audience.
    """

    algorithm: Literal["EdDSA", "HS256"]
    issuer: str
    audience: str
    types: frozenset[str | None] = frozenset({None, "jwt"})
    id_claims: tuple[str, ...] = ("sub",)
    max_lifetime: int = 86_400
    leeway: int = 30
    single_audience: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The verified content of a token."""

    user_id: UserId
    client_id: str
    scopes: frozenset[str]
    expires_at: int
    claims: dict[str, Any]


class Verifier:
    """Turns a token into an identity; of the last ``remembers`` of them the signature alone is not verified anew."""

    def __init__(self, rules: TokenRules, keys: KeySource, *, remembers: int = 0) -> None:
        self._rules = rules
        self._keys = keys
        self._good = GoodSignatures(remembers)

    async def verify(self, token: str) -> Identity:
        """Return the identity that the token proves.

        Raises:
            TokenRefusedError: for any fault of the token, whatever it is.
            KeysUnavailableError: the keys could not be loaded; the token may be good.
        """
        known = self._good.find(token)
        kid = self._kid_of(token) if known is None else known.kid
        key = await self._keys.get(kid)
        if key is None:
            raise TokenRefusedError(Refusal.KID_UNKNOWN)
        if known is not None and known.key is key:
            return self._identity(known.claims)
        claims = strict_json(verified_payload(token, key, self._rules.algorithm))
        identity = self._identity(claims)  # first: what is refused is never kept
        self._good.keep(token, Signed(kid, key, claims))
        return identity

    def _kid_of(self, token: str) -> str | None:
        kid: str | None = read_header(token, self._rules).get("kid")
        if kid is None and self._rules.algorithm != "HS256":
            raise TokenRefusedError(Refusal.KID_MISSING)
        return kid

    def _identity(self, claims: dict[str, Any]) -> Identity:
        check_claims(claims, self._rules, time.time())
        return Identity(
            user_id=user_id_of(claims, self._rules.id_claims),
            client_id=_text(claims, "client_id") or _text(claims, "azp"),
            scopes=frozenset(_text(claims, "scope").split()),
            expires_at=int(claims["exp"]),
            claims=claims,
        )


def user_id(value: str) -> UserId:
    """Check the syntax of a user id that does not come from a token: a path, an argument, a setting.

    Raises:
        ValueError: the value cannot be a user id.
    """
    if not _USER_ID.match(value):
        raise ValueError("not a user id")
    return UserId(value)


def read_header(token: str, rules: TokenRules) -> dict[str, Any]:
    """Check a token's shape and header before any key is looked for."""
    if len(token) > MAX_TOKEN_LENGTH or not _SHAPE.match(token):
        raise TokenRefusedError(Refusal.SHAPE)
    segment = token.split(".", 1)[0]
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError as error:
        raise TokenRefusedError(Refusal.BASE64) from error
    header = strict_json(raw)
    if header.get("alg") != rules.algorithm:
        raise TokenRefusedError(Refusal.ALGORITHM)
    if _HEADERS_FROM_OUTSIDE & header.keys():
        raise TokenRefusedError(Refusal.HEADER_MEMBER)
    if not isinstance(header.get("typ", ""), str) or not isinstance(header.get("kid", ""), str):
        raise TokenRefusedError(Refusal.HEADER_TYPE)
    kind = header["typ"].lower() if "typ" in header else None
    if kind not in rules.types:
        raise TokenRefusedError(Refusal.TYP)
    if header.get("kid") == "":
        raise TokenRefusedError(Refusal.KID_MISSING)
    return header


def verified_payload(token: str, key: PyJWK, algorithm: str) -> bytes:
    """Return the payload's bytes if the signature is the key's."""
    if key.algorithm_name != algorithm:
        raise TokenRefusedError(Refusal.KEY_ALGORITHM)
    try:
        decoded = _JWS.decode_complete(token, key, algorithms=[algorithm], options={"enforce_minimum_key_length": True})
    except jwt.PyJWTError as error:
        raise TokenRefusedError(Refusal.SIGNATURE) from error
    return cast("bytes", decoded["payload"])


def check_claims(claims: dict[str, Any], rules: TokenRules, now: float) -> None:
    """Check times, issuer and audience; ``now`` is in seconds since 1970."""
    _check_times(claims, rules, now)
    if claims.get("iss") != rules.issuer:
        raise TokenRefusedError(Refusal.ISSUER)
    if not _names_audience(claims.get("aud"), rules):
        raise TokenRefusedError(Refusal.AUDIENCE)


def user_id_of(claims: dict[str, Any], accepted: Iterable[str] = ("sub",)) -> UserId:
    """Normalize the identity: every id claim that is present must say the same, and ``accepted`` says which may speak.

    Nothing is coerced, trimmed or folded: two spellings are two users.
    """
    names = dict.fromkeys((*_ID_CLAIMS, *accepted))
    seen: dict[str, Any] = {name: claims[name] for name in names if name in claims}
    if not all(isinstance(value, str) and _USER_ID.match(value) for value in seen.values()):
        raise TokenRefusedError(Refusal.USER_ID_SYNTAX)
    if len(set(seen.values())) > 1:
        raise TokenRefusedError(Refusal.IDENTITY_CONFLICT)
    found = next((seen[name] for name in accepted if name in seen), None)
    if found is None:
        raise TokenRefusedError(Refusal.NO_SUBJECT)
    if found in (claims.get("client_id"), claims.get("azp")):
        raise TokenRefusedError(Refusal.MACHINE_TOKEN)
    return UserId(found)


def strict_json(raw: bytes) -> dict[str, Any]:
    """Read a JSON object in UTF-8 without repeated members or non-finite numbers."""
    try:
        value: object = json.loads(
            raw.decode("utf-8", "strict"), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise TokenRefusedError(Refusal.NOT_JSON) from error
    if not isinstance(value, dict):
        raise TokenRefusedError(Refusal.NOT_AN_OBJECT)
    return cast("dict[str, Any]", value)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise TokenRefusedError(Refusal.DUPLICATE_MEMBER)
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise TokenRefusedError(Refusal.NON_FINITE)


def _check_times(claims: dict[str, Any], rules: TokenRules, now: float) -> None:
    if not all(_is_time(claims[name]) for name in ("exp", "iat", "nbf") if name in claims):
        raise TokenRefusedError(Refusal.TIME_TYPE)
    if "exp" not in claims or "iat" not in claims:
        raise TokenRefusedError(Refusal.TIME_MISSING)
    if claims["exp"] <= now - rules.leeway:
        raise TokenRefusedError(Refusal.EXPIRED)
    if max(claims["iat"], claims.get("nbf", 0)) > now + rules.leeway:
        raise TokenRefusedError(Refusal.NOT_YET_VALID)
    if not 0 < claims["exp"] - claims["iat"] <= rules.max_lifetime:
        raise TokenRefusedError(Refusal.LIFETIME)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LATEST_TIME


def _names_audience(value: object, rules: TokenRules) -> bool:
    if isinstance(value, str):
        return value == rules.audience
    if rules.single_audience or not isinstance(value, list):
        return False
    audiences = cast("list[object]", value)
    return all(isinstance(one, str) for one in audiences) and rules.audience in audiences


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str):
        raise TokenRefusedError(Refusal.CLAIM_TYPE)
    return value
