"""What the Data API refuses, in which words and with which headers (docs/error-messages; recorded v3.0)."""

from __future__ import annotations

import re

import pytest
from clients import Mock, Reader
from town import ADA, ASH, BEN, BIRCH, LESSON, SOL, TESS, TOWN, UMA

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,PATCH,POST,DELETE",
    "Access-Control-Allow-Headers": "Content-Type,Authorization,X-Requested-With,Accept,Origin,Referer,User-Agent",
}
EVERYWHERE = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=15552000; includeSubDomains",
}
RESOURCES_PAGE = (
    b'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n'
    b"<pre>Cannot GET /v3.0/resources</pre>\n</body>\n</html>\n"
)
LISTS = ("schools", "users", "sections", "courses", "terms", "resources")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Token x",
        "Basic dGVzdDp0ZXN0",
        "Bearer ñ",
        "bearer il" + "0" * 38,
    ],
)
@pytest.mark.parametrize("path", ["/v3.0/users", f"/v3.1/users/{ADA}", f"/v3.0/schools/{ASH}/users", "/v3.0/me"])
def test_without_a_known_token_there_is_one_answer(authorization: str | None, path: str, mock: Mock) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = mock.client.get(path, headers=headers)
    assert response.status_code == 401
    assert response.get_data() == b'{"code":101,"error":"Unrecognized token string","data":{}}'
    assert response.headers["Content-Length"] == "58"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


def test_the_scheme_is_written_in_any_case(mock: Mock) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {mock.reader().token}"}
        assert mock.client.get("/v3.0/users", headers=headers).status_code == 200


def test_a_token_that_is_rotated_or_disconnected_is_unknown(mock: Mock) -> None:
    connection, old = mock.connection(mock.sync), mock.reader()
    mock.control("POST", f"connections/{connection}/rotate")
    assert old.ask("/v3.0/users").status_code == 401
    new = mock.reader()
    assert new.ask("/v3.0/users").status_code == 200
    mock.control("PATCH", f"connections/{connection}", {"connected": False})
    assert new.ask("/v3.0/users").status_code == 401


def test_a_district_token_on_me_is_express_s_own_page(mock: Mock) -> None:
    for path in ("/me", "/v3.0/me", "/v3.1/me"):
        response = mock.reader().ask(path)
        assert (response.status_code, response.mimetype) == (404, "text/html")


def test_the_wrong_kind_of_token_gets_a_page_of_153_bytes(mock: Mock) -> None:
    for reader in (mock.signed_in(ADA, mock.sso), mock.signed_in(ADA, mock.sync), mock.reader(mock.sso)):
        response = reader.ask("/v3.0/resources")
        assert (response.status_code, response.get_data()) == (404, RESOURCES_PAGE)
        assert len(RESOURCES_PAGE) == 153
        assert response.headers["Content-Length"] == "153"
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Ratelimit-Limit"] == "1200"
        assert {name: response.headers[name] for name in CORS} == CORS


def test_what_a_page_repeats_is_escaped(mock: Mock) -> None:
    response = mock.reader().ask("/v3.0/<script>alert(1)</script>")
    assert b"<script>" not in response.get_data()
    assert b"&lt;script&gt;" in response.get_data()


def test_the_token_of_an_application_without_secure_sync_reaches_districts_only(mock: Mock) -> None:
    reader = mock.reader(mock.sso)
    assert reader.ids("/v3.0/districts") == [TOWN]
    assert reader.get(f"/v3.1/districts/{TOWN}")["data"] == {"name": "Hand-Written Town", "id": TOWN}
    assert reader.get("/v3.0/districts?count=true")["count"] == 1
    paths = [*LISTS, f"users/{ADA}", f"schools/{ASH}", f"schools/{ASH}/district", f"users/{ADA}/sections"]
    for path in (*paths, f"users/{ADA}/district", f"resources/{LESSON}"):
        response = reader.ask(f"/v3.0/{path}")
        assert (response.status_code, response.mimetype) == (404, "text/html"), path
        assert f"Cannot GET /v3.0/{path}" in response.get_data(as_text=True)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v3.0/users", f"/v3.1/users/{ADA}", f"/v3.0/schools/{ASH}/users", "/v3.0/me"])
def test_anything_but_reading_is_not_implemented(method: str, path: str, mock: Mock) -> None:
    response = mock.client.open(path, method=method, headers={"Authorization": f"Bearer {mock.reader().token}"})
    assert (response.status_code, response.get_data()) == (501, b'{"message":"not implemented"}')


