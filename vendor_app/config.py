"""Everything the app must be told before it starts, read from the environment in this one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin

CALLBACK = "/oauth/clever/callback"
LIBRARY_CALLBACK = "/oauth/clever/library"
"""Where our Library app's people arrive: a launch has no `state`, only its address says which app it is for."""
METHODS = ("delta", "bulk")
"""How a sync can go about it, the usual way first."""


class Misconfigured(Exception):
    """The app cannot start; the message says which setting is missing and how to get it."""


@dataclass(frozen=True)
class App:
    """One application registered with Clever: its id and its secret (never shown, logged or printed)."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Config:
    """The settings of one running app."""

    clever_url: str
    login: App
    sync: App
    redirect_uri: str
    library: App | None = None
    """Our app in the Clever Library, which teachers install by themselves; None when we have none."""
    library_redirect_uri: str = ""
    district: str = ""
    district_token: str = field(default="", repr=False)
    database: str = ":memory:"
    api_version: str = "v3.1"
    page_size: int = 100
    method: str = "delta"
    """What a sync nobody chose a method for does: `delta`, or `bulk`."""
    archive_share: float = 0.2
    """The share of the active records of a type that one sync may archive without asking; 1 never asks."""
    openid: bool = False
    """Whether Clever switched OpenID Connect on for our login app: logins then carry a `nonce`."""
    both_apps: bool = False
    """Whether our roster app stands behind the login button too, for those who may not use the login app."""
    probe: bool = False
    name: str = "Larkspur Reader"

    @property
    def secure_cookies(self) -> bool:
        return self.redirect_uri.startswith("https://")

    def at(self, url: str) -> "Config":
        """The same settings for an app that answers at this URL, if no redirect URI was given."""
        return self if self.redirect_uri else replace(self, redirect_uri=url + CALLBACK)

    @property
    def for_roster(self) -> "Config":
        """The same settings for logins of our roster app, which arrive where those of the login app do."""
        return replace(self, login=self.sync)

    @property
    def for_library(self) -> "Config":
        """The same settings for logins of our Library app, which never get an id_token (docs/library-sso)."""
        uri = self.library_redirect_uri or urljoin(self.redirect_uri, LIBRARY_CALLBACK)
        return replace(self, login=self.library or self.login, redirect_uri=uri, openid=False, both_apps=False)


def from_environment(environ: Mapping[str, str], **chosen: Any) -> Config:
    """Read what `mock-clever env` prints; the login app falls back on the sync app. The rest is as chosen."""

    def needed(*names: str) -> str:
        for name in names:
            if environ.get(name):
                return environ[name]
        raise Misconfigured(
            f"{names[0]} is not set. The app needs it to reach Clever. Start the mock and run "
            'eval "$(mock-clever env)" in this shell, then start the app again.'
        )

    library = environ.get("CLEVER_LIBRARY_CLIENT_ID", "")
    return Config(
        clever_url=needed("MOCK_CLEVER_URL").rstrip("/"),
        login=App(
            needed("CLEVER_SSO_CLIENT_ID", "CLEVER_CLIENT_ID"),
            needed("CLEVER_SSO_CLIENT_SECRET", "CLEVER_CLIENT_SECRET"),
        ),
        sync=App(needed("CLEVER_CLIENT_ID"), needed("CLEVER_CLIENT_SECRET")),
        redirect_uri=environ.get("CLEVER_REDIRECT_URI", ""),
        library=App(library, needed("CLEVER_LIBRARY_CLIENT_SECRET")) if library else None,
        both_apps=bool(chosen.pop("both_apps", False) or environ.get("CLEVER_BOTH_APPS")),
        openid=bool(chosen.pop("openid", False) or environ.get("CLEVER_OPENID")),
        library_redirect_uri=environ.get("CLEVER_LIBRARY_REDIRECT_URI", ""),
        district=environ.get("CLEVER_DISTRICT_ID", ""),
        district_token=environ.get("CLEVER_DISTRICT_TOKEN", ""),
        **chosen,
    )
