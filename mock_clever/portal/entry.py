"""From a login that is wanted to the redirect that ends it: what authorize is asked, and who may go on.

Malformed requests never come back to the application: Clever shows a page of its own and the flow stops
(docs/il-implicit-grant; sso 2, 14).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

from mock_clever.apps import App
from mock_clever.clock import iso
from mock_clever.errors import PageRefusal
from mock_clever.grants import Login
from mock_clever.model import Id, User
from mock_clever.people import full_name
from mock_clever.portal.stops import stop
from mock_clever.world import World

UNSHARED = "unauthorized-user"


class Wanted(Struct, frozen=True, kw_only=True):
    """A checked authorize request."""

    app: App
    redirect_uri: str
    state: str | None = None
    district: Id = ""
    return_unshared: bool = False


def wanted(world: World, sent: Mapping[str, str]) -> Wanted:
    """Read an authorize request (docs/oauth-implementation). Raises PageRefusal; nothing is sent back to the app.

    Unknown parameters are ignored. Without `redirect_uri` the primary one is used; otherwise it must be on the
    list to the letter.
    """
    app = world.apps.get(sent.get("client_id", ""))
    if app is None:
        raise stop("unknown client")
    if sent.get("response_type") != "code":
        raise stop("wrong response_type", sent=sent.get("response_type") or "missing")
    return Wanted(
        app=app,
        redirect_uri=_redirect_uri(app, sent.get("redirect_uri")),
        state=sent.get("state"),
        district=_district(world, sent.get("district_id", "")),
        return_unshared=sent.get("return_unshared") == "true",
    )


def instant(world: World, sent: Mapping[str, str]) -> Wanted:
    """An Instant Login link: the primary redirect URI always, and no state (docs/oauth-implementation)."""
    if not sent.get("district_id"):
        raise stop("no district in the link")
    basic = {"client_id": sent.get("client_id", ""), "response_type": "code", "district_id": sent["district_id"]}
    return wanted(world, basic)


def _redirect_uri(app: App, sent: str | None) -> str:
    if not app.redirect_uris:
        raise stop("no redirect URI", app=app.name)
    if sent is None:
        return app.redirect_uris[0]
    if sent not in app.redirect_uris:
        raise stop("unknown redirect URI", sent=sent, app=app.name, registered=", ".join(app.redirect_uris))
    return sent


def _district(world: World, sent: str) -> Id:
    if sent and sent not in world.districts:
        raise stop("unknown district")
    return sent


def finish(world: World, entry: Wanted, district: Id, user: User) -> str:
    """Where to send a person who has logged in: back to the application with a code.

    Raises PageRefusal when they may not use it; with `return_unshared` they go back with an error instead
    (docs/best-practices-edge-cases).
    """
    authority = world.authorizes(entry.app, district)
    role = entry.app.login_role(user, authority)
    refusal = refused(world, entry.app, district, user)
    if refusal is not None and entry.return_unshared:
        return redirect_to(entry, error=UNSHARED)
    if refusal is not None:
        raise refusal
    assert role is not None  # without one there is a refusal
    with world.lock:
        if (authority, role) == ("teacher", "teacher"):
            world.consent(entry.app.client_id, district, user.id)  # here a page will ask the teacher first
        login = Login(
            client_id=entry.app.client_id,
            district=district,
            user=user.id,
            role=role,
            redirect_uri=entry.redirect_uri,
            authorized_by=authority,
        )
        code = world.grants.code(login, world.clock.now())
    return redirect_to(entry, code=code, scope=" ".join(entry.app.scopes))


def refused(world: World, app: App, district: Id, user: User) -> PageRefusal | None:
    """Why this person may not use this application now (support 360051319711; 221231247)."""
    authority = world.authorizes(app, district)
    role = app.login_role(user, authority)
    if role is None:
        kinds = ", ".join(user.holds()).replace("_", " ")
        return stop("unsupported user type", name=full_name(user), roles=kinds, app=app.name)
    if authority == "teacher":
        return _not_in_library(world, app, district, user, role)
    return _not_connected(world, app, district, user)


def _not_in_library(world: World, app: App, district: Id, user: User, role: str) -> PageRefusal | None:
    """Why Library keeps this student or teacher out: a teacher needs no more than their own consent."""
    if not world.consents.library(district).lets_in(app.client_id):
        return stop("blocked in the Library", app=app.name, district=district)
    if role == "student" and not world.vouched(app.client_id, district, user.id):
        return stop("no teacher authorized", name=full_name(user), app=app.name)
    return None


def _not_connected(world: World, app: App, district: Id, user: User) -> PageRefusal | None:
    connection, name = world.connection_of(app.client_id, district), full_name(user)
    if connection is None:
        return stop("not connected", name=name, app=app.name)
    today = iso(world.clock.now())[:10]
    if not connection.launched or connection.launch_date > today:
        return stop("not launched", launch_date=connection.launch_date if connection.launched else "not set")
    if user.id not in world.published(connection).snapshot.users:
        return stop("not shared", name=name, app=app.name, connection=connection.id)
    return None


def redirect_to(entry: Wanted, **answer: str) -> str:
    """The redirect URI with these parameters, then `state` if there was one; spaces as %20 (docs/il-example)."""
    if entry.state is not None:
        answer["state"] = entry.state
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in answer.items())
    return f"{entry.redirect_uri}{'&' if '?' in entry.redirect_uri else '?'}{query}"
