"""How often a person may call: one GCRA cell a bucket, taken in one statement."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Interval, Text, extract, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from mcp_server.db.change_tables import RateLimitRow
from mcp_server.db.repository import Repository
from mcp_server.db.statements import USER, Statement, value


@dataclass(frozen=True)
class Pace:
    """Calls a second in the long run, and how many may come at once."""

    per_second: float
    burst: int

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=1 / self.per_second)

    @property
    def window(self) -> timedelta:
        return self.step * self.burst


_STEP, _WINDOW = value("step", Interval), value("window", Interval)
_NEXT = func.greatest(RateLimitRow.tat, func.now()) + _STEP
# The row's own user binds row-level security, before its policy looks at the row. Were it ever after, it would refuse.
_BOUND = func.set_config("app.user_id", value("user", Text), literal(True))
TAKE = Statement(
    insert(RateLimitRow)
    .values(user_id=_BOUND, bucket=value("bucket", Text), tat=func.now() + _STEP)
    .on_conflict_do_update(
        index_elements=[RateLimitRow.user_id, RateLimitRow.bucket],
        set_={"tat": _NEXT},
        where=func.now() + _WINDOW >= _NEXT,
    )
    .returning(literal(1))
)
"""Takes one call out of a bucket, as a transaction of one statement; it returns no row where there is none left.

The generic cell rate algorithm (ITU-T I.371): ``tat`` is when the next call would come at the even pace, and may lie at
most ``window`` ahead. A call that has to wait changes nothing.
"""


_LEFT = Statement(
    select(extract("epoch", RateLimitRow.tat + _STEP - _WINDOW - func.now())).where(
        RateLimitRow.user_id == USER, RateLimitRow.bucket == value("bucket")
    )
)


def cell(bucket: str, pace: Pace) -> dict[str, Any]:
    """Return what ``TAKE`` needs beside the user."""
    return {"bucket": bucket, "step": pace.step, "window": pace.window}


class AdmissionRepository(Repository):
    """One user's cells."""

    async def wait(self, bucket: str, pace: Pace) -> float:
        """Take one call out of the bucket and return 0, or return the seconds until there is one."""
        if await self._rows(TAKE, **cell(bucket, pace)):
            return 0
        return float(await self._first(_LEFT, **cell(bucket, pace)))
