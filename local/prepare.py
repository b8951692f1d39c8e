"""What has to stand before anything starts: environments, the page, a database, its schemas."""

import fcntl
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.install import build_page, install_page, install_python, postgres_binaries
from local.keys import Keys
from local.postgres import Postgres, running_port
from local.services import Environments
from local.settings import StartError, free_port
from local.terminal import step

ROOT = Path(__file__).parent.parent
SQLALCHEMY_LINK = "(Background on this error at:"
VENVS = ROOT / ".local" / "venvs"


def python_of(process: str) -> Path:
    """Return the interpreter of a process's own environment."""
    return VENVS / process / "bin" / "python"


def install_services() -> None:
    """Bring the environments of the Python services up to date."""
    with step("Python packages"):
        install_python(ROOT, VENVS, ("gateway", "mcp-server"))


def install(state: Path) -> None:
    """Bring every environment and the page up to date."""
    logs = state / "logs"
    install_services()
    with step("Page packages"):
        install_page(ROOT, logs / "npm-ci.log")
    with step("Building the page"):
        build_page(ROOT, logs / "build.log")


def migrate(told: Environments, logs: Path) -> None:
    """Bring both schemas to their newest revision.

    Raises:
        StartError: a migration failed.
    """
    page = told.frontend | {"DATABASE_URL": told.migration["DATABASE_URL"]}
    with step("Migrating the database"):
        migrate_tasks(told, logs)
        _finish("sign-in", ["npm", "run", "--silent", "migrate"], ROOT / "frontend", page, logs)


def migrate_tasks(told: Environments, logs: Path) -> None:
    """Bring the schema of the tasks alone to its newest revision.

    Raises:
        StartError: the migration failed.
    """
    alembic = [str(python_of("mcp-server")), "-m", "alembic", "upgrade", "head"]
    _finish("tasks", alembic, ROOT, told.migration, logs)


@contextmanager
def embedded(state: Path, keys: Keys) -> Generator[Postgres]:
    """Use the embedded PostgreSQL of a state folder: who comes first starts it, who leaves last stops it."""
    data = state / "postgres"
    with (state / "postgres.change").open("a") as change, (state / "postgres.users").open("a") as users:
        fcntl.flock(change, fcntl.LOCK_EX)
        port = running_port(data)
        postgres = Postgres(data, port or free_port(), keys.database_password, postgres_binaries(sys.prefix))
        try:
            if port is None:
                with step("Starting PostgreSQL"):
                    postgres.start()
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(change, fcntl.LOCK_UN)
            yield postgres
        finally:
            fcntl.flock(change, fcntl.LOCK_EX)
            with suppress(BlockingIOError):  # somebody else still uses it
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                postgres.stop()


@contextmanager
def only_one(state: Path) -> Generator[None]:
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
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"migrate-{name}.log").write_text(output)
        said = [line for line in output.splitlines() if not line.startswith(SQLALCHEMY_LINK)]
        last = said[-1] if said else f"exit status {done.returncode}"
        raise StartError(f"The {name} migration failed: {last} (all of it: {logs / f'migrate-{name}.log'})")
