"""What the Library asks of first logins: accounts on demand, the account of old, questions (LIB-02 to LIB-R08).

Teachers authorise the app for their own classes; nobody's district has connected it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from certification_suite.checks.arriving import expect_signed_in, was_told
from certification_suite.checks.guides import also_library, library, sso
from certification_suite.checks.journeys import log_in
from certification_suite.checks.login import PERSONAL
from certification_suite.checks.recognition import (
    LOG_OUT,
    home,
    identity,
    is_signed_in,
    markers,
    strangers_stay_out,
)
from certification_suite.checks.rosters import update
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Button, Form, Page
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NeedsReview, NotApplicable

MERGE = re.compile(
    r"\b(link|merge|connect|combine|have an account|existing account|older account)\b", re.IGNORECASE
)
CLASS_CODE = re.compile(r"(class|join|enrol\w*|access)[\s_-]*(code|key|pin)\b", re.IGNORECASE)
MOST_TEACHERS = 4
"""How many are tried until Clever tells the e-mail of one, which it need not."""
MOST_FIELDS = 3
"""How many things a first login may ask before somebody reaches what they came for; our own measure."""


def arrive(exam: Examination, person: Person, browser: Browser | None = None) -> tuple[Browser, Page]:
    """Log in by the Library and look at where it ended."""
    browser = browser or exam.browser()
    arrival = log_in(exam, browser, person)
    return browser, arrival.page


def a_newcomer(exam: Examination, sis_id: str, *, with_a_class: bool = True) -> Person:
    """Somebody who came to the school today, of whom no app can have heard: a teacher, if it takes those."""
    role = next((role for role in ("teacher", "student", "staff") if role in exam.app.user_types), "teacher")
    name = {"first": "Nelly", "last": f"Newcomer{sis_id[-1]}"}
    section = exam.clever.rows("sections")[0]
    change = {"type": "user.add", "role": role, "sis_id": sis_id, "name": name, "school": section["school"]}
    change |= {
        "email": f"nelly{sis_id}@example.org",
        "sections": [section["id"]] if with_a_class and role != "staff" else [],
    }
    exam.clever.change(exam.district, [change])
    found = [person for person in exam.residents() if person.name == f"{name['first']} {name['last']}"]
    if not found:
        raise CouldNotRun(f"The mock's new {role} is not among its people.")
    return found[0]


def questions(page: Page) -> list[str]:
    """The fields that a page asks people to fill in, by name, in forms that are no search and no way out."""
    forms = [form for form in page.forms if not any(LOG_OUT.search(button.text) for button in form.buttons)]
    return [name for form in forms for name in form.asked]


@library(
    "LIB-02",
    "Accounts on demand",
    evidence="A",
    proof=("WEB", "DATA"),
    since="all",
    says="A teacher of whom the app never heard authorises it and is signed in, with an account of their own; "
    "LIB-06 "
    "asks the same for students.",
    why="There is no roster and no set-up before a Library login. Whoever must ask for an account first goes "
    "away.",
    mend="Create the account in the callback, from /me and /users/{id}, for teachers and students alike.",
    refuted_by=("TurnsNewTeachersAway", "NeverReadsTheUser"),
)
def accounts_come_on_demand(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher = a_newcomer(exam, "990002")
    browser, landed = arrive(exam, teacher)
    exam.keep("Where the first login ended", landed)
    if not is_signed_in(exam, home(exam, browser)):
        raise Fail(
            f"{teacher.name} came from the Library for the first time and ended at {landed.status}: "
            f"“{landed.main[:160]}”.",
            expected="A new account, signed in.",
        )
    exam.evidence.show(*[e for e in exam.exchanges("oauth") if e.path == "/oauth/tokens"])
    if asked := [name for name in questions(landed) if PERSONAL.search(name)]:
        exam.evidence.note(f"The first page asks {', '.join(asked)}, which LIB-R04 judges.")
    return f"{teacher.name}, of whom the app had never heard, is signed in after one login."


@library(
    "LIB-06",
    "Students can use it, if it is for students",
    evidence="A",
    proof=("CFG", "WEB"),
    since="all",
    says="An app that supports students lets a student in whose teacher has authorised it.",
    why="The teacher installed it for the class. Thirty pupils in front of a refusal is a lost lesson.",
    mend="Let students of authorised teachers log in and create their accounts, or take students out of Supported "
    "User Types.",
    refuted_by=("IsForTeachersOnly", "RequiresAnEmail", "NeverReadsTheUser"),
)
def students_can_use_it(exam: Examination) -> str:
    strangers_stay_out(exam)
    if "student" not in exam.app.user_types:
        raise NotApplicable("The app is for teachers only: certification.toml names no students.")
    [teacher] = exam.people("teacher")
    log_in(exam, exam.browser(), teacher)
    [student] = exam.people("student")
    browser, landed = arrive(exam, student)
    exam.keep("Where the student's login ended", landed)
    if not is_signed_in(exam, home(exam, browser)):
        raise Fail(
            f"{student.name}'s teacher has authorised the app; {student.name} logged in and ended at "
            f"{landed.status}: “{landed.main[:160]}”.",
            expected="The student is signed in.",
        )
    return f"{student.name}, whose teacher authorised the app, is signed in at the first login."


@library(
    "LIB-08",
    "Returning people find their account",
    evidence="S",
    proof=("WEB", "DATA"),
    since="all",
    needs=("GET /users",),
    says="The second login of a Clever id opens the account of the first, also when the e-mail has changed "
    "meanwhile.",
    why="Whoever gets a new account at each login loses what they did, and is counted twice.",
    mend="Look the Clever id up first, and create an account only where no account carries it.",
    refuted_by=("MatchesByEmail",),
)
def returning_people_find_their_account(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.people("teacher", with_email=True)
    browser, _ = arrive(exam, person)
    expect_signed_in(exam, browser, person, "the first login")
    before = [user.internal_id for user in exam.probe.records("users") if user.clever_id == person.id]
    address = f"another.address@{(person.email or '').rpartition('@')[2]}"
    exam.clever.change(person.district, [update("users", person.id, email=address)])
    browser, _ = arrive(exam, replace(person, email=address))
    expect_signed_in(exam, browser, replace(person, email=address), "the second login")
    after = [user.internal_id for user in exam.probe.records("users") if user.clever_id == person.id]
    now = identity(exam, browser)
    if len(before) != 1 or (now and now[1] not in before) or after != before:
        raise Fail(
            f"{person.name}'s Clever id stood at {', '.join(before) or 'no account'} after the first login and at "
            f"{', '.join(after) or 'no account'} after the second.",
            expected="At one account, the same both times.",
        )
    return f"Two logins of {person.name}, with a new e-mail between them, opened account {before[0]}."


@library(
    "LIB-09",
    "Offers the account a teacher already has",
    evidence="S",
    proof=("WEB", "DATA"),
    since="all",
    needs=("POST /seed", "GET /users"),
    says="At the first login a teacher who has an account with the same e-mail is asked whether it is theirs, "
    "proves it "
    "and keeps it; without proof it stays closed.",
    why="Teachers used the app before it came to the Library. A second account is empty; one given away is a "
    "leak.",
    mend="At a first Library login look for a local account with the same e-mail and offer to link it, behind its "
    "old password or a mail to its address.",
    refuted_by=("OffersNoMerge", "MergesWithoutThePassword", "MatchesByEmail"),
)
def offers_the_account_of_old(exam: Examination) -> str:
    strangers_stay_out(exam)
    word = "correct horse battery staple"
    for teacher in exam.as_many("teacher", MOST_TEACHERS, with_email=True):
        seed = {"name": teacher.name, "email": teacher.email, "role": "teacher", "password": word}
        [seeded] = exam.probe.seed([seed])
        browser, page = arrive(exam, teacher)
        if was_told(exam, teacher.email or ""):
            break
    form, button = _merge_offer(exam, browser, page, teacher)
    secret = next((name for name, kind in form.kinds.items() if kind == "password"), None)
    if secret is None:
        raise NeedsReview(
            f"“{button.text}” is offered, without a password. How the teacher proves that the account is theirs "
            "was "
            "not seen.",
            next_step="Show the reviewer how the owner of an old account is recognised.",
        )
    told = browser.press(form, button, {secret: "not the password"}, until=browser.is_clever)
    exam.keep("After a wrong password for the old account", told)
    if _holder(exam, seeded) == teacher.id:
        raise Fail(
            f"A wrong password linked the account {seeded} to {teacher.name}.",
            expected="Without proof the old account stays closed: e-mail addresses are not verified.",
            cause="takeover",
        )
    again, page = arrive(exam, teacher)
    form, button = _merge_offer(exam, again, page, teacher)
    exam.keep("The offer of the old account", page)
    exam.keep("After its right password", again.press(form, button, {secret: word}, until=again.is_clever))
    later, _ = arrive(exam, teacher)
    expect_signed_in(exam, later, teacher, "a login after linking")
    if _holder(exam, seeded) != teacher.id:
        raise Fail(
            f"{teacher.name} linked the account {seeded} with its password; the Clever id stands elsewhere.",
            expected=f"It stands at {seeded}, which later logins open.",
        )
    return (
        f"{teacher.name} was offered the account {seeded}, kept out with a wrong password and let in with its own."
    )


def _merge_offer(exam: Examination, browser: Browser, page: Page, teacher: Person) -> tuple[Form, Button]:
    """The form that links an account of old: where the login ended, or one link on from home."""
    pages = [page, expect_signed_in(exam, browser, teacher, "a first login")]
    pages += [
        browser.open(link.url, until=browser.is_clever) for link in pages[-1].links if MERGE.search(link.text)
    ]
    for seen in pages:
        for form in seen.forms:
            for button in form.buttons:
                if MERGE.search(button.text):
                    return form, button
    exam.keep("Where the first login ended", page)
    raise Fail(
        f"An account with {teacher.email} was there before {teacher.name} came from the Library, and nothing "
        "offers to "
        "link it.",
        expected="A button such as “Link my account” at the first login.",
    )


def _holder(exam: Examination, internal_id: str) -> str | None:
    return next((u.clever_id for u in exam.probe.records("users") if u.internal_id == internal_id), None)


@also_library("LIB-R02", since="25")
@sso(
    "SSO-R2",
    "Asks once for what Clever does not tell",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="What the app needs and Clever does not tell, it asks at the first login and not again.",
    why="Everybody answers once. Asked at every login, thirty pupils answer every morning.",
    mend="Ask at the first login, keep that you asked, and go straight to the content from then on.",
    refuted_by=("AsksAtEveryLogin", "AsksNothingAtFirstLogin"),
)
def asks_once(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher = a_newcomer(exam, "990003")
    first_time, again, third = [_asked(exam, teacher) for _ in range(3)]
    if missing := [name for name in exam.app.asks if name not in first_time]:
        raise Fail(
            f"certification.toml says the first login asks {', '.join(missing)}; it asks "
            f"{', '.join(first_time) or 'nothing'}.",
            expected="A question at the first login.",
        )
    own = [name for name in exam.app.asks if name in again]
    if own or len(again) > len(third):
        raise Fail(f"The second login asks again: {', '.join(own or again)}.", expected="Asked once.")
    once = [name for name in first_time if name not in again]
    return (
        f"The first login asks {', '.join(once)}, the second does not." if once else "Nothing is asked at a login."
    )


def _asked(exam: Examination, person: Person) -> list[str]:
    browser, page = arrive(exam, person)
    exam.keep(f"Where a login of {person.name} ended", page)
    return list(dict.fromkeys([*questions(page), *questions(expect_signed_in(exam, browser, person, "a login"))]))


@library(
    "LIB-R04",
    "A short way to the content",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="all",
    says=f"A first login asks at most {MOST_FIELDS} things, and none that Clever tells: name, e-mail, role.",
    why="Each field before the first page costs users, and the answers are there.",
    mend="Fill in what Clever tells, ask the rest later, and open the content at once.",
    refuted_by=("AsksWhatCleverTold",),
)
def the_way_in_is_short(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher = a_newcomer(exam, "990004")
    first_time, again = _asked(exam, teacher), _asked(exam, teacher)
    onboarding = list(dict.fromkeys(name for name in first_time if name not in again))
    told = [name for name in first_time if PERSONAL.search(name)]
    if told:
        raise Fail(f"The first login asks {', '.join(dict.fromkeys(told))}.", expected="Clever has told that.")
    if len(onboarding) > MOST_FIELDS:
        raise Fail(
            f"The first login asks {len(onboarding)} things: {', '.join(onboarding)}.",
            expected=f"At most {MOST_FIELDS}.",
        )
    return f"The first login asks {', '.join(onboarding) or 'nothing'}, and nothing that Clever tells."


@library(
    "LIB-R08",
    "No class codes",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="2.1",
    says="A student who comes by the Library is in the teacher's class; no page asks a class code.",
    why="Clever tells who is in which class. A typed code is another way to be in the wrong one.",
    mend="Tie students to classes from the teacher's sections.",
    refuted_by=("AsksForAClassCode",),
)
def nobody_types_a_class_code(exam: Examination) -> str:
    strangers_stay_out(exam)
    if "student" not in exam.app.user_types:
        raise NotApplicable("The app is for teachers only: certification.toml names no students.")
    [student] = exam.people("student")
    browser, landed = arrive(exam, student)
    page = home(exam, browser)
    if not is_signed_in(exam, page):
        raise Blocked("no student gets in.", by="LIB-06")
    for seen in (landed, page):
        exam.keep(f"What {student.name} sees", seen)
        for form in seen.forms:
            asked = next((name for name in form.asked if CLASS_CODE.search(name)), None)
            if asked:
                raise Fail(f"{student.name} is asked for “{asked}”.", expected="Clever tells the classes.")
    named = "shows whose it is" if markers(page, student) else "opens"
    return f"{student.name}'s page {named} without a class code."
