"""One fault run: a crowd, a nemesis, and the verdict afterwards."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.crowd import Crowd, quick_runner
from tests.faults.nemesis import Nemesis
from tests.faults.verdict import Verdict, judge, percentile, recoveries


@dataclass(frozen=True)
class Round:
    """What a run did, and what came of it.

    Attributes:
        turns: messages that were answered; ``acknowledged`` those that the server said it has.
        recovery: the 95th percentile of seconds from a fault to the end of the first turn that began after it.
        unanswered: how the attempts ended, if a message was left without an answer.
    """

    turns: int
    acknowledged: int
    faults: int
    seconds: float
    recovery: float
    verdict: Verdict
    unanswered: Mapping[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])


def fault_round(nemesis: Nemesis, crowd: Crowd, *, faults: int, turns: int = 0) -> Round:
    """Let people talk while harm is done, until there were so many faults and so many answers."""
    begun, stack = time.monotonic(), nemesis.stack

    async def both() -> None:
        talking = asyncio.create_task(crowd.run())
        await nemesis.run(faults)
        await crowd.until(turns)
        crowd.stop()
        await talking

    with quick_runner() as runner:
        runner.run(both())
    return Round(
        turns=crowd.done,
        acknowledged=sum(sent.acknowledged for sent in crowd.history),
        faults=len(nemesis.faults),
        seconds=time.monotonic() - begun,
        recovery=percentile(recoveries(nemesis.faults, crowd.history), 95),
        verdict=judge(stack.postgres.url, crowd.history),
        unanswered=crowd.unanswered,
    )
