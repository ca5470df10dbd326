"""Against the real mock, over HTTP: following the events leaves what reading everything leaves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from clients import Mock
from driven_vendor import StillClock
from town import ALGEBRA_ASH, ASH, BEN, BIRCH, CLEO, DAN, PAT, TESS, TOWN, UMA, town

from mock_clever.serving import running
from vendor_app.app import create_app
from vendor_app.config import from_environment

ROUNDS = 12
SNAPSHOT = town()
KINDS = ("schools", "terms", "courses", "users", "sections")
IDS = {kind: [one.id for one in getattr(SNAPSHOT, kind)] for kind in KINDS}


class Follower:
    """A vendor app that always syncs in one way, in pages so small that even the town has several."""

    def __init__(self, env: dict[str, str], mode: str, page_size: int = 3) -> None:
        self.mode = mode
        config = from_environment(env, database=":memory:", page_size=page_size, probe=True, archive_share=1.0)
        self.app = create_app(config, clock=StillClock())
        self.store = self.app.extensions["vendor"].store

    def sync(self) -> dict[str, Any]:
        told: dict[str, Any] = self.app.test_client().post("/probe/sync", json={"mode": self.mode}).get_json()
        assert told["status"] == "success", told
        return told

    def active(self) -> dict[tuple[str, str], Any]:
        """What is in use, without when it was last changed: that alone is no event (docs/events-api)."""
        return {
            (one.kind, one.clever_id): (
                *(one.name, one.sis_id, one.email, one.roles, one.district),
                {key: value for key, value in one.told.items() if key not in ("last_modified", "last_sync")},
            )
            for one in self.store.records("status = 'active'")
        }

    def archived(self) -> set[str | None]:
        return {one.clever_id for one in self.store.records("status = 'archived'")}

    def enrolled(self) -> set[Any]:
        return {one for one, status in self.store.enrollments() if status == "active"}


@pytest.fixture
def mock() -> Mock:
    found = Mock()
    found.control("POST", "clock", {"freeze": True})
    connection = found.connection(found.sync)
    for connected in (False, True):  # a new feed, which begins now
        found.control("PATCH", f"connections/{connection}", {"connected": connected})
    return found


@pytest.fixture
def pair(mock: Mock) -> Iterator[tuple[Follower, Follower]]:
    """One app that follows the events, and one that reads everything every time."""
    with ExitStack() as stack:
        url = stack.enter_context(running(mock.app)).url
        env = mock.control("GET", "env") | {"MOCK_CLEVER_URL": url}
        yield Follower(env, "delta"), Follower(env, "full")


def a_change(chance: random.Random) -> dict[str, Any]:
    """A change that may fit the town as it is now; the mock refuses one that does not."""
    kind = chance.choice(("users", "users", "users", "sections", "sections", "terms", "courses", "schools"))
    id_ = chance.choice(IDS[kind])
    name = {"last": f"N{chance.randint(1, 99)}"} if kind == "users" else f"Name {chance.randint(1, 99)}"
    section, student = chance.choice(IDS["sections"]), chance.choice((BEN, CLEO, DAN))
    acts = (
        {"type": "record.update", "kind": kind, "id": id_, "set": {"name": name}},
        {"type": "record.remove", "kind": kind, "id": id_},
        {"type": "record.restore", "kind": kind, "id": id_},
        {"type": "section.enroll", "section": section, "user": student},
        {"type": "section.unenroll", "section": section, "user": student},
    )
    return chance.choice(acts)


RULES: tuple[dict[str, Any], ...] = (
    {"type": "everything"},
    {"type": "schools", "ids": [ASH]},
    {"type": "schools", "ids": [ASH, BIRCH], "staff": False},
)


@pytest.mark.parametrize("seed", range(6))
def test_after_random_changes_a_delta_leaves_what_a_bulk_leaves(
    mock: Mock, pair: tuple[Follower, Follower], seed: int
) -> None:
    follower, reader = pair
    chance, methods, made = random.Random(seed), [], 0
    for number in range(ROUNDS):
        if number:
            for _ in range(chance.randint(1, 8)):
                sent = {"changes": [a_change(chance)]}
                made += mock.client.post(f"/_mock/districts/{TOWN}/changes", json=sent).status_code == 200
            if chance.random() < 0.4:
                rule = chance.choice(RULES)
                mock.client.put(f"/_mock/connections/{mock.connection(mock.sync)}/sharing", json=rule)
        methods.append(follower.sync()["method"])
        reader.sync()
        assert follower.active() == reader.active()
        assert follower.enrolled() == reader.enrolled()
        assert follower.archived() >= reader.archived()
    assert methods == ["Bulk"] + ["Delta"] * (ROUNDS - 1)
    assert made > ROUNDS


def test_the_kinds_of_news_are_all_followed(mock: Mock, pair: tuple[Follower, Follower]) -> None:
    follower, _ = pair
    follower.sync()
    changes = [
        {"type": "section.enroll", "section": ALGEBRA_ASH, "user": DAN},
        {"type": "record.update", "kind": "users", "id": TESS, "set": {"email": "tess.new@example.org"}},
        {"type": "record.remove", "kind": "users", "id": PAT},
    ]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    done = follower.sync()
    (district,) = done["districts"]
    assert (district["method"], district["why"]) == ("Delta", "the events since the last sync")
    assert (done["counts_by_type"]["users"]["archived"], done["counts_by_type"]["sections"]["updated"]) == (1, 1)
    assert follower.store.find("users", "clever_id", TESS).email == "tess.new@example.org"
    assert not follower.store.find("users", "clever_id", PAT).active
    connection = mock.connection(mock.sync)
    for connected in (False, True):
        mock.control("PATCH", f"connections/{connection}", {"connected": connected})
    assert follower.sync()["districts"][0]["method"] == "Bulk"
    assert follower.store.find("users", "clever_id", UMA).active
