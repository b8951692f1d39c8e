"""The outside of every answer: its headers on any status, and no body beyond the limit."""

import re
from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observing import REQUEST_ID
from shared.spans import TRACEPARENT

METHODS = ("GET", "POST", "PATCH", "DELETE")
MAX_BODY = 64 * 1024
PRIVATE = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""On every answer: it is one person's, and no browser keeps it on disk or takes it for anything but what it says."""


def with_cors(
    app: ASGIApp, origins: Collection[str], *, preview: str | None = None, credentials: bool = False
) -> ASGIApp:
    """Wrap the whole application: added inside it, the middleware would leave unhandled errors bare.

    Args:
        app: the application.
        origins: the exact origins of the page.
        preview: ``project/account`` of a Vercel project whose preview deployments are admitted too.
        credentials: whether a page may send cookies. Nothing here reads them: the token is a header of its own, so a
            hostile page has no authority to ride on.
    """
    return CORSMiddleware(
        Edge(app),
        allow_origins=tuple(origins),
        allow_origin_regex=None if preview is None else preview_pattern(preview),
        allow_credentials=credentials,
        allow_methods=METHODS,
        allow_headers=("authorization", "content-type", "idempotency-key", "x-time-zone", REQUEST_ID, TRACEPARENT),
        expose_headers=("retry-after", "www-authenticate", REQUEST_ID),
        max_age=7200,
    )


def preview_pattern(preview: str) -> str:
    """Return the pattern of preview addresses: ``PROJECT-HASH-ACCOUNT`` and ``PROJECT-git-BRANCH-ACCOUNT``."""
    project, account = map(re.escape, preview.split("/"))
    return rf"https://{project}-(git-[a-z0-9-]{{1,50}}|[a-z0-9]{{9}})-{account}\.vercel\.app"


class Edge:
    """Answers a bare OPTIONS, stops reading a body that is too large, and marks each answer as private."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise HTTPException(413)
            return message

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *PRIVATE]}
            await send(message)

        if scope["method"] == "OPTIONS":  # a preflight is answered before it comes here
            await Response(status_code=204)(scope, limited, marked)
            return
        await self._app(scope, limited, marked)
