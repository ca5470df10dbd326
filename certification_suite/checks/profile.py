"""What the app makes of a person's record: name and e-mail, and records that lack things (SSO-R3, ADJ-06)."""

from __future__ import annotations

from certification_suite.checks.arriving import expect_signed_in, was_told
from certification_suite.checks.guides import adjacent, sso
from certification_suite.checks.journeys import log_in
from certification_suite.checks.recognition import home, is_signed_in, strangers_stay_out
from certification_suite.checks.rosters import update
from certification_suite.drivers.page import plain
from certification_suite.examination import Examination
from certification_suite.verdicts import Fail


@sso(
    "SSO-R3",
    "Name and e-mail come from Clever",
    level="recommended",
    evidence="S",
    proof=("WEB", "DATA"),
    since="all",
    needs=("GET /users",),
    says="The account that a login creates holds the name and the e-mail that Clever tells.",
    why="Typed names and addresses have typing errors, and nobody corrects them when the school does.",
    mend="Fill name and e-mail from /users/{id} at every login.",
    refuted_by=("DropsTheEmail", "NeverReadsTheUser"),
)
def name_and_email_come_from_clever(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone(with_email=True)
    browser = exam.browser()
    log_in(exam, browser, person)
    exam.keep(f"The home page of {person.name}", expect_signed_in(exam, browser, person, "a login"))
    mine = [user for user in exam.probe.records("users") if user.clever_id == person.id]
    if not mine:
        raise Fail(
            f"No account carries {person.name}'s Clever id {person.id}.", expected="The account just opened."
        )
    [account] = mine[:1]
    email = person.email or ""
    wanted, kept = (person.name, email if was_told(exam, email) else account.email), (account.name, account.email)
    exam.evidence.show(*[e for e in exam.exchanges("identity", "data") if e.status == 200])
    for what, told, held in zip(("name", "e-mail"), wanted, kept, strict=True):
        if plain(told).casefold() != plain(held).casefold():
            raise Fail(
                f"Clever tells the {what} {told!r}; the account holds {held!r}.", expected=f"The {what} as told."
            )
    return f"The account of {person.name} holds the name and {wanted[1] or 'no e-mail'}, as Clever tells them."


@adjacent(
    "ADJ-06",
    "Nobody is turned away for missing data",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="A person whose record has no e-mail, no number and no grade logs in like everybody else.",
    why="Most of the youngest pupils have no e-mail, and a district need not send the rest.",
    mend="Let the Clever id be all that an account needs.",
    source="docs/il-design",
    refuted_by=("RequiresAnEmail",),
)
def missing_data_turns_nobody_away(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone(with_email=True, first="student")
    log_in(exam, exam.browser(), person)
    exam.probe.reset()
    role = person.roles[0]
    bare = {"email": None, "roles": {role: SPARSE.get(role, {})}}
    exam.clever.change(person.district, [update("users", person.id, **bare)])
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    exam.keep("Where the login ended", arrival.page)
    if not is_signed_in(exam, home(exam, browser)):
        raise Fail(
            f"{person.name}'s record lacks e-mail and all else that a district need not send, and the login ended "
            "at "
            f"{arrival.page.status}: “{arrival.page.main[:160]}”.",
            expected=f"{person.name} is signed in.",
        )
    return f"{person.name}, without e-mail, number and grade, is signed in."


SPARSE = {
    "student": {"student_number": None, "grade": None, "dob": None, "gender": None},
    "teacher": {"teacher_number": None, "title": None},
}
"""What a district need not send of a role, and what is therefore taken away."""
