"""What the token endpoint refuses and in which words: `error`, `error_description`, and how they are known."""

from __future__ import annotations

from msgspec import Struct

from mock_clever.errors import OAuthRefusal


class ExchangeError(Struct, frozen=True, kw_only=True):
    """One such answer."""

    error: str
    description: str = ""
    status: int = 400
    mark: str = "chosen"
    source: str = "sso 14"


EXCHANGE_ERRORS = {
    "content type": ExchangeError(
        error="invalid_request", description="invalid content-type", mark="inferred", source="docs/identity-api"
    ),
    "unreadable body": ExchangeError(
        error="invalid_request",
        description="the body is not a JSON object of strings",
        source="this mock",
    ),
    "repeated field": ExchangeError(
        error="invalid_request",
        description="a field of the body is repeated",
        source="this mock",
    ),
    "credentials": ExchangeError(error="invalid_client", description="invalid client credentials", status=401),
    "no grant_type": ExchangeError(error="invalid_request", description="missing grant_type"),
    "other grant_type": ExchangeError(error="unsupported_grant_type"),
    "no code": ExchangeError(error="invalid_request", description="missing code"),
    "code": ExchangeError(
        error="invalid_grant", description="invalid code", mark="documented", source="docs/il-design"
    ),
    "redirect_uri": ExchangeError(
        error="invalid_grant", description="invalid redirect", mark="inferred", source="sso 4"
    ),
    "owner_type": ExchangeError(error="invalid_request"),
    "district": ExchangeError(
        error="invalid_request",
        description="district must be an id of 24 hexadecimal digits",
        source="this mock",
    ),
}


def refused(why: str) -> OAuthRefusal:
    """The refusal for this reason."""
    row = EXCHANGE_ERRORS[why]
    return OAuthRefusal(row.error, row.description, status=row.status)
