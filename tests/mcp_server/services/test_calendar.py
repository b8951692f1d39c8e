"""Dates through the services: every zone, the days on which its clocks jump, month ends and leap days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, FR, MO, MONTHLY, TH, TU, WE, WEEKLY, YEARLY, rrule
from hypothesis import HealthCheck, given, settings, strategies as st

from mcp_server.services.recurrence import normalize_repeat
from tests.mcp_server.services.desk import Desk

pytestmark = pytest.mark.anyio

CLOCKS = {
    # zone: a day on which its clocks go forward, and one on which they go back
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/Los_Angeles": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "America/Santiago": ("2026-09-06", "2026-04-05"),
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "Asia/Beirut": ("2026-03-29", "2026-10-25"),
    "Australia/Adelaide": ("2026-10-04", "2026-04-05"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "Pacific/Auckland": ("2026-09-27", "2026-04-05"),
    "Pacific/Chatham": ("2026-09-27", "2026-04-05"),
    # zones whose clocks never jump
    "Asia/Kathmandu": ("2026-03-29", "2026-10-25"),
    "Asia/Kolkata": ("2026-03-29", "2026-10-25"),
    "Asia/Tokyo": ("2026-03-29", "2026-10-25"),
    "Pacific/Kiritimati": ("2026-03-29", "2026-10-25"),
    "Pacific/Pago_Pago": ("2026-03-29", "2026-10-25"),
    "UTC": ("2026-03-29", "2026-10-25"),
}
STILL = {"Asia/Kathmandu", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"}
MONTH_ENDS = {
    "2027-01-31": ("2027-02-28", "2027-03-31", "2027-04-30"),
    "2027-01-30": ("2027-02-28", "2027-03-30", "2027-04-30"),
    "2027-01-29": ("2027-02-28", "2027-03-29", "2027-04-29"),
    "2028-01-31": ("2028-02-29", "2028-03-31", "2028-04-30"),
    "2028-01-29": ("2028-02-29", "2028-03-29", "2028-04-29"),
    "2027-01-28": ("2027-02-28", "2027-03-28", "2027-04-28"),
}
EVERYDAY = [
    ("daily", "2026-03-28", ("2026-03-29", "2026-03-30", "2026-03-31")),
    ("weekdays", "2026-03-27", ("2026-03-30", "2026-03-31", "2026-04-01")),
    ("weekly", "2026-10-25", ("2026-11-01", "2026-11-08", "2026-11-15")),
    ("every 2 weeks", "2026-10-25", ("2026-11-08", "2026-11-22", "2026-12-06")),
    ("every 3 days", "2026-12-30", ("2027-01-02", "2027-01-05", "2027-01-08")),
    ("every monday, thursday", "2026-11-26", ("2026-11-30", "2026-12-03", "2026-12-07")),
    *(("monthly", starts, dates) for starts, dates in MONTH_ENDS.items()),
    ("every 2 months", "2027-12-31", ("2028-02-29", "2028-04-30", "2028-06-30")),
    ("yearly", "2028-02-29", ("2029-02-28", "2030-02-28", "2031-02-28")),
    ("every 4 years", "2028-02-29", ("2032-02-29", "2036-02-29", "2040-02-29")),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29", ("2032-02-29", "2036-02-29", "2040-02-29")),
    ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27", ("2026-12-25", "2027-01-29", "2027-02-26")),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-01-31", ("2027-02-28", "2027-03-31", "2027-04-30")),
]


def offsets(zone: str, day: str) -> set[timedelta | None]:
    """Return the offsets of one day, from just before it until just after it."""
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("UTC")) - timedelta(hours=15)
    return {(start + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).utcoffset() for hour in range(48)}


def test_the_matrix_holds_what_it_says() -> None:
    """Otherwise a change of the zone data would turn the tests below into tests of nothing."""
    assert len(CLOCKS) >= 12
    for zone, days in CLOCKS.items():
        for day in days:
            assert len(offsets(zone, day)) == (1 if zone in STILL else 2), (zone, day)
    minutes = {offset.seconds // 60 % 60 for zone in CLOCKS for offset in offsets(zone, "2026-07-01") if offset}
    assert minutes == {0, 30, 45}


@pytest.mark.requirement("002/SC-001")
@pytest.mark.requirement("002/FR-010")
@pytest.mark.requirement("002/FR-011")
@pytest.mark.parametrize("zone", CLOCKS)
@pytest.mark.parametrize("which", [0, 1], ids=["forward", "back"])
async def test_words_follow_the_persons_calendar_over_a_jump(desk: Desk, zone: str, which: int) -> None:
    """From late on the day before, from after the jump, and from late on the day itself."""
    day = date.fromisoformat(CLOCKS[zone][which])
    for local_day, clock in ((-1, "23:55"), (0, "04:30"), (0, "23:55")):
        today = day + timedelta(days=local_day)
        context = await desk.move(zone, f"{today}T{clock}")

        assert (context.today, context.local_time) == (today.isoformat(), clock)
        for said, days in (("today", 0), ("tomorrow", 1), ("in 1 week", 7)):
            expected = (today + timedelta(days=days)).isoformat()
            assert (await desk.add(due=said)).due == expected
            assert (await desk.add(due=f"{said} 02:30")).due == f"{expected}T02:30"


@pytest.mark.requirement("002/SC-001")
@pytest.mark.requirement("002/FR-013")
@pytest.mark.parametrize("zone", CLOCKS)
@pytest.mark.parametrize("which", [0, 1], ids=["forward", "back"])
async def test_a_daily_time_stays_over_a_jump(desk: Desk, zone: str, which: int) -> None:
    """Also a time that does not exist on that day, or exists twice."""
    day = date.fromisoformat(CLOCKS[zone][which])
    await desk.move(zone, f"{day - timedelta(days=2)}T12:00")
    task = await desk.add(due="tomorrow 02:15", repeat="daily")

    dues = [task.due]
    current = task.id
    for ahead in range(3):
        await desk.move(zone, f"{day + timedelta(days=ahead - 1)}T23:55")
        done = await desk.complete(current)
        assert done.next_id
        current = done.next_id
        dues.append(done.next_due)

    assert dues == [f"{day + timedelta(days=ahead - 1)}T02:15" for ahead in range(4)]


@pytest.mark.requirement("002/FR-015")
@pytest.mark.parametrize(
    ("zone", "due", "clocks"),
    [
        # forward: 02:15 never comes, and is over once the clock shows 03:00
        ("Europe/Berlin", "2026-03-29T02:15", (("01:59", 0, None), ("03:00", 0, True))),
        ("Australia/Lord_Howe", "2026-10-04T02:15", (("01:59", 0, None), ("02:30", 0, True))),
        ("Pacific/Chatham", "2026-09-27T03:00", (("02:44", 0, None), ("03:45", 0, True))),
        ("America/Santiago", "2026-09-06T00:30", (("01:00", 0, True),)),
        # back: the clock shows 02:30 twice, and what is due at 02:15 is late when it shows so
        ("Europe/Berlin", "2026-10-25T02:15", (("02:14", 0, None), ("02:30", 0, True), ("02:30", 1, True))),
        ("America/St_Johns", "2026-11-01T01:15", (("01:14", 0, None), ("01:30", 1, True))),
        # any day
        ("Asia/Kathmandu", "2026-05-05T09:00", (("09:00", 0, None), ("09:01", 0, True))),
    ],
)
async def test_late_is_what_the_persons_clock_says(
    desk: Desk, zone: str, due: str, clocks: tuple[tuple[str, int, bool | None], ...]
) -> None:
    await desk.move(zone, f"{due[:10]}T00:00" if not zone.endswith("Santiago") else "2026-09-05T12:00")
    await desk.add(due=due)
    for clock, fold, expected in clocks:
        context = await desk.move(zone, f"{due[:10]}T{clock}", fold)

        assert (await desk.find()).tasks[0].overdue is expected, (clock, fold)
        assert context.overdue == (1 if expected else 0)


@pytest.mark.requirement("002/FR-010")
async def test_a_new_zone_moves_no_due_date(desk: Desk) -> None:
    await desk.move("Pacific/Kiritimati", "2026-11-25T01:00")
    for due in ("today", "today 00:30", "2026-12-24T18:00"):
        await desk.add(due=due)
    before = [task.due for task in (await desk.find()).tasks]

    await desk.move("Pacific/Pago_Pago", "2026-11-24T00:00")

    assert [task.due for task in (await desk.find()).tasks] == before


@pytest.mark.requirement("002/SC-001")
@pytest.mark.requirement("002/FR-013")
@pytest.mark.requirement("002/FR-014")
@pytest.mark.parametrize("zone", ["Pacific/Chatham", "America/St_Johns"])
@pytest.mark.parametrize(("repeat", "starts", "then"), EVERYDAY, ids=lambda value: str(value)[:40])
async def test_everyday_rules_come_to_their_dates_on_time_or_late(
    desk: Desk, zone: str, repeat: str, starts: str, then: tuple[str, ...]
) -> None:
    """One occurrence is done in time, one is moved first, one is done a year late: the dates are the rule's."""
    await desk.move(zone, f"{starts}T09:00")
    task = await desk.add(due=f"{starts} 18:00", repeat=repeat)
    current = task.id

    on_time = await desk.complete(current)
    assert on_time.next_id
    await desk.update(on_time.next_id, due="in 11 days 07:00")
    moved = await desk.complete(on_time.next_id)
    assert moved.next_id
    await desk.move(zone, f"{int(then[2][:4]) + 1}-06-15T09:00")
    late = await desk.complete(moved.next_id)

    assert task.due == f"{starts}T18:00"
    assert [done.next_due for done in (on_time, moved, late)] == [f"{day}T18:00" for day in then]
    assert {done.repeat for done in (on_time, moved, late)} == {normalize_repeat(repeat)}


