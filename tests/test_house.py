"""The rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway", "mcp_server", "shared", "local")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
PAGE_SOURCES = sorted(path for folder in ("src", "server") for path in (ROOT / "frontend" / folder).rglob("*.js*"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "misc"}


def names_from_shared(package: str) -> set[str]:
    """Collect ``shared.module`` for each import in the package."""
    names: set[str] = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shared"):
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_the_migrations_folder_never_shadows_alembic() -> None:
    """With an ``__init__.py``, ``alembic/`` would hide the library of the same name."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_pins_and_locks_carry_no_addresses() -> None:
    """A registry's address in a pin file would bind every reader to that registry."""
    pins = list((ROOT / "requirements").glob("*.txt"))
    assert pins
    assert not [path.name for path in pins if "://" in path.read_text("utf-8")]
    for folder in ("frontend", "tests/conformance"):
        assert '"resolved"' not in (ROOT / folder / "package-lock.json").read_text("utf-8")


@pytest.mark.parametrize("path", [*SOURCES, *PAGE_SOURCES], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_fits_in_one_reading(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_fits_on_one_screen(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert not [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 40]


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [path for path in SOURCES if path.stem in FORBIDDEN_NAMES]


def test_shared_modules_serve_both_sides() -> None:
    """What only one side imports belongs to that side; what another shared module imports is for both."""
    modules = {f"shared.{path.stem}" for path in (ROOT / "shared").glob("*.py") if path.stem != "__init__"}
    for package in ("gateway", "mcp_server"):
        unused = modules - names_from_shared(package) - names_from_shared("shared")
        assert not unused, f"{package} does not use {sorted(unused)}"


def test_no_text_names_a_registry_or_a_private_path() -> None:
    private = re.compile(r"/root/|/work/|registry\.npmjs|pypi\.org/simple|files\.pythonhosted")
    folders = (
        "gateway",
        "mcp_server",
        "shared",
        "local",
        "alembic",
        "specs",
        "tests",
        "frontend/src",
        "frontend/server",
    )
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*") if "node_modules" not in path.parts)
    files = [path for path in paths if path.suffix in {".py", ".md", ".js", ".mjs", ".yml"} and path != Path(__file__)]
    guilty = [str(path) for path in files if private.search(path.read_text("utf-8"))]
    assert not guilty


@pytest.mark.requirement("003/FR-061")
@pytest.mark.parametrize("status", ["401", "403", "409", "429", "503"])
def test_the_readme_says_what_a_refusal_means_and_what_to_do(status: str) -> None:
    rows = [line.split("|") for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("| ")]

    assert [row for row in rows if row[1].strip().startswith(status) and all(cell.strip() for cell in row[1:-1])]
