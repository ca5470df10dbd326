"""Moments, durations, and a clock that tests move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_clever.clock import Clock, duration, iso, moment

EARLIEST, LATEST = -62135596800, 253402300799


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1778384896, "2026-05-10T03:48:16.000Z"),
        (1778384896.0005, "2026-05-10T03:48:16.000Z"),
        (1778384896.1239, "2026-05-10T03:48:16.124Z"),
        (1778384896.9999, "2026-05-10T03:48:17.000Z"),
        (-1, "1969-12-31T23:59:59.000Z"),
        (EARLIEST, "0001-01-01T00:00:00.000Z"),
        (LATEST, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_three_digits(seconds: float, text: str) -> None:
    assert iso(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-05-10T03:48:16.000Z", 1778384896),
        ("2026-05-10T03:48:16Z", 1778384896),
        ("2026-05-10T05:48:16+02:00", 1778384896),
        ("2026-05-10T03:48:16", 1778384896),
        ("1970-01-02", 86400),
    ],
)
def test_a_moment_is_read_from_a_date_or_a_timestamp(text: str, seconds: float) -> None:
    assert moment(text) == seconds


@given(st.integers(min_value=EARLIEST * 1000, max_value=LATEST * 1000))
def test_what_was_written_is_read_again_to_the_millisecond(milliseconds: int) -> None:
    assert abs(moment(iso(milliseconds / 1000)) - milliseconds / 1000) < 0.0011


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("PT61S", 61),
        ("PT1M", 60),
        ("PT2H", 7200),
        ("P1D", 86400),
        ("P1W", 604800),
        ("P1DT1H1M1S", 90061),
        (61, 61),
        (0.5, 0.5),
        (0, 0),
        (-5, -5),
    ],
)
def test_a_duration(value: object, seconds: float) -> None:
    assert duration(value) == seconds


@pytest.mark.parametrize("value", ["", "P", "PT", "61", "PT61", "1H", "PT-1S", "P1M", "PT1S ", None, True, [], {}])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a duration: send seconds or ISO 8601"):
        duration(value)


def test_a_frozen_clock_stands_and_moves_only_when_told() -> None:
    clock = Clock()
    clock.set(1000.0)
    assert not clock.frozen
    clock.freeze(True)
    stands = clock.now()
    assert clock.frozen
    assert clock.now() == stands
    clock.advance(61)
    assert clock.now() == stands + 61
    clock.set(5.0)
    assert clock.now() == 5.0
    assert clock.frozen


def test_a_clock_let_go_runs_on_from_where_it_stood() -> None:
    clock = Clock()
    clock.freeze(True)
    clock.set(1000.0)
    clock.freeze(False)
    assert 1000.0 <= clock.now() < 1060.0
    clock.advance(-500)
    assert 500.0 <= clock.now() < 560.0


@pytest.mark.parametrize("seconds", [EARLIEST - 1, LATEST + 1, 1e300, float("inf"), float("nan")])
def test_a_moment_no_timestamp_can_hold_is_refused_and_changes_nothing(seconds: float) -> None:
    clock = Clock()
    clock.freeze(True)
    stands = clock.now()
    with pytest.raises((ValueError, OverflowError)):
        clock.set(seconds)
    assert clock.now() == stands
