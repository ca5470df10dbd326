"""The routes of a district's gradebook: looked at, and acted in as its teachers and students do in the LMS."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response

from mock_clever.api.asking import here
from mock_clever.control.bodies import body_of
from mock_clever.errors import ControlRefusal
from mock_clever.lms.acts import StudentAct, TeacherAct, by_teacher, on_submission, shown
from mock_clever.lms.link import Link
from mock_clever.model import Id
from mock_clever.world import World


def act_in_lms(plane: Blueprint) -> None:
    """The routes of a district's gradebook."""

    @plane.get("/lms/<district>")
    def show_gradebook(district: Id) -> Response:
        """A district's whole gradebook as people see it in the LMS: assignments, submissions and grades."""
        world = here()
        with world.lock:
            link = _link(world, district)
            return _json(shown(world.gradebooks, world.districts[district], link, world.clock.now()))

    @plane.post("/lms/<district>/assignments/<id>")
    def act_on_assignment(district: Id, id: str) -> Response:
        """Do with an assignment what its teacher does in the LMS: unpublish, publish, delete, edit, categorise."""
        act, world = body_of(TeacherAct), here()
        with world.lock:
            _link(world, district)
            by_teacher(world.gradebooks, district, id, act, world.clock.now())
            return _json(_assignment(world, district, id))

    @plane.post("/lms/<district>/assignments/<id>/submissions/<user>")
    def act_on_submission(district: Id, id: str, user: Id) -> Response:
        """Do with a submission what people do in the LMS: its student submits or reclaims, a teacher returns."""
        act, world = body_of(StudentAct), here()
        with world.lock:
            link, now = _link(world, district), world.clock.now()
            on_submission(world.gradebooks, world.districts[district], link, id, user, act, now)
            return _json(_assignment(world, district, id))


def _link(world: World, district: Id) -> Link:
    """What joins a district to its LMS. Raises ControlRefusal when there is no such district, or no LMS."""
    world.catch_up()
    link = world.links.get(world.district(district).district.id)
    if link is None:
        raise ControlRefusal(f"district {district} has no LMS: PUT /_mock/districts/{district}/lms joins one", 409)
    return link


def _assignment(world: World, district: Id, id: str) -> dict[str, Any]:
    """An assignment as the gradebook shows it now, or that it is deleted."""
    told = shown(world.gradebooks, world.districts[district], world.links[district], world.clock.now())
    found: dict[str, Any] = next(
        (each for each in told["assignments"] if each["id"] == id.lower()), {"id": id.lower(), "deleted": True}
    )
    return found


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), content_type="application/json")
