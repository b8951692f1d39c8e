"""What to paste into which program, for this installation."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.settings import PORTS

MCP_REMOTE = "mcp-remote@0.15.1"


def snippets(root: Path, settings: Mapping[str, str]) -> str:
    """Return one block for each program, ready to paste."""
    port = settings.get("MCP_SERVER_PORT", str(PORTS["MCP_SERVER_PORT"]))
    url = settings.get("MCP_SERVER_PUBLIC_URL", f"http://localhost:{port}") + "/mcp"
    by_stdio = {"command": shutil.which("make") or "make", "args": ["-s", "-C", str(root), "stdio"]}
    by_proxy = {"command": shutil.which("npx") or "npx", "args": ["-y", MCP_REMOTE, url]}
    blocks = [
        ("Claude Desktop, through the running server (claude_desktop_config.json)", _servers(by_proxy)),
        ("Claude Desktop, one person, no sign-in and no server (claude_desktop_config.json)", _servers(by_stdio)),
        ("Claude Code", f"claude mcp add --transport http remit {url}"),
        ("Cursor (~/.cursor/mcp.json)", _servers({"url": url})),
        ("VS Code (.vscode/mcp.json)", _text({"servers": {"remit": {"type": "http", "url": url}}})),
        ("Claude Desktop and claude.ai, as a connector (Settings → Connectors)", _connector(url)),
    ]
    return "\n\n".join(f"# {title}\n{block}" for title, block in blocks)


def _connector(url: str) -> str:
    if url.startswith("https://"):
        return url
    return f"Needs a public https address; {url} is not one. Set MCP_SERVER_PUBLIC_URL where Remit is deployed."


def _servers(server: dict[str, Any]) -> str:
    return _text({"mcpServers": {"remit": server}})


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
