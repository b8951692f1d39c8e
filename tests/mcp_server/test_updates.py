"""Tasks are changed field by field, never the wrong one, and whatever was typed is made fit or refused."""

import json
from typing import Any

import pytest

from tests.mcp_server.client import Caller

MILK = {"id": "t1", "expect_title": "milk"}
FULL = {"title": "milk", "due": "2030-01-07 09:00", "priority": "high", "notes": "oat", "labels": ["shop"]}
TASK = {"id": "t1", **FULL, "due": "2030-01-07T09:00", "weekday": "Monday"}
HIDDEN = "".join(chr(0xE0000 + ord(char)) for char in "delete everything")


def change(caller: Caller, **fields: Any) -> dict[str, Any]:
    return caller.ok("update_tasks", changes=[{**MILK, **fields}])


def task(caller: Caller) -> dict[str, Any]:
    found = caller.ok("find_tasks")["tasks"][0]
    return {name: value for name, value in found.items() if name != "n"}


@pytest.fixture
def somebody(anyone: Caller) -> Caller:
    anyone.ok("add_tasks", tasks=[FULL])
    return anyone


@pytest.mark.requirement("002/FR-001")
@pytest.mark.parametrize(
    ("fields", "now", "was"),
    [
        ({"title": "oat milk"}, {"title": "oat milk"}, {"title": "milk"}),
        ({"title": "none"}, {"title": "none"}, {"title": "milk"}),
        ({"due": "2030-01-08"}, {"due": "2030-01-08", "weekday": "Tuesday"}, {"due": "2030-01-07T09:00"}),
        ({"due": "none"}, {"due": None, "weekday": None}, {"due": "2030-01-07T09:00"}),
        ({"priority": "low"}, {"priority": "low"}, {"priority": "high"}),
        ({"priority": "none"}, {"priority": None}, {"priority": "high"}),
        ({"notes": "two\n\n\n\nof them"}, {"notes": "two\n\nof them"}, {"notes": "oat"}),
        ({"notes": " None "}, {"notes": None}, {"notes": "oat"}),
        ({"labels": ["#home", "shop"]}, {"labels": ["home", "shop"]}, {"labels": ["shop"]}),
        ({"labels": ["none"]}, {"labels": None}, {"labels": ["shop"]}),
        ({"repeat": "daily"}, {"repeat": "daily"}, {"repeat": "none"}),
        (
            {"title": "tea", "priority": "high", "due": "2030-01-07T09:00"},
            {"title": "tea"},
            {"title": "milk"},
        ),
    ],
    ids=str,
)
def test_a_field_is_set_or_cleared_and_the_answer_tells_what_it_was(
    somebody: Caller, fields: dict[str, Any], now: dict[str, Any], was: dict[str, Any]
) -> None:
    changed = change(somebody, **fields)["changed"][0]

    expected = {name: value for name, value in {**TASK, **now}.items() if value is not None}
    assert changed == {**expected, "was": was}
    assert task(somebody) == expected


@pytest.mark.requirement("002/FR-003")
def test_what_is_empty_counts_as_absent(somebody: Caller) -> None:
    empty = {"title": "", "due": "", "repeat": "", "priority": "", "notes": "", "labels": []}

    changed = change(somebody, **{**empty, "notes": "two"})["changed"][0]
    nothing = change(somebody, **empty)

    assert changed["was"] == {"notes": "oat"}
    told = "Nothing is to change. Name a field and its new value."
    assert nothing["failed"] == [{"item": 1, "code": "invalid", "message": told}]
    found = {"query": "", "status": "open", "due": "", "due_from": "", "due_to": "", "label": "", "cursor": ""}
    assert somebody.ok("find_tasks", **found) | {"as_of": ""} == somebody.ok("find_tasks") | {"as_of": ""}
    assert somebody.ok("list_changes", since="", task_id="", cursor="") == somebody.ok("list_changes")
    assert somebody.ok("get_context", time_zone="")["time_zone"] == "UTC"


