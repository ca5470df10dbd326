"""Whose account is open, and for how long: the shared device (SSO-02, SSO-05, SSO-10, SSO-R4, ADJ-05)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import adjacent, also_library, sso
from certification_suite.checks.journeys import log_in, token_requests
from certification_suite.checks.recognition import (
    home,
    identity,
    is_signed_in,
    log_out_control,
    markers,
    press_log_out,
    strangers_stay_out,
    ways_in,
)
from certification_suite.checks.rosters import update
from certification_suite.describing.keys import LOGOUT
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NeedsReview

REPLAY = (
    "If this is a signed-cookie session: keep an id on the server and end it there, or rotate what the cookie is "
    "signed with, so that a copy opens nothing."
)


@sso(
    "SSO-02",
    "A shared device belongs to whoever logged in last",
    evidence="A",
    proof=("WEB", "LOG"),
    since="25",
    says="A new login replaces the session that was open on the same device; a session that was replaced, or that "
    "somebody logged out of, is over on the server too.",
    why="Pupils share devices. Whoever finds the last pupil's account open works in it, or overwrites it.",
    mend="At every callback end the old session before you open the new one, and never attach the new "
    "Clever id to the account that happened to be signed in. Keep the session on the server and end it there.",
    refuted_by=("KeepsTheFirstPersonSignedIn", "LeavesOldSessionsAlive", "LogsOutInNameOnly"),
)
def the_next_person_replaces_the_last(exam: Examination) -> str:
    strangers_stay_out(exam)
    one, other = exam.anyone(2)
    shared = exam.browser()
    log_in(exam, shared, one)
    page = expect_signed_in(exam, shared, one, "a login")
    before, marks_before, thief = identity(exam, shared), markers(page, one), shared.stolen()
    expect_signed_in(exam, thief, one, "copying the cookies to another device, while the session lives,")
    log_in(exam, shared, other)
    page = expect_signed_in(exam, shared, other, "a login on the same device")
    exam.keep(f"The shared device after {other.name} logged in", page)
    after, now = identity(exam, shared), markers(page, other)
    exam.evidence.show(*token_requests(exam.exchanges()))
    still = [mark for mark in markers(page, one) if mark not in now]
    stayed = before and after and (before[1] == after[1] or after[0] == one.id)
    if stayed or (still and not now):
        raise Fail(
            f"{other.name} logged in where {one.name} was signed in, and the account stayed {one.name}'s.",
            expected=f"Only {other.name} is signed in.",
            cause="account left open",
        )
    _expect_the_old_session_to_be_over(exam, thief, one, other)
    _expect_a_log_out_to_end_the_session(exam, shared, page, other)
    if before and after and after[0] == other.id:
        return f"{other.name} replaced {one.name} on the same device, and the old session is over."
    if not (marks_before and now) or still:
        raise NeedsReview(
            f"The home page does not tell clearly who is signed in ({one.name} or {other.name}).",
            next_step="Log in as two people on one device and look, or offer GET /whoami in the probe.",
        )
    return f"The page said {marks_before[0]!r}, after the second login {now[0]!r}, and the old session is over."


def _expect_the_old_session_to_be_over(exam: Examination, thief: Browser, one: Person, other: Person) -> None:
    page = home(exam, thief)
    whose = identity(exam, thief)
    if is_signed_in(exam, page) and (whose is None or whose[0] != other.id) and not markers(page, other):
        exam.keep(f"With {one.name}'s old cookie, after {other.name} logged in", page)
        raise Fail(
            f"After {other.name} logged in, the cookie that {one.name} had before still opens the account.",
            expected="The old session ends on the server, not only in the browser (docs/il-security).",
            cause="old session alive after a login",
        )


def _expect_a_log_out_to_end_the_session(exam: Examination, browser: Browser, page: Page, person: Person) -> None:
    """Bring the cookie back after a log-out; that there is a way out which works here is SSO-10's to say."""
    thief = browser.stolen()
    if _log_out(exam, browser, page) is None or is_signed_in(exam, home(exam, browser)):
        exam.evidence.note("The app offers no log-out that works, so whether one ends the session was not seen.")
        return
    opened = home(exam, thief)
    if is_signed_in(exam, opened):
        exam.keep(f"With the cookie from before {person.name} logged out", opened)
        raise Fail(
            f"After {person.name} logged out, the cookie from before still opens the account.",
            expected="Logging out ends the session on the server, not only in the browser (docs/il-security).",
            next_step=REPLAY,
            cause="old session alive after a log-out",
        )


