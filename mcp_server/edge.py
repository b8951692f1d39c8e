"""What the SDK leaves open at the HTTP edge: methods it would hang on, the challenge's scope, absent keys."""

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import ErrorCode
from shared.keys import COOLDOWN_SECONDS, KeysUnavailableError


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
        credentials = [header for header in scope["headers"] if header[0] == b"authorization"]
        if len(credentials) > 1:  # which of them counts is not for the sender to leave open
            scope = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"authorization"]}
        elif credentials and scope["method"] != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        try:
            await self._app(scope, receive, self._challenging(send))
        except KeysUnavailableError:  # raised before anything was sent
            await _keys_unavailable()(scope, receive, send)

    def _challenging(self, send: Send) -> Send:
        async def challenge(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (401, 403):
                headers = message["headers"]
                message["headers"] = [(k, v + self._addition if k == b"www-authenticate" else v) for k, v in headers]
            await send(message)

        return challenge


def _keys_unavailable() -> Response:
    body = {"code": ErrorCode.UNAVAILABLE.value, "message": "The sign-in keys cannot be loaded. Try again in a moment."}
    return JSONResponse(body, 503, headers={"Retry-After": f"{COOLDOWN_SECONDS:.0f}"})
