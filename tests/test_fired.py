"""What a moved clock says has fired: syncs, pauses, expiries, terms and launches, in order."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
from clients import Mock
from town import ADA, BEN, FALL, TOWN

from mock_clever.ingest import ingest
from mock_clever.synthesis import generate

START = "2026-12-01T12:00:00.000Z"


@pytest.fixture
def mock() -> Mock:
    found = Mock()
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": START})
    for connection in found.world.connections:  # whose feeds begin now
        for connected in (False, True):
            found.control("PATCH", f"connections/{connection}", {"connected": connected})
    return found


def move(mock: Mock, **how: Any) -> list[dict[str, Any]]:
    fired: list[dict[str, Any]] = mock.control("POST", "clock", how)["fired"]
    return fired


def brief(fired: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["at"], entry["what"]) for entry in fired]


def test_nothing_fires_where_nothing_is_due(mock: Mock) -> None:
    assert move(mock, advance="PT1H") == []
    assert move(mock, advance=0) == []
    assert move(mock, freeze=True) == []


def test_codes_tokens_sessions_and_rate_windows_expire(mock: Mock) -> None:
    mock.code(ADA, mock.sso)
    mock.code(ADA, mock.sso)
    mock.signed_in(BEN, mock.sso).get(f"/v3.1/users/{BEN}")
    assert move(mock, advance="PT59S") == []
    assert move(mock, advance="PT1S") == [
        {"at": "2026-12-01T12:01:00.000Z", "what": "codes.expire", "count": 2},
        {"at": "2026-12-01T12:01:00.000Z", "what": "rates.reset", "count": 1},
    ]
    assert move(mock, advance="P1D") == [{"at": "2026-12-02T12:00:00.000Z", "what": "tokens.expire", "count": 1}]
    assert move(mock, advance="P1D") == []


def test_terms_begin_and_end_and_events_expire(mock: Mock) -> None:
    fired = move(mock, advance="P40D")
    assert brief(fired) == [
        ("2026-12-19T00:00:00.000Z", "term.ends"),
        ("2026-12-31T12:00:00.000Z", "events.expire"),
    ]
    assert (fired[0]["term"], fired[0]["name"]) == (FALL, "Fall")
    assert fired[1] | {"at": ""} == {
        "at": "",
        "what": "events.expire",
        "count": 1,
        "connection": mock.connection(mock.sync),
    }


def test_terms_begin_and_launch_dates_are_reached(mock: Mock) -> None:
    mock.control("POST", "clock", {"set": "2026-05-09T00:00:00Z"})
    fired = [entry for entry in move(mock, set=START) if entry["what"] != "events.expire"]
    assert brief(fired) == [
        *[("2026-05-10T00:00:00.000Z", "launch")] * 2,
        ("2026-08-17T00:00:00.000Z", "term.begins"),
    ]


def test_nightly_syncs_run_at_their_hour_and_publish_what_waits(mock: Mock) -> None:
    update = {"type": "record.update", "kind": "users", "id": ADA, "set": {"email": "ada@example.org"}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [update], "publish": False})
    answer = mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    assert answer["next_nightly"] == "2026-12-02T02:00:00.000Z"
    assert move(mock, advance="PT13H59M59S") == []
    assert move(mock, advance="P2D") == [
        {
            "at": f"2026-12-0{day}T02:00:00.000Z",
            "what": "sync",
            "district": TOWN,
            "outcome": "published",
            "counts": counts,
        }
        for day, counts in ((2, {"users": {"created": 0, "updated": 1, "deleted": 0}}), (3, {}))
    ]
    user = mock.reader().get(f"/v3.1/users/{ADA}")["data"]
    assert (user["email"], user["last_modified"]) == ("ada@example.org", "2026-12-02T02:00:00.000Z")
    newest = mock.reader().get("/v3.1/events?ending_before=last&limit=1")["data"][0]["data"]
    assert (newest["type"], newest["created"]) == ("districts.updated", "2026-12-03T02:00:00.000Z")
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": None})
    assert "sync" not in [entry["what"] for entry in move(mock, advance="P1D")]


def test_syncs_are_ignored_between_the_ends_of_a_pause(mock: Mock) -> None:
    mock.control(
        "PATCH",
        f"districts/{TOWN}",
        {"nightly": "00:00", "pause_start": "2026-12-03", "pause_end": "2026-12-04"},
    )
    fired = move(mock, advance="P3D")
    assert [(entry["at"][:10], entry["what"], entry.get("outcome")) for entry in fired] == [
        ("2026-12-02", "sync", "published"),
        ("2026-12-03", "pause.begins", None),
        ("2026-12-03", "sync", "ignored"),
        ("2026-12-04", "pause.ends", None),
        ("2026-12-04", "sync", "published"),
    ]


def test_a_clock_that_is_put_back_fires_nothing_and_goes_that_way_again(mock: Mock) -> None:
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    there = [entry for entry in move(mock, advance="P1D") if entry["what"] == "sync"]
    assert len(there) == 1
    assert move(mock, set=START) == []
    assert move(mock, set="2026-01-01") == []
    assert [entry["what"] for entry in move(mock, set=START)].count("sync") == 335  # with the first of December


def test_what_is_due_happens_before_any_request_is_answered(mock: Mock) -> None:
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    mock.world.clock.advance(86_400)  # as real time does: nobody is told
    own = mock.reader().get(f"/v3.1/districts/{TOWN}")["data"]
    assert own["last_sync"] == "2026-12-02T02:00:00.000Z"


def test_a_year_of_nights_takes_little() -> None:
    mock = Mock(ingest(generate("tiny")))
    (district,) = mock.world.districts
    mock.control("POST", "clock", {"freeze": True})
    mock.control("PATCH", f"districts/{district}", {"nightly": "02:00"})
    begin = perf_counter()
    fired = move(mock, advance="P365D")
    assert [entry["what"] for entry in fired].count("sync") == 365
    assert perf_counter() - begin < 2.0


def test_a_leap_of_millennia_makes_up_for_ten_years(mock: Mock) -> None:
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    mock.control("PATCH", "settings", {"last_sync_events": "silent"})
    assert [entry["what"] for entry in move(mock, set="9999-12-31")].count("sync") == 3660
