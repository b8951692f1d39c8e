"""A span for each statement, with its text and none of its values; only while traces are exported."""

import time

from asyncpg.connection import LoggedQuery
from opentelemetry.trace import SpanKind, StatusCode

from shared.spans import TRACER

LONGEST_TEXT = 2000


def trace_statement(sent: LoggedQuery) -> None:
    """Make a span of a statement that was answered, below what was under way when it was sent."""
    operation = sent.query.split(None, 1)[0].upper()
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.text": sent.query[:LONGEST_TEXT],  # values travel apart from it
    }
    ended = time.time_ns()
    begun = ended - int(sent.elapsed * 1e9)
    span = TRACER.start_span(operation, kind=SpanKind.CLIENT, attributes=attributes, start_time=begun)
    if sent.exception is not None:
        span.set_attribute("error.type", type(sent.exception).__qualname__)
        span.set_status(StatusCode.ERROR)
    span.end(ended)
