"""Finding the person to be: what the login page's search, its odd cases and its deep link do."""

from __future__ import annotations

from typing import Any

import pytest
from clients import CALLBACK, OTHER, Browser, Mock, answered, soup
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from town import ADA, ALGEBRA_ASH, ASH, BEN, CLEO, DAN, ROOT, SOL, TESS, TOWN, UMA, town
from werkzeug.test import TestResponse

from mock_clever import directory
from mock_clever.directory import Directories, Directory, fold
from mock_clever.model import Name
from mock_clever.people import QUIRKS


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def found(mock: Mock, browser: Browser, text: str) -> list[str]:
    """The ids of the people a search shows, in its order."""
    asked = {"response_type": "code", "client_id": mock.sso.client_id, "q": text}
    shown = soup(browser.client.get("/oauth/login", query_string=asked)).select("#results input[name=user]")
    return [str(button["value"]) for button in shown]


# The search.


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("ada", [ADA]),
        ("ADA ñandú", [ADA]),
        ("nandu", [ADA]),
        ("o'hare", [BEN]),
        (BEN, [BEN]),
        (BEN.upper(), [BEN]),
        ("user13", [CLEO]),
        ("13", [CLEO]),
        ("cleo@example.org", [CLEO]),
        ("birch", [ADA, CLEO, UMA]),
        ("birch student", [ADA, CLEO]),
        ("student birch", [ADA, CLEO]),
        ("grade 9", [ADA, BEN]),
        ("grade 1", []),
        ("Grade 10 birch", [CLEO]),
        ("teacher", [TESS, UMA]),
        ("district admin", [UMA, ROOT]),
        ("staff", [SOL]),
        ("two schools", [ADA, UMA]),
        ("no email", [ADA]),
        ("no email two schools ada", [ADA]),
        ("co-taught", [ADA, BEN, TESS, UMA]),
        ("no sections", [DAN]),
        ("several roles", [UMA]),
        ("not ascii student", [ADA]),
        ("many sections", []),
        ("right to left", []),
        ("nobody at all", []),
        ("%s", []),
        ("<b>", []),
    ],
)
def test_every_word_and_every_oddity_is_looked_for(
    text: str, people: list[str], mock: Mock, browser: Browser
) -> None:
    assert found(mock, browser, text) == people


def test_people_out_of_reach_are_found_by_that(mock: Mock, browser: Browser) -> None:
    assert found(mock, browser, "unshared") == []
    mock.share(mock.sso, type="everything", **{"except": [ADA, BEN]})
    assert found(mock, browser, "unshared") == [ADA, BEN]
    assert found(mock, browser, "unshared two schools") == [ADA]
    everywhere = [row["id"] for row in mock.control("GET", "people?q=unshared")["people"]]
    assert everywhere == []  # the other application still sees them
    mock.share(mock.sync, type="everything", **{"except": [ADA]})
    assert [row["id"] for row in mock.control("GET", "people?q=unshared")["people"]] == [ADA]


@pytest.mark.parametrize("quirk", ["two schools", "no email", "no sections", "co-taught", "unshared", "long name"])
def test_every_odd_case_is_a_link(quirk: str, mock: Mock, browser: Browser) -> None:
    page = soup(browser.authorize(mock.sso, state="s&t"))
    [link] = [a for a in page.select(".odd a") if a.get_text() == quirk]
    led = browser.client.get(str(link["href"]))
    field = soup(led).select_one("input[name=q]")
    assert (led.status_code, field is not None and field["value"]) == (200, quirk)
    assert soup(led).select_one("input[name=state]")["value"] == "s&t"  # type: ignore[index]


def test_every_quirk_is_offered(mock: Mock, browser: Browser) -> None:
    offered = [a.get_text() for a in soup(browser.authorize(mock.sso)).select(".odd a")]
    assert offered == [*QUIRKS, "unshared"]


def test_a_search_follows_what_happens_in_the_district(mock: Mock, browser: Browser) -> None:
    assert found(mock, browser, "xaver") == []
    changes: list[dict[str, Any]] = [
        {"type": "record.update", "kind": "users", "id": BEN, "set": {"name": {"first": "Xaver"}}},
        {"type": "record.update", "kind": "schools", "id": ASH, "set": {"name": "Oak"}},
    ]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    assert found(mock, browser, "xaver oak") == [BEN]
    assert found(mock, browser, "ash") == []


# The directory behind it.


LETTERS = st.text(st.characters(codec="utf-8"), max_size=6)


@given(names=st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=8), word=LETTERS, lines=st.integers(1, 3))
def test_a_directory_finds_whom_a_plain_look_finds(names: list[tuple[str, str]], word: str, lines: int) -> None:
    before = directory.LINES
    directory.LINES = lines
    try:
        base = town()
        users = [
            structs.replace(base.users[BEN], id=f"{n:024x}", name=Name(first=first, last=last), email=None)
            for n, (first, last) in enumerate(names, 0xB0)
        ]
        words = fold(word).split()
        people = Directory(base.replace(users=users))
        plain = [u.id for u in users if all(any(w in fold(t or "") for t in said(u)) for w in words)]
        assert [user.id for user in people.having(words)] == plain
    finally:
        directory.LINES = before


def said(user: Any) -> list[str]:
    return [user.id, user.name.first, user.name.last, "student", "grade 9", "12", "user12", "Ash"]


