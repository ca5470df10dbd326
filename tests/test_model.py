"""Records, tables and snapshots; and the model beside the table of fields, which describe the same things."""

from __future__ import annotations

import msgspec
import pytest
from town import ADA, ALGEBRA_ASH, ASH, BEN, BIRCH, CLEO, PAT, ROOT, SOL, TESS, TOWN, UMA, town

from mock_clever import model
from mock_clever.attendance import Attendance
from mock_clever.fields import FIELDS, SSO, VERSIONS, of_version
from mock_clever.model import KINDS, ROLES, Snapshot, Term, schools_of, students_of_contact
from mock_clever.tables import Table, after, before

# What a part holds that is not written to an application under its own name, and what is written that it does not
# hold: a course's description, a sign-in password, the courses a resource is tied to; the email repeated in roles.
NOW = ("v3.0", "v3.1")
PARTS = (
    *("district", "school", "section", "course", "term", "resource", "user"),
    *("student", "teacher", "staff", "district_admin", "contact"),
    "attendance",
)

INNER = {
    ("course", "description"),
    ("user", "password"),
    ("resource", "courses"),
}
DERIVED = {("student", "email")}

STRUCTS = {
    "district": model.District,
    "school": model.School,
    "section": model.Section,
    "course": model.Course,
    "term": model.Term,
    "resource": model.Resource,
    "user": model.User,
    "student": model.Student,
    "teacher": model.Teacher,
    "staff": model.Staff,
    "district_admin": model.DistrictAdmin,
    "contact": model.Contact,
    "district.district_contact": model.DistrictContact,
    "district.district_contact.name": model.Name,
    "district.lms_matched_percentage": model.LmsMatched,
    "school.location": model.Location,
    "school.principal": model.Principal,
    "section.lms_status": model.LmsStatus,
    "user.name": model.Name,
    "user.lms_status": model.LmsStatus,
    "student.enrollments": model.Enrollment,
    "student.disability": model.Disability,
    "student.preferred_name": model.Name,
    "student.location": model.Location,
    "student.credentials": model.Credentials,
    "teacher.credentials": model.Credentials,
    "staff.credentials": model.Credentials,
    "contact.student_relationships": model.Relationship,
    "attendance": Attendance,
}


def test_the_model_and_the_table_of_fields_hold_the_same() -> None:
    held = set()
    for place, struct in STRUCTS.items():
        part, _, under = place.partition(".")
        held |= {(part, f"{under}.{name}".lstrip(".")) for name in struct.__struct_fields__}
    told = {(part, field.name) for part in PARTS for v in NOW for field in of_version(part, v)}
    assert held - told == INNER
    assert told - held == DERIVED


def test_every_struct_of_the_model_is_compared() -> None:
    frame = {model.Part, model.Record, model.Roles, model.Person}
    kinds = (
        thing for thing in vars(model).values() if isinstance(thing, type) and issubclass(thing, msgspec.Struct)
    )
    assert {thing for thing in kinds if thing is not msgspec.Struct} - frame == set(STRUCTS.values())
    assert ROLES == ("student", "teacher", "staff", "district_admin", "contact")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_is_described_once_and_under_something_that_is_there(version: str) -> None:
    for part in PARTS:
        fields = list(of_version(part, version))
        names = [field.name for field in fields]
        assert len(names) == len(set(names))
        assert all(field.source for field in fields)
        assert {above for name in names if (above := name.rpartition(".")[0])} <= set(names)


def test_inner_fields_are_seen_by_no_other_products_and_under_the_same_grant() -> None:
    whole = {(field.part, field.name): field for field in FIELDS}
    for field in FIELDS:
        if "." in field.name:
            outer = whole[field.part, field.name.rpartition(".")[0]]
            assert (field.sensitive, field.scope) == (outer.sensitive, outer.scope)
            assert set(field.tiers) <= set(outer.tiers)
            assert VERSIONS.index(field.since) >= VERSIONS.index(outer.since)


