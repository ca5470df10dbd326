"""Pictures of every page of the mock, wide and narrow, in an installed Chromium: to be looked at.

`python tests/screenshots.py [FOLDER [NAME]]` (`make screenshots`) writes them into FOLDER, which is
reports/screenshots unless told otherwise, as `<page>.wide.png` and `<page>.narrow.png`; NAME is part of what those
wanted are called. It fails, and says where, if a page must be scrolled sideways or cannot be read. A page is a row
of SHOTS; `test_screenshots` holds them against the table of endpoints.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Formatter
from typing import NamedTuple
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from clients import Mock  # noqa: E402
from flask import request  # noqa: E402
from playwright.sync_api import Page, ViewportSize  # noqa: E402
from screen import NARROW, WIDE, chromium, untidy  # noqa: E402

from mock_clever.app import create_app  # noqa: E402
from mock_clever.ingest import ingest  # noqa: E402
from mock_clever.model import Snapshot  # noqa: E402
from mock_clever.portal.entry import CLEVER  # noqa: E402
from mock_clever.portal.stops import STOPS, stop  # noqa: E402
from mock_clever.serving import running  # noqa: E402
from mock_clever.synthesis import generate  # noqa: E402

FOLDER = ROOT / "reports" / "screenshots"
SIZES: Mapping[str, ViewportSize] = {"wide": WIDE, "narrow": NARROW}
STOP = "/oauth/stop"
"""Where this script shows every refusal of STOPS; the mock itself has no such page."""
METHODS = ["Clever Passwords", "Clever Badges", "Google", "LDAP", "SAML"]


class Shot(NamedTuple):
    """One picture: the page's path as the table of endpoints has it, its query, who is there, what they do."""

    name: str
    path: str
    query: Mapping[str, str] = {}
    who: str = ""
    does: Callable[[Page], object] = lambda page: None


def press(button: str) -> Callable[[Page], None]:
    """Press the first button of this name; the answer is the page of the picture."""

    def does(page: Page) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=button).first.click()

    return does


def fill(**values: str) -> Callable[[Page], None]:
    """Fill fields of these ids in, and log in."""

    def does(page: Page) -> None:
        for id, value in values.items():
            page.locator(f"#{id}").fill(value)
        press("Log in")(page)

    return does


def mistype_pin(page: Page) -> None:
    """Hold the badge up, then type another PIN."""
    press("Log in")(page)
    fill(pin="000000")(page)


def walk(page: Page) -> None:
    """Go to the first person by keyboard, for a picture of the focus."""
    page.locator("#q:focus").wait_for()
    page.keyboard.press("ArrowDown")
    page.locator("button.person:focus").wait_for()


def be_the_first(page: Page) -> None:
    """See Clever as the first person found."""
    with page.expect_navigation():
        page.locator("button.person").first.click()


SSO = {"response_type": "code", "client_id": "{sso}", "district_id": "{district}"}
HOME = SSO | {"client_id": CLEVER.client_id}
LIBRARY = SSO | {"client_id": "{library}"}
ANYWHERE = {"response_type": "code", "client_id": "{sso}"}

