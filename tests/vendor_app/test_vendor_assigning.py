"""The pages where a teacher makes assignments and sends scores, in a browser without a screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, Fault
from fake_lms import ALGEBRA, ANA, ART, BO, TIA, FakeLms, lms_town
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

WHOLE = {"title": "Momo", "description": "Read it.", "due_date": "2026-09-20T16:00", "points": "20", "url": ""}
TIA_S, UMA_S, ANA_S = 10, 14, 11


@pytest.fixture
def clever() -> FakeLms:
    return lms_town()


@pytest.fixture
def lms(clever: FakeLms) -> FakeLms:
    return clever


class Desk:
    """A teacher's browser at the page of one class."""

    def __init__(self, vendor: Vendor, number: int = TIA_S, section: str = ALGEBRA) -> None:
        self.vendor = vendor
        self.browser: FlaskClient = vendor.app.test_client()
        vendor.log_in(number, self.browser)
        self.room = f"/classes/{vendor.store.find('sections', 'clever_id', section).id}"

    def see(self, path: str = "") -> str:
        return self.browser.get(self.room + path).text

    def post(self, path: str, **told: str) -> TestResponse:
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.browser.get("/home").text)
        assert csrf
        return self.browser.post(f"{self.room}/assignments{path}", data={"csrf": csrf[1], **told})

    def create(self, **told: str) -> str:
        """The page of a new assignment, below the class."""
        location = self.post("", **WHOLE | told).location
        assert location is not None
        return location.removeprefix(self.room)


@pytest.fixture
def desk(make: Make) -> Desk:
    vendor = make()
    vendor.sync()
    return Desk(vendor)


def test_a_teacher_finds_the_way_from_home_to_a_new_assignment(desk: Desk, lms: FakeLms) -> None:
    home = desk.browser.get("/home").text
    assert f'href="{desk.room}#assignments"' in home
    assert f'href="{desk.room}/assignments/new"' in desk.see() and "No assignments yet" in desk.see()
    form = desk.see("/assignments/new")
    assert 'value="100"' in form and "goes to your school’s gradebook" in form
    page = desk.see(desk.create(url="https://books.example/momo"))
    assert "Momo" in page and ">synced<" in page and "In Canvas: due" in page
    assert len(lms.writes("POST")) == 1 and lms.sent()["due_date"] == "2026-09-20T16:00:00.000Z"
    assert "20 points" in desk.see()


