"""A service that forgets no turn, and holds so many bytes with each: the negative control of the memory run."""

import os
import pkgutil
import runpy
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

BEGINS = {"gateway": "gateway.turns:Turns", "mcp_server": "mcp_server.services.starting:StartService"}
"""What begins a turn, by service."""

Begin: TypeAlias = Callable[..., Awaitable[object]]

_kept: list[tuple[object, bytearray]] = []


def _remembering(begin: Begin, size: int) -> Begin:
    async def begin_and_keep(*positional: Any, **told: Any) -> object:
        turn = await begin(*positional, **told)
        _kept.append((turn, bytearray(b"x" * size)))
        return turn

    return begin_and_keep


def main() -> None:
    service = os.environ["IN_PLACE_OF"]
    begins = pkgutil.resolve_name(BEGINS[service])
    begins.begin = _remembering(begins.begin, int(os.environ["LEAKED_BYTES"]))
    runpy.run_module(service, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
