"""A person at a real browser, on Clever's own pages: by keyboard, without scripts, on a phone (sso 11)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import screen
from clients import worlds_of
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from screen import NARROW, WIDE, driven, focused

from mock_clever.app import create_app
from mock_clever.ingest import ingest
from mock_clever.serving import running
from mock_clever.synthesis import generate

IN = "/in/mock-sandbox"

pytestmark = driven


class Place:
    """A mock with the sandbox in it: its address, its control plane and a few of its people."""

    def __init__(self, url: str, client: FlaskClient) -> None:
        self.url = url
        self.client = client
        self.district = client.get("/_mock/districts").get_json()["districts"][0]["id"]
        self.sso = client.get("/_mock/env").get_json()["CLEVER_SSO_CLIENT_ID"]

    @property
    def connection(self) -> str:
        """That of the single sign-on application."""
        connections = self.client.get("/_mock/connections").get_json()["connections"]
        return next(str(each["id"]) for each in connections if each["client_id"] == self.sso)

    def one(self, role: str) -> str:
        """The id of somebody who has that role alone."""
        people = self.client.get(f"/_mock/people?role={role}&limit=100").get_json()["people"]
        return next(str(person["id"]) for person in people if person["roles"] == [role])

    def badge(self, student: str) -> str:
        """What a student's badge says."""
        return str(self.client.get(f"/_mock/badges?user={student}").get_json()["badges"][0]["badge"])

    def assigned(self, lms_type: str) -> str:
        """Where the page of an assignment is, in a district newly joined to such an LMS."""
        self.client.put(f"/_mock/districts/{self.district}/lms", json={"lms_type": lms_type})
        bearer = {"Authorization": f"Bearer {self.client.get('/_mock/env').get_json()['CLEVER_DISTRICT_TOKEN']}"}
        read = [
            self.client.get(f"/v3.1/{kind}?limit=1000", headers=bearer).get_json()
            for kind in ("sections", "terms")
        ]
        sections, terms = ([each["data"] for each in page["data"]] for page in read)
        section = next(each for each in sections if each["name"] == "Advisory")
        sent = {"title": "Fractions", "description": "Do it", "due_date": "2999-01-01", "assignee_mode": "all"}
        path = f"/v3.1/sections/{section['id']}/assignments"
        told = self.client.post(path, json=sent | {"term_id": terms[0]["id"]}, headers=bearer).get_json()
        return f"{self.url}/lms/{self.district}/assignments/{told['data']['id']}"

    def query(self, **more: str) -> str:
        """An authorize request of the single sign-on application."""
        return urlencode({"response_type": "code", "client_id": self.sso} | more)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    mock = create_app(worlds_of(ingest(generate("sandbox"))))
    with running(mock) as server:
        yield Place(server.url, mock.test_client())


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with screen.chromium() as browser:
        yield browser


