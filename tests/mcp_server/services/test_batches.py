"""The items of one batch are done one after the other, and nothing of it is stored before the last."""

import pytest

from mcp_server.services.completing import complete, reopen
from shared.tasks import CompletedTasks, ReopenedTasks
from tests.mcp_server.services.desk import Desk

pytestmark = pytest.mark.anyio


async def three_days(desk: Desk) -> list[str]:
    """Return the ids of a daily task's first two occurrences, which are done, and of the third."""
    first = await desk.add("water", repeat="daily", due="today")
    second = (await desk.complete(first.id)).next_id
    assert second
    third = (await desk.complete(second)).next_id
    assert third
    return [first.id, second, third]


@pytest.mark.parametrize(("order", "left"), [((1, 0), [0]), ((0, 1), [0, 1])])
async def test_an_occurrence_that_the_same_batch_opened_again_is_taken_back_with_the_one_before(
    desk: Desk, order: tuple[int, int], left: list[int]
) -> None:
    days = await three_days(desk)

    answer: ReopenedTasks = await desk.write(reopen, [desk.ref(days[n]) for n in order], ReopenedTasks)

    assert [task.id for task in answer.reopened] == [days[n] for n in order]
    assert sorted(task.id for task in (await desk.find()).tasks) == sorted(days[n] for n in left)


async def test_a_task_that_stands_twice_in_a_batch_is_completed_once(desk: Desk) -> None:
    task = await desk.add("water", repeat="daily", due="today")

    answer: CompletedTasks = await desk.write(complete, [desk.ref(task.id)] * 2, CompletedTasks)

    assert len(answer.completed) == len(answer.already_done or []) == 1
    assert len((await desk.find()).tasks) == 1
