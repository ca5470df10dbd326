"""How a login runs: the grant, the data it reads, the portal (SSO-01, SSO-03, SSO-08, ADJ-09, ADJ-18)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from certification_suite.checks.arriving import expect_an_open_door, expect_signed_in
from certification_suite.checks.guides import adjacent, also_library, sso
from certification_suite.checks.journeys import (
    Arrival,
    exchanged,
    first,
    launch,
    log_in,
    sign_in,
    token_requests,
    who_it_is,
)
from certification_suite.checks.recognition import home, is_signed_in, strangers_stay_out
from certification_suite.drivers.browser import Browser, origin
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail

PERSONAL = re.compile(r"name|e-?mail", re.IGNORECASE)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EXCHANGED_AS = ("application/x-www-form-urlencoded", "application/json")
"""What the token endpoint reads (docs/oauth-implementation)."""


@also_library("LIB-01", since="all")
@sso(
    "SSO-01",
    "Authorization-code grant",
    evidence="A",
    proof=("LOG", "WEB"),
    since="all",
    says="A login asks for a code, and the server exchanges it with its secret, which no browser ever sees.",
    why="Tokens and secrets that pass through a browser can be taken by any script or person on that device.",
    mend="Ask with response_type=code and exchange on your server: POST /oauth/tokens with HTTP Basic, "
    "grant_type=authorization_code and exactly the redirect_uri that the code was sent to.",
    refuted_by=("AsksForATokenInTheBrowser", "SendsTheSecretInTheBody", "PutsTheSecretInThePage"),
)
def logs_in_by_code(exam: Examination) -> str:
    [person] = exam.anyone()
    browser = exam.browser()
    arrival = _sign_in_by_code(exam, browser, person)
    exchanges = exam.exchanges()
    asked = next((e for e in exchanges if e.path == "/oauth/authorize" and not e.fault), None)
    exam.evidence.show(asked)
    if not arrival.code:
        raise Fail("Clever sent no code to the callback.", expected="A code at the redirect URI.")
    sent = [e for e in exchanged(exchanges, arrival.code) if e.status == 200] or exchanged(exchanges, arrival.code)
    if not sent:
        raise Fail(
            "The code was never exchanged: no POST /oauth/tokens carried it.",
            expected="The app's server exchanges the code it is given.",
        )
    exam.evidence.show(sent[0])
    _expect_a_proper_exchange(sent[0], arrival)
    _expect_no_secret(exam, browser, arrival.page)
    return (
        "Asked with response_type=code; the server exchanged that code once, with Basic, and no page "
        "holds a secret."
    )


def _sign_in_by_code(exam: Examination, browser: Browser, person: Person) -> Arrival:
    """Sign in; when that fails, say so by what the app asked Clever for."""
    try:
        return sign_in(exam, browser, person)
    except Fail:
        asked = [hop.url for hop in browser.history if urlsplit(hop.url).path.endswith("/oauth/authorize")]
        kinds = [kind for url in asked if (kind := first(url, "response_type")) != "code"]
        if kinds:
            raise Fail(
                f"The login asks Clever for response_type={kinds[0]}.",
                expected="response_type=code.",
                cause="implicit grant",
            ) from None
        raise


def _expect_a_proper_exchange(sent: Exchange, arrival: Arrival) -> None:
    if sent.credential != "basic":
        how = {"body": "in the body", "none": "not at all"}.get(sent.credential, f"as {sent.credential}")
        raise Fail(
            f"The token request proves who the app is {how}.",
            expected="HTTP Basic with client id and secret.",
        )
    grant = sent.body.get("grant_type") or sent.query.get("grant_type")
    if grant != "authorization_code":
        raise Fail(f"The token request has grant_type={grant}.", expected="grant_type=authorization_code.")
    _expect_the_exact_redirect_uri(sent, arrival)
    if sent.status != 200:
        raise Fail(
            f"Clever refused the exchange: {sent.status} {sent.response.get('body')}.", expected="200 and a token."
        )


def _expect_the_exact_redirect_uri(sent: Exchange, arrival: Arrival) -> None:
    target = arrival.callback.partition("?")[0]
    if sent.body.get("redirect_uri") not in (first(arrival.started_by_app or "", "redirect_uri"), target):
        raise Fail(
            f"The token request names redirect_uri={sent.body.get('redirect_uri')}.",
            expected=f"Exactly where the code was sent: {target}.",
        )


@adjacent(
    "ADJ-09",
    "The exchange is a form or JSON, with the exact redirect URI",
    programme="sso",
    evidence="A",
    proof=("LOG",),
    since="all",
    says="POST /oauth/tokens carries a form or JSON, and names the redirect URI that the code was asked for, "
    "whatever else stands in the address at which the browser arrived.",
    why="Clever reads nothing else, and compares letter by letter: one parameter more and nobody gets in.",
    mend="Send application/x-www-form-urlencoded or application/json, and take redirect_uri from your settings, "
    "not from the request.",
    source="docs/oauth-implementation",
    refuted_by=("RebuildsTheRedirectUri",),
)
def exchanges_to_the_letter(exam: Examination) -> str:
    [person] = exam.anyone()
    for adding in ("", "&loginas_by_admin=true"):
        arrival = log_in(exam, exam.browser(), person, adding=adding)
        sent = exchanged(exam.exchanges("oauth"), arrival.code) or _sent_as_something_else(exam, arrival)
        exam.evidence.show(*sent[-1:])
        if not sent:
            raise Blocked("the app does not exchange the code it is given.", by=exam.called("SSO-01"))
        content_type = _content_type(sent[-1])
        if content_type not in EXCHANGED_AS:
            raise Fail(
                f"The token request is sent as {content_type or 'nothing that says its type'}.",
                expected=f"{' or '.join(EXCHANGED_AS)}.",
            )
        _expect_the_exact_redirect_uri(sent[-1], arrival)
    return f"Both exchanges were sent as {content_type}, with the redirect URI that the code was asked for."


def _sent_as_something_else(exam: Examination, arrival: Arrival) -> list[Exchange]:
    """Token requests of this login in whose body nobody can read a code."""
    return [e for e in token_requests(exam.exchanges("oauth", since=arrival.since)) if not e.body]


def _content_type(sent: Exchange) -> str:
    headers = sent.request.get("headers") or {}
    told = next((str(value) for name, value in headers.items() if name.lower() == "content-type"), "")
    return told.partition(";")[0].strip().lower()


@adjacent(
    "ADJ-18",
    "The secret stays on the server",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="The client secret stands in no page and no script that the app sends to a browser.",
    why="Whoever reads it can exchange codes and read rosters in the app's name.",
    mend="Keep the secret in the server's settings, get a new one from Clever, and exchange codes on the server.",
    source="docs/il-security",
    refuted_by=("PutsTheSecretInThePage",),
)
def the_secret_stays_on_the_server(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login")
    read = _expect_no_secret(exam, browser, arrival.page)
    return f"{read} pages and scripts, before a login and after it, hold no secret of the app."


def _expect_no_secret(exam: Examination, browser: Browser, landed: Page) -> int:
    """How many pages and scripts were read; none of them may hold a secret."""
    apps = {app.get("client_id"): app for app in exam.clever.apps()}
    held = [str(apps.get(client_id, {}).get("client_secret") or "") for client_id in exam.app.client_ids]
    pages = [landed, browser.open(exam.app.url(exam.app.login_page), until=browser.is_clever), home(exam, browser)]
    pages += [exam.browser().open(exam.app.url(exam.app.login_page), until=browser.is_clever)]
    own = origin(exam.app.base_url)
    scripts = sorted({script for page in pages for script in page.scripts if origin(script) == own})
    pages += [browser.open(script) for script in scripts]
    for page in pages:
        if any(secret and secret in page.source for secret in held):
            raise Fail(
                f"{page.url} holds the app's client secret.",
                expected="The secret stays on the server.",
                cause="secret in the browser",
            )
    return len(pages)


@sso(
    "SSO-03",
    "Uses the data Clever gives",
    evidence="A",
    proof=("LOG", "WEB"),
    since="2.0",
    says="At login the app reads who the person is (/me, then /users/{id}, or OpenID claims) and does not "
    "ask for it.",
    why="Clever already told the app. Asking again costs each pupil time, and what they type will not match "
    "the roster.",
    mend="After the exchange read /v3.1/me, then /v3.1/users/{id} with the same token, and fill name and "
    "e-mail from it.",
    refuted_by=("NeverReadsTheUser", "AsksWhatCleverTold"),
)
def reads_who_it_is(exam: Examination) -> str:
    [person] = exam.anyone()
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    page = home(exam, browser)
    exchanges = exam.exchanges("oauth", "identity", "data")
    got = [e for e in exchanges if e.status == 200 and e.credential == "user_token"]
    exam.evidence.show(*got)
    told = who_it_is(exchanges, person)
    if not told:
        read = ", ".join(e.path for e in got) or "nothing"
        raise Fail(
            f"With {person.name}'s token the app read {read}: it cannot know the person's name or roles.",
            expected=f"/me and then /users/{person.id} (or /userinfo, or an id_token).",
        )
    exam.keep("The page after the first login", arrival.page)
    for seen in (arrival.page, page):
        asked = [
            name
            for form in seen.forms
            for name in form.asked
            if PERSONAL.search(name) and not form.fields.get(name)
        ]
        if asked:
            raise Fail(
                f"After login {urlsplit(seen.url).path} asks for {', '.join(asked)}.",
                expected="Name and e-mail come from Clever.",
            )
    return (
        f"Read {', '.join(dict.fromkeys(e.path for e in told))} with the person's own token; asked nothing again."
    )


@also_library("LIB-12", since="all")
@sso(
    "SSO-08",
    "Works on the primary redirect URI",
    evidence="A",
    proof=("CFG", "WEB"),
    since="all",
    says="A launch from Clever's portal arrives at the first registered redirect URI, without `state`, for "
    "any "
    "district, and ends signed in. In production that URI is HTTPS.",
    why="Most people come through the portal. If only your own button works, most people cannot log in.",
    mend="When a callback has no `state`, accept it or send the browser to /oauth/authorize with a `state` "
    "of your own. "
    "Put the URI that needs no district-specific parameters first in the list.",
    refuted_by=("InsistsOnState", "RestartsForEver"),
)
def portal_launches_arrive(exam: Examination) -> str:
    strangers_stay_out(exam)
    primary = next(iter(exam.clever.app(exam.client_id).get("redirect_uris", [])), "")
    parts = urlsplit(primary)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Fail(
            f"The primary redirect URI is {primary}.",
            expected="An https:// address (http only on your own machine).",
        )
    if parts.scheme != "https":
        exam.evidence.note(f"{primary} is fine on your own machine; production needs https://.")
    [here] = exam.anyone()
    log_in(exam, exam.browser(), here)
    known = {person.id for person in exam.clever.people()}
    exam.clever.add_district(preset="tiny", seed=7)
    role = here.roles[0]
    newcomers = [p for p in exam.clever.people(role=role) if p.id not in known and role in p.roles]
    arrived: list[str] = []
    for person, where in [(here, "the first district"), *[(p, "a second district") for p in newcomers[:1]]]:
        browser = exam.browser()
        arrival = launch(exam, browser, person)
        page = home(exam, browser)
        sent = [e for e in exchanged(exam.exchanges("oauth"), arrival.code) if e.status == 200]
        exam.evidence.show(*sent)
        exam.keep(f"Where {person.name}'s launch ended", arrival.page)
        if not (is_signed_in(exam, page) and sent):
            expect_an_open_door(exam, person)
            raise Fail(
                f"A portal launch as {person.name} of {where} ended at {arrival.page.status} "
                f"{urlsplit(arrival.page.url).path}: “{arrival.page.text[:200]}”.",
                expected="The person is signed in.",
            )
        arrived.append(
            f"{person.name} of {where}" + (" (by a restart with state)" if arrival.started_by_app else "")
        )
    return f"Launches without state at {primary} ended signed in: {'; '.join(arrived)}."
