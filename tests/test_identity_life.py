"""Who returns: within 300 days under the same id, later under a new one (docs/users)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clients import Mock
from msgspec import structs
from town import ADA, ALGEBRA_ASH, BEN, BIOLOGY_ASH, PAT, TESS, TOWN, WHEN, town

from mock_clever.ids import is_object_id
from mock_clever.ingest import ingest
from mock_clever.model import Snapshot
from mock_clever.renaming import renamed
from mock_clever.roster import write
from mock_clever.synthesis import generate

START = "2026-09-01T12:00:00.000Z"


@pytest.fixture
def mock() -> Mock:
    return started(Mock())


def started(mock: Mock) -> Mock:
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": START})
    return mock


def change(mock: Mock, type: str, id: str, kind: str = "users", **more: Any) -> None:
    body = {"changes": [{"type": f"record.{type}", "kind": kind, "id": id}], **more}
    mock.control("POST", f"districts/{TOWN}/changes", body)


def advance(mock: Mock, duration: str) -> None:
    mock.control("POST", "clock", {"advance": duration})


def students(mock: Mock) -> dict[str, str]:
    """The ids of the students by their sis_id."""
    found = mock.reader().get("/v3.1/users?role=student")["data"]
    return {each["data"]["roles"]["student"]["sis_id"]: each["data"]["id"] for each in found}


def test_within_300_days_a_record_returns_with_its_id_and_its_dates(mock: Mock) -> None:
    before = mock.reader().get(f"/v3.1/users/{BEN}")["data"]
    change(mock, "remove", BEN)
    advance(mock, "P299DT23H59M59S")
    change(mock, "restore", BEN)
    assert mock.reader().get(f"/v3.1/users/{BEN}")["data"] == before


def test_after_300_days_it_is_a_new_one_and_its_sections_name_it_so(mock: Mock) -> None:
    change(mock, "remove", BEN)
    advance(mock, "P300D")
    change(mock, "restore", BEN)
    new = students(mock)["s12"]
    assert (new != BEN, is_object_id(new)) == (True, True)
    assert mock.reader().ask(f"/v3.1/users/{BEN}").status_code == 404
    told = mock.reader().get(f"/v3.1/users/{new}")["data"]
    assert told["created"] == told["last_modified"] == mock.control("GET", "clock")["now"]
    for section in (ALGEBRA_ASH, BIOLOGY_ASH):
        assert new in mock.reader().get(f"/v3.1/sections/{section}")["data"]["students"]
    pat = mock.reader().get(f"/v3.1/users/{PAT}")["data"]["roles"]["contact"]["student_relationships"]
    assert [tie["student"] for tie in pat] == [ADA, new]
    types = [e["data"]["type"] for e in mock.reader().get("/v3.1/events?record_type=users")["data"]]
    assert types.count("users.created") == 1


def test_the_same_life_gives_the_same_new_id(mock: Mock) -> None:
    def lived() -> str:
        again = started(Mock())
        change(again, "remove", BEN)
        advance(again, "P301D")
        change(again, "restore", BEN)
        return students(again)["s12"]

    assert lived() == lived()


def test_absence_counts_from_the_sync_that_published_it(mock: Mock) -> None:
    change(mock, "remove", BEN, publish=False)
    advance(mock, "P400D")
    change(mock, "restore", BEN)
    assert students(mock)["s12"] == BEN  # Clever never knew


def test_each_late_return_is_another_id_and_the_old_one_never_comes_back(mock: Mock) -> None:
    known = {BEN}
    for _ in range(2):
        id = students(mock)["s12"]
        change(mock, "remove", id)
        advance(mock, "P300D")
        change(mock, "restore", id)
        assert students(mock)["s12"] not in known
        known.add(students(mock)["s12"])
        body = {"changes": [{"type": "record.restore", "kind": "users", "id": id}]}
        assert mock.refused("POST", f"districts/{TOWN}/changes", body)[0] == 400


def test_a_teacher_returns_with_new_ids_in_every_version(mock: Mock) -> None:
    old = {v: set(mock.reader().ids(f"/{v}/teachers")) for v in ("v1.2", "v2.0", "v2.1")}
    change(mock, "remove", TESS)
    advance(mock, "P300D")
    change(mock, "restore", TESS)
    for version, before in old.items():
        now = set(mock.reader().ids(f"/{version}/teachers"))
        assert (len(now), len(now & before)) == (len(before), len(before) - 1)
        section = mock.reader().get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]
        assert section["teacher"] in now


def without_first_student(folder: Path, enrolled: bool) -> str:
    source = generate("tiny")
    if not enrolled:
        gone = source.students[0].student_id
        source.students = [row for row in source.students if row.student_id != gone]
        source.contacts = [row for row in source.contacts if row.student_id != gone]
        source.enrollments = [row for row in source.enrollments if row.student_id != gone]
        source.attendance = [row for row in source.attendance if row.student_id != gone]
    folder.mkdir(exist_ok=True)
    write(source, folder)
    return str(folder)


@pytest.mark.parametrize(("days", "same"), [(299, True), (301, False)])
def test_files_obey_too_and_later_ones_know_the_new_id(days: int, same: bool, tmp_path: Path) -> None:
    mock = started(Mock(ingest(generate("tiny"))))
    (district,) = mock.world.districts
    key = generate("tiny").students[0].student_id
    without, with_ = (
        without_first_student(tmp_path / name, enrolled) for name, enrolled in (("a", False), ("b", True))
    )

    def load(folder: str) -> None:
        answer = mock.control("POST", f"districts/{district}/roster", {"folder": folder})
        assert answer["sync"]["outcome"] == "published"

    def known() -> dict[str, str]:
        users = mock.world.districts[district].users
        return {user.roles.student.sis_id: user.id for user in users if user.roles.student}

    mock.control("PATCH", f"districts/{district}", {"hold_threshold": None})
    before = known()
    load(without)
    assert known().keys() == before.keys() - {key}
    advance(mock, f"P{days}D")
    load(with_)
    after = known()
    assert after.keys() == before.keys()
    assert (after[key] == before[key]) is same
    assert {k: v for k, v in after.items() if k != key} == {k: v for k, v in before.items() if k != key}
    load(with_)
    assert known() == after  # whoever has a new id keeps it
    enrolled = [s for s in mock.world.districts[district].sections if after[key] in s.students]
    assert enrolled


def test_renaming_leaves_no_old_id_anywhere() -> None:
    whole = town()
    names = {record.id: f"6b{record.id[2:]}" for kind in ("schools", "terms", "courses", "users", "sections")
             for record in whole.table(kind)}  # fmt: skip
    other = renamed(whole, names)
    assert not any(old in text(other) for old in names)
    assert renamed(other, {new: old for old, new in names.items()}) == whole
    assert renamed(whole, {}) is whole


def text(district: Snapshot) -> str:
    kinds = ("schools", "terms", "courses", "users", "sections", "resources")
    return repr([structs.asdict(record) for kind in kinds for record in district.table(kind)]) + WHEN
