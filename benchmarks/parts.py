"""Where the time of a turn goes, by the gateway's own spans; exporting them costs, so these turns are counted apart."""

from collections.abc import Callable
from statistics import median

from tests.faults.stack import Stack
from tests.observability.collector import Collector, Kept

SENT = "MCP send tools/call "
TURN = ("begin_turn", "find_tasks", "finish_turn")


def parts_of_turns(stack: Stack, talk: Callable[[], object], *, warm_up: int, count: int) -> dict[str, float]:
    """Return the median of each part in milliseconds, in their order; ``talk`` does ``warm_up + count`` turns."""
    collector = Collector()
    stack.gateway.environment |= collector.environment
    stack.gateway.restart()
    talk()
    ended = collector.wait_for(lambda span: span.name.endswith("/chatkit"), warm_up + count)[warm_up:]
    collector.close()
    turns = [_parts(turn, [span for span in collector.spans if span.trace == turn.trace]) for turn in ended]
    return {part: median(turn[part] for turn in turns) for part in turns[0]}


def _parts(turn: Kept, spans: list[Kept]) -> dict[str, float]:
    """Split a turn at the calls of the MCP server: the agent and its model have what lies between them."""
    begin, tool, finish = (next(span for span in spans if span.name == SENT + name) for name in TURN)
    parts = {
        "begin_turn": begin.ended - begin.begun,
        "agent, model": tool.begun - begin.ended,
        "find_tasks": tool.ended - tool.begun,
        "model again": finish.begun - tool.ended,
        "finish_turn": finish.ended - finish.begun,
        "rest": begin.begun - turn.begun + turn.ended - finish.ended,
    }
    return {part: nanoseconds / 1e6 for part, nanoseconds in parts.items()}
