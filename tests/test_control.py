"""The control plane: every route, what it does, and every refusal with a sentence that says what to send."""

from __future__ import annotations

from typing import Any

import pytest
from clients import CALLBACK, OTHER, Mock, answered
from town import ADA, ALGEBRA_ASH, ASH, BEN, CLEO, PAT, ROOT, SOL, TESS, TOWN, UMA

from mock_clever import __version__

ROUTES = {
    ("GET", "/_mock/health"),
    ("GET", "/_mock/env"),
    ("GET", "/_mock/apps"),
    ("POST", "/_mock/apps"),
    ("GET", "/_mock/connections"),
    ("PATCH", "/_mock/connections/<id>"),
    ("PUT", "/_mock/connections/<id>/sharing"),
    ("GET", "/_mock/connections/<id>/preview"),
    ("GET", "/_mock/lti"),
    ("PUT", "/_mock/apps/<client_id>/lti"),
    ("DELETE", "/_mock/apps/<client_id>/lti"),
    ("POST", "/_mock/lms/<district>/launch"),
    ("GET", "/_mock/lms/<district>"),
    ("POST", "/_mock/lms/<district>/assignments/<id>"),
    ("POST", "/_mock/lms/<district>/assignments/<id>/submissions/<user>"),
    ("POST", "/_mock/connections/<id>/rotate"),
    ("GET", "/_mock/districts"),
    ("POST", "/_mock/districts"),
    ("PATCH", "/_mock/districts/<id>"),
    *((method, "/_mock/districts/<id>/lms") for method in ("GET", "PUT", "POST", "DELETE")),
    ("POST", "/_mock/districts/<id>/changes"),
    ("POST", "/_mock/districts/<id>/evolve"),
    ("POST", "/_mock/districts/<id>/roster"),
    ("GET", "/_mock/districts/<id>/sync"),
    ("POST", "/_mock/districts/<id>/sync"),
    ("POST", "/_mock/districts/<id>/sync/approve"),
    ("POST", "/_mock/districts/<id>/sync/discard"),
    ("POST", "/_mock/connections/<id>/approve"),
    ("GET", "/_mock/districts/<id>/library"),
    ("PATCH", "/_mock/districts/<id>/library"),
    ("GET", "/_mock/consents"),
    ("POST", "/_mock/consents"),
    ("DELETE", "/_mock/consents/<client_id>/<teacher>"),
    ("POST", "/_mock/revoke"),
    ("GET", "/_mock/people"),
    ("POST", "/_mock/login"),
    ("GET", "/_mock/login-as"),
    ("GET", "/_mock/answer-key"),
    ("GET", "/_mock/journal"),
    ("DELETE", "/_mock/journal"),
    ("GET", "/_mock/settings"),
    ("PATCH", "/_mock/settings"),
    ("GET", "/_mock/fidelity"),
    ("GET", "/_mock/openapi.json"),
    ("GET", "/_mock/faults"),
    ("POST", "/_mock/faults"),
    ("DELETE", "/_mock/faults"),
    ("GET", "/_mock/keys"),
    ("POST", "/_mock/keys/rotate"),
    ("GET", "/_mock/badges"),
    ("POST", "/_mock/badges"),
    ("GET", "/_mock/badges/<user>.svg"),
    ("POST", "/_mock/backup-codes"),
    ("GET", "/_mock/clock"),
    ("POST", "/_mock/clock"),
    ("POST", "/_mock/reset"),
    ("POST", "/_mock/scenario"),
    ("GET", "/_mock/worlds"),
    ("POST", "/_mock/worlds"),
    ("DELETE", "/_mock/worlds/<name>"),
    ("GET", "/_mock/static/<path:filename>"),
}


