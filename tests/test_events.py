"""The feed of events: exact batches over the hand-written town, and the law that replaying them leads to today."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from clients import Mock, Reader
from msgspec import structs
from town import ADA, ALGEBRA, ALGEBRA_ASH, ASH, BEN, BIRCH, CLEO, DAN, PAT, ROOT, SOL, TESS, TOWN, UMA, town

from mock_clever.apps import GRANTS
from mock_clever.clock import iso, moment
from mock_clever.versions import VERSIONS

V3 = "/v3.1/events"
DAY = 24 * 3600


@pytest.fixture
def mock() -> Mock:
    found = Mock()
    found.control("PATCH", "settings", {"last_sync_events": "silent"})  # that it moves is told in test_sync
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": "2026-09-01T12:00:00.250Z"})
    connection = found.connection(found.sync)
    for connected in (False, True):  # a new feed, which begins now
        found.control("PATCH", f"connections/{connection}", {"connected": connected})
    return found


def change(mock: Mock, *changes: dict[str, Any]) -> None:
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": list(changes)})


def update(id: str, kind: str = "users", **values: Any) -> dict[str, Any]:
    return {"type": "record.update", "kind": kind, "id": id, "set": values}


def newest(reader: Reader, version: str = "v3.1") -> str:
    """The cursor a client remembers, as the documents say to find it."""
    found: str = reader.get(f"/{version}/events?ending_before=last&limit=1")["data"][0]["data"]["id"]
    return found


def since(reader: Reader, cursor: str, version: str = "v3.1", **query: str) -> list[dict[str, Any]]:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return [e["data"] for e in reader.get(f"/{version}/events?starting_after={cursor}{more}")["data"]]


def brief(event: dict[str, Any]) -> tuple[str, str]:
    return event["type"], event["data"]["object"]["id"]


def test_a_new_connection_begins_with_its_district_and_all_that_is_shared(mock: Mock) -> None:
    body = mock.reader().get(V3)
    assert [brief(element["data"]) for element in body["data"]] == [
        ("districts.created", TOWN),
        *(("users.created", id) for id in sorted((ROOT, *admins_who_teach()))),
        *(("schools.created", id) for id in (ASH, BIRCH)),
        *(("terms.created", term.id) for term in town().terms),
        *(("courses.created", course.id) for course in town().courses),
        *(("users.created", id) for id in (ADA, BEN, CLEO, DAN)),
        ("users.created", PAT),
        *(("users.created", id) for id in (TESS, UMA) if id not in admins_who_teach()),
        *(("sections.created", section.id) for section in town().sections),
        ("users.created", SOL),
        *(("resources.created", resource.id) for resource in town().resources),
    ]
    assert body["links"] == [{"rel": "self", "uri": "/v3.1/events?"}]


def admins_who_teach() -> list[str]:
    return [u.id for u in town().users if u.roles.district_admin and u.roles.teacher]


def test_an_event_is_wrapped_twice_and_dated_by_whole_seconds(mock: Mock) -> None:
    reader = mock.reader()
    element = reader.get(V3)["data"][0]
    event = element["data"]
    assert list(element) == ["data", "uri"]
    assert list(event) == ["created", "data", "id", "type"]
    assert event["created"] == "2026-09-01T12:00:00.000Z" != iso(moment("2026-09-01T12:00:00.250Z"))
    assert int(event["id"][:8], 16) == moment(event["created"])
    assert element["uri"] == f"{V3}/{event['id']}"
    assert list(event["data"]) == ["object"]
    assert reader.get(element["uri"]) == {"data": event, "links": [{"rel": "self", "uri": element["uri"]}]}


def test_an_update_tells_the_whole_record_and_what_it_was(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    before = reader.get(f"/v3.1/users/{ADA}")["data"]
    change(mock, update(ADA, name={"first": "Adele"}, roles={"student": {"grade": "10"}}))
    (event,) = since(reader, cursor)
    now = reader.get(f"/v3.1/users/{ADA}")["data"]
    now["roles"]["student"].pop("email", None)  # recorded: a student in an event has none there
    assert event["type"] == "users.updated"
    assert event["data"]["object"] == now
    assert list(event["data"]["object"]) == sorted(event["data"]["object"])
    assert list(event["data"]["object"]["roles"]["student"]) == sorted(event["data"]["object"]["roles"]["student"])
    assert event["data"]["previous_attributes"] == {"name": before["name"], "roles": {"student": {"grade": "9"}}}


def test_a_change_nobody_sees_is_no_event(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    change(mock, update(ADA, last_modified="2026-09-01T00:00:00.000Z"))
    change(mock, update(BEN, roles={"student": {"ell_status": "N"}}))  # a field it was not granted
    change(mock, update(CLEO, name={"first": "X"}), update(CLEO, name={"first": town().users[CLEO].name.first}))
    assert since(reader, cursor) == []


def test_an_enrolment_is_an_update_of_the_section(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    change(mock, {"type": "section.enroll", "section": ALGEBRA_ASH, "user": DAN})
    events = since(reader, cursor)
    assert [brief(event) for event in events] == [("users.updated", DAN), ("sections.updated", ALGEBRA_ASH)] or [
        brief(event) for event in events
    ] == [("sections.updated", ALGEBRA_ASH)]
    assert events[-1]["data"]["previous_attributes"] == {"students": [ADA, BEN]}
    assert events[-1]["data"]["object"]["students"] == [ADA, BEN, DAN]


def test_deletions_come_last_and_backwards_with_the_record_as_it_was(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    whole = reader.get(f"/v3.1/users/{CLEO}")["data"]
    change(
        mock,
        *({"type": "record.remove", "kind": kind, "id": id} for kind, id in (("schools", BIRCH), ("users", CLEO))),
        {"type": "record.remove", "kind": "sections", "id": ALGEBRA_ASH},
        update(ASH, "schools", name="Ash Elementary"),
    )
    events = since(reader, cursor)
    assert [brief(event) for event in events] == [
        ("users.updated", UMA),  # she taught at Ash in that section only
        ("schools.updated", ASH),
        ("sections.deleted", ALGEBRA_ASH),
        ("users.deleted", CLEO),
        ("courses.deleted", ALGEBRA),  # no section is left of it
        ("schools.deleted", BIRCH),
    ]
    whole["roles"]["student"].pop("email", None)
    assert events[3]["data"] == {"object": whole}


def test_a_contact_in_an_event_has_the_keys_of_before_v3_too(mock: Mock) -> None:
    reader = mock.reader()
    contact = next(e for e in (x["data"] for x in reader.get(V3)["data"]) if e["data"]["object"]["id"] == PAT)
    held = contact["data"]["object"]["roles"]["contact"]
    first = held["student_relationships"][0]
    assert (held["relationship"], held["type"]) == (first["relationship"], first["type"])
    assert held["students"] == [ADA, BEN]
    assert "students" not in reader.get(f"/v3.1/users/{PAT}")["data"]["roles"]["contact"]


def test_sharing_less_deletes_and_sharing_more_creates_again_with_the_same_ids(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    everything = {brief(e["data"])[1] for e in reader.get(V3)["data"]}
    mock.share(type="schools", ids=[ASH], staff=False)
    gone = since(reader, cursor)
    shown = {
        id for kind in ("districts", "schools", "terms", "courses", "users", "sections", "resources")
        for id in reader.ids(f"/v3.1/{kind}")
    }  # fmt: skip
    assert {type.partition(".")[2] for type, _ in map(brief, gone)} == {"deleted"}
    assert {id for _, id in map(brief, gone)} == everything - shown
    cursor = newest(reader)
    mock.share(type="everything")
    back = since(reader, cursor)
    assert {type.partition(".")[2] for type, _ in map(brief, back)} == {"created"}
    assert {id for _, id in map(brief, back)} == everything - shown


def test_a_field_that_is_granted_or_withheld_is_an_update(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    mock.world.register(structs.replace(mock.sync, granted=frozenset({"resources", "ell_status"})))
    granted = since(reader, cursor)
    assert {type for type, _ in map(brief, granted)} == {"users.updated"}
    assert granted[0]["data"]["previous_attributes"] == {"roles": {"student": {"ell_status": None}}}
    cursor = newest(reader)
    mock.world.register(structs.replace(mock.sync, granted=frozenset()))
    withheld = since(reader, cursor)
    assert [brief(event)[0] for event in withheld if brief(event)[0] != "users.updated"] == ["resources.deleted"]
    assert withheld[0]["data"]["previous_attributes"] == {"roles": {"student": {"ell_status": "Y"}}}
    assert "ell_status" not in withheld[0]["data"]["object"]["roles"]["student"]


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
def test_a_list_called_roles_is_told_whole(version: str, mock: Mock) -> None:
    reader, resource = mock.reader(), town().resources.ids[0]
    change(mock, update(SOL, roles={"staff": {"roles": ["PortalOnly"]}}))
    change(mock, update(resource, "resources", roles=["teacher", "student"]))
    cursor = newest(reader, version)
    change(mock, update(SOL, roles={"staff": {"roles": ["SchoolTechLead"]}}))
    change(mock, update(resource, "resources", roles=["teacher"]))
    staff, content = (event["data"] for event in since(reader, cursor, version))
    assert staff["previous_attributes"] == {"roles": {"staff": {"roles": ["PortalOnly"]}}}
    assert staff["object"]["roles"]["staff"]["roles"] == ["SchoolTechLead"]
    assert content["previous_attributes"]["roles"] == ["teacher", "student"]
    assert content["object"]["roles"] == ["teacher"]


def test_a_section_is_updated_with_the_course_and_term_that_v1_2_writes_in_it(mock: Mock) -> None:
    reader = mock.reader()
    cursors = {version: newest(reader, version) for version in VERSIONS}
    sections = sorted(section.id for section in town().sections if section.course == ALGEBRA)
    change(mock, update(ALGEBRA, "courses", name="Algebra I"))
    told = {version: since(reader, cursor, version) for version, cursor in cursors.items()}
    assert [brief(event) for event in told.pop("v1.2")] == [("sections.updated", id) for id in sections]
    assert all(list(map(brief, events)) == [("courses.updated", ALGEBRA)] for events in told.values())
    for id in sections:
        assert reader.get(f"/v1.2/sections/{id}")["data"]["course_name"] == "Algebra I"
    (term, *_) = town().terms
    cursor = newest(reader, "v1.2")
    change(mock, update(term.id, "terms", name="Autumn"))
    (event, *_) = since(reader, cursor, "v1.2")
    assert event["data"]["previous_attributes"]["term"]["name"] == term.name
    assert event["data"]["object"]["term"]["name"] == "Autumn"


@pytest.mark.parametrize("version", ["v1.2", "v2.0", "v2.1"])
def test_a_section_calls_its_teacher_alike_whatever_waits_at_the_source(version: str, mock: Mock) -> None:
    reader = mock.reader()
    mock.control("PATCH", f"districts/{TOWN}", {"hold_threshold": None})
    before = reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]["teachers"]
    assert TESS not in before  # she has an id of her own there
    change(mock, {"type": "record.remove", "kind": "users", "id": TESS})
    assert reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]["teachers"] == before
    back = {"type": "record.restore", "kind": "users", "id": TESS}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [back], "publish": False})
    mock.share(type="everything", staff=False)
    assert reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]["teachers"] == before


@pytest.mark.parametrize("version", ["v1.2", "v2.0", "v2.1"])
def test_a_section_is_updated_when_its_teacher_teaches_no_more(version: str, mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader, version)
    before = reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]["teachers"]
    change(mock, update(UMA, roles={"teacher": None}))
    after = reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]["teachers"]
    (event,) = (event for event in since(reader, cursor, version) if brief(event)[1] == ALGEBRA_ASH)
    assert event["type"] == "sections.updated"
    assert (event["data"]["previous_attributes"]["teachers"], event["data"]["object"]["teachers"]) == (
        before,
        after,
    )
    assert before != after


def test_a_role_that_is_switched_off_is_deleted_or_lost(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    mock.world.register(structs.replace(mock.sync, roles=frozenset({"student", "teacher"})))
    events = since(reader, cursor)
    assert ("users.deleted", PAT) in map(brief, events)
    assert ("users.deleted", SOL) in map(brief, events)


@pytest.mark.parametrize(
    ("version", "types"),
    [
        ("v1.2", ["teachers.updated"]),
        ("v2.0", ["teachers.updated"]),
        ("v2.1", ["teachers.updated"]),
        ("v3.0", ["users.updated"]),
        ("v3.1", ["users.updated"]),
    ],
)
def test_every_version_tells_it_in_its_own_words(version: str, types: list[str], mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader, version)
    change(mock, update(TESS, email="tess.new@example.org"))
    events = since(reader, cursor, version)
    assert [event["type"] for event in events] == types
    assert events[0]["data"]["previous_attributes"] == {"email": town().users[TESS].email}


def test_a_version_does_not_tell_what_it_does_not_know(mock: Mock) -> None:
    reader = mock.reader()
    cursors = {version: newest(reader, version) for version in VERSIONS}
    change(mock, update(TOWN, "districts", state="paused"))
    told = {version: [e["type"] for e in since(reader, cursors[version], version)] for version in VERSIONS}
    assert told == {version: [] if version == "v1.2" else ["districts.updated"] for version in VERSIONS}


def test_types_are_those_of_the_version(mock: Mock) -> None:
    mock.world.register(structs.replace(mock.sync, granted=frozenset(GRANTS)))
    found = {
        version: {e["data"]["type"].partition(".")[0] for e in mock.reader().get(f"/{version}/events")["data"]}
        for version in VERSIONS
    }
    ten = {"contacts", "courses", "districtadmins", "districts", "schooladmins", "schools", "sections", "students"}
    ten |= {"teachers", "terms"}
    v3 = {"courses", "districts", "resources", "schools", "sections", "terms", "users"}
    assert found == {
        "v1.2": {"districts", "schooladmins", "schools", "sections", "studentcontacts", "students", "teachers"},
        "v2.0": ten,
        "v2.1": ten,
        "v3.0": v3,
        "v3.1": v3,
    }


def test_filters(mock: Mock) -> None:
    reader = mock.reader()
    types = "record_type=schools&record_type=sections"
    assert {brief(e["data"])[0] for e in reader.get(f"{V3}?{types}")["data"]} == {
        "schools.created",
        "sections.created",
    }
    at_birch = {brief(e["data"]) for e in reader.get(f"{V3}?school={BIRCH}")["data"]}
    assert ("schools.created", BIRCH) in at_birch
    assert ("users.created", CLEO) in at_birch
    assert ("users.created", ADA) in at_birch  # further school
    assert {type for type, _ in at_birch} == {"schools.created", "sections.created", "users.created"}
    assert ("users.created", BEN) not in at_birch
    assert reader.get(f"{V3}?record_type=users&limit=1&school={ASH}")["data"][0]["data"]["type"] == "users.created"
    assert reader.get(f"{V3}?record_type=students")["data"] == []
    assert mock.control("GET", "journal")["entries"][-1]["findings"][0]["id"] == "unknown-record-type"
    assert len(reader.get(f"/v1.2/events?record_type=schools&school={BIRCH}")["data"]) == 14


def test_v1_2_alone_has_a_feed_for_each_record(mock: Mock) -> None:
    reader = mock.reader()
    change(mock, update(ADA, name={"first": "Adele"}))
    events = [e["data"] for e in reader.get(f"/v1.2/students/{ADA}/events")["data"]]
    assert [brief(event) for event in events] == [("students.created", ADA), ("students.updated", ADA)]
    assert reader.get(f"/v1.2/students/{ADA}/events")["links"] == [
        {"rel": "self", "uri": f"/v1.2/students/{ADA}/events?"}
    ]
    for path in (f"/v2.1/students/{ADA}/events", f"/v3.1/users/{ADA}/events", f"/v1.2/districts/{TOWN}/events"):
        refused = reader.ask(path)
        assert (refused.status_code, refused.mimetype) == (404, "text/html")


def test_paging_and_cursors(mock: Mock) -> None:
    reader = mock.reader()
    ids = reader.ids_of_events(V3)
    assert ids == sorted(set(ids))
    page = reader.get(f"{V3}?limit=3&starting_after={ids[2]}")
    assert [e["data"]["id"] for e in page["data"]] == ids[3:6]
    assert page["links"] == [
        {"rel": "self", "uri": f"{V3}?limit=3&starting_after={ids[2]}"},
        {"rel": "next", "uri": f"{V3}?limit=3&starting_after={ids[5]}"},
        {"rel": "prev", "uri": f"{V3}?limit=3&ending_before={ids[3]}"},
    ]
    assert reader.ids_of_events(f"{V3}?ending_before={ids[2]}") == ids[:2]
    assert reader.ids_of_events(f"{V3}?starting_after={'0' * 24}") == ids
    assert reader.ids_of_events(f"{V3}?starting_after={'f' * 24}") == []
    for query, status in (("limit=10001", 413), ("starting_after=x", 400), ("limit=0", 400)):
        assert reader.ask(f"{V3}?{query}").status_code == status
    for id in ("0" * 24, "f" * 24, "x", ids[0][:-1], newest(reader, "v3.0")):
        assert reader.ask(f"{V3}/{id}").get_json() == {"message": "Resource not found"}


def test_events_last_thirty_days_and_an_expired_cursor_is_a_gap_only_the_journal_tells(mock: Mock) -> None:
    reader = mock.reader()
    cursor = newest(reader)
    mock.control("POST", "clock", {"advance": f"PT{29 * DAY}S"})
    change(mock, update(ADA, name={"first": "Adele"}))
    assert [brief(e) for e in since(reader, cursor)] == [("users.updated", ADA)]
    mock.control("POST", "clock", {"advance": f"PT{DAY - 1}S"})
    assert len(reader.get(V3)["data"]) == 21  # the edge: three quarters of a second are left
    mock.control("POST", "clock", {"advance": "PT1S"})
    change(mock, update(BEN, name={"first": "Benno"}))
    assert [brief(e["data"])[1] for e in reader.get(V3)["data"]] == [ADA, BEN]
    assert [brief(e)[1] for e in since(reader, cursor)] == [ADA, BEN]
    assert mock.control("GET", "journal")["entries"][-1]["findings"][0]["id"] == "silent-gap"
    assert reader.ask(f"{V3}/{cursor}").status_code == 404


def test_events_are_only_for_those_who_asked_and_not_for_the_time_before(mock: Mock) -> None:
    reader = mock.reader()
    mock.world.register(structs.replace(mock.sync, events=False))
    before = reader.ids_of_events(V3)
    change(mock, update(ADA, name={"first": "Adele"}))
    assert reader.ids_of_events(V3) == before  # kept, and nothing new
    mock.world.register(structs.replace(mock.sync, events=True))
    assert reader.ids_of_events(V3) == before  # not retroactive
    change(mock, update(ADA, name={"first": "Ada"}))
    (event,) = since(reader, before[-1])
    assert event["data"]["previous_attributes"]["name"]["first"] == "Adele"


def test_a_new_token_after_a_disconnect_has_a_new_feed(mock: Mock) -> None:
    id = mock.connection(mock.sync)
    first = mock.reader().ids_of_events(V3)
    mock.control("PATCH", f"connections/{id}", {"connected": False})
    change(mock, update(ADA, name={"first": "Adele"}))
    mock.control("PATCH", f"connections/{id}", {"connected": True})
    body = mock.reader().get(V3)["data"]
    assert brief(body[0]["data"]) == ("districts.created", TOWN)
    assert len(body) == len(first)
    assert {e["data"]["type"].partition(".")[2] for e in body} == {"created"}


@pytest.mark.parametrize("version", VERSIONS)
def test_other_tokens_get_a_page(version: str, mock: Mock) -> None:
    for path in (f"/{version}/events", f"/{version}/events/{'0' * 24}"):
        for reader in (mock.reader(mock.sso), mock.signed_in(TESS, mock.sync)):
            refused = reader.ask(path)
            assert (refused.status_code, refused.mimetype) == (404, "text/html")
        assert Reader(mock.client, "wrong").ask(path).status_code == 401


def test_the_headers_are_those_of_the_events_back_end(mock: Mock) -> None:
    headers = mock.reader().ask(V3).headers
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Vary"] == "Accept-Encoding"
    assert len(headers["Clever-Request-Id"]) == 32
    assert headers["Access-Control-Allow-Methods"] == "GET,PATCH,POST,DELETE"
    assert "ETag" not in headers
    assert "X-Powered-By" not in headers


def test_the_recorded_order_is_a_setting(mock: Mock) -> None:
    reader = mock.reader()
    mock.control("PATCH", "settings", {"event_order": "recorded"})
    order = [brief(e["data"])[1] for e in reader.get(V3)["data"]]
    assert order.index(TESS) < order.index(PAT)
    assert order[0] == TOWN


def test_a_former_object_can_be_told_by_its_changed_keys(mock: Mock) -> None:
    reader = mock.reader()

    def told_of(ext: dict[str, str], city: str, first: str) -> None:
        student = update(BEN, name={"first": first}, roles={"student": {"ext": ext}})
        change(mock, student, update(ASH, "schools", location={"city": city, "zip": "01234"}))

    told_of({"a": "1", "b": "2"}, "Ash", "Ben")
    cursor, name = newest(reader), reader.get(f"/v3.1/users/{BEN}")["data"]["name"]
    told_of({"a": "1", "b": "3", "c": "4"}, "Elm", "Benno")
    school, ben = (event["data"]["previous_attributes"] for event in since(reader, cursor))
    assert school["location"]["zip"] == "01234"
    assert ben == {"name": name, "roles": {"student": {"ext": {"a": "1", "b": "2"}}}}
    mock.control("PATCH", "settings", {"former_objects": "changed keys"})
    school, ben = (event["data"]["previous_attributes"] for event in since(reader, cursor))
    assert school == {"location": {"city": "Ash"}}
    assert ben == {"name": name, "roles": {"student": {"ext": {"b": "2", "c": None}}}}


def test_last_modified_can_be_told_as_in_2013_and_in_2014(mock: Mock) -> None:
    reader = mock.reader()
    cursor, before = newest(reader), reader.get(f"/v3.1/users/{BEN}")["data"]["last_modified"]
    mock.control("POST", "clock", {"advance": DAY})
    change(mock, update(BEN, name={"first": "Benno"}))
    (usual,) = since(reader, cursor)
    now = usual["data"]["object"]["last_modified"]
    assert now > before and "last_modified" not in usual["data"]["previous_attributes"]
    mock.control("PATCH", "settings", {"event_last_modified": "named"})
    (named,) = since(reader, cursor)
    assert named["data"]["object"]["last_modified"] == now
    assert named["data"]["previous_attributes"] == usual["data"]["previous_attributes"] | {"last_modified": before}
    mock.control("PATCH", "settings", {"event_last_modified": "stale"})
    (stale,) = since(reader, cursor)
    assert stale["data"]["object"] == usual["data"]["object"] | {"last_modified": before}
    assert stale["data"]["previous_attributes"] == usual["data"]["previous_attributes"]


def test_the_bare_self_link_can_be_plain(mock: Mock) -> None:
    mock.control("PATCH", "settings", {"bare_self": "plain"})
    assert mock.reader().get(V3)["links"][0] == {"rel": "self", "uri": V3}
    assert mock.reader().get(f"{V3}?limit=1")["links"][0] == {"rel": "self", "uri": f"{V3}?limit=1"}


def test_events_can_come_later_than_their_data(mock: Mock) -> None:
    reader = mock.reader()
    mock.control("PATCH", "settings", {"event_delay": 66})
    assert reader.get(V3)["data"] == []
    mock.control("POST", "clock", {"advance": 66})
    cursor = newest(reader)
    change(mock, update(BEN, name={"first": "Benno"}))
    assert reader.get(f"/v3.1/users/{BEN}")["data"]["name"]["first"] == "Benno"
    mock.control("POST", "clock", {"advance": 65})
    assert since(reader, cursor) == [] and newest(reader) == cursor
    mock.control("POST", "clock", {"advance": 1})
    assert [brief(event) for event in since(reader, cursor)] == [("users.updated", BEN)]
    assert reader.ask(f"{V3}/{newest(reader)}").status_code == 200


@pytest.mark.parametrize("end", ["zzzzzz", "0_0001", "+00001", " 00001", "ñ00001"])
def test_an_id_that_only_begins_like_an_event_s_is_unknown(end: str, mock: Mock) -> None:
    refused = mock.reader().ask(f"{V3}/{newest(mock.reader())[:-6]}{end}")
    assert (refused.status_code, refused.get_json()) == (404, {"message": "Resource not found"})


def test_a_feed_is_packed_for_who_asks(mock: Mock) -> None:
    plain, packed = mock.reader().ask(V3), mock.reader().ask(V3, **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()


@pytest.mark.parametrize("setting", [{"student_extras": "present"}, {"nulls": "null"}, {"variation": 7}])
def test_events_speak_as_the_rest_of_the_world_does(setting: dict[str, Any], mock: Mock) -> None:
    reader = mock.reader()
    mock.control("PATCH", "settings", setting)
    told = {
        e["data"]["data"]["object"]["id"]: e["data"]["data"]["object"]
        for e in reader.get(f"{V3}?limit=100")["data"]
    }
    shown = {element["data"]["id"]: element["data"] for element in walked(reader, "/v3.1/users")}
    for id, user in shown.items():
        assert told[id].get("email", "absent") == user.get("email", "absent")
        for role in ("student", "teacher"):
            if role in user["roles"]:
                only_here = {"email"} if role == "student" else set()
                known = {key: value for key, value in user["roles"][role].items() if key not in only_here}
                assert told[id]["roles"][role] == known, (role, id)


def walked(reader: Reader, path: str) -> list[dict[str, Any]]:
    """Every element of a list, however full its pages are."""
    body = reader.get(path)
    found: list[dict[str, Any]] = body["data"]
    for link in body["links"]:
        if link["rel"] == "next":
            found += walked(reader, link["uri"])
    return found


def test_what_the_variation_leaves_out_is_not_told_as_withdrawn(mock: Mock) -> None:
    """A former value without a present one would say that the field is gone."""
    reader = mock.reader()
    cursor = newest(reader)
    change(mock, update(ADA, roles={"student": {"grade": "10", "student_number": "77", "sis_id": "s77"}}))
    seen = set()
    for seed in range(30):
        mock.control("PATCH", "settings", {"variation": seed})
        (event,) = [element["data"] for element in walked(reader, f"{V3}?starting_after={cursor}")]
        student = event["data"]["object"]["roles"]["student"]
        before = event["data"]["previous_attributes"].get("roles", {}).get("student", {})
        assert before.keys() == {"grade", "student_number", "sis_id"} & student.keys()
        seen.add(len(before))
    assert seen >= {2, 3}
