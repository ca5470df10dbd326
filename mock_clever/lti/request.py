"""What a tool asks at `/lti/authorize`, and what can be wrong with it (security/v1p0 5.1.1.2; OIDC Core 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

Sent = Mapping[str, str]


class AuthError(Struct, frozen=True, kw_only=True):
    """One error that goes back to the tool in the place of an id_token (OpenID Connect Core 3.1.2.6)."""

    error: str
    description: str
    mark: str = "inferred"
    source: str = "lms-connect 9.2"


AUTH_ERRORS = {
    "repeated parameter": AuthError(error="invalid_request", description="a parameter is repeated"),
    "scope": AuthError(error="invalid_scope", description="scope must be openid"),
    "response_type": AuthError(error="unsupported_response_type", description="response_type must be id_token"),
    "response_mode": AuthError(error="invalid_request", description="response_mode must be form_post"),
    "prompt": AuthError(error="invalid_request", description="prompt must be none"),
    "nonce": AuthError(error="invalid_request", description="a nonce is missing"),
    "login_hint": AuthError(error="invalid_request", description="login_hint is missing: echo it"),
    "lti_message_hint": AuthError(
        error="invalid_request", description="lti_message_hint is missing: echo it unchanged"
    ),
    "no such launch": AuthError(
        error="login_required",
        description="no launch of this tool waits under these hints: each is for one request within 5 minutes",
        mark="chosen",
        source="lms-connect 11 #24",
    ),
    "may not log in": AuthError(
        error="access_denied",
        description="this person may not use the application now",
        mark="chosen",
        source="lms-connect 11 #24",
    ),
}

CHECKS: tuple[tuple[str, Callable[[Sent], bool]], ...] = (
    ("scope", lambda sent: "openid" in sent.get("scope", "").split(" ")),
    ("response_type", lambda sent: sent.get("response_type") == "id_token"),
    ("response_mode", lambda sent: sent.get("response_mode") == "form_post"),
    ("prompt", lambda sent: sent.get("prompt") == "none"),
    ("nonce", lambda sent: bool(sent.get("nonce"))),
    ("login_hint", lambda sent: bool(sent.get("login_hint"))),
    ("lti_message_hint", lambda sent: bool(sent.get("lti_message_hint"))),
)
"""What every request must have, in the order in which it is looked at."""


def problem(sent: Sent) -> str | None:
    """The first thing that is wrong with a request from a known tool: a key of AUTH_ERRORS."""
    return next((name for name, holds in CHECKS if not holds(sent)), None)


def refusal(why: str) -> dict[str, str]:
    """What the tool is told in the form."""
    row = AUTH_ERRORS[why]
    return {"error": row.error, "error_description": row.description}
