"""The embedded PostgreSQL: a cluster in a folder, on a loopback port, with a password, stopped cleanly."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

SUPERUSER = "postgres"
START_SECONDS = 30
STOP_SECONDS = 30


class PostgresError(Exception):
    """PostgreSQL could not be started; the message says why and what to do."""


@dataclass
class Postgres:
    """One cluster. ``binaries`` holds ``initdb``, ``postgres``, ``pg_isready`` and ``pg_ctl``."""

    data: Path
    port: int
    password: str
    binaries: Path
    _server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The superuser's connection, ``postgresql://user:password@host:port/database``."""
        return f"postgresql://{SUPERUSER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/postgres"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running server."""
        if self._server is None:
            raise PostgresError("PostgreSQL is not running.")
        return self._server

    def start(self) -> None:
        """Make the cluster where there is none, start it and wait until it answers.

        Raises:
            PostgresError: it cannot run here, or did not come up; the message names the log.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        account = self._account()
        if not (self.data / "PG_VERSION").exists():
            self._initialize(account)
        self._stop_leftover(account)
        command: list[str | Path] = [self.binaries / "postgres", "-D", self.data, "-p", str(self.port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        command += ["-c", "log_error_verbosity=terse"]  # otherwise its log quotes the rows that it refuses
        with self.log.open("ab") as log:
            self._server = subprocess.Popen[bytes](
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True, **account
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the cluster, whoever started it: connections are ended, everything committed is on disk."""
        if self._server is None:
            self._stop_leftover(self._account())
            return
        self._server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        self._server.wait(STOP_SECONDS)
        self._server = None

    @property
    def log(self) -> Path:
        """Where the server writes what happens."""
        return self.data.parent / "postgres.log"

    def _account(self) -> dict[str, Any]:
        """Return the subprocess arguments under which PostgreSQL agrees to run: it refuses the superuser."""
        account: dict[str, Any] = {"env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
        if os.geteuid() != 0:
            return account
        nobody = pwd.getpwnam("nobody")
        for place in (self.data.parent, self.binaries):
            self._check_reachable(place)
        os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
        return account | {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @staticmethod
    def _check_reachable(place: Path) -> None:
        for folder in (place, *place.parents):
            if not folder.stat().st_mode & 0o001:
                raise PostgresError(
                    f"As root, PostgreSQL runs as 'nobody', who cannot enter {folder}. "
                    "Run as an ordinary user, move the project to an open folder, or set DATABASE_URL."
                )

    def _initialize(self, account: dict[str, Any]) -> None:
        with tempfile.NamedTemporaryFile("w") as secret:  # readable by its owner alone
            secret.write(self.password)
            secret.flush()
            if "user" in account:
                os.chown(secret.name, account["user"], account["group"])
            command: list[str | Path] = [self.binaries / "initdb", "-D", self.data, "-U", SUPERUSER]
            command += [
                f"--pwfile={secret.name}",
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
            done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **account)
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise PostgresError(f"initdb failed: {done.stderr.strip()[-500:]}")

    def _stop_leftover(self, account: dict[str, Any]) -> None:
        """End a server that this process did not start."""
        if not (self.data / "postmaster.pid").exists():
            return
        command: list[str | Path] = [self.binaries / "pg_ctl", "stop", "-D", self.data, "-m", "fast"]
        command += ["-t", str(STOP_SECONDS)]
        # A pid file without its process makes pg_ctl fail; PostgreSQL then recovers by itself.
        subprocess.run(command, check=False, capture_output=True, cwd="/", **account)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        probe: list[str | Path] = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
                raise PostgresError(f"PostgreSQL ended at once: {''.join(last)} (see {self.log})")
            if subprocess.run(probe, check=False, cwd="/").returncode == 0:
                return
            time.sleep(0.05)
        self.stop()
        raise PostgresError(f"PostgreSQL did not answer within {START_SECONDS} s (see {self.log}).")


def running_port(data: Path) -> int | None:
    """Return the port of the server that holds a folder, or None where none is alive."""
    try:
        pid, _, _, port, *_ = (data / "postmaster.pid").read_text().splitlines()
    except (OSError, ValueError):
        return None
    try:
        os.kill(int(pid), 0)
    except PermissionError:  # alive, and another account's
        return int(port)
    except (OSError, ValueError):
        return None
    return int(port)
