"""What becomes of a task: each sentence as one change, with what the task has already taken into account."""

from datetime import date
from typing import Any

import pytest

from gateway.offline.changing import edit_in
from gateway.offline.forms import read
from gateway.offline.schedules import Schedule, cut_schedule, shifted
from shared.tasks import Task

pytestmark = pytest.mark.requirement("002/SC-004")

TUESDAY = date(2026, 11, 24)
TASK = Task(
    id="t1", title="dentist", due="2026-11-26T15:00", repeat="weekly", notes="bring the card", labels=["health"]
)


def change(text: str, task: Task = TASK) -> tuple[str, dict[str, Any] | None]:
    """Return the words that name the task, and the fields that the tool is told."""
    said = edit_in(read(text), TUESDAY)
    assert said is not None
    edit, words = said
    fields = edit.fields(task, TUESDAY)
    if fields is None:
        return words, None
    assert fields.pop("id") == task.id
    assert fields.pop("expect_title") == task.title
    return words, fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("move the dentist to friday", {"due": "friday 15:00"}),
        ("move the dentist to friday at 9am", {"due": "friday 09:00"}),
        ("snooze the dentist until friday", {"due": "friday 15:00"}),
        ("move the dentist to 16:30", {"due": "2026-11-26 16:30"}),
        ("push the dentist to next week", {"due": "next week 15:00"}),
        ("move the dentist from thursday to friday", {"due": "friday 15:00"}),
        ("reschedule the dentist for 1 december", {"due": "2026-12-01 15:00"}),
        ("put the dentist off until monday", {"due": "monday 15:00"}),
        ("postpone the dentist by two days", {"due": "2026-11-28T15:00"}),
        ("push the dentist back a week", {"due": "2026-12-03T15:00"}),
        ("move the dentist two days earlier", {"due": "2026-11-24T15:00"}),
        ("postpone the dentist by a month", {"due": "2026-12-26T15:00"}),
        ("the dentist is due on saturday", {"due": "saturday 15:00"}),
        ("change the dentist to every monday", {"repeat": "every monday"}),
        ("make the dentist repeat every other week", {"repeat": "every 2 weeks"}),
        ("repeat the dentist monthly", {"repeat": "monthly"}),
        ("stop repeating the dentist", {"repeat": "none"}),
        ("remove the date from the dentist", {"due": "none"}),
        ("rename the dentist to see Dr. Bell", {"title": "see Dr. Bell"}),
        ("change the dentist to see the dentist", {"title": "see the dentist"}),
        ("make the dentist urgent", {"priority": "high"}),
        ("set the priority of the dentist to medium", {"priority": "medium"}),
        ("the dentist is not so important", {"priority": "low"}),
        ("remove the priority from the dentist", {"priority": "none"}),
        ("label the dentist town", {"labels": ["health", "town"]}),
        ("add #town to the dentist", {"labels": ["health", "town"]}),
        ("remove the label Health from the dentist", {"labels": ["none"]}),
        ("untag the dentist", {"labels": ["none"]}),
        ("add a note to the dentist: ask about tea", {"notes": "bring the card\nask about tea"}),
        ("clear the notes of the dentist", {"notes": "none"}),
    ],
)
def test_a_sentence_changes_what_it_says_and_keeps_the_rest(text: str, fields: dict[str, str]) -> None:
    words, told = change(text)

    assert told == fields
    assert words.removeprefix("the ") == "dentist"


@pytest.mark.parametrize("text", ["label it health", "remove the label town from it"])
def test_what_is_so_already_is_not_sent(text: str) -> None:
    assert change(text) == ("it", None)


@pytest.mark.parametrize("text", ["move the dentist", "move the dentist to someday", "change the dentist"])
def test_a_change_without_its_value_is_asked_back(text: str) -> None:
    assert edit_in(read(text), TUESDAY) is None


@pytest.mark.parametrize(
    ("due", "count", "unit", "later"),
    [
        ("2027-01-31", 1, "month", "2027-02-28"),
        ("2028-01-31T09:00", 1, "month", "2028-02-29T09:00"),
        ("2026-12-31", 2, "month", "2027-02-28"),
        ("2028-02-28", 1, "day", "2028-02-29"),
        ("2026-12-28", 1, "week", "2027-01-04"),
        ("2027-03-31", -1, "month", "2027-02-28"),
    ],
)
def test_a_date_is_shifted_over_the_ends_of_months(due: str, count: int, unit: str, later: str) -> None:
    assert shifted(due, count, unit) == later


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("water the plants every monday", Schedule(repeat="every monday")),
        ("water the plants on mondays and thursdays at 9", Schedule(time="9:00", repeat="every monday, thursday")),
        ("water the plants every Mon, Wed and Fri", Schedule(repeat="every monday, wednesday, friday")),
        ("water the plants every day at noon", Schedule(time="12:00", repeat="daily")),
        ("water the plants every weekday", Schedule(repeat="weekdays")),
        ("water the plants every 3 weeks starting friday", Schedule(day="friday", repeat="every 3 weeks")),
        ("water the plants every second week", Schedule(repeat="every 2 weeks")),
        ("water the plants monthly on the 31st", Schedule(day="2026-12-31", repeat="monthly")),
        ("water the plants yearly on 29 february", Schedule(day="2028-02-29", repeat="yearly")),
        ("water the plants on the last day of every month", Schedule(repeat="FREQ=MONTHLY;BYMONTHDAY=-1")),
        ("water the plants on the 1st of every month", Schedule(day="2026-12-01", repeat="monthly")),
        ("water the plants on the first day of each month", Schedule(day="2026-12-01", repeat="monthly")),
        (
            "water the plants every 15th of the month at 9am",
            Schedule("2026-12-15", "09:00", "monthly"),
        ),
        ("water the plants on the 3rd of the month", Schedule(day="2026-12-03")),
        ("water the plants every first monday of the month", Schedule(repeat="FREQ=MONTHLY;BYDAY=1MO")),
        ("water the plants on the last friday of every month", Schedule(repeat="FREQ=MONTHLY;BYDAY=-1FR")),
        ("water the plants at the end of the month", Schedule(day="2026-11-30")),
        ("water the plants this weekend", Schedule(day="2026-11-28")),
        ("water the plants next month", Schedule(day="2026-12-01")),
        ("water the plants the day after tomorrow", Schedule(day="in 2 days")),
    ],
)
def test_day_time_and_repetition_are_cut_out_in_any_order(text: str, schedule: Schedule) -> None:
    assert cut_schedule(text, TUESDAY) == ("water the plants", schedule)
