"""The look at the mock's side: is it there, does it know the client ids, where does it send people back to."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from certification_suite.describing.config import AppUnderTest, meant
from certification_suite.drivers.browser import REAL_CLEVER
from certification_suite.findings import HARNESS, Finding, misconfigured, note
from certification_suite.sight import Sight
from certification_suite.verdicts import CouldNotRun

DISTRIBUTION = "mock-clever"
"""What suite and mock are installed as, together."""
CLIENTS = (
    ("client_id", ("sso",), "CLEVER_SSO_CLIENT_ID", "the SSO app"),
    ("sync_client_id", ("secure_sync", "lms"), "CLEVER_CLIENT_ID", "the Secure Sync app"),
    ("library.client_id", ("library",), "CLEVER_LIBRARY_CLIENT_ID", "the Library app"),
)
"""The client ids of a description: the programmes that need each, and where the mock tells its own."""


def the_mock(sight: Sight) -> Iterator[Finding]:
    """It answers as the mock does, and belongs to this suite."""
    url = sight.clever.url
    if urlsplit(url).hostname in REAL_CLEVER:
        yield misconfigured(
            f"{sight.stands('mock_url', 'clever')} is {url}: that is the real Clever.",
            "Start the mock (mock-clever serve) and name its address.",
        )
        return
    try:
        told = sight.clever.health()
    except CouldNotRun as trouble:
        yield misconfigured(
            f"No mock at {url}: {trouble.observed}",
            "Start it with `mock-clever serve`, or correct mock_url (or --mock).",
        )
        return
    if told.get("status") != "ok":
        yield misconfigured(
            f"What answers at {url}/_mock/health is not the mock: {str(told)[:120]}.",
            "Correct mock_url (or --mock).",
        )
        return
    yield from _of_this_version(told.get("version"))
    sight.registered = {str(app.get("client_id")): app for app in sight.clever.apps()}


def _of_this_version(theirs: object) -> Iterator[Finding]:
    try:
        ours = version(DISTRIBUTION)
    except PackageNotFoundError:
        return
    if theirs != ours:
        yield Finding(
            HARNESS,
            f"The mock is of version {theirs}, and this suite of {ours}: what one asks the other may not know.",
            "End that mock and start the one of this installation: `mock-clever serve`.",
            stops=True,
        )


def client_ids(sight: Sight) -> Iterator[Finding]:
    """Those that certification.toml does not name are those of the mock's own apps; all are known."""
    stopped = False
    for finding in _filled_in(sight):
        stopped |= finding.stops
        yield finding
    others = [("other_client_ids", client_id) for client_id in sight.app.other_client_ids]
    for key, client_id in [*_client_ids(sight.app).items(), *others]:
        if client_id is not None and client_id not in sight.registered and not stopped:
            yield misconfigured(
                _unknown(key, client_id, sight.registered),
                "Write one of these, or leave the key out: then the mock's own is taken.",
            )


def _unknown(key: str, client_id: str, registered: dict[str, dict[str, Any]]) -> str:
    listed = ", ".join(f"{id_} ({app.get('name')})" for id_, app in registered.items())
    return f"The mock knows no app with {key} {client_id}.{meant(client_id, registered)} It knows: {listed}."


def _filled_in(sight: Sight) -> Iterator[Finding]:
    app = sight.app
    named = _client_ids(app)
    missing = [row for row in CLIENTS if {*row[1]} & {*app.programmes} and named[row[0]] is None]
    if not missing:
        return
    file, (env, why) = Path(app.stands("clever", "")).name, _env(sight)
    for key, programmes, variable, what in missing:
        if not isinstance(env.get(variable), str):
            asked = next(one for one in programmes if one in app.programmes)
            yield misconfigured(
                f"programmes holds {asked!r}, {file} has no `{key}`, and the mock cannot tell it: {why}",
                f"Add {key} to [clever], the client id of {what} (the mock lists its apps at /_mock/apps).",
            )
            continue
        named[key] = env[variable]
        yield note(f"{file} has no {key}; taken from the mock: {env[variable]} ({what}).")
    sight.app = replace(
        app,
        client_id=named["client_id"],
        sync_client_id=named["sync_client_id"],
        library=replace(app.library, client_id=named["library.client_id"]),
    )


def _env(sight: Sight) -> tuple[dict[str, Any], str]:
    """What the mock tells an app, and what to say where it tells nothing."""
    try:
        return sight.clever.env(), f"{sight.clever.url}/_mock/env tells none."
    except CouldNotRun as trouble:
        return {}, trouble.observed


def _client_ids(app: AppUnderTest) -> dict[str, str | None]:
    return {
        "client_id": app.client_id,
        "sync_client_id": app.sync_client_id,
        "library.client_id": app.library.client_id,
    }


def redirect_uris(sight: Sight) -> Iterator[Finding]:
    """Each is registered with its app, and the first of its list."""
    for seen in (sight.app, sight.app.as_in("library")):
        if seen.client_id is not None:
            yield from _is_primary(seen, sight.registered[seen.client_id].get("redirect_uris", []))
    yield from _of_one_host(sight)


def _is_primary(app: AppUnderTest, uris: list[str]) -> Iterator[Finding]:
    if app.redirect_uri not in uris:
        yield misconfigured(
            f"redirect_uri {app.redirect_uri} is not registered for {app.client_id}; registered: "
            f"{', '.join(uris) or 'none'}. They must be equal to the last character.",
            "Register it:",
            command=_registration(app, uris),
        )
    elif uris[0] != app.redirect_uri:
        yield misconfigured(
            f"redirect_uri {app.redirect_uri} is registered for {app.client_id}, but it is not the primary one: "
            f"the first in the list is {uris[0]}. Launches from Clever's portal arrive there, and another app "
            "would be judged.",
            "Put your app's first:",
            command=_registration(app, uris),
        )


def _registration(app: AppUnderTest, uris: list[str]) -> str:
    """The command that makes the app's redirect URI the primary one and keeps the others."""
    others = [uri for uri in uris if uri != app.redirect_uri]
    body = json.dumps({"client_id": app.client_id, "redirect_uris": [app.redirect_uri, *others]})
    address = f"{app.mock_url}/_mock/apps"
    return shlex.join(["curl", "-X", "POST", address, "-H", "Content-Type: application/json", "-d", body])


def _of_one_host(sight: Sight) -> Iterator[Finding]:
    """Cookies of `localhost` never reach 127.0.0.1: a login begun at one cannot end at the other."""
    ours, theirs = urlsplit(sight.app.base_url).hostname, urlsplit(sight.app.redirect_uri).hostname
    if ours != theirs:
        yield note(
            f"base_url is at {ours} and redirect_uri at {theirs}: a browser keeps cookies of the two apart, so a "
            "login that remembers its state in a cookie is lost on the way.",
            "Write the same host in both, and register it so, unless your app means it.",
        )
