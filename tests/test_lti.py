"""Launches from an LMS: as a login from Clever, and by an id_token whose every claim is written out here."""

from __future__ import annotations

from typing import Any

import pytest
from clients import CALLBACK, Mock, answered
from joserfc import jwt
from joserfc.jwk import KeySet
from msgspec import structs
from tool import HOME, LAUNCH, LOGIN, asked, auth_request, authorized, claims_of, joined, jwks, registered, told
from town import ADA, ALGEBRA_ASH, BEN, BIOLOGY_ASH, BIOLOGY_BIRCH, CLEO, PAT, ROOT, SOL, TESS, TOWN, UMA

from mock_clever.lti.launch import KEPT, LIFE
from mock_clever.lti.misbehaviours import MISBEHAVIOURS

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"


@pytest.fixture
def lms(mock: Mock) -> Mock:
    """The town with Canvas, and the roster application as an LTI tool; it is noon."""
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2026-09-01T12:00:00Z"})
    joined(mock)
    registered(mock)
    return mock


# As a login from Clever.


def test_by_default_a_launch_arrives_as_a_login_from_clever_without_a_state(lms: Mock) -> None:
    launched = lms.control("POST", f"lms/{TOWN}/launch", {"user": BEN})
    redirect, who = launched.pop("redirect"), launched.pop("user")
    assert launched == {"mode": "clever-sso", "client_id": lms.sync.client_id, "section": ALGEBRA_ASH}
    assert who["id"] == BEN
    assert redirect.startswith(f"{CALLBACK}?code=")
    assert set(answered(redirect)) == {"code", "scope"}
    token = lms.exchange(answered(redirect)["code"], lms.sync).get_json()["access_token"]
    me = lms.client.get("/v3.1/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert me["data"]["id"] == BEN


def test_the_other_way_can_be_the_default(lms: Mock) -> None:
    lms.control("PATCH", "settings", {"lti_mode": "id-token"})
    launched = lms.control("POST", f"lms/{TOWN}/launch", {"user": "21"})
    assert (launched["mode"], launched["user"]["id"]) == ("id-token", TESS)
    assert launched["redirect"].startswith(f"{LOGIN}?iss=")
    assert asked(lms, mode="clever-sso")["redirect"].startswith(CALLBACK)


def test_whoever_only_logs_people_in_is_launched_for_the_product_that_has_lms_connect(lms: Mock) -> None:
    redirect = asked(lms, BEN, "clever-sso", client_id=lms.sso.client_id)["redirect"]
    assert lms.exchange(answered(redirect)["code"], lms.sso).status_code == 200
    assert lms.world.launches.has(lms.connection(lms.sync), BEN)
    assert not lms.world.launches.has(lms.connection(lms.sso), BEN)


# Who came is remembered.


@pytest.mark.parametrize("mode", ["clever-sso", "id-token"])
def test_a_student_who_was_launched_is_remembered_and_nobody_else(mode: str, lms: Mock) -> None:
    connection = lms.connection(lms.sync)
    for user in (TESS, BEN):
        redirect = asked(lms, user, mode)["redirect"]
        if mode == "id-token":
            assert not lms.world.launches.has(connection, user)
            authorized(lms, auth_request(redirect))
    assert lms.world.launches.has(connection, BEN)
    assert not any(lms.world.launches.has(connection, user) for user in (TESS, CLEO))


def test_a_launch_that_is_wrong_on_purpose_is_none(lms: Mock) -> None:
    authorized(lms, auth_request(asked(lms, BEN, misbehave="signature")["redirect"]))
    assert not lms.world.launches.has(lms.connection(lms.sync), BEN)


# By an id_token: everything it says.


def test_a_login_is_initiated_with_hints_and_the_deployment(lms: Mock) -> None:
    redirect = asked(lms, TESS)["redirect"]
    assert redirect.startswith(f"{LOGIN}?")
    begun = answered(redirect)
    assert len(begun.pop("lti_message_hint")) == 40
    assert begun == {
        "iss": "http://localhost",
        "login_hint": TESS,
        "target_link_uri": HOME,
        "lti_deployment_id": lms.connection(lms.sync),
        "client_id": lms.sync.client_id,
    }


def test_a_login_url_may_have_a_query_of_its_own(lms: Mock) -> None:
    registered(lms, login_url=f"{LOGIN}?tenant=1")
    assert asked(lms)["redirect"].startswith(f"{LOGIN}?tenant=1&iss=")


def test_a_teacher_comes_with_these_claims(lms: Mock) -> None:
    link = asked_link(lms, ALGEBRA_ASH)
    assert told(lms, TESS) == {
        "iss": "http://localhost",
        "sub": TESS,
        "aud": lms.sync.client_id,
        "iat": 1788264000,
        "exp": 1788267600,
        "nonce": "n-1",
        "name": "Tess Berg",
        "given_name": "Tess",
        "family_name": "Berg",
        "email": "tess@example.org",
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": lms.connection(lms.sync),
        f"{CLAIM}target_link_uri": HOME,
        f"{CLAIM}resource_link": {"id": link, "title": "Example Roster"},
        f"{CLAIM}roles": [f"{PERSON}Faculty", f"{MEMBER}Instructor"],
        f"{CLAIM}context": {
            "id": ALGEBRA_ASH,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
            "title": "Algebra 1",
        },
        f"{CLAIM}custom": {
            "clever_user_id": TESS,
            "clever_section_id": ALGEBRA_ASH,
            "clever_district_id": TOWN,
        },
        f"{CLAIM}launch_presentation": {
            "document_target": "window",
            "return_url": f"http://localhost/lms/{TOWN}/sections/{ALGEBRA_ASH}",
            "locale": "en-US",
        },
        f"{CLAIM}tool_platform": {
            "guid": TOWN,
            "name": "Hand-Written Town",
            "product_family_code": "canvas",
        },
        f"{CLAIM}lis": {"person_sourcedid": "t21", "course_section_sourcedid": "x01"},
    }


def asked_link(mock: Mock, section: str) -> str:
    """The id of the application's own link in a section, as somebody else meets it."""
    found: str = told(mock, UMA, section=section)[f"{CLAIM}resource_link"]["id"]
    return found


@pytest.mark.parametrize(
    ("user", "section", "roles", "context"),
    [
        (BEN, None, [f"{PERSON}Student", f"{MEMBER}Learner"], ALGEBRA_ASH),
        (BEN, BIOLOGY_ASH, [f"{PERSON}Student", f"{MEMBER}Learner"], BIOLOGY_ASH),
        (BEN, "", [f"{PERSON}Student"], None),
        (
            UMA,
            BIOLOGY_BIRCH,
            [f"{PERSON}Faculty", f"{MEMBER}Instructor", f"{PERSON}Administrator", f"{MEMBER}Administrator"],
            BIOLOGY_BIRCH,
        ),
        (SOL, None, [f"{PERSON}Staff"], None),
        (ROOT, None, [f"{PERSON}Administrator"], None),
    ],
)
def test_roles_and_course_are_those_of_the_person(
    user: str, section: str | None, roles: list[str], context: str | None, lms: Mock
) -> None:
    claims = told(lms, user, **({} if section is None else {"section": section}))
    assert claims[f"{CLAIM}roles"] == roles
    assert claims.get(f"{CLAIM}context", {}).get("id") == context
    assert claims[f"{CLAIM}custom"].get("clever_section_id") == context
    assert claims["sub"] == claims[f"{CLAIM}custom"]["clever_user_id"] == user


def test_a_placement_has_one_id_and_every_other_has_another(lms: Mock) -> None:
    def link(**more: Any) -> str:
        found: str = told(lms, TESS, **more)[f"{CLAIM}resource_link"]["id"]
        return found

    assert link() == link(section=ALGEBRA_ASH)
    assert len({link(), link(section=BIOLOGY_ASH), link(target=f"{HOME}/quiz"), link(section="")}) == 4


def test_an_application_is_told_what_it_sees_and_no_more(lms: Mock) -> None:
    body = {"login_url": LOGIN, "redirect_uris": [LAUNCH], "target_link_uri": HOME}
    lms.control("PUT", f"apps/{lms.sso.client_id}/lti", body)
    claims = told(lms, BEN, client_id=lms.sso.client_id)
    assert (claims["name"], claims["email"]) == ("Ben O'Hare", "ben@example.org")
    assert (claims["aud"], claims[f"{CLAIM}deployment_id"]) == (lms.sso.client_id, lms.connection(lms.sso))
    assert f"{CLAIM}lis" not in claims
    assert claims[f"{CLAIM}context"] == {
        "id": ALGEBRA_ASH,
        "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
    }
    lms.control("POST", "apps", {"client_id": lms.sync.client_id, "off": ["user.email", "student.email"]})
    assert "email" not in told(lms, BEN)


def test_deep_linking_asks_for_content_and_has_no_resource_link(lms: Mock) -> None:
    claims = told(lms, TESS, deep_linking=True)
    settings = claims.pop(f"{DEEP_LINKING}deep_linking_settings")
    assert len(settings.pop("data")) == 40
    assert settings == {
        "deep_link_return_url": "http://localhost/lti/deep-link",
        "accept_types": ["ltiResourceLink", "link"],
        "accept_presentation_document_targets": ["window", "iframe"],
        "accept_multiple": True,
        "auto_create": False,
    }
    assert claims[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    assert f"{CLAIM}resource_link" not in claims


def test_an_id_token_is_signed_by_a_published_key_and_so_is_one_from_before_a_rotation(lms: Mock) -> None:
    def checked(token: str) -> Any:
        keys = KeySet.import_key_set(lms.client.get("/lti/jwks").get_json())
        return jwt.decode(token, keys, algorithms=["RS256"])

    before = authorized(lms, auth_request(asked(lms)["redirect"]))["id_token"]
    lms.control("POST", "keys/rotate")
    after = authorized(lms, auth_request(asked(lms)["redirect"]))["id_token"]
    assert checked(before).claims["sub"] == checked(after).claims["sub"] == TESS
    assert checked(before).header["kid"] != checked(after).header["kid"]
    assert set(checked(after).header) == {"typ", "alg", "kid"}
    jwk = lms.client.get("/lti/jwks").get_json()["keys"]
    assert [set(key) for key in jwk] == [{"kty", "n", "e", "kid", "alg", "use"}] * 2


def test_worlds_are_platforms_of_their_own(lms: Mock) -> None:
    lms.control("POST", "worlds", {"name": "b"}, 201)
    other = lms.client.get("/w/b/_mock/lti").get_json()
    assert other["issuer"] == "http://localhost/w/b"
    assert other["jwks_uri"] == "http://localhost/w/b/lti/jwks"
    assert other["tools"] == []
    ours, theirs = lms.client.get("/lti/jwks").get_json(), lms.client.get("/w/b/lti/jwks").get_json()
    assert ours["keys"][0]["kid"] != theirs["keys"][0]["kid"]


# Wrong on purpose: one thing each.


@pytest.mark.parametrize("name", sorted(MISBEHAVIOURS))
def test_a_misbehaviour_is_wrong_in_one_thing(name: str, lms: Mock) -> None:
    deep_linking = name in ("no-settings", "return-url", "accept-types")
    begun = asked(lms, deep_linking=deep_linking)
    right = authorized(lms, auth_request(begun["redirect"], nonce="first"))
    other = asked(lms, deep_linking=deep_linking, misbehave=name)
    wrong = authorized(lms, auth_request(other["redirect"], nonce="second"))
    login = differences(answered(begun["redirect"]), answered(other["redirect"])) - {"lti_message_hint"}
    form = differences(right, wrong) - {"id_token"}
    claims = set()
    if "id_token" in wrong and name != "format":
        claims = differences(claims_of(right["id_token"]), claims_of(wrong["id_token"])) - {"nonce"}
    expected: dict[str, tuple[set[str], set[str], set[str]]] = {
        "error": (set(), {"error", "error_description"}, set()),
        "state": (set(), {"state"}, set()),
        "no-state": (set(), {"state"}, set()),
        "deployment-hint": ({"lti_deployment_id"}, set(), set()),
        "target": ({"target_link_uri"}, set(), set()),
        "issuer": (set(), set(), {"iss"}),
        "audience": (set(), set(), {"aud"}),
        "authorized-party": (set(), set(), {"azp"}),
        "expired": (set(), set(), {"iat", "exp"}),
        "issued-in-the-future": (set(), set(), {"iat", "exp"}),
        "no-expiry": (set(), set(), {"exp"}),
        "deployment": (set(), set(), {f"{CLAIM}deployment_id"}),
        "no-deployment": (set(), set(), {f"{CLAIM}deployment_id"}),
        "version": (set(), set(), {f"{CLAIM}version"}),
        "no-version": (set(), set(), {f"{CLAIM}version"}),
        "message-type": (set(), set(), {f"{CLAIM}message_type"}),
        "no-message-type": (set(), set(), {f"{CLAIM}message_type"}),
        "no-subject": (set(), set(), {"sub"}),
        "no-roles": (set(), set(), {f"{CLAIM}roles"}),
        "no-target": (set(), set(), {f"{CLAIM}target_link_uri"}),
        "no-resource-link": (set(), set(), {f"{CLAIM}resource_link"}),
        "resource-link-id": (set(), set(), {f"{CLAIM}resource_link"}),
    }
    if deep_linking:
        assert claims == {f"{DEEP_LINKING}deep_linking_settings"}  # its data is another each time
    else:
        assert (login, form, claims) == expected.get(name, (set(), set(), set()))
    assert ("id_token" in wrong) == (name not in ("no-token", "error"))


def differences(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one | other if one.get(name) != other.get(name)}


@pytest.mark.parametrize(
    ("name", "nonce"),
    [("signature", "second"), ("nonce", "of another login"), ("no-nonce", None), ("replay", "first")],
)
def test_the_nonce_is_the_tool_s_own_but_where_that_is_what_is_wrong(
    name: str, nonce: str | None, lms: Mock
) -> None:
    authorized(lms, auth_request(asked(lms)["redirect"], nonce="first"))
    wrong = authorized(lms, auth_request(asked(lms, misbehave=name)["redirect"], nonce="second"))
    assert claims_of(wrong["id_token"]).get("nonce") == nonce


# Who may launch, and from where.


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (lambda mock: mock.world.links.clear(), 409, "no LMS here"),
        (lambda mock: joined(mock, "google_classroom"), 409, "Google Classroom has no LTI"),
        (lambda mock: joined(mock, state="matching_in_progress"), 409, "not usable: matching_in_progress"),
        (lambda mock: joined(mock, state="disconnected"), 409, "not usable: disconnected"),
        (lambda mock: connection(mock, lms_connect="requested"), 409, "no application has LMS Connect"),
        (lambda mock: connection(mock, launched=False), 403, "has not launched yet"),
        (lambda mock: connection(mock, connected=False), 409, "no application has LMS Connect"),
        (lambda mock: mock.share(type="sections", ids=[BIOLOGY_BIRCH]), 403, "do not have access"),
        (lambda mock: supported(mock, "teacher"), 403, "does not support that user type"),
    ],
)
@pytest.mark.parametrize("mode", ["clever-sso", "id-token"])
def test_nobody_is_launched_who_cannot_log_in_or_has_no_lms(
    change: Any, status: int, words: str, mode: str, lms: Mock
) -> None:
    before, id = auth_request(asked(lms, BEN)["redirect"]), lms.connection(lms.sync)
    change(lms)
    told_status, message = lms.refused("POST", f"lms/{TOWN}/launch", {"user": BEN, "mode": mode})
    assert (told_status, words in message) == (status, True), message
    if mode == "id-token":  # one that began before ends there
        assert authorized(lms, before) == {
            "error": "access_denied",
            "error_description": "this person may not use the application now",
            "state": "s-1",
        }
    assert not lms.world.launches.has(id, BEN)


