"""Sharing rules: which records of a district an application may see.

`visible` and, for Library, `classrooms` are the only doors from a district to an API. They are pure functions
from a Snapshot and a rule to a smaller Snapshot, so nothing downstream can forget to filter. What a shown record
says of others is never trimmed: ids of records that are not shared stay in its arrays and answer 404
(docs/sync-troubleshooting).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mock_clever.model import ROLES, Id, Snapshot, User, schools_of, students_of_contact
from mock_clever.rules import Rule, chosen


class Sharing(Struct, frozen=True, kw_only=True):
    """What a district shares with one application (support 203115007).

    `type` is one of TYPES, `ids` the schools, sections or students chosen, `rules` those of "Share by Rules".
    `staff` is the tick box "Also share all staff". `hidden` names records that are held back from whatever
    else shows them.
    """

    type: str = "everything"
    ids: frozenset[Id] = frozenset()
    rules: tuple[Rule, ...] = ()
    staff: bool = True
    hidden: frozenset[Id] = frozenset()


class _Chosen(Struct):
    """What a rule names outright, before anything comes along; `attended` sections bring no classmates."""

    sections: set[Id] = set()
    attended: set[Id] = set()
    people: set[Id] = set()
    schools: set[Id] = set()


EVERYTHING = Sharing()


def visible(district: Snapshot, rule: Sharing, roles: frozenset[str] = frozenset(ROLES)) -> Snapshot:
    """The part of a district that a rule shows to an application that takes users of these roles.

    A section brings its teachers, students, school, course and term; a school brings its sections and those
    who belong to it; a teacher brings their sections, a student only the record of theirs, without classmates;
    a person makes their primary school visible (support 203115007). Contacts follow their students. Staff come
    with the tick box or by a rule of their own. The district's admins are shown by every rule but "nothing".
    Roles that are not taken vanish, and so do people who have no other (docs/ss-design). An attendance row is
    shown where its student, its school and its section, if it has one, are: the snapshot sees to that itself.
    """
    if rule == EVERYTHING:
        return _of_roles(district, roles)
    if rule.type == "nothing":
        return district.replace(schools=(), terms=(), courses=(), sections=(), users=(), resources=())
    shown = _shown(district, rule)
    tables: dict[str, Any] = {kind: district.table(kind).only(ids, rule.hidden) for kind, ids in shown.items()}
    return _of_roles(district.replace(**tables), roles)


def classrooms(district: Snapshot, consenting: frozenset[Id], user: Id) -> Snapshot:
    """The part of a district that the consent of some of its teachers shows one of them, or one of their students.

    A teacher sees the sections they teach and the students in them; a student the sections they learn in with one
    of these teachers, and nobody else. Nothing else of the district is here, not even the district itself; people
    are students or teachers and nothing more (docs/clever-library-rostering, docs/integration-types).
    """
    if user in consenting:
        sections = list(district.sections.some(_taught_by(district, user)))
        people = {user}.union(*(section.students for section in sections))
    else:
        attended = district.sections.some(_attended_by(district, user))
        sections = [section for section in attended if not consenting.isdisjoint(section.teachers)]
        people = {user}
    shown = Snapshot(sections=sections, users=[u for id in people if (u := district.users.get(id)) is not None])
    return _of_roles(shown, frozenset({"student", "teacher"}))


def _of_roles(district: Snapshot, roles: frozenset[str]) -> Snapshot:
    if roles.issuperset(ROLES):
        return district
    gone = dict.fromkeys(set(ROLES) - roles)
    shown = (user for user in district.users if roles.intersection(user.holds()))
    return district.replace(
        users=[
            user if roles.issuperset(user.holds()) else replace(user, roles=replace(user.roles, **gone))
            for user in shown
        ]
    )


def _shown(district: Snapshot, rule: Sharing) -> dict[str, set[Id]]:
    if rule.type == "everything":
        kinds = ("schools", "terms", "courses", "sections", "resources")
        everyone = {u.id for u in district.users if rule.staff or not _only_staff(u)} - rule.hidden
        unfollowed = {id for id in everyone if _only_hidden_students(district.users[id], rule)}
        return {kind: set(district.table(kind).ids) for kind in kinds} | {"users": everyone - unfollowed}
    return _with_company(district, _CHOICES[rule.type](district, rule), rule.hidden)


def _schools(district: Snapshot, rule: Sharing) -> _Chosen:
    schools = rule.ids.intersection(district.schools.ids)
    people = {id for school in schools for id in district.users_of_school.get(school, ())}
    if not rule.staff:
        people = {id for id in people if not _only_staff(district.users[id])}
    sections = {id for school in schools for id in district.sections_of_school.get(school, ())}
    return _Chosen(sections=sections, people=people, schools=set(schools))


def _sections(district: Snapshot, rule: Sharing) -> _Chosen:
    sections = set(rule.ids.intersection(district.sections.ids))
    return _Chosen(sections=sections, people=_ticked_staff(district, rule))


def _students(district: Snapshot, rule: Sharing) -> _Chosen:
    students = set(rule.ids.intersection(district.users_of_role.get("student", ())))
    attended = {id for student in students for id in _attended_by(district, student)}
    return _Chosen(attended=attended, people=students | _ticked_staff(district, rule))


def _rules(district: Snapshot, rule: Sharing) -> _Chosen:
    found = _Chosen(people=_ticked_staff(district, rule))
    for each in rule.rules:
        ids = chosen(district, each)
        if each.of == "sections":
            found.sections.update(ids)
        else:
            found.people.update(ids)
        if each.of == "teachers":
            found.sections.update(id for user in ids for id in _taught_by(district, user))
        elif each.of == "students":
            found.attended.update(id for user in ids for id in _attended_by(district, user))
    return found


_CHOICES: dict[str, Callable[[Snapshot, Sharing], _Chosen]] = {
    "schools": _schools,
    "sections": _sections,
    "students": _students,
    "rules": _rules,
}
TYPES = ("everything", *_CHOICES, "nothing")


def _with_company(district: Snapshot, names: _Chosen, hidden: frozenset[Id]) -> dict[str, set[Id]]:
    """These sections, people and schools, and everything that comes along with them."""
    sections = (names.sections | names.attended) - hidden
    shown = list(district.sections.some(sections))
    whole = district.sections.some(names.sections - hidden)
    users = names.people.union(*(s.teachers for s in shown), *(s.students for s in whole)) - hidden
    schools = {section.school for section in shown} | names.schools
    schools |= _primary_schools(district, users, set(district.schools.ids) - schools)
    users |= {id for user, ids in district.contacts_of_student.items() if user in users for id in ids}
    users |= set(district.users_of_role.get("district_admin", ()))
    courses = {section.course for section in shown if section.course}
    return {
        "schools": schools,
        "terms": {section.term_id for section in shown if section.term_id},
        "courses": courses,
        "sections": sections,
        "users": users,
        "resources": {id for course in courses for id in district.resources_of_course.get(course, ())},
    }


def _taught_by(district: Snapshot, user: Id) -> Iterable[Id]:
    return (id for id in district.sections_of_user.get(user, ()) if user in district.sections[id].teachers)


def _attended_by(district: Snapshot, user: Id) -> Iterable[Id]:
    """The sections a student learns in."""
    return (id for id in district.sections_of_user.get(user, ()) if user in district.sections[id].students)


def _ticked_staff(district: Snapshot, rule: Sharing) -> set[Id]:
    return set(district.users_of_role.get("staff", ())) if rule.staff else set()


def _primary_schools(district: Snapshot, users: set[Id], schools: set[Id]) -> set[Id]:
    """Those of these schools that are the primary one of any of these people."""
    people = {school: users.intersection(district.users_of_school.get(school, ())) for school in schools}
    return {
        school for school, ids in people.items() if any(schools_of(district.users[id])[0] == school for id in ids)
    }


def _only_staff(user: User) -> bool:
    """Whether nothing but the staff role would make this person visible."""
    return user.holds() == ("staff",)


def _only_hidden_students(user: User, rule: Sharing) -> bool:
    """Whether this is a contact all of whose students are held back."""
    students = students_of_contact(user)
    return bool(students) and rule.hidden.issuperset(students)
