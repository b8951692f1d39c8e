"""People's rows: time zone and the counters of tasks and change sets."""

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from mcp_server.db.change_tables import RateLimitRow
from mcp_server.db.repository import USER, Repository
from mcp_server.db.tables import PersonRow
from shared.identity import UserId

_TIME_ZONE = select(PersonRow.time_zone).where(PersonRow.user_id == USER)
_LOCK = select(PersonRow).where(PersonRow.user_id == USER).with_for_update(key_share=True)


class PersonRepository(Repository):
    """One person, who is made on first sight."""

    def __init__(self, session: AsyncSession, user: UserId) -> None:
        super().__init__(session, user)
        self._held: PersonRow | None = None

    async def time_zone(self) -> str | None:
        """Return the IANA name, or None while nobody said it."""
        name: str | None = (await self._run(_TIME_ZONE)).scalar_one_or_none()
        return name

    async def lock(self) -> PersonRow:
        """Take the person's row: what follows in this transaction happens one at a time for this person."""
        if self._held is not None:
            return self._held
        held: PersonRow | None = (await self._run(_LOCK)).scalar_one_or_none()
        if held is None:
            make = insert(PersonRow).values(user_id=self._user).on_conflict_do_nothing()
            await self._session.execute(make)
        row: PersonRow = held or (await self._run(_LOCK)).scalar_one()
        self._held = row
        return row

    async def set_time_zone(self, name: str, *, chosen: bool = False) -> None:
        """Store the person's zone; one that they chose themselves is marked, and stays marked."""
        values = {"time_zone": name} | ({"zone_chosen": True} if chosen else {})
        await self._session.execute(update(PersonRow).where(PersonRow.user_id == self._user).values(values))

    async def remove(self) -> None:
        """Delete the person with everything that is theirs."""
        await self._session.execute(delete(PersonRow).where(PersonRow.user_id == self._user))
        await self._session.execute(delete(RateLimitRow).where(RateLimitRow.user_id == self._user))

    async def take_task_numbers(self, count: int) -> range:
        """Reserve numbers for new tasks, stored with the next flush; none is ever used twice."""
        person = await self.lock()
        first = person.next_task
        person.next_task = first + count
        return range(first, first + count)

    async def take_change_number(self) -> int:
        """Reserve the number of a change set, stored with the next flush."""
        person = await self.lock()
        number = person.next_change
        person.next_change = number + 1
        return number
