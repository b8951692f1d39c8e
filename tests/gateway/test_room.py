"""A process takes as many answers as it can serve in time."""

import asyncio
import time

import pytest

from gateway.room import FEWEST, FIRST, Room

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("004/FR-053")]


async def until_place(room: Room, taken: int) -> None:
    async with asyncio.timeout(10):
        while not room.has_place(taken):  # noqa: ASYNC110 - it is asked, as it is under load
            await asyncio.sleep(0.01)


async def late_for_a_while() -> None:
    for _ in range(20):
        time.sleep(0.1)  # noqa: ASYNC251 - that nothing else can run meanwhile is the point
        await asyncio.sleep(0)


async def test_a_loop_that_comes_late_takes_fewer_and_more_again_when_it_is_in_time() -> None:
    room = Room(64)
    assert room.has_place(FIRST - 1)

    async with room.measured(lambda: FEWEST):
        await late_for_a_while()
        late = [room.has_place(taken) for taken in (FEWEST - 1, FEWEST)]
        await until_place(room, FEWEST)

    assert late == [True, False]


async def test_a_room_grows_to_twice_what_runs_in_time_and_no_further() -> None:
    room = Room(64)

    async with room.measured(lambda: FIRST):
        await until_place(room, FIRST * 2 - 1)
        await asyncio.sleep(0.5)

    assert not room.has_place(FIRST * 2)


async def test_a_room_never_grows_beyond_what_was_allowed() -> None:
    room = Room(FIRST + 2)

    async with room.measured(lambda: FIRST):
        await until_place(room, FIRST + 1)
        await asyncio.sleep(0.5)

    assert not room.has_place(FIRST + 2)


async def test_the_few_that_were_allowed_are_all_that_a_late_process_takes() -> None:
    room = Room(1)

    async with room.measured(lambda: 1):
        await late_for_a_while()

    assert room.has_place(0)
    assert not room.has_place(1)
