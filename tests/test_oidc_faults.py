"""id_tokens that are not what they should be: each wrong in one thing only, which a relying party must notice."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from clients import Mock
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet
from town import TESS

NONCE = "n-1"


@pytest.fixture
def oidc(mock: Mock) -> Mock:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "oidc": True})
    return mock


def exchanged(mock: Mock, kind: str = "") -> dict[str, Any]:
    if kind:
        mock.control("POST", "faults", {"path": "/oauth/tokens", "kind": kind}, 201)
    answer = mock.exchange(mock.code(TESS, mock.sso, nonce=NONCE), mock.sso)
    assert answer.status_code == 200
    assert answer.headers.get("Mock-Clever-Fault") == ("F1" if kind else None)
    assert answer.headers["Content-Length"] == str(len(answer.get_data()))
    body: dict[str, Any] = answer.get_json()
    return body


def accepted(mock: Mock, token: str) -> dict[str, Any]:
    """The claims, as a party that checks everything takes them."""
    keys = KeySet.import_key_set(mock.client.get("/oauth/certs").get_json())
    claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    jwt.JWTClaimsRegistry(
        now=int(mock.world.clock.now()),
        iss={"essential": True, "value": "http://localhost"},
        aud={"essential": True, "value": mock.sso.client_id},
        nonce={"essential": True, "value": NONCE},
        exp={"essential": True},
    ).validate(claims)
    return claims


def said(token: str) -> dict[str, Any]:
    """The claims, as a party that checks nothing takes them."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def test_without_a_fault_everything_is_right(oidc: Mock) -> None:
    assert accepted(oidc, exchanged(oidc)["id_token"])["sub"] == TESS


@pytest.mark.parametrize(
    ("kind", "wrong", "noticed"),
    [
        ("signature", set(), BadSignatureError),
        ("unsigned", set(), JoseError),
        ("issuer", {"iss"}, InvalidClaimError),
        ("audience", {"aud"}, InvalidClaimError),
        ("nonce", {"nonce"}, InvalidClaimError),
        ("expired", {"iat", "exp"}, ExpiredTokenError),
    ],
)
def test_one_thing_is_wrong_and_is_noticed(
    kind: str, wrong: set[str], noticed: type[Exception], oidc: Mock
) -> None:
    oidc.control("POST", "clock", {"freeze": True})
    right, other = said(exchanged(oidc)["id_token"]), exchanged(oidc, kind)["id_token"]
    assert {name for name in right if said(other)[name] != right[name]} == wrong
    with pytest.raises(noticed):
        accepted(oidc, other)
    assert accepted(oidc, exchanged_again(oidc))["sub"] == TESS  # it strikes once


def exchanged_again(mock: Mock) -> str:
    token: str = mock.exchange(mock.code(TESS, mock.sso, nonce=NONCE), mock.sso).get_json()["id_token"]
    return token


def test_another_subject_is_well_signed_and_is_not_who_userinfo_says(oidc: Mock) -> None:
    body = exchanged(oidc, "subject")
    claims = accepted(oidc, body["id_token"])
    person = oidc.client.get("/userinfo", headers={"Authorization": f"Bearer {body['access_token']}"}).get_json()
    assert claims["sub"] == claims["multi_role_user_id"] == "0" * 24
    assert (person["sub"], claims["given_name"]) == (TESS, person["given_name"])


@pytest.mark.parametrize("kind", ["signature", "unsigned", "issuer", "audience", "nonce", "expired", "subject"])
def test_an_answer_without_an_id_token_stays_as_it_is(kind: str, mock: Mock) -> None:
    assert list(exchanged(mock, kind)) == ["access_token", "token_type"]
    for path in ("/v3.0/districts", "/logout"):
        whole = mock.reader().ask(path).get_data()
        mock.control("POST", "faults", {"path": path, "kind": kind}, 201)
        assert mock.reader().ask(path).get_data() == whole
