"""The pages where a teacher makes assignments for a class, gives scores, and sends both to the gradebook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from vendor_app import ids
from vendor_app.assignment_forms import WRONG, assignment_fields, differ, score_fields, typed_before
from vendor_app.coursework import SCORE_STATES, Assignment, Score
from vendor_app.errors import NotFound
from vendor_app.pages import may_assign
from vendor_app.passback import Seen
from vendor_app.records import Record, Told, text
from vendor_app.refusals import NAMES
from vendor_app.vendor import Vendor

OVER = ("deleting", "deleted")


@dataclass(frozen=True)
class Row:
    """One student beside an assignment: what we have, and what the LMS said when it was asked."""

    student: Record
    score: Score | None
    lms_points: float | None
    lms_state: str


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes of assignments, all of them below the class."""
    pages = Blueprint("assigning", __name__, url_prefix="/classes/<int:internal_id>/assignments")
    coursework, passback = vendor.coursework, vendor.passback

    @pages.get("/new")
    def new(internal_id: int) -> str:
        return form(taught(internal_id), None, {"points": "100"})

    @pages.post("")
    def create(internal_id: int) -> Response | tuple[str, int]:
        section = taught(internal_id)
        vendor.check_form()
        told = assignment_fields(request.form, in_the_future)
        if None in told.values():
            return form(section, None, request.form, told), 422
        made = coursework.draft(section.clever_id or "", text(request.form.get("form")) or None, **told)
        return start(section, made, lambda: passback.deliver(made))

    @pages.get("/<int:number>")
    def one(internal_id: int, number: int) -> str:
        section = taught(internal_id)
        assigned(section, number)
        seen = passback.look(number, patient=False) if "lms" in request.args else None
        found, lms = assigned(section, number), lms_of(section)
        return render_template(
            "assignment.html",
            section=section,
            one=found,
            rows=rows(section, found, seen),
            seen=seen,
            lms=NAMES.get(lms, "the gradebook"),
            comments=lms != "google_classroom",
            states=SCORE_STATES if lms == "google_classroom" else (),
            over=found.status in OVER,
            under_way=passback.under_way(number),
        )

    @pages.get("/<int:number>/edit")
    def edit(internal_id: int, number: int) -> str:
        section = taught(internal_id)
        found = editable(section, number)
        return form(section, found, typed_before(found))

    @pages.post("/<int:number>/edit")
    def change(internal_id: int, number: int) -> Response | tuple[str, int]:
        section = taught(internal_id)
        found = editable(section, number)
        vendor.check_form()
        due = typed_before(found)["due_date"]
        same = request.form.get("due_date") == due
        told = assignment_fields(request.form, (lambda _: True) if same else in_the_future)
        if None in told.values():
            return form(section, found, request.form, told), 422
        coursework.change(number, **told | ({"due_date": found.due_date} if same else {}))
        return start(section, number, lambda: passback.deliver(number))

    @pages.post("/<int:number>/send")
    def send(internal_id: int, number: int) -> Response:
        section = taught(internal_id)
        editable(section, number)
        vendor.check_form()
        confirmed = request.form.get("again") == "yes"
        return start(section, number, lambda: passback.deliver(number, confirmed=confirmed))

    @pages.post("/<int:number>/delete")
    def delete(internal_id: int, number: int) -> Response:
        section = taught(internal_id)
        assigned(section, number)
        vendor.check_form()
        return start(section, number, lambda: passback.delete(number))

    @pages.post("/<int:number>/scores")
    def give(internal_id: int, number: int) -> Response:
        section = taught(internal_id)
        found = editable(section, number)
        vendor.check_form()
        keep_scores(section, found)
        if request.form.get("do") != "send":
            return redirect(url_for(".one", internal_id=internal_id, number=number), 303)
        coursework.on_their_way(number)
        return start(section, number, lambda: passback.deliver_scores(number))

    # ── Who and what ──────────────────────────────────────────────────────────────────────────────────────

    def taught(internal_id: int) -> Record:
        """A class of the district that whoever is signed in teaches."""
        account, section = vendor.signed_in(), vendor.store.record(internal_id)
        if section is None or not may_assign(vendor, account, section):
            raise NotFound
        return section

    def assigned(section: Record, number: int) -> Assignment:
        found = coursework.one(number)
        if found is None or found.section != section.clever_id:
            raise NotFound
        return found

    def editable(section: Record, number: int) -> Assignment:
        found = assigned(section, number)
        if found.status in OVER:
            raise NotFound
        return found

    def lms_of(section: Record) -> str:
        """The LMS of the class, as the last sync told it."""
        district = vendor.store.find("districts", "clever_id", section.district)
        return text(district.told.get("lms_type")) if district else ""

    def rows(section: Record, one: Assignment, seen: Seen | None) -> list[Row]:
        scores, told = coursework.scores(one.id), seen.submissions if seen else {}

        def row(student: Record) -> Row:
            there: Told = told.get(student.clever_id or "", {})
            grade = vendor.behaviour.grade_told(there)
            return Row(student, scores.get(student.clever_id or ""), grade, text(there.get("state")))

        return [row(student) for student in students(section)]

    def students(section: Record) -> list[Record]:
        ties = vendor.store.enrollments(
            "section = ? AND role = 'student' AND status = 'active'", section.clever_id
        )
        found = vendor.store.by_clever_id("users", (tie.user for tie, _ in ties))
        return sorted(found, key=lambda one: one.name.casefold())

    # ── What was typed ────────────────────────────────────────────────────────────────────────────────────

    def in_the_future(due: datetime) -> bool:
        return due > vendor.clock.now()

    def keep_scores(section: Record, one: Assignment) -> None:
        """Note the scores of the form that differ from ours; whoever signs them is their grader."""
        account, held = vendor.signed_in(), coursework.scores(one.id)
        for student in students(section):
            user = student.clever_id or ""
            told = score_fields(request.form, user)
            if differ(held.get(user), told):
                coursework.give(one.id, user, **told, grader=account.clever_id or "")

    def form(
        section: Record,
        one: Assignment | None,
        values: Mapping[str, str],
        told: Mapping[str, object] | None = None,
    ) -> str:
        wrong = {name: WRONG[name] for name, value in (told or {}).items() if value is None}
        return render_template(
            "assignment_form.html",
            section=section,
            one=one,
            values=values,
            wrong=wrong,
            form=text(values.get("form")) or ids.new_secret(),
        )

    def start(section: Record, number: int, work: Callable[[], None]) -> Response:
        """Let the LMS take its time; the page of the assignment tells how it went."""
        passback.start(number, work, vendor.background)
        return redirect(url_for(".one", internal_id=section.id, number=number), 303)

    return pages
