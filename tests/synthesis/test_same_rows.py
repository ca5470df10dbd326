"""One seed, the same rows everywhere; a school more or a bigger one leaves the others as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mock_clever.sis import Source
from mock_clever.synthesis import generate, read_preset, synthesise
from mock_clever.synthesis.presets import Preset, Ratios, Shape

ROOT = Path(__file__).resolve().parents[2]
DIGEST = """
import hashlib, msgspec, sys
from msgspec.structs import replace
from mock_clever.ingest import ingest
from mock_clever.model import KINDS
from mock_clever.synthesis import read_preset, synthesise
for preset, schools in (("tiny", 0), ("sandbox", 0), ("library", 0), ("certification-isd", 5), ("clear-water", 2)):
    source = synthesise(replace(read_preset(preset), schools=schools), int(sys.argv[1]))
    snapshot = ingest(source)
    records = {kind: list(snapshot.table(kind)) for kind in KINDS} | {"attendance": snapshot.attendance}
    print(hashlib.sha256(msgspec.msgpack.encode([source, records])).hexdigest())
"""


def digests(seed: int, **environment: str) -> list[str]:
    """What a process of its own makes of every preset."""
    made = subprocess.run(
        [sys.executable, "-c", DIGEST, str(seed)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=True,
        text=True,
        cwd="/",
    )
    return made.stdout.split()


def test_hash_seed_time_zone_and_locale_change_nothing() -> None:
    one = digests(0, PYTHONHASHSEED="1", TZ="Pacific/Kiritimati", LC_ALL="C")
    other = digests(0, PYTHONHASHSEED="2", TZ="America/Los_Angeles", LC_ALL="C.UTF-8", PYTHONUTF8="1")
    assert len(one) == 5
    assert one == other


def test_the_seed_changes_every_district() -> None:
    assert not set(digests(0)) & set(digests(1))


def test_nothing_is_dated_after_the_school_year_or_before_its_preparation() -> None:
    for name in ("tiny", "sandbox", "library", "certification-isd"):
        source = generate(name)
        assert source.district.created.startswith("2026-07-27T")
        for row in source.sections:
            for date in (row.term_start, row.term_end):
                assert not date or date.endswith(("/2026", "/2027"))


def shapes() -> st.SearchStrategy[Shape]:
    grades = st.sampled_from([("Kindergarten", "5"), ("6", "8"), ("9", "12"), ("PreKindergarten", "12")])
    return st.builds(
        lambda span, students, teachers, sections, staff, mixed: Shape(
            title="School",
            low_grade=span[0],
            high_grade=span[1],
            students=students,
            teachers=teachers,
            sections=sections,
            staff=staff,
            mixed=mixed,
        ),
        grades,
        st.integers(20, 90),
        st.integers(1, 24),
        st.integers(20, 40),
        st.integers(0, 3),
        st.booleans(),
    )


def invented(shapes: list[Shape]) -> Preset:
    """A district of these schools where everything that can happen happens often."""
    return Preset(
        key="invented",
        name="Invented Fictional District",
        created="2026-07-27T09:00:00.000Z",
        domain="invented.example.org",
        portal="invented",
        state="CA",
        schools=len(shapes),
        shapes=tuple(shapes),
        terms=read_preset("clear-water").terms,
        ratios=Ratios(two_schools=0.2, teacher_and_staff=0.3, staff_of_two_schools=0.5, siblings=0.3),
    )


def begins(source: Source, longer: Source) -> bool:
    """Whether every sheet of one source stands at the head of the other's."""
    sheets = ("schools", "students", "contacts", "teachers", "sections", "enrollments", "staff")
    return all(getattr(longer, sheet)[: len(getattr(source, sheet))] == getattr(source, sheet) for sheet in sheets)


@given(st.lists(shapes(), min_size=1, max_size=3), shapes(), st.integers(0, 99))
@settings(max_examples=25)
def test_a_school_more_leaves_the_others_as_they_were(schools: list[Shape], added: Shape, seed: int) -> None:
    before, after = synthesise(invented(schools), seed), synthesise(invented([*schools, added]), seed)
    assert begins(before, after)
    assert len(after.students) == len(before.students) + added.students
    assert len(after.sections) == len(before.sections) + added.sections
    old, new = {row.section_id for row in before.sections}, after.enrollments[len(before.enrollments) :]
    assert not [row for row in new if row.section_id in old]


@given(shapes(), shapes(), st.integers(0, 99))
@settings(max_examples=25)
def test_students_more_are_the_same_students_and_some_others(first: Shape, second: Shape, seed: int) -> None:
    larger = replace(first, students=first.students + 5)
    before, after = synthesise(invented([first, second]), seed), synthesise(invented([larger, second]), seed)
    known = {row.student_id: row for row in after.students}
    assert all(known[row.student_id] == row for row in before.students)
    assert len(known) == len(before.students) + 5


@pytest.mark.parametrize("preset", ["tiny", "sandbox", "library", "certification-isd"])
def test_a_sheet_has_a_column_for_all_its_rows_or_for_none(preset: str) -> None:
    """Otherwise what is written as CSV could not be read back the same."""
    source = generate(preset)
    for sheet in (
        "schools",
        "students",
        "contacts",
        "teachers",
        "sections",
        "staff",
        "admins",
        "resources",
        "attendance",
    ):
        rows = [msgspec.structs.asdict(row) for row in getattr(source, sheet)]
        for column in rows[0] if rows else ():
            assert len({row[column] is None for row in rows}) == 1, (sheet, column)
        assert len({tuple(row["ext"]) for row in rows}) <= 1, sheet
