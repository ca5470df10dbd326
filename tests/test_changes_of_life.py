"""Each typed change of a district's life, over the hand-written town: what it does and the events it makes.

Events are those of v3.1 and v2.1 of one publish; ids in them are told by the names of the town.
"""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from town import (
    ADA,
    ALGEBRA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    BIRCH,
    CLEO,
    DAN,
    FALL,
    PAT,
    ROOT,
    SOL,
    SPRING,
    TESS,
    TOWN,
    UMA,
    town,
)
from wholeness import broken

from mock_clever.changes import TYPES, happen, read, settled, summary
from mock_clever.errors import ControlRefusal
from mock_clever.model import Snapshot

NOW = "2026-09-02T12:00:00.000Z"
SECOND = f"{1788350400:08x}"
NAMES = {
    value: name
    for name, value in {
        "Ada": ADA,
        "Ben": BEN,
        "Cleo": CLEO,
        "Dan": DAN,
        "Tess": TESS,
        "Uma": UMA,
        "Sol": SOL,
        "Root": ROOT,
        "Pat": PAT,
        "Ash": ASH,
        "Birch": BIRCH,
        "Fall": FALL,
        "Spring": SPRING,
        "Algebra": ALGEBRA,
        "Biology": BIOLOGY,
        "algebra": ALGEBRA_ASH,
        "biology at Ash": BIOLOGY_ASH,
        "biology at Birch": BIOLOGY_BIRCH,
    }.items()
}


def whole_town() -> Snapshot:
    """The town without its odd term, in which nothing is taught."""
    return town().replace(terms=[term for term in town().terms if term.id != SPRING])


@pytest.fixture
def mock() -> Mock:
    found = Mock(whole_town())
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": NOW})
    connection = found.connection(found.sync)
    for connected in (False, True):
        found.control("PATCH", f"connections/{connection}", {"connected": connected})
    return found


def after(*changes: dict[str, Any], before: Snapshot | None = None) -> Snapshot:
    return happen(before or whole_town(), read(list(changes)), {}, NOW).district


def events(mock: Mock, *changes: dict[str, Any], version: str = "v3.1") -> list[str]:
    """The types and the records of the events that these changes make, the district's own left out."""
    reader = mock.reader()
    cursor = reader.get(f"/{version}/events?ending_before=last&limit=1")["data"][0]["data"]["id"]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": list(changes)})
    told = [each["data"] for each in reader.get(f"/{version}/events?starting_after={cursor}")["data"]]
    found = [(event["type"], event["data"]["object"]["id"]) for event in told]
    return [f"{type} {NAMES.get(id, 'new')}" for type, id in found if not type.startswith("districts.")]


def student(district: Snapshot, id: str) -> Any:
    return district.users[id].roles.student


TRANSFER = {"type": "student.transfer", "user": BEN, "school": BIRCH, "sections": [BIOLOGY_BIRCH]}
LEAVE = {"type": "teacher.leave_mid_year", "user": TESS, "successor": UMA}
REPLACE_ROLL = {
    "type": "roster.rollover",
    "style": "replace",
    "terms": [{"name": "Fall 2027", "start_date": "2027-08-16"}],
}
IN_PLACE = REPLACE_ROLL | {"style": "in_place"}
MERGE = {"type": "school.merge", "school": BIRCH, "into": ASH}


def test_a_transfer_moves_the_student_and_the_section_he_leaves_alone_goes() -> None:
    now = after(TRANSFER)
    assert (student(now, BEN).school, student(now, BEN).schools) == (BIRCH, (BIRCH,))
    assert now.sections[ALGEBRA_ASH].students == (ADA,)
    assert now.sections[BIOLOGY_BIRCH].students == (ADA, BEN, CLEO)
    assert BIOLOGY_ASH not in now.sections
    assert now.users[TESS] is not None


