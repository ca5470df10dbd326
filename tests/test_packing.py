"""What is packed comes back the same, with equal values shared, and damage is noticed."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_clever.ingest import ingest
from mock_clever.model import (
    Contact,
    District,
    Enrollment,
    LmsMatched,
    LmsStatus,
    Name,
    Relationship,
    Roles,
    School,
    Section,
    Snapshot,
    Student,
    User,
)
from mock_clever.packing import BadPack, pack, unpack
from mock_clever.synthesis import generate

DATED = {"district": "d", "created": "then", "last_modified": "then"}
texts = st.text(max_size=8)
maybe = st.none() | texts
ids = st.lists(texts, max_size=4).map(tuple)

students = st.builds(
    Student,
    school=texts,
    schools=ids,
    sis_id=texts,
    grade=maybe,
    enrollments=st.lists(st.builds(Enrollment, school=texts, start_date=maybe), max_size=3).map(tuple),
    preferred_name=st.none() | st.builds(Name, first=maybe, last=maybe),
    ext=st.dictionaries(texts, texts, max_size=3),
)
contacts = st.builds(
    Contact,
    legacy_id=texts,
    student_relationships=st.lists(st.builds(Relationship, student=texts, type=maybe), max_size=3).map(tuple),
)
users = st.builds(
    User,
    id=texts,
    name=st.builds(Name, first=maybe, last=maybe),
    email=maybe,
    roles=st.builds(Roles, student=st.none() | students, contact=st.none() | contacts),
    lms_status=st.none() | st.builds(LmsStatus, synced_in_lms=st.booleans()),
    **{name: st.just(value) for name, value in DATED.items()},
)
snapshots = st.builds(
    Snapshot,
    districts=st.just(
        [
            District(
                id="d",
                name="D",
                login_methods=("SAML",),
                lms_matched_percentage=LmsMatched(students=100, teachers=7, sections=0),
            )
        ]
    ),
    users=st.lists(users, max_size=6),
)


@cache
def isd() -> Snapshot:
    return ingest(generate("certification-isd"))


@given(snapshots)
def test_what_is_packed_comes_back(snapshot: Snapshot) -> None:
    assert unpack(pack(snapshot)) == snapshot


@pytest.mark.parametrize("preset", ["tiny", "sandbox", "library", "certification-isd"])
def test_a_whole_district_comes_back(preset: str) -> None:
    district = ingest(generate(preset))
    again = unpack(pack(district))
    assert again == district
    assert again.users.ids == district.users.ids
    assert pack(again) == pack(district)


def test_what_stands_in_many_records_is_one_object_again() -> None:
    again = unpack(pack(isd()))
    school = next(iter(again.schools))
    users = [user for user in again.users if user.roles.student and user.roles.student.school == school.id]
    roles = [user.roles.student for user in users if user.roles.student]
    assert len(users) > 10
    assert {id(role.school) for role in roles} == {id(school.id)}
    assert {id(user.district) for user in users} == {id(again.district.id)}
    assert len({id(role.schools) for role in roles if len(role.schools) == 1}) == 1


def test_an_absent_value_is_not_a_blank_one() -> None:
    user = User(id="1", name=Name(first="", last=None), email="", **DATED)
    again = unpack(pack(Snapshot(users=[user]))).users["1"]
    assert (again.name.first, again.name.last, again.email, again.password) == ("", None, "", None)


def test_an_order_of_teachers_is_kept() -> None:
    section = Section(id="1", school="s", name="n", sis_id="x", teachers=("b", "a"), students=("c", "d"), **DATED)
    assert unpack(pack(Snapshot(sections=[section]))).sections["1"].teachers == ("b", "a")


def test_a_value_that_cannot_be_packed_is_named() -> None:
    school = School(id="1", name="n", sis_id="x", ext={"size": 1.5}, **DATED)  # type: ignore[dict-item]  # on purpose
    with pytest.raises(TypeError, match=r"1\.5 cannot be packed"):
        pack(Snapshot(schools=[school]))


@pytest.mark.parametrize("data", [b"", b"\x80", b"nonsense", b"\x85\xa5texts\x90"])
def test_nonsense_is_no_district(data: bytes) -> None:
    with pytest.raises(BadPack, match="not a packed snapshot"):
        unpack(data)


def test_a_district_cut_short_is_no_district() -> None:
    data = pack(isd())
    for length in (len(data) // 3, len(data) - 1):
        with pytest.raises(BadPack):
            unpack(data[:length])
