"""What a district is: frozen records that name one another by id, gathered in a Snapshot.

A change to a district is a new Snapshot that shares every untouched table with the one before, so "before"
and "after" are two values. `None` means Clever knows nothing and the key is absent; `""` means the source
left the field blank and the key is there, empty (docs/users; recorded v3.0 traffic). What each
attribute means on the wire stands in `fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

from msgspec import Struct, structs

from mock_clever.attendance import Attendance, Register, Rows, Shown
from mock_clever.tables import Id as Id
from mock_clever.tables import R as R
from mock_clever.tables import Record as Record
from mock_clever.tables import Table, tabled

Ids = tuple[Id, ...]
Ext = Mapping[str, str]
NO_EXT: Ext = {}


class Part(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A group of values inside a record. Encodes to JSON as it stands, without the absent ones."""


class Name(Part, frozen=True):
    first: str | None = None
    middle: str | None = None
    last: str | None = None

    @property
    def whole(self) -> str:
        """The name as one string, as a contact's was written before v3."""
        return " ".join(filter(None, (self.first, self.middle, self.last)))

    @property
    def short(self) -> Name:
        """The name without the middle one, as v2 writes an administrator's."""
        return Name(first=self.first, last=self.last)


class Location(Part, frozen=True):
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None


class Principal(Part, frozen=True):
    name: str | None = None
    email: str | None = None


class Credentials(Part, frozen=True):
    district_username: str | None = None


class Disability(Part, frozen=True):
    disability_status: str | None = None
    disability_type: str | None = None
    disability_code: str | None = None


class Enrollment(Part, frozen=True):
    school: Id
    start_date: str | None = None
    end_date: str | None = None


class Relationship(Part, frozen=True):
    student: Id
    relationship: str | None = None
    type: str | None = None


NO_RELATIONSHIP = Relationship(student="")


class LmsStatus(Part, frozen=True):
    synced_in_lms: bool


class LmsMatched(Part, frozen=True):
    students: int
    teachers: int
    sections: int


class DistrictContact(Part, frozen=True):
    id: Id
    district: Id
    email: str | None = None
    name: Name = Name()
    title: str | None = None

    @property
    def short(self) -> DistrictContact:
        """This contact without the middle name, as v2 writes an administrator."""
        return structs.replace(self, name=self.name.short)


class Student(Part, frozen=True):
    school: Id
    schools: Ids
    sis_id: str
    enrollments: tuple[Enrollment, ...] = ()
    student_number: str | None = None
    state_id: str | None = None
    grade: str | None = None
    graduation_year: str | None = None
    dob: str | None = None
    gender: str | None = None
    race: str | None = None
    hispanic_ethnicity: str | None = None
    ell_status: str | None = None
    frl_status: str | None = None
    iep_status: str | None = None
    home_language: str | None = None
    home_language_code: str | None = None
    gifted_status: str | None = None
    section_504_status: str | None = None
    disability: Disability | None = None
    preferred_name: Name | None = None
    location: Location | None = None
    credentials: Credentials | None = None
    ext: Ext = NO_EXT


class Teacher(Part, frozen=True):
    legacy_id: Id
    school: Id
    schools: Ids
    sis_id: str
    teacher_number: str | None = None
    state_id: str | None = None
    title: str | None = None
    credentials: Credentials | None = None
    ext: Ext = NO_EXT


class Staff(Part, frozen=True):
    legacy_id: Id
    schools: Ids
    staff_id: str
    title: str | None = None
    department: str | None = None
    roles: tuple[str, ...] = ()
    credentials: Credentials | None = None
    ext: Ext = NO_EXT


class DistrictAdmin(Part, frozen=True):
    legacy_id: Id
    title: str | None = None


class Contact(Part, frozen=True):
    legacy_id: Id
    student_relationships: tuple[Relationship, ...] = ()
    sis_id: str | None = None
    phone: str | None = None
    phone_type: str | None = None

    @property
    def students(self) -> Ids:
        """The students this contact belongs to, each once."""
        return tuple(dict.fromkeys(tie.student for tie in self.student_relationships))

    @property
    def first(self) -> Relationship:
        """The one relationship that versions before v3 tell of (docs/concept-guide)."""
        return self.student_relationships[0] if self.student_relationships else NO_RELATIONSHIP


