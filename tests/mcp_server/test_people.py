"""A person leaves, and takes everything along; nobody else loses anything."""

import pytest

from mcp_server.db.change_tables import ChangeRow
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
    people = {user: at_gateway(user, scopes) for user in (user_id, f"{user_id}-other")}
    for caller in people.values():
        caller.ok("add_tasks", tasks=[{"title": "milk"}])
        Talk(caller).answer(create=True)
    before = {user: rows_of(owner_url, user) for user in people}
    assert len(before[user_id]) >= 6

    people[user_id].ok("delete_person")

    left = rows_of(owner_url, user_id)
    assert left.keys() <= {"rate_limits"}, "the call itself is counted"
    assert rows_of(owner_url, f"{user_id}-other") == before[f"{user_id}-other"]
    assert people[user_id].ok("find_tasks")["total"] == 0


@pytest.mark.requirement("005/FR-033")
def test_an_answer_under_way_ends_without_a_trace(at_gateway: As, owner_url: str, user_id: str) -> None:
    caller = at_gateway(user_id, "conversations:manage person:manage")
    talk = Talk(caller)
    started = talk.begin(create=True)

    caller.ok("delete_person")

    assert talk.finish(started)["_meta"]["remit/error"]["code"] == "lease_lost"
    assert rows_of(owner_url, user_id).keys() <= {"rate_limits"}
