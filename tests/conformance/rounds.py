"""What the conformance suite looks for by name: tools and a prompt that ask back. Never shipped."""

import json
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

from tests.conformance.fixtures import DESCRIPTION

PREFIX = "test_input_required_result"
NONCE = "request-state-nonce"


def add_rounds(server: MCPServer[Any]) -> None:
    """Offer them beside the product's own tools."""
    for name, tool in TOOLS.items():
        server.add_tool(tool, name=f"{PREFIX}_{name}", description=DESCRIPTION, structured_output=False)
    server.prompt(name=f"{PREFIX}_prompt", description=DESCRIPTION)(prompt)


async def elicitation(ctx: Context) -> str | InputRequiredResult:
    name = _said(ctx, "user_name", "name")
    return f"Hello, {name}!" if name else _asking(user_name=_question("What is your name?", "name"))


async def sampling(ctx: Context) -> str | InputRequiredResult:
    answer = (ctx.input_responses or {}).get("capital_question")
    if isinstance(answer, CreateMessageResult) and isinstance(answer.content, TextContent):
        return f"Model said: {answer.content.text}"
    return _asking(capital_question=_sample("What is the capital of France?"))


async def list_roots(ctx: Context) -> str | InputRequiredResult:
    answer = (ctx.input_responses or {}).get("client_roots")
    if isinstance(answer, ListRootsResult):
        return f"Client exposed {len(answer.roots)} root(s)."
    return _asking(client_roots=ListRootsRequest())


async def request_state(ctx: Context) -> str | InputRequiredResult:
    if "confirm" in (ctx.input_responses or {}) and ctx.request_state == NONCE:
        return "state-ok: confirmation received"
    return _asking(NONCE, confirm=_question("Please confirm", "ok", "boolean"))


async def multiple_inputs(ctx: Context) -> str | InputRequiredResult:
    if {"user_name", "greeting", "client_roots"} <= (ctx.input_responses or {}).keys():
        return "All inputs received."
    return _asking(
        "multiple-inputs",
        user_name=_question("What is your name?", "name"),
        greeting=_sample("Generate a greeting"),
        client_roots=ListRootsRequest(),
    )


async def multi_round(ctx: Context) -> str | InputRequiredResult:
    state = json.loads(ctx.request_state) if ctx.request_state else {"round": 0}
    if state["round"] == 1 and (name := _said(ctx, "step1", "name")):
        ask = _question("Step 2: What is your favorite color?", "color")
        return _asking(json.dumps({"round": 2, "name": name}), step2=ask)
    if state["round"] == 2 and (color := _said(ctx, "step2", "color")):
        return f"{state['name']} likes {color}."
    return _asking(json.dumps({"round": 1}), step1=_question("Step 1: What is your name?", "name"))


async def tampered_state(ctx: Context) -> str | InputRequiredResult:
    if ctx.request_state is None:
        return _asking("round-1", confirm=_question("Please confirm", "ok", "boolean"))
    return f"state-ok: {ctx.request_state}"


async def capabilities(ctx: Context) -> str | InputRequiredResult:
    can = ctx.client_capabilities
    asked: dict[str, InputRequest] = {}
    if can is None or can.sampling is not None:
        asked["sample"] = _sample("Say hello")
    if can is None or can.elicitation is not None:
        asked["ask"] = _question("What is your name?", "name")
    return _asking("capability-gated", **asked)


async def prompt(ctx: Context) -> str | InputRequiredResult:
    told = _said(ctx, "user_context", "context")
    ask = _question("What context should the prompt use?", "context")
    return f"Use the following context: {told}" if told else _asking(user_context=ask)


def _asking(request_state: str | None = None, /, **requests: InputRequest) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=request_state)


def _question(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _sample(text: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=50))


def _said(ctx: Context, request: str, field: str) -> str:
    answer = (ctx.input_responses or {}).get(request)
    return str((answer.content or {}).get(field, "")) if isinstance(answer, ElicitResult) else ""


TOOLS = {
    one.__name__: one
    for one in (
        elicitation,
        sampling,
        list_roots,
        request_state,
        multiple_inputs,
        multi_round,
        tampered_state,
        capabilities,
    )
}
