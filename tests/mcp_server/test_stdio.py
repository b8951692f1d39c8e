"""One person on one machine, over standard input and output: the same tools, and not a byte beside the protocol."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.mcp_server.conftest import As
from tests.services import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("006/FR-030")]

COMMAND = ["-m", "mcp_server", "stdio"]


@pytest.fixture
def environment(owner_url: str, app_url: str, user_id: str) -> dict[str, str]:
    assert owner_url
    return {"MCP_SERVER_DATABASE_URL": app_url, "MCP_SERVER_USER_ID": user_id}


@asynccontextmanager
async def client_of(environment: dict[str, str]) -> AsyncIterator[Client]:
    server = StdioServerParameters(command=sys.executable, args=COMMAND, env=environment, cwd=ROOT)
    async with Client(stdio_client(server)) as client:
        yield client


async def test_the_person_of_the_environment_has_the_nine_tools(
    environment: dict[str, str], at_gateway: As, user_id: str
) -> None:
    async with client_of(environment) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        added = await client.call_tool("add_tasks", {"tasks": [{"title": "milk"}]})
        listed = await client.list_resources()

    assert len(tools) == 10
    assert "user_id" not in str([tool.input_schema for tool in tools.values()])
    assert not added.is_error
    assert listed.resources
    assert at_gateway(user_id).ok("find_tasks")["tasks"][0]["title"] == "milk"
    assert at_gateway(f"{user_id}-other").ok("find_tasks")["total"] == 0


def speak(environment: dict[str, str], *lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *COMMAND],
        cwd=ROOT,
        env=environment,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def answers_of(environment: dict[str, str], *lines: str, count: int) -> list[dict[str, Any]]:
    """Return all that is written; the input ends after so many answers, for its end is the end of what is under way."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *COMMAND], cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("".join(f"{line}\n" for line in lines))
        server.stdin.flush()
        written: list[dict[str, Any]] = []
        while sum(message.get("id") is not None for message in written) < count:
            written.append(json.loads(server.stdout.readline()))
        rest, _ = server.communicate(timeout=30)
    return [*written, *(json.loads(line) for line in rest.splitlines())]


def initialize() -> str:
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})


def call(tool: str, arguments: dict[str, Any]) -> str:
    params = {"name": tool, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params})


async def test_standard_output_carries_the_protocol_alone(environment: dict[str, str]) -> None:
    """Also where something is logged: a line that is no JSON, a tool that is not there, a database that is away."""
    initialized = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    away = environment | {"MCP_SERVER_DATABASE_URL": "postgresql://remit_app:x@127.0.0.1:1/none"}
    for told in (environment, away):
        said = (initialize(), initialized, "no json", call("no_such_tool", {}), call("find_tasks", {}))
        messages = answers_of(told, *said, count=3)

        assert {1, 2} <= {message.get("id") for message in messages}
        assert all(message["jsonrpc"] == "2.0" for message in messages)


@pytest.mark.parametrize("user", ["", "a/b"])
async def test_without_a_person_nothing_is_served(environment: dict[str, str], user: str) -> None:
    done = speak(environment | {"MCP_SERVER_USER_ID": user}, initialize())

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("MCP_SERVER_USER_ID ")


async def test_a_role_that_sees_everyone_is_refused(environment: dict[str, str], owner_url: str) -> None:
    done = speak(environment | {"MCP_SERVER_DATABASE_URL": owner_url}, initialize())

    assert done.returncode == 1
    assert done.stdout == ""
    assert "row-level security" in done.stderr
