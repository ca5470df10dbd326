"""An application as an LTI tool: what a platform must know of it, told once, out of band (lms-connect 9.2)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

LEAST_BITS, MOST_BITS = 2048, 8192
MOST_KEYS = 10


class PublicKey(Struct, frozen=True):
    """A tool's RSA key as a JWK, without the part that nobody else may know."""

    kty: Literal["RSA"]
    n: str
    e: str
    kid: str = ""
    alg: Literal["RS256"] = "RS256"
    use: Literal["sig"] = "sig"


class Tool(Struct, frozen=True, kw_only=True):
    """How an application is launched. `login_url` is where a login is initiated, `redirect_uris` where id_tokens
    may go, `target_link_uri` the page that is launched unless a link names another."""

    login_url: str
    redirect_uris: tuple[str, ...]
    target_link_uri: str
    keys: tuple[PublicKey, ...] = ()

    def serves(self, uri: str) -> bool:
        """Whether a link of this tool may lead there: to the site of its own page."""
        return _site(uri) == _site(self.target_link_uri)


def public_keys(jwks: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """The keys of a JWK set (RFC 7517). Raises ValueError that says what is wrong with it."""
    found = jwks.get("keys")
    if not isinstance(found, list) or len(found) > MOST_KEYS:
        raise ValueError(f"must be a JWK set with `keys`, a list of at most {MOST_KEYS} RSA keys")
    if any(isinstance(key, Mapping) and "d" in key for key in found):
        raise ValueError("has a private key in it: send the public half alone, and take a new key")
    try:
        keys = msgspec.convert(found, tuple[PublicKey, ...])
    except msgspec.ValidationError as wrong:
        raise ValueError(f"has a key that is no public RSA key for RS256: {wrong}") from None
    _check(keys)
    return keys


def _check(keys: Iterable[PublicKey]) -> None:
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey  # here, where it is used: a start without tools is quicker

    names = [key.kid for key in keys]
    if len(set(names)) < len(names):
        raise ValueError("has two keys of the same `kid`")
    for key in keys:
        if not LEAST_BITS <= _bits(key.n) <= MOST_BITS:
            raise ValueError(f"has a key {key.kid!r} that has not {LEAST_BITS} to {MOST_BITS} bits in `n`")
        try:
            RSAKey.import_key({"kty": key.kty, "n": key.n, "e": key.e})
        except (JoseError, ValueError, TypeError):
            raise ValueError(f"has a key {key.kid!r} that is no RSA key: `n` and `e` are base64url") from None


def _bits(number: str) -> int:
    """How many bits a number in base64url has; none if it is no such number."""
    try:
        return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()
    except ValueError:
        return 0


def _site(uri: str) -> tuple[str, str]:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc
