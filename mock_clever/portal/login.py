"""The page where a tester picks a person to be, or types sandbox credentials."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, request
from msgspec import structs

from mock_clever.api.asking import here
from mock_clever.directory import logins
from mock_clever.ids import same
from mock_clever.model import Id, Snapshot, User
from mock_clever.people import QUIRKS, Quirk, person, personas, search
from mock_clever.portal import addresses
from mock_clever.portal.entry import CLEVER, Wanted, parameters, refused, wanted
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import check_form, page, portal, sign_in

SHOWN = 50


@portal.get("/oauth/login")
def login_page() -> Response:
    """Where a tester picks a person, or types sandbox credentials."""
    return _login_page(wanted(here(), request.args))


@portal.post("/oauth/login")
def log_in() -> Response:
    """Sign the chosen person in to Clever and send them on to the application."""
    entry = wanted(here(), request.form)
    check_form()
    if "user" in request.form:
        found = here().person(request.form["user"], entry.district)
    else:
        found = with_password(request.form.get("username", ""), request.form.get("password", ""), entry.district)
    if found is None:
        return _login_page(entry, error="Invalid username or password")
    return sign_in(entry, *found)


def with_password(username: str, password: str, district: Id = "") -> tuple[Id, User] | None:
    """Who logs in with these, in one district or any (support 360020344891)."""
    for id, town in here().districts.items():
        for user in here().directories.of(town).named(username) if district in ("", id) else ():
            expected = logins(user).get(username)
            if expected and same(password, expected):
                return id, user
    return None


@portal.get("/_mock/login-as")
def login_as() -> Response:
    """One person, ready to log in: a link for bug reports and bookmarks.

    Opening it changes nothing, for any page could make a browser open it; the button on it is a form of this
    browser's own, like those of the login page.
    """
    world = here()
    entry = wanted(world, {"response_type": "code"} | request.args.to_dict())
    found = world.person(request.args.get("user", ""), entry.district)
    if found is None:
        raise stop("nobody of that name", user=request.args.get("user", ""))
    district, user = found
    return page(
        "login_as.html",
        app=entry.app,
        who=person(district, world.districts[district], user),
        district=world.districts[district].district,
        refusal=refused(world, entry.app, district, user),
        parameters=parameters(structs.replace(entry, district=district)),
    )


def _login_page(entry: Wanted, error: str = "") -> Response:
    world = here()
    text = request.args.get("q", "")
    sent = parameters(entry)
    lone = entry.district or (next(iter(world.districts)) if len(world.districts) == 1 else "")
    kept_out = _kept_out(entry)
    more = {"unshared": Quirk(f"is not shared with {entry.app.name}", kept_out)}
    return page(
        "login.html",
        401 if error else 200,
        app=entry.app,
        people=search(world, text, district=entry.district, app=entry.app, limit=SHOWN, more=more),
        personas=[] if text else personas(world, entry.district, entry.app),
        unshared=lambda who: kept_out(world.districts[who.district], who.user),
        districts={id: town.district.name for id, town in world.districts.items()},
        district=world.districts[lone].district if lone else None,
        other_ways=f"{addresses.page(world, lone)}?{urlencode(sent)}" if lone else "",
        picker=f"/oauth/district-picker?{urlencode({k: v for k, v in sent.items() if k != 'district_id'})}",
        quirks=[*QUIRKS.items(), *more.items()],
        parameters=sent,
        text=text,
        error=error,
        shown=SHOWN,
    )


def _kept_out(entry: Wanted) -> Callable[[Snapshot, User], bool]:
    """Tells who is not shared with the application, or kept out of it by Library."""
    world, app = here(), entry.app
    shared = {c.district: world.published(c).snapshot.users for c in world.connections_of(app.client_id)}

    def kept_out(town: Snapshot, user: User) -> bool:
        if app is CLEVER:
            return False
        if app.by_teacher and town.district.id not in shared:
            return refused(world, app, town.district.id, user) is not None
        return user.id not in shared.get(town.district.id, ())

    return kept_out
