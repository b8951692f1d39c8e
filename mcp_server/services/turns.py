"""A message and its answer: stored before it is acknowledged, answered by one holder of a lease, once."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import NoReturn
from zoneinfo import ZoneInfo

from mcp_server.db.people import PersonRepository
from mcp_server.db.session import Database, Rows
from mcp_server.db.turns import LEASE_SECONDS, StoredTurn
from mcp_server.services.conversations import clean_title, conversation_not_found, conversation_uuid
from mcp_server.services.texts import storable
from mcp_server.services.zones import Clock, is_zone, utc_now, zone_of
from shared.contract import Done, Item, LeaseRenewed, TurnOutcome, TurnStarted
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId


@dataclass(frozen=True)
class Message:
    """What ``begin_turn`` is told.

    Attributes:
        create: whether the conversation is to be made, with ``title``.
        key: the sender's own key: the same key is the same message.
        time_zone: an IANA name; anything else leaves the person's zone as it is.
        history: how many of the newest items are wanted back.
    """

    conversation_id: str
    create: bool
    title: str
    key: str
    item: Item
    time_zone: str
    history: int


class TurnService:
    """One user's turns, one transaction a call."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, user: UserId, message: Message) -> TurnStarted:
        """Store a message and take the right to answer it, or say that it was answered before."""
        item = _storable_item(message.item)
        async with self._database.transaction(user) as rows:
            # The person's row is held to the end: two sends of one key are one after the other.
            zone = await self._zone(rows.people, message.time_zone)
            known = await rows.turns.find_by_key(message.key)
            if known is None:
                turn, lease = await self._start(rows, message, item)
            else:
                turn, lease = await self._again(rows, known, message, item)
            conversation = await rows.conversations.find(turn.conversation_id)
            page = await rows.conversations.items(turn.conversation_id, message.history, "desc")
            assert conversation is not None
            assert page is not None
            return TurnStarted(
                conversation=conversation,
                turn_id=str(turn.id),
                message_id=turn.message_id,
                lease=lease,
                replayed=not lease,
                page=page,
                time_zone=zone.key,
                local_time=self._clock().astimezone(zone).isoformat(timespec="seconds"),
            )

    async def renew(self, user: UserId, turn_id: str, lease: str) -> LeaseRenewed:
        """Keep the turn for another while."""
        async with self._database.transaction(user) as rows:
            if not await rows.turns.renew(_turn_uuid(turn_id), _turn_uuid(lease)):
                _lease_lost()
        return LeaseRenewed(seconds=LEASE_SECONDS)

    async def finish(
        self, user: UserId, turn_id: str, lease: str, *, outcome: TurnOutcome, items: list[Item], title: str
    ) -> Done:
        """Store the answer, the outcome and the title; all of it, or nothing when the lease is no longer held."""
        stored = [_storable_item(item) for item in items]
        async with self._database.transaction(user) as rows:
            turn = await rows.turns.find(_turn_uuid(turn_id))
            if turn is None or not await rows.conversations.lock(turn.conversation_id):
                _lease_lost()
            if not await rows.turns.finish(turn.id, _turn_uuid(lease), outcome):
                _lease_lost()
            await rows.conversations.append(turn.conversation_id, turn.id, stored)
            if title:
                await rows.conversations.rename(turn.conversation_id, clean_title(title))
        return Done()

    async def _zone(self, people: PersonRepository, told: str) -> ZoneInfo:
        person = await people.lock()
        if told == person.time_zone or not is_zone(told):
            return zone_of(person.time_zone)
        await people.set_time_zone(told)
        return zone_of(told)

    async def _start(self, rows: Rows, message: Message, item: Item) -> tuple[StoredTurn, str]:
        conversation_id = conversation_uuid(message.conversation_id)
        if not message.create:
            await self._admit(rows, conversation_id)
        elif not await rows.conversations.create(conversation_id, clean_title(message.title)):
            raise ProductError(ErrorCode.CONFLICT, "A conversation with this id stands already.")
        turn_id = uuid.uuid4()
        number = await rows.conversations.append(conversation_id, turn_id, [item])
        turn = StoredTurn(turn_id, conversation_id, number, item.id, _digest(item), "running")
        return turn, str(await rows.turns.start(turn, message.key))

    async def _admit(self, rows: Rows, conversation_id: uuid.UUID) -> None:
        """Lock a conversation in which no turn runs; one that nobody answers any more is ended."""
        if not await rows.conversations.lock(conversation_id):
            conversation_not_found()
        await rows.turns.interrupt_expired(conversation_id)
        if await rows.turns.has_live_one(conversation_id):
            _in_progress()

    async def _again(self, rows: Rows, known: StoredTurn, message: Message, item: Item) -> tuple[StoredTurn, str]:
        """Answer for a key that was seen before; the lease is empty when the message was answered."""
        if known.request_hash != _digest(item):
            raise ProductError(ErrorCode.CONFLICT, "This key was used for another message. Send it under a new one.")
        if not message.create and conversation_uuid(message.conversation_id) != known.conversation_id:
            raise ProductError(ErrorCode.CONFLICT, "This key was used in another conversation.")
        await rows.conversations.lock(known.conversation_id)
        turn = await rows.turns.find(known.id)  # it may have ended before the lock was ours
        if turn is None:
            conversation_not_found()
        if turn.status == "done":
            return turn, ""
        if turn.status == "running":
            _in_progress()
        if await rows.turns.latest_number(turn.conversation_id) != turn.number:
            raise ProductError(ErrorCode.CONFLICT, "The conversation went on without this message. Send it again.")
        return turn, str(await rows.turns.take_over(turn.id))


def _storable_item(item: Item) -> Item:
    return item.model_copy(update={"data": storable(item.data)})


def _turn_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        _lease_lost()


def _digest(item: Item) -> str:
    """Digest what was said: ids and times are the gateway's, and may differ when it sends again."""
    text = json.dumps([item.kind, item.data], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _in_progress() -> NoReturn:
    sentence = "The message before this one is still being answered. Wait for it, then send again."
    raise ProductError(ErrorCode.TURN_IN_PROGRESS, sentence, retry_after=2)


def _lease_lost() -> NoReturn:
    raise ProductError(ErrorCode.LEASE_LOST, "This turn is no longer yours to answer. Nothing was stored.")
