"""Schoology (docs/lms-connect-output-behavior; docs/submitting-schoology-submissions)."""

from mock_clever.lms.profile import Grades, Profile, Works
from mock_clever.lms.words import Words

PROFILE = Profile(
    lms_type="schoology",
    name="Schoology",
    launch_first=True,
    categories=True,
    works=Works(
        required=("term_id",),
        ignored=frozenset({"start_date"}),
        notices={"start_date": "The 'start_date' field is not supported by Schoology, and will be ignored."},
        attachments=("text",),
    ),
    grades=Grades(
        ignored=frozenset({"state", "grade", "grader_id", "override_due_date", "extra_attempts", "flags"}),
        states={
            "created": ("submitted", "returned"),
            "submitted": ("submitted", "returned"),
            "returned": ("submitted",),
        },
        moved_by={"attachments": "submitted", "grade_points": "returned"},
        attachments=("text",),
        refused={"link": "Schoology does not support submission type of link"},
        points_as_grade=True,
    ),
    words=Words(
        courses="Courses",
        works="Materials",
        assignments={
            "draft": "Unpublished",
            "scheduled": "Not available yet",
            "open": "Published",
            "locked": "Submissions closed",
        },
        work={
            "created": "Not submitted",
            "submitted": "Submitted",
            "returned": "Graded",
            "reclaimed": "Unsubmitted",
        },
        buttons={
            "publish": "Publish",
            "unpublish": "Unpublish",
            "delete": "Delete",
            "edit": "Save changes",
            "submit": "Submit assignment",
            "reclaim": "Unsubmit",
            "return": "Return",
        },
        shade="blue",
    ),
)
