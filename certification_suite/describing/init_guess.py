"""Guesses what certification.toml should say, by looking at the app and at what the mock knows of it.

A guess says what it was guessed from; where nothing could be seen there is none, and the file shows an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from certification_suite.checks.journeys import Arrival, first
from certification_suite.checks.recognition import home, is_signed_in, log_out_control, markers, ways_in
from certification_suite.describing.config import AppUnderTest, describe
from certification_suite.describing.doorway import Answered, look, told
from certification_suite.describing.keys import USER_TYPES, VERSIONS
from certification_suite.describing.preflight_login import arrive, somebody
from certification_suite.drivers.browser import REAL_CLEVER, Browser, Silence
from certification_suite.drivers.mock import MockClever, Person
from certification_suite.drivers.page import Form, Page
from certification_suite.drivers.probe import Probe
from certification_suite.drivers.probe_http import Endpoints
from certification_suite.examination import Examination
from certification_suite.verdicts import CouldNotRun, Verdict

LOGIN_PAGES = ("/", "/login", "/signin", "/sign-in", "/accounts/login/", "/users/sign_in")
AUTHORIZE = "/oauth/authorize"
NO_QUESTIONS = ("search", "password", "file")
"""Fields that ask nobody who they are."""
PATIENCE = 10.0
YOURS = "you said so"


@dataclass(frozen=True)
class Guess:
    """A value, and what it was guessed from. `doubtful`: shown as a comment, for a person to take up."""

    value: Any
    why: str
    doubtful: bool = False


@dataclass(frozen=True)
class Door:
    """A way from the app to Clever: the page it stands on, what leads there, and the address it asks with."""

    page: str
    start: str | None
    asked: str
    words: str

    def says(self, name: str) -> str | None:
        return first(self.asked, name)


@dataclass
class Guesses:
    """Everything guessed so far, by table and key; and what a person should know."""

    ca: str | None = None
    values: dict[tuple[str, str], Guess] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def put(self, key: str, value: Any, why: str, *, table: str = "app", doubtful: bool = False) -> None:
        self.values[table, key] = Guess(value, why, doubtful)

    def get(self, key: str, table: str = "app") -> Any:
        found = self.values.get((table, key))
        return found.value if found and not found.doubtful else None


def guess(
    base_url: str, mock_url: str | None, ca: str | None = None, *, pages: Sequence[str] = LOGIN_PAGES
) -> Guesses:
    """What can be said of the app at this address, whose https certificate comes from this authority.

    A way to Clever is looked for on these pages, in order.
    """
    seen = Guesses(ca)
    seen.put("base_url", base_url, YOURS)
    answer = look(base_url, ca=ca, patience=PATIENCE)
    if not isinstance(answer, Answered):
        cause, next_step = told(base_url, answer)
        with_ca = " and --init again with --ca FILE" if answer.kind == "untrusted" else ""
        seen.remarks.append(f"{cause} {next_step.rstrip('.')}{with_ca}. Until then the file holds examples.")
    ways = doors(base_url, ca, pages=pages) if isinstance(answer, Answered) else []
    _the_way_in(seen, ways, pages)
    if mock_url:
        seen.put("mock_url", mock_url, YOURS, table="clever")
    elif ways and urlsplit(ways[0].asked).hostname not in REAL_CLEVER:
        mock_url = ways[0].asked.partition(AUTHORIZE)[0]
        seen.put("mock_url", mock_url, "there a login of your app leads", table="clever")
    if isinstance(answer, Answered):
        _the_probe(seen, base_url)
        _the_name(seen, answer.page)
    if mock_url:
        _what_the_mock_knows(seen, MockClever(mock_url), ways)
    return seen


# ── the app's pages ──


def doors(base_url: str, ca: str | None = None, *, pages: Sequence[str] = LOGIN_PAGES) -> list[Door]:
    """The ways to Clever from the first page that has any; each Clever app once."""
    browser = Browser("", (base_url,), patience=PATIENCE, ca=ca)
    for path in pages:
        found: dict[str | None, Door] = {}
        for door in _doors_of(browser, base_url, path):
            found.setdefault(door.says("client_id"), door)
        if found:
            return list(found.values())
    return []


def _doors_of(browser: Browser, base_url: str, path: str) -> Iterable[Door]:
    page = _opened(browser, base_url.rstrip("/") + path)
    if page is None or page.status >= 400:
        return
    if page.location and _leads_to_clever(page.location):
        yield Door(path, path, page.location, "goes there by itself")
        return
    for control in ways_in(page):
        words = f"“{control.text}” on {urlsplit(page.url).path}"
        if _leads_to_clever(control.url):
            yield Door(path, None, control.url, words)
        elif not browser.is_foreign(control.url):
            landed = _opened(browser, control)
            if landed is not None and landed.location and _leads_to_clever(landed.location):
                plain = not isinstance(control, Form) or control.method == "GET"
                yield Door(path, urlsplit(control.url).path if plain else None, landed.location, words)


def _opened(browser: Browser, target: Any) -> Page | None:
    """The page, as far as Clever's door; None where there is none."""
    try:
        if isinstance(target, str):
            return browser.open(target, until=_leads_to_clever)
        return browser.press(target, until=_leads_to_clever)
    except (Verdict, Silence):
        return None


