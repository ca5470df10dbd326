"""Every way a roster can be wrong: what is said, and where. Nothing of it is loaded."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_clever.roster import Problem, RosterError, load, read

GOOD = {
    "schools.csv": "School_id,School_name\nN,North\nS,South\n",
    "students.csv": (
        "School_id,Student_id,Last_name,First_name,Grade,DOB,Contact_name,Contact_type\n"
        "N,a,Ansel,Ana,5,08/01/2015,Mia,Family\n"
        'N,b,"Bø, Jr.",Ben,,,,\n'
    ),
    "teachers.csv": "School_id,Teacher_id,Last_name,First_name\nN,47,Ruiz,Rosa\nS,47,Ruiz,Rosa\n",
    "sections.csv": "School_id,Section_id,Teacher_id,Name,Term_start\nN,m5,47,Math,08/10/2026\n",
    "enrollments.csv": "School_id,Section_id,Student_id\nN,m5,a\nN,m5,b\n",
}


def folder(at: Path, **changed: str | bytes | None) -> Path:
    """The good roster with some files changed, or left out."""
    at.mkdir(exist_ok=True)
    for name, text in {**GOOD, **{f"{key}.csv": text for key, text in changed.items()}}.items():
        if text is not None:
            (at / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return at


def refused(at: Path) -> tuple[Problem, ...]:
    with pytest.raises(RosterError) as caught:
        read(at)
    assert caught.value.more == 0
    return caught.value.problems


def places(problems: tuple[Problem, ...]) -> list[tuple[str, int | None, str | None]]:
    return [(problem.file, problem.line, problem.column) for problem in problems]


def test_the_good_roster_is_good(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path))
    assert loaded.warnings == ()
    assert [row.last_name for row in loaded.source.students] == ["Ansel", "Bø, Jr."]
    assert [(row.student_id, row.contact_name) for row in loaded.source.contacts] == [("a", "Mia")]
    assert [row.school_id for row in loaded.source.teachers] == ["N", "S"]
    assert loaded.source.students[0].gender is None


STUDENTS = GOOD["students.csv"]
PRESENT = (
    "Student_id,School_id,Section_id,Attendance_date,Attendance_type,Attendance_status,Excuse_code,Attendance_id\n"
    "a,N,,09/01/2026,daily,present,,1\n"
    "a,N,m5,09/01/2026,section,absent,ILL,2\n"
)
CASES: dict[str, tuple[dict[str, str | bytes | None], tuple[str, int | None, str | None], str]] = {
    "missing file": ({"sections": None}, ("sections.csv", None, None), "there is no such file"),
    "empty file": ({"teachers": ""}, ("teachers.csv", None, None), "is empty"),
    "only blank lines": ({"teachers": "\n\n,,\n"}, ("teachers.csv", None, None), "is empty"),
    "missing header": (
        {"schools": "N,North\nS,South\n"},
        ("schools.csv", 1, None),
        "this is no header: 'N,North'",
    ),
    "semicolons": (
        {"schools": "School_id;School_name\nN;North\n"},
        ("schools.csv", 1, None),
        "this is no header: 'School_id;School_name'",
    ),
    "missing column": (
        {"students": STUDENTS.replace(",First_name,", ",Given,")},
        ("students.csv", 1, "First_name"),
        "this column is missing",
    ),
    "duplicate header": (
        {"students": STUDENTS.replace("Grade", "school_ID")},
        ("students.csv", 1, "school_ID"),
        "column 5 is column 1 again",
    ),
    "too few cells": (
        {"students": STUDENTS + "N,c,Cruz,Cleo\n"},
        ("students.csv", 4, None),
        "4 cells under 8 columns",
    ),
    "too many cells": (
        {"teachers": GOOD["teachers.csv"] + "N,48,Okada, Jr.,Ken\n"},
        ("teachers.csv", 4, None),
        "5 cells under 4 columns",
    ),
    "unknown school": (
        {"students": STUDENTS + "X,c,Cruz,Cleo,6,,,\n"},
        ("students.csv", 4, "School_id"),
        "there is no school 'X'",
    ),
    "unknown teacher": (
        {"sections": GOOD["sections.csv"].replace(",47,", ",74,")},
        ("sections.csv", 2, "Teacher_id"),
        "there is no teacher '74'",
    ),
    "unknown section": (
        {"enrollments": GOOD["enrollments.csv"] + "N,m6,a\n"},
        ("enrollments.csv", 4, "Section_id"),
        "there is no section 'm6'",
    ),
    "unknown student": (
        {"enrollments": GOOD["enrollments.csv"] + "N,m5,z\n"},
        ("enrollments.csv", 4, "Student_id"),
        "there is no student 'z'",
    ),
    "blank id": (
        {"students": STUDENTS + "N, ,Cruz,Cleo,6,,,\n"},
        ("students.csv", 4, "Student_id"),
        "this is blank",
    ),
    "blank school": (
        {"teachers": GOOD["teachers.csv"] + ",48,Okada,Ken\n"},
        ("teachers.csv", 4, "School_id"),
        "this is blank",
    ),
    "duplicate id": (
        {"students": STUDENTS + "N,a,Ansel,Ann,5,08/01/2015,,\n"},
        ("students.csv", 4, "First_name"),
        "student 'a' has 'Ann' here and 'Ana' on line 2",
    ),
    "duplicate section": (
        {"sections": GOOD["sections.csv"] + "S,m5,47,Math,08/10/2026\n"},
        ("sections.csv", 3, "School_id"),
        "section 'm5' has 'S' here and 'N' on line 2",
    ),
    "bad date of birth": (
        {"students": STUDENTS.replace("08/01/2015", "13/01/2015")},
        ("students.csv", 2, "DOB"),
        "'13/01/2015' is not a date",
    ),
    "bad start of term": (
        {"sections": GOOD["sections.csv"].replace("08/10/2026", "August 10")},
        ("sections.csv", 2, "Term_start"),
        "'August 10' is not a date",
    ),
    "Windows-1252": (
        {"students": STUDENTS.encode("cp1252")},
        ("students.csv", 3, "Last_name"),
        "byte 7, 0xF8, is not UTF-8 ('ø' in Windows-1252)",
    ),
    "UTF-16": ({"students": STUDENTS.encode("utf-16")}, ("students.csv", 1, None), "this is UTF-16, not UTF-8"),
    "UTF-16 without a mark": (
        {"students": STUDENTS.encode("utf-16-le")},
        ("students.csv", 1, None),
        "this is UTF-16, not UTF-8",
    ),
    "UTF-16, the other way": (
        {"students": STUDENTS.encode("utf-16-be")},
        ("students.csv", 1, None),
        "this is UTF-16, not UTF-8",
    ),
    "stray quote": (
        {"students": STUDENTS + 'N,c,Cruz,"Cleo "Cat"",6,,,\n'},
        ("students.csv", 4, "First_name"),
        "a quote inside a cell",
    ),
    "stray quote in a plain cell": (
        {"students": STUDENTS + 'N,c,Cruz,5" Cleo,6,,,\n'},
        ("students.csv", 4, "First_name"),
        "a quote inside a cell",
    ),
    "unclosed quote at the end": (
        {"students": STUDENTS + 'N,c,Cruz,"Cleo,6,,,\n'},
        ("students.csv", 4, "First_name"),
        "a quote is opened here and never closed",
    ),
    "unclosed quote far from the end": (
        {"students": STUDENTS + 'N,c,Cruz,"Cleo,6,,,\n' + "".join(f"N,s{n},L,F,5,,,\n" for n in range(9_000))},
        ("students.csv", 4, "First_name"),
        "a quote is opened here and not closed within 100,000 characters",
    ),
    "unclosed quote in the middle": (
        {"students": STUDENTS.replace("N,a,Ansel", 'N,a,"Ansel')},
        ("students.csv", 2, "Last_name"),
        "the quote opened here is closed inside a cell, on line 3",
    ),
    "carriage returns alone": (
        {"schools": GOOD["schools.csv"].replace("\n", "\r")},
        ("schools.csv", 1, None),
        "a carriage return inside a cell",
    ),
    "carriage return beside a quote": (
        {"schools": GOOD["schools.csv"] + 'E,Ea\rst "Side"\n'},
        ("schools.csv", 4, "School_name"),
        "a carriage return inside a cell",
    ),
    "NUL byte": (
        {"students": STUDENTS.replace("Ansel", "An\0sel")},
        ("students.csv", 2, "Last_name"),
        "a NUL byte",
    ),
    "a long cell": (
        {"students": STUDENTS.replace("Ansel", "A" * 100_001)},
        ("students.csv", 2, "Last_name"),
        "a cell of 100,001 characters",
    ),
    "a cell of 10 MB": (
        {"students": STUDENTS.replace("Ansel", "A" * 10_000_000)},
        ("students.csv", 2, "Last_name"),
        "a line of over 1,000,000 bytes",
    ),
    "a quoted cell of 10 MB": (
        {"students": STUDENTS.replace("Ansel", '"' + "A" * 10_000_000 + '"')},
        ("students.csv", 2, "Last_name"),
        "a line of over 1,000,000 bytes",
    ),
    "attendance of an unknown student": (
        {"attendance": PRESENT + "z,N,,09/01/2026,daily,present,,3\n"},
        ("attendance.csv", 4, "Student_id"),
        "there is no student 'z'",
    ),
    "attendance at an unknown school": (
        {"attendance": PRESENT + "b,X,,09/01/2026,daily,present,,3\n"},
        ("attendance.csv", 4, "School_id"),
        "there is no school 'X'",
    ),
    "attendance in an unknown section": (
        {"attendance": PRESENT + "b,N,m6,09/01/2026,section,present,,3\n"},
        ("attendance.csv", 4, "Section_id"),
        "there is no section 'm6'",
    ),
    "attendance of nobody": (
        {"attendance": PRESENT + ",N,,09/01/2026,daily,present,,3\n"},
        ("attendance.csv", 4, "Student_id"),
        "this is blank",
    ),
    "attendance on no day": (
        {"attendance": PRESENT + "b,N,, ,daily,present,,3\n"},
        ("attendance.csv", 4, "Attendance_date"),
        "this is blank",
    ),
    "attendance on an impossible day": (
        {"attendance": PRESENT + "b,N,,02/29/2026,daily,present,,3\n"},
        ("attendance.csv", 4, "Attendance_date"),
        "'02/29/2026' is not a date",
    ),
    "attendance of no type": (
        {"attendance": PRESENT + "b,N,,09/01/2026,,present,,3\n"},
        ("attendance.csv", 4, "Attendance_type"),
        "this is blank",
    ),
    "attendance of an unknown type": (
        {"attendance": PRESENT + "b,N,m5,09/01/2026,weekly,present,,3\n"},
        ("attendance.csv", 4, "Attendance_type"),
        "'weekly' is not among Clever's values",
    ),
    "attendance of an unknown status": (
        {"attendance": PRESENT + "b,N,,09/01/2026,daily,late,,3\n"},
        ("attendance.csv", 4, "Attendance_status"),
        "'late' is not among Clever's values",
    ),
    "attendance in a section without the section": (
        {"attendance": PRESENT + "b,N,,09/01/2026,section,present,,3\n"},
        ("attendance.csv", 4, "Section_id"),
        "a row of type section names no section",
    ),
    "attendance without a section's column": (
        {
            "attendance": "Student_id,School_id,Attendance_date,Attendance_type,Attendance_status\n"
            "a,N,09/01/2026,section,present\n"
        },
        ("attendance.csv", 2, "Section_id"),
        "a row of type section names no section",
    ),
    "attendance without a column": (
        {"attendance": PRESENT.replace("Attendance_status", "Status")},
        ("attendance.csv", 1, "Attendance_status"),
        "this column is missing",
    ),
    "attendance with two columns of ids": (
        {"attendance": PRESENT.replace("Excuse_code", "Sis_id")},
        ("attendance.csv", 1, "Attendance_id"),
        "column 8 is column 7 again",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_fault_is_one_problem_at_its_place(case: str, tmp_path: Path) -> None:
    changed, place, message = CASES[case]
    (problem,) = refused(folder(tmp_path, **changed))
    assert (problem.file, problem.line, problem.column) == place
    assert problem.message == message
    assert problem.remedy


def test_what_an_attendance_fault_asks_for(tmp_path: Path) -> None:
    rows = "b,N,,September 1,daily,late,,\n,N,,09/01/2026,section,,,\n"
    assert [
        f"{problem.column}: {problem.remedy}" for problem in refused(folder(tmp_path, attendance=PRESENT + rows))
    ] == [
        "Attendance_date: Write MM/DD/YYYY, as in 08/25/2026",
        "Attendance_status: Write one of present, absent, tardy",
        "Student_id: Name a student",
        "Attendance_status: Fill it in: no attendance row is without it",
        "Section_id: Name the section, or make the row a daily one",
    ]


def test_what_attendance_is_warned_of(tmp_path: Path) -> None:
    rows = (
        "b,N,m5,09/01/2026,Daily,tardy,BUS,3\n"
        "b,S,m5,9/1/2026,section,present,,4\n"
        "b,S,m5,2026-09-01,SECTION,Absent,,5\n"
    )
    loaded = load(folder(tmp_path, attendance=PRESENT + rows))
    assert [(w.file, w.line, w.column, w.message) for w in loaded.warnings] == [
        ("attendance.csv", 4, "Section_id", "a row of type daily names section 'm5'"),
        ("attendance.csv", 5, "School_id", "section 'm5' belongs to another school than 'S'"),
        ("attendance.csv", 6, "School_id", "section 'm5' belongs to another school than 'S'"),
        ("attendance.csv", 6, "Attendance_date", "this row repeats an earlier one"),
    ]
    assert [row.attendance_id for row in loaded.source.attendance] == ["1", "2", "3", "4", "5"]


def test_attendance_ids_may_have_their_older_name(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, attendance=PRESENT.replace("Attendance_id", "SIS_id")))
    assert loaded.warnings == ()
    assert [row.attendance_id for row in loaded.source.attendance] == ["1", "2"]


def test_reading_goes_on_after_a_fault_and_over_all_files(tmp_path: Path) -> None:
    """A row that could not be read is not missed where others name it."""
    at = folder(
        tmp_path,
        schools=GOOD["schools.csv"] + "N,Norden\n",
        students=STUDENTS + 'N,c,"Cruz,Cleo,6,,,\nN,d,Diaz,Di,5,31/12/2014,,\n\nN,e,Eng,Eve,5,\n',
        enrollments=GOOD["enrollments.csv"] + "N,m5,c\nN,m5,e\nN,m7,d\n",
        teachers=None,
    )
    assert places(refused(at)) == [
        ("schools.csv", 4, "School_name"),
        ("students.csv", 4, "Last_name"),
        ("students.csv", 5, "DOB"),
        ("students.csv", 7, None),
        ("teachers.csv", None, None),
        ("enrollments.csv", 6, "Section_id"),
    ]


def test_a_student_of_two_schools_has_each_contact_once(tmp_path: Path) -> None:
    again = STUDENTS.splitlines()[1].replace("N,", "S,", 1)
    source = read(folder(tmp_path, students=f"{STUDENTS}{again}\n"))
    assert [(row.student_id, row.school_id) for row in source.students] == [("a", "N"), ("b", "N"), ("a", "S")]
    assert [row.contact_name for row in source.contacts] == ["Mia"]


def test_lines_are_counted_through_cells_with_line_breaks(tmp_path: Path) -> None:
    more = 'N,c,"Cruz\r\nand ""Co""\n\n",Cleo,6,,,\nX,d,Diaz,Di,5,,,\n'
    (problem,) = refused(folder(tmp_path, students=STUDENTS + more))
    assert (problem.line, problem.column) == (8, "School_id")


def test_a_hundred_problems_are_written_out_and_the_rest_counted(tmp_path: Path) -> None:
    bad = "".join(f"X,s{n},L,F,5,13/13/2013,,\n" for n in range(500))
    enrolled = "".join(f"Y,nowhere{n},nobody{n}\n" for n in range(500))
    at = folder(tmp_path, students=STUDENTS + bad, enrollments=GOOD["enrollments.csv"] + enrolled)
    with pytest.raises(RosterError) as caught:
        read(at)
    assert len(caught.value.problems) == 100
    assert caught.value.more == 2 * 500 + 3 * 500 - 100
    columns = {(problem.file, problem.column) for problem in caught.value.problems}
    assert ("students.csv", "DOB") in columns and ("enrollments.csv", "Section_id") in columns
    assert str(caught.value).startswith("The roster has 2,500 problems; nothing was loaded.\n  students.csv:4: ")
    assert str(caught.value).endswith("and 2,400 more")


def test_how_a_problem_reads(tmp_path: Path) -> None:
    with pytest.raises(RosterError) as caught:
        read(folder(tmp_path, enrollments=GOOD["enrollments.csv"] + "N,m5,z\n"))
    assert str(caught.value) == (
        "The roster has 1 problem; nothing was loaded.\n"
        "  enrollments.csv:4: Student_id: there is no student 'z'. Correct it, or add the row to students.csv."
    )


@settings(max_examples=150, deadline=None)
@example(name="students.csv", noise=b'"\r\xff\0",""', cut=80, drop=3)
@given(
    name=st.sampled_from(sorted(GOOD)),
    noise=st.binary(max_size=12),
    cut=st.integers(0, 400),
    drop=st.integers(0, 9),
)
def test_whatever_stands_in_a_file_the_answer_is_a_report(name: str, noise: bytes, cut: int, drop: int) -> None:
    good = GOOD[name].encode()
    with tempfile.TemporaryDirectory() as at:
        bad = good[: cut % len(good)] + noise + good[cut % len(good) + drop :]
        try:
            read(folder(Path(at), **{name.removesuffix(".csv"): bad}))
        except RosterError as refusal:
            assert refusal.problems and all(problem.remedy for problem in refusal.problems)
            assert str(refusal)


def _directory(path: Path) -> None:
    path.mkdir()


def _dead_link(path: Path) -> None:
    path.symlink_to(path.with_name("gone.csv"))


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _other_case(path: Path) -> None:
    path.with_name("Teachers.CSV").write_text(GOOD["teachers.csv"])


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (_directory, "this is a folder"),
        (_dead_link, "this link leads nowhere"),
        (_pipe, "this is no ordinary file"),
        (_other_case, "there is no such file"),
    ],
)
def test_what_stands_in_place_of_a_file(put: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    at = folder(tmp_path, teachers=None)
    put(at / "teachers.csv")
    (problem,) = refused(at)
    assert (problem.file, problem.message) == ("teachers.csv", message)


def test_a_pipe_in_place_of_the_district_is_not_waited_for(tmp_path: Path) -> None:
    at = folder(tmp_path)
    os.mkfifo(at / "district.toml")
    assert places(refused(at)) == [("district.toml", None, None)]


def test_an_optional_file_may_be_absent_but_not_a_folder(tmp_path: Path) -> None:
    at = folder(tmp_path)
    (at / "staff.csv").mkdir()
    assert places(refused(at)) == [("staff.csv", None, None)]


def test_a_link_to_a_file_is_a_file(tmp_path: Path) -> None:
    at = folder(tmp_path / "here", schools=None)
    (tmp_path / "elsewhere.csv").write_text(GOOD["schools.csv"])
    (at / "schools.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert len(read(at).schools) == 2


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_no_folder(kind: str, tmp_path: Path) -> None:
    at = tmp_path / "roster"
    if kind == "file":
        at.write_text("")
    assert places(refused(at)) == [(str(at), None, None)]


WARNINGS: dict[str, tuple[dict[str, str | bytes | None], tuple[str, int | None, str | None], str]] = {
    "value outside its list": (
        {"students": STUDENTS.replace(",Ana,5,", ",Ana,Fifth,")},
        ("students.csv", 2, "Grade"),
        "'Fifth' is not among Clever's values",
    ),
    "section without students": (
        {"sections": GOOD["sections.csv"] + "N,m6,,Math,\n"},
        ("sections.csv", 3, "Section_id"),
        "section 'm6' has no students",
    ),
    "blank name": (
        {"students": STUDENTS.replace(",Ben,", ",,")},
        ("students.csv", 3, "First_name"),
        "this is blank",
    ),
    "custom column that may be a slip": (
        {"students": STUDENTS.replace("Grade", "Graed")},
        ("students.csv", 1, "Graed"),
        "Clever knows no such column; it becomes a custom field",
    ),
    "column without a name": (
        {"schools": "School_id,School_name,\nN,North,\nS,South,\n"},
        ("schools.csv", 1, None),
        "column 3 has no name",
    ),
    "row repeated": (
        {"teachers": GOOD["teachers.csv"] + "S,47,Ruiz,Rosa\n"},
        ("teachers.csv", 4, "Teacher_id"),
        "this row repeats line 2",
    ),
    "enrollment in another school": (
        {"enrollments": GOOD["enrollments.csv"].replace("N,m5,b", "S,m5,b")},
        ("enrollments.csv", 3, "School_id"),
        "section 'm5' belongs to another school than 'S'",
    ),
    "six contacts": (
        {"students": STUDENTS + "".join(f"N,a,Ansel,Ana,5,08/01/2015,M{n},\n" for n in range(6))},
        ("students.csv", 8, "Contact_name"),
        "student 'a' has more than 5 contacts",
    ),
    "contact without a name": (
        {"students": STUDENTS.replace("Mia", "")},
        ("students.csv", 2, "Contact_name"),
        "this contact has no name",
    ),
    "eleven teachers": (
        {
            "teachers": GOOD["teachers.csv"] + "".join(f"N,t{n},L,F\n" for n in range(2, 12)),
            "sections": (
                "School_id,Section_id,Teacher_id," + ",".join(f"Teacher_{n}_id" for n in range(2, 12)) + "\n"
                "N,m5,47," + ",".join(f"t{n}" for n in range(2, 12)) + "\n"
            ),
        },
        ("sections.csv", 2, "Teacher_11_id"),
        "11 teachers",
    ),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_what_clever_only_warns_about(case: str, tmp_path: Path) -> None:
    changed, place, message = WARNINGS[case]
    warnings = load(folder(tmp_path, **changed)).warnings
    assert [warning.message for warning in warnings] == [message]
    assert places(warnings) == [place]


def test_warnings_come_with_a_refusal(tmp_path: Path) -> None:
    at = folder(tmp_path, students=STUDENTS.replace(",Ana,5,", ",Ana,Fifth,"), teachers=None)
    with pytest.raises(RosterError) as caught:
        read(at)
    assert places(caught.value.warnings) == [("students.csv", 2, "Grade")]


DISTRICTS: dict[str, tuple[str | bytes, tuple[int | None, str | None], str]] = {
    "no TOML": ("name = North\n", (1, None), "Invalid value"),
    "wrong type": ('created = "2026-08-10T16:08:05.000Z"\nname = 5\n', (2, "name"), "Expected `str`, got `int`"),
    "no id": ('id = "abc"\n', (1, "id"), "'abc' is no Clever id"),
    "no moment": ('\ncreated = "Monday"\n', (2, "created"), "'Monday' is no moment"),
    "not UTF-8": (b'name = "a"\nportal = "\xe9"\n', (2, None), "byte 22 is not UTF-8"),
}


@pytest.mark.parametrize("case", DISTRICTS)
def test_a_bad_district_file(case: str, tmp_path: Path) -> None:
    text, place, message = DISTRICTS[case]
    at = folder(tmp_path)
    (at / "district.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (problem,) = refused(at)
    assert (problem.file, problem.line, problem.column) == ("district.toml", *place)
    assert problem.message == message


def test_an_unknown_setting_of_a_district_is_a_warning(tmp_path: Path) -> None:
    at = folder(tmp_path)
    (at / "district.toml").write_text('name = "North"\nnmae = "x"\n')
    loaded = load(at)
    assert loaded.source.district.name == "North"
    assert places(loaded.warnings) == [("district.toml", 2, "nmae")]
