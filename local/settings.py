"""What the launcher is told: ports, an own database and a model, from the environment and then `.env`."""

import os
import socket
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

PORTS = {"FRONTEND_PORT": 3000, "GATEWAY_PORT": 8000, "MCP_SERVER_PORT": 8001}
HIGHEST_PORT = 65_535


class StartError(Exception):
    """The start cannot go on; the message is one line that says why and what to do."""


def read_settings(env_file: Path) -> dict[str, str]:
    """Return every setting by name; the environment wins over the file, and an empty value counts as unset.

    Raises:
        StartError: a line of the file cannot be read.
    """
    text = env_file.read_text(encoding="utf-8") if env_file.exists() else ""
    for binding in parse_stream(StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            raise StartError(f"{env_file.name}, line {binding.original.line}: write NAME=value.")
    from_file = dotenv_values(stream=StringIO(text), interpolate=False)
    merged = {**from_file, **os.environ}
    return {name: value for name, value in merged.items() if value}


def ports(settings: Mapping[str, str]) -> dict[str, int]:
    """Return the three ports by their setting's name, each free to listen on.

    Raises:
        StartError: a value is no port, two are the same, or one is taken.
    """
    chosen = {name: _port(name, settings.get(name, str(default))) for name, default in PORTS.items()}
    if len(set(chosen.values())) < len(chosen):
        raise StartError(f"{', '.join(chosen)} must be three different ports.")
    for name, port in chosen.items():
        if not _is_free(port):
            raise StartError(f"Port {port} is taken. Stop what listens there, or set {name} to another port.")
    return chosen


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url(settings: Mapping[str, str]) -> str | None:
    """Return the owner's connection to an own database, or None for the embedded one.

    Raises:
        StartError: it is no PostgreSQL address.
    """
    url = settings.get("DATABASE_URL")
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise StartError("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    return url


def _port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= HIGHEST_PORT):
        raise StartError(f"{name} must be a port from 1 to {HIGHEST_PORT}, not {value!r}.")
    return int(value)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
