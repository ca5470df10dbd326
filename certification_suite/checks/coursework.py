"""Assignments in the LMS: made, changed, deleted (LMS-01 to LMS-03, T-LMS-01, T-LMS-02, T-LMS-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from certification_suite.checks.guides import also_tested, lms
from certification_suite.checks.rooms import (
    EAST,
    POINTS,
    WEEK,
    Room,
    each_room,
    every_lms,
    same_moment,
)
from certification_suite.drivers.assignments import Assignment
from certification_suite.drivers.coursework import Task
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination

CORE = ("title", "description", "due_date")
"""What every new assignment must carry (docs/clever-lms-connect-api-errors)."""
HOUR = timedelta(hours=1)


@also_tested(
    "T-LMS-01",
    says="Of a class that is found in the LMS: the answer to POST …/assignments holds an id, and the assignment "
    "stands in the LMS as the teacher wrote it.",
)
@lms(
    "LMS-01",
    "Creates assignments",
    evidence="S",
    proof=("LOG",),
    since="26b",
    needs=("POST /sync", "POST /assignments"),
    says="An assignment made in the app is sent once, with the district's token, a title, a description, a due "
    "date in the future and what students may hand in; it stands in the LMS, and the app keeps its id.",
    why="It is the first item on the checklist, and nothing else works without it.",
    mend="POST /v3.1/sections/{id}/assignments with the district's token and title, description, due_date, "
    "points_possible, submission_types and, for Schoology, term_id; store the id that is answered.",
    refuted_by=(
        "LeavesTheDescriptionOut",
        "LeavesSubmissionTypesOut",
        "SendsNoTerm",
        "SendsDueDatesWithoutTheirZone",
    ),
)
def assignments_are_created(exam: Examination) -> str:
    seen = []
    for room in each_room(exam):
        since, wanted = exam.clever.mark(), room.wanted(due_date=room.due(zone=EAST))
        made = room.assign(**wanted)
        sent = _the_one_create(room, since, made)
        _expect_the_core(room, sent)
        task = room.task(made.lms_id)
        if task is None:
            raise room.fail(
                f"the app says {made.told} with the id {made.lms_id}, under which nothing stands in the LMS.",
                "The id that Clever answered, kept in the app.",
            )
        _expect_it_as_written(room, task, wanted)
        seen.append(f"{room.name} ({task.id})")
    return f"One assignment each was created and stands as it was written in {', '.join(seen)}."


def _the_one_create(room: Room, since: int, made: Assignment) -> Exchange:
    """The request that made the assignment."""
    sent = room.asked(since, "POST")
    room.exam.evidence.show(*sent[-1:])
    if not sent:
        raise room.fail(
            f"a teacher made an assignment; no POST …/assignments was sent. The app says {made.told}.",
            "POST /v3.1/sections/{id}/assignments.",
        )
    if sent[-1].status != 200:
        told = (sent[-1].response.get("body") or {}).get("message", "")
        raise room.fail(
            f"POST …/assignments was answered {sent[-1].status} “{told}”. The app says {made.told}.",
            "An assignment that Clever accepts.",
        )
    done = [e for e in sent if e.status == 200]
    if len(done) > 1:
        raise room.fail(f"one assignment was sent {len(done)} times.", "One POST …/assignments.")
    return done[0]


def _expect_the_core(room: Room, sent: Exchange) -> None:
    if sent.credential != "district_token" or sent.client_id != room.exam.app.sync_client_id:
        raise room.fail("the assignment was not sent with the district's own token.", "The token of the roster.")
    if missing := [name for name in CORE if not sent.body.get(name)]:
        raise room.fail(f"POST …/assignments carries no {', '.join(missing)}.", f"{', '.join(CORE)}.")
    if room.lms != "google_classroom" and not sent.body.get("submission_types"):
        raise room.fail(
            "POST …/assignments carries no submission_types; the LMS then shows nothing to hand in.",
            "submission_types, such as link.",
        )


def _expect_it_as_written(room: Room, task: Task, wanted: dict[str, Any]) -> None:
    shown = {
        "title": wanted["title"] in task.title,
        "description": wanted["description"] in task.description,
        "due date": same_moment(task.due_date, wanted["due_date"]),
        "points": task.points == wanted["points"],
        "section": task.section == room.section["id"],
    }
    if wrong := [what for what, right in shown.items() if not right]:
        raise room.fail(
            f"the assignment stands there as “{task.title}”, due {task.due_date}, {task.points} points; the "
            f"{' and the '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not what the teacher wrote.",
            f"“{wanted['title']}”, due {wanted['due_date']}, {wanted['points']} points.",
        )


@also_tested(
    "T-LMS-02",
    says="PATCH of title, description, due date and points under the id of the assignment: the new values are in "
    "the answer and in the LMS.",
)
@lms(
    "LMS-02",
    "Updates assignments",
    evidence="S",
    proof=("LOG",),
    since="26b",
    needs=("POST /sync", "POST /assignments", "PATCH /assignments"),
    says="What a teacher changes in the app, title, description, due date or points, changes in the LMS, in the "
    "same assignment.",
    why="Otherwise pupils work on what is out of date, or see the assignment twice.",
    mend="PATCH /v3.1/sections/{id}/assignments/{assignment id} with the id stored at creation.",
    refuted_by=("UpdatesOnlyItsOwnCopy", "MakesANewAssignmentForEachChange", "SendsEverythingAgain"),
)
def assignments_are_updated(exam: Examination) -> str:
    for room in each_room(exam):
        made, task = room.assigned()
        since = exam.clever.mark()
        wanted = {
            "title": "Volcanoes, revised",
            "description": "Chapter five instead.",
            "due_date": room.due(2 * WEEK),
            "points": 2 * POINTS,
        }
        changed = room.app.change(made.internal_id, **wanted)
        room.exam.evidence.show(*room.asked(since)[-1:])
        tasks = room.book.tasks(room.section["id"])
        if len(tasks) != 1:
            raise room.fail(
                f"a change left {len(tasks)} assignments in the LMS: {', '.join(one.title for one in tasks)}.",
                "The one assignment, changed.",
            )
        if not any(e.status == 200 and e.path.endswith(f"/{task.id}") for e in room.asked(since, "PATCH")):
            raise room.fail(
                f"a teacher changed the assignment; no PATCH …/assignments/{task.id} succeeded. The app says "
                f"{changed.told}.",
                "PATCH under the id that Clever gave.",
            )
        _expect_it_as_written(room, tasks[0], wanted)
    _expect_a_late_change(room)
    return f"A change of title, description, due date and points arrived in {every_lms(exam)}, under the same id."


def _expect_a_late_change(room: Room) -> None:
    """The due date has passed; Clever takes no due date in the past, and the title may change all the same."""
    made, task = room.assigned(due_date=room.due(HOUR))
    room.exam.clever.advance(2 * HOUR.seconds)
    since = room.exam.clever.mark()
    changed = room.app.change(made.internal_id, title="Volcanoes, with a word more")
    sent = room.asked(since, "PATCH")
    room.exam.evidence.show(*sent[-1:])
    now = room.task(task.id)
    if now is None or "with a word more" not in now.title:
        answered = f"PATCH was answered {sent[-1].status}" if sent else "no PATCH was sent"
        raise room.fail(
            f"the title was changed after the due date; {answered}, and the LMS shows the old one. The app says "
            f"{changed.told}.",
            "PATCH with what has changed, and no due date in the past.",
        )


@also_tested(
    "T-LMS-05", says="DELETE under the id of the assignment is answered 200, and it is gone from the LMS."
)
@lms(
    "LMS-03",
    "Deletes assignments",
    evidence="S",
    proof=("LOG",),
    since="26b",
    needs=("POST /sync", "POST /assignments", "DELETE /assignments"),
    says="An assignment that a teacher deletes in the app is gone from the LMS.",
    why="What stays behind is worked on, and graded by nobody.",
    mend="DELETE /v3.1/sections/{id}/assignments/{assignment id}; the answer is 200 without a body.",
    refuted_by=("DeletesOnlyItsOwnCopy",),
)
def assignments_are_deleted(exam: Examination) -> str:
    for room in each_room(exam):
        made, task = room.assigned()
        since = exam.clever.mark()
        room.app.delete(made.internal_id)
        sent = room.asked(since, "DELETE")
        exam.evidence.show(*sent[-1:])
        if room.task(task.id) is not None:
            how = f"DELETE was answered {sent[-1].status}" if sent else "no DELETE was sent"
            raise room.fail(
                f"a teacher deleted the assignment in the app; {how}, and it still stands.", "It is gone."
            )
        left = room.app.all().get(made.internal_id)
        if left is not None and left.status != "deleted":
            raise room.fail(
                f"the assignment is gone, and the app still says {left.told} of it.", "Deleted, or none."
            )
    return f"A deleted assignment is gone from {every_lms(exam)}."
