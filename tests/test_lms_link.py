"""The life of a district's LMS: its steps by hand and by the clock, and which applications are told what."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
from click.testing import CliRunner
from clients import Mock
from town import ADA, ALGEBRA_ASH, ASH, BEN, BIOLOGY_ASH, BIOLOGY_BIRCH, CLEO, DAN, SOL, TESS, TOWN, UMA

from mock_clever.cli import main
from mock_clever.ingest import ingest
from mock_clever.lms.joining import STEPS
from mock_clever.lms.marking import marked
from mock_clever.scenarios import Scenario, Worlds, start
from mock_clever.synthesis import generate

NOON = "2026-12-01T12:00:00.000Z"
LMS = f"districts/{TOWN}/lms"


@pytest.fixture
def mock() -> Mock:
    found = Mock()
    found.control("POST", "clock", {"freeze": True})
    found.control("POST", "clock", {"set": NOON})
    again(found)
    return found


def again(mock: Mock) -> None:
    """Connect everybody anew, so that feeds begin now."""
    for connection in list(mock.world.connections):
        for connected in (False, True):
            mock.control("PATCH", f"connections/{connection}", {"connected": connected})


def step(mock: Mock, do: str, **more: str) -> Any:
    return mock.control("POST", LMS, {"do": do, **more})


def move(mock: Mock, how: str) -> list[tuple[str, str]]:
    return [(each["at"], each["what"]) for each in mock.control("POST", "clock", {"advance": how})["fired"]]


def own(mock: Mock) -> dict[str, Any]:
    """What the application is told of the LMS in the district's record."""
    record = mock.reader().get(f"/v3.1/districts/{TOWN}")["data"]
    return {name: value for name, value in record.items() if "lms" in name}


def found(mock: Mock) -> dict[str, bool | None]:
    """Everybody and everything of which it is told whether it was found."""
    read = [each["data"] for kind in ("users", "sections") for each in mock.reader().get(f"/v3.1/{kind}")["data"]]
    return {each["id"]: each["lms_status"]["synced_in_lms"] for each in read if "lms_status" in each}


def news(mock: Mock) -> list[dict[str, Any]]:
    """The events since this was last asked; the first time, nothing but where they begin."""
    reader = mock.reader()
    last = getattr(mock, "last", "")
    page = reader.get(f"/v3.1/events?limit=1000{last and '&starting_after=' + last}")["data"]
    mock.last = page[-1]["data"]["id"] if page else last  # type: ignore[attr-defined]  # kept beside it for tests
    return [each["data"] for each in page] if last else []


EVERYBODY = {BEN: True, CLEO: True, DAN: True, TESS: True, UMA: True, ADA: False}  # Ada has no email
ROOMS = {ALGEBRA_ASH: True, BIOLOGY_ASH: True, BIOLOGY_BIRCH: True}


# Joined in one step


def test_a_district_without_an_lms_says_nothing_of_one(mock: Mock) -> None:
    connection = mock.connection(mock.sync)
    assert (own(mock), found(mock)) == ({}, {})
    assert mock.control("GET", LMS) == {
        "lms_type": "",
        "lms_state": "",
        "since": None,
        "last_lms_sync": None,
        "unmatched": [],
        "matched": None,
        "connections": {connection: ""},
    }


@pytest.mark.parametrize("lms_type", ["canvas", "schoology", "google_classroom"])
def test_one_step_joins_it_ready_to_use(mock: Mock, lms_type: str) -> None:
    matched = {"students": 75, "teachers": 100, "sections": 100}
    shown = mock.control("PUT", LMS, {"lms_type": lms_type})
    assert shown == mock.control("GET", LMS)
    assert shown == {
        "lms_type": lms_type,
        "lms_state": "success",
        "since": NOON,
        "last_lms_sync": NOON,
        "unmatched": [],
        "matched": matched,
        "connections": {mock.connection(mock.sync): "accepted"},
    }
    assert own(mock) == {
        "lms_type": lms_type,
        "lms_state": "success",
        "last_lms_sync": NOON,
        "lms_matched_percentage": matched,
    }
    assert found(mock) == EVERYBODY | ROOMS


