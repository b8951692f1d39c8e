"""Repetition: everyday words and RFC 5545 rules give the dates that a calendar on the wall gives."""

from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings, strategies as st

from mcp_server.services.recurrence import first_date, next_date, normalize_repeat
from shared.errors import ErrorCode, ProductError


def series(repeat: str, on_or_after: str, length: int) -> list[str]:
    first = first_date(repeat, date.fromisoformat(on_or_after))
    found = [first]
    while found[-1] is not None and len(found) < length:
        assert first is not None
        found.append(next_date(repeat, first, found[-1]))
    return [str(day) for day in found if day is not None]


@pytest.mark.requirement("002/FR-012")
@pytest.mark.parametrize(
    ("said", "spelling"),
    [
        ("daily", "daily"),
        ("Every Day", "daily"),
        ("every 1 day", "daily"),
        ("every weekday", "weekdays"),
        ("every other week", "every 2 weeks"),
        ("every  3  months", "every 3 months"),
        ("every Thursdays and monday", "every monday, thursday"),
        ("every monday, wednesday, and friday", "every monday, wednesday, friday"),
        ("rrule:freq=monthly;byday=-1fr", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=DAILY;UNTIL=20271231T235959Z;", "FREQ=DAILY;UNTIL=20271231"),
    ],
)
def test_one_meaning_has_one_spelling(said: str, spelling: str) -> None:
    assert normalize_repeat(said) == spelling
    assert normalize_repeat(spelling) == spelling


@pytest.mark.requirement("002/SC-001")
@pytest.mark.parametrize(
    ("repeat", "starts", "dates"),
    [
        ("daily", "2024-02-27", "02-27 02-28 02-29 03-01"),
        ("daily", "2026-02-27", "02-27 02-28 03-01 03-02"),
        ("weekdays", "2026-11-26", "11-26 11-27 11-30 12-01"),
        ("weekdays", "2026-11-28", "11-30 12-01 12-02 12-03"),
        ("weekly", "2026-12-24", "12-24 12-31 01-07 01-14"),
        ("FREQ=MONTHLY;BYMONTH=2", "2026-01-30", "02-28 02-28 02-28"),
        ("FREQ=YEARLY;BYMONTH=4,6", "2026-03-31", "04-30 06-30 04-30"),
        ("monthly", "2026-01-15", "01-15 02-15 03-15 04-15"),
        ("monthly", "2026-01-29", "01-29 02-28 03-29 04-29"),
        ("monthly", "2024-01-30", "01-30 02-29 03-30 04-30"),
        ("monthly", "2026-01-31", "01-31 02-28 03-31 04-30"),
        ("monthly", "2026-10-31", "10-31 11-30 12-31 01-31 02-28"),
        ("every 3 months", "2026-11-30", "11-30 02-28 05-30 08-30"),
        ("yearly", "2024-02-29", "02-29 02-28 02-28 02-28 02-29"),
        ("yearly", "2026-12-31", "12-31 12-31 12-31"),
        ("every 2 weeks", "2026-12-28", "12-28 01-11 01-25"),
        ("every monday, thursday", "2026-11-25", "11-26 11-30 12-03 12-07"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-25", "11-30 12-14 12-28"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-25", "11-27 12-25 01-29"),
        ("FREQ=MONTHLY;BYDAY=2TU", "2026-11-25", "12-08 01-12 02-09"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "01-31 03-31 05-31 07-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-15", "01-31 02-28 03-31 04-30"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01", "01-30 02-27 03-31 04-30"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-01-01", "02-29 02-29 02-29"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01", "11-26 11-25 11-23"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "2026-01-01", "02-13 03-13 11-13"),
        ("FREQ=DAILY;COUNT=3", "2026-12-30", "12-30 12-31 01-01"),
        ("FREQ=WEEKLY;UNTIL=20261208", "2026-11-24", "11-24 12-01 12-08"),
    ],
)
def test_everyday_rules_over_month_ends_and_leap_years(repeat: str, starts: str, dates: str) -> None:
    expected = dates.split()
    ends = "COUNT" in repeat or "UNTIL" in repeat

    found = series(normalize_repeat(repeat), starts, len(expected) + ends)

    assert [day[5:] for day in found] == expected


@pytest.mark.requirement("002/SC-001")
def test_a_leap_day_is_waited_for_over_the_year_2100() -> None:
    assert series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2096-01-01", 3) == ["2096-02-29", "2104-02-29", "2108-02-29"]


@pytest.mark.requirement("002/FR-012")
@pytest.mark.parametrize(
    "said",
    [
        "",
        "sometimes",
        "every 0 days",
        "every 9999 years",
        "every",
        "FREQ=HOURLY",
        "FREQ=SECONDLY;COUNT=5",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=",
        "INTERVAL=2",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYMONTHDAY=1",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=2MO;BYSETPOS=2",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;UNTIL=20271301",
        "FREQ=DAILY;UNTIL=2027W01",
        "FREQ=DAILY;COUNT=2;UNTIL=20271231",
        "FREQ=DAILY;DTSTART=20270101",
        "FREQ=DAILY\nEXDATE=20270101",
        "FREQ=DAILY;INTERVAL=\uff12",
    ],
)
def test_a_rule_that_is_none_or_never_comes_is_refused_with_a_sentence(said: str) -> None:
    with pytest.raises(ProductError) as refused:
        normalize_repeat(said)

    assert refused.value.code is ErrorCode.INVALID
    assert refused.value.message.endswith(".")


weekdays = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
some_weekdays = st.lists(weekdays, min_size=1, max_size=3, unique=True).map(",".join)
days_of_month = st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=3, unique=True)
months = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True)
starts = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@st.composite
def repetitions(draw: st.DrawFn) -> str:
    """Any repetition that is accepted: words, and rules of every shape."""
    if draw(st.booleans()):
        unit = draw(st.sampled_from(["day", "week", "month", "year"]))
        return normalize_repeat(f"every {draw(st.integers(1, 10))} {unit}s")
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": frequency, "INTERVAL": str(draw(st.integers(1, 8)))}
    if draw(st.booleans()):
        parts["BYDAY"] = draw(some_weekdays)
    if draw(st.booleans()):
        parts["BYMONTH"] = ",".join(map(str, draw(months)))
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts["BYMONTHDAY"] = ",".join(map(str, draw(days_of_month)))
    if draw(st.booleans()):
        parts["COUNT"] = str(draw(st.integers(1, 30)))
    try:
        return normalize_repeat(";".join(f"{name}={value}" for name, value in parts.items()))
    except ProductError:
        return "daily"  # a day that its months do not have


