"""The doors: the button, every user type, every way in, what a launch costs.

(SSO-R1, SSO-C2, SSO-C5, SSO-O1, ADJ-03, ADJ-07, ADJ-17)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from certification_suite.checks.arriving import expect_an_open_door, expect_signed_in
from certification_suite.checks.guides import adjacent, also_library, sso
from certification_suite.checks.journeys import (
    Arrival,
    exchanged,
    first,
    follow_link,
    launch,
    log_in,
    sign_in,
)
from certification_suite.checks.recognition import CLEVER, home, is_signed_in, strangers_stay_out, ways_in
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Form, Link
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NeedsReview, NoBrowser, NotApplicable

Way = Callable[[Examination, Browser, Person], Arrival]


@also_library("LIB-R01", since="all", but=("HidesTheCleverButton",))
@sso(
    "SSO-R1",
    "A “Log in with Clever” button",
    level="recommended",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="The login page has a link or button that names Clever and leads to /oauth/authorize with the app's own "
    "client id and response_type=code.",
    why="Whoever starts at your site, and not at the portal, finds no other way in.",
    mend="Put a “Log in with Clever” button on your login page that leads to /oauth/authorize.",
    refuted_by=("HidesTheCleverButton", "AsksForATokenInTheBrowser"),
)
def has_a_clever_button(exam: Examination) -> str:
    browser = exam.browser()
    page = browser.open(exam.app.url(exam.app.login_page), until=browser.is_clever)
    exam.keep("The login page", page)
    named = [control for control in ways_in(page) if _names_clever(browser, control)]
    if not named:
        raise Fail(
            f"{exam.app.login_page} offers {_offered(ways_in(page))}.",
            expected="A link or button that names Clever on the page where people log in.",
        )
    leading = {url: control for control in named if (url := _leads_to_clever(browser, control))}
    if not leading:
        raise Fail(
            f"“{named[0].text}” on {exam.app.login_page} leads to {named[0].url.partition('?')[0]}, and not to "
            "Clever.",
            expected="It leads to /oauth/authorize.",
        )
    wanted = {"client_id": exam.client_id, "response_type": "code"}
    right = [control for url, control in leading.items() if {name: first(url, name) for name in wanted} == wanted]
    if not right:
        asked = [f"“{c.text}” for " + _told({n: first(url, n) for n in wanted}) for url, c in leading.items()]
        raise Fail(f"{exam.app.login_page} asks Clever by {'; by '.join(asked)}.", expected=f"{_told(wanted)}.")
    _expect_it_to_be_seen(exam, right[0])
    return f"“{right[0].text}” on {exam.app.login_page} leads to /oauth/authorize with the app's client id."


def _expect_it_to_be_seen(exam: Examination, control: Link | Form) -> None:
    """Where there is a real browser: the button stands on the screen, and pressing it ends at Clever."""
    try:
        device = exam.device()
    except NoBrowser as none:
        exam.evidence.note(f"Read, and not looked at on a screen. {none.observed}")
        return
    page = device.open(exam.app.url(exam.app.login_page))
    exam.picture("The login page", device)
    shown = next((c for c in ways_in(page) if c.text == control.text), None)
    if shown is None or not device.shows(control.text):
        raise Fail(
            f"“{control.text}” stands in the page and not on the screen.", expected="A button that people can see."
        )
    landed = device.press(shown)
    if not device.is_clever(landed.url):
        raise Fail(
            f"In a browser “{control.text}” led to {landed.url.partition('?')[0]}.", expected="It leads to Clever."
        )


def _told(parameters: Mapping[str, str | None]) -> str:
    return " and ".join(f"{name}={value}" for name, value in parameters.items())


def _names_clever(browser: Browser, control: Link | Form) -> bool:
    return bool(CLEVER.search(control.text) or browser.is_clever(control.url))


def _offered(controls: list[Link | Form]) -> str:
    return ", ".join(f"“{control.text or control.url}”" for control in controls[:4]) or "no way to log in at all"


def _leads_to_clever(browser: Browser, control: Link | Form) -> str | None:
    """The authorize URL behind a control, not yet followed."""
    if browser.is_clever(control.url):
        return control.url
    if browser.is_foreign(control.url):
        return None
    page = browser.press(control, until=browser.is_clever)
    return page.location if page.location and browser.is_clever(page.location) else None


@sso(
    "SSO-C2",
    "Every supported user type can log in",
    level="checklist",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="One example user of each user type that the app supports logs in and is signed in.",
    why="The reviewer logs in as one user of each type first of all; a type nobody tried is the one that fails.",
    mend="Log in once as each user type you support, or take the type out of Supported User Types.",
    refuted_by=("TurnsStaffAway",),
)
def every_type_can_log_in(exam: Examination) -> str:
    return _one_of_each_comes_in(exam, exam.app.user_types, log_in)


@sso(
    "SSO-O1",
    "Instant Login for every supported user type",
    level="superseded",
    evidence="A",
    proof=("WEB", "CFG"),
    since="1.1",
    says="One person of each user type that the app supports comes by an Instant Login link and is signed in.",
    why="The first guides asked it of each type; today one example of each type must log in, by whatever way "
    "(SSO-C2).",
    mend="Accept a login that Clever starts, without `state`, for every type in Supported User Types.",
    source="v2.0/docs/il-certification",
    refuted_by=("TurnsStaffAway", "InsistsOnState", "RestartsForEver"),
)
def every_type_comes_by_a_link(exam: Examination) -> str:
    log_in(exam, exam.browser(), *exam.anyone())
    return _one_of_each_comes_in(exam, exam.app.user_types, follow_link)


ADMINISTRATORS = ("staff", "district_admin")


@adjacent(
    "ADJ-07",
    "Administrators can log in",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="School staff and district administrators are signed in, as what they are or else as teachers are.",
    why="Whoever decides about your app tries it first, and the first page they see is the refusal.",
    mend="Where your app has no role for administrators, give them what teachers get.",
    source="docs/il-design",
    refuted_by=("TurnsStaffAway",),
)
def administrators_come_in(exam: Examination) -> str:
    roles = [role for role in exam.app.user_types if role in ADMINISTRATORS]
    if not roles:
        raise NotApplicable(
            "user_types in certification.toml names neither staff nor district_admin, so Clever lets none in. "
            "Clever advises to support both (docs/il-design)."
        )
    return _one_of_each_comes_in(exam, roles, log_in)


def _one_of_each_comes_in(exam: Examination, roles: Sequence[str], go: Way) -> str:
    """An example of each of these user types comes in this way and must be signed in."""
    strangers_stay_out(exam)
    registered = registered_types(exam)
    arrived, nobody = [], []
    for role in roles:
        if role not in registered:
            raise Blocked(f"Clever lets no {role} log in to this app.", by=exam.called("SSO-C4"))
        if not exam.has(role):
            nobody.append(role)
            continue
        [person] = exam.people(role)
        browser = exam.browser()
        arrival = go(exam, browser, person)
        exam.keep(f"Where the login of {person.name} ({role}) ended", arrival.page)
        if not is_signed_in(exam, home(exam, browser)):
            raise Fail(
                f"{person.name} ({role}) logged in and ended at {arrival.page.status} "
                f"{urlsplit(arrival.page.url).path}: “{arrival.page.main[:160]}”.",
                expected=f"A {role} is signed in, as the app says it supports that type.",
            )
        arrived.append(f"{person.name} ({role})")
    if nobody:
        raise NeedsReview(
            f"Signed in: {', '.join(arrived) or 'nobody'}. The mock's district has nobody of type "
            f"{', '.join(nobody)}.",
            next_step="Run against `mock-clever serve --preset sandbox`.",
        )
    return f"Signed in: {', '.join(arrived)}."


def registered_types(exam: Examination) -> tuple[str, ...]:
    """The user types that the app's record at Clever supports."""
    return tuple(exam.clever.app(exam.client_id).get("supported_user_types") or ())


