"""`certification.toml`: the app under test, described once. Its keys stand in keys.py.

Whatever is wrong with the file is told at once, each with its line and what to write instead.
"""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from certification_suite.describing.keys import KEYS, LIBRARY_TYPES, LMS, Key
from certification_suite.describing.parts import PARTS

FREE_TABLES = ("not_applicable",)


class ConfigurationError(Exception):
    """The description of the app is wrong: nothing is said about the app itself. Ends the run with code 2."""


@dataclass(frozen=True)
class Library:
    """What `[library]` says: where the Library programme differs from the SSO programme."""

    client_id: str | None = None
    redirect_uri: str | None = None
    start_login: str | None = None


@dataclass(frozen=True)
class ProbeSpec:
    """What `[probe]` says: one way to ask behind the app's pages, or none."""

    url: str | None = None
    python: str | None = None
    commands: Mapping[str, str] = field(default_factory=dict)
    """By the names of parts."""
    folder: str = "."
    """Where the description stands: commands run there, and Python files are looked for there."""

    @property
    def told(self) -> str | None:
        """The way in words; None when there is no probe."""
        if self.url or self.python:
            return self.url or self.python
        return f"commands: {', '.join(self.commands)}" if self.commands else None


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
    probe: ProbeSpec = ProbeSpec()
    not_applicable: dict[str, str] = field(default_factory=dict)
    library: Library = Library()
    asks: tuple[str, ...] = ()
    """The fields that people are asked at their first login."""
    lms: tuple[str, ...] = LMS
    """The learning management systems that the app brings coursework to."""
    other_client_ids: tuple[str, ...] = ()
    """The apps that the login button tries after the first, for people whom that is not shared with."""
    whole_district: bool = False
    """Whether a large district is judged whole, and not by one school of it."""
    openid: bool = False
    """Whether the app reads the id_token that Clever gives with a login."""
    sso_client_id: str | None = None
    """The SSO app's id, where `client_id` is that of the Library app."""
    by_teachers: bool = False
    """Whether this is the app as the Library knows it: authorised by teachers, for teachers and students."""
    api_version: str | None = None
    """The version of Clever's API that the app says it reads."""
    ca: str | None = None
    """The file of the authority to trust for the app's https; None: those that everybody trusts."""
    start: str | None = None
    """The command that starts one more instance of the app at {port}."""
    places: Places | None = field(default=None, compare=False, repr=False)
    """Where in the file what stands."""

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

    def stands(self, table: str, key: str) -> str:
        """Where a key of the description stands: `certification.toml:3`, or the file if it was left out."""
        return self.places.of(table, key) if self.places else "certification.toml"

    def moved(self, *, base_url: str, mock_url: str) -> AppUnderTest:
        """The same app, another instance of it: every address of the old one is the new one's."""

        def there(url: str) -> str:
            old, new, at = urlsplit(self.base_url), urlsplit(base_url), urlsplit(url)
            same = (old.scheme, old.netloc) == (at.scheme, at.netloc)
            return urlunsplit(at._replace(scheme=new.scheme, netloc=new.netloc)) if same else url

        def perhaps(url: str | None) -> str | None:
            return None if url is None else there(url)

        library, probe = self.library, self.probe
        return replace(
            self,
            base_url=base_url.rstrip("/"),
            mock_url=mock_url.rstrip("/"),
            redirect_uri=there(self.redirect_uri),
            home_page=there(self.home_page),
            login_page=there(self.login_page),
            start_login=perhaps(self.start_login),
            library=replace(
                library, redirect_uri=perhaps(library.redirect_uri), start_login=perhaps(library.start_login)
            ),
            probe=replace(probe, url=perhaps(probe.url)),
        )

    def url(self, path: str) -> str:
        """The absolute address of a page of the app."""
        return urljoin(self.base_url.rstrip("/") + "/", path)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that the description calls the app's own."""
        pages = (self.login_page, self.start_login, self.library.start_login, self.home_page)
        uris = (self.redirect_uri, *((self.library.redirect_uri,) if self.library.redirect_uri else ()))
        return (self.base_url, *uris, *(self.url(page) for page in pages if page))


def load(path: Path, *, mock_url: str | None = None) -> AppUnderTest:
    """The app that the file describes; `mock_url` overrules the file's."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such file. Let one be written (mock-clever certify --init --base-url URL), or "
            "name another with --app."
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
    base_url, library, probe = app["base_url"], document.get("library", {}), document.get("probe", {})
    return AppUnderTest(
        name=app["name"],
        base_url=base_url.rstrip("/"),
        redirect_uri=app["redirect_uri"],
        home_page=app["home_page"],
        login_page=app.get("login_page", "/"),
        start_login=app.get("start_login"),
        logout=app.get("logout", "auto"),
        user_types=tuple(app.get("user_types", ("student", "teacher"))),
        programmes=tuple(dict.fromkeys(app["programmes"])),
        mock_url=_mock_url(clever, places, mock_url),
        client_id=clever.get("client_id"),
        sync_client_id=clever.get("sync_client_id"),
        refresh=app.get("refresh"),
        probe=ProbeSpec(**probe, folder=str(places.folder)),
        not_applicable=dict(document.get("not_applicable", {})),
        library=Library(**library),
        asks=tuple(app.get("asks", ())),
        lms=tuple(app.get("lms", LMS)),
        other_client_ids=tuple(clever.get("other_client_ids", ())),
        whole_district=clever.get("whole_district", False),
        openid=app.get("openid", False),
        api_version=app.get("api_version"),
        ca=str(places.folder / app["ca"]) if "ca" in app else None,
        start=app.get("start"),
        places=places,
    )


class Places:
    """Finds where in the file a key stands, for error messages."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()

    @property
    def folder(self) -> Path:
        """Where the file lies, and what it names beside it."""
        return Path(self.name).absolute().parent

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


