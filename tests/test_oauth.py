"""The token endpoint, the list of district tokens and tokeninfo: every answer and refusal (sso 4, 5, 6, 14)."""

from __future__ import annotations

import json
import re
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from clients import CALLBACK, OTHER, Mock, answered
from town import ADA, BEN, TESS, TOWN
from werkzeug.test import TestResponse

SSO_SCOPES = [
    "read:district_admins_basic",
    "read:school_admins_basic",
    "read:students_basic",
    "read:teachers_basic",
    "read:user_id",
]
SYNC_SCOPES = ["read:district_admins", "read:school_admins", "read:sis", "read:user_id"]


def fields(code: str, /, **other: str | None) -> dict[str, str]:
    """The fields of an exchange, with others in their place; None leaves one out."""
    sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK} | other
    return {name: value for name, value in sent.items() if value is not None}


def basic(mock: Mock) -> tuple[str, str]:
    return mock.sso.client_id, mock.sso.client_secret


def refused(response: TestResponse, status: int, error: str, description: str | None) -> None:
    expected = {"error": error} | ({"error_description": description} if description else {})
    assert (response.status_code, response.get_json()) == (status, expected)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


def findings(mock: Mock) -> list[str]:
    return [found["id"] for row in mock.control("GET", "journal")["entries"] for found in row["findings"]]


def test_a_code_is_exchanged_for_a_token_in_json(mock: Mock) -> None:
    response = mock.client.post("/oauth/tokens", json=fields(mock.code(ADA, mock.sso)), auth=basic(mock))
    assert response.status_code == 200
    body = response.get_json()
    assert list(body) == ["access_token", "token_type"]
    assert body["token_type"] == "bearer"
    assert body["access_token"][:2] == "il"
    assert len(body["access_token"]) == 40
    assert response.headers["Content-Length"] == "81"
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert findings(mock) == []


def test_a_code_is_exchanged_for_a_token_in_a_form(mock: Mock) -> None:
    response = mock.client.post("/oauth/tokens", data=fields(mock.code(ADA, mock.sso)), auth=basic(mock))
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/oauth/tokens/", "/oauth/tokens?grant_type=x", "/oauth/tokens?owner_type=district"]
)
def test_a_trailing_slash_and_a_query_are_forgiven(path: str, mock: Mock) -> None:
    assert mock.client.post(path, json=fields(mock.code(ADA, mock.sso)), auth=basic(mock)).status_code == 200


def test_a_content_type_may_say_its_charset(mock: Mock) -> None:
    sent = json.dumps(fields(mock.code(ADA, mock.sso)))
    response = mock.client.post(
        "/oauth/tokens", data=sent, content_type="application/json; charset=utf-8", auth=basic(mock)
    )
    assert response.status_code == 200


@pytest.mark.parametrize("as_json", [True, False])
def test_credentials_in_the_body_are_accepted_and_reported(as_json: bool, mock: Mock) -> None:
    sent = fields(mock.code(ADA, mock.sso), client_id=mock.sso.client_id, client_secret=mock.sso.client_secret)
    response = mock.client.post("/oauth/tokens", **{"json" if as_json else "data": sent})
    assert response.status_code == 200
    assert findings(mock) == ["credentials-in-body"]
    assert mock.control("GET", "journal?kind=oauth")["entries"][0]["credential"] == "body"


def test_credentials_in_both_places_count_as_basic(mock: Mock) -> None:
    sent = fields(mock.code(ADA, mock.sso), client_id=mock.sso.client_id, client_secret=mock.sso.client_secret)
    assert mock.client.post("/oauth/tokens", data=sent, auth=basic(mock)).status_code == 200
    assert findings(mock) == []


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
        "application/x-www-form-url-encoded",
        "",
        None,
    ],
)
def test_any_other_content_type_is_refused(content_type: str | None, mock: Mock) -> None:
    sent = json.dumps(fields(mock.code(ADA, mock.sso)))
    response = mock.client.post("/oauth/tokens", data=sent, content_type=content_type, auth=basic(mock))
    refused(response, 400, "invalid_request", "invalid content-type")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"code"', '{"code": 5}', "[" * 9999, "\xff"])
