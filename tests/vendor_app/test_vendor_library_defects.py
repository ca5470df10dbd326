"""Each mistake with the Library breaks what it says and nothing else: every check runs against every defect.

The checks are small likenesses of the Library's requirements, written against the fake Clever; the suite itself is
proved in its own tests. What a defect breaks is written here by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driven_vendor import Make, Vendor
from fake_clever import Fault, basic, id_
from fake_library import LIBRARY, FakeLibrary, library, pupil, section
from looks import Looks
from test_vendor_library import (
    ALGEBRA,
    ANA,
    BEN,
    BIOLOGY,
    CHESS,
    CY,
    IDA,
    TESS,
    UMA,
    active,
    change,
    come,
    name_of,
    post,
    seed,
    tie,
    ties,
    whoami,
)

from vendor_app.behaviour import Behaviour
from vendor_app.config import App
from vendor_app.defects import EVERY

Check = Callable[[Vendor, FakeLibrary], None]
CHECKS: dict[str, list[Check]] = {}

BREAKS = {
    "TurnsNewTeachersAway": {"LIB-02"},
    "WaitsForStudentsToLogIn": {"LIB-04"},
    "IsForTeachersOnly": {"LIB-06"},
    "OffersNoMerge": {"LIB-09"},
    "MergesWithoutThePassword": {"LIB-09"},
    "LooksForADistrictToken": {"LIB-04"},
    "ReadsNoClasses": {
        "LIB-04",
        "LIB-10",
        "LIB-14",
        "LIB-R05",
        "LIB-R06",
        "LIB-R07",
        "LIB-R09",
        "LIB-R10",
        "LIB-R11",
    },
    "AStudentHasOneTeacher": {"LIB-10"},
    "NeedsAClass": {"LIB-11"},
    "ReadsClassesOnce": {"LIB-14", "LIB-R06"},
    "HasNoSyncButton": {"LIB-R06"},
    "AsksNothingAtFirstLogin": {"LIB-R02"},
    "AsksAtEveryLogin": {"LIB-R02"},
    "AsksWhatCleverTold": {"LIB-R04"},
    "DoesNotSayWhereClassesComeFrom": {"LIB-R03"},
    "DropsGradeAndSubject": {"LIB-R05"},
    "ImportsEveryClass": {"LIB-R07"},
    "AsksForAClassCode": {"LIB-R08"},
    "KnowsOnlyThePrimaryTeacher": {"LIB-R09"},
    "KeepsTenClasses": {"LIB-R10"},
    "KeepsAHundredStudents": {"LIB-R11"},
    # mistakes of any login
    "SendsTheSecretInTheBody": {"LIB-01"},
    "CallsUnversionedMe": {"LIB-05"},
    "GarblesNames": {"LIB-R12"},
    "DoesNotSayWhoIsSignedIn": {"LIB-15"},
    "HasNoLogOut": {"LIB-16"},
    "LogsOutOfCleverToo": {"LIB-16"},
    "InsistsOnState": {"LIB-12"},
    "RestartsForEver": {"LIB-12"},
    "ShowsAStackTrace": {"LIB-13"},
    "FallsOverABrokenAnswer": {"LIB-13"},
    "HidesTheWayBack": {"LIB-13"},
    "KeepsTheFirstPersonSignedIn": {"LIB-R13"},
}
"""Defect → the likenesses it fails. The others fail none, or everything that needs a login."""


def requirement(name: str) -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        CHECKS.setdefault(name, []).append(check)
        return check

    return enter


@requirement("LIB-01")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    assert basic(clever.asked[0]) == LIBRARY and "client_secret" not in clever.asked[0].form


@requirement("LIB-02")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, IDA)
    assert id_(IDA) in vendor.users()


@requirement("LIB-04")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.tables["sections"].clear()
    clever.add("sections", section(ALGEBRA, "Algebra", [TESS], [ANA, BEN]))
    come(vendor, TESS)
    if id_(TESS) in vendor.users():
        assert {id_(TESS), id_(ANA), id_(BEN)} <= set(vendor.users())


@requirement("LIB-04")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if id_(TESS) in vendor.users():
        assert f"/v3.1/users/{id_(TESS)}/sections" in clever.paths()
        assert not [one for one in clever.asked if one.method == "GET" and one.path == "/oauth/tokens"]


@requirement("LIB-05")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    assert all(path.startswith(("/v3.", "/oauth/")) for path in clever.paths())


@requirement("LIB-06")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    come(vendor, BEN, student := vendor.app.test_client())
    assert whoami(student)


@requirement("LIB-09")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    old = seed(vendor)
    come(vendor, TESS)
    if whoami(vendor.browser) is None:
        return
    post(vendor.browser, "/merge", password="a guess", choice="link")
    assert whoami(vendor.browser) not in (None, old)
    post(vendor.browser, "/merge", password="open sesame", choice="link")
    assert whoami(vendor.browser) == old


@requirement("LIB-10")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.tables["sections"].clear()
    clever.add("sections", section(ALGEBRA, "Algebra", [TESS], [BEN]), section(CHESS, "Chess", [UMA], [BEN]))
    for number in (TESS, UMA):
        come(vendor, number, vendor.app.test_client())
    if {id_(TESS), id_(UMA)} <= set(vendor.users()):
        assert {tie(ALGEBRA, BEN, "student"), tie(CHESS, BEN, "student")} <= ties(vendor)


@requirement("LIB-11")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, IDA)
    if id_(IDA) in vendor.users():
        assert whoami(vendor.browser)


@requirement("LIB-12")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser) is None:
        return
    vendor.browser = vendor.app.test_client()
    location = f"/oauth/clever/library?code={clever.code_for(TESS)}"
    for _ in range(3):
        state = (vendor.browser.get(location).location or "").partition("state=")[2]
        location = f"/oauth/clever/library?code={clever.code_for(TESS)}" + (f"&state={state}" if state else "")
    assert whoami(vendor.browser)


@requirement("LIB-13")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    for fault in (Fault("/oauth/tokens", 400), Fault("/oauth/tokens", 200, body='{"access_tok')):
        clever.faults.append(fault)
        answer = come(vendor, TESS)
        assert answer.status_code < 500 and 'href="/login"' in answer.text and "Traceback" not in answer.text


@requirement("LIB-14")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if id_(TESS) in vendor.users():
        change(clever)
        come(vendor, TESS)
        post(vendor.browser, "/classes/sync")
        assert "Algebra 2" in vendor.home()


@requirement("LIB-15")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    assert whoami(vendor.browser) is None or name_of(vendor.home()) == "Tess Berg"


@requirement("LIB-16")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser):
        assert 'action="/logout"' in vendor.home()
        assert vendor.browser.post("/logout", data={"csrf": vendor.csrf()}).location == "/"
        assert whoami(vendor.browser) is None


@requirement("LIB-R02")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser):
        assert 'name="goal"' in vendor.home()
        come(vendor, TESS)
        assert 'name="goal"' not in vendor.home()


@requirement("LIB-R03")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser):
        assert "through Clever" in vendor.home()


@requirement("LIB-R04")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    assert 'name="email"' not in vendor.home() and "_name" not in vendor.home()


@requirement("LIB-R05")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser):
        home = vendor.home()
        assert ">math<" in home and ">grade 4<" in home


@requirement("LIB-R06")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser):
        change(clever)
        assert "Sync classes" in vendor.home()
        post(vendor.browser, "/classes/sync")
        assert "Algebra 2" in vendor.home()


@requirement("LIB-R07")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    if whoami(vendor.browser):
        post(vendor.browser, "/classes", section=id_(BIOLOGY))
        come(vendor, TESS)
        assert active(vendor) == {id_(BIOLOGY)}


@requirement("LIB-R08")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    come(vendor, BEN, student := vendor.app.test_client())
    assert "code" not in student.get("/home").text.casefold()


@requirement("LIB-R09")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    for number in (TESS, UMA):
        come(vendor, number, vendor.app.test_client())
    if {id_(TESS), id_(UMA)} <= set(vendor.users()):
        assert {tie(ALGEBRA, TESS, "teacher"), tie(ALGEBRA, UMA, "teacher")} <= ties(vendor)


@requirement("LIB-R10")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.add("sections", *(section(100 + each, f"Room {each}", [IDA], []) for each in range(12)))
    come(vendor, IDA)
    if id_(IDA) in vendor.users():
        assert len(active(vendor)) == 12


@requirement("LIB-R11")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.add("users", *(pupil(200 + each, "P", "x") for each in range(130)))
    clever.add("sections", section(99, "Choir", [IDA], list(range(200, 330))))
    come(vendor, IDA)
    if id_(IDA) in vendor.users():
        assert sum(role == "student" for _, _, role in ties(vendor)) == 130


@requirement("LIB-R12")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    clever.tables["users"][id_(CY)]["name"] = {"first": "Çınar", "last": "Ñ"}
    come(vendor, UMA)
    if id_(CY) in vendor.users():
        assert vendor.users()[id_(CY)]["name"] == "Çınar Ñ"


@requirement("LIB-R13")
def _(vendor: Vendor, clever: FakeLibrary) -> None:
    come(vendor, TESS)
    first = whoami(vendor.browser)
    come(vendor, UMA)
    assert first is None or whoami(vendor.browser) not in (None, first)


def look(check: Check) -> Callable[[Vendor], None]:
    """The check, from nothing."""

    def begin(vendor: Vendor) -> None:
        vendor.start_anew(library())
        check(vendor, vendor.clever)  # type: ignore[arg-type]

    return begin


def with_library(make: Make) -> Callable[[Behaviour], Vendor]:
    return lambda behaviour: make(behaviour, library=App(*LIBRARY))


LOOKS = Looks((name, look(check)) for name, checks in CHECKS.items() for check in checks)


@pytest.fixture
def clever() -> FakeLibrary:
    return library()


def test_the_right_behaviour_meets_every_requirement(make: Make) -> None:
    assert LOOKS.failed(with_library(make), Behaviour()) == set()


@pytest.mark.xdist_group("vendor defects")
@pytest.mark.parametrize("name", BREAKS)
def test_a_defect_breaks_exactly_what_it_says(make: Make, name: str) -> None:
    assert LOOKS.broken(with_library(make), name) == BREAKS[name]


@pytest.mark.parametrize("name", BREAKS)
def test_a_defect_says_no_library_requirement_that_it_does_not_break(name: str) -> None:
    said = {id for id in EVERY[name].refutes if id.startswith("LIB-") and not id.startswith("LIB-C")}
    assert said <= BREAKS[name]


def test_every_mistake_with_the_library_is_here() -> None:
    ours = {name for name, one in EVERY.items() if one.__module__ == "vendor_app.defects.library"}
    assert ours <= set(BREAKS)
    assert {id for breaks in BREAKS.values() for id in breaks} == set(CHECKS)
