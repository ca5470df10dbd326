"""Short names for what is struck most, whatever the version: rows of a name, a method and a pattern."""

from __future__ import annotations

import re

from msgspec import Struct

_VERSION = r"(/[vV][\d.]+)"
_ASSIGNMENTS = rf"{_VERSION}/sections/[^/]+/assignments(/[^/]+)?"


class Target(Struct, frozen=True):
    """Requests that go by one name: those with a path of this pattern, and this method if there is one."""

    means: str
    pattern: str
    method: str | None = None

    def holds(self, method: str, path: str) -> bool:
        """Whether this request is one of them."""
        return self.method in (None, method) and re.fullmatch(self.pattern + "/?", path) is not None


def _collection(name: str) -> Target:
    return Target(f"`/v3.1/{name}` and what lies under it, in any version", rf"{_VERSION}/{name}(/.*)?")


TARGETS: dict[str, Target] = {
    "token": Target("the exchange of a code for a token, `POST /oauth/tokens`", "/oauth/tokens", "POST"),
    "district-tokens": Target("the list of district tokens, `GET /oauth/tokens`", "/oauth/tokens", "GET"),
    "me": Target("`/me` in any version, and `/userinfo`", rf"{_VERSION}?/me|/userinfo"),
    "keys": Target("the keys that sign id_tokens, `/oauth/certs`", "/oauth/certs"),
    "data": Target("everything of the Data API but `/me`, in any version", rf"{_VERSION}/(?!me/?$).+"),
    **{
        name: _collection(name)
        for name in (
            *("districts", "schools", "users", "students", "teachers", "contacts"),
            *("sections", "courses", "terms", "resources", "events"),
        )
    },
    "assignments": Target("assignments of LMS Connect, not their submissions", _ASSIGNMENTS),
    "submissions": Target("submissions of LMS Connect", rf"{_ASSIGNMENTS}/submissions(/[^/]+)?"),
}
"""Every target by its name."""
