"""The pages of Clever Library: consent, adding and removing applications, what a district allows (sso 10, 14)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import Tag
from clients import CALLBACK, OTHER, Browser, Mock, answered, soup
from town import ADA, ALGEBRA_ASH, BEN, BIOLOGY_ASH, CLEO, ROOT, SOL, TESS, TOWN, UMA
from werkzeug.test import TestResponse

from mock_clever.apps import App
from mock_clever.portal.library import SHARED


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def change(mock: Mock, kind: str, id: str, **values: Any) -> None:
    told = {"type": "record.update", "kind": kind, "id": id, "set": values}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [told]})


def at_clever(mock: Mock, browser: Browser, user: str) -> None:
    """Sign in to Clever itself, by the SSO application, which changes nothing of the Library."""
    sent_on = browser.choose(browser.authorize(mock.sso, district_id=TOWN), user)
    assert sent_on.status_code == 302


def consent_page(mock: Mock, browser: Browser, user: str = TESS, **query: str) -> TestResponse:
    """Log in as a teacher by "Sign up with Clever", up to the consent page."""
    sent_on = browser.choose(browser.authorize(mock.library, **query), user)
    assert sent_on.status_code == 302
    assert sent_on.headers["Location"].startswith("/library/consent?")
    return browser.client.get(sent_on.headers["Location"])


def form_of(page: TestResponse) -> Tag:
    form = soup(page).select_one("form.answers")
    assert form is not None
    return form


def button(page: TestResponse, words: str) -> Tag:
    """The form of the button with these words, hidden ones too."""
    found = [b for b in soup(page).find_all("button") if " ".join(b.get_text().split()) == words]
    assert len(found) == 1, (words, [b.get_text() for b in soup(page).find_all("button")])
    form = found[0].find_parent("form")
    assert form is not None
    return form


def text_of(page: TestResponse) -> str:
    return " ".join(soup(page).get_text(" ").split())


def consenting(mock: Mock) -> list[str]:
    return [consent["teacher"] for consent in mock.control("GET", "consents")["consents"]]


# Consent.


def test_a_teacher_is_asked_before_the_application_learns_anything(mock: Mock, browser: Browser) -> None:
    page = consent_page(mock, browser, state="s 1")
    assert page.status_code == 200
    assert "Example Library would like to see your classes" in text_of(page)
    assert consenting(mock) == []
    back = browser.submit(form_of(page), answer="authorize")
    assert (back.status_code, back.headers["Location"].partition("?")[0]) == (302, CALLBACK)
    told = answered(back.headers["Location"])
    assert (told["state"], list(told)) == ("s 1", ["code", "scope", "state"])
    assert consenting(mock) == [TESS]
    token = mock.exchange(told["code"], mock.library).get_json()["access_token"]
    me = mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert me["data"] == {"id": TESS, "type": "user", "authorized_by": "teacher"}


def test_the_page_names_the_classes_and_what_is_shared(mock: Mock, browser: Browser) -> None:
    change(mock, "sections", ALGEBRA_ASH, section_number="3", grade="9", subject="math")
    page = soup(consent_page(mock, browser))
    classes = [" ".join(each.get_text(" ").split()) for each in page.select(".classes li")]
    assert classes == ["Algebra 1 section 3 · grade 9 · math · 2 students", "Biology 1 student"]
    shared = {str(d.dt.get_text()): str(d.dd.get_text()) for d in page.select(".shared div") if d.dt and d.dd}
    assert shared == {
        "Yourself": "your name, your e-mail address",
        "Your classes, those to come too": (
            "name, section number, grade, subject, who teaches and who learns in them"
        ),
        "Your students": "first name, first letter of the last name, grade",
    }


def test_what_is_promised_is_what_is_told(mock: Mock, browser: Browser) -> None:
    """The words of the page against the keys that a token then reads."""
    change(mock, "sections", ALGEBRA_ASH, section_number="3", grade="9", subject="math")
    reader = mock.signed_in(TESS, mock.library)
    section = reader.get(f"/v3.0/sections/{ALGEBRA_ASH}")["data"]
    assert section.keys() == {
        *("id", "name", "section_number", "grade", "subject"),
        *("teacher", "teachers", "students"),
    }
    student = reader.get(f"/v3.0/users/{BEN}")["data"]
    assert student == {"id": BEN, "name": {"first": "Ben", "last": "O"}, "roles": {"student": {"grade": "9"}}}
    assert reader.get(f"/v3.0/users/{TESS}")["data"].keys() == {"id", "name", "email", "roles"}
    fields = {thing.field for things in SHARED.values() for thing in things if thing.field}
    mock.control("POST", "apps", {"client_id": mock.library.client_id, "off": sorted(fields)})
    assert reader.get(f"/v3.0/sections/{ALGEBRA_ASH}")["data"].keys() == {
        *("id", "name", "subject", "teacher", "teachers", "students")
    }
    assert reader.get(f"/v3.0/users/{BEN}")["data"]["roles"] == {"student": {}}
    shared = soup(consent_page(mock, browser, UMA)).select(".shared dd")
    assert [each.get_text() for each in shared] == [
        "your name",
        "name, subject, who teaches and who learns in them",
        "first name, first letter of the last name",
    ]


def test_a_teacher_without_classes_may_consent(mock: Mock, browser: Browser) -> None:
    for section in (ALGEBRA_ASH, BIOLOGY_ASH):
        change(mock, "sections", section, teacher=UMA, teachers=[UMA])
    page = consent_page(mock, browser)
    assert "You have no classes yet" in text_of(page)
    assert "code" in answered(browser.submit(form_of(page), answer="authorize").headers["Location"])


@pytest.mark.parametrize("answer", [{"answer": "decline"}, {}, {"answer": "Authorize"}])
def test_who_does_not_consent_stays_at_clever(answer: dict[str, str], mock: Mock, browser: Browser) -> None:
    page = consent_page(mock, browser, state="s")
    declined = browser.submit(form_of(page), **answer)
    assert (declined.status_code, "Location" in declined.headers) == (200, False)
    assert "You did not log in" in text_of(declined)
    assert consenting(mock) == []
    again = browser.authorize(mock.library)  # still signed in to Clever, and asked again
    assert "would like to see your classes" in text_of(again)


def test_an_application_may_be_told_of_the_refusal(mock: Mock, browser: Browser) -> None:
    mock.control("PATCH", "settings", {"cancel": "access_denied"})
    declined = browser.submit(form_of(consent_page(mock, browser, state="s")), answer="decline")
    assert declined.headers["Location"] == f"{CALLBACK}?error=access_denied&state=s"


def test_nobody_is_asked_twice(mock: Mock, browser: Browser) -> None:
    browser.submit(form_of(consent_page(mock, browser)), answer="authorize")
    again = browser.client.get("/oauth/authorize", query_string=asking(mock.library))
    assert "code" in answered(again.headers["Location"])


def test_a_student_is_never_asked(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    page = browser.authorize(mock.library)
    assert browser.choose(page, ADA).headers["Location"].startswith(f"{CALLBACK}?code=")
    assert consenting(mock) == [TESS]


def asking(app: App, **more: str) -> dict[str, str]:
    return {"response_type": "code", "client_id": app.client_id, **more}


def test_the_consent_page_is_nobody_s_without_a_session(mock: Mock, browser: Browser) -> None:
    page = browser.client.get("/library/consent", query_string=asking(mock.library, state="s"))
    assert page.headers["Location"].startswith("/oauth/login?")
    assert answered(page.headers["Location"])["state"] == "s"
    at_clever(mock, browser, ADA)  # a student is not asked, but told why they may not
    refused = browser.client.get("/library/consent", query_string=asking(mock.library))
    assert (refused.status_code, "None of your teachers has added this app." in text_of(refused)) == (403, True)


@pytest.mark.parametrize("csrf", ["", "guess"])
@pytest.mark.parametrize("path", ["consent", "install", "uninstall", "controls"])
def test_no_other_page_presses_these_buttons(csrf: str, path: str, mock: Mock, browser: Browser) -> None:
    at_clever(mock, browser, UMA)  # a teacher and a district admin: each of them could
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    sent = asking(mock.library, csrf=csrf, answer="authorize", control="enabled", turn="off")
    response = browser.client.post(f"/library/{path}", data=sent)
    assert (response.status_code, "This form has expired" in text_of(response)) == (403, True)
    assert consenting(mock) == [TESS]
    assert mock.control("GET", f"districts/{TOWN}/library")["enabled"] is True


def test_a_consent_form_cannot_lead_elsewhere(mock: Mock, browser: Browser) -> None:
    form = form_of(consent_page(mock, browser))
    elsewhere = browser.submit(form, answer="authorize", redirect_uri="https://evil.example/")
    assert (elsewhere.status_code, "Location" in elsewhere.headers) == (400, False)
    assert consenting(mock) == []


def test_a_district_that_connects_the_application_is_never_asked_for_consent(mock: Mock, browser: Browser) -> None:
    sent = {"name": "Both", "products": ["library", "sso"], "redirect_uris": [CALLBACK]}
    app = mock.world.apps[mock.control("POST", "apps", sent, 201)["client_id"]]
    back = browser.choose(browser.authorize(app), TESS)
    assert "code" in answered(back.headers["Location"])
    assert consenting(mock) == []


# Install, open, uninstall.


def test_the_library_installs_at_the_primary_redirect_uri_without_a_state(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "apps", {"client_id": mock.library.client_id, "redirect_uris": [OTHER, CALLBACK]})
    at_clever(mock, browser, TESS)
    shelf = browser.client.get("/library")
    assert [h.get_text() for h in soup(shelf).select("h2")] == ["Example Library"]
    asked = browser.submit(button(shelf, "Install Example Library"))
    assert asked.headers["Location"].startswith("/library/consent?")
    back = browser.submit(form_of(browser.client.get(asked.headers["Location"])), answer="authorize")
    assert back.headers["Location"].partition("?")[0] == OTHER
    assert list(answered(back.headers["Location"])) == ["code", "scope"]
    opened = browser.submit(button(browser.client.get("/library"), "Open Example Library"))
    assert list(answered(opened.headers["Location"])) == ["code", "scope"]


def test_uninstalling_ends_the_tokens_and_asks_again_later(mock: Mock, browser: Browser) -> None:
    tess, ada, ben = (mock.signed_in(user, mock.library) for user in (TESS, ADA, BEN))
    uma, cleo = (mock.signed_in(user, mock.library) for user in (UMA, CLEO))
    at_clever(mock, browser, TESS)
    gone = browser.submit(button(browser.client.get("/library"), "Uninstall Example Library"))
    assert gone.headers["Location"] == "/library"
    assert [r.ask("/v3.0/me").status_code for r in (tess, ada, ben, uma, cleo)] == [401, 200, 200, 200, 200]
    assert "Install" in text_of(browser.client.get("/library"))
    mock.control("DELETE", f"consents/{mock.library.client_id}/{UMA}")
    assert [r.ask("/v3.0/me").status_code for r in (ada, ben, uma, cleo)] == [401, 401, 401, 401]
    assert "would like to see your classes" in text_of(browser.authorize(mock.library))


def test_uninstalling_what_is_not_there_changes_nothing(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    at_clever(mock, browser, TESS)
    form = button(browser.client.get("/library"), "Uninstall Example Library")
    browser.submit(form)
    for client_id in (mock.library.client_id, "nobody", ""):
        assert browser.submit(form, client_id=client_id).headers["Location"] == "/library"
    assert consenting(mock) == []


@pytest.mark.parametrize("path", ["/library", "/library/controls", "/library/installs.csv"])
def test_who_is_not_signed_in_is_sent_to_log_in(path: str, browser: Browser) -> None:
    assert browser.client.get(path).headers["Location"] == "/login"


@pytest.mark.parametrize("user", [ADA, SOL])
def test_the_library_is_for_teachers(user: str, mock: Mock, browser: Browser) -> None:
    at_clever(mock, browser, user)
    for path in ("/library", "/library/controls"):
        page = browser.client.get(path)
        assert page.status_code == 403
    assert "Only teachers add apps" in text_of(browser.client.get("/library"))


def test_the_library_shows_what_the_district_has_added(mock: Mock, browser: Browser) -> None:
    sent = {"name": "Both", "products": ["library", "sso"], "redirect_uris": [CALLBACK]}
    mock.control("POST", "apps", sent, 201)
    at_clever(mock, browser, TESS)
    page = browser.client.get("/library")
    assert "Both for teachers and students added by your district" in text_of(page)
    assert "code" in answered(browser.submit(button(page, "Open Both")).headers["Location"])
    assert consenting(mock) == []


# What a district allows.


def controls(mock: Mock) -> Any:
    return mock.control("GET", f"districts/{TOWN}/library")


def turn(browser: Browser, control: str, to: str, client_id: str = "") -> None:
    page = soup(browser.client.get("/library/controls"))
    for form in page.find_all("form"):
        fields = {str(i["name"]): str(i["value"]) for i in form.find_all("input")}
        pressed = form.find("button")
        if (fields["control"], fields["client_id"]) == (control, client_id) and pressed is not None:
            assert pressed["value"] == to
            assert browser.submit(form, turn=to).headers["Location"] == "/library/controls"
            return
    raise AssertionError(f"there is no control {control}")


def test_an_admin_switches_the_library_off_and_on(mock: Mock, browser: Browser) -> None:
    tess = mock.signed_in(TESS, mock.library)
    at_clever(mock, browser, ROOT)
    assert browser.client.get("/library").headers["Location"] == "/library/controls"
    turn(browser, "enabled", "off")
    assert controls(mock)["enabled"] is False
    assert tess.ask("/v3.0/me").status_code == 401
    teacher = Browser(mock.app)
    at_clever(mock, teacher, TESS)
    shelf = teacher.client.get("/library")
    assert "Your district has disabled sign up with Clever" in text_of(shelf)
    blocked = teacher.submit(button(shelf, "Open Example Library"))
    assert (blocked.status_code, "has disabled sign up with Clever" in text_of(blocked)) == (403, True)
    turn(browser, "enabled", "on")
    opened = teacher.client.get("/oauth/authorize", query_string=asking(mock.library))
    assert "code" in answered(opened.headers["Location"])  # the consent outlived it


def test_an_admin_blocks_and_recommends(mock: Mock, browser: Browser) -> None:
    client_id = mock.library.client_id
    at_clever(mock, browser, ROOT)
    turn(browser, "recommended", "on", client_id)
    teacher = Browser(mock.app)
    at_clever(mock, teacher, TESS)
    assert "recommended by your district" in text_of(teacher.client.get("/library"))
    turn(browser, "blocked", "on", client_id)
    assert controls(mock) == {
        "enabled": True,
        "blocked": [client_id],
        "recommended": [client_id],
        "approval": False,
        "approved": [],
    }
    shelf = soup(teacher.client.get("/library"))
    install = shelf.select_one("li button.main")
    assert install is not None and install.has_attr("disabled")
    page = teacher.client.get("/oauth/authorize", query_string=asking(mock.library))
    assert (page.status_code, "does not let teachers add Example Library" in text_of(page)) == (403, True)
    turn(browser, "blocked", "off", client_id)
    assert controls(mock)["blocked"] == []


def test_new_applications_may_need_approval(mock: Mock, browser: Browser) -> None:
    client_id, tess = mock.library.client_id, mock.signed_in(TESS, mock.library)
    at_clever(mock, browser, ROOT)
    turn(browser, "approval", "on")
    assert tess.ask("/v3.0/me").status_code == 200  # what is installed goes on
    assert "code" in mock.control("POST", "login", {"user": TESS, "client_id": client_id})["redirect"]
    status, message = mock.refused("POST", "login", {"user": UMA, "client_id": client_id})
    assert (status, "awaits the approval of your district" in message) == (403, True)
    turn(browser, "approved", "on", client_id)
    assert "code" in mock.control("POST", "login", {"user": UMA, "client_id": client_id})["redirect"]


def test_an_admin_exports_who_installed_what(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2026-11-01T08:00:00Z"})
    mock.control("POST", "apps", {"client_id": mock.library.client_id, "name": "=1+1"})
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    at_clever(mock, browser, ROOT)
    table = browser.client.get("/library/installs.csv")
    assert table.mimetype == "text/csv"
    assert table.get_data(as_text=True).splitlines() == [
        "app,teacher_id,teacher,installed",
        f"'=1+1,{TESS},Tess Berg,2026-11-01T08:00:00.000Z",
    ]


def test_only_admins_have_the_controls(mock: Mock, browser: Browser) -> None:
    at_clever(mock, browser, UMA)
    page = soup(browser.client.get("/library/controls"))
    form = page.select_one("form:has(input[value=enabled])")
    assert form is not None
    browser.client.get("/logout")
    at_clever(mock, browser, TESS)
    assert browser.submit(form, turn="off").status_code == 403
    assert browser.client.get("/library/installs.csv").status_code == 403
    assert controls(mock)["enabled"] is True


@pytest.mark.parametrize("sent", [{}, {"control": "enabled"}, {"control": "name"}, {"control": "blocked"}])
def test_a_control_that_is_not_there_turns_nothing(sent: dict[str, str], mock: Mock, browser: Browser) -> None:
    at_clever(mock, browser, ROOT)
    before = controls(mock)
    form = soup(browser.client.get("/library/controls")).find("form")
    assert form is not None
    filled = {"control": "", "client_id": "nobody", "turn": "on"} | sent
    assert browser.submit(form, **filled).status_code == 302
    assert controls(mock) == before


# The control plane's side of it.


def test_a_teacher_consents_without_a_browser(mock: Mock) -> None:
    sent = {"client_id": mock.library.client_id, "teacher": "21"}
    given = mock.control("POST", "consents", sent, 201)
    assert given["teacher"] == TESS
    assert mock.control("POST", "consents", sent, 201) == given
    assert mock.control("GET", "consents") == {"consents": [given]}


@pytest.mark.parametrize(
    ("teacher", "app", "status", "words"),
    [
        (ADA, "library", 409, "only teachers authorise"),
        (TESS, "sso", 409, "is no Library application here"),
        ("nobody", "library", 404, "GET /_mock/people"),
        (TESS, "nothing", 404, "GET /_mock/apps"),
    ],
)
def test_a_consent_nobody_could_give_is_refused(
    teacher: str, app: str, status: int, words: str, mock: Mock
) -> None:
    client_id = {"library": mock.library.client_id, "sso": mock.sso.client_id}.get(app, app)
    refused = mock.refused("POST", "consents", {"client_id": client_id, "teacher": teacher})
    assert (refused[0], words in refused[1]) == (status, True)


def test_a_login_may_leave_the_consent_to_the_page(mock: Mock) -> None:
    sent = {"user": TESS, "client_id": mock.library.client_id, "consent": False}
    status, message = mock.refused("POST", "login", sent)
    assert (status, "POST /_mock/consents" in message) == (403, True)
    assert consenting(mock) == []
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    assert "code" in mock.control("POST", "login", sent)["redirect"]


# Instant Login is not for the Library, but in its sandbox.


def test_an_instant_login_link_does_not_reach_the_library(mock: Mock, browser: Browser) -> None:
    query = {"client_id": mock.library.client_id, "district_id": TOWN}
    page = browser.client.get("/oauth/instant-login", query_string=query)
    assert (page.status_code, "Instant Login links do not work" in text_of(page)) == (403, True)


def test_the_library_s_sandbox_has_instant_login(mock: Mock, browser: Browser) -> None:
    district = mock.control("POST", "districts", {"preset": "library", "seed": 0}, 201)["id"]
    assert district == "5b2ad81a709e300001e2cd7a"
    query = {"client_id": mock.library.client_id, "district_id": district}
    page = browser.client.get("/oauth/instant-login", query_string=query)
    assert page.status_code == 302
    asked = browser.type_in(browser.client.get(page.headers["Location"]), "teacher7", "clever")
    consent = browser.client.get(asked.headers["Location"])
    assert len(soup(consent).select(".classes li")) == 3
    back = browser.submit(form_of(consent), answer="authorize")
    assert list(answered(back.headers["Location"])) == ["code", "scope"]
    student = Browser(mock.app)
    page = student.client.get(f"/oauth/authorize?{urlencode(query | {'response_type': 'code'})}")
    student_in = student.type_in(student.client.get(page.headers["Location"]), "student7-5", "clever")
    assert "code" in answered(student_in.headers["Location"])
    other = student.client.post("/oauth/login", data={})
    assert other.status_code == 400
