"""The ways a login can fail, made to happen one by one (SSO-09)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from certification_suite.checks.journeys import NoWayIn, authorize_url, callback_url, first
from certification_suite.checks.recognition import home, is_signed_in, ways_in
from certification_suite.drivers.browser import Browser, Silence
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.examination import Examination

TRACE = re.compile(
    r"Traceback \(most recent|^\s*at [\w.$<>]+\(|\.py\", line \d+|Exception in thread|stack ?trace|"
    r"\bat [\w.]+\([\w]+\.(?:java|kt|cs|js|ts|rb|php):\d+|Fatal error:|Unhandled|NoMethodError|"
    r"[\w./-]+\.(?:rb|php|js|go|java):\d+|werkzeug|Whitelabel Error",
    re.IGNORECASE | re.MULTILINE,
)
WORDS = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 4
IDENTITY_PATHS = ("/me", "/v3.0/me", "/v3.1/me", "/userinfo")

# What to bring to the callback: the query, given the login the app started and the person.
Query = Callable[[Examination, str, Person], dict[str, str]]


@dataclass(frozen=True)
class Case:
    """One way to fail: what is broken at Clever, and what the browser brings to the callback."""

    title: str
    query: Query
    breaks: tuple[tuple[str, str, int], ...] = ()  # (path, method, status) answered with an error
    kind: str = "status"  # or another way for those answers to go wrong, as the mock has them
    late: int = 0  # seconds between the code and the callback


def _real_code(exam: Examination, authorize: str, person: Person) -> dict[str, str]:
    """What Clever would send for the login that the app started."""
    target, state = first(authorize, "redirect_uri"), first(authorize, "state")
    redirect = exam.clever.login(person.id, client_id=exam.client_id, redirect_uri=target, state=state)
    return {name: value for name in ("code", "scope", "state") if (value := first(redirect, name))}


def _with_state(**given: str) -> Query:
    def query(exam: Examination, authorize: str, person: Person) -> dict[str, str]:
        return {**given, **_state_of(authorize)}

    return query


def _spent_code(exam: Examination, authorize: str, person: Person) -> dict[str, str]:
    """The code with which the same person has just logged in on another device."""
    other = exam.browser()
    before = _started(exam, other)
    brought = _real_code(exam, before, person)
    other.open(callback_url(exam, before, **brought), until=other.is_clever)
    return {**{name: value for name, value in brought.items() if name != "state"}, **_state_of(authorize)}


def _state_of(authorize: str) -> dict[str, str]:
    state = first(authorize, "state")
    return {"state": state} if state else {}


CASES = (
    Case("a code Clever never issued", _with_state(code="0" * 40)),
    Case("a code more than a minute old", _real_code, late=61),
    Case("a code that was used before", _spent_code),
    Case("500 from the token endpoint", _real_code, breaks=(("/oauth/tokens", "POST", 500),)),
    Case("a connection that breaks at the token endpoint", _real_code, (("/oauth/tokens", "POST", 502),), "reset"),
    Case("401 from /me", _real_code, breaks=tuple((path, "GET", 401) for path in IDENTITY_PATHS)),
    Case("404 from /me", _real_code, breaks=tuple((path, "GET", 404) for path in IDENTITY_PATHS)),
    Case("half an answer from /me", _real_code, tuple((path, "GET", 502) for path in IDENTITY_PATHS), "truncate"),
    Case("a callback without a code", _with_state()),
    Case("error=unauthorized-user", _with_state(error="unauthorized-user")),
)


def look(exam: Examination, case: Case, person: Person, everyday: Page) -> str | None:
    """Make it happen on a new device; what is wrong with where the person ends, or None.

    What stands on the `everyday` login page too says nothing about the failure.
    """
    browser = exam.browser()
    try:
        authorize = _started(exam, browser)
        query = case.query(exam, authorize, person)
        if case.late:
            exam.clever.advance(case.late)
        for path, method, status in case.breaks:
            exam.clever.fault(path, kind=case.kind, status=status, method=method, times=None)
        page = browser.open(callback_url(exam, authorize, **query), until=browser.is_clever)
        exam.clever.clear_faults()
        exam.keep(f"With {case.title}", page)
        return _trouble(exam, browser, page, everyday)
    except Silence as silence:
        exam.clever.clear_faults()
        return str(silence)


def _started(exam: Examination, browser: Browser) -> str:
    """The authorize request of a login the app started; empty when it starts none."""
    try:
        return authorize_url(exam, browser)
    except NoWayIn:
        return ""


def told(troubles: dict[str, str]) -> str:
    """What went wrong with which cases; what went wrong alike is said once."""
    alike: dict[str, list[str]] = {}
    for title, trouble in troubles.items():
        alike.setdefault(trouble, []).append(title)
    return " ".join(
        f"{trouble[:1].upper()}{trouble[1:]}: with {', '.join(cases)}." for trouble, cases in alike.items()
    )


def _trouble(exam: Examination, browser: Browser, page: Page, everyday: Page) -> str | None:
    if page.location and browser.is_clever(page.location):
        return None  # sent to Clever to log in again: nobody is stuck
    path = urlsplit(page.url).path
    if page.location and browser.is_foreign(page.location):
        return f"{path} sends the person to another site, {page.location.partition('?')[0]}"
    if page.status >= 500:
        return f"{path} answers {page.status}"
    if TRACE.search(page.source):
        return f"{path} shows a stack trace"
    said = " ".join(piece for piece in page.pieces if piece not in everyday.pieces)
    if path != urlsplit(everyday.url).path and len(WORDS.findall(said)) < FEWEST_WORDS:
        return f"{path} ({page.status}) has no sentence for a person: {said[:80]!r}"
    if is_signed_in(exam, home(exam, browser)):
        return "the person is signed in although the login failed"
    if not ways_in(page):
        return f"{path} ({page.status}) offers no way to try again"
    return None
