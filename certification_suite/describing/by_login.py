"""A run with nothing but a login URL: the description is guessed, written beside the reports, and judged by."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from certification_suite.describing import init
from certification_suite.describing.config import ConfigurationError
from certification_suite.describing.init_guess import doors
from certification_suite.describing.keys import KEYS
from certification_suite.drivers.mock import MockClever
from certification_suite.running.asked import Asked

NAME = "guessed.toml"


def by_login(asked: Asked, url: str) -> tuple[Asked, list[str]]:
    """The same run with a description of the app whose login page this is, and what was guessed from what.

    Raises ConfigurationError where there is nowhere to write it, or no address.
    """
    if wrong := KEYS["app"]["base_url"].wrong(url):
        raise ConfigurationError(f"--login-url {wrong}")
    if asked.out is None:
        raise ConfigurationError(f"--login-url needs --out, the folder where the description ({NAME}) is written.")
    parts = urlsplit(url)
    base, page = f"{parts.scheme}://{parts.netloc}", parts.path + (f"?{parts.query}" if parts.query else "")
    if asked.mock_port is not None and asked.mock_url:
        _register(MockClever(asked.mock_url), base, page or "/")
    path = asked.out / NAME
    told = init.write(path, base_url=base, login_page=page or "/", mock_url=asked.mock_url, force=True)
    return replace(asked, description=path), told[:-1]


def _register(clever: MockClever, base: str, page: str) -> None:
    """Let a mock that was started for this run know where the app wants its people back."""
    known = {str(app.get("client_id")): app for app in clever.apps()}
    for door in doors(base, pages=(page,)):
        client, back = door.says("client_id"), door.says("redirect_uri")
        if client in known and back:
            others = [uri for uri in known[client].get("redirect_uris", ()) if uri != back]
            clever.register(str(client), redirect_uris=[back, *others])