def test_a_course_that_is_shared_no_more_is_not_told(lms: Mock) -> None:
    before = auth_request(asked(lms, TESS)["redirect"])
    lms.share(type="sections", ids=[BIOLOGY_ASH])
    assert authorized(lms, before)["error"] == "access_denied"
    assert told(lms, TESS)[f"{CLAIM}context"]["id"] == BIOLOGY_ASH


def connection(mock: Mock, **values: Any) -> None:
    mock.world.reconnect(mock.connection(mock.sync), **values)


def supported(mock: Mock, *types: str) -> None:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "supported_user_types": list(types)})


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({}, 400, "missing required field `user`"),
        ({"user": "nobody"}, 404, "nobody here"),
        ({"user": ADA}, 409, "Ada Ñandú was not found in the LMS"),  # she has no e-mail address
        ({"user": PAT}, 403, "does not support"),
        ({"user": TESS, "client_id": "x"}, 404, "no application has the client id"),
        ({"user": TESS, "mode": "saml"}, 400, "Invalid enum value"),
        ({"user": TESS, "misbehave": "signature"}, 400, "add mode 'id-token'"),
        ({"user": TESS, "deep_linking": True}, 400, "add mode 'id-token'"),
        ({"user": TESS, "initiation": "form"}, 400, "add mode 'id-token'"),
        ({"user": TESS, "mode": "id-token", "misbehave": "badly"}, 400, "badly is unknown; choose from signature"),
        ({"user": TESS, "mode": "id-token", "misbehave": "no-settings"}, 400, "LtiDeepLinkingRequest"),
        ({"user": TESS, "mode": "id-token", "misbehave": "replay"}, 409, "no launch to repeat"),
        ({"user": TESS, "mode": "id-token", "section": BIOLOGY_BIRCH}, 409, "not in this class"),
        ({"user": TESS, "section": "x"}, 409, "not in this class"),
        ({"user": TESS, "mode": "id-token", "target": "https://evil.example/"}, 400, "leads out of the app"),
        ({"user": TESS, "mode": "id-token", "target": "http://127.0.0.1:5000@x/"}, 400, "leads out of the app"),
        ({"user": TESS, "mode": "id-token", "target": "http://127.0.0.1:5000/ a"}, 400, "leads out of the app"),
        ({"user": TESS, "mode": "id-token", "target": "http://[/"}, 400, "leads out of the app"),
        ({"user": BEN, "mode": "id-token", "deep_linking": True}, 409, "Only teachers place links"),
        ({"user": ROOT, "mode": "id-token", "deep_linking": True}, 409, "Only teachers place links"),
        ({"user": TESS, "mode": "id-token", "deep_linking": True, "section": ""}, 409, "Only teachers place"),
    ],
)
def test_a_launch_that_cannot_be_says_why(sent: dict[str, Any], status: int, words: str, lms: Mock) -> None:
    told_status, message = lms.refused("POST", f"lms/{TOWN}/launch", sent)
    assert (told_status, words in message) == (status, True), message


