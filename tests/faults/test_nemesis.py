"""What hangs does nothing for a while, its children neither, and then goes on."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.faults.nemesis import hang
from tests.services import until

pytestmark = pytest.mark.requirement("004/FR-072")


def _are_stopped(pids: list[int]) -> list[bool]:
    """Read the states, which stand behind the name in brackets."""
    return [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T" for pid in pids]


@pytest.mark.parametrize("with_children", [True, False])
def test_what_hangs_stands_still_and_goes_on(with_children: bool) -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60 & sleep 60 & wait"]) as parent:
        pids = [parent.pid]
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        until(lambda: len(children.read_text().split()) == 2)
        pids += map(int, children.read_text().split())

        async def look() -> list[list[bool]]:
            hanging = asyncio.create_task(hang(parent.pid, 0.2, with_children=with_children))
            await asyncio.sleep(0.1)
            during = _are_stopped(pids)
            await hanging
            return [during, _are_stopped(pids)]

        try:
            assert asyncio.run(look()) == [[True, with_children, with_children], [False] * 3]
        finally:
            subprocess.run(["kill", *map(str, pids)], check=True)
