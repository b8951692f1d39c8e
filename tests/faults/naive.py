"""A gateway as many are written: a message has no key, and its answer lives and dies with the response.

The negative control of the fault run: the same people, the same faults, and the verdict must find something.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from chatkit.types import ThreadStreamEvent

import gateway.app
from gateway.__main__ import main
from gateway.turn import Turn
from gateway.turns import Turns
from shared.identity import UserId


class NaiveTurns(Turns):
    """Forgets which message it was, and stops answering when nobody listens."""

    async def begin(self, user: UserId, content: Any, *, key: str | None = None, **told: Any) -> Turn:  # noqa: ARG002
        turn = await super().begin(user, content, **told)
        follow, task = turn.follow, next(task for task, one in self._running.items() if one is turn)

        async def live_and_die() -> AsyncGenerator[ThreadStreamEvent]:
            try:
                async for event in follow():
                    yield event
            finally:
                if not task.done():
                    task.cancel()
                    await asyncio.wait({task})

        turn.follow = live_and_die  # type: ignore[method-assign]
        return turn


if __name__ == "__main__":
    gateway.app.Turns = NaiveTurns  # type: ignore[misc]
    main()
