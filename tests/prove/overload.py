"""Ten times more messages than can be answered: each is answered, or refused at once with when to come back."""

from tests.faults.overload import Overload, capacity_of, overload_round
from tests.faults.stack import running_stack
from tests.prove.promise import Counts, Outcome, Promise, Stage

FACTOR = 10
REFUSAL_SECONDS = 0.25
CONTROL_SECONDS, CONTROL_PATIENCE = 1, 2


def run(stage: Stage, tries: int) -> Outcome:
    """Overload for ``tries`` seconds."""
    with running_stack(stage.mortal) as stack:
        capacity = capacity_of(stack)
        found = overload_round(stack, seconds=tries, rate=FACTOR * capacity)
        stack.take_over(gateway="tests.faults.boundless")
        control = overload_round(stack, seconds=CONTROL_SECONDS, rate=FACTOR * capacity, patience=CONTROL_PATIENCE)
        stack.gateway.kill()  # it would answer first what nobody waits for any more
    return Outcome(
        found.statuses.total(),
        _counts(found),
        control.statuses.total(),
        _counts(control),
        {
            **{f"answered {status}": count for status, count in sorted(found.statuses.items())},
            "capacity, turns a second": round(capacity, 1),
            "p99 of a refusal, ms": round(found.refusal_p99 * 1000),
        },
    )


def _counts(found: Overload) -> Counts:
    return {
        "other answers": found.unexpected,
        "refused without Retry-After": found.untold,
        "refused too slowly": int(found.refusal_p99 > REFUSAL_SECONDS),
    }


PROMISE = Promise(
    "overload",
    "Under ten times its capacity every answer is 2xx, 409, 429 or 503, refusals in 250 ms (p99), and say when.",
    "a gateway without a bound on the answers under way, which refuses by chance, late, and without saying when",
    60,
    run,
)
