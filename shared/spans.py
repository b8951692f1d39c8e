"""Spans of OpenTelemetry, made only while traces are exported: else each costs one comparison."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind

TRACER_NAME: Final = "remit"
TRACER: Final = trace.get_tracer(TRACER_NAME)
TRACEPARENT: Final = "traceparent"


def is_tracing() -> bool:
    """Tell whether this process exports traces."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@contextmanager
def request_span(traceparent: str) -> Generator[Span]:
    """Put what happens inside below one span, in the trace that the caller's ``traceparent`` names."""
    if not is_tracing():
        yield INVALID_SPAN
        return
    caller = extract({TRACEPARENT: traceparent})
    # An exception's own words may be a person's: neither is recorded.
    with TRACER.start_as_current_span(
        "request", caller, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span
