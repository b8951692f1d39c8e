"""What the promises came to, kept by name, so that one of them can be tried again: JSON, and one page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import machine
from tests.prove.promise import Outcome, Promise
from tests.services import ROOT

FOLDER = ROOT / "benchmarks" / "results"
HEAD = """\
# Promises of the kind "never"

`make prove` writes this page; `make prove ONLY=name` tries one again. Zero in *n* tries bounds the true rate below
3/*n* at 95 %. A zero means nothing unless it could have been more: the control is the same test with the protection
taken out, and must find something. *By a test*: a broken build shows it too seldom or too late for a control; there
`tests/faults/test_verdict.py` makes up runs in which one thing is wrong, and each must be found. A dash: not shown yet.

| promise | tried | must be 0 | seconds | commit | date |
|---|--:|--:|--:|---|---|
"""
BY_A_TEST = "*by a test*"
UNKNOWN = "–"


def keep(promise: Promise, outcome: Outcome, seconds: float, commit: str, folder: Path = FOLDER) -> None:
    """Put one outcome in the place of the last one of that promise."""
    file = folder / "prove.json"
    kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    kept[promise.name] = {
        "says": promise.says,
        "kept": outcome.is_kept,
        "tried": outcome.tried,
        "broken": outcome.broken,
        "control": promise.control,
        "control_tried": outcome.control_tried,
        "control_broken": outcome.control_broken,
        "tested": outcome.tested,
        "figures": outcome.figures,
        "seconds": round(seconds, 1),
        "commit": commit,
        "date": machine.date(),
        "machine": machine.described(),
    }
    write(kept, folder)


def write(kept: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Write what is kept, and the page of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prove.json").write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    (folder / "prove.md").write_text(_page(kept), "utf-8")


def line(promise: Promise, outcome: Outcome, seconds: float) -> str:
    """Return one outcome as it is printed."""
    verdict = "kept  " if outcome.is_kept else "BROKEN"
    more = f"; {_counts(outcome.figures)}" if outcome.figures else ""
    without = f"{outcome.control_tried:,} tried, {_counts(outcome.control_broken)}"
    return (
        f"{verdict} {promise.name}: {outcome.tried:,} tried, {_counts(outcome.broken)}{more}; {seconds:.0f} s\n"
        f"       without ({promise.control}): {without}\n"
    )


def _page(kept: Mapping[str, Any]) -> str:
    """Return all in one table, and then each with what must be 0 and what its control found."""
    rows, sections = ("".join(one(name, kept[name]) for name in sorted(kept)) for one in (_row, _section))
    return f"{HEAD}{rows}\n{total(kept)}\n{sections}\n## Machine\n\n{machine.sentence()}\n"


def total(kept: Mapping[str, Any]) -> str:
    """Say how long all of them take, one after another."""
    return f"All together {sum(one['seconds'] for one in kept.values()) / 60:.0f} minutes."


def _row(name: str, one: Mapping[str, Any]) -> str:
    found = f"{sum(one['broken'].values()):,}" if one["kept"] else "**BROKEN**"
    commit, date = one.get("commit") or UNKNOWN, one.get("date", UNKNOWN)
    return f"| [{name}](#{name}) | {one['tried']:,} | {found} | {one['seconds']:,.0f} | {commit} | {date} |\n"


def _section(name: str, one: Mapping[str, Any]) -> str:
    figures = f"\n{_counts(one['figures'])}.\n" if one["figures"] else ""
    by = one["control_broken"] | dict.fromkeys(one.get("tested", ()), BY_A_TEST)
    rows = "".join(
        f"| {what} | {count:,} | {_shown(by.get(what))} |\n" for what, count in sorted(one["broken"].items())
    )
    return (
        f"\n## {name}\n\n{one['says']} Control: {one['control']}.\n{figures}\n"
        f"| must be 0 | in {one['tried']:,} | control, in {one['control_tried']:,} |\n|---|--:|--:|\n{rows}"
    )


def _shown(found: int | str | None) -> str:
    return UNKNOWN if found is None else f"{found:,}" if isinstance(found, int) else found


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in counts.items())
