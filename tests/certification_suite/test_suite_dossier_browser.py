"""report.html in a real browser: filters by keyboard, links into it, a phone, a dark room, and no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import screen
from playwright.sync_api import Browser, Page
from screen import NARROW, WIDE, driven, untidy
from telling import dossier_of_everything

pytestmark = driven


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with screen.chromium() as browser:
        yield browser


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """The dossier as a file in a browser; what the browser complains of, or asks of anybody, fails the test."""
    path = tmp_path / "report.html"
    path.write_text(dossier_of_everything(), encoding="utf-8")
    tab = chromium.new_page(viewport=WIDE)
    trouble: list[str] = []
    tab.on("console", lambda message: trouble.append(message.text))
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    tab.on(
        "request", lambda asked: trouble.append(asked.url) if not asked.url.startswith(("file", "data")) else None
    )
    tab.goto(path.as_uri())
    yield tab
    tab.close()
    assert not trouble


def shown(tab: Page) -> list[str]:
    rows = tab.locator(".row:visible").all()
    return [row.get_attribute("id") or "" for row in rows]


def test_filters_work_by_keyboard(opened: Page) -> None:
    opened.get_by_role("button", name="Fail 1").press("Enter")
    assert shown(opened) == ["SSO-02"]
    assert opened.get_by_role("status").text_content() == "1 of 7 requirements"
    opened.get_by_role("button", name="All", exact=True).press("Space")
    opened.get_by_label("Programme", exact=True).select_option("library")
    assert shown(opened) == ["LIB-01"]
    opened.get_by_label("Programme", exact=True).select_option("")
    opened.get_by_label("Class", exact=True).select_option("H")
    assert shown(opened) == ["SSO-04"]
    opened.get_by_label("Class", exact=True).select_option("")
    opened.get_by_role("searchbox").fill("title of sso-05")
    assert shown(opened) == ["SSO-05"]


def test_a_link_unfolds_its_row_even_where_a_filter_hides_it(opened: Page) -> None:
    opened.get_by_role("button", name="Pass 2").click()
    opened.locator(".since a", has_text="SSO-03").press("Enter")
    opened.locator("#SSO-03[open] summary:focus").first.wait_for()


def test_it_is_tidy_on_any_screen(opened: Page) -> None:
    opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        opened.emulate_media(color_scheme=scheme)
        for size in (WIDE, NARROW):
            opened.set_viewport_size(size)
            assert untidy(opened) == [], (scheme, size)


def test_without_scripts_everything_is_there_but_the_filters(chromium: Browser) -> None:
    tab = chromium.new_page(java_script_enabled=False)
    tab.set_content(dossier_of_everything())
    assert len(shown(tab)) == 7 and tab.locator(".filters:visible, .copy:visible").count() == 0
    tab.close()
