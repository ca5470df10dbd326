"""Who is asking: the world a request is for, its journal row, and the token it carries."""

from __future__ import annotations

from collections.abc import Callable

from flask import g, request
from msgspec import Struct

from mock_clever.apps import App, Connection
from mock_clever.errors import (
    ApiRefusal,
    BadToken,
    CannotGet,
    NoToken,
    OutOfScopeMessage,
    RateLimited,
    UnknownToken,
    UnknownTokenMessage,
)
from mock_clever.grants import Login
from mock_clever.ids import same
from mock_clever.journal import Finding, Row
from mock_clever.model import Id, Snapshot
from mock_clever.pages import Published
from mock_clever.versions import Permission
from mock_clever.world import World

WORLD = "mock_clever.world"


def here() -> World:
    """The world this request is for, chosen by the path prefix `/w/{world}`."""
    world: World = request.environ[WORLD]
    return world


def row() -> Row:
    """The journal's row of this request."""
    written: Row = g.row
    return written


def find(id: str, message: str) -> None:
    """Write down that the client did something Clever would not like."""
    row().findings.append(Finding(id, message))


class Asker(Struct, frozen=True, kw_only=True):
    """A valid bearer token: the application it stands for, and the person if it is a user token.

    `published` is what it may see and which fields of that, `connection` the one it comes from, if a district let
    it in.
    """

    app: App
    district: Id
    published: Published
    connection: Connection | None = None
    login: Login | None = None

    @property
    def permission(self) -> Permission:
        """Which fields of what it may see."""
        return self.published.permission

    @property
    def snapshot(self) -> Snapshot:
        """What this token may see."""
        return self.published.snapshot


def asker(*, counted: bool = True, unknown: Callable[[], ApiRefusal] | None = None) -> Asker:
    """Whoever sent this request, by a bearer token. Raises UnknownToken, or RateLimited when they ask too often.

    `counted` is whether this request counts against the rate limit, `unknown` what refuses a token, or none, in
    other words than the Data API's.
    """
    unknown = unknown or unknown_token
    world, written = here(), row()
    token = bearer_token()
    if token is None:
        raise unknown()
    now = world.clock.now()
    remaining = count(token) if counted else 0
    login = world.grants.bearer(token, now)
    who = _with_district_token(world, token) if login is None else standing(world, login)
    if who is None:
        written.credential = "unknown"
        raise unknown()
    written.credential = "district_token" if login is None else "user_token"
    written.client_id, written.district = who.app.client_id, who.district
    written.user = login.user if login else None
    if written.kind == "identity" and sent_otherwise():
        find(
            "token-not-in-header",
            "send the token in the Authorization header: URLs are kept in logs and histories",
        )
    if remaining < 0:
        raise RateLimited
    return who


def standing(world: World, login: Login) -> Asker | None:
    """What someone who logged in may ask now; nothing if whoever let them in does so no more."""
    return _AUTHORIZED[login.authorized_by](world, login)


def count(token: str) -> int:
    """Count this request against a token's limit: how many remain, negative when it is one too many."""
    world = here()
    limit = world.settings.rate_limit
    remaining, reset = world.rates.count(token, limit, world.clock.now())
    g.rate = (remaining, reset, limit)
    return remaining


def count_anyway() -> None:
    """Count a request that no view counted: whatever is asked, a token's answers tell its limit (data-api 6)."""
    token = bearer_token()
    if token is not None and "rate" not in g:
        count(token)


def _with_district_token(world: World, token: str) -> Asker | None:
    connection = world.bearer(token)
    return _connected(world, connection) if connection is not None else None


def _let_in_by_district(world: World, login: Login) -> Asker | None:
    connection = world.connection_of(login.client_id, login.district)
    return _connected(world, connection, login) if connection is not None else None


def _let_in_by_teacher(world: World, login: Login) -> Asker | None:
    app, published = world.apps[login.client_id], world.taught(login)
    if published is None:
        return None
    return Asker(app=app, district=login.district, published=published, login=login)


_AUTHORIZED = {"district": _let_in_by_district, "teacher": _let_in_by_teacher}


def _connected(world: World, connection: Connection, login: Login | None = None) -> Asker:
    app = world.apps[connection.client_id]
    return Asker(
        app=app,
        district=connection.district,
        published=world.published(connection),
        connection=connection,
        login=login,
    )


def unknown_token() -> ApiRefusal:
    """The 401, in the words that are set (data-api 15 #1)."""
    said = here().settings.unauthorized
    if said == "lms":
        return NoToken() if bearer_token() is None else BadToken()
    return UnknownToken() if said == "recorded" else UnknownTokenMessage()


def out_of_scope() -> ApiRefusal:
    """The 404 for a kind of token that an endpoint does not take, in the words that are set (data-api 15 #2)."""
    if here().settings.out_of_scope == "message":
        return OutOfScopeMessage()
    return CannotGet(request.method, request.path)


def bearer_token() -> str | None:
    """The token of the Authorization header, if there is one; `/me` and `/userinfo` find it elsewhere too."""
    scheme, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return str(token.strip())
    return sent_otherwise() if row().kind == "identity" else None


def sent_otherwise() -> str | None:
    """The token that old clients put in the query (sso 13), or anyone in a form (RFC 6750 2.2): a finding."""
    return request.args.get("access_token") or request.form.get("access_token") or None


def client(client_id: str | None, client_secret: str | None) -> App | None:
    """The application these credentials belong to. Compares in a time that tells nothing."""
    app = here().apps.get(client_id or "")
    known = app.client_secret if app else "no such client"
    return app if same(client_secret or "", known) and app is not None else None
