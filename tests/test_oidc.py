"""OIDC: discovery, the keys and their rotation, the claims of an id_token and of /userinfo (sso 9, 10, 14)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from clients import CALLBACK, Mock, Reader, answered, worlds_of
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet
from msgspec import structs
from town import ADA, BEN, ROOT, SOL, TESS, TOWN, UMA, town

from mock_clever.app import create_app
from mock_clever.apps import App
from mock_clever.grants import Login
from mock_clever.scenarios import Worlds
from mock_clever.signing import Keyring

TESS_THEN, UMA_THEN = "6a0000000000000000000021", "6a0000000000000000000022"
NOON = "2026-09-01T12:00:00Z"
NOON_SECONDS = 1788264000
URIS = {"redirect_uris": [CALLBACK]}


@pytest.fixture
def app(mock: Mock) -> App:
    """The single sign-on application, switched to OIDC."""
    return switched(mock)


def switched(mock: Mock, which: App | None = None, **more: Any) -> App:
    client_id = (which or mock.sso).client_id
    mock.control("POST", "apps", {"client_id": client_id, "oidc": True, **more})
    return mock.world.apps[client_id]


def exchanged(mock: Mock, user: str, app: App, **more: str) -> dict[str, Any]:
    answer = mock.exchange(mock.code(user, app, **more), app)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def in_role(mock: Mock, user: str, role: str, app: App, **more: Any) -> dict[str, Any]:
    """The exchange of a login in that role."""
    login = Login(client_id=app.client_id, district=TOWN, user=user, role=role, redirect_uri=CALLBACK, **more)
    body: dict[str, Any] = mock.exchange(mock.world.grants.code(login, mock.world.clock.now()), app).get_json()
    return body


def keys(mock: Mock) -> KeySet:
    return KeySet.import_key_set(mock.client.get("/oauth/certs").get_json())


def claims(mock: Mock, token: str) -> dict[str, Any]:
    """The claims of an id_token whose signature holds."""
    return jwt.decode(token, keys(mock), algorithms=["RS256"]).claims


def kid(token: str) -> str:
    found: str = jws.extract_compact(token.encode()).headers()["kid"]
    return found


# Discovery.


def test_the_discovery_document_says_where_everything_is(mock: Mock) -> None:
    answer = mock.client.get("/.well-known/openid-configuration")
    assert answer.get_data(as_text=True) == (
        '{"issuer":"http://localhost","authorization_endpoint":"http://localhost/oauth/authorize",'
        '"token_endpoint":"http://localhost/oauth/tokens","userinfo_endpoint":"http://localhost/userinfo",'
        '"jwks_uri":"http://localhost/oauth/certs","response_types_supported":["code"],'
        '"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],'
        '"scopes_supported":["openid"],'
        '"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],'
        '"claims_supported":["iss","sub","aud","iat","exp","nonce","user_id","multi_role_user_id","user_type",'
        '"district","email","email_verified","given_name","family_name"]}'
    )
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_what_is_discovered_is_served(mock: Mock) -> None:
    found = mock.client.get("/.well-known/openid-configuration").get_json()
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        path = found[name].removeprefix("http://localhost")
        assert mock.client.get(path).status_code != 404, path


def test_a_world_and_a_host_have_addresses_of_their_own(mock: Mock) -> None:
    mock.control("POST", "worlds", {"name": "lab"}, 201)
    found = mock.client.get(
        "/w/lab/.well-known/openid-configuration", base_url="https://mock.example:8443"
    ).get_json()
    assert found["issuer"] == "https://mock.example:8443/w/lab"
    assert found["jwks_uri"] == "https://mock.example:8443/w/lab/oauth/certs"


def test_the_document_tells_what_is_set(mock: Mock) -> None:
    settings = {"issuer": "https://clever.com", "token_credentials": "basic", "id_token_district": "both"}
    mock.control("PATCH", "settings", settings)
    found = mock.client.get("/.well-known/openid-configuration").get_json()
    assert found["issuer"] == "https://clever.com"
    assert found["token_endpoint"] == "http://localhost/oauth/tokens"
    assert found["token_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    assert found["claims_supported"][8:11] == ["user_type", "district_id", "district"]


# id_token.


def test_an_application_gets_no_id_token_unless_it_is_switched_on(mock: Mock) -> None:
    for app in (mock.sso, mock.sync, mock.library):
        assert list(exchanged(mock, TESS, app)) == ["access_token", "token_type"]
    assert list(exchanged(mock, TESS, switched(mock))) == ["access_token", "token_type", "id_token"]


def test_a_world_can_begin_with_oidc_switched_on() -> None:
    begins = worlds_of(town()).begins
    begun = Worlds(structs.replace(begins, scenario=structs.replace(begins.scenario, oidc=True))).get("main")
    assert begun is not None
    assert [app.oidc for app in begun.apps.values()] == [True, True, False]


def test_an_id_token_says_who_logged_in(mock: Mock, app: App) -> None:
    mock.control("POST", "clock", {"set": NOON})
    mock.control("POST", "clock", {"freeze": True})
    token = exchanged(mock, UMA, app, nonce="n-0S6_WzA2Mj")["id_token"]
    header = jws.extract_compact(token.encode()).headers()
    assert header == {"typ": "JWT", "alg": "RS256", "kid": mock.control("GET", "keys")["keys"][0]["kid"]}
    found = claims(mock, token)
    assert list(found.items()) == [
        ("iss", "http://localhost"),
        ("sub", UMA),
        ("aud", app.client_id),
        ("iat", found["iat"]),
        ("exp", found["iat"] + 3600),
        ("nonce", "n-0S6_WzA2Mj"),
        ("user_id", UMA_THEN),
        ("multi_role_user_id", UMA),
        ("user_type", "teacher"),
        ("district", TOWN),
        ("email", "uma@example.org"),
        ("email_verified", False),
        ("given_name", "Uma"),
        ("family_name", "Sá"),
    ]
    assert 0 <= found["iat"] - NOON_SECONDS <= 5


def test_what_is_missing_is_left_out(mock: Mock, app: App) -> None:
    found = claims(mock, exchanged(mock, ADA, app)["id_token"])
    assert set(found) == {
        *("iss", "sub", "aud", "iat", "exp", "user_id", "multi_role_user_id", "user_type", "district"),
        *("email_verified", "given_name", "family_name"),
    }
    assert (found["user_id"], found["user_type"]) == (ADA, "student")  # a student's id never changed


@pytest.mark.parametrize("nonce", ["", "x" * 2000, 'é"<script>\u202e', "a b&c=d%"])
def test_a_nonce_comes_back_as_it_was_sent(nonce: str, mock: Mock, app: App) -> None:
    redirect = mock.control("POST", "login", {"user": TESS, "client_id": app.client_id, "nonce": nonce})[
        "redirect"
    ]
    assert "nonce" not in answered(redirect)
    body = mock.exchange(answered(redirect)["code"], app).get_json()
    assert claims(mock, body["id_token"])["nonce"] == nonce


def test_a_nonce_for_nobody_is_a_finding(mock: Mock) -> None:
    exchanged(mock, TESS, mock.sso, nonce="n")
    found = [f["id"] for row in mock.control("GET", "journal")["entries"] for f in row["findings"]]
    assert found == ["nonce-without-id-token"]


def test_the_role_is_that_of_the_login(mock: Mock, app: App) -> None:
    teacher, admin = (in_role(mock, UMA, role, app) for role in ("teacher", "district_admin"))
    told = [claims(mock, body["id_token"]) for body in (teacher, admin)]
    assert [(c["sub"], c["user_id"], c["user_type"]) for c in told] == [
        (UMA, UMA_THEN, "teacher"),
        (UMA, "6a0000000000000000000032", "district_admin"),
    ]
    for body, said in ((teacher, told[0]), (admin, told[1])):
        reader = Reader(mock.client, body["access_token"])
        person = reader.get("/userinfo")
        assert (person["user_id"], person["user_type"]) == (said["user_id"], said["user_type"])
        assert reader.get("/v2.1/me")["data"]["id"] == said["user_id"]


@pytest.mark.parametrize(
    ("setting", "staff", "admin"),
    [
        ("underscored", "staff", "district_admin"),
        ("spaced", "staff", "district admin"),
        ("older", "school_admin", "district_admin"),
    ],
)
def test_user_types_are_written_as_is_set(setting: str, staff: str, admin: str, mock: Mock, app: App) -> None:
    mock.control("PATCH", "settings", {"user_type": setting})
    found = []
    for user in (SOL, ROOT, TESS, ADA):
        body = exchanged(mock, user, app)
        told = Reader(mock.client, body["access_token"]).get("/userinfo")
        assert told["user_type"] == claims(mock, body["id_token"])["user_type"]
        found.append(told["user_type"])
    assert found == [staff, admin, "teacher", "student"]


@pytest.mark.parametrize(
    ("setting", "named"),
    [("district", ["district"]), ("district_id", ["district_id"]), ("both", ["district_id", "district"])],
)
def test_the_district_has_the_claim_that_is_set(setting: str, named: list[str], mock: Mock, app: App) -> None:
    mock.control("PATCH", "settings", {"id_token_district": setting})
    found = claims(mock, exchanged(mock, TESS, app)["id_token"])
    assert [(name, found[name]) for name in found if name.startswith("district")] == [(n, TOWN) for n in named]


def test_the_issuer_can_be_clever(mock: Mock, app: App) -> None:
    mock.control("PATCH", "settings", {"issuer": "https://clever.com"})
    assert claims(mock, exchanged(mock, TESS, app)["id_token"])["iss"] == "https://clever.com"


def test_an_e_mail_is_verified_only_where_clever_switched_it_on(mock: Mock) -> None:
    app = switched(mock, email_verified=True)
    body = exchanged(mock, TESS, app)
    assert claims(mock, body["id_token"])["email_verified"] is True
    assert Reader(mock.client, body["access_token"]).get("/userinfo")["email_verified"] is True


def test_what_the_application_may_not_see_is_in_no_claim(mock: Mock) -> None:
    body = exchanged(mock, TESS, switched(mock, off=["user.email"]))
    assert "email" not in claims(mock, body["id_token"])
    assert "email" not in Reader(mock.client, body["access_token"]).get("/userinfo")


def test_library_gets_no_id_token(mock: Mock) -> None:
    status, message = mock.refused("POST", "apps", {"client_id": mock.library.client_id, "oidc": True})
    assert (status, "Library" in message) == (400, True)
    both = mock.control("POST", "apps", {"name": "Both", "products": ["sso", "library"], "oidc": True} | URIS, 201)
    app = mock.world.apps[both["client_id"]]
    assert "id_token" in exchanged(mock, TESS, app)  # its district connected it
    mock.control("PATCH", f"connections/{mock.connection(app)}", {"connected": False})
    assert "id_token" not in exchanged(mock, TESS, app)  # here a teacher authorises it


def test_someone_unshared_since_the_login_gets_nothing_and_the_code_stays(mock: Mock, app: App) -> None:
    code = mock.code(BEN, app)
    mock.share(app, type="everything", **{"except": [BEN]})
    refused = mock.exchange(code, app)
    assert (refused.status_code, refused.get_json()["error_description"]) == (400, "invalid code")
    mock.share(app, type="everything")
    assert "id_token" in mock.exchange(code, app).get_json()


# Keys.


def test_certs_are_public_keys_only(mock: Mock) -> None:
    answer = mock.client.get("/oauth/certs")
    (key,) = answer.get_json()["keys"]
    assert sorted(key) == ["alg", "e", "kid", "kty", "n", "use"]
    assert (key["kty"], key["use"], key["alg"], key["e"]) == ("RSA", "sig", "RS256", "AQAB")
    assert len(key["n"]) == 342  # 2048 bits
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_rotation_signs_anew_and_keeps_the_old_key_while_its_tokens_live(mock: Mock, app: App) -> None:
    mock.control("POST", "clock", {"freeze": True})
    before = exchanged(mock, TESS, app)["id_token"]
    told = mock.control("POST", "keys/rotate")["keys"]
    assert [(key["signs"], key["until"] is None) for key in told] == [(True, True), (False, False)]
    after = exchanged(mock, TESS, app)["id_token"]
    assert [kid(after), kid(before)] == [key["kid"] for key in told]
    assert [key.kid for key in keys(mock).keys] == [kid(after), kid(before)]
    assert claims(mock, before)["sub"] == claims(mock, after)["sub"] == TESS
    fired = mock.control("POST", "clock", {"advance": 3600})["fired"]
    assert {"what": "keys.expire", "count": 1} in [{k: v for k, v in e.items() if k != "at"} for e in fired]
    assert len(keys(mock).keys) == 2  # the last second in which a token of the old key is good
    fired = mock.control("POST", "clock", {"advance": 1})["fired"]
    assert "keys.expire" not in [entry["what"] for entry in fired]  # they did so a second ago
    assert [key.kid for key in keys(mock).keys] == [kid(after)]
    with pytest.raises(InvalidKeyIdError):
        claims(mock, before)


def test_rotation_can_drop_the_old_keys_at_once(mock: Mock, app: App) -> None:
    before = exchanged(mock, TESS, app)["id_token"]
    told = mock.control("POST", "keys/rotate", {"keep": False})["keys"]
    assert len(told) == len(keys(mock).keys) == 1
    assert told[0]["kid"] != kid(before)


def test_no_more_than_four_old_keys_are_published() -> None:
    ring = Keyring("nobody's")
    for second in range(7):
        ring.rotate(second)
    assert [(old.number, old.until) for old in ring.turn.old] == [(7, 3606), (6, 3605), (5, 3604), (4, 3603)]


@pytest.mark.parametrize("body", ["[]", '{"keep": 1}', '{"drop": true}', "x"])
def test_a_rotation_that_cannot_be_read_is_refused(body: str, mock: Mock) -> None:
    refused = mock.client.post("/_mock/keys/rotate", data=body)
    assert refused.status_code == 400
    assert "the body cannot be read" in refused.get_json()["message"]
    assert len(mock.control("GET", "keys")["keys"]) == 1


def test_a_token_with_another_signature_is_no_token_of_ours(mock: Mock, app: App) -> None:
    head, body, signature = exchanged(mock, TESS, app)["id_token"].split(".")
    forged = f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"
    with pytest.raises(BadSignatureError):
        claims(mock, forged)


def test_the_same_world_makes_the_same_token_byte_for_byte() -> None:
    found = []
    for _ in range(2):
        mock = Mock()
        mock.control("POST", "clock", {"freeze": True})
        mock.control("POST", "clock", {"set": NOON})
        found.append(exchanged(mock, TESS, switched(mock), nonce="n"))
    assert found[0] == found[1]


def test_worlds_and_seeds_have_keys_of_their_own(mock: Mock) -> None:
    mock.control("POST", "worlds", {"name": "lab"}, 201)
    lab = mock.client.get("/w/lab/oauth/certs").get_json()["keys"][0]
    assert lab["kid"] != mock.client.get("/oauth/certs").get_json()["keys"][0]["kid"]
    begins = worlds_of(town()).begins
    seeded = Worlds(structs.replace(begins, scenario=structs.replace(begins.scenario, seed=5)))
    assert create_app(seeded).test_client().get("/oauth/certs").get_json()["keys"][0]["kid"] not in (lab["kid"],)


def test_a_reset_goes_back_to_the_first_key(mock: Mock) -> None:
    first = mock.control("GET", "keys")["keys"]
    mock.control("POST", "keys/rotate")
    mock.control("POST", "reset")
    assert mock.control("GET", "keys")["keys"] == first


# /userinfo.


@pytest.mark.parametrize("path", ["/userinfo", "/userinfo/", "//userinfo"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_is_the_documented_object(method: str, path: str, mock: Mock) -> None:
    for app in (mock.sso, mock.sync):
        token = mock.token(UMA, app)
        headers, sent = (
            {"Authorization": f"Bearer {token}"},
            {"PATH_INFO": path},
        )  # the client mends a double slash
        answer = mock.client.open("/", method=method, headers=headers, environ_overrides=sent)
        assert answer.get_data(as_text=True) == (
            '{"sub":"6a000000000000000000ee06","user_id":"6a0000000000000000000022",'
            '"multi_role_user_id":"6a000000000000000000ee06","user_type":"teacher",'
            '"district_id":"6a00000000000000000000d1","district":"6a00000000000000000000d1",'
            '"email":"uma@example.org","name":{"first":"Uma","last":"Sá","middle":""},"schools":[],'
            '"given_name":"Uma","family_name":"Sá","email_verified":false,"authorized_by":"district"}'
        )
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Ratelimit-Remaining"] == "1199"
        assert answer.headers["ETag"].startswith('W/"')


def test_userinfo_of_a_library_login_has_no_district_and_a_student_an_initial(mock: Mock) -> None:
    assert mock.signed_in(TESS, mock.library).get("/userinfo") == {
        "sub": TESS,
        "user_id": TESS_THEN,
        "multi_role_user_id": TESS,
        "user_type": "teacher",
        "email": "tess@example.org",
        "name": {"first": "Tess", "last": town().users[TESS].name.last, "middle": ""},
        "schools": [],
        "given_name": "Tess",
        "family_name": town().users[TESS].name.last,
        "email_verified": False,
        "authorized_by": "teacher",
    }
    told = mock.signed_in(BEN, mock.library).ask("/userinfo").get_data(as_text=True)
    assert told == (
        f'{{"sub":"{BEN}","user_id":"{BEN}","multi_role_user_id":"{BEN}","user_type":"student",'
        '"name":{"first":"Ben","last":"O","middle":""},"schools":[],"given_name":"Ben","family_name":"O",'
        '"email_verified":false,"authorized_by":"teacher"}'
    )


def test_userinfo_is_for_user_tokens(mock: Mock) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}):
        for method in ("GET", "POST"):
            refused = mock.client.open("/userinfo", method=method, headers=headers)
            assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
            assert refused.get_data() == b'{"code":101,"error":"Unrecognized token string","data":{}}'
    district = mock.reader(mock.sso).ask("/userinfo")
    assert (district.status_code, district.mimetype) == (404, "text/html")
    assert "<pre>Cannot GET /userinfo</pre>" in district.get_data(as_text=True)


def test_userinfo_ends_with_the_token_and_with_the_sharing(mock: Mock) -> None:
    reader = mock.signed_in(BEN, mock.sso)
    mock.share(mock.sso, type="everything", **{"except": [BEN]})
    refused = reader.ask("/userinfo")
    assert (refused.status_code, refused.get_json()) == (404, {"message": "Resource not found"})
    mock.share(mock.sso, type="everything")
    assert reader.ask("/userinfo").status_code == 200
    mock.control("POST", "clock", {"advance": "P1DT1S"})
    assert reader.ask("/userinfo").status_code == 401


def test_a_token_in_a_form_or_a_query_is_understood_and_reported(mock: Mock) -> None:
    token = mock.token(TESS, mock.sso)
    assert mock.client.post("/userinfo", data={"access_token": token}).get_json()["sub"] == TESS
    assert mock.client.get("/userinfo", query_string={"access_token": token}).get_json()["sub"] == TESS
    assert mock.client.get("/v1.2/me", query_string={"access_token": token}).get_json()["data"]["id"] == TESS_THEN
    rows = mock.control("GET", "journal?kind=identity")["entries"]
    assert [[found["id"] for found in row["findings"]] for row in rows] == [["token-not-in-header"]] * 3
    assert token not in json.dumps(rows)
    assert mock.client.get("/v3.0/users", query_string={"access_token": token}).status_code == 401


def test_the_journal_knows_who_asked(mock: Mock, app: App) -> None:
    mock.client.get("/oauth/certs")
    Reader(mock.client, exchanged(mock, TESS, app)["access_token"]).get("/userinfo")
    rows = mock.control("GET", "journal")["entries"]
    assert [(row["kind"], row["path"], row["user"]) for row in rows if row["kind"] != "control"] == [
        ("oauth", "/oauth/certs", None),
        ("oauth", "/oauth/tokens", TESS),
        ("identity", "/userinfo", TESS),
    ]


def test_a_start_that_signs_and_draws_nothing_loads_neither_library() -> None:
    code = "import mock_clever.app, sys; print({'joserfc', 'cryptography', 'segno'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
