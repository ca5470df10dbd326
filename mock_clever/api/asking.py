"""Who is asking: the world a request is for, its journal row, and the token it carries."""

from __future__ import annotations

from flask import g, request
from msgspec import Struct

from mock_clever.apps import App, Connection
from mock_clever.errors import (
    ApiRefusal,
    CannotGet,
    OutOfScopeMessage,
    RateLimited,
    UnknownToken,
    UnknownTokenMessage,
)
from mock_clever.grants import Login
from mock_clever.ids import same
from mock_clever.journal import Finding, Row
from mock_clever.model import Snapshot
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
    """A valid bearer token: the application and district it stands for, and the person if it is a user token."""

    app: App
    connection: Connection
    published: Published
    login: Login | None = None

    @property
    def permission(self) -> Permission:
        """Which fields of it this token may see."""
        return self.app.permission(self.connection)

    @property
    def snapshot(self) -> Snapshot:
        """What this token may see."""
        return self.published.snapshot


def asker(*, counted: bool = True) -> Asker:
    """Whoever sent this request. Raises UnknownToken, or RateLimited when they ask too often.

    `counted` is whether this request counts against the rate limit.
    """
    world, written = here(), row()
    token = bearer_token()
    if token is None:
        raise unknown_token()
    now = world.clock.now()
    remaining = 0
    if counted:
        limit = world.settings.rate_limit
        remaining, reset = world.rates.count(token, limit, now)
        g.rate = (remaining, reset, limit)
    login = world.grants.bearer(token, now)
    connection = world.bearer(token) if login is None else world.connection_of(login.client_id, login.district)
    if connection is None:
        written.credential = "unknown"
        raise unknown_token()
    written.credential = "district_token" if login is None else "user_token"
    written.client_id, written.district = connection.client_id, connection.district
    written.user = login.user if login else None
    if remaining < 0:
        raise RateLimited
    app = world.apps[connection.client_id]
    return Asker(app=app, connection=connection, published=world.published(connection), login=login)


def unknown_token() -> ApiRefusal:
    """The 401, in the words that are set (data-api 15 #1)."""
    return UnknownToken() if here().settings.unauthorized == "recorded" else UnknownTokenMessage()


def out_of_scope() -> ApiRefusal:
    """The 404 for a kind of token that an endpoint does not take, in the words that are set (data-api 15 #2)."""
    if here().settings.out_of_scope == "message":
        return OutOfScopeMessage()
    return CannotGet(request.method, request.path)


def bearer_token() -> str | None:
    """The token of the Authorization header, if there is one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def client(client_id: str | None, client_secret: str | None) -> App | None:
    """The application these credentials belong to. Compares in a time that tells nothing."""
    app = here().apps.get(client_id or "")
    known = app.client_secret if app else "no such client"
    return app if same(client_secret or "", known) and app is not None else None
