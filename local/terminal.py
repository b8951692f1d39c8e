"""What a person sees while things start: each step, and how long it took."""

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

TICK_SECONDS = 0.5


@contextmanager
def step(title: str) -> Generator[None]:
    """Show a step while it runs and its time when it is done; on a terminal the seconds count up."""
    started = time.monotonic()
    done = threading.Event()
    live = sys.stdout.isatty()
    if live:
        threading.Thread(target=_count, args=(title, started, done), daemon=True).start()
    mark = "✗"
    try:
        yield
        mark = "✓"
    finally:
        done.set()
        seconds = time.monotonic() - started
        print(f"{chr(13) if live else ''}  {mark} {title:<44} {seconds:6.1f} s", flush=True)


def _count(title: str, started: float, done: threading.Event) -> None:
    while not done.wait(TICK_SECONDS):
        print(f"\r  · {title:<44} {time.monotonic() - started:6.1f} s", end="", flush=True)
