"""The running process: what is told about it, the server, and its end."""

import asyncio
import atexit
import gc
import signal
import sys
from types import FrameType

import uvicorn

from mcp_server.app import compose, refuse_unsafe_role
from mcp_server.settings import Settings
from mcp_server.telemetry import REGISTRY
from shared.accepting import doors
from shared.contract import ConversationTool, PersonTool, TaskTool
from shared.logs import write_log
from shared.telemetry import serve_metrics

DRAIN_SECONDS = 5


def serve(settings: Settings) -> None:
    """Serve until the process is told to end."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _leave)  # uvicorn raises the signal again once everything has ended
    write_log(settings.log_format, settings.secrets())
    if settings.exports_traces:
        _export_traces()
    product = compose(settings)
    asyncio.run(refuse_unsafe_role(product.database))
    if settings.metrics_port is not None:
        serve_metrics(REGISTRY, settings.metrics_host, settings.metrics_port, setting="MCP_SERVER_METRICS_PORT")
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
    uvicorn.Server(config).run(doors(config.bind_socket()))


def _export_traces() -> None:
    """Load the SDK, which takes time and memory, for those alone who export traces."""
    from shared.exporting import start_tracing  # noqa: PLC0415 - see above

    atexit.register(start_tracing("remit-mcp-server", [*TaskTool, *ConversationTool, *PersonTool]))


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
