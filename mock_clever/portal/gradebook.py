"""A district's gradebook to look at and to act in, as its LMS shows it to teachers and students.

Whoever opens these pages is every teacher and every student at once, as with the control plane: nobody signs in.
How they look is our own; what each LMS shows and hides is told of it (lms-connect 6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from flask import Response, request
from msgspec import Struct

from mock_clever.api.asking import here
from mock_clever.directory import fold
from mock_clever.errors import ControlRefusal
from mock_clever.lms.acts import StudentAct, TeacherAct, by_teacher, in_lms, on_submission, shown
from mock_clever.lms.link import Link, synced
from mock_clever.lms.profile import Profile
from mock_clever.lms.profiles import PROFILES
from mock_clever.lms.records import Assignment, Coursework
from mock_clever.lms.words import Words
from mock_clever.model import District, Id, Section, Snapshot, User
from mock_clever.people import full_name
from mock_clever.portal.launching import Asked, launch, launchable
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import check_form, go, page, portal

SHOWN = 60
"""So many courses stand on one page."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEADS_TO = {"submit": "submitted", "reclaim": "reclaimed", "return": "returned"}


class Place(NamedTuple):
    """A district with its LMS: where these pages are."""

    town: Snapshot
    link: Link
    profile: Profile

    @property
    def id(self) -> Id:
        """The district's id."""
        return self.town.district.id

    @property
    def words(self) -> Words:
        """What people call things here."""
        return self.profile.words


class Course(Struct, frozen=True, kw_only=True):
    """A section as it stands in the list of courses."""

    id: Id
    name: str
    teachers: str
    students: int
    works: int
    synced: bool


class Handed(Struct, frozen=True, kw_only=True):
    """What one student handed in and got, and what can happen to it next."""

    id: Id
    name: str
    told: dict[str, Any]
    points: str
    acts: tuple[str, ...]
    launched: bool


# The pages


@portal.get("/lms")
def lms_districts() -> Response:
    """The districts of this world, each with its LMS."""
    here().catch_up()
    rows = [(town.district, here().links.get(id)) for id, town in here().districts.items()]
    return page("lms.html", rows=rows, profiles=PROFILES)


@portal.get("/lms/<district>")
def lms_courses(district: Id) -> Response:
    """The courses of a district's LMS; how to join one, where there is none."""
    place = _place(_town(district))
    if place is None:
        return _unlinked(_town(district).district)
    wanted = request.args.get("q", "")
    works = Counter(work.assignment.section for work in here().gradebooks.of(district))
    found = [each for each in place.town.sections if not wanted or fold(wanted) in fold(_called(place, each))]
    found.sort(key=lambda section: (section.id not in works, section.name, section.id))
    courses = [_course(place, section, works[section.id]) for section in found[:SHOWN]]
    return page("lms_courses.html", place=place, q=wanted, courses=courses, more=len(found) - SHOWN)


@portal.post("/lms/<district>/join")
def lms_join(district: Id) -> Response:
    """Join a district to an LMS, ready to use, LMS Connect being accepted."""
    check_form()
    _town(district)
    try:
        here().join_lms(district, request.form.get("lms_type", ""))
    except ControlRefusal as no:
        return _unlinked(_town(district).district, str(no), no.status)
    return go(f"/lms/{district}")


@portal.get("/lms/<district>/sections/<section>")
def lms_course(district: Id, section: Id) -> Response:
    """One course: its assignments, its gradebook, and launches into applications."""
    place = _joined(district)
    found = place.town.sections.get(section)
    if found is None:
        raise stop("nothing in the gradebook", what="course", id=section[:100])
    works = [each for each in _gradebook(place)["assignments"] if each["section"] == section]
    students = _people(place, found.students)
    app = launchable(here(), district) if place.profile.lti else None
    return page(
        "lms_course.html",
        place=place,
        section=found,
        teachers=_people(place, found.teachers),
        students=students,
        works=works,
        grid=[(user, [_cell(work, user) for work in works]) for user in students if _found(place, user)],
        found={user.id for user in (*students, *_people(place, found.teachers)) if _found(place, user)},
        matched=synced(place.town, place.link, found),
        app=app,
        when=when,
        full_name=full_name,
    )


