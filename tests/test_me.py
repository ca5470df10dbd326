"""`/me` byte by byte, in every version, role and spelling that clients use (sso 7, 8, 13, 14)."""

from __future__ import annotations

import pytest
from clients import Mock, Reader
from town import ADA, ROOT, SOL, TESS, TOWN, UMA
from werkzeug.test import TestResponse

BEFORE_V3 = {
    ADA: ("student", ADA),
    TESS: ("teacher", "6a0000000000000000000021"),
    UMA: ("teacher", "6a0000000000000000000022"),
    SOL: ("school_admin", "6a0000000000000000000041"),
    ROOT: ("district_admin", "6a0000000000000000000051"),
}
DATA = {
    "v1.2": '{{"district":"{town}","id":"{id}","type":"{type}"}}',
    "v2.0": '{{"id":"{id}","district":"{town}","type":"{type}"}}',
    "v2.1": '{{"id":"{id}","district":"{town}","type":"{type}","authorized_by":"district"}}',
    "v3.0": '{{"id":"{id}","district":"{town}","type":"{type}","authorized_by":"district"}}',
    "v3.1": '{{"id":"{id}","district":"{town}","type":"{type}","authorized_by":"district"}}',
}
PEOPLE = pytest.mark.parametrize("user", BEFORE_V3)


def told(version: str, user: str) -> str:
    """What /me of that version says of that person, to the letter."""
    type, id = ("user", user) if version.startswith("v3") else BEFORE_V3[user]
    return (
        f'{{"type":"{type}","data":{DATA[version].format(id=id, town=TOWN, type=type)},'
        f'"links":[{{"rel":"self","uri":"/me"}},{{"rel":"canonical","uri":"/{version}/{type}s/{id}"}},'
        f'{{"rel":"district","uri":"/{version}/districts/{TOWN}"}}]}}'
    )


def asked(reader: Reader, path: str) -> TestResponse:
    """The answer to a path that reaches the mock as it stands; a test's client mends double slashes."""
    headers = {"Authorization": f"Bearer {reader.token}"}
    return reader.client.get("/", headers=headers, environ_overrides={"PATH_INFO": path})


@PEOPLE
@pytest.mark.parametrize("version", DATA)
def test_every_version_says_who_logged_in(version: str, user: str, mock: Mock) -> None:
    reader = mock.signed_in(user, mock.sso)
    for path in (
        f"/{version}/me",
        f"/{version}/me/",
        f"//{version}/me",
        f"///{version}/me/",
        f"/V{version[1:]}/me",
    ):
        assert asked(reader, path).get_data(as_text=True) == told(version, user), path


@PEOPLE
def test_without_a_version_it_is_the_one_that_is_set(user: str, mock: Mock) -> None:
    reader = mock.signed_in(user, mock.sso)
    for path in ("/me", "/me/", "//me"):
        assert asked(reader, path).get_data(as_text=True) == told("v2.1", user)
    for version in DATA:
        mock.control("PATCH", "settings", {"unversioned_me": version})
        assert asked(reader, "/me").get_data(as_text=True) == told(version, user)
    found = [f["id"] for row in mock.control("GET", "journal")["entries"] for f in row["findings"]]
    assert found == ["unversioned-me"] * (3 + len(DATA))


def test_v1_2_tells_secure_sync_the_whole_record_and_nothing_later_does(mock: Mock) -> None:
    reader = mock.signed_in(TESS, mock.sync)
    data = reader.get("/v1.2/me")["data"]
    assert data["name"] == {"first": "Tess", "last": "Berg"}
    assert (data["email"], data["type"], data["id"]) == ("tess@example.org", "teacher", BEFORE_V3[TESS][1])
    for version in ("v2.0", "v2.1", "v3.0", "v3.1"):
        assert reader.ask(f"/{version}/me").get_data(as_text=True) == told(version, TESS)


@pytest.mark.parametrize("path", ["/me", "/v1.2/me", "/v2.1/me", "/v3.0/me/"])
def test_a_token_may_stand_in_the_query(path: str, mock: Mock) -> None:
    token = mock.token(TESS, mock.sso)
    answer = mock.client.get(path, query_string={"access_token": token})
    assert answer.get_data() == Reader(mock.client, token).ask(path).get_data()
    first, second = mock.control("GET", "journal?kind=identity")["entries"]
    assert "token-not-in-header" in [found["id"] for found in first["findings"]]
    assert "token-not-in-header" not in [found["id"] for found in second["findings"]]
    assert (first["user"], first["credential"]) == (TESS, "user_token")
    assert mock.client.get(path, query_string={"access_token": "x"}).status_code == 401


def test_the_headers_are_those_on_record(mock: Mock) -> None:
    headers = mock.signed_in(TESS, mock.sso).ask("/v3.0/me").headers
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Methods"] == "GET,PATCH,POST,DELETE"
    assert headers["Cache-Control"] == "no-store"
    assert headers["ETag"].startswith('W/"131-')  # 305 bytes, as many as on record
    assert headers["X-Powered-By"] == "Express"
    assert (headers["X-Ratelimit-Bucket"], headers["X-Ratelimit-Limit"]) == ("bearer", "1200")
    assert len(headers["X-Request-Id"]) == 36


def test_a_district_token_is_refused_or_told_as_once_upon_a_time(mock: Mock) -> None:
    reader = mock.reader()
    for path in ("/me", "/v1.2/me", "/v2.1/me", "/v3.0/me"):
        refused = reader.ask(path)
        assert (refused.status_code, refused.mimetype) == (404, "text/html")
        assert f"<pre>Cannot GET {path}</pre>" in refused.get_data(as_text=True)
    mock.control("PATCH", "settings", {"district_me": "told"})
    for path, version in (("/me", "v2.1"), ("/v1.2/me", "v1.2"), ("/v2.0/me", "v2.0")):
        assert reader.ask(path).get_data(as_text=True) == (
            f'{{"type":"district","data":{{"id":"{TOWN}","type":"district"}},"links":[{{"rel":"self","uri":"/me"}},'
            f'{{"rel":"canonical","uri":"/{version}/districts/{TOWN}"}},'
            f'{{"rel":"district","uri":"/{version}/districts/{TOWN}"}}]}}'
        )
    assert [reader.ask(f"/{version}/me").status_code for version in ("v3.0", "v3.1")] == [404, 404]


@pytest.mark.parametrize("path", ["/v4.0/me", "/v1.1/me", "/v3/me", "/v3.0/me/x", "/me/x"])
def test_what_there_is_not_is_express_s_page(path: str, mock: Mock) -> None:
    refused = mock.signed_in(TESS, mock.sso).ask(path)
    assert (refused.status_code, refused.mimetype) == (404, "text/html")
