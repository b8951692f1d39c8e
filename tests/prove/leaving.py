"""SIGTERM under streaming answers: what was acknowledged and said is stored, and the process leaves in time."""

from collections.abc import Sequence

from tests.faults.drain import Drain, End, drain_rounds
from tests.prove.promise import Counts, Outcome, Promise, Stage

EXIT_SECONDS = 35
LONG = 50
"""So many streams make the long run; the model that never goes on keeps it waiting for as long as it may."""
TESTED = ("left too late",)
"""A control would take as long as the promise allows: `tests/faults/test_verdict.py` makes it up."""


def run(stage: Stage, tries: int) -> Outcome:
    """Stop under ``tries`` streams: with a model that goes on, and in the long run with one that never does, too."""
    ends = [End.GOING_ON, End.HELD_UP] if tries >= LONG else [End.GOING_ON]
    *stopped, killed = drain_rounds(stage.mortal, tries, [*ends, End.KILLED])
    return Outcome(
        sum(one.acknowledged for one in stopped),
        counts(stopped),
        killed.acknowledged,
        {name: count for name, count in counts([killed]).items() if name not in TESTED},
        {
            "whole": sum(one.kept["done"] for one in stopped),
            "interrupted": sum(one.kept["interrupted"] for one in stopped),
            "s to leave": round(max(one.exit_seconds for one in stopped), 1),
        },
        TESTED,
    )


def counts(stopped: Sequence[Drain]) -> Counts:
    """Return what must be 0."""
    return {
        "lost": sum(one.lost for one in stopped),
        "left too late": sum(one.exit_seconds > EXIT_SECONDS for one in stopped),
        "streams without a last word": sum(map(_cut, stopped)),
    }


def _cut(one: Drain) -> int:
    return one.endings.total() - one.endings["done"] - one.endings["error"]


PROMISE = Promise(
    "leaving",
    "SIGTERM while answers stream loses nothing that was acknowledged, and takes at most 35 s.",
    "kill -9 in its place",
    50,
    run,
)
