"""What can happen to a district: typed, dated, whole or not at all (POST /_mock/districts/{id}/changes)."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from town import (
    ADA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    BIRCH,
    CLEO,
    DAN,
    FALL,
    LESSON,
    SOL,
    TESS,
    TOWN,
    WHEN,
    town,
)

NOW = "2027-03-01T12:00:00.000Z"


@pytest.fixture(autouse=True)
def at_noon(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": NOW})


def change(mock: Mock, *changes: dict[str, Any]) -> None:
    answer = mock.control("POST", f"districts/{TOWN}/changes", {"changes": list(changes)})
    assert answer == {"applied": len(changes)}


def update(kind: str, id: str, /, **values: Any) -> dict[str, Any]:
    return {"type": "record.update", "kind": kind, "id": id, "set": values}


def record(mock: Mock, path: str) -> Any:
    return mock.reader().get(f"/v3.0/{path}")["data"]


def test_an_update_merges_changes_the_date_and_touches_nothing_else(mock: Mock) -> None:
    before = record(mock, f"users/{BEN}")
    change(
        mock,
        update("users", BEN, email="new@example.org", name={"middle": "X"}, roles={"student": {"grade": "10"}}),
    )
    after = record(mock, f"users/{BEN}")
    assert after["email"] == after["roles"]["student"]["email"] == "new@example.org"
    assert after["name"] == {"first": "Ben", "middle": "X", "last": "O'Hare"}
    assert after["roles"]["student"]["grade"] == "10"
    assert (after["created"], after["last_modified"]) == (WHEN, NOW)
    assert after["roles"]["student"]["sis_id"] == before["roles"]["student"]["sis_id"]
    assert record(mock, f"users/{ADA}")["last_modified"] == WHEN


def test_null_clears_a_value(mock: Mock) -> None:
    change(mock, update("users", BEN, email=None, name={"first": None}, roles={"student": {"grade": None}}))
    after = record(mock, f"users/{BEN}")
    assert "email" not in after
    assert after["name"] == {"last": "O'Hare"}
    assert "grade" not in after["roles"]["student"]


def test_a_role_comes_and_goes(mock: Mock) -> None:
    staff = {"legacy_id": "6a0000000000000000000077", "schools": [ASH], "staff_id": "77"}
    change(mock, update("users", TESS, roles={"staff": staff}))
    assert list(record(mock, f"users/{TESS}")["roles"]) == ["teacher", "staff"]
    assert TESS in mock.reader().ids("/v3.0/users?role=staff")
    change(mock, update("users", TESS, roles={"staff": None}))
    assert list(record(mock, f"users/{TESS}")["roles"]) == ["teacher"]


def test_records_without_a_date_are_updated_too(mock: Mock) -> None:
    change(mock, update("terms", FALL, name="Autumn"), update("districts", TOWN, state="paused"))
    assert record(mock, f"terms/{FALL}")["name"] == "Autumn"
    assert record(mock, f"districts/{TOWN}")["state"] == "paused"


@pytest.mark.parametrize(
    ("kind", "id"),
    [("users", BEN), ("sections", ALGEBRA_ASH), ("schools", ASH), ("terms", FALL), ("resources", LESSON)],
)
def test_what_is_removed_is_gone_and_comes_back_as_it_was(kind: str, id: str, mock: Mock) -> None:
    before = record(mock, f"{kind}/{id}")
    change(mock, {"type": "record.remove", "kind": kind, "id": id})
    assert mock.reader().ask(f"/v3.0/{kind}/{id}").status_code == 404
    assert id not in mock.reader().ids(f"/v3.0/{kind}")
    change(mock, {"type": "record.restore", "kind": kind, "id": id})
    assert record(mock, f"{kind}/{id}") == before


def test_ids_of_what_was_removed_stay_where_they_are(mock: Mock) -> None:
    change(mock, {"type": "record.remove", "kind": "users", "id": BEN})
    assert record(mock, f"sections/{ALGEBRA_ASH}")["students"] == [ADA, BEN]
    assert mock.reader().ids(f"/v3.0/sections/{ALGEBRA_ASH}/users?role=student") == [ADA]


def test_a_record_is_restored_once(mock: Mock) -> None:
    remove = {"type": "record.remove", "kind": "users", "id": BEN}
    restore = {"type": "record.restore", "kind": "users", "id": BEN}
    change(mock, remove, restore, update("users", BEN, email="later@example.org"))
    status, message = mock.refused("POST", f"districts/{TOWN}/changes", {"changes": [restore]})
    assert (status, "restore what was removed before" in message) == (400, True)
    assert record(mock, f"users/{BEN}")["email"] == "later@example.org"
    change(mock, remove, restore)
    assert record(mock, f"users/{BEN}")["email"] == "later@example.org"


def test_a_student_joins_and_leaves_a_section(mock: Mock) -> None:
    change(mock, {"type": "section.enroll", "section": ALGEBRA_ASH, "user": DAN})
    section = record(mock, f"sections/{ALGEBRA_ASH}")
    assert (section["students"], section["last_modified"]) == ([ADA, BEN, DAN], NOW)
    assert mock.reader().ids(f"/v3.0/users/{DAN}/myteachers") == section["teachers"]
    change(mock, {"type": "section.unenroll", "section": ALGEBRA_ASH, "user": ADA})
    assert record(mock, f"sections/{ALGEBRA_ASH}")["students"] == [BEN, DAN]


REFUSED: list[tuple[list[Any] | Any, int, str]] = [
    (None, 400, "Expected `array`, got `null`"),
    ({}, 400, "Expected `array`, got `object`"),
    ([{}], 400, "missing required field `type`"),
    ([{"type": "record.explode"}], 400, "Invalid value 'record.explode'"),
    ([{"type": "record.remove", "kind": "users"}], 400, "missing required field `id`"),
    ([{"type": "record.remove", "kind": "districts", "id": TOWN}], 400, "Invalid enum value 'districts'"),
    ([{"type": "record.remove", "kind": "users", "id": ASH}], 404, f"no record {ASH} among the users"),
    ([{"type": "record.restore", "kind": "users", "id": BEN}], 400, "restore what was removed before"),
    ([{"type": "section.enroll", "section": ASH, "user": BEN}], 404, "among the sections"),
    ([{"type": "section.enroll", "section": ALGEBRA_ASH, "user": ASH}], 404, "among the users"),
    ([{"type": "section.enroll", "section": ALGEBRA_ASH, "user": SOL}], 400, "is no student and no teacher"),
    ([{"type": "section.enroll", "section": ALGEBRA_ASH, "user": BEN, "x": 1}], 400, "unknown field `x`"),
    ([update("users", BEN, id=ADA)], 400, "id, district and created never change"),
    ([update("users", BEN, created=NOW)], 400, "id, district and created never change"),
    ([update("users", BEN, shoe_size="9")], 400, "unknown field `shoe_size`"),
    ([update("users", BEN, name=None)], 400, "missing required field `name`"),
    ([update("users", BEN, email=5)], 400, "Expected `str | null`, got `int`"),
    ([update("users", BEN, roles={"king": {}})], 400, "unknown field `king`"),
    ([update("users", BEN, roles={"teacher": {}})], 400, "missing required field"),
    ([update("users", CLEO, email="x"), update("users", ASH, email="x")], 404, f"no record {ASH}"),
]


@pytest.mark.parametrize(("changes", "status", "words"), REFUSED)
def test_a_change_that_makes_no_sense_is_refused_and_nothing_happens(
    changes: Any, status: int, words: str, mock: Mock
) -> None:
    found, message = mock.refused("POST", f"districts/{TOWN}/changes", {"changes": changes})
    assert (found, words in message) == (status, True), message
    assert mock.world.districts[TOWN] == town()


def test_a_district_that_is_not_there_cannot_change(mock: Mock) -> None:
    status, message = mock.refused("POST", f"districts/{ADA}/changes", {"changes": []})
    assert (status, "GET /_mock/districts lists them" in message) == (404, True)


def test_a_change_is_published_to_every_application_at_once(mock: Mock) -> None:
    person = mock.signed_in(BEN, mock.sso)
    change(mock, update("users", BEN, name={"first": "Benjamin"}))
    assert person.get(f"/v3.0/users/{BEN}")["data"]["name"]["first"] == "Benjamin"
    assert record(mock, f"users/{BEN}")["name"]["first"] == "Benjamin"
    assert record(mock, f"sections/{BIOLOGY_ASH}")["students"] == [BEN]


def test_a_student_s_schools_follow_from_their_sections(mock: Mock) -> None:
    change(mock, {"type": "section.enroll", "section": BIOLOGY_BIRCH, "user": BEN})
    assert mock.reader().get(f"/v3.1/users/{BEN}")["data"]["roles"]["student"]["schools"] == [ASH, BIRCH]
    assert BEN in mock.reader().ids(f"/v3.1/schools/{BIRCH}/users")
    change(mock, {"type": "section.unenroll", "section": BIOLOGY_BIRCH, "user": BEN})
    assert mock.reader().get(f"/v3.1/users/{BEN}")["data"]["roles"]["student"]["schools"] == [ASH]
