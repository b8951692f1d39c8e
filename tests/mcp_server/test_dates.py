"""Words for dates mean what the person's own calendar says."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from mcp_server.services.dates import WEEKDAYS, Due, resolve, week_of
from shared.errors import ErrorCode, ProductError

WEDNESDAY = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.requirement("001/FR-015")
@pytest.mark.requirement("002/FR-011")
@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("today", "2026-11-25"),
        ("Tomorrow", "2026-11-26"),
        ("  TOMORROW  ", "2026-11-26"),
        ("thursday", "2026-11-26"),
        ("wednesday", "2026-12-02"),
        ("monday", "2026-11-30"),
        ("sunday", "2026-11-29"),
        ("next week", "2026-11-30"),
        ("next monday", "2026-11-30"),
        ("next wednesday", "2026-12-02"),
        ("next sunday", "2026-12-06"),
        ("in 3 days", "2026-11-28"),
        ("in a day", "2026-11-26"),
        ("in 1 week", "2026-12-02"),
        ("in 2 weeks", "2026-12-09"),
        ("in a month", "2026-12-25"),
        ("in 3 months", "2027-02-25"),
        ("2028-02-29", "2028-02-29"),
        ("2026-11-30T15:00", "2026-11-30T15:00"),
        ("2026-11-30 15:00", "2026-11-30T15:00"),
        ("2026-11-30T15:00:00", "2026-11-30T15:00"),
        ("tomorrow 9:30", "2026-11-26T09:30"),
        ("friday at 17:00", "2026-11-27T17:00"),
        ("in 2 weeks 08:00", "2026-12-09T08:00"),
        ("next month", "2026-12-01"),
        ("weekend", "2026-11-28"),
        ("this weekend", "2026-11-28"),
        ("weekend 10:00", "2026-11-28T10:00"),
        ("monday at 9am", "2026-11-30T09:00"),
        ("tomorrow 12 am", "2026-11-26T00:00"),
        ("tomorrow 12pm", "2026-11-26T12:00"),
        ("tomorrow at 9:30 PM", "2026-11-26T21:30"),
        ("2026-12-24 6pm", "2026-12-24T18:00"),
    ],
)
def test_a_word_is_a_day(said: str, meant: str) -> None:
    assert str(resolve(said, WEDNESDAY)) == meant


@pytest.mark.requirement("001/FR-015")
@pytest.mark.parametrize(
    "said",
    [
        "someday",
        "2026-02-29",
        "2026-13-01",
        "20261130",
        "2026-W48-1",
        "30.11.2026",
        "11/30/2026",
        "2026-11-30T25:00",
        "tomorrow 9:75",
        "2026-11-30T15:00Z",
        "2026-11-30T15:00+01:00",
        "2026-11-30 15:00 UTC",
        "2026-11-30T15:00:30",
        "9999-12-31",
        "1900-01-01",
        "in 99999 days",
        "in -1 days",
        "in 5",
        "tomorrow 8",
        "tomorrow 13pm",
        "tomorrow 0am",
        "tomorrow 15:00pm",
        "next today",
        "２０２６-11-30",
        "today; drop table tasks",
    ],
)
def test_what_is_no_date_is_refused_with_how_to_write_it(said: str) -> None:
    with pytest.raises(ProductError) as refused:
        resolve(said, WEDNESDAY)

    assert refused.value.code is ErrorCode.INVALID
    assert said not in refused.value.message


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Kiritimati", "2026-11-26"), ("UTC", "2026-11-25"), ("Pacific/Pago_Pago", "2026-11-24")]
)
def test_tomorrow_depends_on_where_the_person_is(zone: str, day: str) -> None:
    now = datetime(2026, 11, 25, 10, 30, tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))

    assert str(resolve("today", now)) == day


@pytest.mark.parametrize(
    ("now", "said", "meant"),
    [
        (datetime(2027, 1, 31, 12, tzinfo=UTC), "in a month", "2027-02-28"),
        (datetime(2028, 1, 31, 12, tzinfo=UTC), "in a month", "2028-02-29"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "tomorrow", "2027-01-01"),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), "next month", "2027-01-01"),
        (datetime(2027, 1, 31, 12, tzinfo=UTC), "next month", "2027-02-01"),
        (datetime(2026, 11, 28, 12, tzinfo=UTC), "weekend", "2026-11-28"),
        (datetime(2026, 11, 29, 12, tzinfo=UTC), "weekend", "2026-12-05"),
        (datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")), "tomorrow 2:30", "2026-03-29T02:30"),
        (datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin")), "tomorrow 2:30", "2026-10-25T02:30"),
    ],
)
def test_month_ends_leap_years_and_clock_changes_are_the_calendars_work(now: datetime, said: str, meant: str) -> None:
    assert str(resolve(said, now)) == meant


@given(st.dates(date(1971, 1, 1), date(2190, 1, 1)), st.sampled_from(WEEKDAYS))
def test_a_weekday_is_the_coming_one_and_next_is_of_the_next_week(today: date, weekday: str) -> None:
    now = datetime.combine(today, time(12))
    coming, following = resolve(weekday, now), resolve(f"next {weekday}", now)
    monday, sunday = week_of(today)

    assert coming.weekday == following.weekday == weekday
    assert 1 <= (coming.on - today).days <= 7
    assert 1 <= (following.on - sunday).days <= 7
    assert (sunday - monday).days == 6
    assert monday <= today <= sunday


@given(st.dates(date(1971, 1, 1), date(2190, 1, 1)), st.times())
def test_what_an_answer_writes_can_be_sent_back(on: date, at: time) -> None:
    for due in (Due(on), Due(on, time(at.hour, at.minute))):
        assert resolve(str(due), WEDNESDAY) == due


@pytest.mark.parametrize(
    ("due", "is_before"),
    [
        (Due(date(2026, 11, 24)), True),
        (Due(date(2026, 11, 25)), False),
        (Due(date(2026, 11, 25), time(9, 59)), True),
        (Due(date(2026, 11, 25), time(10, 0)), False),
        (Due(date(2026, 11, 26), time(0, 0)), False),
    ],
)
def test_a_day_without_a_time_lasts_until_midnight(due: Due, is_before: bool) -> None:
    assert due.is_before(WEDNESDAY.replace(tzinfo=None)) is is_before
