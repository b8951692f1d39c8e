"""The one connection to the MCP server: an assertion per request, and a fault costs its own call."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult, Tool
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from gateway.assertion import AssertionSigner
from gateway.mcp_faults import FaultIsolatingTransport, as_product_errors
from shared.contract import ConversationTool, Scope
from shared.errors import ERROR_META_KEY, ErrorCode, ProductError
from shared.identity import UserId
from shared.observing import passed_on

PROTOCOL = "2026-07-28"
CALL_SECONDS = 15
READY_SECONDS = 2
KEEP_ALIVE_SECONDS = 4  # shorter than uvicorn's five, so that no request meets a closing connection

MODEL_SCOPES = (Scope.TASKS_READ, Scope.TASKS_WRITE)
GATEWAY_SCOPES = (*MODEL_SCOPES, Scope.CONVERSATIONS)
PERSON_SCOPES = (Scope.PERSON,)
CONFIRMED_SCOPES = (*MODEL_SCOPES, Scope.TASKS_CONFIRMED)

Answer = TypeVar("Answer", bound=BaseModel)
_bearer: ContextVar[str | None] = ContextVar("bearer", default=None)


class PerCallBearer(httpx2.Auth):
    """Sends the assertion and the names of the call in progress; an exception here would end the shared client."""

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        if (token := _bearer.get()) is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        request.headers.update(passed_on())
        yield request


class McpLink:
    """One client for the whole process; every call names the verified user."""

    def __init__(self, url: str, signer: AssertionSigner) -> None:
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=KEEP_ALIVE_SECONDS)
        self._url = url
        self._signer = signer
        self._http = httpx2.AsyncClient(
            transport=FaultIsolatingTransport(limits=limits),
            auth=PerCallBearer(),
            timeout=httpx2.Timeout(CALL_SECONDS, connect=5, pool=5),
        )
        # The pinned revision sends nothing on entry: the gateway starts while the MCP server is down.
        self._client = Client(
            streamable_http_client(url, http_client=self._http),
            mode=PROTOCOL,
            read_timeout_seconds=CALL_SECONDS,
            cache=None,  # it would not know one user from another
        )

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        async with self._http, self._client:
            yield

    async def is_reachable(self) -> bool:
        """Tell whether the server answers at all; without an assertion it answers 401, which is enough."""
        response = await self._http.get(self._url, timeout=READY_SECONDS)
        return not response.is_server_error

    async def list_tools(self, user: UserId) -> list[Tool]:
        """Return every tool of the gateway's door."""
        self._act_for(user, MODEL_SCOPES)
        with as_product_errors():
            return (await self._client.session.list_tools()).tools

    async def ask(self, user: UserId, tool: ConversationTool, answer: type[Answer], **arguments: Any) -> Answer:
        found = await self.call(user, tool, arguments, GATEWAY_SCOPES)
        with as_product_errors():
            return answer.model_validate(found)

    async def call(
        self,
        user: UserId,
        name: str,
        arguments: Mapping[str, Any],
        scopes: tuple[Scope, ...],
        meta: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        params = CallToolRequestParams.model_validate(
            {"name": name, "arguments": _sendable({**arguments, "user_id": user}), "_meta": meta}
        )
        self._act_for(user, scopes)
        with as_product_errors():
            # Not Client.call_tool: it lists the tools first, to check results that our own models check anyway.
            result = await self._client.session.send_request(CallToolRequest(params=params), CallToolResult)
        if result.is_error:
            raise ProductError.from_wire((result.meta or {}).get(ERROR_META_KEY) or {})
        return result.structured_content or {}

    def _act_for(self, user: UserId, scopes: tuple[Scope, ...]) -> None:
        """Sign for the next request of this task; the SDK sends it in a copy of this context."""
        _bearer.set(self._signer.sign(user, scopes))


def _sendable(arguments: dict[str, Any]) -> dict[str, Any]:
    """Refuse here what no JSON can carry: inside the SDK it would end the shared client for everybody."""
    try:
        return cast("dict[str, Any]", from_json(to_json(arguments), allow_inf_nan=False))
    except ValueError as error:
        raise ProductError(ErrorCode.INVALID, "The arguments cannot be written as JSON.") from error