def _leads_to_clever(url: str) -> bool:
    return urlsplit(url).path.endswith(AUTHORIZE)


def _the_way_in(seen: Guesses, doors: list[Door], pages: Sequence[str]) -> None:
    if not doors:
        seen.remarks.append(
            f"No way to Clever was found on {', '.join(pages)}: say in login_page and start_login where it is."
        )
        return
    main = doors[0]
    seen.put("login_page", main.page, "the first page from which a login leads to Clever")
    if main.start:
        seen.put("start_login", main.start, f"{main.words} leads there, and on to Clever")
    if client_id := main.says("client_id"):
        seen.put("client_id", client_id, f"{main.words} asks Clever with it", table="clever")
    if back := main.says("redirect_uri"):
        seen.put("redirect_uri", back, f"{main.words} asks Clever to send people there")
    scopes = (main.says("scope") or "").split()
    if "openid" in scopes or "nonce" in parse_qs(urlsplit(main.asked).query):
        seen.put("openid", True, "the login carries a nonce, or asks for the scope openid")
    if urlsplit(main.asked).hostname in REAL_CLEVER:
        seen.remarks.append(
            f"{main.words} leads to the real {urlsplit(main.asked).hostname}: point your app at the mock before "
            "a run."
        )


def _the_name(seen: Guesses, page: Page) -> None:
    for part in reversed([part.strip() for part in page.title.replace("|", "·").split("·")]):
        if part:
            seen.put("name", part, "the title of its first page")
            return


def _the_probe(seen: Guesses, base_url: str) -> None:
    url = base_url.rstrip("/") + "/probe"
    if _probe(seen, url).offers("users"):
        seen.put("url", url, "GET /users answers there", table="probe")


def _probe(seen: Guesses, url: str) -> Probe:
    return Probe(Endpoints(url, ca=seen.ca, timeout=PATIENCE), pause=lambda seconds: None)


# ── what the mock knows ──


def _what_the_mock_knows(seen: Guesses, clever: MockClever, doors: list[Door]) -> None:
    try:
        apps, env = {str(app.get("client_id")): app for app in clever.apps()}, clever.env()
    except CouldNotRun as trouble:
        seen.remarks.append(f"{trouble.observed} What the mock knows was not looked at.")
        return
    client_id = seen.get("client_id", "clever")
    if client_id and client_id not in apps:
        seen.remarks.append(
            f"Your app asks with client_id {client_id}, which the mock does not know: give it the mock's "
            f"(`mock-clever env --url {clever.url}`)."
        )
    record = apps.get(client_id or str(env.get("CLEVER_SSO_CLIENT_ID")), {})
    _the_record(seen, record)
    _the_library(seen, apps, doors)
    _the_programmes(seen, record, apps, env)
    if seen.get("redirect_uri") in record.get("redirect_uris", ())[:1]:
        _a_login(seen, clever, doors[0].asked if doors else None)
    elif seen.get("redirect_uri"):
        seen.remarks.append(
            f"Nobody was logged in to find your home page: {seen.get('redirect_uri')} is not the first redirect "
            "URI registered (`--preflight` prints the command that registers it)."
        )


def _the_record(seen: Guesses, record: dict[str, Any]) -> None:
    name, ours = record.get("name"), urlsplit(seen.get("base_url")).netloc
    types = [kind for kind in USER_TYPES if kind in record.get("supported_user_types", ())]
    if types:
        seen.put("user_types", types, f"the mock's record of “{name}”")
    uris = [uri for uri in record.get("redirect_uris", ()) if urlsplit(uri).netloc == ours]
    if uris and not seen.get("redirect_uri"):
        seen.put("redirect_uri", uris[0], f"registered with “{name}” at the mock")


