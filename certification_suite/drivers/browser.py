"""A browser without JavaScript: one person on one device. It keeps cookies and remembers every hop."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from certification_suite.drivers.page import Button, Form, Hop, Link, Page
from certification_suite.verdicts import CouldNotRun, Fail

Sent = dict[str, str] | list[tuple[str, str]] | None
"""The fields of a form; pairs where a name stands more than once."""
REAL_CLEVER = ("clever.com", "www.clever.com", "api.clever.com", "account.clever.com")
MOST_HOPS = 15
TIMEOUT = 15.0
MOST_BYTES = 20_000_000
"""How much of a page is read; no person reads more."""
PIECE = 65_536
AGENT = "Mozilla/5.0 (X11; Linux x86_64) certification-browser"


class Silence(Exception):
    """The app gave no answer at all. `kind`: refused (nothing listens), dropped, or late."""

    def __init__(self, url: str, kind: str, *, patience: float = TIMEOUT) -> None:
        self.url = url
        self.kind = kind
        what = {
            "refused": "nothing listens there",
            "dropped": "the connection was closed without an answer, as when a worker crashes",
            "late": f"no answer within {patience:g} seconds",
        }[kind]
        super().__init__(f"{url}: {what}")


def origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


class Browser:
    """One cookie jar for the vendor and one for Clever, so that leaving Clever leaves the vendor alone.

    It never goes to the real Clever, nor to any site but the mock and the app's `own` addresses: what another app
    answers says nothing about this one. A redirect to another site ends the way; `astray` tells where it led.
    `ca` is the authority to trust for the app's https.
    """

    def __init__(
        self, clever_url: str, own: tuple[str, ...], *, patience: float = TIMEOUT, ca: str | None = None
    ) -> None:
        self._clever_url = clever_url
        self._own = own
        self._patience = patience
        self._ca = ca
        self._clever = origin(clever_url)
        self._at_vendor = _session()
        self._at_vendor.verify = ca or True
        self._at_clever = _session()
        self.history: list[Hop] = []
        self.astray: str | None = None

    def is_clever(self, url: str) -> bool:
        return origin(url) == self._clever

    def is_foreign(self, url: str) -> bool:
        """Whether this is another site than the app, the mock and the real Clever."""
        at = urlsplit(url)
        return at.hostname not in REAL_CLEVER and origin(url) not in {self._clever, *map(origin, self._own)}

    def open(self, url: str, *, until: Callable[[str], bool] = lambda url: False) -> Page:
        """Go to an address and follow where it sends us, but never to an address that `until` accepts."""
        return self._go("GET", url, None, until)

    def submit(
        self,
        form: Form,
        filled: dict[str, str] | None = None,
        *,
        press: Button | None = None,
        until: Callable[[str], bool] = lambda url: False,
    ) -> Page:
        """Send a form with what it holds, what a person fills in, and the button pressed."""
        sent = {**form.fields, **(filled or {})}
        if press and press.name:
            sent[press.name] = press.value
        return self._go(form.method, form.url, sent, until)

    def send(
        self,
        form: Form,
        ticked: list[tuple[str, str]],
        *,
        until: Callable[[str], bool] = lambda url: False,
    ) -> Page:
        """Send a form with exactly these boxes ticked, (name, value) each, and what else it holds."""
        kept = {name: value for name, value in form.fields.items() if name not in form.choices}
        press = next(iter(form.buttons), None)
        named = [(press.name, press.value)] if press and press.name else []
        return self._go(form.method, form.url, [*kept.items(), *ticked, *named], until)

    def press(
        self,
        control: Link | Form,
        button: Button | None = None,
        filled: dict[str, str] | None = None,
        *,
        until: Callable[[str], bool] = lambda url: False,
    ) -> Page:
        """Use a link, or a form, filled in, with this button or its first."""
        if isinstance(control, Link):
            return self.open(control.url, until=until)
        return self.submit(control, filled, press=button or next(iter(control.buttons), None), until=until)

    def call(self, method: str, url: str) -> Page:
        """Ask for an address as a script on the page would."""
        return self._go(method, url, None, self.is_clever)

    def cookies(self) -> dict[str, str]:
        """The vendor's cookies on this device."""
        return {cookie.name: cookie.value or "" for cookie in self._at_vendor.cookies}

    def stolen(self) -> Browser:
        """Another device with this one's vendor cookies, as somebody has who copied them."""
        thief = Browser(self._clever_url, self._own, patience=self._patience, ca=self._ca)
        thief._at_vendor.cookies.update(self._at_vendor.cookies)
        return thief

    def leave_clever(self) -> None:
        """Forget Clever's session, as the next pupil on a shared device does by logging out of Clever."""
        self._at_clever.cookies.clear()

    def _go(self, method: str, url: str, sent: Sent, until: Callable[[str], bool]) -> Page:
        trail: list[Hop] = []
        while len(trail) < MOST_HOPS:
            if urlsplit(url).hostname in REAL_CLEVER:
                self.astray = url
                raise Fail(
                    f"The app sends the browser to the real Clever: {url.partition('?')[0]}.",
                    expected="Every Clever address of the app is the mock's.",
                )
            if self.is_foreign(url):
                raise Fail(
                    f"The way leads to {url.partition('?')[0]}, which is neither your app at {self._own[0]} nor "
                    "the mock. What answers there says nothing about your app and was not asked.",
                    expected="Logins begin and end at the app that certification.toml describes.",
                    next_step="Let base_url and redirect_uri in certification.toml, and the redirect_uri that "
                    "your app sends to Clever, be those of one app.",
                )
            page = self._fetch(method, url, sent)
            trail.append(Hop(method, url, page.status))
            self.history.append(trail[-1])
            page.trail = list(trail)
            target = page.location or (page.refresh if page.status == 200 else None)
            if target is None:
                return page
            page.location = target
            if until(target):
                return page
            if self.is_foreign(target):
                self.astray = target
                return page
            if page.status not in (307, 308):
                method, sent = "GET", None
            url = target
        raise Fail(
            f"The way from {trail[0].url} never ended: {MOST_HOPS} redirects, the last to {url}.",
            expected="A login ends at a page.",
        )

    def _fetch(self, method: str, url: str, sent: Sent) -> Page:
        at_clever = self.is_clever(url)
        http = self._at_clever if at_clever else self._at_vendor
        data, query = (None, sent) if method == "GET" else (sent, None)
        try:
            answer = http.request(
                method, url, data=data, params=query, allow_redirects=False, timeout=self._patience, stream=True
            )
            source = whole(answer, self._patience)
        except requests.Timeout as error:
            raise _silence(at_clever, url, "late", self._patience) from error
        except requests.ConnectionError as error:
            raise _silence(at_clever, url, "refused" if refused(error) else "dropped") from error
        except requests.RequestException as error:
            raise _silence(at_clever, url, "dropped") from error
        moved = answer.headers.get("Location") if 300 <= answer.status_code < 400 else None
        return Page(
            url=answer.url or url,
            status=answer.status_code,
            content_type=answer.headers.get("Content-Type", ""),
            source=source,
            location=urljoin(url, moved) if moved else None,
        )


