"""One person on one machine: the people's tools over standard input and output, without HTTP and without sign-in."""

import asyncio
import secrets

from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from mcp_server.app import people_server, refuse_unsafe_role
from mcp_server.db.session import Database
from mcp_server.doors import PEOPLES_SCOPES
from mcp_server.settings import StdioSettings

CLIENT = "stdio"


def serve_one_person(settings: StdioSettings) -> None:
    """Serve until the client hangs up. Whoever starts this process is the person that its settings name.

    Raises:
        SystemExit: the database's role could see everyone's rows.
    """
    asyncio.run(_serve(settings))


async def _serve(settings: StdioSettings) -> None:
    database = Database(settings.database_url.get_secret_value())
    await refuse_unsafe_role(database)
    server = people_server(database, settings, secrets.token_urlsafe(48))
    # Where HTTP puts the token of each request stands the one person, for every request of this process.
    token = AccessToken(token="", client_id=CLIENT, scopes=[*PEOPLES_SCOPES], subject=settings.user_id)
    auth_context_var.set(AuthenticatedUser(token))
    try:
        await server.run_stdio_async()
    finally:
        await database.close()
