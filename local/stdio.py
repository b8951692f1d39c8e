"""The tools of one person for an MCP client on this machine, over standard input and output."""

import subprocess
import sys
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

from local.keys import kept_keys
from local.prepare import ROOT, embedded, install_services, migrate_tasks, python_of
from local.services import environments
from local.settings import PORTS, database_url, read_settings

DEFAULT_PERSON = "me"


def serve_stdio(state: Path) -> int:
    """Prepare what is missing, beside a running Remit or without one; serve until the client hangs up.

    Returns:
        The exit status of the server. Its standard output carries the protocol; what is shown goes to the other one.

    Raises:
        StartError: the preparation failed.
    """
    settings = read_settings(ROOT / ".env")
    state.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        with redirect_stdout(sys.stderr):
            install_services()
            keys = kept_keys(state / "keys.json", python_of("gateway"), ROOT)
            owner_url = database_url(settings) or running.enter_context(embedded(state, keys)).url
            told = environments(settings, keys, PORTS, owner_url)
            migrate_tasks(told, state / "logs")
        person = {"MCP_SERVER_USER_ID": settings.get("MCP_SERVER_USER_ID", DEFAULT_PERSON)}
        command = [str(python_of("mcp-server")), "-m", "mcp_server", "stdio"]
        server = subprocess.Popen(command, cwd=ROOT, env=told.mcp_server | person)
        try:
            return server.wait()
        finally:
            server.terminate()
            server.wait()