SHOTS = (
    Shot("welcome", "/"),
    # The login page, and the link to one person.
    Shot("login", "/oauth/login", SSO),
    Shot("login-focus", "/oauth/login", SSO, does=walk),
    Shot("login-search", "/oauth/login", SSO | {"q": "grade 9"}),
    Shot("login-nobody", "/oauth/login", SSO | {"q": "zzz"}),
    Shot("login-quirk", "/oauth/login", SSO | {"q": "long name"}),
    Shot("login-right-to-left", "/oauth/login", SSO | {"q": "right to left"}),
    Shot("login-wrong", "/oauth/login", SSO, does=fill(username="nobody", password="wrong")),
    Shot("login-as", "/_mock/login-as", SSO | {"user": "{student}"}),
    Shot("login-as-refused", "/_mock/login-as", SSO | {"user": "{unshared}"}),
    Shot("instant-login", "/oauth/instant-login", {"client_id": "{sso}", "district_id": "{district}"}),
    # The ways there.
    Shot("picker", "/oauth/district-picker", ANYWHERE),
    Shot("picker-hits", "/oauth/district-picker", ANYWHERE | {"q": "{district}"}),
    Shot("picker-nothing", "/oauth/district-picker", ANYWHERE | {"q": "zzz"}),
    Shot("district", "/in/{name}"),
    Shot("district-app", "/in/{name}", SSO),
    Shot("passwords", "/oauth/passwords", SSO),
    Shot("passwords-wrong", "/oauth/passwords", SSO, does=fill(username="x", password="x")),
    Shot("district-admin", "/oauth/district-admin", HOME),
    Shot("provider", "/oauth/provider", SSO | {"method": "Google"}),
    Shot("provider-nobody", "/oauth/provider", SSO | {"method": "Google", "q": "zzz"}),
    Shot("provider-no-match", "/oauth/provider", SSO | {"method": "SAML"}, does=press("An account nobody has")),
    Shot("log-in-with-clever", "/oauth/welcome", SSO, "student"),
    Shot("badge", "/badges"),
    Shot("badge-app", "/badges", SSO),
    Shot("badge-wrong", "/badges", does=fill(badge="no badge")),
    Shot("badge-pin", "/badges", {"badge": "{badge}"}, does=press("Log in")),
    Shot("badge-wrong-pin", "/badges", {"badge": "{badge}"}, does=mistype_pin),
    Shot("help", "/in/{name}/help"),
    Shot("help-wrong", "/in/{name}/help", does=fill(backup_code="000000")),
    # The questions.
    Shot("confirm", "/oauth/authorize", SSO | {"confirmed": "false"}, "student"),
    Shot("role", "/oauth/role", SSO, "several"),
    Shot("consent", "/library/consent", LIBRARY, "teacher"),
    Shot("cancel", "/oauth/cancel", SSO),
    # The portal.
    Shot("portal-student", "/in/{name}/{kind}/portal", {"kind": "student"}, "student"),
    Shot("portal-teacher", "/in/{name}/{kind}/portal", {"kind": "teacher"}, "teacher"),
    Shot("portal-staff", "/in/{name}/{kind}/portal", {"kind": "teacher"}, "staff"),
    Shot("portal-admin", "/in/{name}/{kind}/portal", {"kind": "teacher"}, "admin"),
    Shot("students", "/in/{name}/teacher/students", who="teacher"),
    Shot("students-code", "/in/{name}/teacher/students", {}, "teacher", press("Backup code")),
    Shot("access-as", "/in/{name}/access-as", {}, "admin"),
    Shot("access-as-nobody", "/in/{name}/access-as", {"q": "zzz"}, "admin"),
    Shot("portal-impersonated", "/in/{name}/access-as", {"q": "{student}"}, "admin", be_the_first),
    # The Library.
    Shot("library", "/library", {}, "teacher"),
    Shot("library-controls", "/library/controls", {}, "admin"),
    # The gradebook of the LMS that stands in for one.
    Shot("lms", "/lms"),
    Shot("lms-none", "/lms/{district}", {"district": "{other}"}),
    Shot("lms-courses", "/lms/{district}"),
    Shot("lms-course", "/lms/{district}/sections/{section}"),
    Shot("lms-assignment", "/lms/{district}/assignments/{assignment}"),
    Shot("logout", "/logout", {}, "student"),
    # Why a login stops.
    *(Shot(f"stop-{why}".lower().replace(" ", "-"), STOP, {"why": why}) for why in STOPS),
)


