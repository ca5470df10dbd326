"""Against the real mock, over HTTP: coursework in each of the three LMSs, and what only one of them does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from clients import Mock
from driven_vendor import StillClock
from town import ALGEBRA_ASH, BEN, BIOLOGY_ASH, TESS, TOWN

from mock_clever.serving import running
from vendor_app.app import create_app
from vendor_app.config import CALLBACK, from_environment

HERE = "http://localhost"
WORK = "https://larkspur.example/work/1"


class Teacher:
    """The vendor app beside a mock, seen by its probe."""

    def __init__(self, mock: Mock, url: str) -> None:
        env = mock.control("GET", "env") | {"MOCK_CLEVER_URL": url, "CLEVER_REDIRECT_URI": HERE + CALLBACK}
        self.mock = mock
        self.app = create_app(from_environment(env, probe=True, page_size=1), clock=StillClock())
        self.ask("POST", "sync")

    def ask(self, method: str, path: str, **told: Any) -> Any:
        answer = self.app.test_client().open(f"/probe/{path}", method=method, json=told)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def create(self, **told: Any) -> Any:
        whole = {"title": "Momo", "description": "Read it.", "due_date": "2030-05-31T15:00:00Z", "points": 20}
        return self.ask("POST", "assignments", **{"section": ALGEBRA_ASH} | whole | told)["assignment"]

    def score(self, one: Any, user: str, **told: Any) -> Any:
        return self.ask("PUT", f"assignments/{one['internal_id']}/scores/{user}", **told)["score"]

    def in_the_lms(self) -> list[Any]:
        found: list[Any] = self.mock.control("GET", f"lms/{TOWN}")["assignments"]
        return found

    def findings(self) -> list[str]:
        rows = self.mock.control("GET", "journal")["entries"]
        return [found["id"] for row in rows for found in row["findings"]]


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture
def teacher(mock: Mock) -> Iterator[Teacher]:
    with running(mock.app) as clever:
        found = Teacher(mock, clever.url)
        yield found
        found.app.extensions["vendor"].store.close()


@pytest.mark.parametrize("lms", ["canvas", "google_classroom", "schoology"])
def test_an_assignment_and_its_scores_from_beginning_to_end(mock: Mock, teacher: Teacher, lms: str) -> None:
    waiting = teacher.create()
    assert (waiting["status"], waiting["lms_id"]) == ("waiting", None)
    mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": lms})
    made = teacher.ask("PATCH", f"assignments/{waiting['internal_id']}", url=WORK)["assignment"]
    assert made["status"] == "synced", made
    (there,) = teacher.in_the_lms()
    assert (there["id"], there["title"], there["points_possible"]) == (made["lms_id"], "Momo", 20)

    first = teacher.score(made, BEN, points=0, comment="Read on!", state="returned", url=WORK)
    if lms == "schoology":
        assert first["status"] == "waiting" and "open the app from Schoology once" in first["problem"]
        mock.control("POST", f"lms/{TOWN}/launch", {"user": BEN})
        mock.control("POST", f"lms/{TOWN}/assignments/{there['id']}", {"do": "categorise", "category_id": "1"})
        first = teacher.score(made, BEN, points=0)
    assert first == {"points": 0, "status": "sent", "problem": None}
    rows = {
        row["clever_id"]: row for row in teacher.ask("GET", f"assignments/{made['internal_id']}/scores")["scores"]
    }
    assert rows[BEN]["lms_points"] == 0 and rows[BEN]["lms_state"] == (
        "submitted" if lms == "canvas" else "returned"
    )
    (there,) = teacher.in_the_lms()
    (work,) = [one for one in there["submissions"] if one["user_id"] == BEN]
    assert work["grade_points"] == 0 and work["attachments"]
    if lms == "canvas":
        assert (work["grade_comment"], work["author"]) == ("Read on!", "Tess Berg")

    changed = teacher.ask("PATCH", f"assignments/{made['internal_id']}", title="Momo, part 2")["assignment"]
    assert changed["status"] == "synced" and teacher.in_the_lms()[0]["title"] == "Momo, part 2"
    assert teacher.ask("DELETE", f"assignments/{made['internal_id']}")["assignment"]["status"] == "deleted"
    assert [one for one in teacher.in_the_lms() if not one["deleted"]] == []
    assert teacher.findings() == []


def test_what_a_teacher_is_told_when_the_lms_does_not_take_it(mock: Mock, teacher: Teacher) -> None:
    mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": "canvas", "unmatched": [BIOLOGY_ASH]})
    assert teacher.create(section=BIOLOGY_ASH)["problem"] == "Clever did not find this class in the school’s LMS."
    late = teacher.create(due_date="2020-01-01T00:00:00Z")
    assert (late["status"], late["problem"]) == ("failed", "Canvas takes only due dates in the future.")
    made = teacher.create()
    assert "does not have this student" in teacher.score(made, TESS, points=1)["problem"]
    mock.control("POST", f"lms/{TOWN}/assignments/{made['lms_id']}", {"do": "unpublish"})
    assert "Publish it there" in teacher.score(made, BEN, points=1)["problem"]
    mock.control("POST", f"lms/{TOWN}/assignments/{made['lms_id']}", {"do": "delete"})
    assert "Somebody deleted the assignment in Canvas" in teacher.score(made, BEN, points=1)["problem"]
    connection = mock.connection(mock.sync)
    mock.control("PATCH", f"connections/{connection}", {"lms_connect": "requested"})
    assert teacher.create()["status"] in ("failed", "waiting")
    assert len([one for one in teacher.in_the_lms() if not one["deleted"]]) == 0


def test_a_launch_from_the_lms_ends_signed_in(mock: Mock, teacher: Teacher) -> None:
    mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": "canvas"})
    browser = teacher.app.test_client()
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "redirect_uris": [HERE + CALLBACK]})
    told = mock.control("POST", f"lms/{TOWN}/launch", {"user": TESS, "client_id": mock.sso.client_id})
    assert told["redirect"].startswith(f"{HERE}{CALLBACK}?") and "state=" not in told["redirect"]
    asked = browser.get(told["redirect"].removeprefix(HERE)).location
    state = asked.partition("state=")[2]
    again = mock.control("POST", "login", {"user": TESS, "client_id": mock.sso.client_id, "state": state})
    assert browser.get(again["redirect"].removeprefix(HERE)).location == "/home"
    home = browser.get("/home").text
    assert "Signed in as Tess Berg" in home and "Assignments" in home
