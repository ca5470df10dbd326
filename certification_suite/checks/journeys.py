"""The ways a person comes in: the steps that many checks share.

A login starts where certification.toml says, or at whatever on the login page leads to Clever; a callback that
restarts the login with a `state` of its own (docs/best-practices-edge-cases) is as good as one that does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from certification_suite.checks.recognition import CLEVER, ways_in
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.chromium import Device
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Button, Form, Link, Page
from certification_suite.evidence import Exchange, mask
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail

MOST_STEPS = 6
"""The pages a login at Clever may have: district, school, person, role, consent."""
AGREE = re.compile(r"^(authorize|allow|agree|accept|install)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """Where a login ended, and what the browser carried there."""

    page: Page
    callback: str
    started_by_app: str | None  # the authorize URL, when the vendor sent the browser to Clever
    since: int

    @property
    def code(self) -> str:
        return first(self.callback, "code") or ""


class NoWayIn(Fail):
    """Nothing on the app's side leads to Clever."""


def first(url: str, name: str) -> str | None:
    """The first value of a query parameter."""
    return next(iter(parse_qs(urlsplit(url).query, keep_blank_values=True).get(name, [])), None)


def log_in(exam: Examination, browser: Browser, person: Person, *, adding: str = "") -> Arrival:
    """The same as `sign_in`, for checks about something else: that no login succeeds is SSO-01's to say."""
    try:
        return sign_in(exam, browser, person, adding=adding)
    except Fail as fail:
        raise Blocked(f"no login reaches the app. {fail.observed}", by=exam.called("SSO-01")) from fail


def sign_in(exam: Examination, browser: Browser, person: Person, *, adding: str = "") -> Arrival:
    """Log in from the vendor's own login page, or from the portal when the app has no login of its own.

    `adding` goes behind the callback's query, as what Clever may add one day.
    """
    since = exam.clever.mark()
    browser.leave_clever()
    try:
        started = authorize_url(exam, browser)
    except NoWayIn:
        if exam.app.start_login:
            raise
        return launch(exam, browser, person)
    callback = at_clever(browser, started, person) + adding
    arrival = deliver(exam, browser, callback, person, since=since)
    return Arrival(arrival.page, arrival.callback, arrival.started_by_app or started, since)


def launch(exam: Examination, browser: Browser, person: Person) -> Arrival:
    """Log in from Clever's portal: a code at the primary redirect URI, without `state`."""
    since = exam.clever.mark()
    browser.leave_clever()
    callback = exam.clever.login(person.id, client_id=exam.client_id)
    return deliver(exam, browser, callback, person, since=since)


def follow_link(exam: Examination, browser: Browser, person: Person) -> Arrival:
    """Log in by the Instant Login link of the person's district, which carries no `state` either."""
    since = exam.clever.mark()
    browser.leave_clever()
    asked = urlencode({"client_id": exam.client_id, "district_id": person.district})
    callback = at_clever(browser, f"{exam.clever.url}/oauth/instant-login?{asked}", person)
    return deliver(exam, browser, callback, person, since=since)


def authorize_url(exam: Examination, browser: Browser) -> str:
    """Where the vendor sends somebody who wants to log in with Clever; not yet followed."""
    tried: list[str] = []
    if exam.app.start_login:
        page = browser.open(exam.app.url(exam.app.start_login), until=browser.is_clever)
        if page.location and browser.is_clever(page.location):
            return page.location
        tried.append(f"{exam.app.start_login} answered {page.status}{_and_led_to(page)}")
    else:
        page = browser.open(exam.app.url(exam.app.login_page), until=browser.is_clever)
    if page.location and browser.is_clever(page.location):
        return page.location
    for control in sorted(ways_in(page), key=lambda c: not CLEVER.search(f"{c.text} {c.url}")):
        if browser.is_clever(control.url):
            return _with_fields(control)
        if not control.url.startswith("http"):
            continue
        if browser.is_foreign(control.url):
            tried.append(f"{control.text or control.url!r} leads to {control.url.partition('?')[0]}, another site")
            continue
        landed = browser.press(control, until=browser.is_clever)
        if landed.location and browser.is_clever(landed.location):
            return landed.location
        tried.append(
            f"{control.text or control.url!r} led to {landed.status} at {landed.url}{_and_led_to(landed)}"
        )
    where = exam.app.start_login or exam.app.login_page
    exam.keep("Where a login should start", page)
    raise NoWayIn(
        f"Nothing at {where} leads to Clever's /oauth/authorize. Tried: "
        f"{'; '.join(tried) or 'no link or button found'}.",
        expected="A link or button that sends the browser to /oauth/authorize of the mock.",
        next_step="Check that the app is configured with the mock's address, and start_login in "
        "certification.toml.",
    )