def test_there_is_no_launch_in_a_district_that_is_not_there(lms: Mock) -> None:
    assert lms.refused("POST", "lms/6a000000000000000000ffff/launch", {"user": TESS})[0] == 404


def test_a_section_that_the_lms_does_not_have_is_not_launched_from(lms: Mock) -> None:
    lms.world.links[TOWN] = structs.replace(lms.world.links[TOWN], unmatched=frozenset({ALGEBRA_ASH}))
    assert asked(lms, TESS)["section"] == BIOLOGY_ASH


# Registration.


def test_a_tool_is_registered_shown_kept_by_a_reset_and_taken_away(lms: Mock) -> None:
    shown = lms.control("GET", "lti")
    (tool,) = shown.pop("tools")
    assert tool == {
        "client_id": lms.sync.client_id,
        "name": "Example Roster",
        "login_url": LOGIN,
        "redirect_uris": [LAUNCH],
        "target_link_uri": HOME,
        "jwks": jwks(),
        "deployments": [
            {"deployment_id": lms.connection(lms.sync), "district": TOWN, "lms_type": "canvas"},
        ],
    }
    misbehaviours = shown.pop("misbehaviours")
    assert set(misbehaviours) == set(MISBEHAVIOURS)
    assert misbehaviours["no-nonce"] == "No nonce."
    assert shown == {
        "issuer": "http://localhost",
        "authorization_endpoint": "http://localhost/lti/authorize",
        "jwks_uri": "http://localhost/lti/jwks",
        "deep_link_return_url": "http://localhost/lti/deep-link",
        "mode": "clever-sso",
        "links": [],
    }
    lms.control("POST", "reset")
    assert [each["login_url"] for each in lms.control("GET", "lti")["tools"]] == [LOGIN]
    lms.control("POST", "apps", {"client_id": lms.sync.client_id, "name": "Renamed"})
    assert lms.control("GET", "lti")["tools"][0]["name"] == "Renamed"
    lms.control("DELETE", f"apps/{lms.sync.client_id}/lti")
    assert lms.control("GET", "lti")["tools"] == []
    joined(lms)
    assert lms.refused("POST", f"lms/{TOWN}/launch", {"user": TESS, "mode": "id-token"})[0] == 409


