"""A data folder: after a restart or a crash a world is what it was, and lives on as if nothing had been; a folder
that is damaged, foreign or in use is refused and left alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from click.testing import CliRunner
from clients import Mock, Reader, answered, served
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lives import changes_of
from test_schemas import rich_town
from town import ADA, ALGEBRA_ASH, ASH, BEN, BIRCH, CLEO, DAN, SOL, TESS, TOWN, UMA

from mock_clever.cli import main
from mock_clever.clock import iso
from mock_clever.faults.plan import Fault
from mock_clever.feeds import Batch
from mock_clever.ingest import ingest
from mock_clever.keeping import Folder, FolderError, keep, kinds, snapshots
from mock_clever.keeping import folder as folder_module
from mock_clever.keeping.kinds import Each, Inside, Left
from mock_clever.keeping.opening import DATABASE
from mock_clever.keeping.table import WORLD
from mock_clever.lms.records import Assignment, Coursework, Submission
from mock_clever.lti.launch import Placed
from mock_clever.model import KINDS, Snapshot
from mock_clever.pages import Published
from mock_clever.prepared import prepared_file, save
from mock_clever.scenarios import Scenario, Start, Worlds
from mock_clever.sis import Options
from mock_clever.synthesis import generate
from mock_clever.versions import VERSIONS

Answers = dict[str, Any]
SHOWN = (
    "lti",
    "apps",
    "connections",
    "districts",
    "consents",
    "faults",
    "settings",
    "answer-key",
    "clock",
    "keys",
)


class KeptMock(Mock):
    """A mock with a data folder, a new one or one that somebody left."""

    def __init__(self, path: Path, district: Snapshot | None = None) -> None:
        self.path, self.folder = path, Folder(path)
        super().__init__(district)
        self.worlds = self.folder.worlds or self.worlds
        self.app = served(self.worlds)
        self.app.testing = True
        self.client = self.app.test_client()
        keep(self.app, self.worlds, self.folder)

    def crashed(self, name: str) -> Path:
        """A copy of what is on disk now, as a process that ends at this moment would leave it."""
        return Path(shutil.copytree(self.path, self.path.with_name(name)))


def crawl(mock: Mock, tokens: list[str]) -> dict[str, bytes]:
    """Every answer that shows what is so: the control plane's, lists and feeds in all versions, and /me."""
    found = {path: mock.client.get(f"/_mock/{path}").get_data() for path in SHOWN}
    for district in mock.world.districts:
        found[f"lms of {district}"] = mock.client.get(f"/_mock/districts/{district}/lms").get_data()
        found[f"sync of {district}"] = mock.client.get(f"/_mock/districts/{district}/sync").get_data()
    for app in mock.world.apps.values():
        own = mock.client.get("/oauth/tokens?owner_type=district", auth=(app.client_id, app.client_secret))
        found[f"tokens of {app.name}"] = own.get_data()
    for connection in mock.world.connections.values():
        reader = Reader(mock.client, connection.access_token)
        for name, version in VERSIONS.items():
            for collection in (*version.collections, "events"):
                found[f"{connection.id} {name} {collection}"] = reader.ask(
                    f"/{name}/{collection}?limit=10000"
                ).get_data()
    for token in tokens:
        found[f"/me of {token}"] = Reader(mock.client, token).ask("/v3.0/me").get_data()
    return found


def begin(mock: Mock) -> None:
    """A frozen clock, and feeds that begin there and not when this test happened to start."""
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2026-09-01T12:00:00Z"})
    mock.control("PATCH", "settings", {"rate_limit": 10**9})
    for id in list(mock.world.connections):
        for connected in (False, True):
            mock.control("PATCH", f"connections/{id}", {"connected": connected})


