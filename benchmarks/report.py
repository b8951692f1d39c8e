"""What was measured, kept by name: JSON, and one page."""

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.measure import Result
from benchmarks.running import BENCH_PYTHON, ROOT

FOLDER = Path(__file__).parent / "results"
HEAD = """\
# Measurements

`make bench` writes this page; `make bench ONLY=name` measures one again. Times of a shared machine are noise: what
counts are differences and ratios within one run. Peers run from pins of their own, which have the product's versions of
what both have. [Where the time goes](profile.md).
"""


def keep(name: str, result: Result) -> None:
    """Put one result in the place of the last one of that name."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "bench.json"
    kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    kept[name] = as_kept(result)
    file.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    subprocess.run([BENCH_PYTHON, "benchmarks/plots.py", name], cwd=ROOT, check=True)
    (FOLDER / "bench.md").write_text(page(kept), "utf-8")


def as_kept(result: Result) -> dict[str, Any]:
    """Return a result of now as JSON holds it, with what was measured and on what."""
    return {
        "how": result.prose,
        "figures": {name: round(figure, 4) for name, figure in result.figures.items()},
        "promises": [
            {
                "says": one.says,
                "figure": round(one.figure, 4),
                "at_most": one.at_most,
                "at_least": one.at_least,
                "met": one.is_met,
            }
            for one in result.bounds
        ],
        "distributions": {whose: [round(time, 2) for time in times] for whose, times in result.distributions.items()},
        "parts": [[part, round(time, 2)] for part, time in result.parts.items()],
        "machine": machine.described() | {"peers": machine.peers()},
        "date": machine.date(),
        "commit": machine.commit(),
    }


def page(kept: dict[str, Any]) -> str:
    """Return the page of all results that are kept."""
    sections = "".join(_section(name, one) for name, one in kept.items())
    return f"{HEAD}{sections}\n{machine.sentence()}\n\nThe peers: {machine.listed(machine.peers())}.\n"


def lines(name: str, result: Result) -> str:
    """Return a result as it is printed."""
    figures = "".join(f"  {figure:10.3f}  {what}\n" for what, figure in result.figures.items())
    bounds = "".join(f"{'met   ' if one.is_met else 'MISSED'} {one.says}: {one.figure:.3f}\n" for one in result.bounds)
    return f"{name}\n{figures}{bounds}"


def _section(name: str, one: dict[str, Any]) -> str:
    promises = "".join(
        f"| {promise['says']} | {promise['figure']:g} | {'met' if promise['met'] else '**missed**'} |\n"
        for promise in one["promises"]
    )
    figures = "".join(f"| {what} | {figure:g} |\n" for what, figure in one["figures"].items())
    drawn = sorted(FOLDER.glob(f"{name.replace(' ', '-')}*.svg"), key=lambda plot: plot.stem)
    plots = "".join(f"![{plot.stem}]({plot.name})\n\n" for plot in drawn)
    # Results that were kept before both were noted have neither.
    source = f"<sub>Measured on {one['date']} at {one['commit']}.</sub>\n\n" if "commit" in one else ""
    return (
        f"\n## {name}\n\n{one['how']}\n\n{source}{plots}| promise | measured | |\n|---|---|---|\n{promises}"
        f"\n| figure | |\n|---|---|\n{figures}"
    )
