"""What happens to sections: they come and go, are called otherwise, and other people learn and teach in them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from mock_clever.changes.change import Changed, act
from mock_clever.changes.draft import Draft
from mock_clever.changes.people import (
    free_section,
    join,
    leave,
    new_id,
    part,
    set_teachers,
    student,
    teacher,
)
from mock_clever.errors import ControlRefusal
from mock_clever.model import Course, Id, Ids, Section, Term


class Enroll(Changed, frozen=True, tag="section.enroll"):
    """A student joins a section, or a teacher, as the last of its teachers."""

    section: Id
    user: Id


class Unenroll(Changed, frozen=True, tag="section.unenroll"):
    """A student or a teacher leaves a section; the next teacher is the primary one then."""

    section: Id
    user: Id


class TeacherReplace(Changed, frozen=True, tag="teacher.replace"):
    """Another teacher takes a place in a section, the primary teacher's unless `instead_of` says whose."""

    section: Id
    teacher: Id
    instead_of: Id | None = None


class TeacherLeave(Changed, frozen=True, tag="teacher.leave_mid_year"):
    """A teacher leaves the district; a successor, if there is one, takes their place in every section."""

    user: Id
    successor: Id | None = None


class SectionRename(Changed, frozen=True, tag="section.rename"):
    """A section is called otherwise."""

    section: Id
    name: str


class NewTerm(Struct, frozen=True, forbid_unknown_fields=True):
    """A term to come."""

    name: str
    start_date: str | None = None
    end_date: str | None = None


class NewCourse(Struct, frozen=True, forbid_unknown_fields=True):
    """A course that is given for the first time."""

    name: str
    number: str


class SectionAdd(Changed, frozen=True, tag="section.add"):
    """A new section, with the students it begins with, of a course and in a term that are there or are new."""

    sis_id: str
    name: str
    school: Id
    students: Ids
    teachers: Ids = ()
    course: Id | None = None
    term: Id | None = None
    new_course: NewCourse | None = None
    new_term: NewTerm | None = None
    subject: str = ""
    grade: str | None = None
    period: str | None = None


class SectionMoveTerm(Changed, frozen=True, tag="section.move_term"):
    """A section lies in another term."""

    section: Id
    term: Id


class SectionDrop(Changed, frozen=True, tag="section.drop"):
    """A section is given no more."""

    section: Id


@act(Enroll)
def _enroll(draft: Draft, change: Enroll) -> None:
    join(draft, draft.find("sections", change.section), change.user)


@act(Unenroll)
def _unenroll(draft: Draft, change: Unenroll) -> None:
    draft.find("users", change.user)
    part(draft, draft.find("sections", change.section), change.user)


@act(TeacherReplace)
def _replace(draft: Draft, change: TeacherReplace) -> None:
    section = draft.find("sections", change.section)
    teacher(draft, change.teacher)
    old = change.instead_of or section.teacher
    if old is not None and old not in section.teachers:
        raise ControlRefusal(f"user {old} does not teach section {section.id}: it is taught by {section.teachers}")
    others = [id for id in section.teachers if id != change.teacher]
    at = others.index(old) if old in others else 0
    set_teachers(draft, section, [*others[:at], change.teacher, *(id for id in others[at:] if id != old)])


@act(TeacherLeave)
def _teacher_leave(draft: Draft, change: TeacherLeave) -> None:
    user = teacher(draft, change.user)
    successor = teacher(draft, change.successor).id if change.successor else None
    if successor == user.id:
        raise ControlRefusal(f"teacher {user.id} cannot follow themselves: name another successor or none")
    for section in draft.sections_of(user.id):
        heirs = (successor if id == user.id else id for id in section.teachers)
        set_teachers(draft, section, [id for id in heirs if id is not None])
    leave(draft, user)


@act(SectionRename)
def _rename(draft: Draft, change: SectionRename) -> None:
    draft.edit("sections", draft.find("sections", change.section), name=change.name)


@act(SectionAdd)
def _add(draft: Draft, change: SectionAdd) -> None:
    draft.find("schools", change.school)
    if not change.sis_id:
        raise ControlRefusal("a section needs a sis_id: write the number the district knows it by")
    if not change.students:
        raise ControlRefusal("a section has at least one student: name them in `students`")
    free_section(draft, change.sis_id)
    for kind, id in (("courses", change.course), ("terms", change.term)):
        if id is not None:
            draft.find(kind, id)
    course, term = _course_of(draft, change), _term_of(draft, change)
    section = Section(
        id=known_section(draft, change.sis_id),
        district=draft.district,
        school=change.school,
        name=change.name,
        sis_id=change.sis_id,
        created=draft.now,
        last_modified=draft.now,
        course=course,
        term_id=term,
        students=_each(student(draft, id).id for id in change.students),
        subject=change.subject,
        grade=change.grade,
        period=change.period,
    )
    draft.put("sections", section)
    set_teachers(draft, section, [teacher(draft, id).id for id in change.teachers])


def _course_of(draft: Draft, change: SectionAdd) -> Id | None:
    if change.new_course is None:
        return change.course
    if change.course is not None:
        raise ControlRefusal("a section is of one course: send `course` or `new_course`")
    name, number = change.new_course.name, change.new_course.number
    taken = next((course.id for course in draft.all("courses") if course.number == number), None)
    if taken is not None:
        raise ControlRefusal(f"course {number!r} is here already: send its id, {taken}, as `course`")
    id = new_id(draft, "course", number)
    draft.put("courses", Course(id=id, district=draft.district, name=name, number=number))
    return id


def _term_of(draft: Draft, change: SectionAdd) -> Id | None:
    if change.new_term is None:
        return change.term
    if change.term is not None:
        raise ControlRefusal("a section lies in one term: send `term` or `new_term`")
    return begin(draft, change.new_term).id


@act(SectionMoveTerm)
def _move_term(draft: Draft, change: SectionMoveTerm) -> None:
    term = draft.find("terms", change.term)
    draft.edit("sections", draft.find("sections", change.section), term_id=term.id)


@act(SectionDrop)
def _drop(draft: Draft, change: SectionDrop) -> None:
    draft.drop("sections", change.section)


def begin(draft: Draft, term: NewTerm) -> Term:
    """A term of this name and these dates; the one that is here, if there is one."""
    values = (term.name, term.start_date, term.end_date)
    for known in draft.all("terms"):
        if (known.name, known.start_date, known.end_date) == values:
            found: Term = known
            return found
    id = new_id(draft, "term", *(value or "" for value in values))
    made = Term(id=id, district=draft.district, name=term.name, start_date=term.start_date, end_date=term.end_date)
    draft.put("terms", made)
    return made


def anew(draft: Draft, section: Section, sis_id: str, **values: object) -> Section:
    """A section's successor, a record of its own, in its place."""
    draft.drop("sections", section.id)
    id = known_section(draft, sis_id)
    made = structs.replace(section, id=id, sis_id=sis_id, created=draft.now, last_modified=draft.now, **values)
    draft.put("sections", made)
    return made


def known_section(draft: Draft, sis_id: str) -> Id:
    """The id of a section of this number that has gone, else a new one."""
    for (kind, id), was in draft.gone.items():
        if kind == "sections" and was.sis_id == sis_id:  # type: ignore[attr-defined]  # a section
            return id
    return new_id(draft, "section", sis_id)


def _each(ids: Iterable[Id]) -> Ids:
    return tuple(sorted(set(ids)))
