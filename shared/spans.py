"""Spans of OpenTelemetry, made only while traces are exported: else each costs one comparison."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.propagate import extract, inject
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode

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


@contextmanager
def client_span(name: str) -> Generator[None]:
    """Put a request to another service below a span of its own."""
    if not is_tracing():
        yield
        return
    with TRACER.start_as_current_span(
        name, kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield
        except Exception:
            span.set_status(StatusCode.ERROR)
            raise


def trace_headers() -> dict[str, str]:
    """Return the headers by which whoever is called next joins this trace."""
    headers: dict[str, str] = {}
    if is_tracing():
        inject(headers)
    return headers
