"""Against the real mock, over HTTP: the Library from the first consent to a district that connects, and OpenID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from clients import Mock
from flask.testing import FlaskClient
from town import ADA, ALGEBRA_ASH, BEN, BIOLOGY_ASH, BIOLOGY_BIRCH, CLEO, TESS, TOWN, UMA

from mock_clever.serving import running
from vendor_app.app import create_app
from vendor_app.config import CALLBACK, LIBRARY_CALLBACK, from_environment

HERE = "http://localhost"


class Reader:
    """The vendor app beside a mock: people come in by its own links, the mock's pages are taken as done."""

    def __init__(self, mock: Mock, url: str) -> None:
        self.mock = mock
        for app, path in ((mock.sso, CALLBACK), (mock.library, LIBRARY_CALLBACK)):
            mock.control("POST", "apps", {"client_id": app.client_id, "redirect_uris": [HERE + path]})
        env = mock.control("GET", "env") | {"MOCK_CLEVER_URL": url, "CLEVER_REDIRECT_URI": HERE + CALLBACK}
        self.app = create_app(from_environment(env, probe=True, openid=True), background=lambda work: work())

    def come(self, user: str, door: str = "/signup", browser: FlaskClient | None = None) -> FlaskClient:
        """A whole login from that link."""
        browser = browser or self.app.test_client()
        wanted = parse_qs(urlsplit(browser.get(door).location or "").query)
        sent = {
            name: wanted[name][0] for name in ("client_id", "redirect_uri", "state", "nonce") if name in wanted
        }
        redirect = self.mock.control("POST", "login", {"user": user, **sent})["redirect"]
        assert browser.get(redirect.removeprefix(HERE)).location == "/home"
        return browser

    def see(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.app.test_client().get(f"/probe/{what}").get_json()[what]
        return found

    def active(self, kind: str) -> set[str]:
        return {one["clever_id"] for one in self.see(kind) if one["status"] == "active"}

    def ties(self) -> set[tuple[str, str]]:
        return {(one["section"], one["user"]) for one in self.see("enrollments") if one["status"] == "active"}


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture
def reader(mock: Mock) -> Iterator[Reader]:
    with running(mock.app) as clever:
        reader = Reader(mock, clever.url)
        yield reader
        reader.app.extensions["vendor"].store.close()


def test_from_the_first_consent_to_a_student_of_two_teachers(reader: Reader) -> None:
    home = reader.come(TESS).get("/home").text
    assert "Signed in as Tess Berg" in home and "Algebra 1" in home and "Biology" in home
    assert reader.active("users") == {TESS, ADA, BEN}
    assert reader.active("sections") == {ALGEBRA_ASH, BIOLOGY_ASH}
    ada = reader.come(ADA)
    assert "Signed in as Ada Ñ" in ada.get("/home").text
    reader.come(UMA)
    assert {(ALGEBRA_ASH, ADA), (BIOLOGY_BIRCH, ADA), (BIOLOGY_BIRCH, CLEO)} <= reader.ties()
    assert {one["name"] for one in reader.see("users") if one["clever_id"] == ADA} == {"Ada Ñ"}


def test_a_change_arrives_by_the_button_and_a_token_ends_after_a_day(reader: Reader, mock: Mock) -> None:
    browser = reader.come(TESS)

    def sync() -> str:
        csrf = browser.get("/home").text.partition('name="csrf" value="')[2].partition('"')[0]
        return browser.post("/classes/sync", data={"csrf": csrf}).location or ""

    change = {"type": "record.update", "kind": "sections", "id": ALGEBRA_ASH, "set": {"name": "Algebra II"}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})
    assert sync() == "/home?classes=read" and "Algebra II" in browser.get("/home").text
    mock.control("POST", "clock", {"advance": "P2D"})
    assert sync() == "/signup"
    reader.come(TESS, browser=browser)
    assert sync() == "/home?classes=read"


def test_the_journal_of_a_library_login_holds_no_finding_and_no_district(reader: Reader, mock: Mock) -> None:
    reader.come(TESS)
    rows = mock.control("GET", "journal")["entries"]
    asked = [(row["method"], row["path"]) for row in rows if row["path"].startswith(("/v3", "/oauth/tokens"))]
    assert asked == [
        ("POST", "/oauth/tokens"),
        *(("GET", f"/v3.1/{rest}") for rest in ("me", f"users/{TESS}", f"users/{TESS}/sections")),
        *(("GET", f"/v3.1/sections/{section}/users") for section in (ALGEBRA_ASH, BIOLOGY_ASH)),
    ]
    assert [found for row in rows for found in row["findings"]] == []


def test_a_district_that_connects_later_finds_the_same_account(reader: Reader) -> None:
    reader.come(TESS)
    before = {one["clever_id"]: one["internal_id"] for one in reader.see("users")}
    told = reader.app.test_client().post("/probe/sync", json={"mode": "full"}).get_json()
    assert told["status"] == "success"
    after = {one["clever_id"]: one for one in reader.see("users")}
    assert before.items() <= {id: one["internal_id"] for id, one in after.items()}.items()
    assert after[ADA]["name"].startswith("Ada Ñ") and len(after[ADA]["name"]) > len("Ada Ñ")
    home = reader.come(TESS, "/login").get("/home").text
    assert "Signed in as Tess Berg" in home and "Sync classes" not in home and "Roster" in home


def test_openid_connect_with_the_real_keys_also_after_they_turned(reader: Reader, mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "oidc": True})
    for keep in (None, False):
        if keep is not None:
            mock.control("POST", "keys/rotate", {"keep": keep})
        assert "Signed in as Tess Berg" in reader.come(TESS, "/login").get("/home").text
    exchanged = [row for row in mock.control("GET", "journal")["entries"] if row["path"] == "/oauth/tokens"]
    assert len(exchanged) == 2 and all("id_token" in str(row["response"]) for row in exchanged)
    asked = [row["path"] for row in mock.control("GET", "journal")["entries"]]
    assert asked.count("/oauth/certs") == 2 and asked.count("/.well-known/openid-configuration") == 1
