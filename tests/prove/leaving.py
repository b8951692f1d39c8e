"""SIGTERM under streaming answers: what was acknowledged and said is stored, and the process leaves in time."""

from tests.faults.drain import Drain, drain_round
from tests.prove.promise import Outcome, Promise, Stage

EXIT_SECONDS = 35
LONG = 50
"""So many streams make the long run; the model that never goes on keeps it waiting for as long as it may."""


def run(_: Stage, tries: int) -> Outcome:
    """Stop under ``tries`` streams: with a model that goes on, and in the long run with one that never does, too."""
    stopped = [drain_round(streams=tries, released=True)]
    if tries >= LONG:
        stopped.append(drain_round(streams=tries, released=False))
    killed = drain_round(streams=tries, released=False, killed=True)
    return Outcome(
        sum(one.acknowledged for one in stopped),
        {
            "lost": sum(one.lost for one in stopped),
            "left too late": sum(one.exit_seconds > EXIT_SECONDS for one in stopped),
            "streams without a last word": sum(map(_cut, stopped)),
        },
        killed.acknowledged,
        {"lost": killed.lost, "streams without a last word": _cut(killed)},
        {
            "whole": sum(one.kept["done"] for one in stopped),
            "interrupted": sum(one.kept["interrupted"] for one in stopped),
            "s to leave": round(max(one.exit_seconds for one in stopped), 1),
        },
    )


def _cut(one: Drain) -> int:
    return one.endings.total() - one.endings["done"] - one.endings["error"]


PROMISE = Promise(
    "leaving",
    "SIGTERM while answers stream loses nothing that was acknowledged, and takes at most 35 s.",
    "kill -9 in its place",
    50,
    run,
)
