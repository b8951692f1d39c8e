"""A message as it comes: stored at the end of its conversation, and a running turn for it, by one statement."""

import uuid

from sqlalchemy import DateTime, Text, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from mcp_server.db.repository import USER, Repository, value
from mcp_server.db.tables import ConversationRow, ItemRow, TurnRow
from mcp_server.db.turns import LEASE, PLACE, TURN, StoredTurn, lease_end
from shared.contract import Conversation, Item, Turn

_TAKEN = (
    update(ConversationRow)
    .where(ConversationRow.user_id == USER, ConversationRow.id == PLACE)
    .values(next_seq=ConversationRow.next_seq + 1, updated_at=func.clock_timestamp())
    .returning(
        ConversationRow.user_id,
        ConversationRow.id,
        ConversationRow.title,
        ConversationRow.created_at,
        ConversationRow.updated_at,
        (ConversationRow.next_seq - 1).label("number"),
    )
    .cte("taken")
)
_STORED_ITEM = {
    "user_id": _TAKEN.c.user_id,
    "conversation_id": _TAKEN.c.id,
    "seq": _TAKEN.c.number,
    "turn_id": TURN,
    "id": value("message", Text),
    "kind": value("kind", Text),
    "data": value("data", JSONB),
    "created_at": value("said_at", DateTime(timezone=True)),
}
_STORED_TURN = {
    "user_id": _TAKEN.c.user_id,
    "conversation_id": _TAKEN.c.id,
    "number": _TAKEN.c.number,
    "answer_seq": _TAKEN.c.number,
    "id": TURN,
    "message_id": value("message", Text),
    "message_key": value("key", Text),
    "request_hash": value("digest", Text),
    "lease": LEASE,
    "lease_until": lease_end(),
}
_ADD = select(_TAKEN.c.number, _TAKEN.c.title, _TAKEN.c.created_at, _TAKEN.c.updated_at).add_cte(
    insert(ItemRow).from_select(list(_STORED_ITEM), select(*_STORED_ITEM.values())).cte("said"),
    insert(TurnRow).from_select(list(_STORED_TURN), select(*_STORED_TURN.values())).cte("begun"),
)


class MessageRepository(Repository):
    """One user's messages. Whoever adds one has locked its conversation before, or made it."""

    async def add(
        self, conversation_id: uuid.UUID, item: Item, key: str, digest: str
    ) -> tuple[StoredTurn, Conversation]:
        """Store a message at the end of its conversation, and a running turn for it."""
        turn_id, lease = uuid.uuid4(), uuid.uuid4()
        ids = {"place": conversation_id, "turn": turn_id, "held": lease}
        said = {"message": item.id, "kind": item.kind, "data": item.data, "said_at": item.created_at}
        stored = await self._run(_ADD, **ids, **said, key=key, digest=digest)
        number, title, created_at, updated_at = stored.one()
        conversation = Conversation(
            id=str(conversation_id),
            title=title,
            created_at=created_at,
            updated_at=updated_at,
            turn=Turn(id=str(turn_id), message_id=item.id, status="running"),
        )
        return StoredTurn(turn_id, conversation_id, number, item.id, digest, "running", number, lease), conversation
