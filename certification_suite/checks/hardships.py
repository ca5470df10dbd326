"""When writing coursework is hard: ids to keep, slow and lost answers, refusals (LMS-A2, A3, A4, T-LMS-11)."""

from __future__ import annotations

from math import ceil

from certification_suite.checks.guides import lms
from certification_suite.checks.rooms import WEEK, Room, a_room, roster
from certification_suite.checks.rosters import sync
from certification_suite.drivers.assignments import Assignment
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail

SLOW = 14.0
"""Seconds that a write takes: the shortest time-out that Clever recommends is 15 (docs/core-concepts)."""
DAY = 26 * 60 * 60
MOST_LOOKS = 3
ONE = 1
UNTIL = 5
"""Seconds until a rate-limit window ends."""


@lms(
    "LMS-A2",
    "Keeps the ids of its assignments",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync", "POST /assignments", "PATCH /assignments"),
    says="There is no list of assignments at Clever, so the app stores each id: a day and a sync later it still "
    "changes the right one of two that look alike.",
    why="An assignment whose id is lost can only be mended by writing to Clever's support.",
    mend="Store the id that POST answers beside your own assignment, in the database.",
    source="docs/api-reference",
    refuted_by=("KeepsOneAssignmentPerSection",),
)
def ids_are_kept(exam: Examination) -> str:
    room = a_room(exam)
    first, one = room.assigned()
    second, other = room.assigned()
    if one.id == other.id:
        raise Blocked("two assignments were made into one.", by="LMS-01")
    exam.clever.advance(DAY)
    roster(exam)
    for made, task in ((first, one), (second, other)):
        told = room.app.all().get(made.internal_id)
        if told is None or told.lms_id != task.id:
            kept = told.lms_id if told else "no such assignment"
            raise Fail(
                f"Clever gave the id {task.id}; a day later the app has {kept}.",
                expected="The id, as it was given.",
            )
    since = exam.clever.mark()
    room.app.change(first.internal_id, title="The first of two")
    exam.evidence.show(*room.asked(since)[-1:])
    titles = {task.id: task.title for task in room.book.tasks()}
    if "The first of two" in titles.get(other.id, ""):
        raise Fail(
            "Of two assignments with the same title the app changed the other one.",
            expected="The one that was meant.",
        )
    if "The first of two" not in titles.get(one.id, ""):
        raise Blocked("the app does not change assignments.", by="LMS-02")
    exam.evidence.note("Not seen: a restart of your app. Show the reviewer that the ids are in its database.")
    return f"A day and a sync later, the app changed {one.id}, and left {other.id}, which looks the same."


@lms(
    "LMS-A3",
    "Waits long enough for a write",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync", "POST /assignments"),
    says=f"A write goes to the LMS and back: an answer after {SLOW:g} seconds is still awaited (time-outs of 15 "
    "to 60).",
    why="An app that gives up sooner calls failed what worked, and makes it a second time.",
    mend="Set the time-out of writes to 15 to 60 seconds.",
    source="docs/core-concepts",
    refuted_by=("GivesUpAfterFiveSeconds",),
)
def slow_writes_are_awaited(exam: Examination) -> str:
    room = a_room(exam)
    room.assigned()
    seconds = SLOW / exam.hurry
    exam.clever.fault("/v3.1/sections", kind="slow", method="POST", seconds=seconds)
    since = exam.clever.mark()
    made = room.app.create(room.section["id"], **room.wanted(title="Slow as lava"))
    exam.clever.clear_faults()
    for _ in range(MOST_LOOKS):
        if sent := room.asked(since, "POST"):
            break
        exam.probe.pause(seconds)  # an answer that nobody awaits is still on its way, and belongs to this check
    exam.evidence.show(*sent[:2])
    task = room.task(made.lms_id)
    if made.status != "synced" or task is None:
        raise Fail(
            f"POST …/assignments took {SLOW:g} seconds; the app did not wait and says {made.told}.",
            expected="A time-out of 15 to 60 seconds.",
        )
    hurried = f" ({seconds:g} with an app that hurries)" if exam.hurry != 1 else ""
    return f"POST …/assignments took {SLOW:g} seconds{hurried}, and the app waited."


@lms(
    "LMS-A4",
    "A lost answer makes no second assignment",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync", "POST /assignments"),
    says="When the answer to POST …/assignments is lost, the app does not send it again by itself: Clever has no "
    "key by which it would know it, and no list in which the app could look.",
    why="Each repetition is one more assignment in the class's LMS, with no id by which to take it away.",
    mend="Repeat no POST after a time-out or a 5xx; tell the teacher that the LMS must be looked at first.",
    source="docs/api-reference",
    refuted_by=("CreatesAgainAfterALostAnswer", "SendsAgainWithoutAsking"),
)
def a_lost_answer_is_not_repeated(exam: Examination) -> str:
    room = a_room(exam)
    room.assigned()
    before = len(room.book.tasks())
    exam.clever.fault("/v3.1/sections", kind="lost", method="POST", status=504)
    since = exam.clever.mark()
    made = room.app.create(room.section["id"], **room.wanted(title="Lost in the ash"))
    _expect_struck(exam)
    exam.clever.clear_faults()
    exam.clever.advance(DAY)
    roster(exam)
    if made.internal_id:
        room.app.change(made.internal_id, title="Lost in the ash, and found")
    exam.evidence.show(*room.asked(since, "POST")[:2])
    count = len(room.book.tasks()) - before
    if count > 1:
        raise Fail(
            f"The answer to one POST …/assignments was lost (504), and the app sent it again: the class has "
            f"{count} of them.",
            expected="One: what became of a lost POST only a person can see.",
        )
    if made.status == "synced" and room.task(made.lms_id) is None:
        raise Fail(f"The answer was lost, and the app says {made.told}.", expected="The teacher is told.")
    return f"The answer to one POST was lost; the class has the assignment once, and the app says {made.told}."


