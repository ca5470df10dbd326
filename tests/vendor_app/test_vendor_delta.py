"""The delta sync: the cursor, the events of every kind, crashes, gaps, large changes, refused keys."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, FakeClever, Fault, id_, person

from vendor_app.behaviour import Behaviour
from vendor_app.records import Told

OTHER = "e" * 24
NONE = {"created": 0, "updated": 0, "archived": 0, "restored": 0, "skipped": 0, "failed": 0}
NUMBERS = {"districts": DISTRICT, "schools": id_(1), "terms": id_(2), "courses": id_(3), "users": id_(13)}


@pytest.fixture
def clever(clever: FakeClever) -> FakeClever:
    """The school with its events switched on, and one of them told."""
    clever.feed = []
    clever.tell("updated", "districts", clever.tables["districts"][DISTRICT])
    return clever


@pytest.fixture
def followed(vendor: Vendor) -> Vendor:
    """An app that has read everything and follows the feed."""
    assert vendor.sync()["status"] == "success"
    vendor.clever.asked.clear()
    return vendor


def held(vendor: Vendor, kind: str) -> dict[str, tuple[str, int, str]]:
    """Clever id → status, own id and name, archived records too."""
    rows = vendor.store.records("kind = ? AND clever_id IS NOT NULL ORDER BY id", kind)
    return {one.clever_id: (one.status, one.id, one.name) for one in rows}


def enrolled(vendor: Vendor) -> set[tuple[str, str]]:
    rows = vendor.see("enrollments")["enrollments"]
    return {(row["section"], row["user"]) for row in rows if row["status"] == "active"}


def cursor(vendor: Vendor) -> Any:
    (one,) = [one for one in vendor.see("cursors")["cursors"] if one["district"] == DISTRICT]
    return one["cursor"]


def how(report: Any) -> tuple[str, str]:
    """The method of a run of one district, and why it was chosen."""
    (one,) = report["districts"]
    return one["method"], one["why"]


def crowd(clever: FakeClever, number: int = 40) -> None:
    clever.add("users", *(person(each, "P", str(each)) for each in range(100, 100 + number)))


# ── Following ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_newest_event_is_noted_before_everything_is_read(vendor: Vendor, clever: FakeClever) -> None:
    newest = clever.tell("updated", "districts", clever.tables["districts"][DISTRICT])
    done = vendor.delta()
    assert how(done) == ("Bulk", "the first sync of this district")
    assert [(one.path, one.query) for one in clever.asked[1:3]] == [
        ("/v3.1/events", {"ending_before": ["last"], "limit": ["1"]}),
        ("/v3.1/districts", {"limit": ["100"]}),
    ]
    assert cursor(vendor) == newest


def test_a_delta_reads_the_events_after_the_cursor_and_no_collection(followed: Vendor, clever: FakeClever) -> None:
    before = cursor(followed)
    clever.create("terms", {"id": id_(5), "district": DISTRICT, "name": "Spring"})
    clever.create("users", person(30, "Ida", "New"))
    clever.update("users", 11, name={"first": "Anna", "last": "García"})
    clever.update("schools", 1, name="Río Grande School")
    clever.delete("sections", 21)
    last = clever.delete("users", 13)
    done = followed.delta()
    assert (done["status"], how(done)) == ("success", ("Delta", "the events since the last sync"))
    assert done["counts"] == NONE | {"created": 2, "updated": 2, "archived": 2}
    assert done["counts_by_type"] == {
        "schools": NONE | {"updated": 1},
        "terms": NONE | {"created": 1},
        "users": NONE | {"created": 1, "updated": 1, "archived": 1},
        "sections": NONE | {"archived": 1},
    }
    (part,) = done["districts"]
    assert (part["cursor_before"], part["cursor_after"], cursor(followed)) == (before, last, last)
    assert clever.paths() == ["/oauth/tokens", f"/v3.1/events/{before}", "/v3.1/events"]
    assert clever.asked[2].query == {"limit": ["100"], "starting_after": [before]}
    assert held(followed, "users")[id_(13)][0] == "archived"
    assert held(followed, "users")[id_(11)][2] == "Anna García"
    assert enrolled(followed) == {(id_(20), id_(user)) for user in (10, 14, 11, 12)}
    assert followed.delta()["counts"] == NONE


@pytest.mark.parametrize("kind", NUMBERS)
def test_every_kind_is_archived_and_comes_back_as_it_was(followed: Vendor, clever: FakeClever, kind: str) -> None:
    record = clever.tables[kind][NUMBERS[kind]]
    before = held(followed, kind)
    clever.tell("deleted", kind, record)
    assert followed.delta()["counts_by_type"] == {kind: NONE | {"archived": 1}}
    assert held(followed, kind)[NUMBERS[kind]] == ("archived", *before[NUMBERS[kind]][1:])
    clever.tell("created", kind, record)
    if kind == "districts":  # the start of another token's feed: everything is read
        done = followed.delta()
        assert how(done) == ("Bulk", "the district was connected anew, and its feed began again")
    else:
        assert followed.delta()["counts_by_type"] == {kind: NONE | {"restored": 1}}
    assert held(followed, kind) == before


def test_a_section_comes_back_with_its_people(followed: Vendor, clever: FakeClever) -> None:
    before = enrolled(followed)
    section = clever.remove("sections", 20)
    clever.tell("deleted", "sections", section)
    followed.delta()
    assert enrolled(followed) == {(id_(21), id_(14)), (id_(21), id_(11))}
    clever.create("sections", section)
    followed.delta()
    assert enrolled(followed) == before


def test_a_person_who_leaves_and_returns_leaves_and_returns_to_the_sections(
    followed: Vendor, clever: FakeClever
) -> None:
    before = enrolled(followed)
    ana = clever.remove("users", 11)
    clever.tell("deleted", "users", ana)
    followed.delta()
    assert enrolled(followed) == {pair for pair in before if pair[1] != id_(11)}
    clever.create("users", ana)
    followed.delta()
    assert enrolled(followed) == before


def test_sections_and_people_may_come_in_any_order_and_on_any_page(make: Make, clever: FakeClever) -> None:
    vendor = make(page_size=1)
    vendor.sync()
    new, section = person(30, "Ida", "New"), clever.tables["sections"][id_(21)]
    section |= {"students": [id_(11), id_(30)]}
    clever.add("users", new)
    clever.tell("updated", "sections", section)
    clever.tell("created", "users", new)
    done = vendor.delta()
    assert (id_(21), id_(30)) in enrolled(vendor) and done["problems"] == []
    assert clever.paths(id_(30)) == [], "the feed tells it, so nobody needs to ask"


def test_a_transfer_moves_a_student_from_one_section_to_another(followed: Vendor, clever: FakeClever) -> None:
    clever.update("sections", 20, students=[id_(11)])
    clever.update("sections", 21, students=[id_(11), id_(12)], teacher=id_(10), teachers=[id_(10)])
    followed.delta()
    assert enrolled(followed) == {
        *((id_(20), id_(user)) for user in (10, 14, 11)),
        *((id_(21), id_(user)) for user in (10, 11, 12)),
    }


def test_an_update_of_an_unknown_record_creates_it_and_a_delete_of_one_does_nothing(
    followed: Vendor, clever: FakeClever
) -> None:
    clever.add("users", person(30, "Ida", "New"))
    clever.update("users", 30, email="ida@example.test")
    clever.tell("deleted", "users", person(31, "No", "Body"))
    assert followed.delta()["counts"] == NONE | {"created": 1}
    assert id_(31) not in held(followed, "users")


def test_sparse_strange_and_broken_events_do_not_stop_the_others(followed: Vendor, clever: FakeClever) -> None:
    clever.tell("created", "resources", {"id": id_(50)})
    clever.tell("created", "nonsense", {"id": id_(51)})
    clever.tell("created", "users", {"id": id_(30)})
    clever.tell("created", "sections", {"id": id_(31), "students": None, "teacher": ""})
    clever.tell("created", "users", {})
    clever.tell("vanished", "users", person(32, "X", "Y"))
    done = followed.delta()
    assert (done["status"], done["counts"]) == ("success", NONE | {"created": 2, "failed": 1})
    assert done["problems"] == [
        {"kind": "users", "clever_id": "", "sis_id": "", "field": "id", "reason": "This app cannot do without it."}
    ]


def test_what_a_section_names_and_nobody_told_is_asked_for_once(followed: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(30, "Ida", "New"))
    students = [id_(11), id_(30), id_(99)]
    clever.update("sections", 21, students=students)
    done = followed.delta()
    assert (done["counts"]["created"], done["counts"]["skipped"]) == (1, 1)
    assert [one["clever_id"] for one in done["problems"]] == [id_(99)]
    assert (id_(21), id_(30)) in enrolled(followed)
    clever.asked.clear()
    clever.update("sections", 21, name="Fine Art")
    assert followed.delta()["problems"] == [] and clever.paths("/users") == []


def test_people_the_events_bring_are_matched_with_older_accounts(followed: Vendor, clever: FakeClever) -> None:
    seeded = [{"name": "I.", "sis_id": "sis-30", "role": "student"}, {"name": "Twin One", "role": "student"}]
    first, second = (one["internal_id"] for one in followed.probe("/seed", users=seeded)["users"])
    clever.create("users", person(30, "Ida", "New"))
    clever.create("users", person(31, "Twin", "One"))
    followed.delta()
    assert held(followed, "users")[id_(30)][1] == first
    assert [one["internal_id"] for one in followed.see("review")["candidates"]] == [second]


def test_an_event_and_the_data_api_leave_the_same_behind(followed: Vendor, clever: FakeClever) -> None:
    contact = clever.tables["users"][id_(15)]
    contact["roles"] = {"contact": {"student_relationships": [{"student": id_(11), "type": "Mother"}]}}
    old_keys = {"relationship": "Parent", "type": "Mother", "students": [id_(11)]}
    clever.tell("updated", "users", contact | {"roles": {"contact": contact["roles"]["contact"] | old_keys}})
    zoe = clever.tables["users"][id_(13)]
    clever.tell("updated", "users", zoe | {"middle": "x"})
    zoe["roles"]["student"]["email"], zoe["middle"] = "zoe@example.test", "x"
    assert followed.delta()["counts"] == NONE | {"updated": 2}
    assert followed.sync()["counts"] == NONE


# ── Pages, crashes, duplicates ────────────────────────────────────────────────────────────────────────────────


def test_the_feed_is_read_page_by_page_to_its_end(make: Make, clever: FakeClever) -> None:
    vendor = make(page_size=2)
    vendor.sync()
    start = cursor(vendor)
    ids = [clever.create("users", person(each, "P", str(each))) for each in range(100, 105)]
    clever.asked.clear()
    assert vendor.delta()["counts"]["created"] == 5
    assert [one.query for one in clever.asked if one.path == "/v3.1/events"] == [
        {"limit": ["2"], "starting_after": [after]} for after in (start, ids[1], ids[3])
    ]
    assert cursor(vendor) == ids[4]


class Crash(BaseException):
    """The machine stops."""


class Crashes(Behaviour):
    """The right behaviour, until it names somebody called Crash."""

    armed = True

    def display_name(self, kind: str, told: Told) -> str:
        name = super().display_name(kind, told)
        if self.armed and "Crash" in name:
            raise Crash
        return name


def everything(path: str) -> dict[str, list[Any]]:
    """The whole database but for its history, times and own numbers."""
    db = sqlite3.connect(path)
    wanted = {
        "records": "kind, key, clever_id, sis_id, email, name, roles, status, told",
        "enrollments": "*",
        "connections": "district, cursor",
        "applied": "event",
    }
    found = {table: sorted(db.execute(f"SELECT {columns} FROM {table}")) for table, columns in wanted.items()}
    db.close()
    return found


def a_busy_day(clever: FakeClever) -> None:
    clever.create("users", person(30, "Ida", "New"))
    clever.update("sections", 21, students=[id_(11), id_(30)])
    clever.delete("users", 13)
    clever.create("users", person(31, "Crash", "Here"))
    clever.update("sections", 20, students=[id_(11), id_(31)])
    clever.delete("terms", 2)


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_a_crash_in_the_middle_of_a_page_loses_and_doubles_nothing(
    make: Make, clever: FakeClever, tmp_path: Path, page_size: int
) -> None:
    paths = {name: str(tmp_path / name) for name in ("unbroken", "broken")}
    behaviour = Crashes()
    unbroken = make(database=paths["unbroken"], page_size=page_size)
    broken = make(behaviour, database=paths["broken"], page_size=page_size)
    unbroken.sync(), broken.sync()
    start = cursor(broken)
    a_busy_day(clever)
    unbroken.delta()
    with pytest.raises(Crash):
        broken.app.extensions["vendor"].syncs.run("the night")
    told = [event["id"] for event in clever.feed or []]
    done = 3 // page_size * page_size  # the pages before the one with the fourth event
    assert cursor(broken) == (told[done] if done else start)
    assert id_(31) not in held(broken, "users")
    broken.store.close()
    again = make(database=paths["broken"], page_size=page_size)
    assert again.see("syncs")["syncs"][0]["status"] == "failed"
    clever.asked.clear()
    assert again.delta()["status"] == "success"
    (asked,) = [one for one in clever.asked if one.path == "/v3.1/events"][:1]
    assert asked.query["starting_after"] == [told[done] if done else start]
    again.store.close(), unbroken.store.close()
    assert everything(paths["broken"]) == everything(paths["unbroken"])


def test_an_error_on_a_page_undoes_that_page_and_says_what_stays(make: Make, clever: FakeClever) -> None:
    class Fails(Behaviour):
        def display_name(self, kind: str, told: Told) -> str:
            if "Crash" in (name := super().display_name(kind, told)):
                raise RuntimeError
            return name

    vendor = make(Fails(), page_size=2)
    vendor.sync()
    a_busy_day(clever)
    done = vendor.delta()
    assert done["status"] == "failed" and done["counts"] == NONE | {"created": 1, "updated": 1}
    assert "the next sync goes on from there" in done["problems"][0]["reason"]
    assert cursor(vendor) == (clever.feed or [])[2]["id"] and held(vendor, "users")[id_(13)][0] == "active"


def test_an_event_that_is_told_again_does_nothing(followed: Vendor, clever: FakeClever) -> None:
    assert clever.feed is not None
    clever.update("users", 11, name={"first": "Anna", "last": "García"})
    clever.update("users", 11, name={"first": "Hannah", "last": "García"})
    clever.create("users", person(30, "Ida", "New"))
    clever.feed += clever.feed[1:3]
    clever.feed.append(clever.feed[3])
    clever.delete("users", 30)
    clever.feed.append(clever.feed[3])
    assert followed.delta()["counts"] == NONE | {"updated": 2, "created": 1, "archived": 1}
    assert held(followed, "users")[id_(11)][2] == "Hannah García"
    assert held(followed, "users")[id_(30)][0] == "archived"
    followed.delta()
    assert held(followed, "users")[id_(30)][0] == "archived"


@pytest.mark.parametrize("page_size", [2, 3, 100])
def test_events_that_come_last_to_first_are_applied_by_their_ids(
    make: Make, clever: FakeClever, page_size: int
) -> None:
    vendor = make(page_size=page_size)
    vendor.sync()
    clever.update("users", 11, name={"first": "Anna", "last": "García"})
    clever.update("users", 11, name={"first": "Hannah", "last": "García"})
    clever.tell("deleted", "users", clever.tables["users"][id_(13)])
    clever.tell("created", "users", clever.tables["users"][id_(13)])
    newest = clever.update("users", 11, name={"first": "Joan", "last": "García"})
    clever.turned = True
    assert vendor.delta()["status"] == "success"
    assert held(vendor, "users")[id_(11)][2] == "Joan García"
    assert held(vendor, "users")[id_(13)][0] == "active"
    assert cursor(vendor) == newest
    assert vendor.delta()["counts"] == NONE


def test_an_outage_while_a_page_is_applied_leaves_page_and_cursor_as_they_were(
    make: Make, clever: FakeClever
) -> None:
    vendor = make(page_size=2)
    vendor.sync()
    done = clever.update("users", 12, email="bo@example.test"), clever.create("users", person(31, "Al", "Most"))
    clever.add("users", person(99, "Ned", "Unheard"))
    clever.update("sections", 21, students=[id_(11), id_(99)])
    clever.create("users", person(30, "Ida", "New"))
    clever.faults.append(Fault("/v3.1/users", 503, times=None))
    assert vendor.delta()["status"] == "failed"
    assert cursor(vendor) == done[1] and id_(31) in held(vendor, "users") and id_(30) not in held(vendor, "users")
    clever.faults.clear()
    assert vendor.delta()["counts"] == NONE | {"created": 2, "updated": 1}
    assert (id_(21), id_(99)) in enrolled(vendor)


def test_what_changes_while_everything_is_read_is_told_twice_and_changes_nothing(
    followed: Vendor, clever: FakeClever
) -> None:
    clever.update("users", 11, name={"first": "Anna", "last": "García"})
    clever.delete("users", 13)
    followed.sync()
    followed.store.execute("UPDATE connections SET cursor = ?", (clever.feed or [])[0]["id"])
    before = held(followed, "users")
    assert followed.delta()["counts"] == NONE
    assert held(followed, "users") == before


# ── Gaps ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_29_days_everything_is_read(followed: Vendor, clever: FakeClever) -> None:
    clever.update("users", 11, email="a@example.test")
    followed.clock.advance(days=29)
    assert how(followed.delta())[0] == "Delta"
    followed.clock.advance(days=29, seconds=1)
    newest = clever.update("users", 11, email="b@example.test")
    assert how(followed.delta()) == ("Bulk", "the last sync is more than 29 days ago")
    assert cursor(followed) == newest
    assert how(followed.delta())[0] == "Delta"


def test_a_cursor_that_expired_is_a_gap(followed: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(30, "Ida", "New"))
    clever.feed = []
    newest = clever.update("users", 11, email="a@example.test")
    assert how(followed.delta()) == ("Bulk", "Clever no longer keeps the event we stopped at")
    assert id_(30) in held(followed, "users") and cursor(followed) == newest


def test_a_feed_that_began_again_is_a_gap(followed: Vendor, clever: FakeClever) -> None:
    clever.add("users", person(30, "Ida", "New"))
    newest = clever.tell("created", "districts", clever.tables["districts"][DISTRICT])
    assert how(followed.delta()) == ("Bulk", "the district was connected anew, and its feed began again")
    assert id_(30) in held(followed, "users") and cursor(followed) == newest


@pytest.mark.parametrize("feed", [None, []])
def test_without_events_everything_is_read_each_time(
    make: Make, clever: FakeClever, feed: list[dict[str, Any]] | None
) -> None:
    clever.feed = feed
    vendor = make()
    vendor.delta()
    assert cursor(vendor) is None
    clever.add("users", person(30, "Ida", "New"))
    assert how(done := vendor.delta()) == ("Bulk", "there is no feed of events")
    assert done["counts"]["created"] == 1


def test_a_silent_feed_is_doubted_when_the_district_was_synced_or_a_week_went_by(
    followed: Vendor, clever: FakeClever
) -> None:
    silent = "Clever told no event although the district changed or was long silent"
    clever.tables["districts"][DISTRICT]["last_sync"] = "2026-09-02T03:00:00.000Z"
    clever.add("users", person(30, "Ida", "New"))
    assert how(done := followed.delta()) == ("Bulk", silent) and done["counts"]["created"] == 1
    assert how(followed.delta())[0] == "Delta"
    followed.clock.advance(days=7)
    assert how(followed.delta())[0] == "Delta"
    followed.clock.advance(seconds=1)
    assert how(followed.delta()) == ("Bulk", silent)


def test_more_events_than_records_are_a_rollover(followed: Vendor, clever: FakeClever) -> None:
    for _ in range(1001):
        clever.tell("updated", "schools", clever.tables["schools"][id_(1)])
    assert how(followed.delta()) == ("Bulk", "there are more events than records, as at a rollover")


def test_a_full_sync_is_made_when_asked_for_or_configured(make: Make, clever: FakeClever) -> None:
    vendor = make(method="bulk")
    vendor.sync()
    assert how(vendor.sync()) == ("Bulk", "a full sync was asked for")
    run = vendor.app.extensions["vendor"].syncs.run("the night")
    assert vendor.see(f"syncs/{run}")["method"] == "Bulk"
    assert how(vendor.delta())[0] == "Delta"
    assert vendor.app.test_client().post("/probe/sync", json={"mode": "half"}).status_code == 400


# ── Large changes ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def crowded(vendor: Vendor, clever: FakeClever) -> Vendor:
    """Forty-six people are known."""
    crowd(clever)
    vendor.sync()
    return vendor


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_large_change_waits_and_then_does_what_a_person_confirms(
    crowded: Vendor, clever: FakeClever, mode: str
) -> None:
    before, was = held(crowded, "users"), cursor(crowded)
    clever.create("users", person(30, "Ida", "New"))
    for number in range(100, 110):
        clever.delete("users", number)
    done = crowded.probe("/sync", mode=mode)
    assert done["status"] == "held" and done["counts"] == NONE
    assert "10 of 46 users" in done["problems"][0]["reason"]
    assert (held(crowded, "users"), cursor(crowded)) == (before, was)
    (hold,) = crowded.see("holds")["holds"]
    assert hold["leaving"] == {"users": {"leaving": 10, "active": 46}}
    assert (hold["status"], hold["sync"]) == ("waiting", done["id"])
    assert crowded.probe("/sync", mode=mode)["status"] == "held"
    (hold, old) = crowded.see("holds")["holds"]
    assert (hold["status"], old["status"]) == ("waiting", "over")
    confirmed = crowded.probe(f"/holds/{hold['id']}", decision="confirm")
    assert confirmed["status"] == "success"
    assert confirmed["counts"] == NONE | {"created": 1, "archived": 10}
    assert confirmed["method"] == {"full": "Bulk", "delta": "Delta"}[mode]
    assert [one["status"] for one in crowded.see("holds")["holds"]] == ["done", "over"]
    again = crowded.app.test_client().post(f"/probe/holds/{hold['id']}", json={"decision": "confirm"})
    assert again.status_code == 409


def test_a_fifth_and_a_handful_do_not_wait(crowded: Vendor, clever: FakeClever) -> None:
    for number in range(100, 109):  # 9 of 46
        clever.delete("users", number)
    assert crowded.delta()["status"] == "success"
    crowd(clever, 50)
    clever.remove("users", 13)
    crowded.sync()  # 50 + 5 people
    clever.add("users", *(person(each, "Q", str(each)) for each in range(200, 295)))
    crowded.sync()  # 150
    for number in range(200, 230):  # a fifth exactly
        clever.delete("users", number)
    assert crowded.delta()["status"] == "success"


def test_who_is_gone_and_back_again_does_not_count(crowded: Vendor, clever: FakeClever) -> None:
    for number in range(100, 130):
        record = clever.remove("users", number)
        clever.tell("deleted", "users", record)
        clever.create("users", record)
    assert crowded.delta()["counts"] == NONE | {"archived": 30, "restored": 30}


def test_the_share_is_a_setting(make: Make, clever: FakeClever) -> None:
    crowd(clever)
    easy, strict = make(archive_share=1.0), make(archive_share=0.0)
    easy.sync(), strict.sync()
    for number in range(100, 112):
        clever.delete("users", number)
    assert (easy.delta()["status"], strict.delta()["status"]) == ("success", "held")


def test_a_confirmation_covers_no_more_than_was_shown(crowded: Vendor, clever: FakeClever) -> None:
    for number in range(100, 110):
        clever.delete("users", number)
    crowded.delta()
    (hold,) = crowded.see("holds")["holds"]
    clever.delete("users", 110)
    done = crowded.probe(f"/holds/{hold['id']}", decision="confirm")
    assert done["status"] == "held" and "11 of 46 users" in done["problems"][0]["reason"]


def test_a_discarded_change_is_not_made_and_a_mended_one_no_longer_waits(
    crowded: Vendor, clever: FakeClever
) -> None:
    before = held(crowded, "users")
    gone = [clever.remove("users", number) for number in range(100, 110)]
    for record in gone:
        clever.tell("deleted", "users", record)
    crowded.delta()
    (hold,) = crowded.see("holds")["holds"]
    assert crowded.probe(f"/holds/{hold['id']}", decision="discard") == {"status": "discarded"}
    assert held(crowded, "users") == before
    assert crowded.app.test_client().post("/probe/holds/1", json={"decision": "maybe"}).status_code == 400
    assert crowded.delta()["status"] == "held"
    for record in gone:
        clever.create("users", record)
    assert crowded.delta()["status"] == "success"
    assert held(crowded, "users") == before
    assert [one["status"] for one in crowded.see("holds")["holds"]] == ["over", "discarded"]


def test_a_hold_of_one_district_does_not_keep_the_others_waiting(crowded: Vendor, clever: FakeClever) -> None:
    clever.tokens[OTHER] = "other-token"
    clever.add("districts", {"id": OTHER, "name": "Other"})
    clever.add("users", person(500, "Olga", "Other", district=OTHER))
    for number in range(100, 110):
        clever.remove("users", number)
    done = crowded.sync()
    assert {one["district"]: one["status"] for one in done["districts"]} == {DISTRICT: "held", OTHER: "success"}
    assert done["status"] == "held" and id_(500) in held(crowded, "users")


# ── Trouble ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_in_the_feed_keeps_the_pages_before_and_resumes_there(make: Make, clever: FakeClever) -> None:
    vendor = make(page_size=2)
    vendor.sync()
    ids = [clever.create("users", person(each, "P", str(each))) for each in range(100, 105)]
    second = f"/v3.1/events?limit=2&starting_after={ids[1]}"
    clever.down = second
    done = vendor.delta()
    assert done["status"] == "failed" and "goes on from there" in done["problems"][0]["reason"]
    assert vendor.clock.waits == [1, 2, 4, 8, 16]
    assert cursor(vendor) == ids[1] and set(held(vendor, "users")) >= {id_(100), id_(101)}
    assert id_(102) not in held(vendor, "users")
    clever.down, clever.asked = "", []
    assert vendor.delta()["counts"]["created"] == 3
    resumed = next(one for one in clever.asked if one.path == "/v3.1/events")
    assert resumed.query["starting_after"] == [ids[1]]


def test_a_full_window_is_waited_out(followed: Vendor, clever: FakeClever) -> None:
    clever.update("users", 11, email="a@example.test")
    reset = str(int(followed.clock.now().timestamp()) + 41)
    clever.faults.append(Fault("/v3.1/events", 429, body="", headers={"X-Ratelimit-Reset": reset}))
    assert followed.delta()["counts"]["updated"] == 1 and followed.clock.waits == [41]


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_token_rotated_during_the_sync_is_asked_for_once_more(
    followed: Vendor, clever: FakeClever, mode: str
) -> None:
    clever.update("users", 11, email="a@example.test")
    clever.rotate_at = "/v3.1/events"
    done = followed.probe("/sync", mode=mode)
    assert done["status"] == "success" and done["counts"]["updated"] == 1
    asked = [one.query for one in clever.asked if one.path == "/oauth/tokens"]
    assert asked == [{"owner_type": ["district"]}, {"owner_type": ["district"], "district": [DISTRICT]}]


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_district_that_disconnects_keeps_its_data(followed: Vendor, clever: FakeClever, mode: str) -> None:
    before = {kind: held(followed, kind) for kind in NUMBERS}
    clever.faults.append(Fault("/v3.1", 401, times=None))
    done = followed.probe("/sync", mode=mode)
    assert done["status"] == "failed" and "refused our key" in done["problems"][0]["reason"]
    (one,) = followed.see("cursors")["cursors"]
    assert (one["connected"], one["why"]) == (False, "Clever refuses our key for this district and has no other.")
    clever.faults.clear()
    del clever.tokens[DISTRICT]
    clever.tokens[OTHER] = "other-token"
    clever.add("districts", {"id": OTHER, "name": "Other"})
    assert followed.probe("/sync", mode=mode)["status"] == "success"
    assert {kind: {k: v for k, v in held(followed, kind).items() if k != OTHER} for kind in NUMBERS} == before
    clever.tokens[DISTRICT] = "again"
    assert followed.probe("/sync", mode=mode)["status"] == "success"
    assert all(one["connected"] for one in followed.see("cursors")["cursors"])


def test_a_district_clever_no_longer_lists_is_disconnected(followed: Vendor, clever: FakeClever) -> None:
    before = held(followed, "users")
    clever.tokens = {OTHER: "other-token"}
    clever.add("districts", {"id": OTHER, "name": "Other"})
    followed.delta()
    told = {one["district"]: (one["connected"], one["why"]) for one in followed.see("cursors")["cursors"]}
    assert told == {DISTRICT: (False, "Clever no longer lists this district for us."), OTHER: (True, "")}
    assert held(followed, "users") == before


def test_a_database_of_the_form_before_keeps_its_records(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    vendor = make(database=str(path))
    vendor.sync()
    before = held(vendor, "users")
    vendor.store.execute("DROP TABLE problems"), vendor.store.execute("ALTER TABLE syncs DROP COLUMN method")
    vendor.store.execute("PRAGMA user_version = 0")
    vendor.store.close()
    again = make(database=str(path))
    assert held(again, "users") == before and again.see("syncs") == {"syncs": []}
    assert again.delta()["status"] == "success"
