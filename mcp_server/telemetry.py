"""What the MCP server tells those who run it: counts, each of a closed list of labels."""

import logging

from prometheus_client import CollectorRegistry, Gauge, Histogram

from shared.telemetry import SECONDS, AuthTelemetry, request_seconds

REGISTRY = CollectorRegistry()
AUTH = AuthTelemetry(logging.getLogger(__name__), REGISTRY)
REQUESTS = request_seconds(REGISTRY)
TOOL_CALLS = Histogram(
    "remit_tool_call_seconds",
    "Tool calls, by door, tool and outcome: ok, or the code of the error.",
    ["door", "tool", "outcome"],
    registry=REGISTRY,
    buckets=SECONDS,
)
POOL_SIZE = Gauge("remit_database_pool_size", "Connections that may be open at once.", registry=REGISTRY)
POOL_IN_USE = Gauge("remit_database_pool_in_use", "Connections that a transaction holds.", registry=REGISTRY)
POOL_WAITED = Histogram(
    "remit_database_pool_wait_seconds",
    "Waits for a connection while all were in use.",
    registry=REGISTRY,
    buckets=SECONDS,
)