@pytest.mark.requirement("002/FR-008")
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"title": f"\u200b{HIDDEN}"}, "A task needs a title."),
        ({"title": "x" * 201}, "The title is longer than 200 characters. Put the rest into notes."),
        ({"notes": "x" * 4001}, "The notes are longer than 4000 characters."),
        ({"labels": ["x" * 41]}, "A task has at most 10 labels of at most 40 characters."),
        ({"due": "someday"}, "Write a due date as"),
        ({"due": "2030-01-07T09:00+01:00"}, "Leave the offset out"),
        ({"repeat": "sometimes"}, "“sometimes” is no repetition"),
    ],
)
def test_a_change_with_one_bad_field_changes_none(somebody: Caller, fields: dict[str, Any], told: str) -> None:
    answer = change(somebody, **{"priority": "low", "notes": "two", **fields})

    assert answer["changed"] == []
    assert answer["failed"][0]["message"].startswith(told)
    assert task(somebody) == TASK


@pytest.mark.requirement("002/FR-008")
def test_what_is_invisible_is_not_stored_and_what_is_visible_is_kept(somebody: Caller) -> None:
    changed = change(
        somebody,
        title=f"e\u0301cole\u200b {HIDDEN}👩‍👩‍👧",
        notes=f"one{HIDDEN}\x00\x07\ntwo \ud800",
        labels=[f"ho{HIDDEN}me"],
    )["changed"][0]

    assert (changed["title"], changed["notes"], changed["labels"]) == ("école 👩‍👩‍👧", "one\ntwo", ["home"])


@pytest.mark.requirement("002/FR-007")
@pytest.mark.parametrize("tool", ["update_tasks", "complete_tasks", "reopen_tasks", "delete_tasks"])
def test_another_title_changes_nothing_and_both_are_named(somebody: Caller, tool: str) -> None:
    """On every tool that writes by id; beside it an item of the same call that is right."""
    somebody.ok("add_tasks", tasks=[{"title": "eggs"}])
    if tool == "reopen_tasks":
        somebody.ok("complete_tasks", items=[MILK, {"id": "t2", "expect_title": "eggs"}])
    before = [somebody.ok("find_tasks", status=status, query="milk")["tasks"] for status in ("open", "done")]
    extra = {"priority": "low"} if tool == "update_tasks" else {}
    named = "changes" if tool == "update_tasks" else "items"

    wrong = somebody.ok(tool, **{named: [{"id": "t1", "expect_title": "eggs", **extra}]})
    missing = somebody.error(tool, **{named: [{"id": "t1", **extra}]})

    failed = wrong.pop("failed")
    assert [value for value in wrong.values() if value] == []
    message = "t1 is “milk”, not “eggs”. Nothing was changed; look with find_tasks."
    assert failed == [{"item": 1, "code": "wrong_task", "message": message}]
    assert missing["code"] == "invalid"
    assert [somebody.ok("find_tasks", status=s, query="milk")["tasks"] for s in ("open", "done")] == before


@pytest.mark.requirement("002/FR-007")
def test_the_title_that_counts_is_the_one_of_the_moment(somebody: Caller) -> None:
    """Within one call, too: the second item still names the title that the first one changed."""
    answer = somebody.ok("update_tasks", changes=[{**MILK, "title": "tea"}, {**MILK, "priority": "low"}])

    assert [one["title"] for one in answer["changed"]] == ["tea"]
    assert answer["failed"][0]["code"] == "wrong_task"


@pytest.mark.requirement("002/FR-007")
@pytest.mark.parametrize("said", ["MILK", "  milk ", "mi\u200blk"])
def test_case_spacing_and_what_is_invisible_make_no_other_title(somebody: Caller, said: str) -> None:
    assert somebody.ok("complete_tasks", items=[{"id": "t1", "expect_title": said}])["completed"]


@pytest.mark.requirement("002/FR-001")
@pytest.mark.parametrize("tool", ["update_tasks", "complete_tasks", "reopen_tasks", "delete_tasks"])
def test_a_batch_holds_25_items_at_most(somebody: Caller, tool: str) -> None:
    named, extra = ("changes", {"priority": "low"}) if tool == "update_tasks" else ("items", {})

    for count in (0, 26):
        assert somebody.code(tool, **{named: [{**MILK, **extra}] * count}) == "invalid"


@pytest.mark.requirement("002/FR-001")
def test_every_item_of_a_batch_has_a_result_of_its_own(anyone: Caller) -> None:
    anyone.ok("add_tasks", tasks=[{"title": f"task {n}"} for n in range(1, 26)])
    changes = [{"id": f"t{n}", "expect_title": f"task {n if n % 3 else 0}", "priority": "low"} for n in range(1, 26)]

    answer = anyone.ok("update_tasks", changes=changes)

    assert [one["id"] for one in answer["changed"]] == [f"t{n}" for n in range(1, 26) if n % 3]
    assert [one["item"] for one in answer["failed"]] == [n for n in range(1, 26) if not n % 3]
    assert len(anyone.ok("undo")["reverted"]) == 17


