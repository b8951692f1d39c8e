"""The one error type that crosses the wire between gateway and MCP server."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

ERROR_META_KEY = "remit/error"
"""Where a tool result's ``_meta`` carries the error; its content carries the same sentence for a model."""


class ErrorCode(StrEnum):
    """What went wrong, in words that stay the same when the sentences change."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    WRONG_TASK = "wrong_task"
    CONFLICT = "conflict"
    TURN_IN_PROGRESS = "turn_in_progress"
    LEASE_LOST = "lease_lost"
    NEEDS_CONFIRMATION = "needs_confirmation"
    DECLINED = "declined"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class ProductError(Exception):
    """An error that a person or a model may see.

    Args:
        code: the stable code.
        message: one sentence that says what happened, and what to do next where that is not plain.
        retry_after: seconds after which the same request may succeed, where that is known.
        tasks: what the person must be asked about, each with ``id`` and ``title``.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        retry_after: int | None = None,
        tasks: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.tasks = [dict(task) for task in tasks]

    def to_wire(self) -> dict[str, Any]:
        """Return ``{code, message}``, and ``retry_after`` and ``tasks`` where there are any."""
        body: dict[str, Any] = {"code": self.code.value, "message": self.message}
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        if self.tasks:
            body["tasks"] = self.tasks
        return body

    @classmethod
    def from_wire(cls, body: Mapping[str, Any]) -> Self:
        """Read an error back; one without a known code is the server's own failure."""
        try:
            retry_after = body.get("retry_after")
            return cls(
                ErrorCode(body["code"]),
                str(body["message"]),
                retry_after=None if retry_after is None else int(retry_after),
                tasks=body.get("tasks", ()),
            )
        except (KeyError, TypeError, ValueError):
            return cls(ErrorCode.INTERNAL, "The task server failed. Try again.")