def whole(answer: requests.Response, patience: float, *, most: int = MOST_BYTES) -> str:
    """All of an answer that was begun, or as much as a page may hold, as text.

    Raises requests.Timeout when it does not end in time: an app that says a byte now and then hangs as well.
    """
    ends, body = time.monotonic() + patience, bytearray()
    as_it_comes = getattr(answer.raw, "read1", answer.raw.read)
    try:
        with answer:
            while len(body) <= most and (piece := as_it_comes(PIECE, decode_content=True)):
                body += piece
                if time.monotonic() > ends:
                    raise requests.Timeout(f"{answer.url} did not end")
    except ReadTimeoutError as error:
        raise requests.Timeout(str(error)) from error
    except HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error
    named = answer.encoding if "charset" in answer.headers.get("Content-Type", "") else None
    try:
        return body.decode(named or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.8"})
    return session


def refused(error: requests.RequestException) -> bool:
    """Whether nothing listens there."""
    return any(
        sign in str(error)
        for sign in ("Connection refused", "NewConnectionError", "Name or service", "NameResolution")
    )


def _silence(at_clever: bool, url: str, kind: str, patience: float = TIMEOUT) -> Exception:
    if at_clever:
        return CouldNotRun(f"The mock gave no answer at {url} ({kind}).")
    return Silence(url, kind, patience=patience)