def test_json_that_is_no_object_of_strings_is_refused(body: str, mock: Mock) -> None:
    sent = body.encode("latin-1")
    response = mock.client.post("/oauth/tokens", data=sent, content_type="application/json", auth=basic(mock))
    refused(response, 400, "invalid_request", "the body is not a JSON object of strings")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"grant_type": null}', "missing grant_type"),
        ('{"grant_type": ""}', "missing grant_type"),
        ('{"grant_type": "authorization_code", "code": null}', "missing code"),
        ('{"grant_type": "x", "grant_type": "authorization_code"}', "missing code"),  # the last one counts
        ('\ufeff{"grant_type": "authorization_code"}', "missing code"),
        ('{"grant_type": "authorization_code", "scope": ["openid"], "deep": {"code": 5}}', "missing code"),
    ],
)
def test_json_is_read_as_any_parser_reads_it(body: str, words: str, mock: Mock) -> None:
    response = mock.client.post(
        "/oauth/tokens", data=body.encode(), content_type="application/json", auth=basic(mock)
    )
    refused(response, 400, "invalid_request", words)


@pytest.mark.parametrize("name", ["code", "grant_type", "redirect_uri", "client_id", "client_secret"])
def test_a_field_that_comes_twice_in_a_form_is_refused(name: str, mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    sent = [*fields(code).items(), *({name: "x"} | {name: fields(code).get(name, "x")}).items()]
    body = urlencode([*sent, (name, "x")])
    response = mock.client.post(
        "/oauth/tokens", data=body, content_type="application/x-www-form-urlencoded", auth=basic(mock)
    )
    refused(response, 400, "invalid_request", "a field of the body is repeated")
    assert mock.exchange(code, mock.sso).status_code == 200


def test_another_charset_is_read_as_utf_8_and_reported(mock: Mock) -> None:
    for content_type, sent in (
        ("application/x-www-form-urlencoded; charset=ISO-8859-1", urlencode(fields(mock.code(ADA, mock.sso)))),
        ("application/json;charset=latin1", json.dumps(fields(mock.code(BEN, mock.sso)))),
        ('application/json; charset="UTF-8"', json.dumps(fields(mock.code(TESS, mock.sso)))),
    ):
        response = mock.client.post("/oauth/tokens", data=sent, content_type=content_type, auth=basic(mock))
        assert response.status_code == 200
    assert findings(mock) == ["charset"] * 2
    utf_16 = json.dumps(fields(mock.code(ADA, mock.sso))).encode("utf-16")
    response = mock.client.post(
        "/oauth/tokens", data=utf_16, content_type="application/json; charset=utf-16", auth=basic(mock)
    )
    refused(response, 400, "invalid_request", "the body is not a JSON object of strings")


def test_a_grant_type_in_the_query_counts_where_the_body_has_none(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    path = "/oauth/tokens?grant_type=authorization_code"
    sent = fields(code, grant_type=None)
    refused(
        mock.client.post("/oauth/tokens", json=sent, auth=basic(mock)),
        400,
        "invalid_request",
        "missing grant_type",
    )
    assert mock.client.post(path, json=sent, auth=basic(mock)).status_code == 200
    assert findings(mock) == ["grant-type-in-query"]
    in_query = mock.client.post(f"{path}&code={mock.code(ADA, mock.sso)}", json={}, auth=basic(mock))
    refused(in_query, 400, "invalid_request", "missing code")


def in_lines(plain: bytes) -> str:
    """As Ruby 1.8 wrote it: a line break behind every sixty signs, which a header folds."""
    return encodebytes(plain).decode().replace("\n", "\n ")


@pytest.mark.parametrize(
    "encode",
    [
        in_lines,
        lambda plain: f"  {b64encode(plain).decode()}  ",
        lambda plain: b64encode(plain).decode().rstrip("="),
        lambda plain: urlsafe_b64encode(plain).decode(),
    ],
    ids=["in lines", "with blanks", "without padding", "for urls"],
)
def test_basic_is_read_however_it_is_encoded(encode: Callable[[bytes], str], mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "client_secret": "geheim?>~"})
    for call, more in ((mock.client.post, {"json": fields(mock.code(ADA, mock.sso))}), (mock.client.get, {})):
        plain = f"{mock.sso.client_id}:{mock.sso.client_secret}".encode()
        environ = {"HTTP_AUTHORIZATION": f"basic {encode(plain)}"}
        assert call("/oauth/tokens", environ_overrides=environ, **more).status_code == 200
    assert findings(mock) == []


@pytest.mark.parametrize("secret", ["a b+c%20:d/é", "100%", "%41"])
def test_a_secret_may_be_encoded_for_a_url_first(secret: str, mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "client_secret": secret})
    for written in (secret, quote_plus(secret)):
        header = b64encode(f"{mock.sso.client_id}:{written}".encode()).decode()
        response = mock.client.get("/oauth/tokens", headers={"Authorization": f"Basic {header}"})
        assert response.status_code == 200


