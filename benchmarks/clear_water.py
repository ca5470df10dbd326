"""How the biggest district is made, comes back, and what it weighs.

Here the baseline is the limit itself: 60 seconds from nothing, 4 seconds from the prepared file, 800 MB.
"""

from __future__ import annotations

import tempfile
from time import perf_counter

from benchmarks.benchmark import Benchmark, Figure
from benchmarks.programs import MOCK, program

PRESET = "clear-water"
MEGABYTE = 1_000_000


def serve_once(prepared: str) -> tuple[float, int]:
    """Seconds to the first page of users, and bytes in memory after it; prepared files live in that folder."""
    with program(*MOCK, PRESET, "--cache", prepared, patience=300) as mock:
        token = mock.district_token()
        mock.get("/v3.0/users?limit=100", token)
        took = perf_counter() - mock.started
        mock.get("/v3.0/sections?limit=100", token)
        return took, mock.resident()


def measure(_rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as prepared:
        made, heavier = serve_once(prepared)
        again, resident = serve_once(prepared)
    resident = max(heavier, resident)
    return [
        Figure(f"{PRESET} made from nothing", f"{made:.1f} s", "60 s", made / 60, "at most", 1),
        Figure(f"{PRESET} from its prepared file", f"{again:.1f} s", "4 s", again / 4, "at most", 1),
        Figure(
            f"{PRESET} in memory",
            f"{resident / MEGABYTE:.0f} MB",
            "800 MB",
            resident / MEGABYTE / 800,
            "at most",
            1,
        ),
    ]


BENCHMARK = Benchmark("clear-water", "250 schools: made, served again, weighed", measure)
