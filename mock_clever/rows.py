"""A snapshot becomes the rows its district's system would send: the way back from `ingest`.

Plain columns are carried by the table of `fields`, as on the way in. Rows know no Clever ids: whoever reads them
makes those of the numbers, so people who merged, split or came back may have others then.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from mock_clever import fields, sis
from mock_clever.model import Snapshot, User

_ONE_OF_MANY = "student_relationships"


def rows_of(district: Snapshot) -> sis.Source:
    """Everything one upload of this district holds."""
    return _Rows(district).source()


class _Rows:
    """One district on its way to rows: what its records are called there."""

    def __init__(self, district: Snapshot) -> None:
        self.all = district
        self.schools = {school.id: school.sis_id for school in district.schools}
        students = ((user.id, user.roles.student) for user in district.users)
        self.students = {id: held.sis_id for id, held in students if held is not None}
        teachers = ((user.id, user.roles.teacher) for user in district.users)
        self.teachers = {id: held.sis_id for id, held in teachers if held is not None}
        self.sections = {section.id: section.sis_id for section in district.sections}

    def source(self) -> sis.Source:
        """Every sheet."""
        return sis.Source(
            district=self.district(),
            schools=[sis.SchoolRow(ext=school.ext, **_cells("school", school)) for school in self.all.schools],
            students=list(self.student_rows()),
            contacts=list(self.contact_rows()),
            teachers=list(self.teacher_rows()),
            sections=list(self.section_rows()),
            enrollments=[
                sis.EnrollmentRow(section_id=section.sis_id, student_id=self.students[id])
                for section in self.all.sections
                for id in section.students
                if id in self.students
            ],
            staff=list(self.staff_rows()),
            admins=list(self.admin_rows()),
            resources=list(self.resource_rows()),
            attendance=list(self.attendance_rows()),
        )

    def district(self) -> sis.DistrictRow:
        """What Clever knows of the district apart from its files."""
        own, contact = self.all.district, self.all.district.district_contact
        created = min((school.created for school in self.all.schools), default=own.last_sync or "")
        said: dict[str, Any] = {} if contact is None else {
            "contact_first_name": contact.name.first,
            "contact_last_name": contact.name.last,
            "contact_email": contact.email,
            "contact_title": contact.title or "",
        }  # fmt: skip
        return sis.DistrictRow(
            id=own.id,
            name=own.name,
            created=created,
            sis_type=own.sis_type,
            portal=(own.portal_url or "demo").rpartition("/")[2],
            login_methods=own.login_methods,
            mdr_number=own.mdr_number,
            nces_id=own.nces_id,
            **said,
        )

    def student_rows(self) -> Iterator[sis.StudentRow]:
        """A row at the primary school, and one at each other where no section says that they are there."""
        for user in self.all.users:
            held = user.roles.student
            if held is None:
                continue
            taught = {self.all.sections[id].school for id in self.all.sections_of_user.get(user.id, ())}
            cells = _cells("student", held) | _name(user)
            cells |= {"student_email": user.email, "password": user.password}
            for school in (held.school, *(id for id in held.schools if id not in taught | {held.school})):
                yield sis.StudentRow(school_id=self.schools[school], ext=held.ext, **cells)

    def teacher_rows(self) -> Iterator[sis.TeacherRow]:
        """A row at each school, the primary one first."""
        for user in self.all.users:
            held = user.roles.teacher
            if held is not None:
                cells = _cells("teacher", held) | _name(user)
                cells |= {"teacher_email": user.email, "password": user.password}
                for school in dict.fromkeys((held.school, *held.schools)):
                    yield sis.TeacherRow(school_id=self.schools[school], ext=held.ext, **cells)

    def staff_rows(self) -> Iterator[sis.StaffRow]:
        """A row at each school."""
        for user in self.all.users:
            held = user.roles.staff
            if held is not None:
                cells = _cells("staff", held) | _name(user) | {"role": ",".join(held.roles)}
                cells |= {"staff_email": user.email, "password": user.password}
                for school in held.schools:
                    yield sis.StaffRow(school_id=self.schools[school], ext=held.ext, **cells)

    def admin_rows(self) -> Iterator[sis.AdminRow]:
        """The district's administrators, numbered by the id of their role, for a record keeps no other number."""
        for user in self.all.users:
            held = user.roles.district_admin
            if held is not None:
                name = _name(user)
                yield sis.AdminRow(
                    staff_id=held.legacy_id,
                    admin_email=user.email or "",
                    last_name=name["last_name"] or "",
                    first_name=name["first_name"] or "",
                    admin_title=held.title,
                    password=user.password,
                )

    def contact_rows(self) -> Iterator[sis.ContactRow]:
        """A row for each student of each contact."""
        for user in self.all.users:
            held = user.roles.contact
            for tie in held.student_relationships if held is not None else ():
                if tie.student in self.students:
                    yield sis.ContactRow(
                        student_id=self.students[tie.student],
                        contact_name=user.name.whole,
                        contact_email=user.email,
                        contact_relationship=tie.relationship,
                        contact_type=tie.type,
                        **_cells("contact", held),
                    )

    def section_rows(self) -> Iterator[sis.SectionRow]:
        """The sections, each with its course and term."""
        for section in self.all.sections:
            course, term = self.all.courses.get(section.course or ""), self.all.terms.get(section.term_id or "")
            cells = _cells("section", section)
            cells |= _cells("course", course) | {"course_description": course.description} if course else {}
            cells |= _cells("term", term) if term else {}
            yield sis.SectionRow(
                school_id=self.schools[section.school],
                teacher_ids=tuple(self.teachers[id] for id in section.teachers if id in self.teachers),
                ext=section.ext,
                **cells,
            )

    def resource_rows(self) -> Iterator[sis.ResourceRow]:
        """The resources, tied to courses by number."""
        for resource in self.all.resources:
            courses = (self.all.courses.get(id) for id in resource.courses)
            numbers = tuple(course.number for course in courses if course is not None and course.number)
            cells = _cells("resource", resource) | {"roles": resource.roles}
            yield sis.ResourceRow(course_numbers=numbers, **cells)

    def attendance_rows(self) -> Iterator[sis.AttendanceRow]:
        """Attendance of whom and what is here still."""
        for row in self.all.attendance:
            yield sis.AttendanceRow(
                student_id=self.students[row.student_id],
                school_id=self.schools[row.school_id],
                section_id=self.sections.get(row.section_id or ""),
                **_cells("attendance", row),
            )


def _cells(part: str, record: Any) -> dict[str, Any]:
    """The columns of a record that the table of fields knows, as they stand in it."""
    found = {}
    for field in fields.part(part):
        if field.column and not field.name.startswith(_ONE_OF_MANY):
            group, _, name = field.name.rpartition(".")
            inner = getattr(record, group) if group else record
            found[field.column.partition(".")[2]] = attrgetter(name)(inner) if inner is not None else None
    return found


def _name(user: User) -> dict[str, Any]:
    return {
        "first_name": user.name.first or "",
        "middle_name": user.name.middle,
        "last_name": user.name.last or "",
    }
