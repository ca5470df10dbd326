"""Takes single records and enrollments into the database, for a bulk sync and a delta, and counts what it did."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vendor_app.behaviour import Behaviour
from vendor_app.people import columns
from vendor_app.records import Enrollment, Record, Told, clever_id, sis_id
from vendor_app.store import COUNTS, Store

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
    """What a sync did: how often each (kind, count) happened, and what went wrong."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(number for (_, each), number in self.counts.items() if each == name)

    def of(self, kind: str) -> dict[str, int]:
        return {name: self.counts[kind, name] for name in COUNTS}


class Taking:
    """Writes what one sync learns. Use it inside a transaction; `outcome` says what it did."""

    def __init__(self, store: Store, behaviour: Behaviour, now: str, *, hard: bool = False) -> None:
        self._store = store
        self._behaviour = behaviour
        self._now = now
        self._hard = hard
        self.outcome = Outcome()

    # ── Records ───────────────────────────────────────────────────────────────────────────────────────────

    def take(self, kind: str, key: str, told: Told, ours: Record | None) -> None:
        """Create, update or restore a record, or note why it cannot be taken in."""
        if missing := self._behaviour.missing_fields(kind, told):
            self.fail(kind, told, ", ".join(missing), "This app cannot do without it.")
        elif not (ours and ours.active and ours.in_roster and ours.told == told):
            self._write(kind, key, told, ours)

    def _write(self, kind: str, key: str, told: Told, ours: Record | None) -> None:
        if ours and ours.in_roster:
            told = self._behaviour.updated(kind, ours.told, told)
        values = columns(self._behaviour, kind, told) | {"key": key, "in_roster": 1}
        if ours and not ours.active:
            back = self._behaviour.when_back(ours)
            if back == "leave":
                return
            if back == "renew":
                self._store.execute("DELETE FROM records WHERE id = ?", ours.id)
                ours = None
        if ours is None:
            self._count(kind, "created")
            stamps = {"kind": kind, "created_at": self._now, "updated_at": self._now}
            self._store.insert("records", values | stamps)
        else:
            self._refresh(ours, told, values)

    def _refresh(self, ours: Record, told: Told, values: dict[str, Any]) -> None:
        if not ours.active:
            self._count(ours.kind, "restored")
        elif ours.told != told:
            self._count(ours.kind, "updated")
        back = {"status": "active", "archived_at": None, "updated_at": self._now}
        self._store.update("records", ours.id, values | back)

    def gone(self, ours: Record) -> bool:
        """Archive what the district no longer shows; whether that was done."""
        verdict = "delete" if self._hard else self._behaviour.when_gone(ours.kind)
        if verdict == "keep":
            return False
        self._count(ours.kind, "archived")
        if verdict == "delete":
            self._store.execute("DELETE FROM records WHERE id = ?", ours.id)
        else:
            self._store.update("records", ours.id, {"status": "archived", "archived_at": self._now})
        if ours.kind == "users":
            self._store.execute("DELETE FROM sessions WHERE user_id = ?", ours.id)
            if self._behaviour.erases_progress("user archived"):
                self._store.execute("DELETE FROM progress WHERE user_id = ?", ours.id)
        return True

    def fail(self, kind: str, told: Told, missing: str, reason: str) -> None:
        self._count(kind, "failed")
        self.outcome.problems.append(Problem(kind, clever_id(told), sis_id(kind, told), missing, reason))

    def unreadable(self, kind: str, told: Told, fault: Exception) -> None:
        self.fail(kind, told, "", f"The record could not be read ({type(fault).__name__}: {fault}).")

    def unshared(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note what sections name and Clever would not tell."""
        for kind, id_ in pairs:
            self._count(kind, "skipped")
            self.outcome.problems.append(Problem(kind, id_, "", "id", UNSHARED))

    def _count(self, kind: str, name: str) -> None:
        self.outcome.counts[kind, name] += 1

    # ── Enrollments ───────────────────────────────────────────────────────────────────────────────────────

    def settle(
        self,
        sections: Iterable[Told],
        users: Sequence[Told],
        people: Collection[str],
        had: dict[Enrollment, str],
        settled: Collection[str],
    ) -> None:
        """Write who is in these sections now; people nobody would tell us about are left out.

        `had` is what was written of them before; a tie ends only in a section that is `settled`, that is, whose
        members we were told, or that is gone.
        """
        behaviour = self._behaviour
        wanted = {one for one in behaviour.enrollments(sections, users) if one.user in people}
        for one in sorted(wanted - had.keys()):
            self._store.insert("enrollments", {"section": one.section, "user": one.user, "role": one.role})
        for one, status in had.items():
            if one in wanted and status == "archived":
                self._mark(one, "active")
            elif one not in wanted and status == "active" and one.section in settled and behaviour.tie_ends(one):
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
