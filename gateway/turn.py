"""One message and its answer while this process answers it: what was shown so far, and who follows."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal, TypeAlias

from chatkit.types import (
    AssistantMessageContentPartTextDelta as Delta,
    ErrorEvent,
    HiddenContextItem,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from gateway.agent_tools import ToolCall
from gateway.answers import Answer, calls_noted
from gateway.items import to_thread_item
from gateway.widgets import DeletionCard
from shared.contract import TurnStarted
from shared.errors import ProductError
from shared.identity import UserId

CutOff: TypeAlias = Literal["stopped", "interrupted"]


@dataclass(frozen=True)
class Word:
    """What the person said to a card."""

    card: DeletionCard
    approved: bool


class Turn:
    """One message and its answer.

    Attributes:
        key: the sender's own key of the message.
        shows_cards: whether the client that sent the message shows cards and has their buttons pressed.
        word: the person's word on a card, where that is the message.
        attempt: the calls of an earlier answer to the same message, where they may have changed anything.
        failure: why there is no whole answer, once the turn has ended.
        cut_off: why the answer shall end before it is whole: the person's wish, or this process leaves.
        cut: set together with it.
    """

    def __init__(
        self, user: UserId, started: TurnStarted, *, key: str = "", shows_cards: bool = False, word: Word | None = None
    ) -> None:
        self.user = user
        self.started = started
        self.key = key
        self.shows_cards = shows_cards
        self.word = word
        self.answer = Answer(started.conversation.id)
        self.attempt = _attempt(started)
        self.failure: ProductError | None = None
        self.cut_off: CutOff | None = None
        self.cut = asyncio.Event()
        self._shown: list[ThreadStreamEvent] = []
        self._has_ended = False
        self._more = asyncio.Event()

    @property
    def is_silent(self) -> bool:
        """Whether nothing was shown yet."""
        return not self._shown

    def show(self, event: ThreadStreamEvent) -> None:
        """Hand an event to whoever follows."""
        self._shown.append(event)
        self._wake()

    def end(self) -> None:
        """Tell whoever follows that nothing more comes."""
        self._has_ended = True
        self._wake()

    def fail(self, error: ProductError) -> None:
        """End without a whole answer."""
        self.failure = error
        self.show(ErrorEvent(code="custom", message=error.message, allow_retry=True))

    def cut_short(self, why: CutOff) -> None:
        """Let the answer end as it stands: no further call of the model's or a tool's begins."""
        self.cut_off = self.cut_off or why
        self.answer.calls.close()
        self.cut.set()

    async def follow(self) -> AsyncGenerator[ThreadStreamEvent]:
        """Yield the events from the first to the last. Leaving earlier changes nothing, and any number may follow."""
        at = 0
        while True:
            waiting, at = self._shown[at:], len(self._shown)
            for event in _joined(waiting):
                yield event
            if at < len(self._shown):
                continue
            if self._has_ended:
                return
            await self._more.wait()

    def _wake(self) -> None:
        more, self._more = self._more, asyncio.Event()
        more.set()


def _joined(events: Iterable[ThreadStreamEvent]) -> Iterator[ThreadStreamEvent]:
    """Yield events; words that wait together for their place in a message are one."""
    for place, waiting in groupby(events, _place):
        if place is None:
            yield from waiting
        else:
            item, part = place
            more = [event.update for event in waiting if isinstance(event, ThreadItemUpdatedEvent)]
            words = "".join(update.delta for update in more if isinstance(update, Delta))
            yield ThreadItemUpdatedEvent(item_id=item, update=Delta(content_index=part, delta=words))


def _place(event: ThreadStreamEvent) -> tuple[str, int] | None:
    """Return which part of which message an event adds words to."""
    match event:
        case ThreadItemUpdatedEvent(item_id=item, update=Delta(content_index=part)):
            return item, part
        case _:
            return None


def _attempt(started: TurnStarted) -> list[ToolCall]:
    """Return what an earlier answer to this message did; nothing where it only looked: then it may look again."""
    later = takewhile(lambda item: item.id != started.message_id, started.page.items)
    notes = [to_thread_item(item, started.conversation.id) for item in later][::-1]
    calls = [call for note in notes if isinstance(note, HiddenContextItem) for call in calls_noted(note)]
    return calls if any(call.may_have_changed for call in calls) else []
