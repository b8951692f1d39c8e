"""What the model hears of a conversation: its newest part, in a form that every model API takes."""

import json
from collections.abc import Iterable, Sequence
from itertools import chain, dropwhile
from typing import Any, TypeAlias, cast

from agents import TResponseInputItem
from chatkit.types import AssistantMessageItem, HiddenContextItem, ThreadItem, UserMessageItem

from gateway.agent_tools import ToolCall
from gateway.answers import calls_noted
from gateway.items import text_of, to_thread_item
from shared.contract import TurnStarted

MOST_CHARACTERS = 60_000
STOPPED_HERE = "(The person stopped this answer here.)"

Heard: TypeAlias = dict[str, Any]


def model_input(started: TurnStarted, made: Sequence[ToolCall]) -> list[TResponseInputItem]:
    """Return the newest part of the conversation, oldest first, beginning with something that the person said.

    Whole items are taken from the newest on, as many as fit.

    Args:
        started: the turn, with the newest items.
        made: the calls that were made for this message already; what was said to it before is not heard again.
    """
    items = [to_thread_item(item, started.conversation.id) for item in reversed(started.page.items)]
    at = next(n for n, item in enumerate(items) if item.id == started.message_id)
    message = _heard(items[at])
    calls = [_tool_calls(f"{started.turn_id}_{n}", [call]) for n, call in enumerate(made)]
    now = [message, *_newest(calls, _length([message]))]
    earlier = _newest([_heard(item) for item in items[:at]], _length(now))
    begun = dropwhile(lambda one: one[0].get("role") != "user", filter(None, earlier))
    return cast("list[TResponseInputItem]", _merged(chain(*begun, *now)))


def said_by(message: UserMessageItem) -> str:
    """Return the text of a message, with what it quotes before it."""
    text = "".join(part.text for part in message.content)
    return f"About this: {message.quoted_text}\n\n{text}" if message.quoted_text else text


def _heard(item: ThreadItem) -> list[Heard]:
    match item:
        case UserMessageItem():
            return [{"role": "user", "content": said_by(item)}]
        case AssistantMessageItem():
            return [{"role": "assistant", "content": text_of(item)}]
        case HiddenContextItem(content={"word": str(word)}):
            return [{"role": "user", "content": word}]
        case HiddenContextItem(content={"stopped": True}):
            return [{"role": "assistant", "content": STOPPED_HERE}]
        case HiddenContextItem():
            return _tool_calls(item.id, calls_noted(item))
        case _:
            return []


def _tool_calls(name: str, calls: Sequence[ToolCall]) -> list[Heard]:
    """Return calls under ids of ours: some servers use theirs again."""
    heard: list[Heard] = []
    for n, call in enumerate(calls):
        call_id = f"{name}_{n}"
        heard.append({"type": "function_call", "call_id": call_id, "name": call.name, "arguments": call.arguments})
        heard.append({"type": "function_call_output", "call_id": call_id, "output": call.output})
    return heard


def _newest(groups: Sequence[list[Heard]], taken: int) -> list[list[Heard]]:
    """Return the last groups that fit beside what is taken already."""
    kept: list[list[Heard]] = []
    for group in reversed(groups):
        taken += _length([group])
        if taken > MOST_CHARACTERS:
            break
        kept.append(group)
    return kept[::-1]


def _length(groups: Iterable[list[Heard]]) -> int:
    return sum(len(json.dumps(one, ensure_ascii=False)) for group in groups for one in group)


def _merged(items: Iterable[Heard]) -> list[Heard]:
    """Put what the assistant said in one go into one message: some chat templates take no two in a row."""
    merged: list[Heard] = []
    for item in items:
        if merged and item.get("role") == merged[-1].get("role") == "assistant":
            merged[-1] = {**item, "content": f"{merged[-1]['content']}\n\n{item['content']}"}
        else:
            merged.append(item)
    return merged
