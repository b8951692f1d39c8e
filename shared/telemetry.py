"""Refused identities told to those who run a service: as a metric, and as lines of JSON."""

import logging

from prometheus_client import CollectorRegistry, Counter, start_http_server

from shared.refusals import Refusal, RefusalLog


class AuthTelemetry:
    """One service's count and log of refusals.

    Args:
        log: where the lines go.
        prefix: of the service's settings, for the message of a port that cannot be used.
    """

    def __init__(self, log: logging.Logger, prefix: str) -> None:
        self.registry = CollectorRegistry()
        name, text = "remit_auth_failures_total", "Refused identities, by reason."
        self.failures = Counter(name, text, ["reason"], registry=self.registry)
        for reason in Refusal:
            self.failures.labels(reason.value)  # a series that begins at 0 shows its first increase, too
        self._refusals = RefusalLog(log.warning)
        self._log = log
        self._prefix = prefix

    def count_refusal(self, reason: Refusal) -> None:
        """Count a refused identity, and log it unless the same reason was logged within the minute."""
        self.failures.labels(reason.value).inc()
        self._refusals.tell(reason)

    def log_bare_lines(self) -> None:
        """Write each line without a prefix: it is one JSON object."""
        self._log.addHandler(logging.StreamHandler())
        self._log.propagate = False

    def serve_metrics(self, host: str, port: int) -> None:
        """Serve ``/metrics`` from a thread of its own, at an address that people's requests do not reach.

        Raises:
            SystemExit: the address cannot be listened on.
        """
        try:
            start_http_server(port, host, self.registry)
        except OSError as error:
            told = f"{self._prefix}_METRICS_PORT: {host}:{port} cannot be listened on: {error.strerror}."
            raise SystemExit(told) from error
