"""Launches that are wrong on purpose, each in one thing: what a tool must notice (lms-connect 9.2 step 4).

All but the first four are signed by the world's own key, so that only what is wrong can give them away.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.lti import vocabulary as v
from mock_clever.lti.message import Claims
from mock_clever.signing import Keyring

HOUR = 3600
ELSEWHERE = "https://lms.example/elsewhere"
NOBODY = "0" * 20

Patch = Mapping[str, Any]
"""Keys in the place of others, None where one is left out; in objects too, as JSON Merge Patch does (RFC 7396)."""

NOTHING: Patch = {}
Signs = Callable[[Claims, Keyring, float], str]


def _signed(claims: Claims, keys: Keyring, _: float) -> str:
    return keys.sign(claims)


def _with_another_signature(claims: Claims, keys: Keyring, _: float) -> str:
    content, dot, signature = keys.sign(claims).rpartition(".")
    return f"{content}{dot}{'A' * len(signature)}"


def _unsigned(claims: Claims, keys: Keyring, now: float) -> str:
    return f"{_part({'typ': 'JWT', 'alg': 'none', 'kid': keys.published(now)[0]['kid']})}.{_part(claims)}."


def _by_public_key(claims: Claims, keys: Keyring, now: float) -> str:
    """The public key taken for the secret of an HMAC: who lets the token choose its algorithm believes it."""
    from joserfc.jwk import RSAKey  # here, where it is used: a start without launches is quicker

    public = keys.published(now)[0]
    content = f"{_part({'typ': 'JWT', 'alg': 'HS256', 'kid': public['kid']})}.{_part(claims)}"
    secret = RSAKey.import_key(public).as_pem(private=False)
    signature = hmac.new(secret, content.encode(), hashlib.sha256).digest()
    return f"{content}.{_base64(signature)}"


def _by_unpublished_key(claims: Claims, keys: Keyring, _: float) -> str:
    return Keyring("nobody's").sign(claims)


def _under(kid: str | None) -> Signs:
    return lambda claims, keys, _: keys.sign(claims, kid=kid)


def _in_two_parts(claims: Claims, keys: Keyring, _: float) -> str:
    return keys.sign(claims).rpartition(".")[0]


class Misbehaviour(Struct, frozen=True, kw_only=True):
    """One way to be wrong: what is patched of the login's initiation, of the claims and of the form that carries
    them, by how many seconds `iat` and `exp` move, and how the token is signed. `only` is the one type of message
    that can be wrong so; `replays` takes the nonce of the tool's launch before."""

    says: str
    login: Patch = NOTHING
    claims: Patch = NOTHING
    form: Patch = NOTHING
    seconds: int = 0
    signs: Signs = _signed
    only: str = ""
    replays: bool = False

    def token(self, claims: Claims, keys: Keyring, now: float) -> str:
        """The id_token, wrong in this."""
        moved = {name: claims[name] + self.seconds for name in ("iat", "exp")}
        return self.signs(patched(claims | moved, self.claims), keys, now)


