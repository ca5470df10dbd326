"""Takes a roster that was read into the database: creates, updates, links, archives and restores.

The rule of a full sync (docs/data-changes): a known id is updated, an unknown one is matched or created, a known
one that is missing is archived.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vendor_app.behaviour import Behaviour
from vendor_app.matching import Matching
from vendor_app.people import columns
from vendor_app.records import KINDS, Enrollment, Record, Roster, Told, clever_id, sis_id
from vendor_app.store import Store

RECORD_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What one broken record may raise; it is noted and the others go on."""

UNSHARED = "A section names it, but Clever answers 404: it is not shared with this app."


@dataclass(frozen=True)
class Problem:
    """One record that could not be taken in, and why."""

    kind: str
    clever_id: str
    sis_id: str
    field: str
    reason: str


@dataclass
class Outcome:
    """What a sync did."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


class Intake:
    """One roster on its way into the database. Use it inside a transaction."""

    def __init__(self, store: Store, behaviour: Behaviour, roster: Roster, now: str) -> None:
        self._store = store
        self._behaviour = behaviour
        self._roster = roster
        self._now = now
        self._outcome = Outcome()
        self._settled_sections: set[str] = set()

    def take_in(self) -> Outcome:
        for kind in KINDS:
            self._kind(kind)
        self._enrollments()
        for kind, id_ in self._roster.unshared:
            self._outcome.counts["skipped"] += 1
            self._outcome.problems.append(Problem(kind, id_, "", "id", UNSHARED))
        return self._outcome

    # ── Records ───────────────────────────────────────────────────────────────────────────────────────────

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
                if missing := self._behaviour.missing_fields(kind, told):
                    self._fail(kind, told, ", ".join(missing), "This app cannot do without it.")
                else:
                    self._take(kind, key, told, ours or matches.get(clever_id(told)))
            except RECORD_FAULTS as fault:
                self._fail(kind, told, "", f"The record could not be read ({type(fault).__name__}: {fault}).")
        if kind == "sections":
            self._settled_sections |= {clever_id(told) for told in told_of_kind}
        for one in known.values():
            if one.active and one.in_roster and one.key not in seen and one.district in self._roster.districts:
                self._gone(one)

    def _take(self, kind: str, key: str, told: Told, ours: Record | None) -> None:
        if ours and ours.active and ours.in_roster and ours.told == told:
            return
        values = columns(self._behaviour, kind, told) | {"key": key, "in_roster": 1}
        if ours and not ours.active and self._behaviour.when_back(ours) == "renew":
            self._store.execute("DELETE FROM records WHERE id = ?", ours.id)
            ours = None
        if ours is None:
            self._outcome.counts["created"] += 1
            stamps = {"kind": kind, "created_at": self._now, "updated_at": self._now}
            self._store.insert("records", values | stamps)
        else:
            self._refresh(ours, told, values)

    def _refresh(self, ours: Record, told: Told, values: dict[str, Any]) -> None:
        if not ours.active:
            self._outcome.counts["restored"] += 1
        elif ours.told != told:
            self._outcome.counts["updated"] += 1
        back = {"status": "active", "archived_at": None, "updated_at": self._now}
        self._store.update("records", ours.id, values | back)

    def _gone(self, ours: Record) -> None:
        verdict = self._behaviour.when_gone(ours.kind)
        if verdict == "keep":
            return
        self._outcome.counts["archived"] += 1
        if verdict == "delete":
            self._store.execute("DELETE FROM records WHERE id = ?", ours.id)
        else:
            self._store.update("records", ours.id, {"status": "archived", "archived_at": self._now})
        if ours.kind == "sections":
            self._settled_sections.add(ours.clever_id or "")
        if ours.kind == "users":
            self._store.execute("DELETE FROM sessions WHERE user_id = ?", ours.id)
            if self._behaviour.erases_progress("user archived"):
                self._store.execute("DELETE FROM progress WHERE user_id = ?", ours.id)

    def _fail(self, kind: str, told: Told, missing: str, reason: str) -> None:
        self._outcome.counts["failed"] += 1
        self._outcome.problems.append(Problem(kind, clever_id(told), sis_id(kind, told), missing, reason))

    # ── Enrollments ───────────────────────────────────────────────────────────────────────────────────────

    def _enrollments(self) -> None:
        """Write who is in which section; people nobody would tell us about are left out."""
        people = self._roster.known("users")
        sections, users = self._roster.records["sections"], self._roster.records["users"]
        wanted = {one for one in self._behaviour.enrollments(sections, users) if one.user in people}
        had = dict(self._store.enrollments())
        for one in sorted(wanted - had.keys()):
            self._store.insert("enrollments", {"section": one.section, "user": one.user, "role": one.role})
        for one, status in had.items():
            if one in wanted and status == "archived":
                self._mark(one, "active")
            elif one not in wanted and status == "active" and one.section in self._settled_sections:
                self._mark(one, "archived")
                self._left(one)

    def _mark(self, one: Enrollment, status: str) -> None:
        where = "section = ? AND user = ? AND role = ?"
        self._store.execute(
            f"UPDATE enrollments SET status = ? WHERE {where}", status, one.section, one.user, one.role
        )

    def _left(self, one: Enrollment) -> None:
        if self._behaviour.erases_progress("left section"):
            whose = "user_id IN (SELECT id FROM records WHERE kind = 'users' AND clever_id = ?)"
            self._store.execute(f"DELETE FROM progress WHERE {whose}", one.user)