class Roles(Part, frozen=True):
    """The roles a person holds. Order is the one the documents write: teacher before staff and admin."""

    student: Student | None = None
    teacher: Teacher | None = None
    staff: Staff | None = None
    district_admin: DistrictAdmin | None = None
    contact: Contact | None = None


ROLES = Roles.__struct_fields__


class District(Record, frozen=True):
    name: str
    sis_type: str = "sftp"
    launch_date: str | None = None
    portal_url: str | None = None
    login_methods: tuple[str, ...] = ()
    last_sync: str | None = None
    state: str = "running"
    error: str = ""
    pause_start: str | None = None
    pause_end: str | None = None
    mdr_number: str | None = None
    nces_id: str | None = None
    district_contact: DistrictContact | None = None
    lms_type: str | None = None
    lms_state: str | None = None
    last_lms_sync: str | None = None
    lms_matched_percentage: LmsMatched | None = None
    last_attendance_sync: str | None = None


class School(Record, frozen=True):
    district: Id
    name: str
    sis_id: str
    created: str
    last_modified: str
    school_number: str = ""
    state_id: str | None = None
    nces_id: str | None = None
    mdr_number: str | None = None
    low_grade: str | None = None
    high_grade: str | None = None
    phone: str | None = None
    location: Location | None = None
    principal: Principal | None = None
    ext: Ext = NO_EXT


class Term(Record, frozen=True):
    district: Id
    name: str | None = None
    start_date: str | None = None
    end_date: str | None = None


class Course(Record, frozen=True):
    district: Id
    name: str | None = None
    number: str | None = None
    description: str | None = None


NO_COURSE = Course(id="", district="")


class User(Record, frozen=True):
    district: Id
    created: str
    last_modified: str
    name: Name
    email: str | None = None
    roles: Roles = Roles()
    password: str | None = None
    lms_status: LmsStatus | None = None

    def holds(self) -> tuple[str, ...]:
        """The roles this person holds."""
        return tuple(compress(ROLES, structs.astuple(self.roles)))


class Person(Record, frozen=True):
    """Someone in one of their roles, as versions before v3 list people: under the id the role had of its own.

    Whoever holds two roles is two persons (docs/multi-role-users-in-clever). Nothing is copied but the id.
    """

    user: User
    role: Any


class Section(Record, frozen=True):
    district: Id
    school: Id
    name: str
    sis_id: str
    created: str
    last_modified: str
    course: Id | None = None
    term_id: Id | None = None
    teacher: Id | None = None
    teachers: Ids = ()
    students: Ids = ()
    subject: str = ""
    grade: str | None = None
    period: str | None = None
    section_number: str | None = None
    lms_status: LmsStatus | None = None
    ext: Ext = NO_EXT


class Resource(Record, frozen=True):
    """Content a district ties to courses (docs/resources)."""

    district: Id
    resource_id: str
    title: str
    created: str
    updated: str
    roles: tuple[str, ...] = ("teacher", "student")
    courses: Ids = ()


class Around(NamedTuple):
    """What a part of a district knows beyond its records: the whole it is seen within, who had left that before,
    and the ids that teachers have before v3 where they were told to it outright."""

    whole: Snapshot | None
    gone: tuple[User, ...]
    known: dict[Id, Id] | None


