"""An LTI tool that nobody here wrote: PyLTI1p3, in a Flask application, at the mock's platform.

Its browser follows what the mock sends it: links, and forms by their buttons.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import urlsplit

from clients import Mock, answered, soup
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.exception import LtiException, ToolConfException
from pylti1p3.registration import Registration
from pylti1p3.tool_config import ToolConfDict
from requests import Session
from requests.adapters import BaseAdapter
from requests.models import PreparedRequest
from requests.models import Response as Fetched
from town import ADA, TESS, TOWN
from werkzeug.test import TestResponse

BASE = "http://localhost"
TOOL = "http://127.0.0.1:5000"
LOGIN, LAUNCH, HOME = f"{TOOL}/lti/login", f"{TOOL}/lti/launch", f"{TOOL}/app"
MADE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey = MADE) -> str:
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()


def public_pem(key: rsa.RSAPrivateKey = MADE) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def jwks(key: rsa.RSAPrivateKey = MADE) -> dict[str, Any]:
    """The tool's keys, as the library publishes them."""
    return {"keys": [Registration.get_jwk(public_pem(key))]}


def joined(mock: Mock, lms_type: str = "canvas", state: str = "success") -> None:
    """The town has an LMS, and LMS Connect is accepted."""
    mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": lms_type, "lms_state": state})


def registered(mock: Mock, **more: Any) -> Any:
    """The roster application as a tool."""
    body = {"login_url": LOGIN, "redirect_uris": [LAUNCH], "target_link_uri": HOME, "jwks": jwks()} | more
    return mock.control("PUT", f"apps/{mock.sync.client_id}/lti", body)


def with_emails(mock: Mock) -> None:
    """Ada has an e-mail address, by which the LMS knows her."""
    change = {"type": "record.update", "kind": "users", "id": ADA, "set": {"email": "ada@example.org"}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})


def asked(mock: Mock, user: str = TESS, mode: str = "id-token", **more: Any) -> Any:
    """What the control plane answers to a launch."""
    return mock.control("POST", f"lms/{TOWN}/launch", {"user": user, "mode": mode, **more})


class _ToTheMock(BaseAdapter):
    """Where the tool fetches keys: the mock in this process."""

    def __init__(self, mock: Mock) -> None:
        super().__init__()
        self.mock = mock

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Fetched:
        assert request.url is not None
        assert request.url.startswith(BASE)
        told, fetched = self.mock.client.get(request.url.removeprefix(BASE)), Fetched()
        fetched.status_code, fetched._content = told.status_code, told.get_data()
        return fetched

    def close(self) -> None:
        pass


