"""Sharing rules: which records of a district an application may see.

`visible` is the only door from a district to an API. It is a pure function from a Snapshot and a rule to a
smaller Snapshot, so nothing downstream can forget to filter. What a shown record says of others is never
trimmed: ids of records that are not shared stay in its arrays and answer 404 (docs/sync-troubleshooting).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from mock_clever.model import Id, Snapshot, User, schools_of

TYPES = ("everything", "schools", "sections", "nothing")


class Sharing(Struct, frozen=True, kw_only=True):
    """What a district shares with one application (support 203115007).

    `type` is one of TYPES, `ids` the schools or sections chosen. `staff` is the tick box "Also share all
    staff". `hidden` names records that are held back from whatever the rule shows.
    """

    type: str = "everything"
    ids: frozenset[Id] = frozenset()
    staff: bool = True
    hidden: frozenset[Id] = frozenset()


EVERYTHING = Sharing()


def visible(district: Snapshot, rule: Sharing) -> Snapshot:
    """The part of a district that a rule shows.

    A section brings its teachers, students, school, course and term; a school brings its sections and those
    who belong to it; a person makes their primary school visible (support 203115007). Contacts follow their
    students. Staff come only with the tick box. The district itself and its admins are always there.
    """
    if rule == EVERYTHING:
        return district
    shown = _CHOICES[rule.type](district, rule)
    tables: dict[str, Any] = {
        kind: district.table(kind).only(ids - rule.hidden if rule.hidden else ids) for kind, ids in shown.items()
    }
    return district.replace(**tables)


def _everything(district: Snapshot, rule: Sharing) -> dict[str, set[Id]]:
    kinds = ("schools", "terms", "courses", "sections", "resources")
    people = {u.id for u in district.users if rule.staff or not _only_staff(u)}
    return {kind: set(district.table(kind).ids) for kind in kinds} | {"users": people}


def _schools(district: Snapshot, rule: Sharing) -> dict[str, set[Id]]:
    chosen = rule.ids & set(district.schools.ids)
    sections = {id for school in chosen for id in district.sections_of_school.get(school, ())}
    people = {id for school in chosen for id in district.users_of_school.get(school, ())}
    if not rule.staff:
        people = {id for id in people if not _only_staff(district.users[id])}
    return _with_company(district, sections, people, chosen)


def _sections(district: Snapshot, rule: Sharing) -> dict[str, set[Id]]:
    people = set(district.users_of_role.get("staff", ())) if rule.staff else set()
    return _with_company(district, set(rule.ids).intersection(district.sections.ids), people, set())


def _nothing(district: Snapshot, rule: Sharing) -> dict[str, set[Id]]:
    return {kind: set() for kind in ("schools", "terms", "courses", "sections", "resources", "users")}


_CHOICES = {"everything": _everything, "schools": _schools, "sections": _sections, "nothing": _nothing}


def _with_company(
    district: Snapshot, sections: set[Id], people: Iterable[Id], schools: Iterable[Id]
) -> dict[str, set[Id]]:
    """These sections, people and schools, and everything that comes along with them."""
    shown = [district.sections[id] for id in sections]
    taught = {id for section in shown for id in (*section.teachers, *section.students)}
    users = taught.union(people)
    users |= {id for user in users for id in district.contacts_of_student.get(user, ())}
    users |= set(district.users_of_role.get("district_admin", ()))
    courses = {section.course for section in shown if section.course}
    return {
        "schools": {s.school for s in shown}.union(schools, _primary_schools(district, taught.union(people))),
        "terms": {section.term_id for section in shown if section.term_id},
        "courses": courses,
        "sections": sections,
        "users": users,
        "resources": {id for course in courses for id in district.resources_of_course.get(course, ())},
    }


def _primary_schools(district: Snapshot, users: Iterable[Id]) -> set[Id]:
    found = (district.users.get(id) for id in users)
    return {school for user in found if user is not None for school in schools_of(user)[:1]}


def _only_staff(user: User) -> bool:
    """Whether nothing but the staff role would make this person visible."""
    return user.holds() == ("staff",)
