"""The endpoints beside the roster, each with its source, and those of the published specifications left out.

The roster's own endpoints stand in the tables of the versions (`parameters.everywhere`).
"""

from __future__ import annotations

from msgspec import Struct


class Endpoint(Struct, frozen=True):
    """One endpoint, its path as the specifications write it; `page` where it answers people, not programs."""

    method: str
    path: str
    source: str
    mark: str = "documented"
    page: bool = False


_ASSIGNMENT = "/v3.1/sections/{section_id}/assignments/{assignment_id}"
_FEEDS = ("school_admins", "schools", "sections", "students", "teachers")

ENDPOINTS = (
    *(
        Endpoint("GET", f"/{version}/{path}", f"spec:{version}-events")
        for version in ("v1.2", "v2.0", "v2.1", "v3.0", "v3.1")
        for path in ("events", "events/{id}")
    ),
    *(Endpoint("GET", f"/v1.2/{name}/{{id}}/events", "spec:v1.2-events") for name in _FEEDS),
    *(
        Endpoint("GET", path, "docs/oauth-implementation")
        for path in ("/v1.2/me", "/v2.0/me", "/v2.1/me", "/v3.0/me", "/v3.1/me")
    ),
    Endpoint("GET", "/me", "sso 14", mark="chosen"),
    Endpoint("GET", "/v3.1/attendance/schools/{school_id}", "docs/attendance-data-overview"),
    Endpoint("GET", "/v3.1/attendance/sections/{section_id}", "spec:v3.1-attendance"),
    Endpoint("POST", "/v3.1/sections/{section_id}/assignments", "spec:v3.1-lms"),
    *(Endpoint(method, _ASSIGNMENT, "spec:v3.1-lms") for method in ("GET", "PATCH", "DELETE")),
    Endpoint("GET", f"{_ASSIGNMENT}/submissions", "spec:v3.1-lms"),
    *(Endpoint(method, f"{_ASSIGNMENT}/submissions/{{user_id}}", "spec:v3.1-lms") for method in ("GET", "PATCH")),
    Endpoint("GET", "/oauth/tokens", "docs/onboarding"),
    Endpoint("POST", "/oauth/tokens", "docs/oauth-implementation"),
    Endpoint("GET", "/oauth/tokeninfo", "docs/il-implicit-grant"),
    Endpoint("GET", "/.well-known/openid-configuration", "docs/oidc-implementation"),
    Endpoint("GET", "/oauth/certs", "sso 9", mark="inferred"),
    Endpoint("GET", "/userinfo", "docs/the-userinfo-endpoint"),
    Endpoint("POST", "/userinfo", "docs/oidc-implementation"),
    Endpoint("GET", "/oauth/authorize", "docs/oauth-implementation", page=True),
    Endpoint("GET", "/oauth/instant-login", "docs/oauth-implementation", page=True),
    Endpoint("GET", "/oauth/login", "this mock", mark="chosen", page=True),
    Endpoint("POST", "/oauth/login", "this mock", mark="chosen", page=True),
    *(Endpoint(method, "/oauth/passwords", "support 360020344891", page=True) for method in ("GET", "POST")),
    *(Endpoint(m, "/oauth/district-admin", "sso 11", mark="inferred", page=True) for m in ("GET", "POST")),
    *(Endpoint(method, "/oauth/provider", "this mock", mark="chosen", page=True) for method in ("GET", "POST")),
    *(Endpoint(method, "/oauth/welcome", "support 221231247", page=True) for method in ("GET", "POST")),
    Endpoint("POST", "/oauth/confirm", "sso 14", mark="chosen", page=True),
    *(Endpoint(method, "/oauth/role", "sso 14", mark="chosen", page=True) for method in ("GET", "POST")),
    Endpoint("GET", "/oauth/cancel", "this mock", mark="chosen", page=True),
    Endpoint("GET", "/oauth/district-picker", "docs/oauth-implementation", page=True),
    Endpoint("GET", "/login", "support 205818838", page=True),
    Endpoint("GET", "/in/{name}", "support 205818838", page=True),
    *(Endpoint(method, "/in/{name}/help", "support 222752827", page=True) for method in ("GET", "POST")),
    Endpoint("GET", "/in/{name}/{kind}/portal", "docs/identity-api", page=True),
    *(Endpoint(m, "/in/{name}/teacher/students", "support 360020354392", page=True) for m in ("GET", "POST")),
    Endpoint("GET", "/in/{name}/teacher/badges/{student}.svg", "support 115005209686", page=True),
    *(Endpoint(method, "/in/{name}/access-as", "support 360000406146", page=True) for method in ("GET", "POST")),
    Endpoint("POST", "/in/{name}/access-as/end", "support 360000406146", page=True),
    *(Endpoint(method, "/badges", "support 115005209686", page=True) for method in ("GET", "POST")),
    *(Endpoint(m, "/library/consent", "docs/clever-library-user-flow", page=True) for m in ("GET", "POST")),
    Endpoint("GET", "/library", "support 360013488672", page=True),
    *(Endpoint("POST", f"/library/{act}", "support 360013488672", page=True) for act in ("install", "uninstall")),
    *(Endpoint(method, "/library/controls", "support 000001741", page=True) for method in ("GET", "POST")),
    Endpoint("GET", "/library/installs.csv", "support 000001741", page=True),
    *(
        Endpoint("GET", f"/lms{path}", "this mock", mark="chosen", page=True)
        for path in ("", "/{district}", "/{district}/sections/{section}", "/{district}/assignments/{assignment}")
    ),
    *(
        Endpoint("POST", f"/lms/{{district}}/{path}", "this mock", mark="chosen", page=True)
        for path in ("join", "launch", "assignments/{assignment}")
    ),
    Endpoint("GET", "/lti/jwks", "lms-connect 9.2", mark="inferred"),
    Endpoint("GET", "/lti/initiate", "lms-connect 9.2", mark="inferred", page=True),
    *(Endpoint(m, "/lti/authorize", "lms-connect 9.2", mark="inferred", page=True) for m in ("GET", "POST")),
    Endpoint("POST", "/lti/deep-link", "lms-connect 9.2", mark="inferred", page=True),
    Endpoint("GET", "/logout", "docs/il-design", page=True),
    Endpoint("GET", "/", "this mock", mark="chosen", page=True),
    Endpoint("GET", "/favicon.ico", "this mock", mark="chosen", page=True),
)


class LeftOut(Struct, frozen=True):
    """An endpoint of a published specification that is not served, and why. `spec` names the file."""

    spec: str
    method: str
    path: str
    why: str


LEFT_OUT: tuple[LeftOut, ...] = ()
"""What of the specifications is not served. A row goes when its endpoint comes: a test asks for every one."""
