"""A launch in a real browser: its forms send themselves, and have a button where no scripts run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import screen
from clients import Mock
from playwright.sync_api import Browser
from screen import NARROW, driven, untidy
from tool import Tool, joined
from town import TESS, TOWN

from mock_clever.serving import running

pytestmark = driven


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with screen.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def begins() -> Iterator[str]:
    """Where Tess may launch the application: how her launch is begun."""
    mock, tools = Mock(), list[Tool]()
    joined(mock)
    with running(mock.app) as clever, running(lambda *asked: tools[0].app(*asked)) as site:
        addresses = {"login_url": f"{site.url}/lti/login", "redirect_uris": [f"{site.url}/lti/launch"]}
        control = f"{clever.url}/_mock"
        registered = requests.put(
            f"{control}/apps/{mock.sync.client_id}/lti", json=addresses | {"target_link_uri": site.url}
        )
        assert registered.status_code == 200
        tools.append(Tool(mock, requests.get(f"{control}/lti").json(), f"{site.url}/lti/launch"))
        yield f"{control}/lms/{TOWN}/launch"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_teacher_arrives_at_the_tool(scripts: bool, chrome: Browser, begins: str) -> None:
    sent = {"user": TESS, "mode": "id-token", "initiation": "form"}
    context, wrong = chrome.new_context(viewport=NARROW, java_script_enabled=scripts), list[str]()
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    page.goto(requests.post(begins, json=sent).json()["redirect"])
    for _ in range(0 if scripts else 2):  # the login is initiated, then answered
        assert page.get_by_role("heading", name="On to Example Roster").is_visible()
        page.get_by_role("button", name="Continue").click()
    page.get_by_text('"sub":"' + TESS).wait_for()
    assert page.url.endswith("/lti/launch")
    assert wrong == []
    context.close()


def test_the_page_between_is_tidy_on_a_phone(chrome: Browser, begins: str) -> None:
    sent = {"user": TESS, "mode": "id-token", "initiation": "form"}
    page = chrome.new_page(viewport=NARROW)
    page.route("**/submit.js", lambda route: route.abort())
    page.goto(requests.post(begins, json=sent).json()["redirect"])
    page.get_by_role("button", name="Continue").wait_for()
    assert untidy(page) == []
    page.close()
