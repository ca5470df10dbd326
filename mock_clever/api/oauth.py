"""The OAuth endpoints programs call: exchanging a code, listing district tokens, asking what a token is.

Sources: docs/oauth-implementation, docs/onboarding, docs/il-design; choices: sso 14.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from mock_clever.api.asking import asker, client, find, here, row
from mock_clever.api.exchange_errors import refused
from mock_clever.apps import App, Connection
from mock_clever.ids import is_object_id

JSON = "application/json; charset=utf-8"
ACCEPTED = ("application/json", "application/x-www-form-urlencoded")

oauth = Blueprint("oauth", __name__)


@oauth.post("/oauth/tokens")
@oauth.post("/oauth/tokens/")
def exchange() -> Response:
    """Exchange a code for a user token: once, within a minute, by the client and redirect URI it was made for."""
    if request.mimetype not in ACCEPTED:
        raise refused("content type")
    sent = _body()
    app = _exchanging_client(sent)
    grant = sent.get("grant_type")
    if grant is None:
        raise refused("no grant_type")
    if grant != "authorization_code":
        raise refused("other grant_type")
    code = sent.get("code")
    if not code:
        raise refused("no code")
    world = here()
    with world.lock:
        now = world.clock.now()
        login = world.grants.pending(code, app.client_id, now)
        if login is None:
            if world.grants.was_used(code):
                find("code-reused", "this code was exchanged before: exchange each code once (docs/il-design)")
            raise refused("code")
        if sent.get("redirect_uri") != login.redirect_uri:
            raise refused("redirect_uri")
        token = world.grants.exchange(code, now)
    row().user, row().district = login.user, login.district
    return _json({"access_token": token, "token_type": "bearer"})


@oauth.get("/oauth/tokens")
@oauth.get("/oauth/tokens/")
def district_tokens() -> Response:
    """The district tokens granted to this application, by district id (recorded; sso 5)."""
    app = _basic_client()
    owner, district = request.args.get("owner_type", "district"), request.args.get("district")
    if owner != "district":
        raise refused("owner_type")
    if district is not None and not is_object_id(district):
        raise refused("district")
    own = [c for c in here().connections_of(app.client_id) if district in (None, c.district)]
    uri = "/oauth/tokens?owner_type=district" + (f"&district={district}" if district else "")
    return _json({"data": [_token(app, c) for c in own], "links": [{"rel": "self", "uri": uri}]})


@oauth.get("/oauth/tokeninfo")
def token_info() -> Response:
    """The client and scopes of a bearer token (docs/il-implicit-grant)."""
    who = asker(counted=False)
    return _json({"client_id": who.app.client_id, "scopes": list(who.app.scopes)})


def _token(app: App, connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.token_id,
        "created": connection.created,
        "owner": {"type": "district", "id": connection.district},
        "access_token": connection.access_token,
        "scopes": list(app.scopes),
    }


def _json(body: dict[str, Any]) -> Response:
    response = Response(msgspec.json.encode(body), 200, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def _body() -> Mapping[str, str]:
    """The fields of the body, which is JSON or a form. Raises OAuthRefusal when it is neither."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form
    try:
        return msgspec.json.decode(request.get_data(), type=dict[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raise refused("unreadable body") from None


def _exchanging_client(sent: Mapping[str, str]) -> App:
    """The client at the token endpoint: by Basic, or by the body, which is accepted and reported (sso 4)."""
    if "Authorization" in request.headers:
        return _basic_client()
    app = client(sent.get("client_id"), sent.get("client_secret"))
    if app is None or here().settings.token_credentials == "basic":
        raise refused("credentials")
    find("credentials-in-body", "send client id and secret by HTTP Basic (docs/oauth-implementation)")
    row().credential, row().client_id = "body", app.client_id
    return app


def _basic_client() -> App:
    try:
        sent = request.authorization
    except ValueError:  # what follows `Basic` is not even ASCII
        sent = None
    app = client(sent.username, sent.password) if sent is not None and sent.type == "basic" else None
    if app is None:
        row().credential = "unknown" if "Authorization" in request.headers else "none"
        raise refused("credentials")
    row().credential, row().client_id = "basic", app.client_id
    return app
