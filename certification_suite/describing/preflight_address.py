"""The look at the app's address and what stands before it: certificates, proxies, clocks, the probe."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from requests.utils import should_bypass_proxies

from certification_suite.describing.config import ConfigurationError
from certification_suite.describing.doorway import Answered, look, told
from certification_suite.drivers.browser import Silence
from certification_suite.drivers.probe import Probe, transport
from certification_suite.findings import Finding, misconfigured, note, of_the_app
from certification_suite.sight import Sight
from certification_suite.verdicts import Fail, NotOffered

MOST_SECONDS = 30
"""How far clocks may differ: a code lives for a minute, and libraries allow id_tokens about as much."""
PROXY_SIGNS = ("Via", "X-Squid-Error", "Proxy-Connection", "X-Cache", "Proxy-Authenticate")
PROXY_TROUBLE = (407, 502, 503, 504)
PROBE_TIMEOUT = 30.0


def the_address(sight: Sight) -> Iterator[Finding]:
    """Somebody answers at the login page, and it is not a proxy."""
    url = sight.app.url(sight.app.login_page)
    seen = look(url, ca=sight.app.ca, patience=sight.patience)
    if not isinstance(seen, Answered):
        cause, next_step = told(url, seen)
        yield misconfigured(cause, f"{next_step} The address is {sight.stands('base_url')}.")
        return
    sight.answer = seen
    yield from _a_proxy_in_its_place(url, seen)
    if seen.status >= 500 and not _signs(seen.headers):
        yield of_the_app(f"{url} answers {seen.status}: “{seen.page.text[:120]}”.", "Read what the app logs.")


def _a_proxy_in_its_place(url: str, seen: Answered) -> Iterator[Finding]:
    signs = _signs(seen.headers)
    if seen.status == 407 or (signs and seen.status in PROXY_TROUBLE):
        yield misconfigured(
            f"A proxy answers in place of your app: {seen.status} from {url}"
            f"{f' ({signs})' if signs else ''}, “{seen.page.text[:120]}”.",
            "Name the address of the app itself as base_url, or start the app behind that proxy.",
        )
    elif "Via" in seen.headers:
        yield note(
            f"A proxy stands before your app ({signs}).", "It must pass cookies and redirects on as they are."
        )


def _signs(headers: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {headers[name]}" for name in PROXY_SIGNS if name in headers)


def proxies(sight: Sight) -> Iterator[Finding]:
    """We go past every proxy; an app started from the same shell does not, unless it is told to."""
    set_ = {scheme: url for scheme, url in getproxies_environment().items() if scheme in ("http", "https", "all")}
    host = urlsplit(sight.app.mock_url).hostname or ""
    sight.proxied = bool(set_) and not should_bypass_proxies(sight.app.mock_url, no_proxy=None)
    if sight.proxied:
        named = ", ".join(f"{scheme.upper()}_PROXY={_without_password(url)}" for scheme, url in set_.items())
        yield note(
            f"{named} is set here, and no_proxy does not list {host}. The suite goes past the proxy; an app that "
            "is started from this shell asks the proxy for the mock, which knows nothing of it.",
            f"Start the app with NO_PROXY={_with(os.environ.get('NO_PROXY', ''), host)}.",
        )


def _without_password(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _with(listed: str, host: str) -> str:
    return ",".join([*filter(None, listed.split(",")), host])


def clocks(sight: Sight) -> Iterator[Finding]:
    """Three clocks; the one that stands apart is named."""
    here = datetime.now(UTC)
    times = {"your app": _of_the_app(sight), "the mock": sight.clever.now(), "this machine": here}
    known = {name: at.astimezone(UTC) for name, at in times.items() if at is not None}
    for name, at in known.items():
        others = [other for other in known if other != name]
        away = [abs((at - known[other]).total_seconds()) > MOST_SECONDS for other in others]
        apart = all(away) and (len(known) > 2 or name == "the mock")
        if apart:
            seconds = (at - known[others[0]]).total_seconds()
            yield note(
                f"The clock of {name} is {_span(abs(seconds))} {'ahead' if seconds > 0 else 'behind'}: it says "
                f"{at:%Y-%m-%d %H:%M:%S} UTC, and {' and '.join(others)} {known[others[0]]:%Y-%m-%d %H:%M:%S}.",
                SET_RIGHT[name],
            )


SET_RIGHT = {
    "your app": "Set the clock of the machine or container it runs in: a code lives for a minute, and id_tokens "
    "that seem expired, or not valid yet, are refused.",
    "the mock": "Somebody moved it (POST /_mock/clock). Every check begins with a reset, which sets it right.",
    "this machine": "Set the clock of this machine: times in the reports are taken from it.",
}
"""What to do about each clock."""


def _of_the_app(sight: Sight) -> datetime | None:
    said = sight.answer.headers.get("Date") if sight.answer else None
    try:
        at = parsedate_to_datetime(said) if said else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _span(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def the_probe(sight: Sight) -> Iterator[Finding]:
    """It answers, in JSON; of a command or a class only what changes nothing is tried."""
    app, where = sight.app, "[probe]"
    if app.probe.told is None:
        yield note("No probe: what happens behind the pages cannot be seen, and checks that need it say so.")
        return
    if app.probe.url:
        where = f"The probe at {app.probe.url}"
        seen = look(f"{app.probe.url.rstrip('/')}/users", ca=app.ca, patience=PROBE_TIMEOUT)
        if not isinstance(seen, Answered):
            cause, next_step = told(app.probe.url, seen)
            right = f"Correct {sight.stands('url', 'probe')}, or leave it out."
            yield misconfigured(f"{where} gives no answer. {cause}", f"{next_step} {right}")
            return
        if seen.page.status in (301, 302, 303, 307, 308, 401, 403):
            yield misconfigured(
                f"{where} answers {seen.status} to GET /users"
                f"{f', and leads to {goes}' if (goes := seen.headers.get('Location')) else ''}.",
                "A probe asks nobody to log in. Leave it out of your log-in rule, on loopback and in tests only.",
            )
            return
    try:
        probe = Probe(transport(app, timeout=PROBE_TIMEOUT), pause=lambda seconds: None)
        probe.rows("users")
    except NotOffered:
        yield note(
            f"{where} offers no users, the part that most checks look through.", "docs/probe.md lists parts."
        )
    except (ConfigurationError, Silence) as error:
        yield misconfigured(f"{error}", f"Correct [probe] ({app.stands('probe', 'python')}), or leave it out.")
    except Fail as fail:
        yield misconfigured(
            fail.observed,
            f"Expected: {fail.expected} Is {app.probe.told} the probe? docs/probe.md has the contract.",
        )
