"""A tool library that nobody here wrote takes every good launch and finds out every bad one.

What the library leaves to the application stands in a table, with the reason; `Careful` is such an application.
"""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin
from pylti1p3.exception import LtiException
from tool import HOME, Tool, asked, joined, registered
from town import ALGEBRA_ASH, BEN, ROOT, SOL, TESS, UMA
from werkzeug.test import TestResponse

from mock_clever.lti.misbehaviours import MISBEHAVIOURS

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"

LEFT_TO_THE_APPLICATION = {
    "authorized-party": "it compares client_id with the first audience and does not look at azp",
    "no-expiry": "PyJWT checks exp where there is one, and the library does not say that there must be",
    "replay": "a nonce stays good in the session that it was made for",
    "deployment-hint": "what the login was initiated with is not kept",
    "target": "what the login was initiated with is not kept, and the application redirects",
    "no-target": "the application redirects",
}

FOUND_OUT = {
    "signature": "Signature verification failed",
    "unsigned": "Unable to find public key",  # there is none for alg none
    "symmetric": "Unable to find public key",
    "unpublished-key": "Unable to find public key",
    "kid": "Unable to find public key",
    "no-kid": "JWT KID not found",
    "format": "JWT must contain 3 parts",
    "no-token": 'The LTI launch message "id_token" field is empty.',
    "error": 'The LTI launch message "id_token" field is empty.',
    "issuer": "not found in settings",
    "audience": "not found in settings",
    "expired": "Signature has expired",
    "issued-in-the-future": "The token is not yet valid (iat)",
    "nonce": "Invalid Nonce.",
    "no-nonce": 'The "nonce" field is empty.',
    "state": "State not found",
    "no-state": "Missing state param",
    "deployment": "is not recognised",
    "no-deployment": 'The "deployment_id" field is not set',
    "version": "Incorrect version, expected 1.3.0",
    "no-version": "Incorrect version, expected 1.3.0",
    "message-type": "Unrecognized message type",
    "no-message-type": "Invalid message type",
    "no-subject": "Must have a user (sub)",
    "no-roles": "Missing Roles Claim",
    "no-resource-link": "Missing Resource Link Id",
    "resource-link-id": "Missing Resource Link Id",
    "no-settings": "Missing Deep Linking Settings",
    "return-url": "the settings have no 'deep_link_return_url'",
    "accept-types": "Must support resource link placement types",
}


class Careful(Tool):
    """An application that also looks at what the library leaves to it."""

    def __init__(self, mock: Mock) -> None:
        super().__init__(mock)
        self.used: set[str] = set()

    def begun(self, login: FlaskOIDCLogin) -> None:
        names = ("lti_deployment_id", "target_link_uri")
        login.pass_params_to_launch({name: login._get_request_param(name) for name in names})

    def check(self, message: FlaskMessageLaunch, claims: dict[str, Any]) -> None:
        began, nonce = message.get_params_from_login(), claims["nonce"]
        for holds, words in (
            (claims.get("azp", self.client_id) == self.client_id, "azp"),
            ("exp" in claims, "exp"),
            (nonce not in self.used, "nonce"),
            (claims[f"{CLAIM}deployment_id"] == began["lti_deployment_id"], "deployment_id"),
            (claims.get(f"{CLAIM}target_link_uri") == began["target_link_uri"], "target_link_uri"),
        ):
            if not holds:
                raise LtiException(f"wrong {words}")
        self.used.add(nonce)


@pytest.fixture
def lms(mock: Mock) -> Mock:
    joined(mock)
    registered(mock)
    return mock


@pytest.fixture
def tool(lms: Mock) -> Tool:
    return Tool(lms)