def test_head_is_get_without_the_body(mock: Mock) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    for path in ("/v3.0/users", f"/v3.0/users/{ADA}", "/v3.0/classes", "/v3.0/resources", "/v3.0/users?limit=0"):
        mock.control("POST", "reset")
        got = mock.client.get(path, headers=headers)
        mock.control("POST", "reset")
        head = mock.client.head(path, headers=headers)
        assert (head.status_code, head.get_data()) == (got.status_code, b"")
        moving = {"X-Ratelimit-Reset"} | ({"Content-Length"} if "classes" in path else set())
        assert {k: v for k, v in head.headers if k not in moving} == {
            k: v for k, v in got.headers if k not in moving
        }


def test_options_says_what_a_browser_may_send(mock: Mock) -> None:
    for path in ("/v3.0/users", f"/v3.1/users/{ADA}", "/v3.0/me"):
        response = mock.client.options(path)
        assert (response.status_code, response.get_data()) == (204, b"")
        assert {name: response.headers[name] for name in CORS} == CORS


def test_a_doubled_slash_after_the_host_is_forgiven(mock: Mock) -> None:
    reader = mock.reader()
    for path in ("//v3.0/users", "///v3.0/users", "/w/main//v3.0/users"):
        response = reader.client.get(
            "/",
            query_string="limit=1",
            headers={"Authorization": f"Bearer {reader.token}"},
            environ_overrides={"PATH_INFO": path},
        )
        assert response.status_code == 200
        assert response.get_json()["links"][0]["uri"] == "/v3.0/users?limit=1"


def test_paths_and_ids_are_matched_in_any_case(mock: Mock) -> None:
    reader = mock.reader()
    lower = reader.ids(f"/v3.0/users/{ADA}/mycontacts")
    for path in (f"/V3.0/USERS/{ADA.upper()}/MYCONTACTS", f"/v3.0/Users/{ADA}/myContacts"):
        assert reader.ids(path) == lower
    assert reader.get(f"/v3.0/Schools/{ASH.upper()}")["data"]["id"] == ASH


def test_a_body_too_large_to_read_is_refused(mock: Mock) -> None:
    for path in ("/oauth/tokens", "/v3.0/users", "/_mock/apps"):
        response = mock.client.post(path, data=b"x" * (16 * 2**20 + 1))
        assert (response.status_code, list(response.get_json())) == (413, ["message"])


def test_a_mistake_of_the_mock_s_own_is_a_500_and_never_looks_like_an_answer(mock: Mock) -> None:
    mock.app.testing = False
    mock.app.logger.disabled = True
    mock.world.rates = None  # type: ignore[assignment]  # the mistake
    response = mock.reader().ask("/v3.0/users")
    assert (response.status_code, list(response.get_json())) == (500, ["message"])


# Rate limits.


