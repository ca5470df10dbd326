"""The files of a roster: their columns, which of them must be there, and what their cells point at.

Columns are the attributes of `sis`, spelled as Clever's SFTP Instructions v2.1.1 spell them; what a column may
hold comes from the table of `fields`. A column that is neither is a custom one: it lands in `ext` under its
header as given, without a leading `ext.` (docs/extension-fields).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, structs

from mock_clever import sis
from mock_clever.fields import FIELDS, Field

CUSTOM = "ext."
SPELLED = {
    "dob": "DOB",
    "hispanic_latino": "Hispanic_Latino",
    "iep_status": "IEP_status",
    "nces_id": "NCES_id",
    "mdr_number": "MDR_number",
}
TEACHERS = ("teacher_id", *(f"teacher_{number}_id" for number in range(2, 31)))
"""Clever takes ten teachers; further columns are read so that the report can say so."""

PRESENCE = ("student_id", "school_id", "section_id")
"""Who and where: the first columns of attendance.csv, as documented."""

MOST_TEACHERS = 10
MOST_CONTACTS = 5


class Sheet(Struct, frozen=True, kw_only=True):
    """One file. `name` is the attribute of Source it fills, `row` its rows, `says` what one row is called.

    `key` is the column a record is known by. A record may take several rows, each naming another `place`.
    `refers` are the columns that name a row of another sheet. In `strict` ones a blank, or a value that Clever
    does not know, is a fault and no warning: a row cannot be without it. `also` are other names of columns.
    """

    name: str
    row: type[Struct]
    says: str
    key: str
    place: str = ""
    refers: Mapping[str, str] = {}
    columns: tuple[str, ...] = ()
    strict: tuple[str, ...] = ()
    also: Mapping[str, str] = {}
    optional: bool = False

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}.csv"

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which there is no record."""
        needed = {field.name for field in structs.fields(self.row) if field.required}
        return tuple(column for column in self.columns if column in needed)

    @property
    def fields(self) -> dict[str, Field]:
        """What stands in the table of fields, by column."""
        sheets = (self.name, "contacts") if self.name == "students" else (self.name,)
        found = {field.column: field for field in FIELDS if field.column}
        names = {c: f"{s}.{c}" for c in self.columns for s in sheets if f"{s}.{c}" in found}
        return {column: found[name] for column, name in names.items()}


def _columns(row: type[Struct], *without: str) -> tuple[str, ...]:
    return tuple(name for name in row.__struct_fields__ if name not in ("ext", *without))


SHEETS = (
    Sheet(
        name="schools",
        row=sis.SchoolRow,
        says="school",
        key="school_id",
        columns=_columns(sis.SchoolRow),
    ),
    Sheet(
        name="students",
        row=sis.StudentRow,
        says="student",
        key="student_id",
        place="school_id",
        refers={"school_id": "schools"},
        columns=_columns(sis.StudentRow) + _columns(sis.ContactRow, "student_id"),
    ),
    Sheet(
        name="teachers",
        row=sis.TeacherRow,
        says="teacher",
        key="teacher_id",
        place="school_id",
        refers={"school_id": "schools"},
        columns=_columns(sis.TeacherRow),
    ),
    Sheet(
        name="staff",
        row=sis.StaffRow,
        says="member of staff",
        key="staff_id",
        place="school_id",
        refers={"school_id": "schools"},
        columns=_columns(sis.StaffRow),
        optional=True,
    ),
    Sheet(
        name="admins",
        row=sis.AdminRow,
        says="district admin",
        key="staff_id",
        columns=_columns(sis.AdminRow),
        optional=True,
    ),
    Sheet(
        name="sections",
        row=sis.SectionRow,
        says="section",
        key="section_id",
        refers={"school_id": "schools", **dict.fromkeys(TEACHERS, "teachers")},
        columns=_columns(sis.SectionRow, "teacher_ids") + TEACHERS,
    ),
    Sheet(
        name="enrollments",
        row=sis.EnrollmentRow,
        says="enrollment",
        key="",
        refers={"school_id": "schools", "section_id": "sections", "student_id": "students"},
        columns=("school_id", *_columns(sis.EnrollmentRow)),
    ),
    Sheet(
        name="resources",
        row=sis.ResourceRow,
        says="resource",
        key="resource_id",
        place="course_number",
        columns=("resource_id", "title", "roles", "course_number"),
        optional=True,
    ),
    Sheet(
        name="attendance",
        row=sis.AttendanceRow,
        says="attendance row",
        key="",
        refers={"student_id": "students", "school_id": "schools", "section_id": "sections"},
        columns=(*PRESENCE, *_columns(sis.AttendanceRow, *PRESENCE)),
        strict=("attendance_date", "attendance_type", "attendance_status"),
        also={"sis_id": "attendance_id"},  # what an earlier text of the documents calls it (data-api 9.8)
        optional=True,
    ),
)
"""In the order in which they are read, so that a name is known before it is used."""


def header(column: str) -> str:
    """A column as its file spells it: `School_id`, `DOB`."""
    return SPELLED.get(column, column.capitalize())
