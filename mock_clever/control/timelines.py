"""The control plane's routes by which a district lives on: by itself, or along a timeline (docs/control.md)."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response
from msgspec import Struct

from mock_clever.api.asking import here
from mock_clever.clock import iso
from mock_clever.control.bodies import body_of
from mock_clever.errors import ControlRefusal
from mock_clever.model import Id
from mock_clever.timeline import live, play, shown, understood

MOST_DAYS = 3660


class EvolveBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How many days a district lives on by itself, and by which seed."""

    days: int
    seed: int = 0


def play_on(plane: Blueprint) -> None:
    """Put the routes on the control plane."""

    @plane.post("/districts/<id>/evolve")
    def evolve_district(id: Id) -> Response:
        """Let a district live on by itself: so many days by the clock, with a sync every night."""
        body = body_of(EvolveBody)
        if not 0 < body.days <= MOST_DAYS:
            raise ControlRefusal(f"days must be a whole number from 1 to {MOST_DAYS}")
        here().district(id)
        lived = live(here(), id, body.days, body.seed)
        return _json({"days": lived, "now": iso(here().clock.now())})

    @plane.post("/scenario")
    def play_scenario() -> Response:
        """Play a timeline on this world's first district: what each step did, and what was expected in vain."""
        timeline = understood(body_of(dict[str, Any]))
        with here().lock:
            return _json(shown(timeline, play(here(), timeline)))


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), content_type="application/json")
