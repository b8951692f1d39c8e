"""`python -m local`: starts Remit on this machine and stops it again."""

import argparse
import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from local.install import build_page, check_node, install_page, install_python, postgres_binaries
from local.keys import Keys, kept_keys
from local.postgres import Postgres, PostgresError
from local.processes import Process
from local.services import Environments, environments
from local.settings import StartError, database_url, free_port, ports, read_settings
from local.terminal import step

ROOT = Path(__file__).parent.parent
VENVS = ROOT / ".local" / "venvs"
WATCH_SECONDS = 0.3


class StopRequestedError(Exception):
    """Ctrl-C or SIGTERM."""


def main() -> int:
    """Run until told to stop. Exit status: 0 after Ctrl-C or SIGTERM, 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m local", description="Run Remit on this machine.")
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "state", help="folder of data, keys and logs")
    parser.add_argument("--install", action="store_true", help="install and build, and start nothing")
    arguments = parser.parse_args()
    state: Path = arguments.state.resolve()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _request_stop)
    try:
        with _only_one(state):
            check_node()
            if arguments.install:
                install(state / "logs")
            else:
                run(state)
    except StopRequestedError:
        print("\n  Stopped.", flush=True)
        return 0
    except (StartError, PostgresError) as error:
        print(f"\n  {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def run(state: Path) -> None:
    """Check, install, migrate and start everything; return only by an exception."""
    started = time.monotonic()
    settings = read_settings(ROOT / ".env")
    chosen_ports = ports(settings)
    own_database = database_url(settings)
    install(state / "logs")
    keys = kept_keys(state / "keys.json", python_of("gateway"), ROOT)
    with ExitStack() as running:
        owner_url = own_database or running.enter_context(_embedded(state, keys)).url
        told = environments(settings, keys, chosen_ports, owner_url)
        migrate(told, state / "logs")
        processes = services(told, chosen_ports, state / "logs")
        running.callback(_stop, processes)
        with step("Starting the services"):
            for process in processes:
                process.start()
            for process in processes:
                process.wait_until_ready()
        _greet(chosen_ports["FRONTEND_PORT"], time.monotonic() - started, state / "logs")
        _watch(processes)


def python_of(process: str) -> Path:
    """Return the interpreter of a process's own environment."""
    return VENVS / process / "bin" / "python"


def install(logs: Path) -> None:
    """Bring every environment and the page up to date."""
    with step("Python packages"):
        install_python(ROOT, VENVS, ("gateway", "mcp-server"))
    with step("Page packages"):
        install_page(ROOT, logs / "npm-ci.log")
    with step("Building the page"):
        build_page(ROOT, logs / "build.log")


def migrate(told: Environments, logs: Path) -> None:
    """Bring both schemas to their newest revision.

    Raises:
        StartError: a migration failed.
    """
    alembic = [str(python_of("mcp-server")), "-m", "alembic", "upgrade", "head"]
    page = told.frontend | {"DATABASE_URL": told.migration["DATABASE_URL"]}
    with step("Migrating the database"):
        _finish("tasks", alembic, ROOT, told.migration, logs)
        _finish("sign-in", ["npm", "run", "--silent", "migrate"], ROOT / "frontend", page, logs)


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


@contextmanager
def _embedded(state: Path, keys: Keys) -> Generator[Postgres]:
    postgres = Postgres(state / "postgres", free_port(), keys.database_password, postgres_binaries(sys.prefix))
    try:
        with step("Starting PostgreSQL"):
            postgres.start()
        yield postgres
    finally:
        postgres.stop()


@contextmanager
def _only_one(state: Path) -> Generator[None]:
    """Hold the state's lock: two launchers on one folder would stop each other's database."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError("Remit already runs from this folder. Stop it first (Ctrl-C where it runs).") from error
        yield


def _finish(name: str, command: list[str], folder: Path, environment: dict[str, str], logs: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        output = (done.stdout + done.stderr).strip()
        (logs / f"migrate-{name}.log").write_text(output)
        last = output.splitlines()[-1] if output else f"exit status {done.returncode}"
        raise StartError(f"The {name} migration failed: {last} (all of it: {logs / f'migrate-{name}.log'})")


def _greet(port: int, seconds: float, logs: Path) -> None:
    print(f"\n  Remit is ready after {seconds:.1f} s: http://localhost:{port}")
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
