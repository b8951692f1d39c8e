"""Neither process grows with the turns that it has done."""

from tests.faults.memory import WARM_SHARE, Memory, memory_round
from tests.faults.stack import running_stack
from tests.prove.promise import Counts, Outcome, Promise, Stage

MOST_MEGABYTES = 20
MOST_SHARE = 0.05
CONTROL_SHARE, FEWEST_CONTROLS = 50, 120
CONTROL_MEGABYTES = 1.5 * MOST_MEGABYTES
"""What the control keeps of its turns: little of each where there are many."""
LEAKY = "tests.faults.leaky"


def run(stage: Stage, tries: int) -> Outcome:
    control_tries = max(FEWEST_CONTROLS, tries // CONTROL_SHARE)
    leaked = CONTROL_MEGABYTES * 2**20 / (control_tries * (1 - WARM_SHARE))
    with running_stack(stage.mortal) as stack:
        found = memory_round(stack, turns=tries)
        stack.take_over(gateway=LEAKY, mcp_server=LEAKY, LEAKED_BYTES=str(int(leaked)))
        leaky = memory_round(stack, turns=control_tries)
    return Outcome(
        tries,
        _counts(found),
        control_tries,
        _counts(leaky),
        {
            f"{name}, MB {when}": round(getattr(memory, when), 1)
            for name, memory in found.items()
            for when in ("warm", "end")
        }
        | {f"control's {name}, MB grown": round(memory.growth, 1) for name, memory in leaky.items()},
    )


def _counts(found: dict[str, Memory]) -> Counts:
    return {f"{name} grew": int(_has_grown(memory)) for name, memory in found.items()}


def _has_grown(memory: Memory) -> bool:
    return memory.growth > max(MOST_MEGABYTES, MOST_SHARE * memory.warm)


PROMISE = Promise(
    "memory",
    "Gateway and MCP server hold no more than 20 MB or 5 % more after the turns than after the first tenth of them.",
    "a gateway and an MCP server that forget no turn, and keep half as much again as is allowed",
    100_000,
    run,
)
