"""Tries promises one after another; a run of all of them can be interrupted and goes on where it was."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from tests.prove.promise import Outcome, Promise, Stage

Told: TypeAlias = Callable[[Promise, Outcome, float], None]
"""Hears of each promise as soon as it was tried: what came of it, and after how many seconds."""


def try_chosen(promises: Sequence[Promise], names: Collection[str], stage: Stage, tell: Told, progress: Path) -> bool:
    """Try those that are named, whatever was tried before; without a name all, or what is left of all."""
    if names:
        return try_each([one for one in promises if one.name in names], stage, tell)
    return try_all(promises, stage, tell, progress)


def try_each(promises: Iterable[Promise], stage: Stage, tell: Told) -> bool:
    """Try them all, and tell whether each was kept."""
    is_kept = True
    for promise in promises:
        begun = time.monotonic()
        outcome = promise.run(stage, promise.tries)
        tell(promise, outcome, time.monotonic() - begun)
        is_kept &= outcome.is_kept
    return is_kept


def try_all(promises: Sequence[Promise], stage: Stage, tell: Told, progress: Path) -> bool:
    """Try those that the last run did not come to or that were broken in it; ``progress`` is gone at the end."""
    progress.parent.mkdir(exist_ok=True)
    kept = set(progress.read_text("utf-8").split()) if progress.exists() else set[str]()

    def note(promise: Promise, outcome: Outcome, seconds: float) -> None:
        tell(promise, outcome, seconds)
        if outcome.is_kept:
            with progress.open("a", encoding="utf-8") as file:
                file.write(f"{promise.name}\n")

    is_kept = try_each([one for one in promises if one.name not in kept], stage, note)
    progress.unlink(missing_ok=True)
    return is_kept
