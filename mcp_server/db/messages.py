"""A message as it comes: stored at the end of its conversation, and a running turn for it, by one statement."""

import uuid
from dataclasses import dataclass

from sqlalchemy import CTE, DateTime, Text, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from mcp_server.db.repository import Repository
from mcp_server.db.statements import USER, Statement, value
from mcp_server.db.tables import ConversationRow, ItemRow, TurnRow
from mcp_server.db.turns import LEASE, PLACE, TURN, StoredTurn, lease_end
from shared.contract import Conversation, Item, Turn

_CONVERSATION = (
    ConversationRow.user_id,
    ConversationRow.id,
    ConversationRow.title,
    ConversationRow.created_at,
    ConversationRow.updated_at,
    (ConversationRow.next_seq - 1).label("number"),
)


def _adding(taken: CTE) -> Statement:
    """Return the statement that stores a message, and a turn for it, in the place that was taken in a conversation."""
    item = {
        "user_id": taken.c.user_id,
        "conversation_id": taken.c.id,
        "seq": taken.c.number,
        "turn_id": TURN,
        "id": value("message", Text),
        "kind": value("kind", Text),
        "data": value("data", JSONB),
        "created_at": value("said_at", DateTime(timezone=True)),
    }
    turn = {
        "user_id": taken.c.user_id,
        "conversation_id": taken.c.id,
        "number": taken.c.number,
        "answer_seq": taken.c.number,
        "id": TURN,
        "message_id": value("message", Text),
        "message_key": value("key", Text),
        "request_hash": value("digest", Text),
        "lease": LEASE,
        "lease_until": lease_end(),
    }
    return Statement(
        select(taken.c.number, taken.c.title, taken.c.created_at, taken.c.updated_at).add_cte(
            insert(ItemRow).from_select(list(item), select(*item.values())).cte("said"),
            insert(TurnRow).from_select(list(turn), select(*turn.values())).cte("begun"),
        )
    )


_ADD = _adding(
    update(ConversationRow)
    .where(ConversationRow.user_id == USER, ConversationRow.id == PLACE)
    .values(next_seq=ConversationRow.next_seq + 1, updated_at=func.clock_timestamp())
    .returning(*_CONVERSATION)
    .cte("taken")
)
_BEGIN = _adding(
    insert(ConversationRow)
    .values(user_id=USER, id=PLACE, title=value("title"), next_seq=2, updated_at=func.clock_timestamp())
    .on_conflict_do_nothing()
    .returning(*_CONVERSATION)
    .cte("taken")
)


@dataclass(frozen=True)
class NewTurn:
    """What is known of a turn before it is stored: its message's key and digest, and the lease of who answers it."""

    key: str
    digest: str
    lease: uuid.UUID


class MessageRepository(Repository):
    """One user's messages, each stored with a running turn for it."""

    async def add(
        self, conversation_id: uuid.UUID, item: Item, turn: NewTurn
    ) -> tuple[StoredTurn, Conversation] | None:
        """Store a message at the end of its conversation, which is locked; None when there is no such conversation."""
        return await self._store(_ADD, conversation_id, item, turn)

    async def begin(
        self, conversation_id: uuid.UUID, title: str, item: Item, turn: NewTurn
    ) -> tuple[StoredTurn, Conversation] | None:
        """Make a conversation that begins with a message; None when its id is in use."""
        return await self._store(_BEGIN, conversation_id, item, turn, title=title)

    async def _store(
        self, statement: Statement, conversation_id: uuid.UUID, item: Item, turn: NewTurn, **more: str
    ) -> tuple[StoredTurn, Conversation] | None:
        turn_id = uuid.uuid4()
        new = {"place": conversation_id, "turn": turn_id, "key": turn.key, "digest": turn.digest, "held": turn.lease}
        said = {"message": item.id, "kind": item.kind, "data": item.data, "said_at": item.created_at}
        row = await self._row(statement, **new, **said, **more)
        if row is None:
            return None
        number, title, created_at, updated_at = row
        conversation = Conversation(
            id=str(conversation_id),
            title=title,
            created_at=created_at,
            updated_at=updated_at,
            turn=Turn(id=str(turn_id), message_id=item.id, status="running"),
        )
        stored = StoredTurn(turn_id, conversation_id, number, item.id, turn.digest, "running", number, turn.lease)
        return stored, conversation