def act(mock: Mock) -> Answers:
    """A life after which nothing a folder keeps is as it was at the beginning; what clients were given in it."""
    world, connection = mock.world, mock.connection(mock.sync)
    begin(mock)
    mock.control("PATCH", f"districts/{TOWN}", {"hold_threshold": None})
    mock.control("POST", f"districts/{TOWN}/evolve", {"days": 10, "seed": 7})
    change(mock, {"type": "user.leave", "user": CLEO}, {"type": "record.remove", "kind": "users", "id": UMA})
    mock.control("POST", "clock", {"advance": "P301D"})
    change(mock, {"type": "user.return", "user": CLEO, "school": BIRCH})
    change(mock, {"type": "user.leave", "user": BEN})
    mock.control("PUT", f"connections/{connection}/sharing", {"type": "sections", "ids": [ALGEBRA_ASH]})
    mock.control("PUT", f"connections/{connection}/sharing", {"type": "everything", "except": [SOL]})
    mock.control(
        "POST", "apps", {"client_id": mock.sync.client_id, "granted": ["iep_status"], "off": ["student.grade"]}
    )
    guarded = {"name": "Guarded", "products": ["secure_sync"], "events": True, "safety": True}
    mock.control("POST", "apps", guarded, 201)
    mock.control("POST", f"connections/{mock.connection(mock.sso)}/rotate")
    mock.control("PATCH", f"connections/{connection}", {"paused": True})
    change(mock, {"type": "user.rename", "user": ADA, "first": "Augusta"})
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00", "hold_threshold": 0})
    change(mock, {"type": "user.leave", "user": TESS}, publish=False)
    mock.control("POST", "clock", {"advance": "P1D"})
    mock.control("POST", "login", {"user": TESS, "client_id": mock.library.client_id})
    mock.control("PATCH", f"districts/{TOWN}/library", {"blocked": [mock.sync.client_id]})
    mock.control("POST", "keys/rotate")
    mock.control("POST", "faults", {"path": "/v9", "times": 3}, 201)
    mock.control("PUT", f"districts/{TOWN}/lms", {"lms_type": "canvas", "unmatched": [DAN]})
    world.launches.add(connection, ADA, world.clock.now())
    tool = {"login_url": "https://a.example/login", "redirect_uris": ["https://a.example/lti"]}
    mock.control("PUT", f"apps/{mock.sync.client_id}/lti", tool | {"target_link_uri": "https://a.example/"})
    launch = mock.control("POST", f"lms/{TOWN}/launch", {"user": TESS, "mode": "id-token"})
    hint = answered(launch["redirect"])["lti_message_hint"]
    waiting = world.platform.awaited(hint, world.clock.now())
    assert waiting is not None
    placed = Placed(id="p", connection=connection, section=ALGEBRA_ASH, type="link", url="https://a.example/1")
    world.platform.place(waiting, [placed])
    essay = Assignment(
        id="e",
        connection=connection,
        section=ALGEBRA_ASH,
        created="",
        last_modified="",
        title="Essay",
        description="",
        assignee_mode="all",
    )
    world.gradebooks.put(Coursework(TOWN, essay, {ADA: Submission(grade_points=85.5, flags=("late",))}))
    world.badges.renew(ADA)
    world.answers.plant([{"id": "X-1", "records": []}])
    world.life(TOWN).options = Options(course_keys=False)
    return {
        "tokens": [mock.token(ADA, mock.sync), mock.token(TESS, mock.sso)],
        "session": world.grants.sign_in(TOWN, ADA, world.clock.now()),
        "badge": world.badges.value(ADA),
        "backup": world.badges.backup(world.mint, TOWN, ADA, world.clock.now()),
        "struck": mock.client.get("/v9/users").status_code,
        "code": mock.code(ADA, mock.sso),
        "hint": hint,
    }


def change(mock: Mock, *changes: dict[str, Any], publish: bool = True) -> Any:
    return mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes, "publish": publish})


