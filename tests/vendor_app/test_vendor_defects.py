"""Each defect breaks what it says and nothing else: every check here runs against every defect.

The checks are small likenesses of the certification requirements, written against the fake Clever. The suite
itself is proved in its own tests.
"""

from collections.abc import Callable
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, SSO, FakeClever, Fault, basic, id_, person, town
from flask.testing import FlaskClient
from looks import Looks

from vendor_app.__main__ import main
from vendor_app.behaviour import Behaviour
from vendor_app.config import Misconfigured
from vendor_app.defects import DEFECTS, EVERY, UNJUDGED, chosen

Check = Callable[[Vendor, FakeClever], None]
ELSEWHERE = ("LIB-", "LMS-", "T-LMS-", "ADJ-17", "ADJ-27", "ADJ-28", "ADJ-29")
"""What the tests of the Library, of coursework, of two apps and of OpenID Connect judge."""
COURSEWORK = {name: one for name, one in EVERY.items() if one.__module__ == "vendor_app.defects.coursework"}
"""Defects in decisions that no check here puts to anybody."""
CHECKS: dict[str, list[Check]] = {}


def requirement(name: str) -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        CHECKS.setdefault(name, []).append(check)
        return check

    return enter


def who(vendor: Vendor) -> Any:
    return vendor.browser.get("/probe/whoami").get_json()["internal_id"]


def by_id(vendor: Vendor, kind: str) -> dict[str | None, dict[str, Any]]:
    return {one["clever_id"]: one for one in vendor.see(kind)[kind]}


def sync(vendor: Vendor) -> None:
    assert vendor.sync()["status"] == "success"


def status(vendor: Vendor, number: int) -> list[str]:
    return [one["status"] for one in vendor.see("users")["users"] if one["clever_id"] == id_(number)]


def followed(vendor: Vendor, clever: FakeClever) -> None:
    """A feed, and a first full sync."""
    clever.feed = []
    clever.tell("updated", "districts", clever.tables["districts"][DISTRICT])
    sync(vendor)


def expect_by_events(vendor: Vendor, number: int, expected: list[str]) -> None:
    """What a full sync would set right is right by the events alone; the rest is another requirement's matter."""
    vendor.delta()
    if status(vendor, number) != expected:
        vendor.sync()
        assert status(vendor, number) != expected


def launched(vendor: Vendor, clever: FakeClever, number: int, browser: FlaskClient | None = None) -> Any:
    """Who is signed in after a launch from the portal, in a browser of their own unless one is given."""
    browser = browser or vendor.app.test_client()
    location = f"/oauth/clever/callback?code={clever.code_for(number)}&scope=x"
    for _ in range(2):
        state = (browser.get(location).location or "").partition("state=")[2]
        location = f"/oauth/clever/callback?code={clever.code_for(number)}&scope=x&state={state}"
        if not state:
            break
    return browser.get("/probe/whoami").get_json()["internal_id"]


def there_after_a_return(vendor: Vendor, clever: FakeClever) -> bool:
    """Whether a student who went and came back, in one page of events, is in use."""
    zoe = clever.remove("users", 13)
    clever.tell("deleted", "users", zoe)
    clever.create("users", zoe)
    vendor.delta()
    return status(vendor, 13) == ["active"]


@requirement("SSO-01")
def _(vendor: Vendor, clever: FakeClever) -> None:
    assert "response_type=code" in (vendor.browser.get("/login").location or "")
    vendor.log_in(11)
    assert basic(clever.asked[0]) == SSO and "client_secret" not in clever.asked[0].form
    assert SSO[1] not in vendor.browser.get("/").text + vendor.home()


@requirement("SSO-02")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    first, cookie = who(vendor), vendor.browser.get_cookie("larkspur_session")
    vendor.log_in(14)
    assert who(vendor) not in (None, first) and cookie
    thief = vendor.app.test_client()
    thief.set_cookie("larkspur_session", cookie.value)
    assert thief.get("/home").status_code == 401
    last = vendor.browser.get_cookie("larkspur_session")
    if 'action="/logout"' in vendor.home() and last:  # without a way out, that is another requirement's matter
        vendor.browser.post("/logout", data={"csrf": vendor.csrf()})
        thief.set_cookie("larkspur_session", last.value)
        assert thief.get("/home").status_code == 401


