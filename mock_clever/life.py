"""What Clever remembers of one district between syncs, and what a sync would publish now.

Who is gone, and since when: a record that returns within 300 days has its old id, one that returns later a new
one (docs/users). The new id is made of the old one and the second of the return, so the same life gives the same
ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs

from mock_clever.changes import settled
from mock_clever.clock import iso
from mock_clever.ids import object_id
from mock_clever.model import ROLES, Id, Record, Snapshot, User
from mock_clever.publishing import (
    Counts,
    Gone,
    Key,
    Turn,
    brought_back,
    counts,
    created_ids,
    dated,
    deleted,
    excess,
)
from mock_clever.renaming import renamed
from mock_clever.sis import Options
from mock_clever.upkeep import Upkeep

FORGOTTEN = 300 * 86_400.0
"""Seconds after which a record that returns is a new one (docs/users)."""


class Held(Struct, frozen=True):
    """A sync that waits for somebody to approve or discard it: since when, and which types lost how much."""

    since: str
    reasons: tuple[Turn, ...]


class Outcome(Struct, frozen=True):
    """What became of a sync: `published`, `held` or `ignored` (in a pause), and how much it changed or would."""

    at: str
    outcome: str
    counts: Counts
    held: tuple[Turn, ...] = ()


class Offer(Struct, frozen=True):
    """A district as both its sides would be after a sync, and who returned under another id."""

    district: Snapshot
    reborn: frozenset[Key]
    names: Mapping[Id, Id]


class Life:
    """The memory of one district. `removed` are the records its system has dropped, for whoever restores them."""

    def __init__(self) -> None:
        self.upkeep = Upkeep()
        self.options = Options()
        self.held: Held | None = None
        self.removed: dict[Key, Record] = {}
        self._gone: dict[Key, Gone[Any]] = {}
        self._left: dict[Id, User] = {}
        self._now_called: dict[Id, Id] = {}

    @property
    def gone_users(self) -> list[User]:
        """Everyone who had left before what is published, under the id they had; other only with a sync."""
        return list(self._left.values())

    def recognised(self, district: Snapshot) -> Snapshot:
        """A district that was read anew, whoever returned under another id being called by that one."""
        return renamed(district, self._now_called)

    def offer(self, source: Snapshot, published: Snapshot, now: float) -> Offer:
        """What a sync would make of these two sides now. Changes nothing."""
        source = brought_back(source, published, self._gone)
        source = settled(published, source, iso(now)) if source is not published else source
        reborn, names = self._reborn(source, published, now)
        source = renamed(source, names)
        source = dated(source, published, self._gone, now)
        own = structs.replace(source.district, last_sync=iso(now))
        return Offer(source.replace(districts=[own]), reborn, names)

    def accept(self, offer: Offer, published: Snapshot, now: float) -> None:
        """Remember what goes and what returns with this sync, which is published from now on."""
        self.held = None
        for key in offer.reborn:
            self._gone.pop(key, None)
            self.removed.pop(key, None)
        later = {base: offer.names.get(id, id) for base, id in self._now_called.items()}
        known = set(self._now_called.values())
        self._now_called = later | {old: new for old, new in offer.names.items() if old not in known}
        for key in created_ids(published, offer.district):
            self._gone.pop(key, None)
            self.removed.pop(key, None)
        for key, record in deleted(published, offer.district).items():
            self._gone[key] = Gone(record, now)
            self.removed.setdefault(key, record)
        self._left |= {user.id: user for user in self.removed.values() if isinstance(user, User)}

    def excess(self, offer: Offer, published: Snapshot, now: float) -> tuple[Turn, ...]:
        """The types of which this sync would delete more than the district allows."""
        if self.upkeep.hold_threshold is None or self.upkeep.relaxed(published.district, now):
            return ()
        return tuple(excess(published, offer.district, self.upkeep.hold_threshold))

    def outcome(self, what: str, offer: Offer | None, published: Snapshot, now: float) -> Outcome:
        """What became of a sync, in numbers."""
        told = counts(published, offer.district) if offer is not None else {}
        return Outcome(iso(now), what, told, self.held.reasons if self.held is not None else ())

    def _reborn(self, source: Snapshot, published: Snapshot, now: float) -> tuple[frozenset[Key], dict[Id, Id]]:
        """The records that return too late to be known again, and every id that changes with theirs."""
        reborn = set()
        names: dict[Id, Id] = {}
        for kind, id in created_ids(published, source) if self._gone else ():
            gone = self._gone.get((kind, id))
            if gone is None or now - gone.since < FORGOTTEN:
                continue
            reborn.add((kind, id))
            names[id] = object_id(int(now), source.district.id, kind, id, "return")
            record: Any = source.table(kind)[id]
            for role in ROLES if isinstance(record, User) else ():
                legacy = getattr(getattr(record.roles, role), "legacy_id", None)
                if legacy is not None:
                    names[legacy] = object_id(int(now), source.district.id, role, legacy, "return")
        return frozenset(reborn), names
