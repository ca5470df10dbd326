"""Every way in ends in a code that libraries nobody here wrote exchange, and in the person who came (sso 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from authlib.integrations.requests_client import OAuth2Session as Authlib
from bs4 import Tag
from clients import CALLBACK, Browser, Mock, answered, soup
from requests_oauthlib import OAuth2Session as RequestsOAuthlib
from test_badges import backup, badge_of
from test_portal import PAGE, at_portal, icons
from town import ADA, ROOT, TESS, TOWN
from werkzeug.test import TestResponse

from mock_clever.apps import App
from mock_clever.serving import running

Way = Callable[[Mock, Browser, App, str], TestResponse]
Library = Callable[[str, App, str], str]

# From the application's own link, which the library made.


def _by_the_school_picker(_: Mock, browser: Browser, __: App, link: str) -> TestResponse:
    picker = browser.client.get(browser.client.get(link).headers["Location"])
    search = soup(picker).select_one("form[method=get]")
    assert search is not None
    hit = soup(browser.submit(search, q="ash")).select_one("#hits a")
    assert hit is not None
    return browser.choose(browser.open(str(hit["href"])), ADA)


def _by_password(_: Mock, browser: Browser, __: App, link: str) -> TestResponse:
    return browser.type_in(browser.open(link), "11", "11")


def _by_the_form_of_the_district_admins(_: Mock, browser: Browser, __: App, link: str) -> TestResponse:
    page = browser.client.get(browser.client.get(f"{link}&user_type=district_admin").headers["Location"])
    return browser.submit(_form(page), username="root@example.org", password="root@example.org")


def _by_badge(mock: Mock, browser: Browser, _: App, link: str) -> TestResponse:
    page = browser.client.get(f"/badges?{urlsplit(link).query}&district_id={TOWN}")
    return browser.submit(_form(page), badge=badge_of(mock, ADA))


def _by_badge_and_pin(mock: Mock, browser: Browser, app: App, link: str) -> TestResponse:
    mock.control("POST", "badges", {"user": ADA, "pin": "123456"})
    return browser.submit(_form(_by_badge(mock, browser, app, link)), pin="123456")


def _by_backup_code(mock: Mock, browser: Browser, _: App, link: str) -> TestResponse:
    page = browser.client.get(f"{PAGE}/help?{urlsplit(link).query}&district_id={TOWN}")
    return browser.submit(_form(page), backup_code=backup(mock, ADA))


def _by_the_session_that_is_there(_: Mock, browser: Browser, __: App, link: str) -> TestResponse:
    browser.choose(browser.open(link), ADA)
    return browser.client.get(link)


def _as_the_student_who_says_it_is_them(mock: Mock, browser: Browser, app: App, link: str) -> TestResponse:
    _by_the_session_that_is_there(mock, browser, app, link)
    page = browser.open(f"{link}&confirmed=false")
    return browser.submit(_form(page), answer="continue")


def _as_an_admin_who_looks_in(mock: Mock, browser: Browser, _: App, link: str) -> TestResponse:
    browser.choose(browser.open(link), ROOT)
    people = soup(browser.client.get(f"{PAGE}/access-as?q=ada")).select_one("ul.people form")
    assert people is not None
    browser.submit(people)
    return browser.client.get(link)


def _by_a_link_to_one_person(mock: Mock, browser: Browser, app: App, link: str) -> TestResponse:
    page = browser.client.get(f"/_mock/login-as?{urlsplit(link).query}&user={ADA}")
    return browser.submit(_form(page, "form.person-form"))


def _by_sign_up_with_clever(_: Mock, browser: Browser, __: App, link: str) -> TestResponse:
    return browser.authorized(browser.choose(browser.open(link), TESS))


# From Clever, which sends no state.


def _by_the_portal(mock: Mock, browser: Browser, app: App, _: str) -> TestResponse:
    browser, page = at_portal(mock, ADA)
    return browser.client.get(icons(page)[app.name])


def _by_an_instant_login_link(_: Mock, browser: Browser, app: App, __: str) -> TestResponse:
    page = browser.open("/oauth/instant-login", client_id=app.client_id, district_id=TOWN)
    return browser.choose(page, ADA)


def _by_an_install_from_the_library(mock: Mock, browser: Browser, _: App, __: str) -> TestResponse:
    browser, _page = at_portal(mock, TESS)
    button = soup(browser.client.get("/library")).select_one("li button.main")
    form = button.find_parent("form") if button is not None else None
    assert form is not None
    return browser.authorized(browser.submit(form))


OUR_LINK: dict[Way, str] = dict.fromkeys(
    (
        _by_the_school_picker,
        _by_password,
        _by_badge,
        _by_badge_and_pin,
        _by_backup_code,
        _by_the_session_that_is_there,
        _as_the_student_who_says_it_is_them,
        _as_an_admin_who_looks_in,
        _by_a_link_to_one_person,
    ),
    ADA,
) | {_by_the_form_of_the_district_admins: ROOT, _by_sign_up_with_clever: TESS}
FROM_CLEVER: dict[Way, str] = {
    _by_the_portal: ADA,
    _by_an_instant_login_link: ADA,
    _by_an_install_from_the_library: TESS,
}
FOR_LIBRARY = (_by_sign_up_with_clever, _by_an_install_from_the_library)


@pytest.fixture
def base(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the mock speaks http on loopback
    mock.app.testing = False
    with running(mock.app.wsgi_app) as server:
        yield server.url


@pytest.mark.parametrize("made_by", [RequestsOAuthlib, Authlib], ids=["requests-oauthlib", "authlib"])
@pytest.mark.parametrize("way", [*OUR_LINK, *FROM_CLEVER], ids=lambda way: way.__name__.strip("_"))
def test_a_library_nobody_here_wrote_logs_in(way: Way, made_by: type, mock: Mock, base: str) -> None:
    app = mock.library if way in FOR_LIBRARY else mock.sso
    authlib = made_by is Authlib
    secret = {"client_secret": app.client_secret}
    with made_by(app.client_id, redirect_uri=CALLBACK, **(secret if authlib else {})) as client:
        make = client.create_authorization_url if authlib else client.authorization_url
        link, state = make(f"{base}/oauth/authorize")
        back = way(mock, Browser(mock.app), app, link.removeprefix(base)).headers["Location"]
        assert back.startswith(f"{CALLBACK}?code=")
        assert answered(back).get("state") == (state if way in OUR_LINK else None)
        if way in FROM_CLEVER:  # whose code an application takes as it comes, or starts again with a state
            client.fetch_token(f"{base}/oauth/tokens", code=answered(back)["code"], **secret)
        else:
            client.fetch_token(f"{base}/oauth/tokens", authorization_response=back, **secret)
        me = client.get(f"{base}/v3.0/me").json()["data"]
        assert me["id"] == (OUR_LINK | FROM_CLEVER)[way]
        assert me["authorized_by"] == ("teacher" if way in FOR_LIBRARY else "district")


def _form(page: TestResponse, which: str = "form") -> Tag:
    form = soup(page).select_one(which)
    assert form is not None, page.get_data(as_text=True)
    return form
