"""SIGTERM under streaming answers: what was acknowledged and said is stored, and the process leaves in time."""

from tests.faults.drain import Drain, drain_round
from tests.prove.promise import Outcome, Promise, Stage

EXIT_SECONDS = 35


def run(_: Stage, tries: int) -> Outcome:
    """Stop under ``tries`` streams, once with a model that goes on, once with one that never does."""
    whole, cut = drain_round(streams=tries, released=True), drain_round(streams=tries, released=False)
    killed = drain_round(streams=tries, released=False, killed=True)
    return Outcome(
        whole.acknowledged + cut.acknowledged,
        {
            "lost": whole.lost + cut.lost,
            "left too late": sum(one.exit_seconds > EXIT_SECONDS for one in (whole, cut)),
            "streams without a last word": _cut(whole) + _cut(cut),
        },
        killed.acknowledged,
        {"lost": killed.lost, "streams without a last word": _cut(killed)},
        {"whole": whole.kept["done"], "interrupted": cut.kept["interrupted"], "s to leave": round(cut.exit_seconds, 1)},
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
