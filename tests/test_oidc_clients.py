"""Logins by libraries nobody here wrote: Authlib as a relying party, django-allauth with its Clever provider.

The latter knows Clever by its own host names; a `Detour` in the place of the network leads those to the mock.
"""

from __future__ import annotations

import socket
from base64 import encodebytes
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from bs4 import BeautifulSoup
from clients import Mock
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from flask import Flask, Response, jsonify, url_for
from flask.testing import FlaskClient
from requests.adapters import HTTPAdapter
from town import ADA, BEN, TESS, TOWN, UMA

from mock_clever.serving import running

CALLBACK = "http://localhost/callback"
ALLAUTH = "http://testserver/clever/login/callback/"
CLEVERS = ("https://clever.com/", "https://api.clever.com/")


@pytest.fixture
def base(mock: Mock) -> Iterator[str]:
    mock.app.testing = False
    with running(mock.app.wsgi_app) as server:
        yield server.url


def registered(mock: Mock, callback: str, **more: Any) -> Any:
    """The single sign-on application, calling back there."""
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "redirect_uris": [callback], **more})
    return mock.sso


def logged_in(base: str, link: str, user: str) -> str:
    """Follow an application's link to Clever, choose that person there, and say where the browser is sent."""
    with requests.Session() as browser:
        page = browser.get(link)
        assert page.status_code == 200, page.text
        while (
            button := BeautifulSoup(page.text, "html.parser").select_one(f"input[name=user][value='{user}']")
        ) is None:
            choice = BeautifulSoup(page.text, "html.parser").select_one("section.testers a.choice")
            assert choice is not None, page.text
            page = browser.get(base + str(choice["href"]))
        form = button.find_parent("form")
        assert form is not None
        fields = {str(field["name"]): str(field["value"]) for field in form.find_all("input")}
        sent = browser.post(base + str(form["action"]), data=fields, allow_redirects=False)
        assert sent.status_code == 302
        return sent.headers["Location"]


# Old Ruby: base64 in lines of sixty, which a header carries as a folded one.


