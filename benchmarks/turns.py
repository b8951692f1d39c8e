"""What the product adds to a turn, against the agent alone, and against a gateway that connects anew each time."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

import httpx2

from benchmarks.measure import Bound, Measurement, Result
from benchmarks.running import ROOT, peer
from tests.faults.crowd import turns_a_second
from tests.faults.stack import Stack, running_stack
from tests.gateway.serving import chatkit_message
from tests.mcp_server.client import Caller
from tests.services import free_port

USER = "user-of-the-benchmark"
AT_ONCE = 64
MODULE = (sys.executable, "-m")
WARM_UP = 5
WORD = {"ours": '"assistant_message.content_part.text_delta"', "usual": "data: "}
"""What the line of the first word holds."""

Ask: TypeAlias = Callable[[httpx2.Client], tuple[float, float]]


@dataclass(frozen=True)
class Turns:
    """Milliseconds until the first word, and to the end, of some turns, sorted."""

    first: list[float]
    whole: list[float]

    @classmethod
    def of(cls, pairs: list[tuple[float, float]]) -> "Turns":
        return cls(sorted(first for first, _ in pairs), sorted(whole for _, whole in pairs))


@dataclass
class Rounds:
    """The same turns three ways, round by round."""

    ours: list[Turns]
    usual: list[Turns]
    alone: list[Turns]


def run(quick: bool) -> Result:
    rounds, turns, seconds = (1, 15, 3) if quick else (5, 60, 20)
    found = Rounds([], [], [])
    with ExitStack() as running:
        at_model, at_usual = free_port(), free_port()
        address = running.enter_context(peer(*MODULE, "benchmarks.peers.model", str(at_model), port=at_model))
        model = f"{address}/v1"
        stack = running.enter_context(running_stack(gateway={"OPENAI_BASE_URL": model, "OPENAI_MODEL": "fake"}))
        mcp = f"{stack.mcp_server.url}/mcp"
        token = stack.issuer.access_token(USER, mcp)
        tools = json.dumps(Caller(mcp, token).post("tools/list", {}).json()["result"]["tools"])
        command = (*MODULE, "benchmarks.peers.usual", str(at_usual), model, mcp)
        usual = running.enter_context(peer(*command, port=at_usual, USUAL_TOKEN=token))
        for _ in range(rounds):
            found.ours.append(_turns(_asking(stack), turns))
            found.usual.append(_turns(lambda http: _timed(http, WORD["usual"], f"{usual}/chat", {}, {}), turns))
            found.alone.append(_alone(model, turns, tools))
        rate = asyncio.run(turns_a_second(stack.gateway.url, stack.issuer, AT_ONCE, seconds))
    return _result(found, turns, rate)


def _asking(stack: Stack) -> Ask:
    headers = {"Authorization": f"Bearer {stack.issuer.gateway_token(USER)}"}
    url = f"{stack.gateway.url}/api/{USER}/chatkit"
    return lambda http: _timed(http, WORD["ours"], url, chatkit_message("what is open?"), headers)


def _turns(ask: Ask, count: int) -> Turns:
    with httpx2.Client(timeout=30, trust_env=False) as http:
        return Turns.of([ask(http) for _ in range(WARM_UP + count)][WARM_UP:])


def _timed(
    http: httpx2.Client, word: str, url: str, body: dict[str, object], headers: dict[str, str]
) -> tuple[float, float]:
    """Send one message, and return the milliseconds until the first word and to the end."""
    begun, first = time.perf_counter(), 0.0
    with http.stream("POST", url, json=body, headers=headers) as answer:
        assert answer.status_code == httpx2.codes.OK, answer.read()
        for line in answer.iter_lines():
            if not first and word in line:
                first = time.perf_counter()
    assert first, "nothing was said"
    return (first - begun) * 1000, (time.perf_counter() - begun) * 1000


def _alone(model: str, count: int, tools: str) -> Turns:
    command = [*MODULE, "benchmarks.peers.alone", model, str(WARM_UP + count)]
    said = subprocess.run(command, cwd=ROOT, input=tools, capture_output=True, text=True, check=True).stdout
    return Turns.of([(first, whole) for first, whole in json.loads(said)][WARM_UP:])


def _result(found: Rounds, turns: int, rate: float) -> Result:
    pairs = list(zip(found.ours, found.alone, strict=True))
    figures = {
        f"{part}: {way}, {name} ms": median(percentile(getattr(one, part), share) for one in getattr(found, way))
        for part in ("first", "whole")
        for way in ("alone", "ours", "usual")
        for name, share in (("p50", 0.5), ("p95", 0.95))
    }
    added = {
        (part, share): median(
            percentile(getattr(a, part), share) - percentile(getattr(b, part), share) for a, b in pairs
        )
        for part in ("first", "whole")
        for share in (0.5, 0.95)
    }
    ratios = [percentile(b.whole, 0.5) / percentile(a.whole, 0.5) for a, b in zip(found.ours, found.usual, strict=True)]
    figures |= {"usual / ours, lowest": min(ratios), "usual / ours, highest": max(ratios)}
    figures |= {f"{AT_ONCE} people at once, turns a second": rate}
    bounds = (
        Bound("adds at most 15 ms to the first word, p50", added["first", 0.5], at_most=15),
        Bound("adds at most 40 ms to the first word, p95", added["first", 0.95], at_most=40),
        Bound("adds at most 15 ms to the whole turn, p50", added["whole", 0.5], at_most=15),
        Bound("adds at most 40 ms to the whole turn, p95", added["whole", 0.95], at_most=40),
        Bound("three times faster than connecting anew", median(ratios), at_least=3),
    )
    prose = (
        f"One conversation at a time, {len(pairs)} rounds of {turns} turns each way, medians over the rounds. The model"
        " is a process that answers at once: one look at the tasks, then a sentence. *Alone* is the Agents SDK with"
        " that model, the same prompt and the same tools, which do nothing, in its own process. *Ours* is `/chatkit`"
        " over HTTP: token verified, message"
        " stored, tool called under row-level security, answer stored. *Usual* is a gateway that opens the Agents SDK's"
        " MCP connection for each request; it checks and stores nothing."
    )
    return Result(prose, figures, bounds)


def percentile(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


MEASUREMENT = Measurement("turns", run)
