"""The forms between a tool and the platform: what each refuses, and how; and that no input breaks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clients import Mock, answered, soup
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey
from tool import (
    BASE,
    HOME,
    LAUNCH,
    LOGIN,
    asked,
    auth_request,
    authorized,
    claims_of,
    form,
    joined,
    jwks,
    pem,
    registered,
)
from town import BEN, TESS
from werkzeug.test import TestResponse

from mock_clever.lti.launch import LIFE
from mock_clever.portal.headers import PAGE

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@pytest.fixture
def lms(mock: Mock) -> Mock:
    joined(mock)
    registered(mock)
    return mock


def ask(mock: Mock, sent: dict[str, str], method: str = "GET") -> TestResponse:
    kept: dict[str, Any] = {"query_string" if method == "GET" else "data": sent}
    return mock.client.open("/lti/authorize", method=method, **kept)


# What is asked for an id_token.


@pytest.mark.parametrize(
    ("sent", "error", "words"),
    [
        ({"scope": None}, "invalid_scope", "scope must be openid"),
        ({"scope": "profile"}, "invalid_scope", "scope must be openid"),
        ({"response_type": None}, "unsupported_response_type", "must be id_token"),
        ({"response_type": "code"}, "unsupported_response_type", "must be id_token"),
        ({"response_mode": None}, "invalid_request", "form_post"),
        ({"response_mode": "fragment"}, "invalid_request", "form_post"),
        ({"prompt": None}, "invalid_request", "prompt must be none"),
        ({"prompt": "login"}, "invalid_request", "prompt must be none"),
        ({"nonce": None}, "invalid_request", "nonce"),
        ({"nonce": ""}, "invalid_request", "nonce"),
        ({"login_hint": None}, "invalid_request", "login_hint"),
        ({"login_hint": BEN}, "login_required", "no launch"),
        ({"login_hint": EVIL}, "login_required", "no launch"),
        ({"lti_message_hint": None}, "invalid_request", "lti_message_hint"),
        ({"lti_message_hint": "0" * 40}, "login_required", "no launch"),
    ],
)
def test_a_bad_request_of_a_known_tool_is_told_to_it(
    sent: dict[str, str | None], error: str, words: str, lms: Mock
) -> None:
    right = auth_request(asked(lms)["redirect"])
    wrong = {name: value for name, value in (right | sent).items() if value is not None}
    action, fields = form(ask(lms, wrong))
    assert action == LAUNCH
    assert (fields["error"], words in fields["error_description"]) == (error, True), fields
    assert fields["state"] == "s-1"
    assert set(fields) == {"error", "error_description", "state"}
    assert "id_token" in form(ask(lms, right, "POST"))[1]  # the launch still waits


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ({"client_id": None}, "Unknown LTI tool"),
        ({"client_id": "0" * 20}, "Unknown LTI tool"),
        ({"client_id": EVIL}, "Unknown LTI tool"),
        ({"redirect_uri": None}, "Unknown redirect URI"),
        ({"redirect_uri": LAUNCH + "/"}, "Unknown redirect URI"),
        ({"redirect_uri": LAUNCH + "?a=b"}, "Unknown redirect URI"),
        ({"redirect_uri": LAUNCH.upper()}, "Unknown redirect URI"),
        ({"redirect_uri": HOME}, "Unknown redirect URI"),
        ({"redirect_uri": "https://evil.example/"}, "Unknown redirect URI"),
        ({"redirect_uri": "javascript:alert(1)"}, "Unknown redirect URI"),
        ({"redirect_uri": EVIL}, "Unknown redirect URI"),
    ],
)
def test_a_request_that_may_not_be_answered_anywhere_stops_on_a_page(
    sent: dict[str, str | None], title: str, lms: Mock
) -> None:
    asking = auth_request(asked(lms)["redirect"]) | sent
    page = ask(lms, {name: value for name, value in asking.items() if value is not None})
    tree = soup(page)
    assert (page.status_code, tree.h1 and tree.h1.get_text()) == (400, title)
    assert tree.find_all("form") == []
    assert {name: page.headers.get(name) for name in PAGE} == PAGE
    assert all(value is None or value not in page.get_data(as_text=True) for value in sent.values())


def test_a_form_is_read_as_a_query_is_and_neither_fills_the_other_up(lms: Mock) -> None:
    sent = auth_request(asked(lms)["redirect"])
    assert form(ask(lms, sent | {"scope": "profile"}, "POST"))[1]["error"] == "invalid_scope"
    assert ask(lms, sent | {"redirect_uri": HOME}, "POST").status_code == 400
    assert lms.client.post("/lti/authorize", query_string=sent).status_code == 400
    assert lms.client.head("/lti/authorize", query_string=sent).status_code == 400
    assert "id_token" in form(ask(lms, sent))[1]  # nothing of this used the launch up


def test_a_single_sign_on_application_that_is_no_tool_gets_nothing(lms: Mock) -> None:
    page = ask(lms, auth_request(asked(lms)["redirect"]) | {"client_id": lms.sso.client_id})
    assert page.status_code == 400


def test_the_launch_of_one_tool_is_not_another_s(lms: Mock) -> None:
    body = {"login_url": LOGIN, "redirect_uris": [LAUNCH], "target_link_uri": HOME}
    lms.control("PUT", f"apps/{lms.sso.client_id}/lti", body)
    sent = auth_request(asked(lms)["redirect"]) | {"client_id": lms.sso.client_id}
    assert authorized(lms, sent)["error"] == "login_required"


def test_a_repeated_parameter_is_refused(lms: Mock) -> None:
    sent = auth_request(asked(lms)["redirect"])
    page = lms.client.get("/lti/authorize", query_string=[*sent.items(), ("nonce", "n-2")])
    assert form(page)[1] == {
        "error": "invalid_request",
        "error_description": "a parameter is repeated",
        "state": "s-1",
    }


def findings(mock: Mock) -> list[str]:
    return [f["id"] for row in mock.control("GET", "journal")["entries"] for f in row["findings"]]


def test_a_state_is_not_needed_but_missed_and_a_nonce_that_comes_again_is_found(lms: Mock) -> None:
    sent = auth_request(asked(lms)["redirect"])
    del sent["state"]
    assert set(authorized(lms, sent)) == {"id_token"}
    assert findings(lms) == ["lti-no-state"]
    again = authorized(lms, auth_request(asked(lms)["redirect"]))
    assert claims_of(again["id_token"])["nonce"] == "n-1"
    assert findings(lms) == ["lti-no-state", "lti-nonce-reused"]


def test_a_launch_stands_in_the_journal_with_who_and_without_its_secrets(lms: Mock) -> None:
    redirect = asked(lms, initiation="form")["redirect"]
    _, login = form(lms.client.get(redirect.removeprefix(BASE)))
    begun = asked(lms)["redirect"]
    token = authorized(lms, auth_request(begun))["id_token"]
    answer = response(lms)
    assert posted(lms, answer).status_code == 200
    hints = [login["lti_message_hint"], answered(begun)["lti_message_hint"]]
    entries = lms.control("GET", "journal")["entries"]
    row, _ = [each for each in entries if each["path"] == "/lti/authorize"]
    assert (row["kind"], row["client_id"], row["user"], row["status"]) == ("page", lms.sync.client_id, TESS, 200)
    assert not any(secret[8:] in json.dumps(entries) for secret in (token, answer, *hints))


def test_a_login_is_initiated_by_a_form_as_by_a_link(lms: Mock) -> None:
    redirect = asked(lms, initiation="form")["redirect"]
    assert redirect.startswith("http://localhost/lti/initiate?lti_message_hint=")
    action, fields = form(lms.client.get(redirect.removeprefix(BASE)))
    assert action == LOGIN
    assert fields.keys() == answered(asked(lms)["redirect"]).keys()
    assert lms.client.get("/lti/initiate?lti_message_hint=x").status_code == 400
    assert lms.client.get("/lti/initiate").status_code == 400


def test_the_forms_have_the_headers_of_a_page_a_button_and_no_script_of_their_own(lms: Mock) -> None:
    redirect = asked(lms, initiation="form")["redirect"]
    pages = [
        lms.client.get(redirect.removeprefix(BASE)),
        ask(lms, auth_request(asked(lms)["redirect"])),
        ask(lms, auth_request(asked(lms)["redirect"]) | {"scope": ""}),
        posted(lms, response(lms)),
    ]
    for page in pages:
        assert {name: page.headers.get(name) for name in PAGE} == PAGE
        assert page.headers.getlist("Set-Cookie") == []
        tree = soup(page)
        assert tree.html is not None and tree.html["lang"] == "en"
        assert len(tree.find_all("h1")) == 1
        assert all(str(script["src"]).startswith("/_mock/static/") for script in tree.find_all("script"))
        assert all(button.get_text(strip=True) for button in tree.find_all("button"))
        assert tree.find_all(attrs={"name": "csrf"}) == []
    assert [len(soup(page).select("form button")) for page in pages] == [1, 1, 1, 0]
    with lms.client.get("/_mock/static/submit.js") as script:
        assert script.status_code == 200


# What a tool answers to deep linking.


def response(mock: Mock, key: str = "", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A response to a deep linking request that has just been made; `claims` in the place of the right ones."""
    request = claims_of(authorized(mock, auth_request(asked(mock, deep_linking=True)["redirect"]))["id_token"])
    second = int(mock.world.clock.now())
    right = {
        "iss": mock.sync.client_id,
        "aud": "http://localhost",
        "iat": second,
        "exp": second + 600,
        "nonce": "n",
        f"{CLAIM}deployment_id": mock.connection(mock.sync),
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{DEEP_LINKING}content_items": [{"type": "link", "url": "https://example.org/", "title": EVIL}],
        f"{DEEP_LINKING}data": request[f"{DEEP_LINKING}deep_linking_settings"]["data"],
    }
    told = {name: value for name, value in (right | claims).items() if value is not None}
    (kid,) = [each["kid"] for each in mock.control("GET", "lti")["tools"][0]["jwks"]["keys"]]
    signing = RSAKey.import_key(key or pem())
    return jwt.encode({"alg": "RS256", "kid": kid} | (header or {}), told, signing)


