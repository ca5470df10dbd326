"""Logging in and out: what the app asks of Clever, and what people see."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from driven_vendor import Make, Vendor
from fake_clever import SSO, SYNC, FakeClever, Fault, basic, id_, person

from vendor_app.defects import chosen

TRACE = "Traceback"


def test_the_button_leads_to_clever_with_a_state_of_this_browser(vendor: Vendor) -> None:
    assert 'href="/login"' in vendor.browser.get("/").text
    location = vendor.browser.get("/login").location or ""
    assert location.startswith("http://clever.test/w/school/oauth/authorize?")
    assert "response_type=code" in location and "client_id=sso-app" in location
    assert vendor.state() != vendor.state(vendor.app.test_client())


def test_a_login_exchanges_the_code_with_basic_and_opens_home(vendor: Vendor, clever: FakeClever) -> None:
    answer = vendor.log_in(11)
    assert (answer.status_code, answer.location) == (302, "/home")
    exchange = clever.asked[0]
    assert basic(exchange) == SSO and "client_secret" not in exchange.form
    assert exchange.form["redirect_uri"] == "http://localhost/oauth/clever/callback"
    assert clever.paths() == ["/oauth/tokens", "/v3.1/me", f"/v3.1/users/{id_(11)}"]


def test_every_page_says_who_is_signed_in_in_any_script(vendor: Vendor) -> None:
    for number, name in ((10, "Tia Nuñez"), (13, "Zoë 李")):
        vendor.log_in(number)
        assert f"Signed in as {name}" in vendor.home()
    vendor.log_in(12)
    assert "Signed in as Bo O&#39;Neil" in vendor.home()


def test_names_are_escaped(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(30, "<script>alert(1)</script>", "X"))
    vendor.log_in(30)
    assert "<script>" not in vendor.home()


def test_a_person_without_name_email_or_role_can_log_in(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", {"id": id_(31), "name": None, "email": None, "roles": None})
    vendor.log_in(31)
    assert "Signed in as library card LR-" in vendor.home()


def test_the_next_person_on_a_shared_device_finds_the_button(vendor: Vendor) -> None:
    vendor.log_in(11)
    page = vendor.browser.get("/").text
    assert "Signed in as Ana García" in page and 'href="/login"' in page and 'href="/home"' in page


def test_a_portal_launch_restarts_with_a_state_and_then_logs_in(vendor: Vendor, clever: FakeClever) -> None:
    first = vendor.browser.get("/oauth/clever/callback", query_string={"code": clever.code_for(11)})
    assert first.status_code == 302 and "/oauth/authorize?" in (first.location or "")
    assert clever.asked == [], "the code of the launch is dropped"
    state = (first.location or "").split("state=")[1]
    vendor.browser.get("/oauth/clever/callback", query_string={"code": clever.code_for(11), "state": state})
    assert "Ana García" in vendor.home()


def test_launches_without_state_do_not_loop_for_ever(vendor: Vendor, clever: FakeClever) -> None:
    query = {"code": clever.code_for(11)}
    statuses = [vendor.browser.get("/oauth/clever/callback", query_string=query).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 400]
    vendor.clock.advance(minutes=2)
    assert vendor.browser.get("/oauth/clever/callback", query_string=query).status_code == 302


def test_a_forged_state_is_refused_and_the_right_one_opens(vendor: Vendor, clever: FakeClever) -> None:
    vendor.state()
    query = {"code": clever.code_for(11), "state": "forged"}
    refused = vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert refused.status_code == 403 and "/oauth/tokens" not in clever.paths()
    assert vendor.log_in(11).location == "/home"


def test_a_state_of_another_browser_is_refused(vendor: Vendor, clever: FakeClever) -> None:
    query = {"code": clever.code_for(11), "state": vendor.state(vendor.app.test_client())}
    assert vendor.browser.get("/oauth/clever/callback", query_string=query).status_code == 403


def test_two_tabs_may_log_in_at_once_but_an_old_state_expires(vendor: Vendor, clever: FakeClever) -> None:
    first, second = vendor.state(), vendor.state()
    callback = "/oauth/clever/callback"
    assert (
        vendor.browser.get(callback, query_string={"code": clever.code_for(11), "state": first}).status_code == 302
    )
    late = vendor.state()
    vendor.clock.advance(minutes=11)
    query = {"code": clever.code_for(11), "state": late}
    assert vendor.browser.get(callback, query_string=query).status_code == 403
    assert second


def test_a_code_is_exchanged_once_and_the_reload_resumes(vendor: Vendor, clever: FakeClever) -> None:
    query = {"code": clever.code_for(11), "state": vendor.state()}
    vendor.browser.get("/oauth/clever/callback", query_string=query)
    again = vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert again.location == "/home" and clever.paths().count("/oauth/tokens") == 1
    stranger = vendor.app.test_client().get("/oauth/clever/callback", query_string=query, follow_redirects=True)
    assert "Log in with Clever" in stranger.text and "already used" in stranger.text
    assert clever.paths().count("/oauth/tokens") == 1


FAILURES = {
    "bad code": (Fault("/oauth/tokens", 400), "took too long"),
    "token endpoint down": (Fault("/oauth/tokens", 500), "Clever isn’t answering"),
    "token endpoint html": (Fault("/oauth/tokens", 200, body="<html>"), "Clever isn’t answering"),
    "token endpoint empty": (Fault("/oauth/tokens", 200, body="{}"), "Clever isn’t answering"),
    "unreachable": (Fault("/oauth/tokens", 0), "Clever isn’t answering"),
    "me 401": (Fault("/v3.1/me", 401), "would not tell us who you are"),
    "me 404": (Fault("/v3.1/me", 404, body="<pre>"), "would not tell us who you are"),
    "me 500": (Fault("/v3.1/me", 500), "Clever isn’t answering"),
    "me empty": (Fault("/v3.1/me", 200, body='{"data":{}}'), "Clever isn’t answering"),
    "user 404": (Fault("/v3.1/users", 404), "would not tell us who you are"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failed_login_is_a_calm_page_with_a_way_on(vendor: Vendor, clever: FakeClever, name: str) -> None:
    fault, words = FAILURES[name]
    clever.faults.append(fault)
    answer = vendor.log_in(11)
    assert 400 <= answer.status_code < 500
    assert words in answer.text and "Log in with Clever" in answer.text and TRACE not in answer.text
    assert vendor.browser.get("/home").status_code == 401
    assert vendor.clock.waits == [], "a person who waits is never made to wait for retries"


@pytest.mark.parametrize(
    ("query", "words"),
    [({}, "last step"), ({"error": "unauthorized-user"}, "shared this app"), ({"error": "x"}, "start again")],
)
def test_a_callback_without_code_explains_itself(vendor: Vendor, query: dict[str, str], words: str) -> None:
    answer = vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert 400 <= answer.status_code < 500 and words in answer.text and "Log in with Clever" in answer.text


def asked(location: str | None) -> dict[str, str]:
    """What an authorize request asks for."""
    return dict(parse_qsl(urlsplit(location or "").query))


def test_whoever_may_not_use_the_first_app_is_sent_on_to_the_second(make: Make, clever: FakeClever) -> None:
    vendor = make(both_apps=True)
    first = asked(vendor.browser.get("/login").location)
    assert (first["client_id"], first["return_unshared"]) == (SSO[0], "true")
    back = {"error": "unauthorized-user", "state": first["state"]}
    second = asked(vendor.browser.get("/oauth/clever/callback", query_string=back).location)
    assert second["client_id"] == SYNC[0] and "return_unshared" not in second
    query = {"code": clever.code_for(11), "state": second["state"]}
    vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert basic(clever.asked[0]) == SYNC
    for state in (second["state"], "forged"):
        answer = vendor.browser.get("/oauth/clever/callback", query_string=back | {"state": state})
        assert answer.status_code == 403 and "shared this app" in answer.text


@pytest.mark.parametrize(
    ("name", "comes_back", "tries"),
    [("ComesBackFromTheLastAppToo", True, True), ("GivesUpAfterTheFirstApp", False, False)],
)
def test_a_defect_with_two_apps_is_one(make: Make, name: str, comes_back: bool, tries: bool) -> None:
    browser = make(chosen(name), both_apps=True).browser
    first = asked(browser.get("/login").location)
    assert first["return_unshared"] == "true"
    back = {"error": "unauthorized-user", "state": first["state"]}
    second = asked(browser.get("/oauth/clever/callback", query_string=back).location)
    assert bool(second) == tries and ("return_unshared" in second) == comes_back


def test_an_unknown_page_is_calm_too(vendor: Vendor) -> None:
    answer = vendor.browser.get("/nowhere")
    assert answer.status_code == 404 and "There is nothing here" in answer.text


def test_the_account_follows_the_clever_id_and_not_the_email(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    number = vendor.users()[id_(11)]["internal_id"]
    old = clever.tables["users"][id_(11)]["email"]
    clever.tables["users"][id_(11)]["email"] = "new@example.test"
    clever.add("users", person(32, "Eve", "Other", email=old))
    vendor.log_in(32)
    vendor.log_in(11)
    users = vendor.users()
    assert users[id_(11)]["internal_id"] == number and users[id_(11)]["email"] == "new@example.test"
    assert users[id_(32)]["internal_id"] != number


def test_a_first_login_takes_over_the_local_account_with_the_same_email(
    vendor: Vendor, clever: FakeClever
) -> None:
    local = vendor.probe("/seed", users=[{"name": "A.", "email": "ANA.garcía@example.test", "role": "student"}])
    clever.tables["users"][id_(11)]["email"] = "ana.garcía@example.test"
    vendor.log_in(11)
    assert vendor.users()[id_(11)]["internal_id"] == local["users"][0]["internal_id"]
    clever.add("users", person(33, "Eve", "Other", email="ana.garcía@example.test"))
    vendor.log_in(33)
    assert vendor.users()[id_(33)]["internal_id"] != local["users"][0]["internal_id"], (
        "a linked account stays closed"
    )


def test_a_student_does_not_take_over_an_employees_account(vendor: Vendor, clever: FakeClever) -> None:
    local = vendor.probe("/seed", users=[{"name": "A.", "email": "shared@example.test", "role": "teacher"}])
    clever.tables["users"][id_(11)]["email"] = "shared@example.test"
    vendor.log_in(11)
    assert vendor.users()[id_(11)]["internal_id"] != local["users"][0]["internal_id"]


def test_all_roles_of_a_person_count(vendor: Vendor, clever: FakeClever) -> None:
    roles = {"teacher": {"schools": []}, "district_admin": {}}
    clever.add("users", person(34, "Max", "Both") | {"roles": roles})
    vendor.log_in(34)
    assert vendor.users()[id_(34)]["roles"] == ["teacher", "district_admin"]


def test_a_newcomer_replaces_whoever_was_signed_in(vendor: Vendor) -> None:
    vendor.log_in(11)
    old = vendor.browser.get_cookie("larkspur_session")
    vendor.log_in(12)
    assert "Bo O&#39;Neil" in vendor.home() and "Ana" not in vendor.home()
    thief = vendor.app.test_client()
    assert old is not None
    thief.set_cookie("larkspur_session", old.value)
    assert thief.get("/home").status_code == 401


def test_a_login_elsewhere_ends_the_older_session_of_the_same_person(vendor: Vendor) -> None:
    vendor.log_in(11)
    vendor.log_in(11, vendor.app.test_client())
    assert vendor.browser.get("/home").status_code == 401


def test_logging_out_ends_the_session_and_leaves_clever_alone(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    cookie = vendor.browser.get_cookie("larkspur_session")
    csrf, asked = vendor.csrf(), len(clever.asked)
    assert vendor.browser.post("/logout").status_code == 400, "no token of the page, no logout"
    answer = vendor.browser.post("/logout", data={"csrf": csrf})
    assert (answer.status_code, answer.location) == (303, "/")
    assert vendor.browser.get("/home").status_code == 401 and len(clever.asked) == asked
    thief = vendor.app.test_client()
    assert cookie is not None
    thief.set_cookie("larkspur_session", cookie.value)
    assert thief.get("/home").status_code == 401


def test_a_session_ends_when_nobody_uses_it(vendor: Vendor) -> None:
    vendor.log_in(11)
    vendor.clock.advance(minutes=119)
    assert vendor.browser.get("/home").status_code == 200
    vendor.clock.advance(minutes=121)
    assert vendor.browser.get("/home").status_code == 401


def test_pages_are_guarded(vendor: Vendor) -> None:
    answer = vendor.log_in(11)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    page = vendor.browser.get("/home")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store" and page.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/", "/login", "/home", "/nowhere"):
        answer = vendor.browser.get(path)
        assert SSO[1] not in answer.text + str(answer.headers)


def test_cookies_are_secure_behind_https(make: Make) -> None:
    vendor = make(redirect_uri="https://reader.example.test/oauth/clever/callback")
    assert "Secure" in vendor.browser.get("/login").headers["Set-Cookie"]


def test_secrets_are_not_logged(vendor: Vendor, clever: FakeClever, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="vendor_app")
    vendor.log_in(11)
    clever.faults.append(Fault("/oauth/tokens", 500))
    vendor.log_in(11)
    vendor.sync()
    for secret in (*SSO[1:], "sync-secret", "district-token", "il-", "code-11"):
        assert secret not in caplog.text


def test_students_do_not_see_the_roster(vendor: Vendor) -> None:
    vendor.log_in(11)
    assert vendor.browser.get("/roster").status_code == 403
    vendor.log_in(10)
    assert vendor.browser.get("/roster").status_code == 200
