"""`python -m gateway`: serves; `… check`: looks at the settings alone; `… new-key`: makes a key pair for assertions."""

import argparse
import asyncio
import gc
import socket
import sys
from collections.abc import Callable

import uvicorn

from gateway.app import Gateway, create_gateway
from gateway.assertion import new_key
from gateway.settings import read_settings
from gateway.telemetry import REGISTRY, start_tracing
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve", "check", "new-key"], default="serve")
    command = parser.parse_args().command
    if command == "new-key":
        sys.stdout.write(new_key())
        return
    settings = read_settings()
    if command == "check":
        sys.stdout.write("Every setting of the gateway can be used.\n")
        return
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
    Server(config, gateway, flush).run()


if __name__ == "__main__":
    main()
