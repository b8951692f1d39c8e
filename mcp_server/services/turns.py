"""How a turn goes on and ends: its holder stores the answer as it comes, and once as a whole; anyone may say stop."""

import uuid
from typing import NoReturn

from mcp_server.db.session import Database
from mcp_server.db.turns import LEASE_SECONDS
from mcp_server.services.conversations import clean_title, conversation_not_found, conversation_uuid
from mcp_server.services.texts import storable_item
from shared.contract import Done, Item, LeaseRenewed, TurnOutcome, TurnStopped
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId


class TurnService:
    """One user's running turns, one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def renew(self, user: UserId, turn_id: str, lease: str, items: list[Item] | None) -> LeaseRenewed:
        """Keep the turn for another while, and store the answer as far as it has come."""
        stored = None if items is None else [storable_item(item) for item in items]
        async with self._database.transaction(user) as rows:
            if stored is None:
                stop = await rows.turns.renew(_turn_uuid(turn_id), _turn_uuid(lease))
            else:
                held = await rows.turns.hold(_turn_uuid(turn_id), _turn_uuid(lease)) or lease_lost()
                stop = held.stop
                if stop is not None:
                    await rows.items.store_answer(held, stored)
        return lease_lost() if stop is None else LeaseRenewed(seconds=LEASE_SECONDS, stop=stop)

    async def stop(self, user: UserId, conversation_id: str, key: str) -> TurnStopped:
        """Ask the holder of a running turn, found by its conversation or its key, to say no more."""
        async with self._database.transaction(user) as rows:
            known = await rows.turns.find_by_key(key) if key else None
            if key and known is None:
                return TurnStopped()
            place = conversation_uuid(conversation_id) if known is None else known.conversation_id
            if not await rows.conversations.lock(place):
                conversation_not_found()
            turn = await rows.turns.find_live(place)
            if turn is None or (known is not None and turn.id != known.id):
                return TurnStopped()
            await rows.turns.ask_to_stop(turn.id)
        return TurnStopped(turn_id=str(turn.id))

    async def finish(
        self, user: UserId, turn_id: str, lease: str, *, outcome: TurnOutcome, items: list[Item], title: str
    ) -> Done:
        """Store the answer, the outcome and the title; all of it, or nothing when the lease is no longer held.

        Whoever did not hear the reply may say it again: what was stored stays.
        """
        stored = [storable_item(item) for item in items]
        async with self._database.transaction(user) as rows:
            held = await rows.turns.finish(_turn_uuid(turn_id), _turn_uuid(lease), outcome) or lease_lost()
            if held.stop is None:
                ended = await rows.turns.find(held.turn.id) or lease_lost()
                return Done() if (ended.lease, ended.status) == (_turn_uuid(lease), outcome) else lease_lost()
            await rows.items.store_answer(held, stored)
            if title:
                await rows.conversations.rename(held.turn.conversation_id, clean_title(title))
        return Done()


def _turn_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        lease_lost()


def lease_lost() -> NoReturn:
    """Say that the turn is another's by now, or has ended."""
    raise ProductError(ErrorCode.LEASE_LOST, "This turn is no longer yours to answer. Nothing was stored.")
