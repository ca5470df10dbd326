"""The exchange history: runs, details, downloads, and the page where a large change is confirmed."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from driven_vendor import Vendor
from fake_clever import DISTRICT, FakeClever, Fault, id_, person
from werkzeug.test import TestResponse

from vendor_app.__main__ import main
from vendor_app.downloads import harmless
from vendor_app.store import COUNTS


@pytest.fixture
def clever(clever: FakeClever) -> FakeClever:
    clever.feed = []
    clever.tell("updated", "districts", clever.tables["districts"][DISTRICT])
    return clever


@pytest.fixture
def staff(vendor: Vendor) -> Vendor:
    """A teacher looks."""
    vendor.log_in(10)
    return vendor


def press(vendor: Vendor, path: str, **fields: str) -> TestResponse:
    return vendor.browser.post(path, data={"csrf": vendor.csrf(), **fields})


def rows(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.text, newline="")))


def test_sync_now_follows_the_events_and_a_full_sync_can_be_had(staff: Vendor, clever: FakeClever) -> None:
    page = staff.browser.get("/syncs").text
    assert 'name="method" value="delta"' in page and 'name="method" value="bulk"' in page
    for asked, method, why in (
        ("delta", "Bulk", "the first sync of this district"),
        ("delta", "Delta", "the events since the last sync"),
        ("bulk", "Bulk", "a full sync was asked for"),
        ("nonsense", "Delta", "the events since the last sync"),
    ):
        started = press(staff, "/sync", method=asked)
        (part,) = staff.see(f"syncs/{(started.location or '').rpartition('/')[2]}")["districts"]
        assert (part["method"], part["why"]) == (method, why)
        shown = staff.browser.get(started.location or "").text
        assert method in shown and why in shown and "Sync finished" in shown


def test_a_run_tells_everything_about_itself(staff: Vendor, clever: FakeClever) -> None:
    press(staff, "/sync")
    clever.create("users", person(30, "Ida", "New"))
    clever.tell("created", "users", {"name": {"last": "Nobody"}, "roles": {"student": {"sis_id": "=1+1"}}})
    last = clever.delete("sections", 21)
    clever.faults.append(Fault("/v3.1/events", 503, times=2))
    run = staff.delta()["id"]
    before = (clever.feed or [])[0]["id"]
    name = {"created": 1, "updated": 0, "archived": 1, "restored": 0, "skipped": 0, "failed": 1}
    assert staff.see(f"syncs/{run}") == {
        "id": run,
        "started_by": "the probe",
        "status": "success",
        "method": "Delta",
        "note": "Everything is up to date.",
        "step": 8,
        "steps": 8,
        "started_at": "2026-09-01T08:00:00.000+00:00",
        "finished_at": "2026-09-01T08:00:03.000+00:00",
        "duration": 3.0,
        "counts": name,
        "districts": [
            {
                "district": DISTRICT,
                "method": "Delta",
                "why": "the events since the last sync",
                "status": "success",
                "note": "",
                "cursor_before": before,
                "cursor_after": last,
            }
        ],
        "counts_by_type": {
            "users": name | {"archived": 0},
            "sections": dict.fromkeys(COUNTS, 0) | {"archived": 1},
        },
        "problems": [
            {
                "kind": "users",
                "clever_id": "",
                "sis_id": "=1+1",
                "field": "id",
                "reason": "This app cannot do without it.",
            }
        ],
    }
    page = staff.browser.get(f"/syncs/{run}").text
    for words in (before, last, "Ünion District", "3.0 s", "This app cannot do without it.", "Delta"):
        assert words in page
    listed = staff.see("syncs")["syncs"]
    assert [one["method"] for one in listed] == ["Delta", "Bulk"]
    assert staff.app.test_client().get("/probe/syncs/999").status_code == 404


def test_the_problems_of_a_run_can_be_downloaded(staff: Vendor, clever: FakeClever) -> None:
    press(staff, "/sync")
    clever.tell("created", "users", {"roles": {"student": {"sis_id": '=HYPERLINK("x","y")'}}})
    run = staff.delta()["id"]
    answer = staff.browser.get(f"/syncs/{run}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="sync-{run}-problems.csv"'
    assert answer.get_data() == (
        b"kind,clever_id,sis_id,field,reason\r\n"
        b'users,,"\'=HYPERLINK(""x"",""y"")",id,This app cannot do without it.\r\n'
    )
    assert f'href="/syncs/{run}.csv"' in staff.browser.get(f"/syncs/{run}").text
    assert staff.browser.get("/syncs/999.csv").status_code == 404


def test_the_list_of_runs_can_be_downloaded(staff: Vendor, clever: FakeClever) -> None:
    clever.tables["users"][id_(10)]["name"] = {"first": "=Tia", "last": "Nuñez"}
    staff.log_in(10)
    press(staff, "/sync")
    answer = staff.browser.get("/syncs.csv")
    assert answer.text.splitlines()[0] == (
        "id,started_at,finished_at,duration,started_by,method,status,"
        "created,updated,archived,restored,skipped,failed,note"
    )
    (row,) = rows(answer)
    assert (row["started_by"], row["method"], row["status"], row["created"]) == (
        "'=Tia Nuñez",
        "Bulk",
        "success",
        "11",
    )
    assert 'href="/syncs.csv"' in staff.browser.get("/syncs").text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-5", "'-5"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\r=x", "'\r=x"),
        ("  =x", "'  =x"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (-5, "-5"),
        (0, "0"),
    ],
)
def test_no_cell_is_a_formula(cell: Any, written: str) -> None:
    assert harmless(cell) == written


@pytest.mark.parametrize("path", ["/syncs.csv", "/syncs/1.csv", "/syncs", "/syncs/1"])
def test_the_history_is_for_staff(vendor: Vendor, path: str) -> None:
    vendor.sync()
    assert vendor.browser.get(path).status_code == 401
    vendor.log_in(11)
    assert vendor.browser.get(path).status_code == 403


def held(vendor: Vendor, clever: FakeClever) -> str:
    """A sync that waits; its page."""
    clever.add("users", *(person(each, "P", str(each)) for each in range(100, 140)))
    press(vendor, "/sync")
    for number in range(100, 115):
        clever.delete("users", number)
    return press(vendor, "/sync").location or ""


def test_a_large_change_waits_on_its_page_until_somebody_confirms(staff: Vendor, clever: FakeClever) -> None:
    address = held(staff, clever)
    page = staff.browser.get(address).text
    assert "Sync waits for you" in page and "would be archived" in page and "<b>15</b> of 46 users" in page
    assert "Confirm and sync" in staff.browser.get("/syncs").text
    assert "waits for you to look" in staff.browser.get("/roster").text
    assert staff.browser.post("/holds/1", data={"decision": "confirm"}).status_code == 400, (
        "a form needs its token"
    )
    assert press(staff, "/holds/1", decision="maybe").status_code == 409
    done = press(staff, "/holds/1", decision="confirm")
    assert "15" in staff.browser.get(done.location or "").text
    assert staff.see("syncs")["syncs"][0]["counts"]["archived"] == 15
    assert "Confirmed by <bdi>Tia Nuñez</bdi>" in staff.browser.get(address).text
    assert "Confirm and sync" not in staff.browser.get("/syncs").text
    late = press(staff, "/holds/1", decision="discard")
    assert late.status_code == 409 and "does not wait any more" in late.text


def test_a_large_change_can_be_discarded(staff: Vendor, clever: FakeClever) -> None:
    address = held(staff, clever)
    assert press(staff, "/holds/1", decision="discard").location == "/syncs"
    assert "Discarded by <bdi>Tia Nuñez</bdi>" in staff.browser.get(address).text
    assert all(user["status"] == "active" for user in staff.users().values())


def test_a_lost_connection_is_shown_on_the_roster(staff: Vendor, clever: FakeClever) -> None:
    press(staff, "/sync")
    clever.faults.append(Fault("/v3.1/events", 401, times=None))
    started = press(staff, "/sync")
    assert "Clever refused our key" in staff.browser.get(started.location or "").text
    assert "no longer connected" in staff.browser.get("/roster").text


def test_forgetting_everything_forgets_the_history_too(staff: Vendor, clever: FakeClever) -> None:
    held(staff, clever)
    staff.probe("/reset")
    assert staff.see("syncs") == {"syncs": []} and staff.see("holds") == {"holds": []}
    assert staff.see("cursors") == {"cursors": []}
    assert staff.delta()["districts"][0]["why"] == "the first sync of this district"


@pytest.mark.parametrize("wrong", [["--sync", "half"], ["--archive-share", "20%"], ["--archive-share", "1.5"]])
def test_a_wrong_option_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(wrong)
    assert wrong[0] in capsys.readouterr().err
