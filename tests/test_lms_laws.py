"""Laws of LMS Connect: whatever is sent, one submission per assignee, nothing half-written, and never a 5xx."""

from __future__ import annotations

import json
import struct
from functools import cache
from typing import Any

import msgspec
import pytest
from coursework import ASSIGNMENTS, DUE, LMSS, NEEDED, NOBODY, Course
from hypothesis import example, given, settings
from hypothesis import strategies as st
from town import ADA, BEN, CLEO, FALL, TESS

from mock_clever.api.gojson import float32, parsed, shortest
from mock_clever.errors import BadJson

EACH = pytest.mark.parametrize("lms", LMSS)
FEW = settings(max_examples=20)
ASSIGNMENT_FIELDS = (
    *("assignee_ids", "assignee_mode", "attachments", "description", "description_plaintext", "display_date"),
    *("due_date", "end_date", "grading_type", "max_attempts", "points_possible", "start_date", "submission_types"),
    *("term_id", "title"),
)
SUBMISSION_FIELDS = (
    *("attachments", "extra_attempts", "flags", "grade", "grade_comment", "grade_points", "grader_id"),
    *("override_due_date", "state"),
)


@cache
def lasting(lms: str) -> Course:
    """One mock for all examples of a law; in Schoology everybody came by LTI."""
    course = Course(lms)
    for user in (ADA, BEN):
        course.world.launches.add(course.mock.connection(course.mock.sync), user, 0.0)
    return course


WORDS = st.sampled_from(
    [
        *("", "all", "individuals", "points", "link", "text", "file", "late", "missing", "submitted", "returned"),
        *("x", "\ud800", "<&>", DUE, "2020-01-01", "9999-12-31T23:59:59Z", "2026-02-30", BEN, TESS, FALL, NOBODY),
    ]
)
VALUES = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), WORDS, st.integers(-(2**70), 2**70), st.floats(allow_nan=True)),
        st.sampled_from([0, 1, 85, 1e38, 3.5e38, -1]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "url", "text", "title", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def bodies(fields: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """JSON objects of such fields and others, as Python writes them: NaN and lone surrogates too."""
    keys = st.sampled_from([*fields, fields[0].upper(), "score"])
    return st.dictionaries(keys, VALUES, max_size=5).map(lambda body: json.dumps(body).encode())


def gradebook(course: Course) -> list[Any]:
    """Everything that is in it."""
    return list(course.world.gradebooks._works.values())


@EACH
@FEW
@given(body=bodies(ASSIGNMENT_FIELDS))
def test_a_create_makes_one_assignment_or_nothing(lms: str, body: bytes) -> None:
    course = lasting(lms)
    before = gradebook(course)
    answer = course.ask("POST", ASSIGNMENTS, raw=body)
    assert answer.status_code in (200, 400)
    made = gradebook(course)[len(before) :]
    assert (gradebook(course)[: len(before)], len(made)) == (before, int(answer.status_code == 200))
    for work in made:
        course.world.gradebooks.remove(work.assignment.id)


@EACH
@FEW
@given(body=bodies(ASSIGNMENT_FIELDS), grade=bodies(SUBMISSION_FIELDS))
@example(body=b'{"title":"x","assignee_mode":"individuals","assignee_ids":["x"]}', grade=b'{"grade_points":-1}')
def test_a_patch_changes_the_fields_it_names_or_nothing(lms: str, body: bytes, grade: bytes) -> None:
    course = lasting(lms)
    path = course.made(points_possible=10)
    for at, sent in ((path, body), (f"{path}/submissions/{BEN}", grade)):
        before, book = course.data("GET", at), gradebook(course)
        answer = course.ask("PATCH", at, raw=sent)
        assert answer.status_code in (200, 400), answer.get_data(as_text=True)
        after = course.data("GET", at) if answer.status_code == 200 else before
        if answer.status_code == 400:
            assert gradebook(course) == book
            continue
        names = (
            {name.lower() for name in msgspec.json.decode(sent)} if sent.isascii() and b"NaN" not in sent else None
        )
        told = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        derived = {"last_modified", "state", "grade", "grader_id", "start_date", "assignee_ids"}
        assert names is None or told <= names | derived, (sent, told)
        assert after == answer.get_json()["data"]
        if at == path and after["assignee_mode"] == "individuals":
            break
    course.ask("DELETE", path)


@EACH
@settings(max_examples=10)
@given(mode=st.sampled_from(["all", "individuals"]), ids=st.lists(st.sampled_from([ADA, BEN, CLEO, NOBODY])))
def test_there_is_one_submission_per_assignee(lms: str, mode: str, ids: list[str]) -> None:
    course = lasting(lms)
    body = {**NEEDED, "assignee_mode": mode, "assignee_ids": ids, "term_id": FALL}
    answer = course.ask("POST", ASSIGNMENTS, body)
    if mode == "individuals" and (not ids or {CLEO, NOBODY} & {*ids}):
        assert answer.get_json() == {"message": "INVALID_ASSIGNEES"}
        return
    path = f"{ASSIGNMENTS}/{answer.get_json()['data']['id']}/submissions"
    wanted = [ADA, BEN] if mode == "all" else sorted({*ids})
    assert [each["user_id"] for each in course.data("GET", path)] == wanted
    assert [user for user in (ADA, BEN, CLEO) if course.ask("GET", f"{path}/{user}").status_code == 200] == wanted


@EACH
@FEW
@given(body=st.binary(max_size=60) | st.text(alphabet='{}[]",:\\tru0123e.-nfalse ', max_size=40).map(str.encode))
def test_bytes_of_any_kind_are_never_a_5xx(lms: str, body: bytes) -> None:
    course = lasting(lms)
    path = course.made()
    for method, at in (("POST", ASSIGNMENTS), ("PATCH", path), ("PATCH", f"{path}/submissions/{BEN}")):
        answer = course.ask(method, at, raw=body)
        assert answer.status_code in (200, 400)
        assert list(answer.get_json()) == ["message"] if answer.status_code == 400 else answer.is_json
    course.ask("DELETE", path)


@given(number=st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_of_32_bits_stays_itself_in_fewest_digits(number: float) -> None:
    told = shortest(number)
    assert struct.pack("<f", told) == struct.pack("<f", number)
    assert len(repr(told).strip("-0.").partition("e")[0]) <= 10
    assert float32(told) == told


@given(
    value=st.recursive(st.none() | st.booleans() | st.text() | st.integers(), lambda v: st.lists(v, max_size=4))
)
def test_good_json_is_read_as_it_is(value: Any) -> None:
    read = parsed(msgspec.json.encode(value) + b" and more")
    assert plain(read) == value


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(each) for each in value]
    return int(value.text) if hasattr(value, "text") else value


@given(body=st.binary(max_size=40))
def test_what_msgspec_reads_the_scanner_reads_too(body: bytes) -> None:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError):
        return
    parsed(body)


@given(body=st.binary(max_size=40))
def test_the_scanner_reads_or_refuses(body: bytes) -> None:
    try:
        parsed(body)
    except BadJson as refused:
        assert str(refused) in ("EOF", "unexpected EOF") or str(refused).startswith("invalid character '")
