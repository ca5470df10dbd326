"""Logging in with a district's own identity provider: Google, Active Directory, SAML and the like.

What happens there is outside Clever. The page here stands in for it and says who comes back, or how that fails;
what Clever does then is Clever's: the screen "Log in with Clever", or a refusal that has a name in its log
(support 221231247, 208333128).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import Response, request

from mock_clever.api.asking import find, here
from mock_clever.errors import PageRefusal
from mock_clever.people import full_name, search
from mock_clever.portal.entry import CLEVER, parameters, wanted
from mock_clever.portal.pages import begin
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import begin_session, check_form, go_on, page, portal, send_on, signed_in

SHOWN = 20
PROVIDERS = {
    "Google": "Google",
    "LDAP": "Active Directory",
    "SAML": "SAML",
    "Canvas": "Canvas",
    "Other": "your district",
}
"""What stands outside Clever, by the value of `login_methods` (docs/districts), and what people call it."""


class Failure(NamedTuple):
    """A login that comes back from a provider without a person: a tester's words for it, and what Clever says."""

    words: str
    refusal: Callable[[str], PageRefusal]


FAILURES = {
    "no_match": Failure("An account nobody has at Clever", lambda name: stop("no_match", provider=name)),
    "no_code": Failure("Nobody: they gave up there", lambda name: stop("no_code", provider=name)),
    "no_token": Failure("Nobody: it does not vouch for them", lambda name: stop("no_token", provider=name)),
}
"""By the name that Clever's log of logins has for it (support 208333128)."""


@portal.get("/oauth/provider")
def provider() -> Response:
    """Stands in for an identity provider: a tester chooses whom it sends back."""
    entry, text = wanted(here(), request.args), request.args.get("q", "")
    return page(
        "provider.html",
        app=entry.app,
        to_portal=entry.app is CLEVER,
        provider=PROVIDERS[_method()],
        people=search(here(), text, district=entry.district, app=CLEVER, limit=SHOWN),
        failures={name: failure.words for name, failure in FAILURES.items()},
        parameters=parameters(entry) | {"method": _method()},
        text=text,
        shown=SHOWN,
    )


@portal.post("/oauth/provider")
def come_back() -> Response:
    """Someone comes back to Clever: signed in there, if Clever knows them."""
    entry, failure = wanted(here(), request.form), FAILURES.get(request.form.get("failure", ""))
    check_form()
    found = here().person(request.form.get("user", ""), entry.district) if failure is None else None
    if found is None:
        name = request.form["failure"] if failure is not None else "no_match"
        find(name, "a login with the district's identity provider ended without a person")
        raise FAILURES[name].refusal(PROVIDERS[_method()])
    begin_session(entry, *found)
    return go_on("/oauth/welcome", entry)


@portal.get("/oauth/welcome")
def welcome_back() -> Response:
    """The screen "Log in with Clever" between an identity provider and where someone is going."""
    entry, found = wanted(here(), request.args), signed_in()
    if found is None:
        return begin(entry)
    return page(
        "welcome_back.html",
        app=entry.app,
        to_portal=entry.app is CLEVER,
        name=full_name(found[1]),
        parameters=parameters(entry),
    )


@portal.post("/oauth/welcome")
def land() -> Response:
    """On to the application, or the portal."""
    entry = wanted(here(), request.form)
    check_form()
    return send_on(entry)


def _method() -> str:
    sent = request.values.get("method", "")
    return sent if sent in PROVIDERS else "Other"
