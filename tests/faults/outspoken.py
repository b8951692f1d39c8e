"""Gateway and MCP server as they often are, every protection of what they tell taken out: the control of the canaries.

The log is the usual one, with a line of access for each request, spans leave as libraries made them, a metric names the
path that was asked for, and a refusal shows the environment, as the error page of a framework in debug mode does.
"""

import logging
import os
import runpy
from types import SimpleNamespace
from typing import Any

import uvicorn

import gateway.auth
import shared.exporting
import shared.logs
import shared.observing


def _usual_log(*_: Any) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)


def _whole_span(_: object, span: Any) -> Any:
    return span


class UsualServer(uvicorn.Config):
    """Writes a line for each request, as uvicorn does unless it is told not to."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **{**options, "access_log": True})


class OutspokenRequests(shared.observing.Observed):
    """Names the path, as it was sent, where the template of the route belongs."""

    def _tell(self, request: Any, scope: Any, status: int, span: Any) -> None:
        super()._tell(request, {**scope, "route": SimpleNamespace(path=scope["path"])}, status, span)


def main() -> None:
    shared.logs.write_log = _usual_log
    shared.exporting.CleanExporter._clean = _whole_span  # type: ignore[method-assign]
    shared.observing.Observed = OutspokenRequests  # type: ignore[misc]
    uvicorn.Config = UsualServer  # type: ignore[misc]
    gateway.auth.NOT_SIGNED_IN = f"Sign in first. {dict(os.environ)}"
    runpy.run_module(os.environ["IN_PLACE_OF"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
