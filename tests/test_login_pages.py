"""The pages of a login: what a person sees, what the browser is sent, and every way it may end (sso 2, 3, 14)."""

from __future__ import annotations

import pytest
from clients import CALLBACK, OTHER, Browser, Mock, answered, forms_of, soup
from town import ADA, BEN, CLEO, DAN, PAT, ROOT, SOL, TESS, TOWN, UMA
from werkzeug.test import TestResponse

EVERYONE = [ADA, BEN, CLEO, DAN, TESS, UMA, SOL, ROOT]  # but Pat: a contact never logs in


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def page_says(response: TestResponse, status: int, *words: str) -> None:
    """It is a page of Clever's own with these words, and sends the browser nowhere."""
    text = soup(response).get_text(" ", strip=True)
    assert response.status_code == status, text
    assert "Location" not in response.headers
    for word in words:
        assert word in text


def login(mock: Mock, browser: Browser, user: str, **query: str) -> TestResponse:
    return browser.choose(browser.authorize(mock.sso, **query), user)


# Refusals of authorize are pages, never redirects.


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "Invalid client"),
        ({"client_id": ""}, "Invalid client"),
        ({"client_id": "0" * 20}, "Invalid client"),
        ({"client_id": "SSO"}, "Invalid request"),
        ({"client_id": "SSO", "response": "code"}, "Invalid request"),
        ({"client_id": "SSO", "response_type": "token"}, "Invalid request"),
        ({"client_id": "SSO", "response_type": "code", "redirect_uri": ""}, "Unknown redirect URI"),
        ({"client_id": "SSO", "response_type": "code", "redirect_uri": CALLBACK + "/"}, "Unknown redirect URI"),
        ({"client_id": "SSO", "response_type": "code", "redirect_uri": CALLBACK + "?a=b"}, "Unknown redirect URI"),
        ({"client_id": "SSO", "response_type": "code", "redirect_uri": CALLBACK.upper()}, "Unknown redirect URI"),
        ({"client_id": "SSO", "response_type": "code", "redirect_uri": "//evil.example"}, "Unknown redirect URI"),
        ({"client_id": "SSO", "response_type": "code", "district_id": ADA}, "Unknown district"),
    ],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_request_clever_cannot_serve_stops_on_a_page(
    query: dict[str, str], words: str, signed_in: bool, mock: Mock, browser: Browser
) -> None:
    if signed_in:
        login(mock, browser, ADA)
    sent = {name: mock.sso.client_id if value == "SSO" else value for name, value in query.items()}
    for path in ("/oauth/authorize", "/oauth/login"):
        page_says(browser.client.get(path, query_string=sent), 400, words)


def test_an_application_without_redirect_uris_is_told_to_register_one(mock: Mock, browser: Browser) -> None:
    app = mock.control("POST", "apps", {"name": "Bare", "products": ["sso"]}, 201)
    page_says(browser.authorize(mock.world.apps[app["client_id"]]), 400, "No redirect URI", "POST /_mock/apps")


# The way in.


def test_authorize_leads_to_the_login_page_with_what_was_asked(mock: Mock, browser: Browser) -> None:
    asked = {"response_type": "code", "client_id": mock.sso.client_id, "redirect_uri": OTHER, "state": "s t&a=b"}
    asked |= {"district_id": TOWN}
    response = browser.client.get(
        "/oauth/authorize", query_string=asked | {"scope": "x", "skip": "1", "prompt": "n"}
    )
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/oauth/login?")
    assert answered(response.headers["Location"]) == asked
    assert response.headers["Cache-Control"] == "no-store"


def test_the_login_page_offers_everyone_who_can_log_in(mock: Mock, browser: Browser) -> None:
    page = browser.authorize(mock.sso)
    assert page.status_code == 200
    everyone = soup(page).select("ul.people:not(.personas) input[name=user]")
    assert [str(person["value"]) for person in everyone] == EVERYONE
    assert {*forms_of(page)} == {*EVERYONE}
    text = soup(page).get_text(" ", strip=True)
    for words in ("Log in to Example Login", "Ada Ñandú", "Ben O'Hare", "grade 9", "Ash, Birch", "two schools"):
        assert words in text


