"""Each process lives on its own pins: what it must not have is not there, and what it needs is."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATABASE_DRIVERS = {"sqlalchemy", "asyncpg", "alembic", "psycopg", "psycopg2", "psycopg2-binary", "pg8000", "aiosqlite"}
MODEL_LIBRARIES = {"fastapi", "openai", "openai-agents", "openai-chatkit"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def pinned(process: str) -> set[str]:
    text = (ROOT / "requirements" / f"{process}.txt").read_text("utf-8")
    return {name.lower().replace("_", "-") for name, _ in PIN.findall(text)}


def run_in(process: str, code: str) -> subprocess.CompletedProcess[str]:
    python = ROOT / ".local" / "venvs" / process / "bin" / "python"
    return subprocess.run([python, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.requirement("001/FR-007")
@pytest.mark.parametrize(
    ("process", "forbidden"),
    [("gateway", DATABASE_DRIVERS), ("mcp-server", MODEL_LIBRARIES)],
    ids=["gateway", "mcp-server"],
)
def test_a_process_is_pinned_without_the_other_sides_libraries(process: str, forbidden: set[str]) -> None:
    names = pinned(process)

    assert {"mcp", "pydantic", "pyjwt"} <= names
    assert not names & forbidden


@pytest.mark.requirement("001/FR-007")
@pytest.mark.parametrize(("process", "module"), [("gateway", "gateway.app"), ("mcp-server", "mcp_server.app")])
def test_a_process_imports_with_only_its_own_pins_installed(process: str, module: str) -> None:
    done = run_in(process, f"import {module}")

    assert done.returncode == 0, done.stderr


@pytest.mark.requirement("001/FR-007")
@pytest.mark.parametrize(
    ("process", "modules"),
    [("gateway", ("sqlalchemy", "asyncpg", "psycopg")), ("mcp-server", ("fastapi", "openai", "agents", "chatkit"))],
)
def test_the_other_sides_libraries_are_not_installed(process: str, modules: tuple[str, ...]) -> None:
    code = "import importlib.util as u, sys; print([m for m in sys.argv[1:] if u.find_spec(m)])"
    python = ROOT / ".local" / "venvs" / process / "bin" / "python"
    done = subprocess.run([python, "-c", code, *modules], cwd="/", capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.requirement("001/FR-007")
def test_every_pin_is_hashed() -> None:
    for process in ("gateway", "mcp-server", "local", "dev", "bench"):
        text = (ROOT / "requirements" / f"{process}.txt").read_text("utf-8")
        assert text.count("==") > 0
        assert len(re.findall(r"==.*\\\n    --hash=sha256:", text)) == len(PIN.findall(text))


def imported(path: Path) -> set[str]:
    """Return what a file imports beside Python's own modules, by the names of the libraries."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    names = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
    return {"openai-agents" if name == "agents" else name for name in names}


@pytest.mark.requirement("007/FR-001")
def test_a_peer_of_the_benchmark_imports_only_what_its_own_pins_have() -> None:
    benchmarks = ROOT / "benchmarks"
    peers = {path.stem: imported(path) for path in (benchmarks / "peers").glob("*.py")}

    assert peers.keys() == {"__init__", "alone", "bare", "framework", "usual"}
    assert set[str]().union(*peers.values()) <= pinned("bench")
    assert imported(benchmarks / "our_client.py") - pinned("bench") == {"benchmarks", "gateway"}


@pytest.mark.requirement("007/FR-001")
def test_the_peers_of_the_benchmark_have_the_products_versions_of_what_both_have() -> None:
    files = (ROOT / "requirements" / name for name in ("dev.txt", "bench.txt"))
    product, peers = (set(PIN.findall(file.read_text("utf-8"))) for file in files)

    assert {"fastapi", "mcp", "openai", "openai-agents", "starlette", "uvicorn"} <= pinned("dev") & pinned("bench")
    assert not {name for name, _ in peers - product} & pinned("dev")


@pytest.mark.parametrize("package", ["gateway", "mcp_server"])
def test_a_command_that_serves_nothing_loads_no_application(package: str) -> None:
    """Checking settings and making keys then take a tenth of the time."""
    code = f"import {package}.__main__, sys; sys.exit('{package}.app' in sys.modules)"
    done = run_in(package.replace("_", "-"), code)

    assert done.returncode == 0, done.stderr