class Tool:
    """The application, configured by what `GET /_mock/lti` says, and a browser at both."""

    def __init__(self, mock: Mock, platform: Any = None, launch_url: str = LAUNCH) -> None:
        self.mock, self.client_id, self.launch_url = mock, mock.sync.client_id, launch_url
        platform = platform or mock.control("GET", "lti")
        (registration,) = platform["tools"]
        self.config = ToolConfDict(
            {
                platform["issuer"]: [
                    {
                        "default": True,
                        "client_id": registration["client_id"],
                        "auth_login_url": platform["authorization_endpoint"],
                        "auth_token_url": "",
                        "key_set_url": platform["jwks_uri"],
                        "deployment_ids": [each["deployment_id"] for each in registration["deployments"]],
                    }
                ]
            }
        )
        self.config.set_private_key(platform["issuer"], pem(), client_id=self.client_id)
        self.config.set_public_key(platform["issuer"], public_pem(), client_id=self.client_id)
        self.app = self._application()
        self.browser: FlaskClient = self.app.test_client()
        self.session = Session()
        self.session.mount(BASE, _ToTheMock(mock))

    def _application(self) -> Flask:
        app = Flask("tool")
        app.secret_key = "for tests"
        app.testing = True

        @app.route("/lti/login", methods=["GET", "POST"])
        def login() -> Any:
            begun = FlaskOIDCLogin(FlaskRequest(), self.config)
            self.begun(begun)
            return begun.redirect(self.launch_url)

        @app.post("/lti/launch")
        def launched() -> Any:
            message = FlaskMessageLaunch(FlaskRequest(), self.config, requests_session=self.session)
            try:
                claims = dict(message.get_launch_data())
                self.check(message, claims)
            except (LtiException, ToolConfException) as no:
                return Response(str(no), 403)
            if message.is_deep_link_launch():
                return self._placing(message)
            kinds = {"teacher": message.check_teacher_access(), "student": message.check_student_access()}
            return jsonify(claims=claims, kinds=kinds)

        return app

    def _placing(self, message: FlaskMessageLaunch) -> Response:
        placed = DeepLinkResource().set_url(f"{HOME}/quiz").set_title("Quiz 1")
        placed.set_custom_params({"quiz": "1"})
        try:
            return Response(message.get_deep_link().output_response_form([placed]), mimetype="text/html")
        except KeyError as missing:
            return Response(f"the settings have no {missing}", 403)

    def launch(self, user: str = TESS, **more: Any) -> TestResponse:
        """Launch as this person, all the way; the tool's answer."""
        return self.open(asked(self.mock, user, **more)["redirect"])

    def begun(self, login: FlaskOIDCLogin) -> None:
        """What an application of this library does when a login begins: nothing."""

    def check(self, message: FlaskMessageLaunch, claims: dict[str, Any]) -> None:
        """What it looks at beside what the library does: nothing. Raises LtiException."""

    def open(self, redirect: str) -> TestResponse:
        """Go there as a browser does, until the tool answers the launch."""
        return self.deliver(self.page(redirect))

    def page(self, redirect: str) -> TestResponse:
        """Go there as a browser does, until the platform answers with a form."""
        if redirect.startswith(BASE):  # a page whose form initiates the login
            _, fields = form(self.mock.client.get(redirect.removeprefix(BASE)))
            answer = self.browser.post("/lti/login", data=fields)
        else:
            answer = self.browser.get(redirect.removeprefix(TOOL))
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self.mock.client.get(answer.headers["Location"].removeprefix(BASE))

    def deliver(self, page: TestResponse, browser: FlaskClient | None = None) -> TestResponse:
        """Send the form of this page to the tool."""
        action, fields = form(page)
        assert action == LAUNCH
        return (browser or self.browser).post(urlsplit(action).path, data=fields)

    def answered(self, page: TestResponse) -> TestResponse:
        """Send the tool's answer to deep linking back to the platform."""
        action, fields = form(page)
        assert action.startswith(BASE)
        return self.mock.client.post(action.removeprefix(BASE), data=fields)


def form(page: TestResponse) -> tuple[str, dict[str, str]]:
    """The one form of a page: where it goes, and its fields."""
    assert page.status_code == 200, page.get_data(as_text=True)
    (found,) = soup(page).find_all("form")
    assert str(found["method"]).lower() == "post"
    return str(found["action"]), {str(i["name"]): str(i.get("value", "")) for i in found.find_all("input")}


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, to whoever checks nothing."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def auth_request(redirect: str, **more: str) -> dict[str, str]:
    """What a correct tool asks when its login is initiated so."""
    begun = answered(redirect)
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": begun["client_id"],
        "redirect_uri": LAUNCH,
        "login_hint": begun["login_hint"],
        "lti_message_hint": begun["lti_message_hint"],
        "nonce": "n-1",
        "state": "s-1",
    } | more


def authorized(mock: Mock, sent: dict[str, str]) -> dict[str, str]:
    """The fields of the form that answers this."""
    action, fields = form(mock.client.get("/lti/authorize", query_string=sent))
    assert action == LAUNCH
    return fields


def told(mock: Mock, user: str = TESS, **more: Any) -> dict[str, Any]:
    """The claims of a launch, asked for by hand."""
    return claims_of(authorized(mock, auth_request(asked(mock, user, **more)["redirect"]))["id_token"])
