"""What is particular to each LMS: Canvas, Google Classroom, Schoology (T-LMS-08, T-LMS-09, T-LMS-10, LMS-A5)."""

from __future__ import annotations

from itertools import pairwise

from certification_suite.checks.guides import lms
from certification_suite.checks.rooms import Room, open_room
from certification_suite.checks.submissions import MARK, WORK
from certification_suite.drivers.assignments import Assignment, Score
from certification_suite.drivers.coursework import STRANGER, Task
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked

COMMENT = "Well drawn, and the magma is right."
NEEDS = ("POST /sync", "POST /assignments", "PUT /assignments/…/scores")
MOST_TRIES = 6
PARTICULAR = "docs/lms-connect-output-behavior"
FOLLOWS = {
    "created": ("submitted",),
    "submitted": ("returned", "reclaimed"),
    "reclaimed": ("submitted",),
    "returned": ("submitted", "reclaimed"),
}
"""Which state may follow which where an app sets them; nothing is returned or reclaimed that was not handed in."""


@lms(
    "T-LMS-08",
    "As Canvas wants it",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=NEEDS,
    says="In Canvas an assignment has submission_types and a positive max_attempts; a comment comes with grade "
    "and grader_id; a grade that Canvas refuses, because the teacher took the assignment back to a draft, is not "
    "called sent, and arrives when it is published again.",
    why="Without them Canvas shows nothing to hand in, -1 attempts, and comments of a stranger called Monica "
    "Simo.",
    mend="Send submission_types and max_attempts with each assignment, grade, grade_comment and grader_id "
    "together, and keep a refused grade until it can be sent.",
    source=PARTICULAR,
    refuted_by=(
        "LeavesSubmissionTypesOut",
        "LeavesAttemptsOut",
        "CommentsWithoutAGrader",
        "TakesARefusalForADelivery",
    ),
)
def canvas_is_served(exam: Examination) -> str:
    room = open_room(exam, "canvas")
    since = exam.clever.mark()
    made, task = room.assigned()
    body = room.asked(since, "POST")[-1].body
    exam.evidence.show(room.asked(since, "POST")[-1])
    if not body.get("submission_types"):
        raise room.fail(
            "POST …/assignments carries no submission_types.", "What students may hand in, such as link."
        )
    attempts = body.get("max_attempts")
    if not isinstance(attempts, int) or attempts < 1:
        raise room.fail(f"POST …/assignments carries max_attempts {attempts}.", "A positive number.")
    first, second = room.students[:2]
    _expect_the_comment(room, made, task, first)
    room.book.teacher(task.id, "unpublish")
    _expect_refusal(room, made, second, "the assignment is a draft")
    room.book.teacher(task.id, "publish")
    _expect_delivery(room, made, task, second)
    return (
        "Canvas has what it shows to students, the teacher's own comment, and a grade that waited for publishing."
    )


def _expect_the_comment(room: Room, made: Assignment, task: Task, student: str) -> None:
    since = room.exam.clever.mark()
    room.app.score(made.internal_id, student, points=MARK, state="returned", comment=COMMENT)
    room.exam.evidence.show(*room.asked(since, "PATCH", submissions=True)[-1:])
    now = room.task(task.id)
    work = now.work.get(student) if now else None
    if work is None or work.points != MARK:
        raise Blocked("no grade arrives in Canvas.", by="LMS-04")
    if COMMENT not in work.comment:
        raise room.fail("a teacher's comment did not arrive.", "grade, grade_comment and grader_id, together.")
    if work.author == STRANGER:
        raise room.fail(
            f"a teacher's comment stands under the name of {STRANGER}.", "grader_id, the teacher's id."
        )


