"""What the checks of LMS Connect share: a class that its LMS knows, and what the app asked about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from certification_suite.checks.rosters import Record, active, good_sync, truth
from certification_suite.drivers.assignments import Assignment, Assignments
from certification_suite.drivers.coursework import NAMES, Gradebook, Task
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.supplies import classes
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NotApplicable, NotOffered

PATH = re.compile(
    r"/v[\d.]+/sections/(?P<section>[^/]+)/assignments(?:/(?P<task>[^/]+)(?:/submissions(?:/(?P<user>[^/]+))?)?)?/?"
)
PRODUCT = "lms_connect"
LTI = ("canvas", "schoology")
"""The systems from which people can come by LTI (docs/lms-connect-lti-13-sso)."""
WEEK = timedelta(days=7)
STUDENTS = 2
"""How many a class must have: one is graded, another is not."""
POINTS = 20
EAST = timezone(timedelta(hours=5))


@dataclass(frozen=True)
class Room:
    """A class of the district that is found in the LMS, with its students that are found there too."""

    exam: Examination
    lms: str
    book: Gradebook
    section: Record
    students: tuple[str, ...]

    @property
    def name(self) -> str:
        """The LMS, as people call it."""
        return NAMES[self.lms]

    @property
    def app(self) -> Assignments:
        """What a teacher does in the app under test."""
        return Assignments(self.exam.probe)

    def due(self, later: timedelta = WEEK, zone: tzinfo = UTC) -> str:
        """A moment after now, on Clever's clock, as somebody in this time zone writes it."""
        return (self.exam.clever.now() + later).astimezone(zone).isoformat(timespec="seconds")

    def wanted(self, **instead: Any) -> dict[str, Any]:
        """An assignment as a teacher describes it."""
        told = {
            "title": "Volcanoes and how they grow",
            "description": "Read chapter four and draw a volcano from the inside.",
            "due_date": self.due(),
            "points": POINTS,
        }
        return told | instead

    def assign(self, **instead: Any) -> Assignment:
        """A teacher makes an assignment in the app. One that waits is given another sync."""
        made = self.app.create(self.section["id"], **self.wanted(**instead))
        if made.status == "waiting":
            roster(self.exam)
            made = self.app.all().get(made.internal_id, made)
        return made

    def assigned(self, **instead: Any) -> tuple[Assignment, Task]:
        """The same, for checks about what comes after: that it does not arrive is LMS-01's to say."""
        made = self.assign(**instead)
        task = self.task(made.lms_id)
        if task is None:
            raise Blocked(f"no assignment arrives in {self.name}; the app says {made.told}.", by="LMS-01")
        return made, task

    def changes(self, made: Assignment, title: str) -> bool:
        """Whether a change of the title in the app arrives in the LMS."""
        self.app.change(made.internal_id, title=title)
        task = self.task(made.lms_id)
        return task is not None and title in task.title

    def expect_changes(self, made: Assignment) -> None:
        """The same, before it is made hard: that the app changes nothing is LMS-02's to say."""
        if not self.changes(made, "Volcanoes, a first change"):
            raise Blocked("the app does not change assignments.", by="LMS-02")

    def task(self, lms_id: str | None) -> Task | None:
        """An assignment as it stands in the LMS; None when it is not there."""
        return next((task for task in self.book.tasks() if task.id == lms_id), None)

    def asked(self, since: int, method: str = "", *, submissions: bool = False) -> list[Exchange]:
        """What the app asked Clever about coursework: about assignments, or about submissions."""
        found = []
        for exchange in self.exam.exchanges("data", since=since):
            path = PATH.fullmatch(exchange.path)
            if path and method in ("", exchange.method) and ("/submissions" in exchange.path) == submissions:
                found.append(exchange)
        return found

    def fail(self, observed: str, expected: str) -> Fail:
        """A fail that names the LMS."""
        fail = Fail(f"{self.name}: {observed}", expected=expected)
        fail.where = self.name
        return fail


