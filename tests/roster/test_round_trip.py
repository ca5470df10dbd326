"""Reading what was written gives the same district, whatever stands in its cells."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from mock_clever.ingest import ingest
from mock_clever.roster import load, read, write
from mock_clever.sis import (
    AdminRow,
    AttendanceRow,
    ContactRow,
    DistrictRow,
    EnrollmentRow,
    ResourceRow,
    SchoolRow,
    SectionRow,
    Source,
    StaffRow,
    StudentRow,
    TeacherRow,
)

HOSTILE = 'Ña, "Bo"\r\nO’Neill-西田 \tשלום '

HAND = Source(
    district=DistrictRow(
        id="58da8a43cc70ab00017a1a87",
        name='Pine "Valley" \\ ISD\n',
        created="2026-01-02T03:04:05.678Z",
        login_methods=("SAML",),
        course_keys=False,
        contact_email="a@x.example",
    ),
    schools=[SchoolRow(school_id="N", school_name=HOSTILE), SchoolRow(school_id="S", school_name="")],
    students=[
        StudentRow(school_id="N", student_id="1", last_name=HOSTILE, first_name="", grade="", ext={"Grade": "x"}),
        StudentRow(school_id="N", student_id="2", last_name="B", first_name="B", grade="7", ext={"Grade": ""}),
        StudentRow(school_id="S", student_id="2", last_name="B", first_name="B", grade="7", ext={"Grade": ""}),
    ],
    contacts=[
        ContactRow(student_id="1", contact_name="Mia", contact_type="Family", contact_email=""),
        ContactRow(student_id="1", contact_name="Moe", contact_type="", contact_email="m@x.example"),
        ContactRow(student_id="2", contact_name="Mia", contact_type="", contact_email=""),
    ],
    teachers=[
        TeacherRow(school_id="S", teacher_id="47", last_name="T", first_name="T"),
        TeacherRow(school_id="N", teacher_id="47", last_name="T", first_name="T"),
        TeacherRow(school_id="N", teacher_id="48", last_name="U", first_name="U"),
    ],
    sections=[
        SectionRow(school_id="N", section_id="x", teacher_ids=("48", "47"), term_start="08/10/2026"),
        SectionRow(school_id="N", section_id="y", term_start=""),
    ],
    enrollments=[EnrollmentRow(section_id="x", student_id="2"), EnrollmentRow(section_id="x", student_id="1")],
    staff=[StaffRow(school_id="N", staff_id="9", last_name="S", first_name="S", role="")],
    admins=[AdminRow(staff_id="1", admin_email="", last_name="A", first_name="A")],
    resources=[
        ResourceRow(resource_id="r", title="R", roles=("teacher",), course_numbers=("1", "2,3")),
        ResourceRow(resource_id="q", title="Q", roles=()),
    ],
    attendance=[
        AttendanceRow(
            student_id="2",
            school_id="N",
            section_id="x",
            attendance_date="09/01/2026",
            attendance_type="Section",
            attendance_status="TARDY",
            excuse_code=HOSTILE,
            ext={"period": "3"},
        ),
        AttendanceRow(
            student_id="1",
            school_id="S",
            section_id="",
            attendance_date="2026-09-01",
            attendance_type="daily",
            attendance_status="present",
            excuse_code="",
            ext={"period": ""},
        ),
    ],
)


def test_a_district_written_by_hand_comes_back(tmp_path: Path) -> None:
    write(HAND, tmp_path)
    assert read(tmp_path) == HAND


def test_how_the_files_look(tmp_path: Path) -> None:
    write(HAND, tmp_path)
    assert (tmp_path / "students.csv").read_bytes().decode() == (
        "School_id,Student_id,Last_name,First_name,Grade,Contact_name,Contact_type,Contact_email,ext.Grade\r\n"
        f'N,1,"{HOSTILE.replace(chr(34), chr(34) * 2)}",,,Mia,Family,,x\r\n'
        f'N,1,"{HOSTILE.replace(chr(34), chr(34) * 2)}",,,Moe,,m@x.example,x\r\n'
        "N,2,B,B,7,Mia,,,\r\n"
        "S,2,B,B,7,,,,\r\n"
    )
    assert (tmp_path / "sections.csv").read_bytes().decode() == (
        "School_id,Section_id,Term_start,Teacher_id,Teacher_2_id\r\nN,x,08/10/2026,48,47\r\nN,y,,,\r\n"
    )
    assert (tmp_path / "enrollments.csv").read_bytes().decode() == (
        "School_id,Section_id,Student_id\r\nN,x,2\r\nN,x,1\r\n"
    )
    quoted = HOSTILE.replace('"', '""')
    assert (tmp_path / "attendance.csv").read_bytes().decode() == (
        "Student_id,School_id,Section_id,Attendance_date,Attendance_type,Attendance_status,Excuse_code,ext.period\r\n"
        f'2,N,x,09/01/2026,Section,TARDY,"{quoted}",3\r\n'
        "1,S,,2026-09-01,daily,present,,\r\n"
    )


def test_writing_over_another_district_leaves_nothing_of_it(tmp_path: Path) -> None:
    write(HAND, tmp_path)
    bare = Source(district=HAND.district, schools=HAND.schools)
    write(bare, tmp_path)
    assert read(tmp_path) == bare


def test_headers_in_any_case_and_order_with_a_mark_before_them(tmp_path: Path) -> None:
    write(Source(district=HAND.district), tmp_path)
    (tmp_path / "schools.csv").write_bytes(
        b'\xef\xbb\xbfSCHOOL_NAME, school_id ,EXT.Charter,Wing\n"North",N,Y,"a ""b"""\n,,,\n\n'
    )
    loaded = load(tmp_path)
    assert loaded.source.schools == [
        SchoolRow(school_id="N", school_name="North", ext={"Charter": "Y", "Wing": 'a "b"'})
    ]
    assert [(w.line, w.column) for w in loaded.warnings] == [(1, "Wing")]


