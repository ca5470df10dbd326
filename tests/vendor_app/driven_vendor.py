"""A vendor app under test: with its fake Clever, a browser, and a clock that only the test moves."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fake_clever import FakeClever
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vendor_app.app import create_app
from vendor_app.behaviour import Behaviour
from vendor_app.clock import Clock
from vendor_app.config import Config


class StillClock(Clock):
    """Time stands until a test moves it; waiting moves it and is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.time = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += timedelta(seconds=seconds)

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)


class Vendor:
    """One app with its Clever, its clock and a browser."""

    def __init__(self, clever: FakeClever, behaviour: Behaviour, config: Config) -> None:
        self.clever = clever
        self.clock = StillClock()
        self.app: Flask = create_app(
            config, behaviour, clock=self.clock, http=clever.http(), background=lambda work: work()
        )
        self.browser: FlaskClient = self.app.test_client()

    def start_anew(self, clever: FakeClever) -> None:
        """Forget everything: another town, an empty database, a new browser, the first morning again."""
        vars(self.clever).update(vars(clever))
        vars(self.clock).update(vars(StillClock()))
        self.store.forget_everything()
        self.browser = self.app.test_client()

    @property
    def store(self) -> Any:
        return self.app.extensions["vendor"].store

    def state(self, browser: FlaskClient | None = None) -> str:
        location = (browser or self.browser).get("/login").location
        found = re.search(r"state=([^&]+)", location or "")
        return found[1] if found else ""

    def log_in(self, number: int, browser: FlaskClient | None = None, **extra: str) -> TestResponse:
        """A whole login from the button; the answer of the callback."""
        browser = browser or self.browser
        query = {"code": self.clever.code_for(number), "scope": "read:user_id", "state": self.state(browser)}
        return browser.get("/oauth/clever/callback", query_string=query | extra)

    def home(self, browser: FlaskClient | None = None) -> str:
        return (browser or self.browser).get("/home").text

    def probe(self, path: str, **json: Any) -> Any:
        return self.app.test_client().post(f"/probe{path}", json=json).get_json()

    def see(self, path: str) -> Any:
        return self.app.test_client().get(f"/probe/{path}").get_json()

    def users(self) -> dict[str | None, dict[str, Any]]:
        return {user["clever_id"]: user for user in self.see("users")["users"]}

    def sync(self) -> Any:
        return self.probe("/sync", mode="full")

    def delta(self) -> Any:
        return self.probe("/sync", mode="delta")

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.browser.get("/home").text)
        return found[1] if found else ""


Make = Callable[..., Vendor]
