"""Each defect that no requirement judges yet breaks what it says and nothing else.

The checks are likenesses of requirements to come: every defect runs against every check.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, FakeClever, id_, person, town

from vendor_app.behaviour import Behaviour
from vendor_app.defects import UNJUDGED, chosen

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


def status(vendor: Vendor, number: int) -> list[str]:
    return [one["status"] for one in vendor.see("users")["users"] if one["clever_id"] == id_(number)]


def synced(vendor: Vendor, mode: str) -> None:
    assert vendor.probe("/sync", mode=mode)["status"] == "success"


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


FAILS = {"LosesCursorOnError": {"an_error_on_a_page_loses_nothing"}}
"""Which checks a defect fails."""


def test_the_right_behaviour_passes_every_check(make: Make) -> None:
    assert failing(make, Behaviour()) == set()


@pytest.mark.parametrize("name", UNJUDGED)
def test_an_unjudged_defect_fails_exactly_what_it_says(make: Make, name: str) -> None:
    assert failing(make, chosen(name)) == FAILS[name]


def test_every_check_is_failed_by_some_defect() -> None:
    assert set(CHECKS) == {name for fails in FAILS.values() for name in fails}
