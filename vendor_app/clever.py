"""The app's side of Clever's HTTP interface: tokens, single records and whole collections."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote, urlencode

import requests

from vendor_app.behaviour import Behaviour, FailedWrite, TokenRequest
from vendor_app.clock import Clock
from vendor_app.config import App
from vendor_app.errors import CleverTrouble
from vendor_app.records import Event, Told, clever_id, part, text

TIMEOUT = (5, 60)


@dataclass(frozen=True)
class Tokens:
    """What a code was exchanged for. `id_token` is "" where Clever gives none."""

    access: str = field(repr=False)
    id_token: str = field(default="", repr=False)


def plain_session() -> requests.Session:
    """A session that keeps connections but no cookies, and takes nothing from the machine's proxy or netrc."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "LarkspurReader/1.0"
    return session


class Clever:
    """Clever as this app sees it. A patient caller (a sync) is retried as `Behaviour` says; a login is not."""

    def __init__(self, url: str, behaviour: Behaviour, clock: Clock, http: requests.Session | None = None) -> None:
        self.url = url.rstrip("/")
        self._behaviour = behaviour
        self._clock = clock
        self._http = http or plain_session()

    def exchange(self, asked: TokenRequest) -> Tokens:
        """Exchange a code for a user token, and an id_token if Clever gives one (docs/oauth-implementation)."""
        answer = self._once("POST", "/oauth/tokens", basic=asked.basic, form=asked.form)
        token, id_token = answer.get("access_token"), answer.get("id_token", "")
        if not isinstance(token, str) or not token:
            raise CleverTrouble("/oauth/tokens", None, "the answer holds no access_token")
        if not isinstance(id_token, str):
            raise CleverTrouble("/oauth/tokens", None, "the id_token is not text")
        return Tokens(token, id_token)

    def document(self, url: str) -> Told:
        """A public JSON document of Clever's: the discovery document, or the keys it names."""
        return self._once("GET", url.removeprefix(self.url))

    def district_tokens(self, app: App, district: str = "") -> dict[str, str]:
        """District id → token in force, of every district connected to the app, or of one (docs/onboarding)."""
        only = {"district": district} if district else {}
        path = f"/oauth/tokens?{urlencode({'owner_type': 'district'} | only)}"
        tokens: dict[str, str] = {}
        for entry in entries(path, self._patiently("GET", path, basic=app)):
            owner, token = entry.get("owner"), entry.get("access_token")
            if isinstance(owner, dict) and isinstance(token, str) and owner.get("id"):
                tokens[str(owner["id"])] = token
        return tokens

    def data(self, path: str, token: str, *, patient: bool = False) -> Told:
        """The `data` of a single record, or of `/me`."""
        ask = self._patiently if patient else self._once
        told = ask("GET", path, token=token).get("data")
        if not isinstance(told, dict) or not told.get("id"):
            raise CleverTrouble(path, None, "the answer is not a record with an id")
        return told

    def pages(self, path: str, token: str, limit: int) -> Iterator[list[Told]]:
        """Every page of a collection, following the links as they are given (docs/paging-and-limits)."""
        return self._walk(path, f"{path}?limit={limit}", token, self._behaviour.next_page)

    # ── A teacher's own classes (docs/classroom-rostering); somebody waits, so nothing is retried ─────────

    def sections_of(self, version: str, user: str, token: str) -> list[Told]:
        """The sections of whoever's own token this is."""
        path = f"/{version}/users/{quote(user, safe='')}/sections"
        return self._all(path, {}, token)

    def students_of(self, version: str, section: str, token: str) -> list[Told]:
        """The students of a section, as its teacher may see them."""
        path = f"/{version}/sections/{quote(section, safe='')}/users"
        return self._all(path, {"role": "student"}, token)

    def _all(self, path: str, query: dict[str, str], token: str) -> list[Told]:
        first = f"{path}?{urlencode(query)}" if query else path
        pages = self._walk(path, first, token, self._behaviour.next_page, patient=False)
        return [told for page in pages for told in page]

    # ── Events (docs/events-api) ──────────────────────────────────────────────────────────────────────────

    def events(self, version: str, token: str, limit: int, cursor: str) -> Iterator[list[Event]]:
        """Every page of the feed after this event, oldest first."""
        path = f"/{version}/events"
        asked = {"limit": limit, "starting_after": self._behaviour.events_after(cursor)}
        for page in self._walk(path, f"{path}?{urlencode(asked)}", token, self._behaviour.next_events):
            yield [event(path, told) for told in page]

    def newest_event(self, version: str, token: str) -> str | None:
        """The id of the newest event: where to follow the feed from. None while there is none."""
        path = f"/{version}/events?ending_before=last&limit=1"
        newest = [
            event(path, inner(path, element)).id
            for element in entries(path, self._patiently("GET", path, token=token))
        ]
        return newest[-1] if newest else None

    def keeps_event(self, version: str, token: str, id_: str) -> bool:
        """Whether Clever still tells this event; one older than 30 days it does not."""
        try:
            self._patiently("GET", f"/{version}/events/{quote(id_, safe='')}", token=token)
        except CleverTrouble as trouble:
            if trouble.status != 404:
                raise
            return False
        return True

    # ── Coursework (docs/api-reference, LMS Connect) ──────────────────────────────────────────────────────

    def write(self, lms: str, method: str, path: str, token: str, sent: Told | None = None) -> Told:
        """Write to the LMS behind Clever; the record it answers, nothing after a deletion.

        Such a write goes on to the LMS and may take as long as `Behaviour` has patience. What comes back other
        than `{"data": …}` may or may not have been written, so it counts as no answer.
        """
        patience = self._clock.patience(self._behaviour.write_patience())
        retries = 0
        while True:
            try:
                body = self._once(method, path, token=token, document=sent, timeout=patience)
                return {} if method == "DELETE" else inner(path, body)
            except CleverTrouble as trouble:
                failed = FailedWrite(lms, method, retries, trouble.status, trouble.message, trouble.reset_in)
                wait = self._behaviour.wait_before_writing_again(failed)
                if wait is None:
                    raise
                self._clock.sleep(wait)
                retries += 1

    def submissions(self, path: str, token: str, limit: int, *, patient: bool = False) -> list[Told]:
        """What every student has of an assignment. Its list holds the records as they are, unlike the others."""
        pages = self._bodies(
            path, f"{path}?limit={limit}", token, self._behaviour.next_submissions, patient=patient
        )
        return [told for body in pages for told in entries(path, body)]

    # ── The wire ──────────────────────────────────────────────────────────────────────────────────────────

    def _walk(
        self,
        path: str,
        first: str,
        token: str,
        following: Callable[[Told], str | None],
        *,
        patient: bool = True,
    ) -> Iterator[list[Told]]:
        for body in self._bodies(path, first, token, following, patient=patient):
            yield [inner(path, element) for element in entries(path, body)]

    def _bodies(
        self,
        path: str,
        first: str,
        token: str,
        following: Callable[[Told], str | None],
        *,
        patient: bool,
    ) -> Iterator[Told]:
        ask = self._patiently if patient else self._once
        next_path: str | None = first
        seen: set[str] = set()
        while next_path:
            if next_path in seen:
                raise CleverTrouble(path, None, "the next link leads to a page that was already read")
            seen.add(next_path)
            body = ask("GET", next_path, token=token)
            yield body
            next_path = following(body)

    def _patiently(self, method: str, path: str, **how: Any) -> Told:
        retries = 0
        while True:
            try:
                return self._once(method, path, **how)
            except CleverTrouble as trouble:
                wait = self._behaviour.wait_before_retry(retries, trouble.status, trouble.reset_in)
                if wait is None:
                    raise
                self._clock.sleep(wait)
                retries += 1

    def _once(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        basic: App | None = None,
        form: dict[str, str] | None = None,
        document: Told | None = None,
        timeout: float | tuple[float, float] = TIMEOUT,
    ) -> Told:
        if not path.startswith("/"):
            raise CleverTrouble(path, None, "the link is not a path of Clever's, so no token is sent there")
        try:
            answer = self._http.request(
                method,
                self.url + path,
                headers={"Authorization": f"Bearer {token}"} if token else None,
                auth=(basic.client_id, basic.client_secret) if basic else None,
                data=form,
                json=document,
                timeout=timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise CleverTrouble(path, None, f"no answer ({type(error).__name__})") from error
        if answer.status_code != 200:
            raise self._refusal(path, answer)
        if method == "DELETE":
            return {}
        try:
            body = json.loads(answer.content)
        except ValueError as error:
            raise CleverTrouble(path, None, "the answer is not JSON") from error
        if not isinstance(body, dict):
            raise CleverTrouble(path, None, "the answer is not a JSON object")
        return body

    def _refusal(self, path: str, answer: requests.Response) -> CleverTrouble:
        trouble = CleverTrouble(path, answer.status_code, f"Clever answered {answer.status_code}")
        trouble.message = message(answer)
        if answer.status_code == 429:
            trouble.reset_in = reset(answer.headers.get("X-Ratelimit-Reset", "")) - self._clock.now().timestamp()
        return trouble


def message(answer: requests.Response) -> str:
    """What a refusal says, if it says so in Clever's way: its code and its message."""
    try:
        told = json.loads(answer.content)
    except ValueError:
        return ""
    said = (told.get("code"), told.get("message")) if isinstance(told, dict) else ()
    return ": ".join(filter(None, map(text, said)))


def reset(header: str) -> float:
    """The latest end of the windows a 429 names; several buckets come as a comma-separated list."""
    moments = [part.strip() for part in header.split(",")]
    return max((float(moment) for moment in moments if moment.isdecimal()), default=0.0)


def entries(path: str, body: Told) -> list[Told]:
    """The elements of a list answer. Anything else, `{}` too, is an error and never an empty list."""
    elements = body.get("data")
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise CleverTrouble(path, None, "the answer is not a list of records")
    return elements


def inner(path: str, element: Told) -> Told:
    """The record inside its wrapping `{"data": …, "uri": …}`."""
    told = element.get("data")
    if not isinstance(told, dict):
        raise CleverTrouble(path, None, "an element of the list holds no record")
    return told


def event(path: str, told: Told) -> Event:
    """An event of the feed. One without an id is an error, since nothing could be resumed after it."""
    if not clever_id(told):
        raise CleverTrouble(path, None, "an event of the feed has no id")
    kind, _, verb = str(told.get("type", "")).partition(".")
    return Event(clever_id(told), kind, verb, part(part(told, "data"), "object"))
