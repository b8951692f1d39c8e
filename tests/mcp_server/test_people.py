"""A person leaves, and takes everything along; nobody else loses anything."""

import asyncio

import pytest

from mcp_server.db.change_tables import ChangeRow
from mcp_server.db.session import Database
from mcp_server.services import people
from mcp_server.services.people import PersonService
from shared.contract import Done
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from tests.mcp_server.conftest import As
from tests.mcp_server.conversation import Talk
from tests.mcp_server.database import run

TABLES = [table.name for table in ChangeRow.metadata.sorted_tables]


def rows_of(owner_url: str, user: str) -> dict[str, int]:
    """Return how many rows of a person each table has, as a superuser sees them."""
    counted = {
        name: run(owner_url, f"SELECT count(*) FROM {name} WHERE user_id = $1", user)[0]["count"] for name in TABLES
    }
    return {name: count for name, count in counted.items() if count}


@pytest.mark.requirement("005/FR-033")
def test_everything_of_a_person_goes_and_of_nobody_else(at_gateway: As, owner_url: str, user_id: str) -> None:
    scopes = "tasks:read tasks:write conversations:manage person:manage"
    callers = {user: at_gateway(user, scopes) for user in (user_id, f"{user_id}-other")}
    for caller in callers.values():
        caller.ok("add_tasks", tasks=[{"title": "milk"}])
        Talk(caller).answer(create=True)
    before = {user: rows_of(owner_url, user) for user in callers}
    assert len(before[user_id]) >= 6

    callers[user_id].ok("delete_person")

    left = rows_of(owner_url, user_id)
    assert left.keys() <= {"rate_limits"}, "the call itself is counted"
    assert rows_of(owner_url, f"{user_id}-other") == before[f"{user_id}-other"]
    assert callers[user_id].ok("find_tasks")["total"] == 0


@pytest.mark.anyio
@pytest.mark.requirement("005/FR-033")
async def test_who_has_more_than_goes_at_once_goes_too(
    database: Database, at_gateway: As, owner_url: str, user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_AT_ONCE", 3)
    caller = at_gateway(user_id)
    for _ in range(2):
        caller.ok("add_tasks", tasks=[{"title": "milk"}, {"title": "eggs"}])
        Talk(caller).answer(create=True)
    service = PersonService(database)
    with monkeypatch.context() as patch:
        patch.setattr(people, "REMOVING_SECONDS", 0)
        with pytest.raises(ProductError) as refused:
            await service.remove(UserId(user_id))
    before = await asyncio.to_thread(rows_of, owner_url, user_id)

    assert await service.remove(UserId(user_id)) == Done()

    assert refused.value.code is ErrorCode.UNAVAILABLE
    assert sum(before.values()) > 3 * 3, "the control: it is more than goes at once"
    assert (await asyncio.to_thread(rows_of, owner_url, user_id)).keys() <= {"rate_limits"}


@pytest.mark.requirement("005/FR-033")
def test_an_answer_under_way_ends_without_a_trace(at_gateway: As, owner_url: str, user_id: str) -> None:
    caller = at_gateway(user_id, "conversations:manage person:manage")
    talk = Talk(caller)
    started = talk.begin(create=True)

    caller.ok("delete_person")

    assert talk.finish(started)["_meta"]["remit/error"]["code"] == "lease_lost"
    assert rows_of(owner_url, user_id).keys() <= {"rate_limits"}