def test_who_is_said_to_be_unmatched_is_and_a_section_is_with_its_last_teacher(mock: Mock) -> None:
    shown = mock.control("PUT", LMS, {"lms_type": "canvas", "unmatched": [TESS, DAN], "accept": False})
    assert found(mock) == EVERYBODY | {TESS: False, DAN: False} | ROOMS | {BIOLOGY_ASH: False}
    assert shown["matched"] == {"students": 50, "teachers": 50, "sections": 66}
    assert (shown["unmatched"], list(shown["connections"].values())) == ([DAN, TESS], [""])
    mock.control("PUT", LMS, {"lms_type": "canvas", "unmatched": [ALGEBRA_ASH]})
    assert found(mock) == EVERYBODY | ROOMS | {ALGEBRA_ASH: False}


@pytest.mark.parametrize("state", ["pending_authorization", "initial_sync_processing", "matching_in_progress"])
def test_before_everything_was_matched_nobody_is_found(mock: Mock, state: str) -> None:
    shown = mock.control("PUT", LMS, {"lms_type": "canvas", "lms_state": state})
    assert shown["matched"] == {"students": 0, "teachers": 0, "sections": 0}
    assert set(found(mock).values()) == {False}
    assert ("last_lms_sync" in own(mock)) == (state == "matching_in_progress")


