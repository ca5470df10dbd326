"""How long the mock takes from nothing to its first answer."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from benchmarks.benchmark import Benchmark, Figure
from benchmarks.programs import BARE, MOCK, program

PRESET = "sandbox"


def first_answer(*arguments: str, path: str) -> float:
    """Seconds from starting the program to having its first answer."""
    with program(*arguments) as server:
        server.get(path)
        return perf_counter() - server.started


def measure(rounds: int) -> list[Figure]:
    def one_round() -> tuple[float, float]:
        return first_answer(*MOCK, PRESET, path="/_mock/env"), first_answer(*BARE, path="/")

    one_round()  # the first start reads everything from the disk
    measured = [one_round() for _ in range(rounds)]
    ours, bare = (median(each) for each in zip(*measured, strict=True))
    ratio = median(mock / flask for mock, flask in measured)
    return [Figure(f"start of {PRESET} to first answer", f"{ours:.2f} s", f"{bare:.2f} s", ratio, "at most", 1.5)]


BENCHMARK = Benchmark("start-up", "serve --preset sandbox to its first answer, against bare Flask", measure)