EVENTS: list[tuple[list[dict[str, Any]], list[str], list[str]]] = [
    (
        [TRANSFER],
        [
            "users.updated Ben",
            "sections.updated algebra",
            "sections.updated biology at Birch",
            "sections.deleted biology at Ash",
        ],
        [
            "students.updated Ben",
            "sections.updated algebra",
            "sections.updated biology at Birch",
            "sections.deleted biology at Ash",
        ],
    ),
    (
        [{"type": "student.withdraw", "user": ADA}],
        [
            "users.updated Pat",
            "sections.updated algebra",
            "sections.updated biology at Birch",
            "users.deleted Ada",
        ],
        [
            "contacts.updated new",
            "sections.updated algebra",
            "sections.updated biology at Birch",
            "students.deleted Ada",
        ],
    ),
    (
        [{"type": "section.enroll", "section": BIOLOGY_BIRCH, "user": BEN}],
        ["users.updated Ben", "sections.updated biology at Birch"],
        ["students.updated Ben", "sections.updated biology at Birch"],
    ),
    (
        [{"type": "section.enroll", "section": BIOLOGY_BIRCH, "user": TESS}],
        ["users.updated Tess", "sections.updated biology at Birch"],
        ["teachers.updated new", "sections.updated biology at Birch"],
    ),
    (
        [{"type": "section.unenroll", "section": ALGEBRA_ASH, "user": BEN}],
        ["sections.updated algebra"],
        ["sections.updated algebra"],
    ),
    (
        [{"type": "section.rename", "section": ALGEBRA_ASH, "name": "Algebra, mornings"}],
        ["sections.updated algebra"],
        ["sections.updated algebra"],
    ),
    (
        [{"type": "section.drop", "section": ALGEBRA_ASH}],
        ["users.updated Uma", "sections.deleted algebra", "courses.deleted Algebra"],
        ["teachers.updated new", "sections.deleted algebra", "courses.deleted Algebra"],
    ),
    (
        [{"type": "teacher.replace", "section": BIOLOGY_ASH, "teacher": UMA}],
        ["sections.updated biology at Ash"],
        ["sections.updated biology at Ash"],
    ),
    (
        [LEAVE],
        ["sections.updated algebra", "sections.updated biology at Ash", "users.deleted Tess"],
        ["sections.updated algebra", "sections.updated biology at Ash", "teachers.deleted new"],
    ),
    (
        [{"type": "user.rename", "user": BEN, "last": "Oh"}],
        ["users.updated Ben"],
        ["students.updated Ben"],
    ),
    (
        [{"type": "user.email_change", "user": SOL, "email": "TESS@example.org"}],
        ["users.updated Tess", "users.deleted Sol"],
        ["schooladmins.updated new"],
    ),
    (
        [{"type": "user.email_change", "user": UMA, "email": "sa@example.org", "role": "district_admin"}],
        ["users.created new", "users.updated Uma"],
        ["districtadmins.updated new"],
    ),
    (
        [{"type": "sis_id.change", "id": BEN, "sis_id": "s12a"}],
        [
            "users.created new",
            "users.updated Pat",
            "sections.updated algebra",
            "sections.updated biology at Ash",
            "users.deleted Ben",
        ],
        [
            "students.created new",
            "contacts.updated new",
            "sections.updated algebra",
            "sections.updated biology at Ash",
            "students.deleted Ben",
        ],
    ),
    (
        [{"type": "staff.becomes_teacher", "user": SOL, "sis_id": "t41", "sections": [BIOLOGY_ASH]}],
        ["users.updated Sol", "sections.updated biology at Ash"],
        ["teachers.created new", "sections.updated biology at Ash"],
    ),
    (
        [{"type": "contact.edit", "contact": PAT, "phone": "555-0102"}],
        ["users.updated Pat"],
        ["contacts.updated new"],
    ),
    (
        [{"type": "contact.edit", "contact": PAT, "email": "p@example.org"}],
        ["users.created new", "users.deleted Pat"],
        ["contacts.created new", "contacts.deleted new"],
    ),
    (
        [{"type": "term.roll", "term": FALL, "next": {"name": "Winter"}}],
        [
            "terms.created new",
            "sections.updated algebra",
            "sections.updated biology at Birch",
            "terms.deleted Fall",
        ],
        [
            "terms.created new",
            "sections.updated algebra",
            "sections.updated biology at Birch",
            "terms.deleted Fall",
        ],
    ),
    (
        [MERGE],
        [
            "users.updated Uma",
            "users.updated Ada",
            "users.updated Cleo",
            "sections.updated biology at Birch",
            "schools.deleted Birch",
        ],
        [
            "students.updated Ada",
            "students.updated Cleo",
            "teachers.updated new",
            "sections.updated biology at Birch",
            "schools.deleted Birch",
        ],
    ),
    (
        [{"type": "field.set", "kind": "users", "id": BEN, "field": "roles.student.ext.lunch", "value": "A"}],
        ["users.updated Ben"],
        ["students.updated Ben"],
    ),
]


