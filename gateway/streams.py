"""Server-sent events: unbuffered on the way, and never cut off without a word."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

log = logging.getLogger(__name__)

EVENT_STREAM = "text/event-stream"
STREAMS: dict[int | str, dict[str, Any]] = {200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}}
"""What a route's schema says that may answer so, beside JSON."""
HEADERS = {"X-Accel-Buffering": "no"}


def event_stream(frames: AsyncIterator[bytes], last_words: bytes) -> StreamingResponse:
    """Return the streaming answer; ``last_words`` is the frame that tells of an error nobody expected."""
    return StreamingResponse(_to_the_end(frames, last_words), media_type=EVENT_STREAM, headers=HEADERS)


async def _to_the_end(frames: AsyncIterator[bytes], last_words: bytes) -> AsyncGenerator[bytes]:
    try:
        async for frame in frames:
            yield frame
    except Exception:
        # The status has left long ago: a broken body would tell the client nothing.
        log.exception("a stream failed")
        yield last_words