def test_these_are_all_the_routes(mock: Mock) -> None:
    found = {
        (method, rule.rule)
        for rule in mock.app.url_map.iter_rules()
        if rule.rule.startswith("/_mock")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == ROUTES


# What a vendor needs.


def test_health(mock: Mock) -> None:
    assert mock.control("GET", "health") == {"status": "ok", "preset": "sandbox", "version": __version__}


def test_env_names_the_applications_and_the_district(mock: Mock) -> None:
    assert mock.control("GET", "env") == {
        "MOCK_CLEVER_URL": "http://localhost",
        "CLEVER_CLIENT_ID": mock.sync.client_id,
        "CLEVER_CLIENT_SECRET": mock.sync.client_secret,
        "CLEVER_REDIRECT_URI": CALLBACK,
        "CLEVER_DISTRICT_ID": TOWN,
        "CLEVER_DISTRICT_TOKEN": mock.reader().token,
        "CLEVER_SSO_CLIENT_ID": mock.sso.client_id,
        "CLEVER_SSO_CLIENT_SECRET": mock.sso.client_secret,
        "CLEVER_LIBRARY_CLIENT_ID": mock.library.client_id,
        "CLEVER_LIBRARY_CLIENT_SECRET": mock.library.client_secret,
        "CLEVER_LIBRARY_REDIRECT_URI": CALLBACK,
    }


def test_env_follows_a_rotation(mock: Mock) -> None:
    rotated = mock.control("POST", f"connections/{mock.connection(mock.sync)}/rotate")
    assert mock.control("GET", "env")["CLEVER_DISTRICT_TOKEN"] == rotated["access_token"]


def test_clients_and_secrets_have_clever_s_form(mock: Mock) -> None:
    for app in mock.control("GET", "apps")["apps"]:
        assert (len(app["client_id"]), len(app["client_secret"])) == (20, 40)
        assert int(app["client_id"] + app["client_secret"], 16) > 0


# Applications.


def test_the_three_applications_every_world_begins_with(mock: Mock) -> None:
    sync, sso, library = mock.control("GET", "apps")["apps"]
    shown = {
        "client_id": mock.sync.client_id,
        "client_secret": mock.sync.client_secret,
        "name": "Example Roster",
        "products": ["secure_sync", "sso", "lms_connect"],
        "redirect_uris": [CALLBACK, OTHER],
        "supported_user_types": ["student", "teacher", "staff", "district_admin"],
        "granted": ["lms", "resources"],
        "off": [],
        "optional": [],
        "roles": ["contact", "district_admin", "staff", "student", "teacher"],
        "events": True,
        "safety": False,
        "development": True,
        "oidc": False,
        "email_verified": False,
        "implicit": False,
        "loginas_flag": False,
        "website": "",
        "lti": None,
    }
    assert sync == shown
    assert sso["products"] == ["sso"]
    assert sso.keys() == shown.keys()
    assert library == shown | {
        "client_id": mock.library.client_id,
        "client_secret": mock.library.client_secret,
        "name": "Example Library",
        "products": ["library"],
        "supported_user_types": ["student", "teacher"],
        "granted": ["resources"],
        "events": False,
    }


def test_an_application_is_registered_connected_and_able_to_log_in(mock: Mock) -> None:
    sent = {"name": "Quiz", "products": ["secure_sync", "sso"], "redirect_uris": ["http://localhost:1/cb"]}
    made = mock.control("POST", "apps", sent, 201)
    assert {**made, **sent} == made
    app = mock.world.apps[made["client_id"]]
    assert len(mock.reader(app).ids("/v3.0/users")) == 9
    redirect = mock.control("POST", "login", {"user": ADA, "client_id": app.client_id})["redirect"]
    assert redirect.startswith("http://localhost:1/cb?code=")


def test_naming_the_client_changes_only_what_is_sent(mock: Mock) -> None:
    before = mock.control("GET", "apps")["apps"][1]
    after = mock.control("POST", "apps", {"client_id": before["client_id"], "redirect_uris": ["https://x/y"]})
    assert after == before | {"redirect_uris": ["https://x/y"]}
    assert mock.control("GET", "apps")["apps"][1] == after


def test_a_client_id_of_one_s_own_can_be_registered(mock: Mock) -> None:
    sent = {"client_id": "my-client", "client_secret": "my-secret", "name": "Mine", "products": ["sso"]}
    assert mock.control("POST", "apps", sent, 201)["client_id"] == "my-client"
    assert mock.client.get("/oauth/tokens", auth=("my-client", "my-secret")).status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "needs a name and products"),
        ({"name": "X"}, "needs a name and products"),
        ({"name": "X", "products": []}, "needs a name and products"),
        ({"name": "", "products": ["sso"]}, "needs a name and products"),
        ({"name": "X", "products": ["magic"]}, "choose from sso, secure_sync"),
        ({"name": "X", "products": "sso"}, "Expected `array | null`"),
        ({"name": "X", "products": ["sso"], "supported_user_types": ["parent"]}, "choose from student"),
        ({"name": "X", "products": ["sso"], "redirect_uris": ["ftp://x"]}, "must begin with http:// or https://"),
        ({"name": "X", "products": ["sso"], "redirect_uris": ["/callback"]}, "must begin with"),
        ({"name": "X", "products": ["sso"], "redirect_uris": ["http://x/#a"]}, "cannot hold"),
        ({"name": "X", "products": ["sso"], "redirect_uris": ["http://x/\r\nA: b"]}, "cannot hold"),
        ({"name": "X", "products": ["sso"], "redirect_uris": ["http://x/a b"]}, "cannot hold"),
        ({"name": "X", "products": ["sso"], "development": False, "redirect_uris": ["http://x"]}, "with https://"),
        ({"name": "X", "products": ["sso"], "client_id": ""}, "cannot be empty"),
        ({"name": "X", "products": ["sso"], "client_secret": ""}, "cannot be empty"),
        ({"name": "X", "products": ["sso"], "colour": "red"}, "unknown field `colour`"),
    ],
)
def test_an_application_that_makes_no_sense_is_refused(body: object, words: str, mock: Mock) -> None:
    status, message = mock.refused("POST", "apps", body)
    assert (status, words in message) == (400, True), message
    assert len(mock.control("GET", "apps")["apps"]) == 3


