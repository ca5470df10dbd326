"""The shared-device laboratory: one browser, two people (SSO-R5, ADJ-23 to ADJ-26).

A and B share a device, one after the other, in two tabs, by every way in. The leak detector reads every page that
B is offered and looks for A: name, addresses and ids. What B sees on a device that A never touched is no leak.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.entrances import Way, ways
from certification_suite.checks.guides import adjacent, also_library, sso
from certification_suite.checks.journeys import (
    Arrival,
    at_clever,
    authorize_url,
    begin_on_screen,
    deliver,
    exchanged,
    finish_on_screen,
    log_in,
)
from certification_suite.checks.recognition import (
    LOG_OUT,
    home,
    identity,
    is_signed_in,
    log_out_control,
    markers,
    strangers_stay_out,
    ways_in,
)
from certification_suite.drivers.browser import Browser, origin
from certification_suite.drivers.chromium import Device
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Form, Page
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NeedsReview, NoBrowser, NotApplicable

MOST_PAGES = 12
SHORTEST_ID = 8
GUIDELINES = "docs/il-security"

lab = adjacent


@also_library(
    "LIB-R13",
    since="25",
    says="Somebody is signed in to the app; a new login from Clever, by the button or from the Library, opens the "
    "newcomer's account at once.",
)
@sso(
    "SSO-R5",
    "A new Clever login overrides the open session",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="Somebody is signed in to the app; a new login from Clever, by the button, the portal or a login link, "
    "opens "
    "the newcomer's account at once.",
    why="The pupil before left the app open. The next one starts it from Clever and must not see that account.",
    mend="At the callback never look whether somebody is signed in: finish the login that arrives, and replace "
    "the session.",
    refuted_by=("KeepsTheFirstPersonSignedIn", "ResumesTheOpenSessionAtALaunch"),
)
def a_new_login_overrides(exam: Examination) -> str:
    strangers_stay_out(exam)
    one, other = exam.anyone(2)
    unclear = []
    for way, go in ways(exam).items():
        _expect_a_way_in(exam, other, way, go)
        device = exam.browser()
        log_in(exam, device, one)
        expect_signed_in(exam, device, one, "a login")
        go(exam, device, other)
        page = home(exam, device)
        who = whose(exam, device, page, one, other)
        exam.keep(f"After {other.name} came by {way}, where {one.name} was signed in", page)
        if who is one or not is_signed_in(exam, page):
            raise Fail(
                f"{one.name} was signed in; {other.name} came by {way}, and "
                + (f"{one.name}'s account stayed open." if who is one else "nobody is signed in."),
                expected=f"{other.name} is signed in.",
                cause="account left open" if who is one else "nobody signed in",
            )
        if who is None:
            unclear.append(way)
    if unclear:
        raise NeedsReview(
            f"The home page does not tell who is signed in after a second login by {', '.join(unclear)}.",
            next_step="Log in as two people on one device and look, or offer GET /whoami in the probe.",
        )
    return f"{other.name} replaced {one.name} by {', by '.join(ways(exam))}."


def _expect_a_way_in(exam: Examination, person: Person, way: str, go: Way) -> None:
    """Where nobody can come in this way, even on a device of their own, replacing somebody is not the trouble."""
    device = exam.browser()
    go(exam, device, person)
    if not is_signed_in(exam, home(exam, device)):
        raise Blocked(f"nobody comes in by {way}.", by=exam.called("SSO-08"))


def whose(exam: Examination, browser: Browser, page: Page, *people: Person) -> Person | None:
    """Whose account is open here: by the probe, else by the only one of these people that the page names."""
    told = identity(exam, browser)
    if told and told[0]:
        return next((person for person in people if person.id == told[0]), None)
    named = [person for person in people if markers(page, person)]
    return named[0] if len(named) == 1 else None


@dataclass
class Pages:
    """What one person was offered on one device: every page within reach, as words and as source."""

    seen: dict[str, Page] = field(default_factory=dict)

    def naming(self, person: Person, ids: tuple[str, ...]) -> dict[str, str]:
        """Address → the mark of this person that stands there."""
        found = {}
        for path, page in self.seen.items():
            marks = [*markers(page, person), *(id_ for id_ in ids if id_ in page.source)]
            if marks:
                found[path] = marks[0]
        return found


def within_reach(exam: Examination, browser: Browser) -> Pages:
    """The home page and up to a dozen pages of the app that it leads to; nothing is sent or ended."""
    start = home(exam, browser)
    pages, ahead = Pages({start.url: start}), [start]
    own = {origin(url) for url in exam.app.addresses}
    while ahead:
        page = ahead.pop(0)
        for link in page.links:
            url = link.url.partition("#")[0]
            leaves = origin(url) not in own or LOG_OUT.search(f"{link.text} {url}") or link in ways_in(page)
            if leaves or url in pages.seen or len(pages.seen) >= MOST_PAGES:
                continue
            pages.seen[url] = browser.open(url, until=browser.is_clever)
            ahead.append(pages.seen[url])
    return pages


def ids_of(exam: Examination, browser: Browser, person: Person) -> tuple[str, ...]:
    """The ids that stand for this person and nothing else: Clever's, and the app's own where it is long enough."""
    told = identity(exam, browser)
    own = told[1] if told else None
    return (person.id, own) if own and len(own) >= SHORTEST_ID else (person.id,)


@lab(
    "ADJ-23",
    "Nothing of the last person stays",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="After B logged in where A was signed in, no page that B can reach shows A's name, address or ids, "
    "beyond "
    "what B sees on a device of their own.",
    why="A page kept for the device, and not for the person, shows a child another child's name, classes or "
    "marks.",
    mend="Keep nothing about people outside their session: no page cache shared by accounts, no “last user” in a "
    "cookie, no names in local storage.",
    source=GUIDELINES,
    refuted_by=("RemembersTheLastPerson", "KeepsTheFirstPersonSignedIn"),
)
def nothing_of_the_last_person_stays(exam: Examination) -> str:
    strangers_stay_out(exam)
    one, other = exam.anyone(2, first="student")
    alone = exam.browser()
    log_in(exam, alone, other)
    expect_signed_in(exam, alone, other, "a login")
    before = within_reach(exam, alone)
    device = exam.browser()
    log_in(exam, device, one)
    signed_in = expect_signed_in(exam, device, one, "a login")
    ids = ids_of(exam, device, one)
    if not within_reach(exam, device).naming(one, ids):
        exam.keep(f"The home page of {one.name}", signed_in)
        raise Blocked(
            f"no page of {one.name}'s own shows name, address or id, so no leak could.", by=exam.called("SSO-05")
        )
    log_in(exam, device, other)
    after = within_reach(exam, device)
    usual = before.naming(one, ids)
    leaks = {path: mark for path, mark in after.naming(one, ids).items() if path not in usual}
    if leaks:
        path = next(iter(leaks))
        exam.keep(f"What {other.name} sees where {one.name} was before", after.seen[path])
        raise Fail(
            f"{other.name} logged in where {one.name} had been, and {len(leaks)} of {len(after.seen)} pages show "
            f"“{leaks[path]}”: {', '.join(url.removeprefix(exam.app.base_url) for url in leaks)}.",
            expected=f"Nothing of {one.name}: on a device of their own {other.name} does not see it.",
            cause="something left behind",
        )
    exam.keep(f"What {other.name} sees where {one.name} was before", home(exam, device))
    return f"{len(after.seen)} pages within {other.name}'s reach show nothing of {one.name}, who was there before."


@lab(
    "ADJ-24",
    "The Back button shows nothing of the last person",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    browser=True,
    says="After A logged out, and after B logged in, neither the Back button nor A's tab, loaded again, shows "
    "anything "
    "of A.",
    why="A browser keeps the pages it showed. The next pupil presses Back and reads the pages of the one before.",
    mend="Send Cache-Control: no-store with every page of somebody who is signed in.",
    source=GUIDELINES,
    refuted_by=("LetsBrowsersKeepPages",),
)
def back_shows_nothing(exam: Examination) -> str:
    device = exam.device()
    strangers_stay_out(exam)
    one, other = exam.anyone(2, first="student")
    shared = exam.browser()
    page = _at_home(exam, device, shared, one)
    exam.picture(f"{one.name}, signed in", device)
    if not markers(page, one):
        raise Blocked(f"the page of {one.name} names nobody.", by=exam.called("SSO-05"))
    control = log_out_control(page)
    if control is None:
        raise Blocked(f"{exam.app.home_page} has no way to log out.", by="SSO-10")
    buttons = control.buttons if isinstance(control, Form) else []
    left = device.press(control, next((b for b in buttons if LOG_OUT.search(b.text)), None))
    if device.is_clever(left.url):
        raise Blocked("logging out leads to Clever.", by="SSO-10")
    _expect_nobody(exam, device, device.back(), one, "logged out, and somebody pressed Back")
    _at_home(exam, device, shared, one)
    device.tab()
    if markers(_at_home(exam, device, shared, other), one):
        raise Blocked(f"{other.name} logged in, and {one.name}'s account stayed open.", by="SSO-02")
    device.turn_to(0)
    _expect_nobody(exam, device, device.reload(), one, f"was replaced by {other.name} in another tab")
    exam.picture(f"{one.name}'s tab, loaded again after {other.name} logged in in another", device)
    return f"Neither Back after logging out nor {one.name}'s old tab shows anything of {one.name}."


def _at_home(exam: Examination, device: Device, shared: Browser, person: Person) -> Page:
    """Log in, and go on in the real browser at the home page, with the same cookies."""
    log_in(exam, shared, person)
    expect_signed_in(exam, shared, person, "a login")
    device.take_over(shared.cookies(), exam.app.base_url)
    return device.open(exam.app.url(exam.app.home_page))


def _expect_nobody(exam: Examination, device: Device, page: Page, one: Person, what: str) -> None:
    if found := markers(page, one):
        exam.picture(f"After {one.name} {what}", device)
        raise Fail(
            f"{one.name} {what}: the screen shows “{found[0]}” at {urlsplit(page.url).path}.",
            expected=f"Nothing of {one.name}: the page is asked for anew.",
            cause="page shown again",
        )


@lab(
    "ADJ-25",
    "Two logins in two tabs",
    programme="sso",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="Two people begin logins in two tabs of one browser. Whoever finishes first is signed in; the other is "
    "signed "
    "in too, or reads why not and can try again. Nobody ends in the other's account.",
    why="A tab of the pupil before is still open at Clever. One `state` for the whole browser makes it an error.",
    mend="Keep the `state` of every login that was begun and not finished, and forget each when it is used.",
    source=GUIDELINES,
    refuted_by=("KnowsOneStateOnly",),
)
def two_tabs_do_not_mix(exam: Examination) -> str:
    strangers_stay_out(exam)
    one, other = exam.anyone(2)
    _one_login_works(exam, one)
    browser = exam.browser()
    first_tab, second_tab = authorize_url(exam, browser), authorize_url(exam, browser)
    arrival, who = _finish(exam, browser, first_tab, one, other)
    if who is not one:
        raise Fail(
            f"Logins were begun in two tabs. {one.name} finished the one begun first and ended at "
            f"{arrival.page.status}: “{arrival.page.main[:120]}”.",
            expected=f"{one.name} is signed in: a login begun in another tab changes nothing.",
        )
    arrival, who = _finish(exam, browser, second_tab, other, one)
    _two_tabs_on_screen(exam, one, other)
    if who is other:
        return f"{one.name} in the first tab, then {other.name} in the second: each finished their own login."
    if not _says_why(exam, arrival.page):
        raise Fail(
            f"{one.name} finished a login in the first tab. {other.name} finished the one in the second and ended "
            "at "
            f"{arrival.page.status}: “{arrival.page.main[:120]}”.",
            expected=f"{other.name} is signed in, or reads why not and can try again.",
        )
    return f"{one.name} finished in the first tab; in the second {other.name} was told to begin again."


def _says_why(exam: Examination, page: Page) -> bool:
    """Whether a login ended at a page that is nobody's home and offers to begin again."""
    at_home = urlsplit(page.url).path == urlsplit(exam.app.url(exam.app.home_page)).path
    return not at_home and bool(ways_in(page))