def posted(mock: Mock, token: str) -> TestResponse:
    return mock.client.post("/lti/deep-link", data={"JWT": token})


def test_a_response_places_its_links_once(lms: Mock) -> None:
    token = response(lms)
    page = posted(lms, token)
    assert page.status_code == 200
    assert "<img" not in page.get_data(as_text=True)
    (link,) = lms.control("GET", "lti")["links"]
    assert (link["type"], link["url"], link["title"]) == ("link", "https://example.org/", EVIL)
    assert "is that of no request" in posted(lms, token).get_data(as_text=True)
    assert len(lms.control("GET", "lti")["links"]) == 1


def test_a_teacher_may_choose_nothing(lms: Mock) -> None:
    for items in (None, []):
        page = posted(lms, response(lms, **{f"{DEEP_LINKING}content_items": items}))
        assert "0 links placed" in page.get_data(as_text=True)
    assert lms.control("GET", "lti")["links"] == []


def test_a_resource_link_without_an_address_is_the_tool_s_own_page(lms: Mock) -> None:
    posted(lms, response(lms, **{f"{DEEP_LINKING}content_items": [{"type": "ltiResourceLink"}]}))
    assert [link["url"] for link in lms.control("GET", "lti")["links"]] == [HOME]


def test_a_response_for_several_says_whose_it_is(lms: Mock) -> None:
    both = ["https://other.example", "http://localhost"]
    assert posted(lms, response(lms, aud=both, azp=lms.sync.client_id)).status_code == 200


