"""What a measurement came to: figures, and promises held against them."""

from collections.abc import Callable
from dataclasses import dataclass


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
    """Every figure with its unit in the name; ``prose`` says how they were taken."""

    prose: str
    figures: dict[str, float]
    bounds: tuple[Bound, ...]


@dataclass(frozen=True)
class Measurement:
    """One module's measurement; ``quick`` asks for few repetitions."""

    name: str
    run: Callable[[bool], Result]
