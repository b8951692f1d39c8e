"""What stands before the first word: a start of everything, the page's scripts, the listing of the tools."""

import json
import time
from statistics import median

import httpx2

from benchmarks.measure import Bound, Measurement, Result
from tests.e2e.launcher import Launcher, launcher
from tests.frontend.weight import DIST, before_the_chat
from tests.mcp_server.price import MOST_TOKENS, PRICED, price
from tests.services import open_folder

MOST_START_SECONDS = 5
MOST_KILOBYTES = 90


def run(quick: bool) -> Result:
    starts = _later_starts(1 if quick else 5)
    kilobytes = sum(before_the_chat(DIST).values()) / 1000
    tokens = price(json.loads(PRICED.read_text("utf-8")))
    bounds = (
        Bound("a later `make run` answers within 5 s", median(starts), at_most=MOST_START_SECONDS),
        Bound("JavaScript before the chat, kB in gzip", kilobytes, at_most=MOST_KILOBYTES),
        Bound("tokens of the tools and their instructions on `/mcp`", tokens, at_most=MOST_TOKENS),
    )
    prose = (
        f"A first start, then {len(starts)} later ones from the same folder: seconds from the command, installed"
        " before, until the page answers; median. The sizes are those that `make test` holds."
    )
    return Result(prose, {"later starts, fastest s": min(starts), "later starts, slowest s": max(starts)}, bounds)


def _later_starts(count: int) -> list[float]:
    with open_folder() as folder, launcher(folder) as product:
        product.start()
        product.stop()
        return [_seconds_to_the_page(product) for _ in range(count)]


def _seconds_to_the_page(product: Launcher) -> float:
    begun = time.perf_counter()
    product.start()
    assert httpx2.get(product.page, trust_env=False).status_code == httpx2.codes.OK
    taken = time.perf_counter() - begun
    product.stop()
    return taken


MEASUREMENT = Measurement("first use", run)
