"""The answer key of a preset: which record is odd, in what way, and what a correct application shows.

Written by hand in fixtures/answers/<preset>.toml. A record is named there as a district would name it,
`student 880001` or `term S1`, and is found in the snapshot by that name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.model import Id, Record, Snapshot, User
from mock_clever.synthesis.files import fixtures

Named = dict[tuple[str, str], tuple[str, Id]]


class Pointer(Struct, frozen=True):
    """One record of a case. `kind` is the collection it is found in."""

    kind: str
    id: Id
    why: str


class Case(Struct, frozen=True):
    """One edge case (reference/certification §4)."""

    id: str
    title: str
    records: list[Pointer]
    odd: str
    expect: str

    def shown(self) -> dict[str, Any]:
        """The case as JSON has it."""
        shown: dict[str, Any] = msgspec.to_builtins(self)
        return shown


class _WrittenCase(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    odd: str
    expect: str
    records: list[tuple[str, str]]


class _WrittenKey(Struct, frozen=True, forbid_unknown_fields=True):
    case: list[_WrittenCase] = []


def answer_key(preset: str, snapshot: Snapshot) -> list[Case]:
    """The cases this preset was made for, for most presets none. Raises KeyError for a record it misses."""
    path = fixtures() / "answers" / f"{preset}.toml"
    if not path.is_file():
        return []
    written = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _WrittenKey)
    known = names(snapshot)
    return [
        Case(case.id, case.title, [_pointer(known, *named) for named in case.records], case.odd, case.expect)
        for case in written.case
    ]


def _pointer(known: Named, name: str, why: str) -> Pointer:
    what, _, key = name.partition(" ")
    if (what, key) not in known:
        raise KeyError(f"the answer key speaks of {name!r}, which is not in this district")
    kind, id = known[what, key]
    return Pointer(kind, id, why)


def names(snapshot: Snapshot) -> Named:
    """Every record by what its district calls it; of records that share a name, the one with the lowest id."""
    named: Named = {}
    for what, kind, record, keys in _naming(snapshot):
        for key in keys:
            if key is not None:
                named.setdefault((what, key), (kind, record.id))
    return named


def _naming(snapshot: Snapshot) -> Iterator[tuple[str, str, Record, tuple[str | None, ...]]]:
    for district in snapshot.districts:
        yield "district", "districts", district, ("",)
    for school in snapshot.schools:
        yield "school", "schools", school, (school.sis_id,)
    for section in snapshot.sections:
        yield "section", "sections", section, (section.sis_id,)
    for course in snapshot.courses:
        yield "course", "courses", course, (course.number, course.name)
    for term in snapshot.terms:
        yield "term", "terms", term, (term.name, term.start_date, term.end_date)
    for resource in snapshot.resources:
        yield "resource", "resources", resource, (resource.resource_id,)
    for user in snapshot.users:
        for what, keys in _of_user(user):
            yield what, "users", user, keys


def _of_user(user: User) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    roles = user.roles
    if roles.student:
        yield "student", (roles.student.sis_id,)
    if roles.teacher:
        yield "teacher", (roles.teacher.sis_id,)
    if roles.staff:
        yield "staff", (roles.staff.staff_id,)
    if roles.district_admin:
        yield "admin", (user.email,)
    if roles.contact:
        yield "contact", (roles.contact.sis_id or None, user.name.last)
