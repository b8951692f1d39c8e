"""A second gateway and MCP server on the same database, told what the first ones are: who else may answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.stack import Stack, start_together
from tests.services import Service, free_port


@contextmanager
def twin_of(stack: Stack) -> Iterator[Service]:
    """Start both, and return the gateway."""
    port, first = free_port(), stack.mcp_server
    told = {"MCP_SERVER_PORT": str(port), "MCP_SERVER_ALLOWED_HOSTS": json.dumps([f"127.0.0.1:{port}"])}
    tools = Service(first.module, port, first.environment | told, first.log.with_name("mcp_server-2.log"))
    port, first = free_port(), stack.gateway
    told = {"GATEWAY_PORT": str(port), "GATEWAY_MCP_URL": f"{tools.url}/gateway"}  # its audience is the first one's
    chat = Service(first.module, port, first.environment | told, first.log.with_name("gateway-2.log"))
    try:
        start_together((tools, chat))
        yield chat
    finally:
        chat.kill()  # nobody talks to it any more
        tools.kill()
