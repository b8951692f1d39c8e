"""The outside of every answer: CORS headers on any status, a request id, and no body beyond the limit."""

import uuid
from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
REQUEST_ID = "x-request-id"


def with_cors(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """Wrap the whole application: added inside it, the middleware would leave unhandled errors bare.

    No credentials: the token is a header of its own, so a hostile page has no authority to ride on.
    """
    return CORSMiddleware(
        Edge(app),
        allow_origins=tuple(origins),
        allow_methods=("GET", "POST"),
        allow_headers=("authorization", "content-type", "idempotency-key", "x-time-zone"),
        expose_headers=("retry-after", "www-authenticate", REQUEST_ID),
        max_age=7200,
    )


class Edge:
    """Gives each request an id and stops reading a body that is too large."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise HTTPException(413)
            return message

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        await self._app(scope, limited, tagged)
