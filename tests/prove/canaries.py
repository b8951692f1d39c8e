"""No secret and no text of a person reaches a log, a trace, a metric, or an answer to somebody else, whatever fails."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from tests.faults.canaries import Aviary, Flight, canary
from tests.faults.echoing import Provider
from tests.faults.stack import Stack, running_stack
from tests.observability.collector import Collector
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import Service, free_port

SINKS = ("logs", "traces", "metrics", "answers", "told to others")
OUTSPOKEN = "tests.faults.outspoken"
PER_FLIGHT = 69


@contextmanager
def _stack(collector: Collector, provider: Provider, ports: dict[str, int], *, outspoken: bool) -> Iterator[Stack]:
    """Start everything with traces, metrics and logs on, and a provider that says back what it hears."""
    model = {"OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": f"sk-{canary()}", "OPENAI_API": "chat_completions"}
    tools = collector.environment | {"MCP_SERVER_METRICS_PORT": str(ports["mcp_server"]), "OUTSPOKEN": "mcp_server"}
    chat = collector.environment | model | {"GATEWAY_METRICS_PORT": str(ports["gateway"]), "OUTSPOKEN": "gateway"}
    modules = {"gateway_module": OUTSPOKEN, "mcp_server_module": OUTSPOKEN} if outspoken else {}
    with running_stack(**modules, gateway=chat, mcp_server=tools) as stack:
        yield stack


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


def _flown(flights: int, *, outspoken: bool) -> Aviary:
    """Let canaries out as often as is asked, once more without a database, and look into every sink."""
    aviary, collector, provider = Aviary(), Collector(), Provider()
    ports = {"gateway": free_port(), "mcp_server": free_port()}
    secret = secrets.token_urlsafe(48)
    with _stack(collector, provider, ports, outspoken=outspoken) as stack, _by_secret(stack, secret) as by_secret:
        services = (stack.gateway, stack.mcp_server, by_secret)
        for service in services:
            aviary.keep_secrets_of(service)
        flight = Flight(stack, by_secret, secret, aviary)
        for _ in range(flights):
            flight.fly()
        if not outspoken:
            stack.postgres.process.send_signal(signal.SIGQUIT)
            stack.postgres.stop()
            flight.fly()
            stack.postgres.start()
        for port in ports.values():
            aviary.search("metrics", httpx2.get(f"http://127.0.0.1:{port}/metrics").text)
        for service in services:
            service.stop()
            aviary.search("logs", service.log.read_text("utf-8"))
        aviary.search("logs of the database", stack.postgres.log.read_text("utf-8"))
    for body in collector.bodies:
        aviary.search("traces", body.decode("utf-8", "replace"))
    collector.close()
    provider.close()
    return aviary


def run(_: Stage, tries: int) -> Outcome:
    """Let at least ``tries`` canaries out."""
    aviary = _flown(-(-tries // PER_FLIGHT), outspoken=False)
    control = _flown(1, outspoken=True)
    return Outcome(
        len(aviary.texts | aviary.secrets),
        {sink: aviary.seen[sink] for sink in (*SINKS, "logs of the database")},
        len(control.texts | control.secrets),
        {sink: control.seen[sink] for sink in SINKS},
        {f"searched: {sink}": aviary.searched[sink] for sink in (*SINKS, "logs of the database")},
    )


PROMISE = Promise(
    "canaries",
    "No secret and no text of a person reaches a log, a trace, a metric, or an answer to somebody else.",
    "the usual log of access, spans as libraries make them, paths in metrics, an error page in debug mode",
    5_000,
    run,
)
