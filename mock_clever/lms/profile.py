"""What tells one LMS from another, as data: `gradebook` asks a profile and never which LMS it is (lms-connect 6).

A fourth LMS is one more file in `personalities`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mock_clever.lms.words import Words

NONE: Mapping[str, str] = {}


class Works(Struct, frozen=True, kw_only=True):
    """How an LMS treats assignments.

    `required` are the fields it needs beyond Clever's three; `ignored` those it never takes and `fixed` those it
    takes only on create. `notices` are words it has for some that it ignores. `mirrors` names fields that read as
    another one does, `attempts` is what `max_attempts` reads as where none was sent, `to_the_minute` the dates it
    has no seconds of. `attachments` are the kinds it takes; with `titles_links` it names links itself.
    """

    required: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    notices: Mapping[str, str] = NONE
    mirrors: Mapping[str, str] = NONE
    attempts: int | None = None
    to_the_minute: frozenset[str] = frozenset()
    attachments: tuple[str, ...] = ()
    titles_links: bool = False


class Grades(Struct, frozen=True, kw_only=True):
    """How an LMS treats submissions.

    `states` says which state may follow which; applications may set one where `ignored` has no `state`. `moved_by`
    is the state that a field leads to when it is sent, the last one counting. `refused` are kinds of attachments
    with the words that refuse them; others that are not among `attachments` are dropped. `one_flag` is the order
    in which the first flag is kept alone. `comment_needs` are the fields without which a comment, and whatever is
    only told of a comment (`with_comment`), is dropped; an empty one is, unless `empty_comment`. `unsigned` is the
    author of a comment without `grader_id`. With `points_as_grade` the `grade` reads as the points. `drafts` are
    the words that refuse grades for unpublished assignments.
    """

    ignored: frozenset[str] = frozenset()
    states: Mapping[str, tuple[str, ...]] = {}
    moved_by: Mapping[str, str] = NONE
    attachments: tuple[str, ...] = ()
    refused: Mapping[str, str] = NONE
    one_flag: tuple[str, ...] = ()
    comment_needs: tuple[str, ...] = ()
    with_comment: frozenset[str] = frozenset()
    empty_comment: bool = True
    unsigned: str | None = None
    points_as_grade: bool = False
    drafts: str = ""


class Profile(Struct, frozen=True, kw_only=True):
    """One LMS: its value of `lms_type`, its name in messages, and how it treats coursework.

    With `launch_first` it takes grades only of students who came by LTI, with `agreement` only where the district
    has one; with `categories` its teachers see no grade of an assignment that they gave no category. `ids` says
    whether its submissions have any, `lti` whether it launches applications (docs/lms-connect-lti-13-sso). `words`
    are those of its pages here.
    """

    lms_type: str
    name: str
    works: Works
    grades: Grades
    words: Words
    lti: bool = True
    launch_first: bool = False
    agreement: bool = False
    categories: bool = False
    ids: bool = True