@requirement("SSO-03")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(13)
    assert clever.paths("/users/") == [f"/v3.1/users/{id_(13)}"]


@requirement("SSO-03")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(13)
    assert 'name="email"' not in vendor.home()


@requirement("SSO-04")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    assert all(path.startswith(("/v3.", "/oauth/")) for path in clever.paths())


@requirement("SSO-05")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(14)
    assert "Uma Second" in vendor.home()


@requirement("SSO-06")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(14)
    number = who(vendor)
    clever.tables["users"][id_(14)]["email"] = "new@example.test"
    vendor.log_in(14)
    assert who(vendor) == number


@requirement("SSO-07")
def _(vendor: Vendor, clever: FakeClever) -> None:
    seeded = {"name": "U.", "email": "uma.second@example.test", "role": "teacher"}
    number = vendor.probe("/seed", users=[seeded])["users"][0]["internal_id"]
    vendor.log_in(14)
    assert who(vendor) == number
    clever.add("users", person(33, "Eve", "Other", "teacher", email="uma.second@example.test"))
    vendor.browser = vendor.app.test_client()
    vendor.log_in(33)
    assert who(vendor) not in (None, number)


@requirement("SSO-08")
def _(vendor: Vendor, clever: FakeClever) -> None:
    location = f"/oauth/clever/callback?code={clever.code_for(11)}&scope=x"
    for _ in range(3):
        answer = vendor.browser.get(location)
        state = (answer.location or "").partition("state=")[2]
        location = f"/oauth/clever/callback?code={clever.code_for(11)}&scope=x" + (
            f"&state={state}" if state else ""
        )
    assert who(vendor)


@requirement("SSO-09")
def _(vendor: Vendor, clever: FakeClever) -> None:
    for fault in (Fault("/oauth/tokens", 400), Fault("/oauth/tokens", 200, body='{"access_tok')):
        clever.faults.append(fault)
        answer = vendor.log_in(11)
        assert answer.status_code < 500 and 'href="/login"' in answer.text and "Traceback" not in answer.text
    _a_used_callback_opens_nothing(vendor, clever)


@requirement("SSO-10")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    assert 'action="/logout"' in vendor.home()
    assert vendor.browser.post("/logout", data={"csrf": vendor.csrf()}).location == "/"
    assert vendor.browser.get("/home").status_code == 401


@requirement("ADJ-05")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    if 'action="/logout"' in vendor.home():  # without a way out, that is another requirement's matter
        assert vendor.browser.post("/logout", data={"csrf": vendor.csrf()}).location == "/"


@requirement("ADJ-18")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    assert SSO[1] not in vendor.browser.get("/").text + vendor.home()


@requirement("SSO-O1")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(35, "Sol", "Staff", "staff"))
    vendor.log_in(11)
    if who(vendor):
        assert launched(vendor, clever, 35)


@requirement("SSO-O2")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    clever.add("users", person(36, "Noor", "New"))
    answer = vendor.log_in(36)
    assert who(vendor) or answer.status_code >= 400 or answer.location != "/"


@requirement("SYN-O1")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(14)
    if 'action="/sync"' in (page := vendor.browser.get("/roster").text):
        before = len(clever.asked)
        vendor.browser.post("/sync", data={"csrf": page.partition('name="csrf" value="')[2].partition('"')[0]})
        assert len(clever.asked) > before


@requirement("ADJ-07")
@requirement("SSO-C2")
@requirement("SSO-05")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(35, "Sol", "Staff", "staff"))
    vendor.log_in(11)
    if who(vendor):
        vendor.log_in(35, other := vendor.app.test_client())
        assert other.get("/probe/whoami").get_json()["internal_id"]


@requirement("SSO-C5")
def _(vendor: Vendor, clever: FakeClever) -> None:
    assert launched(vendor, clever, 11)


