"""What is read of a change set to tell of it."""

import pytest

from mcp_server.db.session import Database
from shared.identity import UserId
from tests.mcp_server.client import Caller

pytestmark = pytest.mark.anyio

LONG = "nobody needs this for a line, " * 99 + "or does."


@pytest.mark.requirement("004/FR-016")
async def test_the_feed_reads_no_notes_and_knows_that_they_changed(
    database: Database, person: Caller, user_id: str
) -> None:
    person.ok("add_tasks", tasks=[{"title": "milk", "notes": "short"}])
    person.ok("update_tasks", changes=[{"id": "t1", "expect_title": "milk", "notes": LONG}])

    async with database.transaction(UserId(user_id)) as rows:
        lines = await rows.changes.lines_of([1, 2])
        whole = await rows.changes.rows_of(2)

    assert LONG not in str(lines)
    assert LONG in str(whole), "the control: an undo reads them"
    assert person.ok("list_changes")["changes"][0]["summary"] == "changed “milk” (notes)"
