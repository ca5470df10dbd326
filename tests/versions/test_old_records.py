"""Every kind of record of the hand-written town, in full, as each version before v3 writes it."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock, Reader
from legacy import OLD, PAT_THEN, ROOT_THEN, SOL_THEN, TESS_THEN, UMA_ADMIN, UMA_THEN
from msgspec import structs
from town import (
    ADA,
    ALGEBRA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    BIRCH,
    CLEO,
    DAN,
    FALL,
    PAT,
    PORTAL,
    SOL,
    TESS,
    TOWN,
    UMA,
    WHEN,
    town,
)

from mock_clever.model import Relationship, replaced

DATED = {"created": WHEN, "last_modified": WHEN}

ADA_V1_2 = {
    "id": ADA,
    "district": TOWN,
    **DATED,
    "name": {"first": "Ada", "last": "Ñandú"},
    "school": ASH,
    "schools": [ASH, BIRCH],
    "sis_id": "s11",
    "student_number": "11",
    "grade": "9",
    "graduation_year": "",
    "location": {"address": "", "city": "", "state": "", "zip": "00000"},
    "credentials": {"district_username": "user11"},
}
UMA_TEACHES = {
    "id": UMA_THEN,
    "district": TOWN,
    **DATED,
    "name": {"first": "Uma", "last": "Sá"},
    "email": "uma@example.org",
    "school": BIRCH,
    "schools": [BIRCH, ASH],
    "sis_id": "t22",
    "teacher_number": "22",
}
UMA_ADMINISTERS = {
    "id": UMA_ADMIN,
    "district": TOWN,
    "name": {"first": "Uma", "last": "Sá"},
    "email": "uma@example.org",
    "title": "Deputy",
}
SOL_STAFF = {
    "id": SOL_THEN,
    "district": TOWN,
    "name": {"first": "Sol", "last": "Kim"},
    "email": "sol@example.org",
    "schools": [ASH],
    "staff_id": "41",
    "title": "Principal",
}
PAT_V1_2 = {
    "id": PAT_THEN,
    "district": TOWN,
    "name": "Pat Ñandú",
    "email": "pat@example.org",
    "phone": "555-0101",
    "phone_type": "Cell",
    "sis_id": "",
    "relationship": "Parent",
    "type": "Primary",
    "student": ADA,
}
PAT_V2 = {key: value for key, value in PAT_V1_2.items() if key != "student"} | {"students": [ADA, BEN]}
ALGEBRA_COMMON = {
    "id": ALGEBRA_ASH,
    "district": TOWN,
    "school": ASH,
    **DATED,
    "name": "Algebra 1",
    "sis_id": "x01",
    "teacher": TESS_THEN,
    "teachers": [TESS_THEN, UMA_THEN],
    "students": [ADA, BEN],
}
ASH_RECORD = {
    "id": ASH,
    "district": TOWN,
    **DATED,
    "name": "Ash",
    "sis_id": "1",
    "school_number": "",
}
TOWN_V2_0 = {
    "id": TOWN,
    "name": "Hand-Written Town",
    "sis_type": "sftp",
    "state": "running",
    "error": "",
    "last_sync": WHEN,
}

# What GET /{version}{path} answers: the record without what the connection adds, and the names of its links.
RECORDS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    f"/v1.2/students/{ADA}": (ADA_V1_2, ("self", "district", "sections", "school", "teachers", "contacts")),
    f"/v2.0/students/{ADA}": (
        ADA_V1_2,
        ("self", "district", "sections", "school", "schools", "teachers", "contacts"),
    ),
    f"/v2.1/students/{ADA}": (
        ADA_V1_2 | {"enrollments": []},
        ("self", "district", "sections", "school", "schools", "teachers", "contacts"),
    ),
    f"/v1.2/teachers/{UMA_THEN}": (
        UMA_TEACHES,
        ("self", "district", "school", "students", "sections", "grade_levels"),
    ),
    f"/v2.0/teachers/{UMA_THEN}": (UMA_TEACHES, ("self", "district", "school", "schools", "students", "sections")),
    f"/v2.1/teachers/{UMA_THEN}": (UMA_TEACHES, ("self", "district", "school", "schools", "students", "sections")),
    f"/v1.2/district_admins/{UMA_ADMIN}": (UMA_ADMINISTERS, ("self",)),
    f"/v2.0/district_admins/{UMA_ADMIN}": (UMA_ADMINISTERS, ("self", "district")),
    f"/v2.1/district_admins/{UMA_ADMIN}": (UMA_ADMINISTERS, ("self", "district")),
    f"/v1.2/school_admins/{SOL_THEN}": (SOL_STAFF, ("self", "schools")),
    f"/v2.0/school_admins/{SOL_THEN}": (SOL_STAFF, ("self", "district", "schools")),
    f"/v2.1/school_admins/{SOL_THEN}": (SOL_STAFF, ("self", "district", "schools")),
    f"/v1.2/contacts/{PAT_THEN}": (PAT_V1_2, ("self", "district", "student")),
    f"/v2.0/contacts/{PAT_THEN}": (PAT_V2, ("self", "district", "students")),
    f"/v2.1/contacts/{PAT_THEN}": (PAT_V2, ("self", "district", "students")),
    f"/v1.2/sections/{ALGEBRA_ASH}": (
        ALGEBRA_COMMON
        | {
            "subject": "other",
            "course_name": "Algebra",
            "course_number": "101",
            "term": {"name": "Fall", "start_date": "2026-08-17", "end_date": "2026-12-18"},
        },
        ("self", "district", "teacher", "teachers", "students", "school"),
    ),
    f"/v2.0/sections/{ALGEBRA_ASH}": (
        ALGEBRA_COMMON | {"subject": "other", "course": ALGEBRA, "term_id": FALL},
        ("self", "district", "teacher", "teachers", "students", "school", "course", "term"),
    ),
    f"/v2.1/sections/{ALGEBRA_ASH}": (
        ALGEBRA_COMMON | {"subject": "", "course": ALGEBRA, "term_id": FALL},
        ("self", "district", "teacher", "teachers", "students", "school", "course", "term"),
    ),
    f"/v1.2/schools/{ASH}": (ASH_RECORD, ("self", "district", "teachers", "students", "sections")),
    f"/v2.0/schools/{ASH}": (ASH_RECORD, ("self", "district", "teachers", "students", "sections")),
    f"/v2.1/schools/{ASH}": (ASH_RECORD, ("self", "district", "teachers", "students", "sections")),
    f"/v2.0/courses/{ALGEBRA}": (
        {"id": ALGEBRA, "district": TOWN, "name": "Algebra", "number": "101"},
        ("self", "district", "sections"),
    ),
    f"/v2.1/terms/{FALL}": (
        {"id": FALL, "district": TOWN, "name": "Fall", "start_date": "2026-08-17", "end_date": "2026-12-18"},
        ("self", "district", "sections"),
    ),
    f"/v1.2/districts/{TOWN}": (
        {"id": TOWN, "name": "Hand-Written Town"},
        ("self", "schools", "teachers", "students", "sections"),
    ),
    f"/v2.0/districts/{TOWN}": (TOWN_V2_0, ("self",)),
    f"/v2.1/districts/{TOWN}": (
        TOWN_V2_0 | {"login_methods": ["Clever Badges"], "portal_url": PORTAL},
        ("self",),
    ),
}


@pytest.mark.parametrize("path", RECORDS)
def test_a_record_is_written_as_its_version_writes_it(path: str, reader: Reader) -> None:
    record, rels = RECORDS[path]
    body = reader.get(path)
    body["data"].pop("launch_date", None)
    assert body["data"] == record
    assert [(link["rel"], link["uri"]) for link in body["links"]] == [
        (rel, path if rel == "self" else f"{path}/{rel}") for rel in rels
    ]
    for link in body["links"]:
        reader.get(link["uri"])


@pytest.mark.parametrize("version", OLD)
def test_who_holds_two_roles_is_two_people_and_the_user_id_is_nobody_s(version: str, mock: Mock) -> None:
    reader = mock.reader()
    assert reader.ids(f"/{version}/teachers") == [TESS_THEN, UMA_THEN]
    assert [p["id"] for p in people(reader, version, "district_admins")] == [UMA_ADMIN, ROOT_THEN]
    for collection in ("students", "teachers", "school_admins", "district_admins", "contacts"):
        for user in (TESS, UMA, SOL, PAT):
            assert reader.ask(f"/{version}/{collection}/{user}").status_code == 404
    assert reader.ask(f"/{version}/district_admins/{UMA_THEN}").status_code == 404
    assert reader.ask(f"/{version}/teachers/{UMA_ADMIN}").status_code == 404


def people(reader: Reader, version: str, collection: str) -> list[dict[str, Any]]:
    """The records of a list, with or without an envelope of their own."""
    return [item.get("data", item) for item in reader.get(f"/{version}/{collection}")["data"]]


@pytest.mark.parametrize("version", OLD)
def test_a_section_names_a_teacher_who_is_not_shared_as_ever(version: str, mock: Mock) -> None:
    mock.share(type="everything", ids=[], staff=True, **{"except": [UMA]})
    reader = mock.reader()
    section = reader.get(f"/{version}/sections/{BIOLOGY_BIRCH}")["data"]
    assert (section["teacher"], section["teachers"]) == (UMA_THEN, [UMA_THEN])
    assert reader.ids(f"/{version}/sections/{ALGEBRA_ASH}/teachers") == [TESS_THEN]
    assert reader.ask(f"/{version}/teachers/{UMA_THEN}").status_code == 404
    assert reader.ask(f"/{version}/sections/{BIOLOGY_BIRCH}/teacher").status_code == 404


@pytest.mark.parametrize("version", OLD)
def test_a_section_names_a_teacher_who_has_left_the_district_as_ever(version: str, mock: Mock) -> None:
    change(mock, {"type": "record.remove", "kind": "users", "id": UMA})
    change(mock, {"type": "record.update", "kind": "users", "id": BEN, "set": {"email": None}})
    reader = mock.reader()
    assert reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]["teachers"] == [TESS_THEN, UMA_THEN]
    assert reader.ids(f"/{version}/teachers") == [TESS_THEN]
    change(mock, {"type": "record.restore", "kind": "users", "id": UMA})
    assert mock.reader().ids(f"/{version}/teachers") == [TESS_THEN, UMA_THEN]


def change(mock: Mock, *changes: dict[str, Any]) -> None:
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": list(changes)})


def test_a_section_without_teacher_course_or_term_is_without_these_keys() -> None:
    district = town()
    bare = replaced(
        district.sections[BIOLOGY_ASH], teacher=None, teachers=(), course=None, term_id=None, subject="science"
    )
    reader = Mock(district.replace(sections=district.sections.with_([bare]))).reader()
    told = {
        "id": BIOLOGY_ASH, "district": TOWN, "school": ASH, **DATED, "name": "Biology", "sis_id": "x02",
        "teachers": [], "students": [BEN], "subject": "science",
    }  # fmt: skip
    for version in OLD:
        assert reader.get(f"/{version}/sections/{BIOLOGY_ASH}")["data"] == told
        assert reader.ask(f"/{version}/sections/{BIOLOGY_ASH}/teacher").status_code == 404


def test_a_course_described_is_described_in_v1_2_only() -> None:
    district = town()
    described = replaced(district.courses[ALGEBRA], description="Letters for numbers")
    reader = Mock(district.replace(courses=district.courses.with_([described]))).reader()
    assert reader.get(f"/v1.2/sections/{ALGEBRA_ASH}")["data"]["course_description"] == "Letters for numbers"
    assert "description" not in reader.get(f"/v2.1/courses/{ALGEBRA}")["data"]


# Values that came later: what a version does not know, it says as nearly as it can.

LATER: tuple[tuple[str, str, dict[str, str | None]], ...] = (
    ("grade", "Ungraded", {"v1.2": "Other", "v2.0": "Other", "v2.1": "Ungraded"}),
    ("grade", "13", {"v1.2": "Other", "v2.0": "Other", "v2.1": "13"}),
    ("grade", "TransitionalKindergarten", {"v1.2": "Other", "v2.0": "Other", "v2.1": "TransitionalKindergarten"}),
    ("grade", "", {"v1.2": None, "v2.0": None, "v2.1": ""}),
    ("grade", "Kindergarten", {"v1.2": "Kindergarten", "v2.0": "Kindergarten", "v2.1": "Kindergarten"}),
    ("gender", "X", {"v1.2": "", "v2.0": "", "v2.1": "X"}),
    ("gender", "M", {"v1.2": "M", "v2.0": "M", "v2.1": "M"}),
)


@pytest.mark.parametrize(("field", "value", "told"), LATER)
def test_a_student_s_value_that_came_later(
    field: str, value: str, told: dict[str, str | None], mock: Mock
) -> None:
    update = {"type": "record.update", "kind": "users", "id": ADA, "set": {"roles": {"student": {field: value}}}}
    change(mock, update)
    reader = mock.reader()
    assert {version: reader.get(f"/{version}/students/{ADA}")["data"].get(field) for version in OLD} == told
    assert reader.get(f"/v3.0/users/{ADA}")["data"]["roles"]["student"][field] == value


def test_a_state_or_a_grade_of_a_school_that_came_later(mock: Mock) -> None:
    change(
        mock,
        {"type": "record.update", "kind": "districts", "id": TOWN, "set": {"state": "success"}},
        {"type": "record.update", "kind": "schools", "id": ASH, "set": {"low_grade": "Preschool"}},
    )
    reader = mock.reader()
    assert reader.get(f"/v1.2/districts/{TOWN}/status")["data"][0]["data"]["state"] == "running"
    assert reader.get(f"/v2.0/districts/{TOWN}")["data"]["state"] == "success"
    assert [reader.get(f"/{version}/schools/{ASH}")["data"]["low_grade"] for version in OLD] == [
        "Other",
        "Other",
        "Preschool",
    ]


# What else the town does not show.


def test_an_administrator_s_middle_name_is_told_by_v1_2_and_a_teacher_s_by_all(mock: Mock) -> None:
    change(mock, {"type": "record.update", "kind": "users", "id": UMA, "set": {"name": {"middle": "Q"}}})
    reader = mock.reader()
    whole, short = {"first": "Uma", "middle": "Q", "last": "Sá"}, {"first": "Uma", "last": "Sá"}
    for version, name in zip(OLD, (whole, short, short), strict=True):
        assert reader.get(f"/{version}/district_admins/{UMA_ADMIN}")["data"]["name"] == name
        assert reader.get(f"/{version}/teachers/{UMA_THEN}")["data"]["name"] == whole


def test_a_contact_s_name_is_one_string_and_a_student_named_twice_is_one_student() -> None:
    district = town()
    pat = district.users[PAT]
    assert pat.roles.contact is not None
    ties = tuple(Relationship(student=id, relationship="Other", type="Family") for id in (CLEO, ADA, CLEO))
    held = structs.replace(pat.roles.contact, student_relationships=ties)
    named = structs.replace(pat.name, first="Pat", last="Ito")
    changed = replaced(pat, name=named, roles=structs.replace(pat.roles, contact=held))
    reader = Mock(district.replace(users=district.users.with_([changed]))).reader()
    told = reader.get(f"/v2.1/contacts/{PAT_THEN}")["data"]
    assert (told["name"], told["students"], told["relationship"]) == ("Pat Ito", [CLEO, ADA], "Other")
    assert reader.ids(f"/v2.1/contacts/{PAT_THEN}/students") == [ADA, CLEO]
    assert reader.get(f"/v1.2/contacts/{PAT_THEN}/student")["data"]["id"] == CLEO


def test_a_contact_of_nobody_has_no_student() -> None:
    district = town()
    pat = district.users[PAT]
    assert pat.roles.contact is not None
    held = structs.replace(pat.roles.contact, student_relationships=())
    changed = replaced(pat, roles=structs.replace(pat.roles, contact=held))
    reader = Mock(district.replace(users=district.users.with_([changed]))).reader()
    assert reader.get(f"/v2.0/contacts/{PAT_THEN}")["data"]["students"] == []
    told = reader.get(f"/v1.2/contacts/{PAT_THEN}")["data"]
    assert {"student", "relationship", "type"} & told.keys() == set()
    assert reader.ask(f"/v1.2/contacts/{PAT_THEN}/student").status_code == 404


def test_what_is_sensitive_is_sensitive_in_every_version(mock: Mock) -> None:
    assert all("ell_status" not in mock.reader().get(f"/{v}/students/{DAN}")["data"] for v in OLD)
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": ["ell_status", "frl_status"]})
    poor = {"roles": {"student": {"frl_status": "Free"}}}
    change(mock, {"type": "record.update", "kind": "users", "id": DAN, "set": poor})
    for version in OLD:
        told = mock.reader().get(f"/{version}/students/{DAN}")["data"]
        assert told["ell_status"] == "Y"
        assert "frl_status" not in told


def test_extension_fields_departments_and_enrollments_begin_with_v2_1(mock: Mock) -> None:
    enrollments = [{"school": ASH, "start_date": "2026-08-17", "end_date": "2027-06-01"}]
    change(
        mock,
        {
            "type": "record.update", "kind": "users", "id": ADA,
            "set": {"roles": {"student": {"ext": {"bus": "7"}, "enrollments": enrollments}}},
        },
        {
            "type": "record.update", "kind": "users", "id": SOL,
            "set": {"roles": {"staff": {"ext": {"x": ""}, "department": "Office", "roles": ["PortalOnly"]}}},
        },
    )  # fmt: skip
    reader = mock.reader()
    told = [reader.get(f"/{version}/students/{ADA}")["data"] for version in OLD]
    assert [("ext" in t, "enrollments" in t) for t in told] == [(False, False), (False, False), (True, True)]
    assert told[2]["ext"] == {"bus": "7"}
    assert told[2]["enrollments"] == enrollments
    admins = [reader.get(f"/{version}/school_admins/{SOL_THEN}")["data"] for version in OLD]
    assert [("ext" in a, "department" in a, "roles" in a) for a in admins] == [
        (False, False, False),
        (False, False, False),
        (True, True, False),
    ]
