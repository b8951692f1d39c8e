"""`python -m local`: starts Remit on this machine and stops it again; `… stdio` and `… connect` are for MCP clients."""

import argparse
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from local.compose import write_secrets
from local.connecting import snippets
from local.install import check_node
from local.keys import kept_keys
from local.packing import pack_bundle
from local.postgres import PostgresError
from local.prepare import ROOT, embedded, install, install_services, migrate, only_one, python_of
from local.processes import Process
from local.services import Environments, environments
from local.settings import StartError, database_url, ports, read_settings
from local.stdio import serve_stdio
from local.terminal import step

WATCH_SECONDS = 0.3


class StopRequestedError(Exception):
    """Ctrl-C or SIGTERM."""


def main() -> int:
    """Run until told to stop. Exit status: 0 after Ctrl-C or SIGTERM, 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m local", description="Run Remit on this machine.")
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "state", help="folder of data, keys and logs")
    parser.add_argument("--install", action="store_true", help="install and build, and start nothing")
    parser.add_argument("command", nargs="?", choices=["run", "stdio", "connect", "secrets", "mcpb"], default="run")
    arguments = parser.parse_args()
    state: Path = arguments.state.resolve()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _request_stop)
    try:
        return _do("install" if arguments.install else arguments.command, state)
    except StopRequestedError:
        print("\n  Stopped.", file=sys.stderr, flush=True)
        return 0
    except (StartError, PostgresError) as error:
        print(f"\n  {error}", file=sys.stderr, flush=True)
        return 1
    except OSError as error:  # a folder without permission, a full disk
        print(f"\n  {error.filename or state}: {error.strerror or error}.", file=sys.stderr, flush=True)
        return 1


def _do(command: str, state: Path) -> int:
    """Do what was asked for, and return the exit status."""
    match command:
        case "connect":
            print(snippets(ROOT, read_settings(ROOT / ".env")))
        case "mcpb":
            check_node()
            print(f"  {pack_bundle(ROOT, state)}")
        case "secrets":
            with only_one(state):
                install_services()
                for file, is_new in write_secrets(state, python_of("gateway"), ROOT).items():
                    print(f"  {file}" if is_new else f"  {file}: kept as it is")
        case "stdio":
            return serve_stdio(state)
        case _:
            with only_one(state):
                check_node()
                (install if command == "install" else run)(state)
    return 0


def run(state: Path) -> None:
    """Check, install, migrate and start everything; return only by an exception."""
    started = time.monotonic()
    settings = read_settings(ROOT / ".env")
    chosen_ports = ports(settings)
    own_database = database_url(settings)
    install(state)
    keys = kept_keys(state / "keys.json", python_of("gateway"), ROOT)
    with ExitStack() as running:
        owner_url = own_database or running.enter_context(embedded(state, keys)).url
        told = environments(settings, keys, chosen_ports, owner_url)
        migrate(told, state / "logs")
        processes = services(told, chosen_ports, state / "logs")
        running.callback(_stop, processes)
        with step("Starting the services"):
            for process in processes:
                process.start()
            for process in processes:
                process.wait_until_ready()
        _greet(told.frontend["BETTER_AUTH_URL"], time.monotonic() - started, state / "logs")
        _watch(processes)


def services(told: Environments, at: dict[str, int], logs: Path) -> list[Process]:
    """Return the three processes in the order of their start; they are stopped in the reverse order."""
    frontend = ["node", "server/index.js"]
    mcp_server = [str(python_of("mcp-server")), "-m", "mcp_server"]
    gateway = [str(python_of("gateway")), "-m", "gateway"]
    page_folder = ROOT / "frontend"
    return [
        Process("page", frontend, page_folder, told.frontend, logs / "frontend.log", at["FRONTEND_PORT"]),
        Process("MCP server", mcp_server, ROOT, told.mcp_server, logs / "mcp_server.log", at["MCP_SERVER_PORT"]),
        Process("gateway", gateway, ROOT, told.gateway, logs / "gateway.log", at["GATEWAY_PORT"]),
    ]


def _greet(page: str, seconds: float, logs: Path) -> None:
    print(f"\n  Remit is ready after {seconds:.1f} s: {page}")
    print(f"  Ctrl-C stops everything. Logs: {logs}\n", flush=True)


def _watch(processes: list[Process]) -> None:
    while True:
        ended = next((process for process in processes if process.ended), None)
        if ended is not None:
            raise StartError(f"The {ended.name} ended, so everything stops. Its last words:\n{ended.last_words()}")
        time.sleep(WATCH_SECONDS)


def _stop(processes: list[Process]) -> None:
    """Stop the front first: the gateway drains while what it depends on still runs."""
    for process in reversed(processes):
        process.ask_to_stop()
        process.wait_until_stopped()


def _request_stop(_signal: int, _frame: FrameType | None) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # the stop itself is not to be cut short
    raise StopRequestedError


if __name__ == "__main__":
    sys.exit(main())
