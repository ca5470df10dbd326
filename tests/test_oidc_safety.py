"""The endpoints programs log in by, sent anything: no 5xx, no secret that shows, no code that can be guessed."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from clients import CALLBACK, Mock
from hypothesis import example, given
from hypothesis import strategies as st
from town import ADA, TESS

from mock_clever.api import asking
from mock_clever.ids import same

KINDS = (
    *("application/json", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "text/plain"),
    *("application/json; charset=\xff", "multipart/form-data; boundary=x", 'application/json; charset="', ""),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("grant_type", "code", "redirect_uri", "client_id", "client_secret", "owner_type", "district")
WORDS = st.sampled_from(
    ["authorization_code", "district", "password", CALLBACK, "", "\ud800", "\0", "é", "x" * 5000]
)
OBJECTS = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), WORDS | ANYTHING, max_size=8)
BODIES = st.binary(max_size=200) | OBJECTS.map(lambda sent: json.dumps(sent).encode())
HEADERS = st.binary(max_size=80).map(lambda sent: sent.decode("latin-1")) | st.binary(max_size=60).map(
    lambda sent: "Basic " + b64encode(sent).decode()
)
QUERIES = st.text(max_size=40) | st.sampled_from(
    ["grant_type=", "grant_type=authorization_code&grant_type=x", "%ff"]
)


@cache
def one() -> Mock:
    """A mock that may be asked by every example; a mistake of its own is raised, not answered."""
    mock = Mock()
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "oidc": True})
    return mock


def environ(header: str, kind: str, query: str = "") -> dict[str, Any]:
    sent = {"CONTENT_TYPE": kind, "QUERY_STRING": query.encode("utf-8", "replace").decode("latin-1")}
    return sent | ({"HTTP_AUTHORIZATION": header} if header else {})


@given(body=BODIES, header=HEADERS, kind=st.sampled_from(KINDS), query=QUERIES, known=st.booleans())
@example(body=b"[" * 20_000, header="", kind=KINDS[0], query="", known=True)
@example(body=b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}", header="", kind=KINDS[0], query="", known=True)
@example(body=b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", header="", kind=KINDS[0], query="", known=True)
@example(
    body=b'{"client_id":"\\ud800","client_secret":"\\ud800"}', header="", kind=KINDS[0], query="", known=False
)
@example(body=b"code=%ff&code=%00", header="", kind=KINDS[1], query="", known=True)
@example(body=b"client_id=&client_secret=no+such+client", header="", kind=KINDS[1], query="", known=False)
def test_the_token_endpoint_refuses_whatever_is_no_exchange(
    body: bytes, header: str, kind: str, query: str, known: bool
) -> None:
    mock = one()
    if known:
        header = "Basic " + b64encode(f"{mock.sso.client_id}:{mock.sso.client_secret}".encode()).decode()
    sent = environ(header, kind, query)
    answer = mock.client.post("/oauth/tokens", data=body, environ_overrides=sent)
    assert answer.status_code in (400, 401)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    told = answer.get_json()
    assert set(told) <= {"error", "error_description"}
    assert told["error"] in ("invalid_request", "invalid_client", "invalid_grant", "unsupported_grant_type")
    assert (
        (answer.status_code == 401)
        == (told["error"] == "invalid_client")
        == ("WWW-Authenticate" in answer.headers)
    )
    assert mock.control("GET", "journal?kind=oauth")["entries"]  # whatever it was, it can be shown
    mock.control("DELETE", "journal")
    listed = mock.client.get("/oauth/tokens", data=body, environ_overrides=sent)
    assert listed.status_code in ((200, 400) if known else (401,))


@pytest.mark.parametrize("body", [b"[" * 3000, b'{"a":' + b"[" * 3000, b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"])
def test_a_body_as_deep_as_it_gets_is_refused_and_can_be_shown(body: bytes, mock: Mock) -> None:
    """Not among the examples above, for Hypothesis lets Python go deeper."""
    auth = (mock.sso.client_id, mock.sso.client_secret)
    for path in ("/oauth/tokens", "/userinfo"):
        answer = mock.client.post(path, data=body, content_type="application/json", auth=auth)
        assert answer.status_code in (400, 401)
    assert len(mock.control("GET", "journal")["entries"]) == 2


@given(body=BODIES, header=HEADERS, kind=st.sampled_from(KINDS), query=QUERIES, bearer=st.booleans())
@example(body=b"access_token=%ff", header="", kind=KINDS[1], query="", bearer=False)
@example(body=b"", header="Bearer \xff\xfe", kind="", query="access_token=%ff", bearer=False)
def test_userinfo_tells_nobody_without_a_token(
    body: bytes, header: str, kind: str, query: str, bearer: bool
) -> None:
    sent = environ(f"Bearer {header}" if bearer else header, kind, query)
    for method in ("GET", "POST"):
        answer = one().client.open("/userinfo", method=method, data=body, environ_overrides=sent)
        assert (answer.status_code, answer.get_json()["code"]) == (401, 101)


@given(host=st.text(max_size=30), query=QUERIES)
@example(host='"><script>', query="")
@example(host="a b\r\nX: y", query="")
@example(host="[::1", query="")
def test_discovery_and_certs_survive_any_host(host: str, query: str) -> None:
    sent = environ("", "", query) | {"HTTP_HOST": host.encode("utf-8", "replace").decode("latin-1")}
    for path in ("/.well-known/openid-configuration", "/oauth/certs"):
        answer = one().client.get(path, environ_overrides=sent)
        assert answer.status_code in (200, 400, 404)
        assert answer.status_code != 200 or answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert "private" not in answer.get_data(as_text=True)
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(
            (answer.get_json(silent=True) or {}).get("keys", [{}])[0]
        )


def test_a_code_that_differs_anywhere_is_worth_nothing(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    for place in range(0, 40, 3):
        other = code[:place] + ("0" if code[place] != "0" else "1") + code[place + 1 :]
        refused = mock.exchange(other, mock.sso)
        assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    assert mock.exchange(code.upper(), mock.sso).status_code == (200 if code == code.upper() else 400)
    assert mock.exchange(f" {code}", mock.sso).status_code == 400
    assert mock.exchange(code, mock.sso).status_code == 200


def test_codes_and_tokens_say_nothing_of_each_other(mock: Mock) -> None:
    codes = [mock.code(user, mock.sso) for user in (ADA, TESS) for _ in range(20)]
    tokens = [mock.exchange(code, mock.sso).get_json()["access_token"][2:] for code in codes]
    parts = [secret[at : at + 8] for secret in codes + tokens for at in range(0, len(secret) - 7, 8)]
    assert len(set(parts)) == len(parts)  # no eight digits come twice
    assert not any(ADA[-8:] in secret or mock.sso.client_id[:8] in secret for secret in codes + tokens)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was compared in a time that tells nothing."""
    seen: list[str] = []

    def watched(one: str, other: str) -> bool:
        seen.append(one)
        return same(one, other)

    monkeypatch.setattr(asking, "same", watched)
    yield seen


