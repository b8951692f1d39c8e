"""The plain API, for scripts."""

import json

import pytest
from agents.models.default_models import get_default_model
from agents.testing import ScriptedModel, assistant_message

from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Person

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("001/FR-040")]


def frames(text: str) -> list[tuple[str, dict[str, object]]]:
    found = [frame.split("\n") for frame in text.split("\n\n") if frame]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in found]


async def stream(person: Person, message: str) -> list[tuple[str, dict[str, object]]]:
    answer = await person.post("chat", {"message": message}, accept="text/event-stream")
    assert (answer.status_code, answer.headers["x-accel-buffering"]) == (200, "no")
    return frames(answer.text)


async def test_a_message_is_answered_with_the_tools_that_were_called(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    first = await ann.say("add buy milk")
    second = await ann.say("done with milk", first["conversation_id"])

    assert set(first) == {"conversation_id", "response", "tool_calls"}
    assert first["response"].startswith("Added “buy milk”.")
    assert first["tool_calls"] == [{"name": "add_tasks", "ok": True}]
    assert second["conversation_id"] == first["conversation_id"]
    assert second["tool_calls"] == [{"name": "find_tasks", "ok": True}, {"name": "complete_tasks", "ok": True}]


async def test_server_sent_events_end_with_the_same_answer(start: Start, meet: Meet) -> None:
    events = await stream(meet(await start()), "add buy milk")

    names = [name for name, _ in events]
    assert names == ["started", "step", "step", *["delta"] * (len(names) - 4), "done"]
    done = events[-1][1]
    assert events[0][1] == {"conversation_id": done["conversation_id"]}
    assert [data["status"] for name, data in events if name == "step"] == ["loading", "complete"]
    assert "".join(str(data["text"]) for name, data in events if name == "delta") == done["response"]
    assert done["tool_calls"] == [{"name": "add_tasks", "ok": True}]


async def test_a_stream_that_fails_ends_with_an_error_event(start: Start, meet: Meet) -> None:
    events = await stream(meet(await start(ScriptedModel())), "hello")

    assert events[-1][0] == "error"
    assert events[-1][1]["code"] == "unavailable"


async def test_me_is_the_verified_user(start: Start, meet: Meet) -> None:
    ann = meet(await start())

    answer = await ann.http.get(f"{ann.url}/api/me", headers=ann.headers)

    assert answer.json() == {"user_id": ann.user_id, "assistant": {"offline": True, "model": None}}


@pytest.mark.requirement("004/FR-062")
@pytest.mark.parametrize(
    ("told", "model"),
    [
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_MODEL": "qwen3:8b"}, "qwen3:8b"),
        ({"OPENAI_API_KEY": "sk-none"}, get_default_model()),
    ],
)
async def test_me_tells_which_model_answers(start: Start, meet: Meet, told: dict[str, str], model: str) -> None:
    ann = meet(await start(**told))

    answer = await ann.http.get(f"{ann.url}/api/me", headers=ann.headers)

    assert answer.json()["assistant"] == {"offline": False, "model": model}


async def test_conversations_are_listed_newest_first_and_paged(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    ids = [(await ann.say(f"hello {n}"))["conversation_id"] for n in range(3)]

    first = (await ann.get("conversations", limit=2)).json()
    rest = (await ann.get("conversations", limit=2, after=first["conversations"][-1]["id"])).json()

    assert [one["id"] for one in [*first["conversations"], *rest["conversations"]]] == ids[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert first["conversations"][0]["title"] == "hello 2"
    assert first["conversations"][0]["status"] == "done"
    unknown = await ann.get("conversations", after="7f1d1f0e-0000-4000-8000-000000000000")
    assert unknown.status_code == 404


async def test_a_conversation_is_read_in_the_order_in_which_it_was_said(start: Start, meet: Meet) -> None:
    model = ScriptedModel([[assistant_message(text, item_id=text)] for text in ("one", "two")])
    ann = meet(await start(model))
    conversation_id = (await ann.say("first"))["conversation_id"]
    await ann.say("second", conversation_id)

    found = (await ann.get(f"conversations/{conversation_id}")).json()

    said = [(one["role"], one["text"]) for one in found["messages"]]
    assert said == [("user", "first"), ("assistant", "one"), ("user", "second"), ("assistant", "two")]
    assert (found["id"], found["title"], found["status"], found["has_more"]) == (
        conversation_id,
        "first",
        "done",
        False,
    )


async def test_page_and_script_share_one_conversation(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]

    answer = await ann.say("what is on my list?", thread_id)
    await ann.chat("thanks", thread_id)

    assert "buy milk" in answer["response"]
    assert [one["id"] for one in (await ann.get("conversations")).json()["conversations"]] == [thread_id]
    assert len((await ann.get(f"conversations/{thread_id}")).json()["messages"]) == 6
    shown = (await ann.ask("items.list", thread_id=thread_id)).json()["data"]
    assert sum(item["type"] == "user_message" for item in shown) == 3