class Snapshot:
    """Every record of one district at one moment, by kind, each kind in id order."""

    def __init__(
        self,
        *,
        districts: Iterable[District] = (),
        schools: Iterable[School] = (),
        terms: Iterable[Term] = (),
        courses: Iterable[Course] = (),
        users: Iterable[User] = (),
        sections: Iterable[Section] = (),
        resources: Iterable[Resource] = (),
        attendance: Iterable[Attendance] | Register = (),
    ) -> None:
        self.districts = tabled(districts)
        self.schools = tabled(schools)
        self.terms = tabled(terms)
        self.courses = tabled(courses)
        self.users = tabled(users)
        self.sections = tabled(sections)
        self.resources = tabled(resources)
        self.register = attendance if isinstance(attendance, Register) else Register(attendance)
        self._whole: Snapshot | None = None
        self._gone: Iterable[User] = ()
        self._known: dict[Id, Id] | None = None

    @property
    def district(self) -> District:
        """The one district this is a snapshot of."""
        return next(iter(self.districts))

    def table(self, kind: str) -> Table[Any]:
        """The records of that kind, one of KINDS."""
        found: Table[Any] = getattr(self, kind)
        return found

    def replace(self, **tables: Iterable[Any]) -> Snapshot:
        """This snapshot with some tables replaced; the rest is shared, not copied, and so are their indexes."""
        kept: dict[str, Any] = {kind: self.table(kind) for kind in KINDS} | {"attendance": self.register}
        other = Snapshot(**(kept | tables))
        for index, of in _INDEXES.items():
            if index in self.__dict__ and getattr(other, of) is getattr(self, of):
                other.__dict__[index] = self.__dict__[index]
        other._whole, other._gone = self._whole, self._gone
        return other

    def within(self, whole: Snapshot, gone: Iterable[User] = ()) -> Snapshot:
        """This snapshot as the visible part of a district, whose teachers, gone or not, its sections name."""
        part = self.replace()
        part._whole, part._gone = whole, gone
        return part

    def knowing(self, side: Snapshot, teachers: Iterable[Id]) -> Snapshot:
        """This snapshot with the ids that these teachers have in another before v3."""
        part = self.replace()
        ids = list(teachers)
        part._known = dict(zip(ids, side.teacher_ids(ids), strict=True))
        return part

    @property
    def around(self) -> Around:
        """What it knows of the district around it: by this alone it differs from its own records."""
        return Around(self._whole, tuple(self._gone), self._known)

    def placed(self, around: Around) -> Snapshot:
        """This snapshot where another one was."""
        part = self.within(around.whole, around.gone) if around.whole is not None else self.replace()
        part._known = around.known
        return part

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Snapshot) or self.attendance != other.attendance:
            return False
        return all(self.table(kind) == other.table(kind) for kind in KINDS)

    __hash__ = None  # type: ignore[assignment]  # compared by content, so not a key

    @cached_property
    def sections_of_user(self) -> Mapping[Id, list[Id]]:
        """The sections each user learns or teaches in."""
        return _index(self.sections, lambda s: dict.fromkeys((*s.teachers, *s.students)))

    @cached_property
    def sections_of_school(self) -> Mapping[Id, list[Id]]:
        """The sections each school holds."""
        return _index(self.sections, lambda s: (s.school,))

    @cached_property
    def sections_of_course(self) -> Mapping[Id, list[Id]]:
        """The sections of each course."""
        return _index(self.sections, lambda s: (s.course,) if s.course else ())

    @cached_property
    def sections_of_term(self) -> Mapping[Id, list[Id]]:
        """The sections of each term."""
        return _index(self.sections, lambda s: (s.term_id,) if s.term_id else ())

    @cached_property
    def users_of_role(self) -> Mapping[str, list[Id]]:
        """Everyone who holds each role."""
        return _index(self.users, User.holds)

    @cached_property
    def users_of_school(self) -> Mapping[Id, list[Id]]:
        """Everyone associated with each school: students and teachers by enrolment, staff by assignment."""
        return _index(self.users, schools_of)

    @cached_property
    def contacts_of_student(self) -> Mapping[Id, list[Id]]:
        """The contacts of each student."""
        return _index(self.users, lambda u: dict.fromkeys(students_of_contact(u)))

    @cached_property
    def resources_of_course(self) -> Mapping[Id, list[Id]]:
        """The resources tied to each course."""
        return _index(self.resources, lambda r: r.courses)

    # Attendance: of what the district sent (`register`) only rows whose every id leads somewhere here

    @cached_property
    def attendance(self) -> Rows:
        """Every row of a student, a school and a section that are here, in the order of their keys."""
        return tuple(filter(self._shows, self.register.rows))

    @cached_property
    def attendance_of_school(self) -> Mapping[Id, Rows]:
        """The same by school."""
        return Shown(self.register.of_school, self._shows)

    @cached_property
    def attendance_of_section(self) -> Mapping[Id, Rows]:
        """The same by section."""
        return Shown(self.register.of_section, self._shows)

    def _shows(self, row: Attendance) -> bool:
        user = self.users.get(row.student_id)
        known = user is not None and user.roles.student is not None and row.school_id in self.schools
        return known and (row.section_id is None or row.section_id in self.sections)

    # As versions before v3 meet it: built when one of them is asked

    @cached_property
    def students(self) -> Table[Person]:
        """Everyone who is a student."""
        return _persons(self.users, "student")

    @cached_property
    def teachers(self) -> Table[Person]:
        """Everyone who is a teacher."""
        return _persons(self.users, "teacher")

    @cached_property
    def school_admins(self) -> Table[Person]:
        """Everyone who is staff."""
        return _persons(self.users, "staff")

    @cached_property
    def district_admins(self) -> Table[Person]:
        """Everyone who is a district admin."""
        return _persons(self.users, "district_admin")

    @cached_property
    def contacts(self) -> Table[Person]:
        """Everyone who is a contact."""
        return _persons(self.users, "contact")

    @cached_property
    def _teachers_gone(self) -> dict[Id, Id]:
        return {user.id: user.roles.teacher.legacy_id for user in self._gone if user.roles.teacher is not None}

    def _teacher_id(self, id: Id) -> Id:
        if self._known is not None:
            return self._known.get(id, id)
        user = (self._whole or self).users.get(id)
        if user is not None and user.roles.teacher is not None:
            return user.roles.teacher.legacy_id
        return self._teachers_gone.get(id, id)

    def teacher_id(self, user: Id | None) -> Id | None:
        """The id that a section's teacher had before v3, shared or not (docs/api-v3-upgrade-guide)."""
        return self._teacher_id(user) if user is not None else None

    def teacher_ids(self, users: Iterable[Id]) -> list[Id]:
        """The ids that a section's teachers had before v3, shared or not."""
        return list(map(self._teacher_id, users))

    def teachers_called_otherwise(self, other: Snapshot) -> set[Id]:
        """The teachers who have another id before v3 in another snapshot."""
        mine, theirs = ((side._whole or side).users for side in (self, other))
        if mine is theirs:
            return set()
        moved = {user.id for user in (*mine.differing(theirs), *theirs.differing(mine))}
        moved |= self._teachers_gone.keys() | other._teachers_gone.keys()
        return {id for id in moved if self._teacher_id(id) != other._teacher_id(id)}

    def course_of(self, section: Section) -> Course:
        """The course of a section, one without a name when there is none or it is not visible."""
        return self.courses.get(section.course or "") or NO_COURSE

    def term_of(self, section: Section) -> dict[str, str] | None:
        """The term of a section as v1.2 writes it inside the section, if there is one and it is visible."""
        term = self.terms.get(section.term_id or "")
        if term is None:
            return None
        told = {"name": term.name, "start_date": term.start_date, "end_date": term.end_date}
        return {key: value for key, value in told.items() if value is not None}


