"""What a failure of the database means to a caller."""

import logging
import re
from typing import NoReturn, TypeAlias

from asyncpg import (
    AdminShutdownError,
    CrashShutdownError,
    InterfaceError,
    InternalClientError,
    PostgresConnectionError,
    PostgresError,
)

from shared.errors import ErrorCode, ProductError

log = logging.getLogger(__name__)

Failure: TypeAlias = PostgresError | InterfaceError | InternalClientError | OSError
FAILURES = (PostgresError, InterfaceError, InternalClientError, OSError)
"""What asyncpg raises; a time limit that is over is an ``OSError``."""

_CONSTRAINTS = {
    "items_id": ProductError(ErrorCode.CONFLICT, "An item with this id stands already."),
    "turns_one_live": ProductError(ErrorCode.TURN_IN_PROGRESS, "Another message is still being answered."),
    "turns_message_key": ProductError(ErrorCode.CONFLICT, "This key was used for another message."),
}
# SQLSTATE classes (PostgreSQL manual, appendix A): connection, a transaction that was left alone or lasted for too long
# (this process was stopped), authorization, database, rollback (deadlock), resources, object state, operator
# intervention (shutdown, time limit), system.
_PASSING = ("08", "25P03", "25P04", "28", "3D", "40", "53", "55", "57", "58")
_UNUSABLE_VALUE = "22"
_CLOSED = re.compile(r"(connection|pool) is clos|connection has been released")  # asyncpg has no class for it
_LOST = (
    PostgresConnectionError,
    AdminShutdownError,
    CrashShutdownError,
    ConnectionError,
    InternalClientError,  # asyncpg no longer knows its state: the server ended it right after an answer
)
_STATEMENT_LOST = {"26000", "42P05"}
"""A prepared statement is not there, or there already: the next transaction ran on another server connection."""


def unavailable() -> ProductError:
    sentence = "The task store cannot be reached. Try again in a moment."
    return ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=2)


def is_lost(error: Failure) -> bool:
    """Tell whether the connection is gone."""
    if isinstance(error, InterfaceError):
        return _CLOSED.search(str(error)) is not None
    return isinstance(error, _LOST)


def raise_meaning(error: Failure) -> NoReturn:
    """Raise what a caller should be told; an error that tells of a mistake of ours stays what it is."""
    if isinstance(error, OSError) or is_lost(error):
        log.warning("the database cannot be reached: %s", type(error).__name__)  # or no connection was free
        raise unavailable() from error
    state: str = getattr(error, "sqlstate", None) or ""
    meaning = _CONSTRAINTS.get(getattr(error, "constraint_name", None) or "")
    if meaning is not None:
        raise ProductError(meaning.code, meaning.message) from error
    if state in _STATEMENT_LOST:
        log.critical("behind this pooler, set MCP_SERVER_DATABASE_POOLED=true")
        raise unavailable() from error
    if state.startswith(_UNUSABLE_VALUE):
        raise ProductError(ErrorCode.INVALID, "A text or a number in it cannot be stored.") from error
    if state.startswith(_PASSING):
        log.warning("the database gave up: %s %s", type(error).__name__, state)
        raise unavailable() from error
    raise error
