"""Changes of every type, drawn for a district as it is: most make sense there, some don't and must be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from mock_clever.changes import TYPES
from mock_clever.model import Record, Snapshot

WORDS = st.sampled_from(["", "Ada", "Zoë", "x@example.org", "tess@example.org", "sol@example.org"])
TIES = st.sampled_from(["", "Parent", "Sibling", "Guardian"])  # the last is no word of Clever's
CONTACTS = st.sampled_from(["", "Primary", "Family"])
NUMBERS = st.sampled_from(["s11", "t21", "41", "n1", "n2", "n3"])
Key = tuple[str, str]
Values = Mapping[str, Any]


def changes_of(district: Snapshot, gone: Mapping[Key, Record]) -> st.SearchStrategy[dict[str, Any]]:
    """Any one change of this district, which `gone` has left, in the form JSON has it."""
    drawn = Drawn(district, gone)
    return st.one_of(
        [
            st.fixed_dictionaries({"type": st.just(type), **drawn.of(type)[0]}, optional=drawn.of(type)[1])
            for type in TYPES
        ]
    )


class Drawn:
    """What the keys of changes may be."""

    def __init__(self, district: Snapshot, gone: Mapping[Key, Record]) -> None:
        self._gone = gone
        self.district = district
        self.school = self.any("schools")
        self.section = self.any("sections")
        self.term = self.any("terms")
        self.user = self.any("users")
        self.student = self.any("users", district.users_of_role.get("student", []))
        self.teacher = self.any("users", district.users_of_role.get("teacher", []))
        self.staff = self.any("users", [u.id for u in district.users if u.roles.staff or u.roles.district_admin])
        self.contact = self.any("users", district.users_of_role.get("contact", []))
        self.sections = st.lists(self.section, max_size=2)
        self.text = WORDS | st.none()

    def any(self, kind: str, ids: list[str] | None = None) -> st.SearchStrategy[str]:
        return st.sampled_from((self.district.table(kind).ids if ids is None else ids) or ["f" * 24])

    def of(self, type: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The keys a type of change has to have, and those it may have."""
        return _OF[type](self)

    @property
    def record(self) -> st.SearchStrategy[Key]:
        kinds = ("schools", "terms", "courses", "users", "sections", "resources")
        keys = [(kind, id) for kind in kinds for id in self.district.table(kind).ids]
        return st.sampled_from(keys)

    def gone(self, kind: str) -> st.SearchStrategy[str]:
        return st.sampled_from(sorted(id for of, id in self._gone if of == kind) or ["f" * 24])


def _kind(d: Drawn, kind: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"kind": st.just(kind), "id": d.any(kind), **more}, {}


NAME = st.fixed_dictionaries({"first": WORDS, "last": WORDS})
TERM = st.fixed_dictionaries({"name": st.sampled_from(["Fall", "Winter"]), "start_date": st.just("2027-08-16")})
FIELDS = {"field": st.sampled_from(["ext.a", "name", "roles.student.ext.lunch"]), "value": WORDS | st.none()}

_OF: dict[str, Callable[[Drawn], tuple[dict[str, Any], dict[str, Any]]]] = {
    "record.update": lambda d: _kind(
        d, "users", set=st.fixed_dictionaries({}, optional={"email": d.text, "name": NAME})
    ),
    "field.set": lambda d: (
        {"kind": st.sampled_from(["users", "sections"]), "id": d.section | d.student, **FIELDS},
        {},
    ),
    "record.remove": lambda d: _kind(d, "users"),
    "record.restore": lambda d: ({"kind": st.just("users"), "id": d.gone("users")}, {}),
    "student.transfer": lambda d: ({"user": d.student, "school": d.school}, {"sections": d.sections}),
    "student.withdraw": lambda d: ({"user": d.student}, {}),
    "user.leave": lambda d: ({"user": d.user}, {}),
    "user.return": lambda d: ({"user": d.gone("users")}, {"school": d.school, "sections": d.sections}),
    "user.add": lambda d: (
        {
            "role": st.sampled_from(["student", "teacher", "staff"]),
            "sis_id": NUMBERS,
            "name": NAME,
            "school": d.school,
        },
        {"email": WORDS, "grade": st.sampled_from(["9", "12"]), "sections": d.sections},
    ),
    "user.rename": lambda d: ({"user": d.user}, {"first": d.text, "middle": d.text, "last": d.text}),
    "user.email_change": lambda d: (
        {"user": d.user, "email": d.text},
        {"role": st.sampled_from(["teacher", "staff", "district_admin"])},
    ),
    "sis_id.change": lambda d: (
        {"id": d.user, "sis_id": NUMBERS},
        {"role": st.sampled_from(["student", "teacher"])},
    ),
    "staff.becomes_teacher": lambda d: (
        {"user": d.staff, "sis_id": NUMBERS},
        {"school": d.school, "sections": d.sections},
    ),
    "section.enroll": lambda d: ({"section": d.section, "user": d.student | d.teacher}, {}),
    "section.unenroll": lambda d: ({"section": d.section, "user": d.student | d.teacher}, {}),
    "teacher.replace": lambda d: ({"section": d.section, "teacher": d.teacher}, {"instead_of": d.teacher}),
    "teacher.leave_mid_year": lambda d: ({"user": d.teacher}, {"successor": d.teacher}),
    "section.rename": lambda d: ({"section": d.section, "name": WORDS}, {}),
    "section.add": lambda d: (
        {"sis_id": NUMBERS, "name": WORDS, "school": d.school, "students": st.lists(d.student, max_size=3)},
        {
            "teachers": st.lists(d.teacher, max_size=2),
            "term": d.term,
            "course": d.any("courses"),
            "new_term": TERM,
            "new_course": st.fixed_dictionaries({"name": WORDS, "number": NUMBERS}),
        },
    ),
    "section.move_term": lambda d: ({"section": d.section, "term": d.term}, {}),
    "section.drop": lambda d: ({"section": d.section}, {}),
    "contact.add": lambda d: (
        {"student": d.student, "name": WORDS},
        {"email": WORDS, "phone": WORDS, "relationship": TIES, "contact_type": CONTACTS, "sis_id": NUMBERS},
    ),
    "contact.edit": lambda d: (
        {"contact": d.contact},
        {
            "name": WORDS,
            "email": d.text,
            "phone": d.text,
            "relationship": TIES | st.none(),
            "contact_type": CONTACTS,
        },
    ),
    "contact.drop": lambda d: ({"student": d.student, "contact": d.contact}, {}),
    "grade.promote": lambda d: ({}, {"school": d.school}),
    "term.roll": lambda d: ({"term": d.term, "next": TERM}, {"sections": st.sampled_from(["kept", "new"])}),
    "roster.rollover": lambda d: (
        {"style": st.sampled_from(["in_place", "replace"]), "terms": st.lists(TERM, max_size=2)},
        {},
    ),
    "school.merge": lambda d: ({"school": d.school, "into": d.school}, {}),
}
