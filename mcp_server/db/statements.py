"""A span for each statement, with its text and none of its values; only while traces are exported."""

from typing import Any

from opentelemetry.trace import Span, SpanKind, StatusCode
from sqlalchemy import Connection, Engine, ExceptionContext, event

from shared.spans import TRACER

SPAN = "remit_span"
LONGEST_TEXT = 2000


def trace_statements(engine: Engine) -> None:
    """Watch every statement that is sent."""
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)
    event.listen(engine, "handle_error", _fail)


def _begin(connection: Connection, _cursor: object, statement: str, *_: Any) -> None:
    operation = statement.split(None, 1)[0].upper()
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.text": statement[:LONGEST_TEXT],  # values travel apart from it
    }
    connection.info[SPAN] = TRACER.start_span(operation, kind=SpanKind.CLIENT, attributes=attributes)


def _end(connection: Connection, *_: Any) -> None:
    span: Span | None = connection.info.pop(SPAN, None)
    if span is not None:
        span.end()


def _fail(failure: ExceptionContext) -> None:
    if failure.connection is None:
        return
    span: Span | None = failure.connection.info.pop(SPAN, None)
    if span is not None:
        span.set_attribute("error.type", type(failure.original_exception).__qualname__)
        span.set_status(StatusCode.ERROR)
        span.end()
