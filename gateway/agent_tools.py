"""One user's tools as the model sees them: ``user_id`` is taken out of every schema, and put in at every call."""

import asyncio
import copy
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from agents import FunctionTool, Tool
from agents.tool_context import ToolContext
from mcp.types import Tool as ListedTool
from pydantic import BaseModel

from gateway.mcp_client import McpClient
from shared.contract import TaskTool, TurnStarted
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

log = logging.getLogger(__name__)

OFFERED = frozenset(TaskTool)
"""An allow-list: a tool that the server gains later stays hidden until ``shared.contract`` names it."""

READS = {TaskTool.GET_CONTEXT, TaskTool.FIND_TASKS, TaskTool.LIST_CHANGES}
MOST_CALLS = 16

CUT_SHORT = ProductError(
    ErrorCode.UNAVAILABLE,
    "The answer was cut short while this call ran: it may have happened. Look before you repeat it.",
)
OVER = ProductError(ErrorCode.DECLINED, "This answer is over. Nothing was done.")

Calling: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class ToolCall(BaseModel):
    """One call that was made: the model's arguments as JSON, and what was answered."""

    call_id: str
    name: str
    arguments: str
    output: str
    ok: bool

    @property
    def may_have_changed(self) -> bool:
        """Whether the person's tasks may be others because of it."""
        return self.name not in READS and (self.ok or self.error_code == ErrorCode.UNAVAILABLE)

    @property
    def error_code(self) -> str:
        return "" if self.ok else str(json.loads(self.output).get("error", {}).get("code", ""))


class ToolCalls:
    """The tool calls of one answer: each is noted, whatever comes of it.

    Attributes:
        made: in the order in which they were answered.
        unconfirmed: of each call that needs the person's word first, the tasks that it is about.
    """

    def __init__(self) -> None:
        self.made: list[ToolCall] = []
        self.unconfirmed: list[list[dict[str, str]]] = []
        self._running: dict[object, ToolCall] = {}
        self._is_over = False

    def close(self) -> None:
        """Let no further call begin."""
        self._is_over = True

    def noted(self) -> list[ToolCall]:
        """Return the calls to keep; one that still runs, or was cut off, may have happened."""
        return [*self.made, *self._running.values()]

    async def make(self, call_id: str, name: str, raw: str, calling: Calling) -> str:
        """Make a call with these arguments and return its output, an error's too."""
        running = object()
        call = ToolCall(call_id=call_id, name=name, arguments="{}", output=_told(CUT_SHORT), ok=False)
        try:
            self._admit()
            arguments = _object(raw)
            self._running[running] = call = call.model_copy(update={"arguments": json.dumps(arguments)})
            output = json.dumps(await calling(arguments), ensure_ascii=False)
            call = call.model_copy(update={"output": output, "ok": True})
        except ProductError as error:
            call = call.model_copy(update={"output": _told(error)})
            if error.code is ErrorCode.NEEDS_CONFIRMATION:
                self.unconfirmed.append(error.tasks)
        self._running.pop(running, None)
        self.made.append(call)
        return call.output

    def failure(self, call_id: str) -> str | None:
        """Return what is said of a call that did not do what it was to."""
        call = next((call for call in self.made if call.call_id == call_id), None)
        if call is None:
            return "This step failed."
        if call.ok:
            return None
        is_asked = call.error_code == ErrorCode.NEEDS_CONFIRMATION
        return "This needs your word first." if is_asked else "This step failed."

    def _admit(self) -> None:
        if self._is_over:
            raise OVER
        if len(self.noted()) >= MOST_CALLS:
            raise ProductError(ErrorCode.RATE_LIMITED, f"No more than {MOST_CALLS} tool calls fit into one message.")


class AgentTools:
    """The tools of the MCP server, listed once per process and bound to one user's turn at a time."""

    def __init__(self, client: McpClient) -> None:
        self._client = client
        self._listed: list[ListedTool] | None = None
        self._listing = asyncio.Lock()

    async def for_turn(self, user: UserId, started: TurnStarted, calls: ToolCalls) -> list[Tool]:
        """Return the tools for one turn; every call that is made is noted in ``calls``.

        Raises:
            ProductError: the tools could not be listed.
        """
        listed = await self._list(user)
        held = (started.turn_id, started.lease)
        return [BoundTool(self._client, user, *held, calls, tool).for_model() for tool in listed]

    async def _list(self, user: UserId) -> list[ListedTool]:
        async with self._listing:
            if self._listed is None:
                self._listed = [as_shown(tool) for tool in await self._client.list_tools(user) if is_offered(tool)]
        return self._listed


def is_offered(tool: ListedTool) -> bool:
    """Tell whether a model may hold the tool; one that names no user could not be bound to one."""
    if tool.name not in OFFERED:
        return False
    if "user_id" not in tool.input_schema.get("properties", {}):
        log.error("the tool %s takes no user_id, and is not offered", tool.name)
        return False
    return True


def without_user_id(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that the model sees."""
    shown = copy.deepcopy(schema)
    del shown["properties"]["user_id"]
    shown["required"] = [name for name in shown.get("required", []) if name != "user_id"]
    return shown


def as_shown(tool: ListedTool) -> ListedTool:
    """Return a tool as the model sees it."""
    return tool.model_copy(update={"input_schema": without_user_id(tool.input_schema)})


@dataclass(frozen=True)
class BoundTool:
    """A tool that acts for one user, in one turn; the model sees none of that in it."""

    client: McpClient
    user: UserId
    turn_id: str
    lease: str
    calls: ToolCalls
    tool: ListedTool

    def for_model(self) -> FunctionTool:
        return FunctionTool(
            name=self.tool.name,
            description=self.tool.description or "",
            params_json_schema=self.tool.input_schema,
            strict_json_schema=False,
            on_invoke_tool=self._invoke,
        )

    async def _invoke(self, context: ToolContext[Any], raw: str) -> str:
        return await self.calls.make(context.tool_call_id, self.tool.name, raw, self._call)

    async def _call(self, arguments: dict[str, Any]) -> dict[str, Any]:
        held = {"turn_id": self.turn_id, "lease": self.lease}
        return await self.client.call_task_tool(self.user, self.tool.name, arguments, **held)


def _told(error: ProductError) -> str:
    return json.dumps({"error": error.to_wire()}, ensure_ascii=False)


def _object(raw: str) -> dict[str, Any]:
    try:
        arguments: object = json.loads(raw or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise ProductError(ErrorCode.INVALID, "The arguments must be one JSON object.")
    # Whom a call is for is not the model's to say: its word is neither sent nor kept.
    return {name: value for name, value in cast("dict[str, Any]", arguments).items() if name != "user_id"}
