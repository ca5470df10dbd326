"""The endpoints beside the roster, each with its source, and those of the published specifications left out.

The roster's own endpoints stand in the tables of the versions (`parameters.everywhere`).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Endpoint(Struct, frozen=True):
    """One endpoint, its path as the specifications write it; `page` where it answers people, not programs."""

    method: str
    path: str
    source: str
    mark: str = "documented"
    page: bool = False


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
    Endpoint("GET", "/oauth/tokens", "docs/onboarding"),
    Endpoint("POST", "/oauth/tokens", "docs/oauth-implementation"),
    Endpoint("GET", "/oauth/tokeninfo", "docs/il-implicit-grant"),
    Endpoint("GET", "/oauth/authorize", "docs/oauth-implementation", page=True),
    Endpoint("GET", "/oauth/instant-login", "docs/oauth-implementation", page=True),
    Endpoint("GET", "/oauth/login", "this mock", mark="chosen", page=True),
    Endpoint("POST", "/oauth/login", "this mock", mark="chosen", page=True),
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


def _left(spec: str, why: str, *operations: str) -> Iterable[LeftOut]:
    base = f"/{spec.partition('-')[0]}"
    for operation in operations:
        method, _, path = operation.partition(" ")
        yield LeftOut(spec, method, base + path, why)


_NO_LMS = "no learning management system is imitated yet"
_ONE = "/sections/{section_id}/assignments/{assignment_id}"

LEFT_OUT = (
    *_left(
        "v3.1-lms",
        _NO_LMS,
        "POST /sections/{section_id}/assignments",
        f"GET {_ONE}",
        f"PATCH {_ONE}",
        f"DELETE {_ONE}",
        f"GET {_ONE}/submissions",
        f"GET {_ONE}/submissions/{{user_id}}",
        f"PATCH {_ONE}/submissions/{{user_id}}",
    ),
)
"""What of the specifications is not served. A row goes when its endpoint comes: a test asks for every one."""
