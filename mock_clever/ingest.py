"""A district's rows, as its information system sends them, become the records that applications see.

A pure function: the same source gives the same snapshot, whatever the order of its sheets' rows, save that of
a person's rows the first is the one that counts, and of attendance rows with one key the last. Plain columns are
carried over by the table of `fields`; what Clever works out for itself is written here: schools by enrolment,
courses and terms, what a section is called and taught (data-api §7, §9, §10).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, getitem
from typing import Any

from mock_clever import fields, normalise
from mock_clever.attendance import Attendance, Register
from mock_clever.fields import Field
from mock_clever.identity import Employee, EmployeeRow, Identity, contact_key, employees
from mock_clever.model import (
    NO_EXT,
    Contact,
    Course,
    Credentials,
    Disability,
    District,
    DistrictAdmin,
    DistrictContact,
    Ext,
    Id,
    Ids,
    Location,
    Name,
    Part,
    Principal,
    Relationship,
    Resource,
    Roles,
    School,
    Section,
    Snapshot,
    Staff,
    Student,
    Teacher,
    Term,
    User,
)
from mock_clever.normalise import Reading, is_plain
from mock_clever.sis import AdminRow, ContactRow, Row, SectionRow, Source, StaffRow, StudentRow, TeacherRow

GROUPS: Mapping[str, type[Part]] = {
    "location": Location,
    "principal": Principal,
    "credentials": Credentials,
    "disability": Disability,
    "preferred_name": Name,
}


def ingest(source: Source) -> Snapshot:
    """What the district looks like after this upload. Every id a row names must have its row: a source that
    came from files has been checked by `roster`."""
    return _Ingestion(source).snapshot()


class _Plain:
    """How a row of one sheet becomes values of one part: every field that is a column, by the table."""

    def __init__(self, part: str) -> None:
        columns = [f for f in fields.part(part) if f.column and f.key != "student_relationships"]
        self._values = _Columns([f for f in columns if f.key not in GROUPS])
        self._groups = [
            (group, _Group(kind, _Columns(members)))
            for group, kind in GROUPS.items()
            if (members := [f for f in columns if f.key == group])
        ]

    def __call__(self, row: Row) -> dict[str, Any]:
        values = self._values.read(self._values.cells(row))
        for name, group in self._groups:
            part = group[group.columns.cells(row)]
            if part is not None:
                values[name] = part
        return values


class _Columns:
    """Some columns of a row: their cells, and the named values that these become."""

    def __init__(self, columns: Sequence[Field]) -> None:
        plain, others = [f for f in columns if is_plain(f)], [f for f in columns if not is_plain(f)]
        self._plain = len(plain)
        self._names = [f.name.rpartition(".")[2] for f in (*plain, *others)]
        self._readings = [Reading(f) for f in others]
        names = [f.column.partition(".")[2] for f in (*plain, *others)]
        cell = attrgetter(*names)
        self.cells: Callable[[Row], tuple[Any, ...]] = cell if len(names) > 1 else lambda row: (cell(row),)
        self.absent = (None,) * len(names)

    def read(self, cells: tuple[Any, ...]) -> dict[str, Any]:
        plain, others = cells[: self._plain], map(getitem, self._readings, cells[self._plain :])
        return dict(zip(self._names, (*plain, *others), strict=True))


class _Group(dict[tuple[Any, ...], Part | None]):
    """The part that some cells become, None when the source has none of them; equal ones are one object."""

    def __init__(self, kind: type[Part], columns: _Columns) -> None:
        super().__init__({columns.absent: None})
        self._kind = kind
        self.columns = columns

    def __missing__(self, cells: tuple[Any, ...]) -> Part:
        part = self[cells] = self._kind(**self.columns.read(cells))
        return part


class _Ingestion:
    """One source on its way to a snapshot: what its sheets need to know of one another."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._identity = Identity(source.district)
        self._dated: dict[str, Any] = {
            "district": source.district.id,
            "created": source.district.created,
            "last_modified": source.district.created,
        }
        of = self._identity.of
        self._schools = {row.school_id: of("school", row.school_id) for row in source.schools}
        self._student_rows = {row.student_id: row for row in reversed(source.students)}  # the first row counts
        self._students = {key: of("student", key) for key in self._student_rows}
        self._employees = employees(source, self._identity)
        self._teachers = {row.teacher_id: person.id for person in self._employees for row in _teacher_rows(person)}
        self._sections = sorted(source.sections, key=attrgetter("section_id"))
        self._learn = self._enrolled()
        self._teach = {
            row.section_id: tuple(dict.fromkeys(self._teachers[key] for key in row.teacher_ids))
            for row in self._sections
        }
        self._exts: dict[tuple[tuple[str, str], ...], Ext] = {}
        self._tuples: dict[Ids, Ids] = {}

    def snapshot(self) -> Snapshot:
        """Every record."""
        students = list(self._student_users())
        grades = {user.id: user.roles.student.grade for user in students if user.roles.student}
        courses, course_of = self._courses()
        terms, term_of = self._terms()
        register = Register(self._attendance())
        return Snapshot(
            districts=[self._district(register)],
            schools=self._school_records(),
            terms=terms,
            courses=courses,
            users=[*students, *self._employed_users(), *self._contact_users()],
            sections=self._section_records(grades, course_of, term_of),
            resources=self._resources(courses),
            attendance=register,
        )

    # -- the district and its schools

    def _district(self, register: Register) -> District:
        row = self._source.district
        named = row.contact_first_name or row.contact_last_name or row.contact_email
        contact = DistrictContact(
            id=self._identity.of("district_contact"),
            district=row.id,
            email=row.contact_email,
            name=Name(first=row.contact_first_name, last=row.contact_last_name),
            title=row.contact_title,
        )
        return District(
            id=row.id,
            name=row.name,
            sis_type=row.sis_type,
            portal_url=f"https://clever.com/in/{row.portal}",
            login_methods=row.login_methods,
            last_sync=row.created,
            mdr_number=row.mdr_number,
            nces_id=row.nces_id,
            district_contact=contact if named else None,
            last_attendance_sync=max((row.created for row in register.rows), default=None),
        )

    def _school_records(self) -> Iterator[School]:
        plain = _Plain("school")
        for row in self._source.schools:
            yield School(id=self._schools[row.school_id], ext=self._ext(row), **self._dated, **plain(row))

    # -- who belongs where

    def _enrolled(self) -> dict[str, Ids]:
        """The students of each section, in ascending order (data-api §7), by the section's own key."""
        found: dict[str, list[Id]] = {row.section_id: [] for row in self._sections}
        students = self._students
        for row in self._source.enrollments:
            found[row.section_id].append(students[row.student_id])
        return {section: tuple(sorted(set(ids))) for section, ids in found.items()}

    def _elsewhere(self, members: Mapping[str, Ids], home: Mapping[Id, Id]) -> dict[Id, set[Id]]:
        """The schools where people have sections, other than their primary one."""
        found: dict[Id, set[Id]] = {}
        for row in self._sections:
            school = self._schools[row.school_id]
            for person in members[row.section_id]:
                if home[person] != school:
                    found.setdefault(person, set()).add(school)
        return found

    def _together(self, school: Id, others: Iterable[Id]) -> Ids:
        """The primary school, then the others; equal lists are one object."""
        ids = (school, *sorted(set(others) - {school}))
        return self._tuples.setdefault(ids, ids)

    def _ext(self, row: Row) -> Ext:
        return self._exts.setdefault(tuple(row.ext.items()), row.ext) if row.ext else NO_EXT

    # -- people

    def _student_users(self) -> Iterator[User]:
        home = {self._students[key]: self._schools[row.school_id] for key, row in self._student_rows.items()}
        elsewhere = self._elsewhere(self._learn, home)
        for row in self._source.students:
            id, school = self._students[row.student_id], self._schools[row.school_id]
            if school != home[id]:
                elsewhere.setdefault(id, set()).add(school)
        plain = _Plain("student")
        for key, row in self._student_rows.items():
            id = self._students[key]
            schools = self._together(home[id], elsewhere.get(id, ()))
            student = Student(school=home[id], schools=schools, ext=self._ext(row), **plain(row))
            yield User(
                id=id,
                name=_name(row),
                email=row.student_email or None,
                roles=Roles(student=student),
                password=row.password or None,
                **self._dated,
            )

    def _employed_users(self) -> Iterator[User]:
        teaching = {p.id: _teacher_rows(p) for p in self._employees if "teacher" in p.rows}
        home = {id: self._schools[rows[0].school_id] for id, rows in teaching.items()}
        elsewhere = self._elsewhere(self._teach, home)
        plain = {role: _Plain(role) for role in ("teacher", "staff", "district_admin")}
        for person in self._employees:
            roles: dict[str, Any] = {}
            for role, rows in person.rows.items():
                values = plain[role](rows[0])
                values["legacy_id"] = self._identity.legacy(role, _key(rows[0]))
                if role != "district_admin":
                    values["ext"] = self._ext(rows[0])
                at = [self._schools[row.school_id] for row in rows if not isinstance(row, AdminRow)]
                if role == "teacher":
                    schools = self._together(at[0], (*at, *elsewhere.get(person.id, ())))
                    roles[role] = Teacher(school=at[0], schools=schools, **values)
                elif role == "staff":
                    values["roles"] = _staff_roles(rows)
                    roles[role] = Staff(schools=self._together(at[0], at), **values)
                else:
                    roles[role] = DistrictAdmin(**values)
            first = next(iter(person.rows.values()))[0]
            yield User(
                id=person.id,
                name=_name(first),
                email=person.email,
                roles=Roles(**roles),
                password=next((r.password for rows in person.rows.values() for r in rows if r.password), None),
                **self._dated,
            )

    def _contact_users(self) -> Iterator[User]:
        """One user for each contact, with one relationship for each appearance (docs/student-contacts)."""
        appearances: dict[tuple[str, ...], list[ContactRow]] = {}
        strict = self._source.district.contact_identity == "any change"
        for row in self._source.contacts:
            appearances.setdefault(contact_key(row, strict), []).append(row)
        plain = _Plain("contact")
        table = {field.name: Reading(field) for field in fields.part("contact") if field.column}
        kind, relation = table["student_relationships.type"], table["student_relationships.relationship"]
        for key, rows in appearances.items():
            rows.sort(key=attrgetter("student_id"))
            ties = (
                Relationship(
                    student=self._students[row.student_id],
                    relationship=relation[row.contact_relationship],
                    type=kind[row.contact_type],
                )
                for row in rows
            )
            contact = Contact(
                legacy_id=self._identity.legacy("contact", *key),
                student_relationships=tuple(dict.fromkeys(ties)),
                **plain(rows[0]),
            )
            yield User(
                id=self._identity.of("contact", *key),
                name=Name(last=rows[0].contact_name or None),
                email=rows[0].contact_email or None,
                roles=Roles(contact=contact),
                **self._dated,
            )

    # -- what is taught

    def _courses(self) -> tuple[list[Course], dict[str, Id]]:
        """The courses sections speak of, and the course of each section.

        Known by number where the district has that and a number is given, else by name
        (docs/data-model-quirks-and-supported-features-district-integrations).
        """
        found: dict[Id, Course] = {}
        of_section: dict[str, Id] = {}
        by_number = self._source.district.course_keys
        plain = _Plain("course")
        for row in self._sections:
            if by_number and row.course_number:
                id = self._identity.of("course", "number", row.course_number)
            elif row.course_name:
                id = self._identity.of("course", "name", row.course_name)
            else:
                continue
            of_section[row.section_id] = id
            if id not in found or (not found[id].name and row.course_name):
                found[id] = Course(
                    id=id,
                    district=self._source.district.id,
                    description=row.course_description or None,
                    **plain(row),
                )
        return list(found.values()), {section: found[id].id for section, id in of_section.items()}

    def _terms(self) -> tuple[list[Term], dict[str, Id]]:
        """The terms sections lie in, known by name, start and end together, and the term of each section."""
        found: dict[tuple[Any, ...], Term] = {}
        of_section: dict[str, Id] = {}
        plain = _Plain("term")
        for row in self._sections:
            values = plain(row)
            key = tuple(value or "" for value in values.values())
            if not any(key):
                continue
            if key not in found:
                id = self._identity.of("term", *key)
                found[key] = Term(id=id, district=self._source.district.id, **values)
            of_section[row.section_id] = found[key].id
        return list(found.values()), of_section

    def _section_records(
        self, grades: Mapping[Id, str | None], course_of: Mapping[str, Id], term_of: Mapping[str, Id]
    ) -> Iterator[Section]:
        plain = _Plain("section")
        last_names = {row.teacher_id: row.last_name for row in reversed(self._source.teachers)}
        given = Counter(row.grade for row in self._sections)
        by_source = self._source.district.section_name == "source"
        same_for_all = len(given) == 1 and len(self._sections) > 1
        for row in self._sections:
            values = plain(row)
            students = self._learn[row.section_id]
            teachers = self._teach[row.section_id]
            if not values["grade"] or same_for_all:
                values["grade"] = _usual(map(grades.__getitem__, students)) or values["grade"]
            own_name = row.name if by_source or not row.course_name else ""
            values["name"] = own_name or _section_name(row, last_names)
            values["subject"] = values["subject"] or normalise.subject(row.subject, row.name, row.course_name)
            yield Section(
                id=self._identity.of("section", row.section_id),
                school=self._schools[row.school_id],
                course=course_of.get(row.section_id),
                term_id=term_of.get(row.section_id),
                teacher=teachers[0] if teachers else None,
                teachers=self._tuples.setdefault(teachers, teachers),
                students=students,
                ext=self._ext(row),
                **self._dated,
                **values,
            )

    def _resources(self, courses: Iterable[Course]) -> Iterator[Resource]:
        by_number: dict[str | None, list[Id]] = {}
        for course in courses:
            by_number.setdefault(course.number, []).append(course.id)
        for row in self._source.resources:
            tied = {id for number in row.course_numbers for id in by_number.get(number, ())}
            yield Resource(
                id=self._identity.of("resource", row.resource_id),
                district=self._source.district.id,
                resource_id=row.resource_id,
                title=row.title,
                created=self._source.district.created,
                updated=self._source.district.created,
                roles=row.roles,
                courses=tuple(sorted(tied)),
            )

    def _attendance(self) -> Iterator[Attendance]:
        """What is said of each student and day. A row is first seen when its day ends, or in the first sync."""
        plain, created = _Plain("attendance"), self._source.district.created
        taken = {row.section_id for row in self._source.attendance if row.section_id}
        sections = {key: self._identity.of("section", key) for key in taken}
        for row in self._source.attendance:
            values = plain(row)
            seen = max(created, f"{values['attendance_date']}T23:59:59.000Z")
            yield Attendance(
                student_id=self._students[row.student_id],
                school_id=self._schools[row.school_id],
                section_id=sections[row.section_id or ""] if values["attendance_type"] == "section" else None,
                district_id=self._source.district.id,
                created=seen,
                last_modified=seen,
                **values,
            )


