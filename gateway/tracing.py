"""How a call of the MCP server joins the trace and the log of the request that it is made for."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.propagate import inject
from opentelemetry.trace import SpanKind, StatusCode

from shared.observing import REQUEST_ID, current_request
from shared.spans import TRACER, is_tracing


@contextmanager
def client_span(name: str) -> Generator[None]:
    """Put a request to another service below a span of its own."""
    if not is_tracing():
        yield
        return
    # An exception's own words may be a person's: neither is recorded.
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


def passed_on() -> dict[str, str]:
    """Return the headers that let the next service's log and trace join this request's."""
    request = current_request()
    return trace_headers() | ({} if request is None else {REQUEST_ID: request.id})
