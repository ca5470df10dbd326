"""The id_token: what the vendor app takes for a login of this person, and each thing that makes it refuse."""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import Fault, id_
from fake_openid import NOW, FakeOpenId, encoded, key
from joserfc import jwt
from werkzeug.test import TestResponse

from vendor_app.behaviour import Behaviour
from vendor_app.defects import EVERY, chosen

ANA, BO = 11, 12
KEYS, DISCOVERY = "/oauth/certs", "/.well-known/openid-configuration"


@pytest.fixture
def clever() -> FakeOpenId:
    return FakeOpenId()


@pytest.fixture
def vendor(make: Make) -> Vendor:
    return make(openid=True)


def come(vendor: Vendor, number: int = ANA, nonce: str | None = None) -> TestResponse:
    """A whole login; Clever puts the nonce of the browser into the id_token, unless a test says another."""
    location = vendor.browser.get("/login").location or ""
    found = re.search(r"nonce=([^&]+).*state=([^&]+)", location)
    assert found, "a login carries nonce and state"
    vendor.clever.nonce = found[1] if nonce is None else nonce  # type: ignore[attr-defined]
    query = {"code": vendor.clever.code_for(number), "state": found[2]}
    return vendor.browser.get("/oauth/clever/callback", query_string=query)


def is_in(vendor: Vendor) -> bool:
    return vendor.browser.get("/home").status_code == 200


def expect_refused(vendor: Vendor, answer: TestResponse) -> None:
    assert answer.status_code == 403 and "did not belong to it" in answer.text
    assert "Log in with Clever" in answer.text and not is_in(vendor)
    assert vendor.see("users")["users"] == []


def test_a_right_id_token_opens_the_account(vendor: Vendor, clever: FakeOpenId) -> None:
    assert come(vendor).location == "/home" and is_in(vendor)
    assert clever.paths() == ["/oauth/tokens", "/v3.1/me", DISCOVERY, KEYS, f"/v3.1/users/{id_(ANA)}"]


def test_keys_are_read_once(vendor: Vendor, clever: FakeOpenId) -> None:
    come(vendor)
    come(vendor, BO)
    assert clever.paths().count(KEYS) == clever.paths().count(DISCOVERY) == 1


def test_a_new_key_is_found_by_asking_again(vendor: Vendor, clever: FakeOpenId) -> None:
    come(vendor)
    clever.signing, clever.published = "two", ["one", "two"]
    assert come(vendor).location == "/home"
    assert come(vendor).location == "/home" and clever.paths().count(KEYS) == 2


def test_a_key_that_was_withdrawn_opens_nothing_once_we_know(vendor: Vendor, clever: FakeOpenId) -> None:
    come(vendor)
    clever.signing, clever.published = "two", ["two"]
    come(vendor)
    clever.signing = "one"
    assert come(vendor).status_code == 403


CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.test"},
    "no issuer": {"iss": None},
    "another app": {"aud": "another-app"},
    "other apps": {"aud": ["another-app", "a-third"]},
    "no audience": {"aud": None},
    "expired": {"iat": NOW - 7300, "exp": NOW - 3700},
    "no end": {"exp": None},
    "an end in words": {"exp": "never"},
    "an end that is no number": {"exp": True},
    "another nonce": {"nonce": "stolen"},
    "no nonce": {"nonce": None},
    "another person": {"sub": id_(BO)},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_wrong_claim_is_refused(vendor: Vendor, clever: FakeOpenId, name: str) -> None:
    clever.claims = CLAIMS[name]
    expect_refused(vendor, come(vendor))
    clever.claims = {}
    assert come(vendor).location == "/home", "the right one opens the same door"


def test_one_of_several_audiences_is_enough(vendor: Vendor, clever: FakeOpenId) -> None:
    clever.claims = {"aud": ["sso-app", "another-app"]}
    assert come(vendor).location == "/home"


def test_clocks_may_differ_by_less_than_a_minute(vendor: Vendor, clever: FakeOpenId) -> None:
    clever.claims = {"exp": NOW - 59}
    assert come(vendor).location == "/home"
    clever.claims = {"exp": NOW - 60}
    assert come(vendor).status_code == 403


def with_the_public_key_as_secret(claims: str) -> str:
    """Signed with HMAC and what everybody can read, for verifiers that believe the header."""
    told = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{claims}"
    signature = hmac.new(key("one").as_pem(private=False), told.encode(), "sha256").digest()
    return f"{told}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def signed(told: dict[str, Any], by: str, **header: str) -> str:
    return jwt.encode(header, told, key(by), algorithms=["RS256", "RS512"])


Spoil = Callable[[str, str, str, dict[str, Any]], str]
SPOILING: dict[str, Spoil] = {
    "no signature": lambda head, claims, sign, told: f"{encoded({'alg': 'none', 'kid': 'one'})}.{claims}.",
    "signature cut off": lambda head, claims, sign, told: f"{head}.{claims}.",
    "changed after signing": lambda head, claims, sign, told: f"{head}.{encoded(told | {'email': 'x'})}.{sign}",
    "somebody's own key": lambda head, claims, sign, told: signed(told, "stranger", alg="RS256", kid="one"),
    "an unknown key": lambda head, claims, sign, told: signed(told, "stranger", alg="RS256", kid="stranger"),
    "no kid": lambda head, claims, sign, told: signed(told, "one", alg="RS256"),
    "another algorithm": lambda head, claims, sign, told: signed(told, "one", alg="RS512", kid="one"),
    "the public key as a secret": lambda head, claims, sign, told: with_the_public_key_as_secret(claims),
    "two parts": lambda head, claims, sign, told: f"{head}.{claims}",
    "no token": lambda head, claims, sign, told: "nonsense",
    "a list": lambda head, claims, sign, told: f"{head}.W10.{sign}",
    "not even letters": lambda head, claims, sign, told: "é.é.é",
}
"""What can be wrong with a token, given its three parts and its claims."""


