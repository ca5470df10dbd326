"""The routes by which a district lives: its changes and syncs, what holds them back, and what its clock passes."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from msgspec import UNSET, structs

from mock_clever.almanac import fired
from mock_clever.api.asking import here
from mock_clever.changes import read as read_changes
from mock_clever.clock import duration, iso, moment
from mock_clever.control.bodies import ClockBody, RosterBody, UpkeepBody, body_of
from mock_clever.errors import ControlRefusal
from mock_clever.life import Outcome
from mock_clever.model import Id
from mock_clever.scenarios import reread
from mock_clever.upkeep import Upkeep, checked, paused, spans

_OF_UPKEEP = Upkeep.__struct_fields__


def let_live(plane: Blueprint) -> None:
    """Add these routes to the control plane."""

    @plane.post("/districts/<id>/changes")
    def change_district(id: Id) -> Response:
        """Let things happen at a district's source, all or none, and publish them at once unless told not to."""
        body = body_of(dict[str, Any])
        publish = body.get("publish", True)
        if not isinstance(publish, bool):
            raise ControlRefusal("publish is true or false: whether these changes are published at once")
        changes, resting = read_changes(body.get("changes")), _rests(id)
        done = here().change(id, changes, publish)
        stays = "ignored" if resting else "held" if here().life(id).held is not None else ""
        return _json({"applied": done} | ({"sync": stays} if publish and stays else {}))

    @plane.post("/districts/<id>/roster")
    def load_roster(id: Id) -> Response:
        """Load a folder of CSV files as the new state of a district's source, and sync unless told not to."""
        body = body_of(RosterBody)
        _only_from_here()
        read = reread(here().district(id), body.folder, here().life(id).options)
        outcome = here().load(id, read.district, body.publish, read.options)
        return _json({"warnings": read.warnings, "sync": _outcome(outcome) if outcome is not None else None})

    @plane.get("/districts/<id>/sync")
    def show_sync(id: Id) -> Response:
        """How a district's syncs stand: what waits, what is held and why, the last one and the next."""
        return _json(_state(id))

    @plane.post("/districts/<id>/sync")
    def sync(id: Id) -> Response:
        """Publish what changed at a district's source since the last sync, unless it is held or ignored."""
        return _json(_outcome(here().sync(id)))

    @plane.post("/districts/<id>/sync/approve")
    def approve_sync(id: Id) -> Response:
        """Publish a held sync, everything at once."""
        return _json(_outcome(here().approve(id)))

    @plane.post("/districts/<id>/sync/discard")
    def discard_sync(id: Id) -> Response:
        """Drop a held sync: the source is again what is published."""
        return _json(_outcome(here().discard(id)))

    @plane.patch("/districts/<id>")
    def keep_district(id: Id) -> Response:
        """Set a district's nightly sync, hold threshold, pause and rollover window."""
        body = structs.asdict(body_of(UpkeepBody))
        given = checked({name: value for name, value in body.items() if value is not UNSET})
        world = here()
        _whole_spans(structs.asdict(world.district(id).district), structs.asdict(world.life(id).upkeep), given)
        upkeep = {name: value for name, value in given.items() if name in _OF_UPKEEP}
        world.keep(id, upkeep, {name: value for name, value in given.items() if name not in _OF_UPKEEP})
        return _json(_state(id))

    @plane.post("/connections/<id>/approve")
    def approve_connection(id: Id) -> Response:
        """Let an application see what its safety thresholds held back."""
        return _json({"id": here().accept(id).id, "requires_review": False})

    @plane.get("/clock")
    def clock() -> Response:
        """What time it is in this world."""
        return _json(_clock())

    @plane.post("/clock")
    def move_clock() -> Response:
        """Advance, set or freeze the clock; the answer lists what fired on the way."""
        body, world = body_of(ClockBody), here()
        with world.lock:
            since = world.clock.now()
            _move(body)
            return _json({**_clock(), "fired": fired(world, since)})


def _state(id: Id) -> dict[str, Any]:
    world = here()
    life, pending = world.life(id), world.pending(id)
    district, now = world.district(id).district, world.clock.now()
    night = life.upkeep.next_night(now)
    return {
        "pending": pending.counts,
        "held": msgspec.to_builtins(life.held),
        "last_sync": district.last_sync,
        "next_nightly": iso(night) if night is not None else None,
        "paused": _rests(id),
        "pause_start": district.pause_start,
        "pause_end": district.pause_end,
        **structs.asdict(life.upkeep),
    }


def _rests(id: Id) -> bool:
    """Whether a district pauses now."""
    return paused(here().district(id).district, here().clock.now())


def _outcome(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(outcome)
    return told


def _whole_spans(district: Mapping[str, Any], upkeep: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    for name, has in (("pause", district), ("rollover", upkeep)):
        both = [given.get(f"{name}_{edge}", has[f"{name}_{edge}"]) for edge in ("start", "end")]
        if f"{name}_start" in given or f"{name}_end" in given:
            spans(both[0], both[1], name)


def _only_from_here() -> None:
    """Folders of this machine are for programs of this machine."""
    if request.remote_addr is None or not ip_address(request.remote_addr).is_loopback:
        raise ControlRefusal("only a program on this machine can name a folder of it", 403)


def _clock() -> dict[str, Any]:
    return {"now": iso(here().clock.now()), "frozen": here().clock.frozen}


def _move(body: ClockBody) -> None:
    clock, given = here().clock, [v for v in structs.asdict(body).values() if v is not None]
    if len(given) != 1:
        raise ControlRefusal('send one of {"advance": "PT61S"}, {"set": "2027-01-01T00:00:00Z"}, {"freeze": true}')
    try:
        if body.advance is not None:
            clock.advance(duration(body.advance))
        elif body.set is not None:
            clock.set(moment(body.set))
        elif body.freeze is not None:
            clock.freeze(body.freeze)
    except (ValueError, OverflowError, OSError) as wrong:
        raise ControlRefusal(f"the clock cannot be moved so: {wrong}") from None


def _json(body: Mapping[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), content_type="application/json")
