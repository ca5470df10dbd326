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

from mock_clever.changes import TYPES, AnswerKey, answer_key, happen, read, settled, summary
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
NIA = {"first": "Nia", "last": "Ek"}
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
        [{"type": "section.move_term", "section": BIOLOGY_ASH, "term": FALL}],
        ["sections.updated biology at Ash"],
        ["sections.updated biology at Ash"],
    ),
    (
        [
            {
                "type": "section.add",
                "sis_id": "x9",
                "name": "Go",
                "school": BIRCH,
                "students": [DAN],
                "teachers": [TESS],
            }
        ],
        ["sections.created new", "users.updated Dan", "users.updated Tess"],
        ["sections.created new", "students.updated Dan", "teachers.updated new"],
    ),
    (
        [
            {
                "type": "user.add",
                "role": "student",
                "sis_id": "n1",
                "name": NIA,
                "school": ASH,
                "sections": [ALGEBRA_ASH],
            }
        ],
        ["users.created new", "sections.updated algebra"],
        ["students.created new", "sections.updated algebra"],
    ),
    (
        [{"type": "contact.add", "student": BEN, "name": "Gil Oh", "relationship": "Sibling"}],
        ["users.created new"],
        ["contacts.created new"],
    ),
    (
        [{"type": "contact.drop", "student": BEN, "contact": PAT}],
        ["users.updated Pat"],
        ["contacts.updated new"],
    ),
    (
        [{"type": "grade.promote"}],
        ["users.updated Ada", "users.updated Ben", "users.updated Cleo"],
        ["students.updated Ada", "students.updated Ben", "students.updated Cleo"],
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


def test_a_section_may_be_of_a_course_and_in_a_term_that_begin_with_it() -> None:
    section = {"type": "section.add", "sis_id": "x9", "name": "Chess", "school": BIRCH, "students": [DAN]}
    new = {"new_course": {"name": "Games", "number": "G1"}, "new_term": {"name": "Interim"}}
    now = after(section | new)
    (id,) = set(now.sections.ids) - set(town().sections.ids)
    chess = now.sections[id]
    assert now.courses[chess.course].name == "Games" and now.terms[chess.term_id].name == "Interim"
    with pytest.raises(ControlRefusal, match="is here already: send its id"):
        after(section | {"sis_id": "x10", "new_course": new["new_course"]}, before=now)
    with pytest.raises(ControlRefusal, match="send `term` or `new_term`"):
        after(section | new | {"term": FALL})


GRADE_8 = {"type": "record.update", "kind": "users", "id": DAN, "set": {"roles": {"student": {"grade": "8"}}}}
"""With it there is somebody who comes to the ninth grade, and into the classes of those who leave it."""


def test_a_new_year_in_place_keeps_the_sections_and_replacing_makes_all_of_them_anew() -> None:
    before = after(GRADE_8)
    kept, anew = after(IN_PLACE, before=before), after(REPLACE_ROLL, before=before)
    for district in (kept, anew):
        assert broken(district) == []
        assert [term.name for term in district.terms] == ["Fall 2027"]
        assert [student(district, id).grade for id in (ADA, BEN, CLEO, DAN)] == ["10", "10", "11", "9"]
        assert {section.students for section in district.sections} == {(DAN,)}
    assert set(kept.sections.ids) == {ALGEBRA_ASH, BIOLOGY_ASH}
    assert kept.sections[ALGEBRA_ASH].term_id in kept.terms and kept.sections[BIOLOGY_ASH].term_id is None
    assert len(anew.sections.ids) == 2 and not set(anew.sections.ids) & set(before.sections.ids)
    assert {each.name for each in anew.sections} == {before.sections[id].name for id in (ALGEBRA_ASH, BIOLOGY_ASH)}


RISEN = [f"users.updated {name}" for name in ("Ada", "Ben", "Cleo", "Dan")]
NEW_YEAR = {
    "in_place": [
        "terms.created new",
        *RISEN,
        *("sections.updated algebra", "sections.updated biology at Ash", "sections.deleted biology at Birch"),
        "terms.deleted Fall",
    ],
    "replace": [
        *("terms.created new", "sections.created new", "sections.created new"),
        *RISEN,
        *(f"sections.deleted {name}" for name in ("algebra", "biology at Ash", "biology at Birch")),
        "terms.deleted Fall",
    ],
}


@pytest.mark.parametrize("style", NEW_YEAR)
def test_the_events_of_a_new_year(style: str, mock: Mock) -> None:
    events(mock, GRADE_8)
    assert events(mock, REPLACE_ROLL | {"style": style}) == NEW_YEAR[style]


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


def row(*records: str) -> dict[str, Any]:
    return {"kind": "change", "records": [{"kind": "users", "id": id} for id in records]}


def test_the_answer_key_keeps_the_newest_rows_and_counts_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_key, "KEPT_ROWS", 3)
    key = AnswerKey()
    key.plant([{"id": "odd"}])
    assert key.shown() == {"cases": [{"id": "odd"}], "dropped": 0}
    key.add([row("a"), row("b"), row("c")])
    assert key.shown() == {"cases": [{"id": "odd"}, row("a"), row("b"), row("c")], "dropped": 0}
    key.add([row("d"), row("e")])
    key.add([])
    assert key.shown() == {"cases": [{"id": "odd"}, row("c"), row("d"), row("e")], "dropped": 2}


def test_the_answer_key_keeps_rows_that_name_so_many_records_and_always_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answer_key, "KEPT_RECORDS", 4)
    key = AnswerKey()
    key.add([row("a", "b"), row(), row("c", "d")])
    assert (len(key.changes), key.dropped) == (3, 0)
    key.add([row("e")])
    assert key.shown() == {"cases": [row(), row("c", "d"), row("e")], "dropped": 1}
    key.add([row(*"abcdefgh")])
    assert key.shown() == {"cases": [row(*"abcdefgh")], "dropped": 4}


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
    (
        {"type": "contact.edit", "contact": PAT, "relationship": "Guardian"},
        "is no word of Clever's: choose one of",
    ),
    ({"type": "contact.add", "student": BEN, "name": "Gil", "phone_type": "Fax"}, "'Fax' is no word of Clever's"),
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


def test_every_type_has_its_exact_events_here_or_in_test_events() -> None:
    here = {change["type"] for changes, _, _ in EVENTS for change in changes}
    elsewhere = {
        "record.update",
        "record.remove",
        "record.restore",
        "user.leave",
        "user.return",
        "roster.rollover",
    }
    assert set(TYPES) == here | elsewhere


def test_every_type_says_what_it_is() -> None:
    assert all(summary(type).endswith(".") and len(summary(type)) > 20 for type in TYPES.values())