REFUSED: dict[str, tuple[str, dict[str, Any] | None, int, str]] = {
    "another LMS": ("PUT", {"lms_type": "moodle"}, 400, "choose one of canvas, google_classroom, schoology"),
    "no LMS": ("PUT", {"lms_type": ""}, 400, "choose one of canvas"),
    "another state": ("PUT", {"lms_type": "canvas", "lms_state": "fine"}, 400, "choose one of initial_sync"),
    "nobody": ("PUT", {"lms_type": "canvas", "unmatched": [BEN, ASH]}, 404, ASH),
    "nonsense": ("PUT", {"lms_type": "canvas", "unmatched": 7}, 400, "cannot be read"),
    "another step": ("POST", {"do": "celebrate"}, 400, "cannot be read"),
    "an invitation to nothing": ("POST", {"do": "invite"}, 400, "choose one of canvas"),
    "what was never there": ("DELETE", None, 409, "no LMS"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_is_wrong_is_refused_and_nothing_is_half_done(mock: Mock, wrong: str) -> None:
    method, body, status, says = REFUSED[wrong]
    before = mock.control("GET", LMS)
    refused, message = mock.refused(method, LMS, body)
    assert (refused, says in message) == (status, True), message
    assert mock.control("GET", LMS) == before
    assert (mock.world.links, own(mock)) == ({}, {})


def test_a_district_nobody_knows_has_no_lms(mock: Mock) -> None:
    for method, body in (
        ("GET", None),
        ("PUT", {"lms_type": "canvas"}),
        ("POST", {"do": "fail"}),
        ("DELETE", None),
    ):
        status, message = mock.refused(method, "districts/6a00/lms", body)
        assert (status, "no district 6a00" in message) == (404, True)


# Step by step


def test_the_life_of_a_link_step_by_step(mock: Mock) -> None:
    states = []
    for do in ("invite", "authorize", "synced", "matched", "fail", "reconnect", "synced", "matched", "disconnect"):
        shown = step(mock, do, **({"lms_type": "schoology"} if do == "invite" else {}))
        states.append((do, shown["lms_state"], own(mock)["lms_state"], any(found(mock).values())))
    assert states == [
        ("invite", "pending_authorization", "pending_authorization", False),
        ("authorize", "initial_sync_processing", "initial_sync_processing", False),
        ("synced", "matching_in_progress", "matching_in_progress", False),
        ("matched", "success", "success", True),
        ("fail", "error", "error", True),
        ("reconnect", "initial_sync_processing", "initial_sync_processing", False),
        ("synced", "matching_in_progress", "matching_in_progress", False),
        ("matched", "success", "success", True),
        ("disconnect", "disconnected", "disconnected", False),
    ]
    assert step(mock, "invite", lms_type="canvas")["lms_type"] == "canvas"
    assert mock.control("DELETE", LMS)["lms_state"] == ""
    assert (own(mock), found(mock)) == ({}, {})


def test_an_error_before_the_matching_finds_nobody(mock: Mock) -> None:
    step(mock, "invite", lms_type="canvas")
    assert step(mock, "fail")["lms_state"] == "error"
    assert set(found(mock).values()) == {False}


IN_ORDER = {  # by hand, against the table of steps
    "": {"invite"},
    "pending_authorization": {"authorize", "fail", "disconnect"},
    "initial_sync_processing": {"synced", "fail", "disconnect"},
    "matching_in_progress": {"matched", "fail", "disconnect"},
    "success": {"fail", "disconnect"},
    "error": {"reconnect", "disconnect"},
    "disconnected": {"invite", "reconnect"},
}


@pytest.mark.parametrize("state", IN_ORDER)
def test_a_step_out_of_order_is_refused(mock: Mock, state: str) -> None:
    if state:
        mock.control("PUT", LMS, {"lms_type": "canvas", "lms_state": state})
    before = mock.control("GET", LMS)
    for do in STEPS.keys() - IN_ORDER[state]:
        status, message = mock.refused("POST", LMS, {"do": do, "lms_type": "canvas"})
        assert (status, f"{do} comes after" in message) == (409, True)
    assert mock.control("GET", LMS) == before


def test_another_lms_is_not_taken_on_the_way(mock: Mock) -> None:
    step(mock, "invite", lms_type="canvas")
    assert mock.refused("POST", LMS, {"do": "authorize", "lms_type": "schoology"})[0] == 409


# By the clock


def test_matching_takes_its_time_and_every_night_the_lms_is_asked_again(mock: Mock) -> None:
    step(mock, "invite", lms_type="canvas")
    assert move(mock, "P1D") == []
    step(mock, "authorize")
    assert move(mock, "PT29M59S") == []
    assert move(mock, "PT1S") == [("2026-12-02T12:30:00.000Z", "lms.synced")]
    assert own(mock)["lms_state"] == "matching_in_progress"
    assert own(mock)["last_lms_sync"] == "2026-12-02T12:30:00.000Z"
    assert move(mock, "PT30M") == [
        ("2026-12-02T12:31:00.000Z", "rates.reset"),
        ("2026-12-02T13:00:00.000Z", "lms.matched"),
    ]
    assert own(mock)["lms_state"] == "success"
    assert move(mock, "PT15H")[-1] == ("2026-12-03T04:00:00.000Z", "lms.renewed")
    assert own(mock)["last_lms_sync"] == "2026-12-03T04:00:00.000Z"
    assert move(mock, "P9D")[-1] == ("2026-12-12T04:00:00.000Z", "lms.renewed")
    step(mock, "fail")
    assert move(mock, "P2D") == []


def test_one_leap_of_the_clock_is_the_same_as_many(mock: Mock) -> None:
    step(mock, "invite", lms_type="canvas")
    step(mock, "authorize")
    assert move(mock, "P3D") == [
        ("2026-12-01T12:30:00.000Z", "lms.synced"),
        ("2026-12-01T13:00:00.000Z", "lms.matched"),
        ("2026-12-04T04:00:00.000Z", "lms.renewed"),
    ]
    assert mock.control("GET", LMS)["since"] == "2026-12-01T13:00:00.000Z"
    assert mock.control("POST", "clock", {"set": NOON})["fired"] == []


def test_whoever_asks_finds_what_fell_due_in_the_meantime(mock: Mock) -> None:
    step(mock, "invite", lms_type="canvas")
    step(mock, "authorize")
    mock.world.clock.advance(3600)
    assert mock.control("GET", LMS)["lms_state"] == "success"
    step(mock, "disconnect")
    step(mock, "reconnect")
    mock.world.clock.advance(1800)
    assert own(mock)["lms_state"] == "matching_in_progress"


# What an application is told of it


def test_what_changes_in_the_matching_is_told_as_events(mock: Mock) -> None:
    news(mock)
    mock.control("PUT", LMS, {"lms_type": "canvas"})
    told = news(mock)
    assert [each["type"] for each in told] == [
        *("districts.updated", *["users.updated"] * 6, *["sections.updated"] * 3),
    ]
    names = ("last_lms_sync", "lms_matched_percentage", "lms_state", "lms_type")
    assert told[0]["data"]["previous_attributes"] == dict.fromkeys(names)
    mock.control("PUT", LMS, {"lms_type": "canvas", "unmatched": [BEN, BIOLOGY_BIRCH]})
    district, ben, biology = news(mock)
    assert district["data"]["previous_attributes"] == {
        "lms_matched_percentage": {"students": 75, "teachers": 100, "sections": 100}
    }
    assert district["data"]["object"]["lms_matched_percentage"] == {
        "students": 50,
        "teachers": 100,
        "sections": 66,
    }
    assert (ben["type"], ben["data"]["object"]["id"]) == ("users.updated", BEN)
    assert ben["data"]["previous_attributes"] == {"lms_status": {"synced_in_lms": True}}
    assert (biology["type"], biology["data"]["object"]["id"]) == ("sections.updated", BIOLOGY_BIRCH)
    mock.control("DELETE", LMS)
    gone = news(mock)
    assert "lms_state" not in gone[0]["data"]["object"]
    assert gone[0]["data"]["previous_attributes"]["lms_state"] == "success"
    assert len(gone) == 10


def test_a_new_roster_keeps_it_and_who_is_new_is_found_at_once(mock: Mock) -> None:
    mock.control("PUT", LMS, {"lms_type": "canvas", "unmatched": [CLEO]})
    news(mock)
    again(mock)
    changes = [
        {"type": "record.update", "kind": "users", "id": ADA, "set": {"email": "ada@example.org"}},
        {"type": "record.update", "kind": "users", "id": BEN, "set": {"email": None}},
        {"type": "user.leave", "user": CLEO},
        {"type": "record.update", "kind": "sections", "id": BIOLOGY_ASH, "set": {"teachers": [], "teacher": None}},
    ]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    assert found(mock) == {ADA: True, BEN: False, DAN: True, TESS: True, UMA: True} | ROOMS | {BIOLOGY_ASH: False}
    assert own(mock)["lms_matched_percentage"] == {"students": 66, "teachers": 100, "sections": 66}
    assert own(mock)["lms_state"] == "success"
    mock.control(
        "POST", f"districts/{TOWN}/changes", {"changes": [{"type": "user.return", "user": CLEO, "school": ASH}]}
    )
    assert found(mock)[CLEO] is False
    seen = mock.world.published(mock.world.connections[mock.connection(mock.sync)]).snapshot
    anew = marked(mock.world.districts[TOWN], mock.world.links[TOWN])  # not step by step
    assert (seen.users, seen.sections) == (anew.users, anew.sections)


def test_a_rule_hides_of_it_what_it_hides_and_shows_the_rest(mock: Mock) -> None:
    mock.control("PUT", LMS, {"lms_type": "canvas"})
    mock.share(type="sections", ids=[BIOLOGY_ASH])
    assert found(mock) == {BEN: True, TESS: True, UMA: True, BIOLOGY_ASH: True}
    assert own(mock)["lms_matched_percentage"] == {"students": 75, "teachers": 100, "sections": 100}


def test_nobody_else_is_told_a_word_of_it(mock: Mock) -> None:
    readers = [mock.reader(mock.sso), mock.signed_in(TESS, mock.sso), mock.signed_in(TESS, mock.sync)]
    before = everything(mock, mock.reader(), *readers)
    mock.control("PUT", LMS, {"lms_type": "canvas"})
    news(mock)
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": ["resources"]})
    assert everything(mock, mock.reader(), *readers) == before
    assert "lms" not in before
    mock.control("PUT", LMS, {"lms_type": "schoology", "unmatched": [UMA]})
    told = news(mock)
    assert all("lms" not in str(each["data"]["object"]) for each in told)
    assert "lms" in str(told)  # what was known before is told as having gone, once
    mock.control("PUT", LMS, {"lms_type": "canvas", "unmatched": []})
    assert news(mock) == []


def everything(mock: Mock, *readers: Any) -> str:
    kinds = ("districts", "users", "sections", f"users/{SOL}", f"sections/{ALGEBRA_ASH}", "me")
    versions = ("v1.2", "v2.1", "v3.0", "v3.1")
    asked = [each.ask(f"/{version}/{kind}") for each in readers for version in versions for kind in kinds]
    return "\n".join(answer.get_data(as_text=True) for answer in asked)


def test_old_versions_say_nothing_of_it(mock: Mock) -> None:
    mock.control("PUT", LMS, {"lms_type": "canvas"})
    for version in ("v1.2", "v2.0", "v2.1", "v3.0"):
        for kind in ("districts", "sections", "events"):
            assert b"lms" not in mock.reader().ask(f"/{version}/{kind}").get_data(), (version, kind)


def test_no_safety_threshold_counts_who_was_found(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "safety": True})
    mock.control("PUT", LMS, {"lms_type": "canvas"})
    assert mock.world.connections[mock.connection(mock.sync)].requires_review is False
    assert found(mock) == EVERYBODY | ROOMS


# LMS Connect for each application


def test_lms_connect_is_requested_and_accepted_for_one_application(mock: Mock) -> None:
    connection = mock.connection(mock.sync)
    for said in ("requested", "accepted", ""):
        shown = mock.control("PATCH", f"connections/{connection}", {"lms_connect": said})
        assert shown["lms_connect"] == said
        assert mock.control("GET", LMS)["connections"] == {connection: said}
    assert mock.refused("PATCH", f"connections/{connection}", {"lms_connect": "yes"})[0] == 400
    status, message = mock.refused(
        "PATCH", f"connections/{mock.connection(mock.sso)}", {"lms_connect": "accepted"}
    )
    assert (status, "Example Login has no LMS Connect" in message) == (400, True)


def test_launches_are_forgotten_when_something_is_joined_anew(mock: Mock) -> None:
    connection, launches = mock.connection(mock.sync), mock.world.launches
    mock.control("PUT", LMS, {"lms_type": "schoology"})

    def forgets(method: str, path: str, body: dict[str, Any] | None = None) -> bool:
        launches.add(connection, BEN, 0)
        mock.control(method, path, body)
        return not launches.has(connection, BEN)

    assert not forgets("PUT", LMS, {"lms_type": "schoology", "unmatched": [ADA]})
    assert not forgets("POST", LMS, {"do": "fail"})
    assert forgets("POST", LMS, {"do": "disconnect"})
    assert forgets("POST", LMS, {"do": "reconnect"})
    assert forgets("PUT", LMS, {"lms_type": "canvas"})
    assert not forgets("PATCH", f"connections/{connection}", {"lms_connect": "accepted"})
    mock.control("PATCH", f"connections/{connection}", {"lms_connect": ""})
    assert forgets("PATCH", f"connections/{connection}", {"lms_connect": "accepted"})
    assert forgets("PATCH", f"connections/{connection}", {"connected": False})
    mock.control("PATCH", f"connections/{connection}", {"connected": True})
    assert forgets("DELETE", LMS)


# From the start


def test_a_scenario_may_begin_with_an_lms_and_so_does_its_reset() -> None:
    worlds = Worlds(start(Scenario(preset="tiny", lms="schoology")))
    for _ in range(2):
        world = worlds.get("main")
        assert world is not None
        (link,) = world.links.values()
        assert (link.lms_type, link.state) == ("schoology", "success")
        assert [c.lms_connect for c in world.connections.values()].count("accepted") == 1
        (sync,) = (c for c in world.connections.values() if c.lms_connect)
        first = world.events(sync)[0]
        assert len(world.events(sync)) == 1, first
        worlds.reset("main")


def test_the_command_line_says_which_there_are() -> None:
    told = CliRunner().invoke(main, ["serve", "--lms", "moodle"])
    assert told.exit_code == 2
    assert "choose one of canvas, google_classroom, schoology" in told.stderr


def test_matching_a_large_district_takes_little() -> None:
    district = ingest(generate("tiny", 0))
    mock = Mock(district)
    id = district.district.id
    mock.control("PUT", f"districts/{id}/lms", {"lms_type": "canvas"})
    before = mock.world.published(next(iter(mock.world.connections_of(mock.sync.client_id)))).snapshot
    begun = perf_counter()
    mock.control("POST", f"districts/{id}/sync")
    assert perf_counter() - begun < 1
    after = mock.world.published(next(iter(mock.world.connections_of(mock.sync.client_id)))).snapshot
    assert after is not before
    assert after.users is before.users
    assert after.sections is before.sections
