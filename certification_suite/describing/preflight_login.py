"""The look at a login: where it leads, and whether the mock sees all of it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from certification_suite.checks.journeys import (
    Arrival,
    NoWayIn,
    at_clever,
    authorize_url,
    deliver,
    first,
    launch,
    token_requests,
)
from certification_suite.checks.recognition import home, is_signed_in, log_out_control
from certification_suite.describing.doorway import Answered, look
from certification_suite.drivers.browser import REAL_CLEVER, Browser, Silence, origin
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.findings import Finding, misconfigured, note, of_the_app
from certification_suite.running.runner import LARGE
from certification_suite.sight import Sight
from certification_suite.verdicts import Fail, Verdict

OR_A_PROXY = ", or asks the proxy of its shell for the mock"
NO_PAGE = (404, 405, 410, 501)


def where_a_login_leads(sight: Sight) -> Iterator[Finding]:
    """Begin one and go as far as Clever's door."""
    app, exam = sight.app, sight.examination()
    if exam.app.client_id is None:
        return
    browser = exam.browser()
    try:
        sight.authorize = authorize_url(exam, browser)
    except Fail as fail:
        yield from _no_way(sight, browser, fail)
        return
    except Silence as silence:
        if origin(silence.url) == origin(app.base_url):
            yield of_the_app(f"Starting a login failed: {silence}.", "Read what the app logs.")
            return
        yield misconfigured(
            f"Your app sends a login to {silence.url}, where nothing answers; the mock is at {app.mock_url}.",
            "Set the app's Clever address to the mock's.",
        )
        return
    yield from _asks_rightly(sight, exam, sight.authorize)


def _no_way(sight: Sight, browser: Browser, fail: Fail) -> Iterator[Finding]:
    app, astray = sight.app, browser.astray or ""
    if urlsplit(astray).hostname in REAL_CLEVER:
        yield misconfigured(
            f"Your app sends people to the real {urlsplit(astray).hostname}.",
            f"Set its Clever address to {app.mock_url} (both for clever.com and api.clever.com) and run again.",
        )
    elif astray and first(astray, "client_id") in app.client_ids:
        yield misconfigured(
            f"Your app sends a login to {astray.partition('?')[0]}; the mock is at {app.mock_url}.",
            "Set the app's Clever address to the mock's, letter by letter.",
        )
    elif isinstance(fail, NoWayIn) and (is_no_app := _is_no_clever_app(sight)):
        yield is_no_app
    elif isinstance(fail, NoWayIn) and not app.start_login:
        yield of_the_app(
            f"{fail.observed} Logins are judged by launches from Clever's portal.",
            f"If your app has a button that JavaScript draws, say where it leads: {sight.stands('start_login')}.",
        )
    else:
        yield of_the_app(f"{fail.observed} Everything that needs a login will fail.", fail.next_step or "")


def _is_no_clever_app(sight: Sight) -> Finding | None:
    """Neither a way to Clever nor a page for Clever to send people back to."""
    app = sight.app
    seen = look(app.redirect_uri, ca=app.ca, patience=sight.patience)
    if not isinstance(seen, Answered) or seen.status not in NO_PAGE or sight.answer is None:
        return None
    page = sight.answer.page
    says = page.title or page.text[:80] or "nothing"
    return misconfigured(
        f"What answers at {app.base_url} is no app that knows Clever: it says “{says}” ({page.status}), nothing "
        f"there leads to /oauth/authorize, and redirect_uri {app.redirect_uri} answers {seen.status}.",
        f"Does another program have this port? Correct {sight.stands('base_url')}, {sight.stands('login_page')} "
        f"and {sight.stands('redirect_uri')}, or name start_login.",
    )


def _asks_rightly(sight: Sight, exam: Examination, target: str) -> Iterator[Finding]:
    app = sight.app
    sent = first(target, "client_id")
    if sent is not None and sent not in (exam.app.client_id, *app.other_client_ids):
        known = sight.registered.get(sent, {}).get("name")
        whose = f", which the mock knows as {known}" if known else ", which the mock does not know"
        yield misconfigured(
            f"Your app logs in with client_id {sent}{whose}, and certification.toml says {exam.app.client_id}.",
            "Make them the same.",
        )
        return
    record = sight.registered.get(sent or exam.client_id, {})
    if (back := first(target, "redirect_uri")) is not None and back not in record.get("redirect_uris", []):
        yield misconfigured(
            f"Your app asks for redirect_uri {back}, which is not registered; certification.toml says "
            f"{exam.app.redirect_uri}.",
            "Compare scheme, host, port, path and the last slash.",
        )


