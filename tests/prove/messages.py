"""An acknowledged message is never lost, doubled or moved, whatever dies; a write that is repeated happens once."""

from tests.faults.rounds import Round, fault_round
from tests.faults.stack import running_stack
from tests.prove.promise import Counts, Outcome, Promise, Stage

PEOPLE = 12
TURNS_A_FAULT = 95
FEWEST_FAULTS = 2
PAUSES, SHORT_PAUSES = (1.5, 3.0), (0.5, 1.0)
"""Seconds before a fault; the short ones make the short run."""
LONG = 1_000
CONTROL_SHARE, FEWEST_CONTROLS = 50, 60
CONTROL_SECONDS = 4
SEED = 4
BACK_SECONDS = 5
TESTED = ("lost", "unanswered", "lost effects", "back too late")
"""A build that does one of these does it too seldom for a control: `tests/faults/test_verdict.py` makes them up."""


def run(stage: Stage, tries: int) -> Outcome:
    faults = max(FEWEST_FAULTS, -(-tries // TURNS_A_FAULT))
    pauses = PAUSES if tries >= LONG else SHORT_PAUSES
    with running_stack(stage.mortal) as stack:
        found = fault_round(stack, people=PEOPLE, faults=faults, pauses=pauses, seed=SEED, turns=tries)
        stack.take_over(gateway="tests.faults.naive")
        naive = fault_round(
            stack,
            people=PEOPLE,
            faults=1,
            pauses=pauses,
            seed=SEED,
            turns=max(FEWEST_CONTROLS, tries // CONTROL_SHARE),
            last_seconds=CONTROL_SECONDS,
        )
    control = counts(naive)
    return Outcome(
        found.acknowledged,
        counts(found),
        naive.acknowledged,
        {name: count for name, count in control.items() if name not in TESTED},
        {
            "turns": found.turns,
            "faults": found.faults,
            "turns a second": round(found.turns / found.seconds, 1),
            "p95 back after a fault, s": round(found.recovery, 2),
        },
        TESTED,
    )


def counts(found: Round) -> Counts:
    """Return what of a run must be 0."""
    of_messages = {name.replace("_", " "): len(words) for name, words in vars(found.verdict).items()}
    return of_messages | {"back too late": int(found.recovery > BACK_SECONDS)}


PROMISE = Promise(
    "messages",
    "kill -9 of gateway, MCP server and PostgreSQL, hang-ups and doubled sends lose, double and move no message.",
    "a gateway that knows no key, and whose answers die with the response",
    20_000,
    run,
)
