"""Who is calling, and for which user the call acts: decided here, before any tool runs."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.types import CallToolResult
from pydantic import Field

from shared.contract import GATEWAY_ACTOR, Scope
from shared.errors import ErrorCode, ProductError
from shared.identity import Identity, TokenRefusedError, UserId, Verifier
from shared.keys import KeysUnavailableError

log = logging.getLogger(__name__)

SHORTEST_TOKEN_ID, LONGEST_TOKEN_ID = 16, 64
UserIdArgument = Annotated[str, Field(description="The verified user; must be the token's subject.")]


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
        except KeysUnavailableError:
            raise
        except TokenRefusedError as error:
            log.info("token refused at %s: %s", self._door, error.reason)
            return None
        except Exception as error:  # noqa: BLE001 - whatever a token does to the verifier, it is a refusal
            log.warning("token refused at %s: %s", self._door, type(error).__name__)
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
        raise ProductError(ErrorCode.NOT_PERMITTED, "user_id is not the user of the token.")
    if scope not in token.scopes:
        raise ProductError(ErrorCode.NOT_PERMITTED, f"This connection was not given the permission {scope.value}.")
    return UserId(token.subject)


class BoundTool:
    """A tool as one door offers it: its first parameter, the acting user, is filled in here and nowhere else.

    The SDK reads the signature: at the gateway's door it begins with ``user_id``, at the people's it does not.
    """

    def __init__(self, name: str, run: Callable[..., Awaitable[CallToolResult]], door: Door, scope: Scope) -> None:
        signature = inspect.signature(run, eval_str=True)
        user, *own = signature.parameters.values()
        if user.annotation is not UserId or "user_id" in signature.parameters:
            raise TypeError(f"{name}: the first parameter must be the acting user, and no other may be called user_id")
        if door is Door.GATEWAY:
            own.insert(0, inspect.Parameter("user_id", user.kind, annotation=UserIdArgument))
        self._run = run
        self._door = door
        self._scope = scope
        self.__name__ = name
        self.__signature__ = signature.replace(parameters=own)
        self.__annotations__ = {one.name: one.annotation for one in own} | {"return": signature.return_annotation}

    async def __call__(self, *, user_id: str | None = None, **arguments: Any) -> CallToolResult:
        return await self._run(acting_user(self._door, self._scope, user_id), **arguments)


def _check_assertion(identity: Identity) -> None:
    """Refuse what only looks like an assertion of the gateway."""
    claims = identity.claims
    if claims.get("act") != {"sub": GATEWAY_ACTOR} or identity.client_id != GATEWAY_ACTOR:
        raise TokenRefusedError("actor")
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not SHORTEST_TOKEN_ID <= len(token_id) <= LONGEST_TOKEN_ID:
        raise TokenRefusedError("token_id")
