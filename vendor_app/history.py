"""The exchange history: what each sync did, per district and per kind of record, and what it could not take in."""

from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from vendor_app.clock import read, written
from vendor_app.records import KINDS
from vendor_app.store import COUNTS, Store
from vendor_app.taking import Outcome

WORST_FIRST = ("failed", "held", "success")


@dataclass(frozen=True)
class Exchange:
    """One district in one sync: how, why so, from which event to which, and how it ended."""

    district: str
    method: str
    why: str
    status: str
    note: str
    cursor_before: str | None
    cursor_after: str | None


@dataclass(frozen=True)
class Run:
    """One sync, as pages, downloads and the probe show it. `duration` is in seconds."""

    id: int
    started_by: str
    status: str
    method: str
    note: str
    step: int
    steps: int
    started_at: str
    finished_at: str | None
    duration: float | None
    counts: dict[str, int]


class History:
    """Writes and reads the runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── While a sync runs ─────────────────────────────────────────────────────────────────────────────────

    def begin(self, started_by: str, now: datetime) -> int:
        return self._store.insert("syncs", {"started_by": started_by, "started_at": written(now)})

    def exchange(self, sync: int, district: str, method: str, why: str, cursor: str | None) -> None:
        """A district is being exchanged; a second call changes the method, as when a delta becomes a bulk."""
        self._store.execute(
            "INSERT INTO exchanges (sync, district, method, why, cursor_before) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (sync, district) DO UPDATE SET method = excluded.method, why = excluded.why",
            *(sync, district, method, why, cursor),
        )

    def reached(self, sync: int, district: str, cursor: str) -> None:
        """The cursor moved; part of the transaction that moves it."""
        where = "sync = ? AND district = ?"
        self._store.execute(f"UPDATE exchanges SET cursor_after = ? WHERE {where}", cursor, sync, district)

    def exchanged(self, sync: int, district: str, status: str, note: str, cursor: str | None) -> None:
        """A district is done; `cursor` is where its feed is followed from next."""
        self._store.execute(
            "UPDATE exchanges SET status = ?, note = ?, cursor_after = ? WHERE sync = ? AND district = ?",
            *(status, note, cursor, sync, district),
        )

    def keep(self, sync: int, outcome: Outcome) -> None:
        """Note what was done and what was not taken in, on top of what this sync noted before."""
        with self._store.transaction():
            for kind in KINDS:
                did = outcome.of(kind)
                if any(did.values()):
                    self._store.execute("INSERT OR IGNORE INTO counts (sync, kind) VALUES (?, ?)", sync, kind)
                    sets = ", ".join(f"{name} = {name} + ?" for name in COUNTS)
                    self._store.execute(
                        f"UPDATE counts SET {sets} WHERE sync = ? AND kind = ?", *did.values(), sync, kind
                    )
            sets = ", ".join(f"{name} = {name} + ?" for name in COUNTS)
            self._store.execute(f"UPDATE syncs SET {sets} WHERE id = ?", *map(outcome.total, COUNTS), sync)
            for problem in outcome.problems:
                self._store.execute("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)", sync, *astuple(problem))

    def end(self, sync: int, now: datetime, failure: str = "") -> None:
        """The sync ended as its districts did, the worst first; or it failed as a whole."""
        parts = self.exchanges(sync)
        told = [one.status for one in parts]
        status = "failed" if failure else next((one for one in WORST_FIRST if one in told), "success")
        notes = [one.note for one in parts if one.status == status]
        note = failure or (notes[0] if notes and status != "success" else "Everything is up to date.")
        methods = " and ".join(sorted({one.method for one in parts}))
        ended = {"status": status, "note": note, "finished_at": written(now), "method": methods}
        with self._store.transaction():
            self._store.update("syncs", sync, ended)
            still = "UPDATE exchanges SET status = 'failed', note = ? WHERE sync = ? AND status = 'running'"
            self._store.execute(still, note, sync)
            self._store.execute("UPDATE syncs SET step = steps WHERE id = ? AND status <> 'failed'", sync)

    # ── Afterwards ────────────────────────────────────────────────────────────────────────────────────────

    def runs(self, limit: int) -> list[Run]:
        """The latest runs, newest first."""
        return [run(row) for row in self._store.rows("SELECT * FROM syncs ORDER BY id DESC LIMIT ?", limit)]

    def run(self, sync: int) -> Run | None:
        row = self._store.row("SELECT * FROM syncs WHERE id = ?", sync)
        return run(row) if row else None

    def latest(self) -> Run | None:
        return next(iter(self.runs(1)), None)

    def exchanges(self, sync: int) -> list[Exchange]:
        columns = "district, method, why, status, note, cursor_before, cursor_after"
        rows = self._store.rows(f"SELECT {columns} FROM exchanges WHERE sync = ? ORDER BY district", sync)
        return [Exchange(**dict(row)) for row in rows]

    def counts(self, sync: int) -> dict[str, dict[str, int]]:
        """Kind → count → number, of the kinds to which something happened."""
        rows = {row["kind"]: row for row in self._store.rows("SELECT * FROM counts WHERE sync = ?", sync)}
        return {kind: {name: rows[kind][name] for name in COUNTS} for kind in KINDS if kind in rows}

    def problems(self, sync: int) -> list[dict[str, str]]:
        rows = self._store.rows("SELECT kind, clever_id, sis_id, field, reason FROM problems WHERE sync = ?", sync)
        return [dict(row) for row in rows]

    def details(self, sync: int) -> dict[str, Any] | None:
        """Everything about one run, as plain data."""
        found = self.run(sync)
        if found is None:
            return None
        return asdict(found) | {
            "districts": [asdict(one) for one in self.exchanges(sync)],
            "counts_by_type": self.counts(sync),
            "problems": self.problems(sync),
        }


def run(row: Any) -> Run:
    names = ("id", "started_by", "status", "method", "note", "step", "steps", "started_at", "finished_at")
    began, ended = row["started_at"], row["finished_at"]
    took = (read(ended) - read(began)).total_seconds() if ended else None
    return Run(**{name: row[name] for name in names}, duration=took, counts={name: row[name] for name in COUNTS})
