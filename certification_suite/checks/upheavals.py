"""Large changes: a slip in sharing, a disconnection, a new school year (ADJ-15, ADJ-21, ADJ-22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certification_suite.checks.guides import adjacent
from certification_suite.checks.holdings import compare_ties, expect_progress
from certification_suite.checks.rosters import (
    Record,
    active,
    expect_likeness,
    good_sync,
    held,
    offered,
    reads,
    role_of,
    start_alike,
    sync,
    truth,
)
from certification_suite.drivers.probe import VendorRecord
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NeedsReview, NotOffered

SHARE = 0.3
KINDS = ("users", "sections")
GRADES = ("Kindergarten", *map(str, range(1, 13)))
"""Those that follow one another."""


@adjacent(
    "ADJ-15",
    "A large change deletes nobody",
    programme="secure_sync",
    evidence="S",
    proof=("DATA",),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections"),
    says="When nearly a third of a district is unshared at once, the app waits for a person, or archives what can "
    "be restored; it deletes nothing.",
    why="One wrong tick in the sharing settings takes a school away in a minute. It is put right in an hour; a "
    "deleted year of work is not.",
    mend="Hold a sync that would archive more than a share of a type until somebody confirms it, and archive "
    "instead of deleting.",
    source="docs/data-changes",
    refuted_by=("MassUnshareHardDelete",),
)
def a_mass_unshare_is_survived(exam: Examination) -> str:
    good_sync(exam, "With everything shared")
    leaving = _a_third(exam)
    connection = exam.connection
    exam.clever.share(connection, hide=[id_ for ids in leaving.values() for id_ in ids])
    since = exam.clever.mark()
    report = sync(exam)
    now = {kind: held(exam, kind) for kind in leaving}
    lost = [(kind, id_) for kind, known in leaving.items() for id_ in known if id_ not in now[kind]]
    many = " and ".join(f"{len(ids)} {kind}" for kind, ids in leaving.items())
    if lost:
        kind, id_ = lost[0]
        raise Fail(
            f"{many} were unshared at once, and the app deleted {len(lost)} of them, for example "
            f"{leaving[kind][id_].name} ({id_}).",
            expected="A sync that waits for a person, or records that are archived.",
        )
    kept = all(now[kind][id_].active for kind, known in leaving.items() for id_ in known)
    if kept and report.status != "held":
        _say_why_nothing_was_archived(exam, since)
    exam.clever.share(connection, hide=())
    good_sync(exam, "After everything was shared again")
    for kind, known in leaving.items():
        _expect_the_same(known, held(exam, kind), "was unshared with many others and came back", by="SYN-06")
    did = "waited for a person" if kept else "archived them, and restored each when it came back"
    return f"{many} were unshared at once; the app {did}."


def _a_third(exam: Examination) -> dict[str, dict[str, VendorRecord]]:
    """Of students and of sections nearly a third, rounded up: kind → Clever id → what the app holds."""
    leaving = {}
    for kind in KINDS:
        known, told = active(exam, kind), truth(exam, kind)
        ids = sorted(id_ for id_ in told if id_ in known and (kind != "users" or role_of(told[id_]) == "student"))
        leaving[kind] = {id_: known[id_] for id_ in ids[: int(SHARE * len(ids)) + 1]}
        if not leaving[kind]:
            raise Fail(f"After a sync the app holds none of Clever's {kind}.", expected=f"The {kind}.")
    return leaving


def _say_why_nothing_was_archived(exam: Examination, since: int) -> None:
    if any(e.status == 404 for e in reads(exam, since)):
        raise Blocked("the sync stopped at an id that answered 404.", by="ADJ-11")
    raise NeedsReview(
        "Many records were unshared at once; the app keeps all of them in use and does not say that it waits.",
        next_step='Let the probe answer "held" when a sync waits, or show the reviewer what your staff sees.',
    )


def _expect_the_same(before: dict[str, VendorRecord], now: dict[str, VendorRecord], what: str, *, by: str) -> None:
    """Every record is in use under the number it had. A new number is another requirement's matter (`by`)."""
    for id_, was in before.items():
        if id_ not in now:
            raise Fail(f"{was.name} ({id_}) {what}, and the app holds nothing.", expected="The same record.")
        if not now[id_].active or now[id_].internal_id != was.internal_id:
            raise Blocked(f"{was.name} ({id_}) {what} and was not restored as record {was.internal_id}.", by=by)