@portal.post("/lms/<district>/launch")
def lms_launch(district: Id) -> Response:
    """Launch the application with LMS Connect from a course, as one of its people."""
    check_form()
    place, app = _joined(district), launchable(here(), district)
    user = place.town.users.get(request.form.get("user", ""))
    if user is None:
        raise stop("nothing in the gradebook", what="person", id=request.form.get("user", "")[:100])
    if app is None:
        raise stop("nobody to launch", district=district)
    asked = Asked(
        app=app,
        district=district,
        user=user,
        mode=here().settings.lti_mode,
        issuer=request.url_root.rstrip("/"),
        section=request.form.get("section") or None,
    )
    return go(launch(here(), asked).redirect)


@portal.get("/lms/<district>/assignments/<assignment>")
def lms_assignment(district: Id, assignment: str) -> Response:
    """One assignment: what its teacher sees and does, and what every student handed in and got."""
    return _assignment_page(_joined(district), assignment)


@portal.post("/lms/<district>/assignments/<assignment>")
def lms_act(district: Id, assignment: str) -> Response:
    """Act as the teacher of an assignment, or as one of its students."""
    check_form()
    place = _joined(district)
    section = _work(place, assignment).assignment.section
    try:
        with here().lock:
            left = _act(place, assignment, request.form)
    except ControlRefusal as no:
        return _assignment_page(place, assignment, str(no), no.status)
    return go(f"/lms/{district}/" + (f"assignments/{assignment}" if left else f"sections/{section}"))


def _assignment_page(place: Place, id: str, error: str = "", status: int = 200) -> Response:
    work = _work(place, id)
    told = next(each for each in _gradebook(place)["assignments"] if each["id"] == work.assignment.id)
    section = place.town.sections.get(work.assignment.section)
    return page(
        "lms_assignment.html",
        status,
        place=place,
        work=told,
        section=section,
        teachers=_people(place, section.teachers) if section is not None else [],
        handed=[_handed(place, work, told, each) for each in told["submissions"]],
        hands_in=_kind_of_work(place),
        due=(told["due_date"] or "")[:16],
        points=number(told["points_possible"]),
        maker=here().apps[here().connections[work.assignment.connection].client_id].name,
        hides=place.profile.categories and told["category_id"] is None,
        error=error,
        when=when,
        number=number,
        full_name=full_name,
    )


def _unlinked(district: District, error: str = "", status: int = 200) -> Response:
    return page("lms_join.html", status, district=district, lmses=PROFILES.values(), error=error)


# What stands on them


def _town(district: Id) -> Snapshot:
    here().catch_up()
    town = here().districts.get(district)
    if town is None:
        raise stop("nothing in the gradebook", what="district", id=district[:100])
    return town


def _place(town: Snapshot) -> Place | None:
    link = here().links.get(town.district.id)
    return Place(town, link, PROFILES[link.lms_type]) if link is not None else None


def _joined(district: Id) -> Place:
    """A district that has an LMS. Raises PageRefusal for any other."""
    place = _place(_town(district))
    if place is None:
        raise stop("no gradebook", district=district)
    return place


def _gradebook(place: Place) -> dict[str, Any]:
    return shown(here().gradebooks, place.town, place.link, here().clock.now())


def _work(place: Place, id: str) -> Coursework:
    work = here().gradebooks.find(id)
    if work is None or work.district != place.id:
        raise stop("nothing in the gradebook", what="assignment", id=id[:100])
    return work


def _course(place: Place, section: Section, works: int) -> Course:
    return Course(
        id=section.id,
        name=section.name,
        teachers=", ".join(map(full_name, _people(place, section.teachers))),
        students=len(section.students),
        works=works,
        synced=synced(place.town, place.link, section),
    )


def _called(place: Place, section: Section) -> str:
    """What a course is found by."""
    teachers = (user for id in section.teachers if (user := place.town.users.get(id)) is not None)
    return " ".join((section.name, *map(full_name, teachers)))


