"""Coursework as the LMS has it: assignments, and what became of them student by student (lms-connect 4, 5).

Dates are text as it is told, `YYYY-MM-DDTHH:MM:SS.sssZ`, so that they compare as moments do. A student's
submission is there from the beginning, and is written down when something happens to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mock_clever.model import Id


class Attachment(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A link, text or file that belongs to an assignment or was handed in."""

    description: str = ""
    text: str = ""
    title: str = ""
    type: str = ""
    url: str = ""


class Assignment(Struct, frozen=True, kw_only=True, gc=False):
    """One assignment of a section, made by the application of one connection.

    `published` and `category_id` are for its teacher to change in the LMS; `assignee_ids` are of `individuals`.
    """

    id: str
    connection: Id
    section: Id
    created: str
    last_modified: str
    title: str
    description: str
    assignee_mode: str
    description_plaintext: str | None = None
    assignee_ids: tuple[Id, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    category_id: str | None = None
    display_date: str | None = None
    due_date: str | None = None
    end_date: str | None = None
    grading_type: str | None = None
    max_attempts: int | None = None
    points_possible: float | None = None
    start_date: str | None = None
    submission_types: tuple[str, ...] = ()
    term_id: str | None = None
    published: bool = True


class Submission(Struct, frozen=True, kw_only=True, gc=False):
    """What one student handed in and what it was graded; `author` is who the LMS names under the comment."""

    state: str = "created"
    last_modified: str | None = None
    attachments: tuple[Attachment, ...] = ()
    author: str | None = None
    extra_attempts: int | None = None
    flags: tuple[str, ...] = ()
    grade: str | None = None
    grade_comment: str | None = None
    grade_points: float | None = None
    grader_id: Id | None = None
    override_due_date: str | None = None


UNTOUCHED = Submission()
NOTHING: Mapping[Id, Submission] = {}


class Coursework(Struct, frozen=True):
    """An assignment of a district's LMS with the submissions that something happened to."""

    district: Id
    assignment: Assignment
    submissions: Mapping[Id, Submission] = NOTHING

    def submission(self, user: Id) -> Submission:
        """What became of this student's."""
        return self.submissions.get(user, UNTOUCHED)