@requirement("SSO-R1")
def _(vendor: Vendor, clever: FakeClever) -> None:
    assert "Log in with Clever" in vendor.browser.get("/").text
    assert "response_type=code" in (vendor.browser.get("/login").location or "")


@requirement("SSO-R2")
def _(vendor: Vendor, clever: FakeClever) -> None:
    for asked in (True, False):
        vendor.log_in(13)
        assert ('name="goal"' in vendor.home()) is asked


@requirement("SSO-R3")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(14)
    assert vendor.users()[id_(14)]["email"] == "uma.second@example.test"


@requirement("SSO-R5")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    first = who(vendor)
    if launched(vendor, clever, 11):  # without that way in, it is another requirement's matter
        vendor.browser = vendor.app.test_client()
        vendor.log_in(11)
        launched(vendor, clever, 14, vendor.browser)
        assert who(vendor) not in (None, first)


@requirement("SSO-R4")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(13)
    if "Signed in as Clever user" not in (home := vendor.home()) and "Signed in" in home:
        assert "Zoë 李" in home


@requirement("ADJ-09")
@requirement("ADJ-02")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11, loginas_by_admin="true")
    assert who(vendor)


@requirement("ADJ-03")
def _(vendor: Vendor, clever: FakeClever) -> None:
    if launched(vendor, clever, 11):
        assert clever.paths().count("/oauth/tokens") == 1


@requirement("ADJ-06")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(12)  # has no e-mail
    assert who(vendor)


@requirement("ADJ-23")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    vendor.log_in(14)
    assert id_(11) not in vendor.home() and "Ana García" not in vendor.home()


@requirement("ADJ-24")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    assert vendor.browser.get("/home").headers["Cache-Control"] == "no-store"


@requirement("ADJ-25")
def _(vendor: Vendor, clever: FakeClever) -> None:
    first, _ = vendor.state(), vendor.state()
    query = {"code": clever.code_for(11), "state": first}
    vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert who(vendor)


@requirement("ADJ-26")
def _a_used_callback_opens_nothing(vendor: Vendor, clever: FakeClever) -> None:
    query = {"code": clever.code_for(11), "state": vendor.state()}
    vendor.browser.get("/oauth/clever/callback", query_string=query)
    vendor.browser = vendor.app.test_client()
    vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert who(vendor) is None


@requirement("ADJ-01")
def _(vendor: Vendor, clever: FakeClever) -> None:
    query = {"code": clever.code_for(11), "state": vendor.state()}
    for _ in range(2):
        vendor.browser.get("/oauth/clever/callback", query_string=query)
    assert clever.paths().count("/oauth/tokens") == 1


@requirement("ADJ-04")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.state()
    vendor.browser.get("/oauth/clever/callback", query_string={"code": clever.code_for(11), "state": "forged"})
    assert clever.asked == []


@requirement("ADJ-08")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(34, "Max", "Both") | {"roles": {"teacher": {}, "district_admin": {}}})
    sync(vendor)
    assert vendor.users()[id_(34)]["roles"] == ["teacher", "district_admin"]


@requirement("ADJ-10")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", *[person(number, "P", str(number)) for number in range(100, 210)])
    vendor.sync()
    assert all(set(one.query) <= {"limit", "starting_after"} for one in clever.asked if "/users" in one.path)


@requirement("ADJ-11")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.tables["sections"][id_(20)]["students"].append(id_(99))
    sync(vendor)


@requirement("ADJ-12")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.faults.append(Fault("/v3.1/users", 503, times=2))
    sync(vendor)
    assert vendor.clock.waits == [1, 2]


@requirement("ADJ-12")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.faults.append(Fault("/v3.1/users", 400, times=None))
    vendor.sync()
    assert len(clever.paths("/users")) == 1


@requirement("ADJ-12")
def _(vendor: Vendor, clever: FakeClever) -> None:
    reset = str(int(vendor.clock.now().timestamp()) + 30)
    clever.faults.append(Fault("/v3.1/users", 429, body="", headers={"X-Ratelimit-Reset": reset}))
    sync(vendor)
    assert vendor.clock.waits == [30]


