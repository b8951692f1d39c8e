"""What the promises came to, kept by name, so that one of them can be tried again: JSON, and one page."""

import json
from pathlib import Path
from typing import Any

from benchmarks import machine
from tests.prove.promise import Outcome, Promise

FOLDER = Path(__file__).parent.parent.parent / "benchmarks" / "results"
HEAD = """\
# Promises of the kind "never"

`make prove` writes this page; `make prove ONLY=name` tries one again. Zero in *n* tries bounds the true rate below
3/*n* at 95 %. The control is the same test with the protection taken out: it must find something, or the zero means
nothing.

| promise | tried | must be 0 | control, tried | control, found | without | seconds |
|---|---|---|---|---|---|---|
"""


def keep(promise: Promise, outcome: Outcome, seconds: float) -> None:
    """Put one outcome in the place of the last one of that promise."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "prove.json"
    kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    kept[promise.name] = {
        "says": promise.says,
        "kept": outcome.is_kept,
        "tried": outcome.tried,
        "broken": outcome.broken,
        "control": promise.control,
        "control_tried": outcome.control_tried,
        "control_broken": outcome.control_broken,
        "figures": outcome.figures,
        "seconds": round(seconds, 1),
        "machine": machine.described(),
    }
    file.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    (FOLDER / "prove.md").write_text(_page(kept), "utf-8")


def line(promise: Promise, outcome: Outcome, seconds: float) -> str:
    """Return one outcome as it is printed."""
    verdict = "kept  " if outcome.is_kept else "BROKEN"
    more = f"; {_counts(outcome.figures)}" if outcome.figures else ""
    without = f"{outcome.control_tried:,} tried, {_counts(outcome.control_broken)}"
    return (
        f"{verdict} {promise.name}: {outcome.tried:,} tried, {_counts(outcome.broken)}{more}; {seconds:.0f} s\n"
        f"       without ({promise.control}): {without}\n"
    )


def _page(kept: dict[str, Any]) -> str:
    rows = "".join(_row(name, one) for name, one in kept.items())
    return f"{HEAD}{rows}\n{total(kept)}\n\n{machine.sentence()}\n"


def total(kept: dict[str, Any]) -> str:
    """Say how long all of them take, one after another."""
    return f"All together {sum(one['seconds'] for one in kept.values()) / 60:.0f} minutes."


def _row(name: str, one: dict[str, Any]) -> str:
    more = f" ({_counts(one['figures'])})" if one["figures"] else ""
    cells = (
        f"**{name}**{'' if one['kept'] else ' — BROKEN'}: {one['says']}",
        f"{one['tried']:,}{more}",
        _counts(one["broken"]),
        f"{one['control_tried']:,}",
        _counts(one["control_broken"]),
        one["control"],
        f"{one['seconds']:.0f}",
    )
    return f"| {' | '.join(cells)} |\n"


def _counts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in counts.items())
