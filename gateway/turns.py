"""A turn's life: begun and stored, answered by a task of its own, followed while somebody listens, finished once."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from itertools import takewhile
from typing import TypeVar

from chatkit.types import (
    ErrorEvent,
    InferenceOptions,
    ThreadItemDoneEvent,
    ThreadStreamEvent,
    UserMessageContent,
    UserMessageItem,
)

from gateway.agent import Assistant
from gateway.answers import Answer, new_id, stored_answer
from gateway.apologies import apology, is_expected
from gateway.chatkit_store import to_item, to_thread_item
from gateway.mcp_client import McpClient
from shared.contract import TurnOutcome, TurnStarted
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

log = logging.getLogger(__name__)

Result = TypeVar("Result")

HISTORY_ITEMS = 40
LONGEST_MESSAGE = 8000
TITLE_LENGTH = 60
ANSWER_SECONDS = 60
RENEW_SECONDS = 10  # of the lease's thirty
STORE_SECONDS = 8
STORE_PAUSE_SECONDS = 0.5
DRAIN_SECONDS = 25
INTERRUPT_SECONDS = 3
RETRY_SECONDS = 5


class Turn:
    """One message and its answer.

    Attributes:
        failure: why there is no whole answer, once the turn has ended.
    """

    def __init__(self, user: UserId, started: TurnStarted) -> None:
        self.user = user
        self.started = started
        self.answer = Answer(started.conversation.id)
        self.failure: ProductError | None = None
        self._events: asyncio.Queue[ThreadStreamEvent | None] = asyncio.Queue()

    def show(self, event: ThreadStreamEvent | None) -> None:
        """Hand an event to whoever follows; None is the end."""
        self._events.put_nowait(event)

    def fail(self, error: ProductError) -> None:
        """End without an answer that is stored."""
        self.failure = error
        self.show(ErrorEvent(code="custom", message=error.message, allow_retry=True))

    async def follow(self) -> AsyncGenerator[ThreadStreamEvent]:
        """Yield the events to the end. Leaving earlier changes nothing: the answer goes on and is stored."""
        while (event := await self._events.get()) is not None:
            yield event


class Turns:
    """Every turn that this process answers."""

    def __init__(self, client: McpClient, assistant: Assistant) -> None:
        self._client = client
        self._assistant = assistant
        self._running: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[TurnOutcome]] = set()

    async def begin(
        self,
        user: UserId,
        content: list[UserMessageContent],
        *,
        conversation_id: str | None,
        quoted_text: str | None = None,
        key: str | None = None,
        time_zone: str = "",
    ) -> Turn:
        """Store the message, in a new conversation where none is named, and begin to answer it.

        Raises:
            ProductError: the message was not stored, or is being answered already.
        """
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
            key=key or new_id("key"),
            message=to_item(message),
            time_zone=time_zone,
            history=HISTORY_ITEMS,
        )
        turn = Turn(user, started)
        _keep(self._running, asyncio.create_task(self._replay(turn) if started.replayed else self._run(turn)))
        return turn

    async def drain(self) -> None:
        """Give the running turns time to end, then interrupt them, and wait until what was said is stored."""
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for answering in self._answering:
            answering.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=INTERRUPT_SECONDS)

    async def _run(self, turn: Turn) -> None:
        try:
            await self._store(turn, await self._produce(turn))
        except ProductError as error:
            log.warning("a turn was not stored: %s", error.code)
            turn.fail(_unavailable("The answer could not be stored. Reload the conversation before you send again."))
        finally:
            turn.show(None)

    async def _replay(self, turn: Turn) -> None:
        """Show again what was answered; no model and no tool runs."""
        started, thread_id = turn.started, turn.started.conversation.id
        try:
            page = await self._client.list_items(
                turn.user, thread_id, limit=HISTORY_ITEMS, order="asc", after=started.message_id
            )
            later = (to_thread_item(item, thread_id) for item in page.items)
            turn.answer = stored_answer(thread_id, takewhile(lambda item: not isinstance(item, UserMessageItem), later))
            for item in turn.answer.items:
                turn.show(ThreadItemDoneEvent(item=item))
        except ProductError as error:
            turn.fail(error)
        finally:
            turn.show(None)

    async def _produce(self, turn: Turn) -> TurnOutcome:
        """Answer while the lease is kept.

        Raises:
            ProductError: the turn is no longer ours.
        """
        answering = _keep(self._answering, asyncio.create_task(self._answer(turn)))
        renewing = asyncio.create_task(self._renew(turn))
        await asyncio.wait({answering, renewing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (answering, renewing):
            task.cancel()
        await asyncio.wait({answering, renewing})
        if not renewing.cancelled():
            renewing.result()
        if not answering.cancelled():
            return answering.result()
        for event in turn.answer.close():
            turn.show(event)
        turn.fail(_unavailable("The service stopped before the answer was whole. Send the message again."))
        return "interrupted"

    async def _answer(self, turn: Turn) -> TurnOutcome:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                async for event in self._assistant.answer(turn.user, turn.started, turn.answer):
                    turn.show(event)
        except Exception as error:
            # The edge of a task that nobody awaits: whatever happened, the turn ends and says so.
            log.warning("a turn failed: %s", type(error).__name__, exc_info=not is_expected(error))
            for event in turn.answer.close():
                turn.show(event)
            sentence = apology(error, turn.answer)
            for event in turn.answer.say(sentence):
                turn.show(event)
            turn.failure = _unavailable(sentence)
            return "failed"
        return "done"

    async def _renew(self, turn: Turn) -> None:
        """Keep the lease for as long as this runs; end only when it is lost."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self._client.renew_turn(turn.user, turn.started.turn_id, turn.started.lease)
            except ProductError as error:
                if error.code is ErrorCode.LEASE_LOST:
                    raise

    async def _store(self, turn: Turn, outcome: TurnOutcome) -> None:
        """Store the answer, over a short absence of the MCP server too: the lease allows it.

        Raises:
            ProductError: it could not be stored.
        """
        items = [to_item(item) for item in turn.answer.kept()]
        deadline = asyncio.get_running_loop().time() + STORE_SECONDS
        while True:
            try:
                await self._client.finish_turn(
                    turn.user, turn.started.turn_id, turn.started.lease, outcome=outcome, items=items
                )
            except ProductError as error:
                if error.code is not ErrorCode.UNAVAILABLE or asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(STORE_PAUSE_SECONDS)
            else:
                return


def title_of(text: str) -> str:
    """Return a short title: the beginning of the message, cut between two words."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _keep(tasks: set[asyncio.Task[Result]], task: asyncio.Task[Result]) -> asyncio.Task[Result]:
    """Hold a task until it ends: the event loop alone does not."""
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def _unavailable(sentence: str) -> ProductError:
    return ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=RETRY_SECONDS)
