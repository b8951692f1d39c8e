"""Where a write comes from: what is remembered of a call beside its arguments."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """One call of a tool that writes.

    Attributes:
        client: ``web``, or the name that the person's MCP client gives itself.
        turn_id: the turn of the web chat that it belongs to; ``lease`` proves that the caller answers it.
        key: the caller's own key; the same key is the same write.
        confirmed: whether the person said yes to this very call.
    """

    client: str
    tool: str
    turn_id: uuid.UUID | None = None
    lease: uuid.UUID | None = None
    key: str = ""
    confirmed: bool = False
