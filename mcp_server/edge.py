"""What the SDK leaves open at the HTTP edge: methods it would hang on, the challenge's scope, errors of its own."""

import logging

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_server.telemetry import AUTH
from shared.errors import ErrorCode, ProductError
from shared.keys import COOLDOWN_SECONDS, KeysUnavailableError
from shared.observing import request_id
from shared.refusals import Refusal

log = logging.getLogger(__name__)

REFUSED = {
    400: ProductError(ErrorCode.INVALID, "The request is not one. Send JSON with Content-Type: application/json."),
    403: ProductError(ErrorCode.NOT_PERMITTED, "Pages of this origin are not served. Ask whoever runs the server."),
    405: ProductError(ErrorCode.INVALID, "The server keeps no session and opens no stream. Use POST."),
    413: ProductError(ErrorCode.TOO_LARGE, "The request is longer than a megabyte. Send less at a time."),
    421: ProductError(ErrorCode.NOT_PERMITTED, "The server is not called that. Use the address that it was given."),
}
"""What is said instead of the SDK's bare text."""


def internal_error() -> ProductError:
    """Return what is told of a failure that nobody foresaw; the log tells the rest under the same id."""
    sentence = "The task server failed. Look whether it happened before you try again."
    return ProductError(ErrorCode.INTERNAL, f"{sentence} Request {request_id()}.")


class Edge:
    """Stands in front of one door; ``scopes`` is what the challenge asks a client to ask for."""

    def __init__(self, app: ASGIApp, *, path: str, scopes: tuple[str, ...]) -> None:
        self._app = app
        self._path = path
        self._addition = f', scope="{" ".join(scopes)}"'.encode() if scopes else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        answer = Answer(send, self._addition)
        credentials = [header for header in scope["headers"] if header[0] == b"authorization"]
        if len(credentials) != 1 or not credentials[0][1].lower().startswith(b"bearer "):
            AUTH.count_refusal(Refusal.NO_SINGLE_BEARER)  # the verifier is not asked
        if len(credentials) > 1:  # which of them counts is not for the sender to leave open
            scope = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"authorization"]}
        elif credentials and scope["method"] != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, answer.send)
            return
        try:
            await self._app(scope, receive, answer.send)
        except KeysUnavailableError:  # raised before anything was sent
            await _keys_unavailable()(scope, receive, answer.send)
        except Exception:
            log.exception("the request failed")
            if answer.has_begun:
                raise
            await JSONResponse(internal_error().to_wire(), 500)(scope, receive, answer.send)


class Answer:
    """One answer on its way out."""

    def __init__(self, send: Send, addition: bytes) -> None:
        self._send = send
        self._addition = addition
        self._said: bytes | None = None
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Complete the challenge, and put our own words in the place of bare text."""
        if message["type"] == "http.response.start":
            self.has_begun = True
            message = {**message, "headers": self._headers(message)}
        elif self._said is not None:
            if message.get("more_body"):
                return
            message = {"type": "http.response.body", "body": self._said}
        await self._send(message)

    def _headers(self, start: Message) -> list[tuple[bytes, bytes]]:
        headers: list[tuple[bytes, bytes]] = start["headers"]
        refused = REFUSED.get(start["status"])
        if refused is not None and not _is_json(headers):
            said = JSONResponse(refused.to_wire())
            self._said = bytes(said.body)
            kept = [one for one in headers if one[0] not in {b"content-type", b"content-length"}]
            headers = [*kept, *said.raw_headers]
        return [(name, self._challenge(value) if name == b"www-authenticate" else value) for name, value in headers]

    def _challenge(self, value: bytes) -> bytes:
        return value if b" scope=" in value else value + self._addition


def _is_json(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and value.startswith(b"application/json") for name, value in headers)


def _keys_unavailable() -> Response:
    body = {"code": ErrorCode.UNAVAILABLE.value, "message": "The sign-in keys cannot be loaded. Try again in a moment."}
    return JSONResponse(body, 503, headers={"Retry-After": f"{COOLDOWN_SECONDS:.0f}"})