@also_library("LIB-15", since="25", but=("TurnsStaffAway", "NeverReadsTheUser"))
@sso(
    "SSO-05",
    "The page says whose account is open",
    evidence="A",
    proof=("WEB",),
    since="2.0",
    says="After login the person's name, user name or e-mail address stands on the page, for every supported "
    "user type.",
    why="A child who cannot see that this is somebody else's account will work in it.",
    mend="Show the name that Clever gives in the header of every signed-in page.",
    refuted_by=("DoesNotSayWhoIsSignedIn", "NeverReadsTheUser", "TurnsStaffAway"),
)
def says_who_is_signed_in(exam: Examination) -> str:
    strangers_stay_out(exam)
    seen: list[tuple[Person, Page]] = []
    roles = [role for role in exam.app.user_types if exam.has(role)]
    for role in roles:
        [person] = exam.people(role)
        browser = exam.browser()
        log_in(exam, browser, person)
        seen.append((person, expect_signed_in(exam, browser, person, f"a {role}'s login")))
    exam.evidence.show(*[e for e in exam.exchanges("identity") if e.status == 200])
    for person, page in seen:
        exam.keep(f"{exam.app.home_page} as {person.name}", page)
    unnamed = [(person, page) for person, page in seen if not markers(page, person)]
    if unnamed:
        person, page = unnamed[0]
        raise Fail(
            f"The home page of {person.name} ({person.roles[0]}) shows neither name, user name nor e-mail: "
            f"“{page.text[:200]}”.",
            expected=f"“{person.name}” on the page.",
        )
    for person, _ in seen:
        if len(seen) > 1 and all(markers(page, person) for _, page in seen):
            raise NeedsReview(
                f"{person.name} stands on everybody's page, so the name does not tell whose account is open."
            )
    if len(roles) < len(exam.app.user_types):
        raise NeedsReview(
            f"Right for {', '.join(roles)}; the mock's district has nobody of type "
            f"{', '.join(role for role in exam.app.user_types if role not in roles)}.",
            next_step="Run against `mock-clever serve --preset sandbox`.",
        )
    return "Each page names its person: " + ", ".join(f"{p.name} ({p.roles[0]})" for p, _ in seen) + "."


