"""Which record is whose: Clever ids, and what was there before (SYN-01, SYN-04)."""

from __future__ import annotations

from typing import Any

from certification_suite.checks.guides import secure_sync
from certification_suite.checks.rosters import (
    Record,
    active,
    good_sync,
    name_of,
    offered,
    role_of,
    some_active,
    truth,
    update,
)
from certification_suite.examination import Examination
from certification_suite.verdicts import CouldNotRun, Fail, NeedsReview, NotOffered


@secure_sync(
    "SYN-01",
    "Every record is kept under its Clever id",
    evidence="S",
    proof=("DATA",),
    since="all",
    needs=("POST /sync", "GET /users", "GET /schools", "GET /sections", "GET /terms", "GET /courses"),
    says="Schools, people, sections, courses and terms are told apart by Clever id alone: names, numbers and "
    "addresses may change or be shared.",
    why="Names, numbers and e-mails change and repeat. A record keyed on them splits in two or swallows another.",
    mend="Store the Clever id of every record and look records up by it in every sync.",
    refuted_by=("KeysTheRosterOnSisId", "KeysTheRosterOnEmail", "KeysTheRosterOnNames"),
)
def records_keep_their_identity(exam: Examination) -> str:
    good_sync(exam, "At the start")
    some_active(exam, "users")
    kinds = offered(exam)
    before = {kind: active(exam, kind) for kind in kinds}
    changes = _new_names_for_everything({kind: truth(exam, kind) for kind in kinds}, before)
    exam.clever.change(exam.connection.district, changes)
    good_sync(exam, "After names, numbers and addresses changed")
    for kind in kinds:
        rows = exam.probe.records(kind)
        for id_, was in before[kind].items():
            now = [row.internal_id + ("" if row.active else " (archived)") for row in rows if row.clever_id == id_]
            if now != [was.internal_id]:
                raise Fail(
                    f"The {kind[:-1]} with Clever id {id_} ({was.name}) was kept as {was.internal_id}; after "
                    "its details or "
                    f"those of another changed it is kept as {', '.join(now) or 'nothing'}.",
                    expected="One Clever id, one record, always the same.",
                )
    unseen = [kind for kind in ("schools", "sections", "terms", "courses") if kind not in kinds]
    if unseen:
        raise NeedsReview(
            f"People keep their records, but the probe does not show {', '.join(unseen)}.",
            next_step=f"Offer {', '.join(f'GET /{kind}' for kind in unseen)} in the probe.",
        )
    kept = ", ".join(f"{len(before[kind])} {kind}" for kind in kinds)
    return f"{kept} kept their records through {len(changes)} changes of names, numbers and addresses."


def _new_names_for_everything(told: dict[str, dict[str, Record]], known: dict[str, Any]) -> list[Record]:
    """A change of every natural key a vendor might be tempted by, for one or two records of each kind."""

    def some(kind: str, count: int) -> list[Record]:
        return [record for id_, record in told.get(kind, {}).items() if id_ in known[kind]][:count]

    users = [user for user in told["users"].values() if user["id"] in known["users"]]
    mailed = [user for user in users if user.get("email") and role_of(user) != "contact"]
    changes: list[Record] = []
    if mailed:
        one = mailed[0]
        domain = one["email"].rpartition("@")[2]
        others = [
            user for user in users if user is not one and role_of(user) == "student" and role_of(one) != "student"
        ]
        others = others or [user for user in users if user is not one and role_of(user) == role_of(one)]
        changes += [update("users", other["id"], email=one["email"]) for other in others[:1]]
        changes += [
            update(
                "users", one["id"], email=f"renata.newname@{domain}", name={"first": "Renata", "last": "Newname"}
            )
        ]
    for student in [user for user in users if role_of(user) == "student"][-1:]:
        changes.append(
            update("users", student["id"], roles={"student": {"sis_id": "991000001", "student_number": "991"}})
        )
    for school in some("schools", 1):
        changes.append(
            update("schools", school["id"], name="Renamed School", school_number="99100", sis_id="99100")
        )
    sections = some("sections", 2)
    if len(sections) == 2:
        changes.append(
            update("sections", sections[0]["id"], name=name_of(sections[1]), sis_id="99200", section_number="9")
        )
    for course in some("courses", 1):
        changes.append(update("courses", course["id"], name="Renamed Course", number="99300"))
    for term in some("terms", 1):
        changes.append(update("terms", term["id"], name="Renamed Term"))
    return changes


