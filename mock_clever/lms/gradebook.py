"""The gradebooks of a world's districts, and what becomes of what an application writes into one.

Writing is a function from what is there and what was sent to what is there next; it refuses before anything is
changed. What an LMS makes of a field stands in its profile. Whoever was given something to do is whom the section
has now: who left has no submission any more, who joined has one (lms-connect 11 #19).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, structs

from mock_clever.clock import iso
from mock_clever.errors import (
    LmsCode,
    MissingRequired,
    NoSubmission,
    NotInLms,
    NotLaunched,
    NotOfThisType,
    NotOnDrafts,
    NoValidUsers,
)
from mock_clever.lms.link import Link, synced
from mock_clever.lms.profile import Profile
from mock_clever.lms.records import Assignment, Attachment, Coursework, Submission
from mock_clever.model import Id, Section, Snapshot

Sent = Mapping[str, Any]
"""The fields of a body that are there and not null."""

Notes = list[tuple[str, str]]
"""What an application did that led to nothing, or not to what it may have meant: a name for it, and why."""

ODD_TYPES = ("discussion", "file")


class Gradebooks:
    """The coursework of every district's LMS, in the order in which it was made."""

    def __init__(self) -> None:
        self._works: dict[str, Coursework] = {}

    def put(self, work: Coursework) -> None:
        """Add an assignment, or put it in the place of the one it was."""
        self._works[work.assignment.id] = work

    def find(self, id: str) -> Coursework | None:
        """An assignment with its submissions, wherever it is."""
        return self._works.get(id)

    def remove(self, id: str) -> None:
        """An assignment is deleted, with everything that was handed in."""
        self._works.pop(id, None)

    def of(self, district: Id) -> list[Coursework]:
        """The assignments in a district's LMS."""
        return [work for work in self._works.copy().values() if work.district == district]

    def forget(self, district: Id) -> None:
        """A district has another LMS, or none: its gradebook is empty (lms-connect 11 #2)."""
        for work in self.of(district):
            self.remove(work.assignment.id)


class Room(Struct, frozen=True):
    """A section as one application sees it (`seen`) and its district's LMS has it, at a moment."""

    district: Snapshot
    link: Link
    profile: Profile
    seen: Snapshot
    section: Section
    now: float

    @property
    def moment(self) -> str:
        """Now, as dates are written."""
        return iso(self.now)

    def has(self, user: Id) -> bool:
        """Whether a student of this section was found in the LMS."""
        return user in self.section.students and user in self.seen.users and self._matched(user)

    def students(self) -> list[Id]:
        """The students of this section that were found in the LMS, by id."""
        return sorted(filter(self.has, set(self.section.students)))

    def assignees(self, assignment: Assignment) -> list[Id]:
        """Who has a submission now."""
        students = self.students()
        return students if assignment.assignee_mode == "all" else _both(students, assignment.assignee_ids)

    def teaches(self, user: Id) -> bool:
        """Whether a teacher of this id was found in the LMS, of this section or another (lms-connect 11 #29)."""
        found = self.seen.users.get(user)
        return found is not None and found.roles.teacher is not None and self._matched(user)

    def _matched(self, user: Id) -> bool:
        found = self.district.users.get(user)
        return found is not None and synced(self.district, self.link, found)


def room(district: Snapshot, link: Link, profile: Profile, seen: Snapshot, section: Id, now: float) -> Room:
    """A section to work in. Raises LmsCode while the LMS is not ready, NotInLms for one that is not there."""
    if not link.usable:
        raise LmsCode("INVALID_INTEGRATION_STATE")
    found = seen.sections.get(section)
    if found is None or not synced(district, link, found):
        raise NotInLms("Class", section)
    return Room(district, link, profile, seen, found, now)


def state(assignment: Assignment, now: str) -> str:
    """An assignment's state: its teacher's draft, or what its dates say (lms-connect 11 #10)."""
    if not assignment.published:
        return "draft"
    if assignment.display_date is not None and assignment.display_date > now:
        return "scheduled"
    return "locked" if assignment.end_date is not None and assignment.end_date <= now else "open"


# Assignments


