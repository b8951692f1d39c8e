"""Adding tasks, and naming the open ones that are probably the same."""

from collections.abc import Sequence
from datetime import datetime

from mcp_server.db.searches import FoundTask
from mcp_server.db.session import Rows
from mcp_server.db.tasks import HeldTask
from mcp_server.services.drafts import draft
from mcp_server.services.items import failure
from mcp_server.services.similarity import are_alike, telling_words
from mcp_server.services.views import task_view
from mcp_server.services.writing import Write
from shared.errors import ProductError
from shared.tasks import AddedTasks, Failure, NewTask

MOST_WORDS = 10
SIMILAR_CANDIDATES = 200
SIMILAR_SHOWN = 5


async def add(write: Write, wanted: Sequence[NewTask]) -> AddedTasks:
    """Add tasks; one that cannot be added is told, and does not keep the others out."""
    drafts, failed = _drafts(wanted, write.now)
    similar = await _similar(write.rows, drafts)
    if drafts:
        await write.add(drafts)
    return AddedTasks(
        added=[task_view(row, write.now) for row in drafts],
        similar=[task_view(row, write.now) for row in similar] or None,
        failed=failed or None,
    )


def _drafts(wanted: Sequence[NewTask], now: datetime) -> tuple[list[HeldTask], list[Failure]]:
    drafts: list[HeldTask] = []
    failed: list[Failure] = []
    for place, task in enumerate(wanted, 1):
        try:
            drafts.append(draft(task, now))
        except ProductError as error:
            failed.append(failure(place, error))
    return drafts, failed


async def _similar(rows: Rows, drafts: Sequence[HeldTask]) -> list[FoundTask]:
    words = {word for row in drafts for word in telling_words(row.title)}
    if not words:
        return []
    most_telling = sorted(words, key=lambda word: (-len(word), word))[:MOST_WORDS]
    candidates = await rows.tasks.open_with_words(most_telling, SIMILAR_CANDIDATES)
    alike = [one for one in candidates if any(are_alike(one.title, row.title) for row in drafts)]
    return alike[:SIMILAR_SHOWN]
