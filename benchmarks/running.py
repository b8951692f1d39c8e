"""Starts a peer as a process of its own, and ends it."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
BENCH_PYTHON = ROOT / ".local" / "venvs" / "bench" / "bin" / "python"
"""Has what is measured against and what draws, with pins of their own (`requirements/bench.txt`)."""
PEERS = ROOT / "benchmarks" / "peers"
"""Started as files, so that the product is not on their path."""

START_SECONDS = 30


@contextmanager
def peer(*command: str | Path, port: int, **environment: str) -> Iterator[str]:
    """Run a command until the end of the block; return its address once it listens."""
    told = os.environ | environment
    process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            assert process.poll() is None, f"{command} ended at once"
            assert time.monotonic() < deadline, f"{command} does not listen"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
