"""One door's MCP server: what it shows to whom, how often it may be called, and how failures leave it."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError, UnexpectedToolError
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    Completion,
    CompletionArgument,
    GetPromptResult,
    InputRequiredResult,
    PromptReference,
    ResourceTemplateReference,
    Tool,
)
from pydantic import AnyUrl, ValidationError

from mcp_server.caller import Door, acting_user
from mcp_server.edge import internal_error
from mcp_server.resources import Completer
from mcp_server.results import bad_arguments, result_of_error
from mcp_server.telemetry import TOOL_CALLS
from shared.contract import Scope
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.observing import current_request

log = logging.getLogger(__name__)

NO_SUCH_TOOL = ProductError(ErrorCode.INVALID, "There is no such tool here. List the tools again.")
NO_SUCH_PROMPT = ProductError(ErrorCode.INVALID, "There is no such prompt here, or an argument is missing.")
NO_SUCH_RESOURCE = ProductError(ErrorCode.NOT_FOUND, "There is no such resource. Look with find_tasks.")

UNKNOWN = "unknown"
"""What a tool is called that is not there: its name is the caller's text."""

Admit: TypeAlias = Callable[[UserId, str], Awaitable[None]]
"""Lets a client's call for a person go on, or raises ``rate_limited``."""


class DoorServer(MCPServer[Any]):
    """Every failure of a tool leaves here as a result with a code, every other one as a protocol error with it."""

    def __init__(self, door: Door, scopes: Mapping[str, Scope], admit: Admit, **settings: Any) -> None:
        super().__init__(f"remit-{door}", **settings)
        self._door = door
        self.scopes = scopes
        self._admit = admit

    async def list_tools(self) -> list[Tool]:
        """Return the tools that the token permits; the gateway, which calls for many, is told of all."""
        listed = await super().list_tools()
        if self._door is Door.GATEWAY:
            return listed
        token = get_access_token()
        granted = token.scopes if token else []
        return [tool for tool in listed if self.scopes.get(tool.name, Scope.TASKS_READ) in granted]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        tool, outcome, begun = name if name in self.scopes else UNKNOWN, ErrorCode.INTERNAL.value, time.perf_counter()
        try:
            await self._count(name)
            result = await super().call_tool(name, arguments, context)
        except (ToolError, ProductError) as error:
            told = _logged(f"the tool {tool}", error, _told(error))
            outcome = told.code.value
            return result_of_error(told)
        else:
            outcome = "ok"
            return result
        finally:
            TOOL_CALLS.labels(self._door, tool, outcome).observe(time.perf_counter() - begun)
            if request := current_request():
                request.told |= {"tool": tool, "outcome": outcome}

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Any, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        try:
            return await super().read_resource(uri, context)
        except ResourceError as error:
            told = _logged("a resource", error, _told_of_resource(error))
            raise _protocol_error(told, uri=str(uri)) from error

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        try:
            return await super().get_prompt(name, arguments, context)
        except ValueError as error:
            raise _protocol_error(_logged("a prompt", error, _told_of_prompt(error))) from error

    def complete_with(self, completer: Completer) -> None:
        """Answer what a person begins to type with what ``completer`` finds."""

        async def complete(
            reference: PromptReference | ResourceTemplateReference, argument: CompletionArgument, _context: object
        ) -> Completion:
            try:
                return Completion(values=await completer(reference, argument))
            except Exception as error:
                told = error if isinstance(error, ProductError) else internal_error()
                raise _protocol_error(_logged("a completion", error, told)) from error

        untyped: Any = self  # the SDK gives this one decorator no types
        untyped.completion()(complete)

    async def _count(self, name: str) -> None:
        """Count a call of a tool. The gateway's own bookkeeping is not counted: it must be able to keep an answer."""
        token = get_access_token()
        if (
            token is not None
            and token.subject
            and self.scopes.get(name, Scope.CONVERSATIONS) is not Scope.CONVERSATIONS
        ):
            await self._admit(UserId(token.subject), token.client_id)


def reader(admit: Admit) -> Callable[[], Awaitable[UserId]]:
    """Return what tells for whom a resource is read at the people's door, and counts it."""

    async def read() -> UserId:
        user = acting_user(Door.PEOPLE, Scope.TASKS_READ, None)
        token = get_access_token()
        await admit(user, token.client_id if token else "")
        return user

    return read


def _logged(what: str, error: Exception, told: ProductError) -> ProductError:
    """Write down what nobody foresaw; anything else is an outcome, and stands in the line of the request."""
    if told.code is ErrorCode.INTERNAL:
        log.error("%s failed", what, exc_info=error)
    if request := current_request():
        request.told["outcome"] = told.code.value
    return told


def _protocol_error(told: ProductError, **more: str) -> MCPError:
    code = INVALID_PARAMS if told.code in {ErrorCode.NOT_FOUND, ErrorCode.INVALID} else INTERNAL_ERROR
    return MCPError(code, told.message, {**more, **told.to_wire()})


def _told(error: ToolError | ProductError) -> ProductError:
    """Return what the caller is told; the SDK keeps what was raised as the cause."""
    if isinstance(error, ProductError):
        return error
    cause = error.__cause__
    if isinstance(cause, ProductError):
        return cause
    if isinstance(cause, ValidationError) and not isinstance(error, UnexpectedToolError):
        return bad_arguments(cause)
    if isinstance(error, UnexpectedToolError):
        return internal_error()
    return NO_SUCH_TOOL


def _told_of_resource(error: ResourceError) -> ProductError:
    """Return what a reader is told: one answer for what is another's, what is not there, and what cannot be."""
    cause = error.__cause__
    if isinstance(error, ResourceNotFoundError):
        return NO_SUCH_RESOURCE
    if isinstance(cause, ProductError):
        return NO_SUCH_RESOURCE if cause.code is ErrorCode.NOT_FOUND else cause
    return internal_error()


def _told_of_prompt(error: ValueError) -> ProductError:
    """Return what is told of a prompt; the SDK raises its own refusals without a cause, and wraps a failure twice."""
    refusal = error.__cause__
    cause = None if refusal is None else refusal.__cause__
    if cause is None:
        return NO_SUCH_PROMPT
    if isinstance(cause, ProductError):
        return cause
    return bad_arguments(cause) if isinstance(cause, ValidationError) else internal_error()
