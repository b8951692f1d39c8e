"""What a measurement came to: figures, and promises held against them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bound:
    """One promise: a figure must be at most, or at least, a number."""

    says: str
    figure: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.at_most is None or self.figure <= self.at_most) and (
            self.at_least is None or self.figure >= self.at_least
        )


@dataclass(frozen=True)
class Result:
    """Every figure with its unit in the name; ``prose`` says how they were taken.

    Attributes:
        distributions: for a plot, the percentiles 1 to 99 of many times in milliseconds, by whose they are.
        parts: for a plot, the milliseconds of what follows on each other.
    """

    prose: str
    figures: dict[str, float]
    bounds: tuple[Bound, ...]
    distributions: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    parts: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Measurement:
    """One module's measurement; ``quick`` asks for few repetitions."""

    name: str
    run: Callable[[bool], Result]


def percentile(times: Sequence[float], share: float) -> float:
    """Return that percentile of sorted times."""
    return times[min(int(len(times) * share), len(times) - 1)]


def percentiles(times: Iterable[float]) -> list[float]:
    """Return the percentiles 1 to 99."""
    in_order = sorted(times)
    return [in_order[len(in_order) * n // 100] for n in range(1, 100)]


def spread(name: str, rounds: Sequence[float]) -> dict[str, float]:
    """Return the figures that say between what the rounds of a ratio, or of a difference, lay."""
    return {f"{name}, lowest": min(rounds), f"{name}, highest": max(rounds)}
