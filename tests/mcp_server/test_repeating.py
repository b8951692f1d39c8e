"""Repeating tasks: one occurrence is done at a time, and the rule stays what it was."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mcp_server.client import Caller

PLANTS = {"id": "t1", "expect_title": "plants"}


def add(caller: Caller, **fields: Any) -> dict[str, Any]:
    task = {"title": "plants", "due": "2030-01-07 09:00", "repeat": "every monday", **fields}
    return caller.ok("add_tasks", tasks=[task])["added"][0]


def complete(caller: Caller, task_id: str = "t1") -> dict[str, Any]:
    return caller.ok("complete_tasks", items=[{**PLANTS, "id": task_id}])["completed"][0]


def change(caller: Caller, task_id: str = "t1", **fields: str) -> dict[str, Any]:
    return caller.ok("update_tasks", changes=[{**PLANTS, "id": task_id, **fields}])["changed"][0]


def open_tasks(caller: Caller) -> list[tuple[str, str | None]]:
    return [(task["id"], task.get("due")) for task in caller.ok("find_tasks")["tasks"]]


@pytest.mark.requirement("002/FR-012")
@pytest.mark.parametrize(
    ("said", "due", "first", "kept"),
    [
        ("every monday", "2030-01-07", "2030-01-07", "every monday"),
        ("every monday", "2030-01-08 15:00", "2030-01-14T15:00", "every monday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2030-01-01", "2030-01-25", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("rrule:freq=daily;interval=2", "2030-01-01", "2030-01-01", "FREQ=DAILY;INTERVAL=2"),
        ("every other week", "2030-01-01", "2030-01-01", "every 2 weeks"),
    ],
)
def test_a_series_begins_on_the_rules_first_date(anyone: Caller, said: str, due: str, first: str, kept: str) -> None:
    task = add(anyone, due=due, repeat=said)

    assert (task["due"], task["repeat"]) == (first, kept)


@pytest.mark.requirement("002/FR-012")
def test_without_a_date_a_series_begins_today_or_later(anyone: Caller) -> None:
    today = anyone.ok("get_context")["today"]

    assert add(anyone, due="", repeat="daily")["due"] == today
    assert add(anyone, due="", repeat="every friday")["weekday"] == "Friday"


@pytest.mark.requirement("002/FR-012")
@pytest.mark.parametrize(
    "repeat",
    ["sometimes", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3", "every 999 weeks", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"],
)
def test_a_rule_that_is_not_understood_is_refused_with_a_sentence(anyone: Caller, repeat: str) -> None:
    added = anyone.ok("add_tasks", tasks=[{"title": "x", "repeat": repeat}])
    add(anyone)
    changed = anyone.ok("update_tasks", changes=[{**PLANTS, "repeat": repeat, "due": "tomorrow"}])

    for answer in (added, changed):
        assert answer["failed"][0]["code"] == "invalid"
        assert len(answer["failed"][0]["message"]) > 20
    assert open_tasks(anyone) == [("t1", "2030-01-07T09:00")]


@pytest.mark.requirement("002/FR-012")
def test_a_rule_without_a_date_left_is_refused(anyone: Caller) -> None:
    answer = anyone.ok("add_tasks", tasks=[{"title": "x", "repeat": "FREQ=DAILY;UNTIL=20200101"}])

    assert answer["failed"][0]["message"] == "This repetition is over before it begins. Give it a later end."


@pytest.mark.requirement("002/FR-013")
def test_completing_makes_the_next_occurrence_once(anyone: Caller) -> None:
    add(anyone)

    done = complete(anyone)
    again = anyone.ok("complete_tasks", items=[PLANTS])

    assert (done["next_due"], done["next_id"]) == ("2030-01-14T09:00", "t2")
    assert again["completed"] == []
    assert "undo_token" not in again
    assert open_tasks(anyone) == [("t2", "2030-01-14T09:00")]


@pytest.mark.requirement("002/FR-013")
def test_completing_at_once_makes_one_next_occurrence(anyone: Caller) -> None:
    add(anyone)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: anyone.ok("complete_tasks", items=[PLANTS]), range(8)))

    assert sorted(len(answer["completed"]) for answer in answers) == [0] * 7 + [1]
    assert open_tasks(anyone) == [("t2", "2030-01-14T09:00")]


@pytest.mark.requirement("002/FR-013")
def test_the_last_occurrence_says_so(anyone: Caller) -> None:
    add(anyone, repeat="FREQ=WEEKLY;COUNT=2", due="2030-01-07")

    first, second = complete(anyone, "t1"), complete(anyone, "t2")

    assert ("last" in first, first["next_due"]) == (False, "2030-01-14")
    assert (second["last"], "next_due" in second) == (True, False)
    assert open_tasks(anyone) == []


@pytest.mark.requirement("002/FR-014")
@pytest.mark.parametrize("due", ["2030-01-09 20:00", "2030-03-01", "2020-01-01", "none"])
def test_moving_an_occurrence_moves_no_other(anyone: Caller, due: str) -> None:
    add(anyone)

    moved = change(anyone, due=due)
    done = complete(anyone)

    assert moved["repeat"] == "every monday"
    assert done["next_due"] == "2030-01-14T09:00"


@pytest.mark.requirement("002/FR-014")
def test_a_new_date_with_the_repetition_moves_the_series(anyone: Caller) -> None:
    add(anyone)

    moved = change(anyone, due="2030-01-09 20:00", repeat="every wednesday")

    assert moved["due"] == "2030-01-09T20:00"
    assert moved["was"] == {"due": "2030-01-07T09:00", "repeat": "every monday"}
    assert complete(anyone)["next_due"] == "2030-01-16T20:00"


def test_the_same_repetition_again_changes_nothing_and_with_a_date_the_time(anyone: Caller) -> None:
    add(anyone)

    assert change(anyone, repeat="Every Monday")["was"] == {}
    assert change(anyone, repeat="every monday", due="2030-01-07 18:00")["was"] == {"due": "2030-01-07T09:00"}
    assert complete(anyone)["next_due"] == "2030-01-14T18:00"


def test_a_task_stops_repeating(anyone: Caller) -> None:
    add(anyone)

    stopped = change(anyone, repeat="none")
    done = complete(anyone)

    assert (stopped["due"], "repeat" in stopped) == ("2030-01-07T09:00", False)
    assert not {"next_due", "last"} & done.keys()


def test_what_the_next_occurrence_holds_is_what_this_one_held(anyone: Caller) -> None:
    add(anyone, priority="high", notes="the ones upstairs", labels=["home"])
    anyone.ok("update_tasks", changes=[{**PLANTS, "title": "all plants"}])

    anyone.ok("complete_tasks", items=[{"id": "t1", "expect_title": "all plants"}])

    task = anyone.ok("find_tasks")["tasks"][0]
    assert (task["title"], task["priority"], task["notes"]) == ("all plants", "high", "the ones upstairs")
    assert (task["labels"], task["repeat"]) == (["home"], "every monday")


@pytest.mark.requirement("002/FR-013")
def test_reopening_takes_an_untouched_next_occurrence_back(anyone: Caller) -> None:
    add(anyone)
    complete(anyone)

    anyone.ok("reopen_tasks", items=[PLANTS])
    assert open_tasks(anyone) == [("t1", "2030-01-07T09:00")]
    assert complete(anyone)["next_id"] == "t2"

    assert open_tasks(anyone) == [("t2", "2030-01-14T09:00")]


def test_reopening_leaves_a_next_occurrence_that_somebody_touched(anyone: Caller) -> None:
    add(anyone)
    complete(anyone)
    change(anyone, "t2", notes="mine")

    anyone.ok("reopen_tasks", items=[PLANTS])

    assert open_tasks(anyone) == [("t1", "2030-01-07T09:00"), ("t2", "2030-01-14T09:00")]
    assert complete(anyone)["next_id"] == "t2"
    assert open_tasks(anyone) == [("t2", "2030-01-14T09:00")]


def test_an_earlier_occurrence_makes_no_second_one_of_a_date_that_is_done(anyone: Caller) -> None:
    add(anyone)
    complete(anyone)
    change(anyone, "t2", notes="mine")
    complete(anyone, "t2")
    anyone.ok("reopen_tasks", items=[PLANTS])

    done = complete(anyone)

    assert not {"next_due", "next_id", "last"} & done.keys()
    assert open_tasks(anyone) == [("t3", "2030-01-21T09:00")]


def test_deleting_the_open_occurrence_ends_the_series_until_it_is_undone(anyone: Caller) -> None:
    add(anyone)
    complete(anyone)
    anyone.ok("delete_tasks", items=[{**PLANTS, "id": "t2"}])
    assert open_tasks(anyone) == []

    anyone.ok("undo")

    assert complete(anyone, "t2")["next_due"] == "2030-01-21T09:00"


@pytest.mark.requirement("002/FR-021")
def test_an_undo_makes_no_second_task_of_one_occurrence(anyone: Caller) -> None:
    """The second occurrence left the series, and in the meantime the first one made another in its place."""
    add(anyone)
    complete(anyone)
    token = anyone.ok("update_tasks", changes=[{**PLANTS, "id": "t2", "repeat": "daily"}])["undo_token"]
    anyone.ok("reopen_tasks", items=[PLANTS])
    complete(anyone)

    undone = anyone.ok("undo", undo_token=token)

    reason = "Another task stands for the same occurrence now."
    assert undone == {"reverted": [], "skipped": [{"id": "t2", "title": "plants", "reason": reason}]}


def test_a_rule_may_change_as_often_as_one_likes(anyone: Caller) -> None:
    """Each time it is another series: an occurrence of an earlier one is in nobody's way."""
    add(anyone)
    for repeat in ("daily", "every monday", "daily", "weekly"):
        change(anyone, repeat=repeat)
        complete(anyone)
        anyone.ok("update_tasks", changes=[{**PLANTS, "id": "t1", "notes": repeat}])
        anyone.ok("reopen_tasks", items=[PLANTS])

    assert change(anyone, repeat="monthly")["repeat"] == "monthly"
    assert complete(anyone)["next_due"] == "2030-02-07T09:00"