@secure_sync(
    "SYN-04",
    "Finds the accounts that were there before",
    evidence="S",
    proof=("DATA", "FORM"),
    since="all",
    needs=("POST /seed", "POST /sync", "GET /users", "GET /review"),
    says="The first sync links existing accounts by SIS id or e-mail, and never by name alone.",
    why="Without matching everybody gets a second, empty account. Matching by name gives pupils each other's "
    "work.",
    mend="Match on exact SIS id, then exact e-mail; put people who only share a name on a list for a person "
    "to decide.",
    refuted_by=("MatchesByNameOnly", "NeverMatches"),
)
def old_accounts_are_matched(exam: Examination) -> str:
    by_sis_id, by_email, by_name = _three_to_match(exam)
    seeds = [
        {"name": "Local Account One", "sis_id": _sis_id(by_sis_id), "email": None, "role": role_of(by_sis_id)},
        {"name": "Local Account Two", "sis_id": None, "email": by_email["email"], "role": role_of(by_email)},
        {"name": name_of(by_name), "sis_id": "LOCAL-3", "email": None, "role": role_of(by_name)},
    ]
    sis_account, mail_account, name_account = exam.probe.seed(seeds)
    good_sync(exam, "With three accounts of old")
    users = exam.probe.records("users")
    holder = {user.internal_id: user.clever_id for user in users}
    for account, person, how in ((sis_account, by_sis_id, "SIS id"), (mail_account, by_email, "e-mail")):
        if holder.get(account) != person["id"]:
            raise Fail(
                f"An account with {name_of(person)}'s exact {how} was there (internal id {account}); after "
                "the sync "
                f"it carries Clever id {holder.get(account)}.",
                expected=f"It carries {person['id']}.",
            )
    if holder.get(name_account):
        raise Fail(
            f"An account that shares only its name with {name_of(by_name)} was given a Clever id "
            f"({holder[name_account]}).",
            expected="A name alone links nothing.",
        )
    if not any(user.clever_id == by_name["id"] for user in users):
        raise Fail(f"{name_of(by_name)} was not taken in at all.", expected="An account of their own.")
    try:
        waiting = [str(row.get("internal_id")) for row in exam.probe.review()]
    except NotOffered:
        exam.evidence.note(
            "The probe shows no review list, so whether doubtful matches reach a person was not seen."
        )
        return "Linked by SIS id and by e-mail; the namesake got an account of their own."
    listed = "waits on the review list" if name_account in waiting else "is not on the review list"
    return f"Linked by SIS id and by e-mail; the namesake got an account of their own and {listed}."


def _three_to_match(exam: Examination) -> tuple[Record, Record, Record]:
    """People to match by SIS id, by e-mail and by name alone, of those the app takes in."""
    known = _taken_in(exam)
    users = [user for user in truth(exam, "users").values() if role_of(user) in ("student", "teacher")]
    names, mails = (
        [str(value(user)).casefold() for user in users] for value in (name_of, lambda u: u.get("email"))
    )
    plain = [user for user in users if user["id"] in known and names.count(name_of(user).casefold()) == 1]
    plain.sort(key=lambda user: not name_of(user).isascii())  # a name that any app keeps whole, where there is one
    mailed = [user for user in plain if user.get("email") and mails.count(user["email"].casefold()) == 1]
    for by_email in mailed:
        others = [user for user in plain if user is not by_email and _sis_id(user)]
        if len(others) > 1:
            return others[0], by_email, others[1]
    raise CouldNotRun("The mock's district has too few people with SIS id and e-mail for this check.")


def _taken_in(exam: Examination) -> set[str]:
    """The Clever ids that a sync takes in, on an app that forgets it afterwards."""
    if not exam.probe.reset():
        return set(truth(exam, "users"))
    good_sync(exam, "At the start")
    known = set(some_active(exam, "users"))
    exam.probe.reset()
    return known


def _sis_id(user: Record) -> str | None:
    return next((role.get("sis_id") for role in (user.get("roles") or {}).values() if role.get("sis_id")), None)