WAYS: dict[str, Way] = {
    "the app's own button": log_in,
    "an icon in the portal": launch,
    "an Instant Login link": follow_link,
}
"""How people come to an app that their district connected (docs/oauth-implementation)."""
LIBRARY_WAYS: dict[str, Way] = {"the app's own button": log_in, "the Library": launch}
"""How people come to an app from the Library, which has no Instant Login links (docs/sso-overview)."""


def ways(exam: Examination) -> dict[str, Way]:
    """Every way to the app under test."""
    return LIBRARY_WAYS if exam.app.by_teachers else WAYS


@also_library(
    "LIB-C4",
    since="2.0",
    says="The same teacher comes in by “Sign up with Clever” and from the Library itself, and is signed in.",
    source="docs/testing-library",
)
@sso(
    "SSO-C5",
    "The logins of the testing guide",
    level="checklist",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="The same person comes in by the app's button, by the portal and by an Instant Login link, and is signed "
    "in.",
    why="Each way arrives differently: with `state` and without, with a Clever session and without.",
    mend="Let one callback serve all three; without `state`, accept the login or start it again yourself.",
    refuted_by=("InsistsOnState", "RestartsForEver"),
)
def every_way_in_works(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    for way, go in ways(exam).items():
        browser = exam.browser()
        arrival = go(exam, browser, person)
        sent = [e for e in exchanged(exam.exchanges("oauth"), arrival.code) if e.status == 200]
        exam.evidence.show(*sent)
        exam.keep(f"Where {way} ended", arrival.page)
        if not (sent and is_signed_in(exam, home(exam, browser))):
            expect_an_open_door(exam, person)
            raise Fail(
                f"{person.name} came by {way} and ended at {arrival.page.status} "
                f"{urlsplit(arrival.page.url).path}: “{arrival.page.main[:160]}”.",
                expected=f"{person.name} is signed in.",
            )
    return f"{person.name} came in by {', by '.join(ways(exam))}."


@adjacent(
    "ADJ-03",
    "A launch costs one exchange",
    programme="sso",
    evidence="A",
    proof=("LOG", "WEB"),
    since="all",
    says="A launch without `state` is either exchanged as it is, or dropped for a login with the app's own "
    "`state`; "
    "never both.",
    why="An app that exchanges the first code and then starts again signs people in by a code it never checked.",
    mend="Without `state`, do one of two things: exchange the code, or throw it away and send the browser to "
    "/oauth/authorize with a `state` of your own.",
    source="docs/best-practices-edge-cases",
    refuted_by=("SpendsTheLaunchCodeToo",),
)
def a_launch_is_exchanged_once(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    log_in(exam, exam.browser(), person)
    browser, since = exam.browser(), exam.clever.mark()
    arrival = launch(exam, browser, person)
    sent = [e for e in exam.exchanges("oauth", since=since) if e.method == "POST" and e.path == "/oauth/tokens"]
    exam.evidence.show(*sent)
    if not (sent and is_signed_in(exam, home(exam, browser))):
        raise Blocked("a launch from the portal does not end signed in.", by=exam.called("SSO-08"))
    if len(sent) > 1:
        raise Fail(
            f"One launch led to {len(sent)} exchanges at /oauth/tokens.",
            expected="One: of the launch's code, or of the code of the login the app started instead.",
        )
    if arrival.started_by_app is None:
        return "The launch's code was exchanged once, as it came."
    if not first(arrival.started_by_app, "state"):
        raise Fail("The login the app starts again has no `state`.", expected="A `state` of its own.")
    return "The launch's code was dropped, and only that of the app's own login, with its `state`, was exchanged."


@adjacent(
    "ADJ-17",
    "Several apps behind one button",
    programme="sso",
    evidence="A",
    proof=("LOG", "WEB"),
    since="all",
    says="Where a button stands for several Clever apps, it tries them one after the other: all but the last with "
    "return_unshared=true, the last without, each once.",
    why="A district shares one of your apps, and nobody knows which. The right one must open, and who may use "
    "none must read why at Clever instead of going round in circles.",
    mend="Send return_unshared=true while there is another app to try; at error=unauthorized-user start the next; "
    "leave it out at the last.",
    source="docs/best-practices-edge-cases",
    refuted_by=("ComesBackFromTheLastAppToo", "GivesUpAfterTheFirstApp"),
)
def several_apps_are_tried_in_turn(exam: Examination) -> str:
    tried = (exam.client_id, *exam.app.other_client_ids)
    if len(tried) == 1:
        raise NotApplicable(
            "One Clever app stands behind the button: certification.toml names no other_client_ids."
        )
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login where every app is shared")
    if arrival.started_by_app is None:
        raise NotApplicable("The app starts no login of its own: it has no login button.")
    for number, client_id in enumerate(tried, 1):
        _expect_attempts(exam, person, tried[:number], more=number < len(tried))
        _hide(exam, person, client_id)
    _expect_attempts(exam, person, tried, more=False, shared=False)
    return f"{len(tried)} apps were tried in turn, the last without return_unshared; the shared one opened."


NAMES = ("client_id", "return_unshared", "state")


def _expect_attempts(
    exam: Examination, person: Person, tried: tuple[str, ...], *, more: bool, shared: bool = True
) -> None:
    """A login goes through these apps in this order; `more` would follow, and the last of these is `shared`."""
    browser, ended = exam.browser(), ""
    try:
        arrival = sign_in(exam, browser, person)
        exam.keep(f"Where {person.name} ended after {len(tried)} of the apps", arrival.page)
    except Fail as fail:  # Clever keeps whom it refuses, and says why
        ended = fail.observed
    begun = [hop.url for hop in browser.history if urlsplit(hop.url).path.endswith("/oauth/authorize")]
    logins = dict.fromkeys(tuple(first(url, name) for name in NAMES) for url in begun)
    asked = [(client_id, back == "true") for client_id, back, _ in logins]  # Clever's pages come by there again
    wanted = [(client_id, more or client_id != tried[-1]) for client_id in tried]
    exam.evidence.show(*[e for e in exam.exchanges() if e.path == "/oauth/authorize"][-len(asked) :])
    if asked != wanted:
        raise Fail(f"The button asked Clever for {_attempts(asked)}.", expected=f"{_attempts(wanted)}.")
    if shared and not is_signed_in(exam, home(exam, browser)):
        raise Fail(
            f"{person.name} may use the app {tried[-1]} and is not signed in. {ended}".strip(),
            expected=f"{person.name} is signed in.",
        )
    if not shared and is_signed_in(exam, home(exam, browser)):
        raise CouldNotRun(f"{person.name} is shared with none of the apps and is signed in.")


def _attempts(asked: Sequence[tuple[str | None, bool]]) -> str:
    told = [f"{client_id} with{'' if back else 'out'} return_unshared" for client_id, back in asked]
    return ", then ".join(told) or "nothing"


def _hide(exam: Examination, person: Person, client_id: str) -> None:
    """Share this person no longer with the app."""
    for connection in exam.clever.connections(client_id):
        if connection.district == person.district:
            exam.clever.share(connection, hide=[person.id])
