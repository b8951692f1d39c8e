"""The ChatKit protocol, served from the MCP server alone."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from agents.testing import ScriptedModel, assistant_message, function_call
from chatkit.server import ChatKitServer
from chatkit.types import Thread, ThreadStreamEvent
from openai.types.responses import ResponseOutputMessage, ResponseOutputRefusal
from pydantic import TypeAdapter

from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Wire, chatkit_message, said_in

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("001/FR-038")]

EVENT: TypeAdapter[Any] = TypeAdapter(ThreadStreamEvent)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The order of events, with the item's or update's type; the words of one message count once."""
    found: list[str] = []
    for one in events:
        kind = ".".join(
            [one["type"], one.get("item", {}).get("type", ""), one.get("update", {}).get("type", "")]
        ).strip(".")
        if not found or found[-1] != kind:
            found.append(kind)
    return found


async def test_a_message_in_a_new_thread_streams_in_the_protocols_order(start: Start, meet: Meet) -> None:
    events = await meet(await start()).chat("add buy milk tomorrow")

    assert kinds(events) == [
        "thread.created",
        "thread.item.done.user_message",
        "stream_options",
        "thread.item.added.workflow",
        "thread.updated",
        "thread.item.updated..workflow.task.updated",
        "thread.item.done.workflow",
        "thread.item.added.assistant_message",
        "thread.item.updated..assistant_message.content_part.added",
        "thread.item.updated..assistant_message.content_part.text_delta",
        "thread.item.updated..assistant_message.content_part.done",
        "thread.item.done.assistant_message",
        "thread.item.done.widget",
    ]
    for one in events:
        EVENT.validate_python(one)
    assert next(one for one in events if one["type"] == "thread.updated")["thread"]["title"] == "add buy milk tomorrow"
    tasks = [one["item"]["workflow"]["tasks"] for one in events if one.get("item", {}).get("type") == "workflow"]
    assert [(one[0]["title"], one[0]["status_indicator"]) for one in tasks] == [
        ("Adding tasks", "loading"),
        ("Adding tasks", "complete"),
    ]


async def test_a_stream_is_not_buffered_on_its_way(start: Start, meet: Meet) -> None:
    answer = await meet(await start()).post("chatkit", chatkit_message("hello"))

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"


async def test_the_thread_and_its_items_are_what_was_streamed(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    first = await ann.chat("add buy milk tomorrow")
    thread_id = first[0]["thread"]["id"]
    second = await ann.chat("what is on my list?", thread_id)

    streamed = [one["item"] for one in [*first, *second] if one["type"] == "thread.item.done"]
    thread = (await ann.ask("threads.get_by_id", thread_id=thread_id)).json()
    listed = (await ann.ask("items.list", thread_id=thread_id)).json()

    assert [item["id"] for item in thread["items"]["data"]] == [item["id"] for item in streamed]
    assert list(reversed(listed["data"])) == thread["items"]["data"]
    for stored, shown in zip(thread["items"]["data"], streamed, strict=True):
        assert {**stored, "created_at": ""} == {**shown, "created_at": ""}
    assert Thread.model_validate(thread).title == "add buy milk tomorrow"


@pytest.mark.requirement("004/FR-023")
async def test_hidden_notes_never_reach_the_page(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    events = await ann.chat("add buy milk")
    thread_id = events[0]["thread"]["id"]

    stored = [item["kind"] for one in wire.asked if one.tool == "finish_turn" for item in one.arguments["items"]]
    assert stored == ["workflow", "hidden_context_item", "assistant_message", "widget"]
    answers = [
        await ann.ask("threads.get_by_id", thread_id=thread_id),
        await ann.ask("items.list", thread_id=thread_id),
        await ann.ask("items.list", thread_id=thread_id, order="asc", limit=3),
        await ann.ask("threads.list"),
        await ann.get(f"conversations/{thread_id}"),
    ]
    for text in (str(events), *(one.text for one in answers)):
        assert "hidden" not in text
        assert "tool_call" not in text


async def test_items_and_threads_are_paged(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    threads = [(await ann.chat(f"hello {n}"))[0]["thread"]["id"] for n in range(3)]
    for _ in range(12):
        await ann.chat("thanks", threads[0])

    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await ann.ask("items.list", thread_id=threads[0], order="asc", limit=10, **after)).json()
        seen += [item["id"] for item in page["data"]]
        if not page["has_more"]:
            break
        after = {"after": page["after"]}
    assert len(seen) == len(set(seen)) == 26

    first = (await ann.ask("threads.list", limit=2)).json()
    rest = (await ann.ask("threads.list", limit=2, after=first["after"])).json()
    assert [one["id"] for one in [*first["data"], *rest["data"]]] == [threads[0], threads[2], threads[1]]
    assert rest["has_more"] is False
    assert len((await ann.ask("threads.get_by_id", thread_id=threads[0])).json()["items"]["data"]) == 20
    for limit in (0, -1, 10**9):
        assert (await ann.ask("items.list", thread_id=threads[0], limit=limit)).status_code == 200


async def test_a_thread_is_renamed_and_deleted(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]

    renamed = await ann.ask("threads.update", thread_id=thread_id, title="Groceries")
    too_long = await ann.ask("threads.update", thread_id=thread_id, title="x" * 121)
    read = await ann.ask("threads.get_by_id", thread_id=thread_id)
    deleted = await ann.ask("threads.delete", thread_id=thread_id)
    gone = await ann.ask("threads.get_by_id", thread_id=thread_id)

    assert (renamed.json()["title"], read.json()["title"]) == ("Groceries", "Groceries")
    assert (too_long.status_code, too_long.json()["code"]) == (422, "invalid")
    assert (deleted.status_code, deleted.json()) == (200, {})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("add buy milk", "add buy milk"),
        ("  add\n\nbuy   milk ", "add buy milk"),
        ("word " * 40, "word word word word word word word word word word word word…"),
        ("x" * 200, "x" * 60 + "…"),
    ],
)
async def test_a_new_thread_is_titled_by_its_first_message(start: Start, meet: Meet, message: str, title: str) -> None:
    ann = meet(await start())

    thread_id = (await ann.chat(message))[0]["thread"]["id"]

    assert (await ann.ask("threads.get_by_id", thread_id=thread_id)).json()["title"] == title


