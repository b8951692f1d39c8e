"""Does one harm after another, and writes down when: a process is killed, or hangs for longer than a lease lasts."""

import asyncio
import os
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.stack import Stack

POSTGRES_EVERY = 5


@dataclass
class Nemesis:
    """Kills, and starts again.

    Attributes:
        pauses: the shortest and the longest before a fault, in seconds.
        faults: (the moment from which somebody could serve again, what was harmed).
    """

    stack: Stack
    seed: int
    pauses: tuple[float, float]
    faults: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    async def run(self, most: int) -> None:
        """Inject so many faults, one after another, each healed before the next."""
        dice = random.Random(self.seed)  # noqa: S311 - the same run again, no secret
        for n in range(1, most + 1):
            await asyncio.sleep(dice.uniform(*self.pauses))
            await self._strike(n, dice)

    async def _strike(self, n: int, dice: random.Random) -> None:
        if n % POSTGRES_EVERY == 0:
            self.faults.append((time.monotonic(), "postgres"))
            await asyncio.to_thread(self.stack.kill_postgres)
        else:
            service = dice.choice([self.stack.gateway, self.stack.mcp_server])
            self.faults.append((time.monotonic(), service.module))
            await asyncio.to_thread(self.stack.kill, service)


@dataclass
class Hangs(Nemesis):
    """Stops a process for a while in which its connections stay open, and lets it go on.

    ``lasting`` is the shortest and the longest of these whiles, in seconds.
    """

    lasting: tuple[float, float] = (0, 0)

    async def _strike(self, n: int, dice: random.Random) -> None:
        seconds = dice.uniform(*self.lasting)
        if n % POSTGRES_EVERY == 0:
            await hang(self.stack.postgres.process.pid, seconds, with_children=True)
            self.faults.append((time.monotonic(), "postgres"))  # there is but one: until now nobody could serve
        else:
            service = (self.stack.gateway, self.stack.mcp_server)[n % 2]
            self.faults.append((time.monotonic(), service.module))
            await hang(service.pid, seconds)


async def hang(pid: int, seconds: float, *, with_children: bool = False) -> None:
    """Stop a process, and its children after it: once it is stopped, it makes no more of them and buries none."""
    stopped = [pid]
    os.kill(pid, signal.SIGSTOP)
    try:
        if with_children:
            stopped += _children(pid)
        for child in stopped[1:]:
            os.kill(child, signal.SIGSTOP)
        await asyncio.sleep(seconds)
    finally:
        for one in reversed(stopped):
            os.kill(one, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
