"""How often a person's client may call, and how many messages may be answered; asked before the work."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_server.db.admission import Pace
from mcp_server.db.session import Database, Rows
from mcp_server.db.turns import RunningTurn
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

TURNS = "turns"
RUNNING_RETRY_SECONDS = 5


@dataclass(frozen=True)
class TurnLimits:
    """How many of one person's messages are answered, for every replica together.

    Attributes:
        per_minute: in the long run.
        at_once: how many may come together.
        running: how many are answered at the same time, in conversations of their own.
    """

    per_minute: float
    at_once: int
    running: int

    async def admit(self, rows: Rows, running: Sequence[RunningTurn]) -> None:
        """Let one message go on beside those that run; one that is refused changes nothing.

        The person's row is held by the caller.

        Raises:
            ProductError: ``rate_limited``, with the seconds to wait.
        """
        if sum(turn.is_alive for turn in running) >= self.running:
            sentence = f"{self.running} of your messages are being answered already. Wait for one of them."
            raise ProductError(ErrorCode.RATE_LIMITED, sentence, retry_after=RUNNING_RETRY_SECONDS)
        if wait := await rows.admission.wait(TURNS, Pace(self.per_minute / 60, self.at_once)):
            seconds = max(1, math.ceil(wait))
            sentence = f"That was a lot at once. Send again in {seconds} s."
            raise ProductError(ErrorCode.RATE_LIMITED, sentence, retry_after=seconds)


class AdmissionService:
    """Counts calls per person and client, for every replica together."""

    def __init__(self, database: Database, per_second: float, burst: int) -> None:
        self._database = database
        self._pace = Pace(per_second, burst)

    async def admit(self, user: UserId, client: str) -> None:
        """Let one call of this client go on; it counts, whatever comes of it.

        Raises:
            ProductError: ``rate_limited``, with the seconds to wait.
        """
        bucket = f"tools:{hashlib.sha256(client.encode()).hexdigest()[:32]}"
        if await self._database.take(user, bucket, self._pace):
            return
        async with self._database.transaction(user) as rows:
            wait = await rows.admission.wait(bucket, self._pace)
        if wait:
            seconds = max(1, math.ceil(wait))
            sentence = f"Too many calls at once. Wait {seconds} s, then go on more slowly."
            raise ProductError(ErrorCode.RATE_LIMITED, sentence, retry_after=seconds)
