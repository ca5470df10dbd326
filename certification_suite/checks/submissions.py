"""Work and grades in the LMS: through their states, and read back (LMS-04, T-LMS-03, T-LMS-04)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from certification_suite.checks.guides import also_tested, lms
from certification_suite.checks.rooms import Room, a_room, each_room, every_lms, roster
from certification_suite.checks.rosters import truth
from certification_suite.drivers.assignments import Assignment
from certification_suite.drivers.coursework import Task, Work
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked

WORK = "https://example.org/work/volcano"
MARK = 17
CROWD = 105
"""More students than one page of submissions holds."""
CAN_BE = {
    "canvas": ("submitted",),
    "schoology": ("submitted", "returned"),
    "google_classroom": ("submitted", "returned", "reclaimed"),
}
"""The states that an app can bring a submission to in each LMS (docs/lms-connect-output-behavior)."""


@also_tested(
    "T-LMS-04",
    says="PATCH …/submissions/{user id} with a state, points or work is answered 200, and the LMS shows it.",
)
@lms(
    "LMS-04",
    "Updates submissions through their states",
    evidence="S",
    proof=("LOG",),
    since="26b",
    needs=("POST /sync", "POST /assignments", "PUT /assignments/…/scores"),
    says="Work that is handed in and graded in the app is so in the LMS: created, submitted, returned and "
    "reclaimed, as far as each LMS lets an app set them (Canvas: submitted and the points; Schoology: also "
    "returned; Google Classroom: all).",
    why="Grades are what teachers bring a system in for; each LMS takes them in its own way.",
    mend="PATCH …/submissions/{user id} with grade_points, attachments (text in Schoology) and, for Google "
    "Classroom, the state itself.",
    refuted_by=("SendsLettersForPoints", "LosesTheZero", "NeverSendsAState", "LinksInSchoology"),
)
def submissions_go_through_their_states(exam: Examination) -> str:
    for room in each_room(exam):
        made, task = room.assigned()
        first, second = room.students[:2]
        _bring_to(room, made, task, first, "submitted", url=WORK)
        _bring_to(room, made, task, first, "returned", points=MARK)
        _bring_to(room, made, task, second, "returned", points=0)
        if "reclaimed" in CAN_BE[room.lms]:
            _bring_to(room, made, task, second, "submitted", url=WORK)
            _bring_to(room, made, task, second, "reclaimed")
        cannot = [state for state in CAN_BE["google_classroom"] if state not in CAN_BE[room.lms]]
        unseen = f"; no app can set {' and '.join(cannot)} there" if cannot else ""
        exam.evidence.note(
            f"{room.name}: created, {', '.join(CAN_BE[room.lms])} and {MARK} points were seen{unseen}."
        )
    return f"Submissions went through every state that can be set in {every_lms(exam)}."


def _bring_to(room: Room, made: Assignment, task: Task, student: str, state: str, **told: Any) -> None:
    """Give the student's work this state in the app, and look for it in the LMS as far as it knows the state."""
    since = room.exam.clever.mark()
    score = room.app.score(made.internal_id, student, state=state, **told)
    sent = room.asked(since, "PATCH", submissions=True)
    room.exam.evidence.show(*sent[-1:])
    work = _work(room, task, student)
    answered = f"PATCH was answered {sent[-1].status}" if sent else "no PATCH was sent"
    if "points" in told and work.points is None and _dropped_the_zero(sent):
        room.exam.evidence.note(f"{room.name}: the app sent 0 points, and Clever dropped them.")
        return
    if "points" in told and work.points != told["points"]:
        raise room.fail(
            f"a teacher gave {told['points']} points; {answered}, and the LMS shows {_of(work.points)}. The app "
            f"says {score.told}.",
            f"{told['points']} points, sent as grade_points.",
        )
    if state in CAN_BE[room.lms] and work.state != state:
        raise room.fail(
            f"work became “{state}” in the app; {answered}, and the LMS says “{work.state}”. The app says "
            f"{score.told}.",
            f"“{state}” in the LMS.",
        )