def _two_tabs_on_screen(exam: Examination, one: Person, other: Person) -> None:
    """Where there is a real browser: the same once more in two of its tabs, with Clever's page open in both."""
    try:
        device = exam.device()
    except NoBrowser as none:
        exam.evidence.note(f"Read, and not looked at on a screen. {none.observed}")
        return
    begun = [begin_on_screen(exam, device)]
    device.tab()
    begun.append(begin_on_screen(exam, device))
    for number, (person, page) in enumerate(zip((one, other), begun, strict=True)):
        if page is None:
            exam.evidence.note("On a screen no login could be begun, so two tabs were not looked at there.")
            return
        device.turn_to(number)
        landed = finish_on_screen(device, page, person)
        exam.picture(f"{person.name}'s tab, after the login in it", device)
        shown = device.open(exam.app.url(exam.app.home_page))
        if is_signed_in(exam, shown) and not any(markers(shown, each) for each in (one, other)):
            exam.evidence.note("The home page names nobody, so whose it is in each tab was not seen on a screen.")
            return
        told_why = person is other and _says_why(exam, landed)
        if not (markers(shown, person) or told_why):
            exam.picture(f"The home page in {person.name}'s tab", device)
            raise Fail(
                f"In a browser {person.name} finished a login in tab {number + 1} of two and ended at "
                f"{urlsplit(landed.url).path}: “{landed.main[:120]}”.",
                expected=f"{person.name} is signed in, or reads why not and can try again.",
            )