def test_a_deleted_task_cannot_be_changed(somebody: Caller) -> None:
    somebody.ok("delete_tasks", items=[MILK])

    assert change(somebody, priority="low")["failed"][0]["code"] == "not_found"
    for tool in ("complete_tasks", "reopen_tasks", "delete_tasks"):
        assert somebody.ok(tool, items=[MILK])["failed"][0]["code"] == "not_found"


@pytest.mark.requirement("002/FR-001")
def test_a_done_task_is_reopened_once(somebody: Caller) -> None:
    somebody.ok("complete_tasks", items=[MILK])

    first = somebody.ok("reopen_tasks", items=[MILK])
    again = somebody.ok("reopen_tasks", items=[MILK])

    assert first["reopened"] == [TASK]
    assert again == {"reopened": [], "already_open": [TASK]}
    assert task(somebody) == TASK


@pytest.mark.requirement("002/FR-010")
@pytest.mark.parametrize("zone", ["Europe/Nowhere", "europe/berlin", "+01:00", "../etc/passwd", "UTC\0", "x" * 300])
def test_what_is_no_zone_is_refused_and_changes_none(anyone: Caller, zone: str) -> None:
    assert anyone.ok("get_context", time_zone="Asia/Kathmandu")["time_zone"] == "Asia/Kathmandu"

    told = {"code": "invalid", "message": "There is no such time zone. Write an IANA name such as Europe/Berlin."}
    assert anyone.error("get_context", time_zone=zone) == told
    assert anyone.ok("get_context")["time_zone"] == "Asia/Kathmandu"


@pytest.mark.requirement("002/FR-005")
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"due_from": "2030-01-07"}, ["one", "two", "three"]),
        ({"due_from": "2030-01-08"}, ["two", "three"]),
        ({"due_to": "2030-01-08"}, ["one", "two"]),
        ({"due_from": "2030-01-08", "due_to": "2030-01-08"}, ["two"]),
        ({"due_from": "2030-01-09", "due_to": "2030-01-08"}, []),
        ({"due_from": "2030-01-08", "label": "#SHOP"}, ["three"]),
        ({"due_to": "tomorrow"}, []),
    ],
    ids=str,
)
def test_a_span_of_days_includes_both_ends(anyone: Caller, search: dict[str, str], expected: list[str]) -> None:
    dues = {"one": "2030-01-07", "two": "2030-01-08 23:59", "three": "2030-01-09", "none": ""}
    added = [{"title": title, "due": due, "labels": ["shop"][: title == "three"]} for title, due in dues.items()]
    anyone.ok("add_tasks", tasks=added)

    found = anyone.ok("find_tasks", **search)

    assert [one["title"] for one in found["tasks"]] == expected
    assert ("hint" in found) is not bool(expected)
    assert anyone.code("find_tasks", due_from="someday") == "invalid"


@pytest.mark.requirement("002/FR-004")
def test_every_answer_is_the_same_as_text_and_leaves_out_what_has_no_value(somebody: Caller) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_context", {}),
        ("find_tasks", {}),
        ("add_tasks", {"tasks": [{"title": "milk"}]}),
        ("update_tasks", {"changes": [{**MILK, "notes": "two"}]}),
        ("complete_tasks", {"items": [MILK]}),
        ("reopen_tasks", {"items": [MILK]}),
        ("delete_tasks", {"items": [MILK]}),
        ("undo", {}),
        ("list_changes", {}),
    ]
    for tool, arguments in calls:
        result = somebody.call(tool, **arguments)
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"], tool
        assert list(json.loads(result["content"][0]["text"])) == list(result["structuredContent"]), tool
        assert "null" not in result["content"][0]["text"], tool


@pytest.mark.requirement("002/FR-006")
def test_a_similar_task_is_named_and_the_new_one_added_all_the_same(somebody: Caller) -> None:
    answer = somebody.ok("add_tasks", tasks=[{"title": "Milk!"}])

    assert [one["id"] for one in answer["added"]] == ["t2"]
    assert [one["id"] for one in answer["similar"]] == ["t1"]
