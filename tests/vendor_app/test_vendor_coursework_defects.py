"""Each mistake with coursework breaks what it says and nothing else: every check runs against every defect.

The checks are small likenesses of the requirements of LMS Connect, written against the fake LMS; the suite itself
is proved in its own tests. What a defect breaks is written here by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT
from fake_lms import ALGEBRA, ANA, BO, UMA, FakeLms, lms_town
from looks import Looks
from test_vendor_coursework import WORK, Teacher

from vendor_app.behaviour import Behaviour
from vendor_app.defects import EVERY

Check = Callable[[Teacher, FakeLms], None]
CHECKS: dict[str, tuple[str, Check]] = {}
"""Requirement → the LMS it is looked at in, and the check. A name with a dash more is one more look."""

WITH_AN_ASSIGNMENT = {
    *("LMS-01", "LMS-02", "LMS-02-late", "LMS-03", "LMS-04", "LMS-A2", "LMS-A3", "LMS-A4", "T-LMS-03", "T-LMS-08"),
    *("T-LMS-08-comment", "T-LMS-08-draft", "T-LMS-09", "T-LMS-09-state", "LMS-A5", "T-LMS-10"),
    *("T-LMS-10-launch", "T-LMS-11"),
}
"""All that cannot be seen while no assignment comes to be."""

BREAKS = {
    "WritesWhateverTheState": {"T-LMS-00"},
    "WritesToUnmatchedSections": {"LMS-A1"},
    "LeavesTheDescriptionOut": WITH_AN_ASSIGNMENT,
    "LeavesSubmissionTypesOut": {"LMS-01"},
    "LeavesAttemptsOut": {"T-LMS-08"},
    "SendsNoTerm": {"T-LMS-10", "T-LMS-10-launch"},
    "SendsDueDatesWithoutTheirZone": {"LMS-01"},
    "LinksInSchoology": {"T-LMS-10"},
    "KeepsOneAssignmentPerSection": {"LMS-A2"},
    "MakesANewAssignmentForEachChange": {"LMS-02", "LMS-02-late", "LMS-A2", "T-LMS-09"},
    "UpdatesOnlyItsOwnCopy": {"LMS-02", "LMS-02-late", "LMS-A2"},
    "SendsEverythingAgain": {"LMS-02-late"},
    "DeletesOnlyItsOwnCopy": {"LMS-03"},
    "SendsLettersForPoints": {"LMS-04", "T-LMS-03"},
    "LosesTheZero": {"LMS-04"},
    "NeverSendsAState": {"T-LMS-09-state"},
    "ReturnsWhatWasNeverSubmitted": {"LMS-A5"},
    "CommentsWithoutAGrader": {"T-LMS-08-comment"},
    "TakesNoGradeForZero": {"T-LMS-03"},
    "ReadsOnlyTheFirstPageOfSubmissions": {"T-LMS-03"},
    "ChokesOnAMissingDueDate": {"T-LMS-09"},
    "GivesUpAfterFiveSeconds": {"LMS-A3"},
    "CreatesAgainAfterALostAnswer": {"LMS-A4"},
    "SendsAgainWithoutAsking": {"LMS-A4"},
    "RepeatsRefusedWrites": {"T-LMS-11-again"},
    "KeepsADeadTokenAt403": {"T-LMS-11"},
    "TakesARefusalForADelivery": {"T-LMS-08-draft", "T-LMS-10-launch"},
    # mistakes of any login
    "InsistsOnState": {"LMS-05"},
    "RestartsForEver": {"LMS-05"},
}
"""Defect → the likenesses it fails."""


def requirement(name: str, lms: str = "canvas") -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        CHECKS[name] = (lms, check)
        return check

    return enter


@requirement("T-LMS-00")
def _(teacher: Teacher, lms: FakeLms) -> None:
    lms.tables["districts"][DISTRICT]["lms_state"] = "matching_in_progress"
    teacher.create()
    assert lms.writes() == []


@requirement("LMS-A1")
def _(teacher: Teacher, lms: FakeLms) -> None:
    lms.tables["sections"][ALGEBRA]["lms_status"] = {"synced_in_lms": False}
    teacher.create()
    assert lms.writes() == []


@requirement("LMS-01")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create(due_date="2026-09-20T18:00:00+02:00")
    there = lms.assignments[made["lms_id"]]
    assert there["due_date"].startswith("2026-09-20T16:00:00") and there["submission_types"]


@requirement("LMS-02")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    teacher.change(made, title="B", points=30)
    assert [(one["title"], one["points_possible"]) for one in lms.assignments.values()] == [("B", 30)]


@requirement("LMS-02-late")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.late = "2026-09-21"
    teacher.change(made, title="B")
    assert lms.assignments[made["lms_id"]]["title"] == "B"


@requirement("LMS-03")
def _(teacher: Teacher, lms: FakeLms) -> None:
    teacher.delete(teacher.create())
    assert not lms.assignments and lms.work


@requirement("LMS-04")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    teacher.score(made, points=0)
    assert lms.work[made["lms_id"]][ANA].get("grade_points") == 0


@requirement("LMS-05")
def _(teacher: Teacher, lms: FakeLms) -> None:
    assert came_by_lti(teacher, lms)


@requirement("LMS-A2")
def _(teacher: Teacher, lms: FakeLms) -> None:
    first, second = teacher.create(), teacher.create()
    teacher.change(first, title="A")
    assert lms.assignments[first["lms_id"]]["title"] == "A" and len(lms.assignments) == 2
    assert second["lms_id"] in lms.assignments


@requirement("LMS-A3")
def _(teacher: Teacher, lms: FakeLms) -> None:
    lms.slow = 14.0
    assert teacher.create()["status"] == "synced"


@requirement("LMS-A4")
def _(teacher: Teacher, lms: FakeLms) -> None:
    lms.lost = 1
    made = teacher.create()
    teacher.change(made, title="B")
    assert len(lms.assignments) == 1 and made["status"] == "failed"


@requirement("T-LMS-03")
def _(teacher: Teacher, lms: FakeLms) -> None:
    lms.page_size = 1
    made = teacher.create()
    teacher.score(made, BO, points=4)
    assert {user: row["lms_points"] for user, row in teacher.scores(made).items()} == {ANA: None, BO: 4}


@requirement("T-LMS-08")
def _(teacher: Teacher, lms: FakeLms) -> None:
    assert lms.assignments[teacher.create()["lms_id"]]["max_attempts"] > 0


@requirement("T-LMS-08-comment")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    teacher.score(made, points=4, comment="Read on!")
    assert lms.work[made["lms_id"]][ANA]["grade_comment"] == "Read on!"


@requirement("T-LMS-08-draft")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.assignments[made["lms_id"]]["state"] = "draft"
    assert teacher.score(made, points=4)["status"] == "waiting"


@requirement("T-LMS-09", "google_classroom")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    del lms.assignments[made["lms_id"]]["due_date"]
    assert teacher.change(made, title="B")["status"] == "synced" and len(lms.assignments) == 1


@requirement("T-LMS-09-state", "google_classroom")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    teacher.score(made, points=4, state="returned")
    assert lms.work[made["lms_id"]][ANA]["state"] == "returned"


@requirement("LMS-A5", "google_classroom")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    for user, state in ((ANA, "returned"), (BO, "reclaimed"), (ANA, "returned")):
        teacher.score(made, user, points=4, state=state)
    assert lms.jumps == 0 and lms.work


@requirement("T-LMS-10", "schoology")
def _(teacher: Teacher, lms: FakeLms) -> None:
    lms.launched.add(ANA)
    made = teacher.create()
    teacher.score(made, points=4, url=WORK)
    assert lms.work[made["lms_id"]][ANA]["state"] == "submitted"


@requirement("T-LMS-10-launch", "schoology")
def _(teacher: Teacher, lms: FakeLms) -> None:
    told = teacher.score(teacher.create(), points=4)
    assert told["status"] == "waiting" and "open the app from Schoology" in told["problem"]


@requirement("T-LMS-11")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.tokens = {DISTRICT: "another"}
    assert set(teacher.scores(made)) == {ANA, BO}


@requirement("T-LMS-11-again")
def _(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create(due_date="2026-08-01T00:00:00Z")
    assert len(lms.writes()) == 1 and made["status"] == "failed"


def came_by_lti(teacher: Teacher, lms: FakeLms) -> bool:
    """A launch from the LMS arrives as an ordinary login: a code and no state (lms-connect 9.1)."""
    browser, here = teacher.vendor.app.test_client(), "/oauth/clever/callback"
    answer = browser.get(here, query_string={"code": lms.code_for(14), "scope": "read:user_id"})
    state = (answer.location or "").partition("state=")[2]
    browser.get(here, query_string={"code": lms.code_for(14), "scope": "x", "state": state})
    known: str | None = browser.get("/probe/whoami").get_json()["clever_id"]
    return known == UMA


def look(lms: str, check: Check) -> Callable[[Vendor], None]:
    """The check in such an LMS, from nothing."""

    def begin(vendor: Vendor) -> None:
        vendor.start_anew(lms_town(lms))
        check(Teacher(vendor), vendor.clever)  # type: ignore[arg-type]

    return begin


LOOKS = Looks((name, look(lms, check)) for name, (lms, check) in CHECKS.items())


@pytest.fixture
def clever() -> FakeLms:
    return lms_town()


def test_the_right_behaviour_meets_every_requirement(make: Make) -> None:
    assert LOOKS.failed(make, Behaviour()) == set()


@pytest.mark.xdist_group("vendor defects")
@pytest.mark.parametrize("name", BREAKS)
def test_a_defect_breaks_exactly_what_it_says(make: Make, name: str) -> None:
    assert LOOKS.broken(make, name) == BREAKS[name]


def test_every_mistake_with_coursework_is_here() -> None:
    ours = {name for name, one in EVERY.items() if one.__module__ == "vendor_app.defects.coursework"}
    assert ours <= set(BREAKS)
    assert {id for breaks in BREAKS.values() for id in breaks} == set(CHECKS)
