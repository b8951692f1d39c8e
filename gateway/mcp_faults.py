"""What can go wrong on the way to the MCP server: kept to the one call that it happened to, and told in our words."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

import httpx2
from mcp import MCPError
from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT
from pydantic import ValidationError

from shared.errors import ErrorCode, ProductError

log = logging.getLogger(__name__)

UNAVAILABLE, REFUSED = -32010, -32011  # -32000 to -32019 are an implementation's own
RETRY_SECONDS = 2


class FaultIsolatingTransport(httpx2.AsyncHTTPTransport):
    """Turns a network fault into a JSON-RPC error of that one call.

    Without it one failed request ends the shared client for every user, for ever (python-sdk #3522). The door answers
    in plain JSON, so the whole answer is read here, and a cut answer is such a fault too.
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await super().handle_async_request(request)
            await response.aread()
        except httpx2.TransportError as error:
            return _fault(request, 503, UNAVAILABLE, type(error).__name__)
        if response.status_code in {401, 403}:
            return _fault(request, response.status_code, REFUSED, f"HTTP {response.status_code}")
        if response.is_server_error:
            return _fault(request, response.status_code, UNAVAILABLE, f"HTTP {response.status_code}")
        return response


@contextmanager
def as_product_errors() -> Generator[None]:
    """Let what is not a tool's own answer leave as a product error."""
    try:
        yield
    except MCPError as error:
        if error.code in {UNAVAILABLE, CONNECTION_CLOSED, REQUEST_TIMEOUT}:
            log.warning("the MCP server cannot be reached: %s", error.message)
            sentence = "Your tasks cannot be reached at the moment. Try again in a few seconds."
            raise ProductError(ErrorCode.UNAVAILABLE, sentence, retry_after=RETRY_SECONDS) from error
        log.error("the MCP server refused a request: %s %s", error.code, error.message)  # noqa: TRY400 - no traceback of ours says more
        raise _internal() from error
    except ValidationError as error:
        fields = [".".join(map(str, one["loc"])) for one in error.errors(include_input=False, include_url=False)]
        log.error("the MCP server answered against the contract: %s", fields)  # noqa: TRY400 - a traceback shows values
        raise _internal() from error


def _internal() -> ProductError:
    return ProductError(ErrorCode.INTERNAL, "Something went wrong on our side. Try again.")


def _fault(request: httpx2.Request, status: int, code: int, reason: str) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": reason}}
    return httpx2.Response(status, request=request, json=body)
