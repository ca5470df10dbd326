"""The implicit grant: refused unless Clever allows it, answered in the fragment (docs/il-implicit-grant)."""

from __future__ import annotations

import pytest
from clients import CALLBACK, Browser, Mock, Reader
from town import BEN, TESS, TOWN, UMA

SCOPE = "read%3Adistrict_admins_basic%20read%3Aschool_admins_basic%20read%3Astudents_basic%20read%3Ateachers_basic"


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def authorize(mock: Mock, browser: Browser, **more: str) -> str:
    """Where a person who chose token is sent."""
    page = browser.open("/oauth/authorize", response_type="token", client_id=mock.sso.client_id, **more)
    return browser.choose(page, TESS).headers["Location"]


def allow(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "implicit": True})


def test_it_is_refused_on_clever_s_own_page_unless_it_is_allowed(mock: Mock, browser: Browser) -> None:
    page = browser.open("/oauth/authorize", response_type="token", client_id=mock.sso.client_id)
    assert page.status_code == 400
    assert "response_type must be code, not token" in page.get_data(as_text=True)
    allow(mock)
    assert browser.authorize(mock.sso, district_id=TOWN).status_code == 200  # the code grant is there as before


def test_the_token_stands_in_the_fragment(mock: Mock, browser: Browser) -> None:
    allow(mock)
    sent = authorize(mock, browser, state="s t")
    address, _, fragment = sent.partition("#")
    assert address == CALLBACK
    names = [part.partition("=")[0] for part in fragment.split("&")]
    assert names == ["token_type", "state", "access_token", "scope"]
    token = fragment.split("access_token=")[1].partition("&")[0]
    assert sent == (
        f"{CALLBACK}#token_type=bearer&state=s%20t&access_token={token}&scope={SCOPE}%20read%3Auser_id"
    )
    assert (token[:2], len(token)) == ("il", 40)
    reader = Reader(mock.client, token)
    assert reader.get("/oauth/tokeninfo")["client_id"] == mock.sso.client_id
    assert reader.get("/userinfo")["sub"] == TESS
    assert token not in str(mock.control("GET", "journal"))


def test_without_state_there_is_none(mock: Mock, browser: Browser) -> None:
    allow(mock)
    assert "state=" not in authorize(mock, browser)


def test_an_error_stands_in_the_fragment_too(mock: Mock, browser: Browser) -> None:
    allow(mock)
    mock.share(mock.sso, type="everything", **{"except": [TESS]})
    sent = authorize(mock, browser, state="s", return_unshared="true")
    assert sent == f"{CALLBACK}#state=s&error=unauthorized-user"


@pytest.mark.parametrize("user", [BEN, UMA])
def test_a_browser_that_is_signed_in_has_its_token_at_once(user: str, mock: Mock, browser: Browser) -> None:
    allow(mock)
    browser.choose(browser.authorize(mock.sso), user)
    sent = browser.client.get(
        "/oauth/authorize", query_string={"response_type": "token", "client_id": mock.sso.client_id}
    )
    assert sent.headers["Location"].startswith(f"{CALLBACK}#token_type=bearer&access_token=il")
