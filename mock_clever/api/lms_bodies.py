"""What LMS Connect is sent: its two forms, and the values that the specification allows in them (spec:v3.1-lms).

The live service takes more kinds of attachments than its specification: the documents send `link` and `text`
(lms-connect 4.2, 11 #12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mock_clever.api import wag
from mock_clever.api.gojson import Form, WrongTypeError, float32, integer, listed, named, text
from mock_clever.errors import InvalidBody, YearOutOfRange
from mock_clever.lms.records import Attachment

ASSIGNEE_MODES = ("all", "individuals")
GRADING_TYPES = ("points", "percent", "pass_fail", "letter_grade")
SUBMISSION_TYPES = ("link", "file", "text", "discussion")
SUBMISSION_STATES = ("created", "submitted", "returned", "reclaimed")
FLAGS = ("excused", "late", "missing")
ATTACHMENT_TYPES = ("file", "link", "text")

_QUOTED = 1000
_DATE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:(?P<between>[T ])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def date(value: Any) -> str | None:
    """A date as it is kept and told: UTC with milliseconds; an empty one is none. Raises BadDate.

    Read in every layout that go-openapi knows; of one that fits none, the last layout's complaint is told.
    """
    try:
        written = text(value)
    except WrongTypeError as problem:
        problem.ends = True
        raise
    if not written:
        return None
    found = _DATE.fullmatch(written)
    if found is None or not _fits(found):
        wag.day(written[:_QUOTED])
    assert found is not None  # a day alone fits
    year, month, day = map(int, found["day"].split("-"))
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    milliseconds = int((found["fraction"] or "").ljust(3, "0")[:3])
    if not year:
        raise YearOutOfRange
    try:
        local = datetime(year, month, day, hour, minute, second, milliseconds * 1000)
    except ValueError:  # an impossible day or hour
        wag.day(written[:_QUOTED])
        raise
    try:
        moment = local - _ahead(found["zone"])
    except OverflowError:
        raise YearOutOfRange from None
    return moment.isoformat(timespec="milliseconds") + "Z"


def _fits(found: re.Match[str]) -> bool:
    """Whether a layout has this form: the zone, a space and missing seconds do not all go together."""
    zone = found["zone"]
    if zone in (None, "Z"):
        return found["between"] != " " or found["second"] is not None
    return found["between"] == "T" and found["second"] is not None and int(zone[1:3]) <= 24 and int(zone[-2:]) < 60


def _ahead(zone: str | None) -> timedelta:
    if zone in (None, "Z"):
        return timedelta()
    assert zone is not None
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -ahead if zone[0] == "-" else ahead


_ATTACHMENT = Form("AttachmentRequest", dict.fromkeys(("type", "title", "description", "url", "text"), text))


def _attachment(value: Any) -> Attachment:
    return Attachment(**_ATTACHMENT.read(value))


_ATTACHMENTS = listed(_attachment, "*models.AttachmentRequest")

ASSIGNMENT = Form(
    "AssignmentRequest",
    {
        **dict.fromkeys(("description", "description_plaintext", "term_id", "title"), text),
        **dict.fromkeys(("display_date", "due_date", "end_date", "start_date"), date),
        "assignee_ids": listed(text, "string", ""),
        "assignee_mode": named("models.AssigneeMode"),
        "attachments": _ATTACHMENTS,
        "grading_type": named("models.GradingType"),
        "max_attempts": integer,
        "points_possible": float32,
        "submission_types": listed(named("models.SubmissionType"), "models.SubmissionType", ""),
    },
)
SUBMISSION = Form(
    "SubmissionRequest",
    {
        **dict.fromkeys(("grade", "grade_comment", "grader_id"), text),
        "attachments": _ATTACHMENTS,
        "extra_attempts": integer,
        "flags": listed(named("models.SubmissionFlag"), "models.SubmissionFlag", ""),
        "grade_points": float32,
        "override_due_date": date,
        "state": named("models.SubmissionState"),
    },
)

_VALUES: Mapping[str, Sequence[str]] = {
    "assignee_mode": ASSIGNEE_MODES,
    "flags": FLAGS,
    "grading_type": GRADING_TYPES,
    "state": SUBMISSION_STATES,
    "submission_types": SUBMISSION_TYPES,
}


def check(sent: Mapping[str, Any]) -> None:
    """Raises InvalidBody for values that the specification does not allow."""
    problems = list(_problems(sent))
    if problems:
        raise InvalidBody(problems)


def _problems(sent: Mapping[str, Any]) -> Iterator[str]:
    """Of each field, by name, the first value that is not allowed."""
    for name in sorted(sent):
        value = sent[name]
        if name == "attachments":
            kinds = [each.type if each is not None else "" for each in value]
            yield from _first("attachments.{}.type", kinds, ATTACHMENT_TYPES, ("", *ATTACHMENT_TYPES))
        elif name in _VALUES and isinstance(value, tuple):
            yield from _first(f"{name}.{{}}", value, _VALUES[name])
        elif name in _VALUES:
            yield from _first(name, [value], _VALUES[name])


def _first(place: str, found: Sequence[str], values: Sequence[str], allowed: Sequence[str] = ()) -> Iterator[str]:
    """What is said of the first of these that is not allowed."""
    for n, each in enumerate(found):
        if each not in (allowed or values):
            yield f"{place.format(n)} in body should be one of [{' '.join(values)}]"
            return
