"""What the app makes of changes: new values, records that go and come back (SYN-05, SYN-06)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import secure_sync
from certification_suite.checks.journeys import log_in
from certification_suite.checks.recognition import home, is_signed_in
from certification_suite.checks.rosters import (
    Record,
    active,
    enroll,
    good_sync,
    held,
    offered,
    reads,
    remove,
    restore,
    role_of,
    some_active,
    sync,
    truth,
    unenroll,
    update,
)
from certification_suite.drivers.mock import Person
from certification_suite.examination import Examination
from certification_suite.supplies import classes
from certification_suite.verdicts import Blocked, Fail, NeedsReview


@secure_sync(
    "SYN-05",
    "Data is refreshed at least daily",
    evidence="S",
    proof=("LOG", "DATA"),
    since="all",
    needs=("POST /sync", "GET /users"),
    says="What changes in Clever is in the app within a day; a refresh at every login counts.",
    why="A pupil who moved class this morning must find the new class, and no longer the old one.",
    mend="Sync every night, or read the person's record again at every login, and overwrite what you hold.",
    refuted_by=("NeverRefreshes",),
)
def changes_arrive(exam: Examination) -> str:
    if exam.app.refresh != "login" or exam.app.client_id is None:
        return _changes_arrive_by_sync(exam)
    [person] = exam.anyone()
    log_in(exam, exam.browser(), person)
    known = held(exam, "users").get(person.id)
    if known is None or not known.name.casefold().endswith(person.name.casefold().rpartition(" ")[2]):
        raise Blocked(f"after a first login the app does not even hold {person.name}'s name.", by="SSO-03")
    renamed = _rename(exam, person)
    since = exam.clever.mark()
    browser = exam.browser()
    log_in(exam, browser, renamed)
    expect_signed_in(exam, browser, renamed, "a login after the change")
    seen = [e for e in exam.exchanges("identity", "data", since=since) if e.status == 200]
    exam.evidence.show(*seen[:3])
    now = held(exam, "users").get(person.id)
    fresh = [e for e in seen if not e.path.rstrip("/").endswith("/me")]
    if not fresh or now is None or "newname" not in now.name.casefold():
        raise Fail(
            f"{person.name} was renamed to {renamed.name} in Clever. At the next login the app read "
            f"{', '.join(e.path for e in seen) or 'nothing'} and holds the name "
            f"{now.name if now else 'of nobody'}.",
            expected='The login reads the record again and keeps it, as refresh = "login" says.',
        )
    return f"A login read the record again ({fresh[0].path}) and the app holds the new name, {now.name}."


def _rename(exam: Examination, person: Person) -> Person:
    exam.clever.change(exam.district, [update("users", person.id, name={"first": "Renata", "last": "Newname"})])
    return replace(person, name="Renata Newname")


def _changes_arrive_by_sync(exam: Examination) -> str:
    good_sync(exam, "The first time")
    known = some_active(exam, "users")
    told = truth(exam, "users")
    id_ = next((id_ for id_ in known if id_ in told), None)
    if id_ is None:
        raise Fail("The app holds nobody that Clever shows.", expected="The people that Clever shows.")
    change = update("users", id_, name={"first": "Renata", "last": "Newname"})
    exam.clever.change(exam.connection.district, [change])
    since = exam.clever.mark()
    good_sync(exam, "The second time")
    asked = [e for e in reads(exam, since) if e.status == 200]
    exam.evidence.show(*asked[:3])
    now = held(exam, "users").get(id_)
    if not asked or now is None or "newname" not in now.name.casefold():
        raise Fail(
            f"After a change and another sync ({len(asked)} reads) the app holds "
            f"{now.name if now else 'nobody'!r} for {id_}.",
            expected="The new name, Renata Newname.",
        )
    if exam.app.refresh == "schedule":
        exam.evidence.note("That the sync runs every day is your word; the suite cannot move your clock.")
        return (
            "Each sync reads again and overwrites what the app holds; certification.toml says that it "
            "runs on a schedule."
        )
    raise NeedsReview(
        "A sync takes in what changed. What starts it every day was not seen.",
        next_step='Say refresh = "login" or refresh = "schedule" under [app] in certification.toml.',
    )


@secure_sync(
    "SYN-06",
    "Archives what goes, restores what comes back",
    evidence="S",
    proof=("DATA", "WEB"),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections", "GET /terms", "GET /courses"),
    says="A person, section, term or course that is no longer shared is archived, not deleted and not left "
    "in use; "
    "when its Clever id returns, the same record comes back. A refusal from Clever archives nothing.",
    why="Sharing is changed by mistake every week. What was deleted is a term's work lost; what stays open "
    "is a leak.",
    mend="After a complete read, archive every known record that was not in it; look returning ids up among "
    "the archived. "
    "Treat 401 and 5xx as errors, never as an empty district.",
    refuted_by=(
        "NeverArchives",
        "DeletesWhatVanished",
        "ForgetsTermsAndCourses",
        "RestoresUnderANewId",
        "LetsArchivedPeopleIn",
        "TakesARefusalForAnEmptyDistrict",
        "NoRestore",
        "SkipsTermsAndCoursesRestore",
        "DeletesOn401",
    ),
)
def what_goes_is_archived_and_returns(exam: Examination) -> str:
    if not (truth(exam, "terms") and truth(exam, "courses")) and classes(exam.clever, exam.connection.district):
        exam.evidence.note("The district has no terms or no courses, so classes that have both were added.")
    good_sync(exam, "At the start")
    some_active(exam, "users")
    kinds = [kind for kind in offered(exam) if kind in ("users", "sections", "terms", "courses")]
    connection = exam.connection
    leaving = _who_leaves(exam, kinds)
    everything = [(kind, id_) for kind in kinds for id_ in leaving[kind].values()]
    deleted = [(kind, pair["deleted"]) for kind, pair in leaving.items() if "deleted" in pair]
    before = {kind: held(exam, kind) for kind in kinds}
    loosen, tighten = _loosen(exam, leaving)
    opened = _can_log_in(exam, leaving["users"].get("unshared"))
    exam.clever.change(connection.district, [*loosen, *(remove(kind, id_) for kind, id_ in deleted)])
    exam.clever.share(connection, hide=[pair["unshared"] for pair in leaving.values() if "unshared" in pair])
    good_sync(exam, "After some records were unshared and others deleted")
    for kind, id_ in everything:
        _expect_archived(before[kind][id_].name, kind, held(exam, kind).get(id_))
    if opened and _can_log_in(exam, leaving["users"]["unshared"]):
        raise Fail(
            "A student who is no longer shared is archived and can still log in.",
            expected="The account is closed.",
            cause="archived account open",
        )
    exam.clever.change(connection.district, [*(restore(kind, id_) for kind, id_ in deleted), *tighten])
    exam.clever.share(connection, hide=())
    good_sync(exam, "After they came back")
    for kind, id_ in everything:
        was, now = before[kind][id_], held(exam, kind).get(id_)
        if now is None or not now.active or now.internal_id != was.internal_id:
            state = (
                "nothing" if now is None else f"record {now.internal_id}, {'active' if now.active else 'archived'}"
            )
            raise Fail(
                f"The {kind[:-1]} {was.name} ({id_}) came back; it was record {was.internal_id} and is now "
                f"{state}.",
                expected="The same record, active again.",
            )
    _expect_a_refusal_to_archive_nothing(exam, kinds)
    if unseen := [kind for kind in ("users", "sections", "terms", "courses") if not leaving.get(kind)]:
        hidden = [f"GET /{kind}" for kind in unseen if kind not in kinds]
        raise NeedsReview(
            f"What could be seen is archived and restored; of {', '.join(unseen)} nothing was seen.",
            next_step=f"Offer {', '.join(hidden)} in the probe."
            if hidden
            else "This district has none: run against `mock-clever serve --preset sandbox`.",
        )
    return (
        f"{len(everything)} records ({', '.join(kinds)}; unshared and deleted) were archived and came "
        "back as themselves."
    )


def _can_log_in(exam: Examination, user: str | None) -> bool:
    """Whether this student, who is shared with the SSO app all along, can log in."""
    if user is None or exam.app.client_id is None or "student" not in exam.app.user_types:
        return False
    [person] = [person for person in exam.clever.people() if person.id == user]
    browser = exam.browser()
    try:
        log_in(exam, browser, person)
    except Blocked:
        exam.evidence.note("No login works (SSO-01), so whether an archived account stays closed was not seen.")
        return False
    return is_signed_in(exam, home(exam, browser))


def _who_leaves(exam: Examination, kinds: list[str]) -> dict[str, dict[str, str]]:
    """For each kind a record that will be unshared and one that will be deleted, known on both sides."""
    leaving: dict[str, dict[str, str]] = {}
    for kind in kinds:
        told, known = truth(exam, kind), active(exam, kind)
        ids = [id_ for id_ in told if id_ in known]
        if kind == "users":
            taught = {id_ for section in truth(exam, "sections").values() for id_ in section.get("students", ())}
            ids = [i for i in ids if role_of(told[i]) == "student" and len(told[i]["roles"]) == 1]
            ids.sort(key=lambda id_: id_ not in taught)
        leaving[kind] = dict(zip(("unshared", "deleted"), ids, strict=False))
    return leaving


def _loosen(exam: Examination, leaving: dict[str, dict[str, str]]) -> tuple[list[Record], list[Record]]:
    """Changes that take what leaves out of the sections that name it, and changes that put it back.

    Dangling references are another requirement's matter (ADJ-11).
    """
    gone = {id_ for pair in leaving.values() for id_ in pair.values()}
    loosen: list[Record] = []
    tighten: list[Record] = []
    for section in truth(exam, "sections").values():
        for student in gone & set(section.get("students", ())):
            loosen.append(unenroll(section["id"], student))
            tighten.append(enroll(section["id"], student))
        named = {key: section[key] for key in ("course", "term_id") if section.get(key) in gone}
        if named:
            loosen.append(update("sections", section["id"], **dict.fromkeys(named)))
            tighten.append(update("sections", section["id"], **named))
    return loosen, tighten


def _expect_archived(name: str, kind: str, record: Any) -> None:
    if record is None:
        raise Fail(
            f"The {kind[:-1]} {name} left Clever, and the app no longer holds it at all.",
            expected="Archived, not deleted.",
        )
    if record.active:
        raise Fail(f"The {kind[:-1]} {name} left Clever, and in the app it is still active.", expected="Archived.")


def _expect_a_refusal_to_archive_nothing(exam: Examination, kinds: list[str]) -> None:
    before = {kind: set(active(exam, kind)) for kind in kinds}
    fault = exam.clever.fault("/v3", status=401, times=None)
    sync(exam)
    exam.clever.clear_faults()
    for kind in kinds:
        lost = before[kind] - set(active(exam, kind))
        if lost:
            exam.evidence.show(*[e for e in reads(exam) if e.fault == fault][:2])
            raise Fail(
                f"Clever answered 401 to every read (fault {fault}), and the app archived {len(lost)} {kind}.",
                expected="A refusal changes nothing.",
            )