def a_login(sight: Sight) -> Iterator[Finding]:
    """One person logs in. The mock must see the code exchanged and the person read."""
    exam = sight.examination()
    if exam.app.client_id is None or (sight.authorize and first(sight.authorize, "response_type") != "code"):
        return
    sight.clever.reset(None if sight.app.whole_district else LARGE)
    person = somebody(exam)
    if person is None:
        return
    browser = exam.browser()
    try:
        arrival = arrive(exam, browser, sight.authorize, person)
        inside = is_signed_in(exam, home(exam, browser))
    except (Verdict, Silence) as trouble:
        yield of_the_app(f"A login as {person.name} does not come to its end: {trouble}")
        return
    seen = sight.clever.journal(arrival.since, kinds=("oauth", "identity", "data"))
    told = list(_what_the_mock_saw(sight, arrival.page, seen, inside))
    yield from told
    if not inside and not any(finding.stops for finding in told):
        yield from _not_inside(sight, exam, browser, arrival.page, person)


def somebody(exam: Examination) -> Person | None:
    """Somebody whom no check takes first, so that nobody's first login is spent here."""
    roles = sorted(exam.app.user_types, key=lambda role: role != "teacher")
    plain = [person for person in reversed(exam.residents()) if person.name.isascii()]
    return next((person for role in roles for person in plain if person.roles == (role,)), None)


def arrive(exam: Examination, browser: Browser, authorize: str | None, person: Person) -> Arrival:
    if authorize is None:
        return launch(exam, browser, person)
    since = exam.clever.mark()
    started = authorize_url(exam, browser)
    return deliver(exam, browser, at_clever(browser, started, person), person, since=since)


def _what_the_mock_saw(sight: Sight, page: Page, seen: list[Exchange], inside: bool) -> Iterator[Finding]:
    exchanges = token_requests(seen)
    reads = [exchange for exchange in seen if exchange.kind in ("identity", "data")]
    refused = [exchange for exchange in exchanges if exchange.status == 401]
    if page.status in NO_PAGE and not exchanges:
        yield misconfigured(
            f"redirect_uri {sight.app.redirect_uri} answers {page.status}: there is no page for Clever to send "
            "people back to.",
            f"Correct {sight.stands('redirect_uri')}, and register what is right.",
        )
    elif sight.authorize and not exchanges and not inside:
        yield misconfigured(
            "The mock sent a person back to your app with a code, and your app asked the mock for no token: it "
            f"ended at {page.status}, “{page.main[:120]}”.",
            f"Most likely your app exchanges the code at the real clever.com{OR_A_PROXY * sight.proxied}. Its "
            f"token address must be {sight.app.mock_url}/oauth/tokens, and what it calls api.clever.com "
            f"{sight.app.mock_url}. If it is, read what the app logs: without an exchange nobody can log in.",
        )
    elif refused and len(refused) == len(exchanges):
        yield misconfigured(
            f"The mock refused your app's client id and secret: {refused[-1].line()}.",
            f"Give the app the secret that the mock tells: `mock-clever env --url {sight.app.mock_url}`.",
        )
    elif exchanges[-1:] and exchanges[-1].status == 200 and not reads and not inside and not sight.app.openid:
        yield misconfigured(
            "Your app got a token from the mock and then asked the mock nothing: whose it is it asks elsewhere.",
            f"Most likely it reads from the real api.clever.com. Its API address must be {sight.app.mock_url}.",
        )
    said = sight.app.api_version
    versions = {exchange.path.split("/")[1] for exchange in reads} & {
        "v1.1",
        "v1.2",
        "v2.0",
        "v2.1",
        "v3.0",
        "v3.1",
    }
    if said and versions - {said}:
        yield note(
            f"{sight.stands('api_version')} says {said}, and your app reads {', '.join(sorted(versions))}.",
            "The suite judges what it sees.",
        )


def _not_inside(
    sight: Sight, exam: Examination, browser: Browser, page: Page, person: Person
) -> Iterator[Finding]:
    path = urlsplit(page.url).path
    at_home = home(exam, browser)
    if at_home.status in NO_PAGE and log_out_control(page) is not None:
        yield misconfigured(
            f"home_page {sight.app.home_page} answers {at_home.status} to somebody who is signed in; the login "
            f"ended at {path}.",
            f'Write home_page = "{path}" in {sight.stands("home_page")}.',
        )
        return
    yield of_the_app(
        f"A login as {person.name} ended at {page.status} {path}, “{page.main[:120]}”, and {sight.app.home_page} "
        "does not look as if anybody were signed in.",
        "If people are signed in there, home_page is not the page that shows it.",
    )
