"""Faults of time and order, each in the world's own words, and plans of several: all of them or none."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from clients import CALLBACK, Browser, Mock, answered
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_data_folder import KeptMock
from town import ADA, BEN, DAN, TESS, TOWN

from mock_clever.faults.kinds import KINDS
from mock_clever.faults.targets import TARGETS
from mock_clever.serving import running

SAMPLES = Path(__file__).parent.parent / "docs" / "samples"
LEAVES = [{"type": "user.leave", "user": DAN}]


def plan(mock: Mock, **facts: Any) -> Any:
    return mock.control("POST", "faults", facts, 201)


def seen(mock: Mock) -> list[int]:
    return [fault["seen"] for fault in mock.control("GET", "faults")["faults"]]


def fault_of(response: Any) -> str | None:
    found: str | None = response.headers.get("Mock-Clever-Fault")
    return found


# reset


def test_a_reset_is_a_connection_error_in_this_process_and_leaves_the_next_request_alone(mock: Mock) -> None:
    plan(mock, path="/oauth/tokens", kind="reset")
    code = mock.code(ADA, mock.sso)
    with pytest.raises(ConnectionResetError):
        mock.exchange(code, mock.sso)
    assert mock.exchange(code, mock.sso).status_code == 200  # nothing was done the first time
    [row, _] = mock.control("GET", "journal?kind=oauth")["entries"]
    assert (row["status"], row["fault"], row["response"]) == (0, "F1", {"headers": {}, "body": None})


def test_a_reset_takes_its_own_connection_and_no_other(mock: Mock) -> None:
    with running(mock.app) as server, requests.Session() as patient:
        headers = {"Authorization": f"Bearer {mock.reader().token}"}
        assert patient.get(f"{server.url}/v3.0/terms", headers=headers, timeout=10).status_code == 200
        plan(mock, path="/v3.0/users", kind="reset", times=2)
        for method in ("GET", "HEAD"):
            with pytest.raises(requests.ConnectionError):
                requests.request(method, f"{server.url}/v3.0/users", headers=headers, timeout=10)
        assert patient.get(f"{server.url}/v3.0/users", headers=headers, timeout=10).status_code == 200


def test_a_reset_sends_not_one_byte(mock: Mock) -> None:
    plan(mock, path="/", kind="reset")
    with running(mock.app) as server:
        place = urlsplit(server.url)
        with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
            wire.sendall(b"GET /v3.0/users HTTP/1.1\r\nHost: x\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                assert wire.recv(1) is None


# expired-token


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ("recorded", {"code": 101, "error": "Unrecognized token string", "data": {}}),
        ("message", {"message": "Unrecognized token string"}),
    ],
)
def test_an_expired_token_is_refused_in_the_world_s_own_words(said: str, body: object, mock: Mock) -> None:
    mock.control("PATCH", "settings", {"unauthorized": said})
    ada = mock.signed_in(ADA, mock.sso)
    plan(mock, target="me", kind="expired-token")
    refused = ada.ask("/v3.1/me")
    assert (refused.status_code, refused.get_json(), fault_of(refused)) == (401, body, "F1")
    assert ada.ask("/v3.1/me").status_code == 200
    sent = mock.control("GET", "journal?kind=identity")["entries"]
    tokens = [row["request"]["headers"]["Authorization"] for row in sent]
    assert tokens[0] == tokens[1]  # the journal tells what was sent
    assert [row["credential"] for row in sent] == ["unknown", "user_token"]


def test_only_a_request_with_a_token_has_one_to_expire(mock: Mock) -> None:
    plan(mock, path="/", kind="expired-token")
    for response in (
        mock.client.get("/v3.1/me"),
        mock.client.get("/oauth/tokens", auth=(mock.sync.client_id, mock.sync.client_secret)),
    ):
        assert fault_of(response) is None
    assert seen(mock) == [0]
    assert fault_of(mock.reader().ask("/v3.1/users")) == "F1"


# duplicate-code


def come(browser: Browser, mock: Mock, user: str) -> Any:
    page = browser.authorize(mock.sso, redirect_uri=CALLBACK, state="s")
    return page if page.status_code == 302 else browser.choose(page, user)


def test_a_duplicate_code_is_one_that_was_exchanged_and_the_exchange_says_so(mock: Mock) -> None:
    plan(mock, path="/", kind="duplicate-code", times=None)
    browser = Browser(mock.app)
    first = come(browser, mock, ADA)
    code = answered(first.headers["Location"])["code"]
    assert fault_of(first) is None  # none was exchanged yet, so none can come again
    assert come(browser, mock, ADA).headers["Location"] != first.headers["Location"]
    assert mock.exchange(code, mock.sso).status_code == 200
    again = come(browser, mock, ADA)
    assert fault_of(again) == "F1"
    assert answered(again.headers["Location"])["code"] == code
    assert answered(again.headers["Location"])["state"] == "s"
    assert again.headers["Content-Length"] == str(len(again.get_data()))
    assert code in again.get_data(as_text=True)  # the link of the page leads where the redirect does
    refused = mock.exchange(code, mock.sso)
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    assert seen(mock) == [1]


def test_no_other_application_gets_a_duplicate_code(mock: Mock) -> None:
    plan(mock, path="/", kind="duplicate-code")
    mock.token(ADA, mock.sso)
    browser = Browser(mock.app)
    sent_on = browser.choose(browser.authorize(mock.sync, redirect_uri=CALLBACK), BEN)
    assert fault_of(sent_on) is None
    assert mock.exchange(answered(sent_on.headers["Location"])["code"], mock.sync).status_code == 200


# mid-walk-change


def walk(mock: Mock, path: str) -> list[Any]:
    """The answers of a walk, page after page."""
    answers, following = [], path
    while following:
        answers.append(mock.reader().ask(following))
        links = answers[-1].get_json()["links"]
        following = next((link["uri"] for link in links if link["rel"] == "next"), "")
    return answers


@pytest.mark.parametrize(("skip", "struck"), [(0, 1), (1, 2)])
def test_a_change_comes_between_two_pages(skip: int, struck: int, mock: Mock) -> None:
    plan(mock, target="users", kind="mid-walk-change", skip=skip, change=LEAVES)
    pages = walk(mock, "/v3.1/users?limit=2")
    assert [number for number, page in enumerate(pages) if fault_of(page)] == [struck]
    told = [record["data"]["id"] for page in pages for record in page.get_json()["data"]]
    assert (DAN in told) is (skip == 1)  # the fourth of nine stands on the second page
    assert DAN not in mock.reader().ids("/v3.1/users")


def test_what_is_no_walk_is_not_struck(mock: Mock) -> None:
    plan(mock, target="users", kind="mid-walk-change", change=LEAVES)
    mock.client.get("/v3.1/users?starting_after=6a0000000000000000000000")
    assert fault_of(mock.reader().ask("/v3.1/users")) is None
    assert seen(mock) == [0]


def test_a_change_that_makes_no_sense_any_more_strikes_nothing_and_is_told(mock: Mock) -> None:
    plan(mock, target="users", kind="mid-walk-change", change=LEAVES)
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": LEAVES})
    assert not any(fault_of(page) for page in walk(mock, "/v3.1/users?limit=3"))
    assert seen(mock) == [0]
    [first, *_] = [
        row["event"]
        for row in mock.control("GET", "journal?kind=event")["entries"]
        if row["event"]["what"] == "fault.missed"
    ]
    assert first["says"].startswith("F1 could not strike GET /v3.1/users: ")


# held-sync


def test_a_sync_is_held_whatever_its_size_and_can_be_approved(mock: Mock) -> None:
    plan(mock, kind="held-sync", district=TOWN)
    renamed = [{"type": "user.rename", "user": ADA, "first": "Augusta"}]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": renamed, "publish": False})
    assert mock.control("POST", f"districts/{TOWN}/sync")["outcome"] == "held"
    assert mock.reader().get(f"/v3.1/users/{ADA}")["data"]["name"]["first"] == "Ada"
    assert mock.control("GET", f"districts/{TOWN}/sync")["held"]["reasons"] == []
    assert mock.control("POST", f"districts/{TOWN}/sync/approve")["outcome"] == "published"
    assert mock.reader().get(f"/v3.1/users/{ADA}")["data"]["name"]["first"] == "Augusta"


def test_the_nightly_sync_is_held_too_and_another_district_s_is_not(mock: Mock) -> None:
    plan(mock, kind="held-sync", district="0" * 24, times=None)
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2027-01-04T08:00:00Z"})
    plan(mock, kind="held-sync", skip=1)
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    fired = mock.control("POST", "clock", {"advance": "P3D"})["fired"]
    assert [each["outcome"] for each in fired if each["what"] == "sync"] == ["published", "held", "published"]


# Plans


def test_a_plan_is_planned_whole_in_its_order(mock: Mock) -> None:
    told = plan(mock, plan=[{"target": "token", "status": 503}, {"target": "users", "kind": "html"}], seed=4)
    assert [(each["id"], each["target"], each["seed"]) for each in told["plan"]] == [
        ("F1", "token", 4),
        ("F2", "users", 4),
    ]
    assert mock.control("GET", "faults")["faults"] == told["plan"]


def test_the_plan_in_the_document_can_be_planned(mock: Mock) -> None:
    sample = json.loads((SAMPLES / "fault_plan.json").read_text(encoding="utf-8"))
    assert len(plan(mock, **sample)["plan"]) == len(sample["plan"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"plan": []}, "length >= 1"),
        ({"plan": {}}, "Expected `array`"),
        ({"plan": [{"path": "/"}, {"path": "/", "status": 200}]}, "`$.plan[1]`"),
        ({"plan": [{"path": "/"}, {"path": "/", "colour": "red"}]}, "`$.plan[1]`"),
        ({"plan": [{"path": "/"}], "path": "/"}, "unknown field `path`"),
        ({"plan": [{"path": "/"}, {"path": "/", "chance": 0.5}]}, "`$.plan[1]`"),
        ({"path": "/", "chance": 0.5}, "drawn from a `seed`"),
        ({"path": "/", "chance": 0, "seed": 1}, "> 0"),
        ({"path": "/", "chance": 1.5, "seed": 1}, "<= 1"),
        ({"path": "/", "seed": 2**60, "chance": 1}, "<="),
        ({"path": "/", "times": 2**70}, "<="),
        ({"target": "nothing"}, "choose one of token"),
        ({"kind": "mid-walk-change", "path": "/"}, "needs `change`"),
        ({"kind": "mid-walk-change", "path": "/", "change": []}, "needs `change`"),
        ({"kind": "mid-walk-change", "path": "/", "change": [{"type": "user.vanish"}]}, "user.vanish"),
        ({"path": "/", "change": LEAVES}, "no other kind"),
        ({"kind": "held-sync", "path": "/"}, "`district` alone"),
    ],
)
def test_a_plan_that_makes_no_sense_plans_nothing(body: object, words: str, mock: Mock) -> None:
    status, message = mock.refused("POST", "faults", body)
    assert (status, words in message) == (400, True), message
    assert mock.control("GET", "faults") == {"faults": []}
    assert plan(mock, path="/x")["id"] == "F1"  # not even a number was used


def struck(mock: Mock, seed: int, times: int | None = None) -> list[bool]:
    mock.control("DELETE", "faults")
    plan(mock, plan=[{"path": "/other"}, {"target": "users", "chance": 0.5, "times": times}], seed=seed)
    return [mock.reader().ask("/v3.0/users").status_code == 500 for _ in range(24)]


def test_chance_falls_the_same_way_for_the_same_seed_and_another_for_another(mock: Mock) -> None:
    once = struck(mock, 7)
    assert struck(mock, 7) == once
    assert struck(mock, 8) != once
    assert 5 < sum(once) < 19
    assert sum(struck(mock, 7, times=2)) == 2
    shown = mock.control("GET", "faults")["faults"][1]
    assert (shown["seen"], shown["struck"]) == (24, 2)


@pytest.mark.parametrize(
    ("method", "path", "targets"),
    [
        ("POST", "/oauth/tokens", {"token"}),
        ("GET", "/oauth/tokens/", {"district-tokens"}),
        ("GET", "/v3.1/me", {"me"}),
        ("GET", "/userinfo", {"me"}),
        ("GET", "/me", {"me"}),
        ("GET", "/v2.1/users", {"users", "data"}),
        ("GET", f"/v3.1/users/{ADA}", {"users", "data"}),
        ("GET", "/v3.1/usersandmore", {"data"}),
        ("GET", "/v1.1/events", {"events", "data"}),
        ("POST", "/v3.1/sections/1/assignments", {"sections", "assignments", "data"}),
        ("GET", "/v3.1/sections/1/assignments/2/submissions/3", {"sections", "submissions", "data"}),
        ("GET", "/oauth/certs", {"keys"}),
        ("GET", "/oauth/authorize", set()),
    ],
)
def test_a_target_is_a_name_for_paths_of_any_version(method: str, path: str, targets: set[str]) -> None:
    assert {name for name, target in TARGETS.items() if target.holds(method, path)} == targets


def test_it_strikes_only_who_asks(mock: Mock) -> None:
    ada, tess = mock.signed_in(ADA, mock.sso), mock.signed_in(TESS, mock.sso)
    plan(mock, target="me", user=ADA, times=None)
    assert [each.ask("/v3.1/me").status_code for each in (ada, tess)] == [500, 200]
    plan(mock, target="data", client_id=mock.sso.client_id, district=TOWN, times=None)
    assert mock.reader(mock.sync).ask("/v3.1/users").status_code == 200
    assert mock.reader(mock.sso).ask("/v3.1/users").status_code == 500
    plan(mock, path="/oauth/", client_id=mock.library.client_id, times=None)
    for app, status in ((mock.library, 500), (mock.sync, 200)):
        answer = mock.client.get("/oauth/tokens", auth=(app.client_id, app.client_secret))
        assert answer.status_code == status
    login = {"response_type": "code", "client_id": mock.library.client_id}
    assert mock.client.get("/oauth/authorize", query_string=login).status_code == 500


def test_what_is_planned_outlives_a_restart_and_goes_on_where_it_was(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "one")
    facts = {"target": "users", "chance": 0.5, "times": 3}
    walk_on = {"target": "users", "kind": "mid-walk-change", "change": LEAVES}
    plan(mock, plan=[{"path": "/other"}, facts, walk_on], seed=3)
    before = [mock.reader().ask("/v3.0/users").status_code for _ in range(3)]
    assert 500 in before
    left = KeptMock(mock.crashed("two"))
    assert left.control("GET", "faults") == mock.control("GET", "faults")
    following = [[each.reader().ask("/v3.0/users").status_code for _ in range(8)] for each in (mock, left)]
    assert following[0] == following[1]
    assert [*before, *following[0]].count(500) == 3
    walk(left, "/v3.1/users?limit=5")
    assert DAN not in KeptMock(left.crashed("three")).reader().ids("/v3.1/users")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("/"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FAULTS = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(["/", "/v3", "/oauth"]) | VALUES,
        "target": st.sampled_from([*TARGETS]) | VALUES,
        "kind": st.sampled_from([*KINDS]) | VALUES,
        "method": st.sampled_from(["GET", "POST"]) | VALUES,
        "status": st.integers(399, 600) | VALUES,
        "skip": st.integers(-1, 2) | VALUES,
        "times": st.integers(0, 3) | VALUES,
        "chance": st.floats(0, 1.1) | VALUES,
        "seed": st.integers(),
        "change": st.just(LEAVES) | VALUES,
        "seconds": st.just(0) | VALUES,
    },
)


@given(
    body=VALUES | FAULTS | st.fixed_dictionaries({"plan": st.lists(FAULTS, max_size=3) | VALUES, "seed": VALUES})
)
@example(body={"plan": [{"path": "/", "message": "\ud800"}]})
@settings(max_examples=40)
def test_whatever_is_planned_is_planned_whole_or_refused_and_then_nothing_is(body: Any) -> None:
    mock = SHARED
    mock.control("DELETE", "faults")
    answer = mock.client.post("/_mock/faults", data=json.dumps(body), content_type="application/json")
    now = mock.control("GET", "faults")["faults"]
    assert answer.status_code in (201, 400), answer.get_data(as_text=True)
    if answer.status_code == 400:
        assert list(answer.get_json()) == ["message"]
        assert now == []
    else:
        assert now == answer.get_json().get("plan", [answer.get_json()])


SHARED = Mock()