async def test_times_carry_their_zone(start: Start, meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    """ChatKit's own stamps are local and bare: a page in another zone would misread them."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        ann = meet(await start())
        events = await ann.chat("hello")
        thread = (await ann.ask("threads.get_by_id", thread_id=events[0]["thread"]["id"])).json()
    finally:
        monkeypatch.undo()
        time.tzset()

    parts = [one[name] for one in events for name in ("thread", "item") if name in one]
    stamps = [datetime.fromisoformat(one["created_at"]) for one in [*parts, thread, *thread["items"]["data"]]]
    assert all(abs(stamp - datetime.now(UTC)) < timedelta(minutes=1) for stamp in stamps)


async def test_ids_cannot_be_guessed(start: Start, meet: Meet) -> None:
    events = await meet(await start()).chat("add buy milk")

    ids = {one["item"]["id"] for one in events if one["type"] == "thread.item.done"}
    assert len(ids) == 4
    assert all(len(one.split("_")[1]) == 32 for one in ids)


@pytest.mark.requirement("005/FR-016")
async def test_a_quote_is_heard_tags_are_heard_as_their_words_and_both_come_back_as_they_were_sent(
    start: Start, meet: Meet
) -> None:
    model = ScriptedModel([[assistant_message("Yes.", item_id="m")]])
    ann = meet(await start(model))
    tag = {"type": "input_tag", "id": "t", "text": "milk", "data": {"user_id": "user-mallory"}, "interactive": True}
    tag |= {"group": "Tasks"}
    body = chatkit_message("is it due? ")
    body["params"]["input"]["content"].append(tag)
    body["params"]["input"]["quoted_text"] = "buy milk"

    assert (await ann.post("chatkit", body)).status_code == 200

    call = model.first_call
    assert call is not None
    assert call.input == [{"role": "user", "content": "About this: buy milk\n\nis it due? milk"}]
    thread = (await ann.ask("threads.list")).json()["data"][0]
    assert thread["title"] == "is it due? milk"
    message = (await ann.ask("threads.get_by_id", thread_id=thread["id"])).json()["items"]["data"][0]
    assert message["content"] == [{"type": "input_text", "text": "is it due? "}, tag]
    assert message["quoted_text"] == "buy milk"


@pytest.mark.requirement("004/FR-061")
async def test_a_refusal_is_shown_and_the_turn_can_be_tried_again(start: Start, meet: Meet) -> None:
    refusal = ResponseOutputRefusal(type="refusal", refusal="I will not do that.")
    message = ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[refusal])
    ann = meet(await start(ScriptedModel([[message]])))

    events = await ann.chat("hello")

    assert said_in(events).startswith("I will not do that.\nI could not finish this answer: the model refused.")
    thread_id = events[0]["thread"]["id"]
    assert (await ann.get(f"conversations/{thread_id}")).json()["status"] == "failed"


@pytest.mark.requirement("004/FR-042")
async def test_steps_at_once_are_shown_side_by_side_and_a_failed_one_says_so(start: Start, meet: Meet) -> None:
    calls = [function_call("find_tasks", "{}", call_id="a"), function_call("add_tasks", "{}", call_id="b")]
    model = ScriptedModel(
        [[assistant_message("Wait.", item_id="m"), *calls], [assistant_message("Done.", item_id="m")]]
    )
    ann = meet(await start(model))

    events = await ann.chat("hello")

    items = [one["item"] for one in events if one["type"] == "thread.item.done"][1:]
    assert [item["type"] for item in items] == ["assistant_message", "workflow", "assistant_message"]
    assert len({item["id"] for item in items}) == 3
    steps = items[1]["workflow"]["tasks"]
    assert [(one["title"], one.get("content")) for one in steps] == [
        ("Looking at your tasks", None),
        ("Adding tasks", "This step failed."),
    ]


def test_the_seam_that_gives_times_their_zone_is_still_there() -> None:
    """``_serialize`` is not promised by the library; its place in the pinned version is."""
    assert "obj" in ChatKitServer._serialize.__annotations__
