"""What Clever tells about a record, and what this app keeps of it.

Little of a Clever record is guaranteed (docs/data-model): keys are missing, `""` or null, contacts have no first
name, e-mails need no `@`. So nothing here ever fails on a missing field; it reads as empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Told = dict[str, Any]
"""One record as Clever's API tells it."""

KINDS = ("districts", "schools", "terms", "courses", "users", "sections")
"""The kinds of record a full sync reads, in the order it reads them."""

ROLES = ("student", "teacher", "staff", "district_admin", "contact")


@dataclass(frozen=True)
class Record:
    """One record of ours. `id` is our own and never changes; a local account has no Clever id yet."""

    id: int
    kind: str
    key: str | None
    clever_id: str | None
    district: str
    sis_id: str
    email: str
    name: str
    roles: tuple[str, ...]
    status: str
    in_roster: bool
    told: Told

    @property
    def active(self) -> bool:
        return self.status == "active"

    @property
    def number(self) -> str:
        """The number on the person's library card: our own id, as people see it."""
        return f"LR-{self.id:06d}"


@dataclass(frozen=True, order=True)
class Enrollment:
    """One person in one section, both by Clever id."""

    section: str
    user: str
    role: str


@dataclass(frozen=True)
class Event:
    """One event of the feed: `verb` is created, updated or deleted, `told` the whole record (docs/events-api)."""

    id: str
    kind: str
    verb: str
    told: Told


@dataclass(frozen=True)
class Roster:
    """What one reading of Clever gave: the records of each kind, and the (kind, id) pairs it would not tell."""

    districts: tuple[str, ...]
    records: dict[str, list[Told]]
    unshared: tuple[tuple[str, str], ...]

    def known(self, kind: str) -> set[str]:
        return {clever_id(told) for told in self.records.get(kind, [])}


def joined(rosters: Iterable[Roster]) -> Roster:
    """The rosters of several districts as one; Clever ids never collide (docs/data-model)."""
    parts = list(rosters)
    return Roster(
        tuple(district for one in parts for district in one.districts),
        {kind: [told for one in parts for told in one.records[kind]] for kind in KINDS},
        tuple(pair for one in parts for pair in one.unshared),
    )


ONLY_IN_EVENTS = ("relationship", "type", "students")
"""Keys that a contact has in an event and nowhere else (docs/events-api)."""


def kept(told: Told) -> Told:
    """A record as this app keeps it, the same whether the Data API or an event told it.

    The object of an event is almost the record of the Data API: a contact has keys of before v3 as well, and a
    student lacks the e-mail inside the role (docs/events-api). We use neither.
    """
    held = part(told, "roles")
    contact, student = part(held, "contact"), part(held, "student")
    lean = dict(held)
    if "student_relationships" in contact:
        lean["contact"] = {key: value for key, value in contact.items() if key not in ONLY_IN_EVENTS}
    if "email" in student:
        lean["student"] = {key: value for key, value in student.items() if key != "email"}
    return told if lean == held else {**told, "roles": lean}


def text(value: Any) -> str:
    """A value as text; absent, null and blank are all empty. Ids of one digit and of nine stay as they are.

    JSON can hold half a character, which no database takes; it becomes a question mark.
    """
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).encode("utf-8", "replace").decode().strip()


def by_teacher(me: Told) -> bool:
    """Whether a teacher authorised this login, in the Library, not a district (docs/clever-library-user-flow)."""
    return text(me.get("authorized_by")) == "teacher"


def clever_id(told: Told) -> str:
    return text(told.get("id"))


def texts(value: Any) -> list[str]:
    return [text(item) for item in value if text(item)] if isinstance(value, list) else []


def part(told: Told, name: str) -> Told:
    """A nested object, or an empty one."""
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def roles(told: Told) -> tuple[str, ...]:
    """The roles a user holds: `roles` is an object keyed by role, and there is no primary one (docs/users)."""
    return tuple(role for role in ROLES if isinstance(part(told, "roles").get(role), dict))


def sis_id(kind: str, told: Told) -> str:
    """The id in the school's own system; which key holds it depends on the kind and the role (docs/users)."""
    if kind == "users":
        held = (part(part(told, "roles"), role) for role in ROLES)
        return next(
            (found for role in held if (found := text(role.get("sis_id")) or text(role.get("staff_id")))), ""
        )
    return text(told.get("sis_id")) or text(told.get("number"))


def email(told: Told) -> str:
    return text(told.get("email"))


def grade(told: Told) -> str:
    return text(part(part(told, "roles"), "student").get("grade"))


def full_name(kind: str, told: Told) -> str:
    """The name people read. A contact's whole name stands in `name.last` (docs/student-contacts)."""
    if kind == "users":
        name = part(told, "name")
        return " ".join(filter(None, (text(name.get(which)) for which in ("first", "middle", "last"))))
    return text(told.get("name"))


def names(told: Told) -> set[str]:
    """The ways a person's name may be written elsewhere, ready to compare: with and without the middle name."""
    without = told | {"name": part(told, "name") | {"middle": ""}}
    return {full_name("users", one).casefold() for one in (told, without)} - {""}


def schools(told: Told) -> list[str]:
    """The Clever ids of every school a user, section or school record names, without repeats."""
    named = [text(told.get("school"))]
    for role in ROLES:
        held = part(part(told, "roles"), role)
        named += [text(held.get("school")), *texts(held.get("schools"))]
    return list(dict.fromkeys(filter(None, named)))


def relationships(told: Told) -> dict[str, str]:
    """The students of a contact: Clever id → what the contact is to them (docs/student-contacts)."""
    named = part(part(told, "roles"), "contact").get("student_relationships")
    entries = [entry for entry in named if isinstance(entry, dict)] if isinstance(named, list) else []
    return {text(entry.get("student")): text(entry.get("relationship")) for entry in entries}


def students(section: Told) -> list[str]:
    return texts(section.get("students"))


def teachers(section: Told) -> list[str]:
    """Primary teacher first, then co-teachers (docs/sections)."""
    return list(dict.fromkeys(filter(None, [text(section.get("teacher")), *texts(section.get("teachers"))])))


def of_district(told: Told, kind: str, district: str) -> Told:
    """The record as we keep it, with its district named, which a district's own record does not do."""
    named = clever_id(told) if kind == "districts" else told.get("district") or district
    return {**kept(told), "district": named}


def references(section: Told) -> Iterable[tuple[str, str]]:
    """Every record a section names, as (kind, Clever id)."""
    yield from (("users", user) for user in (*teachers(section), *students(section)))
    for kind, key in (("schools", "school"), ("courses", "course"), ("terms", "term_id")):
        if named := text(section.get(key)):
            yield kind, named
