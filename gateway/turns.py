"""Every turn that this process answers: begun and stored, answered anew, stopped, followed, waited for at the end."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime

from chatkit.types import HiddenContextItem, InferenceOptions, ThreadStreamEvent, UserMessageContent, UserMessageItem

from gateway.following import LOOKED_AT, follow_elsewhere
from gateway.items import NO, WORD, YES, new_id, to_item
from gateway.mcp_client import McpClient
from gateway.room import Room
from gateway.running import Runner
from gateway.telemetry import TURNS
from gateway.turn import Turn, Word
from shared.contract import ItemAnswer
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

HISTORY_ITEMS = 40
TITLE_LENGTH = 60
DRAIN_SECONDS = 25
INTERRUPT_SECONDS = 3
FULL_RETRY_SECONDS = 2
LEAVING_RETRY_SECONDS = 5


class Turns:
    """Begins turns, and knows those that run here.

    Attributes:
        is_leaving: whether this process is about to end, and takes no more turns.
    """

    def __init__(self, client: McpClient, runner: Runner, room: Room) -> None:
        self.is_leaving = False
        self._client = client
        self._runner = runner
        self._room = room
        self._leases = uuid.uuid4()
        self._beginning: list[tuple[UserId, str]] = []
        self._running: dict[asyncio.Task[None], Turn] = {}

    async def begin(
        self,
        user: UserId,
        content: list[UserMessageContent],
        *,
        conversation_id: str | None,
        quoted_text: str | None = None,
        key: str | None = None,
        time_zone: str = "",
        shows_cards: bool = False,
    ) -> Turn:
        """Store the message, in a new conversation where none is named, and begin to answer it.

        Raises:
            ProductError: the message was not stored, or is being answered already.
        """
        key = key or new_id("key")
        with self._place(user, key) as lease:
            message = UserMessageItem(
                id=new_id("msg"),
                thread_id=conversation_id or str(uuid.uuid4()),
                created_at=datetime.now(UTC),
                content=content,
                quoted_text=quoted_text,
                inference_options=InferenceOptions(),
            )
            started = await self._client.begin_turn(
                user,
                conversation_id=message.thread_id,
                create=conversation_id is None,
                title=title_of("".join(part.text for part in content)),
                key=key,
                message=to_item(message),
                time_zone=time_zone,
                history=HISTORY_ITEMS,
                lease=lease,
            )
        return self._start(Turn(user, started, key=key, shows_cards=shows_cards))

    async def retry(self, user: UserId, conversation_id: str, message_id: str, *, time_zone: str) -> Turn:
        """Answer a message anew; what followed it is gone.

        Raises:
            ProductError: it is no message of the person's, or a turn runs.
        """
        with self._place(user):
            started = await self._client.retry_turn(
                user, conversation_id, message_id, time_zone=time_zone, history=HISTORY_ITEMS
            )
        return self._start(Turn(user, started, shows_cards=True))

    async def settle(self, user: UserId, conversation_id: str, card_id: str, word: Word, *, time_zone: str) -> Turn:
        """Take the person's word on a card, and go on with it.

        Raises:
            ProductError: ``conflict`` or ``turn_in_progress``, when the card is answered or has lapsed.
        """
        message = HiddenContextItem(
            id=new_id("word"),
            thread_id=conversation_id,
            created_at=datetime.now(UTC),
            content={WORD: YES if word.approved else NO},
        )
        with self._place(user):
            started = await self._client.begin_turn(
                user,
                conversation_id=conversation_id,
                create=False,
                title="",
                key=new_id("key"),
                message=to_item(message),
                time_zone=time_zone,
                history=HISTORY_ITEMS,
                closes=ItemAnswer(item_id=card_id, state="confirmed" if word.approved else "declined"),
            )
        return self._start(Turn(user, started, shows_cards=True, word=word))

    async def stop(self, user: UserId, *, conversation_id: str = "", key: str = "") -> bool:
        """Stop the running turn of a conversation or of a key: at once here, soon elsewhere; tell whether one ran.

        Raises:
            ProductError: ``not_found``, when there is no such conversation.
        """
        is_here = self._stop_here(user, conversation_id, key)
        told = await self._client.stop_turn(user, conversation_id=conversation_id, key=key)
        # Once more: it may have been on its way to here while the MCP server knew of it already.
        return self._stop_here(user, conversation_id, key) or is_here or told.turn_id is not None

    async def follow(self, user: UserId, conversation_id: str) -> AsyncGenerator[ThreadStreamEvent] | None:
        """Return what the running turn of a conversation shows, from its beginning; None where nothing runs.

        Raises:
            ProductError: ``not_found``, when there is no such conversation.
        """
        if here := self._find(user, conversation_id, ""):
            return here.follow()
        read = await self._client.get_conversation(user, conversation_id, limit=LOOKED_AT, order="desc")
        if read.conversation.turn is None or read.conversation.turn.status != "running":
            return None
        return follow_elsewhere(self._client, user, read, lambda: self.is_leaving)

    def count(self) -> int:
        """Return how many turns are answered here."""
        return len(self._running) + len(self._beginning)

    async def drain(self) -> None:
        """Take no more turns, give the running ones time to end, then interrupt them, and wait until all is stored."""
        self.is_leaving = True
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for turn in self._running.values():
            turn.cut_short("interrupted")
        if self._running:
            await asyncio.wait(self._running, timeout=INTERRUPT_SECONDS)

    @contextmanager
    def _place(self, user: UserId, key: str = "") -> Generator[str | None]:
        """Hold a place while a turn begins, if there is room for one; else nothing is asked of anybody.

        What is yielded is the lease under which to begin a key. The reply may get lost: whoever sends the message again
        is then answered, and need not wait for the end of a lease that nobody knows of. It is None while the key is
        begun or answered here: nobody else may have that lease too.
        """
        self._check_room()
        runs_here = (user, key) in self._beginning or self._find(user, "", key) is not None
        self._beginning.append((user, key))
        try:
            yield None if runs_here or not key else str(uuid.uuid5(self._leases, f"{user} {key}"))
        except ProductError as error:
            TURNS.refuse(error.code)
            raise
        finally:
            self._beginning.remove((user, key))

    def _check_room(self) -> None:
        if self.is_leaving:
            TURNS.refuse("leaving")
            sentence = "The service is about to restart. Send again in a few seconds."
            raise ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=LEAVING_RETRY_SECONDS)
        if not self._room.has_place(self.count()):
            TURNS.refuse("full")
            sentence = "Too many messages are being answered at the moment. Send again in a few seconds."
            raise ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=FULL_RETRY_SECONDS)

    def _start(self, turn: Turn) -> Turn:
        """Run a turn apart from whoever asked for it, held until it ends: the event loop alone does not."""
        run = self._runner.replay(turn) if turn.started.replayed else self._runner.run(turn)
        task = asyncio.create_task(run)
        self._running[task] = turn
        task.add_done_callback(self._running.pop)
        return turn

    def _stop_here(self, user: UserId, conversation_id: str, key: str) -> bool:
        turn = self._find(user, conversation_id, key)
        if turn is not None:
            turn.cut_short("stopped")
        return turn is not None

    def _find(self, user: UserId, conversation_id: str, key: str) -> Turn | None:
        named = (turn for turn in self._running.values() if turn.user == user and not turn.started.replayed)
        if key:
            return next((turn for turn in named if turn.key == key), None)
        return next((turn for turn in named if turn.started.conversation.id == conversation_id), None)


def title_of(text: str) -> str:
    """Return a short title: the beginning of the message, cut between two words."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
