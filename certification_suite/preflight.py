"""Looks at the configuration before anything is judged, so that a typing mistake is never called a defect."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from certification_suite.checks.journeys import authorize_url, first
from certification_suite.config import AppUnderTest, ConfigurationError
from certification_suite.drivers.browser import REAL_CLEVER, Browser, Silence, origin
from certification_suite.drivers.mock import MockClever
from certification_suite.drivers.probe import Probe
from certification_suite.examination import Examination
from certification_suite.verdicts import CouldNotRun, Fail


def check(app: AppUnderTest) -> list[str]:
    """Raise ConfigurationError for what makes a run pointless; return notes about the rest."""
    clever = MockClever(app.mock_url)
    _the_mock_answers(clever)
    _the_clients_are_known(app, clever)
    _the_app_answers(app)
    return _where_the_login_leads(app, clever) + _the_probe(app)


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


def _the_clients_are_known(app: AppUnderTest, clever: MockClever) -> None:
    apps = {registered.get("client_id"): registered for registered in clever.apps()}
    listed = ", ".join(f"{id_} ({registered.get('name')})" for id_, registered in apps.items())
    for key, client_id in (("client_id", app.client_id), ("sync_client_id", app.sync_client_id)):
        if client_id is not None and client_id not in apps:
            raise ConfigurationError(f"The mock knows no app with {key} {client_id}. It knows: {listed}.")
    if app.client_id is None:
        return
    uris = apps[app.client_id].get("redirect_uris", [])
    if app.redirect_uri not in uris:
        raise ConfigurationError(
            f"redirect_uri {app.redirect_uri} is not registered for {app.client_id}; registered: "
            f"{', '.join(uris) or 'none'}. "
            "They must be equal to the last character. Register it: POST /_mock/apps "
            f'{{"client_id": "{app.client_id}", "redirect_uris": ["{app.redirect_uri}"]}}.'
        )


def _the_app_answers(app: AppUnderTest) -> None:
    try:
        Browser(app.mock_url).open(app.url(app.login_page), until=lambda url: True)
    except Silence as silence:
        what = {
            "refused": f"Nothing listens at {app.base_url}. Start your app, or correct base_url.",
            "dropped": f"{app.base_url} closes the connection without an answer. https or http?",
            "late": f"{app.base_url} takes a connection and then does not answer. Is it the right port?",
        }
        raise ConfigurationError(what[silence.kind]) from silence
    except requests.exceptions.InvalidURL as error:
        raise ConfigurationError(f"base_url {app.base_url} is not an address: {error}.") from error


def _where_the_login_leads(app: AppUnderTest, clever: MockClever) -> list[str]:
    if app.client_id is None:
        return []
    exam = Examination(app, clever, Probe(None, pause=lambda seconds: None))
    browser = exam.browser()
    try:
        target = authorize_url(exam, browser)
    except Fail as fail:
        if browser.astray:
            raise ConfigurationError(
                f"Your app sends people to the real clever.com. Set its Clever address to {app.mock_url} "
                "(both for clever.com and api.clever.com) and run again."
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
