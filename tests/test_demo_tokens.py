"""The tokens Clever's documentation prints: whom they stand for, in which districts, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock, Reader

from mock_clever.scenarios import Scenario, start

EVENTS_SANDBOX, OLD_DEMO = "58da8a43cc70ab00017a1a87", "4fd43cc56d11340000000005"
PORTAL = "4c63c1cf623dce82caac"
PORTAL_SCOPES = [
    "read:district_admins_limited",
    "read:ell_status",
    "read:iep_status",
    "read:school_admins_limited",
    "read:sections_limited",
    "read:student_contacts",
    "read:students_launchpad",
    "read:students_limited",
    "read:teachers_limited",
    "read:user_id",
]
ROLES = {
    "ilc_DEMO_STUDENT_TOKEN": "student",
    "ilc_DEMO_TEACHER_TOKEN": "teacher",
    "ilc_DEMO_SCHOOL_ADMIN_TOKEN": "school_admin",
    "ilc_DEMO_DISTRICT_ADMIN_TOKEN": "district_admin",
}
EVERY = ("TEST_TOKEN", "DEMO_TOKEN", *ROLES)
RESOURCES_PAGE = (
    b'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n'
    b"<pre>Cannot GET /v3.0/resources</pre>\n</body>\n</html>\n"
)


@pytest.fixture(scope="module")
def certification() -> Mock:
    """The preset whose district is the one of the documentation."""
    return Mock(start(Scenario(preset="certification-isd")).district)


@pytest.fixture(scope="module")
def old_demo() -> Mock:
    return Mock(start(Scenario(preset="demo")).district)


def at(mock: Mock, token: str) -> Reader:
    return Reader(mock.client, token)


def works(mock: Mock, token: str) -> bool:
    path = "/v3.0/me" if token in ROLES else "/v3.0/districts"
    return at(mock, token).ask(path).status_code == 200


def test_the_district_token_reads_the_documentation_s_district(certification: Mock) -> None:
    reader = at(certification, "TEST_TOKEN")
    [district] = reader.get("/v3.0/districts")["data"]
    assert district["data"]["id"] == EVENTS_SANDBOX
    assert district["data"]["name"] == "#DEMO Certification ISD - Events"
    assert reader.get("/v3.0/schools?count=true")["count"] == 5
    assert reader.get("/v3.0/users?role=teacher&limit=1")["data"][0]["data"]["roles"]["teacher"]["sis_id"]
    assert reader.ask("/v3.0/me").status_code == 404


@pytest.mark.parametrize("token", ROLES)
def test_a_user_token_is_somebody_of_its_role(token: str, certification: Mock) -> None:
    """`/me` is special here, whatever the version: no links, no type outside, an id of before v3 (recorded)."""
    reader, role = at(certification, token), ROLES[token]
    body = reader.get("/v3.0/me")
    assert list(body) == ["data"]
    assert list(body["data"]) == ["id", "district", "type"]
    assert (body["data"]["district"], body["data"]["type"]) == (EVENTS_SANDBOX, role)
    id = body["data"]["id"]
    for path in ("/me", "/v1.2/me", "/v2.0/me", "/v2.1/me", "/v3.1/me"):
        assert reader.get(path) == body
    assert reader.get(f"/v2.1/{role}s/{id}")["data"]["id"] == id
    found = at(certification, "TEST_TOKEN").get(f"/v2.1/{role}s/{id}")["data"]
    assert reader.get(f"/v2.1/{role}s/{id}")["data"] == found
    assert reader.get(f"/v3.0/districts/{EVENTS_SANDBOX}")["data"]["id"] == EVENTS_SANDBOX


@pytest.mark.parametrize("token", ROLES)
def test_the_recorded_page_for_resources(token: str, certification: Mock) -> None:
    response = at(certification, token).ask("/v3.0/resources")
    assert (response.status_code, response.get_data()) == (404, RESOURCES_PAGE)


@pytest.mark.parametrize("token", ["TEST_TOKEN", *ROLES])
def test_tokeninfo_names_clever_s_own_portal(token: str, certification: Mock) -> None:
    assert at(certification, token).get("/oauth/tokeninfo") == {"client_id": PORTAL, "scopes": PORTAL_SCOPES}


def test_the_old_demo_district(old_demo: Mock) -> None:
    reader = at(old_demo, "DEMO_TOKEN")
    [district] = reader.get("/v1.2/districts")["data"]
    assert (district["data"]["id"], district["data"]["name"]) == (OLD_DEMO, "Demo District")
    sections = [item["data"] for item in reader.get("/v1.2/sections?limit=1000")["data"]]
    assert reader.get("/v2.1/schools?count=true")["count"] == 3
    assert all(len(section["teachers"]) == 1 for section in sections)
    assert [token for token in EVERY if works(old_demo, token)] == ["DEMO_TOKEN"]


def test_the_other_district_s_token_is_unknown(certification: Mock) -> None:
    assert [token for token in EVERY if works(certification, token)] == ["TEST_TOKEN", *ROLES]


def test_no_other_district_knows_them(mock: Mock) -> None:
    other = Mock(start(Scenario(preset="certification-isd", seed=1)).district)
    for anywhere in (mock, other):
        for token in EVERY:
            response = at(anywhere, token).ask("/v3.0/me")
            assert (response.status_code, response.get_json()["error"]) == (401, "Unrecognized token string")
        assert PORTAL not in anywhere.world.apps


def test_they_come_with_the_district_and_outlive_days_and_resets(mock: Mock) -> None:
    mock.control("POST", "districts", {"preset": "demo", "seed": 0, "connect": False}, 201)
    mock.control("POST", "districts", {"preset": "certification-isd", "seed": 0}, 201)
    assert all(works(mock, token) for token in EVERY)
    mock.control("POST", "clock", {"advance": "P400D"})
    assert all(works(mock, token) for token in EVERY)
    mock.control("POST", "reset")
    assert not any(works(mock, token) for token in EVERY)


def test_a_reset_of_the_documentation_s_district_keeps_them() -> None:
    mock = Mock(start(Scenario(preset="certification-isd")).district)
    mock.control("POST", "revoke", {"client_id": PORTAL})
    assert [token for token in EVERY if works(mock, token)] == ["TEST_TOKEN"]
    mock.control("POST", "reset")
    assert [token for token in EVERY if works(mock, token)] == ["TEST_TOKEN", *ROLES]


def test_they_can_be_disconnected_like_any_other(mock: Mock) -> None:
    mock.control("POST", "districts", {"preset": "certification-isd", "seed": 0}, 201)
    [connection] = [c for c in mock.control("GET", "connections")["connections"] if c["client_id"] == PORTAL]
    assert connection["access_token"] == "TEST_TOKEN"
    mock.control("PATCH", f"connections/{connection['id']}", {"connected": False})
    assert not any(works(mock, token) for token in EVERY)


def test_nobody_registers_an_application_like_it(mock: Mock) -> None:
    body: dict[str, Any] = {"name": "Mine", "products": ["documentation"]}
    assert mock.refused("POST", "apps", body)[0] == 400


def test_env_still_names_the_ordinary_applications(certification: Mock) -> None:
    env = certification.control("GET", "env")
    assert PORTAL not in env.values()
    assert env["CLEVER_CLIENT_ID"] == certification.sync.client_id