def created(room: Room, sent: Sent, id: str, connection: Id, notes: Notes) -> Assignment:
    """A new assignment. Raises a refusal of the LMS."""
    works, kept = room.profile.works, _kept(room, sent, notes)
    if any(not sent.get(name) for name in works.required):
        raise MissingRequired
    _check_term(room, kept)
    mode = kept.get("assignee_mode")
    if mode is None or not (students := room.students()):
        raise NoValidUsers(room.profile.name)
    kept["assignee_ids"] = _assigned(mode, kept.get("assignee_ids", ()), students)
    made = {"grading_type": "points", "max_attempts": works.attempts} | kept
    now = room.moment
    return Assignment(
        id=id, connection=connection, section=room.section.id, created=now, last_modified=now, **made
    )


def amended(room: Room, assignment: Assignment, sent: Sent, notes: Notes) -> Assignment:
    """An assignment with some of its fields changed; nothing sent changes nothing. Raises a refusal of the LMS."""
    for name in sorted(room.profile.works.fixed & sent.keys()):
        notes.append(("lms-field-ignored", f"{room.profile.name} takes no {name} for an assignment that is there"))
    kept = _kept(room, {k: v for k, v in sent.items() if k not in room.profile.works.fixed}, notes)
    _check_term(room, kept)
    if {"assignee_mode", "assignee_ids"} & kept.keys():
        mode, ids = kept.get("assignee_mode", assignment.assignee_mode), kept.get("assignee_ids")
        kept["assignee_ids"] = _assigned(mode, assignment.assignee_ids if ids is None else ids, room.students())
    return structs.replace(assignment, last_modified=room.moment, **kept) if kept else assignment


def _kept(room: Room, sent: Sent, notes: Notes) -> dict[str, Any]:
    """Of what was sent for an assignment what its LMS takes, in the form it keeps. Raises LmsCode for 0 points."""
    name, works = room.profile.name, room.profile.works
    _note_odd(sent, notes)
    points = sent.get("points_possible")
    if points is not None and points <= 0:
        raise LmsCode("INVALID_REQUEST_BODY" if points < 0 else "ASSIGNMENT_CANNOT_HAVE_ZERO_POINTS")
    for field in sorted(works.ignored & sent.keys()):
        notes.append(("lms-field-ignored", works.notices.get(field, f"{name} takes no {field}: it is dropped")))
    kept = {field: value for field, value in sent.items() if field not in works.ignored}
    for field in works.to_the_minute & kept.keys():
        kept[field] = f"{kept[field][:16]}:00.000Z"
    if "attachments" in kept:
        attached = _taken(kept["attachments"], works.attachments, name, notes)
        kept["attachments"] = tuple(map(_by_its_page, attached)) if works.titles_links else attached
    return kept


def _note_odd(sent: Sent, notes: Notes) -> None:
    grading = sent.get("grading_type", "points")
    if grading != "points":
        notes.append(("lms-grading-type", f"the documents know no grading_type but points, so not {grading}"))
    for odd in sorted({*sent.get("submission_types", ())} & {*ODD_TYPES}):
        notes.append(
            ("lms-submission-type", f"the documents know link and text among submission_types, not {odd}")
        )


def _check_term(room: Room, kept: Sent) -> None:
    """Raises NotInLms for a term that this application does not see."""
    term = kept.get("term_id")
    if term and term not in room.seen.terms:
        raise NotInLms("Session", term[:100])


def _assigned(mode: str, ids: Iterable[Id], students: list[Id]) -> tuple[Id, ...]:
    """Who is assigned to one by one. Raises LmsCode unless there is someone, and all of them are students here."""
    if mode == "all":
        return ()
    wanted = {*ids}
    if not wanted or not wanted <= {*students}:
        raise LmsCode("INVALID_ASSIGNEES")
    return tuple(sorted(wanted))


def _by_its_page(attachment: Attachment) -> Attachment:
    """A link as Classroom shows it: under the title of its page, here its host's, and without a description."""
    try:
        title = urlsplit(attachment.url).hostname
    except ValueError:
        title = None
    return structs.replace(attachment, title=title or attachment.url, description="")


# Submissions


def graded(room: Room, work: Coursework, user: Id, sent: Sent, launched: bool, notes: Notes) -> Submission:
    """A submission with some of its fields changed. Raises a refusal of Clever or of the LMS.

    `launched` says whether this student has come by LTI, as some LMSs want.
    """
    grades, before = room.profile.grades, work.submission(user)
    _check_person(room, work.assignment, user)
    grader, points = sent.get("grader_id"), sent.get("grade_points")
    if grader and not room.teaches(grader):
        raise NotInLms("Person", grader[:100])
    if points is not None and points < 0:
        raise LmsCode("INVALID_REQUEST_BODY")
    if grades.drafts and not work.assignment.published:
        raise NotOnDrafts(grades.drafts)
    kept = _kept_of(room, work, sent, notes)
    if room.profile.launch_first and not launched:
        raise NotLaunched
    if kept.get("state", before.state) not in (before.state, *grades.states.get(before.state, ())):
        notes.append(("lms-state-jump", f"no LMS makes {kept['state']} of what is {before.state}"))
    for field, leads_to in grades.moved_by.items():
        moves = field in kept and kept[field] != ()
        kept |= {"state": leads_to} if moves and "state" not in sent.keys() - grades.ignored else {}
    return structs.replace(before, last_modified=room.moment, **kept) if kept else before


