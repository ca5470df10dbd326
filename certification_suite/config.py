"""`certification.toml`: the app under test, described once.

[app]
name         = "Class Tracker"
base_url     = "http://127.0.0.1:5000"
login_page   = "/"                      # where people who are not signed in start
start_login  = "/login"                 # what sends them to Clever (left out: found on the login page)
redirect_uri = "http://127.0.0.1:5000/oauth/clever/callback"
home_page    = "/home"                  # a page only people who are signed in can see
logout       = "auto"                   # or "POST /logout", "GET /logout"
user_types   = ["student", "teacher"]
programmes   = ["sso", "secure_sync"]
refresh      = "login"                  # or "schedule": how data stays fresh (left out: the suite looks)
asks         = ["goal"]                 # the fields that people are asked at their first login, if any
lms          = ["canvas", "schoology"]  # where LMS Connect brings coursework (left out: all three)
openid       = true                     # the app logs people in by OpenID Connect: it reads the id_token

[clever]                                # optional where the command line says --mock
mock_url       = "http://127.0.0.1:8123"
client_id      = "…"                    # the SSO app (left out: the mock's own, GET /_mock/env)
sync_client_id = "…"                    # the Secure Sync app (likewise)
other_client_ids = ["…"]                # more apps behind the same login button, in the order they are tried

[library]                               # what differs for the Library programme; each may be left out
client_id    = "…"                      # the Library app (left out: the mock's own)
redirect_uri = "http://127.0.0.1:5000/oauth/clever/library"
start_login  = "/signup"                # behind "Sign up with Clever"

[probe]
url = "http://127.0.0.1:5000/probe"     # optional: what the suite may ask your app behind its pages

[not_applicable]
SYN-08 = "We keep no progress."         # optional: what the app does not do, and why
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

PROGRAMMES = ("library", "sso", "secure_sync", "lms")
USER_TYPES = ("student", "teacher", "staff", "district_admin")
LIBRARY_TYPES = ("student", "teacher")
REFRESH = ("login", "schedule")
LMS = ("canvas", "schoology", "google_classroom")
LOGOUT = re.compile(r"(?P<method>GET|POST) (?P<path>/\S*|https?://\S+)")


class ConfigurationError(Exception):
    """The description of the app is wrong: nothing is said about the app itself. Ends the run with code 2."""


@dataclass(frozen=True)
class Library:
    """What `[library]` says: where the Library programme differs from the SSO programme."""

    client_id: str | None = None
    redirect_uri: str | None = None
    start_login: str | None = None


@dataclass(frozen=True)
class AppUnderTest:
    """What `certification.toml` says about the app. Client ids it leaves out the mock tells (preflight)."""

    name: str
    base_url: str
    redirect_uri: str
    home_page: str
    login_page: str
    start_login: str | None
    logout: str
    user_types: tuple[str, ...]
    programmes: tuple[str, ...]
    mock_url: str
    client_id: str | None
    sync_client_id: str | None
    refresh: str | None = None
    probe_url: str | None = None
    not_applicable: dict[str, str] = field(default_factory=dict)
    library: Library = Library()
    asks: tuple[str, ...] = ()
    """The fields that people are asked at their first login."""
    lms: tuple[str, ...] = LMS
    """The learning management systems that the app brings coursework to."""
    other_client_ids: tuple[str, ...] = ()
    """The apps that the login button tries after the first, for people whom that is not shared with."""
    openid: bool = False
    """Whether the app reads the id_token that Clever gives with a login."""
    sso_client_id: str | None = None
    """The SSO app's id, where `client_id` is that of the Library app."""
    by_teachers: bool = False
    """Whether this is the app as the Library knows it: authorised by teachers, for teachers and students."""

    def as_in(self, programme: str) -> AppUnderTest:
        """The app as this programme sees it: under its own client id, redirect URI and start of a login."""
        if programme != "library":
            return self
        return replace(
            self,
            client_id=self.library.client_id,
            sso_client_id=self.client_id,
            redirect_uri=self.library.redirect_uri or self.redirect_uri,
            start_login=self.library.start_login or self.start_login,
            user_types=tuple(kind for kind in self.user_types if kind in LIBRARY_TYPES),
            by_teachers=True,
        )

    @property
    def client_ids(self) -> tuple[str, ...]:
        """Every Clever app of this vendor."""
        ids = (
            self.client_id,
            self.sync_client_id,
            self.sso_client_id,
            self.library.client_id,
            *self.other_client_ids,
        )
        return tuple(dict.fromkeys(id_ for id_ in ids if id_))

    def url(self, path: str) -> str:
        """The absolute address of a page of the app."""
        return urljoin(self.base_url.rstrip("/") + "/", path)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that the description calls the app's own."""
        pages = (self.login_page, self.start_login, self.library.start_login, self.home_page)
        uris = (self.redirect_uri, *((self.library.redirect_uri,) if self.library.redirect_uri else ()))
        return (self.base_url, *uris, *(self.url(page) for page in pages if page))


@dataclass(frozen=True)
class Key:
    """One key of the file: the kind of value it holds, and whether the file must have it."""

    kind: type[str] | type[bool] | type[list[Any]]
    required: bool = False
    example: str = ""
    choices: tuple[str, ...] = ()


