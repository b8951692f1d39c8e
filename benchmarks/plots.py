"""`python benchmarks/plots.py [name …]`: draws what was measured, with the pins of `requirements/bench.txt`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent / "results"
OURS, OTHERS, SMALL = "#0f766e", "#94a3b8", "#cbd5e1"
WAYS = {
    "alone": ("the agent alone", OTHERS),
    "alone with our client": ("with our client", SMALL),
    "ours": ("Remit", OURS),
    "usual": ("connecting anew", "#b45309"),
}
"""How the ways of a turn are called and coloured."""

# The same numbers give the same files: no time, no random names.
mpl.rcParams.update({"svg.hashsalt": "remit", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})


def main() -> None:
    kept: dict[str, Any] = json.loads((FOLDER / "bench.json").read_text("utf-8"))
    for name in sys.argv[1:] or kept:
        for more, draw in PLOTS.get(name, {}).items():
            figure = Figure(figsize=(6.4, 2.8), layout="constrained")
            draw(figure.subplots(), kept[name])
            figure.savefig(FOLDER / f"{name.replace(' ', '-')}{more}.svg", metadata={"Date": None})


def _throughput(axes: Axes, kept: dict[str, Any]) -> None:
    figures = kept["figures"]
    rates = {name.removesuffix(", calls a second"): rate for name, rate in figures.items() if name.endswith("a second")}
    bars = axes.barh(list(rates), list(rates.values()), color=[OURS if "find" in name else OTHERS for name in rates])
    axes.bar_label(bars, fmt="%.0f", padding=3)
    axes.invert_yaxis()
    axes.set_title("Calls a second, one process each", loc="left")


def _turns(axes: Axes, kept: dict[str, Any]) -> None:
    figures = kept["figures"]
    for place, share in enumerate(("p50", "p95")):
        first = [figures[f"first: {way}, {share} ms"] for way in WAYS]
        rest = [figures[f"whole: {way}, {share} ms"] - one for way, one in zip(WAYS, first, strict=True)]
        rows = [n + place * 0.4 for n in range(len(WAYS))]
        axes.barh(rows, first, 0.36, color=OURS, alpha=1 - place * 0.4, label=f"until the first word, {share}")
        axes.barh(rows, rest, 0.36, left=first, color=OTHERS, alpha=1 - place * 0.4, label=f"until the end, {share}")
    axes.set_yticks([n + 0.2 for n in range(len(WAYS))], [name for name, _ in WAYS.values()])
    axes.invert_yaxis()
    axes.legend(frameon=False, fontsize=7, loc="upper right")
    axes.set_title("One turn with one tool call, ms", loc="left")


def _latency(axes: Axes, kept: dict[str, Any]) -> None:
    for way, (name, color) in WAYS.items():
        times = kept["distributions"][way]
        axes.plot(times, range(1, len(times) + 1), color=color, label=name)
    axes.set_xlim(left=0)
    axes.set_ylabel("% of the turns")
    axes.legend(frameon=False, fontsize=7, loc="lower right")
    axes.set_title("Turns that took at most so many ms", loc="left")


def _parts(axes: Axes, kept: dict[str, Any]) -> None:
    before = 0.0
    for part, time in kept["parts"]:
        bar = axes.barh([0], [time], 0.7, left=before, color=OTHERS if "model" in part else OURS, edgecolor="white")
        axes.bar_label(bar, [f"{part}\n{time:.1f}"], label_type="center", color="white", fontsize=8)
        before += time
    axes.set_ylim(-1, 1)
    axes.get_yaxis().set_visible(False)
    axes.set_title("The parts of one turn, p50 ms; green is Remit's alone", loc="left")


def _growth(axes: Axes, kept: dict[str, Any]) -> None:
    figures = kept["figures"]
    calls = [name.removesuffix(": big, p50 ms") for name in figures if name.endswith(": big, p50 ms")]
    places = range(len(calls))
    for shift, size, color in ((-0.2, "small", SMALL), (0.2, "big", OURS)):
        times = [figures[f"{call}: {size}, p50 ms"] for call in calls]
        axes.bar([place + shift for place in places], times, 0.38, color=color, label=f"{size} database")
    axes.set_xticks(list(places), calls)
    axes.legend(frameon=False, fontsize=7)
    axes.set_title("The same call beside a million tasks of others, p50 ms", loc="left")


Draw: TypeAlias = Callable[[Axes, dict[str, Any]], None]
PLOTS: dict[str, dict[str, Draw]] = {
    "tool calls": {"": _throughput},
    "turns": {"": _turns, "-latency": _latency, "-parts": _parts},
    "growth": {"": _growth},
}


if __name__ == "__main__":
    main()
