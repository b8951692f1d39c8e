"""A gateway that forgets no turn, and 300 kB with each: the negative control of the memory run."""

from typing import Any

import gateway.app
from gateway.__main__ import main
from gateway.turn import Turn
from gateway.turns import Turns

BALLAST_BYTES = 300_000

_kept: list[tuple[Turn, bytearray]] = []


class LeakyTurns(Turns):
    """Keeps every turn, as a cache without a bound would."""

    async def begin(self, *positional: Any, **told: Any) -> Turn:
        turn = await super().begin(*positional, **told)
        _kept.append((turn, bytearray(b"x" * BALLAST_BYTES)))
        return turn


if __name__ == "__main__":
    gateway.app.Turns = LeakyTurns  # type: ignore[misc]
    main()