def items(*each: object) -> dict[str, Any]:
    return {f"{DEEP_LINKING}content_items": list(each)}


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "0" * 20}, "client id of no tool"),
        ({"iss": None}, "must hold iss"),
        ({"aud": "https://other.example"}, "aud must hold the platform"),
        ({"aud": ["https://other.example", "http://localhost"]}, "azp must be"),
        ({"azp": "0" * 20}, "azp must be"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "must hold iss"),
        ({"iat": 2**40, "exp": 2**41}, "not yet issued"),
        ({"nonce": ""}, "nonce is empty"),
        ({"nonce": None}, "must hold iss"),
        ({f"{CLAIM}deployment_id": "0" * 24}, "deployment_id must be"),
        ({f"{CLAIM}deployment_id": None}, "must hold iss"),
        ({f"{CLAIM}message_type": "LtiResourceLinkRequest"}, "message_type must be"),
        ({f"{CLAIM}version": "1.1"}, "version must be"),
        ({f"{DEEP_LINKING}data": "x"}, "data is that of no request"),
        ({f"{DEEP_LINKING}data": ""}, "data is that of no request"),
        ({f"{DEEP_LINKING}data": None}, "must hold iss"),
        (items({"type": "html", "html": EVIL}), "must be of the types"),
        (items({"type": "link"}), "must have a url"),
        (items({"type": "ltiResourceLink", "url": "https://evil.example/"}), "site of the tool"),
        (items("x"), "must hold iss"),
        (items(*[{"type": "ltiResourceLink"}] * 101), "at most 100"),
        ({f"{DEEP_LINKING}content_items": {}}, "must hold iss"),
        ({"long": "x" * 100_000}, "longer than"),
    ],
)
def test_a_response_that_does_not_fit_places_nothing(claims: dict[str, Any], words: str, lms: Mock) -> None:
    refused(lms, response(lms, **claims), words)


def refused(mock: Mock, token: str, words: str) -> None:
    page = posted(mock, token)
    text = soup(page).get_text()
    assert (page.status_code, "Nothing was placed" in text, words in text) == (400, True, True), text
    assert mock.control("GET", "lti")["links"] == []


OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_a_response_that_the_tool_did_not_sign_places_nothing(lms: Mock) -> None:
    refused(lms, response(lms, key=pem(OTHER)), "none of the tool's registered keys")
    refused(lms, response(lms, header={"kid": "another"}), "no key that is registered")
    head, payload, signature = response(lms).split(".")
    refused(lms, f"{head}.{payload}", "three parts")
    refused(lms, f"{head}.{payload}.", "none of the tool's")
    refused(lms, f"{head}.{payload}.ñ", "none of the tool's")
    refused(lms, f"eyJhbGciOiJub25lIn0.{payload}.", "RS256")
    refused(lms, f"x.{payload}.{signature}", "no header")
    refused(lms, f"{head}.x.{signature}", "must hold iss")
    refused(lms, "", "three parts")
    right = response(lms)
    registered(lms, jwks=None)
    refused(lms, right, "no key that is registered")


def test_a_response_to_one_tool_s_request_is_not_another_s_to_give(lms: Mock) -> None:
    body = {"login_url": LOGIN, "redirect_uris": [LAUNCH], "target_link_uri": HOME, "jwks": jwks()}
    token = response(lms, iss=lms.sso.client_id)
    lms.control("PUT", f"apps/{lms.sso.client_id}/lti", body)
    refused(lms, token, "data is that of no request")


def test_a_key_without_a_name_is_found_where_it_is_the_only_one(lms: Mock) -> None:
    token = response(lms)
    unnamed = jwt.encode({"alg": "RS256"}, claims_of(token), RSAKey.import_key(pem()))
    assert posted(lms, unnamed).status_code == 200


def test_a_response_comes_within_five_minutes(lms: Mock) -> None:
    token = response(lms, exp=2**40)
    lms.control("POST", "clock", {"advance": LIFE + 1})
    refused(lms, token, "data is that of no request")


# Anything at all.

WORDS = st.one_of(
    st.sampled_from(
        [
            *(EVIL, "//evil.example", "javascript:alert(1)", "https://evil.example/", LAUNCH, LOGIN, HOME, ""),
            *("openid", "id_token", "form_post", "none", TESS, BEN, "\x00", "\r\nSet-Cookie: a=b", "a.b.c", "é"),
        ]
    ),
    st.text(max_size=20),
)
NAMES = st.sampled_from(
    [
        *("scope", "response_type", "response_mode", "prompt", "client_id", "redirect_uri", "login_hint"),
        *("lti_message_hint", "nonce", "state", "JWT", "x"),
    ]
)
_KEPT: list[Mock] = []


def kept() -> Mock:
    """One mock for all examples."""
    if not _KEPT:
        _KEPT.append(Mock())
        joined(_KEPT[0])
        registered(_KEPT[0])
    return _KEPT[0]


@settings(max_examples=60)
@given(
    path=st.sampled_from(["authorize", "authorize", "deep-link", "initiate"]),
    method=st.sampled_from(["GET", "POST"]),
    sent=st.dictionaries(NAMES, WORDS, max_size=5),
    begun=st.booleans(),
)
def test_no_input_breaks_a_form_or_leads_out_of_it(
    path: str, method: str, sent: dict[str, str], begun: bool
) -> None:
    mock = kept()
    asking = auth_request(asked(mock)["redirect"]) | sent if begun else sent
    where: dict[str, Any] = {"query_string" if method == "GET" else "data": asking}
    page = mock.client.open(f"/lti/{path}", method=method, **where)
    assert page.status_code < 500
    assert "Location" not in page.headers
    if page.mimetype == "text/html" and page.status_code < 404:
        assert {name: page.headers.get(name) for name in PAGE} == PAGE
        tree = soup(page)
        assert "<img" not in page.get_data(as_text=True)
        assert all("src" in script.attrs for script in tree.find_all("script"))
        assert {str(each["action"]) for each in tree.find_all("form")} <= {LAUNCH, LOGIN}
        if page.status_code == 400:
            assert not any(len(word) > 12 and word in page.get_data(as_text=True) for word in sent.values())


@settings(max_examples=30)
@given(
    parts=st.lists(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_=.ñ{}[]", max_size=30), max_size=4),
    claims=st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "nonce", f"{DEEP_LINKING}data", f"{DEEP_LINKING}content_items"]),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=8), lambda e: st.lists(e, max_size=3), max_leaves=4
        ),
        max_size=3,
    ),
    signed=st.booleans(),
)
def test_no_response_breaks_the_platform(parts: list[str], claims: dict[str, Any], signed: bool) -> None:
    mock = kept()
    token = response(mock, **claims) if signed else ".".join(parts)
    assert posted(mock, token).status_code in (200, 400)
