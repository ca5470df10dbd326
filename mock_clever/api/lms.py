"""LMS Connect, v3.1: assignments and grades written through Clever into a district's LMS (spec:v3.1-lms).

For district tokens of applications that have LMS Connect and whose request the district accepted. A request is
judged in the order of the service behind it: who asks, what numbers in the query say, the body as Go reads it,
formats and values, Clever's own checks, and last the LMS (lms-connect 7).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from flask import Blueprint, Response, g, request
from msgspec import Raw, Struct

from mock_clever.api import lms_bodies, wag
from mock_clever.api.asking import Asker, asker, bearer_token, find, here
from mock_clever.api.gojson import Form, decoded
from mock_clever.api.latitude import known_only
from mock_clever.api.parameters import of_path
from mock_clever.api.wire import LMS, RESOURCES, Family, dress
from mock_clever.apps import Connection
from mock_clever.clock import iso
from mock_clever.errors import (
    ApiRefusal,
    BadToken,
    DueDatePassed,
    InvalidAssignmentId,
    LmsCode,
    MethodNotAllowed,
    MissingFields,
    NoAssignment,
    NoSubmission,
    NoToken,
)
from mock_clever.ids import token, uuid
from mock_clever.lms.gradebook import Notes, Room, Sent, amended, created, graded, room, state
from mock_clever.lms.link import Link
from mock_clever.lms.profile import Profile
from mock_clever.lms.profiles import PROFILES
from mock_clever.lms.records import Assignment, Attachment, Coursework
from mock_clever.model import Id

PRODUCT = "lms_connect"
DEFAULT_LIMIT = MAX_LIMIT = 100
CURSOR_LIFE = 7200.0
CORE = ("title", "description", "due_date")
"""What every assignment needs, in the order in which Clever names what is missing."""

ADVICE = {
    "score": "the points of a grade are grade_points",
    "name": "an assignment has a title",
    "due_at": "an assignment is due at due_date",
    "status": "a submission has a state",
    "published": "an assignment is published by its teacher in the LMS",
}
"""What to send in the place of keys that drafts and samples of vendors have and the specification has not."""

_ONE = "/v3.1/sections/<section_id>/assignments/<assignment_id>"
_LISTED = "/v3.1/sections/{section_id}/assignments/{assignment_id}/submissions"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_encode = msgspec.json.Encoder().encode
lms = Blueprint("lms", __name__)


@lms.post("/v3.1/sections/<section_id>/assignments")
def create_assignment(section_id: str) -> Response:
    """Make an assignment in a section."""
    who = _reader()
    sent = _sent(lms_bodies.ASSIGNMENT, section_id=section_id)
    missing = [name for name in CORE if not sent.get(name)]
    if missing:
        raise MissingFields(missing)
    _check_due(sent)
    world, notes = here(), Notes()
    if world.settings.no_assignee_mode == "all":
        sent = {"assignee_mode": "all"} | sent
    with world.lock:
        place = _room(who, section_id)
        assignment = created(place, sent, world.mint.uuid(), _connection(who).id, notes)
        world.gradebooks.put(Coursework(who.district, assignment))
    return _answer({"data": _told(assignment, place)}, notes)


@lms.get(_ONE)
def get_assignment(section_id: str, assignment_id: str) -> Response:
    """One assignment."""
    who = _reader()
    _check_path(section_id=section_id)
    place, work = _found(who, section_id, assignment_id)
    return _answer({"data": _told(work.assignment, place)})


@lms.patch(_ONE)
def change_assignment(section_id: str, assignment_id: str) -> Response:
    """Change some fields of an assignment."""
    who = _reader()
    sent = _sent(lms_bodies.ASSIGNMENT, section_id=section_id)
    sent = {name: value for name, value in sent.items() if name not in CORE or value}
    _check_due(sent)
    world, notes = here(), Notes()
    with world.lock:
        place, work = _found(who, section_id, assignment_id)
        assignment = amended(place, work.assignment, sent, notes)
        world.gradebooks.put(msgspec.structs.replace(work, assignment=assignment))
    return _answer({"data": _told(assignment, place)}, notes)


@lms.delete(_ONE)
def delete_assignment(section_id: str, assignment_id: str) -> Response:
    """Delete an assignment, in the LMS too; no words."""
    who, world = _reader(), here()
    _check_path(section_id=section_id)
    with world.lock:
        _, work = _found(who, section_id, assignment_id)
        world.gradebooks.remove(work.assignment.id)
    return _answer(None)


@lms.get(f"{_ONE}/submissions")
def list_submissions(section_id: str, assignment_id: str) -> Response:
    """The submissions of an assignment, by student."""
    who = _reader()
    known_only(of_path(_LISTED))
    limit = wag.integer(request.args["limit"]) if "limit" in request.args else DEFAULT_LIMIT
    _check_path(section_id=section_id)
    wag.within("limit", limit, 1, MAX_LIMIT)
    place, work = _found(who, section_id, assignment_id)
    asked = _Cursor("", limit, int(place.now * 1000))
    if request.args.get("cursor"):
        asked = _Cursor.read(request.args["cursor"], work.assignment.id, place.now)
    users = [user for user in place.assignees(work.assignment) if user > asked.after]
    shown = users[: asked.limit]
    body: dict[str, Any] = {"data": [_submission(work, user, place.profile) for user in shown]}
    links = []
    if here().settings.submissions_self == "present":
        links.append({"rel": "self", "uri": request.full_path.rstrip("?")})
    if len(users) > len(shown):
        following = _Cursor(shown[-1], asked.limit, asked.begun).written(work.assignment.id)
        links.append({"rel": "next", "uri": f"{request.path}?cursor={following}"})
    return _answer(body | ({"links": links} if links else {}))


@lms.get(f"{_ONE}/submissions/<user_id>")
def get_submission(section_id: str, assignment_id: str, user_id: str) -> Response:
    """The submission of one student."""
    who = _reader()
    user = _check_path(section_id=section_id, user_id=user_id)
    place, work = _found(who, section_id, assignment_id)
    if not place.has(user) or (work.assignment.assignee_ids and user not in work.assignment.assignee_ids):
        raise NoSubmission
    return _answer({"data": _submission(work, user, place.profile)})


@lms.patch(f"{_ONE}/submissions/<user_id>")
def grade(section_id: str, assignment_id: str, user_id: str) -> Response:
    """Change some fields of the submission of one student: how work is graded."""
    who = _reader()
    sent = _sent(lms_bodies.SUBMISSION, section_id=section_id, user_id=user_id)
    world, notes, user = here(), Notes(), user_id.lower()
    with world.lock:
        place, work = _found(who, section_id, assignment_id)
        launched = world.launches.has(_connection(who).id, user)
        submission = graded(place, work, user, sent, launched, notes)
        if place.profile.agreement and world.settings.classroom_grades == "refused":
            raise LmsCode("UNSUPPORTED_OPERATION")
        work = Coursework(work.district, work.assignment, {**work.submissions, user: submission})
        world.gradebooks.put(work)
    return _answer({"data": _submission(work, user, place.profile)}, notes)


@lms.route("/v3.1/sections/<section_id>/assignments", methods=[m for m in _METHODS if m != "POST"])
@lms.route(_ONE, methods=["POST", "PUT"])
@lms.route(f"{_ONE}/submissions", methods=[m for m in _METHODS if m != "GET"])
@lms.route(f"{_ONE}/submissions/<user_id>", methods=["POST", "PUT", "DELETE"])
def no_such_method(**_: str) -> Response:
    """Any other method: refused without words."""
    _reader()
    raise MethodNotAllowed


# Who asks, and what for


def _family() -> Family:
    return RESOURCES if here().settings.lms_go == "strict" else LMS


def _reader() -> Asker:
    """A district token of an application that has LMS Connect there; others are refused (lms-connect 7.1)."""
    g.family = _family()
    who = asker(unknown=_unknown)
    connection = who.connection
    accepted = connection is not None and connection.lms_connect == "accepted"
    if who.login is not None or PRODUCT not in who.app.products or not accepted or not _joined(who).state:
        raise BadToken
    return who


def _unknown() -> ApiRefusal:
    return NoToken() if bearer_token() is None else BadToken()


def _connection(who: Asker) -> Connection:
    assert who.connection is not None
    return who.connection


def _joined(who: Asker) -> Link:
    """What joins the district to its LMS. Raises BadToken where it has none."""
    link = here().links.get(who.district)
    if link is None or link.lms_type not in PROFILES:
        raise BadToken
    return link


def _sent(form: Form, **ids: str) -> dict[str, Any]:
    """The fields of the body, checked, after the ids of the path have been."""
    sent, unknown = decoded(form, request.get_data())
    for key in unknown[:5]:
        advice = f": {ADVICE[key]}" if key in ADVICE else ""
        find("lms-unknown-key", f"{key[:100]} is no key of {form.name}, and is ignored{advice}")
    _check_path(**ids)
    if "excluded" in sent.get("flags", ()):
        find(
            "lms-flag-excluded",
            "the flag is excused, as in the specification; the documents that say excluded are old",
        )
    lms_bodies.check(sent)
    if here().settings.lms_go == "strict":
        sent = {name: value for name, value in sent.items() if name not in _OMITTED or value}
    return sent


_OMITTED = frozenset(
    {
        *("assignee_ids", "attachments", "extra_attempts", "flags", "grade_points", "max_attempts"),
        "submission_types",
    }
)
"""The fields that a generated Go service leaves out where they are empty or 0: `x-omitempty` (spec:v3.1-lms)."""


def _check_path(**ids: str) -> Id:
    """The last of the ids in the path; each must have the form of one."""
    checked = [wag.mongo_id(name, id) for name, id in ids.items()]
    return checked[-1]


def _check_due(sent: Sent) -> None:
    due = sent.get("due_date")
    if due is not None and due <= iso(here().clock.now()):
        raise DueDatePassed


def _room(who: Asker, section_id: str) -> Room:
    world, link = here(), _joined(who)
    district, profile = world.districts[who.district], PROFILES[link.lms_type]
    return room(district, link, profile, who.snapshot, section_id.lower(), world.clock.now())


def _found(who: Asker, section_id: str, assignment_id: str) -> tuple[Room, Coursework]:
    """An assignment that this application made in this section, and where."""
    if _UUID.fullmatch(assignment_id) is None:
        raise InvalidAssignmentId
    place = _room(who, section_id)
    work = here().gradebooks.find(assignment_id.lower())
    owner = (who.district, _connection(who).id, place.section.id)
    if work is None or (work.district, work.assignment.connection, work.assignment.section) != owner:
        raise NoAssignment
    return place, work


# Pages of submissions


class _Cursor(Struct, frozen=True):
    """Where a page begins: after which student, of how many, and when the first was asked for, in milliseconds."""

    after: str
    limit: int
    begun: int

    @classmethod
    def read(cls, text: str, assignment: str, now: float) -> _Cursor:
        """A cursor as `next` has it. Raises LmsCode for one of something else, or that is too old."""
        try:
            after, limit, begun, mark = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(".")
            cursor = cls(after, int(limit), int(begun))
        except ValueError:
            raise LmsCode("INVALID_CURSOR") from None
        if cursor._mark(assignment) != mark or cursor.begun / 1000 + CURSOR_LIFE < now:
            raise LmsCode("INVALID_CURSOR")
        return cursor

    def written(self, assignment: str) -> str:
        """This cursor as a client gets it."""
        text = f"{self.after}.{self.limit}.{self.begun}.{self._mark(assignment)}"
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _mark(self, assignment: str) -> str:
        return token(16, "cursor of submissions", assignment, self.after, str(self.limit), str(self.begun))


# How it is told: keys by name, and none without a value (lms-connect 4.1)


class _Assignment(Struct, omit_defaults=True, gc=False, kw_only=True):
    assignee_ids: Sequence[str] | None = None
    assignee_mode: str | None = None
    attachments: Sequence[Attachment] | None = None
    category_id: str | None = None
    created: str
    description: str | None = None
    description_plaintext: str | None = None
    display_date: str | None = None
    due_date: str | None = None
    end_date: str | None = None
    grading_type: str | None = None
    id: str
    last_modified: str
    max_attempts: int | None = None
    points_possible: Raw | None = None
    start_date: str | None = None
    state: str
    submission_types: Sequence[str] | None = None
    term_id: str | None = None
    title: str | None = None


class _Submission(Struct, omit_defaults=True, gc=False, kw_only=True):
    assignment_id: str
    attachments: Sequence[Attachment] | None = None
    created: str
    extra_attempts: int | None = None
    flags: Sequence[str] | None = None
    grade: str | None = None
    grade_comment: str | None = None
    grade_points: Raw | None = None
    grader_id: str | None = None
    id: str | None = None
    last_modified: str | None = None
    override_due_date: str | None = None
    state: str
    user_id: str


def _told(assignment: Assignment, place: Room) -> _Assignment:
    mirrored = {name: getattr(assignment, of) for name, of in place.profile.works.mirrors.items()}
    told: dict[str, Any] = {name: getattr(assignment, name) or None for name in _ASSIGNMENT}
    points = assignment.points_possible
    told |= {"points_possible": None if points is None else Raw(written(points)), **mirrored}
    if here().settings.lms_go == "mended":
        told["max_attempts"] = assignment.max_attempts
    return _Assignment(state=state(assignment, place.moment), **told)


_ASSIGNMENT = tuple(name for name in _Assignment.__struct_fields__ if name != "state")


def _submission(work: Coursework, user: Id, profile: Profile) -> _Submission:
    found, settings = work.submission(user), here().settings
    mended = settings.lms_go == "mended"
    points = found.grade_points if found.grade_points or mended else None
    shown = None if points is None else written(points)
    return _Submission(
        assignment_id=work.assignment.id,
        created=work.assignment.created,
        state=found.state,
        user_id=user,
        attachments=found.attachments or None,
        extra_attempts=found.extra_attempts if mended else found.extra_attempts or None,
        flags=found.flags or None,
        grade=(shown.decode() if shown else None) if profile.grades.points_as_grade else found.grade or None,
        grade_comment=found.grade_comment or None,
        grade_points=None if shown is None else Raw(shown),
        grader_id=found.grader_id,
        id=uuid(work.assignment.id, user) if profile.ids and settings.submission_id == "present" else None,
        last_modified=found.last_modified,
        override_due_date=found.override_due_date,
    )


def written(number: float) -> bytes:
    """A number as Go writes one of 32 bits: whole ones without a point, an exponent only when it is far from 1."""
    if number == int(number) and abs(number) < 1e15:
        return b"%d" % int(number)
    if 1e-6 <= abs(number) < 1e21:
        return f"{Decimal(repr(number)):f}".encode()
    digits, _, power = repr(number).partition("e")
    return f"{digits}e{int(power):+}".encode()


def _answer(body: Any, notes: Notes | None = None) -> Response:
    for name, said in notes or ():
        find(name, said)
    family: Family = g.family
    dress(family)
    if body is None:
        response = Response(b"", 200)
        del response.headers["Content-Type"]
        return response
    return Response(_encode(body), 200, content_type=family.content_type)
