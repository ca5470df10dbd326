"""What a browser is told of every page: keep nothing, let nobody frame it, run only what is ours."""

from __future__ import annotations

from flask import Response

NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
PAGE = NO_SNIFFING | {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action *; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Forms may lead anywhere: the answer to one is a redirect to an application, which may lead on as it likes, and
browsers hold every step of that against `form-action`."""


def guard(response: Response, kind: str) -> None:
    """Put these headers on an answer of a page, and the least of them on those of the control plane."""
    if kind == "page" or (kind == "control" and response.mimetype == "text/html"):
        response.headers.update(PAGE)
    elif kind == "control":
        response.headers.update(NO_SNIFFING)
