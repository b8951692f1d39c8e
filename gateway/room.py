"""How many answers may run at once: as many as were allowed, and fewer while the event loop comes late."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

BEAT_SECONDS = 0.02
LATE_SECONDS = 0.02
"""Whatever waits is served so much too late: one more answer would make all of them slower, and refusals too."""
FIRST, FEWEST = 16, 8
MORE, LESS = 0.1, 0.5


class Room:
    """Additive increase, multiplicative decrease (RFC 5681), up to twice the answers that are served in time.

    What an answer costs the process differs a hundredfold between models; how late the loop is tells of any load.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = float(min(most, FIRST))

    def has_place(self, taken: int) -> bool:
        """Tell whether an answer may begin beside those that run."""
        return taken < int(self._size)

    def feel(self, seconds_late: float, running: int) -> None:
        """Grow or shrink after a beat to which the loop came so late, with so many answers running."""
        if seconds_late > LATE_SECONDS:
            self._size = max(min(FEWEST, self._most), self._size * LESS)
        else:
            self._size = min(self._most, max(FIRST, 2 * running), self._size + MORE)

    @asynccontextmanager
    async def measured(self, running: Callable[[], int]) -> AsyncGenerator[None]:
        """Grow and shrink as long as the process serves; ``running`` tells how many answers there are."""
        beating = asyncio.create_task(self._beat(running))
        try:
            yield
        finally:
            beating.cancel()

    async def _beat(self, running: Callable[[], int]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            self.feel(loop.time() - due, running())
