"""Queries that forgot the user return no row of another person, directly and through a pooler in transaction mode."""

import asyncio
import uuid
from math import ceil

from mcp_server.db.tables import Row
from tests.leaks import forgetful_reads, reads_with_a_session_setting
from tests.mcp_server.client import Caller
from tests.mcp_server.database import command, own_database
from tests.pooler import transaction_pooler
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import assertion

READERS = 12
CONTROL_SHARE = 50
FEWEST_CONTROLS = 240


def _people(stage: Stage) -> list[str]:
    """Make more people than there are server connections, each with a task."""
    names = [f"user-{uuid.uuid4().hex}" for _ in range(READERS)]
    url = f"{stage.mcp_server.url}/gateway"
    for name in names:
        token = assertion(stage.gateway_key, url, name, "tasks:read tasks:write")
        Caller(url, token, {"user_id": name}).ok("add_tasks", tasks=[{"title": name}])
    return names


def run(stage: Stage, tries: int) -> Outcome:
    people, each = _people(stage), ceil(tries / 2 / READERS) * READERS
    control_tries = max(tries // CONTROL_SHARE, FEWEST_CONTROLS) // READERS * READERS
    direct = asyncio.run(forgetful_reads(stage.app_url, people, each, pooled=False))
    with transaction_pooler(stage.app_url) as url:
        pooled = asyncio.run(forgetful_reads(url, people, each, pooled=True))
    with transaction_pooler(stage.app_url) as url:
        session = asyncio.run(reads_with_a_session_setting(url, people, control_tries))
    unguarded = _without_policies(stage, people, control_tries)
    return Outcome(
        direct.reads + pooled.reads,
        {"foreign rows, direct": direct.foreign, "foreign rows, pooled": pooled.foreign},
        session.reads + control_tries,
        {"foreign rows, direct": unguarded, "foreign rows, pooled": session.foreign},
        {"rows seen": direct.rows + pooled.rows, "reads cut short": direct.given_up + pooled.given_up},
    )


def _without_policies(stage: Stage, people: list[str], tries: int) -> int:
    """Return the foreign rows in a database whose policies admit everyone; the serving role is still a safe one."""
    with own_database(stage.owner_url, stage.app_url) as addresses:
        for table in sorted(Row.metadata.tables):
            open_policy = "CREATE POLICY everyone ON {} USING (app_uid() NOT LIKE 'canary%')"
            command(addresses.owner, open_policy.format(table))
        for name in people:
            command(
                addresses.owner,
                f"INSERT INTO people (user_id) VALUES ('{name}');"
                f"INSERT INTO tasks (user_id, id, title) VALUES ('{name}', 1, 'x')",
            )
        return asyncio.run(forgetful_reads(addresses.app, people, tries, pooled=False)).foreign


PROMISE = Promise(
    "leak",
    "A query that forgot the user returns no row of another, directly or through a pooler in transaction mode.",
    "direct: policies that admit everyone; pooled: the user set for the session",
    100_000,
    run,
)
