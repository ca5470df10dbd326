"""How answers look on the wire: the headers of Clever's back ends, as recorded (data-api 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from gzip import compress
from typing import Any

from flask import Response, g, request
from msgspec import Struct

from mock_clever.api.asking import WORLD
from mock_clever.pages import Page, Pieces

DRESS = "mock_clever.dress"
WORTH_PACKING = 1024  # bytes, the usual threshold of Express's own compression

EVERY = ("core", "events", "resources")
BOTH = ("core", "events")
OAUTH = ("token endpoint", "token info", "discovery")
GUARDED = ("token endpoint", "token info")
ALLOWED = "Content-Type,Authorization,X-Requested-With,Accept,Origin,Referer,User-Agent"


class Header(Struct, frozen=True):
    """A header that answers of these families carry, and how it is known; no `value` where each has its own."""

    name: str
    value: str
    families: tuple[str, ...]
    mark: str = "observed"
    source: str = "wire:v3.0"
    note: str = ""


HEADERS = (
    Header("Cache-Control", "no-store", EVERY),
    Header("Strict-Transport-Security", "max-age=15552000; includeSubDomains", EVERY),
    Header("Strict-Transport-Security", "max-age=15552000; includeSubDomains", OAUTH, "inferred", "sso 4"),
    Header("X-DNS-Prefetch-Control", "off", OAUTH, "inferred", "sso 4"),
    Header("X-Download-Options", "noopen", OAUTH, "inferred", "sso 4"),
    Header("X-Content-Type-Options", "nosniff", OAUTH, "inferred", "sso 4"),
    Header("X-XSS-Protection", "1; mode=block", OAUTH, "inferred", "sso 4"),
    Header(
        "Vary", "X-HTTP-Method-Override, Accept-Encoding", ("token endpoint", "discovery"), "inferred", "sso 4"
    ),
    Header("Vary", "Origin, Accept-Encoding", ("token info",), source="sso 6"),
    Header("Cache-Control", "no-store", (*OAUTH, "district tokens"), "chosen", "sso 14"),
    Header("X-Powered-By", "Express", ("district tokens",), source="sso 5"),
    Header("ETag", "", ("district tokens",), source="sso 5", note="a quoted number"),
    Header("ETag", "", OAUTH, "inferred", "sso 4", note="weak, as of the Data API"),
    Header("X-Request-Id", "", ("district tokens",), source="sso 5", note="a UUID"),
    Header(
        "X-Envoy-Upstream-Service-Time", "1", EVERY, note="milliseconds; always 1, so that answers can be compared"
    ),
    Header("Access-Control-Allow-Origin", "*", BOTH),
    Header("Access-Control-Allow-Methods", "GET,PATCH,POST,DELETE", BOTH),
    Header("Access-Control-Allow-Headers", ALLOWED, BOTH),
    Header("X-Powered-By", "Express", ("core",)),
    Header("Access-Control-Allow-Methods", "GET", ("resources",)),
    Header("Content-Security-Policy", "frame-ancestors 'none'", ("resources",)),
    Header("X-Frame-Options", "DENY", ("resources",)),
    Header("X-Content-Type-Options", "nosniff", ("resources",)),
    Header("Vary", "Accept-Encoding", ("events", "resources")),
    Header("ETag", "", ("core",), note="weak: the length of the body in hex and a digest of it"),
    Header("X-Request-Id", "", EVERY, note="a UUID"),
    Header("Clever-Request-Id", "", ("events", "resources"), note="32 hexadecimal digits"),
    Header("X-Ratelimit-Bucket", "", EVERY, note="`bearer`, on every answer to a token"),
    Header("X-Ratelimit-Limit", "", EVERY, note="requests a token has in a minute"),
    Header("X-Ratelimit-Remaining", "", EVERY, note="requests left, never below 0"),
    Header("X-Ratelimit-Reset", "", EVERY, note="Unix seconds: a minute after the second of the first request"),
)


def _fixed(family: str) -> tuple[tuple[str, str], ...]:
    return tuple((header.name, header.value) for header in HEADERS if header.value and family in header.families)


CORS = {name: value for name, value in _fixed("core") if name.startswith("Access-Control-")}


class Family(Struct, frozen=True):
    """One of the back ends behind the one host: its own headers, and which others it sends.

    Where it `mends` them, refusals of a generated service say that they are JSON.
    """

    headers: tuple[tuple[str, str], ...]
    etag: bool = False
    request_id: bool = True
    clever_request_id: bool = False
    content_type: str = "application/json; charset=utf-8"
    mends: bool = False


CORE = Family(_fixed("core"), etag=True)
EVENTS = Family(_fixed("events"), clever_request_id=True)
RESOURCES = Family(_fixed("resources"), clever_request_id=True, content_type="application/json")
LMS = Family(_fixed("resources"), clever_request_id=True, content_type="application/json", mends=True)
TOKEN_ENDPOINT = Family(_fixed("token endpoint"), etag=True, request_id=False)
TOKEN_INFO = Family(_fixed("token info"), etag=True, request_id=False)
DISCOVERY = Family(_fixed("discovery"), etag=True, request_id=False)
DISTRICT_TOKENS = Family(_fixed("district tokens"))
FAMILIES = {"core": CORE, "events": EVENTS, "resources": RESOURCES, "token endpoint": TOKEN_ENDPOINT}
"""The back ends by name. A view that knows its own puts it into `g.family`, for whatever it refuses."""


Keep = Callable[[Callable[[], Pieces]], Page]


def answer(written: Page, family: Family = CORE, keep: Keep | None = None) -> Response:
    """The 200 that sends a page, packed where the client asks for it; `keep` keeps what is packed for the next."""
    if _wants_packed(written):
        g.packed = keep(lambda: [_packed(written.body)]).body if keep is not None else _packed(written.body)
    dress(family, [("ETag", written.etag)] if family.etag else [])
    return Response(written.body, 200, content_type=family.content_type)


def _wants_packed(written: Page) -> bool:
    """Whether the client asks for gzip and the page is worth it (data-api 15 #30)."""
    if len(written.body) < WORTH_PACKING or not request.environ.get("HTTP_ACCEPT_ENCODING"):
        return False
    return request.accept_encodings.quality("gzip") > 0


def _packed(body: bytes) -> bytes:
    """A body in gzip, quickly rather than small; equal bodies are packed to equal bytes."""
    return compress(body, compresslevel=1, mtime=0)


def pack(response: Response, body: bytes) -> None:
    """Send what a view packed, in the place of the body the journal has seen."""
    response.set_data(body)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"


def dress(family: Family = CORE, more: Sequence[tuple[str, str]] = ()) -> None:
    """Let this request's answer have its family's headers and more, and the rate limit's when a token was counted.

    They are kept apart from the Response, which would look through every header it is given, twice.
    """
    environ = request.environ
    requests = environ[WORLD].requests
    headers = [*more, *family.headers]
    if family.request_id:
        headers.append(("X-Request-Id", requests.uuid()))
    if family.clever_request_id:
        headers.append(("Clever-Request-Id", requests.hex(32)))
    rate = g.get("rate")
    if rate is not None:
        remaining, reset, limit = rate
        headers += (
            ("X-Ratelimit-Bucket", "bearer"),
            ("X-Ratelimit-Limit", str(limit)),
            ("X-Ratelimit-Remaining", str(max(remaining, 0))),
            ("X-Ratelimit-Reset", str(reset)),
        )
    environ[DRESS] = headers


def dressed(headers: list[tuple[str, str]], environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An answer's own headers, and those it was dressed in that it has not itself."""
    dress = environ.get(DRESS)
    if not dress:
        return headers
    own = {name for name, _ in headers}
    return headers + [header for header in dress if header[0] not in own]
