"""How a district's syncs are kept: when they run by themselves, what holds one back, and when nothing is synced.

None of it is in Clever's API but the dates of a pause, which stand in the district's own record. Days begin at
midnight UTC, and a span of two days ends as its second one begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mock_clever.clock import iso, moment
from mock_clever.errors import ControlRefusal
from mock_clever.model import District

DAY = 86_400
OLDEST = 3660 * DAY
"""So far back, ten years, nightly syncs are made up for; what a clock that leapt further missed is not."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Upkeep(Struct, frozen=True, kw_only=True):
    """One district's schedule and brake.

    `nightly` is a time of day in UTC such as `02:00`. A sync that deletes more than `hold_threshold` per cent of a
    record type is held, none if it is None (docs/data-changes). From `rollover_start` until `rollover_end` no
    threshold counts, a district's or an application's.
    """

    nightly: str | None = None
    hold_threshold: int | None = 10
    rollover_start: str | None = None
    rollover_end: str | None = None

    def relaxed(self, district: District, now: float) -> bool:
        """Whether nothing is held now: during rollover and pauses (events-and-sync 11 #25)."""
        return paused(district, now) or _within(self.rollover_start, self.rollover_end, now)

    def nights(self, since: float, until: float) -> Iterator[float]:
        """The moments of nightly syncs after `since`, up to and with `until`."""
        if self.nightly is None:
            return
        since = max(since, until - OLDEST)
        at = moment(f"{iso(since)[:10]}T{self.nightly}:00")
        while at <= until:
            if at > since:
                yield at
            at += DAY

    def next_night(self, now: float) -> float | None:
        """When the next nightly sync is due."""
        return next(self.nights(now, now + DAY), None)


class Moment(Struct, frozen=True, order=True):
    """Something that is due. Of what is due at once, pauses come first."""

    at: float
    order: int
    what: str
    district: str


def paused(district: District, now: float) -> bool:
    """Whether a district's syncs are ignored: in its pause, or while its state says so."""
    return district.state == "paused" or _within(district.pause_start, district.pause_end, now)


def due(district: District, upkeep: Upkeep, since: float, until: float) -> Iterator[Moment]:
    """What becomes due after `since`, up to and with `until`; not in order."""
    edges = ((0, "pause.ends", district.pause_end), (1, "pause.begins", district.pause_start))
    for order, what, day in edges:
        at = _second(day)
        if at is not None and since < at <= until:
            yield Moment(at, order, what, district.id)
    for at in upkeep.nights(since, until):
        yield Moment(at, 2, "sync", district.id)


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values of an upkeep or a pause. Raises ControlRefusal for what is no time, no day or no share."""
    for name, value in values.items():
        if value is None:
            continue
        if name == "nightly":
            if _TIME.fullmatch(value) is None:
                raise ControlRefusal(f"nightly {value!r} is no time of day: write it like 02:00, or null for none")
        elif name == "hold_threshold":
            if not 0 <= value <= 100:
                raise ControlRefusal("hold_threshold is a share in per cent from 0 to 100, or null for none")
        elif not _is_day(value):
            raise ControlRefusal(f"{name} {value!r} is no day: write it like 2027-06-15, or null for none")
    return values


def spans(first: str | None, second: str | None, name: str) -> None:
    """Raises ControlRefusal for a span that ends before it begins or has only one end."""
    if (first is None) != (second is None) or (first and second and first >= second):
        raise ControlRefusal(f"{name}_start and {name}_end go together, and the end lies later")


def _is_day(text: str) -> bool:
    at = _second(text)
    return at is not None and iso(at)[:10] == text


def _within(start: str | None, end: str | None, now: float) -> bool:
    begins, ends = _second(start), _second(end)
    return begins is not None and ends is not None and begins <= now < ends


def _second(day: str | None) -> float | None:
    """The midnight a day begins with; None for what is no day, which a district's own record may hold."""
    try:
        return moment(day) if day else None
    except (ValueError, OverflowError):
        return None
