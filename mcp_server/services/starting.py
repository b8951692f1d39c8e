"""How a turn starts: a message is stored before it is acknowledged, or answered anew, by one holder of a lease."""

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from typing import NoReturn
from zoneinfo import ZoneInfo

from mcp_server.db.items import PERSONS
from mcp_server.db.messages import NewTurn
from mcp_server.db.people import PersonRepository
from mcp_server.db.session import Database, Rows
from mcp_server.db.turns import RunningTurn, StoredTurn
from mcp_server.services.admission import TurnLimits
from mcp_server.services.conversations import clean_title, conversation_not_found, conversation_uuid, item_not_found
from mcp_server.services.texts import storable_item
from mcp_server.services.zones import Clock, is_zone, utc_now, zone_of
from shared.contract import Conversation, Item, ItemAnswer, ItemPage, TurnStarted
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

ANSWERED = {"done", "stopped"}
"""A message that is sent again gets the answer that it had; any other is answered anew."""


@dataclass(frozen=True)
class Message:
    """What ``begin_turn`` is told.

    Attributes:
        create: whether the conversation is to be made, with ``title``.
        key: the sender's own key: the same key is the same message.
        time_zone: an IANA name; anything else leaves the person's zone as it is.
        history: how many of the newest items are wanted back.
        closes: the open item that the message is the person's word on.
        lease: the sender's own: one who did not hear that the turn is theirs, and answers nothing, may ask again.
    """

    conversation_id: str
    create: bool
    title: str
    key: str
    item: Item
    time_zone: str
    history: int
    closes: ItemAnswer | None = None
    lease: uuid.UUID | None = None


@dataclass(frozen=True)
class Taken:
    """A message's turn, and the lease of whoever is to answer it; none when it was answered before."""

    turn: StoredTurn
    lease: str
    conversation: Conversation
    page: ItemPage | None = None
    """What ``TurnStarted`` tells of the conversation, where it is known."""


class StartService:
    """One user's turns as they start, one transaction a call."""

    def __init__(self, database: Database, limits: TurnLimits, clock: Clock = utc_now) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock

    async def begin(self, user: UserId, message: Message) -> TurnStarted:
        """Store a message and take the right to answer it, or say that it was answered before."""
        item = storable_item(message.item)
        async with self._database.transaction(user, holds_person=True) as rows:
            # The person's row is held to the end: two sends of one key are one after the other.
            zone = await self._zone(rows.people, message.time_zone)
            place = None if message.create else conversation_uuid(message.conversation_id)
            stands = place is not None and await rows.conversations.lock(place)
            known, running = await rows.turns.look(message.key)
            if known is not None:
                taken = await self._again(rows, known, message, item, running)
            elif place is None:
                taken = await self._create(rows, message, item, running)
            elif stands:
                taken = await self._add(rows, place, message, item, running)
            else:
                conversation_not_found()
            return await self._started(rows, taken, zone, message.history)

    async def retry(
        self, user: UserId, conversation_id: str, message_id: str, *, time_zone: str, history: int
    ) -> TurnStarted:
        """Take the right to answer the person's last message anew; what came of it is removed."""
        place = conversation_uuid(conversation_id)
        async with self._database.transaction(user, holds_person=True) as rows:
            zone = await self._zone(rows.people, time_zone)
            if not await rows.conversations.lock(place):
                conversation_not_found()
            running = await rows.turns.running()
            await _vacate(rows, place, running)
            item = await rows.items.find(place, message_id)
            turn = await rows.turns.find_by_message(place, message_id)
            if item is None or (turn is None and item.kind == PERSONS):
                item_not_found()
            if turn is None or item.kind != PERSONS:
                raise ProductError(ErrorCode.INVALID, "Only a message of yours can be answered anew.")
            if await rows.items.has_message_after(place, turn.number):  # said in another tab, perhaps
                raise ProductError(
                    ErrorCode.CONFLICT, "You said more after this message; only the last one is answered anew."
                )
            await self._limits.admit(rows, running)
            await rows.turns.remove_after(place, turn.number)
            return await self._started(rows, await _anew(rows, turn), zone, history)

    async def _started(self, rows: Rows, taken: Taken, zone: ZoneInfo, history: int) -> TurnStarted:
        page = taken.page or await _heard(rows, taken.turn, history)
        return TurnStarted(
            conversation=taken.conversation,
            turn_id=str(taken.turn.id),
            message_id=taken.turn.message_id,
            lease=taken.lease,
            replayed=not taken.lease,
            page=page,
            time_zone=zone.key,
            local_time=self._clock().astimezone(zone).isoformat(timespec="seconds"),
        )

    async def _zone(self, people: PersonRepository, told: str) -> ZoneInfo:
        person = await people.lock()
        if person.zone_chosen or told == person.time_zone or not is_zone(told):
            return zone_of(person.time_zone)
        await people.set_time_zone(told)
        return zone_of(told)

    async def _create(self, rows: Rows, message: Message, item: Item, running: list[RunningTurn]) -> Taken:
        """Begin a conversation with its first message."""
        place = conversation_uuid(message.conversation_id)
        if message.closes is not None:
            _not_open()  # a new conversation has asked nothing
        await self._limits.admit(rows, running)
        begun = await rows.messages.begin(place, clean_title(message.title), item, _new_turn(message, item))
        if begun is None:
            raise ProductError(ErrorCode.CONFLICT, "A conversation with this id stands already.")
        turn, conversation = begun
        return Taken(turn, str(turn.lease), conversation, ItemPage(items=[item], has_more=False))

    async def _add(
        self, rows: Rows, place: uuid.UUID, message: Message, item: Item, running: list[RunningTurn]
    ) -> Taken:
        """Add a message to a conversation, which is locked."""
        await _vacate(rows, place, running)
        await self._limits.admit(rows, running)
        await _close(rows, place, message.closes)
        turn, conversation = await rows.messages.add(place, item, _new_turn(message, item)) or conversation_not_found()
        return Taken(turn, str(turn.lease), conversation)

    async def _again(
        self, rows: Rows, known: StoredTurn, message: Message, item: Item, running: list[RunningTurn]
    ) -> Taken:
        """Answer for a key that was seen before; the lease is empty when the message was answered."""
        if known.request_hash != _digest(item):
            raise ProductError(ErrorCode.CONFLICT, "This key was used for another message. Send it under a new one.")
        if not message.create and conversation_uuid(message.conversation_id) != known.conversation_id:
            raise ProductError(ErrorCode.CONFLICT, "This key was used in another conversation.")
        if message.create:
            await rows.conversations.lock(known.conversation_id)
        turn = await rows.turns.find(known.id) if message.create else known  # it may have ended before the lock
        if turn is None:
            conversation_not_found()
        if turn.status in ANSWERED:
            return replace(await _taken(rows, turn, ""), page=ItemPage(items=[], has_more=True))
        if turn.status == "running" and turn.lease != message.lease:
            _in_progress()
        if await rows.turns.latest_number(turn.conversation_id) != turn.number:
            raise ProductError(ErrorCode.CONFLICT, "The conversation went on without this message. Send it again.")
        await self._limits.admit(rows, running)
        return await _anew(rows, turn)


