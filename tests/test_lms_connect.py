"""LMS Connect's seven endpoints and what tells the three LMSs apart (lms-connect 3 to 6, 11)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import swagger
from coursework import ASSIGNMENTS, DUE, LMSS, NEEDED, NOW, UNKNOWN, Course
from envelope import Checker
from town import ADA, ALGEBRA_ASH, BEN, CLEO, DAN, FALL, TESS, TOWN, UMA

from mock_clever.api.lms import written
from mock_clever.clock import moment
from mock_clever.errors import ControlRefusal
from mock_clever.lms.acts import StudentAct, TeacherAct, by_teacher, on_submission, shown
from mock_clever.lms.profiles import PROFILES
from mock_clever.lms.records import Assignment, Submission
from mock_clever.openapi import ANSWERS, LINKS, LMS_ASSIGNMENT, LMS_ATTACHMENT, LMS_SUBMISSION

LINK = {"type": "link", "url": "https://work.example/1", "title": "My work", "description": "All of it"}
TEXT = {"type": "text", "text": "<b>Done</b>", "title": "Test - 1"}
EVERYTHING: dict[str, Any] = {
    **NEEDED,
    "assignee_mode": "individuals",
    "assignee_ids": [BEN],
    "attachments": [LINK, TEXT],
    "description_plaintext": "Write",
    "display_date": "2026-11-01T00:00:00Z",
    "due_date": "2028-02-29T23:48:24.000Z",
    "end_date": "2028-03-01T00:00:00Z",
    "grading_type": "points",
    "max_attempts": 3,
    "points_possible": 99.9,
    "start_date": "2026-11-02T00:00:00Z",
    "submission_types": ["link", "text"],
    "term_id": FALL,
}
GRADED: dict[str, Any] = {
    "state": "reclaimed",
    "flags": ["late", "missing", "excused"],
    "grade_comment": "Well done",
    "grade_points": 85,
    "grade": "B",
    "grader_id": TESS,
    "extra_attempts": 2,
    "override_due_date": "2027-02-01T00:00:00Z",
}


@pytest.fixture(params=LMSS)
def course(request: pytest.FixtureRequest) -> Course:
    return Course(request.param)


def launched(course: Course, user: str = BEN) -> Course:
    """The course once that student came by LTI."""
    course.world.launches.add(course.mock.connection(course.mock.sync), user, course.world.clock.now())
    return course


# What an assignment reads as, key by key and in full.

SHOWN = {
    "canvas": {
        "attachments": [LINK],
        "display_date": "2026-11-01T00:00:00.000Z",
        "end_date": "2028-03-01T00:00:00.000Z",
        "start_date": "2026-11-01T00:00:00.000Z",
        "max_attempts": 3,
        "submission_types": ["link", "text"],
    },
    "schoology": {
        "attachments": [TEXT],
        "display_date": "2026-11-01T00:00:00.000Z",
        "end_date": "2028-03-01T00:00:00.000Z",
        "max_attempts": 3,
        "submission_types": ["link", "text"],
        "term_id": FALL,
    },
    "google_classroom": {
        "attachments": [{"title": "work.example", "type": "link", "url": LINK["url"]}],
        "display_date": "2026-11-01T00:00:00.000Z",
        "due_date": "2028-02-29T23:48:00.000Z",
        "max_attempts": 1,
    },
}


def test_everything_that_can_be_sent_reads_as_each_lms_keeps_it(course: Course) -> None:
    made = course.create(**EVERYTHING)
    id = made.pop("id")
    assert made == {
        "assignee_ids": [BEN],
        "assignee_mode": "individuals",
        "created": NOW,
        "description": "Write.",
        "description_plaintext": "Write",
        "due_date": "2028-02-29T23:48:24.000Z",
        "grading_type": "points",
        "last_modified": NOW,
        "points_possible": 99.9,
        "state": "open",
        "title": "Essay",
        **SHOWN[course.lms],
    }
    assert course.data("GET", f"{ASSIGNMENTS}/{id}") == {"id": id, **made}
    assert course.data("GET", f"{ASSIGNMENTS}/{id.upper()}")["id"] == id


def test_an_assignment_in_full_as_it_is_sent(course: Course) -> None:
    sent = {**NEEDED, "assignee_mode": "all"} | ({"term_id": FALL} if course.lms == "schoology" else {})
    answer = course.ask("POST", ASSIGNMENTS, sent)
    id = answer.get_json()["data"]["id"]
    attempts = {"canvas": '"max_attempts":-1,', "google_classroom": '"max_attempts":1,'}.get(course.lms, "")
    term = f'"term_id":"{FALL}",' if course.lms == "schoology" else ""
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.get_data(as_text=True) == (
        f'{{"data":{{"assignee_mode":"all","created":"{NOW}","description":"Write.","due_date":"{DUE}",'
        f'"grading_type":"points","id":"{id}","last_modified":"{NOW}",'
        f'{attempts}"state":"open",{term}"title":"Essay"}}}}'
    )


def test_a_body_s_state_is_no_state(course: Course) -> None:
    made = course.create(state="draft", name="x", due_at="x", score=1)
    assert made["state"] == "open"
    assert course.findings() == ["lms-unknown-key"] * 4


def test_a_patch_changes_what_it_names(course: Course) -> None:
    path = course.made(**EVERYTHING)
    before = course.data("GET", path)
    assert course.data("PATCH", path, {}) == before
    assert course.data("PATCH", path, {"title": "", "description": None, "due_date": ""}) == before
    course.world.clock.advance(60)
    changed = course.data(
        "PATCH", path, {"title": "Other", "due_date": "2027-03-01T12:00:30Z", "points_possible": 5}
    )
    due = "2027-03-01T12:00:00.000Z" if course.lms == "google_classroom" else "2027-03-01T12:00:30.000Z"
    new = {"title": "Other", "due_date": due, "points_possible": 5, "last_modified": "2026-11-22T12:01:00.000Z"}
    assert changed == before | new == course.data("GET", path)


def test_attachments_of_an_assignment_that_is_there(course: Course) -> None:
    path = course.made(attachments=[LINK, TEXT])
    changed = course.data(
        "PATCH", path, {"attachments": [LINK | {"url": "https://b.example"}, TEXT | {"text": "B"}]}
    )
    told = [each.get("text", each.get("url")) for each in changed["attachments"]]
    assert (
        told
        == {"canvas": ["https://b.example"], "schoology": ["B"], "google_classroom": [LINK["url"]]}[course.lms]
    )


def test_who_is_assigned_can_be_changed(course: Course) -> None:
    path = course.made()
    assert course.data("PATCH", path, {"assignee_ids": [BEN]})["assignee_mode"] == "all"
    one = course.data("PATCH", path, {"assignee_mode": "individuals", "assignee_ids": [BEN]})
    assert (one["assignee_mode"], one["assignee_ids"]) == ("individuals", [BEN])
    assert course.ask("GET", f"{path}/submissions/{ADA}").status_code == 404
    assert "assignee_ids" not in course.data("PATCH", path, {"assignee_mode": "all"})
    assert course.ask("GET", f"{path}/submissions/{ADA}").status_code == 200


def test_the_state_follows_the_dates(course: Course) -> None:
    path = course.made(display_date="2026-11-23T00:00:00Z", end_date="2026-11-25T00:00:00Z")
    found = [course.data("GET", path)["state"]]
    for _ in range(3):
        course.world.clock.advance(86_400)
        found.append(course.data("GET", path)["state"])
    last = "open" if course.lms == "google_classroom" else "locked"  # it takes no end_date
    assert found == ["scheduled", "open", "open", last]


# Submissions.


def test_there_is_one_submission_for_each_student_from_the_start(course: Course) -> None:
    path = course.made()
    id = path.rpartition("/")[2]
    found = course.data("GET", f"{path}/submissions")
    ids = [each.pop("id", None) for each in found]
    assert found == [
        {"assignment_id": id, "created": NOW, "state": "created", "user_id": user} for user in (ADA, BEN)
    ]
    assert (None in ids, len(set(ids))) == ((True, 1) if course.lms == "google_classroom" else (False, 2))
    course.set(submission_id="absent")
    assert "id" not in course.data("GET", f"{path}/submissions/{BEN}")


def test_who_leaves_has_no_submission_and_who_joins_has_one(course: Course) -> None:
    path, alone = course.made(), course.made(assignee_mode="individuals", assignee_ids=[BEN])
    launched(course).data("PATCH", f"{path}/submissions/{BEN}", {"grade_points": 1})
    update = {"type": "record.update", "kind": "sections", "id": ALGEBRA_ASH, "set": {"students": [ADA, DAN]}}
    course.mock.control("POST", f"districts/{TOWN}/changes", {"changes": [update]})
    assert [each["user_id"] for each in course.data("GET", f"{path}/submissions")] == [ADA, DAN]
    assert course.data("GET", f"{alone}/submissions") == []
    assert course.ask("PATCH", f"{path}/submissions/{BEN}", {}).status_code == 404
    assert course.data("GET", path)["title"] == "Essay"


READ = {
    "canvas": {
        "flags": ["excused"],
        "grade_comment": "Well done",
        "grader_id": TESS,
        "extra_attempts": 2,
        "state": "created",
    },
    "schoology": {"grade": "85", "grade_comment": "Well done", "state": "returned"},
    "google_classroom": {"flags": GRADED["flags"], "state": "reclaimed"},
}


def test_everything_that_can_be_graded_reads_as_each_lms_keeps_it(course: Course) -> None:
    path = f"{launched(course).made()}/submissions/{BEN}"
    assignment = path.split("/")[5]
    graded = course.data("PATCH", path, GRADED)
    assert graded.pop("id", None) is None or course.lms != "google_classroom"
    assert graded == {
        "assignment_id": assignment,
        "created": NOW,
        "grade_points": 85,
        "last_modified": NOW,
        "user_id": BEN,
        **READ[course.lms],
    }


def test_a_patch_of_a_submission_leaves_the_rest(course: Course) -> None:
    path = f"{launched(course).made()}/submissions/{BEN}"
    before = course.data("PATCH", path, GRADED)
    assert course.data("PATCH", path, {}) == before
    assert course.data("PATCH", path, dict.fromkeys(GRADED)) == before
    after = course.data("PATCH", path, {"grade_points": 110.5})
    grade = {"grade": "110.5"} if course.lms == "schoology" else {}
    assert after == before | {"grade_points": 110.5} | grade  # beyond points_possible is extra credit


def test_attachments_submit(course: Course) -> None:
    path = f"{launched(course).made()}/submissions/{BEN}"
    kind, other = (TEXT, LINK) if course.lms == "schoology" else (LINK, TEXT)
    submitted = course.data("PATCH", path, {"attachments": [kind]})
    assert (submitted["state"], submitted["attachments"]) == ("submitted", [kind])
    refused = course.ask("PATCH", path, {"attachments": [other]})
    if course.lms == "schoology":
        words = "Schoology does not support submission type of link"
        assert (refused.status_code, refused.get_json()) == (400, {"message": words})
    else:
        assert "attachments" not in refused.get_json()["data"]
        assert course.findings()[-1] == "lms-attachment-dropped"


def test_classroom_takes_states_and_tells_of_jumps() -> None:
    course = Course("google_classroom")
    path = f"{course.made()}/submissions/{BEN}"
    for state in ("submitted", "reclaimed", "submitted", "returned", "returned"):
        assert course.data("PATCH", path, {"state": state, "grade_points": 80})["state"] == state
    assert course.findings() == []
    assert course.data("PATCH", path, {"state": "created", "attachments": [LINK]})["state"] == "created"
    assert course.findings() == ["lms-state-jump"]


def test_classroom_takes_grades_only_under_the_agreement() -> None:
    course = Course("google_classroom")
    path = f"{course.made()}/submissions/{BEN}"
    course.set(classroom_grades="refused")
    refused = course.ask("PATCH", path, {"grade_points": 1})
    assert (refused.status_code, refused.get_json()) == (400, {"message": "UNSUPPORTED_OPERATION"})
    assert "grade_points" not in course.data("GET", path)


@pytest.mark.parametrize(
    ("sent", "told", "author", "finding"),
    [
        ({"grade_comment": "x", "grade": "B", "grader_id": TESS}, "x", "Tess Berg", None),
        ({"grade_comment": "x", "grade": "B", "grader_id": UMA}, "x", "Uma Sá", None),
        ({"grade_comment": "x", "grade": "B"}, "x", "Monica Simo", "lms-comment-unsigned"),
        ({"grade_comment": "x", "grader_id": TESS}, None, None, "lms-comment-dropped"),
        ({"grade_comment": "", "grade": "B", "grader_id": TESS}, None, None, "lms-field-ignored"),
        ({"grader_id": TESS}, None, None, None),
    ],
)
def test_comments_of_canvas(
    sent: dict[str, str], told: str | None, author: str | None, finding: str | None
) -> None:
    course = Course("canvas")
    path = f"{course.made()}/submissions/{BEN}"
    read = course.data("PATCH", path, sent)
    assert (read.get("grade_comment"), read.get("grader_id")) == (told, sent.get("grader_id") if told else None)
    assert course.findings() == ([finding] if finding else [])
    assert in_lms(course)["submissions"][1]["author"] == author


def test_an_empty_comment_overwrites_in_schoology_alone() -> None:
    for lms in ("canvas", "schoology"):
        course = launched(Course(lms))
        path = f"{course.made()}/submissions/{BEN}"
        course.data("PATCH", path, {"grade_comment": "x", "grade": "B"})
        read = course.data("PATCH", path, {"grade_comment": "", "grade": "B"})
        assert read.get("grade_comment") == ("x" if lms == "canvas" else None)


def test_schoology_takes_grades_of_those_alone_who_came_by_lti() -> None:
    course = Course("schoology")
    path = f"{course.made()}/submissions/{BEN}"
    refused = course.ask("PATCH", path, {"grade_points": 1})
    assert (refused.status_code, refused.get_data()) == (500, b'{"message":"Error updating submission"}')
    assert course.data("GET", path)["state"] == "created"
    assert launched(course).data("PATCH", path, {"grade_points": 1})["grade"] == "1"


def test_canvas_takes_no_grades_of_a_draft() -> None:
    course = Course("canvas")
    path = course.made()
    teach(course, path, do="unpublish")
    assert course.data("GET", path)["state"] == "draft"
    refused = course.ask("PATCH", f"{path}/submissions/{BEN}", {"grade_points": 1})
    assert (refused.status_code, refused.get_json()) == (
        400,
        {
            "code": "UNSUPPORTED_OPERATION",
            "message": "Canvas does not allow updating submissions on unpublished (draft) assignments.",
        },
    )
    teach(course, path, do="publish")
    assert course.data("PATCH", f"{path}/submissions/{BEN}", {"grade_points": 1})["grade_points"] == 1


def test_what_is_odd_is_a_finding() -> None:
    course = Course("canvas")
    course.create(grading_type="percent", submission_types=["discussion", "link"])
    assert course.findings() == ["lms-grading-type", "lms-submission-type"]
    assert course.ask("PATCH", f"{course.made()}/submissions/{BEN}", {"flags": ["excluded"]}).status_code == 400
    assert course.findings()[2:] == ["lms-flag-excluded"]
    schoology = Course("schoology")
    schoology.create(start_date=DUE)
    (row,) = [row for row in schoology.world.journal.rows() if row.findings]
    words = "The 'start_date' field is not supported by Schoology, and will be ignored."
    assert [finding.message for finding in row.findings] == [words]


# Numbers.


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("80", "80"),
        ("80.0", "80"),
        ("80.1", "80.1"),
        ("33.333333333", "33.333332"),
        ("16777217", "16777216"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("0.0000005", "5e-7"),
        ("0", "0"),
        ("-0.0", "0"),
    ],
)
def test_numbers_have_32_bits_and_are_written_as_go_does(sent: str, told: str) -> None:
    course = Course("canvas")
    path = f"{course.made()}/submissions/{BEN}"
    answer = course.ask("PATCH", path, raw=f'{{"grade_points":{sent}}}'.encode())
    assert f'"grade_points":{told},' in answer.get_data(as_text=True)
    assert written(json.loads(told)) == told.encode()


def test_strictly_a_grade_of_0_is_no_grade() -> None:
    course = Course("canvas")
    path = f"{course.made()}/submissions/{BEN}"
    assert course.data("PATCH", path, {"grade_points": 0, "extra_attempts": 0})["grade_points"] == 0
    course.set(lms_go="strict")
    assert not {"grade_points", "extra_attempts"} & course.data("GET", path).keys()
    course.data("PATCH", path, {"grade_points": 7})
    assert course.data("PATCH", path, {"grade_points": 0})["grade_points"] == 7


# Pages.


def test_pages_follow_a_relative_next_and_cover_everyone_once() -> None:
    course = Course()
    path = f"{course.made()}/submissions"
    first = course.ask("GET", f"{path}?limit=1&starting_after={BEN}").get_json()
    assert [each["user_id"] for each in first["data"]] == [ADA]
    (link,) = first["links"]
    assert (link["rel"], link["uri"].startswith(f"{path}?cursor=")) == ("next", True)
    last = course.ask("GET", f"{link['uri']}&limit=100").get_json()
    assert ([each["user_id"] for each in last["data"]], "links" in last) == ([BEN], False)
    course.set(submissions_self="present")
    assert course.ask("GET", path).get_json()["links"] == [{"rel": "self", "uri": path}]


def test_a_cursor_lives_two_hours_from_the_first_page_and_is_for_its_own_list() -> None:
    course = Course()
    update = {"type": "record.update", "kind": "sections", "id": ALGEBRA_ASH, "set": {"students": [ADA, BEN, DAN]}}
    course.mock.control("POST", f"districts/{TOWN}/changes", {"changes": [update]})
    path = f"{course.made()}/submissions"
    second = course.ask("GET", f"{path}?limit=1").get_json()["links"][0]["uri"]
    course.world.clock.advance(7200)
    third = course.ask("GET", second).get_json()["links"][0]["uri"]
    assert [each["user_id"] for each in course.data("GET", third)] == [DAN]
    course.world.clock.advance(0.002)
    cursor = second.partition("cursor=")[2]
    other = f"{course.made()}/submissions?cursor={cursor}"
    for wrong in (second, third, other, f"{path}?cursor={cursor[:-2]}", f"{path}?cursor=é", f"{path}?cursor=MQ"):
        refused = course.ask("GET", wrong)
        assert (refused.status_code, refused.get_json()) == (400, {"message": "INVALID_CURSOR"}), wrong


# In the LMS itself.


def teach(course: Course, path: str, **act: Any) -> Any:
    world = course.world
    return by_teacher(world.gradebooks, TOWN, path.split("/")[5], TeacherAct(**act), world.clock.now())


def study(course: Course, path: str, user: str = BEN, **act: Any) -> Submission:
    world = course.world
    town, link = world.districts[TOWN], world.links[TOWN]
    id = path.split("/")[5]
    return on_submission(world.gradebooks, town, link, id, user, StudentAct(**act), world.clock.now())


def in_lms(course: Course) -> Any:
    """The one assignment as people in the LMS see it."""
    world = course.world
    told = shown(world.gradebooks, world.districts[TOWN], world.links[TOWN], world.clock.now())
    assert told["lms_type"] == course.lms
    (assignment,) = told["assignments"]
    return assignment


def test_what_a_teacher_does_is_read_by_the_application(course: Course) -> None:
    path = course.made(points_possible=10)
    teach(course, path, do="edit", title="Theirs", due_date=None, points_possible=None)
    teach(course, path, do="categorise", category_id="Homework")
    read = course.data("GET", path)
    assert (read["title"], read["category_id"]) == ("Theirs", "Homework")
    assert not {"due_date", "points_possible"} & read.keys()
    teach(course, path, do="edit", due_date="2020-01-01")
    assert course.data("PATCH", path, {"title": "Ours"})["due_date"] == "2020-01-01T00:00:00.000Z"
    assert teach(course, path, do="delete") is None
    assert course.ask("GET", path).status_code == 404


def test_students_submit_and_reclaim_as_their_lms_allows() -> None:
    course = Course("google_classroom")
    path = course.made()
    assert study(course, path, do="submit", attachments=[]).state == "submitted"
    assert [study(course, path, do=act).state for act in ("reclaim", "submit", "return")][-1] == "returned"
    assert course.data("GET", f"{path}/submissions/{BEN}")["state"] == "returned"
    with pytest.raises(ControlRefusal, match="nothing follows"):
        study(course, path, do="submit")
    with pytest.raises(ControlRefusal, match="has no submission here"):
        study(course, path, CLEO, do="submit")
    with pytest.raises(ControlRefusal, match="only submitted can follow"):
        study(course, path, ADA, do="return")
    teach(course, path, do="unpublish")
    with pytest.raises(ControlRefusal, match="is draft"):
        study(course, path, ADA, do="submit")
    with pytest.raises(ControlRefusal, match="no assignment"):
        teach(course, "/v3.1/sections/x/assignments/y", do="publish")
    with pytest.raises(ControlRefusal, match="no date"):
        teach(course, path, do="edit", due_date="soon")
    for act in ("edit", "categorise"):
        with pytest.raises(ControlRefusal, match="send"):
            teach(course, path, do=act)


def test_who_submits_after_the_due_date_is_late() -> None:
    course = Course("canvas")
    path = course.made()
    course.world.clock.set(moment(DUE))
    assert study(course, path, do="submit").flags == ("late",)


def test_schoology_shows_no_grade_without_a_category() -> None:
    course = launched(Course("schoology"))
    path = course.made()
    course.data("PATCH", f"{path}/submissions/{BEN}", {"grade_points": 5})
    assert course.findings() == ["lms-grade-hidden"]
    assert [each["visible_grade"] for each in in_lms(course)["submissions"]] == [False, False]
    teach(course, path, do="categorise", category_id="Homework")
    assert [each["visible_grade"] for each in in_lms(course)["submissions"]] == [False, True]


def test_the_gradebook_outlives_a_section_and_goes_with_its_lms() -> None:
    course = Course()
    path = course.made()
    course.data("PATCH", f"{path}/submissions/{BEN}", {"grade_points": 5})
    course.join(state="disconnected")
    assert [each["user_id"] for each in in_lms(course)["submissions"]] == [BEN]
    course.world.gradebooks.forget(TOWN)
    assert course.world.gradebooks.of(TOWN) == []


# Faults.


def test_a_fault_can_fail_the_writing_of_grades_alone(course: Course) -> None:
    path = launched(course).made()
    plan = {"path": "/v3.1/sections/", "part": "/submissions/", "method": "PATCH"}
    plan |= {"message": "Error updating submission"}
    course.mock.control("POST", "faults", plan, 201)
    assert course.ask("PATCH", path, {}).status_code == 200
    answers = [course.ask("PATCH", f"{path}/submissions/{BEN}", {}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [500, 200]
    assert answers[0].get_json() == {"message": "Error updating submission"}


# The documents' table of refusals.

STRANGER = "6a000000000000000000ffff"
OF = {
    "assignments": "{assignments}",
    "assignments of an unknown section": f"/v3.1/sections/{STRANGER}/assignments",
    "assignment": "{path}",
    "assignment of a malformed id": "{assignments}/x",
    "assignment of an unknown id": f"{{assignments}}/{UNKNOWN}",
    "submissions, `?limit=101`": "{path}/submissions?limit=101",
    "submissions, `?cursor=x`": "{path}/submissions?cursor=x",
    "submission": f"{{path}}/submissions/{BEN}",
    "submission of a stranger": f"{{path}}/submissions/{STRANGER}",
}


def test_the_documents_table_of_refusals_is_true() -> None:
    course = Course("canvas")
    path = course.made()
    page = (Path(__file__).parents[1] / "docs" / "lms.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (\w.*?) \| (.*?) ?\| (\d+) \| `(.*)` \|$", page, re.MULTILINE)
    assert len(rows) == 20
    for method, of, body, status, message in rows:
        at = OF[of].format(assignments=ASSIGNMENTS, path=path)
        answer = course.ask(method, at, raw=body.strip("`").encode() if body else None)
        told = {"message": message.replace("⏎", "\n")}
        assert (answer.status_code, answer.get_json()) == (int(status), told), (method, of, body)


# The profiles are data that names fields there are, and the answers are those described.


def test_a_profile_names_fields_that_there_are() -> None:
    works, grades = {*Assignment.__struct_fields__}, {*Submission.__struct_fields__}
    for profile in PROFILES.values():
        named = profile.works
        assert {*named.required} | named.ignored | named.fixed | {*named.mirrors} | named.to_the_minute <= works
        graded = profile.grades
        assert graded.ignored | {*graded.moved_by} | {*graded.comment_needs} | graded.with_comment <= grades


def answers(course: Course) -> list[tuple[str, str, Any]]:
    """Every kind of answer: method, template of the path, body."""
    one = "/v3.1/sections/{section_id}/assignments/{assignment_id}"
    path = launched(course).made(**{**EVERYTHING, "attachments": [LINK]})
    plain = course.made()
    kind = TEXT if course.lms == "schoology" else LINK
    body = {**GRADED, "attachments": [kind]}
    asked = [
        ("GET", path, one, None),
        ("GET", plain, one, None),
        ("PATCH", path, one, {"title": "x"}),
        ("GET", f"{plain}/submissions?limit=1", f"{one}/submissions", None),
        ("PATCH", f"{path}/submissions/{BEN}", f"{one}/submissions/{{user_id}}", body),
        ("GET", f"{path}/submissions/{BEN}", f"{one}/submissions/{{user_id}}", None),
    ]
    return [(method, template, course.ask(method, at, sent).get_json()) for method, at, template, sent in asked]


@cache
def described(method: str, template: str) -> Checker:
    """What our own document says of an answer."""
    named = {"assignment": LMS_ASSIGNMENT, "submission": LMS_SUBMISSION, "attachment": LMS_ATTACHMENT}
    schemas = {f"v3.1.{name}": schema for name, schema in named.items()} | {"Links": LINKS}
    return Checker(ANSWERS[f"{method} {template}"] | {"components": {"schemas": schemas}})


def test_every_answer_is_as_described(course: Course) -> None:
    for method, template, body in answers(course):
        assert described(method, template).wrong(body) == [], template


def test_every_answer_is_as_published_but_for_the_text_of_attachments(course: Course) -> None:
    swagger.read("v3.1-lms")
    found: set[swagger.Departure] = set()
    for _, template, body in answers(course):
        found |= swagger.departures(swagger.published("v3.1-lms", template), body).keys()
    assert found == ({("Attachment.text", "key")} if course.lms == "schoology" else set())