@lms(
    "T-LMS-11",
    "Takes refusals for what they are",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync", "POST /assignments", "PATCH /assignments"),
    says="A 400 is told to the teacher and not sent again; 404 for an assignment that a teacher deleted in the "
    "LMS ends it; 403 (not 401) is a token to be read again; after 429 the app waits until X-Ratelimit-Reset.",
    why="Refusals that are repeated fill the hour's limit; those that nobody is told of lose a lesson.",
    mend="Repeat after 429 and, except for POST, after 5xx; read the token again at 401 and 403; show what Clever "
    "says otherwise.",
    source="docs/clever-lms-connect-api-errors",
    refuted_by=("RepeatsRefusedWrites", "KeepsADeadTokenAt403", "NeverRetries", "RepeatsWhatCannotSucceed"),
)
def refusals_are_taken(exam: Examination) -> str:
    room = a_room(exam)
    made, task = room.assigned()
    room.expect_changes(made)
    _expect_a_refusal_told(room)
    _expect_the_limit_awaited(room, made)
    _expect_the_new_token(room, made)
    room.book.teacher(task.id, "delete")
    _expect_the_end(room, made)
    return (
        "A due date in the past and a deleted assignment were told and not repeated; a 429 was awaited, and a "
        "new token "
        "read."
    )


def _expect_a_refusal_told(room: Room) -> None:
    """A due date in the past: the app may see it itself, or Clever answers 400."""
    since = room.exam.clever.mark()
    made = room.app.create(
        room.section["id"], **room.wanted(title="Yesterday's news", due_date=room.due(-2 * WEEK))
    )
    sent = room.asked(since, "POST")
    _expect_no_repetition(room, sent, "a due date in the past")
    if made.status == "synced" and room.task(made.lms_id) is None:
        raise room.fail(
            f"a due date in the past was refused, and the app says {made.told}.", "The teacher is told."
        )


def _expect_no_repetition(room: Room, sent: list[Exchange], what: str) -> None:
    refused = [e for e in sent if 400 <= e.status < 500]
    room.exam.evidence.show(*refused[:2])
    if len(refused) > 1:
        raise room.fail(
            f"{what} was answered {refused[0].status} “{_message(refused[0])}”, and sent {len(refused)} times.",
            "A refusal is not repeated.",
        )


def _expect_the_limit_awaited(room: Room, made: Assignment) -> None:
    exam = room.exam
    ends = str(ceil(exam.clever.now().timestamp()) + UNTIL)
    exam.clever.fault("/v3.1/sections", status=429, method="PATCH", headers={"X-Ratelimit-Reset": ends})
    _expect_changed(room, made, "After the limit", "the first answer was 429")
    exam.clever.clear_faults()


def _expect_the_new_token(room: Room, made: Assignment) -> None:
    """The district's token is rotated; LMS Connect answers the old one 403, where the Data API says 401."""
    student, exam = room.students[0], room.exam
    room.app.score(made.internal_id, student, points=ONE, state="returned")
    task = room.task(made.lms_id)
    if task is None or student not in task.work or task.work[student].points != ONE:
        raise Blocked(f"no grade arrives in {room.name}.", by="LMS-04")
    exam.clever.rotate(exam.connection)
    since = exam.clever.mark()
    read = room.app.scores(made.internal_id).get(student)
    sent = room.asked(since, "GET", submissions=True)
    exam.evidence.show(*sent[:2])
    if read is None or read.lms_points != ONE:
        if not sync(exam).success:
            raise Blocked("after the district's token was rotated no sync succeeds.", by="ADJ-14")
        answers = ", ".join(str(e.status) for e in sent) or "nothing was asked"
        raise room.fail(
            f"the district's token was rotated; submissions were not read any more ({answers}).",
            "After 403 the token is read again, and the request repeated with it.",
        )
    _expect_changed(room, made, "Under a new token", "the district's token was rotated")


def _expect_changed(room: Room, made: Assignment, title: str, while_: str) -> None:
    since = room.exam.clever.mark()
    changed = room.app.change(made.internal_id, title=title)
    if changed.status == "waiting":
        roster(room.exam)
    sent = room.asked(since, "PATCH")
    room.exam.evidence.show(*sent[-1:])
    task = room.task(made.lms_id)
    if task is None or title not in task.title:
        told = f"{len(sent)} PATCH, the last answered {sent[-1].status}" if sent else "no PATCH"
        raise room.fail(
            f"{while_}; a change of the assignment did not arrive ({told}). The app says {changed.told}.",
            "The change arrives.",
        )


def _expect_the_end(room: Room, made: Assignment) -> None:
    """A teacher deleted the assignment in the LMS."""
    since = room.exam.clever.mark()
    changed = room.app.change(made.internal_id, title="Is anybody there?")
    sent = room.asked(since)
    _expect_no_repetition(room, [e for e in sent if e.method == "PATCH"], "a change of a deleted assignment")
    if any(e.method == "POST" for e in sent):
        raise room.fail(
            "a teacher deleted the assignment in the LMS, and the app made it again.", "It stays deleted."
        )
    if changed.status == "synced":
        raise room.fail(
            f"the assignment is deleted in the LMS, and the app says {changed.told}.", "The teacher is told."
        )


def _message(exchange: Exchange) -> str:
    body = exchange.response.get("body")
    return str(body.get("message", "")) if isinstance(body, dict) else ""


def _expect_struck(exam: Examination) -> None:
    if not exam.clever.struck():
        raise Blocked("the app sends no assignments.", by="LMS-01")
