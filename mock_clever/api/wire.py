"""How answers look on the wire: the headers of Clever's back ends, as recorded (data-api 1)."""

from __future__ import annotations

from flask import Response, g
from msgspec import Struct

from mock_clever.api.asking import here
from mock_clever.pages import Page

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,PATCH,POST,DELETE",
    "Access-Control-Allow-Headers": "Content-Type,Authorization,X-Requested-With,Accept,Origin,Referer,User-Agent",
}
EVERYWHERE = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=15552000; includeSubDomains",
    "X-Envoy-Upstream-Service-Time": "1",
}


class Family(Struct, frozen=True):
    """One of the back ends behind the one host: its own headers, and which others it sends."""

    headers: dict[str, str]
    etag: bool = False
    clever_request_id: bool = False
    content_type: str = "application/json; charset=utf-8"


CORE = Family({**EVERYWHERE, **CORS, "X-Powered-By": "Express"}, etag=True)
RESOURCES = Family(
    {
        **EVERYWHERE,
        "Access-Control-Allow-Methods": "GET",
        "Content-Security-Policy": "frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    },
    clever_request_id=True,
    content_type="application/json",
)


def answer(written: Page, family: Family = CORE) -> Response:
    """The 200 that sends a page."""
    response = Response(written.body, 200, content_type=family.content_type)
    dress(response, family)
    if family.etag:
        response.headers["ETag"] = written.etag
    return response


def dress(response: Response, family: Family = CORE) -> None:
    """Give an answer its family's headers, and the rate limit's when a token was counted."""
    headers = {**family.headers, "X-Request-Id": here().requests.uuid()}
    if family.clever_request_id:
        headers["Clever-Request-Id"] = here().requests.hex(32)
    rate = g.get("rate")
    if rate is not None:
        remaining, reset, limit = rate
        headers["X-Ratelimit-Bucket"] = "bearer"
        headers["X-Ratelimit-Limit"] = str(limit)
        headers["X-Ratelimit-Remaining"] = str(max(remaining, 0))
        headers["X-Ratelimit-Reset"] = str(reset)
    response.headers.extend(headers)  # all new, so none is looked for: setting each takes three times as long