@requirement("ADJ-13")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    clever.delete("users", 13)
    expect_by_events(vendor, 13, ["archived"])


@requirement("ADJ-13")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    zoe = clever.remove("users", 13)
    clever.tell("deleted", "users", zoe)
    clever.tell("updated", "schools", clever.tables["schools"][id_(1)])
    clever.create("users", zoe)
    expect_by_events(vendor, 13, ["active"])


@requirement("ADJ-13")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", *[person(number, "P", str(number)) for number in range(100, 210)])
    followed(vendor, clever)
    for _ in range(110):
        clever.update("users", 13, email="zoe@example.test")
    clever.create("users", person(300, "Ida", "New"))
    expect_by_events(vendor, 300, ["active"])


@requirement("ADJ-13")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.meanwhile["/v3.1/sections"] = lambda: clever.create("users", person(300, "Ida", "Meanwhile"))
    followed(vendor, clever)
    expect_by_events(vendor, 300, ["active"])


@requirement("ADJ-14")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.tokens[DISTRICT] = "rotated"
    sync(vendor)


@requirement("ADJ-14")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    clever.rotate_at = "/v3.1/users"
    sync(vendor)


@requirement("ADJ-15")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", *[person(each, "P", str(each)) for each in range(100, 140)])
    sync(vendor)
    known = set(vendor.users())
    for number in range(100, 114):
        clever.remove("users", number)
    vendor.sync()
    assert known == set(vendor.users())


@requirement("ADJ-19")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    clever.add("users", person(30, "Ida", "New"))  # its event is long gone
    clever.feed = []
    clever.tell("updated", "schools", clever.tables["schools"][id_(1)])
    vendor.clock.advance(days=40)
    expect_by_events(vendor, 30, ["active"])


@requirement("ADJ-20")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    told = clever.create("users", person(30, "Ida", "New"))
    assert clever.feed is not None
    clever.feed.append(next(event for event in clever.feed if event["id"] == told))
    vendor.delta()
    assert len(status(vendor, 30)) <= 1


@requirement("ADJ-20")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    clever.pace = 0  # the next event is of the same second
    clever.create("users", person(30, "Ida", "New"))
    expect_by_events(vendor, 30, ["active"])


@requirement("ADJ-20")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    if there_after_a_return(vendor, clever):  # what goes wrong in the right order is another requirement's matter
        clever.turned = True
        assert there_after_a_return(vendor, clever)


@requirement("ADJ-20")
def _(vendor: Vendor, clever: FakeClever) -> None:
    followed(vendor, clever)
    clever.add("users", person(99, "Ned", "Unheard"))
    clever.update("sections", 21, students=[id_(11), id_(99)])
    clever.create("users", person(30, "Ida", "New"))
    clever.faults.append(Fault("/v3.1/users", 503, times=None))
    vendor.delta()
    clever.faults.clear()
    expect_by_events(vendor, 30, ["active"])


@requirement("ADJ-21")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    clever.tokens = {"e" * 24: "other-token"}
    clever.add("districts", {"id": "e" * 24, "name": "Other"})
    vendor.sync()
    assert status(vendor, 13) != []


@requirement("ADJ-22")
def _(vendor: Vendor, clever: FakeClever) -> None:
    common = {"district": DISTRICT, "school": id_(1), "term_id": id_(2), "course": id_(3)}
    year = [{"name": f"Room {each}", "students": [id_(11)], "teachers": [id_(10)], **common} for each in range(12)]
    clever.add("sections", *({"id": id_(40 + each), **section} for each, section in enumerate(year)))
    sync(vendor)
    vendor.app.test_client().put(f"/probe/progress/{id_(11)}", json={"item": "Momo", "score": 3})
    for each in range(12):
        clever.remove("sections", 40 + each)
    clever.add("sections", *({"id": id_(60 + each), **section} for each, section in enumerate(year)))
    for hold in vendor.see("holds")["holds"] if vendor.sync()["status"] == "held" else ():
        vendor.probe(f"/holds/{hold['id']}", decision="confirm")
    sections = by_id(vendor, "sections")
    assert {sections[id_(40 + each)]["status"] for each in range(12)} == {"archived"}
    assert {sections[id_(60 + each)]["status"] for each in range(12)} == {"active"}
    assert vendor.see(f"progress/{id_(11)}")["progress"]


