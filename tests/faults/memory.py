"""What the processes hold after many turns, against what they held after some."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.faults.crowd import quick_runner
from tests.faults.stack import Stack
from tests.faults.visitors import Visitors

PEOPLE = 10
WARM_SHARE = 0.1


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of a process, warm and at the end."""

    warm: float
    end: float

    @property
    def growth(self) -> float:
        return self.end - self.warm


def memory_round(stack: Stack, *, turns: int) -> dict[str, Memory]:
    """Let people talk for so many turns, and compare the last nine tenths' end with their beginning, by service."""
    with quick_runner() as runner:
        return runner.run(_talk(stack, turns))


async def _talk(stack: Stack, turns: int) -> dict[str, Memory]:
    services = {"gateway": stack.gateway, "mcp_server": stack.mcp_server}
    visitors = Visitors(stack, PEOPLE)
    async with asyncio.TaskGroup() as talking:
        talking.create_task(visitors.run())
        await visitors.until(int(turns * WARM_SHARE))
        warm = {name: resident(service.pid) for name, service in services.items()}
        await visitors.until(turns)
        end = {name: resident(service.pid) for name, service in services.items()}
        visitors.stop()
    return {name: Memory(warm[name], end[name]) for name in services}


def resident(pid: int) -> float:
    """Return the resident memory of a process in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} has no memory")
