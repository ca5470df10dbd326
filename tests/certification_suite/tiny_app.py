"""Another vendor app in another style: bare WSGI, a signed cookie, no probe, no roster, words of its own.

It shares no code with the reference app. It accepts a portal launch as it comes instead of starting over, and asks
version 3.0. It runs by itself, too, from any folder:

    python tests/certification_suite/tiny_app.py --mock http://127.0.0.1:8123 --port 5001

registers itself at the mock, writes a certification.toml where it was started, and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import html
import itertools
from collections.abc import Iterable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.simple_server import make_server

import requests

KEY = b"a key of its own"
CALLBACK = "/came"
DESCRIPTION = """\
[app]
name = "A desk of your own"
base_url = "{home}"
redirect_uri = "{home}/came"
home_page = "/desk"
programmes = ["sso"]
user_types = ["student", "teacher", "staff"]

[clever]
mock_url = "{mock}"
client_id = "{client}"
"""


class Refused(Exception):
    """Why somebody cannot come in, in their words."""


class TinyApp:
    """People come in with Clever, see their name, and go."""

    def __init__(self, env: dict[str, str], callback: str) -> None:
        self.clever = env["MOCK_CLEVER_URL"]
        self.client = (env["CLEVER_SSO_CLIENT_ID"], env["CLEVER_SSO_CLIENT_SECRET"])
        self.callback = callback
        self.names: dict[str, str] = {}
        self.open: dict[str, str] = {}
        self.used: set[str] = set()
        self.count = itertools.count(1)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        routes = {"/": self.door, "/enter": self.enter, "/desk": self.desk, "/leave": self.leave}
        routes["/" + self.callback.split("/", 3)[3]] = self.arrive
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        query["begun"], cookie = self.unsigned(cookies, "begun"), self.unsigned(cookies, "desk")
        view = routes.get(environ["PATH_INFO"])
        try:
            if view is None:
                raise Refused("There is no such page here.")
            status, headers, body = view(query, cookie)
        except Refused as why:
            status, headers = "400 Bad Request", []
            body = f"<h2>That did not work</h2><p>{html.escape(str(why))}</p><a href='/enter'>Start over</a>"
        except requests.RequestException:
            status, headers = "200 OK", []
            body = "<p>The school portal is asleep.</p><form action=/enter><button>Try again</button></form>"
        start(status, [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), *headers])
        return [f"<!doctype html><meta charset=utf-8><title>Desk</title><body>{body}</body>".encode()]

    # ── pages: (query, cookie) → status, headers, body ──

    def door(self, query: dict[str, str], cookie: str) -> Any:
        return (
            "200 OK",
            [],
            "<p>A desk of your own.</p><form action=/enter><button>Sign in with Clever</button></form>",
        )

    def enter(self, query: dict[str, str], cookie: str) -> Any:
        state = f"s{next(self.count)}"
        asked = {
            "response_type": "code",
            "client_id": self.client[0],
            "redirect_uri": self.callback,
            "state": state,
        }
        return (
            "302 Found",
            [self.signed("begun", state), ("Location", f"{self.clever}/oauth/authorize?{urlencode(asked)}")],
            "",
        )

    def arrive(self, query: dict[str, str], cookie: str) -> Any:
        code = query.get("code")
        if not code:
            raise Refused("The school portal sent nobody along. Ask your teacher whether you may use this.")
        if "state" in query and query["state"] != query["begun"]:
            if code in self.used and cookie in self.open:
                return "302 Found", [("Location", "/desk")], ""
            raise Refused("You did not begin this here, so we stop.")
        if code in self.used:
            raise Refused("This ticket was used before. Take a new one.")
        self.used.add(code)
        person = self.who(code)
        self.open.pop(cookie, None)
        session = f"p{next(self.count)}"
        self.open[session] = person
        return "302 Found", [self.signed("desk", session), ("Location", "/desk")], ""

    def desk(self, query: dict[str, str], cookie: str) -> Any:
        if cookie not in self.open:
            return "302 Found", [("Location", "/")], ""
        name = html.escape(self.names[self.open[cookie]])
        return "200 OK", [], f"<h1>Desk of {name}</h1><a href=/leave title='Sign out'>⏻</a>"

    def leave(self, query: dict[str, str], cookie: str) -> Any:
        self.open.pop(cookie, None)
        return "302 Found", [("Location", "/")], ""

    # ── Clever ──

    def who(self, code: str) -> str:
        body = {"code": code, "grant_type": "authorization_code", "redirect_uri": self.callback}
        answer = requests.post(f"{self.clever}/oauth/tokens", json=body, auth=self.client, timeout=10)
        if not answer.ok:
            raise Refused("The school portal did not vouch for you. Please come again.")
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        me = requests.get(f"{self.clever}/v3.0/me", headers=token, timeout=10)
        if not me.ok:
            raise Refused("The school portal would not say who you are. Please come again.")
        person = str(me.json()["data"]["id"])
        name = requests.get(f"{self.clever}/v3.0/users/{person}", headers=token, timeout=10).json()["data"]["name"]
        self.names[person] = f"{name['last']}, {name['first']}"
        return person

    # ── the cookie ──

    def signed(self, name: str, value: str) -> tuple[str, str]:
        return "Set-Cookie", f"{name}={value}.{mac(value)}; Path=/; HttpOnly; SameSite=Lax"

    def unsigned(self, cookies: SimpleCookie, name: str) -> str:
        value, _, given = (cookies[name].value if name in cookies else "").partition(".")
        return value if hmac.compare_digest(given, mac(value)) else ""


def mac(value: str) -> str:
    return hmac.new(KEY, value.encode(), hashlib.sha256).hexdigest()


def serve(mock: str, port: int) -> None:
    """The app by itself, known to the mock, with its description beside it."""
    home = f"http://127.0.0.1:{port}"
    env = requests.get(f"{mock}/_mock/env", timeout=10).json()
    client = env["CLEVER_SSO_CLIENT_ID"]
    record = {"client_id": client, "redirect_uris": [home + CALLBACK]}
    requests.post(f"{mock}/_mock/apps", json=record, timeout=10).raise_for_status()
    with make_server("127.0.0.1", port, TinyApp({**env, "MOCK_CLEVER_URL": mock}, home + CALLBACK)) as server:
        Path("certification.toml").write_text(DESCRIPTION.format(home=home, mock=mock, client=client))
        print(f"A desk of your own at {home}; judge it: mock-clever certify --app certification.toml", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    said = argparse.ArgumentParser(description="A small vendor app, for trying the certification suite on.")
    said.add_argument("--mock", default="http://127.0.0.1:8123", help="where the mock runs")
    said.add_argument("--port", type=int, default=5001)
    given = said.parse_args()
    serve(given.mock.rstrip("/"), given.port)
