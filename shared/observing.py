"""Each HTTP request as those who run the service see it: its id, its line in the log, its metric and its span."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from opentelemetry.trace import Span, StatusCode
from prometheus_client import Histogram

from shared.spans import TRACEPARENT, request_span

REQUEST_ID: Final = "x-request-id"
NO_REQUEST: Final = "-"
UNMATCHED: Final = "unmatched"
"""The route of what no route matches: its path is the caller's text."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD: Final = "OTHER"
HUNG_UP: Final = 499
FAILED: Final = 500
# Long enough to be one of a kind, and of an alphabet in which nobody can write a word or a token.
_WELL_FORMED = re.compile(r"[0-9a-fA-F-]{16,64}")

log = logging.getLogger(__name__)

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class Request:
    """One request while it is answered, and by what it began while that runs.

    Attributes:
        told: what its line in the log says beside the rest: names out of closed lists, nobody's text.
    """

    id: str
    told: dict[str, str] = field(default_factory=dict[str, str])
    begun: float = field(default_factory=time.perf_counter)

    @property
    def age(self) -> float:
        """Seconds since it came."""
        return time.perf_counter() - self.begun


_current: ContextVar[Request | None] = ContextVar("request", default=None)


def current_request() -> Request | None:
    """Return the request that is answered, or that began what runs; None outside of any."""
    return _current.get()


def request_id() -> str:
    request = _current.get()
    return NO_REQUEST if request is None else request.id


class Observed:
    """Stands outside of everything else that answers."""

    def __init__(self, app: Application, seconds: Histogram) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request = Request(_id_of(headers.get(REQUEST_ID.encode(), b"")))
        _current.set(request)
        status = 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (REQUEST_ID.encode(), request.id.encode())
                message = {**message, "headers": [*message.get("headers", ()), own]}
            await send(message)

        with request_span(headers.get(TRACEPARENT.encode(), b"").decode("latin-1")) as span:
            try:
                await self._app(scope, receive, named)
            except Exception:
                status = status or FAILED
                raise
            finally:
                self._tell(request, scope, status or HUNG_UP, span)

    def _tell(self, request: Request, scope: Scope, status: int, span: Span) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
        route = getattr(scope.get("route"), "path", UNMATCHED)
        seconds = request.age
        self._seconds.labels(method, route, str(status)).observe(seconds)
        line = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), **request.told}
        if span.is_recording():
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": status,
                    "remit.request_id": request.id,
                }
            )
            if status >= FAILED:
                span.set_status(StatusCode.ERROR)
            line["trace_id"] = f"{span.get_span_context().trace_id:032x}"
        log.info("request", extra={"told": line})


def _id_of(sent: bytes) -> str:
    name = sent.decode("latin-1")
    return name if _WELL_FORMED.fullmatch(name) else uuid.uuid4().hex
