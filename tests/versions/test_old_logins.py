"""Whoever logs in is told under the id each version knows them by, and may read that record with their token."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from legacy import OLD, ROOT_THEN, SOL_THEN, TESS_THEN, UMA_ADMIN, UMA_THEN
from town import ADA, ASH, BEN, BIRCH, ROOT, SOL, TESS, TOWN, UMA, WHEN

WHO: dict[str, tuple[str, str]] = {
    ADA: ("student", ADA),
    TESS: ("teacher", TESS_THEN),
    SOL: ("school_admin", SOL_THEN),
    ROOT: ("district_admin", ROOT_THEN),
    UMA: ("teacher", UMA_THEN),
}


def told(version: str, kind: str, id: str, **more: str) -> dict[str, Any]:
    return {
        "type": kind,
        "data": {"id": id, "district": TOWN, "type": kind, **more},
        "links": [
            {"rel": "self", "uri": "/me"},
            {"rel": "canonical", "uri": f"/{version}/{kind}s/{id}"},
            {"rel": "district", "uri": f"/{version}/districts/{TOWN}"},
        ],
    }


@pytest.mark.parametrize(("user", "kind", "id"), [(user, *who) for user, who in WHO.items()])
def test_me_in_every_version(user: str, kind: str, id: str, mock: Mock) -> None:
    reader = mock.signed_in(user, mock.sso)
    assert reader.get("/v1.2/me") == told("v1.2", kind, id)
    assert reader.get("/v2.0/me") == told("v2.0", kind, id)
    assert reader.get("/v2.1/me") == told("v2.1", kind, id, authorized_by="district")
    assert reader.get("/me") == told("v2.1", kind, id, authorized_by="district")
    assert reader.get("/v3.0/me") == told("v3.0", "user", user, authorized_by="district")
    assert reader.get("/v3.1/me") == told("v3.1", "user", user, authorized_by="district")


@pytest.mark.parametrize("version", (*OLD, "v3.0", "v3.1"))
@pytest.mark.parametrize("user", WHO)
def test_the_links_of_me_can_be_followed_with_the_token_and_with_the_district_s(
    user: str, version: str, mock: Mock
) -> None:
    for app in (mock.sso, mock.sync):
        reader = mock.signed_in(user, app)
        body = reader.get(f"/{version}/me")
        links = {link["rel"]: link["uri"] for link in body["links"]}
        canonical = reader.get(links["canonical"])
        assert canonical["data"]["id"] == body["data"]["id"]
        assert canonical["links"] == [{"rel": "self", "uri": links["canonical"]}]
        assert reader.get(links["district"])["data"]["id"] == TOWN
        assert mock.reader().get(links["canonical"])["data"]["id"] == body["data"]["id"]


def test_v1_2_tells_a_secure_sync_application_the_whole_record(mock: Mock) -> None:
    reader = mock.signed_in(UMA, mock.sync)
    record = mock.reader().get(f"/v1.2/teachers/{UMA_THEN}")["data"]
    assert record["sis_id"] == "t22"
    assert reader.get("/v1.2/me")["data"] == record | {"type": "teacher"}
    assert reader.get("/v2.0/me")["data"] == {"id": UMA_THEN, "district": TOWN, "type": "teacher"}


def test_a_login_application_is_told_names_only(mock: Mock) -> None:
    assert mock.signed_in(ADA, mock.sso).get(f"/v2.1/students/{ADA}") == {
        "data": {
            "id": ADA,
            "district": TOWN,
            "created": WHEN,
            "last_modified": WHEN,
            "name": {"first": "Ada", "last": "Ñandú"},
            "schools": [],
        },
        "links": [{"rel": "self", "uri": f"/v2.1/students/{ADA}"}],
    }
    assert mock.signed_in(SOL, mock.sso).get(f"/v2.0/school_admins/{SOL_THEN}")["data"] == {
        "id": SOL_THEN,
        "district": TOWN,
        "name": {"first": "Sol", "last": "Kim"},
        "email": "sol@example.org",
        "schools": [],
    }
    assert mock.signed_in(ADA, mock.sso).get(f"/v2.1/districts/{TOWN}")["data"] == {
        "id": TOWN,
        "name": "Hand-Written Town",
    }


@pytest.mark.parametrize("version", OLD)
def test_a_user_token_reads_its_own_records_and_no_others(version: str, mock: Mock) -> None:
    reader = mock.signed_in(UMA, mock.sync)
    own = (f"teachers/{UMA_THEN}", f"district_admins/{UMA_ADMIN}", f"schools/{ASH}", f"schools/{BIRCH}")
    for path in own:
        assert reader.ask(f"/{version}/{path}").status_code == 200
    others = (f"teachers/{TESS_THEN}", f"students/{ADA}", f"district_admins/{ROOT_THEN}", f"teachers/{UMA}")
    for path in others:
        response = reader.ask(f"/{version}/{path}")
        assert response.status_code == 404
        assert response.get_json() == {"message": "Resource not found"}
    closed = (
        *("students", "teachers", "schools", "sections", "districts", "contacts"),
        *(f"teachers/{UMA_THEN}/sections", f"teachers/{UMA_THEN}/district", f"contacts/{UMA}"),
    )
    for path in closed:
        response = reader.ask(f"/{version}/{path}")
        assert response.status_code == 404
        assert "Cannot GET" in response.get_data(as_text=True)


def test_include_tells_a_user_token_nothing(mock: Mock) -> None:
    reader = mock.signed_in(BEN, mock.sync)
    assert set(reader.get(f"/v1.2/students/{BEN}?include=teachers,contacts")) == {"data", "links"}


@pytest.mark.parametrize("version", OLD)
def test_an_application_without_secure_sync_reaches_districts_only(version: str, mock: Mock) -> None:
    reader = mock.reader(mock.sso)
    assert [item["data"] for item in reader.get(f"/{version}/districts")["data"]] == [
        {"id": TOWN, "name": "Hand-Written Town"}
    ]
    for path in ("students", f"students/{ADA}", f"students/{ADA}/district", "sections"):
        assert reader.ask(f"/{version}/{path}").status_code == 404


def test_a_version_that_never_was_knows_nobody(mock: Mock) -> None:
    for path in ("/v1.1/me", "/v2.2/me", "/v4.0/me"):
        response = mock.signed_in(ADA, mock.sso).ask(path)
        assert response.status_code == 404
        assert f"Cannot GET {path}" in response.get_data(as_text=True)
