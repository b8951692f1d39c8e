"""The running processes: started together, watched together, stopped together in good order."""

import contextlib
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from local.settings import StartError

READY_SECONDS = 60
STOP_SECONDS = 30
TAIL_LINES = 15
POLL_SECONDS = 0.05
HTTP_OK = 200


@dataclass
class Process:
    """One program; its output goes to ``log``."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    port: int
    _running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the launcher alone and the order is kept."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Wait for ``/readyz``.

        Raises:
            StartError: it ended, or did not become ready in time; the message carries its last line.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if self.ended:
                raise StartError(f"The {self.name} ended at once: {self.last_words()}")
            if time.monotonic() > deadline:
                raise StartError(f"The {self.name} was not ready within {READY_SECONDS} s (see {self.log}).")
            time.sleep(POLL_SECONDS)

    @property
    def ended(self) -> bool:
        return self._running is not None and self._running.poll() is not None

    def ask_to_stop(self) -> None:
        if self._running is not None:
            self._running.terminate()

    def wait_until_stopped(self) -> None:
        """Wait for it to end; after the grace time it is killed."""
        if self._running is None:
            return
        try:
            self._running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()

    def last_words(self) -> str:
        """Return the end of its log, where the reason of a failure stands."""
        lines = self.log.read_text(errors="replace").strip().splitlines()[-TAIL_LINES:]
        return "\n".join(lines) or f"it said nothing (see {self.log})"

    def _is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == HTTP_OK
            except (OSError, HTTPException):
                return False
