"""Faults of id_tokens: what a relying party must notice (docs/oidc-implementation; OpenID Connect Core 3.1.3.7).

An answer without an id_token stays as it is. All but two of these are signed by the world's own key, so that only
the claim that is wrong can give them away.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
from flask import Response, g

from mock_clever.faults.call import Call
from mock_clever.faults.kinds import Kind

Claims = dict[str, Any]


class Forged(Kind, named=False):
    """An id_token that is not what was meant. `g.keys` are those that the view signed with."""

    says = "{id} sent a wrong id_token ({kind}) in the answer to {call}"

    def after(self, response: Response, call: Call) -> Response:
        try:
            body = msgspec.json.decode(response.get_data())
        except msgspec.DecodeError:
            return response
        if isinstance(body, dict) and isinstance(body.get("id_token"), str):
            response.set_data(msgspec.json.encode({**body, "id_token": self.forged(body["id_token"])}))
        return response

    def forged(self, token: str) -> str:
        """Another token in the place of this one."""
        signed: str = g.keys.sign(self.claimed(_claims(token)))
        return signed

    def claimed(self, claims: Claims) -> Claims:
        """The claims of the other token."""
        return claims


class Signature(Forged):
    """Sends an id_token whose signature is none of the published keys'."""

    def forged(self, token: str) -> str:
        content, _, signature = token.rpartition(".")
        return f"{content}.{'A' * len(signature)}"


class Unsigned(Forged):
    """Sends an id_token without a signature, whose header says `alg: none`."""

    def forged(self, token: str) -> str:
        return f"{_part({'typ': 'JWT', 'alg': 'none'})}.{token.split('.')[1]}."


class Issuer(Forged):
    """Sends an id_token of another issuer."""

    def claimed(self, claims: Claims) -> Claims:
        return claims | {"iss": "https://clever.example"}


class Audience(Forged):
    """Sends an id_token that was made for another application."""

    def claimed(self, claims: Claims) -> Claims:
        return claims | {"aud": "0" * 20}


class Nonce(Forged):
    """Sends an id_token with another nonce than the login began with."""

    def claimed(self, claims: Claims) -> Claims:
        return claims | {"nonce": "of another login"}


class Expired(Forged):
    """Sends an id_token that expired an hour ago."""

    def claimed(self, claims: Claims) -> Claims:
        return claims | {"iat": claims["iat"] - 7200, "exp": claims["exp"] - 7200}


class Subject(Forged):
    """Sends an id_token of somebody else than the access token beside it."""

    def claimed(self, claims: Claims) -> Claims:
        return claims | {"sub": "0" * 24, "multi_role_user_id": "0" * 24}


def _claims(token: str) -> Claims:
    payload = token.split(".")[1]
    claims: Claims = msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _part(content: Claims) -> str:
    return urlsafe_b64encode(msgspec.json.encode(content)).rstrip(b"=").decode()
