"""A district's login page and the forms behind its buttons: Clever Passwords, and that of the district admins."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask import Response, request
from msgspec import structs

from mock_clever.api.asking import here
from mock_clever.model import Id, User
from mock_clever.portal import addresses
from mock_clever.portal.entry import CLEVER, Wanted, parameters, wanted
from mock_clever.portal.login import with_password
from mock_clever.portal.providers import PROVIDERS
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import check_form, go, page, portal, remember, sign_in, signed_in


class Method(NamedTuple):
    """A button of a login page: its words, and the page behind it."""

    words: str
    path: str


METHODS = {
    "Clever Passwords": Method("Log in with Clever", "/oauth/passwords"),
    "Clever Badges": Method("Log in with Clever Badges", "/badges"),
    **{
        name: Method(f"Log in with {called}", f"/oauth/provider?method={name}")
        for name, called in PROVIDERS.items()
    },
}
"""The values of `login_methods` (docs/districts; support 221231247)."""

ADMIN = Method("Log in as a district admin", "/oauth/district-admin")
HELP = "Get help logging in!"
FORMS = {
    "/oauth/passwords": ("Log in with Clever", "Username"),
    "/oauth/district-admin": ("Log in as a district admin", "Email"),
}


def find_district(name: str) -> Id:
    """The district of this short name. Raises PageRefusal when there is none."""
    district = addresses.called(here(), name)
    if district is None:
        raise stop("unknown district page", name=name)
    return district


def to_portal(district: Id) -> Wanted:
    """A login to Clever itself: its end is the person's portal."""
    return Wanted(app=CLEVER, redirect_uri=CLEVER.redirect_uris[0], district=district, channel="clever")


def buttons(entry: Wanted, district: Id) -> list[Method]:
    """The ways to log in that a district has chosen, each with the address that goes on with this login."""
    chosen = [METHODS[name] for name in here().district(district).district.login_methods if name in METHODS]
    query = urlencode(parameters(structs.replace(entry, district=district)))
    return [Method(words, f"{path}{'&' if '?' in path else '?'}{query}") for words, path in (*chosen, ADMIN)]


@portal.get("/in/<name>")
def district_page(name: str) -> Response:
    """A district's login page; the portal, for someone of it who is signed in already."""
    district = find_district(name)
    entry = wanted(here(), request.args) if "client_id" in request.args else to_portal(district)
    entry, found = structs.replace(entry, district=district), signed_in()
    remember(district)
    if found is not None and found[0].district == district and entry.app is CLEVER:
        return go(addresses.home(here(), district, found[1], found[0].role))
    query = urlencode(parameters(entry))
    return page(
        "district.html",
        app=entry.app,
        to_portal=entry.app is CLEVER,
        district=here().districts[district].district,
        methods=buttons(entry, district),
        help=f"/in/{quote(name, safe='')}/help?{query}",
        parameters=parameters(entry),
    )


@portal.get("/oauth/passwords")
@portal.get("/oauth/district-admin")
def form() -> Response:
    """Where username and password are typed: anyone's, or a district admin's alone."""
    return _form(wanted(here(), request.args))


@portal.post("/oauth/passwords")
@portal.post("/oauth/district-admin")
def log_in_with_password() -> Response:
    """Sign in whoever these belong to; nothing tells which of the two is wrong (support 360020344891)."""
    entry = wanted(here(), request.form)
    check_form()
    found = with_password(request.form.get("username", ""), request.form.get("password", ""), entry.district)
    if found is None or (request.path == ADMIN.path and not _is_admin(found[1])):
        return _form(entry, "Invalid username or password")
    return sign_in(entry, *found)


def _form(entry: Wanted, error: str = "") -> Response:
    title, label = FORMS[request.path]
    return page(
        "passwords.html",
        401 if error else 200,
        app=entry.app,
        title=title,
        label=label,
        action=request.path,
        error=error,
        portal=CLEVER.client_id,
        parameters=parameters(entry),
    )


def _is_admin(user: User) -> bool:
    return user.roles.district_admin is not None
