"""How long a sync of a large district takes, and how much memory: with 1 % changed, with nothing, by size."""

from __future__ import annotations

import resource
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from msgspec import structs

from benchmarks.benchmark import Benchmark, Figure
from mock_clever.apps import standard_apps
from mock_clever.model import Id, Snapshot
from mock_clever.prepared import prepare
from mock_clever.world import World

PRESET = "clear-water"
SHARES = (16, 4, 1)
"""A sixteenth, a quarter and the whole of the district: 1x, 4x and 16x."""

MEGABYTE = 1_000_000


def measure(rounds: int) -> list[Figure]:
    whole = prepare(PRESET)
    took = {share: _publish(_part(whole, share), min(rounds, 3)) for share in SHARES}
    (small, _), (large, idle) = took[SHARES[0]], took[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    sizes = ", ".join(f"{SHARES[0] // share}x {took[share][0]:.2f} s" for share in SHARES)
    return [
        Figure(f"publish of {PRESET} with 1 % changed", f"{large:.2f} s", "10 s", large / 10, "at most", 1),
        Figure(f"memory after {PRESET} was published", f"{peak:.0f} MB", "600 MB", peak / 600, "at most", 1),
        Figure(f"publish of {PRESET} with nothing changed", f"{idle:.2f} s", "2 s", idle / 2, "at most", 1),
        Figure(f"16 times as large ({sizes})", f"{large:.2f} s", f"{small:.2f} s", large / small, "at most", 16),
    ]


def _publish(district: Snapshot, rounds: int) -> tuple[float, float]:
    """Seconds that a sync takes with every hundredth person and section changed, and with nothing changed."""
    world = World("bench")
    (app, *_) = standard_apps(())
    world.apps[app.client_id] = app
    world.add_district(district)
    id = district.district.id
    world.connect(app.client_id, id)
    world.sync(id)
    changed = []
    for number in range(rounds):
        world.sources[id] = _edited(world.sources[id], f"round {number}")
        changed.append(_seconds(lambda: world.sync(id)))
    idle = [_seconds(lambda: world.sync(id)) for _ in range(rounds)]
    return median(changed), median(idle)


def _edited(district: Snapshot, word: str) -> Snapshot:
    """This district with every hundredth person and section called otherwise."""
    users: list[Any] = [
        structs.replace(user, name=structs.replace(user.name, middle=word)) for user in list(district.users)[::100]
    ]
    sections: list[Any] = [structs.replace(section, name=word) for section in list(district.sections)[::100]]
    return district.replace(users=district.users.with_(users), sections=district.sections.with_(sections))


def _part(whole: Snapshot, share: int) -> Snapshot:
    """The first records of each kind, one of `share` of them."""
    if share == 1:
        return whole

    def some(ids: list[Id]) -> set[Id]:
        return set(ids[: len(ids) // share])

    kept = {kind: whole.table(kind).only(some(whole.table(kind).ids)) for kind in ("users", "sections")}
    return whole.replace(**kept)


def _seconds(act: Callable[[], object]) -> float:
    begin = perf_counter()
    act()
    return perf_counter() - begin


BENCHMARK = Benchmark("publish", "a nightly sync of clear-water, with 1 % changed and with nothing", measure)
