"""What people call things in each LMS: the words of its pages for what Clever calls by one name everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Words(Struct, frozen=True, kw_only=True):
    """The words of one LMS: its places, what it says of the states of assignments and of work handed in, and its
    buttons. `shade` is the colour its pages have here; with `blanks` they show what nobody said too."""

    courses: str
    works: str
    assignments: Mapping[str, str]
    work: Mapping[str, str]
    buttons: Mapping[str, str]
    shade: str
    blanks: bool = False


WORDS = {
    "canvas": Words(
        courses="Courses",
        works="Assignments",
        assignments={
            "draft": "Unpublished",
            "scheduled": "Not available yet",
            "open": "Published",
            "locked": "Closed",
        },
        work={
            "created": "No submission",
            "submitted": "Submitted",
            "returned": "Graded",
            "reclaimed": "Taken back",
        },
        buttons={
            "publish": "Publish",
            "unpublish": "Unpublish",
            "delete": "Delete",
            "edit": "Save",
            "submit": "Submit assignment",
            "reclaim": "Take back",
            "return": "Return",
        },
        shade="red",
        blanks=True,
    ),
    "schoology": Words(
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
    "google_classroom": Words(
        courses="Classes",
        works="Classwork",
        assignments={"draft": "Draft", "scheduled": "Scheduled", "open": "Assigned", "locked": "Closed"},
        work={
            "created": "Assigned",
            "submitted": "Turned in",
            "returned": "Returned",
            "reclaimed": "Unsubmitted",
        },
        buttons={
            "publish": "Assign",
            "unpublish": "Back to draft",
            "delete": "Delete",
            "edit": "Save",
            "submit": "Turn in",
            "reclaim": "Unsubmit",
            "return": "Return",
        },
        shade="green",
    ),
}
"""By `lms_type`; the words are ours, close to those of each LMS."""