def _teacher_rows(person: Employee) -> list[TeacherRow]:
    return [row for row in person.rows.get("teacher", ()) if isinstance(row, TeacherRow)]


def _key(row: EmployeeRow) -> str:
    return row.teacher_id if isinstance(row, TeacherRow) else row.staff_id


def _name(row: StudentRow | EmployeeRow) -> Name:
    middle = None if isinstance(row, AdminRow) else row.middle_name
    return Name(first=row.first_name or None, middle=middle or None, last=row.last_name or None)


def _staff_roles(rows: Sequence[EmployeeRow]) -> tuple[str, ...]:
    """What a member of staff may do in Clever: `PortalOnly` unless the source says otherwise (docs/users)."""
    known = {role.casefold(): role for role in fields.STAFF_ROLES}
    said = [row.role.split(",") for row in rows if isinstance(row, StaffRow) and row.role]
    plain = ("".join(word.split()).casefold() for words in said for word in words)
    return tuple(dict.fromkeys(known[word] for word in plain if word in known)) or ("PortalOnly",)


def _usual(grades: Iterable[str | None]) -> str | None:
    """The most frequent grade (docs/ss-design); of equally frequent ones, the lowest."""
    counted = Counter(grades)
    given = (grade for grade in counted if grade)
    return max(given, key=lambda g: (counted[g], -fields.GRADES.index(g)), default=None)


def _section_name(row: SectionRow, last_names: Mapping[str, str]) -> str:
    """The name Clever makes up for a section that has none (docs/ss-design, docs/sections)."""
    teacher = last_names[row.teacher_ids[0]] if row.teacher_ids else None
    period = f"Period {row.period}" if row.period else None
    return " - ".join(part for part in (row.course_name, teacher, period) if part)
