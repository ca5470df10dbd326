"""The events an application may read: for each connection a feed of batches, the oldest expiring after 30 days.

A batch is one difference: what a sync, a sharing edit or a permission changed of what the application sees. It is
told when somebody reads it, in the version they read, so that nothing is written five times. Ids are made of the
batch's second, its number, the version and the place within, so they ascend, and the same feed has the same ids
whenever it is read (docs/events-api; events-and-sync 4).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from threading import Lock
from typing import overload

from msgspec import Struct

from mock_clever.clock import iso
from mock_clever.difference import Difference
from mock_clever.fields import VERSIONS as NAMES
from mock_clever.ids import is_object_id
from mock_clever.model import Id
from mock_clever.versions import Permission, Version
from mock_clever.versions.events import Happening, Manner, Telling

RETENTION = 30 * 24 * 3600.0
"""Seconds after which an event is gone (docs/events-api)."""

_PLACES = 6  # hexadecimal digits of the place within a batch


class Reading(Struct, frozen=True):
    """A batch in one version: its events in order, not told yet, and what tells them."""

    telling: Telling
    happenings: list[Happening]


class Batch:
    """One difference and its events in every version."""

    def __init__(
        self, at: float, number: int, feed: str, told: Difference, before: Permission, after: Permission
    ) -> None:
        self.at = int(at)
        self.created = iso(self.at)  # of all its events, in whole seconds (recorded)
        self.number = number
        self._feed = feed
        self._told = told
        self._before, self._after = before, after
        self._read: dict[tuple[str, Manner], Reading] = {}
        self._lock = Lock()

    def prefix(self, version: Version) -> str:
        """What the ids of its events in that version begin with."""
        return f"{self.at:08x}{self.number:05x}{NAMES.index(version.name):x}{self._feed}"

    def read(self, version: Version, manner: Manner) -> Reading:
        """Its events in that version, worked out when they are first read."""
        found = self._read.get((version.name, manner))
        if found is not None:
            return found
        with self._lock:
            if (version.name, manner) not in self._read:
                telling = Telling(version, self._told, self._before, self._after, manner)
                self._read[version.name, manner] = Reading(telling, telling.happenings())
            return self._read[version.name, manner]


class Feed:
    """The batches of one connection."""

    def __init__(self, connection: Id) -> None:
        self._feed = connection[-4:]
        self._batches: list[Batch] = []
        self._number = 0

    def add(self, at: float, told: Difference, before: Permission, after: Permission) -> None:
        """Append a batch. It is never older than the one before, even when the clock was put back."""
        latest = self._batches[-1].at if self._batches else 0
        self._number += 1
        self._batches.append(Batch(max(at, latest), self._number, self._feed, told, before, after))

    def ends(self) -> list[float]:
        """When each of its batches expires."""
        return [batch.at + RETENTION for batch in self._batches]

    def kept(self, now: float, delay: int = 0) -> tuple[Batch, ...]:
        """The batches that have not expired, but for those that are told only after a delay (seconds)."""
        while self._batches and self._batches[0].at < now - RETENTION:
            del self._batches[0]
        told = len(self._batches)
        while delay and told and self._batches[told - 1].at > now - delay:
            told -= 1
        return tuple(self._batches[:told])


class Found(Struct, frozen=True, gc=False):
    """One event of a feed: when it was made, what happened, and what tells it."""

    created: str
    happening: Happening
    telling: Telling


class EventIds(Sequence[Id]):
    """The ids of a feed in one version, ascending, each made when it is asked for."""

    def __init__(self, batches: Sequence[Batch], version: Version, manner: Manner) -> None:
        self._prefixes = [batch.prefix(version) for batch in batches]
        self._readings = [batch.read(version, manner) for batch in batches]
        self._of_prefix = dict(zip(self._prefixes, zip(batches, self._readings, strict=True), strict=True))
        self._ends = list(accumulate(len(reading.happenings) for reading in self._readings))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, at: int) -> Id: ...
    @overload
    def __getitem__(self, at: slice) -> list[Id]: ...
    def __getitem__(self, at: int | slice) -> Id | list[Id]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        at %= len(self)
        number = bisect_right(self._ends, at)
        begin = self._ends[number - 1] if number else 0
        return f"{self._prefixes[number]}{at - begin:0{_PLACES}x}"

    def __iter__(self) -> Iterator[Id]:
        return (self[at] for at in range(len(self)))

    def find(self, id: Id) -> Found | None:
        """The event with this id, if it is kept."""
        batch, reading = self._of_prefix.get(id[:-_PLACES], (None, None))
        if batch is None or reading is None or not is_object_id(id):
            return None
        place = int(id[-_PLACES:], 16)
        if place >= len(reading.happenings):
            return None
        return Found(batch.created, reading.happenings[place], reading.telling)
