"""A Source becomes a folder of Clever's SFTP files, from which `read` makes the same Source again.

Columns that no row has are left out, which is how a file says that the source knows nothing of them; where
only some rows have one, the others get a blank cell. Custom columns are written `ext.` and their name.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path

from mock_clever.roster import sidecar
from mock_clever.roster.layout import CUSTOM, SHEETS, TEACHERS, Sheet, header
from mock_clever.sis import Row, Source

Cells = dict[str, str | None]


def write(source: Source, directory: str | PathLike[str]) -> None:
    """Write a district's files into a folder, over those of another district that stood there."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / sidecar.FILE).write_text(sidecar.written(source.district), encoding="utf-8")
    for sheet in SHEETS:
        if getattr(source, sheet.name) or not sheet.optional:
            _write(folder / sheet.file, sheet, source)
        else:
            (folder / sheet.file).unlink(missing_ok=True)


def _write(path: Path, sheet: Sheet, source: Source) -> None:
    used: set[str] = set()
    for row in _rows(sheet, source):
        used.update(column for column in row.keys() - used if row[column] is not None)
    columns = [column for column in sheet.columns if column in used or column in sheet.required]
    columns += sorted(column for column in used if column.startswith(CUSTOM))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([column if column.startswith(CUSTOM) else header(column) for column in columns])
        out.writerows([row.get(column) or "" for column in columns] for row in _rows(sheet, source))


def _rows(sheet: Sheet, source: Source) -> Iterable[Cells]:
    special = _ROWS.get(sheet.name)
    return special(source) if special else map(_cells, getattr(source, sheet.name))


def _cells(row: Row) -> Cells:
    plain: Cells = {name: getattr(row, name) for name in row.__struct_fields__ if name != "ext"}
    return plain | {f"{CUSTOM}{name}": cell for name, cell in row.ext.items()}


def _students(source: Source) -> Iterator[Cells]:
    """A row for each school and each contact of a student: as many as the longer list has."""
    contacts: dict[str, list[Cells]] = {}
    for contact in source.contacts:
        contacts.setdefault(contact.student_id, []).append(_cells(contact))
    for row in source.students:
        cells = _cells(row)
        yield from (cells | contact for contact in contacts.pop(row.student_id, None) or [{}])


def _sections(source: Source) -> Iterator[Cells]:
    for row in source.sections:
        cells = _cells(row)
        del cells["teacher_ids"]
        yield cells | dict(zip(TEACHERS, row.teacher_ids, strict=False))


def _enrollments(source: Source) -> Iterator[Cells]:
    schools = {row.section_id: row.school_id for row in source.sections}
    for row in source.enrollments:
        school = schools[row.section_id]
        yield {"school_id": school, "section_id": row.section_id, "student_id": row.student_id}


def _resources(source: Source) -> Iterator[Cells]:
    for row in source.resources:
        cells = _cells(row) | {"roles": ",".join(row.roles)}
        del cells["course_numbers"]
        yield from (cells | {"course_number": number} for number in row.course_numbers or [""])


_ROWS: Mapping[str, Callable[[Source], Iterable[Cells]]] = {
    "students": _students,
    "sections": _sections,
    "enrollments": _enrollments,
    "resources": _resources,
}
