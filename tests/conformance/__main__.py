"""The people's door as it is deployed, with the suite's fixtures beside its tools, and a token in each request."""

import os
from typing import Any
from unittest.mock import patch

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from mcp_server import app as production
from mcp_server.caller import Door
from mcp_server.doors import DoorServer, door_server
from mcp_server.settings import Settings, read_settings
from tests.conformance.fixtures import add_fixtures
from tests.conformance.rounds import add_rounds

TOKEN = "CONFORMANCE_TOKEN"


class WithToken:
    """The suite cannot send an Authorization header."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._header = (b"authorization", f"Bearer {token}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], self._header]}
        await self._app(scope, receive, send)


def with_fixtures(door: Door, *positional: Any, **named: Any) -> DoorServer:
    server = door_server(door, *positional, **named)
    if door is Door.PEOPLE:
        add_fixtures(server)
        add_rounds(server)
    return server


def main() -> None:
    settings = read_settings(Settings)
    with patch.object(production, "door_server", with_fixtures):
        product = production.compose(settings)
    app = WithToken(product.asgi, os.environ[TOKEN])
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
