"""What each rule shows of the hand-written town, to the record; and laws for any rule and any district."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from hypothesis import given
from hypothesis import strategies as st
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
    LESSON,
    PAT,
    ROOT,
    SOL,
    SPRING,
    TESS,
    TOWN,
    UMA,
    town,
)

from mock_clever.model import (
    Contact,
    Course,
    District,
    DistrictAdmin,
    Name,
    Relationship,
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
from mock_clever.sharing import Sharing, visible

SHARED = ("schools", "terms", "courses", "sections", "users", "resources")
ALL = {
    "schools": {ASH, BIRCH},
    "terms": {FALL, SPRING},
    "courses": {ALGEBRA, BIOLOGY},
    "sections": {ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH},
    "users": {ADA, BEN, CLEO, DAN, TESS, UMA, SOL, ROOT, PAT},
    "resources": {LESSON},
}

# The admin of the district (Root, and Uma who is one too) comes with every rule; a person makes the school that is
# their first one visible, so Uma brings Birch and Ada brings Ash; Pat comes with Ada or Ben.
SHOWN: dict[str, tuple[dict[str, Any], dict[str, set[str]]]] = {
    "everything": ({"type": "everything"}, ALL),
    "everything but staff": (
        {"type": "everything", "staff": False},
        ALL | {"users": {ADA, BEN, CLEO, DAN, TESS, UMA, ROOT, PAT}},
    ),
    "Ash": (
        {"type": "schools", "ids": {ASH}},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {ALGEBRA, BIOLOGY},
            "sections": {ALGEBRA_ASH, BIOLOGY_ASH},
            "users": {ADA, BEN, DAN, TESS, UMA, SOL, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "Ash without staff": (
        {"type": "schools", "ids": {ASH}, "staff": False},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {ALGEBRA, BIOLOGY},
            "sections": {ALGEBRA_ASH, BIOLOGY_ASH},
            "users": {ADA, BEN, DAN, TESS, UMA, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "Birch": (
        {"type": "schools", "ids": {BIRCH}},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {BIOLOGY},
            "sections": {BIOLOGY_BIRCH},
            "users": {ADA, CLEO, UMA, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "both schools": (
        {"type": "schools", "ids": {ASH, BIRCH}},
        ALL | {"terms": {FALL}},
    ),
    "algebra": (
        {"type": "sections", "ids": {ALGEBRA_ASH}, "staff": False},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {ALGEBRA},
            "sections": {ALGEBRA_ASH},
            "users": {ADA, BEN, TESS, UMA, ROOT, PAT},
            "resources": set(),
        },
    ),
    "biology at Ash": (
        {"type": "sections", "ids": {BIOLOGY_ASH}, "staff": False},
        {
            "schools": {ASH},
            "terms": set(),
            "courses": {BIOLOGY},
            "sections": {BIOLOGY_ASH},
            "users": {BEN, TESS, UMA, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "biology at Ash, and all staff": (
        {"type": "sections", "ids": {BIOLOGY_ASH}, "staff": True},
        {
            "schools": {ASH},
            "terms": set(),
            "courses": {BIOLOGY},
            "sections": {BIOLOGY_ASH},
            "users": {BEN, TESS, UMA, SOL, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "biology at Birch": (
        {"type": "sections", "ids": {BIOLOGY_BIRCH}, "staff": False},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {BIOLOGY},
            "sections": {BIOLOGY_BIRCH},
            "users": {ADA, CLEO, UMA, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "biology at both": (
        {"type": "sections", "ids": {BIOLOGY_ASH, BIOLOGY_BIRCH}, "staff": False},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {BIOLOGY},
            "sections": {BIOLOGY_ASH, BIOLOGY_BIRCH},
            "users": {ADA, BEN, CLEO, TESS, UMA, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
    "nothing": ({"type": "nothing"}, {kind: set() for kind in SHARED}),
    "everything but some of each kind": (
        {"type": "everything", "hidden": {BIRCH, SPRING, ALGEBRA, BIOLOGY_ASH, CLEO, LESSON}},
        {
            "schools": {ASH},
            "terms": {FALL},
            "courses": {BIOLOGY},
            "sections": {ALGEBRA_ASH, BIOLOGY_BIRCH},
            "users": {ADA, BEN, DAN, TESS, UMA, SOL, ROOT, PAT},
            "resources": set(),
        },
    ),
    "biology at Birch but not Cleo": (
        {"type": "sections", "ids": {BIOLOGY_BIRCH}, "staff": False, "hidden": {CLEO}},
        {
            "schools": {ASH, BIRCH},
            "terms": {FALL},
            "courses": {BIOLOGY},
            "sections": {BIOLOGY_BIRCH},
            "users": {ADA, UMA, ROOT, PAT},
            "resources": {LESSON},
        },
    ),
}


def rule_of(facts: dict[str, Any]) -> Sharing:
    return Sharing(**{k: frozenset(v) if isinstance(v, set) else v for k, v in facts.items()})


def ids_shown(district: Snapshot, rule: Sharing) -> dict[str, set[str]]:
    seen = visible(district, rule)
    return {kind: set(seen.table(kind).ids) for kind in SHARED}


@pytest.mark.parametrize("name", SHOWN)
def test_a_rule_shows_exactly(name: str) -> None:
    facts, expected = SHOWN[name]
    assert ids_shown(town(), rule_of(facts)) == expected


@pytest.mark.parametrize("name", SHOWN)
def test_the_district_itself_is_always_there(name: str) -> None:
    assert visible(town(), rule_of(SHOWN[name][0])).districts.ids == [TOWN]


@pytest.mark.parametrize("name", SHOWN)
def test_the_api_lists_and_counts_exactly_what_the_rule_shows(name: str, mock: Mock) -> None:
    facts, expected = SHOWN[name]
    sent = {key: sorted(value) if isinstance(value, set) else value for key, value in facts.items()}
    mock.share(**{"except" if key == "hidden" else key: value for key, value in sent.items()})
    reader = mock.reader()
    for kind in SHARED:
        assert reader.ids(f"/v3.0/{kind}") == sorted(expected[kind])
        if kind != "resources":
            assert reader.get(f"/v3.0/{kind}?count=true")["count"] == len(expected[kind])
        for id in ALL[kind]:
            assert reader.ask(f"/v3.0/{kind}/{id}").status_code == (200 if id in expected[kind] else 404), id


def test_ids_that_are_not_shared_stay_in_arrays_and_answer_404(mock: Mock) -> None:
    reader = mock.reader()
    mock.share(type="sections", ids=[ALGEBRA_ASH], staff=False, **{"except": [BEN, UMA, BIRCH, FALL, ALGEBRA]})
    section = reader.get(f"/v3.0/sections/{ALGEBRA_ASH}")["data"]
    assert section["students"] == [ADA, BEN]
    assert section["teachers"] == [TESS, UMA]
    assert (section["course"], section["term_id"]) == (ALGEBRA, FALL)
    assert reader.get(f"/v3.0/users/{ADA}")["data"]["roles"]["student"]["schools"] == [ASH, BIRCH]
    relatives = reader.get(f"/v3.0/users/{PAT}")["data"]["roles"]["contact"]["student_relationships"]
    assert [related["student"] for related in relatives] == [ADA, BEN]
    hidden = [f"users/{BEN}", f"users/{UMA}", f"schools/{BIRCH}", f"terms/{FALL}", f"courses/{ALGEBRA}"]
    hidden += [f"sections/{ALGEBRA_ASH}/term", f"sections/{ALGEBRA_ASH}/course", f"users/{BEN}/sections"]
    for path in hidden:
        response = reader.ask(f"/v3.0/{path}")
        assert (response.status_code, response.get_json()) == (404, {"message": "Resource not found"}), path


def test_links_never_lead_to_what_is_not_shared(mock: Mock) -> None:
    reader = mock.reader()
    mock.share(type="sections", ids=[BIOLOGY_BIRCH], staff=False, **{"except": [CLEO]})
    assert reader.ids(f"/v3.0/sections/{BIOLOGY_BIRCH}/users") == [ADA, UMA]
    assert reader.ids(f"/v3.0/users/{ADA}/sections") == [BIOLOGY_BIRCH]
    assert reader.ids(f"/v3.0/users/{ADA}/myTeachers") == [UMA]
    assert reader.ids(f"/v3.0/users/{UMA}/myStudents") == [ADA]
    assert reader.ids(f"/v3.0/users/{PAT}/myStudents") == [ADA]
    assert reader.ids(f"/v3.0/schools/{ASH}/users") == [ADA, UMA]
    assert reader.ids(f"/v3.0/schools/{ASH}/sections") == []
    assert reader.ids(f"/v3.0/courses/{BIOLOGY}/sections") == [BIOLOGY_BIRCH]
    assert reader.ids(f"/v3.0/terms/{FALL}/sections") == [BIOLOGY_BIRCH]
    assert reader.ids(f"/v3.0/resources/{LESSON}/users") == [ADA]


def test_two_applications_share_nothing(mock: Mock) -> None:
    mock.share(mock.sso, type="nothing")
    assert len(mock.reader().ids("/v3.0/users")) == 9
    mock.share(mock.sync, type="nothing")
    assert mock.reader().ids("/v3.0/users") == []


# Laws. A district is drawn at random: people, sections and contacts that name one another, and some who are gone.

SCHOOLS = [f"{n:024x}" for n in range(0xA0, 0xA3)]
TERMS = [f"{n:024x}" for n in range(0xB0, 0xB2)]
COURSES = [f"{n:024x}" for n in range(0xC0, 0xC2)]
SECTIONS = [f"{n:024x}" for n in range(0xD0, 0xD5)]
STUDENTS = [f"{n:024x}" for n in range(0xE0, 0xE5)]
TEACHERS = [f"{n:024x}" for n in range(0xE5, 0xE8)]
STAFF, ADMIN, CONTACT = (f"{n:024x}" for n in range(0xE8, 0xEB))
GONE = "f" * 24
EVERY_ID = [*SCHOOLS, *TERMS, *COURSES, *SECTIONS, *STUDENTS, *TEACHERS, STAFF, ADMIN, CONTACT, GONE]
KEPT = {"created": "2026-08-10T16:08:05.000Z", "last_modified": "2026-08-10T16:08:05.000Z"}


def some(ids: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(ids), unique=True, max_size=4).map(tuple)


def person(id: str, **roles: Any) -> User:
    return User(id=id, district=TOWN, name=Name(last=id), roles=Roles(**roles), **KEPT)


@st.composite
def districts(draw: st.DrawFn) -> Snapshot:
    def at() -> tuple[str, ...]:
        return draw(some(SCHOOLS).filter(bool))

    people = []
    for id in STUDENTS:
        schools = at()
        people.append(person(id, student=Student(school=schools[0], schools=schools, sis_id=id)))
    for id in TEACHERS:
        schools, staff = at(), draw(st.booleans())
        teacher = Teacher(legacy_id=id, school=schools[0], schools=schools, sis_id=id)
        also = {"staff": Staff(legacy_id=id, schools=at(), staff_id=id)} if staff else {}
        people.append(person(id, teacher=teacher, **also))
    people.append(person(STAFF, staff=Staff(legacy_id=STAFF, schools=at(), staff_id=STAFF)))
    people.append(person(ADMIN, district_admin=DistrictAdmin(legacy_id=ADMIN)))
    related = tuple(Relationship(student=id) for id in draw(some([*STUDENTS, GONE])))
    people.append(person(CONTACT, contact=Contact(legacy_id=CONTACT, student_relationships=related)))
    sections = [
        Section(
            id=id,
            district=TOWN,
            school=draw(st.sampled_from(SCHOOLS)),
            name=id,
            sis_id=id,
            teachers=draw(some([*TEACHERS, GONE])),
            students=draw(some([*STUDENTS, GONE])),
            course=draw(st.sampled_from([None, *COURSES])),
            term_id=draw(st.sampled_from([None, *TERMS])),
            **KEPT,
        )
        for id in SECTIONS
    ]
    return Snapshot(
        districts=[District(id=TOWN, name="Drawn")],
        schools=[School(id=id, district=TOWN, name=id, sis_id=id, **KEPT) for id in SCHOOLS],
        terms=[Term(id=id, district=TOWN) for id in TERMS],
        courses=[Course(id=id, district=TOWN) for id in COURSES],
        users=draw(st.permutations(people)),
        sections=draw(st.permutations(sections)),
    )


def rules(hiding: bool = True) -> st.SearchStrategy[Sharing]:
    ids = st.frozensets(st.sampled_from(EVERY_ID), max_size=6)
    return st.builds(
        Sharing,
        type=st.sampled_from(["everything", "schools", "sections", "nothing"]),
        ids=ids,
        staff=st.booleans(),
        hidden=ids if hiding else st.just(frozenset()),
    )


def shows_less(one: Snapshot, other: Snapshot) -> bool:
    return all(set(one.table(kind).ids) <= set(other.table(kind).ids) for kind in SHARED)


@given(districts(), rules())
def test_a_rule_shows_records_of_the_district_just_as_they_are(district: Snapshot, rule: Sharing) -> None:
    seen = visible(district, rule)
    for kind in ("districts", *SHARED):
        for record in seen.table(kind):
            assert record is district.table(kind)[record.id]


@given(districts(), rules(hiding=False))
def test_sharing_what_is_shared_changes_nothing(district: Snapshot, rule: Sharing) -> None:
    once = visible(district, rule)
    assert visible(once, rule) == once


@given(districts(), rules(), st.frozensets(st.sampled_from(EVERY_ID), max_size=6))
def test_more_ids_never_show_less(district: Snapshot, rule: Sharing, more: frozenset[str]) -> None:
    wider = Sharing(type=rule.type, ids=rule.ids | more, staff=rule.staff, hidden=rule.hidden)
    assert shows_less(visible(district, rule), visible(district, wider))


@given(districts(), rules(), st.frozensets(st.sampled_from(EVERY_ID), max_size=6))
def test_hiding_more_never_shows_more_and_what_is_hidden_is_never_shown(
    district: Snapshot, rule: Sharing, more: frozenset[str]
) -> None:
    stricter = Sharing(type=rule.type, ids=rule.ids, staff=rule.staff, hidden=rule.hidden | more)
    seen = visible(district, stricter)
    assert shows_less(seen, visible(district, rule))
    assert not any(id in seen.table(kind) for kind in SHARED for id in stricter.hidden)


@given(districts(), rules())
def test_the_tick_box_adds_staff_and_takes_nobody_away(district: Snapshot, rule: Sharing) -> None:
    without = visible(district, Sharing(type=rule.type, ids=rule.ids, staff=False, hidden=rule.hidden))
    ticked = visible(district, Sharing(type=rule.type, ids=rule.ids, staff=True, hidden=rule.hidden))
    assert shows_less(without, ticked)
    assert STAFF not in without.users
    assert set(ticked.users.ids) - set(without.users.ids) <= {STAFF, *TEACHERS}


@given(districts(), rules(hiding=False))
def test_all_that_a_shown_section_names_is_shown(district: Snapshot, rule: Sharing) -> None:
    seen = visible(district, rule)
    for section in seen.sections:
        assert section.school in seen.schools
        assert section.term_id is None or section.term_id in seen.terms
        assert section.course is None or section.course in seen.courses
        people = {*section.teachers, *section.students} - {GONE}
        assert people <= set(seen.users.ids)


@given(districts())
def test_nothing_shows_nobody(district: Snapshot) -> None:
    assert ids_shown(district, Sharing(type="nothing")) == {kind: set() for kind in SHARED}


@given(districts(), rules())
def test_the_order_of_records_makes_no_difference(district: Snapshot, rule: Sharing) -> None:
    backwards = Snapshot(**{kind: list(district.table(kind))[::-1] for kind in ("districts", *SHARED)})
    assert visible(backwards, rule) == visible(district, rule)
    assert visible(backwards, rule).users.ids == visible(district, rule).users.ids
