"""How often a person may call: one GCRA cell a bucket, taken in one statement."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import extract, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from mcp_server.db.change_tables import RateLimitRow
from shared.identity import UserId


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


class AdmissionRepository:
    """One user's cells."""

    def __init__(self, session: AsyncSession, user: UserId) -> None:
        self._session = session
        self._user = user

    async def wait(self, bucket: str, pace: Pace) -> float:
        """Take one call out of the bucket and return 0, or return the seconds until there is one.

        The generic cell rate algorithm (ITU-T I.371): ``tat`` is when the next call would come at the even pace, and
        may lie at most ``window`` ahead. A call that has to wait changes nothing.
        """
        next_tat = func.greatest(RateLimitRow.tat, func.now()) + pace.step
        take = insert(RateLimitRow).values(user_id=self._user, bucket=bucket, tat=func.now() + pace.step)
        taken = take.on_conflict_do_update(
            index_elements=[RateLimitRow.user_id, RateLimitRow.bucket],
            set_={"tat": next_tat},
            where=next_tat <= func.now() + pace.window,
        ).returning(literal(1))
        if (await self._session.execute(taken)).scalar_one_or_none():
            return 0
        left = extract("epoch", RateLimitRow.tat + pace.step - pace.window - func.now())
        own = (RateLimitRow.user_id == self._user, RateLimitRow.bucket == bucket)
        return float((await self._session.execute(select(left).where(*own))).scalar_one())
