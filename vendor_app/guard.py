"""The brake before a large change: what one sync would archive, and the holds that wait for a person.

A sharing slip can take half of a district away in a minute (I-16); so a sync that would archive more than a share
of any type waits, whole, until somebody confirms or discards it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vendor_app.behaviour import Behaviour
from vendor_app.records import KINDS, Event, Roster, clever_id
from vendor_app.store import Store

DECISIONS = {"confirm": "confirmed", "discard": "discarded"}
"""What a person can do about a hold, and what it is called afterwards."""

Leaving = dict[str, tuple[int, int]]
"""Kind → how many active records of a district would be archived, of how many."""


@dataclass(frozen=True)
class Hold:
    """One sync of a district that waits, or waited, for a person."""

    id: int
    sync: int
    district: str
    leaving: Leaving
    status: str
    since: str
    decided_by: str
    decided_at: str | None


class Guard:
    """Weighs a change before it is made."""

    def __init__(self, store: Store, behaviour: Behaviour, share: float) -> None:
        self._store = store
        self._behaviour = behaviour
        self._share = share

    def by_roster(self, roster: Roster, district: str) -> Leaving:
        """What would be archived because a whole reading no longer holds it."""
        found = {}
        for kind, active in self._active(district).items():
            found[kind] = (len(active - roster.known(kind)), len(active))
        return found

    def by_events(self, events: Iterable[Event], district: str) -> Leaving:
        """What would be archived by these events: the last one about a record decides."""
        last = {(event.kind, clever_id(event.told)): event.verb for event in events}
        found = {}
        for kind, active in self._active(district).items():
            leaving = [
                id_ for (of, id_), verb in last.items() if of == kind and verb == "deleted" and id_ in active
            ]
            found[kind] = (len(leaving), len(active))
        return found

    def verdict(self, leaving: Leaving, district: str) -> str:
        """`hold`, or "" to go on; a person's confirmation covers no more than what they were shown."""
        confirmed = self._confirmed(district)
        for kind, (gone, active) in leaving.items():
            told = self._behaviour.large_change(gone, active, self._share)
            if told and gone > confirmed.get(kind, 0):
                return told
        return ""

    def _active(self, district: str) -> dict[str, set[str]]:
        rows = self._store.rows(
            "SELECT kind, clever_id FROM records WHERE district = ? AND status = 'active' AND in_roster", district
        )
        found: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for row in rows:
            found[row["kind"]].add(row["clever_id"])
        return found

    def _confirmed(self, district: str) -> Mapping[str, int]:
        held = self.holds("status = 'confirmed' AND district = ?", district)
        return {kind: gone for one in held for kind, (gone, _) in one.leaving.items()}

    # ── Holds ─────────────────────────────────────────────────────────────────────────────────────────────

    def holds(self, where: str = "1", *values: object) -> list[Hold]:
        rows = self._store.rows(f"SELECT * FROM holds WHERE {where} ORDER BY id DESC", *values)
        return [Hold(**dict(row) | {"leaving": read(row["leaving"])}) for row in rows]

    def hold(self, sync: int, district: str, leaving: Leaving, now: str) -> None:
        """Let this sync wait; it takes the place of what waited before."""
        self.over(district)
        shown = {kind: counts for kind, counts in leaving.items() if counts[0]}
        values = {"sync": sync, "district": district, "leaving": json.dumps(shown), "since": now}
        self._store.insert("holds", values)

    def over(self, district: str, confirmed: str = "over") -> None:
        """Nothing waits in this district any more; `confirmed` is what becomes of a hold somebody confirmed."""
        for was, becomes in (("waiting", "over"), ("confirmed", confirmed)):
            where = "district = ? AND status = ?"
            self._store.execute(f"UPDATE holds SET status = ? WHERE {where}", becomes, district, was)

    def decide(self, hold: int, decision: str, by: str, now: str) -> bool:
        """Confirm or discard what waits; False when it no longer does."""
        return bool(
            self._store.execute(
                "UPDATE holds SET status = ?, decided_by = ?, decided_at = ? WHERE id = ? AND status = 'waiting'",
                *(decision, by, now, hold),
            )
        )


def read(leaving: str) -> Leaving:
    told: dict[str, list[int]] = json.loads(leaving)
    return {kind: (gone, active) for kind, (gone, active) in told.items()}


def in_words(leaving: Leaving) -> str:
    """`12 of 40 users, 3 of 9 sections`."""
    return ", ".join(f"{gone:,} of {active:,} {kind}" for kind, (gone, active) in leaving.items() if gone)