def test_the_gem_of_2013_sends_the_secret_as_the_user(mock: Mock) -> None:
    own = {"client_id": mock.sso.client_id, "client_secret": mock.sso.client_secret}
    sent = fields(mock.code(ADA, mock.sso)) | own
    assert mock.client.post("/oauth/tokens", data=sent, auth=(mock.sso.client_secret, "")).status_code == 200
    assert findings(mock) == ["secret-as-user"]
    code = mock.code(ADA, mock.sso)
    for auth, more in (
        ((mock.sso.client_secret, ""), {}),  # whose it is, nobody says
        ((mock.sso.client_secret, ""), own | {"client_id": mock.sync.client_id}),
        ((mock.sso.client_secret, "x"), own),
        ((mock.sync.client_secret, ""), own),
    ):
        response = mock.client.post("/oauth/tokens", data=fields(code) | more, auth=auth)
        refused(response, 401, "invalid_client", "invalid client credentials")
    mock.control("PATCH", "settings", {"token_credentials": "basic"})
    response = mock.client.post("/oauth/tokens", data=fields(code) | own, auth=(mock.sso.client_secret, ""))
    refused(response, 401, "invalid_client", "invalid client credentials")


GUARD = {
    "X-DNS-Prefetch-Control": "off",
    "Strict-Transport-Security": "max-age=15552000; includeSubDomains",
    "X-Download-Options": "noopen",
    "X-Content-Type-Options": "nosniff",
    "X-XSS-Protection": "1; mode=block",
}


def test_the_token_endpoint_has_the_headers_on_record(mock: Mock) -> None:
    granted = mock.exchange(mock.code(ADA, mock.sso), mock.sso)
    denied = mock.exchange("0" * 40, mock.sso)
    told = mock.signed_in(ADA, mock.sso).ask("/oauth/tokeninfo")
    for answer in (granted, denied, told):
        assert {name: answer.headers[name] for name in GUARD} == GUARD
        assert not {"X-Powered-By", "X-Request-Id", "X-Ratelimit-Limit"} & set(answer.headers.keys())
    for answer in (granted, denied):
        assert answer.headers["Vary"] == "X-HTTP-Method-Override, Accept-Encoding"
    assert told.headers["Vary"] == "Origin, Accept-Encoding"
    assert granted.headers["ETag"].startswith('W/"51-')  # 81 bytes in hexadecimal
    assert told.headers["ETag"].startswith('W/"')


def test_every_refusal_is_this_to_the_letter(mock: Mock) -> None:
    used = mock.code(ADA, mock.sso)
    assert mock.exchange(used, mock.sso).status_code == 200
    good = mock.code(BEN, mock.sso)
    own, wrong = basic(mock), (mock.sso.client_id, "wrong")
    said = [
        mock.client.post("/oauth/tokens", data="x", content_type="multipart/form-data", auth=own).get_data(),
        mock.client.post("/oauth/tokens", json=fields(good), auth=wrong).get_data(),
        mock.client.post("/oauth/tokens", json=fields(good, grant_type=None), auth=own).get_data(),
        mock.client.post("/oauth/tokens", json=fields(good, grant_type="password"), auth=own).get_data(),
        mock.client.post("/oauth/tokens", json=fields(good, code=None), auth=own).get_data(),
        mock.client.post("/oauth/tokens", json=fields(used), auth=own).get_data(),
        mock.client.post("/oauth/tokens", json=fields(good, redirect_uri=OTHER), auth=own).get_data(),
        mock.client.get("/oauth/tokens?owner_type=user", auth=own).get_data(),
    ]
    assert said == [
        b'{"error":"invalid_request","error_description":"invalid content-type"}',
        b'{"error":"invalid_client","error_description":"invalid client credentials"}',
        b'{"error":"invalid_request","error_description":"missing grant_type"}',
        b'{"error":"unsupported_grant_type"}',
        b'{"error":"invalid_request","error_description":"missing code"}',
        b'{"error":"invalid_grant","error_description":"invalid code"}',
        b'{"error":"invalid_grant","error_description":"invalid redirect"}',
        b'{"error":"invalid_request"}',
    ]
    for status, refusal in (
        (400, mock.exchange("x", mock.sso)),
        (401, mock.client.post("/oauth/tokens", json={})),
    ):
        assert refusal.status_code == status
        assert refusal.headers["Cache-Control"] == "no-store"
        assert refusal.headers.get("WWW-Authenticate") == ('Basic realm="Clever"' if status == 401 else None)


