"""A person as a whole: the zone that they chose, and the end of everything that is theirs."""

import time

from mcp_server.db.session import Database
from mcp_server.services.zones import NO_ZONE, is_zone
from shared.contract import Done
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

MOST_AT_ONCE = 20_000
REMOVING_SECONDS = 8  # of the fifteen that a caller waits


class PersonService:
    """One person."""

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
        """Delete every task, change and conversation; an answer under way finds no turn to store itself in.

        All in one transaction, but for a person with more than fits into one: what is gone then stays gone.

        Raises:
            ProductError: ``unavailable``, when some of it is still there.
        """
        deadline = time.monotonic() + REMOVING_SECONDS
        while time.monotonic() < deadline:
            async with self._database.transaction(user) as rows:
                await rows.people.lock()
                if await rows.people.remove_some(MOST_AT_ONCE) < MOST_AT_ONCE:
                    await rows.people.remove()
                    return Done()
        sentence = "There is a lot to delete, and some of it is still there. Ask for it again."
        raise ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=1)