def test_without_district_toml_the_folder_names_the_district(tmp_path: Path) -> None:
    at = tmp_path / "North Pine ISD"
    write(HAND, at)
    (at / "district.toml").unlink()
    first, again = read(at).district, read(at).district
    assert first == again
    assert (first.name, first.portal, first.created) == (
        "North Pine ISD",
        "north-pine-isd",
        "2026-08-10T16:08:05.000Z",
    )
    assert first.id.startswith("6a79f765")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
KEYS = TEXT.filter(str.strip)
DATES = st.just("") | st.dates().map(lambda day: f"{day.month:02}/{day.day:02}/{day.year:04}")
TITLES = st.sets(st.sampled_from(["gifted", "Grade", 'a "b", c', "ext.x", "été"]))


def keys(most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(KEYS, max_size=most, unique=True)


@st.composite
def sheet(draw: st.DrawFn, kind: type[Any], rows: list[dict[str, Any]], **cells: Any) -> list[Any]:
    """Rows of one sheet with these cells, and others of any text. A column is there for all rows or for none."""
    columns = [f for f in structs.fields(kind) if f.name not in ("ext", *cells, *(rows[0] if rows else ()))]
    absent = draw(st.sets(st.sampled_from([f.name for f in columns if not f.required] or [""])))
    titles = draw(TITLES) if kind is not ContactRow else set()
    names = [f.name for f in columns if f.name not in absent or f.name == "school_number"]
    others = {name: DATES if name in ("dob", "term_start", "term_end") else TEXT for name in names}
    drawn = st.fixed_dictionaries(others | cells | {"ext": st.fixed_dictionaries(dict.fromkeys(titles, TEXT))})
    return [kind(**(draw(drawn) | row)) for row in rows]


@st.composite
def roll_call(draw: st.DrawFn, sections: list[str]) -> dict[str, str]:
    """What became of somebody on one of a few days."""
    section = draw(st.sampled_from(["", *sections]))
    return {
        "section_id": section,
        "attendance_type": "section" if section else "daily",
        "attendance_status": draw(st.sampled_from(["present", "Absent", " tardy "])),
        "attendance_date": draw(st.sampled_from(["9/1/2026", "2026-09-01", "12/31/9999", "0001-01-01"])),
    }


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """A small district with anything in its cells."""
    schools, students, teachers = draw(keys(3).filter(len)), draw(keys(4)), draw(keys(3))
    sections, staff, admins = draw(keys(3)), draw(keys(2)), draw(keys(2))
    at, several = st.sampled_from(schools), st.lists(st.sampled_from(schools), min_size=1, unique=True)

    def everywhere(rows: list[Any]) -> list[Any]:
        return [structs.replace(row, school_id=school) for row in rows for school in draw(several)]

    def once(rows: list[Any]) -> list[Any]:
        return [row for index, row in enumerate(rows) if row not in rows[:index]]

    name = {"contact_name": KEYS}
    taught = st.lists(st.sampled_from(teachers), unique=True).map(tuple) if teachers else st.just(())
    mine = draw(st.lists(st.sampled_from(students), max_size=4)) if students else []
    pairs = st.tuples(st.sampled_from(sections or [""]), st.sampled_from(students or [""]))
    enrolled = draw(st.lists(pairs, max_size=6)) if sections and students else []
    tied = {"roles": st.sampled_from([(), ("teacher",), ("teacher", "student")])}
    numbers = {"course_numbers": st.lists(KEYS, max_size=2, unique=True).map(tuple)}
    present = draw(st.lists(st.tuples(st.sampled_from(students or [""]), at), max_size=6)) if students else []
    called = [
        {"student_id": student, "school_id": school, **draw(roll_call(sections))} for student, school in present
    ]
    return Source(
        district=DistrictRow(id="58da8a43cc70ab00017a1a87", name=draw(TEXT), created="2026-01-02T03:04:05.678Z"),
        schools=draw(sheet(SchoolRow, [{"school_id": key} for key in schools])),
        students=everywhere(draw(sheet(StudentRow, [{"student_id": key} for key in students], school_id=at))),
        contacts=once(draw(sheet(ContactRow, [{"student_id": key} for key in mine], **name))),
        teachers=everywhere(draw(sheet(TeacherRow, [{"teacher_id": key} for key in teachers], school_id=at))),
        sections=draw(
            sheet(SectionRow, [{"section_id": key} for key in sections], school_id=at, teacher_ids=taught)
        ),
        enrollments=[EnrollmentRow(section_id=section, student_id=student) for section, student in enrolled],
        staff=everywhere(draw(sheet(StaffRow, [{"staff_id": key} for key in staff], school_id=at))),
        admins=draw(sheet(AdminRow, [{"staff_id": key} for key in admins])),
        resources=draw(
            sheet(ResourceRow, [{"resource_id": key} for key in draw(keys(2))], **tied, **numbers),
        ),
        attendance=draw(sheet(AttendanceRow, called)),
    )


@settings(max_examples=30, deadline=None)
@given(source=sources())
def test_any_district_comes_back(source: Source) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(source, folder)
        back = read(folder)
        assert ingest(back) == ingest(source)
        first = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        write(back, folder)
        assert {path.name: path.read_bytes() for path in Path(folder).iterdir()} == first


@settings(max_examples=20, deadline=None)
@given(source=sources(), chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(source: Source, chance: Any) -> None:
    """Save within one person's rows, where the first is the one that counts."""
    before = ingest(source)
    for name, key in _KEYS.items():
        rows = getattr(source, name)
        rank = {id: chance.random() for id in sorted({getattr(row, key) for row in rows})}
        rows.sort(key=lambda row, key=key, rank=rank: rank[getattr(row, key)])
    assert ingest(source) == before


_KEYS = {
    "schools": "school_id",
    "students": "student_id",
    "contacts": "student_id",
    "teachers": "teacher_id",
    "sections": "section_id",
    "enrollments": "student_id",
    "staff": "staff_id",
    "admins": "staff_id",
    "resources": "resource_id",
}
