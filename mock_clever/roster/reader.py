"""A folder of Clever's SFTP files becomes a Source, or one report of all that is wrong with it.

Here faults are seen that show between rows: an id nobody has, two records with one id, a section without students.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from mock_clever import normalise
from mock_clever.roster import sidecar
from mock_clever.roster.grid import NO_EXT, Ext, Grid, shown
from mock_clever.roster.layout import MOST_CONTACTS, MOST_TEACHERS, SHEETS, TEACHERS, header
from mock_clever.roster.problems import Problem, Report, RosterError
from mock_clever.sis import (
    AttendanceRow,
    ContactRow,
    EnrollmentRow,
    ResourceRow,
    SectionRow,
    Source,
    StudentRow,
)

CONTACT = tuple(name for name in ContactRow.__struct_fields__ if name.startswith("contact_"))


class Loaded(Struct, frozen=True):
    """A roster, and what Clever would send the district a Data Warning about (docs/ss-design)."""

    source: Source
    warnings: tuple[Problem, ...] = ()
    more_warnings: int = 0


def read(directory: str | PathLike[str]) -> Source:
    """The district in a folder. Raises RosterError, naming everything wrong, when it cannot be loaded."""
    return load(directory).source


def load(directory: str | PathLike[str]) -> Loaded:
    """The district in a folder, with the warnings that go with it."""
    folder = Path(directory)
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        said = f"cannot be read as a folder ({error.strerror})"
        raise RosterError(
            [Problem(str(folder), None, None, said, "Name a folder of Clever's CSV files")]
        ) from None
    problems, warnings = Report(), Report()
    source = _Roster(folder, names, problems, warnings).source()
    if problems.problems:
        raise RosterError(problems.problems, problems.more, warnings.problems)
    return Loaded(source, tuple(warnings.problems), warnings.more)


class _Record(Struct, frozen=True, gc=False):
    """The first row of a record: what the later ones must agree with, and others may name."""

    key: str
    line: int
    row: Any
    place: str | None


class _Roster:
    """One folder being read: its sheets in turn, and what each needs to know of those before it."""

    def __init__(self, folder: Path, names: set[str], problems: Report, warnings: Report) -> None:
        self._district = sidecar.read(folder, problems, warnings)
        self._grids = {sheet.name: Grid(folder, names, sheet, problems, warnings) for sheet in SHEETS}
        self._records: dict[str, dict[str, _Record]] = {sheet.name: {} for sheet in SHEETS}
        self._places: dict[tuple[str, str], set[str | None]] = {}
        self._contacts: dict[str, dict[tuple[str, ...], ContactRow]] = {}
        self._told: dict[str, set[tuple[str | None, ...]]] = {sheet.name: set() for sheet in SHEETS}

    def source(self) -> Source:
        """Every sheet's rows."""
        found = {name: list(self._rows(grid)) for name, grid in self._grids.items()}
        found["resources"] = _gathered(found["resources"])
        found["contacts"] = [contact for mine in self._contacts.values() for contact in mine.values()]
        self._look_for_students({row.section_id for row in found["enrollments"]})
        return Source(district=self._district, **found)

    def _rows(self, grid: Grid) -> Iterator[Any]:
        sheet = grid.sheet
        required = sheet.required
        titles = [column for column in required if column != sheet.key and column not in sheet.refers]
        refers = [(c, c in required, self._grids[to], self._records[to]) for c, to in sheet.refers.items()]
        build = _BUILDERS.get(sheet.name, _plain)
        for line, cells, ext in grid.rows():
            if sheet.key and not cells[sheet.key].strip():
                grid.problem(line, sheet.key, "this is blank", f"Give every {sheet.says} its id")
                continue
            for column, needed, other, records in refers:
                cell = cells.get(column)
                if cell is None:
                    continue
                if (record := records.get(cell)) is not None:
                    cells[column] = record.key
                elif cell.strip():
                    if other.complete:
                        said = f"there is no {other.sheet.says} {shown(cell)}"
                        grid.problem(line, column, said, f"Correct it, or add the row to {other.sheet.file}")
                elif needed:
                    grid.problem(line, column, "this is blank", f"Name a {other.sheet.says}")
            for column in titles:
                if cells[column].strip():
                    continue
                if column in sheet.strict:
                    grid.problem(line, column, "this is blank", f"Fill it in: no {sheet.says} is without it")
                else:
                    grid.warning(line, column, "this is blank", "Applications expect it; fill it in")
            place = cells.get(sheet.place)
            row = build(self, grid, line, cells, ext)
            if not sheet.key or self._is_new(grid, line, row, place):
                yield row

    def _is_new(self, grid: Grid, line: int, row: Any, place: str | None) -> bool:
        """Whether a row adds something: a record, or a further place of one."""
        sheet = grid.sheet
        key = getattr(row, sheet.key)
        first = self._records[sheet.name].setdefault(key, _Record(key, line, row, place))
        if first.row is row:
            return True
        for column in row.__struct_fields__:
            ours, theirs = getattr(row, column), getattr(first.row, column)
            if ours != theirs and column not in (sheet.place, "course_numbers"):
                said = f"{sheet.says} {shown(key)} has {shown(ours)} here and {shown(theirs)} on line {first.line}"
                sole = f", or only {header(sheet.place)} different in its rows" if sheet.place else ""
                grid.problem(
                    line, column.replace("_ids", "_id"), said, f"Give each {sheet.says} an id of its own{sole}"
                )
                return False
        places = self._places.setdefault((sheet.name, key), {first.place})
        if place not in places:
            places.add(place)
            return True
        if key not in self._contacts or sheet.name != "students":
            grid.warning(line, sheet.key, f"this row repeats line {first.line}", "Take it out")
        return False

    def look_twice(
        self, grid: Grid, line: int, column: str, row: tuple[str | None, ...], remedy: str = "Take it out"
    ) -> None:
        """Warn of a row about nothing but what another was about, where a key may stand in several rows."""
        told = self._told[grid.sheet.name]
        if row in told:
            grid.warning(line, column, "this row repeats an earlier one", remedy)
        told.add(row)

    def add_contact(self, grid: Grid, line: int, student: str, cells: dict[str, str]) -> None:
        """Note one contact of a student; the same again, as in the row of another school, is no second one."""
        mine = self._contacts.setdefault(student, {})
        key = tuple(cells.values())
        if key in mine:
            return
        if not cells.get("contact_name"):
            grid.warning(line, "contact_name", "this contact has no name", "Applications expect it; fill it in")
        if len(mine) == MOST_CONTACTS:
            said = f"student {shown(student)} has more than {MOST_CONTACTS} contacts"
            grid.warning(line, "contact_name", said, f"Clever takes {MOST_CONTACTS} (docs/student-contacts)")
        mine[key] = ContactRow(student_id=student, ext=NO_EXT, **({"contact_name": ""} | cells))

    def section_school(self, section: str) -> str | None:
        """The school of a section, or None when there is no such section."""
        record = self._records["sections"].get(section)
        return record.row.school_id if record else None

    def _look_for_students(self, enrolled: set[str]) -> None:
        if not self._grids["enrollments"].complete:
            return
        for record in self._records["sections"].values():
            if record.key not in enrolled:
                said = f"section {shown(record.key)} has no students"
                remedy = "Clever expects at least one; enroll some or take the section out"
                self._grids["sections"].warning(record.line, "section_id", said, remedy)


