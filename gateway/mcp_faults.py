"""What can go wrong on the way to the MCP server, told in our words."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from mcp import MCPError
from mcp.types import REQUEST_TIMEOUT
from pydantic import ValidationError

from shared.errors import ErrorCode, ProductError

log = logging.getLogger(__name__)

UNAVAILABLE, REFUSED = -32010, -32011  # -32000 to -32019 are an implementation's own
RETRY_SECONDS = 2


@contextmanager
def as_product_errors() -> Generator[None]:
    """Let what is not a tool's own answer leave as a product error."""
    try:
        yield
    except MCPError as error:
        if error.code in {UNAVAILABLE, REQUEST_TIMEOUT}:
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