def _the_library(seen: Guesses, apps: dict[str, dict[str, Any]], doors: list[Door]) -> None:
    for door in doors[1:]:
        client_id, back = door.says("client_id"), door.says("redirect_uri")
        if client_id and "library" in apps.get(client_id, {}).get("products", ()):
            why = f"{door.words} asks Clever so"
            seen.put("client_id", client_id, why, table="library")
            if back and back != seen.get("redirect_uri"):
                seen.put("redirect_uri", back, why, table="library")
            if door.start:
                seen.put("start_login", door.start, why, table="library")
            return


def _the_programmes(
    seen: Guesses, record: dict[str, Any], apps: dict[str, dict[str, Any]], env: dict[str, Any]
) -> None:
    """What the app's own record at the mock has, and what it shows that it does."""
    found, why = [], []
    if "sso" in record.get("products", ()):
        found.append("sso")
        why.append(f"“{record.get('name')}” has single sign-on")
    if seen.get("client_id", "library"):
        found.insert(0, "library")
        why.append("a login by the Library app was found")
    sync = apps.get(str(env.get("CLEVER_CLIENT_ID")), {})
    url = seen.get("url", "probe")
    probe = _probe(seen, url) if url else None
    if probe and "secure_sync" in sync.get("products", ()) and probe.offers("sections"):
        found.append("secure_sync")
        why.append("the probe tells of sections")
    if probe and "lms_connect" in sync.get("products", ()) and probe.offers("assignments"):
        found.append("lms")
        why.append("the probe tells of assignments")
    if found:
        seen.put("programmes", found, "; ".join(why))


# ── a login ──


def _a_login(seen: Guesses, clever: MockClever, authorize: str | None) -> None:
    """Somebody of the mock's logs in, to see where that ends and what can be done there."""
    said = {
        key: guess.value for (table, key), guess in seen.values.items() if table == "app" and not guess.doubtful
    }
    supposed: dict[str, Any] = {"name": "?", "home_page": "/", "programmes": ["sso"], **said}
    own = {key: seen.get(key, "clever") for key in ("client_id",) if seen.get(key, "clever")}
    app = replace(describe({"app": supposed, "clever": {"mock_url": clever.url, **own}}), ca=seen.ca)
    exam = _exam(app, clever)
    try:
        person = somebody(exam) if app.client_id else None
        if person is None:
            return
        browser = exam.browser()
        arrival = arrive(exam, browser, authorize, person)
        _where_it_ended(seen, exam, browser, arrival, person)
    except (Verdict, Silence) as trouble:
        seen.remarks.append(f"A login through the mock does not come to its end: {trouble}")


def _exam(app: AppUnderTest, clever: MockClever) -> Examination:
    return Examination(app, clever, Probe(None, pause=lambda seconds: None), PATIENCE)


def _where_it_ended(seen: Guesses, exam: Examination, browser: Browser, arrival: Arrival, person: Person) -> None:
    page = arrival.page
    path = urlsplit(page.url).path or "/"
    control = log_out_control(page)
    if page.status != 200 or not (control or markers(page, person)):
        seen.remarks.append(
            f"A login as {person.name} ended at {page.status} {path}, where nothing says who is signed in: look "
            "there before you go on, and say which page is home_page."
        )
        return
    seen.put("home_page", path, f"there a login as {person.name} ended")
    at_home = _exam(replace(exam.app, home_page=path), exam.clever)
    if is_signed_in(at_home, home(at_home, at_home.browser())):
        seen.remarks.append(f"{path} shows the same to somebody who is not signed in: name another home_page.")
    if control:
        words = " ".join(b.text for b in control.buttons) if isinstance(control, Form) else control.text
        seen.put("logout", "auto", f"“{words}” on {path} is found")
    else:
        seen.remarks.append(f"No log-out control was found on {path}: say in logout how people log out.")
    if asked := _questions(page):
        seen.put(
            "asks", asked, f"{path} has a form with them; a login that asks nothing leaves it out", doubtful=True
        )
    read = exam.clever.journal(arrival.since, kinds=("identity", "data"))
    if versions := [version for version in VERSIONS if any(e.path.startswith(f"/{version}/") for e in read)]:
        seen.put("api_version", versions[-1], "what the login read")
    if records := [e.path for e in read if e.kind == "data"]:
        seen.put("refresh", "login", f"the login read {records[0]}, which does if it is kept", doubtful=True)


def _questions(page: Page) -> list[str]:
    """The fields of its forms that a person would fill in."""
    kinds = {name: kind for form in page.forms for name, kind in form.kinds.items() if name in form.asked}
    return [name for name, kind in kinds.items() if kind not in NO_QUESTIONS]
