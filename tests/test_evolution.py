"""A district that lives on by itself: the same year from the same seed, and whole at the end of every day."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wholeness import broken

from mock_clever.evolution import day_of, evolve, lived
from mock_clever.model import KINDS, Snapshot
from mock_clever.prepared import prepare


def told(district: Snapshot, seed: int, days: int) -> list[object]:
    return [(day, msgspec.to_builtins(changes)) for day, changes in evolve(district, seed, days)]


def test_the_same_seed_lives_the_same_year_and_another_another() -> None:
    district = prepare("sandbox")
    assert told(district, 7, 120) == told(district, 7, 120)
    assert told(district, 7, 120) != told(district, 8, 120)


def test_nothing_that_was_handed_in_is_changed() -> None:
    district = prepare("tiny")
    before = {kind: list(district.table(kind)) for kind in KINDS}
    list(evolve(district, 1, 400))
    assert {kind: list(district.table(kind)) for kind in KINDS} == before


def test_a_year_has_of_everything_and_a_rollover() -> None:
    happened: Counter[str] = Counter()
    for seed in range(6):
        for _, changes in evolve(prepare("sandbox"), seed, 365):
            happened.update(msgspec.to_builtins(change)["type"] for change in changes)
    assert happened["roster.rollover"] == 6
    assert happened["term.roll"] >= 5
    assert {"student.transfer", "student.withdraw", "user.add", "section.enroll"} <= set(happened)
    assert {"section.unenroll", "teacher.replace", "section.rename", "contact.edit"} <= set(happened)


def test_nobody_is_taught_on_a_sunday() -> None:
    assert all(not day_of(prepare("sandbox"), {}, "2026-10-04", seed) for seed in range(20))


@pytest.mark.parametrize("preset", ["tiny", "sandbox"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=6)
def test_every_evening_every_reference_is_whole(preset: str, seed: int) -> None:
    for day, changes, district in lived(prepare(preset), seed, 400):
        assert broken(district) == [], (day, changes)