@lms(
    "T-LMS-09",
    "As Google Classroom wants it",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=(*NEEDS, "PATCH /assignments"),
    says="In Google Classroom a submission leaves created only when the app sends a state; a due date may be "
    "taken away by the teacher, and the app goes on.",
    why="Work that was never handed in as far as Classroom knows cannot be given back.",
    mend="Send `state` with every submission, and take due_date as something that may be missing.",
    source=PARTICULAR,
    refuted_by=("NeverSendsAState", "ChokesOnAMissingDueDate"),
)
def google_classroom_is_served(exam: Examination) -> str:
    room = open_room(exam, "google_classroom")
    made, task = room.assigned()
    student, since = room.students[0], exam.clever.mark()
    score = room.app.score(made.internal_id, student, points=MARK, state="returned")
    sent = room.asked(since, "PATCH", submissions=True)
    exam.evidence.show(*sent[-1:])
    now = room.task(task.id)
    if not sent or now is None or now.work[student].state != "returned":
        state = now.work[student].state if now else "gone"
        raise room.fail(
            f"graded work is “{state}” there; PATCH carried state "
            f"{sent[-1].body.get('state') if sent else None}. The app "
            f"says {score.told}.",
            "`state`, sent with the grade.",
        )
    room.expect_changes(made)
    room.book.teacher(task.id, "edit", due_date=None)
    changed = room.app.change(made.internal_id, title="Volcanoes, without a hurry")
    now = room.task(task.id)
    if changed.status != "synced" or now is None or "without a hurry" not in now.title:
        raise room.fail(
            f"a teacher took the due date away in the LMS; the next change in the app ended in {changed.told}, "
            "and the "
            f"title there is “{now.title if now else ''}”.",
            "The change arrives: due_date may be null.",
        )
    exam.evidence.note(
        "Google Classroom shows no comments, letters or attempts; the app may send them all the same."
    )
    return (
        "Google Classroom was told the state of graded work, and a due date that the teacher took away "
        "stopped nothing."
    )


@lms(
    "LMS-A5",
    "One state after the other",
    level="recommended",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=NEEDS,
    says="In Google Classroom, which alone takes a state, work is submitted before it is returned or reclaimed.",
    why="The states are steps, and the checklist names them in order. Returned work that nobody handed in leaves "
    "the student without a way to hand it in.",
    mend="Before a grade of work that was never submitted send `state` submitted, then the grade with its state.",
    source="docs/clever-secure-sync-certification-guide-copy",
    refuted_by=("ReturnsWhatWasNeverSubmitted",),
)
def states_follow_each_other(exam: Examination) -> str:
    room = open_room(exam, "google_classroom")
    made, _ = room.assigned()
    student, since = room.students[0], exam.clever.mark()
    room.app.score(made.internal_id, student, points=MARK, state="returned")
    sent = [e for e in room.asked(since, "PATCH", submissions=True) if e.status == 200]
    exam.evidence.show(*sent)
    states = [str(e.body.get("state") or "") for e in sent if e.body.get("state")]
    if not states:
        raise Blocked("graded work arrives without any state.", by="T-LMS-09")
    for before, state in pairwise(("created", *states)):
        if state not in (before, *FOLLOWS.get(before, ())):
            raise room.fail(
                f"work that was “{before}” was sent on as “{state}”: {' → '.join(('created', *states))}.",
                f"{' or '.join(FOLLOWS.get(before, ('submitted',)))} after {before}.",
            )
    return f"Google Classroom was told {' → '.join(states)} of work that nobody had handed in."


