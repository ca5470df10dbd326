"""Accessing the portal as a user: admins and School Tech Leads see it as someone else (support 360000406146)."""

from __future__ import annotations

from flask import Response, request

from mock_clever.api.asking import here
from mock_clever.model import Id, User, schools_of
from mock_clever.people import search
from mock_clever.portal import addresses
from mock_clever.portal.district_pages import find_district, to_portal
from mock_clever.portal.entry import CLEVER
from mock_clever.portal.icons import may_impersonate
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import check_form, go, go_back, page, portal, sign_in, signed_in

SHOWN = 50


@portal.get("/in/<name>/access-as")
def choose_whom(name: str) -> Response:
    """Find the person to be."""
    (district, admin), text, world = _admin(name), request.args.get("q", ""), here()
    found = search(world, text, district=district, app=CLEVER, limit=10 * SHOWN)
    return page(
        "access_as.html",
        base=addresses.page(world, district),
        text=text,
        people=[who for who in found if may_be(admin, who.user)][:SHOWN],
        shown=SHOWN,
    )


@portal.post("/in/<name>/access-as")
def be_someone_else(name: str) -> Response:
    """Open the portal as this person. Applications are told only if they asked to be."""
    district, admin = _admin(name)
    check_form()
    user = here().districts[district].users.get(request.form.get("user", ""))
    if user is None or not may_be(admin, user):
        raise stop("not yours to be")
    return sign_in(to_portal(district), district, user, by=admin.id)


@portal.post("/in/<name>/access-as/end")
def be_oneself(name: str) -> Response:
    """Be the admin again."""
    district = find_district(name)
    check_form()
    go_back()
    return go(addresses.page(here(), district))


def _admin(name: str) -> tuple[Id, User]:
    """The district and the admin signed in there, as themselves. Raises PageRefusal for anyone else."""
    district, found = find_district(name), signed_in()
    if found is None or found[0].district != district or found[0].by is not None or not may_impersonate(found[1]):
        raise stop("for admins only")
    return district, found[1]


def may_be(admin: User, user: User) -> bool:
    """Whether this admin may see Clever as that person: never to gain a right that is not theirs."""
    if admin.roles.district_admin is not None:
        return user.roles.district_admin is None
    return not may_impersonate(user) and not set(schools_of(admin)).isdisjoint(schools_of(user))
