"""A person as a whole: the zone that they chose, and the end of everything that is theirs."""

from mcp_server.db.session import Database
from mcp_server.services.zones import NO_ZONE, is_zone
from shared.contract import Done
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId


class PersonService:
    """One person, one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def choose_time_zone(self, user: UserId, name: str) -> Done:
        """Store a zone that no device changes any more."""
        if not is_zone(name):
            raise ProductError(ErrorCode.INVALID, NO_ZONE)
        async with self._database.transaction(user) as rows:
            await rows.people.lock()
            await rows.people.set_time_zone(name, chosen=True)
        return Done()

    async def remove(self, user: UserId) -> Done:
        """Delete every task, change and conversation; an answer under way finds no turn to store itself in."""
        async with self._database.transaction(user) as rows:
            await rows.people.lock()
            await rows.people.remove()
        return Done()
