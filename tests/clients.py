"""Those who talk to the mock in tests: an application with a token, a browser at its pages, a whole server."""

from __future__ import annotations

import re
import sys
from copy import copy, deepcopy
from functools import cache
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask, current_app
from flask.testing import FlaskClient
from town import TOWN, town
from werkzeug.local import LocalProxy
from werkzeug.test import TestResponse, create_environ, run_wsgi_app
from werkzeug.wrappers import Request

from mock_clever.app import create_app, in_its_world
from mock_clever.apps import App
from mock_clever.model import Snapshot
from mock_clever.scenarios import Scenario, Start, Worlds
from mock_clever.world import World

CALLBACK = "http://127.0.0.1:5000/callback"
OTHER = CALLBACK + "/other"
PLAIN = re.compile('/[!"$&-~]*')  # neither quoted nor in need of it
_ENVIRON = create_environ()


def worlds_of(district: Snapshot) -> Worlds:
    """Worlds that begin with this district, its two applications calling back to CALLBACK and OTHER."""
    return Worlds(Start(Scenario(redirect_uris=(CALLBACK, OTHER)), district, []))


@cache
def _pattern() -> Flask:
    """What all mocks of a test run have in common: 150 routes and the templates, compiled once."""
    worlds = LocalProxy(lambda: current_app.extensions["worlds"])
    pattern = create_app(cast(Worlds, worlds))
    assert pattern.jinja_env
    return pattern


def _no_more(*_: Any, **__: Any) -> None:
    raise AssertionError("every mock would have that route: make this one with create_app")


def served(worlds: Worlds) -> Flask:
    """What `create_app` makes of these worlds, at a hundredth of the price, but with routes all share."""
    app = copy(_pattern())
    for asked in ("before_request_funcs", "after_request_funcs", "teardown_request_funcs"):
        setattr(app, asked, deepcopy(getattr(app, asked)))
    app.add_url_rule = _no_more  # type: ignore[method-assign]
    app.config = copy(app.config)
    app.extensions = {"worlds": worlds}
    app.wsgi_app = in_its_world(Flask.wsgi_app.__get__(app), worlds)  # type: ignore[method-assign,assignment]
    return app


class Reader:
    """An application with a token: `get` answers the parsed JSON.

    It asks most of what tests ask, mostly of plain paths: those go without what a test client does for any other.
    """

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def ask(self, path: str, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}"} | headers
        if PLAIN.fullmatch(path) is None:
            return self.client.get(path, headers=sent)
        where, _, query = path.partition("?")
        here = {"PATH_INFO": where, "QUERY_STRING": query, "REQUEST_URI": path, "RAW_URI": path}
        said = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.items()}
        environ = _ENVIRON | here | said | {"wsgi.input": BytesIO(), "wsgi.errors": sys.stderr}
        answer = run_wsgi_app(self.client.application, environ, buffered=True)
        return self.client.response_wrapper(*answer, request=Request(environ))

    def get(self, path: str) -> Any:
        response = self.ask(path)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()

    def ids(self, path: str) -> list[str]:
        body = self.get(path)
        return [item["data"]["id"] for item in body.get("data", body.get("resources", []))]

    def ids_of_events(self, path: str) -> list[str]:
        return [element["data"]["id"] for element in self.get(path)["data"]]


