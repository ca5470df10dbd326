"""What lies between two moments of a world: what its clock, once moved, says has fired.

Syncs and pauses are let happen by the world itself; all the rest here expires or begins by the clock alone, and is
only told. What happens to many of a kind is one entry with their `count`, at the moment of the last of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mock_clever.clock import iso, moment
from mock_clever.upkeep import DAY
from mock_clever.world import World

Entry = dict[str, Any]
Dated = tuple[float, Entry]


def fired(world: World, since: float) -> list[Entry]:
    """Everything that happened after that moment, up to and with now, in order. Lets happen what is due."""
    happened = world.catch_up()
    until = world.clock.now()
    told = [(moment(entry["at"]), entry) for entry in happened]
    for passing in PASSING:
        told += [(at, {"at": iso(at), **entry}) for at, entry in passing(world, since, until)]
    return [entry for _, entry in sorted(told, key=lambda each: each[0])]


def _expiries(world: World, since: float, until: float) -> Iterator[Dated]:
    """Codes, tokens, sessions and backup codes that are worth nothing any more."""
    for name, ends in world.grants.ends(world.settings.session_life).items():
        yield from _together(f"{name}.expire", ends, since, until)
    yield from _together("backup_codes.expire", world.badges.ends(), since, until)


def _rates(world: World, since: float, until: float) -> Iterator[Dated]:
    """Rate windows that are reset."""
    yield from _together("rates.reset", world.rates.resets(), since, until)


def _keys(world: World, since: float, until: float) -> Iterator[Dated]:
    """Old keys that are no longer published."""
    yield from _together("keys.expire", (old.until for old in world.keys.turn.old), since, until)


def _events(world: World, since: float, until: float) -> Iterator[Dated]:
    """Batches of events that are thirty days old."""
    for connection, ends in world.event_ends().items():
        for at, entry in _together("events.expire", ends, since, until):
            yield at, entry | {"connection": connection}


def _terms(world: World, since: float, until: float) -> Iterator[Dated]:
    """Terms that begin with their first day, and end with the end of their last."""
    for id, district in world.districts.items():
        for term in district.terms:
            named = {"district": id, "term": term.id, "name": term.name}
            yield from _on(term.start_date, 0, {"what": "term.begins"} | named, since, until)
            yield from _on(term.end_date, DAY, {"what": "term.ends"} | named, since, until)


def _launches(world: World, since: float, until: float) -> Iterator[Dated]:
    """Launch dates of connections."""
    for connection in world.connections.values():
        entry = {"what": "launch", "connection": connection.id, "district": connection.district}
        yield from _on(connection.launch_date, 0, entry, since, until)


PASSING: tuple[Callable[[World, float, float], Iterator[Dated]], ...] = (
    *(_expiries, _keys, _rates, _events, _terms, _launches),
)


def _together(what: str, moments: Iterable[float], since: float, until: float) -> Iterator[Dated]:
    passed = [at for at in moments if since < at <= until]
    if passed:
        yield max(passed), {"what": what, "count": len(passed)}


def _on(day: str | None, later: float, entry: Entry, since: float, until: float) -> Iterator[Dated]:
    try:
        at = moment(day) + later if day else None
    except (ValueError, OverflowError):
        return  # a district may send what is no day
    if at is not None and since < at <= until:
        yield at, entry
