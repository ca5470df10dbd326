"""From a login that is wanted to the redirect that ends it: what authorize is asked, and who may go on.

Malformed requests never come back to the application: Clever shows a page of its own and the flow stops
(docs/il-implicit-grant; sso 2, 14).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

from mock_clever.apps import App, Connection
from mock_clever.clock import iso
from mock_clever.documentation import PORTAL
from mock_clever.errors import PageRefusal
from mock_clever.grants import Login
from mock_clever.model import Id, User
from mock_clever.people import full_name
from mock_clever.portal.addresses import home
from mock_clever.portal.stops import stop
from mock_clever.world import World

UNSHARED = "unauthorized-user"
LIBRARY_SANDBOX = "5b2ad81a709e300001e2cd7a"
"""The one district in which a Library app is reached by an Instant Login link (docs/testing-library; sso 10)."""
NOTHING: Mapping[str, str] = {}
_FIRST: Mapping[str, tuple[str, ...]] = {"code": (), "token": ("token_type", "state")}
"""The parameters of an answer that come before the others, by response type (docs/il-implicit-grant)."""


class Wanted(Struct, frozen=True, kw_only=True):
    """A checked authorize request.

    `response_type` is "code", or "token" by the implicit grant. `confirmed`, `channel` and `user_type` are as they
    were sent, empty when they were not.
    """

    app: App
    redirect_uri: str
    response_type: str = "code"
    state: str | None = None
    nonce: str | None = None
    district: Id = ""
    return_unshared: bool = False
    confirmed: str = ""
    channel: str = ""
    user_type: str = ""


AUTH_CALLBACK = "/in/auth_callback"
CLEVER = App(
    client_id=PORTAL.client_id,
    client_secret="",
    name="Clever",
    products=("sso",),
    redirect_uris=(AUTH_CALLBACK,),
)
"""Clever's own portal, to which people log in as to any application (sso 11); its callback is a path of ours."""


def wanted(world: World, sent: Mapping[str, str]) -> Wanted:
    """Read an authorize request (docs/oauth-implementation). Raises PageRefusal; nothing is sent back to the app.

    Unknown parameters are ignored. Without `redirect_uri` the primary one is used; otherwise it must be on the
    list to the letter.
    """
    client_id = sent.get("client_id", "")
    app = CLEVER if client_id == CLEVER.client_id else world.apps.get(client_id)
    if app is None:
        raise stop("unknown client")
    response_type = sent.get("response_type", "")
    if response_type not in (("code", "token") if app.implicit else ("code",)):
        raise stop("wrong response_type", sent=response_type or "missing")
    return Wanted(
        app=app,
        response_type=response_type,
        redirect_uri=_redirect_uri(app, sent.get("redirect_uri")),
        state=sent.get("state"),
        nonce=sent.get("nonce"),
        district=_district(world, sent.get("district_id", "")),
        return_unshared=sent.get("return_unshared") == "true",
        confirmed=sent.get("confirmed", ""),
        channel=sent.get("channel", ""),
        user_type=sent.get("user_type", ""),
    )


def parameters(entry: Wanted) -> dict[str, str]:
    """The request again, as its parameters: what every page of a login carries on to the next."""
    sent = {
        "response_type": entry.response_type,
        "client_id": entry.app.client_id,
        "redirect_uri": entry.redirect_uri,
        "state": entry.state,
        "nonce": entry.nonce,
        "district_id": entry.district or None,
        "return_unshared": "true" if entry.return_unshared else None,
        "confirmed": entry.confirmed or None,
        "channel": entry.channel or None,
        "user_type": entry.user_type or None,
    }
    return {name: value for name, value in sent.items() if value is not None}


def instant(world: World, sent: Mapping[str, str]) -> Wanted:
    """An Instant Login link: the primary redirect URI always, and no state (docs/oauth-implementation).

    Library has none but in its sandbox (docs/sso-overview; docs/testing-library).
    """
    if not sent.get("district_id"):
        raise stop("no district in the link")
    basic = {"client_id": sent.get("client_id", ""), "response_type": "code", "district_id": sent["district_id"]}
    entry = wanted(world, basic)
    if world.authorizes(entry.app, entry.district) == "teacher" and entry.district != LIBRARY_SANDBOX:
        raise stop("instant login of the Library", app=entry.app.name, sandbox=LIBRARY_SANDBOX)
    return entry


def _redirect_uri(app: App, sent: str | None) -> str:
    if not app.redirect_uris:
        raise stop("no redirect URI", app=app.name)
    sent = app.redirect_uris[0] if sent is None else sent
    if sent not in app.redirect_uris:
        raise stop("unknown redirect URI", sent=sent, app=app.name, registered=", ".join(app.redirect_uris))
    if app is not CLEVER and (problem := app.problem_with(sent)):
        raise stop("unfit redirect URI", sent=sent, app=app.name, problem=problem)
    return sent


def _district(world: World, sent: str) -> Id:
    if sent and sent not in world.districts:
        raise stop("unknown district")
    return sent