KINDS = ("districts", "schools", "terms", "courses", "users", "sections", "resources")


_INDEXES = {
    **dict.fromkeys(
        ("sections_of_user", "sections_of_school", "sections_of_course", "sections_of_term"), "sections"
    ),
    **dict.fromkeys(("users_of_role", "users_of_school", "contacts_of_student"), "users"),
    **dict.fromkeys(("students", "teachers", "school_admins", "district_admins", "contacts"), "users"),
    "resources_of_course": "resources",
}
"""What a snapshot works out of one table alone, and which."""


def schools_of(user: User) -> Ids:
    """Every school a person belongs to through any role, primary ones first, each once."""
    student, teacher, staff = user.roles.student, user.roles.teacher, user.roles.staff
    named: list[Id] = []
    for role in (student, teacher):
        if role is not None:
            named += [role.school, *role.schools]
    if staff is not None:
        named += staff.schools
    return tuple(filter(None, dict.fromkeys(named)))


def students_of_contact(user: User) -> Ids:
    """The students a contact belongs to."""
    contact = user.roles.contact
    return tuple(r.student for r in contact.student_relationships) if contact else ()


def replaced(record: R, **values: Any) -> R:
    """A copy of a record with these attributes changed."""
    return structs.replace(record, **values)


def id_in(user: User, role: str) -> Id:
    """The id this person had in that role before v3; a student's is the user's own (docs/api-v3-upgrade-guide)."""
    held: Id = getattr(getattr(user.roles, role), "legacy_id", user.id)
    return held


def _persons(users: Iterable[User], role: str) -> Table[Person]:
    """Those who hold this role, as persons."""
    return Table(
        Person(id=id_in(user, role), user=user, role=held)
        for user in users
        if (held := getattr(user.roles, role)) is not None
    )


def _index(records: Iterable[R], keys: Callable[[R], Iterable[Id]]) -> dict[Id, list[Id]]:
    found: dict[Id, list[Id]] = {}
    for record in records:
        for key in keys(record):
            found.setdefault(key, []).append(record.id)
    return found