async def _heard(rows: Rows, turn: StoredTurn, history: int) -> ItemPage:
    """Return a conversation's newest items, and the message after them, however much came of it before."""
    page = await rows.items.page(turn.conversation_id, history, "desc")
    assert page is not None
    if any(item.id == turn.message_id for item in page.items):
        return page
    said = await rows.items.find(turn.conversation_id, turn.message_id)
    assert said is not None
    return ItemPage(items=[*page.items, said], has_more=True)


async def _vacate(rows: Rows, place: uuid.UUID, running: list[RunningTurn]) -> None:
    """End the turn of a locked conversation that nobody answers any more; one that is answered is in the way."""
    here = [turn for turn in running if turn.conversation_id == place]
    if any(turn.is_alive for turn in here):
        _in_progress()
    if here:
        await rows.turns.interrupt_expired(place)


async def _anew(rows: Rows, turn: StoredTurn) -> Taken:
    """Take an ended turn over: the earlier answer goes, the notes of what its tools did stay."""
    await _close(rows, turn.conversation_id, None)
    await rows.items.remove_after(turn.conversation_id, turn.number, turn.id)
    last = await rows.items.last_number(turn.conversation_id)
    return await _taken(rows, turn, str(await rows.turns.take_over(turn.id, last)))


async def _taken(rows: Rows, turn: StoredTurn, lease: str) -> Taken:
    conversation = await rows.conversations.find(turn.conversation_id)
    assert conversation is not None
    return Taken(turn, lease, conversation)


async def _close(rows: Rows, conversation_id: uuid.UUID, answer: ItemAnswer | None) -> None:
    """Take the person's word on an open item, and let every other lapse: the conversation has gone on.

    Raises:
        ProductError: ``conflict``, when the item is not open any more.
    """
    if answer is not None and not await rows.items.close(conversation_id, answer.item_id, answer.state):
        _not_open()
    await rows.items.close(conversation_id, None, "expired")


def _not_open() -> NoReturn:
    raise ProductError(ErrorCode.CONFLICT, "This question was answered before, or the conversation went on.")


def _new_turn(message: Message, item: Item) -> NewTurn:
    return NewTurn(message.key, _digest(item), message.lease or uuid.uuid4())


def _digest(item: Item) -> str:
    """Digest what was said: ids and times are the gateway's, and may differ when it sends again."""
    text = json.dumps([item.kind, item.data], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _in_progress() -> NoReturn:
    sentence = "The message before this one is still being answered. Wait for it, then send again."
    raise ProductError(ErrorCode.TURN_IN_PROGRESS, sentence, retry_after=2)
