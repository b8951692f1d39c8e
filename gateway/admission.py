"""How much one person may ask of this process: requests in a time, and streams at once. It is counted in memory alone.

The database counts messages and tool calls for all replicas together; this protects the process, and costs no request.
"""

import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeVar
from weakref import finalize

from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

STREAM_RETRY_SECONDS = 5

Piece = TypeVar("Piece")


class Pace:
    """Requests of each person: the generic cell rate algorithm (ITU-T I.371), as the MCP server has it for tools.

    Args:
        per_second: requests in the long run.
        at_once: how many may come together.
        clock: seconds, of any beginning.
    """

    def __init__(self, per_second: float, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = 1 / per_second
        self._window = self._step * at_once
        self._clock = clock
        self._due: dict[UserId, float] = {}
        self._sweep_at = clock() + self._window

    def admit(self, user: UserId) -> None:
        """Let one request go on; one that has to wait does not count.

        Raises:
            ProductError: ``rate_limited``, with the seconds to wait.
        """
        now = self._clock()
        if now >= self._sweep_at:
            self._forget_who_is_in_time(now)
        due = max(now, self._due.get(user, now)) + self._step
        if due - now > self._window:
            seconds = max(1, math.ceil(due - now - self._window))
            raise ProductError(
                ErrorCode.RATE_LIMITED, f"That was a lot at once. Go on in {seconds} s.", retry_after=seconds
            )
        self._due[user] = due

    def _forget_who_is_in_time(self, now: float) -> None:
        self._due = {user: due for user, due in self._due.items() if due > now}
        self._sweep_at = now + self._window


class Places:
    """As many streams of one kind as each person may have open at the same time; ``full`` says that there are more."""

    def __init__(self, most: int, full: str) -> None:
        self._most = most
        self._full = full
        self._taken = Counter[UserId]()

    def take(self, user: UserId) -> "Place":
        """Take a place; it is free again when it is left, or when nobody holds it any more.

        Raises:
            ProductError: ``rate_limited``, when all are taken.
        """
        if self._taken[user] >= self._most:
            raise ProductError(ErrorCode.RATE_LIMITED, self._full, retry_after=STREAM_RETRY_SECONDS)
        self._taken[user] += 1
        return Place(self, user)

    def leave(self, user: UserId) -> None:
        self._taken[user] -= 1
        if not self._taken[user]:
            del self._taken[user]


class Place:
    """One stream's place."""

    def __init__(self, places: Places, user: UserId) -> None:
        # Whoever hangs up before the first event leaves a generator that never ran, and so has no end of its own.
        self.leave = finalize(self, places.leave, user)
        self.leave.atexit = False

    async def during(self, pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece]:
        """Yield what a stream yields, and leave the place at its end."""
        try:
            async for piece in pieces:
                yield piece
        finally:
            self.leave()