PRIVATE = {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}]}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"login_url": None}, "Expected `str`"),
        ({"login_url": "javascript:alert(1)"}, "must begin with http"),
        ({"redirect_uris": []}, "redirect_uris cannot be empty"),
        ({"redirect_uris": ["//evil.example"]}, "must begin with http"),
        ({"redirect_uris": ["http://x/#a"]}, "cannot hold"),
        ({"target_link_uri": "/app"}, "must begin with http"),
        ({"jwks": []}, "Expected `object | null`"),
        ({"jwks": {}}, "a JWK set with `keys`"),
        ({"jwks": {"keys": [{}] * 11}}, "at most 10"),
        ({"jwks": {"keys": ["key"]}}, "no public RSA key"),
        ({"jwks": {"keys": [{"kty": "EC"}]}}, "no public RSA key"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}}, "has not 2048 to 8192 bits"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "", "e": ""}]}}, "has not 2048"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "w" * 9000, "e": "AQAB"}]}}, "has not 2048"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "w" * 171, "e": "AQAB"}]}}, "has not 2048"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "w" * 342, "e": ""}]}}, "no RSA key"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "ñ", "e": "AQAB"}]}}, "has not 2048"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "w", "e": "AQAB"}] * 2}}, "two keys of the same"),
        ({"jwks": PRIVATE}, "private key"),
        ({"jwks_uri": "https://tool.example/jwks"}, "unknown field `jwks_uri`"),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused(sent: dict[str, Any], words: str, mock: Mock) -> None:
    body = {"login_url": LOGIN, "redirect_uris": [LAUNCH], "target_link_uri": HOME, "jwks": jwks()} | sent
    status, message = mock.refused("PUT", f"apps/{mock.sync.client_id}/lti", body)
    assert (status, words in message) == (400, True), message
    assert mock.control("GET", "lti")["tools"] == []