def test_the_window_opens_with_the_first_request_and_lasts_a_minute(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2027-01-01T00:00:10Z"})
    reader = mock.reader()
    mock.control("PATCH", "settings", {"rate_limit": 2})
    for remaining in ("1", "0"):
        response = reader.ask("/v3.0/users")
        assert response.status_code == 200
        assert response.headers["X-Ratelimit-Bucket"] == "bearer"
        assert response.headers["X-Ratelimit-Limit"] == "2"
        assert response.headers["X-Ratelimit-Remaining"] == remaining
        assert response.headers["X-Ratelimit-Reset"] == "1798761670"
        mock.control("POST", "clock", {"advance": 29})
    response = reader.ask("/v3.0/resources")
    assert (response.status_code, response.get_data()) == (429, b"")
    assert response.headers["X-Ratelimit-Remaining"] == "0"
    assert "Retry-After" not in response.headers
    mock.control("POST", "clock", {"advance": 2})
    assert reader.ask("/v3.0/users").headers["X-Ratelimit-Remaining"] == "1"


def test_twelve_hundred_requests_a_minute_are_allowed_and_one_more_is_not(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    reader = mock.reader()
    assert {reader.ask(f"/v3.0/schools/{ASH}").status_code for _ in range(1200)} == {200}
    assert reader.ask(f"/v3.0/schools/{ASH}").status_code == 429


def test_each_token_is_counted_by_itself_and_refusals_count_too(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    reader, person = mock.reader(), mock.signed_in(ADA, mock.sso)
    reader.ask("/v3.0/users/nobody")
    assert reader.ask("/v3.0/classes").headers["X-Ratelimit-Remaining"] == "1198"
    assert reader.ask("/v3.0/users").headers["X-Ratelimit-Remaining"] == "1197"
    assert person.ask("/v3.0/me").headers["X-Ratelimit-Remaining"] == "1199"
    assert person.ask("/v3.0/users").headers["X-Ratelimit-Remaining"] == "1198"


# Headers of the two families.


def test_the_core_family_s_headers(mock: Mock) -> None:
    for path in ("users", f"users/{ADA}", f"schools/{ASH}/users", "districts?count=true", f"sections/{ADA}"):
        headers = mock.reader().ask(f"/v3.0/{path}").headers
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        assert headers["X-Powered-By"] == "Express"
        assert {name: headers[name] for name in CORS | EVERYWHERE} == CORS | EVERYWHERE
        assert "Vary" not in headers
        assert {"X-Envoy-Upstream-Service-Time", "X-Ratelimit-Bucket", "Content-Length"} <= set(headers.keys())


def test_a_core_answer_has_express_s_weak_etag(mock: Mock) -> None:
    """`W/"<hex length>-<first 27 of base64(sha1)>"`; this one was worked out apart from the mock."""
    response = mock.reader().ask("/v3.0/users?count=true")
    assert response.get_data() == b'{"count":9,"links":[{"rel":"self","uri":"/v3.0/users?count=true"}]}'
    assert response.headers["ETag"] == 'W/"43-/C1vfmTUpTGRhpFFcXkYh/7Ws/k"'


def test_the_resources_family_s_headers(mock: Mock) -> None:
    for path in ("resources", f"resources/{LESSON}", f"users/{ADA}/resources", f"users/{TESS}/resources"):
        headers = mock.reader().ask(f"/v3.0/{path}").headers
        assert headers["Content-Type"] == "application/json"
        assert headers["Access-Control-Allow-Methods"] == "GET"
        assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Vary"] == "Accept-Encoding"
        assert {name: headers[name] for name in EVERYWHERE} == EVERYWHERE
        assert not {"ETag", "X-Powered-By", "Access-Control-Allow-Origin"} & set(headers.keys())


# The tokens of users.


def me(reader: Reader, version: str) -> str:
    return reader.ask(f"/{version}/me").get_data(as_text=True)


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
def test_me_is_who_logged_in(version: str, mock: Mock) -> None:
    assert me(mock.signed_in(UMA, mock.sso), version) == (
        '{"type":"user","data":{"id":"6a000000000000000000ee06","district":"6a00000000000000000000d1",'
        '"type":"user","authorized_by":"district"},"links":[{"rel":"self","uri":"/me"},'
        f'{{"rel":"canonical","uri":"/{version}/users/6a000000000000000000ee06"}},'
        f'{{"rel":"district","uri":"/{version}/districts/6a00000000000000000000d1"}}]}}'
    )


@pytest.mark.parametrize(
    ("user", "kind", "id"),
    [
        (ADA, "student", ADA),
        (TESS, "teacher", "6a0000000000000000000021"),
        (UMA, "teacher", "6a0000000000000000000022"),
        (SOL, "school_admin", "6a0000000000000000000041"),
    ],
)
def test_me_without_a_version_is_the_old_shape_with_the_old_id(user: str, kind: str, id: str, mock: Mock) -> None:
    for path in ("/me", "/me/"):
        body = mock.signed_in(user, mock.sso).get(path)
        assert (body["type"], body["data"]["type"], body["data"]["id"]) == (kind, kind, id)
        assert body["links"][1]["uri"] == f"/v2.1/{kind}s/{id}"
    findings = [f["id"] for row in mock.control("GET", "journal")["entries"] for f in row["findings"]]
    assert findings == ["unversioned-me"] * 2


def test_what_me_leads_to_can_be_read_with_the_same_token(mock: Mock) -> None:
    for app in (mock.sso, mock.sync):
        reader = mock.signed_in(ADA, app)
        for link in reader.get("/v3.0/me")["links"][1:]:
            assert reader.ask(link["uri"]).status_code == 200


def test_a_user_token_of_a_login_application_reads_names_only(mock: Mock) -> None:
    assert mock.signed_in(UMA, mock.sso).ask(f"/v3.0/users/{UMA}").get_data(as_text=True) == (
        '{"data":{"created":"2026-08-10T16:08:05.000Z","district":"6a00000000000000000000d1",'
        '"email":"uma@example.org","last_modified":"2026-08-10T16:08:05.000Z","name":{"first":"Uma","last":"Sá"},'
        '"id":"6a000000000000000000ee06","roles":{"teacher":{"schools":[],"legacy_id":"6a0000000000000000000022"},'
        '"district_admin":{"legacy_id":"6a0000000000000000000032"}}},'
        '"links":[{"rel":"self","uri":"/v3.0/users/6a000000000000000000ee06"}]}'
    )
    ada = mock.signed_in(ADA, mock.sso).get(f"/v3.0/users/{ADA}")["data"]
    assert ada["roles"] == {"student": {"schools": []}}
    assert "email" not in ada


def test_a_user_token_of_a_secure_sync_application_is_not_cut(mock: Mock) -> None:
    record = mock.signed_in(TESS, mock.sync).get(f"/v3.0/users/{TESS}")
    assert record["data"] == mock.reader().get(f"/v3.0/users/{TESS}")["data"]
    assert [link["rel"] for link in record["links"]] == ["self"]


def test_a_user_token_reads_its_own_records_and_no_others(mock: Mock) -> None:
    for app in (mock.sso, mock.sync):
        reader = mock.signed_in(BEN, app)
        assert reader.get(f"/v3.0/districts/{TOWN}")["data"]["id"] == TOWN
        for path in (f"users/{ADA}", "users/nobody", f"districts/{ADA}"):
            response = reader.ask(f"/v3.0/{path}")
            assert (response.status_code, response.get_json()) == (404, {"message": "Resource not found"})
        for path in (
            *LISTS,
            "districts",
            f"sections/{ADA}",
            f"courses/{ADA}",
            f"users/{BEN}/sections",
            f"users/{BEN}/district",
            "users?limit=1",
        ):
            response = reader.ask(f"/v3.0/{path}")
            assert (response.status_code, response.mimetype) == (404, "text/html"), path


def test_a_user_token_reads_its_own_schools_where_the_application_has_secure_sync(mock: Mock) -> None:
    assert mock.signed_in(BEN, mock.sync).get(f"/v3.0/schools/{ASH}")["data"]["name"] == "Ash"
    response = mock.signed_in(BEN, mock.sync).ask(f"/v3.0/schools/{BIRCH}")
    assert (response.status_code, response.mimetype) == (404, "application/json")
    response = mock.signed_in(BEN, mock.sso).ask(f"/v3.0/schools/{ASH}")
    assert (response.status_code, response.mimetype) == (404, "text/html")


def test_a_user_who_is_no_longer_shared_cannot_be_read(mock: Mock) -> None:
    reader = mock.signed_in(BEN, mock.sync)
    mock.share(type="everything", **{"except": [BEN]})
    assert reader.ask(f"/v3.0/users/{BEN}").status_code == 404


def test_a_user_token_dies_with_the_connection(mock: Mock) -> None:
    reader = mock.signed_in(BEN, mock.sync)
    mock.control("PATCH", f"connections/{mock.connection(mock.sync)}", {"connected": False})
    assert reader.ask("/v3.0/me").status_code == 401


def test_every_answer_names_its_request(mock: Mock) -> None:
    uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    reader = mock.reader()
    named = [reader.ask(path).headers["X-Request-Id"] for path in ("/v3.0/users", "/v3.0/users", "/v3.0/none")]
    assert all(uuid.fullmatch(name) for name in named)
    assert len(set(named)) == 3


def test_the_resources_back_end_names_it_in_its_own_way_too(mock: Mock) -> None:
    assert re.fullmatch("[0-9a-f]{32}", mock.reader().ask("/v3.0/resources").headers["Clever-Request-Id"])
    assert "Clever-Request-Id" not in mock.reader().ask("/v3.0/users").headers


@pytest.mark.parametrize("path", ["/v3.0/users/", "/v3.1/sections/", "/v3.0/districts/"])
def test_a_slash_at_the_end_does_no_harm(path: str, mock: Mock) -> None:
    assert mock.reader().get(path)["data"] == mock.reader().get(path.rstrip("/"))["data"]


def test_asking_what_a_token_is_does_not_count_against_the_limit(mock: Mock) -> None:
    reader = mock.reader()
    reader.get("/v3.0/users")
    for _ in range(5):
        assert reader.ask("/oauth/tokeninfo").status_code == 200
    assert reader.ask("/v3.0/users").headers["X-Ratelimit-Remaining"] == "1198"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v3.0/classes"), ("GET", "/v9/users"), ("POST", "/v3.0/users")]
)
def test_whatever_is_asked_a_tokens_answer_tells_its_limit(method: str, path: str, mock: Mock) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    remaining = [
        mock.client.open(path, method=method, headers=headers).headers["X-Ratelimit-Remaining"] for _ in range(2)
    ]
    assert remaining == ["1199", "1198"]
    assert "X-Ratelimit-Limit" not in mock.client.open(path, method=method).headers


@pytest.mark.parametrize(
    "path", ["/v3.0/resources?limit=0", f"/v3.0/resources/{ADA}", f"/v3.0/users/{TOWN}/resources"]
)
def test_a_refusal_bears_the_headers_of_the_back_end_that_gives_it(path: str, mock: Mock) -> None:
    refused = mock.reader().ask(path)
    assert refused.status_code in (400, 404)
    assert refused.headers["X-Frame-Options"] == "DENY"
    assert "X-Powered-By" not in refused.headers


def test_a_preflight_has_no_body_and_no_type(mock: Mock) -> None:
    answered = mock.client.options("/v3.0/users")
    assert (answered.status_code, answered.get_data()) == (204, b"")
    assert "Content-Type" not in answered.headers
    assert answered.headers["Access-Control-Allow-Origin"] == "*"
