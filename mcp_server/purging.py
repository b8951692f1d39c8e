"""`python -m mcp_server purge`: the one command that deletes for good, for whoever runs the server to run each day."""

import asyncio

from mcp_server.db.purge import purge
from shared.errors import ProductError


def run(owner_url: str) -> str:
    """Purge the database, and return what went as one line.

    Raises:
        SystemExit: with what to do.
    """
    try:
        removed = asyncio.run(purge(owner_url))
    except ProductError as error:
        raise SystemExit(error.message) from error
    return ", ".join(f"{table}: {count}" for table, count in removed.items())
