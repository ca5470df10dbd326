"""OIDC: the discovery document, the public keys and `/userinfo` (docs/oidc-implementation; sso 9, 14)."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from mock_clever.api.asking import asker, here, out_of_scope
from mock_clever.api.claims import CLAIMS, OF_DISTRICT, userinfo
from mock_clever.api.wire import DISCOVERY, answer
from mock_clever.pages import page
from mock_clever.signing import ALGORITHM

METHODS = {
    "basic or body": ("client_secret_basic", "client_secret_post"),
    "basic": ("client_secret_basic",),
}
"""How clients may authenticate at the token endpoint, by the setting `token_credentials`."""

oidc = Blueprint("oidc", __name__)


@oidc.get("/.well-known/openid-configuration")
def discovery() -> Response:
    """The discovery document: where everything is, in this world."""
    base, settings = _base(), here().settings
    district = dict.fromkeys(OF_DISTRICT[settings.id_token_district])
    claims = [name for claim in CLAIMS for name in (district if claim == "district" else (claim,))]
    return _told(
        {
            "issuer": issuer(),
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/tokens",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/oauth/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "scopes_supported": ["openid"],
            "token_endpoint_auth_methods_supported": METHODS[settings.token_credentials],
            "claims_supported": claims,
        }
    )


@oidc.get("/oauth/certs")
def certs() -> Response:
    """The public keys of id_tokens, the newest first, the old ones while a token of theirs may live."""
    world = here()
    return _told({"keys": world.keys.published(world.clock.now())})


@oidc.get("/userinfo")
@oidc.get("/userinfo/")
@oidc.post("/userinfo")
@oidc.post("/userinfo/")
def user_info() -> Response:
    """Who logged in, in the role they logged in with (docs/the-userinfo-endpoint)."""
    who = asker()
    if who.login is None:
        raise out_of_scope()
    return answer(page(msgspec.json.encode(userinfo(who, here().settings))))


def issuer() -> str:
    """The issuer of this world, as it was asked: its own URL, or Clever's if that is set."""
    settings = here().settings
    return _base() if settings.issuer == "base URL" else settings.issuer


def _base() -> str:
    return request.url_root.rstrip("/")


def _told(body: dict[str, Any]) -> Response:
    return answer(page(msgspec.json.encode(body)), DISCOVERY)