@pytest.mark.parametrize("name", SPOILING)
def test_a_token_that_clever_did_not_sign_is_refused(
    vendor: Vendor, clever: FakeOpenId, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = FakeOpenId.id_token

    def spoilt(self: FakeOpenId, user: str) -> str:
        parts = right(self, user).split(".")
        return SPOILING[name](parts[0], parts[1], parts[2], json.loads(urlsafe_b64decode(parts[1] + "==")))

    monkeypatch.setattr(FakeOpenId, "id_token", spoilt)
    expect_refused(vendor, come(vendor))


@pytest.mark.parametrize("path", [KEYS, DISCOVERY])
@pytest.mark.parametrize(("status", "body"), [(500, ""), (200, "{}"), (200, "[]"), (404, "<pre>")])
def test_without_keys_the_login_fails_calmly(
    vendor: Vendor, clever: FakeOpenId, path: str, status: int, body: str
) -> None:
    clever.faults.append(Fault(path, status, body=body))
    answer = come(vendor)
    assert 400 <= answer.status_code < 500 and "Log in with Clever" in answer.text and not is_in(vendor)
    assert come(vendor).location == "/home", "what could not be read is not kept"


def test_an_id_token_that_is_no_text_is_an_outage(
    vendor: Vendor, clever: FakeOpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeOpenId, "id_token", lambda self, user: {"not": "text"})
    assert come(vendor).status_code == 424


def test_keys_elsewhere_are_not_fetched(vendor: Vendor, clever: FakeOpenId) -> None:
    clever.faults.append(Fault(DISCOVERY, 200, body='{"issuer":"x","jwks_uri":"http://elsewhere.test/keys"}'))
    assert come(vendor).status_code == 424


def test_a_nonce_of_another_browser_is_refused(vendor: Vendor) -> None:
    other = re.search(r"nonce=([^&]+)", vendor.app.test_client().get("/login").location or "")
    assert other
    assert come(vendor, nonce=other[1]).status_code == 403


def test_an_app_without_openid_connect_sends_no_nonce_and_asks_for_no_keys(
    make: Make, clever: FakeOpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = make()
    assert "nonce" not in (vendor.browser.get("/login").location or "")
    assert vendor.log_in(ANA).status_code == 403, "a nonce nobody sent"
    clever.claims = {"nonce": None}
    assert vendor.log_in(ANA).location == "/home"
    monkeypatch.setattr(FakeOpenId, "id_token", lambda self, user: "")
    asked = len(clever.asked)
    assert vendor.log_in(ANA).location == "/home"
    assert KEYS not in [one.path for one in clever.asked[asked:]]


# ── Each mistake ──────────────────────────────────────────────────────────────────────────────────────────

LETS_IN = {
    "TrustsAnySignature": {"unsigned", "stranger"},
    "IgnoresTheIssuer": {"issuer"},
    "IgnoresTheAudience": {"audience"},
    "AcceptsExpiredIdTokens": {"expired"},
    "IgnoresTheNonce": {"nonce"},
    "IgnoresTheSubject": {"subject"},
    "KeepsTheFirstKeys": set(),
}
SPOILT: dict[str, dict[str, Any]] = {
    "unsigned": {"header": {"alg": "none"}},
    "stranger": {"signing": "stranger", "header": {"kid": "one"}},
    "issuer": {"claims": {"iss": "https://elsewhere.test"}},
    "audience": {"claims": {"aud": "another-app"}},
    "expired": {"claims": {"exp": NOW - 3600}},
    "nonce": {"claims": {"nonce": "stolen"}},
    "subject": {"claims": {"sub": id_(BO)}},
}


def lets_in(make: Make, behaviour: Behaviour) -> set[str]:
    """The spoilt tokens this behaviour takes; each comes to an app that knows Clever's keys."""
    vendor, taken = make(behaviour, openid=True), set()
    assert come(vendor).location == "/home"
    for name, how in SPOILT.items():
        minted = vendor.clever.minted
        vars(vendor.clever).update(vars(FakeOpenId()) | {"minted": minted} | how)
        taken |= {name} if come(vendor).location == "/home" else set()
    return taken


@pytest.mark.parametrize("name", ["", *LETS_IN])
def test_a_defect_takes_exactly_what_it_says(make: Make, name: str) -> None:
    assert lets_in(make, chosen(name) if name else Behaviour()) == LETS_IN.get(name, set())


def test_keeping_the_first_keys_ends_all_logins_when_they_change(make: Make, clever: FakeOpenId) -> None:
    for name, expected in (("KeepsTheFirstKeys", 403), ("IgnoresTheNonce", 302)):
        vendor = make(chosen(name), openid=True)
        vars(clever).update(vars(FakeOpenId()))
        assert come(vendor).location == "/home"
        clever.signing, clever.published = "two", ["two"]
        assert come(vendor).status_code == expected


def test_every_mistake_with_id_tokens_is_here() -> None:
    assert {name for name, one in EVERY.items() if one.__module__ == "vendor_app.defects.openid"} == set(LETS_IN)
