"""A key endpoint that can be made to fail in every way, and that counts how often it is asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.services import SigningKey

Reply = tuple[int, bytes]


@dataclass
class KeyEndpoint:
    """Answers with ``reply``, or never while ``hangs``; ``asked`` counts the requests."""

    reply: Reply = (200, b"")
    hangs: bool = False
    asked: int = 0
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = field(default="", init=False)

    def publish(self, *keys: SigningKey) -> None:
        self.reply = (200, json.dumps({"keys": [key.jwk for key in keys]}).encode())

    @asynccontextmanager
    async def open(self) -> AsyncIterator["KeyEndpoint"]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
        async with server:
            yield self

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        self.was_asked.set()
        if not self.hangs:
            status, body = self.reply
            head = (
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nLocation: /other\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
            writer.close()
        else:
            await reader.read()  # until the other side gives up
            writer.close()
