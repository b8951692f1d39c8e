"""How often a person's client may call; asked before the work."""

import hashlib
import math

from mcp_server.db.admission import Pace
from mcp_server.db.session import Database
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId


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
        async with self._database.transaction(user) as rows:
            wait = await rows.admission.wait(bucket, self._pace)
        if wait:
            seconds = max(1, math.ceil(wait))
            sentence = f"Too many calls at once. Wait {seconds} s, then go on more slowly."
            raise ProductError(ErrorCode.RATE_LIMITED, sentence, retry_after=seconds)
