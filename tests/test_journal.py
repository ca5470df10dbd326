"""What the journal keeps, how it is read, and that no secret is ever in it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from clients import CALLBACK, Browser, Mock, answered
from hypothesis import given
from hypothesis import strategies as st
from town import ADA, TESS, TOWN

from mock_clever.journal import KEPT_BODY, Journal, Row
from mock_clever.masking import SECRET_KEYS, masked, masked_text, masked_value

KEYS = [
    "id",
    "at",
    "kind",
    "method",
    "path",
    "query",
    "status",
    "client_id",
    "user",
    "district",
    "credential",
    "request",
    "response",
    "ms",
    "fault",
    "findings",
]


def entries(mock: Mock, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mock.control("GET", f"journal?{query}")["entries"]
    return found


def as_shown(secret: str) -> str:
    return f"{secret[:4]}…#{hashlib.sha256(secret.encode()).hexdigest()[:8]}"


def test_an_entry_tells_who_asked_what_and_what_was_answered(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2027-01-01T00:00:00Z"})
    mock.control("DELETE", "journal")
    token = mock.reader().token
    mock.client.get("/v3.0/terms?limit=1&limit=2&a=b", headers={"Authorization": f"Bearer {token}", "X-Mine": "y"})
    row = entries(mock, "kind=data")[0]
    assert list(row) == KEYS
    assert row["at"] == "2027-01-01T00:00:00.000Z"
    assert (row["method"], row["path"], row["status"]) == ("GET", "/v3.0/terms", 200)
    assert row["query"] == {"limit": ["1", "2"], "a": "b"}
    assert (row["kind"], row["credential"]) == ("data", "district_token")
    assert (row["client_id"], row["user"], row["district"]) == (mock.sync.client_id, None, TOWN)
    assert row["request"]["headers"]["Authorization"] == f"Bearer {as_shown(token)}"
    assert row["request"]["headers"]["X-Mine"] == "y"
    assert row["request"]["body"] is None
    assert row["response"]["headers"]["X-Powered-By"] == "Express"
    assert row["response"]["body"]["data"][0]["data"]["name"] == "Fall"
    assert row["ms"] > 0
    assert (row["fault"], row["findings"]) == (None, [])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v3.0/users", "data"),
        ("/v3.0/me", "identity"),
        ("/me", "identity"),
        ("/oauth/tokens", "oauth"),
        ("/oauth/tokeninfo", "oauth"),
        ("/oauth/authorize", "page"),
        ("/oauth/login", "page"),
        ("/logout", "page"),
        ("/oauth/instant-login", "page"),
        ("/nowhere", "data"),
    ],
)
def test_every_exchange_has_a_kind(path: str, kind: str, mock: Mock) -> None:
    mock.client.get(path)
    assert [row["kind"] for row in entries(mock)] == [kind]


def test_reading_the_control_plane_is_not_written_down_and_writing_to_it_is(mock: Mock) -> None:
    for path in ("env", "apps", "connections", "journal", "clock", "people", "health", "worlds", "faults"):
        mock.control("GET", path)
    assert entries(mock) == []
    mock.control("POST", "clock", {"freeze": True})
    mock.refused("POST", "clock", {})
    assert [(row["kind"], row["status"]) for row in entries(mock)] == [("control", 200), ("control", 400)]


@pytest.mark.parametrize(
    ("credential", "path", "headers"),
    [
        ("none", "/v3.0/users", {}),
        ("unknown", "/v3.0/users", {"Authorization": "Bearer x"}),
        ("none", "/oauth/tokens", {}),
        ("unknown", "/oauth/tokens", {"Authorization": "Basic eDp5"}),
    ],
)
def test_what_somebody_unknown_showed(credential: str, path: str, headers: dict[str, str], mock: Mock) -> None:
    mock.client.get(path, headers=headers)
    [row] = entries(mock)
    assert (row["credential"], row["client_id"], row["district"]) == (credential, None, None)


def test_a_login_can_be_followed_by_equal_masks(mock: Mock) -> None:
    browser = Browser(mock.app)
    location = browser.choose(browser.authorize(mock.sso, state="s", district_id=TOWN), ADA).headers["Location"]
    token = mock.exchange(answered(location)["code"], mock.sso).get_json()["access_token"]
    mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"})
    authorize, page, chosen, exchange, me = entries(mock)
    assert [row["path"] for row in (authorize, page, chosen)] == [
        "/oauth/authorize",
        "/oauth/login",
        "/oauth/login",
    ]
    code = as_shown(answered(location)["code"])
    assert f"code={code}&scope=" in chosen["response"]["headers"]["Location"]
    assert chosen["request"]["body"]["user"] == chosen["user"] == ADA
    assert exchange["request"]["body"] == {
        "code": code,
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }
    assert (exchange["credential"], exchange["user"], exchange["district"]) == ("basic", ADA, TOWN)
    assert exchange["response"]["body"] == {"access_token": as_shown(token), "token_type": "bearer"}
    assert me["request"]["headers"]["Authorization"] == f"Bearer {as_shown(token)}"
    assert (me["credential"], me["user"], me["client_id"]) == ("user_token", ADA, mock.sso.client_id)


def test_the_body_of_a_form_is_kept_and_masked(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    mock.client.post(
        "/oauth/tokens", data=sent | {"client_id": mock.sso.client_id, "client_secret": mock.sso.client_secret}
    )
    assert entries(mock, "kind=oauth")[0]["request"]["body"] == {
        "code": as_shown(code),
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "client_id": mock.sso.client_id,
        "client_secret": as_shown(mock.sso.client_secret),
    }


def test_no_secret_is_anywhere_in_the_journal_after_all_that_can_happen(mock: Mock) -> None:
    secrets = {"client secret": mock.sso.client_secret, "sync secret": mock.sync.client_secret}
    secrets |= {"district token": mock.reader().token, "login token": mock.reader(mock.sso).token}
    change = {"type": "record.update", "kind": "users", "id": ADA, "set": {"password": "open-sesame-1234"}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})
    secrets["password"] = "open-sesame-1234"
    browser = Browser(mock.app)
    page = browser.authorize(mock.sso, state="s")
    browser.type_in(page, "11", "wrong-password-9")
    secrets["wrong password"] = "wrong-password-9"
    location = browser.type_in(page, "11", "open-sesame-1234").headers["Location"]
    secrets["code"] = answered(location)["code"]
    for name in ("clever_session", "clever_csrf"):
        cookie = browser.client.get_cookie(name)
        assert cookie is not None
        secrets[name] = cookie.value
    secrets["user token"] = mock.exchange(secrets["code"], mock.sso).get_json()["access_token"]
    sent = {"code": secrets["code"], "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    sent |= {"client_id": mock.sso.client_id, "client_secret": mock.sso.client_secret}
    mock.client.post("/oauth/tokens", data=sent)
    mock.client.get("/oauth/tokens", auth=(mock.sync.client_id, mock.sync.client_secret))
    basic = base64.b64encode(f"{mock.sync.client_id}:{mock.sync.client_secret}".encode()).decode()
    secrets["basic"] = basic
    for query in (f"access_token={secrets['user token']}", f"code={secrets['code']}", f"Client_Secret={basic}"):
        mock.client.get(f"/v3.0/users?{query}")
    mock.client.get(
        "/v3.0/me",
        headers={
            "Authorization": f"Bearer {secrets['user token']}",
            "Referer": f"http://app/callback?code={secrets['code']}&x=y",
        },
    )
    redirect = mock.control("POST", "login", {"user": TESS})["redirect"]
    secrets["second code"] = answered(redirect)["code"]
    rotated = mock.control("POST", f"connections/{mock.connection(mock.sso)}/rotate")
    secrets["rotated token"] = rotated["access_token"]
    made = mock.control("POST", "apps", {"name": "New", "products": ["sso"]}, 201)
    secrets["new app's secret"] = made["client_secret"]
    browser.client.get("/logout")
    text = json.dumps(mock.control("GET", "journal"), ensure_ascii=False)
    assert {name for name, secret in secrets.items() if secret in text} == set()
    for name in ("code", "user token", "rotated token", "second code", "new app's secret"):
        assert as_shown(secrets[name]) in text, name


# Filters and numbers.


def test_since_limit_and_next_walk_through_everything_once(mock: Mock) -> None:
    for _ in range(5):
        mock.client.get("/v3.0/users")
    assert mock.control("GET", "journal")["next"] == 5
    pages, since = [], 0
    for _ in range(4):
        page = mock.control("GET", f"journal?since={since}&limit=2")
        pages.append([row["id"] for row in page["entries"]])
        since = page["next"]
    assert pages == [[1, 2], [3, 4], [5], []]
    assert mock.control("GET", "journal?since=5") == {"entries": [], "next": 5}
    assert mock.control("GET", "journal?since=2&limit=0") == {"entries": [], "next": 2}


def test_filters_narrow_and_next_moves_on_all_the_same(mock: Mock) -> None:
    mock.reader().ask("/v3.0/users")
    mock.reader().ask("/v3.0/schools/x")
    mock.client.get("/oauth/tokens")
    for query, paths in {
        "kind=oauth": ["/oauth/tokens"],
        "status=200": ["/v3.0/users"],
        "path=/v3.0/": ["/v3.0/users", "/v3.0/schools/x"],
        f"client_id={mock.sync.client_id}": ["/v3.0/users", "/v3.0/schools/x"],
        f"client_id={mock.sync.client_id}&status=404": ["/v3.0/schools/x"],
        "kind=page": [],
    }.items():
        answer = mock.control("GET", f"journal?{query}")
        assert [row["path"] for row in answer["entries"]] == paths
        assert answer["next"] == 3


@pytest.mark.parametrize("query", ["since=x", "since=-1", "limit=5001", "limit=x", "since=99999999999999999999"])
def test_a_filter_that_is_no_number_is_refused(query: str, mock: Mock) -> None:
    status, message = mock.refused("GET", f"journal?{query}")
    assert (status, "must be a whole number" in message) == (400, True)


@pytest.mark.parametrize(("query", "words"), [("kind=nonsense", "choose one of oauth"), ("knd=data", "knd")])
def test_a_filter_that_is_misspelt_is_refused(query: str, words: str, mock: Mock) -> None:
    status, message = mock.refused("GET", f"journal?{query}")
    assert (status, words in message) == (400, True)


def test_emptying_forgets_rows_but_never_gives_a_number_again(mock: Mock) -> None:
    mock.client.get("/v3.0/users")
    mock.client.get("/v3.0/users")
    assert mock.control("DELETE", "journal") == {"next": 2}
    mock.client.get("/v3.0/users")
    assert [(row["id"], row["method"]) for row in entries(mock)] == [(3, "DELETE"), (4, "GET")]


def row(path: str = "/") -> Row:
    return Row(at=0.0, kind="data", method="GET", path=path, query={}, status=200)


def test_the_oldest_rows_go_when_there_are_too_many() -> None:
    journal = Journal(kept=3)
    for n in range(5):
        journal.add(row(f"/{n}"))
    assert [(r.id, r.path) for r in journal.rows()] == [(3, "/2"), (4, "/3"), (5, "/4")]
    assert journal.newest == 5


def test_a_row_is_numbered_when_it_ends_so_that_no_reader_misses_it() -> None:
    journal = Journal()
    slow, quick = row("/slow"), row("/quick")
    journal.add(quick)
    read = journal.newest
    journal.add(slow)
    assert [r.path for r in journal.rows(since=read)] == ["/slow"]


def test_large_bodies_are_not_kept(mock: Mock) -> None:
    for size, kept in ((KEPT_BODY - 2, True), (KEPT_BODY + 1, False)):
        sent = json.dumps("x" * (size - 2))
        mock.client.post("/oauth/tokens", data=sent, content_type="application/json")
        assert (entries(mock)[-1]["request"]["body"] is not None) == kept
    mock.reader().ask("/v3.0/users")
    assert entries(mock)[-1]["response"]["body"] is None


def test_bodies_that_are_neither_json_nor_forms_are_told_by_their_size(mock: Mock) -> None:
    for content_type, body, shown in (
        ("text/plain", b"secret", "6 bytes of text/plain"),
        ("", b"secret", "6 bytes of no stated type"),
        ("application/json", b"{secret", "7 bytes that are not application/json"),
        ("application/x-www-form-urlencoded", b"\xff", "1 bytes that are not application/x-www-form-urlencoded"),
    ):
        mock.client.post("/oauth/tokens", data=body, content_type=content_type)
        assert entries(mock)[-1]["request"]["body"] == shown


# Masks.


def test_a_mask_shows_four_characters_and_a_fingerprint() -> None:
    assert masked("abcdefghij") == "abcd…#72399361"
    assert masked("12345678") == "…#ef797c81"


@given(
    st.text(min_size=9),
    st.sampled_from(sorted(SECRET_KEYS - {"cookie"})),
    st.sampled_from([str.upper, str.title, str.lower]),
)
def test_a_secret_is_never_in_what_is_shown_of_it(secret: str, name: str, case: Any) -> None:
    for shown in (
        masked_text(case(name), secret),
        masked_value("", {case(name): secret})[case(name)],
        masked_value("", [{"x": {case(name): [secret]}}])[0]["x"][case(name)][0],
    ):
        assert secret not in shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Cookie", "a=secretsecret; b=c", "a=secr…#5f7365c0; b=…#2e7d2c03"),
        ("Cookie", "secretsecret", "secr…#5f7365c0"),
        ("Set-Cookie", "s=secretsecret; Path=/; HttpOnly", "s=secr…#5f7365c0; Path=/; HttpOnly"),
        ("Authorization", "Bearer secretsecret", "Bearer secr…#5f7365c0"),
        ("Authorization", "secretsecret", "secr…#5f7365c0"),
        ("Location", "http://x/?code=secretsecret&state=s", "http://x/?code=secr…#5f7365c0&state=s"),
        ("redirect", "http://x/#access_token=secretsecret", "http://x/#access_token=secr…#5f7365c0"),
        ("password", "", ""),
        ("User-Agent", "code=1", "code=1"),
    ],
)
def test_what_is_masked_in_headers_and_links(name: str, value: str, shown: str) -> None:
    assert masked_text(name, value) == shown
