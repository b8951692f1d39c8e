"""The buttons of the page: what a custom action of the protocol does, as a stream of events or as one answer."""

from collections.abc import AsyncGenerator
from typing import get_args

from chatkit.types import (
    NoticeEvent,
    SyncCustomActionResponse,
    ThreadCustomActionParams,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
)

from gateway.actions import Actions, AnswerDeletion, Pressed, read_press
from gateway.mcp_client import McpClient
from gateway.turn import Turn, Word
from gateway.turns import Turns
from gateway.widgets import DeletionCard, SourcedWidget, drawn, end_of
from shared.contract import ItemAnswerState
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

ANSWERED, WENT_ON = "This was answered before.", "The conversation went on."


class Buttons:
    """Every button of the cards; what the client sends is trusted for nothing but the choice."""

    def __init__(self, client: McpClient, turns: Turns) -> None:
        self._actions = Actions(client)
        self._turns = turns

    async def streamed(
        self, user: UserId, asked: ThreadCustomActionParams, time_zone: str
    ) -> AsyncGenerator[ThreadStreamEvent]:
        """Press a button; return the card as it is now, and what the assistant goes on to say.

        Raises:
            ProductError: it could not be pressed.
        """
        pressed, turn = await self._press(user, asked, time_zone)
        return _events(pressed, turn)

    async def whole(self, user: UserId, asked: ThreadCustomActionParams, time_zone: str) -> SyncCustomActionResponse:
        """Press a button; return the card as it is now.

        Raises:
            ProductError: it could not be pressed, or nothing came of it.
        """
        pressed, _ = await self._press(user, asked, time_zone)
        if pressed.notice:
            raise ProductError(ErrorCode.CONFLICT, pressed.notice)
        return SyncCustomActionResponse(updated_item=pressed.card)

    async def _press(
        self, user: UserId, asked: ThreadCustomActionParams, time_zone: str
    ) -> tuple[Pressed, Turn | None]:
        press = read_press(asked.action.type, asked.action.payload)
        if isinstance(press, AnswerDeletion):
            card = await self._actions.card(user, asked.thread_id, asked.item_id)
            return await self._answer(user, card, press, time_zone)
        return await self._actions.press(user, asked.thread_id, asked.item_id, press), None

    async def _answer(
        self, user: UserId, card: SourcedWidget, press: AnswerDeletion, time_zone: str
    ) -> tuple[Pressed, Turn | None]:
        """Take the person's word on a card, once."""
        if not isinstance(card.source, DeletionCard):
            raise ProductError(ErrorCode.INVALID, "params.action.type: This card has no such button.")
        if card.state != "open":
            return Pressed(card, _why_closed(card)), None
        word = Word(card.source, press.payload.approved)
        try:
            turn = await self._turns.settle(user, card.thread_id, card.id, word, time_zone=time_zone)
        except ProductError as error:
            if error.code not in {ErrorCode.CONFLICT, ErrorCode.TURN_IN_PROGRESS}:
                raise
            now = await self._actions.card(user, card.thread_id, card.id)
            if now.state == "open":  # the answer that asks is not whole yet
                raise
            return Pressed(now, _why_closed(now)), None
        return Pressed(drawn(card, card.source, "confirmed" if word.approved else "declined")), turn


def _why_closed(card: SourcedWidget) -> str:
    """Say why a card takes no answer any more, and which one it got."""
    return f"{ANSWERED if card.state in get_args(ItemAnswerState) else WENT_ON} {end_of(card.state)}"


async def _events(pressed: Pressed, turn: Turn | None) -> AsyncGenerator[ThreadStreamEvent]:
    if pressed.notice:
        yield NoticeEvent(level="warning", message=pressed.notice)
    yield ThreadItemReplacedEvent(item=pressed.card)
    if turn is not None:
        async for event in turn.follow():
            yield event