def _check_person(room: Room, assignment: Assignment, user: Id) -> None:
    """Raises NoSubmission for who is not here or not assigned to, NotInLms for whom the LMS does not know."""
    enrolled = user in room.section.students and user in room.seen.users
    if not enrolled or (assignment.assignee_mode != "all" and user not in assignment.assignee_ids):
        raise NoSubmission
    if not room.has(user):
        raise NotInLms("Person", user)


def _kept_of(room: Room, work: Coursework, sent: Sent, notes: Notes) -> dict[str, Any]:
    """Of what was sent for a submission what its LMS takes, in the form it keeps. Raises NotOfThisType."""
    name, grades = room.profile.name, room.profile.grades
    needed = {*grades.comment_needs} if sent.get("grade_comment") else set()
    for field in sorted(grades.ignored & sent.keys() - needed):
        notes.append(("lms-field-ignored", f"{name} takes no {field}: it is dropped"))
    kept = {field: value for field, value in sent.items() if field not in grades.ignored}
    kept = {field: value for field, value in kept.items() if not (field == "grader_id" and value == "")}
    if "attachments" in kept:
        for refused in (
            each for each in kept["attachments"] if each is not None and _type(each) in grades.refused
        ):
            raise NotOfThisType(grades.refused[_type(refused)])
        kept["attachments"] = _taken(kept["attachments"], grades.attachments, name, notes)
    if grades.one_flag and kept.get("flags"):
        kept["flags"] = (min(kept["flags"], key=grades.one_flag.index),)
    if room.profile.categories and "grade_points" in kept and work.assignment.category_id is None:
        notes.append(("lms-grade-hidden", f"{name} shows no grade of an assignment without a grading category"))
    return _commented(room, kept, sent, notes)


def _commented(room: Room, kept: dict[str, Any], sent: Sent, notes: Notes) -> dict[str, Any]:
    """The fields with the author of their comment, or without the comment where something it needs is missing."""
    grades, comment = room.profile.grades, kept.get("grade_comment")
    missing = [field for field in grades.comment_needs if not sent.get(field)]
    if comment is None or missing or not (comment or grades.empty_comment):
        if comment:
            said = f"{room.profile.name} takes a grade_comment only with {', '.join(missing)}"
            notes.append(("lms-comment-dropped", said))
        left_out = grades.with_comment | {"grade_comment"}
        return {field: value for field, value in kept.items() if field not in left_out}
    grader = room.district.users.get(kept.get("grader_id", ""))
    if grader is None and grades.unsigned is not None:
        notes.append(("lms-comment-unsigned", f"without grader_id a comment is by {grades.unsigned}"))
    author = grader.name.short.whole if grader is not None else grades.unsigned
    return {"grader_id": None} | kept | {"author": author} if grades.with_comment else kept


# Attachments


def _taken(
    sent: Iterable[Attachment | None], kinds: tuple[str, ...], name: str, notes: Notes
) -> tuple[Attachment, ...]:
    """The attachments an LMS takes. Raises LmsCode for one that has nothing in it."""
    typed = [structs.replace(each, type=_type(each)) for each in sent if each is not None]
    for each in typed:
        if not (each.text if each.type == "text" else each.url):
            raise LmsCode("INVALID_REQUEST_BODY")
        if each.type not in kinds:
            said = f"{name} takes {' and '.join(kinds)} here, so an attachment of type {each.type} is dropped"
            notes.append(("lms-attachment-dropped", said))
    return tuple(each for each in typed if each.type in kinds)


def _type(attachment: Attachment) -> str:
    """What an attachment is, said or not."""
    return attachment.type or ("text" if attachment.text and not attachment.url else "link")


def _both(ids: Iterable[Id], others: Iterable[Id]) -> list[Id]:
    """Those of the one that are among the others."""
    among = {*others}
    return [id for id in ids if id in among]
