"""Many people at once over plain HTTP/1.1: as little work as can be beside what is measured."""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.measure import percentile

END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Timed:
    """The times of one round, in milliseconds, sorted; ``seconds`` is how long the round took."""

    times: list[float]
    seconds: float

    def percentile(self, share: float) -> float:
        return percentile(self.times, share)

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds


async def get(url: str, token: str, *, people: int, each: int, pause: float = 0.0) -> Timed:
    """Let everyone ask ``each`` times, one after the other on a connection kept open.

    Args:
        url: what is asked for; every answer must be 200.
        token: the bearer token.
        people: how many ask at once.
        each: how often each of them asks.
        pause: seconds between the beginnings of two requests of one person; 0: at once after the answer.
    """
    at = urlsplit(url)
    request = f"GET {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    begun = time.perf_counter()

    async def ask(number: int) -> list[float]:
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        await asyncio.sleep(pause * number / people)
        times: list[float] = []
        for _ in range(each):
            start = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(END_OF_HEAD)
            assert head.startswith(b"HTTP/1.1 200"), head
            await reader.readexactly(_length(head))
            times.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(max(0.0, pause - (time.perf_counter() - start)))
        writer.close()
        return times

    rounds = await asyncio.gather(*(ask(number) for number in range(people)))
    return Timed(sorted(time for times in rounds for time in times), time.perf_counter() - begun)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length: ")
    return int(rest.partition(b"\r\n")[0])