@pytest.mark.requirement("002/SC-001")
@settings(max_examples=300, deadline=None)
@given(repeat=repetitions(), start=starts)
def test_every_accepted_rule_comes_and_its_series_is_monotone(repeat: str, start: date) -> None:
    found = series(repeat, str(start), 6)

    assert found
    assert found[0] >= str(start)
    assert all(earlier < later for earlier, later in pairwise(found))


@pytest.mark.requirement("002/SC-001")
@settings(max_examples=300, deadline=None)
@given(repeat=repetitions().filter(lambda repeat: "=" in repeat), start=starts)
def test_going_on_n_times_gives_the_nth_date_of_the_rule(repeat: str, start: date) -> None:
    found = series(repeat, str(start), 8)

    rule = rrulestr(repeat, dtstart=datetime.combine(date.fromisoformat(found[0]), time()))
    assert found == [str(moment.date()) for moment in islice(rule, 8)]


@pytest.mark.requirement("002/SC-001")
@settings(max_examples=200, deadline=None)
@given(start=starts, unit=st.sampled_from(["monthly", "yearly"]), steps=st.integers(1, 30))
def test_a_month_that_is_too_short_gives_its_last_day_and_the_day_comes_back(
    start: date, unit: str, steps: int
) -> None:
    for text in series(unit, str(start), steps):
        day = date.fromisoformat(text)
        last_of_month = (day + timedelta(days=1)).day == 1
        assert day.day == start.day or (day.day < start.day and last_of_month)
