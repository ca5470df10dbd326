"""A Clever that sends an id_token with each login, signed or spoilt as a test wants it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fake_clever import SSO, URL, Asked, FakeClever, town
from joserfc import jwt
from joserfc.jwk import RSAKey

NOW = int(datetime(2026, 9, 1, 8, 0, tzinfo=UTC).timestamp())
"""The moment at which the vendor's clock stands."""


@cache
def key(kid: str) -> RSAKey:
    """An RSA key of that name; making one takes a moment, so each is made once."""
    return RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig"})


class FakeOpenId(FakeClever):
    """Remembers the nonce a login was started with; `claims` and `header` are put over those of the token."""

    def __init__(self) -> None:
        super().__init__()
        vars(self).update(vars(town()))
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.signing, self.published = "one", ["one"]
        self.nonce = "another"
        self.issuer = URL

    def exchange(self, one: Asked) -> tuple[int, Any]:
        status, body = super().exchange(one)
        if status == 200:
            body["id_token"] = self.id_token(body["access_token"].removeprefix("il-"))
        return status, body

    def id_token(self, user: str) -> str:
        told = {"iss": self.issuer, "sub": user, "aud": SSO[0], "iat": NOW, "exp": NOW + 3600, "nonce": self.nonce}
        told = {name: value for name, value in (told | self.claims).items() if value is not None}
        header = {"alg": "RS256", "kid": self.signing, "typ": "JWT"} | self.header
        if header["alg"] == "none":
            return f"{encoded(header)}.{encoded(told)}."
        return jwt.encode(header, told, key(self.signing))

    def data(self, one: Asked) -> tuple[int, Any]:
        if one.path == "/.well-known/openid-configuration":
            return 200, {"issuer": self.issuer, "jwks_uri": f"{URL}/oauth/certs"}
        if one.path == "/oauth/certs":
            return 200, {"keys": [key(kid).as_dict(private=False) for kid in self.published]}
        return super().data(one)


def encoded(told: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
