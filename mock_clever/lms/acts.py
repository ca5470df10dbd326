"""What people do in the LMS itself, where Clever only watches: teachers with assignments, students with work.

An application learns of it when it asks again; nothing tells it (lms-connect 6, 11 #30).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mock_clever.clock import iso, moment
from mock_clever.errors import ControlRefusal
from mock_clever.lms.gradebook import Gradebooks, Room, state
from mock_clever.lms.link import Link
from mock_clever.lms.profiles import PROFILES
from mock_clever.lms.records import Assignment, Attachment, Coursework, Submission
from mock_clever.model import Id, Section, Snapshot

Points = Annotated[float, Meta(ge=0, le=1_000_000)]
Text = Annotated[str, Meta(max_length=100_000)]


class TeacherAct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a teacher does with an assignment. `edit` changes the fields that are there, `categorise` the category;
    null takes a due date, the points or the category away."""

    do: Literal["unpublish", "publish", "delete", "edit", "categorise"]
    title: Annotated[str, Meta(min_length=1, max_length=10_000)] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    due_date: Text | UnsetType | None = UNSET
    points_possible: Points | UnsetType | None = UNSET
    category_id: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType | None = UNSET


class Work(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a student hands in: a link, a text or a file."""

    type: Literal["link", "text", "file"]
    title: Text = ""
    url: Text = ""
    text: Text = ""


class StudentAct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a student's work: they `submit` it or `reclaim` it, or their teacher gives it back."""

    do: Literal["submit", "reclaim", "return"]
    attachments: Annotated[list[Work], Meta(max_length=100)] = []


LEADS_TO = {"submit": "submitted", "reclaim": "reclaimed", "return": "returned"}
EDITED = ("title", "description", "due_date", "points_possible")


def found(books: Gradebooks, district: Id, id: str) -> Coursework:
    """An assignment in a district's LMS. Raises ControlRefusal when there is none."""
    work = books.find(id.lower())
    if work is None or work.district != district:
        raise ControlRefusal(f"no assignment {id[:100]} here: GET /_mock/lms/{district} lists them", 404)
    return work


def by_teacher(books: Gradebooks, district: Id, id: str, act: TeacherAct, now: float) -> Coursework | None:
    """Let a teacher do something; the assignment as it then is, none once it is deleted. Raises ControlRefusal."""
    work = found(books, district, id)
    if act.do == "delete":
        books.remove(work.assignment.id)
        return None
    values = _TEACHERS[act.do](act)
    work = structs.replace(work, assignment=structs.replace(work.assignment, last_modified=iso(now), **values))
    books.put(work)
    return work


def _edit(act: TeacherAct) -> dict[str, Any]:
    values = {name: getattr(act, name) for name in EDITED if getattr(act, name) is not UNSET}
    if not values:
        raise ControlRefusal(f"send what the teacher edits: {', '.join(EDITED)}")
    if values.get("due_date") is not None:
        try:
            values["due_date"] = iso(moment(values["due_date"]))
        except (ValueError, OverflowError):
            raise ControlRefusal(
                f"due_date {values['due_date'][:100]!r} is no date: send one like 2026-12-01T12:00:00Z"
            ) from None
    return values


def _categorise(act: TeacherAct) -> dict[str, Any]:
    if act.category_id is UNSET:
        raise ControlRefusal("send category_id: the name of a grading category, or null for none")
    return {"category_id": act.category_id}


_TEACHERS: dict[str, Callable[[TeacherAct], dict[str, Any]]] = {
    "unpublish": lambda act: {"published": False},
    "publish": lambda act: {"published": True},
    "edit": _edit,
    "categorise": _categorise,
}


def on_submission(
    books: Gradebooks, district: Snapshot, link: Link, id: str, user: Id, act: StudentAct, now: float
) -> Submission:
    """Let a student, or a teacher with their work, do something. Raises ControlRefusal for what no LMS allows."""
    work = found(books, district.district.id, id)
    place = in_lms(district, link, work.assignment, now)
    if place is None or user not in place.assignees(work.assignment):
        listed = f"GET /_mock/lms/{district.district.id}"
        raise ControlRefusal(f"{user[:100]} has no submission here: {listed} tells who has", 404)
    before, after = work.submission(user), LEADS_TO[act.do]
    possible = place.profile.grades.states.get(before.state, ())
    if after not in possible:
        says = f"only {' or '.join(possible)} can follow" if possible else "nothing follows"
        raise ControlRefusal(f"in {place.profile.name} no work is {after} after {before.state}: {says}", 409)
    if act.do == "submit" and (stands := state(work.assignment, place.moment)) != "open":
        raise ControlRefusal(f"this assignment is {stands}: students hand in while it is open", 409)
    values: dict[str, Any] = {"state": after, "last_modified": place.moment}
    if act.attachments:
        values["attachments"] = tuple(Attachment(**structs.asdict(each)) for each in act.attachments)
    late = act.do == "submit" and work.assignment.due_date is not None and work.assignment.due_date <= place.moment
    if late and "flags" not in place.profile.grades.ignored:
        values["flags"] = ("late",)
    submission = structs.replace(before, **values)
    books.put(structs.replace(work, submissions={**work.submissions, user: submission}))
    return submission


def in_lms(district: Snapshot, link: Link, assignment: Assignment, now: float) -> Room | None:
    """The section of an assignment as people in the LMS see it: whatever is shared with whom."""
    section: Section | None = district.sections.get(assignment.section)
    profile = PROFILES.get(link.lms_type)
    return None if section is None or profile is None else Room(district, link, profile, district, section, now)


def shown(books: Gradebooks, district: Snapshot, link: Link, now: float) -> dict[str, Any]:
    """A district's whole gradebook as people see it in the LMS, for others to read."""
    works = books.of(district.district.id)
    return {"lms_type": link.lms_type, "assignments": [_shown(district, link, work, now) for work in works]}


def _shown(district: Snapshot, link: Link, work: Coursework, now: float) -> dict[str, Any]:
    assignment, place = work.assignment, in_lms(district, link, work.assignment, now)
    if place is None or not link.matched:
        users = sorted(work.submissions)
    else:
        users = place.assignees(assignment)
    hidden = place is not None and place.profile.categories and assignment.category_id is None
    return {
        "id": assignment.id,
        "section": assignment.section,
        "title": assignment.title,
        "description": assignment.description,
        "state": state(assignment, iso(now)),
        "due_date": assignment.due_date,
        "points_possible": assignment.points_possible,
        "submission_types": list(assignment.submission_types),
        "max_attempts": assignment.max_attempts,
        "attachments": msgspec.to_builtins(assignment.attachments),
        "category_id": assignment.category_id,
        "deleted": False,
        "submissions": [_seen(user, work.submission(user), hidden) for user in users],
    }


def _seen(user: Id, submission: Submission, hidden: bool) -> dict[str, Any]:
    return {
        "user_id": user,
        "state": submission.state,
        "grade_points": submission.grade_points,
        "grade": submission.grade,
        "grade_comment": submission.grade_comment,
        "author": submission.author,
        "attachments": msgspec.to_builtins(submission.attachments),
        "flags": list(submission.flags),
        "visible_grade": submission.grade_points is not None and not hidden,
    }