def test_the_list_of_district_tokens_has_the_headers_on_record(mock: Mock) -> None:
    answer, again = (mock.client.get("/oauth/tokens", auth=basic(mock)) for _ in range(2))
    assert answer.headers["X-Powered-By"] == "Express"
    assert re.fullmatch(r'"\d+"', answer.headers["ETag"])
    assert answer.headers["ETag"] == again.headers["ETag"]
    assert len(answer.headers["X-Request-Id"]) == 36
    assert not [name for name, _ in answer.headers if name.startswith("X-Ratelimit")]
    refusal = mock.client.get("/oauth/tokens")
    assert refusal.headers["X-Powered-By"] == "Express"


@pytest.mark.parametrize("where", ["basic", "body"])
@pytest.mark.parametrize("mistake", ["secret", "client", "another's secret", "no secret"])
def test_a_client_that_is_not_known_is_refused(where: str, mistake: str, mock: Mock) -> None:
    client, secret = {
        "secret": (mock.sso.client_id, "0" * 40),
        "client": ("0" * 20, mock.sso.client_secret),
        "another's secret": (mock.sso.client_id, mock.sync.client_secret),
        "no secret": (mock.sso.client_id, ""),
    }[mistake]
    sent = fields(mock.code(ADA, mock.sso))
    if where == "basic":
        response = mock.client.post("/oauth/tokens", json=sent, auth=(client, secret))
    else:
        response = mock.client.post("/oauth/tokens", json=sent | {"client_id": client, "client_secret": secret})
    refused(response, 401, "invalid_client", "invalid client credentials")
    assert response.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "authorization", ["Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Bearer x", "Basic /w==", "x"]
)
def test_an_authorization_that_cannot_be_read_is_refused(authorization: str, mock: Mock) -> None:
    for call in (mock.client.post, mock.client.get):
        sent: dict[str, Any] = {"json": fields("x")} if call == mock.client.post else {}
        response = call("/oauth/tokens", headers={"Authorization": authorization}, **sent)
        refused(response, 401, "invalid_client", "invalid client credentials")


def test_wrong_basic_credentials_are_not_mended_by_right_ones_in_the_body(mock: Mock) -> None:
    sent = fields(mock.code(ADA, mock.sso), client_id=mock.sso.client_id, client_secret=mock.sso.client_secret)
    response = mock.client.post("/oauth/tokens", json=sent, auth=(mock.sso.client_id, "wrong"))
    refused(response, 401, "invalid_client", "invalid client credentials")


