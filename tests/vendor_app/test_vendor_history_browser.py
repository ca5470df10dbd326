"""The history in a real browser: wide and narrow, by keyboard, without scripts.

Drives an installed Chromium. Where there is none the tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

import pytest
from driven_vendor import Vendor
from fake_clever import DISTRICT, FakeClever, id_, person
from playwright.sync_api import ViewportSize
from screen import NARROW, WIDE, chromium, driven

from mock_clever.serving import running

SIZES = [WIDE, NARROW]

pytestmark = driven


@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_a_large_change_is_read_and_confirmed_on_every_screen(
    vendor: Vendor, clever: FakeClever, size: ViewportSize
) -> None:
    clever.feed = []
    clever.tell("updated", "districts", clever.tables["districts"][DISTRICT])
    clever.add("users", *(person(each, "P", str(each)) for each in range(100, 140)))
    vendor.log_in(10)
    vendor.delta()
    clever.tell("created", "users", {"roles": {"student": {"sis_id": "x" * 60}}})
    clever.update("sections", 21, students=[id_(11), id_(99)])
    vendor.delta()
    for number in range(100, 115):
        clever.delete("users", number)
    vendor.delta()
    cookie = vendor.browser.get_cookie("larkspur_session")
    assert cookie is not None
    with running(vendor.app) as server, chromium() as browser:
        context = browser.new_context(viewport=size, java_script_enabled=False)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        for path in ("/roster", "/syncs/1", "/syncs/2", "/syncs/3", "/syncs"):
            page.goto(server.url + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], path
        page.get_by_role("button", name="Confirm and sync").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Sync finished").wait_for()
        with page.expect_download() as download:
            page.goto(f"{server.url}/syncs/2")
            page.get_by_role("link", name="Download as CSV").click()
        assert download.value.suggested_filename == "sync-2-problems.csv"
        browser.close()
    assert vendor.see("syncs")["syncs"][0]["counts"]["archived"] == 15
