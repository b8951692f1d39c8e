"""People's rows: time zone and the counters of tasks and change sets."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from mcp_server.db.change_tables import ChangedTaskRow, ChangeRow, RateLimitRow, ReplyRow
from mcp_server.db.repository import Repository, Transaction
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import ConversationRow, ItemRow, PersonRow, TaskRow, TurnRow

_MAKE = Statement(insert(PersonRow).values(user_id=USER).on_conflict_do_nothing())
_CHANGE = update(PersonRow).where(PersonRow.user_id == USER)
_SET_ZONE = Statement(_CHANGE.values(time_zone=value("name")))
_CHOOSE_ZONE = Statement(_CHANGE.values(time_zone=value("name"), zone_chosen=True))
_HELD = (PersonRow.time_zone, PersonRow.zone_chosen, PersonRow.next_task, PersonRow.next_change)
_LOCK = Statement(select(*_HELD).where(PersonRow.user_id == USER).with_for_update(key_share=True))
# In the order in which nothing that goes takes anything else along, which would take a person with much too long.
_THEIRS = (ChangedTaskRow, ChangeRow, ReplyRow, TaskRow, ItemRow, TurnRow, ConversationRow)
_REMOVE_SOME = """
WITH gone AS (
  DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE user_id = $1 LIMIT $2)) RETURNING 1
) SELECT count(*) FROM gone
"""
_REMOVE = Statement(delete(PersonRow).where(PersonRow.user_id == USER))
_REMOVE_LIMITS = Statement(delete(RateLimitRow).where(RateLimitRow.user_id == USER))


@dataclass
class Person:
    """A person whose row is held until the transaction ends; the numbers are the next ones that nothing has."""

    time_zone: str | None
    zone_chosen: bool
    next_task: int
    next_change: int


class PersonRepository(Repository):
    """One person, who is made on first sight.

    Attributes:
        time_zone: the IANA name, or None while nobody said it.
    """

    def __init__(self, transaction: Transaction, held: Person | None) -> None:
        super().__init__(transaction)
        self.time_zone = transaction.time_zone
        self._held = held

    async def lock(self) -> Person:
        """Take the person's row: what follows in this transaction happens one at a time for this person."""
        if self._held is not None:
            return self._held
        rows = await self._rows(_LOCK)
        if not rows:
            await self._rows(_MAKE)
            rows = await self._rows(_LOCK)
        self._held = Person(*rows[0])
        return self._held

    async def set_time_zone(self, name: str, *, chosen: bool = False) -> None:
        """Store the person's zone; one that they chose themselves is marked, and stays marked."""
        await self._rows(_CHOOSE_ZONE if chosen else _SET_ZONE, name=name)
        self.time_zone = name

    async def remove_some(self, most: int) -> int:
        """Delete so many rows of the person's, if there are as many, and return how many there were."""
        gone = 0
        for row in _THEIRS:
            statement = _REMOVE_SOME.format(table=row.__tablename__)
            gone += await self._connection.fetchval(statement, self._user, most - gone)
        return gone

    async def remove(self) -> None:
        """Delete the person with everything that is theirs."""
        await self._rows(_REMOVE)
        await self._rows(_REMOVE_LIMITS)

    async def take_task_numbers(self, count: int) -> range:
        """Reserve numbers for new tasks, which are kept with their change set; none is ever used twice."""
        person = await self.lock()
        first = person.next_task
        person.next_task = first + count
        return range(first, first + count)
