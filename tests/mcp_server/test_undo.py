"""Every write is one change set, which is told and can be taken back as one, at both doors."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.mcp_server.client import PROTOCOL, Caller
from tests.mcp_server.conftest import As
from tests.mcp_server.database import run

Tasks = list[dict[str, Any]]


def add(caller: Caller, *titles: str, **fields: Any) -> str:
    return caller.ok("add_tasks", tasks=[{"title": title, **fields} for title in titles])["undo_token"]


def ref(task_id: str, title: str) -> dict[str, str]:
    return {"id": task_id, "expect_title": title}


def everything(caller: Caller) -> dict[str, Tasks]:
    """Return all tasks in each state, without what only says when."""
    states: dict[str, Tasks] = {}
    for status in ("open", "done", "deleted"):
        found = caller.ok("find_tasks", status=status, limit=50)["tasks"]
        states[status] = sorted(
            ({k: v for k, v in task.items() if k not in ("n", "deleted_at")} for task in found), key=lambda t: t["id"]
        )
    return states


def summaries(caller: Caller, **arguments: Any) -> list[str]:
    return [change["summary"] for change in caller.ok("list_changes", **arguments)["changes"]]


WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "add": ("add_tasks", {"tasks": [{"title": "new"}, {"title": "other", "repeat": "daily"}]}),
    "update": (
        "update_tasks",
        {
            "changes": [
                {**ref("t1", "milk"), "title": "oat milk", "due": "tomorrow 9:00", "notes": "two", "labels": ["shop"]},
                {**ref("t2", "plants"), "due": "none", "priority": "none"},
            ]
        },
    ),
    "new rule": ("update_tasks", {"changes": [{**ref("t2", "plants"), "repeat": "every 2 weeks"}]}),
    "no rule": ("update_tasks", {"changes": [{**ref("t2", "plants"), "repeat": "none"}]}),
    "complete": ("complete_tasks", {"items": [ref("t1", "milk"), ref("t2", "plants")]}),
    "reopen": ("reopen_tasks", {"items": [ref("t3", "rent")]}),
    "delete": ("delete_tasks", {"items": [ref("t2", "plants")]}),
}


@pytest.mark.requirement("002/FR-021")
@pytest.mark.parametrize("write", WRITES)
def test_any_write_is_undone_redone_and_undone_again(anyone: Caller, write: str) -> None:
    add(anyone, "milk")
    add(anyone, "plants", due="monday 9:00", repeat="every monday", priority="high", labels=["home"])
    add(anyone, "rent", repeat="monthly", due="2030-01-31")
    anyone.ok("complete_tasks", items=[ref("t3", "rent")])
    before = everything(anyone)
    tool, arguments = WRITES[write]
    token = anyone.ok(tool, **arguments)["undo_token"]
    after = everything(anyone)
    assert after != before

    undone = anyone.ok("undo", undo_token=token)
    assert "skipped" not in undone
    # What the write made is not erased, but deleted.
    assert {**everything(anyone), "deleted": before["deleted"]} == before

    redone = anyone.ok("undo", undo_token=undone["undo_token"])
    assert "skipped" not in redone
    assert everything(anyone) == after

    anyone.ok("undo", undo_token=redone["undo_token"])
    assert {**everything(anyone), "deleted": before["deleted"]} == before


@pytest.mark.requirement("002/FR-021")
def test_without_a_token_the_latest_standing_change_is_undone_one_after_the_other(anyone: Caller) -> None:
    for title in ("one", "two", "three"):
        add(anyone, title)

    taken = [anyone.ok("undo")["reverted"][0]["title"] for _ in range(3)]

    assert taken == ["three", "two", "one"]
    assert anyone.error("undo")["message"] == "There is nothing to undo."
    assert anyone.ok("find_tasks")["total"] == 0


@pytest.mark.requirement("002/FR-021")
def test_a_change_that_was_redone_stands_again_however_often(anyone: Caller) -> None:
    add(anyone, "one")
    token = add(anyone, "two")
    for _ in range(5):
        token = anyone.ok("undo", undo_token=token)["undo_token"]
    undone = {change["undo_token"]: change.get("undone") for change in anyone.ok("list_changes")["changes"]}
    assert undone == {"c1": None, "c2": True, "c3": None, "c4": True, "c5": None, "c6": True, "c7": None}

    token = anyone.ok("undo", undo_token=token)["undo_token"]

    undone = {change["undo_token"]: change.get("undone") for change in anyone.ok("list_changes")["changes"]}
    assert undone == {"c1": None, "c2": None, "c3": True, "c4": None, "c5": True, "c6": None, "c7": True, "c8": None}
    assert anyone.ok("undo")["reverted"][0]["title"] == "two"


@pytest.mark.requirement("002/FR-021")
def test_in_a_long_chain_of_undos_it_is_told_of_each_by_which_it_is_undone(
    person: Caller, owner_url: str, user_id: str
) -> None:
    token = add(person, "one")
    for _ in range(12):
        token = person.ok("undo", undo_token=token)["undo_token"]

    standing = run(owner_url, "SELECT undone_by FROM changes WHERE user_id = $1 ORDER BY id", user_id)

    assert [one["undone_by"] for one in standing] == [None, *[n if n % 2 == 1 else None for n in range(3, 14)], None]


@pytest.mark.requirement("002/FR-021")
def test_what_changed_since_is_left_alone_and_named(anyone: Caller) -> None:
    add(anyone, "one", "two", "three")
    token = anyone.ok(
        "update_tasks",
        changes=[{**ref(f"t{n}", title), "due": "tomorrow"} for n, title in enumerate(("one", "two"), 1)],
    )["undo_token"]
    later = anyone.ok("update_tasks", changes=[{**ref("t1", "one"), "due": "in 3 days", "notes": "mine"}])["undo_token"]

    undone = anyone.ok("undo", undo_token=token)

    assert [task["id"] for task in undone["reverted"]] == ["t2"]
    assert undone["skipped"] == [{"id": "t1", "title": "one", "reason": "It was changed since: notes, due."}]
    anyone.ok("undo", undo_token=later)
    assert [task["id"] for task in anyone.ok("undo", undo_token=token)["reverted"]] == ["t1"]
    assert not any("due" in task for task in anyone.ok("find_tasks")["tasks"])


@pytest.mark.requirement("002/FR-021")
@pytest.mark.parametrize(
    ("since", "reason"),
    [
        ("delete_tasks", "It was deleted since."),
        ("complete_tasks", "It was changed since: done or open."),
    ],
)
def test_a_task_that_was_done_or_deleted_since_stays_so(anyone: Caller, since: str, reason: str) -> None:
    add(anyone, "one")
    token = anyone.ok("update_tasks", changes=[{**ref("t1", "one"), "priority": "high"}])["undo_token"]
    anyone.ok(since, items=[ref("t1", "one")])

    undone = anyone.ok("undo", undo_token=token)

    assert undone == {"reverted": [], "skipped": [{"id": "t1", "title": "one", "reason": reason}]}


@pytest.mark.requirement("002/FR-021")
def test_an_undo_that_reverts_nothing_is_no_change(anyone: Caller) -> None:
    token = add(anyone, "one")
    anyone.ok("undo", undo_token=token)

    again = anyone.ok("undo", undo_token=token)

    reason = "It is already as it was before."
    assert again == {"reverted": [], "skipped": [{"id": "t1", "title": "one", "reason": reason}]}
    assert len(anyone.ok("list_changes")["changes"]) == 2


@pytest.mark.parametrize("token", ["c99", "c0", "c", "t1", "1", "C1", "c1 ", "c99999999999", "x" * 500])
def test_what_is_no_change_is_not_found(anyone: Caller, token: str) -> None:
    add(anyone, "one")

    assert anyone.code("undo", undo_token=token) == "not_found"
    assert anyone.ok("find_tasks")["total"] == 1


@pytest.mark.requirement("002/FR-021")
@pytest.mark.requirement("002/FR-023")
def test_a_deleted_task_is_found_and_brought_back_for_thirty_days(person: Caller, owner_url: str, user_id: str) -> None:
    add(person, "kept", "lost")
    deleted = person.ok("delete_tasks", items=[ref("t1", "kept")])
    lost = person.ok("delete_tasks", items=[ref("t2", "lost")])["undo_token"]
    assert datetime.fromisoformat(deleted["restorable_until"]) > datetime.now()  # noqa: DTZ005 - a day of the calendar
    age = (
        "UPDATE tasks SET deleted_at = deleted_at - interval '30 days' - make_interval(secs => $3)"
        " WHERE user_id = $1 AND id = $2 RETURNING deleted_at"
    )
    history = (
        "UPDATE change_rows SET after = jsonb_set(after, '{deleted_at}', to_jsonb($3::timestamptz))"
        " WHERE user_id = $1 AND task_id = $2 AND after ->> 'deleted_at' IS NOT NULL"
    )
    for number, seconds in ((1, -60), (2, 60)):
        at = run(owner_url, age, user_id, number, float(seconds))[0]["deleted_at"]
        run(owner_url, history, user_id, number, at)

    assert [task["title"] for task in person.ok("find_tasks", status="deleted")["tasks"]] == ["kept"]
    reason = "It was deleted more than 30 days ago."
    assert person.ok("undo", undo_token=lost)["skipped"] == [{"id": "t2", "title": "lost", "reason": reason}]
    assert [task["title"] for task in person.ok("undo", undo_token=deleted["undo_token"])["reverted"]] == ["kept"]


@pytest.mark.requirement("002/FR-020")
def test_a_change_tells_when_where_by_what_and_what(at_people: As, at_gateway: As, user_id: str) -> None:
    app = replace(at_people(user_id), meta={f"{PROTOCOL}/clientInfo": {"name": "Claude Desktop", "version": "1"}})
    add(app, "from an app")
    add(at_gateway(user_id).with_meta(turn="6f1f0c5e-6d0a-4b43-9a56-5d1c4f6d7a11"), "from the chat")

    changes = app.ok("list_changes")["changes"]

    told = [(one["client"], one["tool"], one["summary"], one["undo_token"]) for one in changes]
    assert told == [
        ("web", "add_tasks", "added “from the chat”", "c2"),
        ("Claude Desktop", "add_tasks", "added “from an app”", "c1"),
    ]
    assert all(datetime.fromisoformat(one["at"]).tzinfo for one in changes)


@pytest.mark.requirement("002/FR-020")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("web", "app"),
        (" WEB\u200b ", "app"),
        ("", "app"),
        ("Cursor\n\u202e", "Cursor"),
        ("x" * 100, "x" * 60),
    ],
)
def test_no_app_is_told_by_the_name_of_the_web_chat(person: Caller, name: str, told: str) -> None:
    app = replace(person, meta={f"{PROTOCOL}/clientInfo": {"name": name, "version": "1"}})
    add(app, "one")

    assert app.ok("list_changes")["changes"][0]["client"] == told


@pytest.mark.requirement("002/FR-020")
def test_the_row_before_and_after_is_kept_with_the_turn(gateway_caller: Caller, owner_url: str, user_id: str) -> None:
    turn = "6f1f0c5e-6d0a-4b43-9a56-5d1c4f6d7a11"
    add(gateway_caller, "one")
    gateway_caller.with_meta(turn=turn).ok("update_tasks", changes=[{**ref("t1", "one"), "title": "two"}])

    rows = run(
        owner_url,
        "SELECT c.id, c.turn_id::text AS turn, r.before ->> 'title' AS before, r.after ->> 'title' AS after"
        " FROM changes c JOIN change_rows r ON r.user_id = c.user_id AND r.change_id = c.id"
        " WHERE c.user_id = $1 ORDER BY c.id",
        user_id,
    )

    assert rows == [
        {"id": 1, "turn": None, "before": None, "after": "one"},
        {"id": 2, "turn": turn, "before": "one", "after": "two"},
    ]


@pytest.mark.requirement("002/FR-020")
def test_a_call_that_changes_nothing_is_no_change(anyone: Caller) -> None:
    add(anyone, "one")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("add_tasks", {"tasks": [{"title": ""}]}),
        ("update_tasks", {"changes": [{**ref("t1", "two"), "priority": "low"}, {**ref("t1", "one"), "title": "one"}]}),
        ("complete_tasks", {"items": [ref("t9", "one")]}),
        ("reopen_tasks", {"items": [ref("t1", "one")]}),
        ("delete_tasks", {"items": [ref("t1", "two")]}),
    ]

    for tool, arguments in calls:
        assert "undo_token" not in anyone.ok(tool, **arguments), tool

    assert summaries(anyone) == ["added “one”"]


@pytest.mark.requirement("002/FR-022")
def test_the_feed_is_complete_newest_first_and_paged(anyone: Caller) -> None:
    for number in range(7):
        add(anyone, f"task {number}")

    seen: list[str] = []
    cursor = ""
    while True:
        page = anyone.ok("list_changes", limit=3, cursor=cursor)
        seen += [change["summary"] for change in page["changes"]]
        cursor = page.get("next_cursor", "")
        if not cursor:
            break
        add(anyone, "meanwhile")  # what comes in between shifts nothing

    assert seen == [f"added “task {number}”" for number in range(6, -1, -1)]


@pytest.mark.requirement("002/FR-022")
def test_the_feed_is_filtered_by_task_and_by_time(anyone: Caller) -> None:
    add(anyone, "one", "two")
    anyone.ok("complete_tasks", items=[ref("t2", "two")])
    add(anyone, "three")

    assert summaries(anyone, task_id="t2") == ["completed “two”", "added 2 tasks: “one”, “two”"]
    assert summaries(anyone, task_id="t99") == []
    assert len(summaries(anyone, since="today")) == 3
    assert summaries(anyone, since="tomorrow") == []
    assert len(summaries(anyone, since="2020-01-01T08:00")) == 3
    for wrong in ({"task_id": "x"}, {"since": "someday"}, {"cursor": "x"}, {"limit": 51}, {"limit": 0}):
        assert anyone.code("list_changes", **wrong) in ("invalid", "not_found"), wrong


@pytest.mark.requirement("002/FR-022")
def test_each_kind_of_change_is_told_in_a_line(anyone: Caller) -> None:
    add(anyone, "milk", *(f"task {n}" for n in range(6)))
    add(anyone, "plants", due="monday", repeat="every monday")
    anyone.ok("update_tasks", changes=[{**ref("t1", "milk"), "title": "oat milk", "due": "tomorrow 9:00"}])
    anyone.ok("complete_tasks", items=[ref("t8", "plants")])
    anyone.ok("reopen_tasks", items=[ref("t8", "plants")])
    anyone.ok("delete_tasks", items=[ref("t1", "oat milk")])
    anyone.ok("undo")

    assert summaries(anyone) == [
        "took back c6: “oat milk”",
        "deleted “oat milk”",
        "reopened “plants”",
        "completed “plants”",
        "changed “oat milk” (title, due)",
        "added “plants”",
        "added 7 tasks: “milk”, “task 0”, “task 1”, “task 2”, “task 3” and 2 more",
    ]