@pytest.fixture(params=["with scripts", "without scripts"])
def page(chrome: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chrome.new_context(viewport=WIDE, java_script_enabled=request.param == "with scripts")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_a_student_scans_a_badge_types_its_pin_and_sees_icons(page: Page, place: Place) -> None:
    student = place.one("student")
    place.client.post("/_mock/badges", json={"user": student, "pin": "314159"})
    page.goto(f"{place.url}/badges")
    focused(page, "#badge")
    page.keyboard.type(place.badge(student))
    page.keyboard.press("Enter")
    focused(page, "#pin")
    page.keyboard.type("314150")
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").inner_text() == "Wrong PIN"
    focused(page, "#pin")
    page.keyboard.type("314159")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Student Portal").wait_for()
    page.wait_for_load_state()
    assert page.locator("a.icon .name").all_inner_texts() == ["Example Login", "Example Roster"]
    place.client.post("/_mock/badges", json={"user": student, "pin": ""})


def test_a_school_is_found_by_keyboard_and_the_district_remembered(page: Page, place: Place) -> None:
    page.goto(f"{place.url}/oauth/authorize?{place.query(state='s')}")
    focused(page, "#autosuggest-input-")
    page.keyboard.type(place.district)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#react-autowhatever-1--item-0").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Log in to Example Login").wait_for()
    page.goto(f"{place.url}/login")
    assert page.url == f"{place.url}{IN}"


def test_suggestions_come_while_typing(chrome: Browser, place: Place) -> None:
    page = chrome.new_page()
    page.goto(f"{place.url}/oauth/district-picker?{place.query()}")
    page.locator(".Autosuggest--textInput").press_sequentially(place.district[:-1])
    page.get_by_text("No school is called").wait_for()
    page.keyboard.type(place.district[-1])
    page.locator("#react-autowhatever-1--item-0").wait_for()
    assert page.url.endswith(place.query()), "the page did not change"
    page.close()


def test_a_teacher_gives_a_backup_code_and_a_student_uses_it(page: Page, place: Place) -> None:
    portal = urlencode(
        {"client_id": "4c63c1cf623dce82caac", "response_type": "code", "district_id": place.district}
    )
    page.goto(f"{place.url}/oauth/login?{portal}&q={place.one('teacher')}")
    page.locator("ul.people button").first.click()
    with page.expect_response("**/teacher/badges/*.svg") as drawn:  # the page's own policy lets its images in
        page.get_by_role("link", name="Badges and backup codes").click()
    assert drawn.value.ok
    page.get_by_role("button", name="Backup code").first.click()
    code = page.locator(".told strong").inner_text()
    page.goto(f"{place.url}/logout")
    page.goto(f"{place.url}{IN}")
    page.get_by_role("link", name="Get help logging in!").click()
    page.get_by_label("Backup code").fill(code)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Student Portal").wait_for()


def test_a_teacher_moves_a_due_date_and_a_student_hands_in(page: Page, place: Place) -> None:
    page.goto(place.assigned("google_classroom"))
    page.get_by_text("Edit").click()
    page.get_by_label("Due, in UTC").fill("2999-02-03T04:05")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("3 Feb 2999, 04:05 UTC").wait_for()
    page.get_by_label("Link to hand in").first.fill("https://example.org/mine")
    page.keyboard.press("Enter")
    page.get_by_text("Turned in").wait_for()
    page.get_by_role("button", name="Return").click()
    page.get_by_text("Returned").wait_for()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("Nothing here yet").wait_for()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_is_wider_than_the_screen_and_every_field_has_a_label(
    chrome: Browser, place: Place, size: dict[str, int]
) -> None:
    context = chrome.new_context(viewport=size)  # type: ignore[arg-type]  # a TypedDict of the same keys
    page = context.new_page()
    query, student, teacher = place.query(), place.one("student"), place.one("teacher")
    portal = urlencode(
        {"client_id": "4c63c1cf623dce82caac", "response_type": "code", "district_id": place.district}
    )
    fine(page, f"{place.url}/oauth/district-picker?{query}&q={place.district}")
    for path in ("cancel", "passwords", "district-admin", "provider", "authorize", "instant-login"):
        fine(page, f"{place.url}/oauth/{path}?{query}")
    for path in (IN, f"{IN}/help", "/badges", "/", "/lms"):
        fine(page, f"{place.url}{path}")
    fine(page, place.assigned("schoology"))
    for link in ("Advisory", "Schoology of"):
        page.get_by_role("link", name=link).click()
        fine(page, page.url)
    for user, paths in (
        (teacher, (f"{IN}/teacher/portal", f"{IN}/teacher/students", f"{IN}/access-as", "/library")),
        (student, (f"{IN}/student/portal", f"/oauth/authorize?{query}&confirmed=false", "/logout")),
    ):
        page.goto(f"{place.url}/logout")
        page.goto(f"{place.url}/oauth/login?{portal}&q={user}")
        with page.expect_navigation():
            page.locator("ul.people button").first.click()
        for path in paths:
            fine(page, f"{place.url}{path}")
    context.close()


def test_a_refusal_with_long_words_is_no_wider_than_a_phone(chrome: Browser, place: Place) -> None:
    page, student = chrome.new_page(viewport=NARROW), place.one("student")
    sent = f"/_mock/connections/{place.connection}/sharing"
    place.client.put(sent, json={"type": "everything", "except": [student]})
    page.goto(f"{place.url}/_mock/login-as?{place.query(user=student)}")
    with page.expect_navigation():
        page.get_by_role("button", name="Log in as").click()
    assert f"{sent} changes that" in page.inner_text(".hint")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    place.client.put(sent, json={"type": "everything"})
    page.close()


def fine(page: Page, address: str) -> None:
    """A page fits the screen, has one main heading, and names all that can be filled in or pressed."""
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), address
    assert page.locator("h1").count() == 1, address
    bare = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
        ".filter(i => !i.labels.length && !i.ariaLabel).map(i => i.name)"
    )
    unnamed = page.evaluate(
        "[...document.querySelectorAll('a, button')].filter(b => !b.textContent.trim() && !b.ariaLabel).length"
    )
    assert (bare, unnamed) == ([], 0), address
