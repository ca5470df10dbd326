"""Which rows are one record, and which id it has: a function of the key its source knows it by, and nothing else.

So a record keeps its id when the rows around it come, go or change places, as Clever's do while the `sis_id`
stays the same (docs/users). The second in every id is that of the district's first sync.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from mock_clever.clock import moment
from mock_clever.ids import object_id
from mock_clever.model import Id
from mock_clever.sis import AdminRow, ContactRow, DistrictRow, Source, StaffRow, TeacherRow

EmployeeRow = TeacherRow | StaffRow | AdminRow


class Identity:
    """The ids of one district."""

    def __init__(self, district: DistrictRow) -> None:
        self._second = int(moment(district.created))
        self._district = district.id

    def of(self, kind: str, *key: str) -> Id:
        """The id of the record of that kind (`school`, `student`, `section` …) with that natural key.

        A person with several roles has the id of the first one held of teacher, staff, district_admin.
        """
        return object_id(self._second, self._district, kind, *key)

    def legacy(self, role: str, *key: str) -> Id:
        """The id a role had before v3 merged people; it differs from the user's (docs/migrating-to-api-30)."""
        return self.of("legacy", role, *key)


class Role(Struct, frozen=True):
    """One role in which people are employed: its sheet, and the columns of its key and its e-mail."""

    name: str
    sheet: str
    key: str
    email: str


EMPLOYED = (
    Role("teacher", "teachers", "teacher_id", "teacher_email"),
    Role("staff", "staff", "staff_id", "staff_email"),
    Role("district_admin", "admins", "staff_id", "admin_email"),
)


class Employee(Struct):
    """One person on the pay-roll: the rows of each role held, in the order of `EMPLOYED`."""

    id: Id
    email: str | None
    rows: dict[str, Sequence[EmployeeRow]]


def employees(source: Source, identity: Identity) -> list[Employee]:
    """Everyone employed, each once: teacher, staff and district admin with one e-mail are one person.

    Case does not count, and nobody holds a role twice: a second teacher with the same e-mail is another person
    (docs/api-v3-faqs, docs/multi-role-users-in-clever). Students and contacts never take part.
    """
    found: list[Employee] = []
    by_email: dict[str, Employee] = {}
    for role in EMPLOYED:
        by_key: dict[str, list[EmployeeRow]] = {}
        for row in getattr(source, role.sheet):
            by_key.setdefault(getattr(row, role.key), []).append(row)
        email = attrgetter(role.email)
        for key in sorted(by_key):
            rows = by_key[key]
            address = email(rows[0]) or None
            plain = address.strip().casefold() if address else ""
            person = by_email.get(plain)
            if person is None or role.name in person.rows:
                person = Employee(identity.of(role.name, key), address, {})
                found.append(person)
            if plain:
                by_email.setdefault(plain, person)
            person.rows[role.name] = rows
    return found


def contact_key(contact: ContactRow, strict: bool = False) -> tuple[str, ...]:
    """What a contact is recognised by (docs/student-contacts): its sis_id, else name and e-mail, else name and
    phone, else name, type, relationship and kind of phone. `strict` takes name, e-mail and phone together."""
    name = contact.contact_name
    if contact.contact_sis_id:
        return ("sis_id", contact.contact_sis_id)
    if strict:
        return ("strict", name, contact.contact_email or "", contact.contact_phone or "")
    if name and contact.contact_email:
        return ("email", name, contact.contact_email)
    if name and contact.contact_phone:
        return ("phone", name, contact.contact_phone)
    traits = (contact.contact_type, contact.contact_relationship, contact.contact_phone_type)
    return ("traits", name, *(trait or "" for trait in traits))