@adjacent(
    "ADJ-21",
    "A disconnected district keeps its data",
    programme="secure_sync",
    evidence="S",
    proof=("DATA",),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections"),
    says="When a district disconnects the app, what the app holds stays; when it connects again, syncs go on with "
    "the same records.",
    why="Districts disconnect by mistake, and in the summer on purpose. In August they want their work back.",
    mend="Take a district that is no longer listed, or a token that is refused, as a reason to stop syncing, "
    "never to delete.",
    source="docs/onboarding",
    refuted_by=("DropsDataOnDisconnect",),
)
def a_disconnection_keeps_the_data(exam: Examination) -> str:
    connection = exam.connection
    good_sync(exam, "With one district")
    exam.clever.add_district(preset="tiny", seed=7)
    if not sync(exam).success:
        raise Blocked("a second district, with sections that lack terms, stopped the sync.", by="SYN-07")
    before = {kind: _of(exam, kind) for kind in KINDS}
    exam.clever.connect(connection, False)
    sync(exam)
    for kind, known in before.items():
        now = held(exam, kind)
        if lost := known.keys() - now.keys():
            if {record.internal_id for record in now.values()} & {known[id_].internal_id for id_ in lost}:
                raise Blocked("records of two districts are mixed up.", by="SYN-01")
            raise Fail(
                f"A district disconnected the app, and the app deleted {len(lost)} of its {len(known)} {kind}.",
                expected="Everything stays, in use or archived.",
            )
    exam.clever.connect(connection, True)
    since = exam.clever.mark()
    report = sync(exam)
    if not report.success and any(e.status == 401 for e in reads(exam, since)):
        raise Blocked("after the district had connected again the app used a dead token.", by="ADJ-14")
    if not report.success:
        good_sync(exam, "After the district connected again")
    for kind, known in before.items():
        _expect_the_same(known, held(exam, kind), "belongs to a district that connected again", by="SYN-06")
    counted = " and ".join(f"{len(known)} {kind}" for kind, known in before.items())
    return f"A district disconnected and connected again: {counted} are the same records."


def _of(exam: Examination, kind: str) -> dict[str, VendorRecord]:
    known = active(exam, kind)
    found = {id_: known[id_] for id_ in truth(exam, kind) if id_ in known}
    if not found:
        raise Fail(f"After a sync the app holds none of Clever's {kind}.", expected=f"The {kind}.")
    return found


@adjacent(
    "ADJ-22",
    "The school year turns",
    programme="secure_sync",
    evidence="S",
    proof=("DATA",),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections"),
    says="Pupils change schools, teachers change classes, and a new year brings new sections or new pupils in the "
    "old ones. The app shows what Clever shows: nobody stays tied to a section they have left, each section lies "
    "in its new term, last year's sections and terms are archived, and each pupil's work is kept.",
    why="It happens to every district every summer, to everybody at once. A teacher who stays tied to a class "
    "reads about pupils who are no longer theirs.",
    mend="Archive sections and terms that went, create those that came, update those that stayed by their Clever "
    "id with everything they name (teachers, students, term), and keep progress on the pupil.",
    source="docs/data-changes",
    refuted_by=(
        "NeverArchives",
        "DeletesWhatVanished",
        "MassUnshareHardDelete",
        "ErasesProgressWithTheSection",
        "KeysTheRosterOnNames",
        "KeepsTheFormerTeacher",
        "KeepsSectionsInTheOldTerm",
        "ForgetsTermsAndCourses",
    ),
)
def the_year_turns(exam: Examination) -> str:
    if newcomers := _newcomers(exam):
        exam.clever.change(exam.connection.district, newcomers)
    start_alike(exam)
    student, old, new = _who_moves(exam)
    watched = _Watched(student, _write_progress(exam, student), _ties_are_right(exam), _terms_are_right(exam))
    _move(exam, student, old, new)
    good_sync(exam, "After a pupil changed schools and a teacher took over a class")
    _expect_all_well(exam, "After a transfer and a change of teachers", watched)
    last_year = active(exam, "sections")
    _hold_at_clever(exam)
    good_sync(exam, "While Clever held its own sync")
    expect_likeness(exam, "While Clever held its own sync")
    exam.clever.approve(exam.connection.district)
    good_sync(exam, "In a new school year with new sections")
    _expect_archived(exam, last_year)
    _expect_all_well(exam, "In a new school year with new sections", watched)
    kept = active(exam, "sections")
    exam.clever.change(exam.connection.district, [_rollover("in_place", "Year after next")])
    good_sync(exam, "In a new school year with the same sections")
    _expect_all_well(exam, "In a new school year with the same sections", watched)
    ours, shown = held(exam, "sections"), truth(exam, "sections")
    renewed = [id_ for id_ in kept if id_ in shown and ours[id_].internal_id != kept[id_].internal_id]
    if renewed:
        raise Fail(f"{len(renewed)} sections that stayed are new records.", expected="The same records.")
    seen = [("ties", watched.ties), ("terms", watched.terms), ("progress", watched.progress)]
    right = " and ".join(word for word, was_seen in seen if was_seen)
    return (
        "After a transfer, a change of teachers and two new school years the app shows what Clever shows; "
        f"{len(last_year)} sections of last year are archived{f'; {right} are right' if right else ''}."
    )


