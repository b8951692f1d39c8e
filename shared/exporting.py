"""Traces sent over OTLP, without anything that a caller wrote. Importing this loads the SDK: only who exports does."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Thread
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import set_global_textmap
from opentelemetry.propagators.textmap import CarrierT, Getter, default_getter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.spans import TRACEPARENT, TRACER_NAME

FLUSH_SECONDS: Final = 2
"""How long a process that ends waits for its last spans to leave; a collector that hangs holds up no restart."""
MCP_METHODS: Final = frozenset(
    {
        "initialize",
        "ping",
        "server/discover",
        "tools/list",
        "tools/call",
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "prompts/list",
        "prompts/get",
        "completion/complete",
        "logging/setLevel",
        "notifications/initialized",
        "notifications/cancelled",
        "notifications/progress",
    }
)
OTHER: Final = "other"
PASSED: Final = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "remit.request_id",
        "db.system.name",
        "db.operation.name",
        "db.query.text",
        "gen_ai.operation.name",
        "rpc.response.status_code",
        "error.type",
        "exception.type",
    }
)
"""Attributes whose values are ours, of closed lists, or SQL without values."""


class TraceParent(TraceContextTextMapPropagator):
    """W3C ``traceparent`` alone: ``tracestate`` and baggage are a caller's text, and would travel on."""

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        found = getter.get(carrier, TRACEPARENT) or [""]
        return super().extract({TRACEPARENT: found[0]}, context)


class CleanExporter(SpanExporter):
    """Hands on of each span what is known to be nobody's text, whichever library made it.

    The MCP SDK's spans name the method and the tool as the caller wrote them, and tell what an exception said.
    """

    def __init__(self, inner: SpanExporter, names: Iterable[str]) -> None:
        self._inner = inner
        self._names = frozenset(names)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([self._clean(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def _clean(self, span: ReadableSpan) -> ReadableSpan:
        scope = span.instrumentation_scope
        is_ours = scope is not None and scope.name == TRACER_NAME
        attributes = {name: value for name, value in (span.attributes or {}).items() if name in PASSED}
        for name, known in (("mcp.method.name", MCP_METHODS), ("gen_ai.tool.name", self._names)):
            if span.attributes and name in span.attributes:
                value = span.attributes[name]
                attributes[name] = value if value in known else OTHER
        return ReadableSpan(
            name=span.name if is_ours else self._clean_name(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=attributes,
            events=[_clean_event(one) for one in span.events],
            kind=span.kind,
            instrumentation_scope=scope,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
        )

    def _clean_name(self, name: str) -> str:
        known = {"MCP", "send", *MCP_METHODS, *self._names}
        return " ".join(word if word in known else OTHER for word in name.split(" ", 3))


def start_tracing(service: str, tools: Iterable[str]) -> Callable[[], None]:
    """Export this process's spans to where the standard ``OTEL_…`` variables say.

    Args:
        service: its name, where those variables give it no other.
        tools: the names that may stand in a span as a tool's.

    Returns:
        What sends the last spans before the process ends.
    """
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: service}))
    set_global_textmap(TraceParent())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(CleanExporter(OTLPSpanExporter(), tools)))
    trace.set_tracer_provider(provider)
    return partial(_flush, provider)


def _flush(provider: TracerProvider) -> None:
    """Wait no longer than is allowed: the SDK's own limit is not kept (opentelemetry-python #4568)."""
    flushing = Thread(target=provider.force_flush, daemon=True)
    flushing.start()
    flushing.join(FLUSH_SECONDS)


def _clean_event(event: Event) -> Event:
    kept = {name: value for name, value in (event.attributes or {}).items() if name in PASSED}
    return Event(event.name if event.name == "exception" else OTHER, kept, event.timestamp)
