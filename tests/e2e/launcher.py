"""Starts and stops what `make run` starts, on free ports and in a folder of its own; or replicas of it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from local.settings import free_port
from tests.faults.replicas import Replicas
from tests.services import ROOT

PYTHON = ROOT / ".local" / "venvs" / "local" / "bin" / "python"
START_SECONDS = 90
STOP_SECONDS = 45
MODEL_SETTINGS = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "OPENAI_API",
    "DATABASE_URL",
    "CHATKIT_DOMAIN_KEY",
)


@dataclass
class Launcher:
    """``python -m local``: one product on free ports; its state outlives a restart."""

    state: Path
    ports: dict[str, int]
    environment: dict[str, str]
    trace: Path | None = None
    process: subprocess.Popen[str] | None = None

    @property
    def page(self) -> str:
        return f"http://localhost:{self.ports['FRONTEND_PORT']}"

    @property
    def gateway(self) -> str:
        return f"http://localhost:{self.ports['GATEWAY_PORT']}"

    @property
    def mcp(self) -> str:
        return f"http://localhost:{self.ports['MCP_SERVER_PORT']}"

    @property
    def output(self) -> Path:
        return self.state / "launcher.txt"

    def start(self) -> None:
        """Start everything and wait until the address is printed."""
        self.begin()
        deadline = time.monotonic() + START_SECONDS
        while "Remit is ready" not in self.output.read_text():
            assert self.running.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def begin(self) -> None:
        """Start it without waiting."""
        self.state.mkdir(exist_ok=True)
        command = [str(PYTHON), "-m", "local", "--state", str(self.state)]
        if self.trace is not None:  # -D: the tracer is the grandchild, so signals reach the launcher itself
            tracer = ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmmsg", "-A"]
            command = [*tracer, "-o", str(self.trace), *command]
        blank = dict.fromkeys(MODEL_SETTINGS, "")
        ports = {name: str(port) for name, port in self.ports.items()}
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | blank | ports | self.environment,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )

    def kill(self, module: str) -> None:
        """Have one of its processes crash; the launcher then stops the others."""
        pid = self.running.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        commands = {child: Path(f"/proc/{child}/cmdline").read_text().split("\0") for child in children}
        (victim,) = (int(child) for child, command in commands.items() if command[1:3] == ["-m", module])
        os.kill(victim, signal.SIGKILL)
        self.running.wait(STOP_SECONDS)

    @property
    def running(self) -> subprocess.Popen[str]:
        assert self.process is not None
        return self.process

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Stop it as a person does and return its exit status."""
        if self.running.poll() is None:
            self.running.send_signal(how)
        return self.running.wait(STOP_SECONDS)


class Replicated(Launcher):
    """Replicas under the addresses of one product: what happens to a process happens to all of its kind."""

    def __init__(self, replicas: Replicas) -> None:
        super().__init__(Path(), replicas.ports, {})
        self.replicas = replicas

    def start(self) -> None:
        """Start again what was killed."""
        for service in self.replicas.services:
            if not service.is_running:
                service.start()

    def kill(self, module: str) -> None:
        for service in self.replicas.services:
            if service.module == module:
                service.kill()


Starting: TypeAlias = Callable[..., AbstractContextManager[Launcher]]
"""Starts a product with settings of its own, ``traced`` or not."""


@contextmanager
def launcher(folder: Path, *, traced: bool = False, **environment: str) -> Iterator[Launcher]:
    ports = {name: free_port() for name in ("FRONTEND_PORT", "GATEWAY_PORT", "MCP_SERVER_PORT")}
    trace = folder / "connections.txt" if traced and shutil.which("strace") else None
    one = Launcher(folder / "state", ports, environment, trace)
    try:
        yield one
    finally:
        if one.process is not None:
            one.stop()
