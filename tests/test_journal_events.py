"""What was done to a world stands in its journal: numbered with the exchanges, told in a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clients import Mock
from town import ADA, BEN, TESS, TOWN

from mock_clever.control.happenings import HAPPENINGS
from mock_clever.journal import Event, Journal

RENAMED = {"type": "user.rename", "user": ADA, "first": "Augusta"}


def events(mock: Mock) -> list[dict[str, Any]]:
    return [row["event"] for row in mock.control("GET", "journal?kind=event")["entries"]]


def told(mock: Mock) -> list[tuple[str, str]]:
    return [(event["what"], event["says"]) for event in events(mock)]


def test_an_event_is_numbered_among_the_exchanges(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2027-01-01T00:00:00Z"})
    mock.control("DELETE", "journal")
    mock.control("POST", "faults", {"path": "/v3.1/users", "status": 503}, 201)
    mock.reader().ask("/v3.1/users")
    rows = mock.control("GET", "journal?kind=all")["entries"]
    assert [(row["kind"], row["path"]) for row in rows] == [
        ("control", "/_mock/journal"),
        ("event", ""),
        ("control", "/_mock/faults"),
        ("event", ""),
        ("data", "/v3.1/users"),
    ]
    first = rows[0]["id"]
    assert [row["id"] for row in rows] == list(range(first, first + 5))
    assert rows[3] == {
        "id": first + 3,
        "at": "2027-01-01T00:00:00.000Z",
        "kind": "event",
        "method": "",
        "path": "",
        "event": {
            "what": "fault.struck",
            "says": "F1 answered GET /v3.1/users with 503",
            "fault": "F1",
            "kind": "status",
            "method": "GET",
            "path": "/v3.1/users",
            "status": 503,
        },
    }
    assert rows[4]["fault"] == "F1"


def test_who_does_not_ask_for_events_reads_exchanges_as_ever(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.reader().ask("/v3.1/users")
    assert [row["kind"] for row in mock.control("GET", "journal")["entries"]] == ["control", "data"]
    assert [row["kind"] for row in mock.control("GET", "journal?kind=data")["entries"]] == ["data"]
    assert mock.control("GET", "journal?kind=event&path=/v3.1")["entries"] == []
    assert [row["kind"] for row in mock.control("GET", "journal?kind=all&path=/v3.1")["entries"]] == ["data"]


def test_events_are_paged_like_the_rest_and_none_is_missed(mock: Mock) -> None:
    for seconds in (1, 2, 3):
        mock.control("POST", "clock", {"advance": seconds})
    since, found = 0, []
    while (page := mock.control("GET", f"journal?kind=event&since={since}&limit=2"))["entries"]:
        found += [row["event"]["seconds"] for row in page["entries"]]
        since = page["next"]
    assert found == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("body", "what", "says"),
    [
        ({"advance": "PT61S"}, "clock.advanced", "the clock was moved by 61 s"),
        ({"advance": 86400.5}, "clock.advanced", "the clock was moved by 86,400.5 s"),
        ({"set": "2027-01-01"}, "clock.set", "the clock was set to 2027-01-01T00:00:00.000Z"),
        ({"freeze": True}, "clock.frozen", "the clock was stopped at 2026-09-01T00:00:00.000Z"),
        ({"freeze": False}, "clock.released", "the clock goes on from 2026-09-01T00:00:00"),
    ],
)
def test_what_the_clock_did(body: object, what: str, says: str, mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2026-09-01"})
    mock.control("DELETE", "journal")
    mock.control("POST", "clock", body)
    [(name, sentence)] = [event for event in told(mock) if event[0].startswith("clock")]
    assert name == what
    assert sentence.startswith(says)


def test_what_faults_were_planned_and_cleared(mock: Mock) -> None:
    mock.control("POST", "faults", {"target": "token", "status": 503, "times": None, "skip": 2}, 201)
    mock.control("POST", "faults", {"plan": [{"path": "/v3.1", "kind": "reset"}, {"kind": "held-sync"}]}, 201)
    mock.control("DELETE", "faults")
    assert told(mock) == [
        ("fault.planned", "F1 was planned: status 503 for POST token, always after 2"),
        ("fault.planned", "F2 was planned: reset for /v3.1, once"),
        ("fault.planned", "F3 was planned: held-sync, once"),
        ("fault.cleared", "no fault is planned any more"),
    ]


def test_what_became_of_syncs(mock: Mock) -> None:
    change, sync = f"districts/{TOWN}/changes", f"districts/{TOWN}/sync"
    mock.control("POST", "faults", {"kind": "held-sync", "times": 2}, 201)
    mock.control("DELETE", "journal")
    mock.control("POST", change, {"changes": [RENAMED, RENAMED]})
    mock.control("POST", change, {"changes": [RENAMED | {"user": BEN}], "publish": False})
    mock.control("POST", sync)
    mock.control("POST", f"{sync}/approve")
    mock.control("POST", sync)
    mock.control("POST", f"{sync}/discard")
    assert told(mock) == [
        ("changes.applied", f"district {TOWN} was changed (user.rename × 2) and published"),
        ("changes.applied", f"district {TOWN} was changed (user.rename), to wait for a sync"),
        ("fault.struck", f"F1 held the sync of district {TOWN}"),
        ("sync.held", f"the sync of district {TOWN} was held"),
        ("sync.approved", f"the held sync of district {TOWN} was approved"),
        ("fault.struck", f"F1 held the sync of district {TOWN}"),
        ("sync.held", f"the sync of district {TOWN} was held"),
        ("sync.discarded", f"the held sync of district {TOWN} was discarded"),
    ]


def test_nights_that_passed_are_one_event_whoever_noticed_them(mock: Mock) -> None:
    mock.control("POST", "clock", {"set": "2027-01-04T08:00:00Z"})
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00", "hold_threshold": None})
    mock.control("POST", "clock", {"advance": "P10D"})
    says = f"the nightly sync of district {TOWN} was published"
    assert ("sync.published", f"{says}, 10 times") in told(mock)
    mock.control("DELETE", "journal")
    mock.world.clock.advance(86_400.0)  # as a day goes by with nobody there
    mock.reader().ask("/v3.1/users")
    assert told(mock) == [("sync.published", says)]


def test_what_else_is_done_to_a_world(mock: Mock) -> None:
    connection, sync = mock.connection(mock.sync), mock.sync.client_id
    mock.control("PUT", f"connections/{connection}/sharing", {"type": "everything", "except": [BEN]})
    mock.control("PATCH", f"connections/{connection}", {"connected": False})
    mock.control("PATCH", f"connections/{connection}", {"connected": True})
    mock.control("POST", f"connections/{connection}/rotate")
    mock.control("POST", "keys/rotate")
    mock.control("POST", "revoke", {"user": ADA})
    mock.control("PATCH", "settings", {"rate_limit": 5})
    mock.control("POST", "apps", {"client_id": sync, "safety": True})
    mock.control("POST", "consents", {"client_id": mock.library.client_id, "teacher": TESS}, 201)
    mock.control("PATCH", f"districts/{TOWN}", {"hold_threshold": 5})
    whose = f"the connection of district {TOWN} with {sync} was changed"
    assert told(mock) == [
        ("sharing.changed", f"district {TOWN} now shares everything, less 1 of its records, with {sync}"),
        ("connection.changed", f"{whose}: connected=false"),
        ("connection.changed", f"{whose}: connected=true"),
        ("token.rotated", f"the token of district {TOWN} for {sync} was rotated"),
        ("keys.rotated", "the key that signs id_tokens was rotated"),
        ("tokens.ended", "user tokens were ended"),
        ("settings.changed", "settings of the mock were changed: rate_limit=5"),
        ("app.registered", f"the record of {sync} at Clever was written: safety"),
        ("consent.given", f"teacher {TESS} authorised {mock.library.client_id}"),
        ("district.kept", f"how district {TOWN} is synced was changed: hold_threshold=5"),
    ]


def test_a_reset_is_the_first_event_of_what_follows(mock: Mock) -> None:
    mock.control("POST", "clock", {"advance": 1})
    mock.control("POST", "reset")
    assert told(mock) == [("world.reset", "the world was reset to its beginning")]


def test_what_was_refused_and_what_was_only_read_is_no_event(mock: Mock) -> None:
    mock.refused("POST", "faults", {"plan": [{}]})
    mock.refused("POST", "clock", {"advance": "soon"})
    mock.refused("POST", f"districts/{TOWN}/sync/approve")
    for path in ("clock", "faults", "apps", "settings"):
        mock.control("GET", path)
    mock.control("POST", "login", {"user": ADA})
    assert told(mock) == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"id": {}, "district": 5}'])
@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("DELETE", "faults", "fault.cleared"),
        ("POST", f"districts/{TOWN}/sync", "sync.published"),
    ],
)
def test_a_route_that_reads_no_body_may_be_sent_any(
    method: str, path: str, what: str, body: bytes, mock: Mock
) -> None:
    assert mock.client.open(f"/_mock/{path}", method=method, data=body).status_code == 200
    assert [event["what"] for event in events(mock)] == [what]
    assert body.decode("latin-1") not in events(mock)[0]["says"]


def test_no_secret_is_told(mock: Mock) -> None:
    secrets = [mock.reader().token]
    rotated = mock.control("POST", f"connections/{mock.connection(mock.sync)}/rotate")
    sent = {"name": "New", "products": ["sso"], "client_secret": "s3cret-of-mine"}
    mock.control("POST", "apps", sent, 201)
    code = mock.code(ADA, mock.sso)
    mock.control("POST", "faults", {"path": "/", "times": None}, 201)
    mock.client.get(f"/oauth/authorize?code={code}")
    secrets += [rotated["access_token"], "s3cret-of-mine", code]
    text = json.dumps(mock.control("GET", "journal?kind=event"))
    assert "/oauth/authorize" in text
    assert not [secret for secret in secrets if secret in text]


def test_each_happening_is_of_a_route_there_is(mock: Mock) -> None:
    routes = {
        f"{method} {rule.rule.removeprefix('/_mock')}"
        for rule in mock.app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    assert set(HAPPENINGS) <= routes


def test_events_count_among_what_is_kept() -> None:
    journal = Journal(kept=3)
    for number in range(5):
        journal.tell(0.0, "clock.set", f"{number}")
    assert [event.says for event in journal.events()] == ["2", "3", "4"]
    assert [event.id for event in journal.events(since=4)] == [5]
    assert all(isinstance(row, Event) for row in journal.entries(0, "all"))