def test_every_form_works_without_script_and_carries_the_whole_request(mock: Mock, browser: Browser) -> None:
    page = browser.authorize(mock.sso, state="xyz", redirect_uri=OTHER, district_id=TOWN, return_unshared="true")
    scripts = [str(script["src"]) for script in soup(page).find_all("script")]
    assert scripts == ["/_mock/static/suggest.js", "/_mock/static/people.js"]
    forms = soup(page).find_all("form")
    assert len(forms) == len(soup(page).select("input[name=user]")) + 2
    for form in forms:
        sent = {str(i["name"]): str(i.get("value", "")) for i in form.find_all("input")}
        assert sent["client_id"] == mock.sso.client_id
        assert (sent["response_type"], sent["state"], sent["redirect_uri"]) == ("code", "xyz", OTHER)
        assert (sent["district_id"], sent["return_unshared"]) == (TOWN, "true")
        assert form.find("button") is not None
        assert ("csrf" in sent) == (form["method"] == "post")


def test_choosing_a_person_sends_the_browser_back_with_a_code(mock: Mock, browser: Browser) -> None:
    response = login(mock, browser, UMA, state="xyz")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{CALLBACK}?code=")
    sent = answered(response.headers["Location"])
    assert list(sent) == ["code", "scope", "state"]
    assert sent["state"] == "xyz"
    token = mock.exchange(sent["code"], mock.sso).get_json()["access_token"]
    me = mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert me["data"]["id"] == UMA


def test_state_is_there_only_when_it_was_sent(mock: Mock, browser: Browser) -> None:
    assert "state" not in answered(login(mock, browser, ADA).headers["Location"])
    assert answered(login(mock, Browser(mock.app), ADA, state="").headers["Location"])["state"] == ""


def test_a_query_in_the_redirect_uri_is_kept(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "redirect_uris": [CALLBACK + "?tenant=1"]})
    location = login(mock, browser, ADA).headers["Location"]
    assert location.startswith(CALLBACK + "?tenant=1&code=")


# Search, and passwords.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ñandú", [ADA]),
        ("ADA", [ADA]),
        ("o'hare", [BEN]),
        ("user12", [BEN]),
        ("grade 9", [ADA, BEN]),
        ("10", [CLEO]),
        ("teacher", [TESS, UMA]),
        ("teacher birch", [UMA]),
        ("two schools", [ADA, UMA]),
        ("several roles", [UMA]),
        ("no email", [ADA]),
        ("no sections", [DAN]),
        ("birch two schools", [ADA, UMA]),
        (CLEO, [CLEO]),
        ("cleo@example.org", [CLEO]),
        ("pat", []),
        ("<b>nobody</b>", []),
    ],
)
def test_search_finds_people_by_any_word_about_them(
    text: str, found: list[str], mock: Mock, browser: Browser
) -> None:
    form = soup(browser.authorize(mock.sso)).select_one("form.search")
    assert form is not None
    page = browser.submit(form, q=text)
    assert page.status_code == 200
    assert [str(person["value"]) for person in soup(page).select("input[name=user]")] == found
    if found:
        assert browser.choose(page, found[0]).status_code == 302


@pytest.mark.parametrize(
    ("username", "password", "user"),
    [
        ("11", "11", ADA),
        ("user12", "user12", BEN),
        ("21", "21", TESS),
        ("41", "41", SOL),
        ("root@example.org", "root@example.org", ROOT),
    ],
)
def test_sandbox_credentials(username: str, password: str, user: str, mock: Mock, browser: Browser) -> None:
    response = browser.type_in(browser.authorize(mock.sso), username, password)
    assert response.status_code == 302
    token = mock.exchange(answered(response.headers["Location"])["code"], mock.sso).get_json()["access_token"]
    assert (
        mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"}).get_json()["data"]["id"] == user
    )


@pytest.mark.parametrize(
    ("username", "password"), [("11", "12"), ("nobody", "nobody"), ("", ""), (ADA, ADA), ("11", "")]
)
def test_wrong_credentials_show_the_page_again(username: str, password: str, mock: Mock, browser: Browser) -> None:
    page = browser.type_in(browser.authorize(mock.sso, state="s"), username, password)
    page_says(page, 401, "Invalid username or password")
    assert browser.choose(page, ADA).status_code == 302


def test_a_password_of_one_s_own_takes_the_place_of_the_number(mock: Mock, browser: Browser) -> None:
    change = {"type": "record.update", "kind": "users", "id": ADA, "set": {"password": "sesame"}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})
    page_says(browser.type_in(browser.authorize(mock.sso), "11", "11"), 401, "Invalid username or password")
    assert browser.type_in(browser.authorize(mock.sso), "11", "sesame").status_code == 302


# Clever's own session.


def test_someone_signed_in_to_clever_is_sent_on_at_once(mock: Mock, browser: Browser) -> None:
    first = login(mock, browser, ADA)
    again = browser.authorize(mock.sync, state="z")
    assert again.status_code == 302
    sent = answered(again.headers["Location"])
    assert sent["state"] == "z"
    assert sent["code"] != answered(first.headers["Location"])["code"]
    assert mock.exchange(sent["code"], mock.sync).status_code == 200


