"""What the product adds to a turn, against the agent alone, and against a gateway that connects anew each time."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

import httpx2

from benchmarks import machine
from benchmarks.measure import Bound, Measurement, Result, percentile, percentiles, spread
from benchmarks.parts import parts_of_turns
from benchmarks.running import BENCH_PYTHON, PEERS, ROOT, peer
from gateway.agent import INSTRUCTIONS, MAX_TOKENS
from tests.faults.crowd import turns_a_second
from tests.faults.stack import Stack, running_stack
from tests.gateway.serving import chatkit_message
from tests.mcp_server.client import Caller
from tests.services import free_port

USER = "user-of-the-benchmark"
AT_ONCE = 64
MODULE = (sys.executable, "-m")
WARM_UP = 5
ALONE, WITH_OUR_CLIENT, OURS, USUAL = "alone", "alone with our client", "ours", "usual"
WORD = {OURS: '"assistant_message.content_part.text_delta"', USUAL: "data: "}
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


Rounds: TypeAlias = dict[str, list[Turns]]
"""The same turns in each way, round by round."""


def run(quick: bool) -> Result:
    rounds, turns, seconds = (1, 15, 3) if quick else (5, 60, 20)
    found: Rounds = {way: [] for way in (ALONE, WITH_OUR_CLIENT, OURS, USUAL)}
    with ExitStack() as running:
        at_model, at_usual = free_port(), free_port()
        address = running.enter_context(peer(*MODULE, "benchmarks.model", str(at_model), port=at_model))
        model = f"{address}/v1"
        stack = running.enter_context(running_stack(gateway={"OPENAI_BASE_URL": model, "OPENAI_MODEL": "fake"}))
        mcp = f"{stack.mcp_server.url}/mcp"
        token = stack.issuer.access_token(USER, mcp)
        tools = Caller(mcp, token).post("tools/list", {}).json()["result"]["tools"]
        prompt = {"instructions": INSTRUCTIONS, "max_tokens": MAX_TOKENS}
        given = json.dumps({**prompt, "tools": tools})
        command = (BENCH_PYTHON, PEERS / "usual.py", str(at_usual), model, mcp)
        usual = running.enter_context(peer(*command, port=at_usual, USUAL_TOKEN=token, USUAL_GIVEN=json.dumps(prompt)))
        for _ in range(rounds):
            found[OURS].append(_turns(_asking(stack), turns))
            found[USUAL].append(_turns(lambda http: _timed(http, WORD[USUAL], f"{usual}/chat", {}, {}), turns))
            found[ALONE].append(_alone((BENCH_PYTHON, PEERS / "alone.py", model), turns, given))
            found[WITH_OUR_CLIENT].append(_alone((*MODULE, "benchmarks.our_client", model), turns, given))
        rate = asyncio.run(turns_a_second(stack.gateway.url, stack.issuer, AT_ONCE, seconds))
        parts = parts_of_turns(stack, lambda: _turns(_asking(stack), turns), warm_up=WARM_UP, count=turns)
    return _result(found, turns, rate, parts)


def _asking(stack: Stack) -> Ask:
    headers = {"Authorization": f"Bearer {stack.issuer.gateway_token(USER)}"}
    url = f"{stack.gateway.url}/api/{USER}/chatkit"
    return lambda http: _timed(http, WORD[OURS], url, chatkit_message("what is open?"), headers)


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


def _alone(command: Sequence[str | Path], count: int, given: str) -> Turns:
    command = [*command, str(WARM_UP + count)]
    said = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=True).stdout
    return Turns.of([(first, whole) for first, whole in json.loads(said)][WARM_UP:])


def _added(found: Rounds, part: str, share: float, to: str = ALONE) -> float:
    """Return how much longer ours takes than another way: the median of the rounds' differences."""
    pairs = zip(found[OURS], found[to], strict=True)
    return median(percentile(getattr(a, part), share) - percentile(getattr(b, part), share) for a, b in pairs)


def _result(found: Rounds, turns: int, rate: float, parts: dict[str, float]) -> Result:
    figures = {
        f"{part}: {way}, {name} ms": median(percentile(getattr(one, part), share) for one in rounds)
        for part in ("first", "whole")
        for way, rounds in found.items()
        for name, share in (("p50", 0.5), ("p95", 0.95))
    }
    for part, what in (("first", "first word"), ("whole", "whole turn")):
        name = f"added to the {what}, p50 ms, against the agent with our client"
        figures[name] = _added(found, part, 0.5, WITH_OUR_CLIENT)
    pairs = zip(found[OURS], found[USUAL], strict=True)
    ratios = [percentile(b.whole, 0.5) / percentile(a.whole, 0.5) for a, b in pairs]
    figures |= spread("usual / ours", ratios)
    figures |= {f"{AT_ONCE} people at once, turns a second": rate}
    figures |= {f"of a traced turn: {part}, p50 ms": time for part, time in parts.items()}
    bounds = (
        Bound("adds at most 15 ms to the first word, p50", _added(found, "first", 0.5), at_most=15),
        Bound("adds at most 40 ms to the first word, p95", _added(found, "first", 0.95), at_most=40),
        Bound("adds at most 15 ms to the whole turn, p50", _added(found, "whole", 0.5), at_most=15),
        Bound("adds at most 40 ms to the whole turn, p95", _added(found, "whole", 0.95), at_most=40),
        Bound("three times faster than connecting anew", median(ratios), at_least=3),
    )
    latencies = {way: percentiles([time for one in rounds for time in one.whole]) for way, rounds in found.items()}
    return Result(_prose(len(ratios), turns), figures, bounds, latencies, parts)


def _prose(rounds: int, turns: int) -> str:
    return (
        f"One turn at a time, each the first of a new conversation, {rounds} rounds of {turns} turns each way, medians"
        " over the rounds. The model is a process that answers at once: one look at the tasks, then a sentence. *Alone*"
        " is the Agents SDK with OpenAI's own client, that model, the same prompt and the same tools, which do nothing,"
        " in its own process: what a team would have without the product. *Alone with our client* asks the model as the"
        " gateway does, with the product's pins, less work and aiohttp; what is added against it is all that the"
        " product does beside asking the model. *Ours* is `/chatkit` over HTTP: token verified, message stored, tool"
        " called under row-level security, answer stored. *Usual* is a gateway that opens the Agents SDK's MCP"
        " connection for each request, with the same prompt; it checks and stores nothing. The parts of a turn are"
        " those of others, which export their traces."
        f" More turns a second with two workers each need four cores; {machine.cores()} here: not measured."
    )


MEASUREMENT = Measurement("turns", run)
