"""Coming from the LMS itself, by LTI 1.3 (LMS-05, T-LMS-07)."""

from __future__ import annotations

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import also_tested, lms
from certification_suite.checks.journeys import deliver
from certification_suite.checks.recognition import identity, markers, strangers_stay_out
from certification_suite.checks.rooms import LTI, through_the_gate
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.coursework import NAMES, Gradebook
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NeedsReview, NotApplicable


@also_tested(
    "T-LMS-07",
    level="recommended",
    says="The app's link in the left navigation of Canvas and Schoology signs people in without another login, "
    "teachers and students.",
    source="docs/lti-13-sso-setup-and-end-user-behavior",
)
@lms(
    "LMS-05",
    "Opens from the LMS by LTI 1.3",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="26b",
    says="A launch from Canvas or Schoology comes to the app as a login from Clever, without `state`, and ends "
    "signed in as the right person.",
    why="Pupils start in their LMS. In Schoology grades can be sent only of those who came this way.",
    mend="Serve Clever's own launches (SSO-08): the LTI part is Clever's.",
    refuted_by=("InsistsOnState", "RestartsForEver"),
)
def an_lti_launch_signs_in(exam: Examination) -> str:
    systems = [one for one in exam.app.lms if one in LTI]
    roles = [role for role in ("teacher", "student") if role in exam.app.user_types]
    if not systems or not roles:
        raise NotApplicable("The app supports no LMS with LTI launches, or neither teachers nor students.")
    strangers_stay_out(exam)
    through_the_gate(exam)
    book = Gradebook(exam.clever, exam.connection.district)
    people = [exam.people(role, with_email=True)[0] for role in roles]
    for one in systems:
        book.join(one)
        for person in people:
            browser, since = exam.browser(), exam.clever.mark()
            callback = book.launch(person.id, client_id=exam.client_id)
            try:
                deliver(exam, browser, callback, person, since=since)
            except Fail as fail:
                raise Blocked(f"no login reaches the app. {fail.observed}", by="SSO-01") from fail
            page = expect_signed_in(exam, browser, person, f"a launch from {NAMES[one]}")
            exam.keep(f"{person.name}, from {NAMES[one]}", page)
            _expect_the_right_one(exam, browser, page, person)
    came = " and ".join(person.name for person in people)
    return f"{came} came from {' and '.join(NAMES[one] for one in systems)}, and each is signed in."


def _expect_the_right_one(exam: Examination, browser: Browser, page: Page, person: Person) -> None:
    told = identity(exam, browser)
    if told and told[0] != person.id:
        raise Fail(f"{person.name} came by LTI, and {told[0]} is signed in.", expected=f"{person.id}.")
    if not told and not markers(page, person):
        raise NeedsReview(f"Somebody is signed in; nothing on the page says that it is {person.name}.")