@also_library("LIB-16", since="25")
@sso(
    "SSO-10",
    "A log-out button that works",
    evidence="A",
    proof=("WEB", "LOG"),
    since="2.0",
    says="The app has its own way to log out; afterwards its pages are closed, and the person is still "
    "logged in to Clever.",
    why="On a shared device logging out is the only protection. Logging out of Clever as well would end "
    "every other app.",
    mend="Put a log-out button on every signed-in page; end the session; show your own login page.",
    refuted_by=("HasNoLogOut", "LogsOutOfCleverToo"),
)
def logging_out_closes_the_door(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    log_in(exam, browser, person)
    page = expect_signed_in(exam, browser, person, "a login")
    exam.keep(f"{person.name}, signed in", page)
    thief, since = browser.stolen(), exam.clever.mark()
    landed = _log_out(exam, browser, page)
    if landed is None:
        raise Fail(
            f"{exam.app.home_page} has no control whose words or address say log out or sign out.",
            expected="A log-out button or link on the signed-in page.",
            cause="no log-out",
        )
    exam.keep("After logging out", landed)
    _expect_clever_to_be_left_alone(exam, browser, landed, since)
    if is_signed_in(exam, home(exam, browser)):
        raise Fail(
            f"After logging out {exam.app.home_page} still opens.",
            expected="The page is closed.",
            cause="session not ended",
        )
    if is_signed_in(exam, home(exam, thief)):
        exam.evidence.note(
            f"A copy of the cookie from before still opens the account, which SSO-02 judges. {REPLAY}"
        )
    return (
        f"A log-out control stands on {exam.app.home_page}; after it the page is closed and Clever was "
        "not asked to log out."
    )


def _expect_clever_to_be_left_alone(exam: Examination, browser: Browser, landed: Page, since: int) -> None:
    """No log-out at Clever, whether the browser is sent there or the app's server asks."""
    sent = landed.location and "/logout" in urlsplit(landed.location).path and browser.is_clever(landed.location)
    if sent or any(e.path == "/logout" for e in exam.exchanges(since=since)):
        raise Fail(
            "Logging out of the app also logs the person out of Clever.", expected="The session at Clever stays."
        )


@adjacent(
    "ADJ-05",
    "Nobody is logged out of Clever",
    programme="sso",
    evidence="A",
    proof=("LOG", "WEB"),
    since="all",
    says="Logging out ends the app's own session and asks Clever for nothing; then the app shows its login page.",
    why="Clever has no log-out for one app: asking for one ends the lesson in every other app on the device.",
    mend="After your own session is over send the browser to your own login page, or close the window.",
    source="docs/il-design",
    refuted_by=("LogsOutOfCleverToo",),
)
def logging_out_leaves_clever_alone(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    log_in(exam, browser, person)
    page = expect_signed_in(exam, browser, person, "a login")
    since = exam.clever.mark()
    landed = _log_out(exam, browser, page)
    if landed is None:
        raise Blocked("the app offers no way to log out.", by=exam.called("SSO-10"))
    exam.keep("After logging out", landed)
    _expect_clever_to_be_left_alone(exam, browser, landed, since)
    if landed.status >= 400:
        raise Fail(
            f"Logging out ends at {landed.status} {urlsplit(landed.url).path}: “{landed.text[:160]}”.",
            expected="The app's own login page.",
        )
    at_the_door = urlsplit(landed.url).path == urlsplit(exam.app.url(exam.app.login_page)).path
    if not (ways_in(landed) or at_the_door):
        raise NeedsReview(
            f"Clever was asked for nothing; {urlsplit(landed.url).path}, where logging out ends, shows no way to "
            "log in.",
            next_step="Show the reviewer that the window closes, or lead to your login page.",
        )
    return f"Logging out asked Clever for nothing and ended at {urlsplit(landed.url).path}, where people log in."


def _log_out(exam: Examination, browser: Browser, page: Page) -> Page | None:
    """Press the log-out control of this page, or use what certification.toml names; None without either."""
    configured = LOGOUT.fullmatch(exam.app.logout)
    control = log_out_control(page)
    if control is not None:
        return press_log_out(browser, control)
    if configured is None:
        return None
    exam.evidence.note(
        f"No log-out control found on {exam.app.home_page}; used {exam.app.logout} from certification.toml."
    )
    return browser.call(configured["method"], exam.app.url(configured["path"]))


@also_library("LIB-R12", since="2.1")
@sso(
    "SSO-R4",
    "Names in any script",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="Names with ñ, é, apostrophes and characters of any script appear as the school writes them.",
    why="A name shown wrong tells a child that the app is not meant for them.",
    mend="Keep text as UTF-8 from Clever's answer to the page.",
    refuted_by=("GarblesNames",),
)
def names_stay_whole(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    log_in(exam, browser, person)
    if not markers(expect_signed_in(exam, browser, person, "a login"), person):
        raise Blocked("the home page shows no name at all.", by=exam.called("SSO-05"))
    name = {"first": "Zoë-Ñusta", "last": "D'Œuvré 李"}
    exam.clever.change(exam.district, [update("users", person.id, name=name)])
    renamed = replace(person, name=f"{name['first']} {name['last']}", email=None, username="")
    exam.probe.reset()
    browser = exam.browser()
    log_in(exam, browser, renamed)
    page = expect_signed_in(exam, browser, renamed, "a login")
    exam.keep(f"The home page of {renamed.name}", page)
    if not markers(page, renamed):
        raise Fail(f"{renamed.name} is shown as “{page.text[:160]}”.", expected=f"“{renamed.name}” on the page.")
    return f"“{renamed.name}” stands on the page, letter by letter."
