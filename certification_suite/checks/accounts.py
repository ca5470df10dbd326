"""Which account opens for whom (SSO-06, SSO-07, SSO-O2, ADJ-08)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.failures import FEWEST_WORDS, WORDS
from certification_suite.checks.guides import adjacent, also_library, sso
from certification_suite.checks.journeys import log_in, who_it_is
from certification_suite.checks.recognition import home, identity, is_signed_in, strangers_stay_out
from certification_suite.checks.rosters import sync, update
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NeedsReview, NotApplicable

NEW_NAME = {"first": "Noor", "last": "Justarrived"}


@also_library("LIB-07", since="26a")
@sso(
    "SSO-06",
    "An account belongs to a Clever id",
    evidence="S",
    proof=("WEB", "DATA"),
    since="26a",
    needs=("GET /whoami",),
    says="The Clever id decides which account opens; e-mail and name may change or be shared by two people.",
    why="E-mail is neither verified nor unique at Clever. Who opens accounts by e-mail opens them to strangers.",
    mend="Store the Clever id with the account and look accounts up by it alone once it is there.",
    refuted_by=("MatchesByEmail",),
)
def accounts_follow_the_clever_id(exam: Examination) -> str:
    strangers_stay_out(exam)
    one, other = exam.anyone(2, with_email=True)
    first_account = _account_of(exam, one)
    address = f"renata.newname@{(one.email or '').rpartition('@')[2]}"
    renamed = replace(one, name="Renata Newname", email=address)
    rename = update("users", one.id, email=address, name={"first": "Renata", "last": "Newname"})
    exam.clever.change(exam.district, [rename])
    again = _account_of(exam, renamed)
    if first_account and again and again != first_account:
        raise Fail(
            f"After {one.name}'s name and e-mail changed, the same Clever id opened account {again} instead "
            "of "
            f"{first_account}.",
            expected="One Clever id, one account, whatever else changes.",
        )
    exam.clever.change(exam.district, [update("users", other.id, email=one.email)])
    account = _account_of(exam, other)
    exam.evidence.show(*[e for e in exam.exchanges("identity") if e.status == 200][-3:])
    if first_account and account == first_account:
        raise Fail(
            f"{other.name} has another Clever id and now the e-mail that {one.name} had; logging in opened "
            f"{one.name}'s account.",
            expected="Two Clever ids, two accounts.",
            cause="takeover",
        )
    if not (first_account and account and again):
        raise NeedsReview(
            "Nothing went wrong that the pages show, but they do not tell which account is open.",
            next_step="Offer GET /whoami in the probe (it answers with the browser's cookies).",
        )
    return (
        f"{one.name} kept account {first_account} through a new name and e-mail; {other.name}, now with the "
        "old "
        f"e-mail, got {account}."
    )


def _account_of(exam: Examination, person: Person) -> str | None:
    """The internal id of the account that opens when this person logs in on a new device."""
    browser = exam.browser()
    log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login")
    told = identity(exam, browser)
    return told[1] if told else None


@sso(
    "SSO-07",
    "Finds the account a person already has",
    evidence="S",
    proof=("WEB", "DATA"),
    since="2.0",
    needs=("POST /seed", "GET /users"),
    says="At a first login an existing account with the same e-mail (or a Clever id matched before) is "
    "linked, not doubled.",
    why="A second, empty account hides the work a pupil has done and is counted as a second licence.",
    mend="At a first login look for one account without a Clever id and with the same e-mail; give it the "
    "Clever id.",
    refuted_by=(
        "IgnoresTheAccountWithTheSameEmail",
        "LinksAnAccountThatIsTaken",
        "MatchesByEmail",
        "NeverReadsTheUser",
    ),
)
def links_the_account_at_hand(exam: Examination) -> str:
    strangers_stay_out(exam)
    person, other = exam.anyone(2, with_email=True, first="student")
    [seeded] = exam.probe.seed([{"name": person.name, "email": person.email, "role": person.roles[0]}])
    for login in ("first", "second"):
        browser = exam.browser()
        log_in(exam, browser, person)
        expect_signed_in(exam, browser, person, f"the {login} login")
        mine = [user.internal_id for user in exam.probe.records("users") if user.clever_id == person.id]
        if mine != [seeded]:
            raise Fail(
                f"An account with the address {person.email} was there (internal id {seeded}). After the "
                f"{login} "
                f"login {person.name}'s Clever id stands at {', '.join(mine) or 'no account'}.",
                expected=f"It stands at {seeded} and nowhere else.",
            )
    exam.evidence.show(*[e for e in exam.exchanges("identity") if e.status == 200][:2])
    exam.clever.change(exam.district, [update("users", other.id, email=person.email)])
    log_in(exam, exam.browser(), other)
    holders = {user.internal_id: user.clever_id for user in exam.probe.records("users")}
    if holders.get(seeded) != person.id:
        raise Fail(
            f"{other.name} came with the same e-mail as {person.name} and another Clever id, and was let "
            "into the "
            f"account that was already linked to {person.name}.",
            expected="An account that has a Clever id is never opened by e-mail: addresses are not verified.",
            cause="takeover",
        )
    return (
        f"The account that was there ({seeded}) got {person.name}'s Clever id at the first login and kept "
        "it, also "
        f"when {other.name} came with the same address."
    )


@sso(
    "SSO-O2",
    "Somebody new gets an account, or is told why not",
    level="superseded",
    evidence="S",
    proof=("WEB",),
    since="1.1",
    needs=("POST /sync",),
    says="Somebody of whom the app never heard logs in and has an account, or reads why there is none; also "
    "somebody who joined the district after the app's last sync.",
    why="The first guides asked for accounts on demand unless a sync made them all; a pupil who came today is in "
    "no sync yet.",
    mend="Make the account at the first login, or show a page that says who will make it.",
    source="v2.0/docs/il-certification",
    refuted_by=("SendsNewcomersBack",),
)
def newcomers_are_taken_in_or_told(exam: Examination) -> str:
    strangers_stay_out(exam)
    browser = exam.browser()
    everyday = browser.open(exam.app.url(exam.app.login_page), until=browser.is_clever)
    [person] = exam.anyone()
    ended = [_taken_in_or_told(exam, person, everyday, "before any sync")]
    if "secure_sync" not in exam.app.programmes:
        return f"{ended[0]}; the app reads no rosters."
    sync(exam)
    newcomer = _newcomer(exam, person)
    ended.append(_taken_in_or_told(exam, newcomer, everyday, "after a sync that did not know them yet"))
    return "; ".join(ended) + "."


def _newcomer(exam: Examination, like: Person) -> Person:
    """Somebody of the same user type who joins the district now."""
    role, users = like.roles[0], exam.clever.rows("users")
    school = next((user["roles"][role].get("school") for user in users if user["id"] == like.id), None)
    joins = {"type": "user.add", "role": role, "sis_id": "980001", "name": NEW_NAME, "email": "noor@example.org"}
    exam.clever.change(like.district, [joins | ({"school": school} if school else {})])
    known = {user["id"] for user in users}
    return next(
        person for person in exam.clever.people(role=role, query=NEW_NAME["last"]) if person.id not in known
    )


def _taken_in_or_told(exam: Examination, person: Person, everyday: Page, when: str) -> str:
    browser = exam.browser()
    page = log_in(exam, browser, person).page
    exam.keep(f"Where {person.name} ended, {when}", page)
    if is_signed_in(exam, home(exam, browser)):
        return f"{person.name}, {when}, has an account"
    said = " ".join(piece for piece in page.pieces if piece not in everyday.pieces)
    if page.status >= 500 or len(WORDS.findall(said)) < FEWEST_WORDS:
        raise Fail(
            f"{person.name} came {when} and ended at {page.status} {urlsplit(page.url).path}, which says "
            f"{said[:160] or 'nothing that the login page does not say every day'!r}.",
            expected="An account, or a sentence that says why there is none.",
        )
    return f"{person.name}, {when}, reads “{said[:120]}”"


@adjacent(
    "ADJ-08",
    "Everybody's roles count",
    programme="sso",
    evidence="S",
    proof=("WEB", "DATA"),
    since="all",
    needs=("GET /users",),
    says="A person with two roles has one account, and the app knows both roles.",
    why="An administrator who is also a teacher must not be demoted by logging in.",
    mend="Read all keys of `roles`; choose a default view, and do not rewrite the roles from one login.",
    source="docs/best-practices-edge-cases",
    refuted_by=(
        "ReadsRolesAsAList",
        "KeepsOneRoleOnly",
    ),
)
def all_roles_are_kept(exam: Examination) -> str:
    strangers_stay_out(exam)
    if "teacher" not in exam.app.user_types:
        raise NotApplicable("The app does not support teachers, and only employees hold two roles.")
    [person] = exam.people("teacher")
    title = {"title": "Principal", "legacy_id": person.id[::-1]}
    exam.clever.change(exam.district, [update("users", person.id, roles={"district_admin": title})])
    browser = exam.browser()
    log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login of somebody with two roles")
    mine = [user for user in exam.probe.records("users") if user.clever_id == person.id]
    if len(mine) != 1:
        raise Fail(
            f"{person.name} (teacher and district admin) has {len(mine)} accounts.", expected="One account."
        )
    kept = set(mine[0].roles)
    if not kept and not who_it_is(exam.exchanges("oauth", "identity", "data"), person):
        raise Blocked("the app never reads the record that holds the roles.", by="SSO-03")
    if not kept:
        raise NeedsReview("The probe's users carry no `roles`, so which roles the app keeps was not seen.")
    if "teacher" not in kept or len(kept) < 2:
        raise Fail(
            f"{person.name} is teacher and district admin; the app keeps {', '.join(sorted(kept))}.",
            expected="Both roles.",
        )
    return f"{person.name} has one account with the roles {', '.join(sorted(kept))}."
