"""The full sync: what it reads, what it keeps, what it archives, and what it survives."""

from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, SYNC, FakeClever, Fault, basic, id_, person

OTHER = "e" * 24


def by_id(vendor: Vendor, kind: str) -> dict[str | None, dict[str, Any]]:
    return {one["clever_id"]: one for one in vendor.see(kind)[kind]}


def enrolled(vendor: Vendor) -> set[tuple[str, str, str]]:
    rows = vendor.see("enrollments")["enrollments"]
    return {(row["section"], row["user"], row["role"]) for row in rows if row["status"] == "active"}


def test_a_first_sync_takes_everything_in(vendor: Vendor, clever: FakeClever) -> None:
    done = vendor.sync()
    assert done["status"] == "success" and done["problems"] == []
    assert done["counts"] == {"created": 12, "updated": 0, "archived": 0, "restored": 0, "skipped": 0, "failed": 0}
    assert set(vendor.users()) == {id_(number) for number in range(10, 16)}
    assert vendor.users()[id_(15)]["name"] == "Someone Parent"
    assert (
        by_id(vendor, "sections")[id_(20)] | {"school": id_(1), "course": id_(3), "term": id_(2)}
        == (by_id(vendor, "sections")[id_(20)])
    )
    assert by_id(vendor, "sections")[id_(21)]["term"] is None
    assert basic(clever.asked[0]) == SYNC
    assert clever.asked[0].query == {"owner_type": ["district"]}


def test_co_teachers_and_all_classes_are_kept(vendor: Vendor) -> None:
    vendor.sync()
    assert enrolled(vendor) == {
        (id_(20), id_(10), "teacher"),
        (id_(20), id_(14), "teacher"),
        (id_(20), id_(11), "student"),
        (id_(20), id_(12), "student"),
        (id_(21), id_(14), "teacher"),
        (id_(21), id_(11), "student"),
    }


def test_a_second_sync_of_the_same_changes_nothing(vendor: Vendor) -> None:
    vendor.sync()
    before = vendor.users()
    assert set(vendor.sync()["counts"].values()) == {0}
    assert vendor.users() == before


def test_every_page_is_read_by_its_link(make: Make, clever: FakeClever) -> None:
    vendor = make(page_size=2)
    vendor.sync()
    asked = [one.query for one in clever.asked if one.path == "/v3.1/users"]
    assert asked == [
        {"limit": ["2"]},
        {"limit": ["2"], "starting_after": [id_(11)]},
        {"limit": ["2"], "starting_after": [id_(13)]},
    ]
    assert len(vendor.users()) == 6


def test_a_link_that_goes_round_stops_the_sync(vendor: Vendor, clever: FakeClever) -> None:
    body = '{"data": [], "links": [{"rel": "next", "uri": "/v3.1/users?limit=100"}]}'
    clever.faults.append(Fault("/v3.1/users", 200, times=None, body=body))
    assert vendor.sync()["status"] == "failed"


def test_a_link_to_elsewhere_gets_no_token(vendor: Vendor, clever: FakeClever) -> None:
    body = '{"data": [], "links": [{"rel": "next", "uri": "http://evil.test/v3.1/users"}]}'
    clever.faults.append(Fault("/v3.1/users", 200, times=None, body=body))
    assert vendor.sync()["status"] == "failed"


@pytest.mark.parametrize(("kind", "number"), [("users", 13), ("sections", 21), ("terms", 2), ("courses", 3)])
def test_what_vanishes_is_archived_and_comes_back_as_it_was(
    vendor: Vendor, clever: FakeClever, kind: str, number: int
) -> None:
    vendor.sync()
    before = by_id(vendor, kind)[id_(number)]
    gone = clever.remove(kind, number)
    for section in clever.tables["sections"].values():
        for key in ("term_id", "course"):
            if section.get(key) == id_(number):
                del section[key]
    assert vendor.sync()["counts"]["archived"] == 1
    assert by_id(vendor, kind)[id_(number)] == before | {"status": "archived"}
    clever.add(kind, gone)
    assert vendor.sync()["counts"]["restored"] == 1
    assert by_id(vendor, kind)[id_(number)] == before


