"""An MCP client that starts the server itself, from a clone, with the command that `make connect` prints."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from local.connecting import snippets
from local.postgres import running_port
from tests.e2e.launcher import MODEL_SETTINGS, Launcher
from tests.services import ROOT, open_folder

pytestmark = pytest.mark.anyio

BY_STDIO = "Claude Desktop, one person, no sign-in and no server (claude_desktop_config.json)"
BY_PROXY = "Claude Desktop, through the running server (claude_desktop_config.json)"
CONNECTOR = "Claude Desktop and claude.ai, as a connector (Settings → Connectors)"


@asynccontextmanager
async def client_of(state: Path) -> AsyncIterator[Client]:
    command = json.loads(blocks()[BY_STDIO])["mcpServers"]["remit"]
    environment = os.environ | dict.fromkeys(MODEL_SETTINGS, "")
    server = StdioServerParameters(
        command=command["command"], args=[*command["args"], f"STATE={state}"], env=environment, cwd="/"
    )
    async with Client(stdio_client(server)) as client:
        yield client


def blocks(**settings: str) -> dict[str, str]:
    """What `make connect` prints, by title."""
    titled = (block.removeprefix("# ").partition("\n") for block in snippets(ROOT, settings).split("\n\n"))
    return {title: text for title, _, text in titled}


@pytest.mark.requirement("006/FR-031")
async def test_without_a_running_remit_the_database_starts_and_stops_with_the_client() -> None:
    with open_folder() as folder:
        async with client_of(folder / "state") as client:
            assert running_port(folder / "state" / "postgres")
            added = await client.call_tool("add_tasks", {"tasks": [{"title": "milk"}]})
        assert not added.is_error
        with anyio.fail_after(10):  # on a busy machine the client does not wait for the end of what it started
            while running_port(folder / "state" / "postgres"):  # noqa: ASYNC110 - another process's file
                await anyio.sleep(0.1)

        async with client_of(folder / "state") as client:
            found = await client.call_tool("find_tasks", {})

    assert found.structured_content is not None
    assert found.structured_content["total"] == 1


@pytest.mark.requirement("006/FR-031")
async def test_beside_a_running_remit_its_database_serves_both(remit: Launcher) -> None:
    port = running_port(remit.state / "postgres")

    async with client_of(remit.state) as client:
        listed = await client.call_tool("find_tasks", {})

    assert not listed.is_error
    assert running_port(remit.state / "postgres") == port


@pytest.mark.requirement("006/FR-032")
def test_every_program_has_a_block_that_it_can_read() -> None:
    local, public = blocks(MCP_SERVER_PORT="9001"), blocks(MCP_SERVER_PUBLIC_URL="https://tools.example.org")

    url = "http://localhost:9001/mcp"
    assert local["Claude Code"] == f"claude mcp add --transport http remit {url}"
    assert json.loads(local["Cursor (~/.cursor/mcp.json)"])["mcpServers"]["remit"]["url"] == url
    assert json.loads(local["VS Code (.vscode/mcp.json)"])["servers"]["remit"]["url"] == url
    proxy = json.loads(local[BY_PROXY])
    assert proxy["mcpServers"]["remit"]["args"][-1] == url
    assert "Needs a public https address" in local[CONNECTOR]
    assert public[CONNECTOR] == "https://tools.example.org/mcp"


def test_the_pinned_proxy_is_the_one_that_is_tested() -> None:
    lock = json.loads((ROOT / "tests" / "conformance" / "package-lock.json").read_text())
    tested = lock["packages"]["node_modules/mcp-remote"]["version"]

    assert f"mcp-remote@{tested}" in snippets(ROOT, {})
