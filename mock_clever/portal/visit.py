"""A browser's visit to Clever: its cookies, who is signed in, and the one door by which every login ends.

Cookies are kept on the answer whatever it becomes, a redirect, a page or a refusal: someone who may not use an
application is signed in to Clever all the same.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.http import dump_cookie

from mock_clever.api.asking import here, row
from mock_clever.grants import Session
from mock_clever.ids import same
from mock_clever.model import Id, User
from mock_clever.people import full_name
from mock_clever.portal.entry import CLEVER, Wanted, finish, kinds, needs_consent, parameters
from mock_clever.portal.stops import stop

SESSION = "clever_session"
CSRF = "clever_csrf"
DISTRICT = "clever_district"
YEAR = 365 * 86_400
"""Seconds that a browser remembers its district; how long the real one does is not known."""

portal = Blueprint(
    "portal", __name__, template_folder="templates", static_folder="static", static_url_path="/_mock/static"
)


# Cookies


def keep(name: str, value: str, max_age: int | None = None) -> None:
    """Let the answer set this cookie; an empty one is deleted."""
    _kept()[name] = (value, max_age)


@portal.after_request
def _set_cookies(response: Response) -> Response:
    for name, (value, max_age) in _kept().items():
        if value:
            safe: dict[str, Any] = {"secure": request.is_secure, "httponly": True, "samesite": "Lax"}
            # without Expires, which werkzeug would count from the machine's clock
            cookie = dump_cookie(name, value, max_age=max_age, path=_path(), sync_expires=False, **safe)
            response.headers.add("Set-Cookie", cookie)
        else:
            response.delete_cookie(name, path=_path())
    return response


def _cookie(name: str) -> str:
    kept = _kept().get(name)
    return kept[0] if kept is not None else request.cookies.get(name, "")


def _kept() -> dict[str, tuple[str, int | None]]:
    kept: dict[str, tuple[str, int | None]] = g.setdefault("cookies", {})
    return kept


def _path() -> str:
    return request.script_root or "/"


# Forms


def csrf() -> str:
    """What every form of this browser carries, to be known for its own."""
    if not _cookie(CSRF):
        keep(CSRF, here().mint.hex(32))
    return _cookie(CSRF)


def check_form() -> None:
    """Raises PageRefusal for a form that this browser was not given."""
    if not same(request.form.get("csrf", ""), request.cookies.get(CSRF) or "no cookie"):
        raise stop("foreign form")


# Answers


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page of Clever's, its forms with their token."""
    return Response(render_template(template, csrf=csrf(), **values), status)


def go(location: str) -> Response:
    """Send the browser there: a path of this world, or the address of an application."""
    response = redirect(request.script_root + location if location.startswith("/") else location)
    response.headers["Cache-Control"] = "no-store"
    assert isinstance(response, Response)
    return response


def go_on(path: str, entry: Wanted, **more: str) -> Response:
    """Send the browser to another page of this login."""
    return go(f"{path}?{urlencode(parameters(entry) | more)}")


# Who is there


def remember(district: Id) -> None:
    """Let later links without a district go to this one (docs/oauth-implementation)."""
    keep(DISTRICT, district, YEAR)


def remembered() -> Id:
    """The district this browser was last at, if it is still there."""
    district = _cookie(DISTRICT)
    return district if district in here().districts else ""


def signed_in() -> tuple[Session, User] | None:
    """Clever's session in this browser, and whose it is."""
    world = here()
    session = world.grants.session(_cookie(SESSION), world.clock.now(), world.settings.session_life)
    town = world.districts.get(session.district) if session is not None else None
    user = town.users.get(session.user) if town is not None and session is not None else None
    return (session, user) if session is not None and user is not None else None


def sign_in(entry: Wanted, district: Id, user: User, by: Id | None = None) -> Response:
    """Begin a Clever session and send the person on. `by` is the admin who looks through their eyes."""
    begin_session(entry, district, user, by)
    return send_on(entry)


def begin_session(entry: Wanted, district: Id, user: User, by: Id | None = None) -> None:
    """Sign a person in to Clever, on the way to this login's end."""
    if CLEVER.login_role(user) is None:
        raise stop("unsupported user type", name=full_name(user), roles=kinds(user), app=entry.app.name)
    world = here()
    within = _cookie(SESSION) if by is not None else ""
    if by is None:
        sign_out()
    keep(SESSION, world.grants.sign_in(district, user.id, world.clock.now(), by, within))


def choose_role(role: str) -> None:
    """Be in this role from now on, having several."""
    here().grants.choose(_cookie(SESSION), role)


def sign_out() -> None:
    """End Clever's session in this browser; what an admin had before goes with it. Applications are not told."""
    found = signed_in()
    here().grants.sign_out(_cookie(SESSION))
    if found is not None and found[0].within:
        here().grants.sign_out(found[0].within)
    keep(SESSION, "")


def go_back() -> None:
    """End impersonation: the admin is themselves again."""
    found = signed_in()
    if found is not None and found[0].within:
        here().grants.sign_out(_cookie(SESSION))
        keep(SESSION, found[0].within)


def send_on(entry: Wanted) -> Response:
    """Where everyone goes who is signed in: to choose a role or to consent where that is asked, then on to the
    application."""
    found = signed_in()
    if found is None:
        return go_on("/oauth/login", entry)
    session, user = found
    world, district = here(), session.district
    row().client_id, row().user, row().district = entry.app.client_id, user.id, district
    remember(district)
    roles = roles_of(entry, district, user)
    if world.settings.role_choice == "asked" and len(roles) > 1 and session.role not in roles:
        return go_on("/oauth/role", entry)
    if needs_consent(world, entry, district, user):
        return go_on("/library/consent", entry)
    return go(finish(world, entry, district, user, role=session.role, by=session.by))


def roles_of(entry: Wanted, district: Id, user: User) -> tuple[str, ...]:
    """The roles in which this person may go on with this login, in the order of preference."""
    authority = "district" if entry.app is CLEVER else here().authorizes(entry.app, district)
    return entry.app.login_roles(user, authority)
