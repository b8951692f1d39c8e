"""Every requirement in specs/ has a test, and every test that names one names a real one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
REQUIREMENT = re.compile(r"^- \*\*((?:FR|SC)-\d{3})\*\*: (.*)$", re.MULTILINE)
IN_A_JEST_TITLE = re.compile(r"\[(\d{3}/(?:FR|SC)-\d{3})\]")


def required() -> dict[str, bool]:
    """Map each requirement to whether it waits for a later feature."""
    return {
        f"{spec.parent.name[:3]}/{name}": "*(deferred" in text
        for spec in (ROOT / "specs").glob("[0-9][0-9][0-9]-*/spec.md")
        for name, text in REQUIREMENT.findall(spec.read_text(encoding="utf-8"))
    }


def named_by_tests() -> set[str]:
    in_python = {
        argument.value
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    in_jest = {
        name
        for path in (ROOT / "frontend" / "tests").rglob("*.test.js*")
        for name in IN_A_JEST_TITLE.findall(path.read_text(encoding="utf-8"))
    }
    return in_python | in_jest


def test_every_requirement_is_named_by_tests() -> None:
    missing = {name for name, deferred in required().items() if not deferred} - named_by_tests()
    assert not missing, f"no test names {sorted(missing)}"


def test_every_named_requirement_exists() -> None:
    unknown = named_by_tests() - required().keys()
    assert not unknown, f"no spec states {sorted(unknown)}"


def test_no_deferred_requirement_is_already_named_by_tests() -> None:
    done = {name for name, deferred in required().items() if deferred} & named_by_tests()
    assert not done, f"no longer deferred: {sorted(done)}"
