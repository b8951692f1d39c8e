"""How a turn runs: answered while its lease is kept, stored as it comes, and once as a whole."""

import asyncio
import logging
from itertools import takewhile

from chatkit.types import ThreadItem, ThreadItemDoneEvent, ThreadStreamEvent, UserMessageItem

from gateway.agent import Assistant
from gateway.answers import stored_answer
from gateway.apologies import apology, is_expected
from gateway.confirming import settle
from gateway.errors import UNEXPECTED
from gateway.items import INTERRUPTED, is_word, to_item, to_thread_item
from gateway.mcp_client import McpClient
from gateway.results import cards_of
from gateway.telemetry import TURNS
from gateway.turn import Turn
from shared.contract import Item, TurnOutcome
from shared.errors import ErrorCode, ProductError
from shared.observing import current_request

log = logging.getLogger(__name__)

REPLAYED_ITEMS = 100
ANSWER_SECONDS = 60
RENEW_SECONDS = 2  # of the lease's fifteen: a dead process leaves what was said until then, and Stop is heard
STORE_SECONDS = 12  # of the thirteen that are left of the lease at least
STORE_TRY_SECONDS = 3
STORE_PAUSE_SECONDS = 0.5
RETRY_SECONDS = 5


class Runner:
    """Runs turns, each to its end, whoever listens."""

    def __init__(self, client: McpClient, assistant: Assistant) -> None:
        self._client = client
        self._assistant = assistant

    async def run(self, turn: Turn) -> None:
        """Produce the answer and store it."""
        try:
            with TURNS.running.track_inprogress():
                outcome = await self._produce(turn)
                await self._store(turn, outcome)
            TURNS.end(outcome)
        except Exception as error:
            # The edge of a task that nobody awaits: whoever listens hears of it in any case.
            TURNS.end("not_stored")
            what = error.code if isinstance(error, ProductError) else type(error).__name__
            log.warning("a turn was not stored: %s", what, exc_info=not isinstance(error, ProductError))
            turn.fail(_unavailable("The answer could not be stored. Reload the conversation before you send again."))
        finally:
            turn.end()

    async def replay(self, turn: Turn) -> None:
        """Show again what was answered; no model and no tool runs."""
        started, thread_id = turn.started, turn.started.conversation.id
        try:
            page = await self._client.list_items(
                turn.user, thread_id, limit=REPLAYED_ITEMS, order="asc", after=started.message_id
            )
            later = (to_thread_item(item, thread_id) for item in page.items)
            turn.answer = stored_answer(thread_id, takewhile(_is_of_the_answer, later))
            for item in turn.answer.items:
                turn.show(ThreadItemDoneEvent(item=item))
        except Exception as error:
            # The edge of a task that nobody awaits, here too.
            is_told = isinstance(error, ProductError)
            log.warning("an answer was not shown again: %s", type(error).__name__, exc_info=not is_told)
            turn.fail(error if isinstance(error, ProductError) else UNEXPECTED)
        finally:
            turn.end()

    async def _produce(self, turn: Turn) -> TurnOutcome:
        """Answer while the lease is kept, until somebody cuts it short.

        Raises:
            ProductError: the turn is no longer ours.
        """
        answering = asyncio.create_task(self._answer(turn))
        renewing = asyncio.create_task(self._renew(turn))
        cut = asyncio.create_task(turn.cut.wait())
        await asyncio.wait({answering, renewing, cut}, return_when=asyncio.FIRST_COMPLETED)
        for task in (answering, renewing, cut):
            task.cancel()
        await asyncio.wait({answering, renewing, cut})
        if not renewing.cancelled():
            renewing.result()
        outcome = _end_short(turn) if answering.cancelled() else answering.result()
        if turn.shows_cards:
            calls = turn.answer.calls
            for source in cards_of([*turn.attempt, *calls.made], calls.unconfirmed):
                for event in turn.answer.show(source):
                    turn.show(event)
        if outcome == "interrupted":
            turn.fail(_unavailable(INTERRUPTED))
        return outcome

    async def _answer(self, turn: Turn) -> TurnOutcome:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if turn.word is not None:
                    async for event in settle(self._client, turn, turn.word):
                        _show(turn, event)
                async for event in self._assistant.answer(turn):
                    _show(turn, event)
        except Exception as error:
            # The edge of a task that nobody awaits: whatever happened, the turn ends and says so.
            log.warning("a turn failed: %s", type(error).__name__, exc_info=not is_expected(error))
            turn.answer.calls.close()
            for event in turn.answer.close():
                turn.show(event)
            sentence = apology(error, turn.answer)
            _say(turn, sentence)
            turn.failure = _unavailable(sentence)
            return "failed"
        return "done"

    async def _renew(self, turn: Turn) -> None:
        """Keep the lease for as long as this runs, store what is new, and hear whether the person wants no more."""
        stored: list[Item] = []
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            items = [to_item(item) for item in turn.answer.kept()]
            try:
                kept = await self._client.renew_turn(
                    turn.user, turn.started.turn_id, turn.started.lease, None if items == stored else items
                )
            except ProductError as error:
                if error.code is ErrorCode.LEASE_LOST:
                    raise
                log.warning("a turn was not renewed: %s", error.code)
                continue
            stored = items
            if kept.stop:
                turn.cut_short("stopped")

    async def _store(self, turn: Turn, outcome: TurnOutcome) -> None:
        """Store the answer, over a short absence of the MCP server too: the lease allows it, and once is enough.

        Raises:
            ProductError, TimeoutError: it could not be stored.
        """
        items = [to_item(item) for item in turn.answer.kept()]
        deadline = asyncio.get_running_loop().time() + STORE_SECONDS - STORE_TRY_SECONDS
        while True:
            try:
                async with asyncio.timeout(STORE_TRY_SECONDS):
                    await self._client.finish_turn(
                        turn.user, turn.started.turn_id, turn.started.lease, outcome=outcome, items=items
                    )
            except (ProductError, TimeoutError) as error:
                is_refused = isinstance(error, ProductError) and error.code is not ErrorCode.UNAVAILABLE
                if is_refused or asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(STORE_PAUSE_SECONDS)
            else:
                return


def _end_short(turn: Turn) -> TurnOutcome:
    """End the answer as it stands, and say so."""
    for event in turn.answer.close():
        turn.show(event)
    if turn.cut_off == "stopped":
        turn.answer.stop()
        return "stopped"
    _say(turn, INTERRUPTED)
    return "interrupted"


def _show(turn: Turn, event: ThreadStreamEvent) -> None:
    request = current_request()
    if turn.is_silent and request is not None:
        TURNS.first_event.observe(request.age)
    turn.show(event)


def _say(turn: Turn, sentence: str) -> None:
    for event in turn.answer.say(sentence):
        turn.show(event)


def _is_of_the_answer(item: ThreadItem) -> bool:
    return not isinstance(item, UserMessageItem) and not is_word(item)


def _unavailable(sentence: str) -> ProductError:
    return ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=RETRY_SECONDS)
