"""The one client of the MCP server: an assertion per request, and a fault costs its own call."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from mcp import ClientSession
from mcp.types import (
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    DiscoverResult,
    ServerCapabilities,
    Tool,
)
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from gateway.assertion import AssertionSigner
from gateway.mcp_faults import as_product_errors
from gateway.mcp_http import HttpDispatcher
from gateway.tracing import passed_on
from shared.contract import ConversationTool, Scope
from shared.errors import ERROR_META_KEY, ErrorCode, ProductError
from shared.identity import UserId

PROTOCOL = "2026-07-28"
CALL_SECONDS = 15
READY_SECONDS = 2
NOBODY = UserId("remit-readiness")
"""For whom the server is asked whether it is there: the question reads no row."""

MODEL_SCOPES = (Scope.TASKS_READ, Scope.TASKS_WRITE)
GATEWAY_SCOPES = (*MODEL_SCOPES, Scope.CONVERSATIONS)
PERSON_SCOPES = (Scope.PERSON,)
CONFIRMED_SCOPES = (*MODEL_SCOPES, Scope.TASKS_CONFIRMED)

# Known and not asked for: the gateway starts while the MCP server is down.
_SERVER = DiscoverResult(
    supported_versions=[PROTOCOL],
    capabilities=ServerCapabilities(),
    result_type="complete",
    ttl_ms=0,
    cache_scope="public",
)

Answer = TypeVar("Answer", bound=BaseModel)
_bearer: ContextVar[str] = ContextVar("bearer")


class McpLink:
    """One client for the whole process; every call names the verified user."""

    def __init__(self, url: str, signer: AssertionSigner) -> None:
        self._signer = signer
        self._door = HttpDispatcher(url, _headers)
        self._session = ClientSession(dispatcher=self._door, read_timeout_seconds=CALL_SECONDS)
        self._session.adopt(_SERVER)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        async with self._session:
            yield

    async def is_reachable(self) -> bool:
        """Tell whether the server answers and takes our assertions: else it would refuse every message."""
        try:
            with as_product_errors(), self._acting_for(NOBODY, (Scope.TASKS_READ,)):
                async with asyncio.timeout(READY_SECONDS):
                    await self._session.send_discover(PROTOCOL)
        except (ProductError, TimeoutError):
            return False
        return True

    async def list_tools(self, user: UserId) -> list[Tool]:
        """Return every tool of the gateway's door."""
        with as_product_errors(), self._acting_for(user, MODEL_SCOPES):
            return (await self._session.list_tools()).tools

    async def ask(
        self,
        user: UserId,
        tool: ConversationTool,
        answer: type[Answer],
        *,
        meta: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> Answer:
        found = await self.call(user, tool, arguments, GATEWAY_SCOPES, meta)
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
        with as_product_errors(), self._acting_for(user, scopes):
            # Not `call_tool`: it lists the tools first, to check results that our own models check anyway.
            result = await self._session.send_request(CallToolRequest(params=params), CallToolResult)
        if result.is_error:
            raise ProductError.from_wire((result.meta or {}).get(ERROR_META_KEY) or {})
        return result.structured_content or {}

    @contextmanager
    def _acting_for(self, user: UserId, scopes: tuple[Scope, ...]) -> Generator[None]:
        """Let the request that is sent inside carry an assertion for the user; outside none can be sent."""
        signed = _bearer.set(self._signer.sign(user, scopes))
        try:
            yield
        finally:
            _bearer.reset(signed)


def _headers() -> dict[str, str]:
    """Return the assertion and the names of the call in progress."""
    return {"Authorization": f"Bearer {_bearer.get()}", **passed_on()}


def _sendable(arguments: dict[str, Any]) -> dict[str, Any]:
    """Refuse what no JSON can carry, as an argument that is wrong."""
    try:
        return cast("dict[str, Any]", from_json(to_json(arguments), allow_inf_nan=False))
    except ValueError as error:
        raise ProductError(ErrorCode.INVALID, "The arguments cannot be written as JSON.") from error
