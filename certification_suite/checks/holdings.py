"""What the app holds of a roster: sparse records, history, sections (SYN-07, SYN-08, SYN-09)."""

from __future__ import annotations

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import secure_sync
from certification_suite.checks.journeys import log_in
from certification_suite.checks.rosters import (
    Record,
    active,
    enroll,
    good_sync,
    held,
    name_of,
    offered,
    remove,
    some_active,
    sync,
    truth,
    unenroll,
    update,
)
from certification_suite.drivers.probe import Enrollment
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NeedsReview


@secure_sync(
    "SYN-07",
    "Missing fields stop nothing",
    evidence="S",
    proof=("WEB", "DATA"),
    since="2.0",
    needs=("POST /sync", "GET /users", "GET /sections"),
    says="A record without the fields that Clever does not guarantee is taken in, or put on a list of "
    "problems; the "
    "sync goes on, and the person can log in.",
    why="Every district leaves something out. One pupil without an e-mail must not keep a school from working.",
    mend="Require the Clever id only. Keep the record with an empty field, or log it and go on with the next.",
    refuted_by=("RequiresAnEmail", "RequiresATerm"),
)
def sparse_records_are_taken_in(exam: Examination) -> str:
    good_sync(exam, "With complete records")
    some_active(exam, "users")
    kinds = [kind for kind in offered(exam) if kind in ("users", "sections")]
    expected = {kind: set(active(exam, kind)) for kind in kinds}
    exam.probe.reset()
    sparse, changes = _strip(exam, expected)
    exam.clever.change(exam.connection.district, changes)
    report = sync(exam)
    if not report.success:
        raise Fail(
            f"With fields missing in {len(changes)} records the whole sync failed: "
            f"{'; '.join(report.problems[:2])}.",
            expected="The sync ends and every other record is taken in.",
        )
    told, set_aside = " ".join(report.problems), list[str]()
    for kind in kinds:
        now = active(exam, kind)
        for id_ in sorted(expected[kind] - set(now)):
            if id_ not in sparse:
                raise Fail(
                    f"The {kind[:-1]} {id_} has all its fields and was taken in before; with others "
                    "incomplete it was not.",
                    expected="Every other record is taken in.",
                )
            if id_ in told:
                set_aside.append(sparse[id_])
            else:
                raise Fail(
                    f"The {kind[:-1]} {sparse[id_]} ({id_}) was not taken in, and no problem was noted.",
                    expected="Taken in with empty fields, or named among the problems of the sync.",
                )
            exam.evidence.note(
                f"{sparse[id_]} was set aside as a problem: acceptable, though taking it in is kinder."
            )
    logged_in = _a_sparse_person_logs_in(exam, sparse)
    if set_aside:
        raise NeedsReview(
            f"The sync went on, but left out {' and '.join(set_aside)}, and noted it.",
            next_step="Clever guarantees none of those fields: take such records in, or show how your staff "
            "completes them.",
        )
    return f"{len(sparse)} records with every optional field missing: the sync went on{logged_in}."


def _strip(exam: Examination, known: dict[str, set[str]]) -> tuple[dict[str, str], list[Record]]:
    """Clear what Clever does not guarantee (docs/users, docs/sections) in a student, a teacher, a section."""
    sparse: dict[str, str] = {}
    changes: list[Record] = []
    for role, kept in (
        ("student", ("school", "schools", "enrollments", "sis_id")),
        ("teacher", ("school", "schools", "sis_id")),
    ):
        users = [
            u for u in truth(exam, "users").values() if u["id"] in known["users"] and list(u["roles"]) == [role]
        ]
        for user in users[:1]:
            fields = {key: None for key in user["roles"][role] if key not in (*kept, "legacy_id", "credentials")}
            name = {"middle": None} if "middle" in user["name"] else {}
            changes.append(update("users", user["id"], email=None, name=name, roles={role: fields}))
            sparse[user["id"]] = f"the {role} {name_of(user)} without e-mail, number and the rest"
    for section in [s for s in truth(exam, "sections").values() if s["id"] in known.get("sections", ())][:1]:
        cleared = {
            key: None for key in ("course", "term_id", "grade", "period", "section_number") if section.get(key)
        }
        changes.append(update("sections", section["id"], **cleared))
        sparse[section["id"]] = f"{name_of(section)} without course, term, grade and period"
    return sparse, changes