@pytest.mark.requirement("002/SC-001")
@pytest.mark.requirement("002/FR-013")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rule=st.sampled_from(
        [
            ("daily", {"freq": DAILY}),
            ("every 5 days", {"freq": DAILY, "interval": 5}),
            ("weekdays", {"freq": WEEKLY, "byweekday": (MO, TU, WE, TH, FR)}),
            ("every 3 weeks", {"freq": WEEKLY, "interval": 3}),
            ("FREQ=MONTHLY;BYDAY=2TU", {"freq": MONTHLY, "byweekday": TU(2)}),
            ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", {"freq": YEARLY, "bymonth": 6, "bymonthday": 1}),
        ]
    ),
    starts=st.dates(date(2026, 1, 1), date(2040, 12, 31)),
    moves=st.lists(st.sampled_from(["", "tomorrow", "in 40 days", "2026-01-01", "none"]), min_size=1, max_size=4),
)
async def test_completing_n_times_gives_the_rules_nth_date_wherever_it_was_moved(
    desk: Desk, rule: tuple[str, dict[str, object]], starts: date, moves: list[str]
) -> None:
    """Compared with the calendar library itself, not with our own reading of the rule."""
    said, meaning = rule
    task = await desk.add(due=starts.isoformat(), repeat=said)
    expected = rrule(dtstart=datetime.combine(starts, datetime.min.time()), count=len(moves) + 1, **meaning)  # type: ignore[arg-type]  # keywords of one rule each

    current, dues = task.id, [task.due]
    for move in moves:
        if move:
            await desk.update(current, due=move)
        done = await desk.complete(current)
        assert done.next_id
        current = done.next_id
        dues.append(done.next_due)

    assert dues == [moment.date().isoformat() for moment in expected]