def test_a_production_application_keeps_to_https(mock: Mock) -> None:
    sent = {"client_id": mock.sso.client_id, "development": False}
    assert "https://" in mock.refused("POST", "apps", sent)[1]
    mock.control("POST", "apps", sent | {"redirect_uris": ["https://x.example/cb"]})


# Connections.


def test_a_connection_is_shown_with_its_sharing(mock: Mock) -> None:
    first = mock.control("GET", "connections")["connections"][0]
    expected = {"client_id": mock.sync.client_id, "district": TOWN, "launched": True, "connected": True}
    assert expected.items() <= first.items()
    assert first["sharing"] == {"type": "everything", "ids": [], "rules": [], "staff": True, "except": []}
    assert {len(first["id"]), len(first["token_id"])} == {24}
    assert len(first["access_token"]) == 40


def test_sharing_is_answered_as_it_was_sent(mock: Mock) -> None:
    rule = {"type": "sections", "ids": [ALGEBRA_ASH], "rules": [], "staff": False, "except": [BEN]}
    assert mock.share(**rule)["sharing"] == rule
    assert mock.control("GET", "connections")["connections"][0]["sharing"] == rule


@pytest.mark.parametrize(
    ("rule", "status", "words"),
    [
        ({}, 400, "missing required field `type`"),
        ({"type": "some"}, 400, "Invalid enum value 'some'"),
        ({"type": "sections", "ids": [ASH]}, 404, "no sections of this district"),
        ({"type": "schools", "ids": [ALGEBRA_ASH]}, 404, "no schools of this district"),
        ({"type": "schools", "ids": ASH}, 400, "Expected `array | null`"),
        ({"type": "nothing", "hidden": []}, 400, "unknown field `hidden`"),
        ({"type": "nothing", "staff": "no"}, 400, "Expected `bool`"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_and_changes_nothing(
    rule: dict[str, Any], status: int, words: str, mock: Mock
) -> None:
    found, message = mock.refused("PUT", f"connections/{mock.connection(mock.sync)}/sharing", rule)
    assert (found, words in message) == (status, True), message
    assert len(mock.reader().ids("/v3.0/users")) == 9


def test_a_connection_that_is_not_there_is_a_404_everywhere(mock: Mock) -> None:
    for method, path, body in (
        ("PATCH", ADA, {}),
        ("PUT", f"{ADA}/sharing", {"type": "nothing"}),
        ("POST", f"{ADA}/rotate", None),
    ):
        status, message = mock.refused(method, f"connections/{path}", body)
        assert (status, "GET /_mock/connections lists them" in message) == (404, True)


def test_switching_says_true_or_false(mock: Mock) -> None:
    id = mock.connection(mock.sso)
    for body in ({"launched": "yes"}, {"connected": 1}, {"requires_review": True}, []):
        assert mock.refused("PATCH", f"connections/{id}", body)[0] == 400
    unchanged = mock.control("PATCH", f"connections/{id}", {})
    assert mock.control("PATCH", f"connections/{id}", {"launched": False}) == unchanged | {"launched": False}
    assert mock.control("PATCH", f"connections/{id}", {"launched": True, "connected": True}) == unchanged


def test_an_unlaunched_application_can_read_already(mock: Mock) -> None:
    mock.control("PATCH", f"connections/{mock.connection(mock.sync)}", {"launched": False})
    assert len(mock.reader().ids("/v3.0/users")) == 9


# Districts, people, logins.


def test_districts_with_their_counts(mock: Mock) -> None:
    assert mock.control("GET", "districts") == {
        "districts": [
            {
                "id": TOWN,
                "name": "Hand-Written Town",
                "state": "running",
                "counts": {
                    "schools": 2,
                    "sections": 3,
                    "users": 9,
                    "terms": 2,
                    "courses": 2,
                    "student": 4,
                    "teacher": 2,
                    "staff": 1,
                    "district_admin": 2,
                    "contact": 1,
                },
            }
        ]
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"preset": "atlantis"}, "atlantis"),
        ({"preset": 5}, "Expected `str`"),
        ({"seed": "x"}, "Expected `int`"),
        ({"size": 1}, "unknown field `size`"),
    ],
)
def test_a_district_that_cannot_be_made_is_refused(body: object, words: str, mock: Mock) -> None:
    status, message = mock.refused("POST", "districts", body)
    assert (status, words in message) == (400, True), message


