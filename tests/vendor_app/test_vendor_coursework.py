"""Coursework against a small fake LMS: what reaches it, what a teacher is told, and what survives a bad day."""

from __future__ import annotations

from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, Fault
from fake_lms import ALGEBRA, ANA, BO, TIA, FakeLms, lms_town

DUE = "2026-09-20T16:00:00Z"
OLD, NEW = {"title": "Momo"}, {"title": "Momo, chapters 1 to 3"}


@pytest.fixture
def clever() -> FakeLms:
    return lms_town()


@pytest.fixture
def lms(clever: FakeLms) -> FakeLms:
    return clever


@pytest.fixture
def teacher(make: Make) -> Teacher:
    return Teacher(make())


class Teacher:
    """What a teacher does with assignments, by the probe."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.browser = vendor.app.test_client()
        vendor.sync()

    def ask(self, method: str, path: str = "", **told: Any) -> Any:
        answer = self.browser.open(f"/probe/assignments{path}", method=method, json=told)
        return answer.get_json() | {"code": answer.status_code}

    def create(self, section: str = ALGEBRA, **told: Any) -> Any:
        whole = {"title": "Momo", "description": "Read it.", "due_date": DUE, "points": 20}
        return self.ask("POST", section=section, **whole | told)["assignment"]

    def change(self, one: Any, **told: Any) -> Any:
        return self.ask("PATCH", f"/{one['internal_id']}", **told)["assignment"]

    def delete(self, one: Any) -> Any:
        return self.ask("DELETE", f"/{one['internal_id']}")["assignment"]

    def score(self, one: Any, user: str = ANA, **told: Any) -> Any:
        return self.ask("PUT", f"/{one['internal_id']}/scores/{user}", **told)["score"]

    def scores(self, one: Any) -> dict[str, Any]:
        return {row["clever_id"]: row for row in self.ask("GET", f"/{one['internal_id']}/scores")["scores"]}


# ── Before writing ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", ["", "pending_authorization", "matching_in_progress", "error", "disconnected"])
def test_nothing_is_written_before_the_lms_is_ready(teacher: Teacher, lms: FakeLms, state: str) -> None:
    lms.tables["districts"][DISTRICT]["lms_state"] = state
    made = teacher.create()
    assert (made["status"], made["lms_id"]) == ("waiting", None) and made["problem"]
    assert lms.writes() == []
    lms.join("canvas")
    assert teacher.change(made, title="Momo")["status"] == "synced"


def test_nothing_is_written_to_a_section_that_was_not_found(teacher: Teacher, lms: FakeLms) -> None:
    lms.tables["sections"][ALGEBRA]["lms_status"] = {"synced_in_lms": False}
    assert teacher.create()["problem"] == "Clever did not find this class in the school’s LMS."
    del lms.tables["sections"][ALGEBRA]["lms_status"]
    assert teacher.create()["status"] == "waiting" and lms.writes() == []


def test_readiness_is_read_before_each_writing(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.asked.clear()
    teacher.change(made, title="Jim Knopf")
    assert [(one.method, one.path) for one in lms.asked] == [
        ("GET", f"/v3.1/districts/{DISTRICT}"),
        ("GET", f"/v3.1/sections/{ALGEBRA}"),
        ("PATCH", f"/v3.1/sections/{ALGEBRA}/assignments/a1"),
    ]


# ── Assignments ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "its_own"),
    [
        ("canvas", {"submission_types": ["link"], "max_attempts": 3}),
        ("google_classroom", {}),
        ("schoology", {"submission_types": ["text"], "max_attempts": 3, "term_id": f"{2:024x}"}),
    ],
)
def test_an_assignment_is_made_of_what_its_lms_knows(
    teacher: Teacher, lms: FakeLms, name: str, its_own: dict[str, Any]
) -> None:
    lms.join(name)
    made = teacher.create(url="https://books.example/momo", due_date="2026-09-20T18:00:00+02:00", points=12.5)
    assert (made["status"], made["lms_id"], made["problem"]) == ("synced", "a1", None)
    how = {"type": "text", "text": "https://books.example/momo"}
    how = how if name == "schoology" else {"type": "link", "url": "https://books.example/momo"}
    assert lms.sent() == {
        "title": "Momo",
        "description": "Read it.",
        "due_date": "2026-09-20T16:00:00.000Z",
        "points_possible": 12.5,
        "assignee_mode": "all",
        "attachments": [{**how, "title": "Momo"}],
        **its_own,
    }


def test_only_what_changed_goes_out(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create(url="https://books.example/momo")
    assert teacher.change(made, points=30)["status"] == "synced"
    assert lms.sent(method="PATCH") == {"points_possible": 30}
    teacher.change(made, url="")
    assert lms.sent(method="PATCH") == {"attachments": []}
    teacher.change(made, title="Momo")
    assert len(lms.writes("PATCH")) == 2, "nothing changed, so nothing is told"


def test_a_title_can_be_changed_after_the_due_date(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.assignments["a1"]["due_date"] = "2026-08-01T00:00:00.000Z"
    assert teacher.change(made, title="Momo!")["status"] == "synced"


def test_classroom_cannot_change_attachments(teacher: Teacher, lms: FakeLms) -> None:
    lms.join("google_classroom")
    made = teacher.create()
    assert teacher.change(made, url="https://books.example/momo")["status"] == "synced"
    assert lms.writes("PATCH") == []


def test_a_deleted_assignment_is_gone_from_the_lms(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    assert teacher.delete(made)["status"] == "deleted" and lms.assignments == {}
    assert teacher.ask("PATCH", f"/{made['internal_id']}", title="x")["code"] == 409


def test_what_somebody_deleted_in_the_lms_counts_as_deleted(teacher: Teacher, lms: FakeLms) -> None:
    first, second, third = (teacher.create() for _ in range(3))
    lms.assignments.clear()
    assert teacher.change(first, title="x")["problem"] == "Somebody deleted the assignment in Canvas."
    assert teacher.delete(second) | {"problem": None} == second | {"status": "deleted"}
    assert teacher.score(third, points=1)["status"] == "failed"
    assert [one["status"] for one in teacher.ask("GET")["assignments"]] == ["deleted"] * 3


def test_every_assignment_of_a_section_stays_within_reach(teacher: Teacher, lms: FakeLms) -> None:
    first, second = teacher.create(), teacher.create()
    teacher.change(first, title="A")
    teacher.change(second, title="B")
    assert [one["title"] for one in lms.assignments.values()] == ["A", "B"]


def test_a_due_date_that_a_teacher_took_away_does_no_harm(teacher: Teacher, lms: FakeLms) -> None:
    lms.join("google_classroom")
    made = teacher.create()
    del lms.assignments["a1"]["due_date"]
    assert teacher.change(made, title="x")["status"] == "synced"


# ── A bad day ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_creation_whose_answer_was_lost_is_not_repeated(teacher: Teacher, lms: FakeLms) -> None:
    lms.lost = 1
    made = teacher.create()
    assert (made["status"], made["lms_id"]) == ("failed", None) and "may be in the LMS" in made["problem"]
    teacher.change(made, title="x")
    teacher.vendor.sync()
    assert len(lms.writes()) == 1 and len(lms.assignments) == 1


def test_nor_is_one_that_failed_behind_clever_or_was_answered_with_nonsense(
    teacher: Teacher, lms: FakeLms
) -> None:
    path = f"/v3.1/sections/{ALGEBRA}/assignments"
    lms.faults += [Fault(path, 502), Fault(path, 200, body="<html>"), Fault(path, 200, body='{"data":{}}')]
    for _ in range(3):
        assert "may be in the LMS" in teacher.create()["problem"]
    assert len(lms.writes()) == 3 and teacher.vendor.clock.waits == []


def test_a_creation_that_clever_held_off_is_made_later(teacher: Teacher, lms: FakeLms) -> None:
    reset = str(int(teacher.vendor.clock.now().timestamp()) + 12)
    lms.faults.append(
        Fault(f"/v3.1/sections/{ALGEBRA}/assign", 429, body="", headers={"X-Ratelimit-Reset": reset})
    )
    assert teacher.create()["status"] == "synced"
    assert (len(lms.writes()), teacher.vendor.clock.waits) == (2, [12.0])


def test_changes_and_deletions_are_repeated(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.faults.append(Fault(f"/v3.1/sections/{ALGEBRA}/assignments/a1", 503, times=2))
    assert teacher.change(made, title="x")["status"] == "synced"
    assert teacher.vendor.clock.waits == [1.0, 2.0]
    lms.lost = 1
    assert teacher.delete(made)["status"] == "deleted", "the second answer is 404, and that is what was wanted"
    assert len(lms.writes("DELETE")) == 2


def test_what_was_refused_is_not_repeated(teacher: Teacher, lms: FakeLms) -> None:
    late = teacher.create(due_date="2026-08-01T00:00:00Z")
    assert (late["status"], late["problem"]) == ("failed", "Canvas takes only due dates in the future.")
    assert teacher.vendor.clock.waits == [] and len(lms.writes()) == 1
    assert teacher.change(late, due_date=DUE)["status"] == "synced", "refused means not made, so it is made now"


def test_an_outage_leaves_a_change_waiting_and_a_deletion_to_be_done(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    outage = Fault(f"/v3.1/sections/{ALGEBRA}/assignments/a1", 500, times=None)
    lms.faults.append(outage)
    changed = teacher.change(made, title="x")
    assert changed["status"] == "waiting" and changed["problem"].startswith("No answer came from Canvas")
    assert teacher.delete(made)["status"] == "waiting"
    lms.faults.remove(outage)
    assert teacher.delete(made)["status"] == "deleted" and lms.assignments == {}


@pytest.mark.parametrize(("seconds", "status"), [(29.0, "synced"), (31.0, "failed")])
def test_a_slow_lms_is_waited_for(teacher: Teacher, lms: FakeLms, seconds: float, status: str) -> None:
    lms.slow = seconds
    assert teacher.create()["status"] == status
    assert lms.patience == [30.0]


def test_a_key_that_was_rotated_is_asked_for_again(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.tokens = {DISTRICT: "another"}
    assert set(teacher.scores(made)) == {ANA, BO}, "coursework answers a dead key with 403"
    lms.tokens = {DISTRICT: "a third"}
    assert teacher.change(made, title="x")["status"] == "synced"


def test_a_key_that_is_refused_for_good_is_told(teacher: Teacher, lms: FakeLms) -> None:
    lms.faults.append(Fault(f"/v3.1/sections/{ALGEBRA}/assignments", 403, times=None))
    made = teacher.create()
    assert made["status"] == "failed" and "refuses our key" in made["problem"] and len(lms.writes()) == 1
    lms.faults.clear()
    lms.tokens = {}
    assert "refuses our key" in teacher.change(made, title="x")["problem"]


def test_a_key_that_goes_while_scores_go_out(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    lms.rotate_at = path = f"/v3.1/sections/{ALGEBRA}/assignments/a1/submissions"
    assert teacher.score(made, points=1)["status"] == "sent", "there is another key"
    lms.faults.append(Fault(path, 401))
    lms.faults.append(Fault("/oauth/tokens", 200, body='{"data":[{"owner":{"id":"a"},"access_token":"b"}]}'))
    assert teacher.score(made, points=2)["status"] == "waiting", "there is none any more"


def test_a_class_that_is_no_longer_shared_waits(teacher: Teacher, lms: FakeLms) -> None:
    del lms.tables["sections"][ALGEBRA]
    assert teacher.create()["problem"] == "Clever no longer shows us this class."


def test_what_was_under_way_when_the_app_stopped(make: Make, lms: FakeLms, tmp_path: Any) -> None:
    database = str(tmp_path / "larkspur.db")
    before = Teacher(make(database=database))
    made, other = before.create(), before.create()
    before.score(made, points=3)
    before.vendor.store.execute("UPDATE assignments SET status = 'sending', lms_id = NULL WHERE id = 2")
    before.vendor.store.execute("UPDATE scores SET status = 'sending'")
    after = Teacher(make(database=database))
    assert after.change(made, title="x")["status"] == "synced" and lms.assignments["a1"]["title"] == "x"
    found = after.ask("GET")["assignments"]
    assert [(one["status"], one["lms_id"]) for one in found] == [("synced", "a1"), ("failed", None)]
    assert after.change(other, title="y")["status"] == "failed" and len(lms.writes("POST")) == 2
    assert after.scores(made)[ANA]["status"] == "waiting"


# ── Scores ────────────────────────────────────────────────────────────────────────────────────────────────────

WORK = "https://larkspur.example/work/1"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (
            "canvas",
            {
                "grade_points": 0,
                "grade": "0",
                "grade_comment": "Read on!",
                "grader_id": TIA,
                "attachments": [{"type": "link", "url": WORK, "title": "Momo"}],
            },
        ),
        (
            "google_classroom",
            {
                "grade_points": 0,
                "state": "returned",
                "attachments": [{"type": "link", "url": WORK, "title": "Momo"}],
            },
        ),
        (
            "schoology",
            {
                "grade_points": 0,
                "grade_comment": "Read on!",
                "attachments": [{"type": "text", "text": WORK, "title": "Momo"}],
            },
        ),
    ],
)
def test_a_score_is_sent_as_its_lms_takes_it(
    teacher: Teacher, lms: FakeLms, name: str, sent: dict[str, Any]
) -> None:
    lms.join(name).launched.add(ANA)
    made = teacher.create()
    told = teacher.score(made, points=0, comment="Read on!", state="returned", url=WORK)
    assert told == {"points": 0, "status": "sent", "problem": None}
    assert lms.sent() == sent and lms.writes()[-1].path.endswith(f"/assignments/a1/submissions/{ANA}")
    assert teacher.scores(made)[ANA]["lms_points"] == 0


def test_classroom_hears_a_state_with_every_score(teacher: Teacher, lms: FakeLms) -> None:
    lms.join("google_classroom")
    made = teacher.create()
    teacher.score(made, points=7)
    assert lms.sent() == {"grade_points": 7, "state": "submitted"}
    teacher.score(made, state="returned")
    assert lms.sent() == {"grade_points": 7, "state": "returned"}
    assert teacher.scores(made)[ANA]["lms_state"] == "returned"


def test_why_a_score_is_not_there_yet(teacher: Teacher, lms: FakeLms) -> None:
    made = teacher.create()
    assert "does not have this student" in teacher.score(made, TIA, points=1)["problem"]
    lms.assignments["a1"]["state"] = "draft"
    draft = teacher.score(made, points=1)
    assert draft["status"] == "waiting" and "Publish it there" in draft["problem"]
    lms.join("schoology")
    told = teacher.score(teacher.create(), points=1)
    assert told["status"] == "waiting" and told["problem"].startswith(
        "The student must open the app from Schoology once."
    )
    assert teacher.vendor.clock.waits == []
    lms.launched.add(ANA)
    assert teacher.score(teacher.create(), points=1)["status"] == "sent"


def test_a_refusal_that_we_have_no_words_for_is_told_in_clevers(teacher: Teacher, lms: FakeLms) -> None:
    lms.join("google_classroom")
    made = teacher.create()
    path = f"/v3.1/sections/{ALGEBRA}/assignments/a1/submissions"
    lms.faults.append(Fault(path, 400, body='{"message":"UNSUPPORTED_OPERATION"}'))
    told = teacher.score(made, points=1)
    assert told["problem"] == "Google Classroom did not take it: UNSUPPORTED_OPERATION."


def test_a_score_waits_for_its_assignment(teacher: Teacher, lms: FakeLms) -> None:
    lms.tables["districts"][DISTRICT]["lms_state"] = "error"
    made = teacher.create()
    assert teacher.score(made, points=1)["problem"] == "The assignment is not in the LMS yet."
    lms.join("canvas")
    teacher.change(made, title="x")
    assert teacher.score(made, points=1)["status"] == "sent"


def test_no_grade_is_not_zero_and_all_pages_are_read(teacher: Teacher, lms: FakeLms) -> None:
    lms.page_size = 1
    made = teacher.create()
    teacher.score(made, BO, points=4)
    assert {user: row["lms_points"] for user, row in teacher.scores(made).items()} == {ANA: None, BO: 4}
    lms.faults.append(Fault("/v3.1/sections", 404, body='{"message":"Assignment does not exist"}'))
    assert "deleted the assignment" in teacher.ask("GET", f"/{made['internal_id']}/scores")["problem"]


# ── The probe ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": 1},
        {"points": "a"},
        {"points": True},
        {"points": 1e30},
        {"due_date": "soon"},
        {"due_date": None},
        {"due_date": "0001-01-01T00:00:00+14:00"},
        {"section": "nobody"},
    ],
)
def test_the_probe_refuses_what_nobody_can_mean(teacher: Teacher, lms: FakeLms, wrong: dict[str, Any]) -> None:
    told = {"section": ALGEBRA, "title": "t", "description": "d", "due_date": DUE, "points": 1} | wrong
    assert teacher.ask("POST", **told)["code"] == 400
    assert teacher.ask("POST", title="t")["message"].startswith("missing: description, due_date, points")
    assert teacher.ask("GET")["assignments"] == [] and lms.writes() == []


def test_the_probe_knows_its_own_assignments_only(teacher: Teacher) -> None:
    assert teacher.ask("PATCH", "/7", title="x")["code"] == 404
    made = teacher.create()
    assert teacher.ask("PUT", f"/{made['internal_id']}/scores/{ANA}", state="done")["code"] == 400
