"""Two sides of a district: edits at the source wait for a sync, and a sync publishes their net effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clients import Mock
from msgspec import structs
from town import ADA, ALGEBRA, ALGEBRA_ASH, ASH, BEN, BIOLOGY_BIRCH, BIRCH, CLEO, DAN, FALL, TOWN, UMA, WHEN, town

from mock_clever.app import create_app
from mock_clever.ingest import ingest
from mock_clever.model import KINDS
from mock_clever.roster import write
from mock_clever.scenarios import Scenario, Start, Worlds, start
from mock_clever.synthesis import generate

NOW = "2026-09-01T12:00:00.000Z"
LATER = "2026-09-02T12:00:00.000Z"


@pytest.fixture
def mock() -> Mock:
    found = Mock()
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": NOW})
    return found


def at_source(mock: Mock, *changes: dict[str, Any]) -> None:
    sent = {"changes": list(changes), "publish": False}
    assert mock.control("POST", f"districts/{TOWN}/changes", sent) == {"applied": len(changes)}


def sync(mock: Mock) -> Any:
    return mock.control("POST", f"districts/{TOWN}/sync")


def state(mock: Mock) -> Any:
    return mock.control("GET", f"districts/{TOWN}/sync")


def update(id: str, kind: str = "users", **values: Any) -> dict[str, Any]:
    return {"type": "record.update", "kind": kind, "id": id, "set": values}


def remove(kind: str, id: str) -> dict[str, Any]:
    return {"type": "record.remove", "kind": kind, "id": id}


def record(mock: Mock, path: str) -> Any:
    return mock.reader().get(f"/v3.1/{path}")["data"]


def told(mock: Mock, since: int) -> list[tuple[str, str]]:
    elements = mock.reader().get("/v3.1/events")["data"][since:]
    return [(e["data"]["type"], e["data"]["data"]["object"]["id"]) for e in elements]


def events(mock: Mock) -> int:
    return len(mock.reader().ids_of_events("/v3.1/events"))


def test_an_edit_waits_at_the_source_until_a_sync_publishes_it(mock: Mock) -> None:
    before = events(mock)
    at_source(mock, update(ADA, email="ada@example.org"))
    assert "email" not in record(mock, f"users/{ADA}")
    assert told(mock, before) == []
    assert state(mock)["pending"] == {"users": {"created": 0, "updated": 1, "deleted": 0}}
    assert mock.world.sources[TOWN].users[ADA].email == "ada@example.org"
    mock.control("POST", "clock", {"set": LATER})
    assert sync(mock) == {
        "at": LATER,
        "outcome": "published",
        "counts": {"users": {"created": 0, "updated": 1, "deleted": 0}},
        "held": [],
    }
    assert (record(mock, f"users/{ADA}")["email"], state(mock)["pending"]) == ("ada@example.org", {})
    assert record(mock, f"users/{ADA}")["last_modified"] == LATER
    assert told(mock, before) == [("districts.updated", TOWN), ("users.updated", ADA)]


def test_several_edits_are_one_event_and_edits_that_cancel_are_none(mock: Mock) -> None:
    before = events(mock)
    at_source(mock, update(ADA, email="one@example.org"), update(CLEO, email="gone@example.org"))
    at_source(mock, update(ADA, email="two@example.org", name={"first": "Adele"}))
    at_source(mock, update(CLEO, email=town().users[CLEO].email), remove("users", DAN))
    at_source(mock, {"type": "record.restore", "kind": "users", "id": DAN})
    sync(mock)
    assert told(mock, before) == [("districts.updated", TOWN), ("users.updated", ADA)]
    assert record(mock, f"users/{CLEO}")["last_modified"] == record(mock, f"users/{DAN}")["last_modified"] == WHEN


def test_every_sync_moves_last_sync_and_tells_so_unless_silent(mock: Mock) -> None:
    before = events(mock)
    assert sync(mock)["counts"] == {}
    assert state(mock)["last_sync"] == record(mock, f"districts/{TOWN}")["last_sync"] == NOW
    (event,) = mock.reader().get("/v3.1/events")["data"][before:]
    assert event["data"]["data"]["previous_attributes"] == {"last_sync": WHEN}
    mock.control("PATCH", "settings", {"last_sync_events": "silent"})
    mock.control("POST", "clock", {"set": LATER})
    sync(mock)
    assert record(mock, f"districts/{TOWN}")["last_sync"] == LATER
    assert told(mock, before + 1) == []


@pytest.mark.parametrize(
    ("kind", "id", "values"),
    [
        ("users", ADA, {"roles": {"student": {"ext": {"lunch": "free"}}}}),
        ("sections", ALGEBRA_ASH, {"ext": {"room": "12"}}),
        ("schools", ASH, {"ext": {"charter": "N"}}),
    ],
)
def test_a_change_of_ext_alone_leaves_last_modified(kind: str, id: str, values: Any, mock: Mock) -> None:
    at_source(mock, update(id, kind, **values))
    assert sync(mock)["counts"] == {kind: {"created": 0, "updated": 1, "deleted": 0}}
    assert mock.world.districts[TOWN].table(kind)[id].last_modified == WHEN
    at_source(mock, update(id, kind, name={"first": "New"} if kind == "users" else "New"))
    sync(mock)
    assert mock.world.districts[TOWN].table(kind)[id].last_modified == NOW


def test_what_follows_from_a_change_is_published_with_it(mock: Mock) -> None:
    before = events(mock)
    leaving = [{"type": "section.unenroll", "section": ALGEBRA_ASH, "user": user} for user in (ADA, BEN)]
    at_source(mock, *leaving, {"type": "section.enroll", "section": BIOLOGY_BIRCH, "user": DAN})
    mock.control("PATCH", f"districts/{TOWN}", {"hold_threshold": None})
    sync(mock)
    assert told(mock, before) == [
        ("districts.updated", TOWN),
        ("users.updated", UMA),  # at Ash no more, and first as an admin
        ("users.updated", DAN),  # at Birch too
        ("sections.updated", BIOLOGY_BIRCH),
        ("sections.deleted", ALGEBRA_ASH),  # nobody is left in it
        ("courses.deleted", ALGEBRA),
    ]
    assert record(mock, f"users/{DAN}")["roles"]["student"]["schools"] == [ASH, BIRCH]
    assert record(mock, f"users/{UMA}")["roles"]["teacher"]["schools"] == [BIRCH]
    assert FALL in mock.reader().ids("/v3.1/terms")  # a section is left in it


def test_a_section_that_returns_brings_its_course_back(mock: Mock) -> None:
    before = record(mock, f"courses/{ALGEBRA}")
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [remove("sections", ALGEBRA_ASH)]})
    assert mock.reader().ask(f"/v3.1/courses/{ALGEBRA}").status_code == 404
    restore = {"type": "record.restore", "kind": "sections", "id": ALGEBRA_ASH}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [restore]})
    assert record(mock, f"courses/{ALGEBRA}") == before


def test_the_district_s_own_record_does_not_wait(mock: Mock) -> None:
    before = events(mock)
    at_source(mock, update(TOWN, "districts", name="New Town"), update(ADA, email="a@example.org"))
    assert record(mock, f"districts/{TOWN}")["name"] == "New Town"
    assert told(mock, before) == [("districts.updated", TOWN)]
    assert state(mock)["pending"] == {"users": {"created": 0, "updated": 1, "deleted": 0}}


@pytest.mark.parametrize("publish", [1, "no", None])
def test_publish_is_true_or_false(publish: object, mock: Mock) -> None:
    body = {"changes": [update(ADA, email="a@example.org")], "publish": publish}
    assert mock.refused("POST", f"districts/{TOWN}/changes", body)[0] == 400
    assert mock.world.sources[TOWN] == town()


@pytest.mark.parametrize("path", ["sync", "sync/approve", "sync/discard", "roster"])
def test_a_district_that_is_not_there_has_no_syncs(path: str, mock: Mock) -> None:
    body = {"folder": "/"} if path == "roster" else None
    assert mock.refused("POST", f"districts/{ADA}/{path}", body)[0] == 404


# A folder of CSV files is a sync too.


@pytest.fixture
def tiny() -> Mock:
    found = Mock(ingest(generate("tiny")))
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": NOW})
    return found


def own(mock: Mock) -> str:
    return next(iter(mock.world.districts))


def folder(tmp_path: Path, **replaced: Any) -> str:
    source = generate("tiny")
    for sheet, rows in replaced.items():
        setattr(source, sheet, rows(getattr(source, sheet)))
    write(source, tmp_path)
    return str(tmp_path)


def test_loading_what_is_there_changes_nothing_and_syncs(tiny: Mock, tmp_path: Path) -> None:
    district = own(tiny)
    before = tiny.world.districts[district]
    answer = tiny.control("POST", f"districts/{district}/roster", {"folder": folder(tmp_path)})
    assert (answer["sync"]["outcome"], answer["sync"]["counts"]) == ("published", {})
    after = tiny.world.districts[district]
    assert all(after.table(kind) is before.table(kind) for kind in KINDS if kind != "districts")
    assert after.district.last_sync == NOW


@pytest.mark.parametrize("sidecar", [True, False])
def test_who_has_the_same_key_has_the_same_id(sidecar: bool, tiny: Mock, tmp_path: Path) -> None:
    district = own(tiny)
    path = folder(tmp_path, students=lambda rows: [structs.replace(rows[0], first_name="Changed"), *rows[1:]])
    if not sidecar:
        (tmp_path / "district.toml").unlink()
    answer = tiny.control("POST", f"districts/{district}/roster", {"folder": path, "publish": False})
    assert answer["sync"] is None
    assert state_of(tiny, district)["pending"] == {"users": {"created": 0, "updated": 1, "deleted": 0}}
    assert tiny.control("POST", f"districts/{district}/sync")["outcome"] == "published"
    (changed,) = [u for u in tiny.world.districts[district].users if u.name.first == "Changed"]
    assert (changed.created < NOW, changed.last_modified) == (True, NOW)


OTHERWISE: dict[str, Any] = {"course_keys": False, "section_name": "generated", "contact_identity": "any change"}


def test_a_folder_without_a_district_toml_is_read_as_the_one_before(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    source = generate("tiny")
    source.district = structs.replace(source.district, **OTHERWISE)
    for each in (first, second):
        each.mkdir()
        write(source, each)
    (second / "district.toml").unlink()
    worlds = Worlds(start(Scenario(roster=first)))
    client = create_app(worlds).test_client()
    world = worlds.get("main")
    assert world is not None
    [district] = world.districts
    before = world.districts[district]

    def loaded() -> Any:
        return client.post(f"/_mock/districts/{district}/roster", json={"folder": str(second)}).get_json()["sync"]

    assert (loaded()["outcome"], loaded()["counts"]) == ("published", {})
    assert all(
        world.districts[district].table(kind) is before.table(kind) for kind in KINDS if kind != "districts"
    )
    (second / "district.toml").write_text("course_keys = true\n", encoding="utf-8")
    assert loaded()["outcome"] == "held", "every course is another record"
    assert structs.asdict(world.life(district).options) == OTHERWISE | {"course_keys": True}
    client.post("/_mock/reset")
    world = worlds.get("main")
    assert world is not None and structs.asdict(world.life(district).options) == OTHERWISE


def state_of(mock: Mock, district: str) -> Any:
    return mock.control("GET", f"districts/{district}/sync")


def test_bad_files_are_refused_with_every_problem_and_nothing_is_loaded(tiny: Mock, tmp_path: Path) -> None:
    district = own(tiny)
    before = tiny.world.sources[district]
    path = folder(tmp_path)
    with (tmp_path / "enrollments.csv").open("a", encoding="utf-8") as file:
        file.write("nowhere,nothing,nobody\nnowhere,nothing,nobody\n")
    status, message = tiny.refused("POST", f"districts/{district}/roster", {"folder": path})
    assert (status, "nothing was loaded" in message) == (400, True)
    assert message.count("enrollments.csv:") >= 4
    assert tiny.world.sources[district] is before


@pytest.mark.parametrize("path", ["relative", "/nowhere/at/all", "/\0", ""])
def test_a_folder_that_cannot_be_read_is_refused(path: str, tiny: Mock) -> None:
    assert tiny.refused("POST", f"districts/{own(tiny)}/roster", {"folder": path})[0] == 400


def test_the_folder_of_another_district_is_refused(mock: Mock, tmp_path: Path) -> None:
    status, message = mock.refused("POST", f"districts/{TOWN}/roster", {"folder": folder(tmp_path)})
    assert (status, TOWN in message) == (409, True)


def test_only_a_program_of_this_machine_names_a_folder(tiny: Mock, tmp_path: Path) -> None:
    sent = {"json": {"folder": folder(tmp_path)}, "environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    response = tiny.client.post(f"/_mock/districts/{own(tiny)}/roster", **sent)
    assert (response.status_code, list(response.get_json())) == (403, ["message"])


def test_a_reset_forgets_what_waited() -> None:
    worlds = Worlds(Start(Scenario(), town(), []))
    client = create_app(worlds).test_client()
    body = {"changes": [update(ADA, email="a@example.org")], "publish": False}
    assert client.post(f"/_mock/districts/{TOWN}/changes", json=body).status_code == 200
    client.post("/_mock/reset")
    assert client.get(f"/_mock/districts/{TOWN}/sync").get_json()["pending"] == {}


def test_what_differs_between_two_tables() -> None:
    before = town().users
    changed = structs.replace(before[BEN], email="b@example.org")
    after = before.without([ADA]).with_([changed, structs.replace(before[CLEO], id="f" * 24)])
    assert after.beyond(before) == {"f" * 24}
    assert before.beyond(after) == {ADA}
    assert [user.id for user in after.differing(before)] == [BEN, "f" * 24]
    assert before.differing(before) == []


def test_a_section_that_lost_its_last_student_is_found_again_with_its_course_and_term(mock: Mock) -> None:
    section = mock.reader().get(f"/v3.1/sections/{BIOLOGY_BIRCH}")["data"]
    path = f"districts/{TOWN}/changes"
    loose = {"type": "record.update", "kind": "sections", "id": BIOLOGY_BIRCH, "set": {"course": None}}
    mock.control("POST", path, {"changes": [loose]})
    members = [{"section": BIOLOGY_BIRCH, "user": student} for student in section["students"]]
    mock.control("POST", path, {"changes": [{"type": "section.unenroll", **each} for each in members]})
    assert BIOLOGY_BIRCH not in mock.reader().ids("/v3.1/sections")
    tight = {**loose, "set": {"course": section["course"]}}
    mock.control("POST", path, {"changes": [tight, *({"type": "section.enroll", **each} for each in members)]})
    again = mock.reader().get(f"/v3.1/sections/{BIOLOGY_BIRCH}")["data"]
    assert {**again, "last_modified": ""} == {**section, "last_modified": ""}
    assert section["course"] in mock.reader().ids("/v3.1/courses")
