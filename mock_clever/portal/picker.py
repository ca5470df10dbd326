"""The school picker: where someone finds their district who comes without one (docs/oauth-implementation)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from flask import Response, request
from msgspec import Struct

from mock_clever.api.asking import here
from mock_clever.model import Id
from mock_clever.portal import addresses
from mock_clever.portal.entry import Wanted, parameters, wanted
from mock_clever.portal.visit import go, page, portal, remembered
from mock_clever.world import World

SUGGESTED = 20


class Hit(Struct, frozen=True):
    """One suggestion: what it is called, of which district, and where it leads."""

    name: str
    district: str
    path: str


@portal.get("/oauth/district-picker")
def pick_district() -> Response:
    """Suggests districts by the names of their schools; sandboxes are found by their id alone."""
    world, text = here(), request.args.get("q", "").strip()
    entry = wanted(world, request.args) if "client_id" in request.args else None
    hits = islice(_found(world, text), SUGGESTED)
    return page(
        "picker.html",
        app=entry.app if entry else None,
        text=text,
        hits=[Hit(name, world.districts[id].district.name, _beyond(entry, id)) for name, id in hits],
        everywhere=[Hit(town.district.name, id, _beyond(entry, id)) for id, town in world.districts.items()],
        parameters=parameters(entry) if entry else {},
    )


@portal.get("/login")
def log_in_to_clever() -> Response:
    """The page of the district this browser was last at, or the picker."""
    district = remembered()
    return go(addresses.page(here(), district) if district else "/oauth/district-picker")


def _found(world: World, text: str) -> Iterator[tuple[str, Id]]:
    """What a text suggests: a district by its whole id, or by a school whose name has every word."""
    if text in world.districts:
        yield world.districts[text].district.name, text
    words = text.lower().split()
    for id, town in world.districts.items():
        if words and not addresses.hidden(town):
            yield from ((s.name, id) for s in town.schools if all(word in s.name.lower() for word in words))


def _beyond(entry: Wanted | None, district: Id) -> str:
    """Where choosing this district leads: on with the login, or to the district's own page."""
    if entry is None:
        return addresses.page(here(), district)
    return f"/oauth/authorize?{urlencode(parameters(entry) | {'district_id': district})}"
