"""Looks at the configuration before anything is judged, so that a typing mistake is never called a defect."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import requests

from certification_suite.checks.journeys import authorize_url, first
from certification_suite.config import AppUnderTest, ConfigurationError
from certification_suite.drivers.browser import REAL_CLEVER, TIMEOUT, Browser, Silence, origin
from certification_suite.drivers.mock import MockClever
from certification_suite.drivers.probe import Probe
from certification_suite.examination import Examination
from certification_suite.verdicts import CouldNotRun, Fail

CLIENTS = (
    ("client_id", ("sso",), "CLEVER_SSO_CLIENT_ID", "the SSO app"),
    ("sync_client_id", ("secure_sync", "lms"), "CLEVER_CLIENT_ID", "the Secure Sync app"),
    ("library.client_id", ("library",), "CLEVER_LIBRARY_CLIENT_ID", "the Library app"),
)
"""The client ids of a description: the programmes that need each, and where the mock tells its own."""


def check(app: AppUnderTest, *, patience: float = TIMEOUT) -> tuple[AppUnderTest, list[str]]:
    """The app with the client ids that its description left out, and notes about what may not matter.

    Raises ConfigurationError for what makes a run pointless.
    """
    clever = MockClever(app.mock_url)
    _the_mock_answers(clever)
    app, notes = _with_the_mocks_clients(app, clever)
    _the_clients_are_known(app, clever)
    _the_app_answers(app, patience)
    return app, [*notes, *_where_the_login_leads(app, clever, patience), *_the_probe(app)]


def _the_mock_answers(clever: MockClever) -> None:
    if urlsplit(clever.url).hostname in REAL_CLEVER:
        raise ConfigurationError(
            f"mock_url is {clever.url}: that is the real Clever. Start the mock (mock-clever serve) and name "
            "its address."
        )
    try:
        told = clever.health()
    except CouldNotRun as trouble:
        raise ConfigurationError(
            f"No mock at {clever.url}: {trouble.observed} Start it with `mock-clever serve`, "
            "or correct mock_url (or --mock)."
        ) from trouble
    if told.get("status") != "ok":
        raise ConfigurationError(f"What answers at {clever.url}/_mock/health is not the mock: {str(told)[:120]}.")


def _with_the_mocks_clients(app: AppUnderTest, clever: MockClever) -> tuple[AppUnderTest, list[str]]:
    """Client ids that certification.toml does not name are those of the mock's own apps."""
    named = _client_ids(app)
    missing = [row for row in CLIENTS if {*row[1]} & {*app.programmes} and named[row[0]] is None]
    if not missing:
        return app, []
    try:
        env: dict[str, Any] = clever.env()
    except CouldNotRun as trouble:
        env, why = {}, trouble.observed
    else:
        why = f"{clever.url}/_mock/env tells none."
    notes = []
    for key, programmes, variable, what in missing:
        if not isinstance(env.get(variable), str):
            asked = next(one for one in programmes if one in app.programmes)
            raise ConfigurationError(
                f"programmes holds {asked!r}, certification.toml has no `{key}`, and the mock cannot tell it: "
                f"{why} Add {key} to [clever], the client id of {what} (the mock lists its apps at /_mock/apps)."
            )
        named[key] = env[variable]
        notes.append(f"certification.toml has no {key}; taken from the mock: {env[variable]} ({what}).")
    library = replace(app.library, client_id=named["library.client_id"])
    return replace(
        app, client_id=named["client_id"], sync_client_id=named["sync_client_id"], library=library
    ), notes


def _client_ids(app: AppUnderTest) -> dict[str, str | None]:
    return {
        "client_id": app.client_id,
        "sync_client_id": app.sync_client_id,
        "library.client_id": app.library.client_id,
    }


def _the_clients_are_known(app: AppUnderTest, clever: MockClever) -> None:
    apps = {registered.get("client_id"): registered for registered in clever.apps()}
    listed = ", ".join(f"{id_} ({registered.get('name')})" for id_, registered in apps.items())
    others = [("other_client_ids", client_id) for client_id in app.other_client_ids]
    for key, client_id in [*_client_ids(app).items(), *others]:
        if client_id is not None and client_id not in apps:
            raise ConfigurationError(f"The mock knows no app with {key} {client_id}. It knows: {listed}.")
    for seen in (app, app.as_in("library")):
        if seen.client_id is not None:
            _the_redirect_uri_is_primary(seen, apps[seen.client_id].get("redirect_uris", []))


