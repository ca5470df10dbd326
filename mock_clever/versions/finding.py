"""Where links lead: each function takes a visible snapshot and a record of it, and gives the ids it leads to."""

from __future__ import annotations

from collections.abc import Iterable

from mock_clever.model import (
    Course,
    Id,
    Person,
    Resource,
    School,
    Section,
    Snapshot,
    Term,
    User,
    id_in,
    schools_of,
    students_of_contact,
)
from mock_clever.versions.shape import Find


def of_district(snapshot: Snapshot, record: object) -> Iterable[Id]:
    return snapshot.districts.ids


def all_of(kind: str) -> Find:
    """What leads from a district to everything of a kind."""
    return lambda snapshot, district: snapshot.table(kind).ids


def members(snapshot: Snapshot, sections: Iterable[Id], people: str) -> dict[Id, None]:
    """The `teachers` or the `students` of these sections, each once."""
    return dict.fromkeys(id for s in sections for id in getattr(snapshot.sections[s], people))


def schools_of_sections(snapshot: Snapshot, sections: Iterable[Id]) -> dict[Id, None]:
    return dict.fromkeys(snapshot.sections[id].school for id in sections)


def users_of_school(snapshot: Snapshot, school: School) -> Iterable[Id]:
    return snapshot.users_of_school.get(school.id, ())


def users_primarily(snapshot: Snapshot, school: School) -> Iterable[Id]:
    return [id for id in users_of_school(snapshot, school) if school.id in primary(snapshot, snapshot.users[id])]


def primary(snapshot: Snapshot, user: User) -> Iterable[Id]:
    """The primary schools of a student or teacher; staff have none (docs/multi-role-users-in-clever)."""
    return tuple(role.school for role in (user.roles.student, user.roles.teacher) if role is not None)


def terms_of_school(snapshot: Snapshot, school: School) -> Iterable[Id]:
    sections = (snapshot.sections[id] for id in sections_of_school(snapshot, school))
    return dict.fromkeys(s.term_id for s in sections if s.term_id)


def sections_of_school(snapshot: Snapshot, school: School) -> Iterable[Id]:
    return snapshot.sections_of_school.get(school.id, ())


def courses_of_school(snapshot: Snapshot, school: School) -> Iterable[Id]:
    sections = (snapshot.sections[id] for id in sections_of_school(snapshot, school))
    return dict.fromkeys(s.course for s in sections if s.course)


def sections_of_user(snapshot: Snapshot, user: User) -> Iterable[Id]:
    return snapshot.sections_of_user.get(user.id, ())


def students_of(snapshot: Snapshot, user: User) -> Iterable[Id]:
    """A teacher's students, or a contact's; nobody's otherwise (docs/new-in-api-v3)."""
    if user.roles.teacher is not None:
        taught = [s for s in sections_of_user(snapshot, user) if user.id in snapshot.sections[s].teachers]
        return members(snapshot, taught, "students")
    return students_of_contact(user)


def teachers_of(snapshot: Snapshot, user: User) -> Iterable[Id]:
    if user.roles.student is None:
        return ()
    return members(snapshot, sections_of_user(snapshot, user), "teachers")


def contacts_of(snapshot: Snapshot, user: User) -> Iterable[Id]:
    return snapshot.contacts_of_student.get(user.id, ())


def resources_of_section(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    """A section's resources come from its course (docs/resources)."""
    return snapshot.resources_of_course.get(section.course, ()) if section.course else ()


def resources_of_user(snapshot: Snapshot, user: User) -> Iterable[Id]:
    sections = [snapshot.sections[id] for id in sections_of_user(snapshot, user)]
    found = {id for section in sections for id in resources_of_section(snapshot, section)}
    return [id for id in found if set(snapshot.resources[id].roles) & set(user.holds())]


def sections_of_resource(snapshot: Snapshot, resource: Resource) -> Iterable[Id]:
    return [id for course in resource.courses for id in snapshot.sections_of_course.get(course, ())]


def users_of_resource(snapshot: Snapshot, resource: Resource) -> Iterable[Id]:
    sections = list(sections_of_resource(snapshot, resource))
    named = [members(snapshot, sections, f"{role}s") for role in resource.roles]
    return dict.fromkeys(id for people in named for id in people)


def course_of(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    return (section.course,) if section.course else ()


def term_of(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    return (section.term_id,) if section.term_id else ()


def school_of(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    return (section.school,)


def sections_of_course(snapshot: Snapshot, course: Course) -> Iterable[Id]:
    return snapshot.sections_of_course.get(course.id, ())


def sections_of_term(snapshot: Snapshot, term: Term) -> Iterable[Id]:
    return snapshot.sections_of_term.get(term.id, ())


def own_user(snapshot: Snapshot, user: Id) -> Iterable[Id]:
    return (user,)


def own_schools(snapshot: Snapshot, user: Id) -> Iterable[Id]:
    found = snapshot.users.get(user)
    return schools_of(found) if found is not None else ()


# Before v3: people in one role, under the id of that role


def own_as(role: str) -> Find:
    """What leads from a user to themselves in that role."""

    def own(snapshot: Snapshot, user: Id) -> Iterable[Id]:
        found = snapshot.users.get(user)
        return (id_in(found, role),) if found is not None and role in found.holds() else ()

    return own


def schools_of_person(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return (getattr(person.role, "school", ""), *person.role.schools)


def school_of_person(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return (person.role.school,)


def sections_of_person(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return sections_of_user(snapshot, person.user)


def contacts_of_person(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return [id_in(snapshot.users[id], "contact") for id in contacts_of(snapshot, person.user)]


def teachers_of_person(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return snapshot.teacher_ids(teachers_of(snapshot, person.user))


def students_of_person(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return students_of(snapshot, person.user)


def student_of_contact(snapshot: Snapshot, person: Person) -> Iterable[Id]:
    return (person.role.first.student,)


def grades_of_teacher(snapshot: Snapshot, person: Person) -> list[str]:
    """The grades of the sections a teacher teaches, in the order of the sections, each once (spec:v1.2)."""
    sections = (snapshot.sections[id] for id in sections_of_user(snapshot, person.user))
    return list(dict.fromkeys(section.grade for section in sections if section.grade))


def students_primarily(snapshot: Snapshot, school: School) -> Iterable[Id]:
    """The students whose primary school this is; v2 lists no others (dev.clever.com/v2.1/docs/ss-design)."""
    return _primarily(snapshot, school, "student")


def teachers_primarily(snapshot: Snapshot, school: School) -> Iterable[Id]:
    return _primarily(snapshot, school, "teacher")


def _primarily(snapshot: Snapshot, school: School, role: str) -> Iterable[Id]:
    users = (snapshot.users[id] for id in users_of_school(snapshot, school))
    return [id_in(u, role) for u in users if (held := getattr(u.roles, role)) and held.school == school.id]


def teacher_of_section(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    return snapshot.teacher_ids(filter(None, (section.teacher,)))


def teachers_of_section(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    return snapshot.teacher_ids(section.teachers)


def students_of_section(snapshot: Snapshot, section: Section) -> Iterable[Id]:
    return section.students
