"""Timelines: those that come along play as they expect, and what is wrong in one is told by file and line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from clients import Mock
from town import BEN, TOWN

from mock_clever.cli import main
from mock_clever.errors import ControlRefusal
from mock_clever.scenarios import MAIN, Scenario, Worlds, start
from mock_clever.synthesis.files import fixtures
from mock_clever.timeline import Played, parsed, play, schema
from mock_clever.world import World

FILES = sorted((fixtures() / "scenarios").glob("*.toml"))
SMALL = """
title = "Ben is renamed"
begins = "2026-09-01T06:00:00Z"

[[step]]
at = "P1D"
say = "renamed"
remember = { ben = "student s12" }
change = [{ type = "user.rename", user = "student s12", first = "Benno" }]
expect = { events = {} }

[[step]]
at = "P2D"
say = "synced"
sync = true

    [step.expect]
    outcome = "published"
    events = { "districts.updated" = 1, "users.updated" = 1 }
"""


def world_of(preset: str) -> World:
    world = Worlds(start(Scenario(preset=preset))).get(MAIN)
    assert world is not None
    return world


def told(mock: Mock, text: str) -> list[Played]:
    return play(mock.world, parsed(text, "small.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_comes_along_plays_as_it_expects(path: Path) -> None:
    timeline = parsed(path.read_text(encoding="utf-8"), path.name)
    played = play(world_of(timeline.preset), timeline)
    assert len(played) == len(timeline.step)
    assert [(step.number, step.failed) for step in played if step.failed] == []


def test_three_come_along() -> None:
    assert [path.stem for path in FILES] == ["mass-unshare", "school-year", "transfer"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schema_takes_what_comes_along(path: Path) -> None:
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), written_schema())


def written_schema() -> Any:
    return json.loads((fixtures() / "schemas" / "scenario.schema.json").read_text(encoding="utf-8"))


def test_the_schema_is_that_of_the_types_and_valid() -> None:
    assert written_schema() == json.loads(json.dumps(schema()))
    jsonschema.Draft202012Validator.check_schema(written_schema())


def test_a_timeline_is_played_on_any_district(mock: Mock) -> None:
    played = told(mock, SMALL)
    assert [(step.at, step.events, step.outcome, step.failed) for step in played] == [
        ("2026-09-02T06:00:00.000Z", {}, "", ()),
        ("2026-09-03T06:00:00.000Z", {"districts.updated": 1, "users.updated": 1}, "published", ()),
    ]
    assert mock.world.districts[TOWN].users[BEN].name.first == "Benno"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('events = { "users.created" = 1 }', "events: expected {'users.created': 1}, there were"),
        ('at_least = { "users.updated" = 2 }', "at_least: expected 2 users.updated, there were 1"),
        ('outcome = "held"', "outcome: expected 'held', it is 'published'"),
        ("held = true", "held: expected True, it is False"),
        ("review = true", "review: expected True, it is False"),
        ('state = "paused"', "state: expected 'paused', it is 'running'"),
        ('sees = ["student s99"]', "sees: student s99 is not there"),
        ('misses = ["student s12"]', "misses: student s12 is there"),
        ('same = { "student s11" = "ben" }', "same: student s11 is"),
        ('other = { "student s12" = "ben" }', "other: student s12 is"),
    ],
)
def test_what_is_expected_in_vain_is_told_and_the_timeline_goes_on(wrong: str, said: str, mock: Mock) -> None:
    head, _, _ = SMALL.partition("    outcome")
    last = '\n[[step]]\nat = "P3D"\n'
    failed = [step.failed for step in told(mock, f"{head}    {wrong}\n{last}")]
    assert (failed[0], len(failed[1]), failed[2]) == ((), 1, ())
    assert failed[1][0].startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("begins", "begin", 3, "unknown field `begin`"),
        ('begins = "2026-09-01T06:00:00Z"', 'begins = "soon"', 3, "is no moment"),
        ('title = "Ben is renamed"', "title = ", 2, "this is no TOML"),
        ("remember =", "forget =", 8, "unknown field `forget`"),
        ("user.rename", "user.explode", 9, "Invalid value 'user.explode'"),
        ('at = "P2D"', 'at = "P2X"', 13, "is not a duration"),
        ('at = "P2D"', 'at = "P0D"', 13, "a step cannot be earlier than the one before"),
        ("sync = true", 'sync = "yes"', 15, "Expected `bool`, got `str`"),
        ("sync = true", 'faults = [{ path = "/v3.1", kind = "explode" }]', 15, "no fault of kind 'explode'"),
        ("sync = true", 'faults = [{ kind = "repeat" }]', 15, "missing required field `path`"),
        ("sync = true", 'faults = [{ path = "/v3.1", chance = 0.5 }]', 15, "drawn from a `seed`"),
        ('"users.updated" = 1', '"users.updated" = -1', 19, "Expected `int` >= 0"),
    ],
)
def test_a_mistake_is_told_by_file_and_line(old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(ControlRefusal) as refused:
        parsed(SMALL.replace(old, new), "small.toml")
    assert str(refused.value).startswith(f"small.toml:{line}: "), refused.value
    assert words in str(refused.value)


def test_a_step_plans_faults(mock: Mock) -> None:
    planned = 'faults = [{ path = "/v3.1/events", kind = "reorder", times = 2 }, { path = "/v3.1/users" }]'
    told(mock, SMALL.replace("sync = true", f"{planned}\nsync = true"))
    shown = mock.control("GET", "faults")["faults"]
    assert [(fault["path"], fault["kind"], fault["times"]) for fault in shown] == [
        ("/v3.1/events", "reorder", 2),
        ("/v3.1/users", "status", 1),
    ]
    assert mock.reader().ask("/v3.1/users").status_code == 500


def test_a_step_plans_a_change_in_the_middle_of_a_walk_and_a_held_sync(mock: Mock) -> None:
    change = '{ type = "user.rename", user = "student s12", first = "Benjamin" }'
    walk = f'{{ target = "users", kind = "mid-walk-change", change = [{change}] }}'
    told(mock, SMALL.replace("sync = true", f'faults = [{walk}, {{ kind = "held-sync" }}]\nsync = true'))
    assert mock.world.districts[TOWN].users[BEN].name.first == "Ben"
    assert mock.world.life(TOWN).held is not None
    assert mock.reader().ask("/v3.1/users?limit=2").headers.get("Mock-Clever-Fault") is None
    assert mock.reader().ask(f"/v3.1/users?starting_after={BEN}").headers["Mock-Clever-Fault"] == "F1"
    assert mock.world.sources[TOWN].users[BEN].name.first == "Benjamin"


def test_a_step_that_makes_no_sense_is_told_by_its_number(mock: Mock) -> None:
    with pytest.raises(ControlRefusal, match=r"step 1 \(renamed\): nothing is called 'student s99'"):
        told(mock, SMALL.replace("student s12", "student s99"))


def test_the_control_plane_plays_one_too(mock: Mock) -> None:
    body = mock.control("POST", "scenario", tomllib.loads(SMALL))
    assert (body["title"], body["passed"], len(body["steps"])) == ("Ben is renamed", True, 2)
    status, message = mock.refused("POST", "scenario", {"title": "x"})
    assert (status, "missing required field `begins`" in message) == (400, True)


def test_a_district_lives_on_night_by_night(mock: Mock) -> None:
    mock.control("POST", "clock", {"set": "2026-09-01T12:00:00Z"})
    mock.control("POST", "clock", {"freeze": True})
    body = mock.control("POST", f"districts/{TOWN}/evolve", {"days": 30, "seed": 7})
    assert (body["days"][0]["day"], body["days"][-1]["day"]) == ("2026-09-02", "2026-10-01")
    assert body["now"].startswith("2026-10-01T12")
    assert {day["outcome"] for day in body["days"]} <= {"published", "held"}
    assert mock.refused("POST", f"districts/{TOWN}/evolve", {"days": 0})[0] == 400
    assert mock.refused("POST", f"districts/{BEN}/evolve", {"days": 1})[0] == 404


def test_the_commands(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["scenario", "transfer"])
    assert (run.exit_code, len(run.stdout.splitlines())) == (0, 3)
    file = tmp_path / "wrong.toml"
    file.write_text("title = 1\n", encoding="utf-8")
    run = CliRunner().invoke(main, ["scenario", str(file)])
    assert run.exit_code == 2
    assert f"{file}:1: this timeline cannot be read: Expected `str`, got `int`" in run.output
    lived = CliRunner().invoke(main, ["evolve", "--preset", "tiny", "--seed", "7", "--out", str(tmp_path / "o")])
    assert lived.exit_code == 0
    assert all(json.loads(line)["changes"] for line in lived.stdout.splitlines())
    assert (tmp_path / "o" / "students.csv").is_file()