KEYS: dict[str, dict[str, Key]] = {
    "app": {
        "name": Key(str, required=True, example='"Class Tracker"'),
        "base_url": Key(str, required=True, example='"http://127.0.0.1:5000"'),
        "redirect_uri": Key(str, required=True, example='"http://127.0.0.1:5000/oauth/clever/callback"'),
        "home_page": Key(str, required=True, example='"/home", a page only signed-in people see'),
        "login_page": Key(str),
        "start_login": Key(str),
        "logout": Key(str),
        "refresh": Key(str, choices=REFRESH),
        "asks": Key(list, example='["goal"], the names of the fields'),
        "lms": Key(list, choices=LMS),
        "openid": Key(bool),
        "user_types": Key(list, choices=USER_TYPES),
        "programmes": Key(list, required=True, example='["sso", "secure_sync"]', choices=PROGRAMMES),
    },
    "clever": {
        "mock_url": Key(str),
        "client_id": Key(str),
        "sync_client_id": Key(str),
        "other_client_ids": Key(list, example='["…"], the client ids'),
    },
    "library": {
        "client_id": Key(str),
        "redirect_uri": Key(str),
        "start_login": Key(str),
    },
    "probe": {"url": Key(str)},
}
FREE_TABLES = ("not_applicable",)


def load(path: Path, *, mock_url: str | None = None) -> AppUnderTest:
    """The app that the file describes; `mock_url` overrules the file's."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such file. Write one (the keys stand at the top of "
            "certification_suite/config.py) "
            "or name another with --app."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text: {error}.") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}.") from None
    return describe(document, Places(str(path), text), mock_url=mock_url)


def describe(
    document: dict[str, Any], places: Places | None = None, *, mock_url: str | None = None
) -> AppUnderTest:
    """Read a parsed file, or say everything that is wrong with it."""
    places = places or Places("certification.toml", "")
    problems = list(_problems(document, places))
    if problems:
        raise ConfigurationError("\n".join(problems))
    app, clever = document["app"], document.get("clever", {})
    base_url, library = app["base_url"], document.get("library", {})
    return AppUnderTest(
        name=app["name"],
        base_url=base_url.rstrip("/"),
        redirect_uri=app["redirect_uri"],
        home_page=app["home_page"],
        login_page=app.get("login_page", "/"),
        start_login=app.get("start_login"),
        logout=app.get("logout", "auto"),
        user_types=tuple(app.get("user_types", ("student", "teacher"))),
        programmes=tuple(app["programmes"]),
        mock_url=_mock_url(clever, places, mock_url),
        client_id=clever.get("client_id"),
        sync_client_id=clever.get("sync_client_id"),
        refresh=app.get("refresh"),
        probe_url=document.get("probe", {}).get("url"),
        not_applicable=dict(document.get("not_applicable", {})),
        library=Library(**library),
        asks=tuple(app.get("asks", ())),
        lms=tuple(app.get("lms", LMS)),
        other_client_ids=tuple(clever.get("other_client_ids", ())),
        openid=app.get("openid", False),
    )


class Places:
    """Finds where in the file a key stands, for error messages."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()

    def of(self, table: str, key: str | None = None) -> str:
        inside = False
        for number, line in enumerate(self.lines, 1):
            header = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
            if header:
                inside = header.group(1) == table
                if inside and key is None:
                    return f"{self.name}:{number}"
            elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return f"{self.name}:{number}"
        return self.name


def _problems(document: dict[str, Any], places: Places) -> list[str]:
    problems = [
        f"{places.of(table)}: unknown table [{table}]. Known tables: {', '.join((*KEYS, *FREE_TABLES))}."
        for table in document
        if table not in KEYS and table not in FREE_TABLES
    ]
    for table, keys in KEYS.items():
        given = document.get(table, {})
        if not isinstance(given, dict):
            problems.append(f"{places.of(table)}: [{table}] must be a table of keys.")
            continue
        for key, value in given.items():
            problems += _problems_of_value(table, key, value, keys, places)
        problems += [
            f"{places.of(table)}: [{table}] has no `{key}`. Add it, for example: {key} = {what.example}."
            for key, what in keys.items()
            if what.required and key not in given
        ]
    return problems + _problems_of_free_text(document, places)


def _problems_of_value(table: str, key: str, value: Any, keys: dict[str, Key], places: Places) -> list[str]:
    where = places.of(table, key)
    if key not in keys:
        return [f"{where}: unknown key `{key}` in [{table}]. Known keys: {', '.join(keys)}."]
    known = keys[key]
    if not isinstance(value, known.kind) or value in ("", []):
        listed = f"a list such as {known.example or list(known.choices[:2])}"
        what = {str: "text", bool: "true or false"}.get(known.kind, listed)
        return [f"{where}: `{key}` must be {what}, and is {value!r}."]
    if known.choices:
        return [
            f"{where}: `{key}` holds {word!r}; it may hold {', '.join(known.choices)}."
            for word in (value if isinstance(value, list) else [value])
            if word not in known.choices
        ]
    text = str(value)
    if key.endswith(("_url", "_uri")) or key == "url":
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return [f"{where}: `{key}` must be a whole URL such as http://127.0.0.1:5000, and is {value!r}."]
    if key == "logout" and value != "auto" and not LOGOUT.fullmatch(text):
        return [f'{where}: `logout` must be "auto", "POST /path" or "GET /path", and is {value!r}.']
    return []


def _problems_of_free_text(document: dict[str, Any], places: Places) -> list[str]:
    declared = document.get("not_applicable", {})
    if not isinstance(declared, dict):
        return [f'{places.of("not_applicable")}: write lines such as SYN-08 = "why it does not apply".']
    return [
        f"{places.of('not_applicable', key)}: say in a sentence why {key} does not apply to the app."
        for key, why in declared.items()
        if not isinstance(why, str) or not why.strip()
    ]


def _mock_url(clever: dict[str, Any], places: Places, given: str | None) -> str:
    url = given or clever.get("mock_url")
    if not url:
        raise ConfigurationError(
            f"{places.of('clever')}: where is the mock? Add mock_url to [clever], or run with --mock "
            "http://127.0.0.1:PORT."
        )
    return str(url).rstrip("/")
