"""The gradebook as testers look at it and act in it: by the control plane, and on its pages."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from clients import CALLBACK, Browser, Mock, answered, soup
from town import ADA, ALGEBRA_ASH, BEN, BIOLOGY_BIRCH, CLEO, FALL, TESS, TOWN, UMA
from werkzeug.test import TestResponse

DUE = "2027-03-01T12:00:30.000Z"
BASE = f"/v3.1/sections/{ALGEBRA_ASH}/assignments"
RTL = "\u202eمحمد"
NASTY = f"<script>alert(1)</script> \"' {RTL}"


class Lms:
    """A mock whose town has that LMS, an application that writes into it, and a browser at its gradebook."""

    def __init__(self, lms_type: str) -> None:
        self.mock = Mock()
        self.mock.control("POST", "clock", {"freeze": True})
        self.mock.control("POST", "clock", {"set": "2027-02-01T00:00:00Z"})
        self.mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": lms_type})
        self.browser = Browser(self.mock.app)

    def app(self, method: str, path: str, body: Any = None) -> Any:
        token = self.mock.reader().token
        response = self.mock.client.open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()["data"] if response.data else None

    def assigned(self, **more: Any) -> str:
        """The id of an assignment the application has made."""
        sent = {"title": "Fractions", "description": "Do it", "due_date": DUE, "assignee_mode": "all"}
        return str(self.app("POST", BASE, sent | {"points_possible": 20, "term_id": FALL} | more)["id"])

    def graded(self, id: str, **grade: Any) -> None:
        """The application grades Ben, who has come by LTI."""
        self.mock.world.launches.add(self.mock.connection(self.mock.sync), BEN, 0)
        self.app("PATCH", f"{BASE}/{id}/submissions/{BEN}", grade)

    def page(self, path: str = "", status: int = 200) -> BeautifulSoup:
        response = self.browser.client.get(f"/lms/{TOWN}{path}")
        assert response.status_code == status, response.get_data(as_text=True)
        return soup(response)

    def press(self, page: BeautifulSoup, button: str, **filled: str) -> TestResponse:
        """Press the first button whose words begin so, its form filled in."""
        found = next(each for each in page.select("form button") if each.get_text().strip().startswith(button))
        form = found.find_parent("form")
        assert form is not None
        written = {str(area["name"]): area.get_text().lstrip("\n") for area in form.find_all("textarea")}
        pressed = {str(found["name"]): str(found["value"])} if "name" in found.attrs else {}
        return self.browser.submit(form, **(written | pressed | filled))

    def told(self) -> Any:
        return self.mock.control("GET", f"lms/{TOWN}")


@pytest.fixture(params=["canvas", "schoology", "google_classroom"])
def lms(request: pytest.FixtureRequest) -> Lms:
    return Lms(request.param)


def card(page: BeautifulSoup, student: str) -> Tag:
    found = page.select_one(f"#student-{student}")
    assert found is not None
    return found


# By the control plane


def test_the_control_plane_tells_the_whole_gradebook(lms: Lms) -> None:
    id = lms.assigned(submission_types=["link"], max_attempts=2)
    lms.graded(id, grade_points=18, state="submitted")
    (work,) = lms.told()["assignments"]
    assert (work["id"], work["section"], work["title"], work["state"]) == (id, ALGEBRA_ASH, "Fractions", "open")
    (ben,) = work["submissions"]  # Ada is not in the LMS
    assert (ben["user_id"], ben["grade_points"]) == (BEN, 18)


def test_what_a_teacher_does_by_the_control_plane_an_application_reads(lms: Lms) -> None:
    id = lms.assigned()
    path = f"lms/{TOWN}/assignments/{id}"
    assert lms.mock.control("POST", path, {"do": "unpublish"})["state"] == "draft"
    assert lms.app("GET", f"{BASE}/{id}")["state"] == "draft"
    assert lms.mock.control("POST", path, {"do": "publish"})["state"] == "open"
    edited = lms.mock.control("POST", path, {"do": "edit", "due_date": None, "title": "Halves"})
    assert (edited["due_date"], edited["title"], edited["points_possible"]) == (None, "Halves", 20)
    assert "due_date" not in lms.app("GET", f"{BASE}/{id}")
    assert lms.mock.control("POST", path, {"do": "delete"}) == {"id": id, "deleted": True}
    assert lms.told()["assignments"] == []


def test_what_a_student_does_by_the_control_plane_an_application_reads(lms: Lms) -> None:
    id = lms.assigned()
    work = {"type": "link", "url": "https://example.org/1"}
    path = f"lms/{TOWN}/assignments/{id}/submissions/{BEN}"
    (ben,) = lms.mock.control("POST", path, {"do": "submit", "attachments": [work]})["submissions"]
    assert (ben["state"], ben["attachments"]) == ("submitted", [work])
    assert lms.app("GET", f"{BASE}/{id}/submissions/{BEN}")["state"] == "submitted"


REFUSED = {
    "no district": ("POST", "lms/6a00/assignments/x", {"do": "delete"}, 404),
    "no assignment": ("POST", f"lms/{TOWN}/assignments/x", {"do": "delete"}, 404),
    "no act": ("POST", f"lms/{TOWN}/assignments/{{id}}", {"do": "burn"}, 400),
    "no edit": ("POST", f"lms/{TOWN}/assignments/{{id}}", {"do": "edit"}, 400),
    "no date": ("POST", f"lms/{TOWN}/assignments/{{id}}", {"do": "edit", "due_date": "soon"}, 400),
    "nobody's": ("POST", f"lms/{TOWN}/assignments/{{id}}/submissions/{ADA}", {"do": "submit"}, 404),
    "out of order": ("POST", f"lms/{TOWN}/assignments/{{id}}/submissions/{BEN}", {"do": "reclaim"}, 409),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_is_refused_and_changes_nothing(wrong: str) -> None:
    lms = Lms("google_classroom")
    id = lms.assigned()
    before = lms.told()
    method, path, body, status = REFUSED[wrong]
    assert lms.mock.refused(method, path.replace("{id}", id), body)[0] == status
    assert lms.told() == before


def test_without_an_lms_there_is_no_gradebook(mock: Mock) -> None:
    for method, path, body in (
        ("GET", f"lms/{TOWN}", None),
        ("POST", f"lms/{TOWN}/assignments/x", {"do": "delete"}),
        ("POST", f"lms/{TOWN}/assignments/x/submissions/{BEN}", {"do": "submit"}),
    ):
        status, message = mock.refused(method, path, body)
        assert (status, f"PUT /_mock/districts/{TOWN}/lms" in message) == (409, True)


def test_another_lms_has_an_empty_gradebook(lms: Lms) -> None:
    lms.assigned()
    lms.mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": lms.told()["lms_type"]})
    assert len(lms.told()["assignments"]) == 1
    other = "canvas" if lms.told()["lms_type"] != "canvas" else "schoology"
    lms.mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": other})
    assert lms.told() == {"lms_type": other, "assignments": []}


# On the pages


def test_a_district_without_an_lms_says_how_to_join_one_and_joins_it(mock: Mock) -> None:
    browser = Browser(mock.app)
    listed = soup(browser.client.get("/lms"))
    assert "no LMS yet" in listed.get_text()
    page = soup(browser.client.get(str(listed.select("a.choice")[0]["href"])))
    assert [button.get_text() for button in page.select("button")] == ["Canvas", "Google Classroom", "Schoology"]
    form = page.find("form")
    assert isinstance(form, Tag)
    assert browser.submit(form, lms_type="moodle").status_code == 400
    assert browser.submit(form, lms_type="schoology").headers["Location"] == f"/lms/{TOWN}"
    assert mock.control("GET", f"districts/{TOWN}/lms")["connections"] == {mock.connection(mock.sync): "accepted"}
    assert "Schoology" in soup(browser.client.get("/lms")).get_text()


def test_the_courses_are_found_and_those_with_work_come_first(lms: Lms) -> None:
    def names(page: BeautifulSoup) -> list[str]:
        return [each.get_text() for each in page.select("a.choice .name")]

    assert names(lms.page()) == ["Algebra 1", "Biology", "Biology"]
    assert names(lms.page("?q=TESS")) == ["Algebra 1", "Biology"]
    assert "Nothing is called" in lms.page("?q=zzz").get_text()
    sent = {"title": "Cells", "description": "d", "due_date": DUE, "assignee_mode": "all", "term_id": FALL}
    lms.app("POST", f"/v3.1/sections/{BIOLOGY_BIRCH}/assignments", sent)
    first = lms.page().select("a.choice")[0]
    assert first["href"] == f"/lms/{TOWN}/sections/{BIOLOGY_BIRCH}"


def test_a_course_shows_its_gradebook_and_who_is_not_in_the_lms(lms: Lms) -> None:
    id = lms.assigned()
    lms.graded(id, grade_points=18.5)
    lms.mock.control("POST", f"lms/{TOWN}/assignments/{id}", {"do": "categorise", "category_id": "Homework"})
    page = lms.page(f"/sections/{ALGEBRA_ASH}")
    (row,) = page.select("tbody tr")
    assert [each.get_text() for each in row.find_all(("th", "td"))] == ["Ben O'Hare", "18.5"]
    (ada,) = (each for each in page.select("ul.names li") if "Ada" in each.get_text())
    assert "not in" in ada.get_text()


def test_schoology_hides_a_grade_without_a_category_and_its_teacher_mends_it() -> None:
    lms = Lms("schoology")
    id = lms.assigned()
    lms.graded(id, grade_points=18)
    page = lms.page(f"/assignments/{id}")
    assert "grade hidden: no category" in card(page, BEN).get_text()
    assert "18" not in lms.page(f"/sections/{ALGEBRA_ASH}").select("tbody td")[0].get_text()
    assert lms.press(page, "Set", category_id="Homework").status_code == 302
    page = lms.page(f"/assignments/{id}")
    assert "18 / 20" in card(page, BEN).get_text()
    assert lms.press(page, "Set", category_id=" ").status_code == 302
    assert lms.told()["assignments"][0]["category_id"] is None


def test_schoology_tells_who_has_not_come_by_lti() -> None:
    lms = Lms("schoology")
    id = lms.assigned()
    assert "never launched" in card(lms.page(f"/assignments/{id}"), BEN).get_text()
    course = lms.page(f"/sections/{ALGEBRA_ASH}")
    redirect = lms.press(course, "Launch", user=BEN).headers["Location"]
    assert redirect.startswith(f"{CALLBACK}?") and set(answered(redirect)) == {"code", "scope"}
    assert "never launched" not in card(lms.page(f"/assignments/{id}"), BEN).get_text()


def test_canvas_says_who_wrote_a_comment_and_what_was_not_sent() -> None:
    lms = Lms("canvas")
    id = lms.assigned()
    lms.graded(id, grade_points=7, grade="B", grade_comment="Well done")
    page = lms.page(f"/assignments/{id}")
    assert "Well done — Monica Simo" in " ".join(card(page, BEN).get_text().split())
    assert "no submission_types" in page.get_text() and "no max_attempts" in page.get_text()
    lms.graded(id, grade_points=7, grade="B", grade_comment="Well done", grader_id=TESS)
    assert "Well done — Tess Berg" in " ".join(card(lms.page(f"/assignments/{id}"), BEN).get_text().split())


def test_classroom_launches_nothing_and_knows_no_attempts() -> None:
    lms = Lms("google_classroom")
    text = lms.page(f"/assignments/{lms.assigned()}").get_text()
    assert "Attempts" not in text and "Submitting" not in text
    assert "Launch" not in lms.page(f"/sections/{ALGEBRA_ASH}").get_text()


UNPUBLISH = {"canvas": "Unpublish", "schoology": "Unpublish", "google_classroom": "Back to draft"}
PUBLISH = {"canvas": "Publish", "schoology": "Publish", "google_classroom": "Assign"}
SUBMIT = {"canvas": "Submit assignment", "schoology": "Submit assignment", "google_classroom": "Turn in"}


def test_a_teacher_unpublishes_edits_and_deletes(lms: Lms) -> None:
    id, lms_type = lms.assigned(), lms.told()["lms_type"]
    assert lms.press(lms.page(f"/assignments/{id}"), UNPUBLISH[lms_type]).status_code == 302
    page = lms.page(f"/assignments/{id}")
    assert lms.app("GET", f"{BASE}/{id}")["state"] == "draft"
    lms.press(page, PUBLISH[lms_type])
    due = lms.app("GET", f"{BASE}/{id}")["due_date"]
    lms.press(lms.page(f"/assignments/{id}"), "Save", title="Halves")
    told = lms.app("GET", f"{BASE}/{id}")
    assert (told["title"], told["description"], told["due_date"], told["points_possible"]) == (
        *("Halves", "Do it", due, 20),
    )
    lms.press(lms.page(f"/assignments/{id}"), "Save", due_date="2027-04-05T06:07", points_possible="12.5")
    told = lms.app("GET", f"{BASE}/{id}")
    assert (told["due_date"], told["points_possible"]) == ("2027-04-05T06:07:00.000Z", 12.5)
    assert "5 Apr 2027, 06:07 UTC" in lms.page(f"/assignments/{id}").get_text()
    lms.press(lms.page(f"/assignments/{id}"), "Save", due_date="", points_possible="")
    assert not {"due_date", "points_possible"} & lms.app("GET", f"{BASE}/{id}").keys()
    gone = lms.press(lms.page(f"/assignments/{id}"), "Delete")
    assert gone.headers["Location"] == f"/lms/{TOWN}/sections/{ALGEBRA_ASH}"
    assert "Nothing here yet" in lms.page(f"/sections/{ALGEBRA_ASH}").get_text()
    assert "no assignment" in lms.page(f"/assignments/{id}", 404).get_text()


@pytest.mark.parametrize(
    "wrong", [{"due_date": "soon"}, {"points_possible": "many"}, {"points_possible": "nan"}, {"title": ""}]
)
def test_a_form_that_says_nonsense_is_told_so_and_nothing_changes(wrong: dict[str, str]) -> None:
    lms = Lms("canvas")
    id = lms.assigned()
    before = lms.told()
    answer = lms.press(lms.page(f"/assignments/{id}"), "Save", **wrong)
    assert answer.status_code == 400
    assert soup(answer).select_one("[role=alert]") is not None
    assert lms.told() == before


def test_a_student_hands_in_and_the_next_acts_are_those_the_lms_has(lms: Lms) -> None:
    id, lms_type = lms.assigned(), lms.told()["lms_type"]
    page = lms.page(f"/assignments/{id}")
    lms.press(page, SUBMIT[lms_type], work="https://example.org/mine")
    told = lms.app("GET", f"{BASE}/{id}/submissions/{BEN}")
    kind = {"type": "text", "text": "https://example.org/mine"}
    handed = kind if lms_type == "schoology" else {"type": "link", "url": "https://example.org/mine"}
    assert (told["state"], told["attachments"]) == ("submitted", [handed])
    page = lms.page(f"/assignments/{id}")
    acts = [str(each["value"]) for each in card(page, BEN).select("button")]
    assert (
        acts
        == {
            "canvas": ["submit"],
            "schoology": ["submit", "return"],
            "google_classroom": ["reclaim", "return"],
        }[lms_type]
    )
    lms.mock.control("POST", f"lms/{TOWN}/assignments/{id}", {"do": "unpublish"})
    assert "submit" not in [b["value"] for b in card(lms.page(f"/assignments/{id}"), BEN).select("button")]
    late = lms.press(page, SUBMIT[lms_type]) if lms_type != "google_classroom" else None
    assert late is None or late.status_code == 409


def test_while_the_link_is_broken_the_pages_say_so(lms: Lms) -> None:
    id = lms.assigned()
    lms.mock.control("POST", f"districts/{TOWN}/lms", {"do": "disconnect"})
    for path in ("", f"/sections/{ALGEBRA_ASH}", f"/assignments/{id}"):
        assert "lms_state is disconnected" in lms.page(path).get_text()
    assert "Nobody is matched now" in lms.page(f"/assignments/{id}").get_text()


def test_what_is_not_there_is_a_page_that_says_so(lms: Lms) -> None:
    assert "no course nope" in lms.page("/sections/nope", 404).get_text()
    assert lms.browser.client.get("/lms/nope").status_code == 404
    assert lms.browser.client.get("/lms/nope/sections/x").status_code == 404
    course = lms.page(f"/sections/{ALGEBRA_ASH}")
    if lms.told()["lms_type"] != "google_classroom":
        assert lms.press(course, "Launch", user="nobody").status_code == 404
        assert lms.press(course, "Launch", user=CLEO).status_code in (400, 403, 409)  # not in this section
        for connection in lms.mock.control("GET", f"districts/{TOWN}/lms")["connections"]:
            lms.mock.control("PATCH", f"connections/{connection}", {"lms_connect": ""})
        assert lms.press(course, "Launch", user=BEN).status_code == 409


def test_a_section_that_is_gone_keeps_its_assignment_and_nobody_has_it(lms: Lms) -> None:
    id = lms.assigned()
    lms.mock.control(
        "POST",
        f"districts/{TOWN}/changes",
        {"changes": [{"type": "record.remove", "kind": "sections", "id": ALGEBRA_ASH}]},
    )
    page = lms.page(f"/assignments/{id}")
    assert "a section that is gone" in page.get_text()
    assert page.select(".card") == []


def test_whatever_people_are_called_stays_text(lms: Lms) -> None:
    named = {"first": NASTY, "last": NASTY}
    changes = [{"type": "record.update", "kind": "users", "id": who, "set": {"name": named}} for who in (BEN, UMA)]
    changes += [{"type": "record.update", "kind": "sections", "id": ALGEBRA_ASH, "set": {"name": NASTY}}]
    lms.mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    id = lms.assigned(title=NASTY, description=NASTY)
    lms.mock.control(
        "POST",
        f"lms/{TOWN}/assignments/{id}/submissions/{BEN}",
        {"do": "submit", "attachments": [{"type": "link", "url": "javascript:alert(1)", "title": NASTY}]},
    )
    for path in ("", f"/sections/{ALGEBRA_ASH}", f"/assignments/{id}"):
        page = lms.page(path)
        assert page.find_all("script") == []
        assert NASTY in page.get_text()
        assert all(str(link["href"]).startswith("/") for link in page.select("a"))