def at_clever(browser: Browser, url: str, person: Person) -> str:
    """Log in on Clever's pages as a person does; the address Clever sends the browser back to.

    Where the tester's login page would list fifty people, this one is searched for at once.
    """

    def leaves(target: str) -> bool:
        return not browser.is_clever(target)

    def stops(target: str) -> bool:
        return leaves(target) or (urlsplit(target).path.endswith("/oauth/login") and first(target, "q") is None)

    page = browser.open(url, until=stops)
    for _ in range(MOST_STEPS):
        if page.location and leaves(page.location):
            return page.location
        if page.location:
            page = browser.open(f"{page.location}&{urlencode({'q': person.id})}", until=leaves)
        step = step_on(browser.is_clever, page, person)
        if step is None:
            break
        page = browser.press(step.control, step.button, step.filled, until=stops)
    if page.location and leaves(page.location):
        return page.location
    raise Fail(
        f"Clever did not send the browser back to the app. Its page says: “{page.main[:240]}”",
        expected="A login at Clever that ends with a redirect to the app's redirect URI.",
        next_step="Compare client_id, response_type and redirect_uri of your authorize link with the "
        "registered app.",
    )


def begin_on_screen(exam: Examination, device: Device) -> Page | None:
    """Begin a login in the tab that is shown; the page of Clever's it leads to, None where nothing leads there."""
    page = device.open(exam.app.url(exam.app.start_login or exam.app.login_page))
    ways = [] if device.is_clever(page.url) else ways_in(page)
    if ways:
        page = device.press(sorted(ways, key=lambda way: not CLEVER.search(f"{way.text} {way.url}"))[0])
    return page if device.is_clever(page.url) else None


def finish_on_screen(device: Device, page: Page, person: Person) -> Page:
    """Go through Clever's pages as this person does; where that ended."""
    for _ in range(MOST_STEPS):
        step = step_on(device.is_clever, page, person) if device.is_clever(page.url) else None
        if step is None:
            break
        page = device.press(step.control, step.button, step.filled)
    return page


def deliver(exam: Examination, browser: Browser, callback: str, person: Person, *, since: int) -> Arrival:
    """Bring Clever's answer to the app's callback; go along with a restart (ADJ-03)."""
    started = None
    page = browser.open(callback, until=browser.is_clever)
    for _ in range(2):
        if not (page.location and browser.is_clever(page.location)):
            break
        started = page.location
        callback = at_clever(browser, started, person)
        page = browser.open(callback, until=browser.is_clever)
    return Arrival(page, callback, started, since)


def callback_url(exam: Examination, authorize: str, **parameters: str) -> str:
    """The callback this authorize request asked for, with a query of our own."""
    target = first(authorize, "redirect_uri") or exam.app.redirect_uri
    joint = "&" if urlsplit(target).query else "?"
    return f"{target}{joint}{urlencode(parameters)}"


def exchanged(exchanges: list[Exchange], code: str) -> list[Exchange]:
    """The token requests that carried this code."""
    return [
        e
        for e in token_requests(exchanges)
        if e.body.get("code") == mask(code) or e.query.get("code") == mask(code)
    ]


def who_it_is(exchanges: list[Exchange], person: Person) -> list[Exchange]:
    """The reads at a login that tell more about the person than an id: their record, or OpenID claims."""
    return [
        e
        for e in exchanges
        if (e.status == 200 and e.path.endswith((f"/users/{person.id}", "/userinfo")))
        or (e.path.rstrip("/") == "/oauth/tokens" and "id_token" in (e.response.get("body") or {}))
    ]


def token_requests(exchanges: list[Exchange]) -> list[Exchange]:
    return [e for e in exchanges if e.method == "POST" and e.path.rstrip("/") == "/oauth/tokens"]


def _and_led_to(page: Page) -> str:
    return f" and leads to {page.location.partition('?')[0]}" if page.location else ""


def _with_fields(control: Link | Form) -> str:
    if isinstance(control, Form) and control.fields:
        return f"{control.url.partition('?')[0]}?{urlencode(control.fields)}"
    return control.url


@dataclass(frozen=True)
class Step:
    """What a person does on a page: use this control, fill this in, press this button."""

    control: Link | Form
    filled: dict[str, str] = field(default_factory=dict)
    button: Button | None = None


def step_on(is_clever: Callable[[str], bool], page: Page, person: Person) -> Step | None:
    """What this person does on one of Clever's pages: agree, choose themselves, log in, or find their district."""
    for asked in page.forms:
        if agreed := next((button for button in asked.buttons if AGREE.search(button.text)), None):
            return Step(asked, {}, agreed)
    form, filled = _clevers_form(page, person)
    if form is not None:
        return Step(form, filled, next(iter(form.buttons), None))
    for link in page.links:
        if is_clever(link.url) and first(link.url, "district_id") == person.district:
            return Step(link)
    search = next((form for form in page.forms if "q" in form.kinds and form.fields.get("q") != person.id), None)
    return None if search is None else Step(search, {"q": person.id})


def _clevers_form(page: Page, person: Person) -> tuple[Form | None, dict[str, str]]:
    for form in page.forms:
        if form.fields.get("user") == person.id:
            return form, {}
    for form in page.forms:
        if "password" in form.kinds and "username" in form.kinds and person.username:
            return form, {"username": person.username, "password": person.password}
    return None, {}
