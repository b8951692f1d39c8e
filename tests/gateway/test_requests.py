"""Every request of ChatKit's protocol is served or refused by its name, whatever is in it."""

import json
import string
import uuid
from collections.abc import Iterator
from random import Random
from typing import Any, get_args

import pytest
from chatkit.types import NonStreamingReq, StreamingReq

from gateway.chatkit_requests import REFUSALS, Refused
from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Wire, chatkit_message
from tests.gateway.talking import items, of_kind

pytestmark = pytest.mark.anyio

INPUT = chatkit_message("hello")["params"]["input"]
ACTION = {"type": "task.complete", "payload": {"task": "t1"}}
EXAMPLES: dict[str, dict[str, Any]] = {
    "threads.create": {"input": INPUT},
    "threads.add_user_message": {"thread_id": "$thread", "input": INPUT},
    "threads.retry_after_item": {"thread_id": "$thread", "item_id": "$message"},
    "threads.custom_action": {"thread_id": "$thread", "item_id": "$card", "action": ACTION},
    "threads.sync_custom_action": {"thread_id": "$thread", "item_id": "$card", "action": ACTION},
    "threads.get_by_id": {"thread_id": "$thread"},
    "threads.list": {},
    "threads.update": {"thread_id": "$thread", "title": "x"},
    "items.list": {"thread_id": "$thread"},
    "items.feedback": {"thread_id": "$thread", "item_ids": ["$message"], "kind": "positive"},
    "threads.follow": {"thread_id": "$thread"},
    "threads.delete": {"thread_id": "$thread"},
    "threads.add_client_tool_output": {"thread_id": "$thread", "result": {}},
    "threads.add_structured_input": {
        "thread_id": "$thread",
        "item_id": "$message",
        "input": {"status": "answered", "answers": {}},
    },
    "attachments.create": {"name": "a.png", "size": 1, "mime_type": "image/png"},
    "attachments.delete": {"attachment_id": "a"},
    "input.transcribe": {"audio_base64": "aGk=", "mime_type": "audio/webm"},
}
TYPES = {kind: kind.model_fields["type"].default for kind in get_args(Refused)}
REFUSED = {name: REFUSALS.get(kind, name) for kind, name in TYPES.items()}


def filled(params: Any, names: dict[str, str]) -> Any:
    text = json.dumps(params)
    for name, value in names.items():
        text = text.replace(f'"${name}"', json.dumps(value))
    return json.loads(text)


@pytest.mark.requirement("004/FR-020")
async def test_every_request_type_is_served_or_refused_in_words_before_any_work(
    start: Start, meet: Meet, wire: Wire
) -> None:
    known = {kind.model_fields["type"].default for kind in (*get_args(StreamingReq), *get_args(NonStreamingReq))}
    assert known | {"threads.follow"} == set(EXAMPLES), "a new version of the protocol has other requests"
    ann = meet(await start())
    await ann.say("add buy milk")
    thread_id = (await ann.chat("what is on my list?"))[0]["thread"]["id"]
    stored = await items(ann, thread_id)
    names = {"thread": thread_id, "message": stored[0]["id"], "card": of_kind("widget", stored)[0]["id"]}

    for kind, params in EXAMPLES.items():
        wire.asked.clear()
        if "custom_action" in kind:  # the retry before it has made another card
            names["card"] = of_kind("widget", await items(ann, thread_id))[-1]["id"]
        if kind == "threads.retry_after_item":
            names["message"] = of_kind("user_message", await items(ann, thread_id))[-1]["id"]
        answer = await ann.post("chatkit", {"type": kind, "params": filled(params, names)})
        if kind in REFUSED:
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), kind
            assert REFUSED[kind] in answer.json()["message"]
            assert wire.tools == []
        else:
            assert answer.status_code == 200, (kind, answer.text)
            assert "error" not in answer.text


def damaged(value: Any, random: Random) -> Any:
    """Return a value with one of its parts replaced, removed or added."""
    strange = [
        None,
        True,
        -1,
        2**70,
        1.5,
        "",
        "x" * 300,
        "\u202e\u0000",
        [],
        {},
        [[]],
        {"$ne": ""},
        str(uuid.UUID(int=7)),
    ]
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(sorted(value))
        if random.random() < 0.15:
            return {one: part for one, part in value.items() if one != name}
        return {**value, name: damaged(value[name], random)}
    if isinstance(value, list) and value and random.random() < 0.6:
        at = random.randrange(len(value))
        return [*value[:at], damaged(value[at], random), *value[at + 1 :]]
    if isinstance(value, dict):
        return {**value, "".join(random.choices(string.ascii_letters, k=5)): random.choice(strange)}
    return random.choice(strange)


def bodies(names: dict[str, str]) -> Iterator[dict[str, Any]]:
    random = Random(20_260)  # noqa: S311 - the same bodies in every run
    for kind, params in EXAMPLES.items():
        if kind in {"threads.create", "threads.delete", "threads.add_user_message", "threads.retry_after_item"}:
            continue
        for _ in range(12):
            yield {"type": kind, "params": damaged(filled(params, names), random)}
    for kind in ("threads.create", "threads.add_user_message"):
        for _ in range(12):
            params = filled(EXAMPLES[kind], {**names, "thread": "7f1d1f0e-0000-4000-8000-000000000000"})
            yield {"type": kind, "params": damaged(params, random)}


@pytest.mark.requirement("004/FR-020")
@pytest.mark.requirement("004/FR-024")
async def test_no_body_is_too_strange_for_a_true_status(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    await ann.say("add buy milk")
    thread_id = (await ann.chat("what is on my list?"))[0]["thread"]["id"]
    stored = await items(ann, thread_id)
    names = {"thread": thread_id, "message": stored[0]["id"], "card": of_kind("widget", stored)[0]["id"]}

    statuses: dict[int, int] = {}
    for body in bodies(names):
        answer = await ann.post("chatkit", body)
        assert answer.status_code in {200, 404, 409, 422}, (body, answer.text)
        assert "stream.error" not in answer.text, body
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    assert statuses[422] > 50
    assert statuses[200] > 5
