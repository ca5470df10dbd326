"""The keys of `certification.toml`, one row each: what it may hold, and a sentence that says what it is.

The comments of `--init`, the table in docs/describe.md and every complaint about a file are made from these rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PROGRAMMES = ("library", "sso", "secure_sync", "lms")
USER_TYPES = ("student", "teacher", "staff", "district_admin")
LIBRARY_TYPES = ("student", "teacher")
REFRESH = ("login", "schedule")
LMS = ("canvas", "schoology", "google_classroom")
VERSIONS = ("v3.0", "v3.1")
LOGOUT = re.compile(r"(?P<method>GET|POST) (?P<path>/\S*|https?://\S+)")
PYTHON = re.compile(r"(?P<module>[\w./\\-]+):(?P<name>[A-Za-z_]\w*)")

Kind = type[str] | type[bool] | type[list[Any]]
KINDS: dict[Kind, str] = {str: "text", bool: "true or false"}


@dataclass(frozen=True)
class Key:
    """One key: what it says, the kind of value it holds, an example as TOML, and whether the file must have it."""

    says: str
    example: str
    kind: Kind = str
    required: bool = False
    choices: tuple[str, ...] = ()
    left_out: str = ""
    """What holds when the file does not have it."""
    fits: Callable[[str], str | None] = lambda value: None
    """What is wrong with a value of the right kind, as “must be …”; None when nothing is."""

    def wrong(self, value: object) -> str | None:
        """What the value must be instead, or which it may be; None when it is right."""
        listed = f"a list such as {self.example}"
        if not isinstance(value, self.kind) or value in ("", []):
            return f"must be {KINDS.get(self.kind, listed)}, and is {value!r}."
        given = value if isinstance(value, list) else [value]
        if self.kind is list and not all(isinstance(word, str) and word for word in given):
            return f"must be {listed}, and is {value!r}."
        for word in given if self.choices else ():
            if word not in self.choices:
                return f"holds {word!r}; it may hold {', '.join(self.choices)}."
        wanted = self.fits(str(value))
        return f"must be {wanted}, and is {value!r}." if wanted else None


def _an_address(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        whole = False
    return None if whole else "a whole URL such as http://127.0.0.1:5000"


def _a_log_out(value: str) -> str | None:
    return None if value == "auto" or LOGOUT.fullmatch(value) else '"auto", "POST /path" or "GET /path"'


def _with_a_port(value: str) -> str | None:
    return None if "{port}" in value else "a command in which {port} stands for the port the app is to listen on"


def _a_class(value: str) -> str | None:
    return None if PYTHON.fullmatch(value) else 'a class as "my_probe:Probe" or "path/probe.py:Probe"'


KEYS: dict[str, dict[str, Key]] = {
    "app": {
        "name": Key("What the reports call your app.", '"Class Tracker"', required=True),
        "base_url": Key("Where your app answers.", '"http://127.0.0.1:5000"', required=True, fits=_an_address),
        "login_page": Key("Where people who are not signed in start.", '"/"', left_out='"/"'),
        "start_login": Key(
            "What sends people to Clever.", '"/login"', left_out="the suite looks for it on the login page"
        ),
        "redirect_uri": Key(
            "Where Clever sends people back to, letter by letter as it is registered, first in the list.",
            '"http://127.0.0.1:5000/oauth/clever/callback"',
            required=True,
            fits=_an_address,
        ),
        "home_page": Key("A page that only people who are signed in can see.", '"/home"', required=True),
        "logout": Key(
            "How people log out; auto looks for a control whose words or address say so.",
            '"POST /logout"',
            left_out='"auto"',
            fits=_a_log_out,
        ),
        "user_types": Key(
            "Who may use your app.",
            '["student", "teacher"]',
            list,
            choices=USER_TYPES,
            left_out='["student", "teacher"]',
        ),
        "programmes": Key(
            "What your app is certified for.", '["sso", "secure_sync"]', list, required=True, choices=PROGRAMMES
        ),
        "api_version": Key(
            "The version of Clever's API that your app reads.",
            '"v3.1"',
            choices=VERSIONS,
            left_out="the suite takes what it sees",
        ),
        "refresh": Key(
            "How data stays fresh: at every login, or by a schedule of syncs.",
            '"login"',
            choices=REFRESH,
            left_out="the suite looks",
        ),
        "asks": Key("The fields that people are asked at their first login.", '["goal"]', list, left_out="none"),
        "lms": Key(
            "Where LMS Connect brings coursework.",
            '["canvas", "schoology"]',
            list,
            choices=LMS,
            left_out="all three",
        ),
        "openid": Key("Your app reads the id_token of a login.", "true", bool, left_out="false"),
        "ca": Key(
            "The authority your app's https certificate comes from, a PEM file beside this one "
            "(`mock-clever certificate` writes one).",
            '"tls/ca.pem"',
            left_out="those every browser trusts",
        ),
        "start": Key(
            "The command that starts one more instance of your app; several workers need it.",
            '"npm start -- --port {port}"',
            left_out="the suite uses the one that runs",
            fits=_with_a_port,
        ),
    },
    "clever": {
        "mock_url": Key(
            "Where the mock runs.",
            '"http://127.0.0.1:8123"',
            left_out="the command line says --mock",
            fits=_an_address,
        ),
        "client_id": Key("The SSO app.", '"4c63c1cf623dce82caac"', left_out="the mock's own, GET /_mock/env"),
        "sync_client_id": Key("The Secure Sync app.", '"b6ad5d6b1ba5d7b2ae8d"', left_out="the mock's own"),
        "other_client_ids": Key(
            "More apps behind the same login button, in the order they are tried.",
            '["9f2c…"]',
            list,
            left_out="none",
        ),
        "whole_district": Key(
            "Judge on the whole of a large district, however long it takes.",
            "true",
            bool,
            left_out="of more than 5000 people, one school",
        ),
    },
    "library": {
        "client_id": Key("The Library app.", '"0de53b1f2b5d4d2b9b0f"', left_out="the mock's own"),
        "redirect_uri": Key(
            "Where Clever sends people of the Library back to.",
            '"http://127.0.0.1:5000/oauth/clever/library"',
            left_out="that of [app]",
            fits=_an_address,
        ),
        "start_login": Key("What is behind “Sign up with Clever”.", '"/signup"', left_out="that of [app]"),
    },
    "probe": {
        "url": Key(
            "Endpoints of your app, for tests only, that say what it stored.",
            '"http://127.0.0.1:5000/probe"',
            left_out="nothing behind the pages is seen",
            fits=_an_address,
        ),
        "python": Key(
            "Or a Python class with a method for each part, from a module or a file beside this one.",
            '"probe.py:Probe"',
            fits=_a_class,
        ),
    },
}
"""By table. The parts that `[probe.commands]` may name stand in drivers/probe_parts.py."""

TABLES = {
    "app": "Your app.",
    "clever": "Its apps at Clever. All of it may be left out.",
    "library": "What differs for the Library programme; each may be left out.",
    "probe": "What the suite may ask behind your app's pages (docs/probe.md): one way of three, or none.",
    "probe.commands": "Or shell commands that print JSON, one for each part.",
    "not_applicable": "What the app does not do, and why: a requirement and a sentence.",
}
"""The tables of the file, each with what it holds."""
