"""`python -m mcp_server purge`: the one command that deletes for good, for whoever runs the server to run each day."""

import asyncio
import os

from mcp_server.db.purge import purge
from shared.errors import ProductError


def run() -> str:
    """Purge the database of ``DATABASE_URL``, and return what went as one line.

    Raises:
        SystemExit: with what to do.
    """
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        raise SystemExit("DATABASE_URL is missing. Set the owner's connection, as for the migrations.")
    try:
        removed = asyncio.run(purge(url))
    except ProductError as error:
        raise SystemExit(error.message) from error
    return ", ".join(f"{table}: {count}" for table, count in removed.items())
