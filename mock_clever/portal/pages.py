"""The pages of a login: authorize, the page where a tester picks a person, Instant Login and sign-out."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request

from mock_clever.api.asking import here, row
from mock_clever.ids import same
from mock_clever.model import Id, User
from mock_clever.people import personas, search
from mock_clever.portal.entry import Wanted, finish, instant, refused, wanted
from mock_clever.portal.stops import stop
from mock_clever.world import logins

SESSION = "clever_session"
CSRF = "clever_csrf"
SHOWN = 50

portal = Blueprint(
    "portal", __name__, template_folder="templates", static_folder="static", static_url_path="/_mock/static"
)


@portal.get("/")
def welcome() -> str:
    """What this is, and where to go from here."""
    return render_template("welcome.html", districts=[town.district for town in here().districts.values()])


@portal.get("/favicon.ico")
def no_icon() -> Response:
    """Nothing, so that no browser complains."""
    return Response(status=204)


@portal.get("/oauth/authorize")
def authorize() -> Response:
    """Begin a login, or finish it at once for someone already signed in to Clever (docs/identity-api)."""
    return _begin(wanted(here(), request.args))


@portal.get("/oauth/instant-login")
def instant_login() -> Response:
    """An Instant Login link (docs/oauth-implementation)."""
    return _begin(instant(here(), request.args))


@portal.get("/oauth/login")
def login_page() -> Response:
    """Where a tester picks a person, or types sandbox credentials."""
    return _login_page(wanted(here(), request.args))


@portal.post("/oauth/login")
def log_in() -> Response:
    """Sign the chosen person in to Clever and send them on to the application."""
    entry = wanted(here(), request.form)
    if not same(request.form.get("csrf", ""), request.cookies.get(CSRF) or "no cookie"):
        raise stop("foreign form")
    if "user" in request.form:
        found = here().person(request.form["user"])
    else:
        found = _with_password(request.form.get("username", ""), request.form.get("password", ""))
    if found is None:
        return _login_page(entry, error="Invalid username or password")
    return _sign_in(entry, *found)


@portal.get("/logout")
def log_out() -> Response:
    """Sign out of Clever itself; applications are not told (docs/il-design)."""
    here().grants.sign_out(request.cookies.get(SESSION))
    response = Response(render_template("signed_out.html"))
    response.delete_cookie(SESSION, path=_cookie_path())
    return response


def _begin(entry: Wanted) -> Response:
    world = here()
    row().client_id = entry.app.client_id
    session = world.grants.session(request.cookies.get(SESSION), world.clock.now(), world.settings.session_life)
    if session is not None and entry.district in ("", session.district):
        user = world.district(session.district).users.get(session.user)
        if user is not None:
            return _send_on(entry, session.district, user)
    return _redirect(f"{request.script_root}/oauth/login?{urlencode(_parameters(entry))}")


def _sign_in(entry: Wanted, district: Id, user: User) -> Response:
    world = here()
    response = _send_on(entry, district, user)
    cookie = world.grants.sign_in(district, user.id, world.clock.now())
    response.set_cookie(SESSION, cookie, path=_cookie_path(), httponly=True, samesite="Lax")
    return response


def _send_on(entry: Wanted, district: Id, user: User) -> Response:
    row().client_id, row().user, row().district = entry.app.client_id, user.id, district
    return _redirect(finish(here(), entry, district, user))


def _with_password(username: str, password: str) -> tuple[Id, User] | None:
    found = here().person(username)
    expected = logins(found[1]).get(username) if found else None
    return found if same(password, expected or "") and expected else None


def _login_page(entry: Wanted, error: str = "") -> Response:
    world = here()
    text = request.args.get("q", "")
    page = render_template(
        "login.html",
        app=entry.app,
        people=search(world, text, district=entry.district, app=entry.app, limit=SHOWN),
        personas=[] if text else personas(world, entry.district, entry.app),
        unshared=lambda who: not _shared(entry, who.district, who.user),
        districts={id: town.district.name for id, town in world.districts.items()},
        parameters=_parameters(entry),
        csrf=_csrf(),
        text=text,
        error=error,
        shown=SHOWN,
    )
    response = Response(page, 401 if error else 200)
    response.set_cookie(CSRF, g.csrf, path=_cookie_path(), httponly=True, samesite="Lax")
    return response


def _shared(entry: Wanted, district: Id, user: User) -> bool:
    if here().authorizes(entry.app, district) == "teacher":
        return refused(here(), entry.app, district, user) is None
    connection = here().connection_of(entry.app.client_id, district)
    return connection is not None and user.id in here().published(connection).snapshot.users


def _csrf() -> str:
    g.csrf = request.cookies.get(CSRF) or here().mint.hex(32)
    token: str = g.csrf
    return token


def _parameters(entry: Wanted) -> dict[str, str]:
    sent = {"response_type": "code", "client_id": entry.app.client_id, "redirect_uri": entry.redirect_uri}
    if entry.state is not None:
        sent["state"] = entry.state
    if entry.district:
        sent["district_id"] = entry.district
    if entry.return_unshared:
        sent["return_unshared"] = "true"
    return sent


def _redirect(location: str) -> Response:
    response = redirect(location)
    response.headers["Cache-Control"] = "no-store"
    assert isinstance(response, Response)
    return response


def _cookie_path() -> str:
    return request.script_root or "/"
