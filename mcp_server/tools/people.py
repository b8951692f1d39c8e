"""The gateway's own tools for a person as a whole."""

from mcp_server.services.people import PersonService
from shared.contract import Done
from shared.identity import UserId


class PersonTools:
    """Each tool is a signature and one call."""

    def __init__(self, people: PersonService) -> None:
        self._people = people

    async def delete_person(self, user: UserId) -> Done:
        """Delete the person's tasks, changes and conversations, for good."""
        return await self._people.remove(user)
