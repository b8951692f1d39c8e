"""One person's tools without a wire, at a moment that the test chooses."""

import pytest

from mcp_server.db.session import Database
from shared.identity import UserId
from tests.mcp_server.services.desk import Desk


@pytest.fixture
async def desk(database: Database, user_id: str) -> Desk:
    return Desk(database, UserId(user_id))
