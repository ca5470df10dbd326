"""The request a fault may strike: what it asks for, and who asks as far as the request itself says."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs

from msgspec import Struct
from werkzeug.datastructures import Authorization

from mock_clever.apps import Connection
from mock_clever.changes import Change
from mock_clever.clock import Clock
from mock_clever.grants import Grants
from mock_clever.model import Id

CURSORS = ("starting_after", "ending_before")


class Reached(Protocol):
    """As much of a world as faults reach into."""

    clock: Clock
    grants: Grants

    def bearer(self, token: str) -> Connection | None:
        """The connection of a district token."""

    def change(self, district: Id, changes: Iterable[Change]) -> int:
        """Let these changes happen, and publish them."""


class Who(Struct, frozen=True):
    """Whoever asks, where that can be told."""

    client_id: str | None = None
    district: Id | None = None
    user: Id | None = None


class Call:
    """A request on its way to a view."""

    def __init__(self, world: Reached, environ: dict[str, Any], method: str, path: str) -> None:
        self.world = world
        self.environ = environ
        self.method = method
        self.path = path
        self.authorization: str = environ.get("HTTP_AUTHORIZATION", "")

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The parameters of the query."""
        return parse_qs(self.environ.get("QUERY_STRING", ""), keep_blank_values=True)

    @cached_property
    def token(self) -> str | None:
        """The bearer token of the Authorization header."""
        sent = Authorization.from_header(self.authorization)
        return sent.token if sent is not None and sent.type == "bearer" and sent.token else None

    @property
    def walks(self) -> bool:
        """Whether it asks for a page after another one."""
        return any(name in self.query for name in CURSORS)

    @cached_property
    def who(self) -> Who:
        """Who asks: by the token, the client's credentials, or the query of a login."""
        if self.token is not None:
            login = self.world.grants.bearer(self.token, self.world.clock.now())
            if login is not None:
                return Who(login.client_id, login.district, login.user)
            connection = self.world.bearer(self.token)
            return Who(connection.client_id, connection.district) if connection is not None else Who()
        basic = Authorization.from_header(self.authorization)
        named = basic.username if basic is not None and basic.type == "basic" else self._asked("client_id")
        return Who(named, self._asked("district_id"))

    def _asked(self, name: str) -> str | None:
        return next(iter(self.query.get(name, ())), None)
