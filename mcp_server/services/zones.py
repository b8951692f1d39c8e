"""The person's own clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from mcp_server.db.people import PersonRepository

Clock = Callable[[], datetime]
DEFAULT_ZONE = "UTC"
NO_PLACES = {"localtime", "Factory"}
"""In the system's list, and nobody's time zone: the one is this machine's own, the other says that none was set."""
NO_ZONE = "There is no such time zone. Write an IANA name such as Europe/Berlin."


def utc_now() -> datetime:
    return datetime.now(UTC)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - NO_PLACES)


def is_zone(name: str) -> bool:
    """Tell whether the name is an IANA time zone."""
    return name in _zone_names()


def zone_of(name: str | None) -> ZoneInfo:
    """Return the zone of that name, or UTC while nobody said one that exists."""
    return ZoneInfo(name if name is not None and is_zone(name) else DEFAULT_ZONE)


def local_now(people: PersonRepository, clock: Clock) -> datetime:
    """Return the present time in the person's zone."""
    return clock().astimezone(zone_of(people.time_zone))


def wall_clock(now: datetime) -> datetime:
    """Return the person's clock as they read it: due times carry no zone."""
    return now.replace(tzinfo=None)