class Mock:
    """A mock server in this process: its worlds, and short ways to ask it."""

    def __init__(self, district: Snapshot | None = None) -> None:
        self.worlds = worlds_of(district or town())
        self.app = served(self.worlds)
        self.app.testing = True  # a mistake of the mock's own is raised here instead of answered with a 500
        self.client = self.app.test_client()

    @property
    def world(self) -> World:
        found = self.worlds.get("main")
        assert found is not None
        return found

    @property
    def sync(self) -> App:
        return next(app for app in self.world.apps.values() if "secure_sync" in app.products)

    @property
    def sso(self) -> App:
        return next(app for app in self.world.apps.values() if "secure_sync" not in app.products)

    @property
    def library(self) -> App:
        return next(app for app in self.world.apps.values() if app.products == ("library",))

    def reader(self, app: App | None = None, district: str = TOWN) -> Reader:
        """The application with its token for that district; the Secure Sync one unless another is given."""
        connection = self.world.connection_of((app or self.sync).client_id, district)
        assert connection is not None
        return Reader(self.client, connection.access_token)

    def control(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        """What the control plane answers, having answered with that status."""
        response = self.client.open(f"/_mock/{path}", method=method, json=body)
        assert response.status_code == status, response.get_data(as_text=True)
        return response.get_json()

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """The status and message of a refusal of the control plane."""
        response = self.client.open(f"/_mock/{path}", method=method, json=body)
        assert 400 <= response.status_code < 500, response.get_data(as_text=True)
        assert response.mimetype == "application/json"
        assert list(response.get_json()) == ["message"]
        return response.status_code, response.get_json()["message"]

    def connection(self, app: App) -> str:
        """The id of the connection of this application with the town."""
        found = self.world.connection_of(app.client_id, TOWN)
        assert found is not None
        return found.id

    def share(self, app: App | None = None, **rule: Any) -> Any:
        """Share with an application by this rule."""
        return self.control("PUT", f"connections/{self.connection(app or self.sync)}/sharing", rule)

    def code(self, user: str, app: App, **more: str) -> str:
        """The code of a finished login."""
        sent = {"user": user, "client_id": app.client_id, **more}
        return answered(self.control("POST", "login", sent)["redirect"])["code"]

    def token(self, user: str, app: App) -> str:
        """The token of a user who has logged in to that application."""
        response = self.exchange(self.code(user, app), app)
        assert response.status_code == 200, response.get_data(as_text=True)
        token: str = response.get_json()["access_token"]
        return token

    def exchange(self, code: str, app: App, redirect_uri: str = CALLBACK) -> TestResponse:
        """The answer to the exchange of a code, asked as the documents say."""
        sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": redirect_uri}
        return self.client.post("/oauth/tokens", json=sent, auth=(app.client_id, app.client_secret))

    def signed_in(self, user: str, app: App) -> Reader:
        """A reader with the token of a user who has logged in."""
        return Reader(self.client, self.token(user, app))


class Browser:
    """A browser with cookies of its own at Clever's pages. It fills in the forms it was given, and no others."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def open(self, path: str, **query: str) -> TestResponse:
        """Go there, and on to the login page if sent to it; a redirect to an application is not followed.

        Where a district is asked for, it is the first.
        """
        response = self.client.get(path, query_string=query or None)
        while response.headers.get("Location", "").startswith("/"):
            response = self.client.get(response.headers["Location"])
            first = soup(response).select_one("section.testers a.choice") if response.status_code == 200 else None
            response = self.client.get(str(first["href"])) if first is not None else response
        return response

    def authorize(self, app: App, **query: str) -> TestResponse:
        """Follow a Log in with Clever link."""
        return self.open("/oauth/authorize", response_type="code", client_id=app.client_id, **query)

    def submit(self, form: Tag, **filled: str) -> TestResponse:
        """Send a form with these fields filled in."""
        fields = {str(i["name"]): str(i.get("value", "")) for i in form.find_all("input")} | filled
        if form["method"] == "get":
            return self.client.get(str(form["action"]), query_string=fields)
        return self.client.post(str(form["action"]), data=fields)

    def choose(self, page: TestResponse, user: str) -> TestResponse:
        """Press the button of a person on the login page."""
        return self.submit(forms_of(page)[user])

    def authorized(self, sent_on: TestResponse) -> TestResponse:
        """Say yes on the consent page to which a teacher was sent."""
        asked = self.client.get(sent_on.headers["Location"])
        form = soup(asked).select_one("form.answers")
        assert form is not None
        return self.submit(form, answer="authorize")

    def type_in(self, page: TestResponse, username: str, password: str) -> TestResponse:
        """Log in with Clever Passwords."""
        form = soup(page).select_one("section.password form")
        assert form is not None
        return self.submit(form, username=username, password=password)


def soup(page: TestResponse) -> BeautifulSoup:
    """A page as its elements."""
    assert page.mimetype == "text/html"
    return BeautifulSoup(page.get_data(as_text=True), "html.parser")


def forms_of(page: TestResponse) -> dict[str, Tag]:
    """The forms of the people offered on a login page, by the id of the person."""
    buttons = soup(page).select("form input[name=user]")
    return {str(button["value"]): form for button in buttons if (form := button.find_parent("form"))}


def answered(redirect: str) -> dict[str, str]:
    """The query of the redirect back to an application."""
    read = parse_qs(urlsplit(redirect).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in read.values())
    return {name: values[0] for name, values in read.items()}
