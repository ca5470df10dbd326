"""The coursework part of the probe: what a teacher does with assignments, as JSON. It waits for each delivery."""

from typing import Any

from flask import Blueprint, Response, jsonify

from vendor_app.coursework import MOST_POINTS, SCORE_STATES, Assignment, Score, moment
from vendor_app.probe import body, refuse
from vendor_app.records import Told, text
from vendor_app.vendor import Vendor

STATUS = {"sending": "waiting", "deleting": "waiting", "unknown": "failed"}
"""The words of the probe where ours say more."""
FIELDS = ("title", "description", "due_date", "points", "url")
SCORE_FIELDS = ("points", "comment", "state", "url")


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes under /probe/assignments."""
    probe = Blueprint("probe_coursework", __name__, url_prefix="/probe/assignments")
    coursework, passback = vendor.coursework, vendor.passback

    @probe.post("")
    def create() -> Response:
        told, section = fields(body()), text(body().get("section"))
        if missing := sorted({"title", "description", "due_date", "points"} - told.keys()):
            refuse(400, f"missing: {', '.join(missing)}")
        if vendor.store.find("sections", "clever_id", section) is None:
            refuse(400, f"no section with the Clever id {section!r} is known; sync first")
        made = coursework.draft(section, **told)
        passback.deliver(made)
        return one(made)

    @probe.get("")
    def every() -> Response:
        return jsonify(assignments=[shown(each) for each in coursework.all()])

    @probe.patch("/<int:internal_id>")
    def change(internal_id: int) -> Response:
        found = known(internal_id)
        if found.status in ("deleting", "deleted"):
            refuse(409, "the assignment was deleted")
        coursework.change(internal_id, **fields(body()))
        passback.deliver(internal_id)
        return one(internal_id)

    @probe.delete("/<int:internal_id>")
    def delete(internal_id: int) -> Response:
        passback.delete(known(internal_id).id)
        return one(internal_id)

    @probe.put("/<int:internal_id>/scores/<user>")
    def give(internal_id: int, user: str) -> Response:
        coursework.give(known(internal_id).id, user, **score_fields(body()))
        passback.deliver_scores(internal_id, [user])
        return jsonify(score=given(coursework.scores(internal_id)[user]))

    @probe.get("/<int:internal_id>/scores")
    def scores(internal_id: int) -> Response:
        seen = passback.look(known(internal_id).id)
        ours = coursework.scores(internal_id)
        users = dict.fromkeys([*ours, *seen.submissions])
        rows = [row(user, ours.get(user), seen.submissions.get(user)) for user in users]
        return jsonify(scores=rows, problem=seen.problem or None)

    def row(user: str, ours: Score | None, theirs: Told | None) -> dict[str, Any]:
        told = given(ours) if ours else {"points": None, "status": None, "problem": None}
        there = theirs or {}
        return {
            "clever_id": user,
            **told,
            "lms_points": vendor.behaviour.grade_told(there),
            "lms_state": text(there.get("state")) or None,
        }

    def known(internal_id: int) -> Assignment:
        found = coursework.one(internal_id)
        if found is None:
            refuse(404, f"there is no assignment {internal_id}; GET /assignments lists them")
        return found

    def one(internal_id: int) -> Response:
        return jsonify(assignment=shown(known(internal_id)))

    return probe


def shown(one: Assignment) -> dict[str, Any]:
    return {
        "internal_id": one.id,
        "section": one.section,
        "lms_id": one.lms_id,
        "status": STATUS.get(one.status, one.status),
        "problem": one.problem or None,
        "title": one.title,
        "description": one.description,
        "due_date": one.due_date,
        "points": one.points,
    }


def given(one: Score) -> dict[str, Any]:
    return {"points": one.points, "status": STATUS.get(one.status, one.status), "problem": one.problem or None}


def fields(told: dict[str, Any]) -> dict[str, Any]:
    """What was told of an assignment; refuses what nobody can mean."""
    for name in ("title", "description", "url"):
        if name in told and not isinstance(told[name], str):
            refuse(400, f"{name} is {told[name]!r}; expected text")
    if "points" in told and not is_number(told["points"]):
        refuse(400, f"points is {told['points']!r}; expected a number")
    if "due_date" in told:
        try:
            moment(told["due_date"])
        except (TypeError, ValueError):
            refuse(400, f"due_date is {told['due_date']!r}; expected a moment such as 2030-05-31T15:00:00Z")
    return {name: text(told[name]) if name != "points" else told[name] for name in FIELDS if name in told}


def score_fields(told: dict[str, Any]) -> dict[str, Any]:
    """What was told of a score."""
    if "points" in told and told["points"] is not None and not is_number(told["points"]):
        refuse(400, f"points is {told['points']!r}; expected a number")
    state = told.get("state", "")
    if state and state not in SCORE_STATES:
        refuse(400, f"state is {state!r}; expected one of {', '.join(SCORE_STATES)}")
    return {name: text(told[name]) if name != "points" else told[name] for name in SCORE_FIELDS if name in told}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST_POINTS
