"""The OAuth endpoints programs call: exchanging a code, listing district tokens, asking what a token is.

Sources: docs/oauth-implementation, docs/onboarding, docs/il-design; choices: sso 14.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
from flask import Blueprint, Response, g

from mock_clever.api.asking import asker, find, here, row, standing
from mock_clever.api.claims import id_token
from mock_clever.api.credentials import basic_client, exchanging_client, fields, sent_to_list
from mock_clever.api.exchange_errors import refused
from mock_clever.api.oidc import issuer
from mock_clever.api.wire import DISTRICT_TOKENS, TOKEN_ENDPOINT, TOKEN_INFO, answer, dress
from mock_clever.apps import App, Connection
from mock_clever.grants import Login
from mock_clever.ids import is_object_id
from mock_clever.pages import page

oauth = Blueprint("oauth", __name__)


@oauth.post("/oauth/tokens")
@oauth.post("/oauth/tokens/")
def exchange() -> Response:
    """Exchange a code for a user token: once, within a minute, by the client and redirect URI it was made for."""
    sent = fields()
    app = exchanging_client(sent)
    grant = sent.get("grant_type")
    if not grant:
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
        claims = _claims(app, login, now)
        token = world.grants.exchange(code, now)
    row().user, row().district = login.user, login.district
    body = {"access_token": token, "token_type": "bearer"}
    if claims is not None:
        g.keys = world.keys
        body["id_token"] = world.keys.sign(claims)
    return answer(page(msgspec.json.encode(body)), TOKEN_ENDPOINT)


@oauth.get("/oauth/tokens")
@oauth.get("/oauth/tokens/")
def district_tokens() -> Response:
    """The district tokens granted to this application, by district id (recorded; sso 5)."""
    g.family = DISTRICT_TOKENS
    app = basic_client({})
    sent = sent_to_list()
    owner, district = sent.get("owner_type", "district"), sent.get("district")
    if owner != "district":
        raise refused("owner_type")
    if district is not None and not is_object_id(district):
        raise refused("district")
    own = [c for c in here().connections_of(app.client_id) if district in (None, c.district)]
    uri = "/oauth/tokens?owner_type=district" + (f"&district={district}" if district else "")
    told = {"data": [_token(app, c) for c in own], "links": [{"rel": "self", "uri": uri}]}
    body = msgspec.json.encode(told)
    dress(DISTRICT_TOKENS, [("ETag", f'"{zlib.crc32(body)}"')])
    return Response(body, 200, content_type=DISTRICT_TOKENS.content_type)


@oauth.get("/oauth/tokeninfo")
@oauth.get("/oauth/tokeninfo/")
def token_info() -> Response:
    """The client and scopes of a bearer token (docs/il-implicit-grant)."""
    who = asker(counted=False)
    told = {"client_id": who.app.client_id, "scopes": list(who.app.scopes)}
    return answer(page(msgspec.json.encode(told)), TOKEN_INFO)


def _claims(app: App, login: Login, now: float) -> dict[str, Any] | None:
    """The claims of this login's id_token, if it gets one: the application is switched to OIDC, and a district let
    the person in, not a teacher (docs/library-sso). Someone unshared since has a code that is worth nothing."""
    if not app.oidc or login.authorized_by != "district":
        if login.nonce is not None:
            find(
                "nonce-without-id-token",
                "a nonce is for the id_token, and this login gets none: POST /_mock/apps switches `oidc` on",
            )
        return None
    world = here()
    who = standing(world, login)
    if who is None or login.user not in who.snapshot.users:
        raise refused("code")
    return id_token(who, issuer(), now, world.settings)


def _token(app: App, connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.token_id,
        "created": connection.created,
        "owner": {"type": "district", "id": connection.district},
        "access_token": connection.access_token,
        "scopes": list(app.scopes),
    }