@pytest.mark.parametrize(
    ("change", "error", "description"),
    [
        ({"grant_type": None}, "invalid_request", "missing grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type", None),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type", None),
        ({"code": None}, "invalid_request", "missing code"),
        ({"code": ""}, "invalid_request", "missing code"),
        ({"code": "0" * 40}, "invalid_grant", "invalid code"),
        ({"redirect_uri": None}, "invalid_grant", "invalid redirect"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant", "invalid redirect"),
        ({"redirect_uri": OTHER}, "invalid_grant", "invalid redirect"),
        ({"redirect_uri": CALLBACK.replace("http", "https")}, "invalid_grant", "invalid redirect"),
        ({"redirect_uri": CALLBACK + "?code=x"}, "invalid_grant", "invalid redirect"),
    ],
)
def test_a_wrong_exchange_is_refused_and_does_not_use_the_code_up(
    change: dict[str, str | None], error: str, description: str | None, mock: Mock
) -> None:
    code = mock.code(ADA, mock.sso)
    for send in ("json", "data"):
        response = mock.client.post("/oauth/tokens", auth=basic(mock), **{send: fields(code, **change)})
        refused(response, 400, error, description)
    assert mock.exchange(code, mock.sso).status_code == 200


def test_a_code_works_once(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    token = mock.exchange(code, mock.sso).get_json()["access_token"]
    refused(mock.exchange(code, mock.sso), 400, "invalid_grant", "invalid code")
    assert findings(mock) == ["code-reused"]
    headers = {"Authorization": f"Bearer {token}"}
    assert mock.client.get("/v3.0/me", headers=headers).status_code == 200  # the first token lives on


def test_another_client_s_code_is_unknown_and_stays_good_for_its_own(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    refused(mock.exchange(code, mock.sync), 400, "invalid_grant", "invalid code")
    assert mock.exchange(code, mock.sso).status_code == 200


def test_a_code_lives_sixty_seconds(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    code, late = mock.code(ADA, mock.sso), mock.code(BEN, mock.sso)
    mock.control("POST", "clock", {"advance": 60})
    assert mock.exchange(code, mock.sso).status_code == 200
    mock.control("POST", "clock", {"advance": "PT1S"})
    refused(mock.exchange(late, mock.sso), 400, "invalid_grant", "invalid code")


def test_a_token_lives_a_day(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    person = mock.signed_in(ADA, mock.sso)
    mock.control("POST", "clock", {"advance": "P1D"})
    assert person.ask("/v3.0/me").status_code == 200
    mock.control("POST", "clock", {"advance": "PT1S"})
    assert person.ask("/v3.0/me").status_code == 401
    assert person.ask("/oauth/tokeninfo").status_code == 401


def test_codes_and_tokens_are_hexadecimal_and_never_the_same(mock: Mock) -> None:
    codes = {mock.code(ADA, mock.sso) for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 40 and int(code, 16) >= 0 for code in codes)
    tokens = {mock.token(ADA, mock.sso) for _ in range(20)}
    assert len(tokens) == 20


def test_the_redirect_uri_asked_for_is_the_one_to_name_again(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso, redirect_uri=OTHER)
    refused(mock.exchange(code, mock.sso, CALLBACK), 400, "invalid_grant", "invalid redirect")
    assert mock.exchange(code, mock.sso, OTHER).status_code == 200


def test_a_redirect_tells_code_then_scope_then_state(mock: Mock) -> None:
    sent = {"user": ADA, "state": "a b&c=d/é%", "client_id": mock.sso.client_id}
    redirect = mock.control("POST", "login", sent)["redirect"]
    code = answered(redirect)["code"]
    scope = "%20".join(scope.replace(":", "%3A") for scope in SSO_SCOPES)
    assert redirect == f"{CALLBACK}?code={code}&scope={scope}&state=a%20b%26c%3Dd%2F%C3%A9%25"
    assert answered(redirect)["state"] == "a b&c=d/é%"


# GET /oauth/tokens


def test_the_list_of_district_tokens(mock: Mock) -> None:
    for app, scopes in ((mock.sso, SSO_SCOPES), (mock.sync, SYNC_SCOPES)):
        response = mock.client.get("/oauth/tokens?owner_type=district", auth=(app.client_id, app.client_secret))
        connection = mock.world.connection_of(app.client_id, TOWN)
        assert connection is not None
        assert response.get_data(as_text=True) == (
            f'{{"data":[{{"id":"{connection.token_id}","created":"2026-05-10T03:48:16.000Z",'
            f'"owner":{{"type":"district","id":"{TOWN}"}},"access_token":"{connection.access_token}",'
            f'"scopes":{json.dumps(scopes, separators=(",", ":"))}}}],'
            '"links":[{"rel":"self","uri":"/oauth/tokens?owner_type=district"}]}'
        )
        assert len(connection.access_token) == 40
        assert int(connection.access_token, 16) >= 0
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("query", [f"?district={TOWN}", f"?district={TOWN}&owner_type=district"])
def test_one_district_s_token(query: str, mock: Mock) -> None:
    body = mock.client.get(f"/oauth/tokens/{query}", auth=basic(mock)).get_json()
    assert [token["owner"]["id"] for token in body["data"]] == [TOWN]
    assert body["links"] == [{"rel": "self", "uri": f"/oauth/tokens?owner_type=district&district={TOWN}"}]


def test_the_token_of_an_unknown_district_is_an_empty_list(mock: Mock) -> None:
    response = mock.client.get(f"/oauth/tokens?district={ADA}", auth=basic(mock))
    assert (response.status_code, response.get_json()["data"]) == (200, [])


@pytest.mark.parametrize("send", ["json", "data"])
def test_the_list_can_be_asked_for_in_a_body(send: str, mock: Mock) -> None:
    sent = {"owner_type": "district", "district": TOWN}
    body = mock.client.get("/oauth/tokens", auth=basic(mock), **{send: sent}).get_json()
    assert body["links"] == [{"rel": "self", "uri": f"/oauth/tokens?owner_type=district&district={TOWN}"}]
    wrong = mock.client.get("/oauth/tokens", auth=basic(mock), **{send: sent | {"owner_type": "user"}})
    refused(wrong, 400, "invalid_request", None)


@pytest.mark.parametrize("query", ["owner_type=user", "owner_type=", "district=nonsense", "district="])
def test_a_wrong_owner_type_or_district_is_a_bad_request(query: str, mock: Mock) -> None:
    response = mock.client.get(f"/oauth/tokens?{query}", auth=basic(mock))
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")


def test_the_list_needs_basic_credentials(mock: Mock) -> None:
    for headers in ({}, {"Authorization": f"Bearer {mock.reader().token}"}):
        refused(
            mock.client.get("/oauth/tokens", headers=headers), 401, "invalid_client", "invalid client credentials"
        )
    wrong = mock.client.get("/oauth/tokens", auth=(mock.sso.client_id, mock.sync.client_secret))
    refused(wrong, 401, "invalid_client", "invalid client credentials")


def test_user_tokens_are_never_listed(mock: Mock) -> None:
    mock.token(ADA, mock.sso)
    assert len(mock.client.get("/oauth/tokens", auth=basic(mock)).get_json()["data"]) == 1


def listed(mock: Mock) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mock.client.get("/oauth/tokens", auth=basic(mock)).get_json()["data"]
    return found


def test_a_rotated_token_keeps_its_record(mock: Mock) -> None:
    [before] = listed(mock)
    mock.control("POST", f"connections/{mock.connection(mock.sso)}/rotate")
    [after] = listed(mock)
    assert after["access_token"] != before["access_token"]
    assert {**after, "access_token": ""} == {**before, "access_token": ""}


def test_a_district_that_comes_back_has_a_new_token_record(mock: Mock) -> None:
    [before], id = listed(mock), mock.connection(mock.sso)
    mock.control("PATCH", f"connections/{id}", {"connected": False})
    assert listed(mock) == []
    mock.control("PATCH", f"connections/{id}", {"connected": True})
    [after] = listed(mock)
    assert all(after[key] != before[key] for key in ("id", "created", "access_token"))
    assert (
        mock.client.get(
            "/v3.0/districts", headers={"Authorization": f"Bearer {before['access_token']}"}
        ).status_code
        == 401
    )
    assert mock.reader(mock.sso).ids("/v3.0/districts") == [TOWN]


# GET /oauth/tokeninfo


def test_tokeninfo_names_client_and_scopes_of_any_token(mock: Mock) -> None:
    for reader in (mock.reader(mock.sso), mock.signed_in(TESS, mock.sso)):
        response = reader.ask("/oauth/tokeninfo")
        assert response.get_data(as_text=True) == (
            f'{{"client_id":"{mock.sso.client_id}","scopes":{json.dumps(SSO_SCOPES, separators=(",", ":"))}}}'
        )
    assert mock.reader(mock.sync).get("/oauth/tokeninfo")["scopes"] == SYNC_SCOPES


def test_tokeninfo_does_not_know_other_tokens(mock: Mock) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        response = mock.client.get("/oauth/tokeninfo", headers=headers)
        assert response.status_code == 401
        assert response.get_json() == {"code": 101, "error": "Unrecognized token string", "data": {}}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "sent", ["Basic \u00c3\u00a9", "Basic !", "Basic", "Basic YQ==", "Nonsense", "Basic \u00ff\u00fe"]
)
def test_credentials_that_cannot_be_read_are_refused_like_wrong_ones(method: str, sent: str, mock: Mock) -> None:
    body = {"grant_type": "authorization_code", "code": "x"} if method == "POST" else None
    environ = {"HTTP_AUTHORIZATION": sent}
    refused = mock.client.open("/oauth/tokens", method=method, data=body, environ_overrides=environ)
    assert (refused.status_code, refused.get_json()["error"]) == (401, "invalid_client")
