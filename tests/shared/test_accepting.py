"""Who connects is taken in at once, however busy the process is."""

import asyncio
import socket
from contextlib import ExitStack, closing

import pytest
import uvloop

from shared.accepting import AT_ONCE, doors

MANY = 64


def rounds_to_take_in(many: int, *, at_once: bool) -> int:
    """Return in how many rounds of an event loop so many connections are taken in that came before the first."""
    with ExitStack() as opened:
        listening = opened.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=many)))
        for _ in range(many):
            opened.enter_context(closing(socket.create_connection(listening.getsockname())))
        sockets = doors(listening) if at_once else [listening]

        async def take_in() -> int:
            taken, rounds = list[asyncio.BaseTransport](), 0

            class Taking(asyncio.Protocol):
                def connection_made(self, transport: asyncio.BaseTransport) -> None:
                    taken.append(transport)

            loop = asyncio.get_running_loop()
            servers = [await loop.create_server(Taking, sock=one) for one in sockets]
            while len(taken) < many:
                rounds += 1
                await asyncio.sleep(0)
            for one in (*taken, *servers):
                one.close()
            return rounds

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(asyncio.wait_for(take_in(), 10))


@pytest.mark.requirement("004/FR-056")
def test_connections_are_taken_in_many_at_a_time() -> None:
    assert rounds_to_take_in(MANY, at_once=True) <= 3 * MANY / AT_ONCE
    assert rounds_to_take_in(MANY, at_once=False) >= MANY - 1, "the control: uvloop takes in one at a time"
