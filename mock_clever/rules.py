"""Rules made of a kind of record, a field, an operator and a value: the filters of "Share by Rules".

The filters of one rule narrow it, several rules add up (support 203115007). A field says one or more words of a
record: a section's school, for one, is its id, its name and the district's own number for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import Struct

from mock_clever.model import Id, Section, Snapshot, User, schools_of

Words = Iterator[str | None]


class Filter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition: `field` is one of FIELDS for the rule's kind; comparison ignores case."""

    field: str
    operator: Literal["is", "is not", "contains"] = "is"
    value: str = ""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records are chosen: those of kind `of` that every filter accepts."""

    of: Literal["sections", "students", "teachers", "staff"]
    where: tuple[Filter, ...] = ()


def chosen(district: Snapshot, rule: Rule) -> list[Id]:
    """The ids a rule chooses, in id order."""
    tests = [_test(district, rule.of, condition) for condition in rule.where]
    return [record.id for record in _candidates(district, rule.of) if all(test(record) for test in tests)]


def _candidates(district: Snapshot, kind: str) -> Iterator[Any]:
    if kind == "sections":
        yield from district.sections
    else:
        yield from (district.users[id] for id in district.users_of_role.get(ROLE_OF[kind], ()))


def _test(district: Snapshot, kind: str, condition: Filter) -> Callable[[Any], bool]:
    says, value = FIELDS[kind][condition.field], condition.value.casefold()

    def words(record: Any) -> list[str]:
        return [word.casefold() for word in says(district, record) if word]

    if condition.operator == "contains":
        return lambda record: any(value in word for word in words(record))
    if condition.operator == "is not":
        return lambda record: value not in words(record)
    return lambda record: value in words(record)


def _school(town: Snapshot, id: Id) -> Words:
    school = town.schools.get(id)
    yield id
    if school is not None:
        yield from (school.name, school.sis_id, school.school_number)


def _user_schools(town: Snapshot, user: User) -> Words:
    for id in schools_of(user):
        yield from _school(town, id)


def _course(town: Snapshot, section: Section) -> Words:
    course = town.courses.get(section.course or "")
    if course is not None:
        yield from (course.id, course.name, course.number)


def _term(town: Snapshot, section: Section) -> Words:
    term = town.terms.get(section.term_id or "")
    if term is not None:
        yield from (term.id, term.name)


def _teachers(town: Snapshot, section: Section) -> Words:
    for id in section.teachers:
        user = town.users.get(id)
        yield id
        if user is not None:
            yield from (user.email, user.name.last)
            yield user.roles.teacher.sis_id if user.roles.teacher else None


def _of(path: str) -> Callable[[Snapshot, Any], Words]:
    """The one word that stands at this path of attributes."""
    *parts, last = path.split(".")

    def words(_: Snapshot, record: Any) -> Words:
        for part in parts:
            record = getattr(record, part)
        yield getattr(record, last)

    return words


ROLE_OF = {"students": "student", "teachers": "teacher", "staff": "staff"}

FIELDS: dict[str, dict[str, Callable[[Snapshot, Any], Words]]] = {
    "sections": {
        "id": _of("id"),
        "name": _of("name"),
        "grade": _of("grade"),
        "subject": _of("subject"),
        "period": _of("period"),
        "school": lambda town, section: _school(town, section.school),
        "course": _course,
        "term": _term,
        "teacher": _teachers,
    },
    "students": {
        "id": _of("id"),
        "sis_id": _of("roles.student.sis_id"),
        "email": _of("email"),
        "grade": _of("roles.student.grade"),
        "gender": _of("roles.student.gender"),
        "school": _user_schools,
    },
    "teachers": {
        "id": _of("id"),
        "sis_id": _of("roles.teacher.sis_id"),
        "email": _of("email"),
        "title": _of("roles.teacher.title"),
        "school": _user_schools,
    },
    "staff": {
        "id": _of("id"),
        "staff_id": _of("roles.staff.staff_id"),
        "email": _of("email"),
        "title": _of("roles.staff.title"),
        "department": _of("roles.staff.department"),
        "school": _user_schools,
    },
}
"""What a filter may ask of each kind of record."""
