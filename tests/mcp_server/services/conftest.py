"""One person's tools without a wire, at a moment that the test chooses."""

from collections.abc import AsyncIterator

import pytest

from mcp_server.db.session import Database
from shared.identity import UserId
from tests.mcp_server.services.desk import Desk


@pytest.fixture
async def desk(owner_url: str, app_url: str, user_id: str) -> AsyncIterator[Desk]:
    assert owner_url
    database = Database(app_url)
    yield Desk(database, UserId(user_id))
    await database.close()