def _finish(
    exam: Examination, browser: Browser, started: str, person: Person, other: Person
) -> tuple[Arrival, Person | None]:
    """Finish a login begun in some tab; where it ended, and whose account is open then."""
    browser.leave_clever()
    since = exam.clever.mark()
    arrival = deliver(exam, browser, at_clever(browser, started, person), person, since=since)
    exam.keep(f"Where {person.name}'s login ended", arrival.page)
    page = home(exam, browser)
    who = whose(exam, browser, page, person, other) if is_signed_in(exam, page) else None
    if who is None and is_signed_in(exam, page):
        raise NeedsReview(
            "The home page does not tell whose account is open.",
            next_step="Log in as two people in two tabs and look, or offer GET /whoami in the probe.",
        )
    return arrival, who


def _one_login_works(exam: Examination, person: Person) -> None:
    """Show that one login in one tab works, and that the app begins logins itself."""
    browser = exam.browser()
    arrival: Arrival = log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login in one tab")
    if arrival.started_by_app is None:
        raise NotApplicable("The app starts no login of its own: it has no login button.")


@lab(
    "ADJ-26",
    "A used callback opens nobody's account",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="A's finished callback, opened again where B is signed in or on another device, exchanges nothing and "
    "opens "
    "nothing of A's.",
    why="The address with the code stays in the history. The next pupil presses Back until it loads again.",
    mend="Remember used codes only to refuse them. Never keep which account a code opened, to open it again.",
    source=GUIDELINES,
    refuted_by=("ReopensAFinishedLogin",),
)
def a_used_callback_opens_nothing(exam: Examination) -> str:
    strangers_stay_out(exam)
    one, other = exam.anyone(2)
    device = exam.browser()
    arrival = log_in(exam, device, one)
    expect_signed_in(exam, device, one, "a login")
    used = exchanged(exam.exchanges("oauth"), arrival.code)
    log_in(exam, device, other)
    if whose(exam, device, home(exam, device), one, other) is one:
        raise Blocked(f"{other.name} logged in, and {one.name}'s account stayed open.", by="SSO-02")
    for where, browser in ((f"where {other.name} is signed in", device), ("on another device", exam.browser())):
        page = browser.open(arrival.callback, until=browser.is_clever)
        shown = home(exam, browser)
        again = exchanged(exam.exchanges("oauth"), arrival.code)[len(used) :]
        exam.keep(f"{one.name}'s callback, opened again {where}", page)
        if is_signed_in(exam, shown) and whose(exam, browser, shown, one, other) is one:
            exam.evidence.show(*again)
            raise Fail(
                f"{one.name}'s used callback, opened again {where}, opened {one.name}'s account.",
                expected="It opens nothing: whoever is signed in stays, or is asked to log in.",
                cause="callback replayed",
            )
    exam.evidence.show(*used)
    return f"{one.name}'s used callback opened nothing, neither where {other.name} was signed in nor elsewhere."
