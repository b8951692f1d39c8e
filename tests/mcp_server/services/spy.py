"""The statements that calls send to the database, as they pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from asyncpg.connection import LoggedQuery

from mcp_server.db.session import Database
from shared.identity import UserId


@dataclass
class Spy:
    """Keeps every statement with values of it, and counts those of a call."""

    sent: dict[str, Any] = field(default_factory=dict[str, Any])
    counted: list[str] = field(default_factory=list[str])

    @classmethod
    async def on(cls, database: Database, user: UserId) -> "Spy":
        """Watch the one connection that all calls are lent which follow each other."""
        spy = cls()
        async with database.transaction(user) as rows:
            connection = rows.people._connection
            await connection.fetch("SELECT $1::int[], $2::text[]", [], [])  # the driver asks once what these are
            connection.add_query_logger(spy._note)
        return spy

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """Yield a list of what is sent in the block, BEGIN and COMMIT not among it."""
        self.counted = counted = list[str]()
        yield counted
        self.counted = []

    def _note(self, sent: LoggedQuery) -> None:
        if sent.query not in {"BEGIN", "COMMIT"}:
            self.sent[sent.query] = sent.args
            self.counted.append(sent.query)
