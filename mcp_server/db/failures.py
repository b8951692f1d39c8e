"""What a failure of the database means to a caller."""

import logging
from typing import NoReturn

from sqlalchemy import exc

from shared.errors import ErrorCode, ProductError

log = logging.getLogger(__name__)

_CONSTRAINTS = {
    "items_id": ProductError(ErrorCode.CONFLICT, "An item with this id stands already."),
    "turns_one_live": ProductError(ErrorCode.TURN_IN_PROGRESS, "Another message is still being answered."),
    "turns_message_key": ProductError(ErrorCode.CONFLICT, "This key was used for another message."),
}
# SQLSTATE classes (PostgreSQL manual, appendix A): connection, authorization, database, rollback (deadlock),
# resources, object state, operator intervention (shutdown, time limit), system.
_PASSING = ("08", "28", "3D", "40", "53", "55", "57", "58")
_UNUSABLE_VALUE = "22"
_STATEMENT_LOST = {"26000", "42P05"}
"""A prepared statement is not there, or there already: the next transaction ran on another server connection."""


def unavailable() -> ProductError:
    sentence = "The task store cannot be reached. Try again in a moment."
    return ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=2)


def raise_meaning(error: exc.SQLAlchemyError | OSError) -> NoReturn:
    """Raise what a caller should be told; an error that tells of a mistake of ours stays what it is."""
    if isinstance(error, exc.ArgumentError | exc.CompileError):  # a statement that was never sent
        raise error
    if not isinstance(error, exc.DBAPIError):  # no connection, or none free
        log.warning("the database cannot be reached: %s", type(error).__name__)
        raise unavailable() from error
    cause = error.driver_exception
    state: str = getattr(cause, "sqlstate", None) or ""
    meaning = _CONSTRAINTS.get(getattr(cause, "constraint_name", None) or "")
    if meaning is not None:
        raise ProductError(meaning.code, meaning.message) from error
    if state in _STATEMENT_LOST:
        log.critical("behind this pooler, set MCP_SERVER_DATABASE_POOLED=true")
        raise unavailable() from error
    if state.startswith(_UNUSABLE_VALUE):
        raise ProductError(ErrorCode.INVALID, "A text or a number in it cannot be stored.") from error
    if state.startswith(_PASSING) or error.connection_invalidated:
        log.warning("the database gave up: %s %s", type(cause).__name__, state)
        raise unavailable() from error
    raise error