def taken(answer: TestResponse) -> Any:
    """What the tool says of a launch that it took."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


@pytest.mark.parametrize("initiation", ["link", "form"])
@pytest.mark.parametrize(
    ("user", "kinds"),
    [
        (TESS, {"teacher": True, "student": False}),
        (UMA, {"teacher": True, "student": False}),
        (BEN, {"teacher": False, "student": True}),
        (SOL, {"teacher": False, "student": False}),
        (ROOT, {"teacher": False, "student": False}),
    ],
)
def test_a_good_launch_is_taken(user: str, kinds: dict[str, bool], initiation: str, tool: Tool) -> None:
    answer = taken(tool.launch(user, initiation=initiation))
    assert answer["claims"]["sub"] == user
    assert answer["kinds"] == kinds


def test_a_tool_in_an_institution_with_schoology_too(lms: Mock) -> None:
    joined(lms, "schoology")
    claims = taken(Tool(lms).launch(BEN))["claims"]
    assert claims[f"{CLAIM}tool_platform"]["product_family_code"] == "schoology"


@pytest.mark.parametrize("keep", [True, False])
def test_a_tool_follows_a_rotation_of_the_keys(keep: bool, lms: Mock, tool: Tool) -> None:
    assert taken(tool.launch(BEN))["claims"]["sub"] == BEN
    lms.control("POST", "keys/rotate", {"keep": keep})
    assert taken(tool.launch(TESS))["claims"]["sub"] == TESS


def test_what_a_tool_places_by_deep_linking_can_be_launched(lms: Mock, tool: Tool) -> None:
    page = tool.launch(TESS, deep_linking=True)
    told = tool.answered(page)
    assert told.status_code == 200, told.get_data(as_text=True)
    assert "1 link placed" in told.get_data(as_text=True)
    (link,) = lms.control("GET", "lti")["links"]
    assert len(link["id"]) == 24
    assert link == {
        "id": link["id"],
        "connection": lms.connection(lms.sync),
        "district": link["district"],
        "section": ALGEBRA_ASH,
        "type": "ltiResourceLink",
        "url": f"{HOME}/quiz",
        "title": "Quiz 1",
        "text": "",
        "custom": {"quiz": "1"},
    }
    for target in (link["id"], link["url"]):
        claims = taken(tool.launch(BEN, target=target))["claims"]
        assert claims[f"{CLAIM}resource_link"] == {"id": link["id"], "title": "Quiz 1"}
        assert claims[f"{CLAIM}target_link_uri"] == f"{HOME}/quiz"
        assert claims[f"{CLAIM}custom"]["quiz"] == "1"
    assert tool.answered(page).status_code == 400  # a response is taken once


def test_every_misbehaviour_is_accounted_for() -> None:
    assert FOUND_OUT.keys() | LEFT_TO_THE_APPLICATION.keys() == MISBEHAVIOURS.keys()
    assert not FOUND_OUT.keys() & LEFT_TO_THE_APPLICATION.keys()


def deep(name: str) -> bool:
    return name in ("no-settings", "return-url", "accept-types")


@pytest.mark.parametrize("name", sorted(FOUND_OUT))
def test_a_bad_launch_is_found_out(name: str, tool: Tool) -> None:
    answer = tool.launch(TESS, misbehave=name, deep_linking=deep(name))
    assert answer.status_code == 403
    assert FOUND_OUT[name] in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", sorted(LEFT_TO_THE_APPLICATION))
def test_what_the_library_does_not_see_a_careful_application_does(name: str, lms: Mock, tool: Tool) -> None:
    taken(tool.launch(TESS))
    taken(tool.launch(TESS, misbehave=name))
    careful = Careful(lms)
    taken(careful.launch(TESS))
    answer = careful.launch(TESS, misbehave=name)
    assert (answer.status_code, answer.get_data(as_text=True)[:6]) == (403, "wrong ")


def test_a_form_that_comes_to_another_browser_is_refused(lms: Mock, tool: Tool) -> None:
    page = tool.page(asked(lms, TESS)["redirect"])
    assert tool.deliver(page, tool.app.test_client()).status_code == 403
    assert tool.deliver(page).status_code == 200
