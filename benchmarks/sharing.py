"""What sharing half of a district by section costs, against sharing everything; and whether memory stays flat."""

from __future__ import annotations

import json
from statistics import median
from time import perf_counter

from benchmarks.benchmark import Benchmark, Figure
from benchmarks.load import Target, throughput
from benchmarks.programs import MOCK, Program, program

PRESET = "clear-water"
LIMIT = 10_000
SYNCS = 10
MEGABYTE = 1_000_000


def pages_of(mock: Program, token: str) -> list[Target]:
    """Every page of a full sync under the rule of this moment."""
    mock.let_a_minute_pass()
    return [Target(mock.url + path, {"Authorization": f"Bearer {token}"}) for path, _ in mock.sync(token, LIMIT)]


def fresh_sync(mock: Program, rule: dict[str, object], pages: list[Target]) -> float:
    """Seconds until all is read, when the rule is applied first, which forgets every finished page."""
    mock.let_a_minute_pass()
    started = perf_counter()
    mock.share(**rule)
    throughput(pages)
    return perf_counter() - started


def measure(rounds: int) -> list[Figure]:
    with program(*MOCK, PRESET, patience=300) as mock:
        token = mock.district_token()
        everything = pages_of(mock, token)
        sections = [page for page in everything if "/sections?" in page.url]
        ids = [
            each["data"]["id"]
            for page in sections
            for each in json.loads(mock.get(page.url.removeprefix(mock.url), token))["data"]
        ]
        all_shown: dict[str, object] = {"type": "everything"}
        half_shown: dict[str, object] = {"type": "sections", "ids": ids[::2]}
        mock.share(**half_shown)
        half = pages_of(mock, token)
        measured = [
            (fresh_sync(mock, half_shown, half), fresh_sync(mock, all_shown, everything))
            for _ in range(min(rounds, 5))
        ]
        before = mock.resident()
        for _ in range(SYNCS):
            fresh_sync(mock, half_shown, half)
        after = mock.resident()
    ours, baseline = (median(each) for each in zip(*measured, strict=True))
    ratio = median(one / other for one, other in measured)
    pages = (len(half), len(everything))
    return [
        Figure(
            "half the sections shared: rule applied, all read",
            f"{ours:.2f} s",
            f"{baseline:.2f} s",
            ratio,
            "at most",
            1.3,
        ),
        Figure(
            "the same for each page read (half has fewer)",
            f"{1000 * ours / pages[0]:.0f} ms",
            f"{1000 * baseline / pages[1]:.0f} ms",
            ratio * pages[1] / pages[0],
            "at most",
            1.3,
        ),
        Figure(
            f"memory after {SYNCS} more such syncs",
            f"{after / MEGABYTE:.0f} MB",
            f"{before / MEGABYTE:.0f} MB",
            after / before,
            "at most",
            1.1,
        ),
    ]


BENCHMARK = Benchmark("sharing", "half the sections of clear-water shared, against everything; memory", measure)
