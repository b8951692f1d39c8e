"""Bearer token → verified user: no route below ``/api`` runs without one, and the path may name no other."""

import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeAlias, cast

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from gateway.admission import Pace
from gateway.errors import PROBLEMS
from gateway.telemetry import AUTH
from shared.errors import ErrorCode, ProductError
from shared.identity import USER_ID_PATTERN, Identity, TokenRefusedError, UserId, Verifier
from shared.keys import COOLDOWN_SECONDS, KeysUnavailableError
from shared.refusals import Refusal

NOT_SIGNED_IN = "Sign in first."
NAMED = "{user_id}"
SCHEME = "signed_in"
USER_ID = {
    "name": "user_id",
    "in": "path",
    "required": True,
    "description": "The person who signed in, and nobody else.",
    "schema": {"type": "string", "pattern": USER_ID_PATTERN},
}
log = logging.getLogger(__name__)


class VerifiedRoute(APIRoute):
    """A route that finds out who is asking, and how often, before anything of the request's body is read."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        described: dict[str, Any] = {**(options.pop("openapi_extra", None) or {}), "security": [{SCHEME: list[str]()}]}
        if NAMED in path:
            described["parameters"] = [USER_ID]
        super().__init__(path, endpoint, openapi_extra=described, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        serve, path = super().get_route_handler(), self.path

        async def verified(request: Request) -> Response:
            request.state.user = user = await _verified_user(request)
            if NAMED in path:  # what asks for nothing of the person's is not counted
                pace: Pace = request.app.state.pace
                pace.admit(user)
            return await serve(request)

        return verified


def verified_router() -> APIRouter:
    """Return the only kind of router that routes for people are added to."""
    return APIRouter(prefix="/api", route_class=VerifiedRoute, responses=PROBLEMS)


async def _signed_in(request: Request) -> UserId:
    return cast("UserId", request.state.user)


SignedIn: TypeAlias = Annotated[UserId, Depends(_signed_in)]
"""The verified user of a request."""


class EitherSecret:
    """Two verifiers while a shared secret is replaced: a signature that the first does not know is the second's."""

    def __init__(self, current: Verifier, previous: Verifier) -> None:
        self._current = current
        self._previous = previous

    async def verify(self, token: str) -> Identity:
        """Return the identity that the token proves; it raises what ``Verifier.verify`` does."""
        try:
            return await self._current.verify(token)
        except TokenRefusedError as error:
            if error.reason is not Refusal.SIGNATURE:
                raise
        return await self._previous.verify(token)


async def _verified_user(request: Request) -> UserId:
    verifier: Verifier | EitherSecret = request.app.state.verifier
    try:
        user = (await verifier.verify(_bearer(request))).user_id
    except TokenRefusedError as error:
        AUTH.count_refusal(error.reason)
        raise ProductError(ErrorCode.UNAUTHENTICATED, NOT_SIGNED_IN) from None
    except KeysUnavailableError:
        AUTH.count_refusal(Refusal.KEYS_UNAVAILABLE)
        sentence = "Sign-in cannot be checked at the moment. Try again shortly."
        raise ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=int(COOLDOWN_SECONDS)) from None
    except Exception as error:  # noqa: BLE001 - whatever a token does to the verifier, it is a refusal
        AUTH.count_refusal(Refusal.UNEXPECTED)
        log.error("a fault of the verifier: %s", type(error).__name__)  # noqa: TRY400 - no text of a token
        raise ProductError(ErrorCode.UNAUTHENTICATED, NOT_SIGNED_IN) from None
    if request.path_params.get("user_id", user) != user:
        AUTH.count_refusal(Refusal.ANOTHER_USER)
        raise ProductError(ErrorCode.NOT_PERMITTED, "This address belongs to another user.")
    return user


def _bearer(request: Request) -> str:
    values = request.headers.getlist("authorization")
    scheme, _, token = (values[0] if len(values) == 1 else "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRefusedError(Refusal.NO_SINGLE_BEARER)
    return token