def test_a_second_district_is_a_second_connection_of_every_application(mock: Mock) -> None:
    made = mock.control("POST", "districts", {"preset": "tiny", "seed": 7}, 201)
    assert [d["id"] for d in mock.control("GET", "districts")["districts"]] == [TOWN, made["id"]]
    for app in (mock.sync, mock.sso):
        assert mock.reader(app, made["id"]).ids("/v3.0/districts") == [made["id"]]
        tokens = mock.client.get("/oauth/tokens", auth=(app.client_id, app.client_secret)).get_json()["data"]
        owners = [token["owner"]["id"] for token in tokens]
        assert owners == sorted([TOWN, made["id"]])
    assert mock.reader().get("/v3.0/users?count=true")["count"] == 9
    theirs = mock.reader(district=made["id"]).ids("/v3.0/users")
    assert len(theirs) == made["counts"]["users"]
    assert mock.reader().ask(f"/v3.0/users/{theirs[0]}").status_code == 404
    assert mock.refused("POST", "districts", {"preset": "tiny", "seed": 7})[0] == 409


def test_a_district_can_come_unconnected(mock: Mock) -> None:
    made = mock.control("POST", "districts", {"preset": "tiny", "seed": 8, "connect": False}, 201)
    assert made["id"] not in [c["district"] for c in mock.control("GET", "connections")["connections"]]


def test_a_person_is_shown_with_what_a_tester_wants_to_know(mock: Mock) -> None:
    mock.share(mock.sso, type="nothing")
    [ada] = mock.control("GET", "people?q=ada")["people"]
    assert ada == {
        "id": ADA,
        "district": TOWN,
        "name": "Ada Ñandú",
        "email": None,
        "roles": ["student"],
        "username": "11",
        "password": "11",
        "grade": "9",
        "schools": ["Ash", "Birch"],
        "shared_with": [mock.sync.client_id],
        "quirks": ["two schools", "no email", "co-taught", "not ascii"],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [ADA, BEN, CLEO, "6a000000000000000000ee04", TESS, UMA, SOL, ROOT, PAT]),
        ("limit=2", [ADA, BEN]),
        ("limit=0", []),
        ("role=contact", [PAT]),
        ("role=teacher&q=birch", [UMA]),
        ("q=two%20schools", [ADA, UMA]),
        ("q=principal", []),
        (f"q={CLEO}", [CLEO]),
        ("role=king", []),
    ],
)
def test_people_are_found(query: str, found: list[str], mock: Mock) -> None:
    assert [person["id"] for person in mock.control("GET", f"people?{query}")["people"]] == found


@pytest.mark.parametrize("limit", ["x", "-1", "10001", ""])
def test_people_take_a_number_as_limit(limit: str, mock: Mock) -> None:
    assert mock.refused("GET", f"people?limit={limit}")[0] == 400


def test_a_login_without_a_browser(mock: Mock) -> None:
    redirect = mock.control("POST", "login", {"user": "user12", "state": "s"})["redirect"]
    assert redirect.startswith(f"{CALLBACK}?code=")
    assert mock.exchange(answered(redirect)["code"], mock.sso).status_code == 200
    redirect = mock.control(
        "POST", "login", {"user": BEN, "redirect_uri": OTHER, "client_id": mock.sync.client_id}
    )
    assert redirect["redirect"].startswith(f"{OTHER}?code=")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "missing required field `user`"),
        ({"user": 5}, 400, "Expected `str`"),
        ({"user": "nobody"}, 404, "GET /_mock/people?q= finds people"),
        ({"user": ADA, "client_id": "x"}, 404, "GET /_mock/apps lists them"),
        ({"user": ADA, "redirect_uri": CALLBACK + "/"}, 400, "is not among the redirect URIs"),
        ({"user": PAT}, 403, "does not support"),
        ({"user": ADA, "password": "x"}, 400, "unknown field `password`"),
    ],
)
def test_a_login_that_cannot_be_is_refused(body: object, status: int, words: str, mock: Mock) -> None:
    found, message = mock.refused("POST", "login", body)
    assert (found, words in message) == (status, True), message


