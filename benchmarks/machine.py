"""What a measurement ran on, without a name or a path."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("asyncpg", "fastapi", "httpx2", "mcp", "pyjwt", "sqlalchemy", "starlette", "uvicorn")


def described() -> dict[str, object]:
    """Return processor, cores, memory in gigabytes, system and versions."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int((_first("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2),
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def sentence() -> str:
    """Return the same as one line of prose."""
    machine = described()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']},"
        f" Python {machine['python']}; {libraries}."
    )


def _first(file: str, name: str) -> str:
    """Return the value of the first line of that name, where the system has such a file."""
    path = Path(file)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
