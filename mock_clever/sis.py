"""What a district's student information system sends: rows of text, as in Clever's SFTP files.

Attributes are the columns' names in lower case (Clever SFTP Instructions v2.1.1; which become what stands in
`fields`). `None` is a column the source does not have, `""` a blank cell. `ingest` turns a Source into the
records that applications see; `synthesis` makes one up; `roster` reads and writes one as CSV.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

Cell = str | None


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """One row of one file. `ext` holds the custom columns (docs/extension-fields)."""

    ext: Mapping[str, str] = {}


class SchoolRow(Row, frozen=True):
    school_id: str
    school_name: str
    school_number: str = ""
    state_id: Cell = None
    nces_id: Cell = None
    mdr_number: Cell = None
    low_grade: Cell = None
    high_grade: Cell = None
    principal: Cell = None
    principal_email: Cell = None
    school_address: Cell = None
    school_city: Cell = None
    school_state: Cell = None
    school_zip: Cell = None
    school_phone: Cell = None


class StudentRow(Row, frozen=True):
    school_id: str
    student_id: str
    last_name: str
    first_name: str
    student_number: Cell = None
    state_id: Cell = None
    middle_name: Cell = None
    preferred_first_name: Cell = None
    preferred_middle_name: Cell = None
    preferred_last_name: Cell = None
    grade: Cell = None
    gender: Cell = None
    graduation_year: Cell = None
    dob: Cell = None
    race: Cell = None
    hispanic_latino: Cell = None
    home_language: Cell = None
    home_language_code: Cell = None
    ell_status: Cell = None
    frl_status: Cell = None
    iep_status: Cell = None
    gifted_status: Cell = None
    section_504_status: Cell = None
    disability_status: Cell = None
    disability_type: Cell = None
    disability_code: Cell = None
    student_street: Cell = None
    student_city: Cell = None
    student_state: Cell = None
    student_zip: Cell = None
    student_email: Cell = None
    username: Cell = None
    password: Cell = None


class ContactRow(Row, frozen=True):
    """One contact of one student; in students.csv, each further contact is one more row of the student."""

    student_id: str
    contact_name: str
    contact_type: Cell = None
    contact_relationship: Cell = None
    contact_phone: Cell = None
    contact_phone_type: Cell = None
    contact_email: Cell = None
    contact_sis_id: Cell = None


class TeacherRow(Row, frozen=True):
    """A teacher at one school; a teacher of two schools has two rows, the primary school first."""

    school_id: str
    teacher_id: str
    last_name: str
    first_name: str
    teacher_number: Cell = None
    state_teacher_id: Cell = None
    teacher_email: Cell = None
    middle_name: Cell = None
    title: Cell = None
    username: Cell = None
    password: Cell = None


class SectionRow(Row, frozen=True):
    """`teacher_ids` are the columns Teacher_id, Teacher_2_id … Teacher_10_id, the primary teacher first."""

    school_id: str
    section_id: str
    teacher_ids: tuple[str, ...] = ()
    name: Cell = None
    section_number: Cell = None
    grade: Cell = None
    course_name: Cell = None
    course_number: Cell = None
    course_description: Cell = None
    period: Cell = None
    subject: Cell = None
    term_name: Cell = None
    term_start: Cell = None
    term_end: Cell = None


class EnrollmentRow(Row, frozen=True):
    section_id: str
    student_id: str


class StaffRow(Row, frozen=True):
    """A member of staff at one school; one of two schools has two rows."""

    school_id: str
    staff_id: str
    last_name: str
    first_name: str
    staff_email: Cell = None
    middle_name: Cell = None
    department: Cell = None
    title: Cell = None
    role: Cell = None
    username: Cell = None
    password: Cell = None


class AdminRow(Row, frozen=True):
    """A district administrator (admins.csv, deprecated by Clever but still read)."""

    staff_id: str
    admin_email: str
    last_name: str
    first_name: str
    admin_title: Cell = None
    password: Cell = None


class ResourceRow(Row, frozen=True):
    """Content tied to courses by their numbers (docs/resources)."""

    resource_id: str
    title: str
    roles: tuple[str, ...] = ("teacher", "student")
    course_numbers: tuple[str, ...] = ()


class AttendanceRow(Row, frozen=True):
    """What became of a student on one day, at school or in a section (docs/attendance-data-how-does-it-work)."""

    student_id: str
    school_id: str
    attendance_date: str
    attendance_type: str
    attendance_status: str
    section_id: Cell = None
    excuse_code: Cell = None
    attendance_id: Cell = None


class Options(Struct, frozen=True, kw_only=True):
    """How a district's rows are read, at its first sync and at every later one.

    `course_keys`: whether a course is known by its number (docs/data-model-quirks…, since January 2023).
    `section_name`: whether the source's name of a section or the generated one comes first (docs/ss-design says
    the source's, docs/sections the generated). `contact_identity`: whether a contact without sis_id stays who
    they are while name and e-mail do (docs/student-contacts), or becomes another at any change (docs/users).
    """

    course_keys: bool = True
    section_name: Literal["source", "generated"] = "source"
    contact_identity: Literal["name and email", "any change"] = "name and email"


class DistrictRow(Struct, frozen=True, kw_only=True):
    """What Clever knows about a district apart from its files.

    `created` is the timestamp of the first sync: ids begin with its second and records are dated by it. The last
    three are its `Options`.
    """

    id: str
    name: str
    created: str
    sis_type: str = "sftp"
    portal: str = "demo"
    login_methods: tuple[str, ...] = ("Clever Badges", "Clever Passwords")
    mdr_number: str | None = None
    nces_id: str | None = None
    contact_first_name: str | None = None
    contact_last_name: str | None = None
    contact_email: str | None = None
    contact_title: str = ""
    course_keys: bool = True
    section_name: Literal["source", "generated"] = "source"
    contact_identity: Literal["name and email", "any change"] = "name and email"

    @property
    def options(self) -> Options:
        """How its rows are read."""
        return Options(**{name: getattr(self, name) for name in Options.__struct_fields__})


class Source(Struct, kw_only=True):
    """Everything one upload holds."""

    district: DistrictRow
    schools: list[SchoolRow] = field(default_factory=list)
    students: list[StudentRow] = field(default_factory=list)
    contacts: list[ContactRow] = field(default_factory=list)
    teachers: list[TeacherRow] = field(default_factory=list)
    sections: list[SectionRow] = field(default_factory=list)
    enrollments: list[EnrollmentRow] = field(default_factory=list)
    staff: list[StaffRow] = field(default_factory=list)
    admins: list[AdminRow] = field(default_factory=list)
    resources: list[ResourceRow] = field(default_factory=list)
    attendance: list[AttendanceRow] = field(default_factory=list)