def test_the_answer_key_of_a_town_without_oddities_is_empty(mock: Mock) -> None:
    assert mock.control("GET", "answer-key") == {"cases": [], "dropped": 0}


# The clock.


def test_the_clock_is_frozen_set_and_advanced(mock: Mock) -> None:
    assert mock.control("POST", "clock", {"freeze": True})["frozen"] is True
    mock.control("POST", "clock", {"set": "2027-02-01"})
    expected = {"now": "2027-01-01T00:00:00.000Z", "frozen": True, "fired": []}
    assert mock.control("POST", "clock", {"set": "2027-01-01"}) == expected
    assert mock.control("POST", "clock", {"advance": "PT61S"})["now"] == "2027-01-01T00:01:01.000Z"
    assert mock.control("POST", "clock", {"advance": 0.5})["now"] == "2027-01-01T00:01:01.500Z"
    assert mock.control("GET", "clock") == {"now": "2027-01-01T00:01:01.500Z", "frozen": True}
    assert mock.control("POST", "clock", {"freeze": False})["frozen"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": 1, "set": "2027-01-01"},
        {"advance": "soon"},
        {"set": "tomorrow"},
        {"set": 5},
        {"freeze": "yes"},
        {"advance": True},
        {"advance": 1e300},
        {"set": "0000-01-01"},
        {"wind": 1},
        {"advance": "P99999999999D"},
    ],
)
def test_a_clock_that_cannot_be_moved_so(body: object, mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    before = mock.control("GET", "clock")
    assert mock.refused("POST", "clock", body)[0] == 400
    assert mock.control("GET", "clock") == before


# What no route takes.


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/apps/x", "/connections/x/y", "/static/none.css"])
def test_a_route_that_is_not_there_says_where_the_routes_are(path: str, mock: Mock) -> None:
    response = mock.client.get(f"/_mock{path}")
    assert (response.status_code, response.mimetype) == (404, "application/json")
    assert "docs/control.md" in response.get_json()["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/apps"), ("DELETE", "/clock"), ("PATCH", "/reset"), ("GET", "/login")]
)
def test_a_method_a_route_does_not_take_says_which_it_takes(method: str, path: str, mock: Mock) -> None:
    response = mock.client.open(f"/_mock{path}", method=method)
    assert (response.status_code, response.mimetype) == (405, "application/json")
    assert f"does not take {method}: it takes " in response.get_json()["message"]


@pytest.mark.parametrize(
    "path", ["apps", "districts", f"districts/{TOWN}/changes", "login", "faults", "clock", "worlds"]
)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"null", b"\xff\xfe", b'"x"', b'{"a":"\\ud800"}'])
def test_a_body_that_is_no_json_object_is_refused(path: str, body: bytes, mock: Mock) -> None:
    response = mock.client.post(f"/_mock/{path}", data=body)
    assert (response.status_code, list(response.get_json())) == (400, ["message"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("origin", ["https://pages.example", "http://localhost:9", "null"])
def test_a_page_of_another_origin_is_refused(method: str, origin: str, mock: Mock) -> None:
    path = "/_mock/env" if method == "GET" else "/_mock/reset"
    assert mock.client.open(path, method=method).status_code == 200
    refused = mock.client.open(path, method=method, headers={"Origin": origin})
    assert refused.status_code == 403
    assert origin in refused.get_json()["message"]


def test_a_page_of_the_mock_s_own_is_answered(mock: Mock) -> None:
    assert mock.client.post("/_mock/reset", headers={"Origin": "http://localhost"}).status_code == 200


def test_a_grant_that_is_no_field_or_scope_is_refused(mock: Mock) -> None:
    body = {"client_id": mock.sync.client_id, "granted": ["iep_satus"]}
    status, message = mock.refused("POST", "apps", body)
    assert (status, "iep_satus" in message, "iep_status" in message) == (400, True, True)
