"""How long a sync of a large district takes, and how much memory: with 1 % changed, with nothing, by size; and how
fast an application reads the events of it."""

from __future__ import annotations

import resource
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from msgspec import structs

from benchmarks.benchmark import Benchmark, Figure
from benchmarks.programs import MOCK, Program, program
from mock_clever.apps import standard_apps
from mock_clever.model import Id, Snapshot
from mock_clever.prepared import prepare
from mock_clever.world import World

PRESET = "clear-water"
SHARES = (16, 4, 1)
"""A sixteenth, a quarter and the whole of the district: 1x, 4x and 16x."""

NIGHTS = 5
"""The sizes take turns, night by night, so that noise strikes them alike."""

DAY = bytearray(b"\1") * (128 * 2**20)
"""What a processor sees of other things between two nights: more than its caches hold. A small district would
profit from what is left in them of the last sync, and no nightly sync of a real one finds anything there."""

LIMIT = 1000
MEGABYTE = 1_000_000


def measure(rounds: int) -> list[Figure]:
    whole = prepare(PRESET)
    worlds = {share: _synced(_part(whole, share)) for share in SHARES}
    nights = [
        {share: _night(world, f"round {number}") for share, world in worlds.items()}
        for number in range(min(rounds, NIGHTS))
    ]
    idle = median(_seconds(worlds[1].sync, whole.district.id) for _ in nights)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - len(DAY)) / MEGABYTE
    took = {share: median(night[share] for night in nights) for share in SHARES}
    small, large = took[SHARES[0]], took[1]
    growth = median(night[1] / night[SHARES[0]] for night in nights)
    sizes = ", ".join(f"{SHARES[0] // share}x {took[share]:.2f} s" for share in SHARES)
    return [
        Figure(f"publish of {PRESET} with 1 % changed", f"{large:.2f} s", "10 s", large / 10, "at most", 1),
        Figure(f"memory after {PRESET} was published", f"{peak:.0f} MB", "600 MB", peak / 600, "at most", 1),
        Figure(f"publish of {PRESET} with nothing changed", f"{idle:.2f} s", "2 s", idle / 2, "at most", 1),
        Figure(f"16 times as large ({sizes})", f"{large:.2f} s", f"{small:.2f} s", growth, "at most", 16),
        _feed(min(rounds, 3)),
    ]


def _feed(rounds: int) -> Figure:
    """Records per second of the events of 1 % changed, against those of the list of users, neither read before."""
    with program(*MOCK, PRESET, patience=300) as mock:
        token = mock.district_token()
        measured = [_round(mock, token, f"round {number}") for number in range(rounds)]
    events, users = (median(each[side] for each in measured) for side in (0, 1))
    ratio = median(told / listed for told, listed in measured)
    what = f"events of {PRESET} with 1 % changed, limit={LIMIT}"
    return Figure(what, f"{events:.0f} records/s", f"{users:.0f} of users", ratio, "at least", 0.3)


def _round(mock: Program, token: str, word: str) -> tuple[float, float]:
    """Records per second of the feed since a publish, and of the same number of users."""
    mock.let_a_minute_pass()
    (((newest,),), ((own,),)) = (
        list(mock.pages(token, f"/v3.1/{path}")) for path in ("events?ending_before=last&limit=1", "districts")
    )
    changed = [
        {
            "type": "record.update",
            "kind": kind,
            "id": id,
            "set": {"name": {"middle": word} if kind == "users" else word},
        }
        for kind in ("users", "sections")
        for id in [record["id"] for page in mock.pages(token, f"/v3.1/{kind}?limit=10000") for record in page][
            ::100
        ]
    ]
    mock.change(own["id"], changed)
    events = _records(mock, token, f"events?limit={LIMIT}&starting_after={newest['id']}", len(changed))
    return events, _records(mock, token, f"users?limit={LIMIT}", len(changed))


def _records(mock: Program, token: str, path: str, most: int) -> float:
    """Records per second, from the first page of this on until so many are read."""
    begin, read = perf_counter(), 0
    for page in mock.pages(token, f"/v3.1/{path}"):
        read += len(page)
        if read >= most:
            break
    return read / (perf_counter() - begin)


def _synced(district: Snapshot) -> World:
    """A world with this district, which an application reads."""
    world = World("bench")
    (app, *_) = standard_apps(())
    world.apps[app.client_id] = app
    world.add_district(district)
    world.connect(app.client_id, district.district.id)
    world.sync(district.district.id)
    return world


def _night(world: World, word: str) -> float:
    """Seconds that a sync takes with every hundredth person and section changed."""
    ((id, source),) = world.sources.items()
    world.sources[id] = _edited(source, word)
    DAY.count(2)
    return _seconds(world.sync, id)


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


def _seconds(sync: Callable[[Id], object], id: Id) -> float:
    begin = perf_counter()
    sync(id)
    return perf_counter() - begin


BENCHMARK = Benchmark(
    "publish", "a nightly sync of clear-water, with 1 % changed and with nothing, and the events of it", measure
)