@pytest.mark.parametrize("known", [True, False])
def test_secrets_are_compared_in_a_time_that_tells_nothing(known: bool, mock: Mock, compared: list[str]) -> None:
    """An unknown client costs the same comparison as a known one."""
    client_id = mock.sso.client_id if known else "0" * 20
    mock.client.get("/oauth/tokens", auth=(client_id, "wrong"))
    mock.client.post("/oauth/tokens", data={"client_id": client_id, "client_secret": "wrong"})
    assert compared == ["wrong"] * 3  # Basic as it is and decoded once more, then the body


def test_no_secret_shows_in_the_journal_or_on_the_log(
    mock: Mock, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    app = mock.sso
    mock.control("POST", "apps", {"client_id": app.client_id, "oidc": True})
    basic = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    secrets = [app.client_secret, mock.sync.client_secret, basic]
    for send in ("json", "data"):
        for auth in ((app.client_id, app.client_secret), (app.client_secret, ""), None):
            code = mock.code(TESS, app, nonce="n")
            sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
            own = {"client_id": app.client_id, "client_secret": app.client_secret}
            granted = mock.client.post("/oauth/tokens", **{send: sent | own}, auth=auth)
            assert granted.status_code == 200
            secrets += [code, granted.get_json()["access_token"], granted.get_json()["id_token"]]
    token = secrets[-2]
    mock.client.get(f"/userinfo?access_token={token}")
    mock.client.post("/userinfo", data={"access_token": token})
    mock.client.post(f"/oauth/tokens?client_secret={app.client_secret}&code={secrets[-3]}", json={})
    mock.client.get("/oauth/tokens", auth=(app.client_id, app.client_secret))
    shown = json.dumps(mock.control("GET", "journal")) + caplog.text + "".join(capsys.readouterr())
    assert len(mock.control("GET", "journal")["entries"]) > 10
    assert [secret for secret in secrets if secret in shown] == []
    connection = mock.reader(app).token
    assert connection not in shown