def test_a_form_sent_twice_makes_one_assignment(desk: Desk, lms: FakeLms) -> None:
    token = re.search(r'name="form" value="([^"]+)"', desk.see("/assignments/new"))
    assert token and desk.create(form=token[1]) == desk.create(form=token[1])
    assert len(lms.assignments) == 1


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"title": " "}, "Give it a title"),
        ({"description": ""}, "Say what is to be done"),
        ({"due_date": "2026-08-31T16:00"}, "Choose a moment in the future."),
        ({"due_date": "soon"}, "Choose a moment in the future."),
        ({"points": "0"}, "Give a number above 0"),
        ({"points": "inf"}, "Give a number above 0"),
        ({"url": "javascript:alert(1)"}, "Give the whole address"),
        ({"url": "http://["}, "Give the whole address"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(
    desk: Desk, lms: FakeLms, told: dict[str, str], says: str
) -> None:
    answer = desk.post("", **WHOLE | {"url": "https://kept.example"} | told)
    assert answer.status_code == 422 and says in answer.text and answer.text.count('class="wrong"') == 1
    assert "url" in told or "https://kept.example" in answer.text
    assert lms.writes() == [] and desk.vendor.app.extensions["vendor"].coursework.all() == []


def test_an_assignment_is_changed_also_after_it_was_due(desk: Desk, lms: FakeLms) -> None:
    page = desk.create()
    assert 'value="2026-09-20T16:00"' in desk.see(f"{page}/edit")
    desk.vendor.clock.advance(days=30)
    lms.late = "2026-10-01"
    later, number = Desk(desk.vendor), page.removeprefix("/assignments")
    assert later.post(f"{number}/edit", **WHOLE | {"title": "Momo!"}).status_code == 303
    assert lms.sent(method="PATCH") == {"title": "Momo!"}
    assert later.post(f"{number}/edit", **WHOLE | {"due_date": "2026-09-21T16:00"}).status_code == 422


def test_a_deleted_assignment_is_over(desk: Desk, lms: FakeLms) -> None:
    page = desk.create()
    number = page.removeprefix("/assignments")
    assert "Delete this assignment" in desk.see(page)
    desk.post(f"{number}/delete")
    gone = desk.see(page)
    assert lms.assignments == {} and ">deleted<" in gone and "Send to gradebook" not in gone
    assert desk.post(f"{number}/edit", **WHOLE).status_code == 404
    assert desk.post(f"{number}/scores").status_code == 404


def test_a_deletion_that_failed_is_offered_again(desk: Desk, lms: FakeLms) -> None:
    page = desk.create()
    number = page.removeprefix("/assignments")
    outage = Fault(f"/v3.1/sections/{ALGEBRA}/assignments", 503, times=None)
    lms.faults.append(outage)
    desk.post(f"{number}/delete")
    assert "Delete again" in desk.see(page) and "No answer came from Canvas" in desk.see(page)
    lms.faults.remove(outage)
    desk.post(f"{number}/delete")
    assert lms.assignments == {} and ">deleted<" in desk.see(page)


def test_a_lost_answer_is_told_and_sent_again_only_by_somebody_who_looked(desk: Desk, lms: FakeLms) -> None:
    lms.lost = 1
    page = desk.create()
    number = page.removeprefix("/assignments")
    told = desk.see(page)
    assert "Please look in Canvas" in told and "I looked: it is not in Canvas." in told
    desk.post(f"{number}/send")
    assert len(lms.writes("POST")) == 1
    desk.post(f"{number}/send", again="yes")
    assert len(lms.writes("POST")) == 2 and ">synced<" in desk.see(page)
    lms.lost = 1
    lost = desk.create().removeprefix("/assignments")
    desk.post(f"{lost}/delete")
    assert "Nobody knows whether the LMS has a copy" in desk.see(f"/assignments{lost}")


def test_scores_are_kept_then_sent_each_with_its_state_and_reason(desk: Desk, lms: FakeLms) -> None:
    page = desk.create()
    number = page.removeprefix("/assignments")
    del lms.work["a1"][BO]
    typed = {f"points-{ANA}": "17,5", f"comment-{ANA}": "Well read!", f"points-{BO}": "3"}
    desk.post(f"{number}/scores", **typed, do="save")
    assert desk.see(page).count(">waiting<") == 2 and lms.writes("PATCH") == []
    desk.post(f"{number}/scores", **typed, do="send")
    told = desk.see(page)
    assert ">sent<" in told and ">failed<" in told and "Canvas does not have this student" in told
    assert (lms.work["a1"][ANA]["grade_points"], lms.work["a1"][ANA]["grader_id"]) == (17.5, TIA)
    count = len(lms.writes("PATCH"))
    desk.post(f"{number}/scores", **typed, do="send")
    assert len(lms.writes("PATCH")) == count + 1, "only what the LMS does not have goes out again"
    assert "Canvas: 17.5" in desk.see(f"{page}?lms=1")
    lms.faults.append(Fault("/v3.1", 503, times=None))
    assert "No answer came from Canvas" in desk.see(f"{page}?lms=1")


def test_classroom_lets_a_teacher_choose_the_state(desk: Desk, lms: FakeLms) -> None:
    assert "State of Ana García" not in desk.see(desk.create())
    lms.join("google_classroom")
    desk.vendor.sync()
    page = desk.create()
    assert 'aria-label="State of Ana García"' in desk.see(page)
    desk.post(f"{page.removeprefix('/assignments')}/scores", **{f"state-{ANA}": "returned"}, do="send")
    assert lms.work["a2"][ANA]["state"] == "returned" and "<option selected>returned" in desk.see(page)


def test_an_outage_stops_the_sending_at_once(desk: Desk, lms: FakeLms) -> None:
    number = desk.create().removeprefix("/assignments")
    lms.faults.append(Fault(f"/v3.1/sections/{ALGEBRA}/assignments/a1/sub", 503, times=None))
    desk.post(f"{number}/scores", **{f"points-{ANA}": "1", f"points-{BO}": "2"}, do="send")
    assert len(lms.writes("PATCH")) == 6, "one score, five times again"
    assert desk.see(f"/assignments{number}").count("No answer came from Canvas") == 2


def test_only_the_teachers_of_a_class_come_in(desk: Desk, make: Make) -> None:
    page = desk.create()
    number = page.removeprefix("/assignments")
    strangers: list[Any] = [Desk(desk.vendor, ANA_S), desk.vendor.app.test_client()]
    for path in ("/assignments/new", page, f"{page}/edit"):
        assert strangers[0].browser.get(desk.room + path).status_code == 404
        assert strangers[1].get(desk.room + path).status_code == 401
    assert Desk(desk.vendor, UMA_S).browser.get(desk.room + page).status_code == 200
    art = Desk(desk.vendor, UMA_S, ART)
    assert art.browser.get(art.room + page).status_code == 404, "another class's assignment"
    assert Desk(desk.vendor, TIA_S).browser.get(art.room + "/assignments/new").status_code == 404
    for path in ("", number, f"{number}/edit", f"{number}/send", f"{number}/delete", f"{number}/scores"):
        assert strangers[0].post(path, **WHOLE).status_code in (404, 405)


def test_a_form_of_another_page_does_nothing(desk: Desk, lms: FakeLms) -> None:
    number = desk.create().removeprefix("/assignments")
    for path in ("", f"{number}/edit", f"{number}/send", f"{number}/delete", f"{number}/scores"):
        answer = desk.browser.post(f"{desk.room}/assignments{path}", data=WHOLE | {"csrf": "made up"})
        assert answer.status_code == 400
    assert len(lms.writes()) == 1


def test_a_class_says_when_the_lms_is_not_ready(desk: Desk, lms: FakeLms) -> None:
    lms.tables["districts"][DISTRICT]["lms_state"] = "matching_in_progress"
    page = desk.create()
    assert "Clever is still matching people" in desk.see() and "Send again" in desk.see(page)
    lms.join("canvas")
    desk.post(f"{page.removeprefix('/assignments')}/send")
    assert ">synced<" in desk.see(page)


def test_a_page_waits_for_what_is_under_way_and_a_mistake_of_ours_ends_the_waiting(desk: Desk) -> None:
    page = desk.create()
    passback, later = desk.vendor.app.extensions["vendor"].passback, []
    passback.start(1, lambda: {}["a mistake"], later.append)
    assert 'http-equiv="refresh"' in desk.see(page) and "On its way to Canvas" in desk.see(page)
    later[0]()
    assert "refresh" not in desk.see(page)
