"""Neither process grows with the turns that it has done."""

from tests.faults.memory import Memory, memory_round
from tests.faults.stack import running_stack
from tests.prove.promise import Outcome, Promise, Stage

MOST_MEGABYTES = 20
MOST_SHARE = 0.05
CONTROL_TURNS = 120
"""What such a gateway keeps of the nine tenths of these is half as much again as is allowed."""


def run(_: Stage, tries: int) -> Outcome:
    with running_stack() as stack:
        found = memory_round(stack, turns=tries)
    with running_stack("tests.faults.leaky") as stack:
        leaky = memory_round(stack, turns=CONTROL_TURNS)["tests.faults.leaky"]
    return Outcome(
        tries,
        {f"{name} grew": int(_has_grown(memory)) for name, memory in found.items()},
        CONTROL_TURNS,
        {"gateway grew": int(_has_grown(leaky))},
        {
            f"{name}, MB {when}": round(getattr(memory, when), 1)
            for name, memory in found.items()
            for when in ("warm", "end")
        }
        | {"control, MB grown": round(leaky.growth, 1)},
    )


def _has_grown(memory: Memory) -> bool:
    return memory.growth > max(MOST_MEGABYTES, MOST_SHARE * memory.warm)


PROMISE = Promise(
    "memory",
    "Gateway and MCP server hold no more than 20 MB or 5 % more after the turns than after the first tenth of them.",
    "a gateway that forgets no turn",
    100_000,
    run,
)