MISBEHAVIOURS = {
    "signature": Misbehaviour(says="The signature is none of the published keys'.", signs=_with_another_signature),
    "unsigned": Misbehaviour(says="No signature; the header says `alg: none`.", signs=_unsigned),
    "symmetric": Misbehaviour(says="Signed by HS256 with the public key as the secret.", signs=_by_public_key),
    "unpublished-key": Misbehaviour(
        says="Well signed, by a key that is not published.", signs=_by_unpublished_key
    ),
    "kid": Misbehaviour(says="The header names a key that there is not.", signs=_under("no-such-key")),
    "no-kid": Misbehaviour(says="The header names no key.", signs=_under(None)),
    "format": Misbehaviour(says="A token of two parts.", signs=_in_two_parts),
    "no-token": Misbehaviour(says="No id_token in the form.", form={"id_token": None}),
    "error": Misbehaviour(
        says="An OIDC error in the place of the id_token.",
        form={"id_token": None, "error": "login_required", "error_description": "on purpose"},
    ),
    "issuer": Misbehaviour(says="The token is another platform's.", claims={"iss": "https://lms.example"}),
    "audience": Misbehaviour(says="The token is made for another application.", claims={"aud": NOBODY}),
    "authorized-party": Misbehaviour(says="`azp` is another application.", claims={"azp": NOBODY}),
    "expired": Misbehaviour(says="The token expired an hour ago.", seconds=-2 * HOUR),
    "no-expiry": Misbehaviour(says="The token never expires: it has no `exp`.", claims={"exp": None}),
    "issued-in-the-future": Misbehaviour(says="The token is from an hour ahead.", seconds=HOUR),
    "nonce": Misbehaviour(says="Another nonce than the tool sent.", claims={"nonce": "of another login"}),
    "no-nonce": Misbehaviour(says="No nonce.", claims={"nonce": None}),
    "replay": Misbehaviour(says="The nonce of the tool's launch before.", replays=True),
    "state": Misbehaviour(says="Another state than the tool sent.", form={"state": "of another login"}),
    "no-state": Misbehaviour(says="No state.", form={"state": None}),
    "deployment": Misbehaviour(
        says="A deployment that the tool does not know.", claims={v.DEPLOYMENT_ID: "0" * 24}
    ),
    "no-deployment": Misbehaviour(says="No deployment.", claims={v.DEPLOYMENT_ID: None}),
    "deployment-hint": Misbehaviour(
        says="The login was initiated for another deployment than the token's.",
        login={"lti_deployment_id": "0" * 24},
    ),
    "target": Misbehaviour(
        says="The login was initiated for another page than the token's.", login={"target_link_uri": ELSEWHERE}
    ),
    "version": Misbehaviour(says="A message of version 1.1.", claims={v.MESSAGE_VERSION: "1.1"}),
    "no-version": Misbehaviour(says="A message without version.", claims={v.MESSAGE_VERSION: None}),
    "message-type": Misbehaviour(
        says="A type of message that there is not.", claims={v.MESSAGE_TYPE: "LtiUnheardOfRequest"}
    ),
    "no-message-type": Misbehaviour(says="A message without type.", claims={v.MESSAGE_TYPE: None}),
    "no-subject": Misbehaviour(says="Nobody: no `sub`.", claims={"sub": None}),
    "no-roles": Misbehaviour(says="No roles claim.", claims={v.ROLES: None}),
    "no-target": Misbehaviour(says="No target link URI in the token.", claims={v.TARGET_LINK_URI: None}),
    "no-resource-link": Misbehaviour(
        says="No resource link.", claims={v.RESOURCE_LINK: None}, only=v.RESOURCE_LINK_REQUEST
    ),
    "resource-link-id": Misbehaviour(
        says="A resource link without id.", claims={v.RESOURCE_LINK: {"id": None}}, only=v.RESOURCE_LINK_REQUEST
    ),
    "no-settings": Misbehaviour(
        says="No deep linking settings.", claims={v.SETTINGS: None}, only=v.DEEP_LINKING_REQUEST
    ),
    "return-url": Misbehaviour(
        says="Deep linking settings without a return URL.",
        claims={v.SETTINGS: {"deep_link_return_url": None}},
        only=v.DEEP_LINKING_REQUEST,
    ),
    "accept-types": Misbehaviour(
        says="Deep linking that takes no resource links.",
        claims={v.SETTINGS: {"accept_types": ["html"]}},
        only=v.DEEP_LINKING_REQUEST,
    ),
}

NONE = Misbehaviour(says="Nothing is wrong.")


def patched(value: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    """An object with the patch applied."""
    told = dict(value)
    for name, new in patch.items():
        if new is None:
            told.pop(name, None)
        else:
            told[name] = patched(told.get(name, {}), new) if isinstance(new, Mapping) else new
    return told


def _part(content: Claims) -> str:
    return _base64(msgspec.json.encode(content))


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
