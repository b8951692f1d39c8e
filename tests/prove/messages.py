"""An acknowledged message is never lost, doubled or moved, whatever dies or hangs; a repeated write happens once."""

import sys
from dataclasses import dataclass
from typing import Any

from mcp_server.db.turns import LEASE_SECONDS
from tests.faults.crowd import Crowd
from tests.faults.nemesis import Hangs, Nemesis
from tests.faults.rounds import Round, fault_round
from tests.faults.stack import Stack, running_stack
from tests.faults.twins import twin_of
from tests.prove.promise import Counts, Outcome, Promise, Stage

PEOPLE = 12
TURNS_A_FAULT = 95
FEWEST_FAULTS = 2
LONG = 1_000
CONTROL_SHARE, FEWEST_CONTROLS = 50, 60
CONTROL_SECONDS = 4
SILENCE_SECONDS = 3
"""So long people wait for a word of a gateway that hangs, before they ask either."""
LATE = "a turn was not stored: lease_lost"
"""What a gateway says that wakes and finds its turn taken over."""
SEED = 4
BACK_SECONDS = 5
TESTED = ("lost", "unanswered", "lost effects", "back too late")
"""A build that does one of these does it too seldom for a control: `tests/faults/test_verdict.py` makes them up."""


@dataclass(frozen=True)
class Measure:
    """How long a run takes.

    Attributes:
        pauses: the shortest and the longest before a fault, in seconds.
        hangs: how many there are; ``lasting`` so many seconds each.
    """

    pauses: tuple[float, float]
    hangs: int
    lasting: tuple[float, float]


WHOLE = Measure((1.5, 3.0), hangs=15, lasting=(LEASE_SECONDS + 1, LEASE_SECONDS + 5))
SHORT = Measure((0.5, 1.0), hangs=2, lasting=(0.2, 0.4))


def run(stage: Stage, tries: int) -> Outcome:
    faults = max(FEWEST_FAULTS, -(-tries // TURNS_A_FAULT))
    measure = WHOLE if tries >= LONG else SHORT
    with running_stack(stage.mortal) as stack:
        killed = fault_round(Nemesis(stack, SEED, measure.pauses), _crowd(stack), faults=faults, turns=tries)
        late = -_late(stack)
        hung = _hanging(stack, measure)
        late += _late(stack)
        stack.take_over(gateway="tests.faults.naive")
        naive = fault_round(
            Nemesis(stack, SEED, measure.pauses),
            _crowd(stack, last_seconds=CONTROL_SECONDS),
            faults=1,
            turns=max(FEWEST_CONTROLS, tries // CONTROL_SHARE),
        )
    for name, fates in (*killed.unanswered.items(), *hung.unanswered.items()):
        sys.stderr.write(f"{name}: {dict(fates.most_common())}\n")
    return Outcome(
        killed.acknowledged + hung.acknowledged,
        {name: count + counts(hung)[name] for name, count in counts(killed).items()},
        naive.acknowledged,
        {name: count for name, count in counts(naive).items() if name not in TESTED},
        {
            "turns": killed.turns + hung.turns,
            "faults": killed.faults + hung.faults,
            "of them hung": hung.faults,
            "answers of who was hung, too late and refused": late,
            "turns a second": round(killed.turns / killed.seconds, 1),
            "p95 back after a kill, s": round(killed.recovery, 2),
            "p95 back after a hang, s": round(hung.recovery, 2),
        },
        TESTED,
    )


def _hanging(stack: Stack, measure: Measure) -> Round:
    """Let one of two replicas hang, or the database of both."""
    with twin_of(stack) as twin:
        crowd = _crowd(stack, answer_seconds=SILENCE_SECONDS, other_urls=[twin.url])
        return fault_round(Hangs(stack, SEED, measure.pauses, lasting=measure.lasting), crowd, faults=measure.hangs)


def _late(stack: Stack) -> int:
    return stack.gateway.log.read_text("utf-8").count(LATE)


def _crowd(stack: Stack, **more: Any) -> Crowd:
    return Crowd(stack.gateway.url, stack.issuer, PEOPLE, SEED, **more)


def counts(found: Round) -> Counts:
    """Return what of a run must be 0."""
    of_messages = {name.replace("_", " "): len(words) for name, words in vars(found.verdict).items()}
    return of_messages | {"back too late": int(found.recovery > BACK_SECONDS)}


PROMISE = Promise(
    "messages",
    "kill -9 of gateway, MCP server and PostgreSQL, each of them hanging for longer than a lease, hang-ups and doubled "
    "sends lose, double and move no message.",
    "a gateway that knows no key, and whose answers die with the response",
    20_000,
    run,
)
