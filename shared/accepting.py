"""How connections are taken in: as many in a round of the event loop as there are doors to the same address."""

import socket
from typing import Final

AT_ONCE: Final = 16


def doors(listening: socket.socket) -> list[socket.socket]:
    """Return a listening socket many times over, for a server that watches each.

    libuv, which uvloop runs on, accepts one connection of a socket in each round. A busy process has some 400 rounds a
    second: whoever came faster waited before it knew of them, for seconds, and no measure of its lateness told.
    """
    return [listening, *(listening.dup() for _ in range(AT_ONCE - 1))]
