"""A person at a real browser: the login page and the vendor app, by keyboard, without scripts, on a phone.

Drives an installed Chromium. Where there is none the tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import screen
from clients import worlds_of
from flask import Flask
from playwright.sync_api import Browser, Page
from screen import NARROW, WIDE, driven, focused

from mock_clever.app import create_app
from mock_clever.ingest import ingest
from mock_clever.serving import running
from mock_clever.synthesis import generate
from vendor_app.app import create_app as create_vendor
from vendor_app.config import from_environment

pytestmark = driven


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with screen.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def vendor() -> Iterator[str]:
    """The reference vendor app over a mock with the sandbox in it; its address."""
    mock = create_app(worlds_of(ingest(generate("sandbox"))))
    shell = Flask("empty")
    with running(mock) as clever, running(lambda environ, start: shell.wsgi_app(environ, start)) as server:
        callback = f"{server.url}/oauth/clever/callback"
        client = mock.test_client()
        for app in client.get("/_mock/apps").get_json()["apps"]:
            client.post("/_mock/apps", json={"client_id": app["client_id"], "redirect_uris": [callback]})
        env = client.get("/_mock/env").get_json() | {"MOCK_CLEVER_URL": clever.url}
        shell = create_vendor(from_environment(env, database=":memory:"))
        yield server.url


@pytest.fixture(params=["with scripts", "without scripts"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE, java_script_enabled=request.param == "with scripts")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def to_clever(page: Page, vendor: str) -> None:
    page.goto(vendor)
    page.get_by_role("link", name="Log in with Clever").click()
    page.get_by_role("heading", name="Find your school").wait_for()
    page.locator("section.testers a").first.click()
    page.get_by_role("heading", name="Log in to Example Login").wait_for()


def test_a_person_found_by_keyboard_signs_in_and_out(page: Page, vendor: str) -> None:
    to_clever(page, vendor)
    focused(page, "[name=q]")
    page.keyboard.type("two schools")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="two schools").wait_for()
    first = page.locator("ul.people button").first
    name = first.locator(".name").inner_text()
    first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Signed in as").wait_for()
    assert name in page.inner_text("body")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in with Clever").wait_for()
    page.goto(f"{vendor}/home")
    assert name not in page.inner_text("body")


def test_sandbox_credentials_open_the_roster_and_a_sync(page: Page, vendor: str) -> None:
    to_clever(page, vendor)
    page.get_by_label("Username").fill("215041")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in", exact=True).click()
    assert "Invalid username or password" in page.get_by_role("alert").inner_text()
    page.get_by_label("Username").fill("215041")
    page.get_by_label("Password").fill("215041")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_text("Signed in as").wait_for()
    page.goto(f"{vendor}/roster")
    page.get_by_role("button", name="Sync now").click()
    page.get_by_text("created", exact=False).first.wait_for()
    page.goto(f"{vendor}/roster/sections")
    assert page.get_by_role("row").count() == 34


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_is_wider_than_the_screen(chromium: Browser, vendor: str, size: dict[str, int]) -> None:
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]  # a TypedDict of the same keys
    page = context.new_page()
    to_clever(page, vendor)
    addresses = [page.url, vendor, page.url.replace("client_id=", "client_id=x")]
    for address in addresses:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
    context.close()


def test_every_field_of_the_login_page_has_a_label(chromium: Browser, vendor: str) -> None:
    page = chromium.new_page()
    to_clever(page, vendor)
    bare = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden])')].filter(i => !i.labels.length).map(i => i.name)"
    )
    unnamed = page.evaluate("[...document.querySelectorAll('button')].filter(b => !b.innerText.trim()).length")
    assert (bare, unnamed) == ([], 0)
    page.close()
