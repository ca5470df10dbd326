"""What stops a sync: a district's hold, an application's safety thresholds, and pauses of either."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from clients import Mock
from msgspec import structs
from town import ADA, ALGEBRA_ASH, ASH, BEN, BIOLOGY_BIRCH, BIRCH, CLEO, DAN, SOL, TOWN, WHEN, town

NOW = "2026-09-01T12:00:00.000Z"
DISTRICT = f"districts/{TOWN}"


@pytest.fixture
def mock() -> Mock:
    found = Mock()
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": NOW})
    found.control("PATCH", "settings", {"last_sync_events": "silent"})
    return found


def at_source(mock: Mock, *changes: dict[str, Any]) -> None:
    mock.control("POST", f"{DISTRICT}/changes", {"changes": list(changes), "publish": False})


def update(id: str, **values: Any) -> dict[str, Any]:
    return {"type": "record.update", "kind": "users", "id": id, "set": values}


def remove(id: str, kind: str = "users") -> dict[str, Any]:
    return {"type": "record.remove", "kind": kind, "id": id}


def state(mock: Mock) -> Any:
    return mock.control("GET", f"{DISTRICT}/sync")


def post(mock: Mock, path: str) -> Any:
    return mock.control("POST", f"{DISTRICT}/{path}")


def events(mock: Mock) -> list[tuple[str, str]]:
    found = mock.reader().get("/v3.1/events")["data"]
    return [(e["data"]["type"], e["data"]["data"]["object"]["id"]) for e in found]


def hold(mock: Mock) -> None:
    """A sync that deletes one of four students, and changes somebody."""
    at_source(mock, remove(DAN), update(SOL, email="sol.new@example.org"))
    answer = post(mock, "sync")
    assert (answer["outcome"], [turn["type"] for turn in answer["held"]]) == ("held", ["student"])


def test_a_sync_that_deletes_more_than_a_tenth_is_held_and_nothing_shows(mock: Mock) -> None:
    before = events(mock)
    hold(mock)
    assert mock.world.districts[TOWN] == town()
    assert events(mock) == before
    assert mock.reader().get(f"/v3.1/{DISTRICT}")["data"]["state"] == "running"
    assert mock.reader().get(f"/v3.1/{DISTRICT}")["data"]["last_sync"] == WHEN
    assert state(mock)["held"] == {
        "since": NOW,
        "reasons": [{"type": "student", "before": 4, "created": 0, "updated": 0, "deleted": 1}],
    }
    assert state(mock)["pending"] == {"users": {"created": 0, "updated": 1, "deleted": 1}}


def test_an_approved_sync_is_published_at_once_and_whole(mock: Mock) -> None:
    before = len(events(mock))
    hold(mock)
    assert post(mock, "sync/approve")["outcome"] == "published"
    assert events(mock)[before:] == [("users.updated", SOL), ("users.deleted", DAN)]
    assert state(mock)["held"] is None


def test_a_discarded_sync_leaves_the_source_as_it_is_published(mock: Mock) -> None:
    before = events(mock)
    hold(mock)
    assert post(mock, "sync/discard")["outcome"] == "discarded"
    assert mock.world.sources[TOWN] == town()
    assert (state(mock)["held"], state(mock)["pending"]) == (None, {})
    assert post(mock, "sync")["counts"] == {}
    assert events(mock) == before


def test_what_is_published_at_once_joins_what_is_held(mock: Mock) -> None:
    hold(mock)
    body = {"changes": [update(ADA, email="ada@example.org")]}
    assert mock.control("POST", f"{DISTRICT}/changes", body) == {"applied": 1, "sync": "held"}
    assert mock.world.districts[TOWN].users[ADA].email is None


def test_a_later_sync_that_deletes_less_ends_the_hold(mock: Mock) -> None:
    hold(mock)
    at_source(mock, {"type": "record.restore", "kind": "users", "id": DAN})
    assert post(mock, "sync")["outcome"] == "published"
    assert (state(mock)["held"], mock.world.districts[TOWN].users[SOL].email) == (None, "sol.new@example.org")


def test_a_tenth_is_not_more_than_a_tenth(mock: Mock) -> None:
    mock.control("PATCH", DISTRICT, {"hold_threshold": 25})
    at_source(mock, remove(DAN))
    assert post(mock, "sync")["outcome"] == "published"
    mock.control("PATCH", DISTRICT, {"hold_threshold": 0})
    at_source(mock, remove(CLEO))
    assert post(mock, "sync")["outcome"] == "held"


def test_updates_hold_nothing(mock: Mock) -> None:
    at_source(mock, *(update(user.id, name={"last": "New"}) for user in town().users))
    assert post(mock, "sync")["outcome"] == "published"


@pytest.mark.parametrize(
    "relaxed",
    [
        {"hold_threshold": None},
        {"hold_threshold": 100},
        {"rollover_start": "2026-08-30", "rollover_end": "2026-09-02"},
    ],
)
def test_a_threshold_can_be_off(relaxed: dict[str, Any], mock: Mock) -> None:
    mock.control("PATCH", DISTRICT, relaxed)
    at_source(mock, remove(DAN))
    assert post(mock, "sync")["outcome"] == "published"


def test_a_rollover_window_that_is_over_relaxes_nothing(mock: Mock) -> None:
    mock.control("PATCH", DISTRICT, {"rollover_start": "2026-08-30", "rollover_end": "2026-09-01"})
    hold(mock)


@pytest.mark.parametrize("act", ["approve", "discard"])
def test_where_nothing_is_held_there_is_nothing_to_decide(act: str, mock: Mock) -> None:
    assert mock.refused("POST", f"{DISTRICT}/sync/{act}")[0] == 409


@pytest.mark.parametrize(
    "body",
    [
        {"nightly": "2:00"},
        {"nightly": "24:00"},
        {"hold_threshold": 101},
        {"hold_threshold": -1},
        {"hold_threshold": "10"},
        {"pause_start": "2026-06-01"},
        {"pause_start": "2026-06-02", "pause_end": "2026-06-01"},
        {"pause_start": "2026-06-31", "pause_end": "2026-07-01"},
        {"rollover_end": "tomorrow"},
        {"state": "paused"},
    ],
)
def test_an_upkeep_that_cannot_be_is_refused(body: dict[str, Any], mock: Mock) -> None:
    before = state(mock)
    assert mock.refused("PATCH", DISTRICT, body)[0] == 400
    assert state(mock) == before


# A district's summer pause.


def test_while_a_district_pauses_syncs_are_ignored_and_sharing_still_acts(mock: Mock) -> None:
    before = len(events(mock))
    mock.control("PATCH", DISTRICT, {"pause_start": "2026-08-01", "pause_end": "2026-09-10"})
    own = mock.reader().get(f"/v3.1/{DISTRICT}")["data"]
    assert (own["state"], own["pause_start"], own["pause_end"]) == ("paused", "2026-08-01", "2026-09-10")
    assert events(mock)[before:] == [("districts.updated", TOWN)]
    body = {"changes": [update(ADA, email="ada@example.org"), remove(DAN)]}
    assert mock.control("POST", f"{DISTRICT}/changes", body) == {"applied": 2, "sync": "ignored"}
    assert post(mock, "sync")["outcome"] == "ignored"
    assert mock.reader().get(f"/v3.1/{DISTRICT}")["data"]["last_sync"] == WHEN
    mock.share(type="schools", ids=[ASH], staff=True)
    happened = {type for type, _ in events(mock)[before + 1 :]}
    assert happened == {"users.deleted", "sections.deleted", "terms.deleted"}
    assert DAN in mock.reader().ids("/v3.1/users")


def test_a_pause_begins_and_ends_with_its_days(mock: Mock) -> None:
    mock.control("PATCH", DISTRICT, {"pause_start": "2026-09-05", "pause_end": "2026-09-10"})
    states = []
    for day in ("2026-09-04T23:59:59Z", "2026-09-05", "2026-09-09T23:59:59Z", "2026-09-10"):
        mock.control("POST", "clock", {"set": day})
        states.append(mock.reader().get(f"/v3.1/{DISTRICT}")["data"]["state"])
    assert states == ["running", "paused", "paused", "running"]


def test_a_held_sync_cannot_be_approved_in_a_pause(mock: Mock) -> None:
    hold(mock)
    mock.control("PATCH", DISTRICT, {"pause_start": "2026-08-01", "pause_end": "2026-09-10"})
    assert mock.refused("POST", f"{DISTRICT}/sync/approve")[0] == 409


# An application's safety thresholds, and its own pause.


@pytest.fixture
def guarded(mock: Mock) -> Mock:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "safety": True})
    mock.control("PATCH", DISTRICT, {"hold_threshold": None})
    return mock


def connection(mock: Mock) -> Any:
    return next(
        c
        for c in mock.control("GET", "connections")["connections"]
        if c["client_id"] == mock.sync.client_id and c["district"] == TOWN
    )


def test_a_sync_that_deletes_too_much_for_an_application_freezes_that_one_alone(guarded: Mock) -> None:
    before = events(guarded)
    ada = guarded.signed_in(ADA, guarded.sso)
    at_source(guarded, remove(DAN), update(ADA, name={"first": "Adele"}))
    assert post(guarded, "sync")["outcome"] == "published"
    assert connection(guarded)["requires_review"] is True
    assert DAN in guarded.reader().ids("/v3.1/users")
    assert events(guarded) == before
    assert ada.get(f"/v3.1/users/{ADA}")["data"]["name"]["first"] == "Adele"
    answer = guarded.control("POST", f"connections/{connection(guarded)['id']}/approve")
    assert answer == {"id": connection(guarded)["id"], "requires_review": False}
    assert DAN not in guarded.reader().ids("/v3.1/users")
    assert events(guarded)[len(before) :] == [("users.updated", ADA), ("users.deleted", DAN)]


def test_a_sharing_edit_that_deletes_too_much_requires_review_until_it_is_taken_back(guarded: Mock) -> None:
    before = events(guarded)
    guarded.share(type="schools", ids=[BIRCH])
    assert (connection(guarded)["requires_review"], events(guarded)) == (True, before)
    assert ASH in guarded.reader().ids("/v3.1/schools")
    guarded.share(type="everything")
    assert (connection(guarded)["requires_review"], events(guarded)) == (False, before)


def test_more_than_three_quarters_updated_requires_review(guarded: Mock) -> None:
    at_source(guarded, *(update(id, name={"last": "New"}) for id in (ADA, BEN, CLEO)))
    post(guarded, "sync")
    assert connection(guarded)["requires_review"] is False  # three of four are not more than three quarters
    at_source(guarded, *(update(id, name={"last": "Newer"}) for id in (ADA, BEN, CLEO, DAN)))
    post(guarded, "sync")
    assert connection(guarded)["requires_review"] is True


def test_thresholds_count_nothing_in_a_rollover_window(guarded: Mock) -> None:
    guarded.control("PATCH", DISTRICT, {"rollover_start": "2026-08-30", "rollover_end": "2026-09-02"})
    guarded.share(type="schools", ids=[BIRCH])
    assert connection(guarded)["requires_review"] is False


def test_switching_the_thresholds_off_lets_go(guarded: Mock) -> None:
    guarded.share(type="schools", ids=[BIRCH])
    guarded.control("POST", "apps", {"client_id": guarded.sync.client_id, "safety": False})
    assert connection(guarded)["requires_review"] is False
    assert guarded.reader().ids("/v3.1/sections") == [BIOLOGY_BIRCH]


def test_what_does_not_require_review_cannot_be_approved(mock: Mock) -> None:
    assert mock.refused("POST", f"connections/{connection(mock)['id']}/approve")[0] == 409


def test_a_paused_connection_sees_what_it_saw_and_then_everything_at_once(mock: Mock) -> None:
    before = events(mock)
    path = f"connections/{connection(mock)['id']}"
    mock.control("PATCH", path, {"paused": True})
    for first in ("One", "Two"):
        mock.control("POST", f"{DISTRICT}/changes", {"changes": [update(ADA, name={"first": first})]})
    mock.control("POST", f"{DISTRICT}/changes", {"changes": [remove(ALGEBRA_ASH, "sections")]})
    assert mock.reader().get(f"/v3.1/users/{ADA}")["data"]["name"]["first"] == "Ada"
    assert events(mock) == before
    mock.control("PATCH", path, {"paused": False})
    assert mock.reader().get(f"/v3.1/users/{ADA}")["data"]["name"]["first"] == "Two"
    assert events(mock)[len(before) :].count(("users.updated", ADA)) == 1
    assert ("sections.deleted", ALGEBRA_ASH) in events(mock)


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
@pytest.mark.parametrize(("had", "gets", "event"), [(True, False, "deleted"), (False, True, "created")])
def test_what_is_granted_while_frozen_is_neither_seen_nor_told_before_it_thaws(
    had: bool, gets: bool, event: str, version: str, mock: Mock
) -> None:
    def grant(granted: bool) -> None:
        scopes = frozenset({"resources", "attendance"} if granted else ())
        mock.world.register(structs.replace(mock.sync, granted=scopes))

    def sees() -> tuple[bool, bool, int]:
        listed = mock.reader().ids(f"/{version}/resources?limit={next(limits)}") == resources
        attendance = mock.reader().ask(f"/v3.1/attendance/schools/{ASH}").status_code
        return listed, attendance == 200, mock.reader().ask(f"/{version}/resources/{resources[0]}").status_code

    resources, limits = [resource.id for resource in town().resources], count(100)  # no page twice
    grant(had)
    before, seen = len(events(mock)), sees()
    assert seen == (had, had, 200 if had else 404)
    path = f"connections/{connection(mock)['id']}"
    mock.control("PATCH", path, {"paused": True})
    grant(gets)
    assert (sees(), len(events(mock))) == (seen, before)
    mock.control("PATCH", path, {"paused": False})
    assert sees() == (gets, gets, 200 if gets else 404)
    assert events(mock)[before:] == [(f"resources.{event}", id) for id in resources]


def test_a_connection_made_anew_is_neither_paused_nor_frozen(guarded: Mock) -> None:
    path = f"connections/{connection(guarded)['id']}"
    guarded.share(type="schools", ids=[BIRCH])
    guarded.control("PATCH", path, {"paused": True})
    for connected in (False, True):
        guarded.control("PATCH", path, {"connected": connected})
    found = connection(guarded)
    assert (found["paused"], found["requires_review"]) == (False, False)
    assert guarded.reader().ids("/v3.1/sections") == [BIOLOGY_BIRCH]
