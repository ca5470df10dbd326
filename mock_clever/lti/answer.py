"""What a tool answers to a deep linking request, and what is wrong with it (lti-dl/v2p0 4.4; lms-connect 9.2)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.lti import vocabulary as v
from mock_clever.lti.launch import Launch, Placed
from mock_clever.lti.tool import PublicKey, Tool
from mock_clever.model import Id

LARGEST = 100_000
"""Characters of a JWT that is looked at."""

MOST_ITEMS = 100
SKEW = 60
"""Seconds by which a tool's clock may differ."""


class Item(Struct, frozen=True):
    """A content item. Whatever else it says is nothing to this platform."""

    type: str
    url: str = ""
    title: str = ""
    text: str = ""
    custom: dict[str, str] = {}


class Response(Struct, frozen=True, kw_only=True):
    """The claims of a response, as far as they must have a form to be read at all."""

    iss: str
    aud: str | list[str]
    exp: float
    iat: float
    nonce: str
    azp: str | None = None
    deployment: str = msgspec.field(name=v.DEPLOYMENT_ID)
    type: str = msgspec.field(name=v.MESSAGE_TYPE)
    version: str = msgspec.field(name=v.MESSAGE_VERSION)
    data: str = msgspec.field(name=v.DATA)
    items: list[Item] = msgspec.field(name=v.CONTENT_ITEMS, default_factory=list)

    @property
    def audiences(self) -> list[str]:
        """For whom it is, always as a list."""
        return [self.aud] if isinstance(self.aud, str) else self.aud


class Refused(Exception):
    """A response that is not taken, and what is wrong with it."""


def said(token: str) -> Response:
    """What a response says, before anything of it is believed. Raises Refused when it cannot be read."""
    if len(token) > LARGEST:
        raise Refused(f"the JWT is longer than {LARGEST} characters")
    parts = token.split(".")
    if len(parts) != 3:
        raise Refused("the JWT must have three parts")
    try:
        return msgspec.json.decode(_decoded(parts[1]), type=Response)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Refused(
            "the JWT must hold iss, aud, exp, iat, nonce, the data of the request, and the claims of LTI"
        ) from None


def verify(token: str, tool: Tool) -> None:
    """Raises Refused unless one of the tool's registered keys signed this."""
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey  # here, where it is used: a start without tools is quicker

    key = _key_of(token, tool)
    imported = RSAKey.import_key({"kty": key.kty, "n": key.n, "e": key.e})
    try:
        jws.deserialize_compact(token.encode(), imported, algorithms=["RS256"])
    except (JoseError, ValueError):
        raise Refused("the signature is none of the tool's registered keys'") from None


def _key_of(token: str, tool: Tool) -> PublicKey:
    try:
        header = msgspec.json.decode(_decoded(token.split(".")[0]), type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Refused("the JWT has no header") from None
    if header.get("alg") != "RS256":
        raise Refused("the JWT must be signed by RS256")
    kid = header.get("kid")
    known = [key for key in tool.keys if kid == key.kid or (kid is None and len(tool.keys) == 1)]
    if not known:
        raise Refused("the JWT names no key that is registered for the tool")
    return known[0]


CHECKS: tuple[tuple[Callable[[Response, Launch], bool], str], ...] = (
    (lambda told, launch: told.iss == launch.client_id, "iss must be the client id of the tool that was asked"),
    (lambda told, launch: launch.issuer in told.audiences, "aud must hold the platform's issuer"),
    (
        lambda told, launch: told.azp == launch.client_id if told.azp else len(told.audiences) == 1,
        "azp must be the tool's client id, where there are several audiences",
    ),
    (lambda told, launch: bool(told.nonce), "the nonce is empty"),
    (
        lambda told, launch: told.deployment == launch.connection,
        "deployment_id must be that of the request",
    ),
    (lambda told, launch: told.type == v.DEEP_LINKING_RESPONSE, f"message_type must be {v.DEEP_LINKING_RESPONSE}"),
    (lambda told, launch: told.version == v.VERSION, f"version must be {v.VERSION}"),
    (
        lambda told, launch: len(told.items) <= MOST_ITEMS,
        f"there must be at most {MOST_ITEMS} content items",
    ),
)


def check(told: Response, launch: Launch, tool: Tool, now: float) -> None:
    """Raises Refused for a response that does not fit the request it answers."""
    if told.exp + SKEW < now or told.iat - SKEW > now:
        raise Refused("the JWT is expired, or not yet issued, by this world's clock")
    for holds, words in CHECKS:
        if not holds(told, launch):
            raise Refused(words)
    for item in told.items:
        if item.type not in v.PLACEABLE:
            raise Refused(f"content items must be of the types {', '.join(v.PLACEABLE)}")
        if not (item.url or item.type == "ltiResourceLink"):
            raise Refused("a link must have a url")
        if item.type == "ltiResourceLink" and item.url and not tool.serves(item.url):
            raise Refused("a resource link must lead to the site of the tool's target_link_uri")


def placed(told: Response, launch: Launch, tool: Tool, ids: Iterator[Id]) -> Iterator[Placed]:
    """The links that a response puts in the section, each with an id of its own."""
    for item in told.items:
        yield Placed(
            id=next(ids),
            connection=launch.connection,
            section=launch.section,
            type=item.type,
            url=item.url or tool.target_link_uri,
            title=item.title,
            text=item.text,
            custom=item.custom,
        )


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
