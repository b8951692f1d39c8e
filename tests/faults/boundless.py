"""A gateway without a bound on the answers under way, which refuses some all the same: late, and without saying when.

The negative control of the overload run.
"""

import asyncio
import random
from typing import Any

from starlette.responses import JSONResponse

import gateway.app
import gateway.errors
from gateway.__main__ import main
from gateway.room import Room
from gateway.turn import Turn
from gateway.turns import Turns
from shared.errors import ErrorCode, ProductError

REFUSED_SHARE = 0.3
REFUSAL_SECONDS = 0.5

_error_response = gateway.errors.error_response


class BoundlessTurns(Turns):
    """Refuses by chance alone, after a while."""

    async def begin(self, *positional: Any, **told: Any) -> Turn:
        if random.random() < REFUSED_SHARE:  # noqa: S311 - no secret
            await asyncio.sleep(REFUSAL_SECONDS)
            raise ProductError(ErrorCode.UNAVAILABLE, "Not now.")
        return await super().begin(*positional, **told)


def _always(_: Room, __: int) -> bool:
    return True


def _curt(error: ProductError) -> JSONResponse:
    answer = _error_response(error)
    del answer.headers["Retry-After"]
    return answer


if __name__ == "__main__":
    Room.has_place = _always  # type: ignore[method-assign]
    gateway.app.Turns = BoundlessTurns  # type: ignore[misc]
    gateway.errors.error_response = _curt
    main()
