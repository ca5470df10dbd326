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
        raise PageRefusal(
            "Invalid client",
            "No application has this client_id.",
            "GET /_mock/env shows the client ids of this mock, /_mock/apps registers more.",
        )
    if sent.get("response_type") != "code":
        raise PageRefusal(
            "Invalid request",
            f"response_type must be code, not {sent.get('response_type') or 'missing'}.",
            "Send response_type=code: the authorization code grant is the one Clever supports.",
        )
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
        raise PageRefusal(
            "Invalid request",
            "An Instant Login link names a district.",
            "Add district_id; GET /_mock/env shows one.",
        )
    basic = {"client_id": sent.get("client_id", ""), "response_type": "code", "district_id": sent["district_id"]}
    return wanted(world, basic)


def _redirect_uri(app: App, sent: str | None) -> str:
    if not app.redirect_uris:
        raise PageRefusal(
            "No redirect URI",
            f"{app.name} has no redirect URI yet.",
            "Register one: POST /_mock/apps, or serve --redirect-uri URI.",
        )
    if sent is None:
        return app.redirect_uris[0]
    if sent not in app.redirect_uris:
        raise PageRefusal(
            "Unknown redirect URI",
            f"{sent} is not a redirect URI of {app.name}.",
            "The comparison is exact, trailing slash and query included. Registered: "
            + ", ".join(app.redirect_uris),
        )
    return sent


def _district(world: World, sent: str) -> Id:
    if sent and sent not in world.districts:
        raise PageRefusal(
            "Unknown district", "No district has this district_id.", "GET /_mock/districts lists them."
        )
    return sent


def finish(world: World, entry: Wanted, district: Id, user: User) -> str:
    """Where to send a person who has logged in: back to the application with a code.

    Raises PageRefusal when they may not use it; with `return_unshared` they go back with an error instead
    (docs/best-practices-edge-cases).
    """
    role = entry.app.login_role(user)
    refusal = _refusal(world, entry.app, district, user, role)
    if refusal is not None and entry.return_unshared:
        return redirect_to(entry, error=UNSHARED)
    if refusal is not None or role is None:
        raise refusal or PageRefusal("Not supported", "This user type cannot log in.")
    with world.lock:
        login = Login(
            client_id=entry.app.client_id,
            district=district,
            user=user.id,
            role=role,
            redirect_uri=entry.redirect_uri,
        )
        code = world.grants.code(login, world.clock.now())
    return redirect_to(entry, code=code, scope=" ".join(entry.app.scopes))


def _refusal(world: World, app: App, district: Id, user: User, role: str | None) -> PageRefusal | None:
    """Why this person may not use this application now (support 360051319711; 221231247)."""
    connection, name = world.connection_of(app.client_id, district), full_name(user)
    if role is None:
        kinds = ", ".join(user.holds()).replace("_", " ")
        return PageRefusal(
            "This app does not support your account",
            f"{name} is a {kinds}; {app.name} does not support that user type.",
            "Supported user types are part of the app: POST /_mock/apps changes them.",
            403,
        )
    if connection is None:
        return PageRefusal(
            "Your district has not added this app",
            f"{app.name} is not connected to the district of {name}.",
            "PATCH /_mock/connections/{id} with connected true, or POST /_mock/districts with connect true.",
            403,
        )
    today = iso(world.clock.now())[:10]
    if not connection.launched or connection.launch_date > today:
        return PageRefusal(
            "This app has not launched yet",
            "Users will not be able to access the application until the launch date: "
            f"{connection.launch_date if connection.launched else 'not set'}.",
            "PATCH /_mock/connections/{id} with launched true, or move the clock.",
            403,
        )
    if user.id not in world.published(connection).snapshot.users:
        return PageRefusal(
            "You do not have access to this app",
            "Ask your administrator to add this app to your Portal.",
            f"{name} is not shared with {app.name}: PUT /_mock/connections/{connection.id}/sharing changes that.",
            403,
        )
    return None


def redirect_to(entry: Wanted, **answer: str) -> str:
    """The redirect URI with these parameters, then `state` if there was one; spaces as %20 (docs/il-example)."""
    if entry.state is not None:
        answer["state"] = entry.state
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in answer.items())
    return f"{entry.redirect_uri}{'&' if '?' in entry.redirect_uri else '?'}{query}"
