"""The Clever Portal: the icons a person finds there, and what each leads to (docs/identity-api; sso 3, 11)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from flask import Response
from msgspec import Struct

from mock_clever.api.asking import here
from mock_clever.apps import App
from mock_clever.ids import fingerprint
from mock_clever.model import Id, User
from mock_clever.people import full_name
from mock_clever.portal import addresses
from mock_clever.portal.district_pages import find_district
from mock_clever.portal.entry import CLEVER, let_in
from mock_clever.portal.visit import go, page, portal, signed_in
from mock_clever.world import World

SHADES = 6
GUIDED = ("staff", "district_admin")
"""Who sees the icon of an application that does not take them, flagged (docs/identity-api)."""


class Icon(Struct, frozen=True):
    """One application in the portal: where it leads, and whether that is only its vendor's site."""

    app: App
    address: str
    flagged: bool = False

    @property
    def initials(self) -> str:
        """What stands on it."""
        return "".join(word[0] for word in self.app.name.split()[:2]).upper()

    @property
    def shade(self) -> int:
        """Which of the colours it has, always the same."""
        return int(fingerprint(self.app.client_id), 16) % SHADES


@portal.get("/in/<name>/<kind>/portal")
def show_portal(name: str, kind: str) -> Response:
    """The portal of whoever is signed in; others log in first, and who is in the wrong one is led to their own."""
    world, district, found = here(), find_district(name), signed_in()
    if found is None or found[0].district != district:
        return go(addresses.page(world, district))
    session, user = found
    own = addresses.home(world, district, user, session.role)
    if not own.endswith(f"/{kind}/portal"):
        return go(own)
    by = world.districts[district].users.get(session.by or "")
    return page(
        "portal.html",
        district=world.districts[district].district,
        base=addresses.page(world, district),
        name=full_name(user),
        user=user,
        student=kind == addresses.STUDENT,
        teaches=user.roles.teacher is not None,
        governs=user.roles.district_admin is not None,
        leads=by is None and may_impersonate(user),
        by=full_name(by) if by is not None else "",
        icons=sorted(icons(world, district, user), key=lambda icon: icon.app.name.lower()),
    )


def icons(world: World, district: Id, user: User) -> Iterator[Icon]:
    """Every application this person finds: launched, shared with them, and for people of their type."""
    for app in world.apps.values():
        if not app.logs_in or not app.redirect_uris or app.client_id == CLEVER.client_id:
            continue
        authority = world.authorizes(app, district)
        if not (let_in if authority == "district" else _installed)(world, app, district, user):
            continue
        if app.login_role(user, authority) is not None:
            yield Icon(app, launch(app, district))
        elif any(role in user.holds() for role in GUIDED):
            yield Icon(app, website(app), flagged=True)


def launch(app: App, district: Id) -> str:
    """What an icon links to: an authorize request for the primary redirect URI, without a state (sso 3)."""
    query = {
        "channel": "clever-portal",
        "client_id": app.client_id,
        "confirmed": "true",
        "district_id": district,
        "redirect_uri": app.redirect_uris[0],
        "response_type": "code",
    }
    return f"/oauth/authorize?{urlencode(query)}"


def website(app: App) -> str:
    """The vendor's site: the one that is registered, else the origin of the primary redirect URI."""
    primary = urlsplit(app.redirect_uris[0])
    return app.website or f"{primary.scheme}://{primary.netloc}/"


def may_impersonate(user: User) -> bool:
    """Whether someone may be another: district admins and School Tech Leads (support 360000406146)."""
    staff = user.roles.staff
    return user.roles.district_admin is not None or (staff is not None and "SchoolTechLead" in staff.roles)


def _installed(world: World, app: App, district: Id, user: User) -> bool:
    return world.vouched(app.client_id, district, user.id)