@pytest.mark.parametrize(
    ("changes", "v3", "v2"), EVENTS, ids=lambda x: x[0]["type"] if isinstance(x[0], dict) else ""
)
@pytest.mark.parametrize("version", ["v3.1", "v2.1"])
def test_the_events_of_each(
    changes: list[dict[str, Any]], v3: list[str], v2: list[str], version: str, mock: Mock
) -> None:
    assert events(mock, *changes, version=version) == (v3 if version == "v3.1" else v2)


def test_who_leaves_and_returns_has_the_same_id_and_the_contact_too(mock: Mock) -> None:
    leave, back = (
        {"type": "user.leave", "user": CLEO},
        {"type": "user.return", "user": CLEO, "sections": [ALGEBRA_ASH]},
    )
    pat = {"type": "contact.drop", "student": BEN, "contact": PAT}
    assert events(mock, leave) == ["sections.updated biology at Birch", "users.deleted Cleo"]
    assert events(mock, back) == ["users.created Cleo", "sections.updated algebra"]
    assert student(mock.world.districts[TOWN], CLEO).schools == (BIRCH, ASH)
    assert events(mock, pat, {"type": "user.leave", "user": ADA})[-2:] == [
        "users.deleted Pat",
        "users.deleted Ada",
    ]
    assert events(mock, {"type": "user.return", "user": ADA}) == ["users.created Ada", "users.created Pat"]


def test_somebody_new_has_an_id_of_the_moment_and_an_employee_of_a_known_address_is_that_person() -> None:
    new = {"type": "user.add", "sis_id": "n1", "name": {"first": "Nia", "last": "Ek"}, "school": ASH}
    district = after(new | {"role": "student", "grade": "9", "sections": [ALGEBRA_ASH]})
    (id,) = set(district.users.ids) - set(town().users.ids)
    assert id.startswith(SECOND)
    assert district.sections[ALGEBRA_ASH].students == tuple(sorted((ADA, BEN, id)))
    assert after(new | {"role": "student"}).users.ids == after(new | {"role": "student"}).users.ids
    merged = after(new | {"role": "teacher", "email": "sol@example.org", "sections": [BIOLOGY_ASH]})
    assert merged.users.ids == town().users.ids
    assert merged.users[SOL].holds() == ("teacher", "staff")
    assert merged.sections[BIOLOGY_ASH].teachers == (TESS, SOL)


def test_a_section_comes_with_its_first_students_and_moves_to_another_term() -> None:
    section = {"type": "section.add", "sis_id": "x9", "name": "Chess", "school": BIRCH, "students": [DAN]}
    before = after(section | {"teachers": [TESS]})
    (id,) = set(before.sections.ids) - set(town().sections.ids)
    assert (student(before, DAN).schools, before.users[TESS].roles.teacher.schools) == ((ASH, BIRCH), (ASH, BIRCH))
    moved = after({"type": "section.move_term", "section": id, "term": FALL}, before=before)
    assert moved.sections[id].term_id == FALL


