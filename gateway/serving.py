"""The running process: what is told about it, the server, and a leaving in good order."""

import asyncio
import gc
import socket
from collections.abc import Callable

import uvicorn

from gateway.app import Gateway, create_gateway
from gateway.settings import Settings
from gateway.telemetry import REGISTRY, start_tracing
from shared.accepting import doors
from shared.logs import write_log
from shared.telemetry import serve_metrics

GRACE_SECONDS = 28
"""The launcher and most hosts kill after 30; the turns are given 25 of these."""


class Server(uvicorn.Server):
    """Lets running turns end as soon as it is told to stop, while those who follow them are still connected."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, flush: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._gateway = gateway
        self._flush = flush

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        draining = asyncio.create_task(self._gateway.turns.drain())
        await super().shutdown(sockets)
        await draining
        if self._flush is not None:
            await asyncio.to_thread(self._flush)


def serve(settings: Settings) -> None:
    """Serve until the process is told to end."""
    write_log(settings.log_format, settings.secrets())
    if settings.metrics_port is not None:
        serve_metrics(REGISTRY, settings.metrics_host, settings.metrics_port, setting="GATEWAY_METRICS_PORT")
    flush = start_tracing() if settings.exports_traces else None
    gateway = create_gateway(settings)
    config = uvicorn.Config(
        gateway.asgi,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=False,  # nothing here asks who the peer is
    )
    gc.freeze()  # what stands now stands to the end: walking through it in each full collection takes 0.1 s
    Server(config, gateway, flush).run(doors(config.bind_socket()))