def test_people_who_vanish_leave_their_classes_and_cannot_log_in(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    vendor.log_in(11)
    gone = clever.remove("users", 11)
    done = vendor.sync()
    assert done["counts"]["skipped"] == 1 and done["problems"][0]["clever_id"] == id_(11)
    assert not [one for one in enrolled(vendor) if one[1] == id_(11)]
    assert vendor.browser.get("/home").status_code == 401, "the archived person's session ended"
    clever.add("users", gone)
    refused = vendor.log_in(11)
    assert refused.status_code == 403 and "archived" in refused.text
    vendor.sync()
    assert vendor.log_in(11).location == "/home"
    assert (id_(21), id_(11), "student") in enrolled(vendor)


def test_a_section_that_ends_ends_its_enrollments(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    clever.remove("sections", 21)
    vendor.sync()
    assert {one[0] for one in enrolled(vendor)} == {id_(20)}


def test_an_unshared_student_is_skipped_and_the_rest_goes_on(vendor: Vendor, clever: FakeClever) -> None:
    clever.tables["sections"][id_(20)]["students"].insert(0, id_(99))
    done = vendor.sync()
    assert done["status"] == "success" and done["counts"]["skipped"] == 1
    assert done["problems"] == [
        {
            "kind": "users",
            "clever_id": id_(99),
            "sis_id": "",
            "field": "id",
            "reason": "A section names it, but Clever answers 404: it is not shared with this app.",
        }
    ]
    assert clever.paths(id_(99)) == [f"/v3.1/users/{id_(99)}"]


def test_sparse_and_broken_records_do_not_stop_the_others(vendor: Vendor, clever: FakeClever) -> None:
    clever.add("users", {"id": id_(40), "name": "not an object", "roles": ["student"], "email": ["x"]})
    clever.add("users", {"id": id_(42), "name": {"first": "Half \ud83d", "last": "\0\u202eX" * 5000}})
    clever.add("users", {"id": id_(41), "email": None, "name": None, "roles": {"student": {"grade": None}}})
    clever.tables["users"]["~"] = {"id": " ", "name": {"last": "Nobody"}, "district": DISTRICT}
    for record in clever.tables["users"].values():
        record.setdefault("district", DISTRICT)
    done = vendor.sync()
    assert done["status"] == "success" and done["counts"]["failed"] == 1
    assert done["problems"][0]["field"] == "id"
    assert {id_(40), id_(41), id_(42)} <= set(vendor.users())
    assert vendor.log_in(42).location == "/home" and "Half ?" in vendor.home()


def test_records_of_two_districts_with_the_same_sis_id_stay_apart(vendor: Vendor, clever: FakeClever) -> None:
    clever.tokens[OTHER] = "other-token"
    clever.add("districts", {"id": OTHER, "name": "Other"})
    twin = person(50, "Ana", "García", district=OTHER)
    twin["roles"]["student"]["sis_id"] = "sis-11"
    clever.add("users", twin)
    vendor.sync()
    assert {vendor.users()[id_(number)]["sis_id"] for number in (11, 50)} == {"sis-11"}
    del clever.tokens[OTHER]
    vendor.sync()
    assert vendor.users()[id_(50)]["status"] == "active", "a district that was not read loses nothing"


def test_older_accounts_are_matched_by_sis_id_or_email_but_never_by_name(vendor: Vendor) -> None:
    seeded = [
        {"name": "T. N.", "sis_id": "sis-10", "role": "teacher"},
        {"name": "A. G.", "email": "Ana.garcía@example.test", "role": "student"},
        {"name": "Zoë 李", "email": "someone@else.test", "role": "student"},
    ]
    ids = [user["internal_id"] for user in vendor.probe("/seed", users=seeded)["users"]]
    vendor.sync()
    users = vendor.users()
    assert [users[id_(10)]["internal_id"], users[id_(11)]["internal_id"]] == ids[:2]
    assert users[None]["internal_id"] == ids[2] and users[id_(13)]["internal_id"] != ids[2]
    candidates = vendor.see("review")["candidates"]
    assert [(one["internal_id"], one["clever_id"]) for one in candidates] == [(ids[2], id_(13))]


def test_a_middle_name_is_shown_and_does_not_hide_a_namesake(vendor: Vendor, clever: FakeClever) -> None:
    clever.tables["users"][id_(13)]["name"]["middle"] = "Noor"
    seeded = vendor.probe("/seed", users=[{"name": "Zoë 李"}, {"name": "zoë noor 李"}])["users"]
    vendor.sync()
    assert vendor.users()[id_(13)]["name"] == "Zoë Noor 李"
    waiting = [one["internal_id"] for one in vendor.see("review")["candidates"]]
    assert waiting == [one["internal_id"] for one in seeded]


def test_an_account_two_people_could_claim_is_left_for_review(vendor: Vendor, clever: FakeClever) -> None:
    clever.tables["users"][id_(13)]["email"] = clever.tables["users"][id_(11)]["email"]
    vendor.probe("/seed", users=[{"name": "X", "email": "ana.garcía@example.test", "role": "student"}])
    vendor.sync()
    assert len(vendor.see("review")["candidates"]) == 2 and None in vendor.users()


def test_progress_hangs_on_the_person(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    browser = vendor.app.test_client()
    browser.put(f"/probe/progress/{id_(11)}", json={"item": "Momo", "score": 0})
    clever.remove("sections", 20)
    clever.remove("sections", 21)
    vendor.sync()
    clever.remove("users", 11)
    vendor.sync()
    assert vendor.see(f"progress/{id_(11)}") == {"progress": [{"item": "Momo", "score": 0}]}


# ── Trouble on the wire ───────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_is_waited_out_longer_and_longer(vendor: Vendor, clever: FakeClever) -> None:
    clever.faults.append(Fault("/v3.1/users", 503, times=3))
    assert vendor.sync()["status"] == "success"
    assert vendor.clock.waits == [1, 2, 4]


def test_after_five_retries_the_sync_stops_and_has_changed_nothing(vendor: Vendor, clever: FakeClever) -> None:
    vendor.sync()
    before = vendor.users()
    clever.remove("users", 13)
    clever.faults.append(Fault("/v3.1/sections", 500, times=None))
    done = vendor.sync()
    assert done["status"] == "failed" and "Nothing was changed" in done["problems"][0]["reason"]
    assert vendor.clock.waits == [1, 2, 4, 8, 16] and vendor.users() == before


def test_a_full_window_is_waited_out(vendor: Vendor, clever: FakeClever) -> None:
    reset = str(int(vendor.clock.now().timestamp()) + 30)
    clever.faults.append(Fault("/v3.1/users", 429, body="", headers={"X-Ratelimit-Reset": f"12, {reset}"}))
    assert vendor.sync()["status"] == "success"
    assert vendor.clock.waits == [30]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 501])
def test_a_refusal_is_never_repeated_and_archives_nothing(vendor: Vendor, clever: FakeClever, status: int) -> None:
    vendor.sync()
    before, asked = vendor.users(), len(clever.paths("/users"))
    clever.faults.append(Fault("/v3.1/users", status, times=None))
    assert vendor.sync()["status"] == "failed"
    assert vendor.clock.waits == [] and vendor.users() == before
    assert len(clever.paths("/users")) == asked + 1


@pytest.mark.parametrize("body", ["", "{}", "[]", "<html>", '{"data": [', '{"data": {}}', '{"data": [1]}'])
def test_an_unreadable_answer_is_not_an_empty_district(vendor: Vendor, clever: FakeClever, body: str) -> None:
    vendor.sync()
    before = vendor.users()
    clever.faults.append(Fault("/v3.1/users", 200, times=None, body=body))
    assert vendor.sync()["status"] == "failed"
    assert vendor.users() == before


def test_a_rotated_token_is_asked_for(vendor: Vendor, clever: FakeClever) -> None:
    clever.tokens[DISTRICT] = "rotated"
    assert vendor.sync()["status"] == "success"
    assert clever.asked[1].headers["Authorization"] == "Bearer rotated"


def test_the_configured_token_serves_when_clever_will_not_say(vendor: Vendor, clever: FakeClever) -> None:
    clever.faults.append(Fault("/oauth/tokens", 401, times=None))
    assert vendor.sync()["status"] == "success"


def test_without_any_district_the_sync_says_so(make: Make, clever: FakeClever) -> None:
    clever.tokens.clear()
    vendor = make(district_token="")
    assert "No district is connected" in vendor.sync()["problems"][0]["reason"]


# ── Keeping up to date ────────────────────────────────────────────────────────────────────────────────────────


def test_each_login_rereads_the_person_without_losing_what_the_sync_told(
    vendor: Vendor, clever: FakeClever
) -> None:
    vendor.sync()
    clever.add("users", {"id": id_(11), "name": {"first": "Anna", "last": "García"}, "roles": {"student": {}}})
    vendor.log_in(11)
    assert vendor.users()[id_(11)]["name"] == "Anna García"
    assert vendor.users()[id_(11)]["sis_id"] == "sis-11"


def test_the_first_login_after_a_day_syncs(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(11)
    assert clever.paths("/sections") == [], "the first sync is a person's decision"
    vendor.sync()
    clever.tables["users"][id_(13)]["email"] = "later@example.test"
    vendor.clock.advance(hours=23)
    vendor.log_in(11)
    assert vendor.users()[id_(13)]["email"] != "later@example.test"
    vendor.clock.advance(hours=1)
    vendor.log_in(11)
    assert vendor.users()[id_(13)]["email"] == "later@example.test"


def test_a_person_who_is_shared_for_login_only_is_not_archived(vendor: Vendor, clever: FakeClever) -> None:
    vendor.log_in(13)
    clever.remove("users", 13)
    vendor.sync()
    assert vendor.users()[id_(13)]["status"] == "active"


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sync_now_shows_progress_and_history(vendor: Vendor) -> None:
    vendor.log_in(10)
    assert vendor.browser.post("/sync").status_code == 400, "a form needs its token"
    started = vendor.browser.post("/sync", data={"csrf": vendor.csrf()})
    page = vendor.browser.get(started.location or "").text
    assert "Sync finished" in page and "<progress" in page and "refresh" not in page
    history = vendor.browser.get("/syncs").text
    assert "Tia Nuñez" in history and ">11<" in history


def test_a_running_sync_refreshes_its_page_and_is_not_started_twice(vendor: Vendor) -> None:
    vendor.log_in(10)
    store = vendor.store
    running = store.insert("syncs", {"started_by": "x", "started_at": "2026-09-01", "steps": 8, "step": 3})
    again = vendor.browser.post("/sync", data={"csrf": vendor.csrf()})
    assert (again.location or "").endswith(f"/syncs/{running}")
    page = vendor.browser.get(again.location or "").text
    assert 'http-equiv="refresh"' in page and 'max="8" value="3"' in page


@pytest.mark.parametrize("kind", ["schools", "terms", "courses", "users", "sections"])
def test_every_record_has_a_page(vendor: Vendor, kind: str) -> None:
    vendor.sync()
    vendor.log_in(10)
    listing = vendor.browser.get(f"/roster/{kind}")
    assert listing.status_code == 200
    for record in vendor.store.records("kind = ?", kind):
        page = vendor.browser.get(f"/roster/{kind}/{record.id}")
        assert page.status_code == 200 and record.clever_id in page.text


def test_the_roster_can_be_searched(vendor: Vendor) -> None:
    vendor.sync()
    vendor.log_in(10)
    page = vendor.browser.get("/roster/users?q=zo&role=student").text
    assert "Zoë 李" in page and "Ana" not in page
    assert "Nothing here matches" in vendor.browser.get("/roster/users?status=archived&page=9").text
    assert vendor.browser.get("/roster/nothing").status_code == 404
    assert vendor.browser.get("/roster/users/999999").status_code == 404


def test_a_section_shows_its_teachers_and_students(vendor: Vendor) -> None:
    vendor.sync()
    vendor.log_in(10)
    algebra = vendor.store.find("sections", "clever_id", id_(20))
    page = vendor.browser.get(f"/roster/sections/{algebra.id}").text
    for words in ("Tia Nuñez", "Uma Second", "Ana García", "Bo O&#39;Neil", "Río School", "Math", "Fall"):
        assert words in page


def test_a_student_and_a_contact_show_each_other(vendor: Vendor, clever: FakeClever) -> None:
    relations = [{"student": id_(11), "relationship": "Aunt/Uncle"}, {"student": id_(99)}, "nonsense"]
    clever.tables["users"][id_(15)]["roles"]["contact"]["student_relationships"] = relations
    vendor.sync()
    vendor.log_in(10)
    numbers = {one["clever_id"]: one["internal_id"] for one in vendor.users().values()}
    assert "Ana García" in vendor.browser.get(f"/roster/users/{numbers[id_(15)]}").text
    page = vendor.browser.get(f"/roster/users/{numbers[id_(11)]}").text
    assert "Someone Parent" in page and "Aunt/Uncle" in page


def test_home_shows_classes_and_keeps_a_reading_log(vendor: Vendor) -> None:
    vendor.sync()
    vendor.log_in(11)
    assert "Algebra" in vendor.home() and "Art" in vendor.home()
    vendor.browser.post("/reading", data={"csrf": vendor.csrf(), "title": "Momo", "pages": "12"})
    assert "Momo" in vendor.home() and "12 pages" in vendor.home()


def test_a_broken_page_is_calm(vendor: Vendor) -> None:
    vendor.log_in(10)
    vendor.store.execute("ALTER TABLE review RENAME TO elsewhere")
    answer = vendor.browser.get("/review")
    assert answer.status_code == 500 and "our fault" in answer.text and "sqlite" not in answer.text


def test_a_sync_that_waits_while_everything_is_forgotten_never_begins(
    vendor: Vendor, clever: FakeClever, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = vendor.app.extensions["vendor"].syncs
    waiting: list[Any] = []
    monkeypatch.setattr(syncs, "_background", waiting.append)
    syncs.start("somebody")
    assert vendor.probe("/reset") == {"status": "forgotten"}
    asked = len(clever.asked)
    [begin] = waiting
    begin()
    assert len(clever.asked) == asked and vendor.see("syncs")["syncs"] == []
    assert vendor.sync()["status"] == "success"
