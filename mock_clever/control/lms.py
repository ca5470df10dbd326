"""The routes by which a district's learning management system is joined to Clever, step by step or in one."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response

from mock_clever.api.asking import here
from mock_clever.clock import iso
from mock_clever.control.bodies import LinkBody, StepBody, body_of
from mock_clever.errors import ControlRefusal
from mock_clever.lms.joining import stepped
from mock_clever.model import Id


def join_lms(plane: Blueprint) -> None:
    """The routes of a district's LMS."""

    @plane.get("/districts/<id>/lms")
    def show_lms(id: Id) -> Response:
        """A district's LMS: its state, who was not found in it, and how far LMS Connect is for each app."""
        here().catch_up()
        return _json(_state(id))

    @plane.put("/districts/<id>/lms")
    def put_lms(id: Id) -> Response:
        """Join a district to an LMS in one step, ready to use, and accept LMS Connect, unless told otherwise."""
        body = body_of(LinkBody)
        here().join_lms(id, body.lms_type, body.lms_state, body.unmatched, body.accept)
        return _json(_state(id))

    @plane.post("/districts/<id>/lms")
    def step_lms(id: Id) -> Response:
        """Take one step of the life of a district's LMS, from its invitation to its disconnection."""
        body = body_of(StepBody)
        here().relink(id, lambda was, now: stepped(was, body.do, now, body.lms_type))
        return _json(_state(id))

    @plane.delete("/districts/<id>/lms")
    def part_lms(id: Id) -> Response:
        """Take a district's LMS away, and the coursework in it."""
        if id not in here().links:
            raise ControlRefusal(f"district {here().district(id).district.id} has no LMS to take away", 409)
        here().relink(id, lambda _was, _now: None)
        return _json(_state(id))


def _state(id: Id) -> dict[str, Any]:
    world = here()
    seen, link = world.lms_seen(id), world.links.get(id)
    return {
        "lms_type": link.lms_type if link is not None else "",
        "lms_state": link.state if link is not None else "",
        "since": iso(link.since) if link is not None else None,
        "last_lms_sync": iso(link.received) if link is not None and link.received is not None else None,
        "unmatched": sorted(link.unmatched) if link is not None else [],
        "matched": msgspec.to_builtins(seen.lms_matched_percentage) if link is not None else None,
        "connections": {each.id: each.lms_connect for each in world.with_lms_connect(id)},
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), content_type="application/json")
