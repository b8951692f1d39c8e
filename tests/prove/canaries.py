"""No secret and no text of a person reaches a log, a trace, a metric, or an answer to somebody else, whatever fails."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import httpx2

from tests.faults.canaries import Aviary, Flight, canary
from tests.faults.echoing import Provider
from tests.faults.stack import Cluster, Stack, running_stack
from tests.mcp_server.database import command
from tests.observability.collector import Collector
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import Service, free_port

DATABASE = "logs of the database"
SINKS = ("logs", "traces", "metrics", "answers", "told to others", DATABASE)
OUTSPOKEN = "tests.faults.outspoken"
PER_FLIGHT = 69


def _stack(cluster: Cluster, collector: Collector, provider: Provider) -> AbstractContextManager[Stack]:
    """Start everything with traces, metrics and logs on, and a provider that says back what it hears."""
    model = {"OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": f"sk-{canary()}", "OPENAI_API": "chat_completions"}
    tools = collector.environment | {"MCP_SERVER_METRICS_PORT": str(free_port())}
    chat = collector.environment | model | {"GATEWAY_METRICS_PORT": str(free_port())}
    return running_stack(cluster, gateway=chat, mcp_server=tools)


@contextmanager
def _by_secret(stack: Stack, secret: str) -> Iterator[Service]:
    """Start a second gateway, which verifies with a secret of its own, and has the offline assistant."""
    left_out = ("OPENAI_", "GATEWAY_JWKS_URL", "GATEWAY_METRICS_PORT")
    told = {name: value for name, value in stack.gateway.environment.items() if not name.startswith(left_out)}
    told |= {"GATEWAY_AUTH_MODE": "hs256", "GATEWAY_HS256_SECRET": secret, "GATEWAY_PORT": str(free_port())}
    log = stack.gateway.log.with_name("by_secret.log")
    service = Service(stack.gateway.module, int(told["GATEWAY_PORT"]), told, log)
    service.start()
    try:
        yield service
    finally:
        service.stop()


def _flown(stack: Stack, collector: Collector, flights: int, *, and_without_database: bool) -> Aviary:
    """Let canaries out as often as is asked, stop the services, and look into every sink."""
    aviary, secret = Aviary(), secrets.token_urlsafe(48)
    with _by_secret(stack, secret) as by_secret:
        services = (stack.gateway, stack.mcp_server, by_secret)
        for service in services:
            aviary.keep_secrets_of(service)
        flight = Flight(stack, by_secret, secret, aviary)
        for _ in range(flights):
            flight.fly()
        if and_without_database:
            stack.postgres.process.send_signal(signal.SIGQUIT)
            stack.postgres.stop()
            flight.fly()
            stack.postgres.start()
        for name, service in (("GATEWAY", stack.gateway), ("MCP_SERVER", stack.mcp_server)):
            port = service.environment[f"{name}_METRICS_PORT"]
            aviary.search("metrics", httpx2.get(f"http://127.0.0.1:{port}/metrics").text)
        for service in services:
            service.stop()
            aviary.search("logs", service.log.read_text("utf-8"))
    aviary.search(DATABASE, stack.postgres.log.read_text("utf-8"))
    for body in collector.bodies:
        aviary.search("traces", body.decode("utf-8", "replace"))
    return aviary


@contextmanager
def _every_statement_logged(owner_url: str) -> Iterator[None]:
    """Let the database log each statement of whoever connects from now on, and its values, which are the detail."""
    outspoken = {"log_statement": "all", "log_error_verbosity": "default"}
    try:
        for name, value in outspoken.items():
            command(owner_url, f"ALTER ROLE ALL SET {name} = '{value}'")
        yield
    finally:
        for name in outspoken:
            command(owner_url, f"ALTER ROLE ALL RESET {name}")


def run(stage: Stage, tries: int) -> Outcome:
    """Let at least ``tries`` canaries out."""
    with (
        closing(Collector()) as collector,
        closing(Provider()) as provider,
        _stack(stage.mortal, collector, provider) as stack,
    ):
        aviary = _flown(stack, collector, -(-tries // PER_FLIGHT), and_without_database=True)
        with _every_statement_logged(stack.postgres.url):
            stack.take_over(gateway=OUTSPOKEN, mcp_server=OUTSPOKEN)
            control = _flown(stack, collector, 1, and_without_database=False)
    return Outcome(
        len(aviary.texts | aviary.secrets),
        {sink: aviary.seen[sink] for sink in SINKS},
        len(control.texts | control.secrets),
        {sink: control.seen[sink] for sink in SINKS},
        {f"searched: {sink}": aviary.searched[sink] for sink in SINKS},
    )


PROMISE = Promise(
    "canaries",
    "No secret and no text of a person reaches a log, a trace, a metric, or an answer to somebody else.",
    "the usual log of access, spans as libraries make them, paths in metrics, an error page in debug mode, a database"
    " that logs each statement",
    5_000,
    run,
)
