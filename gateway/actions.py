"""The buttons of the cards: each acts as the signed-in person, on what the stored card stands for, without a model."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict, Field, StrictBool, TypeAdapter, ValidationError

from gateway.errors import invalid_fields
from gateway.items import to_thread_item
from gateway.mcp_client import McpClient
from gateway.widgets import COMPLETE, ChangeCard, Source, SourcedWidget, TaskList, drawn
from shared.contract import TaskTool
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import TaskId, Undone, WriteAnswer


class Payload(BaseModel):
    """What a button sends; unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Approval(Payload):
    approved: StrictBool


class Choice(Payload):
    task: TaskId


class AnswerDeletion(Payload):
    type: Literal["deletion.answer"]
    payload: Approval


class PressTask(Payload):
    type: Literal["task.complete", "task.reopen"]
    payload: Choice


class PressUndo(Payload):
    type: Literal["change.undo"]
    payload: Payload | None = None


REASONS: dict[str, str] = {
    ErrorCode.WRONG_TASK: "it has another title now.",
    ErrorCode.NOT_FOUND: "it is not there any more.",
}

Press: TypeAlias = Annotated[AnswerDeletion | PressTask | PressUndo, Field(discriminator="type")]
_PRESS: TypeAdapter[Press] = TypeAdapter(Press)


@dataclass(frozen=True)
class Pressed:
    """What came of a button: the card as it is now, and why nothing happened where nothing did."""

    card: SourcedWidget
    notice: str = ""


def read_press(kind: str, payload: Any) -> Press:
    """Read what a button sent.

    Raises:
        ProductError: ``invalid``, when it is no button of ours.
    """
    try:
        return _PRESS.validate_python({"type": kind, "payload": payload})
    except ValidationError as error:
        raise invalid_fields(error) from None


class Actions:
    """Carries out what buttons ask for, one press of a card after the other."""

    def __init__(self, client: McpClient) -> None:
        self._client = client
        self._locks: WeakValueDictionary[tuple[UserId, str], asyncio.Lock] = WeakValueDictionary()

    async def card(self, user: UserId, conversation_id: str, item_id: str | None) -> SourcedWidget:
        """Return the stored card.

        Raises:
            ProductError: ``not_found``, or ``invalid`` when the item is no card.
        """
        if not item_id:
            raise ProductError(ErrorCode.INVALID, "params.item_id: Name the card.")
        item = to_thread_item(await self._client.get_item(user, conversation_id, item_id), conversation_id)
        if not isinstance(item, SourcedWidget):
            raise ProductError(ErrorCode.INVALID, "params.item_id: This item has no buttons.")
        return item

    async def press(
        self, user: UserId, conversation_id: str, item_id: str | None, press: PressTask | PressUndo
    ) -> Pressed:
        """Complete, reopen or take back, and store the card as it is after that."""
        lock = self._locks.setdefault((user, item_id or ""), asyncio.Lock())
        async with lock:
            card = await self.card(user, conversation_id, item_id)
            try:
                source = await self._act(user, card, press)
            except ProductError as error:
                if error.code not in {ErrorCode.NOT_FOUND, ErrorCode.CONFLICT}:
                    raise
                return Pressed(card, error.message)
            if source == card.source:
                return Pressed(card)
            card = drawn(card, source, card.state)
            await self._client.update_item(user, conversation_id, card.id, card.stored())
            return Pressed(card)

    async def _act(self, user: UserId, card: SourcedWidget, press: PressTask | PressUndo) -> Source:
        match press, card.source:
            case PressTask(), TaskList():
                return await self._turn_over(user, card.id, card.source, press)
            case PressUndo(), ChangeCard():
                return await self._take_back(user, card.id, card.source)
            case _:
                raise ProductError(ErrorCode.INVALID, "params.action.type: This card has no such button.")

    async def _turn_over(self, user: UserId, card_id: str, tasks: TaskList, press: PressTask) -> TaskList:
        """Complete a task of the list, or reopen it.

        Raises:
            ProductError: ``conflict``, when the task is not what the list shows any more.
        """
        task = tasks.find(press.payload.task)
        if task is None:
            raise ProductError(ErrorCode.INVALID, "params.action.payload.task: The list has no such task.")
        is_to_be_done = press.type == COMPLETE
        if (task.id in tasks.done) == is_to_be_done:
            return tasks
        found = await self._client.call_for_person(
            user,
            TaskTool.COMPLETE_TASKS if is_to_be_done else TaskTool.REOPEN_TASKS,
            {"items": [{"id": task.id, "expect_title": task.title}]},
            key=f"{card_id}:{tasks.presses}:{press.type}:{task.id}",
        )
        for failure in WriteAnswer.model_validate(found).failed or ():
            reason = REASONS.get(failure.code, "it could not be changed.")
            raise ProductError(ErrorCode.CONFLICT, f"“{task.title}” was left as it is: {reason}")
        others = [one for one in tasks.done if one != task.id]
        done = [*others, task.id] if is_to_be_done else others
        return tasks.model_copy(update={"done": done, "presses": tasks.presses + 1})

    async def _take_back(self, user: UserId, card_id: str, change: ChangeCard) -> ChangeCard:
        """Take a change back, once.

        Raises:
            ProductError: ``conflict``, when all of it was changed since.
        """
        if change.outcome:
            return change
        arguments = {"undo_token": change.undo_token}
        undone = Undone.model_validate(
            await self._client.call_for_person(user, TaskTool.UNDO, arguments, key=f"{card_id}:undo")
        )
        left = [f"“{task.title}” was left as it is: {task.reason}" for task in undone.skipped or ()]
        if not undone.reverted:
            raise ProductError(ErrorCode.CONFLICT, " ".join(left) or "There is nothing to take back any more.")
        return change.model_copy(update={"outcome": " ".join(["Taken back.", *left])})
