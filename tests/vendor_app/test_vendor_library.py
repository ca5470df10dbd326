"""The Library side of the vendor app: who gets in, which classes come in, and what a teacher can do about them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, URL, Fault, basic, id_, person
from fake_library import CALLBACK, LIBRARY, FakeLibrary, library, pupil, section
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vendor_app.config import App, Config, from_environment

TESS, UMA, IDA, ANA, BEN, ZOE, CY = 50, 51, 52, 60, 61, 62, 63
ALGEBRA, BIOLOGY, CHESS = 70, 71, 72


@pytest.fixture
def clever() -> FakeLibrary:
    return library()


@pytest.fixture
def vendor(make: Make) -> Vendor:
    return make(library=App(*LIBRARY))


def come(vendor: Vendor, number: int, browser: FlaskClient | None = None) -> TestResponse:
    """A whole login by "Sign up with Clever"; the answer of the callback."""
    browser = browser or vendor.browser
    state = re.search(r"state=([^&]+)", browser.get("/signup").location or "")
    assert state, "the way to Clever carries no state"
    query = {"code": vendor.clever.code_for(number), "scope": "read:user_id", "state": state[1]}
    return browser.get(CALLBACK, query_string=query)


def fresh(vendor: Vendor, number: int) -> FlaskClient:
    """A browser of their own in which this person has come."""
    browser = vendor.app.test_client()
    assert come(vendor, number, browser).status_code == 302
    return browser


def post(browser: FlaskClient, path: str, page: str = "/home", **fields: Any) -> TestResponse:
    """Send a form of that page."""
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get(page).text)
    assert token
    return browser.post(path, data=fields | {"csrf": token[1]})


def active(vendor: Vendor, kind: str = "sections") -> set[str]:
    return {one["clever_id"] for one in vendor.see(kind)[kind] if one["status"] == "active"}


def ties(vendor: Vendor) -> set[tuple[str, str, str]]:
    rows = vendor.see("enrollments")["enrollments"]
    return {(row["section"], row["user"], row["role"]) for row in rows if row["status"] == "active"}


def tie(section: int, user: int, role: str) -> tuple[str, str, str]:
    return id_(section), id_(user), role


def name_of(page: str) -> str:
    found = re.search(r"Signed in as ([^<]*)", page)
    return found[1] if found else ""


# ── Coming in ─────────────────────────────────────────────────────────────────────────────────────────────


def test_sign_up_leads_to_clever_as_our_library_app(vendor: Vendor) -> None:
    assert "Sign up with Clever" in vendor.browser.get("/").text
    location = vendor.browser.get("/signup").location or ""
    assert location.startswith(f"{URL}/oauth/authorize?") and "client_id=library-app" in location
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Foauth%2Fclever%2Flibrary" in location
    assert "response_type=code" in location


def test_without_a_library_app_there_is_nothing_of_it(make: Make) -> None:
    plain = make()
    assert "Sign up with Clever" not in plain.browser.get("/").text
    assert plain.browser.get("/signup").status_code == plain.browser.get(CALLBACK).status_code == 404


def test_a_new_teacher_has_an_account_classes_and_students_at_once(vendor: Vendor, clever: FakeLibrary) -> None:
    answer = come(vendor, TESS)
    assert (answer.status_code, answer.location) == (302, "/home")
    assert basic(clever.asked[0]) == LIBRARY
    assert clever.paths() == [
        *("/oauth/tokens", "/v3.1/me", f"/v3.1/users/{id_(TESS)}", f"/v3.1/users/{id_(TESS)}/sections"),
        *(f"/v3.1/sections/{id_(ALGEBRA)}/users", f"/v3.1/sections/{id_(BIOLOGY)}/users"),
    ]
    home = vendor.home()
    assert name_of(home) == "Tess Berg" and "Algebra" in home and "Biology" in home and "Chess" not in home
    assert set(vendor.users()) == {id_(TESS), id_(ANA), id_(BEN), id_(ZOE)}
    assert vendor.users()[id_(ZOE)]["name"] == "Zoë 李" and vendor.users()[id_(ZOE)]["roles"] == ["student"]
    assert ties(vendor) == {
        *(tie(ALGEBRA, TESS, "teacher"), tie(ALGEBRA, ANA, "student"), tie(ALGEBRA, BEN, "student")),
        *(tie(BIOLOGY, TESS, "teacher"), tie(BIOLOGY, ZOE, "student")),
    }


def test_an_install_without_state_restarts_as_the_library_app(vendor: Vendor, clever: FakeLibrary) -> None:
    first = vendor.browser.get(CALLBACK, query_string={"code": clever.code_for(TESS)})
    assert first.status_code == 302 and "client_id=library-app" in (first.location or "")
    assert clever.asked == []
    state = (first.location or "").split("state=")[1]
    vendor.browser.get(CALLBACK, query_string={"code": clever.code_for(TESS), "state": state})
    assert name_of(vendor.home()) == "Tess Berg"


def test_a_state_of_one_app_opens_nothing_at_the_other(vendor: Vendor, clever: FakeLibrary) -> None:
    query = {"code": clever.code_for(TESS), "state": vendor.state()}
    assert vendor.browser.get(CALLBACK, query_string=query).status_code == 403
    assert clever.asked == []


def test_a_student_of_the_teacher_comes_in_to_their_classes(vendor: Vendor) -> None:
    fresh(vendor, TESS)
    before = vendor.users()[id_(BEN)]["internal_id"]
    browser = fresh(vendor, BEN)
    home = browser.get("/home").text
    assert name_of(home) == "Ben O" and "Algebra" in home and "Chess" not in home
    assert vendor.users()[id_(BEN)]["internal_id"] == before
    assert "Choose classes" not in home and browser.get("/classes").status_code == 404


def test_a_student_of_two_teachers_is_one_account_in_both_classes(vendor: Vendor) -> None:
    fresh(vendor, TESS)
    fresh(vendor, UMA)
    fresh(vendor, TESS)
    assert {tie(ALGEBRA, BEN, "student"), tie(CHESS, BEN, "student")} <= ties(vendor)
    home = fresh(vendor, BEN).get("/home").text
    assert "Algebra" in home and "Chess" in home
    assert [user["clever_id"] for user in vendor.see("users")["users"]].count(id_(BEN)) == 1


def test_a_co_teacher_joins_the_class(vendor: Vendor) -> None:
    fresh(vendor, TESS)
    assert tie(ALGEBRA, UMA, "teacher") not in ties(vendor), "nobody of ours yet"
    home = fresh(vendor, UMA).get("/home").text
    assert "Algebra" in home and "Chess" in home and "Biology" not in home
    assert {tie(ALGEBRA, TESS, "teacher"), tie(ALGEBRA, UMA, "teacher")} <= ties(vendor)


def test_a_teacher_without_classes_finds_an_empty_list(vendor: Vendor) -> None:
    assert come(vendor, IDA).location == "/home"
    home = vendor.home()
    assert name_of(home) == "Ida New" and "No classes yet" in home
    assert "No classes yet" in vendor.browser.get("/classes").text


def test_twelve_classes_and_130_students_all_come_in(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.add("sections", *(section(100 + each, f"Room {each}", [IDA], []) for each in range(11)))
    clever.add("users", *(pupil(200 + each, "P", chr(97 + each % 26)) for each in range(130)))
    clever.add("sections", section(99, "Choir", [IDA], list(range(200, 330))))
    come(vendor, IDA)
    assert len(active(vendor)) == 12
    assert sum(role == "student" for _, _, role in ties(vendor)) == 130
    assert "130 students" in vendor.home()


def test_a_person_of_another_kind_is_told_so(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.add("users", {"id": id_(53), "name": {"first": "Sol"}, "roles": {"staff": {}}})
    answer = come(vendor, 53)
    assert answer.status_code == 403 and "not for you yet" in answer.text
    assert vendor.see("users")["users"] == []


def test_the_roster_of_a_district_is_not_a_library_teacher_s(vendor: Vendor) -> None:
    come(vendor, TESS)
    for path in ("/roster", "/roster/users", "/syncs", "/review"):
        assert vendor.browser.get(path).status_code == 403
    assert 'href="/roster"' not in vendor.home()


def test_a_login_survives_that_classes_cannot_be_read(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.faults.append(Fault(f"/v3.1/sections/{id_(BIOLOGY)}", 500))
    assert come(vendor, TESS).location == "/home"
    assert active(vendor) == set() and vendor.clock.waits == []
    assert post(vendor.browser, "/classes/sync").location == "/home?classes=read"
    assert active(vendor) == {id_(ALGEBRA), id_(BIOLOGY)}


def test_a_class_that_ends_while_it_is_read_is_left_out(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.faults.append(Fault(f"/v3.1/sections/{id_(BIOLOGY)}", 404))
    come(vendor, TESS)
    assert active(vendor) == {id_(ALGEBRA)}


def test_no_district_token_is_ever_asked_for(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    post(vendor.browser, "/classes/sync")
    assert not [one for one in clever.asked if one.method == "GET" and one.path == "/oauth/tokens"]
    tokens = {one.headers["Authorization"] for one in clever.asked if one.path.startswith("/v3.")}
    assert len(tokens) == 1 and "ilib-" in tokens.pop()


# ── Later ─────────────────────────────────────────────────────────────────────────────────────────────────


def change(clever: FakeLibrary) -> None:
    """Algebra has another name, Ana left, Cy came, and Biology ended."""
    clever.tables["sections"][id_(ALGEBRA)] |= {"name": "Algebra 2", "students": [id_(BEN), id_(CY)]}
    clever.remove("sections", BIOLOGY)


def expect_changed(vendor: Vendor) -> None:
    assert active(vendor) == {id_(ALGEBRA)}
    held = {tie(ALGEBRA, TESS, "teacher"), tie(ALGEBRA, BEN, "student"), tie(ALGEBRA, CY, "student")}
    assert ties(vendor) == held
    assert vendor.users()[id_(ANA)]["status"] == "active", "who left a class keeps the account"
    home = vendor.home()
    assert "Algebra 2" in home and "Biology" not in home


def test_a_later_login_reads_everything_again(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    change(clever)
    clever.tables["users"][id_(TESS)]["name"]["last"] = "Berg-Ñandú"
    come(vendor, TESS)
    expect_changed(vendor)
    assert name_of(vendor.home()) == "Tess Berg-Ñandú"


def test_the_button_reads_the_classes_again_with_the_teacher_s_own_token(
    vendor: Vendor, clever: FakeLibrary
) -> None:
    come(vendor, TESS)
    change(clever)
    answer = post(vendor.browser, "/classes/sync")
    assert (answer.status_code, answer.location) == (303, "/home?classes=read")
    expect_changed(vendor)
    assert "up to date" in vendor.browser.get("/home?classes=read").text


def test_the_button_goes_through_clever_when_the_token_is_a_day_old(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    for _ in range(14):
        vendor.clock.advance(hours=1, minutes=50)
        assert vendor.browser.get("/home").status_code == 200
    change(clever)
    asked = len(clever.asked)
    assert post(vendor.browser, "/classes/sync").location == "/signup"
    assert len(clever.asked) == asked, "an old token is not even tried"
    come(vendor, TESS)
    expect_changed(vendor)


def test_the_button_goes_through_clever_when_the_token_is_refused(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    clever.revoked = {f"ilib-{id_(TESS)}-{clever.minted}"}
    assert post(vendor.browser, "/classes/sync").location == "/signup"


def test_a_failed_reading_changes_nothing_and_says_so(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    held = ties(vendor)
    change(clever)
    clever.faults.append(Fault("/v3.1/sections", 500))
    assert post(vendor.browser, "/classes/sync").location == "/home?classes=unread"
    assert "could not be read" in vendor.browser.get("/home?classes=unread").text
    assert ties(vendor) == held


def test_forms_of_classes_need_the_token_of_their_page(vendor: Vendor) -> None:
    come(vendor, TESS)
    for path in ("/classes/sync", "/classes", "/merge", "/profile"):
        assert vendor.browser.post(path, data={}).status_code == 400, path


def test_a_class_lists_its_students_to_its_teachers_only(vendor: Vendor) -> None:
    come(vendor, TESS)
    path = re.search(r'href="(/classes/\d+)" dir="auto">Biology', vendor.home())
    assert path
    page = vendor.browser.get(path[1]).text
    assert "Zoë 李" in page and "1 student" in page and "grade 4" in page
    for other in (UMA, ZOE):
        assert fresh(vendor, other).get(path[1]).status_code == 404
    assert vendor.app.test_client().get(path[1]).status_code == 401


# ── The section picker ────────────────────────────────────────────────────────────────────────────────────


def test_a_teacher_chooses_which_classes_come_in(vendor: Vendor) -> None:
    come(vendor, TESS)
    page = vendor.browser.get("/classes").text
    assert page.count("checked") == 2 and id_(ALGEBRA) in page and id_(BIOLOGY) in page
    answer = post(vendor.browser, "/classes", "/classes", section=id_(BIOLOGY))
    assert answer.location == "/home?classes=read"
    assert active(vendor) == {id_(BIOLOGY)}
    assert ties(vendor) == {tie(BIOLOGY, TESS, "teacher"), tie(BIOLOGY, ZOE, "student")}
    come(vendor, TESS)
    assert active(vendor) == {id_(BIOLOGY)}, "a later login does not bring it back"
    assert vendor.browser.get("/classes").text.count("checked") == 1
    post(vendor.browser, "/classes", "/classes", section=[id_(ALGEBRA), id_(BIOLOGY)])
    assert active(vendor) == {id_(ALGEBRA), id_(BIOLOGY)}
    assert tie(ALGEBRA, BEN, "student") in ties(vendor)


def test_a_class_that_is_new_comes_in_by_itself(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    post(vendor.browser, "/classes", "/classes")
    clever.add("sections", section(73, "Drama", [TESS], [ANA]))
    come(vendor, TESS)
    assert active(vendor) == {id_(73)}


def test_what_one_teacher_declines_another_keeps(vendor: Vendor) -> None:
    tess, uma = fresh(vendor, TESS), fresh(vendor, UMA)
    post(tess, "/classes", "/classes", section=id_(BIOLOGY))
    assert id_(ALGEBRA) in active(vendor)
    assert "Algebra" not in tess.get("/home").text and "Algebra" in uma.get("/home").text
    post(uma, "/classes/sync")
    assert tie(ALGEBRA, TESS, "teacher") not in ties(vendor), "Uma's reading does not overrule Tess"


def test_a_choice_of_somebody_else_s_class_is_ignored(vendor: Vendor) -> None:
    fresh(vendor, UMA)
    come(vendor, TESS)
    post(vendor.browser, "/classes", "/classes", section=[id_(ALGEBRA), id_(BIOLOGY), id_(CHESS), "x" * 3000])
    assert "Chess" not in vendor.home() and "Algebra" in vendor.home()


# ── The account a teacher had before ──────────────────────────────────────────────────────────────────────


def seed(vendor: Vendor, **fields: Any) -> int:
    told = {"name": "T. Berg", "email": "TESS.berg@example.test", "role": "teacher", "password": "open sesame"}
    number: int = vendor.probe("/seed", users=[told | fields])["users"][0]["internal_id"]
    return number


def whoami(browser: FlaskClient) -> Any:
    return browser.get("/probe/whoami").get_json()["internal_id"]


def test_a_teacher_keeps_the_older_account_with_its_password(vendor: Vendor) -> None:
    old = seed(vendor)
    vendor.store.write_progress(old, "Momo", 12, "2026-01-01")
    assert come(vendor, TESS).location == "/merge"
    page = vendor.browser.get("/merge").text
    assert "TESS.berg@example.test" in page and "Link my account" in page and "Start new" in page
    assert whoami(vendor.browser) not in (None, old), "signed in already, in an account of their own"
    post(vendor.browser, "/reading", title="Emil", pages="30")
    answer = post(vendor.browser, "/merge", "/merge", password="open sesame", choice="link")
    assert (answer.status_code, answer.location) == (303, "/home")
    assert whoami(vendor.browser) == old
    home = vendor.home()
    assert "Momo" in home and "Emil" in home and name_of(home) == "Tess Berg" and "Algebra" in home
    assert [user["internal_id"] for user in vendor.see("users")["users"]].count(old) == 1
    assert vendor.users()[id_(TESS)]["internal_id"] == old
    assert post(vendor.browser, "/classes/sync").location == "/home?classes=read", "the token came along"
    assert come(vendor, TESS).location == "/home", "asked once"
    assert whoami(vendor.browser) == old


def test_a_code_delivered_again_after_a_merge_is_not_exchanged(vendor: Vendor, clever: FakeLibrary) -> None:
    seed(vendor)
    state = re.search(r"state=([^&]+)", vendor.browser.get("/signup").location or "")
    assert state
    query = {"code": clever.code_for(TESS), "state": state[1]}
    vendor.browser.get(CALLBACK, query_string=query)
    post(vendor.browser, "/merge", "/merge", password="open sesame", choice="link")
    assert vendor.browser.get(CALLBACK, query_string=query).location == "/home"
    assert clever.paths().count("/oauth/tokens") == 1


def test_a_wrong_password_links_nothing_and_ends_after_five(vendor: Vendor) -> None:
    old = seed(vendor)
    come(vendor, TESS)
    for _ in range(5):
        answer = vendor.browser.post("/merge", data={"csrf": vendor.csrf(), "password": "guess", "choice": "link"})
        assert answer.status_code == 403 and "does not open" in answer.text
    assert vendor.browser.get("/merge").location == "/home"
    late = vendor.browser.post("/merge", data={"csrf": vendor.csrf(), "password": "open sesame"})
    assert late.status_code == 403 and whoami(vendor.browser) not in (None, old)
    assert come(vendor, TESS).location == "/home"


def test_a_teacher_may_start_new(vendor: Vendor) -> None:
    old = seed(vendor)
    come(vendor, TESS)
    assert "had an account here before" in vendor.home()
    assert post(vendor.browser, "/merge", "/merge", choice="new").location == "/home"
    assert whoami(vendor.browser) not in (None, old) and "had an account here before" not in vendor.home()
    assert come(vendor, TESS).location == "/home"


@pytest.mark.parametrize(
    "fields",
    [{"email": "other@example.test"}, {"role": "student"}, {"email": ""}],
    ids=("address", "role", "none"),
)
def test_nobody_is_offered_an_account_that_is_not_theirs(vendor: Vendor, fields: dict[str, str]) -> None:
    seed(vendor, **fields)
    assert come(vendor, TESS).location == "/home"


def test_an_account_without_a_password_waits_for_a_person(vendor: Vendor) -> None:
    old = seed(vendor, password="")
    assert come(vendor, TESS).location == "/home"
    [waiting] = vendor.see("review")["candidates"]
    assert (waiting["internal_id"], waiting["clever_id"]) == (old, id_(TESS))


def test_one_offer_cannot_take_what_another_took(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.tables["users"][id_(UMA)]["email"] = "tess.berg@example.test"
    old = seed(vendor)
    tess, uma = fresh(vendor, TESS), fresh(vendor, UMA)
    post(tess, "/merge", "/merge", password="open sesame", choice="link")
    assert whoami(tess) == old
    assert uma.get("/merge").location == "/home"
    late = post(uma, "/merge", password="open sesame", choice="link")
    assert late.status_code == 403 and whoami(uma) not in (None, old)


def test_passwords_are_kept_as_hashes(vendor: Vendor) -> None:
    seed(vendor)
    assert "open sesame" not in str([tuple(row) for row in vendor.store.rows("SELECT * FROM passwords")])


# ── Questions ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_one_question_comes_at_the_first_login_only(vendor: Vendor) -> None:
    come(vendor, TESS)
    home = vendor.home()
    assert 'name="goal"' in home and 'name="email"' not in home and "name" not in re.findall(r'name="(\w+)"', home)
    post(vendor.browser, "/profile", goal="20")
    assert 'name="goal"' not in vendor.home() and "20 pages a day" in vendor.home()
    come(vendor, TESS)
    assert 'name="goal"' not in vendor.home() and "20 pages a day" in vendor.home()


def test_a_question_left_open_is_not_asked_again(vendor: Vendor) -> None:
    come(vendor, TESS)
    for goal in ("", "0", "-3", "<b>", "٣x"):
        post(vendor.browser, "/profile", goal=goal)
    assert 'name="goal"' in vendor.home()
    come(vendor, TESS)
    assert 'name="goal"' not in vendor.home()


# ── The district wins ─────────────────────────────────────────────────────────────────────────────────────


def test_a_district_that_connects_later_finds_the_same_accounts(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    before = {one["clever_id"]: one["internal_id"] for one in vendor.see("users")["users"]}
    sections = {one["clever_id"]: one["internal_id"] for one in vendor.see("sections")["sections"]}
    whole = {"district": DISTRICT, "email": "ana@example.test", "name": {"first": "Ana", "last": "García"}}
    clever.add("users", person(ANA, "Ana", "García") | whole)
    for number in (TESS, BEN, ZOE):
        clever.tables["users"][id_(number)]["district"] = DISTRICT
    for number in (ALGEBRA, BIOLOGY):
        clever.tables["sections"][id_(number)]["district"] = DISTRICT
    assert vendor.sync()["status"] == "success"
    after = {one["clever_id"]: one["internal_id"] for one in vendor.see("users")["users"]}
    assert before.items() <= after.items() and vendor.users()[id_(ANA)]["name"] == "Ana García"
    assert sections == {one["clever_id"]: one["internal_id"] for one in vendor.see("sections")["sections"]}
    vendor.log_in(TESS)
    assert whoami(vendor.browser) == before[id_(TESS)] and "Sync classes" not in vendor.home()
    assert vendor.browser.get("/roster").status_code == 200


def test_the_library_does_not_shorten_what_a_district_told(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.add("users", person(BEN, "Ben", "Okonkwo"))
    vendor.sync()
    assert vendor.users()[id_(BEN)]["name"] == "Ben Okonkwo"
    clever.add("users", pupil(BEN, "Ben", "O"))
    come(vendor, TESS)
    assert vendor.users()[id_(BEN)]["name"] == "Ben Okonkwo"
    assert tie(ALGEBRA, BEN, "student") in ties(vendor)


def test_somebody_whom_a_district_took_away_comes_back_by_the_library(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.add("users", person(TESS, "Tess", "Berg", "teacher"))
    vendor.sync()
    number = vendor.users()[id_(TESS)]["internal_id"]
    gone = clever.remove("users", TESS)
    vendor.sync()
    assert vendor.users()[id_(TESS)]["status"] == "archived"
    clever.add("users", {key: value for key, value in gone.items() if key != "district"})
    come(vendor, TESS)
    assert (vendor.users()[id_(TESS)]["status"], whoami(vendor.browser)) == ("active", number)


# ── Settings ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_library_app_comes_from_the_environment() -> None:
    environ = {
        "MOCK_CLEVER_URL": "http://x.test",
        "CLEVER_CLIENT_ID": "sync",
        "CLEVER_CLIENT_SECRET": "s",
        "CLEVER_REDIRECT_URI": "https://reader.test/oauth/clever/callback",
    }
    assert from_environment(environ | {"CLEVER_LIBRARY_CLIENT_ID": ""}).library is None
    environ |= {"CLEVER_LIBRARY_CLIENT_ID": "lib", "CLEVER_LIBRARY_CLIENT_SECRET": "hush-hush"}
    config = from_environment(environ).for_library
    assert (config.login.client_id, config.redirect_uri) == ("lib", "https://reader.test/oauth/clever/library")
    elsewhere = from_environment(environ | {"CLEVER_LIBRARY_REDIRECT_URI": "https://y.test/cb"})
    assert elsewhere.for_library.redirect_uri == "https://y.test/cb"
    assert "hush-hush" not in repr(elsewhere).replace("client_id='lib'", "")
    bare = Config(clever_url="u", login=App("a", "b"), sync=App("a", "b"), redirect_uri="").at("http://h:1")
    assert bare.for_library.redirect_uri == "http://h:1/oauth/clever/library"