def _newcomers(exam: Examination) -> list[Record]:
    """Pupils for the classes of the next two years, where no class of the district would have any."""
    learns = [user["roles"]["student"] for user in truth(exam, "users").values() if "student" in user["roles"]]
    cohorts = {(each.get("school"), each.get("grade")) for each in learns}
    lists = [[(school, below) for below in _below(grade)] for school, grade in cohorts if school]
    if not lists or any(cohorts.issuperset(years) for years in lists if len(years) == 2):
        return []
    exam.evidence.note("The district is so small that its next classes would be empty, so pupils were added.")
    missing = sorted({cohort for years in lists for cohort in years} - cohorts)
    return [
        {
            "type": "user.add",
            "role": "student",
            "sis_id": f"98{number:04}",
            "name": {"first": "Ada", "last": f"Quill-{grade}"},
            "school": school,
            "grade": grade,
        }
        for number, (school, grade) in enumerate(missing)
    ]


def _below(grade: str | None) -> Sequence[str]:
    """The grades that are this one after a year and after two."""
    return GRADES[max(GRADES.index(grade) - 2, 0) : GRADES.index(grade)] if grade in GRADES else ()


def _who_moves(exam: Examination) -> tuple[str, str, str]:
    """A student the app holds, a section to leave and one to enter, of another school where there is one."""
    users, known, sections = truth(exam, "users"), active(exam, "users"), truth(exam, "sections")
    within = None
    for old in sections.values():
        for student in old.get("students", ()):
            home = users.get(student, {}).get("roles", {}).get("student", {}).get("school")
            if not home or student not in known:
                continue
            others = [section for section in sections.values() if student not in section.get("students", ())]
            away = [section["id"] for section in others if section["school"] not in (home, old["school"])]
            if away:
                return student, old["id"], away[0]
            within = within or (others and (student, old["id"], others[0]["id"])) or None
    if within is None:
        raise NeedsReview(
            "The mock's district has no student who could change schools or classes.",
            next_step="Run against a district with more of them: `mock-clever serve --preset sandbox`.",
        )
    exam.evidence.note("The district has one school, so a pupil changed classes where others change schools.")
    return within


def _write_progress(exam: Examination, student: str) -> bool:
    try:
        exam.probe.write_progress(student, "fractions", 87)
    except NotOffered:
        exam.evidence.note("Whether a pupil's work survives the year was not seen: the probe has no progress.")
        return False
    return True