def test_v3_1_has_all_that_v3_0_has() -> None:
    for part in PARTS:
        older, newer = ({field.name for field in of_version(part, version)} for version in NOW)
        assert older <= newer


def test_courses_and_terms_came_with_v2() -> None:
    for part in ("course", "term"):
        assert list(of_version(part, "v1.2")) == []
        assert "name" in {field.name for field in of_version(part, "v2.0")}


def test_a_login_application_is_told_names_and_ids_only() -> None:
    assert {(field.part, field.name) for field in FIELDS if SSO[0] in field.tiers} >= {("user", "email")}
    assert {field.name for field in FIELDS if field.part == "district" and field.tiers} == {"id", "name"}
    assert not any(field.tiers for field in FIELDS if field.sensitive)


# Tables and snapshots.


def term(id: str) -> Term:
    return Term(id=id, district=TOWN)


def test_a_table_is_in_id_order_whatever_the_order_it_was_given() -> None:
    table = Table([term("c"), term("a"), term("b")])
    assert table.ids == ["a", "b", "c"]
    assert [record.id for record in table] == ["a", "b", "c"]
    assert len(table) == 3


def test_the_last_record_of_an_id_counts() -> None:
    table = Table([term("a")]).with_([Term(id="a", district=TOWN, name="new"), term("0")])
    assert table.ids == ["0", "a"]
    assert table["a"].name == "new"


def test_a_table_without_and_a_table_of_some() -> None:
    table = Table([term("a"), term("b"), term("c")])
    assert table.without(["b", "zz"]).ids == ["a", "c"]
    assert table.only(["c", "a", "zz"]).ids == ["a", "c"]
    assert table.only(["a", "b", "c"]) is table
    assert table.get("zz") is None
    assert "b" in table
    assert "zz" not in table


def test_a_cursor_is_a_bound_and_never_part_of_the_page() -> None:
    ids = ["b", "d", "f"]
    assert [after(ids, cursor) for cursor in "abcdefg"] == [0, 1, 1, 2, 2, 3, 3]
    assert [before(ids, cursor) for cursor in "abcdefg"] == [0, 0, 1, 1, 2, 2, 3]


def test_a_changed_snapshot_shares_what_was_not_touched() -> None:
    old = town()
    new = old.replace(terms=[])
    assert new.terms.ids == []
    assert all(new.table(kind) is old.table(kind) for kind in KINDS if kind != "terms")
    assert old.terms.ids != []
    assert new != old
    assert new.replace(terms=old.terms) == old


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        town().users[ADA].email = "x"  # type: ignore[misc]


def test_who_belongs_where() -> None:
    district = town()
    assert schools_of(district.users[UMA]) == (BIRCH, ASH)
    assert schools_of(district.users[SOL]) == (ASH,)
    assert schools_of(district.users[ROOT]) == schools_of(district.users[PAT]) == ()
    assert students_of_contact(district.users[PAT]) == (ADA, BEN)
    assert students_of_contact(district.users[ADA]) == ()
    assert district.users[UMA].holds() == ("teacher", "district_admin")
    assert district.users_of_role["teacher"] == [TESS, UMA]
    assert district.users_of_school[BIRCH] == [ADA, CLEO, UMA]
    assert district.contacts_of_student == {ADA: [PAT], BEN: [PAT]}
    assert ALGEBRA_ASH in district.sections_of_user[UMA]


def test_a_school_named_twice_or_blank_is_named_once_or_not_at_all() -> None:
    student = model.Student(school="", schools=(ASH, ASH), sis_id="1")
    facts = {"district": TOWN, "created": "", "last_modified": "", "name": model.Name()}
    user = model.User(id=ADA, roles=model.Roles(student=student), **facts)  # type: ignore[arg-type]
    assert schools_of(user) == (ASH,)
    assert Snapshot(users=[user]).users_of_school == {ASH: [ADA]}
