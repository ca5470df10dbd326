"""The login page and the Library in a real browser: by keyboard, as one types, on a phone, and readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import screen
from clients import answered, worlds_of
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from screen import NARROW, TOO_PALE, WIDE, driven, focused, untidy

from mock_clever.app import create_app
from mock_clever.ingest import ingest
from mock_clever.serving import running
from mock_clever.synthesis import generate

pytestmark = driven


class Clever:
    """A mock that serves the edge cases, who is who in it, and where its applications are called back."""

    def __init__(self, url: str, client: FlaskClient, callback: str) -> None:
        self.url, self.callback = url, callback
        for app in client.get("/_mock/apps").get_json()["apps"]:
            client.post("/_mock/apps", json={"client_id": app["client_id"], "redirect_uris": [callback]})
        env = client.get("/_mock/env").get_json()
        self.sso, self.library = env["CLEVER_SSO_CLIENT_ID"], env["CLEVER_LIBRARY_CLIENT_ID"]
        self._district = env["CLEVER_DISTRICT_ID"]
        self._client = client

    def login(self, client_id: str, **more: str) -> str:
        """The address of the login page."""
        sent = {"response_type": "code", "client_id": client_id, "district_id": self._district} | more
        return f"{self.url}/oauth/login?" + "&".join(f"{name}={value}" for name, value in sent.items())

    def who(self, text: str) -> dict[str, Any]:
        """The first person whom a search finds."""
        found: dict[str, Any] = self._client.get("/_mock/people", query_string={"q": text}).get_json()["people"][0]
        return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with screen.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def clever() -> Iterator[Clever]:
    mock = create_app(worlds_of(ingest(generate("certification-isd"))))
    vendor = Flask("vendor")
    vendor.add_url_rule("/callback", view_func=lambda: "<title>At the application</title>", endpoint="callback")
    with running(mock) as server, running(vendor) as application:
        yield Clever(server.url, mock.test_client(), f"{application.url}/callback")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    yield from opened(chromium, WIDE)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    yield from opened(chromium, NARROW)


def opened(chromium: Browser, size: dict[str, int]) -> Iterator[Page]:
    """A page; whatever goes wrong in it fails the test."""
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]  # a TypedDict of the same keys
    context.set_default_timeout(15_000)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert wrong == []


def test_people_appear_as_one_types_and_the_keyboard_reaches_them(page: Page, clever: Clever) -> None:
    page.goto(clever.login(clever.sso, state="s"))
    focused(page, "#q")
    page.keyboard.type("no email teacher")
    page.get_by_role("heading", name="for “no email teacher”").wait_for()
    assert page.evaluate("document.activeElement.id") == "q"  # typing goes on
    assert "for “no email teacher”" in page.locator("#count").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(":focus .name").inner_text()
    assert chosen == clever.who("no email teacher")["name"]
    with page.expect_navigation(url=f"{clever.callback}**"):
        page.keyboard.press("Enter")
    assert answered(page.url)["state"] == "s"


def test_a_slash_goes_back_to_the_search(page: Page, clever: Clever) -> None:
    page.goto(clever.login(clever.sso))
    focused(page, "#q")
    page.keyboard.press("Tab")
    focused(page, ":not(#q)")
    page.keyboard.press("/")
    focused(page, "#q")
    page.keyboard.type("a/b")
    assert page.get_by_label("Find a person").input_value() == "a/b"


def test_a_teacher_consents_by_keyboard_and_uninstalls_again(page: Page, clever: Clever) -> None:
    teacher = clever.who("teacher many sections")
    page.goto(f"{clever.url}/_mock/login-as?client_id={clever.library}&user={teacher['id']}&state=s")
    focused(page, "button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="would like to see your classes").wait_for()
    assert page.locator(".classes li").count() >= 10
    page.keyboard.press("Tab")
    focused(page, "button")
    assert page.locator(":focus").inner_text() == "Authorize"
    with page.expect_navigation(url=f"{clever.callback}**"):
        page.keyboard.press("Enter")
    assert answered(page.url)["state"] == "s"
    page.goto(f"{clever.url}/library")
    page.get_by_role("button", name="Uninstall Example Library").click()
    page.get_by_role("button", name="Install Example Library", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("heading", name="You did not log in").wait_for()


PATHS = ("/library", "/library/controls", "/library/consent?response_type=code&client_id={library}", "/logout")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_fits_and_can_be_read(chromium: Browser, clever: Clever, size: dict[str, int]) -> None:
    for page in opened(chromium, size):
        admin = clever.who("teacher district admin")["id"]
        signing_in = f"{clever.url}/_mock/login-as?client_id={clever.sso}&user={admin}"
        page.goto(signing_in)
        assert untidy(page) == [], page.url
        focused(page, "button")
        with page.expect_navigation(url=f"{clever.callback}**"):
            page.keyboard.press("Enter")
        for path in PATHS:
            page.goto(clever.url + path.format(library=clever.library))
            assert untidy(page) == [], page.url
        for address in (
            *(clever.login(clever.sso), clever.login(clever.sso, q="unshared"), clever.login(clever.sso, q="zzz")),
            *(clever.login("x"), clever.login(clever.library).replace("login?", "cancel?")),
        ):
            page.goto(address)
            assert untidy(page) == [], page.url


def test_the_measure_of_contrast_can_fail(page: Page) -> None:
    page.set_content(
        "<body style='background:#fff'><p style='color:#777'>pale</p><p style='color:#767676'>dark</p>"
    )
    assert page.evaluate(TOO_PALE) == ["4.48 pale"]


def test_a_phone_finds_logs_in_and_consents(phone: Page, clever: Clever) -> None:
    phone.goto(clever.login(clever.library))
    phone.get_by_label("Find a person").fill("co-taught teacher")
    phone.get_by_role("heading", name="for “co-taught teacher”").wait_for()
    phone.locator("#results button.person").first.click()
    phone.get_by_role("button", name="Authorize").click()
    phone.wait_for_url(f"{clever.callback}**")
    assert list(answered(phone.url)) == ["code", "scope"]
