"""A whole district: the shapes of a preset filled in, its hand-written rows, and columns made even."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec import structs

from mock_clever.clock import moment
from mock_clever.ids import chance, object_id
from mock_clever.sis import AdminRow, DistrictRow, Row, SchoolRow, Source
from mock_clever.synthesis.attendance import add_attendance
from mock_clever.synthesis.classrooms import add_classrooms
from mock_clever.synthesis.handwritten import ROWS, add_handwritten
from mock_clever.synthesis.names import email, person, phone, school_name, street, town
from mock_clever.synthesis.people import ZIP_CODES, school_people
from mock_clever.synthesis.presets import Preset, Shape, read_preset
from mock_clever.synthesis.timetable import timetable, visiting

R = TypeVar("R", bound=Row)


def generate(preset: str, seed: int = 0) -> Source:
    """The rows of that preset's district. Raises UnknownPreset."""
    return synthesise(read_preset(preset), seed)


def synthesise(preset: Preset, seed: int = 0) -> Source:
    """The rows of a district of this size."""
    source = Source(district=_district(preset, seed))
    for number in range(1, preset.schools + 1):
        _add_school(source, preset, seed, number)
    source.admins += [_admin(preset, seed, number) for number in range(1, preset.admins + 1)]
    add_classrooms(source, preset, seed)
    add_handwritten(source, preset, seed)
    add_attendance(source, preset, seed)
    if not preset.large:
        _make_columns_even(source)
    return source


def district_id(preset: Preset, seed: int) -> str:
    """The documented id at seed 0, where there is one; another for every other seed."""
    if seed == 0 and preset.id:
        return preset.id
    return object_id(int(moment(preset.created)), "district", preset.key, str(seed))


def _district(preset: Preset, seed: int) -> DistrictRow:
    who = person(chance(str(seed), preset.key, "district contact"))
    return DistrictRow(
        id=district_id(preset, seed),
        name=preset.name,
        created=preset.created,
        portal=preset.portal,
        contact_first_name=who.first,
        contact_last_name=who.last,
        contact_email=email(who, "", preset.domain),
    )


def _add_school(source: Source, preset: Preset, seed: int, number: int) -> None:
    shape = preset.shape(number)
    source.schools.append(_school(preset, seed, number, shape))
    students, contacts, teachers, staff = school_people(preset, seed, number, shape)
    sections, enrollments = timetable(preset, seed, number, shape, students, teachers)
    source.students += students
    source.contacts += contacts
    source.teachers += teachers + visiting(sections, teachers)
    source.sections += sections
    source.enrollments += enrollments
    source.staff += staff


def _school(preset: Preset, seed: int, number: int, shape: Shape) -> SchoolRow:
    stream = chance(str(seed), preset.key, "school", str(number))
    head = person(stream)
    offset = int(chance(str(seed), preset.key, "school names").random() * 900)
    return SchoolRow(
        school_id=str(number),
        school_name=shape.name or school_name(number, offset, shape.title),
        school_number=f"{number:03d}",
        state_id=f"99{number:04d}",
        low_grade=shape.low_grade,
        high_grade=shape.high_grade,
        principal=f"{head.first} {head.last}",
        principal_email=email(head, "", preset.domain),
        school_address=street(stream),
        school_city=town(stream),
        school_state=preset.state,
        school_zip=ZIP_CODES[number % len(ZIP_CODES)],
        school_phone=phone(stream),
    )


def _admin(preset: Preset, seed: int, number: int) -> AdminRow:
    who = person(chance(str(seed), preset.key, "admin", str(number)))
    return AdminRow(
        staff_id=f"90000{number}",
        admin_email=email(who, str(number), preset.domain),
        last_name=who.last,
        first_name=who.first,
        admin_title="District Administrator",
        password=f"90000{number}",
    )


def _make_columns_even(source: Source) -> None:
    """A file has a column for all its rows or for none: where some rows know a value, the others are blank."""
    for name in ROWS:
        rows = getattr(source, name)
        rows[:] = _even(rows)


def _even(rows: list[R]) -> list[R]:
    if not rows:
        return rows
    known = [f for f in rows[0].__struct_fields__ if any(getattr(row, f) not in (None, {}) for row in rows)]
    columns = dict.fromkeys(name for row in rows for name in row.ext)
    return [_filled(row, known, columns) for row in rows]


def _filled(row: R, known: list[str], columns: Mapping[str, None]) -> R:
    blank: dict[str, object] = {name: "" for name in known if getattr(row, name) is None}
    if columns:
        blank["ext"] = {name: row.ext.get(name, "") for name in columns}
    return structs.replace(row, **blank) if blank else row
