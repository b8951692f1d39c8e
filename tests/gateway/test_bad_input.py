"""Bad input: a status, a code and the field's name, and never what was sent or what is inside."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from agents.testing import ScriptedModel

from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Wire, chatkit_message

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("001/FR-043")]

SECRET = "sk-canary-secret"
MESSAGE = {"content": [{"type": "input_text", "text": "hi"}], "attachments": [], "inference_options": {}}


def with_input(**changed: Any) -> dict[str, Any]:
    return {"type": "threads.create", "params": {"input": MESSAGE | changed}}


WRONG_MESSAGES: tuple[tuple[Any, str], ...] = (
    ({}, "message"),
    ({"message": ""}, "message"),
    ({"message": " \n "}, "message"),
    ({"message": "x" * 8001}, "message"),
    ({"message": 7}, "message"),
    ({"message": ["hi"]}, "message"),
    ({"message": None}, "message"),
    ({"message": "hi", "conversation_id": 7}, "conversation_id"),
    ({"message": "hi", "conversation_id": ""}, "conversation_id"),
    ({"message": "hi", "idempotency_key": ""}, "idempotency_key"),
    ({"message": "hi", "idempotency_key": "k" * 256}, "idempotency_key"),
    ({"message": "hi", "idempotency_key": "k\0"}, "idempotency_key"),
    ({"message": "hi", "conversation_id": "c\0"}, "conversation_id"),
    ({"message": "hi", "user_id": SECRET}, "user_id"),
    ({"message": "hi", "x" * 1000: SECRET}, "x" * 100),
    ([], "body"),
    ("hi", "body"),
)
ANSWERS = {"answers": {}, "status": "answered"}
WRONG_REQUESTS: tuple[tuple[Any, str], ...] = (
    ({}, "body"),
    ({"type": "threads.explode", "params": {}}, "body"),
    ({"type": "threads.create"}, "threads.create.params"),
    ({"type": "threads.create", "params": {}}, "threads.create.params.input"),
    ({"type": "threads.get_by_id", "params": {"thread_id": 7}}, "threads.get_by_id.params.thread_id"),
    ({"type": "threads.list", "params": {"order": "up"}}, "threads.list.params.order"),
    (with_input(content=[]), "params.input.content"),
    (with_input(content=[{"type": "input_text", "text": " "}]), "params.input.content"),
    (with_input(content=[{"type": "input_text", "text": "x" * 8001}]), "params.input.content"),
    (with_input(content=[{"type": "input_image", "url": "x"}]), "threads.create.params.input.content.0"),
    (with_input(quoted_text="x" * 8000), "params.input.content"),
    (with_input(attachments=["atc_1"]), "params.input.attachments"),
    ({"type": "threads.add_client_tool_output", "params": {"thread_id": "t", "result": 1}}, "type"),
    (
        {"type": "threads.add_structured_input", "params": {"thread_id": "t", "item_id": "i", "input": ANSWERS}},
        "type",
    ),
    ({"type": "threads.custom_action", "params": {"thread_id": "t", "action": {"type": "x"}}}, "body"),
    ({"type": "items.feedback", "params": {"thread_id": "t", "item_ids": [], "kind": "positive"}}, "params.item_ids"),
)
NOT_HERE: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("attachments.create", {"name": "a", "size": 1, "mime_type": "b"}, "Files cannot be added here."),
    ("attachments.delete", {"attachment_id": "a"}, "There are no files here."),
    ("input.transcribe", {"audio_base64": "aGk=", "mime_type": "audio/webm"}, "Speech cannot be heard here."),
)
NO_JSON = (b"", b"{", b"\xff\xfe", b'{"message": "\\ud800"}', b'{"message": NaN}', b"[" * 5000)


@pytest.mark.parametrize(
    ("path", "wrong"), [("chat", WRONG_MESSAGES), ("chatkit", WRONG_REQUESTS)], ids=["chat", "chatkit"]
)
async def test_a_wrong_field_is_422_with_its_name(
    start: Start, meet: Meet, wire: Wire, path: str, wrong: tuple[tuple[Any, str], ...]
) -> None:
    model = ScriptedModel()
    ann = meet(await start(model))

    for body, field in wrong:
        answer = await ann.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body
        assert answer.json()["message"].startswith(f"{field}: "), answer.text
        assert SECRET not in answer.text
        assert len(answer.text) < 1000

    assert (model.calls, wire.asked) == ((), [])


@pytest.mark.requirement("004/FR-020")
async def test_uploads_and_dictation_are_refused_in_words_for_a_person(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start(ScriptedModel()))

    for asked, params, sentence in NOT_HERE:
        answer = await ann.ask(asked, **params)
        assert (answer.status_code, answer.json()) == (422, {"code": "invalid", "message": sentence})

    assert wire.asked == []


@pytest.mark.parametrize("path", ["chat", "chatkit"])
async def test_what_is_no_json_is_422(start: Start, meet: Meet, wire: Wire, path: str) -> None:
    ann = meet(await start(ScriptedModel()))
    headers = ann.headers | {"Content-Type": "application/json"}

    for body in NO_JSON:
        answer = await ann.http.post(f"{ann.url}/api/{ann.user_id}/{path}", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body

    assert wire.asked == []


async def in_pieces() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 8192


@pytest.mark.parametrize("path", ["chat", "chatkit"])
async def test_a_body_beyond_the_limit_is_413_with_and_without_a_length(
    start: Start, meet: Meet, wire: Wire, path: str
) -> None:
    ann = meet(await start(ScriptedModel()))
    address = f"{ann.url}/api/{ann.user_id}/{path}"
    headers = ann.headers | {"Content-Type": "application/json"}

    for content in (b"x" * 65_537, in_pieces()):
        answer = await ann.http.post(address, content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["code"] == "too_large"
    assert wire.asked == []


async def test_the_longest_message_is_accepted(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    for text in ("x" * 8000, "\U0001f600" * 8000):
        assert (await ann.say(text))["response"]
        assert (await ann.post("chatkit", chatkit_message(text))).status_code == 200


async def test_wrong_queries_and_headers_name_their_field(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    too_many = await ann.get("conversations", limit=101)
    after = [await ann.get("conversations", after=wrong) for wrong in ("c" * 129, "c\0")]
    key = await ann.post("chatkit", chatkit_message("hi"), **{"Idempotency-Key": "k" * 256})
    zone = await ann.post("chatkit", chatkit_message("hi"), **{"X-Time-Zone": "z" * 65})

    assert [one.status_code for one in (too_many, *after, key, zone)] == [422] * 5
    assert all("after" in one.json()["message"] for one in after)
    assert "limit" in too_many.json()["message"]
    assert "key" in key.json()["message"]
    assert "time_zone" in zone.json()["message"]
