"""A person as a whole: the end of everything that is theirs."""

from mcp_server.db.session import Database
from shared.contract import Done
from shared.identity import UserId


class PersonService:
    """One person, one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, user: UserId) -> Done:
        """Delete every task, change and conversation; an answer under way finds no turn to store itself in."""
        async with self._database.transaction(user) as rows:
            await rows.people.lock()
            await rows.people.remove()
        return Done()
