"""What the gateway tells those who run it: refused identities, as a metric and as lines of JSON."""

import logging

from prometheus_client import CollectorRegistry, Counter, start_http_server

from shared.refusals import Refusal, RefusalLog

log = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
AUTH_FAILURES = Counter("remit_auth_failures_total", "Refused identities, by reason.", ["reason"], registry=REGISTRY)
for _reason in Refusal:
    AUTH_FAILURES.labels(_reason.value)  # a series that begins at 0 shows its first increase, too

_refusals = RefusalLog(log.warning)


def count_refusal(reason: Refusal) -> None:
    """Count a refused identity, and log it unless the same reason was logged within the minute."""
    AUTH_FAILURES.labels(reason.value).inc()
    _refusals.tell(reason)


def log_bare_lines() -> None:
    """Write each line without a prefix: it is one JSON object."""
    log.addHandler(logging.StreamHandler())
    log.propagate = False


def serve_metrics(host: str, port: int) -> None:
    """Serve ``/metrics`` from a thread of its own, at an address that people's requests do not reach.

    Raises:
        SystemExit: the address cannot be listened on.
    """
    try:
        start_http_server(port, host, REGISTRY)
    except OSError as error:
        raise SystemExit(f"GATEWAY_METRICS_PORT: {host}:{port} cannot be listened on: {error.strerror}.") from error
