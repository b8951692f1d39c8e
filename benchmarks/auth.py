"""What verifying who asks adds to a request: the gateway against itself without verification, round by round."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.load import Timed, get
from benchmarks.measure import Bound, Measurement, Result, spread
from shared.identity import TokenRules, Verifier
from shared.keys import StaticKeys, load_key_set
from tests.services import GATEWAY_AUDIENCE, Issuer, Service, SigningKey, free_port, gateway_environment

PEOPLE = 50
PACED_SECONDS = 0.25
WARM_UP = 20
VERIFICATIONS = 5_000


@contextmanager
def _gateways(issuer: Issuer) -> Iterator[tuple[Service, Service]]:
    """Start the gateway, and the same without verification; neither has an MCP server to talk to."""
    with tempfile.TemporaryDirectory() as folder:
        started: list[Service] = []
        try:
            for module in ("gateway", "benchmarks.without_auth"):
                port = free_port()
                environment = gateway_environment("http://127.0.0.1:9/gateway", issuer, SigningKey(), port)
                service = Service(module, port, environment, Path(folder) / f"{module}.log")
                service.start()
                started.append(service)
            yield started[0], started[1]
        finally:
            for service in started:
                service.stop()


async def _rounds(
    checked: Service, unchecked: Service, token: str, *, rounds: int, each: int, pause: float
) -> list[tuple[Timed, Timed]]:
    """Measure both in turn, and the one that comes first in turn, too."""
    pairs: list[tuple[Timed, Timed]] = []
    for number in range(rounds):
        order = (checked, unchecked) if number % 2 else (unchecked, checked)
        timed = {
            one.module: await get(f"{one.url}/api/me", token, people=PEOPLE, each=each, pause=pause) for one in order
        }
        pairs.append((timed[checked.module], timed[unchecked.module]))
    return pairs


async def _verifier_times(issuer: Issuer, token: str) -> Timed:
    rules = TokenRules("EdDSA", issuer.url, GATEWAY_AUDIENCE)
    verifier = Verifier(rules, StaticKeys(load_key_set({"keys": [issuer.key.jwk]}, "EdDSA")))
    times: list[float] = []
    begun = time.perf_counter()
    for _ in range(VERIFICATIONS):
        start = time.perf_counter()
        await verifier.verify(token)
        times.append((time.perf_counter() - start) * 1000)
    return Timed(sorted(times), time.perf_counter() - begun)


def _added(pairs: list[tuple[Timed, Timed]], share: float) -> list[float]:
    return [checked.percentile(share) - unchecked.percentile(share) for checked, unchecked in pairs]


def _of(pairs: list[tuple[Timed, Timed]], side: int, share: float) -> float:
    return median(pair[side].percentile(share) for pair in pairs)


def run(quick: bool) -> Result:
    load = os.getloadavg()[0]
    rounds, each = (4, 12) if quick else (9, 30)
    issuer = Issuer()
    try:
        token = issuer.gateway_token("user-of-the-benchmark")
        alone = asyncio.run(_verifier_times(issuer, token))
        with _gateways(issuer) as (checked, unchecked):
            for one in (checked, unchecked):
                asyncio.run(get(f"{one.url}/api/me", token, people=PEOPLE, each=WARM_UP))
            before = issuer.requests
            paced = asyncio.run(_rounds(checked, unchecked, token, rounds=rounds, each=each, pause=PACED_SECONDS))
            full = asyncio.run(_rounds(checked, unchecked, token, rounds=rounds, each=each, pause=0))
            fetched = issuer.requests - before
    finally:
        issuer.close()
    return _result(alone, paced, full, fetched, load)


def _result(
    alone: Timed, paced: list[tuple[Timed, Timed]], full: list[tuple[Timed, Timed]], fetched: int, load: float
) -> Result:
    figures = {
        "verifier alone, p50 ms": alone.percentile(0.5),
        "verifier alone, p95 ms": alone.percentile(0.95),
        "paced: with, p95 ms": _of(paced, 0, 0.95),
        "paced: without, p95 ms": _of(paced, 1, 0.95),
        "paced: added p50 ms": median(_added(paced, 0.5)),
        "paced: added p95 ms": median(_added(paced, 0.95)),
        **spread("paced: added p95 ms", _added(paced, 0.95)),
        "paced: requests a second": median(pair[0].per_second for pair in paced),
        "as fast as it goes: added p50 ms": median(_added(full, 0.5)),
        "as fast as it goes: added p95 ms": median(_added(full, 0.95)),
        **spread("as fast as it goes: added p95 ms", _added(full, 0.95)),
        "as fast as it goes: added to each request's share of the server, ms": median(
            1000 / with_it.per_second - 1000 / without.per_second for with_it, without in full
        ),
        "as fast as it goes: with, requests a second": median(pair[0].per_second for pair in full),
        "as fast as it goes: without, requests a second": median(pair[1].per_second for pair in full),
        "requests for keys while measuring": float(fetched),
        "load of the machine just before": load,
    }
    bounds = (
        Bound("verification adds at most 2 ms to a request, p95", figures["paced: added p95 ms"], at_most=2),
        Bound("the seed: a verified request in less than 200 ms, p95", figures["paced: with, p95 ms"], at_most=200),
        Bound("the verifier alone takes at most 0.3 ms, p95", alone.percentile(0.95), at_most=0.3),
        Bound("no request for keys while measuring", float(fetched), at_most=0),
    )
    prose = (
        f"`GET /api/me` by {PEOPLE} people at once on connections kept open, gateway and the same gateway without"
        f" verification in turn, {len(paced)} rounds, medians over the rounds. All have one token, whose signature is"
        " remembered after the first request; a first one costs *verifier alone*. Paced: everyone asks every"
        f" {PACED_SECONDS} s. As fast as it goes: everyone asks again at once, so that the server is never idle,"
        f" each waits for the other {PEOPLE - 1}, and what is added is about {PEOPLE} times the work of one"
        " verification."
        " The promise is read as the paced case."
    )
    return Result(prose, figures, bounds)


MEASUREMENT = Measurement("auth", run)
