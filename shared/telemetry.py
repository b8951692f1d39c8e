"""What both services count: refused identities and requests, served as metrics."""

import logging

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

from shared.refusals import Refusal, RefusalLog

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""The buckets of everything that takes time, from a read to a whole answer."""


class AuthTelemetry:
    """One service's count and log of refusals.

    Args:
        log: where the lines go.
        registry: where the count is read.
    """

    def __init__(self, log: logging.Logger, registry: CollectorRegistry) -> None:
        name, text = "remit_auth_failures_total", "Refused identities, by reason."
        self.failures = Counter(name, text, ["reason"], registry=registry)
        for reason in Refusal:
            self.failures.labels(reason.value)  # a series that begins at 0 shows its first increase, too
        self._refusals = RefusalLog(log)

    def count_refusal(self, reason: Refusal) -> None:
        """Count a refused identity, and log it unless the same reason was logged within the minute."""
        self.failures.labels(reason.value).inc()
        self._refusals.tell(reason)


def request_seconds(registry: CollectorRegistry) -> Histogram:
    """Return the count of HTTP requests, and of the seconds until their last byte."""
    text = "HTTP requests, until the last byte of the answer."
    labels = ["method", "route", "status"]
    return Histogram("remit_http_request_seconds", text, labels, registry=registry, buckets=SECONDS)


def serve_metrics(registry: CollectorRegistry, host: str, port: int, *, setting: str) -> None:
    """Serve ``/metrics`` from a thread of its own, at an address that people's requests do not reach.

    Raises:
        SystemExit: the address cannot be listened on; ``setting`` is what to change.
    """
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        raise SystemExit(f"{setting}: {host}:{port} cannot be listened on: {error.strerror}.") from error
