"""LMS Connect refuses with the documented words, in the order of the service behind it (lms-connect 7)."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from coursework import ASSIGNMENTS, LMSS, NEEDED, NOBODY, UNKNOWN, Course, with_emails
from msgspec.structs import replace
from town import ADA, ALGEBRA_ASH, BEN, BIOLOGY_ASH, CLEO, FALL, SOL, TESS, TOWN, UMA

from mock_clever.api.gojson import parsed
from mock_clever.errors import BadJson

ALL = {**NEEDED, "assignee_mode": "all"}
ONE = f"{ASSIGNMENTS}/{UNKNOWN}"
SUBMISSION = f"{ONE}/submissions/{BEN}"
ROW_5 = (
    r'{"message":"validation failure list:\nsubmission_types.0 in body should be one of '
    '[link file text discussion]"}'
)
NOT_FOUND = '{"message":"NOT_FOUND: %s with id clever:%s not found for this integration."}'


@pytest.fixture(scope="module", params=LMSS)
def any_lms(request: pytest.FixtureRequest) -> Course:
    return Course(request.param)


@pytest.fixture(scope="module")
def canvas() -> Course:
    return Course("canvas")


def said(answer: Any) -> tuple[int, str]:
    assert answer.mimetype == "application/json"
    return answer.status_code, answer.get_data(as_text=True)


# The rows of the documents' table.

CREATES: list[tuple[bytes, str]] = [
    (b"{}", '{"message":"missing required field(s): title, description, due_date"}'),
    (b"null", '{"message":"missing required field(s): title, description, due_date"}'),
    (b'{"title":"x","due_date":null}', '{"message":"missing required field(s): description, due_date"}'),
    (b'{"title":"","description":"x","due_date":""}', '{"message":"missing required field(s): title, due_date"}'),
    (b"", '{"message":"request body is required, but was empty"}'),
    (
        b'{"title":"x","description":"x","due_date":"2026-11-22T12:00:00Z"}',
        '{"message":"due_date must be in the future"}',
    ),
    (b'{"title":"\\ x"}', '{"message":"invalid character \' \' in string escape code"}'),
    (b'{"title":"x","submission_types":[""]}', ROW_5),
    (b'{"title":"x","submission_types":[null]}', ROW_5),
    (b'{"assignee_mode": ,}', '{"message":"invalid character \',\' looking for beginning of value"}'),
    (b'{"title":"x":1}', '{"message":"invalid character \':\' after object key:value pair"}'),
    (b'{"due_date":"2026-02-30"}', r'{"message":"parsing time \"2026-02-30\": day out of range"}'),
]


@pytest.mark.parametrize(("body", "words"), CREATES)
def test_a_body_is_refused_with_the_documented_words(body: bytes, words: str, any_lms: Course) -> None:
    assert said(any_lms.ask("POST", ASSIGNMENTS, raw=body)) == (400, words)
    assert any_lms.world.gradebooks.of(TOWN) == []


def test_malformed_json_is_told_on_every_write(any_lms: Course) -> None:
    for method, path in (("POST", ASSIGNMENTS), ("PATCH", ONE), ("PATCH", SUBMISSION)):
        assert said(any_lms.ask(method, path, raw=b"{")) == (400, '{"message":"unexpected EOF"}')
        assert said(any_lms.ask(method, path))[1] == '{"message":"request body is required, but was empty"}'


def test_an_assignment_s_id_is_a_uuid_of_one_that_is_there(any_lms: Course) -> None:
    for method, more in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/submissions"),
        ("PATCH", f"/submissions/{BEN}"),
    ):
        body = {} if method == "PATCH" else None
        assert said(any_lms.ask(method, f"{ASSIGNMENTS}/x{more}", body)) == (400, '{"message":"INVALID_ID"}')
        assert said(any_lms.ask(method, ONE + more, body)) == (404, '{"message":"Assignment does not exist"}')


def test_a_deleted_assignment_does_not_exist(any_lms: Course) -> None:
    path = any_lms.made()
    deleted = any_lms.ask("DELETE", path)
    assert (deleted.status_code, deleted.get_data(), deleted.headers.get("Content-Type")) == (200, b"", None)
    for method in ("GET", "PATCH", "DELETE"):
        body = {} if method == "PATCH" else None
        assert said(any_lms.ask(method, path, body)) == (404, '{"message":"Assignment does not exist"}')


@pytest.mark.parametrize("user", [NOBODY, CLEO, TESS])
def test_nobody_but_an_assigned_student_of_the_section_has_a_submission(user: str, canvas: Course) -> None:
    path = f"{canvas.made()}/submissions/{user}"
    for method, body in (("GET", None), ("PATCH", {"grade_points": 1})):
        assert said(canvas.ask(method, path, body)) == (404, '{"message":"User not found"}')


@pytest.mark.parametrize("grader", [NOBODY, BEN, SOL, "x"])
def test_a_grader_is_a_known_teacher(grader: str, any_lms: Course) -> None:
    path = f"{any_lms.made()}/submissions/{BEN}"
    assert said(any_lms.ask("PATCH", path, {"grader_id": grader})) == (400, NOT_FOUND % ("Person", grader))


def test_schoology_needs_a_term_and_one_that_is_there() -> None:
    course = Course("schoology")
    assert said(course.ask("POST", ASSIGNMENTS, ALL)) == (400, '{"message":"MISSING_REQUIRED_FIELD"}')
    assert said(course.ask("POST", ASSIGNMENTS, ALL | {"term_id": NOBODY})) == (
        400,
        NOT_FOUND % ("Session", NOBODY),
    )


@pytest.mark.parametrize(
    ("lms", "name"), list(zip(LMSS, ("Canvas", "Schoology", "Google Classroom"), strict=True))
)
def test_without_assignee_mode_or_students_there_are_no_valid_users(lms: str, name: str) -> None:
    course, body = Course(lms), NEEDED | {"term_id": FALL}
    words = f'{{"message":"no valid users found in {name}"}}'
    assert said(course.ask("POST", ASSIGNMENTS, body)) == (400, words)
    course.join(unmatched=frozenset({ADA, BEN}))
    assert said(course.ask("POST", ASSIGNMENTS, body | {"assignee_mode": "all"})) == (400, words)
    course.join()
    course.set(no_assignee_mode="all")
    assert course.data("POST", ASSIGNMENTS, body)["assignee_mode"] == "all"


@pytest.mark.parametrize("ids", [None, [], [NOBODY], [BEN, CLEO], ["x"]])
def test_individuals_are_students_of_the_section(ids: list[str] | None, any_lms: Course) -> None:
    body = ALL | {"assignee_mode": "individuals", "assignee_ids": ids, "term_id": FALL}
    assert said(any_lms.ask("POST", ASSIGNMENTS, body)) == (400, '{"message":"INVALID_ASSIGNEES"}')
    path = any_lms.made()
    before = any_lms.data("GET", path)
    body = {"assignee_mode": "individuals", "assignee_ids": ids, "title": "Other"}
    assert said(any_lms.ask("PATCH", path, body)) == (400, '{"message":"INVALID_ASSIGNEES"}')
    assert any_lms.data("GET", path) == before


@pytest.mark.parametrize(
    ("points", "code"), [(0, "ASSIGNMENT_CANNOT_HAVE_ZERO_POINTS"), (-1, "INVALID_REQUEST_BODY")]
)
def test_an_assignment_has_points_above_zero_or_none(points: int, code: str, any_lms: Course) -> None:
    body = ALL | {"term_id": FALL, "points_possible": points}
    assert said(any_lms.ask("POST", ASSIGNMENTS, body)) == (400, f'{{"message":"{code}"}}')
    assert said(any_lms.ask("PATCH", any_lms.made(), body)) == (400, f'{{"message":"{code}"}}')


def test_a_grade_is_not_negative(any_lms: Course) -> None:
    path = f"{any_lms.made()}/submissions/{BEN}"
    assert said(any_lms.ask("PATCH", path, {"grade_points": -0.5})) == (400, '{"message":"INVALID_REQUEST_BODY"}')
    assert set(any_lms.data("GET", path)) - {"id"} == {"assignment_id", "created", "state", "user_id"}


def test_an_attachment_has_something_in_it(any_lms: Course) -> None:
    path = f"{any_lms.made()}/submissions/{BEN}"
    for attachment in ({"type": "text"}, {"type": "file", "text": "x"}):
        body = {"attachments": [attachment]}
        assert said(any_lms.ask("PATCH", path, body)) == (400, '{"message":"INVALID_REQUEST_BODY"}')


def test_a_past_due_date_is_refused_on_patch_too(any_lms: Course) -> None:
    words = '{"message":"due_date must be in the future"}'
    assert said(any_lms.ask("PATCH", any_lms.made(), {"due_date": "2020-01-01"})) == (400, words)


# Who may ask at all.


def test_no_token_is_401_and_any_other_than_a_district_s_is_403() -> None:
    course = Course()
    client, words = course.mock.client, '{"message":"Could not authorize token"}'
    answer = client.get(ONE)
    assert (answer.status_code, answer.get_json()) == (401, {"message": "No authorization provided"})
    tokens = ["unknown", course.mock.reader(course.mock.sso).token, course.mock.token(TESS, course.mock.sync)]
    for token in tokens:
        answer = client.get(ONE, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.get_data(as_text=True)) == (403, words)


def test_without_product_consent_or_lms_the_token_is_not_authorized() -> None:
    course, refused = Course(), (403, '{"message":"Could not authorize token"}')
    for spoil in (
        lambda: course.connect(lms_connect="requested"),
        lambda: course.join(state=""),
        lambda: course.world.links.pop(TOWN),
    ):
        course.connect(lms_connect="accepted")
        course.join()
        assert course.ask("GET", ONE).status_code == 404
        spoil()
        assert said(course.ask("GET", ONE)) == refused
    course.join()
    app = course.mock.sync
    course.mock.control("POST", "apps", {"client_id": app.client_id, "products": ["secure_sync"]})
    assert said(course.ask("GET", ONE)) == refused


@pytest.mark.parametrize("state", ["initial_sync_processing", "matching_in_progress", "error", "disconnected"])
def test_an_lms_that_is_not_ready_is_neither_read_nor_written(state: str) -> None:
    course = Course()
    path = course.made()
    course.join(state=state)
    for method, at, body in (
        ("GET", path, None),
        ("POST", ASSIGNMENTS, ALL),
        ("PATCH", f"{path}/submissions/{BEN}", {}),
    ):
        assert said(course.ask(method, at, body)) == (400, '{"message":"INVALID_INTEGRATION_STATE"}')


def test_a_section_is_shared_and_matched() -> None:
    course = Course()
    path = course.made()
    refused = (400, NOT_FOUND % ("Class", ALGEBRA_ASH))
    course.join(unmatched=frozenset({ALGEBRA_ASH}))
    assert said(course.ask("POST", ASSIGNMENTS, ALL)) == said(course.ask("GET", path)) == refused
    course.join(unmatched=frozenset({TESS, UMA}))
    assert said(course.ask("POST", ASSIGNMENTS, ALL)) == refused
    course.join()
    course.mock.share(type="sections", ids=[BIOLOGY_ASH])
    assert said(course.ask("GET", path)) == refused
    course.mock.share(type="everything")
    assert course.data("GET", path)["title"] == "Essay"
    unknown = f"/v3.1/sections/{NOBODY}/assignments"
    assert said(course.ask("POST", unknown, ALL)) == (400, NOT_FOUND % ("Class", NOBODY))


def test_an_unmatched_student_has_no_submission_and_no_grade() -> None:
    course = Course(unmatched=frozenset({BEN}))
    path = course.made()
    assert [each["user_id"] for each in course.data("GET", f"{path}/submissions")] == [ADA]
    path = f"{path}/submissions/{BEN}"
    assert said(course.ask("GET", path)) == (404, '{"message":"User not found"}')
    assert said(course.ask("PATCH", path, {})) == (400, NOT_FOUND % ("Person", BEN))


def test_an_assignment_is_that_of_its_own_application_and_section() -> None:
    course = Course()
    id = course.create()["id"]
    words = (404, '{"message":"Assignment does not exist"}')
    assert said(course.ask("GET", f"/v3.1/sections/{BIOLOGY_ASH}/assignments/{id}")) == words
    other = course.mock.control("POST", "apps", {"name": "Other", "products": ["secure_sync", "lms_connect"]}, 201)
    connection = course.world.connection_of(other["client_id"], TOWN) or course.world.connect(
        other["client_id"], TOWN
    )
    course.world.reconnect(connection.id, lms_connect="accepted")
    course.token = connection.access_token
    assert said(course.ask("GET", f"{ASSIGNMENTS}/{id}")) == words


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_any_other_method_is_405_without_words(method: str, canvas: Course) -> None:
    answer = canvas.ask(method, ASSIGNMENTS)
    assert (answer.status_code, answer.get_data()) == (405, b"")
    other = canvas.ask("POST" if method != "GET" else "PUT", f"{ONE}/submissions")
    assert (other.status_code, other.get_data()) == (405, b"")
    assert canvas.mock.client.open(ASSIGNMENTS, method=method).status_code == 401


def test_what_data_views_answer_beside_it_stays() -> None:
    course = Course()
    assert course.ask("GET", f"/v3.1/sections/{ALGEBRA_ASH}/users").status_code == 200
    assert b"<pre>Cannot GET" in course.ask("GET", f"/v3.0/sections/{ALGEBRA_ASH}/assignments").get_data()


def test_lms_connect_and_the_data_api_count_against_one_limit() -> None:
    course = Course()
    course.set(rate_limit=2)
    assert [course.ask("GET", path).status_code for path in ("/v3.1/users", ONE, ONE)] == [200, 404, 429]
    assert course.ask("GET", ONE).get_data() == b""


def go(value: str, field: str, type: str) -> str:
    return f"json: cannot unmarshal {value} into Go struct field {field} of type {type}"


# What the generator says of what no document lists, in its order.

FORMATS = [
    ("GET", "/v3.1/sections/abc/assignments/x", None, 'section_id in path must be of type mongo-id: "abc"'),
    ("GET", f"{ONE}/submissions/abc", None, 'user_id in path must be of type mongo-id: "abc"'),
    ("GET", f"{ONE}/submissions?limit=0", None, "limit in query should be greater than or equal to 1"),
    ("GET", f"{ONE}/submissions?limit=101", None, "limit in query should be less than or equal to 100"),
    ("GET", f"{ONE}/submissions?limit=x", None, 'strconv.ParseInt: parsing "x": invalid syntax'),
    (
        "GET",
        "/v3.1/sections/abc/assignments/x/submissions?limit=x",
        None,
        'strconv.ParseInt: parsing "x": invalid syntax',
    ),
    ("PATCH", f"/v3.1/sections/abc/assignments/x/submissions/{BEN}", b"[", "unexpected EOF"),
    (
        "PATCH",
        "/v3.1/sections/abc/assignments/x",
        b'{"state":1}',
        'section_id in path must be of type mongo-id: "abc"',
    ),
]
WRONG_ASSIGNMENTS = [
    (
        '{"assignee_mode":"some"}',
        "validation failure list:\nassignee_mode in body should be one of [all individuals]",
    ),
    (
        '{"submission_types":["link","x","y"],"grading_type":"","assignee_mode":"","attachments":[null,{"type":"video"}]}',
        "validation failure list:\nassignee_mode in body should be one of [all individuals]\n"
        "attachments.1.type in body should be one of [file link text]\n"
        "grading_type in body should be one of [points percent pass_fail letter_grade]\n"
        "submission_types.1 in body should be one of [link file text discussion]",
    ),
    (
        '{"points_possible":"10"}',
        go("string", "AssignmentRequest.points_possible", "float32"),
    ),
    (
        '{"title":7,"points_possible":[]}',
        go("number", "AssignmentRequest.title", "string"),
    ),
    (
        '{"max_attempts":1.0}',
        go("number 1.0", "AssignmentRequest.max_attempts", "int64"),
    ),
    (
        '{"points_possible":1e39}',
        go("number 1e39", "AssignmentRequest.points_possible", "float32"),
    ),
    (
        '{"points_possible":1e999}',
        go("number 1e999", "AssignmentRequest.points_possible", "float32"),
    ),
    (
        '{"max_attempts":9223372036854775808}',
        go("number 9223372036854775808", "AssignmentRequest.max_attempts", "int64"),
    ),
    (
        '{"assignee_ids":{}}',
        go("object", "AssignmentRequest.assignee_ids", "[]string"),
    ),
    (
        '{"assignee_ids":[true]}',
        go("bool", "AssignmentRequest.assignee_ids", "string"),
    ),
    (
        '{"assignee_mode":[]}',
        go("array", "AssignmentRequest.assignee_mode", "models.AssigneeMode"),
    ),
    (
        '{"attachments":["x"]}',
        go("string", "AssignmentRequest.attachments", "models.AttachmentRequest"),
    ),
    (
        '{"attachments":[{"url":1}]}',
        go("number", "AttachmentRequest.attachments.url", "string"),
    ),
    ("[]", "json: cannot unmarshal array into Go value of type models.AssignmentRequest"),
    ('"x"', "json: cannot unmarshal string into Go value of type models.AssignmentRequest"),
    ('{"title":7,"due_date":7}', go("number", "AssignmentRequest.due_date", "string")),
    ('{"title":7,"due_date":"soon"}', 'parsing time "soon" as "2006-01-02": cannot parse "soon" as "2006"'),
    ('{"due_date":"2026-13-01"}', 'parsing time "2026-13-01": month out of range'),
    ('{"due_date":"2026-02-30T10:00:00Z"}', 'parsing time "2026-02-30T10:00:00Z": extra text: "T10:00:00Z"'),
    ('{"due_date":"2027-01-01T24:00:00Z"}', 'parsing time "2027-01-01T24:00:00Z": extra text: "T24:00:00Z"'),
    ('{"due_date":"9999-12-31T23:00:00-02:00"}', "Time.MarshalJSON: year outside of range [0,9999]"),
]
WRONG_SUBMISSIONS = [
    (
        '{"state":"graded","flags":["late","excluded"]}',
        "validation failure list:\nflags.1 in body should be one of [excused late missing]\n"
        "state in body should be one of [created submitted returned reclaimed]",
    ),
    (
        '{"grade_points":"80"}',
        go("string", "SubmissionRequest.grade_points", "float32"),
    ),
    ('{"grade":80}', go("number", "SubmissionRequest.grade", "string")),
    (
        '{"extra_attempts":"1"}',
        go("string", "SubmissionRequest.extra_attempts", "int64"),
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "words"), FORMATS)
def test_formats_are_judged_after_the_body_is_read(
    method: str, path: str, body: bytes | None, words: str, canvas: Course
) -> None:
    assert canvas.ask(method, path, raw=body).get_json() == {"message": words}


@pytest.mark.parametrize(("body", "words"), WRONG_ASSIGNMENTS)
def test_a_wrong_assignment_is_refused_in_go_s_words(body: str, words: str, canvas: Course) -> None:
    for method, path in (("POST", ASSIGNMENTS), ("PATCH", ONE)):
        answer = canvas.ask(method, path, raw=body.encode())
        assert (answer.status_code, answer.get_json()) == (400, {"message": words})


@pytest.mark.parametrize(("body", "words"), WRONG_SUBMISSIONS)
def test_a_wrong_submission_is_refused_in_go_s_words(body: str, words: str, canvas: Course) -> None:
    answer = canvas.ask("PATCH", SUBMISSION, raw=body.encode())
    assert (answer.status_code, answer.get_json()) == (400, {"message": words})


SYNTAX = [
    ("   ", "EOF"),
    ("nan", "invalid character 'a' in literal null (expecting 'u')"),
    ("NaN", "invalid character 'N' looking for beginning of value"),
    ("tru!", "invalid character '!' in literal true (expecting 'e')"),
    ("-x", "invalid character 'x' in numeric literal"),
    ("[1.x]", "invalid character 'x' after decimal point in numeric literal"),
    ("[1ex]", "invalid character 'x' in exponent of numeric literal"),
    ("[1e+x]", "invalid character 'x' in exponent of numeric literal"),
    ("[01]", "invalid character '1' after array element"),
    ("[1 2]", "invalid character '2' after array element"),
    ("[1,]", "invalid character ']' looking for beginning of value"),
    ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
    ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
    ('{"a" 1}', "invalid character '1' after object key"),
    ('{"a":"b"x', "invalid character 'x' after object key:value pair"),
    ('"a\nb"', "invalid character '\\n' in string literal"),
    (r'"\u12x4"', r"invalid character 'x' in \u hexadecimal character escape"),
    (r'"\'"', r"invalid character '\'' in string escape code"),
    ("\ufeff{}", "invalid character 'ï' looking for beginning of value"),
    ('"abc', "unexpected EOF"),
    ('{"a"', "unexpected EOF"),
    ("[" * 10_001, "invalid character '[' exceeded max depth"),
    ("[" * 10_000, "unexpected EOF"),
]


@pytest.mark.parametrize(("body", "words"), SYNTAX)
def test_broken_json_is_told_as_go_s_scanner_tells_it(body: str, words: str) -> None:
    with pytest.raises(BadJson) as refused:
        parsed(body.encode())
    assert str(refused.value) == words


def test_what_follows_the_first_value_is_ignored_and_case_and_bad_bytes_do_not_matter(canvas: Course) -> None:
    body = b'{"TITLE":"a\xff\\ud800\\ud83d\\ude00","Description":"x","due_date":"2027-01-01",'
    body += b'"assignee_mode":"all"} trailing'
    made = canvas.ask("POST", ASSIGNMENTS, raw=body)
    assert made.get_json()["data"]["title"] == "a\ufffd\ufffd\U0001f600"


def test_a_deep_body_of_unknown_keys_is_no_mistake(canvas: Course) -> None:
    deep = b'{"x":' + b"[" * 9_000 + b"]" * 9_000 + b',"title":"deep"}'
    path = canvas.made()
    assert canvas.ask("PATCH", path, raw=deep).get_json()["data"]["title"] == "deep"


def test_ten_megabytes_are_read_or_refused() -> None:
    course = Course()
    path = course.made()
    for body in (
        b'{"title":"' + b"a" * 10_000_000,
        b"[" * 10_000_000,
        b"\xff" * 10_000_000,
        b'{"due_date":"' + b"x" * 10_000_000 + b'"}',
    ):
        assert course.ask("PATCH", path, raw=body).status_code == 400
    assert course.ask("PATCH", path, raw=b'{"description":"' + b"a" * 10_000_000 + b'"}').status_code == 200
    assert course.ask("PATCH", path, raw=b"x" * 17_000_000).status_code == 413


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2027-01-31T23:59:59Z", "2027-01-31T23:59:59.000Z"),
        ("2027-01-31T23:59:59.123456789Z", "2027-01-31T23:59:59.123Z"),
        ("2027-01-31T23:59:59,5+02:00", "2027-01-31T21:59:59.500Z"),
        ("2027-01-31T23:59:59-0130", "2027-02-01T01:29:59.000Z"),
        ("2027-01-31T23:59:59", "2027-01-31T23:59:59.000Z"),
        ("2027-01-31T23:59", "2027-01-31T23:59:00.000Z"),
        ("2027-01-31T23:59Z", "2027-01-31T23:59:00.000Z"),
        ("2027-01-31 23:59:59", "2027-01-31T23:59:59.000Z"),
        ("2027-01-31", "2027-01-31T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_dates_are_read_in_every_layout_and_told_in_milliseconds(date: str, told: str, canvas: Course) -> None:
    assert canvas.create(due_date=date)["due_date"] == told


# Strictly as Go.


def test_strictly_a_refusal_is_plain_text_and_a_token_s_is_not() -> None:
    course = Course()
    course.set(lms_go="strict")
    answer = course.ask("POST", ASSIGNMENTS, raw=b'{"due_date":"<&>"}')
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.get_data() == (
        rb'{"message":"parsing time \"\u003c\u0026\u003e\" as \"2006-01-02\": cannot parse '
        rb'\"\u003c\u0026\u003e\" as \"2006\""}' + b"\n"
    )
    assert course.mock.client.get(ONE).get_json() == {"message": "No authorization provided"}


def test_nobody_of_another_district_is_known() -> None:
    district = with_emails()
    course = Course(mock=Mock(district))
    body = {"grader_id": district.district.id}
    path = course.made()
    assert said(course.ask("PATCH", f"{path}/submissions/{BEN}", body))[0] == 400
    gone = course.world.gradebooks.find(path.rpartition("/")[2])
    assert gone is not None
    course.world.gradebooks.put(replace(gone, district=NOBODY))
    assert said(course.ask("GET", path)) == (404, '{"message":"Assignment does not exist"}')
