"""Every page of the mock, held against the same few laws: headers, forms, cookies, where it may lead."""

from __future__ import annotations

import json
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import Tag
from clients import CALLBACK, OTHER, Browser, Mock, answered, soup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from town import ADA, ALGEBRA_ASH, BEN, ROOT, TESS, TOWN, UMA
from werkzeug.test import TestResponse

from mock_clever.lms.records import Assignment, Attachment, Coursework, Submission
from mock_clever.portal.headers import PAGE

SHORT = "hand-written-town"
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>"
WORK = "00000000-0000-4000-8000-000000000001"
QR = f"/in/{SHORT}/teacher/badges/{ADA}.svg"
NOT_HTML = {"/favicon.ico", "/library/installs.csv", QR}
"""The routes of people's pages that answer none."""


def routes(app: Flask, method: str) -> list[str]:
    """The paths of every page, their places filled in."""
    rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("portal."))
    found = {rule.rule for rule in rules if method in (rule.methods or set()) and "static" not in rule.endpoint}
    return sorted(filled for path in found for filled in _filled(path))


def _filled(path: str) -> list[str]:
    path = path.replace("<name>", SHORT).replace("<student>", ADA)
    path = path.replace("<district>", TOWN).replace("<section>", ALGEBRA_ASH).replace("<assignment>", WORK)
    return [path.replace("<kind>", kind) for kind in ("student", "teacher")] if "<kind>" in path else [path]


def signed_in(mock: Mock, user: str) -> Browser:
    browser = Browser(mock.app)
    sent = {"client_id": mock.sso.client_id, "user": user}
    form = soup(browser.client.get("/_mock/login-as", query_string=sent)).find("form")
    assert form is not None
    assert browser.submit(form).status_code == 302
    return browser


def asking(mock: Mock, **more: str) -> dict[str, str]:
    """What every page of a login takes, and the deep link."""
    asked = {"response_type": "code", "client_id": mock.sso.client_id, "user": ADA, "district_id": TOWN}
    return asked | more


def assigned(mock: Mock) -> None:
    """Join the town to an LMS whose grades need a category, and let a student have something to do there."""
    mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": "schoology"})
    dates = {"created": "2026-09-01T00:00:00.000Z", "last_modified": "2026-09-01T00:00:00.000Z"}
    attached = (Attachment(type="link", url="javascript:alert(1)"), Attachment(type="text", text=EVIL))
    work = Assignment(
        id=WORK,
        connection=mock.connection(mock.sync),
        section=ALGEBRA_ASH,
        title=EVIL,
        description=EVIL,
        assignee_mode="all",
        attachments=attached,
        **dates,
    )
    graded = Submission(state="returned", grade_points=7, grade_comment=EVIL, attachments=attached)
    mock.world.gradebooks.put(Coursework(TOWN, work, {BEN: graded}))


class Visit(NamedTuple):
    """A page as somebody found it."""

    path: str
    client: FlaskClient
    page: TestResponse


@pytest.fixture(scope="module")
def every_page() -> list[Visit]:
    """Every page, as each kind of person finds it, asked in several ways."""
    mock = Mock()
    mock.control("PATCH", "settings", {"role_choice": "asked"})
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    library = {"client_id": mock.library.client_id}
    paths = [path for path in routes(mock.app, "GET") if path != "/logout"]
    visitor = mock.app.test_client()
    found = [Visit(f"/lms/{TOWN}", visitor, visitor.get(f"/lms/{TOWN}"))]
    assigned(mock)
    for user in ("", ADA, TESS, UMA, ROOT):
        client = signed_in(mock, user).client if user else mock.app.test_client()
        for path in paths:
            for query in (asking(mock), asking(mock, confirmed="false"), asking(mock) | library, {}):
                found.append(Visit(path, client, client.get(path, query_string=query)))
    leaving = signed_in(mock, ADA).client
    return [*found, Visit("/logout", leaving, leaving.get("/logout"))]


def html(every_page: list[Visit]) -> list[Visit]:
    """The pages that say something, and do not only lead on."""
    return [
        visit
        for visit in every_page
        if visit.page.mimetype == "text/html" and visit.page.status_code not in (204, 302)
    ]


def forms(page: TestResponse) -> list[Tag]:
    return [form for form in soup(page).find_all("form") if form["method"] == "post"]


# Headers.


def test_every_page_has_every_header(mock: Mock, every_page: list[Visit]) -> None:
    seen: set[str] = set()
    for path, _, page in every_page:
        for name, value in PAGE.items():
            assert page.headers.get(name) == value, (path, page.status_code, name)
        if page.mimetype == "text/html" and page.status_code == 200:
            seen.add(path)
    assert set(routes(mock.app, "GET")) - seen - NOT_HTML <= {
        "/oauth/authorize",  # these lead on at once, but for a student who is asked whether it is them
        "/oauth/instant-login",
        "/login",
    }