def test_what_did_not_change_is_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "LINES", 2)
    written: list[str] = []
    line = directory._line
    monkeypatch.setattr(directory, "_line", lambda user, places: (written.append(user.id), line(user, places))[1])
    first, directories = town(), Directories()
    assert list(directories.of(first).having(["nobody"])) == []
    assert written == list(first.users.ids)
    written.clear()
    changed = structs.replace(first.users[DAN], name=Name(first="Nobody"))
    second = first.replace(users=first.users.with_([changed]))
    assert [user.id for user in directories.of(second).having(["nobody"])] == [DAN]
    assert written == [CLEO, DAN]  # the block of two that he is in
    assert directories.of(second) is directories.of(second)


def test_a_name_to_log_in_with_is_found_to_the_letter() -> None:
    people = Directory(town())
    assert [user.id for user in people.named("user11")] == [ADA]
    assert [user.id for user in people.named("11")] == [ADA]
    assert [user.id for user in people.named(ROOT)] == [ROOT]
    assert [user.id for user in people.named("root@example.org")] == [ROOT]
    for name in ("User11", "user1", "ada", "", " ", "\t", "student", "tess@example.org"):
        assert list(people.named(name)) == []


# The deep link.


def link(mock: Mock, browser: Browser, **query: str) -> TestResponse:
    sent = {"client_id": mock.sso.client_id, "user": "11"} | query
    return browser.client.get("/_mock/login-as", query_string={k: v for k, v in sent.items() if v})


def test_a_link_to_one_person_needs_one_press(mock: Mock, browser: Browser) -> None:
    page = link(mock, browser, state="s", redirect_uri=OTHER)
    assert page.status_code == 200
    [form] = soup(page).find_all("form")
    button = form.find("button")
    assert button is not None and button.get_text() == "Log in as Ada Ñandú" and button.has_attr("autofocus")
    back = browser.submit(form).headers["Location"]
    assert back.startswith(f"{OTHER}?code=")
    assert answered(back)["state"] == "s"
    token = mock.exchange(answered(back)["code"], mock.sso, OTHER).get_json()["access_token"]
    me = mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert me["data"]["id"] == ADA


def test_opening_the_link_signs_nobody_in(mock: Mock, browser: Browser) -> None:
    page = link(mock, browser)
    assert "clever_session" not in " ".join(page.headers.getlist("Set-Cookie"))
    assert browser.client.get("/library").headers["Location"] == "/login"
    form = soup(page).find("form")
    assert form is not None
    stranger = Browser(mock.app)
    refused = stranger.submit(form)  # the form of another browser
    assert (refused.status_code, "This form has expired" in soup(refused).get_text()) == (403, True)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"user": "nobody"}, 404, "Nobody has that name"),
        ({"user": ""}, 404, "Nobody has that name"),
        ({"client_id": "x"}, 400, "Invalid client"),
        ({"redirect_uri": "https://evil.example/"}, 400, "Unknown redirect URI"),
        ({"district_id": ADA}, 400, "Unknown district"),
        ({"response_type": "none"}, 400, "Invalid request"),
    ],
)
def test_a_link_that_leads_nowhere_says_why(
    query: dict[str, str], status: int, words: str, mock: Mock, browser: Browser
) -> None:
    page = link(mock, browser, **query)
    assert (page.status_code, words in soup(page).get_text()) == (status, True)


def test_a_link_says_beforehand_who_will_be_refused(mock: Mock, browser: Browser) -> None:
    mock.share(mock.sso, type="nothing")
    page = link(mock, browser)
    assert "They will be refused: You do not have access to this app" in soup(page).get_text()


# Without a browser.


def test_a_login_without_a_browser_tells_who_it_was(mock: Mock) -> None:
    told = mock.control("POST", "login", {"user": "11", "client_id": mock.sso.client_id, "state": "s"})
    assert told["redirect"].startswith(f"{CALLBACK}?code=")
    assert told["user"] == {
        "id": ADA,
        "district": TOWN,
        "name": "Ada Ñandú",
        "email": None,
        "roles": ["student"],
        "username": "11",
        "password": "11",
        "grade": "9",
        "schools": ["Ash", "Birch"],
        "quirks": ["two schools", "no email", "co-taught", "not ascii"],
    }


def test_a_login_without_a_browser_may_be_sent_back(mock: Mock) -> None:
    mock.share(mock.sso, type="nothing")
    sent = {"user": ADA, "client_id": mock.sso.client_id}
    assert mock.refused("POST", "login", sent)[0] == 403
    told = mock.control("POST", "login", sent | {"return_unshared": True, "state": "s"})
    assert told["redirect"] == f"{CALLBACK}?error=unauthorized-user&state=s"


def test_a_login_without_a_browser_is_of_one_role_and_district(mock: Mock) -> None:
    def role(**sent: str) -> str:
        told = mock.control("POST", "login", {"user": UMA, "client_id": mock.sso.client_id, **sent})
        token = mock.exchange(answered(told["redirect"])["code"], mock.sso).get_json()["access_token"]
        me = mock.client.get("/v2.1/me", headers={"Authorization": f"Bearer {token}"}).get_json()
        return str(me["type"])

    assert (role(), role(role="district_admin"), role(district=TOWN)) == ("teacher", "district_admin", "teacher")
    assert mock.refused("POST", "login", {"user": UMA, "district": ALGEBRA_ASH})[0] == 404
    other = mock.control("POST", "districts", {"preset": "tiny"}, 201)["id"]
    assert mock.refused("POST", "login", {"user": UMA, "district": other})[0] == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_no_page_of_another_origin_logs_in_through_a_browser(origin: str, mock: Mock) -> None:
    refused = mock.client.post("/_mock/login", json={"user": ADA}, headers={"Origin": origin})
    assert refused.status_code == 403
    assert mock.client.post("/_mock/login", json={"user": ADA}).status_code == 200
