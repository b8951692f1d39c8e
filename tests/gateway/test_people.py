"""A person's settings, their panel of tasks, everything of theirs as a file, and its end."""

import json
from typing import Any

import pytest

from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(start: Start, meet: Meet) -> Person:
    return meet(await start())


async def listed(person: Person, **query: Any) -> list[dict[str, Any]]:
    answer = await person.get("tasks", **query)
    assert answer.status_code == 200, answer.text
    tasks: list[dict[str, Any]] = answer.json()["tasks"]
    return tasks


async def act(person: Person, action: str, key: str = "", **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return await person.post("tasks/actions", {"action": action, **more}, **headers)


@pytest.mark.requirement("005/FR-031")
async def test_the_time_zone_is_told_and_changed(ada: Person) -> None:
    changed = await ada.http.patch(
        f"{ada.url}/api/{ada.user_id}/settings", json={"time_zone": "Asia/Tokyo"}, headers=ada.headers
    )

    assert changed.json() == {"time_zone": "Asia/Tokyo"}
    assert (await ada.get("settings")).json() == {"time_zone": "Asia/Tokyo"}


@pytest.mark.requirement("005/FR-031")
async def test_the_zone_follows_the_device_until_one_is_chosen(ada: Person) -> None:
    async def write_from(zone: str) -> Any:
        await ada.post("chat", {"message": "what is on my list?"}, **{"X-Time-Zone": zone})
        return (await ada.get("settings")).json()["time_zone"]

    assert await write_from("Europe/Berlin") == "Europe/Berlin"
    assert await write_from("America/Lima") == "America/Lima"

    address = f"{ada.url}/api/{ada.user_id}/settings"
    await ada.http.patch(address, json={"time_zone": "Asia/Tokyo"}, headers=ada.headers)

    assert await write_from("Europe/Berlin") == "Asia/Tokyo"


@pytest.mark.requirement("005/FR-031")
@pytest.mark.parametrize(
    "body",
    [
        {"time_zone": "Mars/Phobos"},
        {"time_zone": "localtime"},
        {"time_zone": "Factory"},
        {"time_zone": ""},
        {},
        {"time_zone": "UTC", "x": 1},
    ],
)
async def test_a_time_zone_that_does_not_exist_is_refused(ada: Person, body: dict[str, Any]) -> None:
    refused = await ada.http.patch(f"{ada.url}/api/{ada.user_id}/settings", json=body, headers=ada.headers)

    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid"


@pytest.mark.requirement("005/FR-034")
async def test_the_panel_lists_completes_reopens_and_takes_back(ada: Person) -> None:
    await ada.say("add milk")
    (task,) = await listed(ada)
    named = {"id": task["id"], "title": task["title"]}

    done = (await act(ada, "complete", **named)).json()
    assert await listed(ada) == []
    assert [one["title"] for one in await listed(ada, status="done")] == ["milk"]

    await act(ada, "reopen", **named)
    assert len(await listed(ada)) == 1
    await act(ada, "complete", **named)
    taken_back = await act(ada, "undo", undo_token=done["undo_token"])
    assert taken_back.status_code == 200


@pytest.mark.requirement("005/FR-034")
async def test_one_press_is_one_change(ada: Person) -> None:
    await ada.say("add milk every day")
    (task,) = await listed(ada)
    named = {"id": task["id"], "title": task["title"]}

    answers = [(await act(ada, "complete", key="press", **named)).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(await listed(ada, status="done")) == 1


@pytest.mark.requirement("005/FR-034")
@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete", "id": "t1", "title": "milk"},
        {"action": "complete", "id": "t1"},
        {"action": "complete", "id": "1", "title": "milk"},
        {"action": "undo", "undo_token": "latest"},
        {"action": "undo"},
        {"action": "complete", "id": "t1", "title": "milk", "user_id": "other"},
        {},
    ],
)
async def test_what_no_button_sends_is_refused(ada: Person, body: dict[str, Any]) -> None:
    await ada.say("add milk")

    refused = await ada.post("tasks/actions", body)

    assert refused.status_code == 422
    assert len(await listed(ada)) == 1


@pytest.mark.requirement("005/FR-034")
async def test_another_title_changes_nothing_and_is_told(ada: Person) -> None:
    await ada.say("add milk")

    told = (await act(ada, "complete", id="t1", title="bread")).json()

    assert told["failed"][0]["code"] == "wrong_task"
    assert len(await listed(ada)) == 1


@pytest.mark.requirement("005/FR-032")
async def test_everything_of_a_person_is_one_file(ada: Person) -> None:
    said = await ada.say("add milk")
    for n in range(2):
        await ada.say(f"add bread {'and butter' if n else ''}", said["conversation_id"])
    await act(ada, "complete", id="t1", title="milk")

    answer = await ada.get("export")

    assert "attachment" in answer.headers["content-disposition"]
    exported = json.loads(answer.text)
    assert exported["user_id"] == ada.user_id
    assert {(task["title"], task["status"]) for task in exported["tasks"]} >= {("milk", "done")}
    assert len(exported["tasks"]) >= 3
    assert len(exported["changes"]) >= 4
    (conversation,) = exported["conversations"]
    texts = [item["data"]["content"][0]["text"] for item in conversation["items"] if item["kind"] == "user_message"]
    assert texts[0] == "add milk"


@pytest.mark.requirement("005/FR-032")
async def test_a_long_list_is_exported_whole(ada: Person) -> None:
    for n in range(6):
        await ada.post("chat", {"message": f"add task {'abcdef'[n]}"})

    exported = json.loads((await ada.get("export")).text)

    assert len(exported["tasks"]) == 6
    assert len(exported["conversations"]) == 6


@pytest.mark.requirement("005/FR-033")
async def test_a_person_takes_everything_along(ada: Person) -> None:
    await ada.say("add milk")

    gone = await ada.http.delete(f"{ada.url}/api/{ada.user_id}/data", headers=ada.headers)

    assert gone.status_code == 204
    exported = json.loads((await ada.get("export")).text)
    assert (exported["tasks"], exported["changes"], exported["conversations"]) == ([], [], [])