def test_the_headers_are_what_they_should_be() -> None:
    policy = dict(part.strip().split(" ", 1) for part in PAGE["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "*",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert (PAGE["X-Content-Type-Options"], PAGE["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert PAGE["Cache-Control"] == "no-store"


def test_refusals_and_unknown_pages_have_them_too(mock: Mock) -> None:
    client = mock.client
    answers = [client.get(path) for path in ("/oauth/authorize", "/in/nowhere", "/library/nothing", "/in/a/b/c")]
    answers += [client.post(path) for path in routes(mock.app, "POST")]
    answers += [client.get("/_mock/login-as"), client.put("/oauth/login")]
    for page in answers:
        assert {name: page.headers.get(name) for name in PAGE} == PAGE, (page.request.path, page.status_code)


def test_what_the_control_plane_tells_is_not_taken_for_a_page(mock: Mock) -> None:
    for path in ("people", "health", "nothing"):
        assert mock.client.get(f"/_mock/{path}").headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_holds_a_script_or_a_style_of_its_own(every_page: list[Visit]) -> None:
    for path, _, page in html(every_page):
        tree = soup(page)
        assert all(str(script.get("src", "")).startswith("/_mock/static/") for script in tree.find_all("script"))
        assert tree.find_all(("style", "iframe", "object", "base")) == [], path
        handlers = [
            name for tag in tree.find_all(True) for name in tag.attrs if name.startswith("on") or name == "style"
        ]
        assert handlers == [], path


# Forms.


def test_every_form_has_its_token_and_does_nothing_without(mock: Mock, every_page: list[Visit]) -> None:
    seen: set[str] = set()
    checked: set[tuple[str, str]] = set()
    for path, client, page in html(every_page):
        for form in forms(page):
            action = str(form["action"])
            fields = {str(i["name"]): str(i.get("value", "")) for i in form.find_all("input")}
            assert len(fields["csrf"]) == 32, (path, action)
            seen.add(action)
            if (path, action) in checked:
                continue
            checked.add((path, action))
            for csrf in ("", "0" * 32, None):
                sent = (
                    fields | {"csrf": csrf}
                    if csrf is not None
                    else {k: v for k, v in fields.items() if k != "csrf"}
                )
                refused = client.post(action, data=sent)
                assert (refused.status_code, "This form has expired" in refused.get_data(as_text=True)) == (
                    403,
                    True,
                ), (path, action, csrf)
    unseen = set(routes(mock.app, "POST")) - seen
    assert unseen <= {f"/in/{SHORT}/access-as/end"}, unseen  # shown only while an admin looks through other eyes


def test_no_route_that_changes_anything_goes_without_a_token(mock: Mock) -> None:
    browser = signed_in(mock, UMA)  # a teacher and a district admin, so that every page is open to her
    for path in routes(mock.app, "POST"):
        page = browser.client.post(path, data=asking(mock, csrf="0" * 32))
        assert (page.status_code, "This form has expired" in page.get_data(as_text=True)) == (403, True), path


def test_every_field_has_a_label_and_every_page_a_title(every_page: list[Visit]) -> None:
    for path, _, page in html(every_page):
        tree = soup(page)
        assert tree.html is not None and tree.html["lang"] == "en", (path, page.status_code)
        assert tree.title is not None and tree.title.get_text().strip(" ·") != "Mock Clever", path
        assert len(tree.find_all("h1")) == 1, path
        for field in tree.select("input:not([type=hidden]), select, textarea"):
            labelled = tree.find("label", attrs={"for": field.get("id")}) or field.find_parent("label")
            assert labelled is not None or field.get("aria-label"), (path, field)
        for control in tree.select("button, a"):
            assert control.get_text(strip=True), (path, control)
        ids = [str(tag["id"]) for tag in tree.find_all(id=True)]
        assert len(ids) == len(set(ids)), path
        assert len(tree.select("[autofocus]")) <= 1, path


# Cookies.


def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(mock: Mock, every_page: list[Visit]) -> None:
    names: set[str] = set()
    for path, _, page in every_page:
        for cookie in page.headers.getlist("Set-Cookie"):
            names.add(cookie.partition("=")[0])
            if "Max-Age=0" not in cookie:
                assert "HttpOnly" in cookie and "SameSite=Lax" in cookie, (path, cookie)
    assert {"clever_csrf", "clever_district"} <= names
    over_tls = mock.app.test_client().get("/oauth/login", query_string=asking(mock), base_url="https://localhost")
    assert all("Secure" in cookie for cookie in over_tls.headers.getlist("Set-Cookie"))


# Anything at all as input.

WORDS = st.one_of(
    st.sampled_from(
        [
            *(
                EVIL,
                "//evil.example",
                "https://evil.example/",
                "/\\evil.example",
                "javascript:alert(1)",
                CALLBACK,
                OTHER,
            ),
            *(
                "\r\nSet-Cookie: a=b",
                "\x00",
                "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
                "%0d%0a",
            ),
            *(
                TOWN,
                ADA,
                UMA,
                ROOT,
                "",
                "code",
                "true",
                "false",
                "authorize",
                "decline",
                "teacher",
                "11",
                SHORT,
                "on",
                "edit",
                "submit",
                "categorise",
            ),
        ]
    ),
    st.text(max_size=20),
)
NAMES = st.sampled_from(
    [
        *("response_type", "client_id", "redirect_uri", "state", "district_id", "return_unshared", "confirmed"),
        *(
            "channel",
            "user_type",
            "nonce",
            "q",
            "user",
            "username",
            "password",
            "answer",
            "role",
            "control",
            "turn",
        ),
        *("badge", "pin", "backup_code", "act", "student", "district", "csrf", "x"),
        *("lms_type", "section", "title", "due_date", "points_possible", "category_id", "work"),
    ]
)


@settings(max_examples=250)
@given(data=st.data())
def test_no_input_breaks_a_page_or_leads_out_of_it(data: st.DataObject) -> None:
    mock, browsers = _fuzzed()
    user = data.draw(st.sampled_from(sorted(browsers)))
    client = browsers[user]
    method = data.draw(st.sampled_from(["GET", "POST"]))
    path = data.draw(
        st.sampled_from([*routes(mock.app, method), *(["/_mock/login-as"] if method == "GET" else [])])
    )
    if SHORT in path and data.draw(st.booleans()):
        path = path.replace(SHORT, data.draw(st.text(min_size=1, max_size=8).filter(lambda t: "/" not in t)))
    sent = data.draw(st.dictionaries(NAMES, WORDS, max_size=6))
    if data.draw(st.booleans()):
        client_id = data.draw(st.sampled_from([app.client_id for app in (mock.sso, mock.library, mock.sync)]))
        sent = {"response_type": "code", "client_id": client_id, "district_id": TOWN} | sent
    if method == "POST" and data.draw(st.booleans()):
        cookie = client.get_cookie("clever_csrf")
        sent["csrf"] = cookie.value if cookie is not None else ""
    kept = {"query_string" if method == "GET" else "data": sent}
    page = client.open(path, method=method, **kept)  # type: ignore[arg-type]
    assert page.status_code < 500
    assert {name: page.headers.get(name) for name in PAGE} == PAGE
    if "Location" in page.headers:
        assert _leads_home(page.headers["Location"]), page.headers["Location"]
    if page.mimetype == "text/html":
        text = page.get_data(as_text=True)
        assert "<img" not in text and "alert(2)</script>" not in text
        assert all("src" in script.attrs for script in soup(page).find_all("script"))
        for tag in soup(page).find_all(("a", "form")):
            led = str(tag.get("href") or tag.get("action") or "#")
            assert (led.startswith(("/", "#")) and not led.startswith(("//", "/\\"))) or led.startswith(
                "http://127"
            ), led


ALIKE = st.one_of(
    WORDS,
    st.builds("{}{}".format, st.sampled_from([CALLBACK, OTHER]), st.text(min_size=1, max_size=4)),
    st.builds(
        "{}{}".format, st.sampled_from([" ", "\t", "https://evil.example/?", "//evil.example#"]), st.just(CALLBACK)
    ),
    st.sampled_from(
        [CALLBACK.upper(), CALLBACK.replace("127.0.0.1", "127.0.0.1@evil.example"), CALLBACK + "?a=b"]
    ),
)


@settings(max_examples=100)
@given(
    uri=ALIKE.filter(lambda uri: uri not in (CALLBACK, OTHER)),
    page=st.sampled_from(["authorize", "login", "confirm", "role", "consent", "passwords", "cancel"]),
    library=st.booleans(),
    unshared=st.booleans(),
)
def test_no_page_sends_anyone_to_an_address_that_is_not_registered(
    uri: str, page: str, library: bool, unshared: bool
) -> None:
    mock, browsers = _fuzzed()
    client = browsers[TESS]
    asked = asking(
        mock, redirect_uri=uri, user=TESS, username="21", password="21", answer="continue", role="teacher"
    )
    asked |= {"client_id": mock.library.client_id} if library else {}
    asked |= {"return_unshared": "true"} if unshared else {}
    path = "/library/consent" if page == "consent" else f"/oauth/{page}"
    cookie = client.get_cookie("clever_csrf")
    assert cookie is not None
    sent = [client.post(path, data=asked | {"csrf": cookie.value})] if page not in ("authorize", "cancel") else []
    for answer in (*sent, *([client.get(path, query_string=asked)] if page != "confirm" else [])):
        assert (answer.status_code, "Location" in answer.headers) == (400, False), (answer.request.path, uri)


def _leads_home(location: str) -> bool:
    """Whether a redirect stays here, or goes to a registered redirect URI."""
    if location.startswith("/"):
        return not location.startswith(("//", "/\\")) and not urlsplit(location).netloc
    return location.partition("?")[0] in (CALLBACK, OTHER)


_KEPT: list[tuple[Mock, dict[str, FlaskClient]]] = []


def _fuzzed() -> tuple[Mock, dict[str, FlaskClient]]:
    """One mock for all examples, with a browser of each kind of person; whoever was signed out, is in again."""
    if not _KEPT:
        mock = Mock()
        assigned(mock)
        _KEPT.append((mock, {user: signed_in(mock, user).client for user in (ADA, TESS, UMA, ROOT)}))
        _KEPT[0][1][""] = mock.app.test_client()
    mock, clients = _KEPT[0]
    mock.control("PATCH", f"districts/{TOWN}/library", {"enabled": True, "blocked": [], "approval": False})
    return mock, clients


# Secrets.


def test_nothing_secret_stands_in_the_journal(mock: Mock) -> None:
    browser = Browser(mock.app)
    page = browser.authorize(mock.library, state="s")
    csrf = str(soup(page).select_one("input[name=csrf]")["value"])  # type: ignore[index]
    browser.type_in(page, "21", "a wrong password")
    sent_on = browser.type_in(page, "21", "21")
    asked = browser.client.get(sent_on.headers["Location"])
    form = soup(asked).select_one("form.answers")
    assert form is not None
    back = browser.submit(form, answer="authorize").headers["Location"]
    code = answered(back)["code"]
    token = mock.exchange(code, mock.library).get_json()["access_token"]
    mock.client.get("/v3.0/me", headers={"Authorization": f"Bearer {token}"})
    cookies = [browser.client.get_cookie(name) for name in ("clever_session", "clever_csrf")]
    secrets = [code, token, csrf, mock.library.client_secret, *(cookie.value for cookie in cookies if cookie)]
    assert len(secrets) == 6
    rows = json.dumps(mock.control("GET", "journal")["entries"])
    assert "/library/consent" in rows and '"/v3.0/me"' in rows
    assert "a wrong password" not in rows
    for secret in secrets:
        assert secret[8:] not in rows


def test_the_same_secrets_stay_out_of_the_log(
    mock: Mock, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    test_nothing_secret_stands_in_the_journal(mock)
    told = caplog.text + "".join(capfd.readouterr())
    assert not re.search(r"il[0-9a-f]{38}|[0-9a-f]{40}|a wrong password", told)


def test_names_cannot_break_out_of_a_page(mock: Mock) -> None:
    changes = [
        {"type": "record.update", "kind": "users", "id": TESS, "set": {"name": {"first": EVIL, "last": EVIL}}},
        {"type": "record.update", "kind": "users", "id": BEN, "set": {"name": {"first": EVIL}, "email": EVIL}},
        {"type": "record.update", "kind": "districts", "id": TOWN, "set": {"name": EVIL}},
    ]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    sections = mock.control("GET", "people?q=21")["people"]
    assert [row["id"] for row in sections] == [TESS]
    mock.control("POST", "apps", {"client_id": mock.library.client_id, "name": EVIL})
    for user in (TESS, UMA, ROOT):
        browser = signed_in(mock, user)
        pages = ("/library", "/library/controls", "/library/consent", f"/in/{SHORT}/teacher/portal")
        for path in (*pages, "/oauth/login", "/_mock/login-as"):
            page = browser.client.get(
                path, query_string={"response_type": "code", "client_id": mock.library.client_id}
            )
            text = page.get_data(as_text=True)
            assert "<img" not in text and "<script>" not in text
            if page.status_code == 200:
                assert EVIL in soup(page).get_text()


def test_a_query_is_carried_on_whole(mock: Mock) -> None:
    """What a login was asked comes through every page of it unchanged, whatever it holds."""
    browser = Browser(mock.app)
    page = browser.authorize(mock.library, state=EVIL, nonce=EVIL)
    sent_on = browser.choose(page, TESS).headers["Location"]
    carried = dict(parse_qsl(urlsplit(sent_on).query))
    assert (carried["state"], carried["nonce"]) == (EVIL, EVIL)
    form = soup(browser.client.get(sent_on)).select_one("form.answers")
    assert form is not None
    assert answered(browser.submit(form, answer="authorize").headers["Location"])["state"] == EVIL
