"""Which fields and which kinds of users an application takes, and what a district withholds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clients import Mock
from town import ADA, ALGEBRA_ASH, BEN, CLEO, DAN, PAT, ROOT, SOL, TESS, UMA


def student(mock: Mock, id: str = BEN, version: str = "v3.1") -> dict[str, Any]:
    return mock.reader().get(f"/{version}/users/{id}")["data"]["roles"]["student"]


def change_app(mock: Mock, **keys: Any) -> Any:
    return mock.control("POST", "apps", {"client_id": mock.sync.client_id, **keys})


def test_a_field_that_is_off_is_a_missing_key_in_every_version(mock: Mock) -> None:
    assert student(mock)["grade"] == "9"
    change_app(mock, off=["student.grade", "student.location"])
    assert {"grade", "location"} & student(mock).keys() == set()
    assert {"grade", "location"} & mock.reader().get(f"/v2.1/students/{BEN}")["data"].keys() == set()
    change_app(mock, off=[])
    assert student(mock)["grade"] == "9"


def test_sensitive_fields_are_off_until_they_are_granted(mock: Mock) -> None:
    assert "ell_status" not in student(mock)
    change_app(mock, granted=["ell_status"])
    assert student(mock)["ell_status"] == "Y"


def test_a_district_withholds_what_is_optional_or_sensitive(mock: Mock) -> None:
    path = f"connections/{mock.connection(mock.sync)}"
    change_app(mock, granted=["ell_status"], optional=["student.grade"])
    told = mock.control("PATCH", path, {"withheld": ["student.grade", "student.ell_status"]})
    assert told["withheld"] == ["student.ell_status", "student.grade"]
    assert {"grade", "ell_status"} & student(mock).keys() == set()


def test_a_district_cannot_withhold_what_is_required(mock: Mock) -> None:
    status, message = mock.refused(
        "PATCH", f"connections/{mock.connection(mock.sync)}", {"withheld": ["student.grade"]}
    )
    assert (status, "student.grade is required by Example Roster" in message) == (400, True)
    assert student(mock)["grade"] == "9"


@pytest.mark.parametrize("field", ["student.school", "user.id", "student.colour", "grade"])
def test_a_guaranteed_or_unknown_field_cannot_be_left_out(field: str, mock: Mock) -> None:
    status, message = mock.refused("POST", "apps", {"client_id": mock.sync.client_id, "off": [field]})
    assert (status, field in message) == (400, True)


def test_a_role_that_is_not_taken_vanishes(mock: Mock) -> None:
    change_app(mock, roles=["student", "teacher"])
    assert mock.reader().ids("/v3.0/users") == [ADA, BEN, CLEO, DAN, TESS, UMA]
    assert list(mock.reader().get(f"/v3.0/users/{UMA}")["data"]["roles"]) == ["teacher"]
    assert mock.reader().ids("/v3.0/users?role=contact") == []
    assert mock.reader().ask(f"/v3.0/users/{PAT}").status_code == 404
    assert mock.reader().ids(f"/v3.0/users/{ADA}/myContacts") == []
    assert mock.reader().ids("/v2.1/contacts") == []


def test_a_person_of_a_role_that_is_not_taken_keeps_the_others(mock: Mock) -> None:
    change_app(mock, roles=["district_admin"])
    assert mock.reader().ids("/v3.0/users") == [UMA, ROOT]
    assert list(mock.reader().get(f"/v3.0/users/{UMA}")["data"]["roles"]) == ["district_admin"]
    assert mock.reader().get(f"/v3.0/sections/{ALGEBRA_ASH}")["data"]["teachers"] == [TESS, UMA]


def test_the_other_application_sees_another_world(mock: Mock) -> None:
    change_app(mock, roles=["student"], off=["user.email"])
    token = mock.token(SOL, mock.sso)
    assert mock.client.get(f"/v3.0/users/{SOL}", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def preview(mock: Mock, rule: str) -> Any:
    return mock.client.get(
        f"/_mock/connections/{mock.connection(mock.sync)}/preview", query_string={"rule": rule}
    ).get_json()


def test_a_preview_says_who_would_appear_and_disappear_and_changes_nothing(mock: Mock) -> None:
    mock.share(type="students", ids=[DAN], staff=False)
    before = mock.reader().ids("/v3.0/users")
    told = preview(mock, json.dumps({"type": "students", "ids": [CLEO], "staff": False}))
    assert [user["name"] for user in told["appear"]["users"]] == ["Cleo Ito"]
    assert [user["id"] for user in told["disappear"]["users"]] == [DAN]
    assert mock.reader().ids("/v3.0/users") == before


@pytest.mark.parametrize("rule", ["", "{", '{"type": "all"}', '{"type": "schools", "ids": ["x"]}'])
def test_a_preview_of_no_rule_is_refused(rule: str, mock: Mock) -> None:
    assert list(preview(mock, rule)) == ["message"]


@pytest.mark.parametrize("state", ["running", "pending", "error", "paused", "success", ""])
def test_the_api_keeps_answering_in_every_state_of_the_district(state: str, mock: Mock) -> None:
    fields = {"state": state, "error": "SIS unreachable", "pause_start": "2027-06-15", "pause_end": "2027-08-10"}
    district = mock.reader().ids("/v3.1/districts")[0]
    change = {"type": "record.update", "kind": "districts", "id": district, "set": fields}
    mock.control("POST", f"districts/{district}/changes", {"changes": [change]})
    assert fields.items() <= mock.reader().get(f"/v3.1/districts/{district}")["data"].items()
    assert mock.reader().ids("/v3.1/users")