def test_signing_out_of_clever_ends_the_session(mock: Mock, browser: Browser) -> None:
    login(mock, browser, ADA)
    page_says(browser.client.get("/logout"), 200, "signed out")
    assert browser.client.get_cookie("clever_session") is None
    assert browser.authorize(mock.sso).status_code == 200


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(mock: Mock, browser: Browser) -> None:
    login(mock, browser, ADA)
    cookie = browser.client.get_cookie("clever_session")
    assert cookie is not None
    browser.client.get("/logout")
    browser.client.set_cookie("clever_session", cookie.value)
    assert browser.authorize(mock.sso).status_code == 200


def test_a_session_lives_two_hours_from_the_login(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "clock", {"freeze": True})
    login(mock, browser, ADA)
    mock.control("POST", "clock", {"advance": "PT2H"})
    assert browser.authorize(mock.sso).status_code == 302
    mock.control("POST", "clock", {"advance": "PT1S"})
    assert browser.authorize(mock.sso).status_code == 200


def test_a_session_of_someone_who_is_gone_leads_to_the_login_page(mock: Mock, browser: Browser) -> None:
    login(mock, browser, ADA)
    gone = {"type": "record.remove", "kind": "users", "id": ADA}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [gone]})
    assert browser.authorize(mock.sso).status_code == 200


def test_cookies_are_not_for_scripts_nor_for_other_sites(mock: Mock, browser: Browser) -> None:
    page = browser.authorize(mock.sso, district_id=TOWN)
    for response, name in ((page, "clever_csrf"), (browser.choose(page, ADA), "clever_session")):
        [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith(f"{name}=")]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie


# Instant Login.


def test_an_instant_login_link_uses_the_primary_uri_and_no_state(mock: Mock, browser: Browser) -> None:
    query = {"client_id": mock.sso.client_id, "district_id": TOWN, "redirect_uri": OTHER, "state": "x"}
    page = browser.open("/oauth/instant-login", **query)
    assert list(answered(browser.choose(page, ADA).headers["Location"])) == ["code", "scope"]
    location = browser.client.get("/oauth/instant-login", query_string=query).headers["Location"]
    assert location.startswith(f"{CALLBACK}?code=")


@pytest.mark.parametrize(
    "query",
    [{}, {"client_id": "SSO"}, {"client_id": "SSO", "district_id": ADA}, {"client_id": "x", "district_id": TOWN}],
)
def test_an_instant_login_link_names_client_and_district(
    query: dict[str, str], mock: Mock, browser: Browser
) -> None:
    sent = {name: mock.sso.client_id if value == "SSO" else value for name, value in query.items()}
    page_says(browser.client.get("/oauth/instant-login", query_string=sent), 400)


# People who may not use the application.


def unlaunch(mock: Mock) -> None:
    mock.control("PATCH", f"connections/{mock.connection(mock.sso)}", {"launched": False})


def disconnect(mock: Mock) -> None:
    mock.control("PATCH", f"connections/{mock.connection(mock.sso)}", {"connected": False})


def unshare(mock: Mock) -> None:
    mock.share(mock.sso, type="everything", **{"except": [ADA]})


def unsupport(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "supported_user_types": ["teacher"]})


def before_the_launch(mock: Mock) -> None:
    mock.control("POST", "clock", {"set": "2026-05-09T23:00:00Z"})


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (unlaunch, "This app has not launched yet"),
        (before_the_launch, "2026-05-10"),
        (disconnect, "Your district has removed this app"),
        (unshare, "You do not have access to this app"),
        (unsupport, "This app does not support your account"),
    ],
)
def test_a_person_who_may_not_use_the_app_stays_on_clever_s_page(
    happens: object, words: str, mock: Mock, browser: Browser
) -> None:
    page = browser.authorize(mock.sso, state="s")
    back = browser.authorize(mock.sso, state="s", return_unshared="true")
    session = Browser(mock.app)
    login(mock, session, ADA)
    happens(mock)  # type: ignore[operator]
    page_says(browser.choose(page, ADA), 403, words)
    page_says(session.authorize(mock.sso), 403, words)
    location = browser.choose(back, ADA).headers["Location"]
    assert location == f"{CALLBACK}?error=unauthorized-user&state=s"
    status, message = mock.refused("POST", "login", {"user": ADA})
    assert (status, words in message) == (403, True)