class Place:
    """A mock with the edge cases in it: its address, and what the rows of SHOTS call by name."""

    def __init__(self, url: str, mock: Mock) -> None:
        self.url, self._mock = url, mock
        district = mock.control("GET", "districts")["districts"][0]["id"]
        change = {"type": "record.update", "kind": "districts", "id": district, "set": {"login_methods": METHODS}}
        mock.control("POST", f"districts/{district}/changes", {"changes": [change]})
        mock.control("PATCH", "settings", {"role_choice": "asked"})
        teacher = self._one("many sections teacher")
        pupil = self._one("grade 9 student")
        mock.control("POST", "badges", {"user": pupil, "pin": "123456"})
        mock.control("PUT", f"districts/{district}/lms", {"lms_type": "canvas"})
        other = mock.control("POST", "districts", {"preset": "tiny", "seed": 7}, 201)
        unshared = self._one("grade 1 student")
        connections = mock.control("GET", "connections")["connections"]
        connection = next(c["id"] for c in connections if c["client_id"] == mock.sso.client_id)
        rule = {"type": "everything", "except": [unshared]}
        mock.control("PUT", f"connections/{connection}/sharing", rule)
        town = mock.world.districts[district]
        section, assignment = self._assigned(town)
        self.names = {
            "sso": mock.sso.client_id,
            "library": mock.library.client_id,
            "district": district,
            "name": (town.district.portal_url or district).rpartition("/")[2],
            "other": other["id"],
            "section": section,
            "assignment": assignment,
            "student": self._one("not ascii student"),
            "unshared": unshared,
            "teacher": teacher,
            "staff": self._one("staff"),
            "admin": self._one("district admin"),
            "several": self._one("several roles"),
            "badge": mock.control("GET", f"badges?user={pupil}")["badges"][0]["badge"],
        }

    def _assigned(self, town: Snapshot) -> tuple[str, str]:
        """The largest section, and what an application assigned there."""
        section = max(town.sections, key=lambda section: len(section.students)).id
        work = {"title": "Fractions", "description": "Pages 12 to 14.", "due_date": "2031-01-01T00:00:00Z"}
        work |= {"points_possible": 10, "submission_types": ["text"], "assignee_mode": "all"}
        bearer = {"Authorization": f"Bearer {self._mock.control('GET', 'env')['CLEVER_DISTRICT_TOKEN']}"}
        made = self._mock.client.post(f"/v3.1/sections/{section}/assignments", json=work, headers=bearer)
        return section, made.get_json()["data"]["id"]

    def _one(self, text: str) -> str:
        found = self._mock.client.get("/_mock/people", query_string={"q": text}).get_json()["people"]
        return str(found[0]["id"])

    def address(self, shot: Shot) -> str:
        """Where a page is, its names filled in."""
        query = {name: value.format_map(self.names) for name, value in shot.query.items()}
        fields = {name for _, name, _, _ in Formatter().parse(shot.path) if name}
        path = shot.path.format_map(self.names | query)
        return f"{self.url}{path}?{urlencode({k: v for k, v in query.items() if k not in fields})}"

    def sign_in(self, page: Page, who: str) -> None:
        """Be this person at Clever, in the role they have."""
        person = {"client_id": CLEVER.client_id, "user": self.names[who], "district_id": self.names["district"]}
        page.goto(f"{self.url}/_mock/login-as?{urlencode(person)}")
        press("Log in as")(page)


def stopped() -> None:
    """A refusal, every word that it fills in a sample."""
    row = STOPS[request.args["why"]]
    words = {name for text in (row.text, row.advice) for _, name, _, _ in Formatter().parse(text) if name}
    raise stop(request.args["why"], **{name: SAMPLES.get(name, f"some {name}") for name in words})


SAMPLES = {
    "name": "Bartholomew Featherstonehaugh-Cholmondeley",
    "app": "Example Login",
    "roles": "staff and a district admin",
    "sent": "https://very-long.example.org/oauth/clever/callback?tenant=westbrook-unified",
    "registered": "http://127.0.0.1:5000/oauth/clever/callback, http://127.0.0.1:5000/oauth/clever/library",
    "provider": "Google",
    "digits": "6",
    "district": "58da8a43cc70ab00017a1a87",
    "connection": "58da8a43cc70ab00017a1a88",
}


def draw(folder: Path, only: str = "") -> list[str]:
    """Write every picture whose name holds `only`; what is untidy in them."""
    folder.mkdir(parents=True, exist_ok=True)
    mock, found = Mock(ingest(generate("certification-isd"))), []
    app = create_app(mock.worlds)
    app.add_url_rule(STOP, view_func=stopped)
    with running(app) as server, chromium() as browser:
        place = Place(server.url, mock)
        for size, viewport in SIZES.items():
            for shot in (shot for shot in SHOTS if only in shot.name):
                page = browser.new_page(viewport=viewport)
                if shot.who:
                    place.sign_in(page, shot.who)
                page.goto(place.address(shot))
                shot.does(page)
                page.screenshot(path=folder / f"{shot.name}.{size}.png", full_page=True)
                found += [f"{shot.name}.{size}: {problem}" for problem in untidy(page)]
                page.close()
    return found


if __name__ == "__main__":
    folder, only = (*sys.argv[1:3], *(str(FOLDER), "")[len(sys.argv) - 1 :])
    sys.exit("\n".join(draw(Path(folder), only)) or 0)
