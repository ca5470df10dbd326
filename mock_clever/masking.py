"""Secrets shown safely: the first four characters and a fingerprint, so that equal ones can be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mock_clever.ids import fingerprint

SECRET_KEYS = frozenset(
    (
        *("access_token", "authorization", "backup_code", "badge", "client_secret", "code", "cookie", "csrf"),
        *("id_token", "jwt", "lti_message_hint", "password", "pin", "secret"),
    )
)
_COOKIE = re.compile(r"(?P<name>[^=;,\s]+)=(?P<value>[^;]*)")
_URL_SECRET = re.compile(
    r"(?P<name>[?&#](?:badge|code|access_token|client_secret|id_token|lti_message_hint)=)(?P<value>[^&#]*)"
)


def masked(secret: str) -> str:
    """`abcd…#1f2e3d4c`; short ones show nothing but their fingerprint."""
    return f"{secret[:4] if len(secret) > 8 else ''}…#{fingerprint(secret)}"


def masked_text(name: str, value: str) -> str:
    """The value of a header or parameter of this name, masked where it holds a secret."""
    key = name.lower()
    if key == "authorization":
        scheme, _, secret = value.partition(" ")
        return f"{scheme} {masked(secret)}" if secret else masked(value)
    if key in ("cookie", "set-cookie") and "=" in value:
        first, semicolon, rest = value.partition(";")
        if key == "set-cookie":
            return _COOKIE.sub(_mask_match, first) + semicolon + rest
        return _COOKIE.sub(_mask_match, value)
    if key in SECRET_KEYS:
        return masked(value) if value else value
    return _URL_SECRET.sub(lambda m: m["name"] + masked(m["value"]), value)


def masked_value(name: str, value: Any) -> Any:
    """A JSON value with every secret in it masked."""
    if isinstance(value, str):
        return masked_text(name, value)
    if isinstance(value, Mapping):
        return {key: masked_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(name, inner) for inner in value]
    return value


def _mask_match(match: re.Match[str]) -> str:
    return f"{match['name']}={masked(match['value'])}"
