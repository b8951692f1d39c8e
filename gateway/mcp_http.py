"""Requests to the MCP server, each in a POST of its own: what goes wrong with one is told to its caller alone."""

import itertools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import anyio
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from anyio.abc import TaskStatus
from mcp import MCPError
from mcp.shared.dispatcher import CallOptions, Dispatcher
from mcp.shared.transport_context import TransportContext
from mcp.types import REQUEST_TIMEOUT, JSONRPCError, JSONRPCResponse, jsonrpc_message_adapter
from pydantic import ValidationError
from pydantic_core import to_json

from gateway.mcp_faults import REFUSED, UNAVAILABLE
from gateway.tracing import client_span, trace_headers

MOST_CONNECTIONS = 100
CONNECT_SECONDS = 5
MOST_BYTES = 16 * 1024**2
KEEP_ALIVE_SECONDS = 4  # shorter than uvicorn's five, so that no request meets a closing connection

_HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


class HttpDispatcher(Dispatcher[TransportContext]):
    """Carries the requests of a session that nothing is sent to unasked, to a door that answers in plain JSON.

    The SDK's own transport passes everybody's requests through one pair of streams, and one failure there ends the
    client for all (python-sdk #3522). Here a request is a coroutine of its caller's: it fails, times out and is
    cancelled with it. The server does not hear of that, and may do what was asked all the same.
    """

    def __init__(self, url: str, headers: Callable[[], Mapping[str, str]]) -> None:
        """``headers`` is asked for more of them at each request."""
        self._url = url
        self._headers = headers
        self._ids = itertools.count(1)

    async def run(self, *_: Any, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED, **__: Any) -> None:
        """Keep connections until the session ends; nothing comes by them unasked."""
        connections = TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)
        async with ClientSession(connector=connections, cookie_jar=DummyCookieJar()) as self._http:
            task_status.started()
            await anyio.sleep_forever()

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        """Send a request and return its result.

        Raises:
            MCPError: the server's own, or ``UNAVAILABLE``, ``REQUEST_TIMEOUT``, ``REFUSED``.
        """
        given, options, number = dict(params or {}), opts or {}, next(self._ids)
        with client_span(f"MCP send {method} {given.get('name', '')}".rstrip()):
            given["_meta"] = {**given.get("_meta", {}), **trace_headers()}
            body = to_json({"jsonrpc": "2.0", "id": number, "method": method, "params": given})
            headers = {**_HEADERS, **options.get("headers", {}), **self._headers()}
            try:
                status, content = await self._post(body, headers, options.get("timeout"))
            except TimeoutError as error:
                raise MCPError(REQUEST_TIMEOUT, "no answer in time") from error
            except ClientError as error:
                raise MCPError(UNAVAILABLE, type(error).__name__) from error
            return _result(status, content, number)

    async def notify(self, method: str, *_: Any, **__: Any) -> None:
        """Refuse: over HTTP, a client of this revision has nothing to notify of."""
        raise MCPError(REFUSED, f"no way to send {method}")

    async def _post(self, body: bytes, headers: Mapping[str, str], seconds: float | None) -> tuple[int, bytes]:
        timeout = ClientTimeout(seconds, sock_connect=CONNECT_SECONDS)
        request = self._http.post(self._url, data=body, headers=headers, timeout=timeout, allow_redirects=False)
        async with request as response:
            content = bytearray()
            async for part in response.content.iter_any():
                content += part
                if len(content) > MOST_BYTES:
                    raise MCPError(REFUSED, f"an answer of more than {MOST_BYTES} bytes")
            return response.status, bytes(content)


def _result(status: int, content: bytes, number: int) -> dict[str, Any]:
    """Return what an answer says to the request of this number."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise MCPError(UNAVAILABLE, f"HTTP {status}")
    try:
        message = jsonrpc_message_adapter.validate_json(content, by_name=False)
    except ValidationError:
        message = None
    if isinstance(message, JSONRPCError):
        raise MCPError(message.error.code, message.error.message, message.error.data)
    if not isinstance(message, JSONRPCResponse) or status != HTTPStatus.OK or message.id != number:
        raise MCPError(REFUSED, f"HTTP {status}, and no answer to this request")
    return message.result
