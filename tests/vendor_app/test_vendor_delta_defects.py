"""Each defect that no requirement judges yet breaks what it says and nothing else.

The checks are likenesses of requirements to come: every defect runs against every check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, FakeClever, Fault, id_, person, town

from vendor_app.behaviour import Behaviour
from vendor_app.defects import UNJUDGED, chosen

OTHER = "e" * 24
Check = Callable[[Vendor, FakeClever], None]
CHECKS: dict[str, Check] = {}


def check(one: Check) -> Check:
    CHECKS[one.__name__] = one
    return one


def school() -> FakeClever:
    clever = town()
    clever.feed = []
    clever.tell("updated", "districts", clever.tables["districts"][DISTRICT])
    return clever


def status(vendor: Vendor, number: int, kind: str = "users") -> list[str]:
    rows = vendor.see(kind)[kind]
    return [one["status"] for one in rows if one["clever_id"] == id_(number)]


def synced(vendor: Vendor, mode: str) -> None:
    assert vendor.probe("/sync", mode=mode)["status"] == "success"


def crowd(vendor: Vendor, clever: FakeClever) -> list[dict[str, Any]]:
    people = [person(each, "P", str(each)) for each in range(100, 140)]
    clever.add("users", *people)
    synced(vendor, "full")
    return people


@check
def what_an_event_deletes_is_archived(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.delete("users", 13)
    synced(vendor, "delta")
    assert status(vendor, 13) == ["archived"]


@check
def who_goes_and_comes_back_in_one_feed_is_there(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    zoe = clever.remove("users", 13)
    clever.tell("deleted", "users", zoe)
    clever.tell("updated", "schools", clever.tables["schools"][id_(1)])
    clever.create("users", zoe)
    synced(vendor, "delta")
    assert status(vendor, 13) == ["active"]


@check
def who_was_archived_comes_back(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    zoe = clever.remove("users", 13)
    synced(vendor, "full")
    clever.create("users", zoe)
    synced(vendor, "full")
    assert status(vendor, 13) == ["active"]


@check
def terms_and_courses_that_were_archived_come_back(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    for kind, number in (("terms", 2), ("courses", 3)):
        gone = clever.remove(kind, number)
        synced(vendor, "full")
        clever.create(kind, gone)
        synced(vendor, "full")
        assert status(vendor, number, kind) == ["active"]


@check
def nobody_is_doubled_by_what_is_told_twice(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    told = clever.create("users", person(30, "Ida", "New"))
    assert clever.feed is not None
    clever.feed.append(next(event for event in clever.feed if event["id"] == told))
    synced(vendor, "delta")
    assert len(status(vendor, 30)) == 1


@check
def an_error_on_a_page_loses_nothing(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.update("sections", 21, students=[id_(11), id_(99)])
    clever.create("users", person(30, "Ida", "New"))
    vendor.store.execute(
        "CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT raise(ABORT, 'disk full'); END"
    )
    assert vendor.delta()["status"] == "failed"
    vendor.store.execute("DROP TRIGGER full")
    synced(vendor, "delta")
    assert status(vendor, 30) == ["active"]


@check
def a_gap_is_noticed(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.add("users", person(30, "Ida", "New"))  # its event is long gone
    clever.feed = []
    clever.tell("updated", "schools", clever.tables["schools"][id_(1)])
    vendor.clock.advance(days=40)
    synced(vendor, "delta")
    assert status(vendor, 30) == ["active"]


@check
def every_page_of_the_feed_is_read(vendor: Vendor, clever: FakeClever) -> None:
    crowd(vendor, clever)
    for number in range(100, 140):
        for _ in range(3):
            clever.update("users", number, email=f"{number}@example.test")
    clever.create("users", person(30, "Ida", "New"))
    synced(vendor, "delta")
    assert status(vendor, 30) == ["active"]


@check
def the_neighbours_of_the_cursor_are_not_lost(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.pace = 0  # the next event is of the same second
    clever.create("users", person(30, "Ida", "New"))
    synced(vendor, "delta")
    assert status(vendor, 30) == ["active"]


@check
def a_mass_unshare_deletes_nobody(vendor: Vendor, clever: FakeClever) -> None:
    crowd(vendor, clever)
    for number in range(100, 114):
        clever.delete("users", number)
    vendor.delta()
    vendor.sync()
    assert all(len(status(vendor, number)) == 1 for number in range(100, 114))


@check
def an_outage_is_given_room(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.faults.append(Fault("/v3.1/events", 503, times=None))
    asked = len(clever.asked)
    vendor.delta()
    assert len(clever.asked) - asked <= 7 and vendor.clock.waits == [1, 2, 4, 8, 16]


@check
def the_end_of_the_window_is_awaited(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    reset = str(int(vendor.clock.now().timestamp()) + 30)
    clever.faults.append(Fault("/v3.1/events", 429, body="", headers={"X-Ratelimit-Reset": reset}))
    synced(vendor, "delta")
    assert vendor.clock.waits == [30]


@check
def a_token_rotated_on_the_way_is_asked_for(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.rotate_at = "/v3.1/users"
    synced(vendor, "full")


@check
def a_refusal_deletes_nothing(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.faults.append(Fault("/v3.1", 401, times=None))
    vendor.delta()
    assert status(vendor, 13) == ["active"]


@check
def a_disconnected_district_keeps_its_data(vendor: Vendor, clever: FakeClever) -> None:
    synced(vendor, "full")
    clever.tokens = {OTHER: "other-token"}
    clever.add("districts", {"id": OTHER, "name": "Other"})
    synced(vendor, "delta")
    assert status(vendor, 13) == ["active"]


def failing(make: Make, behaviour: Behaviour) -> set[str]:
    """The checks this behaviour does not pass; each starts from nothing."""
    vendor, failed = make(behaviour), set()
    for name, one in CHECKS.items():
        vendor.start_anew(school())
        try:
            one(vendor, vendor.clever)
        except AssertionError:
            failed.add(name)
    return failed


FAILS = {
    "IgnoresDeletesInEvents": {"what_an_event_deletes_is_archived"},
    "DoublesAfterCrash": {"nobody_is_doubled_by_what_is_told_twice"},
    "AppliesEventsByTypeNotOrder": {"who_goes_and_comes_back_in_one_feed_is_there"},
    "LosesCursorOnError": {"an_error_on_a_page_loses_nothing"},
    "NoGapCheck": {"a_gap_is_noticed"},
    "ReadsFirstPageOfEventsOnly": {"every_page_of_the_feed_is_read"},
    "CursorByTimeNotId": {"the_neighbours_of_the_cursor_are_not_lost"},
    "NoRestore": {
        "who_was_archived_comes_back",
        "terms_and_courses_that_were_archived_come_back",
        "who_goes_and_comes_back_in_one_feed_is_there",
    },
    "SkipsTermsAndCoursesRestore": {"terms_and_courses_that_were_archived_come_back"},
    "MassUnshareHardDelete": {"a_mass_unshare_deletes_nobody"},
    "HammersOn5xx": {"an_outage_is_given_room"},
    "IgnoresRateLimitReset": {"the_end_of_the_window_is_awaited"},
    "KeepsOldTokenAfterRotation": {"a_token_rotated_on_the_way_is_asked_for"},
    "DeletesOn401": {"a_refusal_deletes_nothing"},
    "DropsDataOnDisconnect": {"a_disconnected_district_keeps_its_data"},
}
"""Which checks a defect fails."""


def test_the_right_behaviour_passes_every_check(make: Make) -> None:
    assert failing(make, Behaviour()) == set()


@pytest.mark.parametrize("name", UNJUDGED)
def test_an_unjudged_defect_fails_exactly_what_it_says(make: Make, name: str) -> None:
    assert failing(make, chosen(name)) == FAILS[name]


def test_every_check_is_failed_by_some_defect() -> None:
    assert set(CHECKS) == {name for fails in FAILS.values() for name in fails}
