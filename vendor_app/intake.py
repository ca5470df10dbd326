"""Takes a roster that was read into the database: creates, updates, links, archives and restores.

The rule of a full sync (docs/data-changes): a known id is updated, an unknown one is matched or created, a known
one that is missing is archived.
"""

from vendor_app.behaviour import Behaviour
from vendor_app.matching import Matching
from vendor_app.records import KINDS, Roster, clever_id
from vendor_app.store import Store
from vendor_app.taking import RECORD_FAULTS, Outcome, Taking


class Intake:
    """One roster on its way into the database. Use it inside a transaction."""

    def __init__(self, store: Store, behaviour: Behaviour, roster: Roster, taking: Taking) -> None:
        self._store = store
        self._behaviour = behaviour
        self._roster = roster
        self._taking = taking
        self._settled_sections: set[str] = set()

    def take_in(self) -> Outcome:
        for kind in KINDS:
            self._kind(kind)
        sections, users = self._roster.records["sections"], self._roster.records["users"]
        had = dict(self._store.enrollments())
        self._taking.settle(sections, users, self._roster.known("users"), had, self._settled_sections)
        self._taking.unshared(self._roster.unshared)
        return self._taking.outcome

    def _kind(self, kind: str) -> None:
        known = {one.key: one for one in self._store.records("kind = ? AND key IS NOT NULL", kind)}
        told_of_kind = self._roster.records[kind]
        matches = Matching(self._store, self._behaviour).claims(told_of_kind, known) if kind == "users" else {}
        seen: set[str | None] = set()
        for told in told_of_kind:
            try:
                key = self._behaviour.record_key(kind, told)
                ours = self._store.find(kind, "key", key) if key in seen else known.get(key)
                seen.add(key)
                self._taking.take(kind, key, told, ours or matches.get(clever_id(told)))
            except RECORD_FAULTS as fault:
                self._taking.unreadable(kind, told, fault)
        if kind == "sections":
            self._settled_sections |= {clever_id(told) for told in told_of_kind}
        for one in known.values():
            if one.active and one.in_roster and one.key not in seen and one.district in self._roster.districts:
                done = self._taking.gone(one)
                if done and kind == "sections":
                    self._settled_sections.add(one.clever_id or "")