def _plain(roster: _Roster, grid: Grid, line: int, cells: dict[str, str], ext: Ext) -> Any:
    return grid.sheet.row(ext=ext, **cells)


def _student(roster: _Roster, grid: Grid, line: int, cells: dict[str, str], ext: Ext) -> StudentRow:
    contact = {column: cells.pop(column) for column in CONTACT if column in cells}
    if any(contact.values()):
        roster.look_twice(grid, line, "student_id", (cells["student_id"], cells["school_id"], *contact.values()))
        roster.add_contact(grid, line, cells["student_id"], contact)
    return StudentRow(ext=ext, **cells)


def _section(roster: _Roster, grid: Grid, line: int, cells: dict[str, str], ext: Ext) -> SectionRow:
    teachers = tuple(filter(None, [cells.pop(column) for column in TEACHERS if column in cells]))
    if len(teachers) > MOST_TEACHERS:
        said = f"{len(teachers)} teachers"
        grid.warning(line, TEACHERS[MOST_TEACHERS], said, f"Clever takes {MOST_TEACHERS} (docs/sections)")
    return SectionRow(teacher_ids=teachers, ext=ext, **cells)


def _enrollment(roster: _Roster, grid: Grid, line: int, cells: dict[str, str], ext: Ext) -> EnrollmentRow:
    section, school = cells["section_id"], cells.get("school_id")
    if school and school != roster.section_school(section):
        said = f"section {shown(section)} belongs to another school than {shown(school)}"
        grid.warning(line, "school_id", said, "Name the section's school; this column is not used")
    roster.look_twice(grid, line, "student_id", (section, cells["student_id"]))
    return EnrollmentRow(section_id=section, student_id=cells["student_id"], ext=NO_EXT)


def _resource(roster: _Roster, grid: Grid, line: int, cells: dict[str, str], ext: Ext) -> ResourceRow:
    courses = tuple(filter(None, [cells.pop("course_number", "")]))
    values: dict[str, Any] = dict(cells)
    if "roles" in cells:
        values["roles"] = tuple(filter(None, cells["roles"].split(",")))
    return ResourceRow(ext=ext, course_numbers=courses, **values)


def _attendance(roster: _Roster, grid: Grid, line: int, cells: dict[str, str], ext: Ext) -> AttendanceRow:
    section, school = cells.get("section_id", ""), cells["school_id"]
    kind = cells["attendance_type"].strip().casefold()
    if kind == "section" and not section.strip():
        said = "a row of type section names no section"
        grid.problem(line, "section_id", said, "Name the section, or make the row a daily one")
    elif kind == "daily" and section.strip():
        said = f"a row of type daily names section {shown(section)}"
        grid.warning(line, "section_id", said, "It is left out; make the row one of type section if it is meant")
    elif section.strip() and roster.section_school(section) not in (school, None):
        said = f"section {shown(section)} belongs to another school than {shown(school)}"
        grid.warning(line, "school_id", said, "Name the section's school; the row is listed under this one")
    day, about = normalise.date(cells["attendance_date"]), section if kind == "section" else ""
    remedy = "The later row overwrites the earlier one; keep one of the two"
    roster.look_twice(grid, line, "attendance_date", (day, cells["student_id"], about, school), remedy)
    return AttendanceRow(ext=ext, **cells)


def _gathered(rows: list[ResourceRow]) -> list[ResourceRow]:
    """Each resource once, with the courses that all its rows name."""
    found: dict[str, ResourceRow] = {}
    for row in rows:
        first = found.setdefault(row.resource_id, row)
        if first is not row:
            courses = first.course_numbers + row.course_numbers
            found[row.resource_id] = structs.replace(first, course_numbers=courses)
    return list(found.values())


Builder = Callable[[_Roster, Grid, int, dict[str, str], Ext], Any]
_BUILDERS: Mapping[str, Builder] = {
    "students": _student,
    "sections": _section,
    "enrollments": _enrollment,
    "resources": _resource,
    "attendance": _attendance,
}
