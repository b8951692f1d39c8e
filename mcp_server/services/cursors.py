"""Where a page of tasks ended, as a text that only this server reads."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from mcp_server.db.searches import NO_DATE, NO_TIME, FoundTask, Position, Status
from mcp_server.services.items import LARGEST_NUMBER
from shared.errors import ErrorCode, ProductError


@dataclass(frozen=True)
class Start:
    """Where a page begins: after which position, and how many tasks were shown before."""

    after: Position | None
    shown: int


def write(status: Status, shown: int, last: FoundTask) -> str:
    key: tuple[str, ...]
    ended = {"open": None, "done": last.completed_at, "deleted": last.deleted_at}[status]
    if ended is not None:
        key = (ended.isoformat(),)
    else:
        key = ((last.due_on or NO_DATE).isoformat(), (last.due_at or NO_TIME).isoformat())
    body = json.dumps([status, shown, *key, last.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode()


def read(cursor: str, status: Status) -> Start:
    """Read a cursor back; an empty one means the beginning.

    Raises:
        ProductError: ``invalid``, for a text that is no cursor of this kind of search.
    """
    if not cursor:
        return Start(None, 0)
    try:
        return _read(json.loads(base64.urlsafe_b64decode(cursor)), status)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        sentence = "The cursor belongs to another search. Leave it out to begin again."
        raise ProductError(ErrorCode.INVALID, sentence) from error


def _read(body: object, status: Status) -> Start:
    after: Position
    match body:
        case [str(state), int(shown), str(at), int(number)] if status == state != "open":
            after = (datetime.fromisoformat(at).astimezone(UTC), number)
        case ["open", int(shown), str(on), str(at), int(number)] if status == "open":
            after = (date.fromisoformat(on), time.fromisoformat(at), number)
        case _:
            raise ValueError("another search's cursor")
    if not (0 < shown <= LARGEST_NUMBER and 0 < number <= LARGEST_NUMBER):
        raise ValueError("no page ends there")
    return Start(after, shown)