def go_on(mock: Mock, given: Answers) -> Answers:
    """Further acts, each of which needs something that was before; what they answered."""
    world = mock.world
    told: Answers = {
        "grades": world.gradebooks.of(TOWN),
        "launched": world.launches.has(mock.connection(mock.sync), ADA),
        "lti": world.platform.awaited(given["hint"], world.clock.now()),
        "exchanged": mock.exchange(given["code"], mock.sso).get_json(),
        "session": world.grants.session(given["session"], world.clock.now(), 7200) is not None,
        "badge": world.badges.value(ADA),
        "backup": world.badges.redeem(given["backup"], TOWN, world.clock.now()),
        "token": mock.token(ADA, mock.sso),
        "options": world.life(TOWN).options,
        "library": mock.control("PATCH", f"districts/{TOWN}/library", {"enabled": False}),
        "struck": mock.client.get("/v9/users").status_code,
        "fault": mock.control("POST", "faults", {"path": "/v8"}, 201)["id"],
        "approved": mock.control("POST", f"districts/{TOWN}/sync/approve"),
        "paused": mock.control("PATCH", f"connections/{mock.connection(mock.sync)}", {"paused": False}),
        "fired": mock.control("POST", "clock", {"advance": "P305D"}),
    }
    mock.control("PATCH", f"districts/{TOWN}", {"hold_threshold": None, "nightly": None})
    told["returned"] = change(mock, {"type": "user.return", "user": BEN, "school": ASH})
    told["lived"] = mock.control("POST", f"districts/{TOWN}/evolve", {"days": 5, "seed": 8})
    loaded = world.load(TOWN, rich_town())  # who returned as somebody else is recognised
    told["loaded"] = loaded.counts if loaded is not None else None
    told["registered"] = mock.control("POST", "apps", {"name": "Third", "products": ["sso"]}, 201)
    return told


@pytest.fixture(scope="module")
def never() -> tuple[Answers, dict[str, bytes], Answers, dict[str, bytes]]:
    """What a mock that was never restarted gave and showed, halfway and at the end."""
    mock = Mock(rich_town())
    given = act(mock)
    half = crawl(mock, given["tokens"])
    told = go_on(mock, given)
    return given, half, told, crawl(mock, [*given["tokens"], told["token"]])


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Path]]:
    """Copies of the folder of a mock halfway, which still runs."""
    mock = KeptMock(tmp_path_factory.mktemp("halfway") / "data", rich_town())
    act(mock)
    numbers = iter(range(1000))
    yield lambda: mock.crashed(f"crash {next(numbers)}")
    mock.folder.close()


def same_life(mock: KeptMock, never: tuple[Answers, dict[str, bytes], Answers, dict[str, bytes]]) -> bool:
    """Whether this mock, halfway, shows, gives and at the end shows what one does that was never restarted."""
    given, half, told, end = never
    shown = crawl(mock, given["tokens"])
    return shown == half and go_on(mock, given) == told and crawl(mock, [*given["tokens"], told["token"]]) == end


def test_keeping_a_world_changes_nothing_in_it(tmp_path: Path, never: Any) -> None:
    mock = KeptMock(tmp_path / "data", rich_town())
    assert act(mock) == never[0]
    assert same_life(mock, never)


def test_after_a_crash_a_world_is_what_it_was_and_lives_on_as_if_nothing_had_been(
    crash: Callable[[], Path], never: Any
) -> None:
    mock = KeptMock(crash())
    given, half, told, end = never
    assert crawl(mock, given["tokens"]) == half
    assert go_on(mock, given) == told
    again = KeptMock(mock.crashed("crash at the end"))
    assert crawl(again, [*given["tokens"], told["token"]]) == end


def lines(inside: Inside, path: str = "") -> Iterator[str]:
    """Every line of the table by which something is written."""
    for name, kept in inside.attributes.items():
        if isinstance(kept, Inside | Each):
            yield from lines(kept if isinstance(kept, Inside) else kept.inside, f"{path}/{name}")
        elif not isinstance(kept, Left):
            yield f"{path}/{name}"


def without(inside: Inside, line: str, path: str = "") -> Inside:
    """The table without one line."""
    left: dict[str, Any] = {}
    for name, kept in inside.attributes.items():
        here = f"{path}/{name}"
        if isinstance(kept, Inside):
            left[name] = without(kept, line, here)
        elif isinstance(kept, Each):
            left[name] = Each(kept.make, without(kept.inside, line, here))
        else:
            left[name] = Left("forgotten on purpose") if here == line else kept
    return Inside(left)


