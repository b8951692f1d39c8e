"""Kills one process after another, and writes down when."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from tests.faults.stack import Stack

POSTGRES_EVERY = 5


@dataclass
class Nemesis:
    """The faults of one run: (moment, what was killed); ``pauses`` are the shortest and the longest before one."""

    stack: Stack
    seed: int
    pauses: tuple[float, float]
    faults: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    async def run(self, most: int) -> None:
        """Inject so many faults, one after another, each healed before the next."""
        dice = random.Random(self.seed)  # noqa: S311 - the same run again, no secret
        for n in range(1, most + 1):
            await asyncio.sleep(dice.uniform(*self.pauses))
            if n % POSTGRES_EVERY == 0:
                self.faults.append((time.monotonic(), "postgres"))
                await asyncio.to_thread(self.stack.kill_postgres)
            else:
                service = dice.choice([self.stack.gateway, self.stack.mcp_server])
                self.faults.append((time.monotonic(), service.module))
                await asyncio.to_thread(self.stack.kill, service)
