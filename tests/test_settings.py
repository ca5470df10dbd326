"""Open questions answered otherwise, world by world."""

from __future__ import annotations

from base64 import b64encode

import pytest
from clients import CALLBACK, Mock
from town import ADA

V3_USERS = "/v3.1/users"


def test_the_defaults_are_our_choices(mock: Mock) -> None:
    assert mock.control("GET", "settings") == {
        "rate_limit": 1200,
        "session_life": 7200,
        "token_credentials": "basic or body",
        "unauthorized": "recorded",
        "out_of_scope": "html",
        "unknown_role": "refuse",
    }


def test_a_429_is_met_at_once_and_gone_in_a_minute(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("PATCH", "settings", {"rate_limit": 2})
    answers = [mock.reader().ask(V3_USERS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].get_data() == b""
    assert [answer.headers["X-Ratelimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].headers["X-Ratelimit-Limit"] == "2"
    mock.control("POST", "clock", {"advance": "PT60S"})
    assert mock.reader().ask(V3_USERS).status_code == 200


def test_the_401_can_speak_as_the_specification_does(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"unauthorized": "message"})
    refused = mock.client.get(V3_USERS)
    assert (refused.status_code, refused.get_json()) == (401, {"message": "Unrecognized token string"})


def test_a_token_of_the_wrong_kind_can_be_told_in_json(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"out_of_scope": "message"})
    refused = mock.reader(mock.sso).ask(V3_USERS)
    assert (refused.status_code, refused.get_json()) == (404, {"message": "Resource not in token's scopes"})
    assert mock.reader().ask("/v3.1/classes").mimetype == "text/html"


def test_an_unknown_role_can_be_ignored(mock: Mock) -> None:
    everybody = mock.reader().ids(V3_USERS)
    assert mock.reader().ask(f"{V3_USERS}?role=parent").status_code == 400
    mock.control("PATCH", "settings", {"unknown_role": "ignore"})
    assert mock.reader().ids(f"{V3_USERS}?role=parent") == everybody


def test_the_token_endpoint_can_insist_on_basic(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"token_credentials": "basic"})
    body = {"grant_type": "authorization_code", "code": mock.code(ADA, mock.sso), "redirect_uri": CALLBACK}
    own = {"client_id": mock.sso.client_id, "client_secret": mock.sso.client_secret}
    assert mock.client.post("/oauth/tokens", data=body | own).status_code == 401
    basic = b64encode(f"{mock.sso.client_id}:{mock.sso.client_secret}".encode()).decode()
    answered = mock.client.post("/oauth/tokens", data=body, headers={"Authorization": f"Basic {basic}"})
    assert answered.status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rate_limit": 0}, "rate_limit"),
        ({"rate_limit": "x"}, "rate_limit"),
        ({"unauthorized": "shout"}, "unauthorized"),
        ({"rate": 5}, "unknown field `rate`"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(body: object, words: str, mock: Mock) -> None:
    status, message = mock.refused("PATCH", "settings", body)
    assert (status, words in message) == (400, True)


def test_a_reset_puts_settings_back_and_worlds_keep_their_own(mock: Mock) -> None:
    mock.control("POST", "worlds", {"name": "other"}, status=201)
    mock.control("PATCH", "settings", {"rate_limit": 7})
    assert mock.client.get("/w/other/_mock/settings").get_json()["rate_limit"] == 1200
    mock.control("POST", "reset")
    assert mock.control("GET", "settings")["rate_limit"] == 1200
