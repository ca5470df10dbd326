r"""Districts written by hand: fixtures/districts/<preset>/*.csv, one file for each kind of row.

The header names attributes of the row (`sis`), `ext.x` a custom column. In a cell
`*` stands for a name that the seed draws for this row, `*smith` for one that all cells with that word share,
`*smith-mother` for a whole name in that family, `**` for a hand-picked name that surprises applications, `@` for a
mail address made of the name, `\u200f` for a character nobody could see. Tuples are parted by spaces, and `a..b`
among the students of a section is every number between.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mock_clever.ids import chance
from mock_clever.sis import (
    AdminRow,
    AttendanceRow,
    ContactRow,
    EnrollmentRow,
    ResourceRow,
    Row,
    SchoolRow,
    SectionRow,
    Source,
    StaffRow,
    StudentRow,
    TeacherRow,
)
from mock_clever.synthesis.files import fixtures
from mock_clever.synthesis.names import Person, email, person, surprising
from mock_clever.synthesis.people import FAMILIES
from mock_clever.synthesis.presets import Preset

Cells = dict[str, str]

ROWS: dict[str, type[Row]] = {
    "schools": SchoolRow,
    "students": StudentRow,
    "contacts": ContactRow,
    "teachers": TeacherRow,
    "sections": SectionRow,
    "staff": StaffRow,
    "admins": AdminRow,
    "resources": ResourceRow,
    "attendance": AttendanceRow,
}
# the cells that may hold an `@`: which cell tells people apart, and where their mail goes
_MAIL = {
    "principal_email": ("school_id", "{}"),
    "student_email": ("student_id", "students.{}"),
    "teacher_email": ("teacher_id", "{}"),
    "staff_email": ("staff_id", "{}"),
    "admin_email": ("staff_id", "{}"),
    "contact_email": ("contact_sis_id", FAMILIES),
}
_IDS = ("student_id", "teacher_id", "staff_id", "section_id", "resource_id", "school_id")  # own id first
_PARTS = {"first_name": "first", "middle_name": "middle", "last_name": "last"}
_WHOLE = ("contact_name", "principal")
_TUPLES = ("teacher_ids", "roles", "course_numbers")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


def add_handwritten(source: Source, preset: Preset, seed: int) -> None:
    """Put the preset's hand-written rows behind those the source has."""
    folder = fixtures() / "districts" / preset.key
    for name, row in ROWS.items():
        cells = (_drawn(preset, seed, name, written) for written in _read(folder / f"{name}.csv"))
        getattr(source, name).extend(_row(row, filled) for filled in cells)
    source.enrollments += [
        EnrollmentRow(section_id=cells["section_id"], student_id=id)
        for cells in _read(folder / "enrollments.csv")
        for id in _expanded(cells["student_ids"])
    ]


def _read(path: Path) -> Iterator[Cells]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file, strict=True):
            yield {name: _ESCAPE.sub(lambda m: chr(int(m[1], 16)), cell) for name, cell in cells.items()}


def _row(row: type[Row], cells: Cells) -> Row:
    values: dict[str, Any] = {name: cell for name, cell in cells.items() if not name.startswith("ext.")}
    values |= {name: tuple(values[name].split()) for name in _TUPLES if name in values}
    ext = {name.removeprefix("ext."): cell for name, cell in cells.items() if name.startswith("ext.")}
    return row(ext=ext, **values)


def _expanded(text: str) -> Iterator[str]:
    for part in text.split():
        low, dots, high = part.partition("..")
        yield from (str(n) for n in range(int(low), int(high) + 1)) if dots else (part,)


def _drawn(preset: Preset, seed: int, file: str, written: Cells) -> Cells:
    """The cells with every mark replaced by what the seed draws for it."""
    own = f"{file} {next(written[name] for name in _IDS if name in written)}"
    cells = dict(written)

    def who(mark: str, word: str) -> Person:
        stream = chance(str(seed), preset.key, "name", word)
        return surprising(stream) if mark.startswith("**") else person(stream)

    for name, part in _PARTS.items():
        mark = cells.get(name, "")
        if mark.startswith("*"):
            cells[name] = getattr(who(mark, mark.strip("*") or own), part)
    for name in _WHOLE:
        mark = cells.get(name, "")
        if mark.startswith("*"):
            word = mark.strip("*") or own
            family = word if mark.startswith("**") else word.split("-")[0]
            cells[name] = f"{who(mark, word).first} {who(mark, family).last}"
    for name, (id, domain) in _MAIL.items():
        if cells.get(name) == "@":
            cells[name] = email(_named(cells), cells.get(id, ""), domain.format(preset.domain))
    return cells


def _named(cells: Cells) -> Person:
    """The person a row is about."""
    if "first_name" in cells:
        return Person(cells["first_name"], "", cells["last_name"])
    first, _, last = next(cells[name] for name in _WHOLE if name in cells).partition(" ")
    return Person(first, "", last)
