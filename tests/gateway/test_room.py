"""A process takes as many answers as it can serve in time."""

import asyncio
import time

import pytest

from gateway.room import FEWEST, FIRST, LATE_SECONDS, Room

pytestmark = pytest.mark.requirement("004/FR-053")

MANY = 1_000


def places(room: Room) -> int:
    return next(taken for taken in range(MANY) if not room.has_place(taken))


def felt(room: Room, *, late: bool, times: int, running: int = 0) -> int:
    """Let so many beats come in time or late, and return how many places there are then."""
    for _ in range(times):
        room.feel(2 * LATE_SECONDS if late else 0, running)
    return places(room)


def test_a_process_that_is_late_takes_half_as_many_down_to_a_few() -> None:
    room = Room(64)
    assert felt(room, late=False, times=MANY, running=FIRST) == 2 * FIRST

    assert felt(room, late=True, times=1) == FIRST
    assert felt(room, late=True, times=MANY) == FEWEST


def test_a_process_that_is_in_time_again_takes_more_again() -> None:
    room = Room(64)
    felt(room, late=True, times=MANY)

    assert FEWEST < felt(room, late=False, times=50) < FIRST
    assert felt(room, late=False, times=MANY) == FIRST


def test_a_room_grows_to_twice_what_runs_in_time_and_no_further() -> None:
    assert felt(Room(64), late=False, times=MANY, running=FIRST) == 2 * FIRST


def test_a_room_never_grows_beyond_what_was_allowed() -> None:
    assert felt(Room(FIRST + 2), late=False, times=MANY, running=FIRST) == FIRST + 2


def test_the_few_that_were_allowed_are_all_that_a_late_process_takes() -> None:
    assert felt(Room(1), late=True, times=MANY) == 1


@pytest.mark.anyio
async def test_it_is_the_event_loop_whose_lateness_is_felt() -> None:
    room = Room(64)

    async with room.measured(lambda: 0):
        for _ in range(10):
            time.sleep(0.05)  # noqa: ASYNC251 - that nothing else can run meanwhile is the point
            await asyncio.sleep(0)

    assert places(room) < FIRST
