"""The Library's pages in a real browser: wide and narrow, by keyboard, without scripts.

Drives an installed Chromium. Where there is none the tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

import pytest
from driven_vendor import Make
from fake_library import LIBRARY, FakeLibrary, library, section
from playwright.sync_api import ViewportSize
from screen import NARROW, WIDE, chromium, driven
from test_vendor_library import TESS, active, come, id_, seed

from mock_clever.serving import running
from vendor_app.config import App

SIZES = [WIDE, NARROW]
LONG = "Reading for those who would rather be outside, " + "period" * 30

pytestmark = driven


@pytest.fixture
def clever() -> FakeLibrary:
    return library()


@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_a_teacher_links_chooses_and_syncs_on_every_screen(
    make: Make, clever: FakeLibrary, size: ViewportSize
) -> None:
    vendor = make(library=App(*LIBRARY))
    clever.add("sections", section(80, LONG, [TESS], [60], subject="english/language arts", grade="Kindergarten"))
    old = seed(vendor)
    come(vendor, TESS)
    cookie = vendor.browser.get_cookie("larkspur_session")
    assert cookie is not None
    with running(vendor.app) as server, chromium() as browser:
        context = browser.new_context(viewport=size, java_script_enabled=False)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        for path in ("/", "/home", "/classes", "/merge"):
            page.goto(server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            assert page.get_by_role("heading", level=1).count() == 1, path
        page.get_by_label("Password of the older account").fill("a guess")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        page.get_by_label("Password of the older account").fill("open sesame")
        page.keyboard.press("Enter")
        page.get_by_text("Signed in as Tess Berg").wait_for()
        page.get_by_label("Pages you want to read each day").fill("20")
        page.keyboard.press("Enter")
        page.get_by_text("Your goal: 20 pages a day").wait_for()
        page.get_by_role("link", name="Choose classes").click()
        page.get_by_role("checkbox", name="Biology").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Save classes").press("Enter")
        page.get_by_role("status").wait_for()
        page.get_by_role("button", name="Sync classes").press("Enter")
        page.get_by_role("link", name="Algebra").click()
        page.get_by_role("heading", name="Algebra").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        browser.close()
    assert active(vendor) == {id_(70), id_(80)}
    assert vendor.users()[id_(TESS)]["internal_id"] == old
