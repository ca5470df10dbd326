"""Open questions answered otherwise, world by world."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from clients import CALLBACK, Mock, Reader
from jsonschema import Draft202012Validator
from msgspec import structs
from town import ADA, DAN, PAT, ROOT, TOWN, town

from mock_clever.apps import GRANTS
from mock_clever.model import Disability, Snapshot
from mock_clever.versions import VERSIONS, Permission
from mock_clever.versions.schema import schema

V3_USERS = "/v3.1/users"
PAUSED = {"type": "record.update", "kind": "districts", "id": TOWN, "set": {"state": "paused"}}


def test_the_defaults_are_our_choices(mock: Mock) -> None:
    assert mock.control("GET", "settings") == {
        "rate_limit": 1200,
        "session_life": 7200,
        "token_credentials": "basic or body",
        "cancel": "stays",
        "role_choice": "priority",
        "lti_mode": "clever-sso",
        "issuer": "base URL",
        "user_type": "underscored",
        "id_token_district": "district",
        "unversioned_me": "v2.1",
        "district_me": "refused",
        "unauthorized": "recorded",
        "out_of_scope": "html",
        "unknown_role": "refuse",
        "unknown_parameter": "ignore",
        "link_order": "documented",
        "next_link": "exact",
        "empty_resources": "recorded",
        "other_methods": "501",
        "healthy_state": "running",
        "nulls": "absent",
        "event_order": "documented",
        "former_objects": "whole",
        "event_last_modified": "moves",
        "bare_self": "question mark",
        "event_delay": 0,
        "last_sync_events": "told",
        "student_extras": "absent",
        "spelling": "documented",
        "lms_go": "mended",
        "submission_id": "present",
        "submissions_self": "absent",
        "no_assignee_mode": "refused",
        "classroom_grades": "allowed",
        "variation": None,
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


def test_the_401_can_speak_as_lms_connect_does(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"unauthorized": "lms"})
    none, wrong = mock.client.get(V3_USERS), Reader(mock.client, "wrong").ask(V3_USERS)
    assert (none.status_code, none.get_json()) == (401, {"message": "No authorization provided"})
    assert (wrong.status_code, wrong.get_json()) == (403, {"message": "Could not authorize token"})


def rels(body: dict[str, Any]) -> list[str]:
    return [link["rel"] for link in body["links"]]


def test_paging_links_can_come_as_recorded_or_in_any_order(mock: Mock) -> None:
    page = f"{V3_USERS}?limit=2&starting_after={ADA}"
    assert rels(mock.reader().get(page)) == ["self", "next", "prev"]
    mock.control("PATCH", "settings", {"link_order": "recorded"})
    assert rels(mock.reader().get(page)) == ["self", "prev", "next"]
    mock.control("PATCH", "settings", {"link_order": "shuffled"})
    orders = {tuple(rels(mock.reader().get(f"{page}&n={n}"))) for n in range(40)}
    assert {tuple(sorted(order)) for order in orders} == {("next", "prev", "self")}
    assert len(orders) > 3


def test_a_full_last_page_can_have_a_next_that_leads_nowhere(mock: Mock) -> None:
    everybody = len(mock.reader().ids(V3_USERS))
    page = f"{V3_USERS}?limit={everybody}"
    assert rels(mock.reader().get(page)) == ["self"]
    mock.control("PATCH", "settings", {"next_link": "hopeful"})
    body = mock.reader().get(page)
    assert rels(body) == ["self", "next"]
    assert mock.reader().get(body["links"][1]["uri"])["data"] == []
    assert rels(mock.reader().get(f"{V3_USERS}?limit={everybody + 1}")) == ["self"]


def test_no_resources_can_be_an_ordinary_empty_list(mock: Mock) -> None:
    path = f"/v3.1/users/{DAN}/resources"
    assert mock.reader().get(path) == {"resources": []}
    mock.control("PATCH", "settings", {"empty_resources": "documented"})
    assert mock.reader().get(path) == {"links": [{"rel": "self", "uri": path}], "data": []}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writing_can_be_refused_in_three_ways(method: str, mock: Mock) -> None:
    found = []
    for way in ("501", "405", "html"):
        mock.control("PATCH", "settings", {"other_methods": way})
        found.append(mock.client.open(V3_USERS, method=method))
    assert [refused.status_code for refused in found] == [501, 405, 404]
    assert [refused.get_json(silent=True) for refused in found] == [
        {"message": "not implemented"},
        None,
        None,
    ]
    assert found[1].get_data() == b""
    assert f"<pre>Cannot {method} {V3_USERS}</pre>" in found[2].get_data(as_text=True)


def test_a_healthy_district_can_be_a_success_where_the_version_knows_the_word(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"healthy_state": "success"})
    states = {v: mock.reader().get(f"/{v}/districts")["data"][0]["data"]["state"] for v in ("v2.0", "v3.1")}
    assert states == {"v2.0": "success", "v3.1": "success"}
    assert mock.reader().get(f"/v1.2/districts/{TOWN}/status")["data"][0]["data"]["state"] == "running"
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [PAUSED]})
    assert mock.reader().get(f"/v3.1/districts/{TOWN}")["data"]["state"] == "paused"


def test_nullable_fields_without_a_value_can_be_null(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"nulls": "null"})
    pat = mock.reader().get(f"{V3_USERS}/{PAT}")["data"]
    assert pat["name"] == {"first": None, "middle": None, "last": "Pat Ñandú"}
    root = mock.reader().get(f"{V3_USERS}/{ROOT}")["data"]
    assert root["roles"]["district_admin"]["title"] is None
    dan = mock.reader().get(f"{V3_USERS}/{DAN}")["data"]["roles"]["student"]
    assert [key for key in ("grade", "gender", "dob", "race") if dan[key] is not None] == []
    assert "nces_id" in mock.reader().get(f"/v3.1/districts/{TOWN}")["data"]


def test_a_student_can_have_what_only_specifications_give_them(mock: Mock) -> None:
    plain = mock.reader().get(f"{V3_USERS}/{ADA}")["data"]
    mock.control("PATCH", "settings", {"student_extras": "present"})
    user = mock.reader().get(f"{V3_USERS}/{ADA}")["data"]
    more = {key: value for key, value in user["roles"]["student"].items() if key not in plain["roles"]["student"]}
    assert more == {
        "legacy_id": ADA,
        "created": user["created"],
        "last_modified": user["last_modified"],
        "unweighted_gpa": "",
        "weighted_gpa": "",
    }
    assert "legacy_id" not in mock.reader().get(f"/v2.1/students/{ADA}")["data"]


def test_disability_codes_and_chinese_can_be_spelled_as_the_specification_does() -> None:
    mock = Mock(chinese())
    mock.world.register(structs.replace(mock.sync, granted=frozenset({"disability", "home_language_code"})))
    before = mock.reader().get(f"{V3_USERS}/{ADA}")["data"]["roles"]["student"]
    mock.control("PATCH", "settings", {"spelling": "specification"})
    after = mock.reader().get(f"{V3_USERS}/{ADA}")["data"]["roles"]["student"]
    assert (before["home_language_code"], before["disability"]["disability_code"]) == ("chi", "AUT")
    assert (after["home_language_code"], after["disability"]) == (
        "zho",
        {"disability_status": "Y", "disability_type": "Autism", "disability_code": "aut"},
    )


def chinese() -> Snapshot:
    """The town, where Ada speaks Chinese at home and has a disability."""
    ada = town().users[ADA]
    assert ada.roles.student is not None
    disability = Disability(disability_status="Y", disability_type="Autism", disability_code="AUT")
    student = structs.replace(ada.roles.student, home_language_code="chi", disability=disability)
    return town().replace(
        users=[
            structs.replace(ada, roles=structs.replace(ada.roles, student=student)) if user.id == ADA else user
            for user in town().users
        ]
    )


@pytest.mark.parametrize("setting", ["nulls=null", "student_extras=present", "spelling=specification"])
@pytest.mark.parametrize("version", VERSIONS)
def test_records_told_otherwise_fit_the_schema_that_says_so(setting: str, version: str) -> None:
    mock = Mock(chinese())
    mock.world.register(structs.replace(mock.sync, granted=frozenset(GRANTS)))
    name, _, value = setting.partition("=")
    mock.control("PATCH", "settings", {name: value})
    permission = Permission(granted=frozenset(GRANTS))
    for collection in VERSIONS[version].collections.values():
        fits = Draft202012Validator(
            schema(version, collection.part, permission, switched=frozenset({setting}))
        ).validate
        for element in mock.reader().get(f"/{version}/{collection.name}").get("data", []):
            fits(element.get("data", element))


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


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("/v3.1/users?limit=2&role=student&count=&page=2", "page"),
        (f"/v3.1/users/{ADA}?limit=2", "limit"),
        (f"/v3.1/users/{ADA}/schools?primary=true&role=student", "role"),
        (f"/v2.1/students?where=%7B%7D&starting_after={ADA}", "where"),
        ("/v3.1/districts?limit=2", "limit"),
        ("/v3.1/events?record_type=users&role=student", "role"),
        (f"/v1.2/students/{ADA}/events?limit=1&school={ADA}", "school"),
    ],
)
def test_a_parameter_the_endpoint_does_not_have_can_be_refused(path: str, unknown: str, mock: Mock) -> None:
    assert mock.reader().ask(path).status_code == 200
    mock.control("PATCH", "settings", {"unknown_parameter": "refuse"})
    refused = mock.reader().ask(path)
    assert refused.status_code == 400
    assert refused.get_json()["message"].startswith(f"{unknown} is no parameter of this endpoint")
    known = path.replace(f"&{unknown}=2", "").replace(f"{unknown}=2", "").replace("&role=student", "")
    known = known.replace(f"&school={ADA}", "")
    if unknown != "where":
        assert mock.reader().ask(known).status_code == 200


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
