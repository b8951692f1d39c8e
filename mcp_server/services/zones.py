"""The person's own clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from mcp_server.db.people import PersonRepository

Clock = Callable[[], datetime]
DEFAULT_ZONE = "UTC"


def utc_now() -> datetime:
    return datetime.now(UTC)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Tell whether the name is an IANA time zone."""
    return name in _zone_names()


async def local_now(people: PersonRepository, clock: Clock) -> datetime:
    """Return the present time in the person's zone, which is UTC until they said another."""
    return clock().astimezone(ZoneInfo(await people.time_zone() or DEFAULT_ZONE))