@lms(
    "T-LMS-10",
    "As Schoology wants it",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=NEEDS,
    says="In Schoology an assignment has a term_id, and attachments are text; a grade of a student who never came "
    "by LTI is answered 500, is not called sent, and arrives after the student came.",
    why="Schoology takes grades only of students whom it has seen in the app; until then nobody may believe they "
    "are there.",
    mend="Send the section's term_id and attachments of type text; keep a grade that was answered “Error updating "
    "submission”, and tell the teacher that the student must open the app from Schoology once.",
    source="docs/submitting-schoology-submissions",
    refuted_by=("SendsNoTerm", "LinksInSchoology", "TakesARefusalForADelivery"),
)
def schoology_is_served(exam: Examination) -> str:
    room = open_room(exam, "schoology", came=False)
    since = exam.clever.mark()
    made = room.assign(url=WORK)
    sent = room.asked(since, "POST")
    exam.evidence.show(*sent[-1:])
    if not sent:
        raise Blocked("the app sends no assignments.", by="LMS-01")
    if sent[-1].body.get("term_id") != room.section["term_id"]:
        raise room.fail(
            f"POST …/assignments carries term_id {sent[-1].body.get('term_id')}.",
            f"{room.section['term_id']}, the term of the section.",
        )
    _expect_text(room, sent[-1].body.get("attachments"), "the assignment")
    task = room.task(made.lms_id)
    if task is None:
        raise Blocked(f"no assignment arrives in Schoology; the app says {made.told}.", by="LMS-01")
    student, other = room.students[:2]
    room.book.launch(other)
    if not _delivered(room, made, task, other):
        raise Blocked("no grade arrives in Schoology.", by="LMS-04")
    _expect_refusal(room, made, student, "the student never came by LTI")
    room.book.launch(student)
    _expect_delivery(room, made, task, student)
    since = exam.clever.mark()
    room.app.score(made.internal_id, student, state="submitted", url=WORK)
    handed_in = room.asked(since, "PATCH", submissions=True)
    if handed_in:
        exam.evidence.show(handed_in[-1])
        _expect_text(room, handed_in[-1].body.get("attachments"), "the student's work")
    now = room.task(task.id)
    if now and student in now.work and not now.work[student].visible_grade:
        exam.evidence.note(
            "The grade stands in Schoology and nobody sees it there until the teacher gives the assignment a "
            "grading "
            "category. Tell teachers so."
        )
    return (
        "Schoology has the term and text attachments; a grade that it refused arrived once the student had "
        "come by LTI."
    )


def _expect_text(room: Room, attachments: object, what: str) -> None:
    told = attachments if isinstance(attachments, list) else []
    kinds = [one.get("type") for one in told if isinstance(one, dict)]
    if not kinds:
        raise room.fail(f"a link was given to {what}, and the request carries no attachment.", "One of type text.")
    if other := [kind for kind in kinds if kind != "text"]:
        raise room.fail(
            f"the attachment of {what} is of type {other[0]}.", "Type text, with the link in its text."
        )


def _expect_refusal(room: Room, made: Assignment, student: str, while_: str) -> Score:
    """A grade that the LMS does not take now: the app must not say that it went, nor ask without end."""
    since = room.exam.clever.mark()
    score = room.app.score(made.internal_id, student, points=MARK, state="returned")
    sent = room.asked(since, "PATCH", submissions=True)
    room.exam.evidence.show(*sent[-1:])
    if len(sent) > MOST_TRIES:
        raise room.fail(f"{while_}; the app asked {len(sent)} times.", f"At most {MOST_TRIES}.")
    if score.status == "sent":
        how = f"the PATCH was answered {sent[-1].status}" if sent else "nothing was sent"
        raise room.fail(f"{while_}; {how}, and the app says {score.told}.", "The teacher is told that it waits.")
    return score


def _expect_delivery(room: Room, made: Assignment, task: Task, student: str) -> None:
    """The same grade given again, now that it can arrive."""
    if not _delivered(room, made, task, student):
        told = room.app.scores(made.internal_id).get(student)
        raise room.fail(
            f"a grade that waited did not arrive. The app says {told.told if told else 'nothing'}.",
            f"{MARK} points.",
        )


def _delivered(room: Room, made: Assignment, task: Task, student: str) -> bool:
    """Whether a grade given in the app stands in the LMS."""
    room.app.score(made.internal_id, student, points=MARK, state="returned")
    now = room.task(task.id)
    return now is not None and student in now.work and now.work[student].points == MARK