def _a_sparse_person_logs_in(exam: Examination, sparse: dict[str, str]) -> str:
    if exam.app.client_id is None:
        return ""
    able = [p for p in exam.clever.people() if p.id in sparse and set(p.roles) & set(exam.app.user_types)]
    for person in able[:1]:
        browser = exam.browser()
        try:
            log_in(exam, browser, person)
        except Blocked:
            exam.evidence.note("No login works (SSO-01), so whether a sparse person can log in was not seen.")
            return ""
        expect_signed_in(exam, browser, person, "a login without an e-mail address")
        return f", and {person.name} can log in"
    return ""


@secure_sync(
    "SYN-08",
    "History hangs on the student",
    evidence="S",
    proof=("DATA",),
    since="all",
    needs=("PUT /progress", "GET /progress", "POST /sync", "GET /users"),
    says="What a student has achieved stays with the student: through a new section, a deleted section and a "
    "return.",
    why="Sections are made new every year. Progress that hangs on a section is lost every summer.",
    mend="Key progress on the student's account, never on a section or an enrollment; archive instead of erasing.",
    refuted_by=("ErasesProgressWithTheSection", "ErasesProgressOfTheArchived"),
)
def progress_survives(exam: Examination) -> str:
    good_sync(exam, "At the start")
    known = some_active(exam, "users")
    student, old, new = _a_student_who_moves(exam, set(known), set(some_active(exam, "sections")))
    exam.probe.write_progress(student, "fractions", 87)
    expect_progress(exam, student, "right after it was written")
    district = exam.connection.district
    exam.clever.change(district, [enroll(new, student), unenroll(old, student)])
    good_sync(exam, "After the student moved to another section")
    expect_progress(exam, student, "after the student moved to another section")
    exam.clever.change(district, [remove("sections", new)])
    good_sync(exam, "After that section was deleted")
    expect_progress(exam, student, "after that section was deleted")
    connection = exam.connection
    exam.clever.change(district, [unenroll(id_, student) for id_ in _sections_of(exam, student)])
    exam.clever.share(connection, hide=[student])
    good_sync(exam, "After the student was unshared")
    exam.clever.share(connection, hide=())
    good_sync(exam, "After the student came back")
    now = held(exam, "users").get(student)
    if now is None or now.internal_id != known[student].internal_id:
        exam.evidence.note("The student's own record did not survive an absence; SYN-06 says more.")
    else:
        expect_progress(exam, student, "after the student was unshared and came back")
    return "Progress written once could be read after a move, a deleted section and an absence."


def _a_student_who_moves(exam: Examination, people: set[str], sections: set[str]) -> tuple[str, str, str]:
    """A student, a section to leave and one to enter, all of them known to the app."""
    told = {id_: section for id_, section in truth(exam, "sections").items() if id_ in sections}
    students = {
        u["id"] for u in truth(exam, "users").values() if list(u["roles"]) == ["student"] and u["id"] in people
    }
    for old in told.values():
        for student in old.get("students", ()):
            others = [section for section in told.values() if student not in section.get("students", ())]
            if student in students and len(old["students"]) > 1 and others:
                return student, old["id"], others[0]["id"]
    raise CouldNotRun("The mock's district has no student who could move from one section to another.")


def _sections_of(exam: Examination, student: str) -> list[str]:
    return [id_ for id_, section in truth(exam, "sections").items() if student in section.get("students", ())]