@requirement("ADJ-22")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    clever.tables["sections"][id_(21)] |= {"teacher": id_(10), "teachers": [id_(10)]}
    sync(vendor)
    rows = vendor.see("enrollments")["enrollments"]
    assert (id_(21), id_(14)) not in {(row["section"], row["user"]) for row in rows if row["status"] == "active"}


@requirement("ADJ-22")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    clever.remove("terms", 2)
    clever.add("terms", {"id": id_(5), "district": DISTRICT, "name": "Next fall"})
    clever.tables["sections"][id_(20)]["term_id"] = id_(5)
    sync(vendor)
    assert by_id(vendor, "sections")[id_(20)]["term"] == id_(5)
    assert by_id(vendor, "terms")[id_(2)]["status"] == "archived"


@requirement("SYN-01")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    before = [vendor.users()[id_(14)], by_id(vendor, "sections")[id_(20)]]
    teacher = clever.tables["users"][id_(14)]
    teacher["email"], teacher["roles"]["teacher"]["sis_id"] = "other@example.test", "other"
    clever.tables["sections"][id_(20)]["name"] = "Algebra 2"
    sync(vendor)
    after = [vendor.users()[id_(14)], by_id(vendor, "sections")[id_(20)]]
    assert [one["internal_id"] for one in before] == [one["internal_id"] for one in after]


@requirement("SYN-02")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", *[person(number, "P", str(number)) for number in range(100, 210)])
    sync(vendor)
    assert id_(209) in vendor.users()


@requirement("SYN-03")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    assert all(path.startswith(("/v3.", "/oauth/")) for path in clever.paths())


@requirement("SYN-04")
def _(vendor: Vendor, clever: FakeClever) -> None:
    seeded = [
        {"name": "T.", "sis_id": "sis-10"},
        {"name": "A.", "email": "ana.garcía@example.test"},
        {"name": "Zoë 李", "email": "someone@else.test"},
    ]
    numbers = [one["internal_id"] for one in vendor.probe("/seed", users=seeded)["users"]]
    sync(vendor)
    linked = {one["internal_id"] for one in vendor.users().values() if one["clever_id"]}
    assert linked & {*numbers} == {*numbers[:2]}


@requirement("SYN-05")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(14)
    asked = len(clever.paths("/users/"))
    vendor.clock.advance(hours=25)
    vendor.log_in(14)
    if asked:
        assert len(clever.paths("/users/")) == asked + 1


@requirement("SYN-06")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("terms", {"id": id_(5), "district": DISTRICT, "name": "Spring"})
    clever.add("courses", {"id": id_(6), "district": DISTRICT, "name": "Chess"})
    for kind, number in (("users", 13), ("sections", 20), ("terms", 5), ("courses", 6)):
        sync(vendor)
        internal = by_id(vendor, kind)[id_(number)]["internal_id"]
        gone = clever.remove(kind, number)
        sync(vendor)
        assert by_id(vendor, kind)[id_(number)]["status"] == "archived"
        if kind == "users":
            clever.add("users", gone)
            vendor.log_in(number)
            assert who(vendor) is None
        clever.add(kind, gone)
        sync(vendor)
        kept = by_id(vendor, kind)[id_(number)]
        assert (kept["status"], kept["internal_id"]) == ("active", internal)


