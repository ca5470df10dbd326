"""What happens to a whole school or district at once: grades rise, terms end, a new year begins, schools merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import structs

from mock_clever.changes.change import Changed, act
from mock_clever.changes.classes import NewTerm, anew, begin
from mock_clever.changes.draft import Draft
from mock_clever.changes.people import leave
from mock_clever.errors import ControlRefusal
from mock_clever.fields import GRADES
from mock_clever.model import Id, School, Section

RISING = tuple(grade for grade in GRADES if grade in ("Kindergarten", "PreKindergarten") or grade.isdigit())[:-1]
"""The grades that follow one another, up to 12."""


class Promote(Changed, frozen=True, tag="grade.promote"):
    """Every student of a school, or of all, is a grade further; one beyond grade 12 leaves, one beyond the last
    grade of their school goes to a school that has the next."""

    school: Id | None = None


class TermRoll(Changed, frozen=True, tag="term.roll"):
    """A term ends and the next begins: its sections are kept under their ids, or new ones take their places."""

    term: Id
    next: NewTerm
    sections: Literal["kept", "new"] = "kept"


class Rollover(Changed, frozen=True, tag="roster.rollover"):
    """A new school year. `in_place` keeps the sections under their ids, `replace` makes all of them anew; either
    way the terms are new, students are a grade further and sit in other sections (docs/data-changes)."""

    style: Literal["in_place", "replace"]
    terms: tuple[NewTerm, ...]


class Merge(Changed, frozen=True, tag="school.merge"):
    """A school closes, and all of it belongs to another."""

    school: Id
    into: Id


@act(Promote)
def _promote(draft: Draft, change: Promote) -> None:
    if change.school is not None:
        draft.find("schools", change.school)
    rise(draft, change.school)


@act(TermRoll)
def _roll(draft: Draft, change: TermRoll) -> None:
    old = draft.find("terms", change.term)
    new = begin(draft, change.next)
    if new.id == old.id:
        raise ControlRefusal(f"the next term is the same as the one that ends: {old.name!r} with the same dates")
    for section in [s for s in draft.all("sections") if s.term_id == old.id]:
        if change.sections == "kept":
            draft.edit("sections", section, term_id=new.id)
        else:
            anew(draft, section, _next_number(draft, section.sis_id), term_id=new.id)


@act(Rollover)
def _rollover(draft: Draft, change: Rollover) -> None:
    if not change.terms:
        raise ControlRefusal("a new year has terms: name at least one in `terms`")
    sections = sorted(draft.all("sections"), key=lambda section: section.id)
    grades = {section.id: _usual(draft, section) for section in sections}
    followers = _followers(draft, sections, [begin(draft, term).id for term in change.terms])
    rise(draft, None)
    cohorts = _cohorts(draft)
    dealt: dict[tuple[Id, str | None], int] = {}
    for section in sections:
        now = draft.find("sections", section.id)
        whose = (section.school, grades[section.id])
        cohort, size, begins = cohorts.get(whose, ()), len(section.students), dealt.get(whose, 0)
        dealt[whose] = begins + size
        students = {cohort[(begins + n) % len(cohort)] for n in range(size)} if cohort else set()
        values = {"students": tuple(sorted(students)), "term_id": followers.get(section.term_id or "")}
        if change.style == "in_place":
            draft.edit("sections", now, **values)
        else:
            anew(draft, now, _next_number(draft, section.sis_id), **values)


@act(Merge)
def _merge(draft: Draft, change: Merge) -> None:
    school = draft.find("schools", change.school)
    into = draft.find("schools", change.into)
    if school.id == into.id:
        raise ControlRefusal("a school cannot merge with itself: name another in `into`")
    for section in [s for s in draft.all("sections") if s.school == school.id]:
        draft.edit("sections", section, school=into.id)
    for user in list(draft.all("users")):
        values = {
            role: _moved(held, school.id, into.id)
            for role in ("student", "teacher", "staff")
            if (held := getattr(user.roles, role)) is not None
        }
        if values:
            draft.edit("users", user, roles=structs.replace(user.roles, **values))
    grades = [g for s in (school, into) for g in (s.low_grade, s.high_grade) if g in GRADES]
    if grades and into.low_grade and into.high_grade:
        ordered = sorted(grades, key=GRADES.index)
        draft.edit("schools", into, low_grade=ordered[0], high_grade=ordered[-1])
    draft.drop("schools", school.id)


def rise(draft: Draft, school: Id | None) -> None:
    """Students are a grade further, those of one school or all."""
    schools = sorted(draft.all("schools"), key=lambda each: each.id)
    for user in sorted(draft.all("users"), key=lambda each: each.id):
        held = user.roles.student
        if held is None or held.grade not in RISING or school not in (None, held.school):
            continue
        if held.grade == RISING[-1]:
            leave(draft, user)
            continue
        grade = RISING[RISING.index(held.grade) + 1]
        home = draft.get("schools", held.school)
        goes = held.school if home is None or _teaches(home, grade) is not False else _school_for(schools, grade)
        draft.edit_role(user, "student", grade=grade, school=goes or held.school, schools=_swapped(held, goes))


def _followers(draft: Draft, sections: Sequence[Section], new: Sequence[Id]) -> dict[Id, Id]:
    """Which new term takes the place of which old one: in their order, the last for all that are too many."""
    old = {section.term_id for section in sections if section.term_id}
    known = [draft.get("terms", id) for id in sorted(old)]
    known = sorted((t for t in known if t is not None), key=lambda t: (t.start_date or "", t.end_date or "", t.id))
    return {term.id: new[min(number, len(new) - 1)] for number, term in enumerate(known)}


def _cohorts(draft: Draft) -> Mapping[tuple[Id, str | None], Sequence[Id]]:
    """The students of each school and grade, by id."""
    found: dict[tuple[Id, str | None], list[Id]] = {}
    for user in sorted(draft.all("users"), key=lambda each: each.id):
        if user.roles.student is not None:
            found.setdefault((user.roles.student.school, user.roles.student.grade), []).append(user.id)
    return found


def _usual(draft: Draft, section: Section) -> str | None:
    """The grade most of a section's own school's students are in; of equals, the lowest."""
    people = (draft.get("users", id) for id in section.students)
    grades = [u.roles.student.grade for u in people if u and u.roles.student and u.roles.student.grade in RISING]
    return max(sorted(set(grades), key=RISING.index), key=grades.count, default=None)


def _next_number(draft: Draft, sis_id: str) -> str:
    """The number of a section's successor: `120` becomes `120-2`, that `120-3`."""
    stem, _, count = sis_id.rpartition("-")
    number = int(count) + 1 if stem and count.isascii() and count.isdigit() and len(count) < 4 else 2
    stem = stem if number > 2 else sis_id
    return f"{stem}-{number}"


def _teaches(school: School, grade: str) -> bool | None:
    """Whether a school has that grade, None when it does not say."""
    if school.low_grade not in GRADES or school.high_grade not in GRADES:
        return None
    return GRADES.index(school.low_grade) <= GRADES.index(grade) <= GRADES.index(school.high_grade)


def _school_for(schools: Sequence[School], grade: str) -> Id | None:
    return next((school.id for school in schools if _teaches(school, grade)), None)


def _swapped(held: Any, goes: Id | None) -> tuple[Id, ...]:
    if goes in (None, held.school):
        return tuple(held.schools)
    return tuple(dict.fromkeys((goes, *(id for id in held.schools if id != held.school))))


def _moved(held: Any, old: Id, new: Id) -> Any:
    schools = tuple(dict.fromkeys(new if id == old else id for id in held.schools))
    if not hasattr(held, "school"):
        return structs.replace(held, schools=schools)
    school = new if held.school == old else held.school
    return structs.replace(held, school=school, schools=(school, *(id for id in schools if id != school)))
