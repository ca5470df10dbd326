"""The parameters of authorize, the questions asked on the way, and what the browser remembers (sso 2, 3, 14)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from clients import CALLBACK, OTHER, Browser, Mock, answered, soup
from hypothesis import given
from hypothesis import strategies as st
from town import ADA, ROOT, SOL, TESS, TOWN, UMA
from werkzeug.test import TestResponse

from mock_clever.apps import App
from mock_clever.portal.entry import CLEVER


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def login(mock: Mock, browser: Browser, user: str, app: App | None = None, **query: str) -> TestResponse:
    return browser.choose(browser.authorize(app or mock.sso, **query), user)


def asked(mock: Mock, **query: str) -> dict[str, str]:
    return {"response_type": "code", "client_id": mock.sso.client_id} | query


def ask(mock: Mock, browser: Browser, **query: str) -> TestResponse:
    return browser.client.get("/oauth/authorize", query_string=asked(mock, **query))


def says(response: TestResponse, status: int, words: str) -> None:
    assert response.status_code == status
    assert "Location" not in response.headers
    assert words in soup(response).get_text(" ", strip=True)


def set_cookies(response: TestResponse) -> dict[str, str]:
    return {cookie.partition("=")[0]: cookie for cookie in response.headers.getlist("Set-Cookie")}


# Where a login without a session begins.


def test_without_a_district_the_school_picker_is_asked_with_every_parameter(mock: Mock, browser: Browser) -> None:
    sent = asked(mock, redirect_uri=OTHER, state="s t&a=b", nonce="n", return_unshared="true", confirmed="false")
    sent |= {"channel": "clever"}
    response = browser.client.get("/oauth/authorize", query_string=sent | {"scope": "openid", "skip": "1"})
    path, _, _ = response.headers["Location"].partition("?")
    assert (response.status_code, path) == (302, "/oauth/district-picker")
    assert answered(response.headers["Location"]) == sent


def test_a_district_skips_the_picker_and_is_remembered(mock: Mock, browser: Browser) -> None:
    assert ask(mock, browser, district_id=TOWN).headers["Location"].startswith("/oauth/login?")
    browser.client.get(ask(mock, browser, district_id=TOWN).headers["Location"])
    login(mock, browser, ADA)
    browser.client.get("/logout")
    again = ask(mock, browser, state="z").headers["Location"]
    assert again.startswith("/oauth/login?")
    assert answered(again) == asked(mock, redirect_uri=CALLBACK, state="z", district_id=TOWN)


def test_a_district_that_is_gone_is_not_remembered(mock: Mock, browser: Browser) -> None:
    browser.client.set_cookie("clever_district", "6a0000000000000000000000")
    assert ask(mock, browser).headers["Location"].startswith("/oauth/district-picker?")


def test_the_form_of_the_district_admins_lets_only_them_in(mock: Mock, browser: Browser) -> None:
    way = ask(mock, browser, user_type="district_admin", state="s").headers["Location"]
    assert way.startswith("/oauth/district-admin?")
    form = soup(browser.client.get(way)).select_one("form")
    assert form is not None
    for username, password in (("11", "11"), ("root@example.org", "no"), ("tess@example.org", "21")):
        says(browser.submit(form, username=username, password=password), 401, "Invalid username or password")
    location = browser.submit(form, username="root@example.org", password="root@example.org").headers["Location"]
    assert list(answered(location)) == ["code", "scope", "state"]
    token = mock.exchange(answered(location)["code"], mock.sso).get_json()["access_token"]
    me = mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert me["data"]["id"] == ROOT


@pytest.mark.parametrize(
    "other", [{"user_type": "student"}, {"confirmed": "no"}, {"channel": "x"}, {"prompt": "y"}]
)
def test_other_values_and_unknown_parameters_change_nothing(
    other: dict[str, str], mock: Mock, browser: Browser
) -> None:
    assert ask(mock, browser, district_id=TOWN, **other).headers["Location"].startswith("/oauth/login?")
    login(mock, browser, ADA, **other)
    assert answered(ask(mock, browser, **other).headers["Location"]).keys() == {"code", "scope"}


# confirmed


def test_a_signed_in_student_is_asked_whether_it_is_them(mock: Mock, browser: Browser) -> None:
    login(mock, browser, ADA)
    page = ask(mock, browser, confirmed="false", state="s", redirect_uri=OTHER)
    says(page, 200, "Continue as Ada Ñandú")
    form = soup(page).select_one("form")
    assert form is not None
    location = browser.submit(form, answer="continue").headers["Location"]
    assert location.startswith(f"{OTHER}?code=")
    assert answered(location)["state"] == "s"


def test_not_me_signs_out_and_shows_the_login_page(mock: Mock, browser: Browser) -> None:
    login(mock, browser, ADA)
    form = soup(ask(mock, browser, confirmed="false", state="s")).select_one("form")
    assert form is not None
    says(browser.submit(form, answer="other", csrf="forged"), 403, "This form has expired")
    response = browser.submit(form, answer="other")
    assert response.headers["Location"].startswith("/oauth/login?")
    assert answered(response.headers["Location"])["district_id"] == TOWN
    assert browser.client.get_cookie("clever_session") is None
    page = browser.client.get(response.headers["Location"])
    assert answered(browser.choose(page, TESS).headers["Location"])["state"] == "s"


@pytest.mark.parametrize(
    ("user", "confirmed"), [(TESS, "false"), (SOL, "false"), (ROOT, "false"), (ADA, "true"), (ADA, "")]
)
def test_nobody_else_is_asked(user: str, confirmed: str, mock: Mock, browser: Browser) -> None:
    login(mock, browser, user)
    assert "code" in answered(ask(mock, browser, confirmed=confirmed).headers["Location"])


def test_who_has_just_logged_in_is_not_asked(mock: Mock, browser: Browser) -> None:
    assert "code" in answered(login(mock, browser, ADA, confirmed="false").headers["Location"])


# The role of people who have several.


def test_a_role_is_chosen_by_priority(mock: Mock, browser: Browser) -> None:
    login(mock, browser, UMA)
    assert me_v2(mock, ask(mock, browser))["type"] == "teacher"


def test_a_role_is_asked_for_as_before_v3(mock: Mock, browser: Browser) -> None:
    mock.control("PATCH", "settings", {"role_choice": "asked"})
    response = login(mock, browser, UMA, state="s", nonce="n")
    assert response.headers["Location"].startswith("/oauth/role?")
    page = browser.client.get(response.headers["Location"])
    says(page, 200, "Which account?")
    assert [b.get_text() for b in soup(page).select("button[name=role]")] == ["Teacher", "District admin"]
    form = soup(page).select_one("form")
    assert form is not None
    says(browser.submit(form, role="teacher", csrf="forged"), 403, "This form has expired")
    assert browser.submit(form, role="student").headers["Location"].startswith("/oauth/role?")
    back = browser.submit(form, role="district_admin")
    assert answered(back.headers["Location"])["state"] == "s"
    assert me_v2(mock, back)["type"] == "district_admin"
    assert me_v2(mock, ask(mock, browser))["type"] == "district_admin", "asked once in a session"


@pytest.mark.parametrize(("types", "role"), [(["teacher"], "teacher"), (["district_admin"], "district_admin")])
def test_a_role_the_app_does_not_support_is_not_offered(
    types: list[str], role: str, mock: Mock, browser: Browser
) -> None:
    mock.control("PATCH", "settings", {"role_choice": "asked"})
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "supported_user_types": types})
    assert me_v2(mock, login(mock, browser, UMA))["type"] == role


def test_people_of_one_role_are_not_asked(mock: Mock, browser: Browser) -> None:
    mock.control("PATCH", "settings", {"role_choice": "asked"})
    assert "code" in answered(login(mock, browser, TESS).headers["Location"])


def me_v2(mock: Mock, response: TestResponse) -> dict[str, str]:
    token = mock.exchange(answered(response.headers["Location"])["code"], mock.sso).get_json()["access_token"]
    found: dict[str, str] = mock.client.get("/v2.1/me", headers={"Authorization": f"Bearer {token}"}).get_json()[
        "data"
    ]
    return found


# Cancelling.


def test_who_cancels_stays_on_clever_s_page(mock: Mock, browser: Browser) -> None:
    response = browser.client.get("/oauth/cancel", query_string=asked(mock, state="s"))
    says(response, 200, "You did not log in")


def test_a_world_can_tell_the_app_that_someone_cancelled(mock: Mock, browser: Browser) -> None:
    mock.control("PATCH", "settings", {"cancel": "access_denied"})
    response = browser.client.get("/oauth/cancel", query_string=asked(mock, state="s"))
    assert response.headers["Location"] == f"{CALLBACK}?error=access_denied&state=s"
    says(
        browser.client.get("/oauth/cancel", query_string=asked(mock, redirect_uri="http://e.example")), 400, "URI"
    )


# Redirect URIs.


@pytest.mark.parametrize(
    "uri", ["http://localhost:3000/cb", "http://127.0.0.1/cb", "https://app.example/cb", "http://app.example/cb"]
)
def test_a_development_app_may_have_any_web_address(uri: str, mock: Mock, browser: Browser) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "redirect_uris": [uri]})
    assert login(mock, browser, ADA).headers["Location"].startswith(f"{uri}?code=")


def test_a_production_app_has_https_alone(mock: Mock, browser: Browser) -> None:
    app = {"client_id": mock.sso.client_id, "development": False}
    status, message = mock.refused("POST", "apps", app)
    assert status == 400 and "must begin with https://" in message
    assert mock.world.apps[mock.sso.client_id].development, "refused, so unchanged"
    mock.control("POST", "apps", app | {"redirect_uris": ["https://app.example/cb"]})
    assert login(mock, browser, ADA).headers["Location"].startswith("https://app.example/cb?code=")
    assert mock.refused("POST", "apps", app | {"redirect_uris": ["http://localhost/cb"]})[0] == 400


def test_authorize_refuses_what_registration_would(mock: Mock, browser: Browser) -> None:
    sso = mock.sso
    mock.world.register(App(client_id=sso.client_id, client_secret="x", name="Prod", products=("sso",),
                            redirect_uris=("http://app.example/cb",), development=False))  # fmt: skip
    says(ask(mock, browser), 400, "http://app.example/cb must begin with https://")


@pytest.mark.parametrize("site", ["javascript:alert(1)", "//evil.example", "app.example"])
def test_an_apps_website_is_a_web_address(site: str, mock: Mock) -> None:
    assert mock.refused("POST", "apps", {"client_id": mock.sso.client_id, "website": site})[0] == 400


# Cookies.


def test_every_cookie_is_kept_from_scripts_and_other_sites(mock: Mock, browser: Browser) -> None:
    page = browser.client.get("/oauth/login", query_string=asked(mock, district_id=TOWN))
    cookies = set_cookies(page) | set_cookies(browser.choose(page, ADA))
    assert cookies.keys() == {"clever_csrf", "clever_session", "clever_district"}
    for cookie in cookies.values():
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    secure = mock.app.test_client().get("/in/hand-written-town", base_url="https://localhost")
    assert all("Secure" in cookie for cookie in set_cookies(secure).values()) and set_cookies(secure)


def test_the_session_lives_as_long_as_is_set(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("PATCH", "settings", {"session_life": 600})
    login(mock, browser, ADA)
    mock.control("POST", "clock", {"advance": 600})
    assert "code" in answered(ask(mock, browser).headers["Location"])
    mock.control("POST", "clock", {"advance": 1})
    assert ask(mock, browser).headers["Location"].startswith("/oauth/login?")


def test_someone_who_is_refused_is_signed_in_to_clever_all_the_same(mock: Mock, browser: Browser) -> None:
    mock.share(mock.sso, type="nothing")
    says(login(mock, browser, ADA), 403, "You do not have access to this app")
    assert "code" in answered(login_at(mock, browser, mock.sync)["Location"])


def login_at(mock: Mock, browser: Browser, app: App) -> dict[str, str]:
    response = browser.client.get("/oauth/authorize", query_string=asked(mock) | {"client_id": app.client_id})
    return dict(response.headers)


def test_a_new_login_ends_the_session_before(mock: Mock, browser: Browser) -> None:
    form = browser.client.get("/oauth/login", query_string=asked(mock, district_id=TOWN))
    browser.choose(form, ADA)
    old = browser.client.get_cookie("clever_session")
    browser.choose(form, TESS)
    assert old is not None
    browser.client.set_cookie("clever_session", old.value)
    assert ask(mock, browser).headers["Location"].startswith("/oauth/login?")


# Several apps behind one button.


def test_several_apps_behind_one_button_are_tried_in_turn(mock: Mock, browser: Browser) -> None:
    """Each attempt but the last has return_unshared; the vendor goes on to its next client id (best practices)."""
    mock.share(mock.sso, type="nothing")
    first = login(mock, browser, ADA, state="1", return_unshared="true")
    assert first.headers["Location"] == f"{CALLBACK}?error=unauthorized-user&state=1"
    second = browser.authorize(mock.sync, state="2")
    sent = answered(second.headers["Location"])
    assert sent["state"] == "2"
    assert mock.exchange(sent["code"], mock.sync).status_code == 200
    mock.share(mock.sync, type="nothing")
    says(browser.authorize(mock.sync, state="2"), 403, "You do not have access to this app")


# Impersonation.


@pytest.mark.parametrize("flag", [True, False])
def test_apps_that_asked_are_told_of_impersonation(flag: bool, mock: Mock, browser: Browser) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "loginas_flag": flag})
    login(mock, browser, ROOT)
    page = browser.client.get("/in/hand-written-town/access-as?q=ada")
    form = soup(page).select_one("ul.people form")
    assert form is not None
    assert browser.submit(form).headers["Location"] == "/in/hand-written-town/student/portal"
    location = ask(mock, browser, state="s").headers["Location"]
    assert list(answered(location)) == ["code", "scope", "state", *(["loginas_by_admin"] if flag else [])]
    assert location.endswith("&state=s&loginas_by_admin=true") is flag
    assert me_v2(mock, ask(mock, browser))["id"] == ADA


def test_an_ordinary_login_has_no_such_flag(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "loginas_flag": True})
    assert list(answered(login(mock, browser, ADA, state="s").headers["Location"])) == ["code", "scope", "state"]


@pytest.mark.parametrize("flag", [True, False])
def test_a_login_without_a_browser_may_be_an_admin_s(flag: bool, mock: Mock) -> None:
    app = {"client_id": mock.sso.client_id}
    mock.control("POST", "apps", app | {"loginas_flag": flag})
    asked = app | {"user": ADA, "by_admin": "root@example.org", "state": "s"}
    redirect = mock.control("POST", "login", asked)["redirect"]
    assert redirect.endswith("&state=s&loginas_by_admin=true") is flag
    token = mock.exchange(answered(redirect)["code"], mock.sso).get_json()["access_token"]
    assert (
        mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"}).get_json()["data"]["id"] == ADA
    )
    for sent, status in (
        ({"by_admin": TESS}, 409),
        ({"by_admin": ROOT, "user": ROOT}, 403),
        ({"by_admin": "x"}, 404),
    ):
        assert mock.refused("POST", "login", asked | sent)[0] == status


# Whatever is sent: never a fault of the server's, never a way out to where nobody registered.

NASTY = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "//evil.example", "https://evil.example", CALLBACK, CALLBACK + "/", OTHER, TOWN, "true"]),
    st.sampled_from(["false", "code", "district_admin", CLEVER.client_id, "/in/auth_callback", "\r\nX: y", "\0"]),
)
NAMES = ("client_id", "response_type", "redirect_uri", "state", "nonce", "district_id", "confirmed", "channel")
NAMES += ("user_type", "return_unshared", "q", "badge", "pin", "answer", "role", "username", "password", "user")
PATHS = ("authorize", "instant-login", "login", "confirm", "role", "cancel", "district-picker", "passwords")
PATHS += ("district-admin",)
OWN = ("/oauth/", "/in/", "/library/", f"{CALLBACK}?", f"{OTHER}?", f"{CALLBACK}#", f"{OTHER}#")


@given(
    path=st.sampled_from(
        [f"/oauth/{name}" for name in PATHS] + ["/badges", "/login", "/in/hand-written-town/help"]
    ),
    sent=st.dictionaries(st.sampled_from(NAMES), NASTY),
    known=st.booleans(),
    signed_in=st.booleans(),
    post=st.booleans(),
)
def test_nothing_that_is_sent_breaks_a_page_or_leads_astray(
    path: str, sent: dict[str, str], known: bool, signed_in: bool, post: bool
) -> None:
    mock = SHARED
    browser = Browser(mock.app)
    browser.client.set_cookie("clever_csrf", "known")
    if signed_in:
        world = mock.world
        browser.client.set_cookie("clever_session", world.grants.sign_in(TOWN, ADA, world.clock.now()))
    sent = (asked(mock) if known else {}) | sent
    if post:
        response = browser.client.post(path, data=sent | {"csrf": "known"})
    else:
        response = browser.client.get(path, query_string=sent)
    assert response.status_code < 500
    if response.status_code == 302:
        assert (
            response.headers["Location"].startswith(OWN)
            or response.headers["Location"] == "/oauth/district-picker"
        )
    elif response.mimetype == "text/html":
        for value in sent.values():
            assert "<" not in value or value not in response.get_data(as_text=True)


@given(
    st.text(min_size=1, max_size=20),
    st.sampled_from(["", "/help", "/x/portal", "/access-as", "/teacher/students"]),
)
def test_no_address_of_a_district_breaks_anything(name: str, rest: str) -> None:
    for method in ("GET", "POST"):
        response = SHARED.client.open(f"/in/{quote(name, safe='')}{rest}", method=method)
        assert 400 <= response.status_code < 500


SHARED = Mock()
