"""Who is calling, and for which user the call acts: decided here, before any tool runs."""

import inspect
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mcp_server.origin import Origin
from mcp_server.services.texts import clean_line, folded
from mcp_server.telemetry import AUTH
from shared.contract import GATEWAY_ACTOR, IDEMPOTENCY_META_KEY, LEASE_META_KEY, TURN_META_KEY, Scope
from shared.errors import ErrorCode, ProductError
from shared.identity import Identity, TokenRefusedError, UserId, Verifier
from shared.keys import KeysUnavailableError
from shared.refusals import Refusal

log = logging.getLogger(__name__)

SHORTEST_TOKEN_ID, LONGEST_TOKEN_ID = 16, 64
_KEY = re.compile(r"[ -~]{1,255}")
LONGEST_CLIENT_NAME = 60
WEB, UNNAMED_CLIENT = "web", "app"
CONTEXT = "context"
UserIdArgument = Annotated[str, Field(description="The verified user; must be the token's subject.")]
BoundTool: TypeAlias = Callable[..., Awaitable[CallToolResult]]


class Door(StrEnum):
    """Where a call comes in, and so what proves the user."""

    PEOPLE = "people"
    GATEWAY = "gateway"


class DoorVerifier(TokenVerifier):
    """Lets the SDK's bearer check use the product's own verifier."""

    def __init__(self, door: Door, verifier: Verifier, audience: str) -> None:
        self._door = door
        self._verifier = verifier
        self._audience = audience

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return what the token permits, or None (401) for one that proves nothing.

        Raises:
            KeysUnavailableError: the keys could not be loaded (503).
        """
        try:
            identity = await self._verifier.verify(token)
            if self._door is Door.GATEWAY:
                _check_assertion(identity)
            if identity.expires_at < int(time.time()):
                raise TokenRefusedError(Refusal.EXPIRED)  # noqa: TRY301 - the SDK, without leeway, would not count it
        except KeysUnavailableError:
            AUTH.count_refusal(Refusal.KEYS_UNAVAILABLE)
            raise
        except TokenRefusedError as error:
            AUTH.count_refusal(error.reason)
            return None
        except Exception as error:  # noqa: BLE001 - whatever a token does to the verifier, it is a refusal
            log.error("a fault of the verifier at %s: %s", self._door, type(error).__name__)  # noqa: TRY400 - no text of a token
            AUTH.count_refusal(Refusal.UNEXPECTED)
            return None
        return AccessToken(
            token="",  # the text itself is nobody's business any more
            client_id=identity.client_id,
            scopes=sorted(identity.scopes),
            expires_at=identity.expires_at,
            resource=self._audience,
            subject=identity.user_id,
            claims={"iss": identity.claims["iss"]},
        )


def acting_user(door: Door, scope: Scope, named: str | None) -> UserId:
    """Return the verified user of this call.

    Raises:
        ProductError: nobody is signed in, the token lacks the scope, or another user was named.
    """
    token = get_access_token()
    if token is None or not token.subject:
        raise ProductError(ErrorCode.UNAUTHENTICATED, "Nobody is signed in.")
    if door is Door.GATEWAY and named != token.subject:
        AUTH.count_refusal(Refusal.ANOTHER_USER)
        raise ProductError(ErrorCode.NOT_PERMITTED, "user_id is not the user of the token.")
    if scope not in token.scopes:
        raise ProductError(ErrorCode.NOT_PERMITTED, f"This connection was not given the permission {scope.value}.")
    return UserId(token.subject)


def bound_tool(name: str, run: Callable[..., Awaitable[CallToolResult]], door: Door, scope: Scope) -> BoundTool:
    """Return a tool as one door offers it: the acting user, and where the call comes from, are filled in here alone.

    The SDK reads the signature: at the gateway's door it begins with ``user_id``, at the people's it does not.

    Raises:
        TypeError: the tool could take a user from its arguments.
    """
    signature = inspect.signature(run, eval_str=True)
    user, *own = signature.parameters.values()
    if user.annotation is not UserId or "user_id" in signature.parameters:
        raise TypeError(f"{name}: the first parameter must be the acting user, and no other may be called user_id")
    takes_origin = bool(own) and own[0].annotation is Origin
    shown = own[1:] if takes_origin else own
    if door is Door.GATEWAY:
        shown.insert(0, inspect.Parameter("user_id", inspect.Parameter.KEYWORD_ONLY, annotation=UserIdArgument))
    shown.append(inspect.Parameter(CONTEXT, inspect.Parameter.KEYWORD_ONLY, annotation=Context))

    async def call(*, user_id: str | None = None, **arguments: Any) -> CallToolResult:
        context: Context = arguments.pop(CONTEXT)
        acting = acting_user(door, scope, user_id)
        if not takes_origin:
            return await run(acting, **arguments)
        return await run(acting, _origin(door, name, context), **arguments)

    shown = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in shown]
    call.__name__ = name
    call.__annotations__ = {one.name: one.annotation for one in shown} | {"return": signature.return_annotation}
    vars(call)["__signature__"] = signature.replace(parameters=shown)
    return call


def _origin(door: Door, tool: str, context: Context) -> Origin:
    """Return where a call comes from.

    Raises:
        ProductError: ``invalid``, when its ``_meta`` names no key, turn or lease that can be one.
    """
    meta: Mapping[str, Any] = context.request_context.meta or {}
    key = meta.get(IDEMPOTENCY_META_KEY, "")
    if IDEMPOTENCY_META_KEY in meta and not (isinstance(key, str) and _KEY.fullmatch(key)):
        raise ProductError(ErrorCode.INVALID, "An idempotency key has 1 to 255 visible ASCII characters.")
    if door is Door.PEOPLE:
        return Origin(_client_name(context), tool, key=key)
    token = get_access_token()
    confirmed = token is not None and Scope.TASKS_CONFIRMED in token.scopes
    turn_id, lease = (_uuid_of(meta.get(name)) for name in (TURN_META_KEY, LEASE_META_KEY))
    return Origin(WEB, tool, turn_id, lease, key, confirmed)


def _uuid_of(told: object) -> uuid.UUID | None:
    try:
        return None if told is None else uuid.UUID(str(told))
    except ValueError as error:
        raise ProductError(ErrorCode.INVALID, "The turn of a call, and its lease, are UUIDs.") from error


def _client_name(context: Context) -> str:
    """Return what the person's client calls itself; none is known by the name of the web chat."""
    told = context.session.client_params
    name = clean_line(told.client_info.name)[:LONGEST_CLIENT_NAME].strip() if told else ""
    return UNNAMED_CLIENT if not name or folded(name) == WEB else name


def _check_assertion(identity: Identity) -> None:
    """Refuse what only looks like an assertion of the gateway."""
    claims = identity.claims
    if claims.get("act") != {"sub": GATEWAY_ACTOR} or identity.client_id != GATEWAY_ACTOR:
        raise TokenRefusedError(Refusal.ACTOR)
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not SHORTEST_TOKEN_ID <= len(token_id) <= LONGEST_TOKEN_ID:
        raise TokenRefusedError(Refusal.ASSERTION_ID)
