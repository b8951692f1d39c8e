"""Asks a client for the scope that a call lacks, in HTTP: there it can ask the person for more (RFC 6750, 3.1)."""

import json
from collections.abc import Mapping
from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ScopeUpgrade:
    """Stands behind the check of the token, and looks which tool a request calls.

    It spares a client a result that it cannot act on. What a token permits is decided in ``caller``, whatever passes.
    """

    def __init__(self, app: ASGIApp, *, scopes: Mapping[str, str], metadata_url: str, max_body: int) -> None:
        self._app = app
        self._scopes = scopes
        self._metadata_url = metadata_url
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        user = scope.get("user")
        if scope["type"] != "http" or scope["method"] != "POST" or not isinstance(user, AuthenticatedUser):
            await self._app(scope, receive, send)
            return
        read = await self._read(receive)
        needed = self._scopes.get(_called(b"".join(message.get("body", b"") for message in read)))
        if needed is None or needed in user.scopes:
            await self._app(scope, _replaying(read, receive), send)
        else:
            await self._refusal(needed, user.scopes)(scope, receive, send)

    async def _read(self, receive: Receive) -> list[Message]:
        """Read the body, as far as it can be a good one; who refuses a longer one stands behind."""
        read: list[Message] = []
        size = 0
        while size <= self._max_body:
            message = await receive()
            read.append(message)
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        return read

    def _refusal(self, needed: str, granted: list[str]) -> Response:
        told = f"This connection was not given the permission {needed}."
        asked = " ".join(sorted({needed, *(one for one in granted if one in self._scopes.values())}))
        challenge = f'Bearer error="insufficient_scope", error_description="{told}", scope="{asked}"'
        header = {"WWW-Authenticate": f'{challenge}, resource_metadata="{self._metadata_url}"'}
        return JSONResponse({"error": "insufficient_scope", "error_description": told}, 403, headers=header)


def _called(body: bytes) -> str:
    """Return the name of the tool that a request calls, or nothing."""
    try:
        request: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    match request:
        case {"method": "tools/call", "params": {"name": str(name)}}:
            return name
        case _:
            return ""


def _replaying(read: list[Message], receive: Receive) -> Receive:
    left = iter(read)

    async def replay() -> Message:
        return next(left, None) or await receive()

    return replay