def test_a_contact_can_never_log_in(mock: Mock, browser: Browser) -> None:
    form = forms_of(browser.authorize(mock.sso))[ADA]
    page_says(browser.submit(form, user=PAT), 403, "does not support your account")


def test_those_who_are_not_shared_are_marked(mock: Mock, browser: Browser) -> None:
    unshare(mock)
    page = browser.authorize(mock.sso)
    marked = {id for id, form in forms_of(page).items() if "unshared" in form.get_text()}
    assert marked == {ADA}


# Nothing a stranger can do.


@pytest.mark.parametrize("csrf", ["", "guess", None])
def test_a_form_from_elsewhere_logs_nobody_in(csrf: str | None, mock: Mock, browser: Browser) -> None:
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "user": ADA}
    sent |= {"csrf": csrf} if csrf is not None else {}
    page_says(browser.client.post("/oauth/login", data=sent), 403, "This form has expired")
    browser.authorize(mock.sso)
    page_says(browser.client.post("/oauth/login", data=sent), 403, "This form has expired")


def test_a_form_of_another_browser_logs_nobody_in(mock: Mock, browser: Browser) -> None:
    form = forms_of(browser.authorize(mock.sso))[ADA]
    other = Browser(mock.app)
    other.authorize(mock.sso)
    page_says(other.submit(form), 403, "This form has expired")


def test_a_changed_form_cannot_lead_elsewhere(mock: Mock, browser: Browser) -> None:
    form = forms_of(browser.authorize(mock.sso))[ADA]
    page_says(browser.submit(form, redirect_uri="http://evil.example"), 400, "Unknown redirect URI")
    page_says(browser.submit(form, client_id="x"), 400, "Invalid client")
    assert browser.submit(form, user="nobody").status_code == 401


EVIL = "</title><script>alert('x')</script><img src=x onerror=alert(1)>\"'"


def test_names_are_text_wherever_they_are_shown(mock: Mock, browser: Browser) -> None:
    changes = [
        {
            "type": "record.update",
            "kind": "users",
            "id": ADA,
            "set": {
                "name": {"first": EVIL, "middle": EVIL, "last": EVIL},
                "email": EVIL,
                "roles": {"student": {"grade": EVIL, "student_number": EVIL}},
            },
        },
        {"type": "record.update", "kind": "schools", "id": "6a000000000000000000aa01", "set": {"name": EVIL}},
        {"type": "record.update", "kind": "districts", "id": TOWN, "set": {"name": EVIL}},
    ]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "name": EVIL})
    page = browser.authorize(mock.sso, state=EVIL)
    search = soup(page).select_one("form.search")
    assert search is not None
    found = browser.submit(search, q=EVIL)
    unshare(mock)
    refusal = browser.choose(page, ADA)
    unknown = browser.authorize(mock.sso, redirect_uri=EVIL)
    for shown in (page, found, refusal, unknown):
        assert all("src" in script.attrs for script in soup(shown).find_all("script"))
        assert "<script>" not in shown.get_data(as_text=True)
        assert "<img" not in shown.get_data(as_text=True)
        assert EVIL in soup(shown).get_text()


def test_every_page_says_that_nobody_may_frame_sniff_or_keep_it(mock: Mock, browser: Browser) -> None:
    page = browser.authorize(mock.sso)
    pages = [page, browser.choose(page, ADA), browser.authorize(mock.sso)]
    pages += [browser.open("/oauth/authorize"), browser.client.get("/logout")]
    assert [response.status_code for response in pages] == [200, 302, 302, 400, 200]
    for response in pages:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"


def test_the_stylesheet_is_the_mock_s_own(mock: Mock, browser: Browser) -> None:
    sheet = soup(browser.authorize(mock.sso)).select_one("link[rel=stylesheet]")
    assert sheet is not None
    with browser.client.get(str(sheet["href"])) as response:
        assert (response.status_code, response.mimetype) == (200, "text/css")
    with browser.client.get("/_mock/static/../../app.py") as response:
        assert response.status_code == 404


def test_the_first_page_says_where_to_go(mock: Mock) -> None:
    page = mock.client.get("/")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    links = [str(link["href"]) for link in soup(page).find_all("a")]
    assert "/_mock/env" in links
    assert all(mock.client.get(link, follow_redirects=True).status_code == 200 for link in links)
    mock.control("POST", "worlds", {"name": "lab"}, status=201)
    assert 'href="/w/lab/_mock/env"' in mock.client.get("/w/lab/").get_data(as_text=True)


def test_a_browser_that_looks_for_an_icon_is_not_refused(mock: Mock) -> None:
    assert mock.client.get("/favicon.ico").status_code == 204