OF_A_RUNNING_CLOCK = ("/clock/_offset", "/_lived")
NUMBERS = ("/requests/_number", "/journal/_newest")


@pytest.mark.parametrize("line", sorted(set(lines(WORLD)) - {*OF_A_RUNNING_CLOCK, *NUMBERS}))
def test_no_line_of_the_table_can_be_left_out(
    line: str, crash: Callable[[], Path], never: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "WORLD", without(WORLD, line))
    try:
        lost = not same_life(KeptMock(crash()), never)
    except (FolderError, AssertionError, LookupError):
        lost = True
    assert lost


def test_a_number_that_names_one_thing_never_names_another_after_a_crash(
    crash: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "AHEAD", 40)
    ids: set[str] = set()
    path = crash()
    for n in range(3):
        mock = KeptMock(path)
        reader = mock.reader()
        for _ in range(100):
            ids.add(reader.ask("/v3.0/districts").headers["X-Request-Id"])
        newest = mock.control("GET", "journal?limit=1")["next"]
        path = mock.crashed(f"numbers {n}")
        mock.folder.close()
    assert len(ids) == 3 * 100
    assert newest > 3 * 100


def test_what_fell_due_while_nobody_ran_happens_when_a_running_clock_is_asked_again(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data")
    mock.control("POST", "clock", {"set": "2040-01-01T01:00:00Z"})
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    world = KeptMock(mock.crashed("crash")).world
    assert iso(world.clock.now()).startswith("2040-01-01T01:")
    world.clock.advance(3 * 86_400)
    assert [fired["at"] for fired in world.catch_up()] == [f"2040-01-0{day}T02:00:00.000Z" for day in (1, 2, 3)]


def test_what_a_mere_read_lets_happen_is_there_after_a_crash(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data")
    begin(mock)
    mock.control("PATCH", f"districts/{TOWN}", {"nightly": "02:00"})
    mock.control("POST", "faults", {"path": "/v3.0/users"}, 201)
    mock.world.clock.advance(86_400)
    assert mock.reader().get("/v3.0/districts")["data"][0]["data"]["last_sync"] == "2026-09-02T02:00:00.000Z"
    synced = KeptMock(mock.crashed("synced")).world
    assert synced.districts[TOWN].district.last_sync == "2026-09-02T02:00:00.000Z"
    assert synced.faults.faults[0].seen == 0
    assert mock.reader().ask("/v3.0/users").status_code == 500
    assert KeptMock(mock.crashed("struck")).world.faults.faults[0].seen == 1


def attributes_of(thing: Any, inside: Inside, path: str = "") -> Iterator[tuple[str, set[str], set[str]]]:
    """Of every object: the attributes it has and those the table lists."""
    yield path, set(vars(thing)), set(inside.attributes)
    for name, kept in inside.attributes.items():
        held = getattr(thing, name)
        if isinstance(kept, Inside):
            yield from attributes_of(held, kept, f"{path}/{name}")
        elif isinstance(kept, Each):
            for each in held.values():
                yield from attributes_of(each, kept.inside, f"{path}/{name}")


def test_the_table_lists_every_attribute_of_a_world_and_says_what_becomes_of_it() -> None:
    mock = Mock(rich_town())
    act(mock)
    world = mock.world
    for path, has, listed in attributes_of(world, WORLD):
        assert has == listed, f"list what is new of {path or 'World'} in mock_clever/keeping/table.py"
    batch = next(feed._batches[0] for feed in world._feeds.values() if feed._batches)
    fault, frozen = world.faults.faults[0], next(iter(world._frozen.values()))
    made = {  # by their constructors: what is an argument and what is not
        Batch: (batch, {"at", "number", "_feed", "_told", "_before", "_after"}, {"created", "_read", "_lock"}),
        Fault: (fault, {"number", "planned", "seen", "struck", "place"}, {"id", "does"}),
        Published: (frozen, {"snapshot", "permission"}, {"_shelf", "_mark"}),
    }
    for thing, arguments, others in made.values():
        assert set(vars(thing)) == arguments | others
    assert set(vars(Snapshot())) == {*KINDS, "register", "_whole", "_gone", "_known"}
    assert set(vars(mock.worlds)) == {"_begins", "_starts", "_worlds", "_lock", "_last_cut"}


@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
@given(data=st.data())
def test_whatever_happens_and_whenever_it_crashes_nobody_can_tell(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    plain, kept = Mock(rich_town()), KeptMock(folder / "0", rich_town())
    for mock in (plain, kept):
        begin(mock)
    for n in range(data.draw(st.integers(3, 8))):
        mocks = [plain, kept]
        deed = data.draw(st.sampled_from(["change", "share", "days", "safety", "pause", "crash"]))
        if deed == "change":
            source = plain.world.sources[TOWN]
            wanted = data.draw(changes_of(source, plain.world.life(TOWN).removed))
            body = {"changes": [wanted], "publish": data.draw(st.booleans())}
            statuses = {m.client.post(f"/_mock/districts/{TOWN}/changes", json=body).status_code for m in mocks}
            assert len(statuses) == 1
        elif deed == "share":
            ids = data.draw(st.lists(st.sampled_from([*plain.world.sources[TOWN].users.ids]), max_size=3))
            type = data.draw(st.sampled_from(["everything", "nothing"]))
            for mock in mocks:
                mock.share(type=type, **{"except": ids})
        elif deed == "days":
            days = data.draw(st.sampled_from([1, 40, 310]))
            for mock in mocks:
                mock.control("POST", "clock", {"advance": f"P{days}D"})
                mock.control("POST", f"districts/{TOWN}/sync")
        elif deed == "safety":
            on = data.draw(st.booleans())
            for mock in mocks:
                mock.control("POST", "apps", {"client_id": mock.sync.client_id, "safety": on})
        elif deed == "pause":
            on = data.draw(st.booleans())
            for mock in mocks:
                mock.control("PATCH", f"connections/{mock.connection(mock.sync)}", {"paused": on})
        else:
            crashed = kept.crashed(str(n + 1))
            kept.folder.close()
            kept = KeptMock(crashed)
    again = KeptMock(kept.crashed("last"))
    assert crawl(again, []) == crawl(plain, [])


# What is on disk


def files(path: Path) -> dict[str, bytes]:
    """Everything in a folder but SQLite's log, which opening and closing a database may write back."""
    return {each.name: each.read_bytes() for each in path.iterdir() if not each.name.endswith("-wal")}


def rows(path: Path) -> list[tuple[Any, ...]]:
    """Every row of a folder that nobody has open."""
    with closing(sqlite3.connect(path / DATABASE)) as run:
        return run.execute("SELECT * FROM rows ORDER BY world, part, key").fetchall()


def test_only_what_is_other_is_written_and_a_snapshot_once(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data")
    run = mock.folder._database
    begin(mock)
    whole = {path.name for path in tmp_path.glob("data/*.district")}
    assert whole == {"1.district"}
    before = run.total_changes
    for _ in range(5):
        mock.reader().get("/v3.0/users")
        mock.control("GET", "people?q=ada")
        mock.control("PATCH", "settings", {})
    assert run.total_changes == before
    mock.control("PATCH", "settings", {"session_life": 60})
    assert run.total_changes == before + 1
    change(mock, {"type": "user.rename", "user": ADA, "first": "Augusta"})
    numbers = {row[0]: row[1] for row in run.execute("SELECT number, length(beside) FROM snapshots")}
    assert max(numbers.values()) < 1000
    assert {path.name for path in tmp_path.glob("data/*.district")} == whole


def test_snapshots_that_nobody_names_any_more_are_removed(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data", ingest(generate("tiny", 0)))
    mock.control("POST", "worlds", {"name": "other", "preset": "sandbox"}, 201)
    assert len(list(tmp_path.glob("data/*.district"))) == 2
    count = mock.folder._database.execute("SELECT count(*) FROM snapshots").fetchone()
    mock.control("DELETE", "worlds/other")
    assert [path.name for path in tmp_path.glob("data/*.district")] == ["1.district"]
    mock.control("POST", "reset")
    for _ in range(3):
        district = next(iter(mock.world.districts))
        mock.control("POST", f"districts/{district}/evolve", {"days": 40, "seed": 3})
        mock.reader(district=district).get("/v3.0/events?limit=1")  # what is 30 days old goes
    assert mock.folder._database.execute("SELECT count(*) FROM snapshots").fetchone() < (100,)
    assert count > (2,)
    (tmp_path / "data" / "99.district").write_bytes(b"left by a crash")
    mock.folder.close()
    Folder(tmp_path / "data").close()
    assert [path.name for path in tmp_path.glob("data/*.district")] == ["1.district"]


def test_a_prepared_district_is_linked_and_not_written_again(tmp_path: Path) -> None:
    district = ingest(generate("tiny", 0))
    file = prepared_file("tiny", 0, tmp_path / "cache")
    save(district, file)
    folder = Folder(tmp_path / "data")
    folder.save(Worlds(Start(Scenario(preset="tiny", cache=tmp_path / "cache"), district, [])))
    folder.close()
    assert (tmp_path / "data" / "1.district").samefile(file)
    file.unlink()
    again = Folder(tmp_path / "data").worlds
    world = again.get("main") if again is not None else None
    assert world is not None
    assert world.districts == world.sources == {district.district.id: district}
    assert world.sources[district.district.id] is world.districts[district.district.id]


def test_every_world_of_the_process_is_kept_with_what_it_began_with(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data")
    mock.control("POST", "worlds", {"name": "b", "preset": "tiny", "seed": 2}, 201)
    mock.client.delete("/w/b/_mock/journal")
    mock.client.patch("/w/b/_mock/settings", json={"session_life": 5})
    mock.share(type="nothing")
    before = {path: mock.client.get(f"{path}/_mock/districts").get_data() for path in ("", "/w/b")}
    codes = {mock.code(ADA, mock.sso)}
    again = KeptMock(mock.crashed("crash"))
    assert again.control("GET", "worlds") == {"worlds": ["b", "main"]}
    assert {path: again.client.get(f"{path}/_mock/districts").get_data() for path in before} == before
    assert again.client.get("/w/b/_mock/settings").get_json()["session_life"] == 5
    for path in before:
        assert again.client.post(f"{path}/_mock/reset").status_code == 200
    assert again.client.get("/w/b/_mock/settings").get_json()["session_life"] == 7200
    assert {path: again.client.get(f"{path}/_mock/districts").get_data() for path in before} == before
    assert len(again.reader().get("/v3.0/users")["data"]) > 0
    codes.add(again.code(ADA, again.sso))
    assert len(codes) == 2
    assert again.control("DELETE", "worlds/b") == {"worlds": ["main"]}
    assert KeptMock(again.crashed("crash again")).control("GET", "worlds") == {"worlds": ["main"]}


def test_a_large_part_of_a_district_that_is_other_is_a_whole_snapshot_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "FEW", 3)
    mock = KeptMock(tmp_path / "data", ingest(generate("sandbox", 0)))
    begin(mock)
    district = next(iter(mock.world.districts))
    everybody = mock.world.districts[district].users.ids
    renamed = [{"type": "user.rename", "user": user, "last": "Somebody"} for user in everybody]
    mock.control("POST", f"districts/{district}/changes", {"changes": renamed})
    assert len(list(tmp_path.glob("data/*.district"))) > 1
    before = crawl(mock, [])
    assert crawl(KeptMock(mock.crashed("crash")), []) == before


def test_a_write_that_fails_leaves_what_was_there_and_is_made_up_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mock = KeptMock(tmp_path / "data")
    begin(mock)
    before = crawl(mock, [])
    commit = folder_module.Folder._commit

    def halfway(self: Folder, put: list[Any], drop: list[Any], unwanted: list[int]) -> None:
        commit(self, [*put, ("too few",)], drop, unwanted)

    with monkeypatch.context() as patched:
        patched.setattr(folder_module.Folder, "_commit", halfway)
        answer = mock.client.post("/_mock/reset")
        assert (answer.status_code, list(answer.get_json())) == (500, ["message"])
        assert "cannot be written" in capsys.readouterr().err
        failed = mock.crashed("failed")
    assert crawl(KeptMock(failed), []) == before
    mock.control("PATCH", "settings", {"session_life": 60})
    later = KeptMock(mock.crashed("later")).world
    assert (later.settings.session_life, later.clock.frozen) == (60, False)


def test_only_the_user_of_this_machine_can_read_the_folder(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data")
    mock.token(ADA, mock.sync)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "data", *tmp_path.glob("data/*")]}
    assert modes.pop(tmp_path / "data") == 0o700
    assert len(modes) >= 2
    assert set(modes.values()) == {0o600}


# Folders that cannot be used


def spoilt(path: Path, name: str, spoil: Callable[[bytes], bytes]) -> None:
    """Let a file be another one."""
    (path / name).write_bytes(spoil((path / name).read_bytes()))


def sql(statement: str) -> Callable[[Path], None]:
    """Somebody else writes to the database."""

    def run(path: Path) -> None:
        with closing(sqlite3.connect(path / DATABASE)) as database:
            database.execute(statement)
            database.commit()

    return run


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "no database": (lambda path: spoilt(path, DATABASE, lambda data: b"something else" * 100), "did not write it"),
    "another program's": (sql("PRAGMA application_id = 7"), "did not write it"),
    "another format": (sql("PRAGMA user_version = 99"), "another version of mock-clever"),
    "other records": (sql("UPDATE model SET fingerprint = 'x'"), "another version of mock-clever"),
    "half a database": (lambda path: spoilt(path, DATABASE, lambda data: data[: len(data) // 2]), "is damaged"),
    "a row of nonsense": (sql("UPDATE rows SET value = x'c1' WHERE part = '/settings'"), "cannot be read"),
    "a row of another type": (sql("UPDATE rows SET value = x'07' WHERE part = '/apps'"), "cannot be read"),
    "a setting nobody knows": (
        sql("UPDATE rows SET value = x'81a17801' WHERE part = '/settings'"),
        "cannot be read",
    ),
    "a snapshot of nonsense": (sql("UPDATE snapshots SET beside = x'00'"), "cannot be read"),
    "no snapshots": (sql("DELETE FROM snapshots"), "cannot be read"),
    "half a district": (
        lambda path: spoilt(path, "1.district", lambda data: data[: len(data) // 2]),
        "cannot be read",
    ),
    "a flipped bit": (
        lambda path: spoilt(path, "1.district", lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]),
        "cannot be read",
    ),
    "a district that is gone": (lambda path: (path / "1.district").unlink(), "cannot be read"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_folder_that_is_wrong_is_refused_and_left_alone(wrong: str, tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data")
    begin(mock)
    mock.folder.close()
    spoil, says = WRONG[wrong]
    spoil(tmp_path / "data")
    before = files(tmp_path / "data")
    with pytest.raises(FolderError, match=says):
        Folder(tmp_path / "data")
    assert files(tmp_path / "data") == before


def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("everything I know")
    with pytest.raises(FolderError, match=r"holds other things \(thesis.txt\)"):
        Folder(tmp_path)
    with pytest.raises(FolderError, match="cannot be used"):
        Folder(tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(FolderError, match=r"another mock-clever has .* open"):
        Folder(tmp_path)
    folder.close()
    Folder(tmp_path).close()


# A process of its own


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`mock-clever serve` as a process of its own, killed in the end; the URL is empty if it did not start."""
    command = [sys.executable, "-m", "mock_clever", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        try:
            yield process, json.loads(ready)["url"] if ready else ""
        finally:
            process.kill()
            process.communicate()


def test_whatever_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    acknowledged: list[str] = []
    with serving("--preset", "tiny", "--redirect-uri", "http://localhost:3000/cb", *data) as (process, url):
        with serving(*data) as (second, nowhere):
            assert (nowhere, second.wait(30)) == ("", 2)
            assert second.stderr is not None and "has" in second.stderr.read()
        env = requests.get(f"{url}/_mock/env", timeout=30).json()
        bearer = {"Authorization": f"Bearer {env['CLEVER_DISTRICT_TOKEN']}"}
        person = requests.get(f"{url}/_mock/people?role=student", timeout=30).json()["people"][0]["id"]
        login = {"user": person, "client_id": env["CLEVER_CLIENT_ID"]}
        answer = requests.post(f"{url}/_mock/login", json=login, timeout=30).json()
        code = parse_qs(urlsplit(answer["redirect"]).query)["code"][0]
        events = requests.get(f"{url}/v3.0/events?limit=1000", headers=bearer, timeout=30).content

        def register() -> None:
            with suppress(requests.RequestException):
                while True:
                    body = {"name": f"App {len(acknowledged)}", "products": ["sso"]}
                    made = requests.post(f"{url}/_mock/apps", json=body, timeout=30)
                    acknowledged.append(made.json()["client_id"])
                    if len(acknowledged) == 20:
                        enough.set()

        enough = threading.Event()
        busy = threading.Thread(target=register)
        busy.start()
        assert enough.wait(60)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        busy.join()
    with serving("--preset", "tiny", *data) as (_, url):
        apps = [app["client_id"] for app in requests.get(f"{url}/_mock/apps", timeout=30).json()["apps"]]
        assert set(acknowledged) <= set(apps)
        assert requests.get(f"{url}/v3.0/events?limit=1000", headers=bearer, timeout=30).content == events
        sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": "http://localhost:3000/cb"}
        client = (env["CLEVER_CLIENT_ID"], env["CLEVER_CLIENT_SECRET"])
        exchanged = requests.post(f"{url}/oauth/tokens", json=sent, auth=client, timeout=30)
        assert exchanged.status_code == 200, exchanged.text
        token = exchanged.json()["access_token"]
        me = requests.get(f"{url}/v3.0/me", headers={"Authorization": f"Bearer {token}"}, timeout=30).json()
        assert me["data"]["id"] == person


def test_the_command_refuses_a_folder_with_exit_code_2_and_what_contradicts_it(tmp_path: Path) -> None:
    KeptMock(tmp_path / "data").folder.close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").touch()
    for arguments, says in (
        (("--data", str(tmp_path / "other")), "holds other things"),
        (("--data", str(tmp_path / "data"), "--preset", "tiny"), "began with another --preset (sandbox)"),
        (("--data", str(tmp_path / "data"), "--rate-limit", "5"), "began with another --rate-limit (1200)"),
    ):
        told = CliRunner().invoke(main, ["serve", "--port", "0", *arguments])
        assert (told.exit_code, told.stdout) == (2, "")
        assert says in told.stderr


def test_writers_who_wait_share_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mock, written = KeptMock(tmp_path / "data"), []
    write = Folder._write

    def counted(self: Folder, parts: Any) -> None:
        written.append(len(parts))
        write(self, parts)

    monkeypatch.setattr(Folder, "_write", counted)
    plans = [{"path": f"/v3.1/{n}", "kind": "empty"} for n in range(5)]
    threads = [
        threading.Thread(target=mock.app.test_client().post, args=("/_mock/faults",), kwargs={"json": plan})
        for plan in plans
    ]
    with mock.folder._lock:
        asked = mock.folder._newest
        for thread in threads:
            thread.start()
        while mock.folder._newest < asked + len(threads):
            threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert len(KeptMock(mock.crashed("after")).world.faults.faults) == len(plans)