def test_only_an_application_can_be_a_tool(mock: Mock) -> None:
    body = {"login_url": LOGIN, "redirect_uris": [LAUNCH], "target_link_uri": HOME}
    assert mock.refused("PUT", "apps/nobody/lti", body)[0] == mock.refused("DELETE", "apps/nobody/lti")[0] == 404


# How long a launch waits.


def test_a_launch_is_good_for_one_answer_within_five_minutes(lms: Mock) -> None:
    over = {"error": "login_required", "state": "s-1"}
    first, second = (auth_request(asked(lms)["redirect"]) for _ in range(2))
    assert "id_token" in authorized(lms, first)
    assert over.items() <= authorized(lms, first).items()
    lms.control("POST", "clock", {"advance": LIFE})
    assert "id_token" in authorized(lms, second)
    third = auth_request(asked(lms)["redirect"])
    lms.control("POST", "clock", {"advance": LIFE + 1})
    assert over.items() <= authorized(lms, third).items()


def test_old_launches_are_forgotten(lms: Mock) -> None:
    first = auth_request(asked(lms)["redirect"])
    waiting = lms.world.platform._launches
    template = next(iter(waiting.values()))
    waiting |= {str(n): template for n in range(KEPT)}
    asked(lms)
    assert len(waiting) == KEPT
    assert "error" in authorized(lms, first)