@requirement("SYN-06")
def _(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    clever.faults.append(Fault("/v3.1", 401, times=None))
    vendor.sync()
    assert vendor.users()[id_(14)]["status"] == "active"


@requirement("SYN-07")
def _(vendor: Vendor, clever: FakeClever) -> None:
    del clever.tables["sections"][id_(21)]["course"]
    sync(vendor)
    assert id_(12) in vendor.users() and id_(21) in by_id(vendor, "sections")
    assert vendor.log_in(12).status_code == 302


@requirement("SYN-08")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    vendor.app.test_client().put(f"/probe/progress/{id_(11)}", json={"item": "Momo", "score": 3})
    for number in (21, 20):
        clever.remove("sections", number)
        sync(vendor)
        assert vendor.see(f"progress/{id_(11)}")["progress"]


@requirement("SYN-08")
def _(vendor: Vendor, clever: FakeClever) -> None:
    sync(vendor)
    vendor.app.test_client().put(f"/probe/progress/{id_(13)}", json={"item": "Momo", "score": 3})
    gone = clever.remove("users", 13)
    sync(vendor)
    if vendor.users().get(id_(13), {}).get("status") == "archived":
        assert vendor.see(f"progress/{id_(13)}")["progress"]
    clever.add("users", gone)


@requirement("SYN-09")
def _(vendor: Vendor, clever: FakeClever) -> None:
    clever.tables["users"][id_(12)]["roles"]["student"]["school"] = id_(77)
    sync(vendor)
    rows = vendor.see("enrollments")["enrollments"]
    assert {(row["section"], row["user"]) for row in rows} == {
        *((id_(20), id_(user)) for user in (10, 14, 11, 12)),
        *((id_(21), id_(user)) for user in (14, 11)),
    }


def look(check: Check) -> Callable[[Vendor], None]:
    """The check, from nothing."""

    def begin(vendor: Vendor) -> None:
        vendor.start_anew(town())
        check(vendor, vendor.clever)

    return begin


LOOKS = Looks((name, look(check)) for name, checks in CHECKS.items() for check in checks)


def test_the_right_behaviour_meets_every_requirement_without_a_thought_of_coursework(make: Make) -> None:
    behaviour, asked = Behaviour(), []
    for decision in {name for one in COURSEWORK.values() for name in vars(one) if hasattr(Behaviour, name)}:
        if callable(getattr(Behaviour, decision)) and not decision.startswith("__"):
            setattr(behaviour, decision, lambda *_, decision=decision: asked.append(decision))
    assert LOOKS.failed(make, behaviour) == set()
    assert asked == []


@pytest.mark.xdist_group("vendor defects")
@pytest.mark.parametrize("name", [name for name in DEFECTS if name not in COURSEWORK])
def test_a_defect_fails_exactly_what_it_says(make: Make, name: str) -> None:
    judged_here = {id for id in DEFECTS[name].refutes if not id.startswith(ELSEWHERE)}
    assert LOOKS.broken(make, name) == judged_here


@pytest.mark.parametrize("name", EVERY)
def test_a_defect_overrides_one_decision_and_says_which_mistake_it_is(name: str) -> None:
    own = {key for key, value in vars(EVERY[name]).items() if callable(value)}
    assert len(own) == 1 and own <= set(vars(Behaviour))
    assert EVERY[name].__bases__ == (Behaviour,)
    assert len(EVERY[name].__doc__ or "") > 20


def test_a_defect_is_judged_by_a_requirement_or_waits_for_one() -> None:
    assert set(DEFECTS) | set(UNJUDGED) == set(EVERY)
    assert all(one.refutes for one in DEFECTS.values()) and not any(one.refutes for one in UNJUDGED.values())


def test_every_decision_can_be_got_wrong() -> None:
    decisions = {name for name, value in vars(Behaviour).items() if callable(value)}
    wrong = {key for one in EVERY.values() for key, value in vars(one).items() if callable(value)}
    assert decisions == wrong


def test_every_decision_says_why() -> None:
    assert all(value.__doc__ for value in vars(Behaviour).values() if callable(value))


def test_a_defect_is_chosen_by_name() -> None:
    assert type(chosen("AcceptsAnyState")).__name__ == "AcceptsAnyState"
    with pytest.raises(Misconfigured, match="--list-defects"):
        chosen("Nothing")


def test_the_command_lists_all_defects(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-defects"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(EVERY)