def each_room(exam: Examination) -> Iterator[Room]:
    """A class in every LMS that the app says it supports, one after the other, each with an empty gradebook."""
    section = None
    for lms in exam.app.lms:
        room = open_room(exam, lms, section=section)
        section = room.section
        yield room


def every_lms(exam: Examination) -> str:
    """The LMSes that the app says it supports, in words."""
    return ", ".join(NAMES[one] for one in exam.app.lms)


def a_room(exam: Examination) -> Room:
    """A class in the first of them, for what is the same in every LMS."""
    return open_room(exam, exam.app.lms[0])


def open_room(exam: Examination, lms: str, *, came: bool = True, section: Record | None = None) -> Room:
    """A class in this LMS; where it matters its students came by LTI, unless told otherwise."""
    if lms not in exam.app.lms:
        raise NotApplicable(f"certification.toml says that the app brings no coursework to {NAMES[lms]}.")
    through_the_gate(exam)
    book = Gradebook(exam.clever, exam.connection.district)
    book.join(lms)
    roster(exam)
    section = section or fitting_section(exam)
    room = Room(exam, lms, book, section, tuple(sorted(section["students"])))
    if came and lms == "schoology":
        for student in room.students:
            book.launch(student)
    return room


def through_the_gate(exam: Examination) -> None:
    """LMS Connect must be switched on for the app; that it is not is LMS-C1's to say."""
    if PRODUCT not in (exam.clever.app(exam.connection.client_id).get("products") or ()):
        raise Blocked("LMS Connect is not switched on for the app at Clever.", by="LMS-C1")


def roster(exam: Examination) -> None:
    """The app reads the district. That it cannot is the roster's matter."""
    try:
        good_sync(exam, "With an LMS joined")
    except Fail as fail:
        raise Blocked(f"no sync succeeds. {fail.observed}", by="SYN-02") from fail


def fitting_section(exam: Examination) -> Record:
    """The smallest class that has a term, is found in the LMS with all its students, and is in the app."""
    fit = _fitting(exam) or _added(exam)
    if not fit:
        raise CouldNotRun(
            f"The mock's district has no section of {STUDENTS} students that all are found in the LMS.",
            next_step="Run against `mock-clever serve --preset sandbox`.",
        )
    held = _held(exam)
    known = [section for section in fit if held is None or held >= {section["id"], *section["students"]}]
    if not known:
        raise Blocked("the app lacks sections or students that Clever shows.", by="SYN-02")
    return min(known, key=lambda section: (len(section["students"]), section["id"]))


def _fitting(exam: Examination) -> list[Record]:
    users = truth(exam, "users")
    return [
        section
        for section in truth(exam, "sections").values()
        if section.get("term_id") and found(section) and len(section["students"]) >= STUDENTS
        if all(id_ in users and found(users[id_]) for id_ in section["students"])
    ]


def _added(exam: Examination) -> list[Record]:
    """Classes that fit, made for this check and read by the app, in a district that has none."""
    users = truth(exam, "users")
    learn = [id_ for id_, user in users.items() if "student" in user["roles"] and found(user)][:STUDENTS]
    if len(learn) < STUDENTS or not classes(exam.clever, exam.connection.district, learn):
        return []
    exam.evidence.note(f"The district has no class of {STUDENTS} with a term in the LMS, so some were added.")
    roster(exam)
    return _fitting(exam)


def found(record: Record) -> bool:
    """Whether a person or section was found in the LMS."""
    return (record.get("lms_status") or {}).get("synced_in_lms") is True


def _held(exam: Examination) -> set[str] | None:
    """The Clever ids of the people and sections that the app has in use; None where the probe does not tell."""
    try:
        return {*active(exam, "users"), *active(exam, "sections")}
    except NotOffered:
        return None


def same_moment(told: str | None, wanted: str) -> bool:
    """Whether two moments are the same minute: one LMS drops the seconds, and nobody waits for them."""
    return told is not None and _minute(told) == _minute(wanted)


def _minute(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(second=0, microsecond=0)