def test_basic_credentials_in_folded_lines_arrive(mock: Mock, base: str) -> None:
    address = urlsplit(base)
    written = encodebytes(f"{mock.sso.client_id}:{mock.sso.client_secret}".encode()).decode()
    folded = "\r\n ".join(written.split())
    assert "\r\n " in folded
    with socket.create_connection((str(address.hostname), address.port or 0)) as line:
        line.sendall(
            f"GET /oauth/tokens/?owner_type=district HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {folded}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = line.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"owner":{"type":"district"' in answer


# Authlib: finds everything by discovery and checks signature, issuer, audience, time and nonce.


class Party:
    """A Flask application that signs people in with Authlib, and a browser at it."""

    def __init__(self, base: str, client_id: str, client_secret: str) -> None:
        app = Flask(__name__)
        app.secret_key = "for tests"
        self.oauth = OAuth(app)
        self.oauth.register(
            "clever",
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{base}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email profile"},
        )

        @app.get("/login")
        def login() -> Any:
            return self.oauth.clever.authorize_redirect(url_for("callback", _external=True))

        @app.get("/callback")
        def callback() -> Response:
            token = self.oauth.clever.authorize_access_token()
            return jsonify(claims=token["userinfo"], person=self.oauth.clever.userinfo(token=token))

        app.testing = True
        self.app = app

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def log_in(self, base: str, user: str, browser: FlaskClient | None = None) -> Any:
        browser = browser or self.browser()
        link = browser.get("/login").headers["Location"]
        back = logged_in(base, link, user)
        return browser.get(f"/callback?{urlsplit(back).query}").get_json()


@pytest.mark.parametrize("prefix", ["", "/w/lab"])
def test_authlib_signs_people_in_and_finds_the_id_token_good(prefix: str, mock: Mock, base: str) -> None:
    if prefix:
        mock.control("POST", "worlds", {"name": "lab"}, 201)
    app = mock.sso
    sent = {"client_id": app.client_id, "redirect_uris": [CALLBACK], "oidc": True}
    assert requests.post(f"{base}{prefix}/_mock/apps", json=sent).status_code == 200
    party = Party(base + prefix, app.client_id, app.client_secret)
    for user, name, type in ((UMA, "Sá", "teacher"), (ADA, "Ñandú", "student")):
        told = party.log_in(base, user)
        assert told["claims"]["iss"] == base + prefix
        assert told["claims"]["nonce"]
        assert told["claims"]["sub"] == told["person"]["sub"] == user
        assert told["claims"]["user_type"] == told["person"]["user_type"] == type
        assert told["person"]["family_name"] == name
        assert told["person"]["district"] == TOWN


def test_authlib_refuses_a_code_that_another_login_brought(mock: Mock, base: str) -> None:
    """The nonce ties the id_token to the browser that began: a code slipped into another's login is found out."""
    app = registered(mock, CALLBACK, oidc=True)
    party = Party(base, app.client_id, app.client_secret)
    theirs, ours = party.browser(), party.browser()
    stolen = parse_qs(urlsplit(logged_in(base, theirs.get("/login").headers["Location"], TESS)).query)["code"][0]
    own = parse_qs(urlsplit(ours.get("/login").headers["Location"]).query)["state"][0]
    with pytest.raises(Exception, match="nonce"):
        ours.get("/callback", query_string={"code": stolen, "state": own})


def test_authlib_follows_a_rotation_of_the_keys(mock: Mock, base: str) -> None:
    app = registered(mock, CALLBACK, oidc=True)
    party = Party(base, app.client_id, app.client_secret)
    assert party.log_in(base, TESS)["claims"]["sub"] == TESS
    mock.control("POST", "keys/rotate", {"keep": False})
    assert party.log_in(base, BEN)["claims"]["sub"] == BEN


def test_authlib_refuses_an_issuer_that_is_not_the_one_discovered(mock: Mock, base: str) -> None:
    app = registered(mock, CALLBACK, oidc=True)
    party = Party(base, app.client_id, app.client_secret)
    assert party.log_in(base, TESS)["claims"]["iss"] == base
    mock.control("PATCH", "settings", {"issuer": "https://clever.com"})
    with pytest.raises(Exception, match="iss"):
        party.log_in(base, TESS)


def test_authlib_is_told_why_a_code_is_refused(mock: Mock, base: str) -> None:
    app = registered(mock, CALLBACK, oidc=True)
    party, browser = Party(base, app.client_id, "wrong"), None
    browser = party.browser()
    back = logged_in(base, browser.get("/login").headers["Location"], TESS)
    with pytest.raises(OAuthError, match="invalid_client"):
        browser.get(f"/callback?{urlsplit(back).query}")


# django-allauth: written against the real Clever.


class Detour(HTTPAdapter):
    """Leads what is meant for Clever to the mock; everything else is not let out."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request: requests.PreparedRequest, *more: Any, **named: Any) -> requests.Response:
        assert request.url is not None
        for host in CLEVERS:
            if request.url.startswith(host):
                request.url = f"{self.base}/{request.url.removeprefix(host)}"
        assert request.url.startswith(self.base), f"{request.url} is not ours"
        return super().send(request, *more, **named)


@pytest.fixture
def detour(base: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Detour]:
    with_one = Detour(base)
    monkeypatch.setattr(requests.Session, "get_adapter", lambda session, url: with_one)
    yield with_one
    with_one.close()


def to_the_mock(base: str, link: str) -> str:
    """A link to Clever as a browser behind the detour follows it."""
    assert link.startswith(CLEVERS[0])
    return f"{base}/{link.removeprefix(CLEVERS[0])}"


@pytest.fixture(scope="module")
def site() -> Iterator[type[Client]]:
    """A Django site with django-allauth's Clever provider, its database in memory."""
    installed = ["auth", "contenttypes", "sessions", "messages"]
    ours = ["allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.clever"]
    django_settings.configure(
        SECRET_KEY="for tests",
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in installed), *ours],
        MIGRATION_MODULES=dict.fromkeys([*installed, "account", "socialaccount"]),
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        ROOT_URLCONF="allauth.urls",
        ACCOUNT_EMAIL_VERIFICATION="none",
        LOGIN_REDIRECT_URL="/home/",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    yield Client
    connections.close_all()


def test_django_allauth_logs_in_as_it_does_at_clever(
    site: type[Client], mock: Mock, base: str, detour: Detour
) -> None:
    app = registered(mock, ALLAUTH)
    django_settings.SOCIALACCOUNT_PROVIDERS = {
        "clever": {"APPS": [{"client_id": app.client_id, "secret": app.client_secret}]}
    }
    from allauth.socialaccount.models import SocialAccount  # models exist once a site does

    for user, name, email in (
        (UMA, ("Uma", "Sá"), "uma@example.org"),
        (TESS, ("Tess", "Berg"), "tess@example.org"),
    ):
        browser = site()
        link = browser.post("/clever/login/").headers["Location"]
        assert "scope=" in link  # it asks for scopes, which Clever ignores
        back = logged_in(base, to_the_mock(base, link), user)
        assert back.startswith(f"{ALLAUTH}?code=")
        home = browser.get(f"/clever/login/callback/?{urlsplit(back).query}")
        assert (home.status_code, home.headers["Location"]) == (302, "/home/")
        account = SocialAccount.objects.get(uid=user, provider="clever")
        assert (account.user.first_name, account.user.last_name) == name
        assert account.user.email == email
        assert browser.session["_auth_user_id"] == str(account.user.pk)
        assert account.extra_data["data"]["district"] == TOWN
    found = [f["id"] for row in mock.control("GET", "journal")["entries"] for f in row["findings"]]
    assert set(found) == {"credentials-in-body"}
