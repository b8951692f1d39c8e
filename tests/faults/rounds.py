"""One fault run: a crowd, a nemesis, and the verdict afterwards."""

import asyncio
import time
from dataclasses import dataclass

from tests.faults.crowd import LAST_SECONDS, Crowd, quick_runner
from tests.faults.nemesis import Nemesis
from tests.faults.stack import Stack
from tests.faults.verdict import Verdict, judge, percentile, recoveries


@dataclass(frozen=True)
class Round:
    """What a run did, and what came of it.

    Attributes:
        turns: messages that were answered; ``acknowledged`` those that the server said it has.
        recovery: the 95th percentile of seconds from a fault to the end of the first turn that began after it.
    """

    turns: int
    acknowledged: int
    faults: int
    seconds: float
    recovery: float
    verdict: Verdict


def fault_round(
    stack: Stack,
    *,
    people: int,
    faults: int,
    pauses: tuple[float, float],
    seed: int,
    turns: int = 0,
    last_seconds: float = LAST_SECONDS,
) -> Round:
    """Let people talk while things die, until there were so many faults and so many answers.

    ``last_seconds`` is how long what is unanswered then is still insisted on.
    """
    begun = time.monotonic()
    crowd, nemesis = (
        Crowd(stack.gateway.url, stack.issuer, people, seed, last_seconds=last_seconds),
        Nemesis(stack, seed, pauses),
    )

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
    )
