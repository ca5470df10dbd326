"""The stage of the certification tests: a mock and a vendor app, each served in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from shortcut import shortcut
from werkzeug.serving import WSGIRequestHandler, make_server

from certification_suite.catalogue import chosen
from certification_suite.describing.config import AppUnderTest, describe
from certification_suite.drivers.chromium import Chromium, installed
from certification_suite.running.runner import Result, run
from mock_clever.app import create_app as create_mock
from mock_clever.scenarios import MAIN, Scenario, Worlds, start
from mock_clever.serving import running
from mock_clever.settings import Settings
from vendor_app.app import create_app
from vendor_app.behaviour import Behaviour
from vendor_app.clock import Clock
from vendor_app.config import from_environment

CALLBACK = "/oauth/clever/callback"
LIBRARY_CALLBACK = "/oauth/clever/library"
HURRY = 20
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class HurriedClock(Clock):
    """Waits a fortieth of what it is told: the shape of a back-off is what is judged, not its length."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 40)

    def patience(self, seconds: float) -> float:
        """A twentieth: an answer that is really held back must still be told from one that is not."""
        return seconds / HURRY


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


class Door:
    """One address behind which the app can be changed."""

    def __init__(self) -> None:
        self.app: Wsgi = lambda environ, start: start("404 Not Found", []) or []
        self._server = make_server("127.0.0.1", 0, self.call, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def call(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """What stands behind the door now answers."""
        return self.app(environ, start)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Stage:
    """A mock, a door, and the description of what stands behind it."""

    def __init__(self, mock_url: str, chromium: Chromium) -> None:
        self.mock_url = mock_url
        self.door = Door()
        self.reference: Wsgi | None = None
        self.chromium = chromium
        self.callback = self.door.url + CALLBACK
        self.env = self._control("GET", "env")
        arrives = {
            "CLEVER_CLIENT_ID": CALLBACK,
            "CLEVER_SSO_CLIENT_ID": CALLBACK,
            "CLEVER_LIBRARY_CLIENT_ID": LIBRARY_CALLBACK,
        }
        for key, path in arrives.items():
            self._control("POST", "apps", {"client_id": self.env[key], "redirect_uris": [self.door.url + path]})

    def _control(self, method: str, what: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.mock_url}/_mock/{what}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    @contextmanager
    def registered(self, app: str = "CLEVER_SSO_CLIENT_ID", **record: Any) -> Iterator[None]:
        """The record of an app at Clever, changed for a while; the changes outlive a reset."""
        client = self.env[app]
        before = next(a for a in self._control("GET", "apps")["apps"] if a["client_id"] == client)
        self._control("POST", "apps", {"client_id": client, **record})
        yield
        self._control("POST", "apps", {"client_id": client, **{key: before[key] for key in record}})

    def put(
        self, behaviour: Behaviour | None = None, *, page_size: int = 25, probe: bool = True, **app: Any
    ) -> None:
        """Let the reference app stand behind the door, with this behaviour."""
        environ = self.env | {
            "CLEVER_REDIRECT_URI": self.callback,
            "CLEVER_LIBRARY_REDIRECT_URI": self.door.url + LIBRARY_CALLBACK,
        }
        config = from_environment(
            environ,
            database=":memory:",
            probe=probe,
            page_size=page_size,
            **{"openid": True, "both_apps": True, **app},
        )
        self.door.app = self.reference = create_app(config, behaviour, clock=HurriedClock())

    def described(self, **app: Any) -> AppUnderTest:
        """What `certification.toml` would say; keyword arguments change [app], `probe=False` leaves it out."""
        others = app.pop("other_client_ids", [self.env["CLEVER_CLIENT_ID"]])
        whole = app.pop("whole_district", False)
        probe, client_id = app.pop("probe", True), app.pop("client_id", self.env["CLEVER_SSO_CLIENT_ID"])
        document: dict[str, Any] = {
            "app": {
                "name": "The app behind the door",
                "base_url": self.door.url,
                "start_login": "/login",
                "redirect_uri": self.callback,
                "home_page": "/home",
                "user_types": ["student", "teacher", "staff"],
                "programmes": ["library", "sso", "secure_sync", "lms"],
                "refresh": "login",
                "asks": ["goal"],
                "openid": True,
                **app,
            },
            "clever": {
                "mock_url": self.mock_url,
                "client_id": client_id,
                "sync_client_id": self.env["CLEVER_CLIENT_ID"],
                "other_client_ids": others,
                "whole_district": whole,
            },
            "library": {
                "client_id": self.env["CLEVER_LIBRARY_CLIENT_ID"],
                "redirect_uri": self.door.url + LIBRARY_CALLBACK,
                "start_login": "/signup",
            },
        }
        for table in ("app", "clever"):
            document[table] = {key: value for key, value in document[table].items() if value is not None}
        if probe:
            document["probe"] = {"url": self.door.url + "/probe"}
        return describe(document)

    def judge(self, *only: str, screen: bool = True, pictures: bool = False, **app: Any) -> dict[str, Result]:
        """Every requirement, or the named ones, of the app behind the door; by a real browser too where one is.

        `pictures`: it draws the pages that a plain browser saw, too, which takes its time and changes no verdict.
        """
        self.chromium.draws = pictures
        described = self.described(**app)
        requirements = chosen(described, only)
        results = run(
            described,
            requirements,
            clock=time.perf_counter,
            pause=time.sleep,
            chromium=self.chromium if screen else None,
            hurry=HURRY,
        )
        return {result.requirement.id: result for result in results}

    def close(self) -> None:
        self.door.close()


@contextmanager
def set_up(
    settings: Settings | None = None, *, preset: str = "sandbox", chromium: Chromium | None = None
) -> Iterator[Stage]:
    """A stage with a mock of this district, whose open questions are answered so.

    Calls take the shortcut while the reference app stands there: any other may hang up, or never answer.
    A browser that is handed in stays open.
    """
    worlds = Worlds(start(Scenario(preset=preset, settings=settings or Settings())))
    clever = create_mock(worlds)
    own = chromium or Chromium(installed())

    with running(clever) as server:
        stage = Stage(server.url, own)

        def wire_matters() -> bool:
            world = worlds.get(MAIN)
            return stage.door.app is not stage.reference or world is None or bool(world.faults.faults)

        apps = {urlsplit(server.url).netloc: clever, urlsplit(stage.door.url).netloc: stage.door.call}
        with shortcut(apps, wire_matters):
            yield stage
        stage.close()
        if chromium is None:
            own.close()