def finish(world: World, entry: Wanted, district: Id, user: User, *, role: str = "", by: Id | None = None) -> str:
    """Where to send a person who has logged in: back to the application with a code, or to their portal's path.

    `role` is the one they chose, if they hold it and the application supports it; `by` the admin who looks through
    their eyes. Raises PageRefusal when they may not use it; with `return_unshared` they go back with an error
    instead (docs/best-practices-edge-cases).
    """
    if entry.app is CLEVER:
        return home(world, district, user, role)
    authority = world.authorizes(entry.app, district)
    refusal = refused(world, entry.app, district, user)
    if refusal is not None and entry.return_unshared:
        return redirect_to(entry, error=UNSHARED)
    if refusal is not None:
        raise refusal
    roles = entry.app.login_roles(user, authority)  # without one there is a refusal
    role = role if role in roles else roles[0]
    with world.lock:
        login = Login(
            client_id=entry.app.client_id,
            district=district,
            user=user.id,
            role=role,
            redirect_uri=entry.redirect_uri,
            authorized_by=authority,
            nonce=entry.nonce,
        )
        granted = _granted(world, entry, login)
    told = by is not None and entry.app.loginas_flag
    last = {"loginas_by_admin": "true"} if told else {}
    return redirect_to(entry, last, **granted, scope=" ".join(entry.app.scopes))


def _granted(world: World, entry: Wanted, login: Login) -> dict[str, str]:
    """A code, or the token itself by the implicit grant (docs/il-implicit-grant)."""
    now = world.clock.now()
    if entry.response_type == "token":
        return {"token_type": "bearer", "access_token": world.grants.token(login, now)}
    return {"code": world.grants.code(login, now)}


def refused(world: World, app: App, district: Id, user: User) -> PageRefusal | None:
    """Why this person may not use this application now (support 360051319711; 221231247)."""
    if app is CLEVER:
        return None
    if not app.logs_in:
        return stop("rostering only", app=app.name)
    authority = world.authorizes(app, district)
    role = app.login_role(user, authority)
    if role is None:
        return stop("unsupported user type", name=full_name(user), roles=kinds(user), app=app.name)
    if authority == "teacher":
        return _not_in_library(world, app, district, user, role)
    return _not_connected(world, app, district, user)


def kinds(user: User) -> str:
    """What a person is, in words: every role they hold."""
    words = (role.replace("_", " ") for role in user.holds())
    return " and ".join(word if word == "staff" else f"a {word}" for word in words)


def _not_in_library(world: World, app: App, district: Id, user: User, role: str) -> PageRefusal | None:
    """Why Library keeps this student or teacher out: a teacher needs no more than their own consent."""
    allowed, given = world.consents.library(district), world.consents.given(app.client_id, user.id)
    if not allowed.enabled:
        return stop("Library switched off", district=district)
    if not allowed.lets_in(app.client_id):
        return stop("blocked in the Library", app=app.name, district=district)
    if role == "teacher" and not given and not allowed.lets_install(app.client_id):
        return stop("awaits approval", app=app.name, district=district)
    if role == "student" and not world.vouched(app.client_id, district, user.id):
        return stop("no teacher authorized", name=full_name(user), app=app.name)
    return None


def launched(world: World, connection: Connection) -> bool:
    """Whether people may use an application yet: its launch date has come, on this world's clock."""
    return connection.launched and connection.launch_date <= iso(world.clock.now())[:10]


def let_in(world: World, app: App, district: Id, user: User) -> bool:
    """Whether a district lets this person use this application, be their type supported or not."""
    return _not_connected(world, app, district, user) is None


def _not_connected(world: World, app: App, district: Id, user: User) -> PageRefusal | None:
    connection, name = world.connection_of(app.client_id, district), full_name(user)
    if connection is None:
        former = (
            c.id for c in world.connections.values() if (c.client_id, c.district) == (app.client_id, district)
        )
        id = next(former, None)
        words = {"name": name, "app": app.name}
        return stop("removed", connection=id, **words) if id is not None else stop("not connected", **words)
    if not launched(world, connection):
        return stop("not launched", launch_date=connection.launch_date if connection.launched else "not set")
    if user.id not in world.published(connection).snapshot.users:
        return stop("not shared", name=name, app=app.name, connection=connection.id)
    return None


def needs_consent(world: World, entry: Wanted, district: Id, user: User) -> bool:
    """Whether a teacher must authorise this application first: Library would let them in, and they have not."""
    if entry.app is CLEVER or world.authorizes(entry.app, district) != "teacher":
        return False
    teaching = entry.app.login_role(user, "teacher") == "teacher"
    asked = teaching and refused(world, entry.app, district, user) is None
    return asked and user.id not in world.consents.teachers(entry.app.client_id, district)


def cancelled(world: World, entry: Wanted) -> str | None:
    """Where someone goes who cancels: nowhere, unless this world is set to tell the application (sso 14)."""
    told = world.settings.cancel == "access_denied" and entry.app is not CLEVER
    return redirect_to(entry, error="access_denied") if told else None


def redirect_to(entry: Wanted, last: Mapping[str, str] = NOTHING, **answer: str) -> str:
    """The redirect URI with these parameters, `state` if there was one, then the last; spaces as %20.

    They are its query (docs/il-example; sso 14), or its fragment by the implicit grant (docs/il-implicit-grant).
    """
    told = {**answer, **({} if entry.state is None else {"state": entry.state}), **last}
    told = {name: told[name] for name in _FIRST[entry.response_type] if name in told} | told
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items())
    if entry.response_type == "token":
        return f"{entry.redirect_uri}#{query}"
    return f"{entry.redirect_uri}{'&' if '?' in entry.redirect_uri else '?'}{query}"
