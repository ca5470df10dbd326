"""The way to Clever's own pages: school picker, district page, portal and its icons, impersonation (sso 3, 11)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from clients import CALLBACK, OTHER, Browser, Mock, answered, soup
from msgspec import structs
from town import ADA, ASH, BEN, CLEO, PAT, ROOT, SOL, TESS, TOWN, UMA
from town import town as hand_written
from werkzeug.test import TestResponse

from mock_clever.model import Snapshot
from mock_clever.portal.entry import refused

PAGE = "/in/hand-written-town"
STUDENT, TEACHER = f"{PAGE}/student/portal", f"{PAGE}/teacher/portal"
EVIL = "</title><script>alert('x')</script>\u202e\"'"


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def text(response: TestResponse) -> str:
    return soup(response).get_text(" ", strip=True)


def at_portal(mock: Mock, user: str) -> tuple[Browser, TestResponse]:
    """Someone who has logged in to the portal, and its page."""
    browser = Browser(mock.app)
    login = browser.client.get(f"/oauth/login?{urlencode(to_portal())}")
    response = browser.choose(login, user)
    assert response.status_code == 302
    return browser, browser.client.get(response.headers["Location"])


def to_portal() -> dict[str, str]:
    return {"response_type": "code", "client_id": "4c63c1cf623dce82caac", "district_id": TOWN, "channel": "clever"}


def icons(page: TestResponse) -> dict[str, str]:
    """The icons of a portal: name and address, `!` before the name of a flagged one."""
    found = {}
    for icon in soup(page).select("a.icon"):
        name = icon.select_one(".name")
        assert name is not None
        found["!" * len(icon.select(".warn")) + name.get_text()] = str(icon["href"])
    return found


def sandbox(name: str, id: str = "6a00000000000000000000d2") -> Snapshot:
    """Another district, with a school of its own."""
    town = hand_written()
    school = structs.replace(town.schools[ASH], id="6a000000000000000000aa99", district=id, name="Ash Annex")
    own = structs.replace(town.district, id=id, name=name, portal_url="https://clever.example/in/other")
    return Snapshot(districts=[own], schools=[school])


# The school picker.


def hits(browser: Browser, q: str, **query: str) -> list[str]:
    page = browser.client.get("/oauth/district-picker", query_string={"q": q} | query)
    assert page.status_code == 200
    return [str(hit.get_text(" ", strip=True)) for hit in soup(page).select("#hits a")]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", []),
        ("ash", ["Ash Hand-Written Town"]),
        (" BIR ", ["Birch Hand-Written Town"]),
        ("a", ["Ash Hand-Written Town"]),
        ("hand-written", []),
        (TOWN, ["Hand-Written Town Hand-Written Town"]),
        (TOWN[:-1], []),
        (ADA, []),
        ("<script>", []),
    ],
)
def test_schools_are_suggested_by_name_and_districts_by_id(q: str, found: list[str], browser: Browser) -> None:
    assert hits(browser, q) == found


@pytest.mark.parametrize("name", ["#DEMO Mock", "Example Login Sandbox"])
def test_a_sandbox_is_found_by_its_id_alone(name: str, mock: Mock, browser: Browser) -> None:
    mock.world.add_district(sandbox(name))
    assert hits(browser, "ash") == ["Ash Hand-Written Town"]
    assert hits(browser, "annex") == []
    assert hits(browser, "6a00000000000000000000d2") == [f"{name} {name}"]


def test_another_district_is_found_by_its_school(mock: Mock, browser: Browser) -> None:
    mock.world.add_district(sandbox("Other Town"))
    assert hits(browser, "ash") == ["Ash Hand-Written Town", "Ash Annex Other Town"]


def test_browser_scripts_find_their_hooks(mock: Mock, browser: Browser) -> None:
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "redirect_uri": OTHER, "state": "s"}
    page = browser.client.get("/oauth/district-picker", query_string=sent | {"q": "ash"})
    field = soup(page).select_one("input#autosuggest-input-.Autosuggest--textInput")
    hit = soup(page).select_one("#react-autowhatever-1--item-0")
    assert field is not None and hit is not None
    assert answered(str(hit["href"])) == sent | {"district_id": TOWN}
    login = browser.client.get(browser.client.get(str(hit["href"])).headers["Location"])
    assert answered(browser.choose(login, ADA).headers["Location"])["state"] == "s"


def test_a_picker_without_an_app_leads_to_the_district_s_page(browser: Browser) -> None:
    assert browser.client.get("/login").headers["Location"] == "/oauth/district-picker"
    hit = soup(browser.client.get("/oauth/district-picker?q=birch")).select_one("#hits a")
    assert hit is not None and hit["href"] == PAGE
    assert browser.client.get(PAGE).status_code == 200
    assert browser.client.get("/login").headers["Location"] == PAGE, "the district is remembered"


# The district's page.


def methods(page: TestResponse) -> list[str]:
    return [link.get_text(strip=True) for link in soup(page).select("a.AuthMethod--container")]


def test_a_district_s_page_has_the_buttons_it_chose(mock: Mock, browser: Browser) -> None:
    assert methods(browser.client.get(PAGE)) == ["Log in with Clever Badges", "Log in as a district admin"]
    change = {"type": "record.update", "kind": "districts", "id": TOWN}
    chosen = ["Google", "LDAP", "Clever Passwords"]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change | {"set": {"login_methods": chosen}}]})
    assert methods(browser.client.get(PAGE)) == [
        "Log in with Google",
        "Log in with Active Directory",
        "Log in with Clever",
        "Log in as a district admin",
    ]


def test_every_button_goes_on_with_the_login(mock: Mock, browser: Browser) -> None:
    every = ["Google", "LDAP", "SAML", "Canvas", "Other", "Clever Passwords", "Clever Badges"]
    change = {"type": "record.update", "kind": "districts", "id": TOWN, "set": {"login_methods": every}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "redirect_uri": OTHER, "state": "s"}
    links = [str(a["href"]) for a in soup(browser.open(PAGE, **sent)).select("a.AuthMethod--container")]
    assert len(links) == 8
    for link in links:
        assert {k: v for k, v in answered(link).items() if k != "method"} == sent | {"district_id": TOWN}
        page = browser.client.get(link)
        assert page.status_code == 200
        assert {
            str(i["value"])
            for form in soup(page).select("form")
            for i in form.select("input[name=state], input[name=redirect_uri]")
        } == {"s", OTHER}


def outside(mock: Mock, browser: Browser) -> TestResponse:
    """The page that stands in for Google, on the way to the single sign-on application."""
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "redirect_uri": OTHER, "state": "s"}
    return browser.client.get("/oauth/provider", query_string=sent | {"method": "Google", "district_id": TOWN})


def test_who_comes_back_from_an_identity_provider_logs_in_with_clever_once_more(
    mock: Mock, browser: Browser
) -> None:
    assert "Log in with Google" in text(outside(mock, browser))
    screen = browser.client.get(browser.choose(outside(mock, browser), ADA).headers["Location"])
    assert "Ada Ñandú" in text(screen)
    [form] = soup(screen).select("form")
    assert [button.get_text() for button in form.select("button")] == ["Log in with Clever"]
    assert browser.submit(form, csrf="x").status_code == 403
    landed = browser.submit(form).headers["Location"]
    assert landed.startswith(OTHER) and list(answered(landed)) == ["code", "scope", "state"]
    assert Browser(mock.app).client.get(screen.request.url).status_code == 302, "nobody is there: to the beginning"


@pytest.mark.parametrize("failure", ["no_match", "no_code", "no_token"])
def test_a_login_that_brings_nobody_back_is_logged_by_its_name(failure: str, mock: Mock, browser: Browser) -> None:
    form = soup(outside(mock, browser)).select_one(".testers form")
    assert form is not None
    refused = browser.submit(form, failure=failure)
    assert refused.status_code == 403 and "Google" in text(refused)
    assert failure in text(refused)
    assert [f["id"] for row in mock.control("GET", "journal")["entries"] for f in row["findings"]] == [failure]
    assert browser.client.get(TEACHER).headers["Location"] == PAGE, "nobody is signed in"


def test_an_account_that_nobody_has_matches_nobody(mock: Mock, browser: Browser) -> None:
    form = soup(outside(mock, browser)).select_one("ul.people form")
    assert form is not None
    assert "no_match" in text(browser.submit(form, user="nobody@example.org"))


def test_clever_passwords_are_typed_on_a_page_of_their_own(mock: Mock, browser: Browser) -> None:
    sent = to_portal() | {"client_id": mock.sso.client_id}
    form = soup(browser.client.get("/oauth/passwords", query_string=sent)).select_one("form")
    assert form is not None
    wrong = browser.submit(form, username="11", password="12")
    assert wrong.status_code == 401
    alert = soup(wrong).select_one("[role=alert]")
    assert alert is not None and alert.get_text() == "Invalid username or password"
    assert browser.submit(form, username="11", password="11").headers["Location"].startswith(CALLBACK)
    assert browser.submit(form, username="11", password="11", csrf="x").status_code == 403


def test_an_unknown_district_has_no_page(browser: Browser) -> None:
    for path in ("/in/nowhere", "/in/nowhere/student/portal", "/in/nowhere/help", "/in/nowhere/access-as"):
        assert browser.client.get(path).status_code == 404
    assert browser.client.get(f"/in/{TOWN}").status_code == 200, "its id does as well"


# The portal.


@pytest.mark.parametrize(
    ("user", "own"), [(ADA, STUDENT), (TESS, TEACHER), (UMA, TEACHER), (SOL, TEACHER), (ROOT, TEACHER)]
)
def test_everyone_has_a_portal_of_their_own(user: str, own: str, mock: Mock) -> None:
    browser, page = at_portal(mock, user)
    assert page.status_code == 200
    for path in (STUDENT, TEACHER):
        response = browser.client.get(path)
        assert (response.status_code, response.headers.get("Location", own)) == (200 if path == own else 302, own)
    assert browser.client.get(PAGE).headers["Location"] == own
    browser.client.get("/logout")
    assert browser.client.get(own).headers["Location"] == PAGE
    assert browser.client.get(PAGE).status_code == 200


def test_an_icon_is_a_launch_without_state(mock: Mock) -> None:
    browser, page = at_portal(mock, ADA)
    found = icons(page)
    assert list(found) == ["Example Login", "Example Roster"]
    assert found["Example Login"] == "/oauth/authorize?" + urlencode(
        {
            "channel": "clever-portal",
            "client_id": mock.sso.client_id,
            "confirmed": "true",
            "district_id": TOWN,
            "redirect_uri": CALLBACK,
            "response_type": "code",
        }
    )
    sent = answered(browser.client.get(found["Example Login"]).headers["Location"])
    assert list(sent) == ["code", "scope"]
    assert mock.exchange(sent["code"], mock.sso).status_code == 200


def unlaunch(mock: Mock) -> None:
    mock.control("PATCH", f"connections/{mock.connection(mock.sso)}", {"launched": False})


def before_the_launch(mock: Mock) -> None:
    mock.control("POST", "clock", {"set": "2026-05-09T23:00:00Z"})
    mock.control("POST", "clock", {"freeze": True})


def disconnect(mock: Mock) -> None:
    mock.control("PATCH", f"connections/{mock.connection(mock.sso)}", {"connected": False})


def unshare(mock: Mock) -> None:
    mock.share(mock.sso, type="nothing")


@pytest.mark.parametrize("happens", [unlaunch, disconnect, unshare])
@pytest.mark.parametrize("user", [ADA, TESS, SOL, ROOT])
def test_what_is_not_theirs_is_hidden_from_everyone(happens: Any, user: str, mock: Mock) -> None:
    happens(mock)
    assert list(icons(at_portal(mock, user)[1])) == ["Example Roster"]


def test_an_icon_appears_on_the_launch_date(mock: Mock) -> None:
    before_the_launch(mock)
    assert icons(at_portal(mock, ADA)[1]) == {}
    mock.control("POST", "clock", {"advance": "PT1H"})
    assert list(icons(at_portal(mock, ADA)[1])) == ["Example Login", "Example Roster"]


@pytest.mark.parametrize(
    ("user", "shown"),
    [(ADA, False), (TESS, False), (SOL, True), (ROOT, True), (UMA, True)],
)
def test_an_icon_for_an_unsupported_type_is_for_staff_and_admins_and_leads_to_the_vendor(
    user: str, shown: bool, mock: Mock
) -> None:
    app = {"client_id": mock.sso.client_id, "supported_user_types": []}
    mock.control("POST", "apps", app)
    flagged = {"!Example Login": "http://127.0.0.1:5000/"} if shown else {}
    found = icons(at_portal(mock, user)[1])
    assert {name: to for name, to in found.items() if "Login" in name} == flagged
    mock.control("POST", "apps", app | {"website": "https://vendor.example/welcome"})
    found = icons(at_portal(mock, user)[1])
    assert found.get("!Example Login", "") == ("https://vendor.example/welcome" if shown else "")


def test_a_rostering_app_has_no_icon_and_lets_nobody_in(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "products": ["secure_sync"]})
    browser, page = at_portal(mock, ADA)
    assert list(icons(page)) == ["Example Login"]
    refusal = browser.authorize(mock.sync)
    assert refusal.status_code == 403 and "does not log people in" in text(refusal)


def test_a_library_app_appears_once_its_teacher_consents(mock: Mock) -> None:
    assert "Example Library" not in icons(at_portal(mock, TESS)[1])
    mock.world.consent(mock.library.client_id, TOWN, TESS)
    assert "Example Library" in icons(at_portal(mock, TESS)[1])
    assert "Example Library" in icons(at_portal(mock, ADA)[1]), "Ada is taught by Tess"
    assert "Example Library" not in icons(at_portal(mock, CLEO)[1])


def test_an_app_the_district_never_added_says_so(mock: Mock) -> None:
    own = {"name": "Later", "products": ["sso"], "redirect_uris": [CALLBACK]}
    later = mock.control("POST", "apps", own, 201)["client_id"]
    mock.world.add_district(sandbox("Other Town"))
    app = mock.world.apps[later]
    assert mock.world.connection_of(later, "6a00000000000000000000d2") is None
    refusal = refused(mock.world, app, "6a00000000000000000000d2", mock.world.districts[TOWN].users[ADA])
    assert refusal is not None and refusal.title == "Your district has not added this app"


# Who may log in: the vendor's two applications, one for single sign-on and one for rosters (certification 5.1).

MATRIX = [
    # shared with sso, with rosters: login, import
    (True, True, True, True),
    (True, False, True, False),
    (False, True, False, False),
    (False, False, False, False),
]


@pytest.mark.parametrize(("sso", "rosters", "logs_in", "imported"), MATRIX)
def test_the_two_application_matrix(sso: bool, rosters: bool, logs_in: bool, imported: bool, mock: Mock) -> None:
    """A login needs the application of single sign-on, an import both: its rosters, and a way to log in."""
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "products": ["secure_sync"]})
    for app, shared in ((mock.sso, sso), (mock.sync, rosters)):
        mock.share(app, type="everything" if shared else "nothing")
    browser = Browser(mock.app)
    response = browser.choose(browser.authorize(mock.sso), ADA)
    assert (response.status_code == 302) is logs_in
    if not logs_in:
        assert response.status_code == 403 and "You do not have access to this app" in text(response)
    roster = mock.reader(mock.sync).ids("/v3.0/users?role=student")
    assert (ADA in roster) is rosters
    assert (ADA in roster and response.status_code == 302) is imported
    assert ("Example Login" in icons(at_portal(mock, ADA)[1])) is logs_in
    assert browser.authorize(mock.sync).status_code == 403, "rosters have no way in, shared or not"


# Accessing the portal as a user.


def offered(browser: Browser, **query: str) -> list[str]:
    page = browser.client.get(f"{PAGE}/access-as", query_string=query)
    assert page.status_code == 200
    return [str(field["value"]) for field in soup(page).select("input[name=user]")]


def test_a_district_admin_may_be_anyone_but_another(mock: Mock) -> None:
    browser, page = at_portal(mock, ROOT)
    assert "Access portal as user" in text(page)
    everyone = offered(browser)
    assert {ADA, TESS, SOL} <= set(everyone) and {ROOT, UMA, PAT}.isdisjoint(everyone)
    assert offered(browser, q="ben") == [BEN]
    form = soup(browser.client.get(f"{PAGE}/access-as?q=ben")).select_one("ul.people form")
    assert form is not None
    assert browser.submit(form, csrf="x").status_code == 403
    assert browser.submit(form, user=UMA).status_code == 403
    assert browser.submit(form, user="nobody").status_code == 403
    seen = browser.client.get(browser.submit(form).headers["Location"])
    assert "Root Admin , you see Clever as Ben O'Hare" in text(seen)
    assert list(icons(seen)) == ["Example Login", "Example Roster"]
    assert browser.client.get(f"{PAGE}/access-as").status_code == 403, "Ben is no admin"
    end = soup(seen).select_one("form.viewing")
    assert end is not None
    assert browser.submit(end).headers["Location"] == PAGE
    assert browser.client.get(PAGE).headers["Location"] == TEACHER
    assert "Root Admin" in text(browser.client.get(TEACHER))


def tech_lead(mock: Mock) -> None:
    led = {"roles": {"staff": {"roles": ["SchoolTechLead"]}}}
    change = {"type": "record.update", "kind": "users", "id": SOL, "set": led}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})


def test_a_school_tech_lead_may_be_those_of_their_schools(mock: Mock) -> None:
    browser, page = at_portal(mock, SOL)
    assert "Access portal as user" not in text(page)
    assert browser.client.get(f"{PAGE}/access-as").status_code == 403
    tech_lead(mock)
    found = offered(browser)
    assert {ADA, BEN, TESS} <= set(found)
    assert {CLEO, ROOT, UMA, SOL}.isdisjoint(found), "of another school, or with rights of their own"


@pytest.mark.parametrize("user", [ADA, TESS])
def test_nobody_else_may(user: str, mock: Mock) -> None:
    browser, page = at_portal(mock, user)
    assert "Access portal as user" not in text(page)
    assert browser.client.get(f"{PAGE}/access-as").status_code == 403
    assert browser.client.post(f"{PAGE}/access-as", data={"user": BEN}).status_code == 403


def test_signing_out_ends_what_the_admin_had_too(mock: Mock) -> None:
    browser, _ = at_portal(mock, ROOT)
    admin = browser.client.get_cookie("clever_session")
    form = soup(browser.client.get(f"{PAGE}/access-as?q=ben")).select_one("ul.people form")
    assert form is not None and admin is not None
    browser.submit(form)
    browser.client.get("/logout")
    browser.client.set_cookie("clever_session", admin.value)
    assert browser.client.get(PAGE).status_code == 200


# Names are text wherever they are shown.


def test_names_from_a_roster_are_text_on_every_page(mock: Mock) -> None:
    named = {"first": EVIL, "middle": EVIL, "last": EVIL}
    changes = [
        {"type": "record.update", "kind": "users", "id": id, "set": {"name": named}} for id in (ADA, TESS, ROOT)
    ]
    changes += [{"type": "record.update", "kind": "schools", "id": ASH, "set": {"name": f"Ash {EVIL}"}}]
    changes += [{"type": "record.update", "kind": "districts", "id": TOWN, "set": {"name": EVIL}}]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "name": EVIL})
    ada, teacher, admin = (at_portal(mock, user) for user in (ADA, TESS, ROOT))
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "state": EVIL}
    pages = [page for _, page in (ada, teacher, admin)]
    pages += [ada[0].client.get("/oauth/authorize", query_string=sent | {"confirmed": "false"})]
    pages += [admin[0].client.get(f"{PAGE}/access-as", query_string={"q": EVIL})]
    pages += [teacher[0].client.get(f"{PAGE}/teacher/students")]
    stranger = mock.app.test_client()
    pages += [
        stranger.get(f"/oauth/{page}", query_string=sent | {"q": EVIL}) for page in ("district-picker", "cancel")
    ]
    pages += [
        stranger.get(path, query_string=sent | {"badge": EVIL}) for path in (PAGE, f"{PAGE}/help", "/badges")
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.get_data(as_text=True)
        shown = soup(page).get_text() + "".join(str(i["value"]) for i in soup(page).select("[value]"))
        assert EVIL in shown
    assert stranger.get(f"/in/{EVIL}").status_code == 404


def test_a_world_of_its_own_has_portals_of_its_own(mock: Mock) -> None:
    mock.control("POST", "worlds", {"name": "lab"}, 201)
    browser = Browser(mock.app)
    login = browser.client.get(f"/w/lab/oauth/login?{urlencode(to_portal())}")
    location = browser.choose(login, ADA).headers["Location"]
    assert location == f"/w/lab{STUDENT}"
    page = browser.client.get(location)
    assert all(to.startswith("/w/lab/oauth/authorize?") for to in icons(page).values()) and icons(page)
    assert browser.client.get(STUDENT).headers["Location"] == PAGE, "no session in main"


def test_two_districts_of_one_short_name_are_told_apart(mock: Mock, browser: Browser) -> None:
    other = sandbox("Twin")
    twin = structs.replace(other.district, portal_url=hand_written().district.portal_url)
    mock.world.add_district(other.replace(districts=[twin]))
    names = [
        str(a["href"]) for a in soup(browser.client.get("/oauth/district-picker")).select("section.testers a")
    ]
    assert names == [PAGE, f"/in/{twin.id}"]
    assert "Twin" in text(browser.client.get(names[1]))