def _dropped_the_zero(sent: list[Exchange]) -> bool:
    """Whether Clever took a zero and lost it, as a server may that cannot tell it from nothing."""
    return bool(sent) and sent[-1].status == 200 and sent[-1].body.get("grade_points") == 0


def _work(room: Room, task: Task, student: str) -> Work:
    now = room.task(task.id)
    if now is None or student not in now.work:
        raise Blocked(f"{room.name} shows no submission of student {student}.", by="LMS-01")
    return now.work[student]


def _of(points: float | None) -> str:
    return "none" if points is None else f"{points:g}"


@lms(
    "T-LMS-03",
    "Reads submissions back",
    level="adjacent",
    evidence="S",
    proof=("LOG", "DATA"),
    since="all",
    needs=("POST /sync", "POST /assignments", "PUT /assignments/…/scores", "GET /assignments/…/scores"),
    says="GET …/submissions tells one record for each student of the assignment, by user_id, over as many pages "
    "as there are; who has no grade has none, and a zero is a zero.",
    why="A missing grade that is read as 0 fails a pupil; a page that is not read leaves half the class out.",
    mend="Follow `next` until there is none, and take a record without grade_points as not graded.",
    source="docs/testing-your-lms-connect-integration",
    refuted_by=("TakesNoGradeForZero", "ReadsOnlyTheFirstPageOfSubmissions", "ReadsOnlyTheFirstPage"),
)
def submissions_are_read(exam: Examination) -> str:
    for room in each_room(exam):
        graded, ungraded = room.students[:2]
        for points in (0, MARK):
            _expect_read(room, graded, points, ungraded)
    room = a_room(exam)
    _fill(room)
    everybody = tuple(sorted(truth(exam, "sections")[room.section["id"]]["students"]))
    if room.lms == "schoology":
        room.book.launch(everybody[-1])
    _expect_read(replace(room, students=everybody), everybody[-1], MARK, everybody[0])
    return (
        f"Grades, a zero and a missing grade were read back from {every_lms(exam)}, and the last of "
        f"{len(everybody)} students as well."
    )


def _fill(room: Room) -> None:
    """Let so many join the class that the submissions stand on two pages."""
    joining = [
        {
            "type": "user.add",
            "role": "student",
            "sis_id": f"97{number:04}",
            "name": {"first": "Pupil", "last": f"Number{number:03}"},
            "email": f"pupil{number:03}@example.org",
            "school": room.section["school"],
            "grade": "5",
            "sections": [room.section["id"]],
        }
        for number in range(CROWD)
    ]
    room.exam.clever.change(room.exam.connection.district, joining)
    roster(room.exam)


def _expect_read(room: Room, graded: str, points: int, ungraded: str) -> None:
    """One student is given points and another none; the app then reads what the LMS shows of both."""
    made, task = room.assigned()
    room.app.score(made.internal_id, graded, points=points, state="returned")
    stands = _work(room, task, graded).points
    if points and stands != points:
        raise Blocked(f"{room.name} shows {_of(stands)} where the app gave {points} points.", by="LMS-04")
    since = room.exam.clever.mark()
    read = room.app.scores(made.internal_id)
    room.exam.evidence.show(*room.asked(since, "GET", submissions=True)[-1:])
    told = {student: read[student].lms_points if student in read else None for student in (graded, ungraded)}
    if told[ungraded] is not None:
        raise room.fail(
            f"student {ungraded} has no grade in the LMS, and the app reads {_of(told[ungraded])}.",
            "No grade: a submission without grade_points is not graded.",
        )
    if stands is None:
        room.exam.evidence.note(f"{room.name}: no zero arrived in the LMS, so none could be read back.")
    elif told[graded] != stands:
        raise room.fail(
            f"the LMS shows {stands:g} points of student {graded}, one of {len(room.students)}, and the app reads "
            f"{_of(told[graded])}.",
            f"{stands:g} points.",
        )