def expect_progress(exam: Examination, student: str, when: str) -> None:
    kept = exam.probe.progress(student)
    if kept.get("fractions") != 87:
        raise Fail(
            f"87 points in “fractions” were written for student {student}; {when} the app tells "
            f"{kept or 'nothing'}.",
            expected="87 points in “fractions”.",
        )


@secure_sync(
    "SYN-09",
    "Everybody stands in their sections",
    evidence="S",
    proof=("DATA",),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections", "GET /enrollments"),
    says="Students and all teachers of a section are tied to it, co-teachers and people of other schools "
    "too, and the "
    "ties follow when they change.",
    why="A co-teacher who does not see the class cannot teach it.",
    mend="Read `teachers` (not only `teacher`) and `students` of every section; do not filter by school.",
    refuted_by=(
        "OnlyThePrimaryTeacher",
        "ReadsStudentsUnderTheOldKey",
        "OnlyTheFirstSection",
        "DropsClassmatesFromOtherSchools",
    ),
)
def enrollments_match(exam: Examination) -> str:
    moved = _unusual_sections(exam)
    good_sync(exam, "With co-teachers and people of other schools")
    some_active(exam, "sections")
    ties = _expect_enrollments(exam, "after the first sync")
    exam.clever.change(exam.connection.district, [unenroll(section, user) for section, user in moved[:1]])
    good_sync(exam, "After somebody left a section")
    _expect_enrollments(exam, "after somebody left a section")
    return (
        f"{ties} ties between people and sections are Clever's, co-teachers and people of other schools included."
    )


def _unusual_sections(exam: Examination) -> list[tuple[str, str]]:
    """Put a student of another school and a co-teacher into sections; which student is now in which section."""
    sections, users = truth(exam, "sections"), truth(exam, "users")

    def strangers(role: str, key: str) -> list[tuple[Record, str]]:
        return [
            (section, user["id"])
            for section in sections.values()
            for user in users.values()
            if list(user["roles"]) == [role]
            and user["id"] not in section.get(key, ())
            and user["roles"][role].get("school") != section["school"]
        ]

    joining, teaching = strangers("student", "students")[:1], strangers("teacher", "teachers")[:1]
    changes = [enroll(section["id"], user) for section, user in joining]
    changes += [update("sections", s["id"], teachers=[*s.get("teachers", ()), user]) for s, user in teaching]
    exam.clever.change(exam.connection.district, changes)
    return [(section["id"], user) for section, user in joining]


def _expect_enrollments(exam: Examination, when: str) -> int:
    """The app's ties are Clever's; how many there are."""
    ties, difference = compare_ties(exam)
    if difference:
        raise Fail(
            f"{when.capitalize()} {difference}.", expected="The ties that Clever's sections say, and no others."
        )
    return ties


def compare_ties(exam: Examination) -> tuple[int, str]:
    """How many ties Clever has among the active people and sections of the app, and the first difference in words.

    Needs `GET /enrollments`.
    """
    people, sections, told = active(exam, "users"), active(exam, "sections"), truth(exam, "sections")
    wanted = {
        Enrollment(id_, user, role)
        for id_, section in told.items()
        if id_ in sections
        for role, key in (("student", "students"), ("teacher", "teachers"))
        for user in section.get(key, ())
        if user in people
    }
    if not wanted:
        raise Fail("The app holds no people in sections.", expected="The students and teachers of every section.")
    known = set(told) & set(sections)
    found = {tie for tie in exam.probe.enrollments() if tie.section in known and tie.user in people}
    for ties, word in ((wanted - found, "misses"), (found - wanted, "still has")):
        if ties:
            tie = min(ties, key=lambda t: (t.role != "teacher", t.section, t.user))
            return len(wanted), (
                f"the app {word} {len(ties)} of {len(wanted)} ties, for example {tie.role} "
                f"{people[tie.user].name} ({tie.user}) in {name_of(told[tie.section])} ({tie.section})"
            )
    return len(wanted), ""