def _move(exam: Examination, student: str, old: str, new: str) -> None:
    """A transfer to another section and its school, and another teacher for the section left behind."""
    sections, users = truth(exam, "sections"), truth(exam, "users")
    teachers = [id_ for id_, user in users.items() if "teacher" in user["roles"]]
    successor = next((id_ for id_ in teachers if id_ not in sections[old].get("teachers", ())), None)
    if successor is None:
        raise NeedsReview(
            "The mock's district has no second teacher.",
            next_step="Run against a district with more teachers: `mock-clever serve --preset sandbox`.",
        )
    replace = {"type": "teacher.replace", "section": old, "teacher": successor}
    exam.clever.change(exam.connection.district, [replace, *_transfer(student, sections[old], sections[new])])


def _transfer(student: str, old: Record, new: Record) -> list[Record]:
    if new["school"] != old["school"]:
        return [{"type": "student.transfer", "user": student, "school": new["school"], "sections": [new["id"]]}]
    return [
        {"type": "section.unenroll", "section": old["id"], "user": student},
        {"type": "section.enroll", "section": new["id"], "user": student},
    ]


def _rollover(style: str, term: str) -> Record:
    return {"type": "roster.rollover", "style": style, "terms": [{"name": term}]}


def _hold_at_clever(exam: Examination) -> None:
    """A new year with new sections deletes so much that Clever itself holds the sync."""
    district = exam.connection.district
    exam.clever.change(district, [_rollover("replace", "Next year")], publish=False)
    outcome = exam.clever.sync(district)
    if outcome != "held":
        raise CouldNotRun(f"The mock's sync of a new school year was {outcome}, not held.")


def _expect_archived(exam: Examination, last_year: dict[str, VendorRecord]) -> None:
    ours, shown = held(exam, "sections"), truth(exam, "sections")
    for id_, was in last_year.items():
        if id_ not in shown and id_ not in ours:
            raise Fail(
                f"The section {was.name} ({id_}) is last year's, and the app no longer holds it.",
                expected="Last year's sections, archived.",
            )
        if id_ not in shown and ours[id_].active:
            raise Fail(f"The section {was.name} ({id_}) is last year's and still in use.", expected="Archived.")


@dataclass(frozen=True)
class _Watched:
    """What the probe lets us see beside people and sections, and was right before the first change."""

    student: str
    progress: bool
    ties: bool
    terms: bool


def _expect_all_well(exam: Examination, when: str, watched: _Watched) -> None:
    expect_likeness(exam, when)
    if watched.ties:
        _, difference = compare_ties(exam)
        if difference:
            raise Fail(f"{when} {difference}.", expected="The ties that Clever's sections say, and no others.")
    if watched.terms and (difference := _misplaced(exam)):
        raise Fail(f"{when} {difference}.", expected="Each section in its term, and old terms archived.")
    if watched.progress:
        expect_progress(exam, watched.student, when[0].lower() + when[1:])


def _ties_are_right(exam: Examination) -> bool:
    """Whether the app shows who is in which section, rightly so far."""
    try:
        _, difference = compare_ties(exam)
    except NotOffered:
        exam.evidence.note("Who is tied to which section was not seen: the probe has no enrollments.")
        return False
    if difference:
        exam.evidence.note(f"Ties were wrong before anything changed (SYN-09): {difference}.")
    return not difference


def _terms_are_right(exam: Examination) -> bool:
    """Whether the app shows its terms and the term of each section, rightly so far."""
    if "terms" not in offered(exam) or not any("term" in one.raw for one in active(exam, "sections").values()):
        exam.evidence.note(
            "Which terms the app keeps was not seen: the probe has no terms, or no term of a section."
        )
        return False
    if difference := _misplaced(exam):
        exam.evidence.note(f"Terms were wrong before anything changed: {difference}.")
    return not difference


def _misplaced(exam: Examination) -> str:
    """A section in another term than Clever's, or a term in use that Clever no longer has; "" for none."""
    ours, shown = active(exam, "sections"), truth(exam, "sections")
    for id_, section in shown.items():
        if id_ in ours and (ours[id_].raw.get("term") or None) != (section.get("term_id") or None):
            return (
                f"the section {ours[id_].name} ({id_}) lies in another term than Clever's {section.get('term_id')}"
            )
    old = sorted(active(exam, "terms").keys() - truth(exam, "terms").keys())
    return f"{len(old)} terms are still in use although gone from Clever, for example {old[0]}" if old else ""
