"""What a benchmark is: a name, what it asks, and a function that measures figures against their targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class NotMeasurableError(Exception):
    """The thing to be measured does not run here; the message says why."""


@dataclass(frozen=True)
class Figure:
    """One measured ratio. `bound` says on which side of the target is good: "at most" or "at least"."""

    what: str
    ours: str
    baseline: str
    ratio: float
    bound: str
    target: float

    @property
    def met(self) -> bool:
        return self.ratio <= self.target if self.bound == "at most" else self.ratio >= self.target


@dataclass(frozen=True)
class Benchmark:
    """A question about speed or memory. `measure` answers it in so many rounds, or raises `NotMeasurableError`."""

    name: str
    asks: str
    measure: Callable[[int], list[Figure]]
