"""A large district cut down to one school: whole within itself, and whole again after the next reset."""

from __future__ import annotations

import pytest
from clients import Mock
from town import town

from mock_clever.cutting import cut


def test_one_school_is_left_with_all_that_belongs_to_it() -> None:
    district = town()
    left = cut(district, above=len(district.users) - 1)
    assert left is not None and left.of == len(district.users)
    sections = [section for section in district.sections if district.schools[section.school].name == left.school]
    assert {section.id for section in left.district.sections} >= {section.id for section in sections} != set()
    for section in left.district.sections:
        assert all(id in left.district.users for id in (*section.students, *section.teachers))


@pytest.mark.parametrize("above", [None, 10_000])
def test_a_district_that_is_small_enough_stays_whole(above: int | None) -> None:
    district = town()
    assert cut(district, above or len(district.users)) is None


def test_a_reset_begins_with_one_school_when_it_is_asked_to(mock: Mock) -> None:
    [whole] = mock.control("GET", "districts")["districts"]
    told = mock.control("POST", "reset", {"one_school_above": 3})["cut"]
    [now] = mock.control("GET", "districts")["districts"]
    assert now["counts"]["users"] == told["people"] < told["of"] == whole["counts"]["users"]
    assert mock.control("POST", "reset", {"one_school_above": 3})["cut"] == told
    assert "cut" not in mock.control("POST", "reset", {"one_school_above": 5000})
    assert mock.control("GET", "districts")["districts"] == [whole]


def test_what_is_no_number_is_refused(mock: Mock) -> None:
    for wrong in (0, "many", -1):
        status, said = mock.refused("POST", "reset", {"one_school_above": wrong})
        assert status == 400 and "one_school_above" in said
