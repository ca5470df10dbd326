"""What clients send to the token endpoint: the fields of a body, and their id and secret in every way they do it.

Clever documents HTTP Basic and a body of JSON or a form (docs/oauth-implementation). What clients in the wild do
beside that (sso 4, 13) is understood where nobody says that Clever refuses it, and written down as a finding.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from flask import request

from mock_clever.api.asking import client, find, here, row
from mock_clever.api.exchange_errors import refused
from mock_clever.apps import App
from mock_clever.ids import same

FORM = "application/x-www-form-urlencoded"
ACCEPTED = ("application/json", FORM)
READ = ("grant_type", "code", "redirect_uri", "client_id", "client_secret", "owner_type", "district")
"""The fields that are read; whatever else a body holds is ignored."""

UTF_8 = ("utf-8", "utf8", "us-ascii")
BOM = b"\xef\xbb\xbf"

_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_URL_SAFE = str.maketrans("-_", "+/")

Sent = Mapping[str, str]


def fields() -> Sent:
    """The fields of an exchange. A `grant_type` in the query counts where the body has none (sso 4): a finding.

    Raises OAuthRefusal when the body is neither JSON nor a form, or cannot be read.
    """
    sent = _body()
    if "grant_type" not in sent and request.args.get("grant_type"):
        find("grant-type-in-query", "send grant_type in the body, with the code (docs/oauth-implementation)")
        return {**sent, "grant_type": request.args["grant_type"]}
    return sent


def sent_to_list() -> Sent:
    """What asks for district tokens: the query, or a body as some documents have it (docs/onboarding)."""
    in_body = _body() if request.content_length and request.mimetype in ACCEPTED else {}
    return {**in_body, **request.args.to_dict()}


def _body() -> Sent:
    if request.mimetype not in ACCEPTED:
        raise refused("content type")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in UTF_8:
        find("charset", f"send UTF-8 rather than {charset[:40]}: Clever reads nothing else (docs/identity-api)")
    return _form() if request.mimetype == FORM else _json()


def _form() -> Sent:
    for name in READ:
        if len(request.form.getlist(name)) > 1:
            raise refused("repeated field")
    return request.form


def _json() -> Sent:
    """A JSON object. Of a key that comes twice the last counts, as in any parser; null is as good as absent."""
    try:
        sent = msgspec.json.decode(request.get_data().removeprefix(BOM), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise refused("unreadable body") from None
    read = {name: sent[name] for name in READ if sent.get(name) is not None}
    if not all(isinstance(value, str) for value in read.values()):
        raise refused("unreadable body")
    return read


def exchanging_client(sent: Sent) -> App:
    """The client at the token endpoint: by Basic, or by the body, which is accepted and reported (sso 4)."""
    if "Authorization" in request.headers:
        return basic_client(sent)
    app = client(sent.get("client_id"), sent.get("client_secret"))
    if app is None or here().settings.token_credentials == "basic":
        raise refused("credentials")
    find("credentials-in-body", "send client id and secret by HTTP Basic (docs/oauth-implementation)")
    row().credential, row().client_id = "body", app.client_id
    return app


def basic_client(sent: Sent) -> App:
    """The client by HTTP Basic; `sent` is the body beside it. Raises OAuthRefusal."""
    given = _basic(request.environ.get("HTTP_AUTHORIZATION", ""))
    app = _known(*given) or _named_in_body(given, sent) if given is not None else None
    if app is None:
        row().credential = "unknown" if "Authorization" in request.headers else "none"
        raise refused("credentials")
    row().credential, row().client_id = "basic", app.client_id
    return app


def _basic(header: str) -> tuple[str, str] | None:
    """User and password of a Basic header, read as Node reads base64: in lines, for URLs, without its padding."""
    scheme, _, written = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    digits = _NO_BASE64.sub("", written.translate(_URL_SAFE))
    try:
        user, _, password = b64decode(digits + "=" * (-len(digits) % 4)).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _known(user: str, password: str) -> App | None:
    """The client of these, as they are or encoded for a URL first (RFC 6749 2.3.1)."""
    return client(user, password) or client(unquote_plus(user), unquote_plus(password))


def _named_in_body(given: tuple[str, str], sent: Sent) -> App | None:
    """The client whose secret stands as the user, as the gem of 2013 wrote it, and whose id is in the body."""
    user, password = given
    app = here().apps.get(sent.get("client_id", ""))
    if (
        app is None
        or password
        or here().settings.token_credentials == "basic"
        or not same(user, app.client_secret)
    ):
        return None
    find("secret-as-user", "send the client id as the user of HTTP Basic, the secret as its password")
    return app
