"""Which task an item of a batch means: by its number, and only while it has the title that the caller expects."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from mcp_server.db.tasks import HeldTask
from mcp_server.services.drafts import TITLE_LENGTH
from mcp_server.services.texts import clean_line, folded
from shared.errors import ErrorCode, ProductError
from shared.tasks import Failure, TaskChange, TaskRef

LARGEST_NUMBER = 2**31 - 1
_NUMBERED = re.compile(r"([a-z])([1-9][0-9]{0,9})")

Item = TypeVar("Item", TaskRef, TaskChange)


def number_in(text: str, letter: str) -> int | None:
    """Return the number of an id such as ``t17`` or ``c4``, or None for what cannot be one."""
    written = _NUMBERED.fullmatch(text)
    number = int(written[2]) if written and written[1] == letter else 0
    return number if 0 < number <= LARGEST_NUMBER else None


def numbers_of(items: Iterable[TaskRef | TaskChange]) -> list[int]:
    return [number for item in items if (number := number_in(item.id, "t")) is not None]


def matched(
    held: Mapping[int, HeldTask], items: Sequence[Item], failed: list[Failure]
) -> Iterator[tuple[int, Item, HeldTask]]:
    """Yield each item with its place and its task; whatever means no task is told in ``failed``.

    A task is looked at when its turn comes: what an earlier item of the batch did to it counts.
    """
    for place, item in enumerate(items, 1):
        row = held.get(number_in(item.id, "t") or 0)
        if row is None or row.deleted_at is not None:
            failed.append(failure(place, no_such_task()))
        elif folded(row.title) != folded(item.expect_title):
            failed.append(failure(place, _wrong_task(row, item.expect_title)))
        else:
            yield place, item, row


def failure(place: int, error: ProductError) -> Failure:
    return Failure(item=place, code=error.code.value, message=error.message)


def no_such_task() -> ProductError:
    return ProductError(ErrorCode.NOT_FOUND, "There is no such task. Look with find_tasks.")


def _wrong_task(row: HeldTask, expected: str) -> ProductError:
    sentence = f"t{row.id} is “{row.title}”, not “{clean_line(expected)[:TITLE_LENGTH]}”."
    return ProductError(ErrorCode.WRONG_TASK, f"{sentence} Nothing was changed; look with find_tasks.")
