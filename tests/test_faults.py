"""Faults: planned, numbered, striking by count, and named in every answer they strike."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Browser, Mock
from town import ADA, ASH, TOWN


def plan(mock: Mock, path: str, **facts: Any) -> str:
    id: str = mock.control("POST", "faults", {"path": path, **facts}, 201)["id"]
    return id


def statuses(mock: Mock, times: int, path: str = "/v3.0/users") -> list[int]:
    return [mock.reader().ask(path).status_code for _ in range(times)]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 502, 503, 599])
def test_a_status_fault_answers_in_clever_s_shape(status: int, mock: Mock) -> None:
    plan(mock, "/v3.0/users", status=status)
    response = mock.reader().ask("/v3.0/users")
    assert response.status_code == status
    assert response.headers["Mock-Clever-Fault"] == "F1"
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Powered-By"] == "Express"
    assert response.get_data() == (b"" if status == 429 else b'{"message":"Internal error"}')


def test_an_html_fault(mock: Mock) -> None:
    plan(mock, "/v3.0/users", kind="html", status=502)
    response = mock.reader().ask("/v3.0/users")
    assert (response.status_code, response.mimetype) == (502, "text/html")
    assert response.get_data().startswith(b"<!DOCTYPE html>")


def test_an_empty_fault(mock: Mock) -> None:
    plan(mock, "/v3.0/users", kind="empty")
    response = mock.reader().ask("/v3.0/users")
    assert (response.status_code, response.get_data(), response.is_json) == (200, b"{}", True)


def test_a_truncate_fault_sends_the_first_half(mock: Mock) -> None:
    whole = mock.reader().ask("/v3.0/users").get_data()
    plan(mock, "/v3.0/users", kind="truncate")
    half = mock.reader().ask("/v3.0/users")
    assert half.get_data() == whole[: len(whole) // 2]
    assert (half.status_code, half.headers["Mock-Clever-Fault"]) == (200, "F1")
    assert mock.reader().ask("/v3.0/users").get_data() == whole


def test_a_repeat_fault_tells_every_element_twice_and_spares_a_single_record(mock: Mock) -> None:
    whole = mock.reader().ask("/v3.0/users").get_json()
    plan(mock, "/v3.0/users", kind="repeat", times=None)
    twice = mock.reader().ask("/v3.0/users")
    assert twice.get_json() == {**whole, "data": whole["data"] + whole["data"]}
    assert twice.headers["Content-Length"] == str(len(twice.get_data()))
    one = mock.reader().ask(f"/v3.0/users/{ADA}").get_json()
    assert one["data"]["id"] == ADA


def test_a_reorder_fault_tells_a_list_last_to_first_and_keeps_ids_and_links(mock: Mock) -> None:
    whole = mock.reader().ask("/v3.0/users?limit=3").get_json()
    plan(mock, "/v3.0/users", kind="reorder", times=None)
    turned = mock.reader().ask("/v3.0/users?limit=3")
    a, b, c = whole["data"]
    assert turned.get_json() == {**whole, "data": [c, b, a]}
    assert turned.headers["Mock-Clever-Fault"] == "F1"
    assert next(link["uri"] for link in whole["links"] if link["rel"] == "next").endswith(c["data"]["id"])
    assert mock.reader().ask(f"/v3.0/users/{ADA}").get_json()["data"]["id"] == ADA


def test_a_struck_answer_carries_the_headers_planned(mock: Mock) -> None:
    plan(mock, "/v3.0/users", status=429, headers={"X-Ratelimit-Reset": "1798761600"})
    response = mock.reader().ask("/v3.0/users")
    assert (response.status_code, response.headers["X-Ratelimit-Reset"]) == (429, "1798761600")


def test_it_strikes_by_count(mock: Mock) -> None:
    plan(mock, "/v3.0/users", skip=1, times=2)
    assert statuses(mock, 5) == [200, 500, 500, 200, 200]
    plan(mock, "/v3.0/schools", times=None)
    assert statuses(mock, 3, "/v3.0/schools") == [500, 500, 500]


def test_it_strikes_the_paths_and_the_method_it_names(mock: Mock) -> None:
    plan(mock, "/v3.0/users/", times=None)
    assert statuses(mock, 1) == [200]
    assert statuses(mock, 1, f"/v3.0/users/{ADA}") == [500]
    plan(mock, "/oauth/tokens", method="POST", times=None, status=503)
    assert mock.client.get("/oauth/tokens").status_code == 401
    assert mock.client.post("/oauth/tokens").status_code == 503


def test_the_first_planned_strikes_first_and_the_next_counts_only_what_is_left(mock: Mock) -> None:
    plan(mock, "/v3.0/", status=501)
    plan(mock, "/v3.0/users", status=502)
    assert statuses(mock, 3) == [501, 502, 200]
    shown = mock.control("GET", "faults")["faults"]
    assert [(fault["id"], fault["seen"]) for fault in shown] == [("F1", 3), ("F2", 2)]


def test_a_struck_token_endpoint_leaves_the_code_good(mock: Mock) -> None:
    code = mock.code(ADA, mock.sso)
    plan(mock, "/oauth/tokens")
    assert mock.exchange(code, mock.sso).status_code == 500
    assert mock.exchange(code, mock.sso).status_code == 200


def test_pages_can_be_struck_and_the_control_plane_never(mock: Mock) -> None:
    plan(mock, "/", times=None)
    assert Browser(mock.app).client.get("/oauth/authorize").status_code == 500
    assert mock.control("GET", "health")["status"] == "ok"
    assert mock.control("POST", "clock", {"freeze": True})["frozen"]


def test_the_journal_names_the_fault(mock: Mock) -> None:
    plan(mock, "/v3.0/users")
    statuses(mock, 2)
    rows = mock.control("GET", "journal?kind=data")["entries"]
    assert [(row["status"], row["fault"]) for row in rows] == [(500, "F1"), (200, None)]
    assert rows[0]["response"]["headers"]["Mock-Clever-Fault"] == "F1"


def test_clearing_and_resetting_forget_every_fault_and_numbers_go_on(mock: Mock) -> None:
    plan(mock, "/v3.0/users", times=None)
    assert mock.control("DELETE", "faults") == {"faults": []}
    assert statuses(mock, 1) == [200]
    assert plan(mock, "/v3.0/users", times=None) == "F2"
    mock.control("POST", "reset")
    assert mock.control("GET", "faults") == {"faults": []}
    assert statuses(mock, 1) == [200]


def test_a_fault_is_shown_as_it_was_planned(mock: Mock) -> None:
    sent = {"path": "/x", "kind": "html", "method": "GET", "status": 503, "skip": 2, "times": None}
    sent |= {"headers": {"X-Ratelimit-Reset": "1798761600"}, "seconds": 2.5, "message": "Later", "part": "y"}
    assert mock.control("POST", "faults", sent, 201) == {"id": "F1", **sent, "seen": 0}
    assert mock.control("POST", "faults", {"path": "/y"}, 201) == {
        "id": "F2",
        "path": "/y",
        "kind": "status",
        "method": None,
        "status": 500,
        "skip": 0,
        "times": 1,
        "headers": {},
        "seconds": 5.0,
        "message": "Internal error",
        "part": "",
        "seen": 0,
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "missing required field `path`"),
        ({"path": 5}, "Expected `str`"),
        (
            {"path": "/", "kind": "explode"},
            "choose one of status, html, empty, truncate, slow, lost, repeat, reorder",
        ),
        ({"path": "/", "status": 200}, "400 to 599"),
        ({"path": "/", "status": "500"}, "Expected `int`"),
        ({"path": "/", "skip": -1}, ">= 0"),
        ({"path": "/", "times": 0}, ">= 1"),
        ({"path": "/", "headers": {"Content-Length": "9"}}, "matching regex"),
        ({"path": "/", "headers": {"X-Split": "a\r\nb"}}, "matching regex"),
        ({"path": "/", "colour": "red"}, "unknown field `colour`"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(body: object, words: str, mock: Mock) -> None:
    status, message = mock.refused("POST", "faults", body)
    assert (status, words in message) == (400, True), message
    assert mock.control("GET", "faults") == {"faults": []}


def test_faults_stay_in_their_world(mock: Mock) -> None:
    mock.control("POST", "worlds", {"name": "a"}, 201)
    plan(mock, "/v3.0/", times=None)
    connection = mock.worlds.get("a")
    assert connection is not None
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    assert mock.client.get(f"/w/a/v3.0/schools/{ASH}", headers=headers).status_code == 200
    assert mock.client.get(f"/v3.0/districts/{TOWN}", headers=headers).status_code == 500


def test_a_lost_answer_is_to_something_that_was_done(mock: Mock) -> None:
    plan(mock, "/v3.0/users", kind="lost", status=504)
    lost = mock.reader().ask("/v3.0/users")
    assert (lost.status_code, lost.get_json()) == (504, {"message": "Internal error"})
    written = mock.control("GET", "journal?kind=data")["entries"][-1]
    assert (written["status"], written["client_id"]) == (504, mock.sync.client_id)


def test_a_slow_answer_takes_as_long_as_planned(mock: Mock) -> None:
    plan(mock, "/v3.0/users", kind="slow", seconds=0.05)
    assert mock.reader().ask("/v3.0/users").status_code == 200
    assert mock.control("GET", "journal?kind=data")["entries"][-1]["ms"] >= 50
    told = mock.control("POST", "faults", {"path": "/", "kind": "slow", "seconds": 61}, 400)["message"]
    assert "<= 60" in told
