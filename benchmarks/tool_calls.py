"""A database tool behind a token and row-level security, against empty tools that check and read nothing."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.measure import Bound, Measurement, Result, spread
from benchmarks.running import BENCH_PYTHON, PEERS, peer
from tests.faults.stack import running_stack
from tests.mcp_server.client import Caller
from tests.services import free_port

CONNECTIONS = 50
TASKS = 10
OURS, FRAMEWORK, BARE = "find_tasks", "FastMCP's echo", "the SDK's echo"
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")


@contextmanager
def _servers() -> Iterator[dict[str, tuple[Caller, str, dict[str, str]]]]:
    """Start the product and both peers; of each, a caller, the tool and its arguments."""
    ports = {FRAMEWORK: free_port(), BARE: free_port()}
    with ExitStack() as running:
        stack = running.enter_context(running_stack())
        url = f"{stack.mcp_server.url}/mcp"
        ours = Caller(url, stack.issuer.access_token("user-of-the-benchmark", url))
        ours.ok("add_tasks", tasks=[{"title": f"task number {n}"} for n in range(TASKS)])
        started = {
            name: running.enter_context(peer(BENCH_PYTHON, PEERS / file, str(ports[name]), port=ports[name]))
            for name, file in ((FRAMEWORK, "framework.py"), (BARE, "bare.py"))
        }
        echoes = {name: (Caller(f"{at}/mcp", "nobody"), "echo", {"text": "hello"}) for name, at in started.items()}
        yield {OURS: (ours, "find_tasks", {}), **echoes}


def run(quick: bool) -> Result:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed for this measurement: `apt install wrk`, or `brew install wrk`.")
    rounds, seconds = (1, 2) if quick else (5, 6)
    rates: dict[str, list[float]] = {OURS: [], FRAMEWORK: [], BARE: []}
    with _servers() as servers:
        for caller, tool, arguments in servers.values():
            caller.ok(tool, **arguments)
            _rate(caller, tool, arguments, 1)
        for _ in range(rounds):
            for name, (caller, tool, arguments) in servers.items():
                rates[name].append(_rate(caller, tool, arguments, seconds))
    return _result(rates, seconds)


def _rate(caller: Caller, tool: str, arguments: dict[str, str], seconds: int) -> float:
    """Return how many calls a second wrk gets answered; every answer must be a success."""
    request = caller.request("tools/call", {"name": tool, "arguments": arguments})
    headers = "".join(f"wrk.headers[{json.dumps(k)}]={json.dumps(v)}\n" for k, v in request["headers"].items())
    script = f'wrk.method="POST"\n{headers}wrk.body={json.dumps(request["content"])}\n'
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", Path(file.name), caller.url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = _RATE.search(said)
    assert found is not None, said
    return float(found[1])


def _result(rates: dict[str, list[float]], seconds: int) -> Result:
    figures = {f"{name}, calls a second": median(of) for name, of in rates.items()}
    ratios = {name: [a / b for a, b in zip(rates[OURS], rates[name], strict=True)] for name in (FRAMEWORK, BARE)}
    for name, of in ratios.items():
        figures |= spread(f"against {name}", of)
    bounds = (
        Bound(f"at least twice {FRAMEWORK}", median(ratios[FRAMEWORK]), at_least=2),
        Bound(f"at least half of {BARE}", median(ratios[BARE]), at_least=0.5),
    )
    prose = (
        f"wrk, one thread, {CONNECTIONS} connections, one worker each, protocol 2026-07-28, uvicorn with uvloop and"
        f" httptools everywhere; {len(rates[OURS])} rounds of {seconds} s in turn, medians. `find_tasks` on `/mcp`"
        f" verifies the token, counts the call, and reads {TASKS} tasks in a transaction under row-level security; the"
        " peers check nothing and read nothing."
    )
    return Result(prose, figures, bounds)


MEASUREMENT = Measurement("tool calls", run)