def meant(word: str, known: Iterable[str]) -> str:
    """“Did you mean …?” for a misspelt word; nothing where none of the known ones is near."""
    near = get_close_matches(word.casefold(), known, 1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _problems(document: dict[str, Any], places: Places) -> Iterable[str]:
    known = [*KEYS, *FREE_TABLES]
    for table, given in document.items():
        if table not in known:
            unknown = f"table [{table}]" if isinstance(given, dict) else f"key `{table}` outside every table"
            yield f"{places.of(table)}: unknown {unknown}.{meant(table, known)} Known tables: {', '.join(known)}."
    for table, keys in KEYS.items():
        given = document.get(table, {})
        if not isinstance(given, dict):
            yield f"{places.of(table)}: [{table}] must be a table of keys."
            continue
        for key, value in given.items():
            if (table, key) != ("probe", "commands"):
                yield from _problems_of_value(table, key, value, keys, places)
        for key, what in keys.items():
            if what.required and key not in given:
                yield (
                    f"{places.of(table)}: [{table}] has no `{key}`. Add it, for example: {key} = {what.example}. "
                    f"{what.says}"
                )
    yield from _problems_of_files(document, places)
    yield from _problems_of_the_probe(document.get("probe", {}), places)
    yield from _problems_of_free_text(document, places)


def _problems_of_value(table: str, key: str, value: Any, keys: dict[str, Key], places: Places) -> Iterable[str]:
    where = places.of(table, key)
    if key not in keys:
        elsewhere = next((other for other, held in KEYS.items() if key in held), None)
        hint = f" It belongs into [{elsewhere}]." if elsewhere else meant(key, keys)
        yield f"{where}: unknown key `{key}` in [{table}].{hint} Known keys: {', '.join(keys)}."
    elif wrong := keys[key].wrong(value):
        yield f"{where}: `{key}` {wrong}"


def _problems_of_files(document: dict[str, Any], places: Places) -> Iterable[str]:
    app = document.get("app", {})
    ca = app.get("ca") if isinstance(app, dict) else None
    if not isinstance(ca, str) or not ca:
        return
    if not (places.folder / ca).is_file():
        yield (
            f"{places.of('app', 'ca')}: there is no file {places.folder / ca}. Name the certificate of the "
            "authority (ca.pem, where `mock-clever certificate FOLDER` wrote it), or leave the key out."
        )
        return
    try:
        ssl.create_default_context(cafile=str(places.folder / ca))
    except OSError as error:
        yield (
            f"{places.of('app', 'ca')}: {ca} holds no certificate in PEM ({error}). Name ca.pem, not the key and "
            "not the app's own certificate."
        )


def _problems_of_the_probe(probe: Any, places: Places) -> Iterable[str]:
    if not isinstance(probe, dict):
        return
    ways = [way for way in ("url", "python", "commands") if way in probe]
    if len(ways) > 1:
        yield f"{places.of('probe')}: [probe] has {' and '.join(ways)}. There is one probe: keep one of them."
    commands = probe.get("commands", {})
    if not isinstance(commands, dict):
        yield f'{places.of("probe", "commands")}: `commands` must be a table [probe.commands] of part = "command".'
        return
    for part, command in commands.items():
        where = places.of("probe.commands", part)
        if part not in PARTS:
            yield f"{where}: there is no part `{part}`.{meant(part, PARTS)} Parts: {', '.join(PARTS)}."
        elif not isinstance(command, str) or not command.strip():
            yield f"{where}: `{part}` must be a shell command, and is {command!r}."


def _problems_of_free_text(document: dict[str, Any], places: Places) -> Iterable[str]:
    declared = document.get("not_applicable", {})
    if not isinstance(declared, dict):
        yield f'{places.of("not_applicable")}: write lines such as SYN-08 = "why it does not apply".'
        return
    for key, why in declared.items():
        if not isinstance(why, str) or not why.strip():
            yield f"{places.of('not_applicable', key)}: say in a sentence why {key} does not apply to the app."


def _mock_url(clever: dict[str, Any], places: Places, given: str | None) -> str:
    url = given or clever.get("mock_url")
    if not url:
        raise ConfigurationError(
            f"{places.of('clever')}: where is the mock? Add mock_url to [clever], or run with --mock "
            "http://127.0.0.1:PORT."
        )
    return str(url).rstrip("/")