def _the_redirect_uri_is_primary(app: AppUnderTest, uris: list[str]) -> None:
    if app.redirect_uri not in uris:
        raise ConfigurationError(
            f"redirect_uri {app.redirect_uri} is not registered for {app.client_id}; registered: "
            f"{', '.join(uris) or 'none'}. They must be equal to the last character. "
            f"Register it:\n{_registration(app, uris)}"
        )
    if uris[0] != app.redirect_uri:
        raise ConfigurationError(
            f"redirect_uri {app.redirect_uri} is registered for {app.client_id}, but it is not the primary one: "
            f"the first in the list is {uris[0]}. Launches from Clever's portal arrive there, and another app "
            f"would be judged. Put your app's first:\n{_registration(app, uris)}"
        )


def _registration(app: AppUnderTest, uris: list[str]) -> str:
    """The command that makes the app's redirect URI the primary one and keeps the others."""
    others = [uri for uri in uris if uri != app.redirect_uri]
    body = json.dumps({"client_id": app.client_id, "redirect_uris": [app.redirect_uri, *others]})
    command = [
        "curl",
        "-X",
        "POST",
        f"{app.mock_url}/_mock/apps",
        "-H",
        "Content-Type: application/json",
        "-d",
        body,
    ]
    return shlex.join(command)


def _the_app_answers(app: AppUnderTest, patience: float) -> None:
    try:
        Browser(app.mock_url, app.addresses, patience=patience).open(
            app.url(app.login_page), until=lambda url: True
        )
    except Silence as silence:
        what = {
            "refused": f"Nothing listens at {app.base_url}. Start your app, or correct base_url.",
            "dropped": f"{app.base_url} closes the connection without an answer. https or http?",
            "late": f"{app.base_url} takes a connection and then does not answer. Is it the right port?",
        }
        raise ConfigurationError(what[silence.kind]) from silence
    except requests.exceptions.InvalidURL as error:
        raise ConfigurationError(f"base_url {app.base_url} is not an address: {error}.") from error


def _where_the_login_leads(app: AppUnderTest, clever: MockClever, patience: float) -> list[str]:
    if app.client_id is None:
        return []
    exam = Examination(app, clever, Probe(None, pause=lambda seconds: None), patience)
    browser = exam.browser()
    try:
        target = authorize_url(exam, browser)
    except Fail as fail:
        if browser.astray and urlsplit(browser.astray).hostname in REAL_CLEVER:
            raise ConfigurationError(
                f"Your app sends people to the real clever.com. Set its Clever address to {app.mock_url} "
                "(both for clever.com and api.clever.com) and run again."
            ) from fail
        if browser.astray and first(browser.astray, "client_id") == app.client_id:
            raise ConfigurationError(
                f"Your app sends a login to {browser.astray.partition('?')[0]}; the mock is at {app.mock_url}. "
                "Set the app's Clever address to the mock's, letter by letter."
            ) from fail
        return [f"{fail.observed} Everything that needs a login will fail."]
    except Silence as silence:
        if origin(silence.url) != origin(app.base_url):
            raise ConfigurationError(
                f"Your app sends a login to {silence.url}, where nothing answers; the mock is at "
                f"{app.mock_url}. "
                "Set the app's Clever address to the mock's."
            ) from silence
        return [f"Starting a login failed: {silence}."]
    if (sent := first(target, "client_id")) not in (None, app.client_id):
        raise ConfigurationError(
            f"Your app logs in with client_id {sent}, and certification.toml says {app.client_id}. Make them "
            "the same."
        )
    if (sent := first(target, "redirect_uri")) is not None and sent not in clever.app(app.client_id)[
        "redirect_uris"
    ]:
        raise ConfigurationError(
            f"Your app asks for redirect_uri {sent}, which is not registered; certification.toml says "
            f"{app.redirect_uri}. "
            "Compare scheme, host, port, path and the last slash."
        )
    return []


def _the_probe(app: AppUnderTest) -> list[str]:
    if app.probe_url is None:
        return ["No probe: what happens behind the pages cannot be seen, and checks that need it say so."]
    try:
        requests.get(app.probe_url.rstrip("/") + "/users", timeout=10)
    except requests.RequestException as error:
        raise ConfigurationError(
            f"The probe at {app.probe_url} gives no answer ({type(error).__name__}). Correct url under "
            "[probe], or leave it out."
        ) from error
    return []
