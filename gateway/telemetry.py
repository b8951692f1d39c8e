"""What the gateway tells those who run it: counts, each of a closed list of labels."""

import logging
from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.contract import ConversationTool, PersonTool, TaskTool, TurnOutcome
from shared.errors import ErrorCode
from shared.telemetry import SECONDS, AuthTelemetry, request_seconds

Ending: TypeAlias = TurnOutcome | Literal["not_stored"]
NoRoom: TypeAlias = Literal["full", "leaving"]

REGISTRY = CollectorRegistry()
AUTH = AuthTelemetry(logging.getLogger(__name__), REGISTRY)
REQUESTS = request_seconds(REGISTRY)


class TurnTelemetry:
    """How messages fare: refused, or answered, and how soon."""

    def __init__(self, registry: CollectorRegistry) -> None:
        text = "Seconds from a message's arrival to the first event of its answer."
        self.first_event = Histogram("remit_turn_first_event_seconds", text, registry=registry, buckets=SECONDS)
        self.running = Gauge("remit_turns_running", "Messages being answered.", registry=registry)
        self._ended = Counter("remit_turns_total", "Answered messages, by outcome.", ["outcome"], registry=registry)
        for outcome in (*get_args(TurnOutcome), "not_stored"):
            self._ended.labels(outcome)
        name, text = "remit_turns_refused_total", "Messages that were not taken, by reason."
        self._refused = Counter(name, text, ["reason"], registry=registry)
        for reason in (*get_args(NoRoom), *ErrorCode):
            self._refused.labels(str(reason))

    def end(self, outcome: Ending) -> None:
        self._ended.labels(outcome).inc()

    def refuse(self, reason: NoRoom | ErrorCode) -> None:
        self._refused.labels(str(reason)).inc()


TURNS = TurnTelemetry(REGISTRY)


def start_tracing() -> Callable[[], None]:
    """Load the SDK, which takes time and memory, for those alone who export traces; return what sends the last ones."""
    from shared.exporting import start_tracing as start  # noqa: PLC0415 - see above

    return start("remit-gateway", [*TaskTool, *ConversationTool, *PersonTool])
