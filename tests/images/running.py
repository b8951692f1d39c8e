"""Starts what the images would start: their commands, told what they would be told, in files that nobody can change."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.images.composition import Composition
from tests.images.steps import Stage

USER = "10001:10001"
POWERLESS = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
"""Whoever runs the tests as root is bound by the modes of files, as the user of a container is."""
READY_SECONDS = 40
COMMAND_SECONDS = 60


@dataclass(frozen=True)
class Containers:
    """The composition, started from folders."""

    composition: Composition
    stages: dict[str, Stage]
    logs: Path

    def run(self, service: str) -> str:
        """Run a service that ends, and return what it said."""
        done = subprocess.run(
            **self._arguments(service), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
        assert done.returncode == 0, f"{service}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout + done.stderr

    @contextmanager
    def running(self, *services: str) -> Iterator[None]:
        with ExitStack() as stack:
            for service in services:
                log = stack.enter_context((self.logs / f"{service}.log").open("wb"))
                process = subprocess.Popen(**self._arguments(service), stdout=log, stderr=log)
                stack.callback(_end, process)
                self._wait(service, process)
            yield

    def _arguments(self, service: str) -> dict[str, Any]:
        told = self.composition.services[service]
        stage = self.stages[told["build"]["target"]]
        command = [str(word) for word in told.get("command", stage.command)]
        program = sys.executable if command[0] == "python" else shutil.which(command[0])
        assert program is not None
        assert stage.user == USER
        kept = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        return {
            "args": [*(POWERLESS if os.geteuid() == 0 else []), program, *command[1:]],
            "cwd": stage.folder,
            "env": kept | stage.environment | self.composition.environment(service),
        }

    def lock(self) -> None:
        """Let nobody change a file of an image."""
        for stage in self.stages.values():
            subprocess.run(["chmod", "-R", "a-w", stage.folder], check=True)

    def unlock(self) -> None:
        for stage in self.stages.values():
            subprocess.run(["chmod", "-R", "u+w", stage.folder], check=True)

    def _wait(self, service: str, process: subprocess.Popen[bytes]) -> None:
        """Wait until the service is ready, as its health check asks."""
        port = int(self.composition.environment(service)[PORTS[service]])
        deadline = time.monotonic() + READY_SECONDS
        while not _is_ready(port):
            assert process.poll() is None, (self.logs / f"{service}.log").read_text()[-2000:]
            assert time.monotonic() < deadline, (self.logs / f"{service}.log").read_text()[-2000:]
            time.sleep(0.1)


PORTS = {"frontend": "PORT", "mcp-server": "MCP_SERVER_PORT", "gateway": "GATEWAY_PORT"}


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(40)