def _people(place: Place, ids: tuple[Id, ...]) -> list[User]:
    """Those of these people who are here, by name."""
    people = [user for id in dict.fromkeys(ids) if (user := place.town.users.get(id)) is not None]
    return sorted(people, key=lambda user: (fold(full_name(user)), user.id))


def _found(place: Place, user: User) -> bool:
    return synced(place.town, place.link, user)


def _cell(work: dict[str, Any], user: User) -> dict[str, Any] | None:
    """What a gradebook says of one student and one assignment; nothing of who has none to do."""
    told = next((each for each in work["submissions"] if each["user_id"] == user.id), None)
    return told | {"points": number(told["grade_points"])} if told is not None else None


def _handed(place: Place, work: Coursework, told: dict[str, Any], submission: dict[str, Any]) -> Handed:
    user = place.town.users.get(submission["user_id"])
    possible = place.profile.grades.states.get(submission["state"], ())
    acts = (act for act, state in LEADS_TO.items() if state in possible and _may(place, work, told, act))
    return Handed(
        id=submission["user_id"],
        name=full_name(user) if user is not None else submission["user_id"],
        told=submission,
        points=number(submission["grade_points"]),
        acts=tuple(acts),
        launched=here().launches.has(work.assignment.connection, submission["user_id"]),
    )


def _may(place: Place, work: Coursework, told: dict[str, Any], act: str) -> bool:
    """Whether the assignment lets anybody do that now."""
    in_room = in_lms(place.town, place.link, work.assignment, here().clock.now()) is not None
    return in_room and (act != "submit" or told["state"] == "open")


def _kind_of_work(place: Place) -> str:
    """What students hand in here: a link, or a text."""
    return next(iter(place.profile.grades.attachments), "link")


def when(text: str | None) -> str:
    """A date as people read it."""
    if not text:
        return "no due date"
    return f"{int(text[8:10])} {MONTHS[int(text[5:7]) - 1]} {text[:4]}, {text[11:16]} UTC"


def number(value: float | None) -> str:
    """A number of points as people write it."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


# What is done on them


def _act(place: Place, id: str, form: Mapping[str, str]) -> bool:
    """Do what a form says; whether the assignment is still there. Raises ControlRefusal for what cannot be."""
    books, now, act = here().gradebooks, here().clock.now(), form.get("act", "")
    if act in LEADS_TO:
        student = _read({"do": act, "attachments": _attachments(place, form)}, StudentAct)
        on_submission(books, place.town, place.link, id, form.get("student", ""), student, now)
        return True
    fields = _FIELDS[act](form, _work(place, id).assignment) if act in _FIELDS else {}
    return by_teacher(books, place.id, id, _read({"do": act, **fields}, TeacherAct), now) is not None


def _read(sent: dict[str, Any], form: type[Any]) -> Any:
    try:
        return msgspec.convert(sent, form, strict=False)
    except msgspec.ValidationError as wrong:
        raise ControlRefusal(f"This cannot be done: {wrong}.") from None


def _attachments(place: Place, form: Mapping[str, str]) -> list[dict[str, str]]:
    text, kind = form.get("work", "").strip(), _kind_of_work(place)
    return [{"type": kind, "text" if kind == "text" else "url": text}] if text else []


def _edited(form: Mapping[str, str], was: Assignment) -> dict[str, Any]:
    """The fields of the form in which a teacher edits; blank is none. A due date that stands keeps its seconds."""
    due, points = form.get("due_date", "").strip(), form.get("points_possible", "").strip()
    edited: dict[str, Any] = {name: form[name] for name in ("title", "description") if name in form}
    dated = {"due_date": due or None} if due != (was.due_date or "")[:16] else {}
    return edited | dated | {"points_possible": points or None}


def _categorised(form: Mapping[str, str], _was: Assignment) -> dict[str, Any]:
    return {"category_id": form.get("category_id", "").strip() or None}


_FIELDS = {"edit": _edited, "categorise": _categorised}
"""What of a form goes with an act."""
