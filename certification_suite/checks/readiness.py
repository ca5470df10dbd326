"""Whether the app may write at all: its gate, the district's LMS, the class in it (LMS-C1, T-LMS-00, LMS-A1)."""

from __future__ import annotations

from certification_suite.checks.guides import lms
from certification_suite.checks.rooms import PRODUCT, Room, a_room, roster
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail

NOT_READY = ("pending_authorization", "initial_sync_processing", "matching_in_progress", "error", "disconnected")
"""The values of `lms_state` with which nothing may be written (docs/api-reference)."""


@lms(
    "LMS-C1",
    "A Secure Sync partner with LMS Connect",
    level="checklist",
    evidence="S",
    proof=("CFG", "LOG"),
    since="26b",
    needs=("POST /sync", "POST /assignments"),
    says="The app's record at Clever has Secure Sync and LMS Connect, and its coursework goes to API v3.1 alone.",
    why="LMS Connect is an addition to a roster that is already certified; without it every write is refused.",
    mend="Certify Secure Sync first, then ask Clever to switch LMS Connect on for the same app.",
    refuted_by=("LacksLmsConnect",),
)
def the_gate_is_open(exam: Examination) -> str:
    products = exam.clever.app(exam.connection.client_id).get("products") or ()
    if missing := [name for name in ("secure_sync", PRODUCT) if name not in products]:
        raise Fail(
            f"The app's record at Clever holds {', '.join(products) or 'nothing'}.",
            expected=f"Also {' and '.join(missing)}.",
        )
    room = a_room(exam)
    since = exam.clever.mark()
    room.assigned()
    sent = room.asked(since)
    exam.evidence.show(*sent[-1:])
    if other := [e.path for e in sent if not e.path.startswith("/v3.1/")]:
        raise Fail(f"Coursework was also asked at {other[0]}.", expected="API v3.1.")
    return f"The app has {' and '.join(products)}, and wrote an assignment to {room.name} by v3.1."


@lms(
    "T-LMS-00",
    "Writes only when the district is ready",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync", "POST /assignments"),
    says="GET /districts/{id} tells `lms_state`; coursework is written when it is success, and in no other state.",
    why="While people and classes are still being matched, coursework lands in the wrong place or nowhere.",
    mend="Read lms_state before writing. Until it is success keep the assignment and say why it waits.",
    source="docs/api-reference",
    refuted_by=("WritesWhateverTheState",),
)
def only_a_ready_district_is_written_to(exam: Examination) -> str:
    room = a_room(exam)
    waiting = 0
    for state in NOT_READY:
        room.book.join(room.lms, state=state)
        roster(exam)
        waiting += _expect_no_write(room, f"lms_state was {state}")
    room.book.part()
    roster(exam)
    waiting += _expect_no_write(room, "the district had no LMS")
    room.book.join(room.lms)
    roster(exam)
    before = len(room.book.tasks())
    _expect_a_write(room)
    late = f"; {before} of {waiting} that waited were written afterwards" if before else ""
    return (
        f"Nothing was written in {len(NOT_READY) + 1} states that are not success; then an assignment was{late}."
    )


@lms(
    "LMS-A1",
    "Looks whether the class was found before it writes",
    level="adjacent",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync", "POST /assignments"),
    says="The section's `synced_in_lms` is read before anything is written to it; a class that was not found in "
    "the LMS is left alone, and the teacher is told.",
    why="Clever asks for it, so that nobody learns of an unmatched class from a failing assignment.",
    mend="GET /v3.1/sections/{id} (and /districts/{id}) before writing, and go on only where synced_in_lms is "
    "true.",
    source="docs/clever-lms-connect",
    refuted_by=("WritesToUnmatchedSections",),
)
def only_a_found_class_is_written_to(exam: Examination) -> str:
    room = a_room(exam)
    room.book.join(room.lms, unmatched=(room.section["id"],))
    roster(exam)
    _expect_no_write(room, "the class was not found in the LMS")
    room.book.join(room.lms)
    since = exam.clever.mark()
    roster(exam)
    sent = _expect_a_write(room)
    looked = [e for e in exam.exchanges("data", since=since) if e.id < sent.id and _looks(e)]
    if not looked:
        raise Blocked(
            "the app wrote without reading sections or the district, so it may have written by luck.", by="SYN-05"
        )
    exam.evidence.show(looked[-1], sent)
    return (
        f"A class that was not found in {room.name} was left alone; {looked[-1].line()} came before the first "
        "write."
    )


def _looks(exchange: Exchange) -> bool:
    return (
        exchange.status == 200
        and "/assignments" not in exchange.path
        and ("/sections" in exchange.path or "/districts" in exchange.path)
    )


def _expect_no_write(room: Room, while_: str) -> int:
    """Nothing is asked of coursework, and the app does not say that all went well; 1 if the assignment waits."""
    since = room.exam.clever.mark()
    made = room.app.create(room.section["id"], **room.wanted())
    if sent := [e for e in room.asked(since) if e.method != "GET"]:
        room.exam.evidence.show(sent[0])
        raise room.fail(
            f"{while_}, and the app sent {sent[0].method} {sent[0].path} (answered {sent[0].status}).",
            "Nothing is written.",
        )
    if made.status == "synced":
        raise room.fail(f"{while_}, nothing was sent, and the app says {made.told}.", "The teacher is told.")
    return int(made.status == "waiting")


def _expect_a_write(room: Room) -> Exchange:
    """The right key opens the same door."""
    since = room.exam.clever.mark()
    room.assigned()
    return room.asked(since, "POST")[-1]
