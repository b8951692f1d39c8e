"""What a measurement ran on, and what was measured, without a name or a path."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.running import BENCH_PYTHON, ROOT
from local.install import postgres_binaries

LIBRARIES = (
    "aiohttp",
    "asyncpg",
    "fastapi",
    "httpx2",
    "mcp",
    "openai",
    "openai-agents",
    "openai-chatkit",
    "pyjwt",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "uvloop",
)
PEER_LIBRARIES = ("fastapi", "fastmcp", "httpx2", "mcp", "openai", "openai-agents", "starlette", "uvicorn", "uvloop")
_VERSIONS = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
_NUMBER = re.compile(r"\d+(?:\.\d+)+")


def described() -> dict[str, object]:
    """Return processor, cores, memory in gigabytes, system and versions."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": cores(),
        "memory_gb": round(int((_first("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2),
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": versions(),
    }


def sentence() -> str:
    """Return the same as one line of prose."""
    machine = described()
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']},"
        f" Python {machine['python']}; {listed(versions())}."
    )


def listed(numbers: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())


def cores() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Return the versions of what takes part; of the programs, of those that are here."""
    programs = {
        "PostgreSQL": (postgres_binaries(sys.prefix) / "postgres", "--version"),
        "wrk": ("wrk", "-v"),
    }
    here = {name: _said(*command) for name, command in programs.items() if shutil.which(command[0])}
    return {name: version(name) for name in LIBRARIES} | {
        name: number[0] for name, said in here.items() if (number := _NUMBER.search(said))
    }


def peers(python: Path = BENCH_PYTHON, names: Sequence[str] = PEER_LIBRARIES) -> dict[str, str]:
    """Return the versions that the peers run with; none where their environment is not here."""
    return dict(zip(names, _said(python, "-c", _VERSIONS, *names).split(), strict=True)) if python.exists() else {}


def date() -> str:
    return datetime.now(UTC).date().isoformat()


def commit(root: Path = ROOT) -> str:
    """Return which sources are measured: ``-dirty`` says that there are changes beside the results themselves."""
    name = _said("git", "-C", root, "describe", "--always")
    changed = _said("git", "-C", root, "status", "--porcelain", "--", ".", ":!benchmarks/results")
    return f"{name.strip()}{'-dirty' if changed else ''}"


def _said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _first(file: str, name: str) -> str:
    """Return the value of the first line of that name, where the system has such a file."""
    path = Path(file)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
