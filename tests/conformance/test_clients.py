"""Other people's clients at the people's door, with an access token as the sign-in service signs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.conformance import node
from tests.services import ROOT, Issuer, Service

pytestmark = [
    pytest.mark.skipif(bool(node.why_not()), reason=node.why_not()),
    pytest.mark.timeout(node.INSTALL_SECONDS + 120),  # the first test of all installs the packages
]

SECONDS = 60


@pytest.fixture
def address(mcp_server: Service) -> str:
    return f"{mcp_server.url}/mcp"


@pytest.fixture
def token(issuer: Issuer, address: str, user_id: str) -> str:
    return issuer.access_token(user_id, address)


def told_by(*command: str, home: Path, **environment: str) -> dict[str, Any]:
    """Run a client, with a home of its own, and return the JSON that it prints."""
    own = {"PATH": os.environ["PATH"], "HOME": str(home), **environment}
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.requirement("002/SC-003")
@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_the_inspector_finds_nothing_to_object_to(address: str, token: str, era: str, tmp_path: Path) -> None:
    target = ["--cli", address, "--transport", "http", "--header", f"Authorization: Bearer {token}"]
    asked = ["--protocol-era", era, "--method", "tools/list", "--format", "json", "--strict"]
    told = told_by(*node.program("inspector"), *target, *asked, home=tmp_path)

    assert "find_tasks" in str(told)


@pytest.mark.requirement("006/FR-034")
def test_the_inspector_lists_the_tools_of_the_server_that_it_starts(
    owner_url: str, app_url: str, user_id: str, tmp_path: Path
) -> None:
    assert owner_url
    server = ["-e", f"MCP_SERVER_DATABASE_URL={app_url}", "-e", f"MCP_SERVER_USER_ID={user_id}", "--cwd", str(ROOT)]
    target = [sys.executable, "-m", "mcp_server", "stdio"]
    asked = ["--transport", "stdio", "--method", "tools/list", "--format", "json", "--strict"]
    told = told_by(*node.program("inspector"), "--cli", *target, *server, *asked, home=tmp_path)

    assert "find_tasks" in str(told)


@pytest.mark.requirement("002/SC-003")
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_typescript_client_works(address: str, token: str, mode: str, tmp_path: Path) -> None:
    told = told_by(node.node(), str(node.HERE / "client.mjs"), address, mode, home=tmp_path, TOKEN=token)

    assert "add_tasks" in told["tools"]
    assert told["added"]["added"] == [{"id": "t1", "title": "buy milk"}]
    assert set(told["prompts"]) == {"plan_my_day", "weekly_review"}
    assert told["task"] == {"id": "t1", "title": "buy milk"}


@pytest.mark.anyio
@pytest.mark.requirement("002/SC-003")
async def test_mcp_remote_brings_the_server_to_a_desktop_app(address: str, token: str, tmp_path: Path) -> None:
    command, *arguments = node.program("mcp-remote")
    options = ["--transport", "http-only", "--header", "Authorization:${AUTH}"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AUTH": f"Bearer {token}"}
    bridge = StdioServerParameters(command=command, args=[*arguments, address, *options], env=environment)

    with (tmp_path / "bridge.log").open("w") as log:
        async with Client(stdio_client(bridge, errlog=log), mode="legacy") as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            added = await client.call_tool("add_tasks", {"tasks": [{"title": "buy milk"}]})

    assert "find_tasks" in listed
    assert added.structured_content["added"] == [{"id": "t1", "title": "buy milk"}]
