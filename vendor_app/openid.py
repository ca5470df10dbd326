"""OpenID Connect: is the id_token that came with a login Clever's, for us, of this login, and about this person?

Clever sends one to apps for which OpenID Connect is switched on (docs/oidc-implementation). joserfc does the
cryptography; what must hold besides is OpenID Connect Core 3.1.3.7, one decision of `Behaviour` each.
"""

import json
from base64 import urlsafe_b64decode
from typing import Any

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.clock import Clock
from vendor_app.errors import CleverTrouble, IdTokenRefused
from vendor_app.records import Told, text, texts

ALGORITHM = "RS256"
DISCOVERY = "/.well-known/openid-configuration"


class IdTokens:
    """Checks id_tokens; Clever's discovery document and keys are read when first needed, and kept."""

    def __init__(self, clever: Clever, behaviour: Behaviour, clock: Clock) -> None:
        self._clever = clever
        self._behaviour = behaviour
        self._clock = clock
        self._discovered: Told = {}
        self._keys: list[Told] = []

    def check(self, id_token: str, client_id: str, nonce: str, person: str) -> None:
        """Raise IdTokenRefused unless everything holds, CleverTrouble when Clever would not tell its keys."""
        decide = self._behaviour
        issuer = text(self._discovery().get("issuer"))
        claims = decide.claims(lambda: self._verified(id_token), lambda: part(id_token, 1))
        audience = texts(claims.get("aud")) or [text(claims.get("aud"))]
        holds = (
            decide.is_from(issuer, text(claims.get("iss")))
            and decide.is_for(client_id, audience)
            and decide.is_in_time(number(claims.get("exp")), self._clock.now().timestamp())
            and decide.nonce_is_ours(text(claims.get("nonce")), nonce)
            and decide.is_about(person, text(claims.get("sub")))
        )
        if not holds:
            raise IdTokenRefused

    def _verified(self, id_token: str) -> Told:
        """The claims, if a key of Clever's signed them."""
        from joserfc import jwt  # half of a second's start that most logins of most apps never need
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey

        key = self._key(text(part(id_token, 0).get("kid")))
        try:
            claims: Told = jwt.decode(id_token, RSAKey.import_key(key), algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise IdTokenRefused from error
        return claims

    def _key(self, kid: str) -> dict[str, Any]:
        self._keys = self._keys or self._published()
        found = [key for key in self._keys if text(key.get("kid")) == kid]
        if not found:
            self._keys = [*self._behaviour.keys_for_an_unknown_kid(self._keys, self._published)]
            found = [key for key in self._keys if text(key.get("kid")) == kid]
        usable = [key for key in found if key.get("kty") == "RSA"]
        if not usable:
            raise IdTokenRefused
        return usable[0]

    def _published(self) -> list[Told]:
        uri = text(self._discovery().get("jwks_uri"))
        keys = self._clever.document(uri).get("keys")
        if not isinstance(keys, list):
            raise CleverTrouble(uri, None, "the answer holds no keys")
        return [key for key in keys if isinstance(key, dict)]

    def _discovery(self) -> Told:
        self._discovered = self._discovered or self._clever.document(self._clever.url + DISCOVERY)
        return self._discovered


def part(id_token: str, place: int) -> Told:
    """The header (0) or the claims (1) of a token, unverified. Raises IdTokenRefused when there are none."""
    try:
        piece = id_token.split(".")[place]
        told = json.loads(urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except (ValueError, IndexError) as error:
        raise IdTokenRefused from error
    if not isinstance(told, dict):
        raise IdTokenRefused
    return told


def number(value: object) -> float:
    """A moment of a token, in seconds; 0 when it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
