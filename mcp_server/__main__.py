"""`python -m mcp_server`: serves; `… stdio` serves one person; `… check` looks at the settings; `… purge` cleans up."""

import asyncio
import gc
import logging
import signal
import sys
from types import FrameType

import uvicorn

from mcp_server import purging
from mcp_server.app import compose, refuse_unsafe_role
from mcp_server.edge import RequestIds
from mcp_server.settings import Settings, StdioSettings, read_settings
from mcp_server.stdio import serve_one_person
from mcp_server.telemetry import AUTH

DRAIN_SECONDS = 5


def main() -> None:
    match sys.argv[1:]:
        case []:
            serve()
        case ["stdio"]:
            log_to(logging.StreamHandler())
            serve_one_person(read_settings(StdioSettings))
        case ["check"]:
            read_settings(Settings)
            sys.stdout.write("Every setting of the MCP server can be used.\n")
        case ["purge"]:
            sys.stdout.write(f"removed {purging.run()}\n")
        case _:
            sys.exit("usage: python -m mcp_server [stdio | check | purge]")


def serve() -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _leave)  # uvicorn raises the signal again once everything has ended
    log_to(logging.StreamHandler())
    AUTH.log_bare_lines()
    for library in ("httpx2", "mcp"):
        logging.getLogger(library).setLevel(logging.WARNING)
    settings = read_settings(Settings)
    product = compose(settings)
    asyncio.run(refuse_unsafe_role(product.database))
    if settings.metrics_port is not None:
        AUTH.serve_metrics(settings.metrics_host, settings.metrics_port)
    config = uvicorn.Config(
        product.asgi,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        proxy_headers=False,  # nothing here asks who the peer is
    )
    gc.freeze()  # what stands now stands to the end: walking through it in each full collection takes 0.1 s
    uvicorn.Server(config).run()


def log_to(handler: logging.Handler) -> None:
    """Write the log, with the id of the request in each line."""
    handler.addFilter(RequestIds())
    form = "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=[handler])


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
