"""Worlds of the mock that belong to this run: each with the apps of the main world, and forgotten afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from certification_suite.describing.config import AppUnderTest
from certification_suite.drivers.mock import MockClever
from certification_suite.verdicts import CouldNotRun

RECORD = (
    "client_id",
    "client_secret",
    "name",
    "products",
    "redirect_uris",
    "supported_user_types",
    "granted",
    "off",
    "optional",
    "roles",
    "events",
    "safety",
    "development",
    "oidc",
    "email_verified",
    "implicit",
)
"""What makes an app at Clever, and is the same in every world."""


@contextmanager
def world(main: MockClever, name: str, *, preset: str | None = None) -> Iterator[MockClever]:
    """A fresh world of the mock, with the apps of the main one."""
    body = {"name": name} | ({"preset": preset} if preset else {})
    path = str(main.send("POST", "/_mock/worlds", body)["path"])
    try:
        own = MockClever(main.url + path)
        for app in main.apps():
            own.send("POST", "/_mock/apps", {key: app[key] for key in RECORD if app.get(key) is not None})
        yield own
    finally:
        with suppress(CouldNotRun):  # a mock that is gone has forgotten it
            main.send("DELETE", f"/_mock/worlds/{name}")


def welcome(own: MockClever, app: AppUnderTest) -> None:
    """Let Clever know where this instance of the app stands: its redirect URIs are the registered ones."""
    library = app.library.client_id or str(own.env().get("CLEVER_LIBRARY_CLIENT_ID"))
    for one in own.apps():
        arrives = app.library.redirect_uri if one["client_id"] == library else None
        if one.get("products"):
            own.register(one["client_id"], redirect_uris=[arrives or app.redirect_uri])


def environment(own: MockClever) -> dict[str, str]:
    """What the mock tells an app that is to be pointed at this world, as environment variables."""
    told: dict[str, Any] = own.env()
    return {name: value for name, value in told.items() if isinstance(value, str)}
