"""A whole school year, and a vendor app that syncs every night of it: every morning it holds what Clever shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clients import Mock
from test_vendor_real_feed import Follower

from mock_clever.prepared import prepare
from mock_clever.serving import running
from mock_clever.timeline import parsed, play

PAGE = 15  # a third of the people
SCENARIO = Path(__file__).parents[2] / "fixtures" / "scenarios" / "school-year.toml"


def test_a_vendor_that_follows_events_is_right_every_night_of_a_year() -> None:
    mock = Mock(prepare("sandbox", 0))
    follower: Follower | None = None
    methods: list[str] = []

    def sync() -> None:
        assert follower is not None
        told = follower.sync()
        methods.extend(district["method"] for district in told["districts"])
        assert shown(follower) == published(mock), f"after sync {len(methods)}"

    with running(mock.app) as server:
        env = mock.control("GET", "env") | {"MOCK_CLEVER_URL": server.url}
        follower = Follower(env, "delta", PAGE)
        played = play(mock.world, parsed(SCENARIO.read_text(encoding="utf-8"), SCENARIO.name), each_night=sync)
        sync()
        reader = Follower(env, "full", PAGE)
        reader.sync()
        assert (follower.active(), follower.enrolled()) == (reader.active(), reader.enrolled())
    assert [step.failed for step in played if step.failed] == []
    assert len(methods) > 300
    assert methods.count("Delta") > 150  # where nothing happens for a month no cursor is left, and all is read


def shown(follower: Follower) -> dict[str, set[str]]:
    """The ids that the app holds active, by kind, and who is in which section."""
    found: dict[str, set[str]] = {}
    for kind, id_ in follower.active():
        found.setdefault(kind, set()).add(id_)
    return found


def published(mock: Mock) -> dict[str, set[str]]:
    """The ids that a full read gives now, by kind."""
    (connection,) = (c for c in mock.world.connections.values() if c.client_id == mock.sync.client_id)
    snapshot: Any = mock.world.published(connection).snapshot
    kinds = ("districts", "schools", "terms", "courses", "users", "sections")
    return {kind: set(snapshot.table(kind).ids) for kind in kinds if snapshot.table(kind).ids}
