"""The gateway's own tools for a person as a whole."""

from typing import Annotated

from pydantic import Field

from mcp_server.services.people import PersonService
from shared.contract import Done
from shared.identity import UserId


class PersonTools:
    """Each tool is a signature and one call."""

    def __init__(self, people: PersonService) -> None:
        self._people = people

    async def choose_time_zone(self, user: UserId, time_zone: Annotated[str, Field(max_length=64)]) -> Done:
        """Keep the zone that the person chose, from whatever device they write."""
        return await self._people.choose_time_zone(user, time_zone)

    async def delete_person(self, user: UserId) -> Done:
        """Delete the person's tasks, changes and conversations, for good."""
        return await self._people.remove(user)