def test_a_new_year_in_place_keeps_the_sections_and_replacing_makes_all_of_them_anew() -> None:
    kept, anew = after(IN_PLACE), after(REPLACE_ROLL)
    for district in (kept, anew):
        assert broken(district) == []
        assert FALL not in district.terms
        assert [student(district, id).grade for id in (ADA, BEN, CLEO)] == ["10", "10", "11"]
    assert set(kept.sections.ids) <= set(town().sections.ids)
    assert not set(anew.sections.ids) & set(town().sections.ids)


def test_whoever_is_beyond_grade_12_leaves() -> None:
    risen = whole_town()
    for _ in range(3):
        risen = after({"type": "grade.promote"}, before=risen)
    assert CLEO not in risen.users
    assert student(risen, ADA).grade == "12"


def test_every_type_leaves_the_town_whole() -> None:
    for changes, _, _ in EVENTS:
        assert broken(after(*changes)) == [], changes


def test_the_answer_key_says_what_changed_and_what_a_correct_application_shows(mock: Mock) -> None:
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [TRANSFER]})
    rows = [row for row in mock.control("GET", "answer-key")["cases"] if row["kind"] == "change"]
    assert [(row["type"], row["at"]) for row in rows] == [("student.transfer", NOW), ("follows", NOW)]
    assert rows[0]["said"] == {"user": BEN, "school": BIRCH, "sections": [BIOLOGY_BIRCH]}
    assert {"kind": "users", "id": BEN} in rows[0]["records"]
    values = {row["id"]: row["values"] for row in rows[0]["expected"]["updated"]}
    assert values[BEN] == {"roles.student.school": [ASH, BIRCH], "roles.student.schools": [[ASH], [BIRCH]]}
    assert values[ALGEBRA_ASH] == {"students": [[ADA, BEN], [ADA]]}
    assert rows[1]["expected"]["archived"] == [{"kind": "sections", "id": BIOLOGY_ASH}]
    assert rows[0]["why"].startswith("A student goes to another school")


REFUSED: list[tuple[dict[str, Any], str]] = [
    (TRANSFER | {"user": TESS}, "is no student: they hold teacher"),
    (TRANSFER | {"school": ASH}, "is at school"),
    ({"type": "user.return", "user": BEN}, "restore what was removed before"),
    ({"type": "user.rename", "user": BEN}, "say what the name is now"),
    ({"type": "user.email_change", "user": BEN, "email": "", "role": "staff"}, "has no role staff"),
    ({"type": "sis_id.change", "id": BEN, "sis_id": "s11"}, "student 's11' is here already"),
    ({"type": "sis_id.change", "id": PAT, "sis_id": "c"}, "has no such number"),
    ({"type": "staff.becomes_teacher", "user": TESS, "sis_id": "t9"}, "must be staff or a district admin"),
    ({"type": "staff.becomes_teacher", "user": ROOT, "sis_id": "t9"}, "a district admin has no school"),
    ({"type": "teacher.replace", "section": BIOLOGY_ASH, "teacher": TESS, "instead_of": UMA}, "does not teach"),
    (LEAVE | {"successor": TESS}, "cannot follow themselves"),
    (MERGE | {"into": BIRCH}, "a school cannot merge with itself"),
    (IN_PLACE | {"terms": []}, "a new year has terms"),
    ({"type": "contact.drop", "student": CLEO, "contact": PAT}, "is no contact of student"),
    ({"type": "field.set", "kind": "users", "id": BEN, "field": "a..b", "value": ""}, "is no path to a field"),
    ({"type": "grade.promote", "school": TOWN}, "no record"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_a_change_that_makes_no_sense_says_why(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ControlRefusal, match=words):
        after(change)


def test_settling_what_is_settled_changes_nothing() -> None:
    for changes, _, _ in EVENTS:
        raw = happen(whole_town(), read(changes), {}, NOW, settling=False).district
        once = settled(whole_town(), raw, NOW)
        assert once == after(*changes)
        assert settled(whole_town(), once, NOW) == once


def test_every_type_says_what_it_is() -> None:
    assert all(summary(type).endswith(".") and len(summary(type)) > 20 for type in TYPES.values())
